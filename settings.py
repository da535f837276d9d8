"""What may be set from outside: one frozen Settings, and the only reader of the environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

ANY_HOST = "0.0.0.0"  # noqa: S104  compared with, never bound to unasked


class SettingsError(ValueError):
    """A setting is missing or contradicts another; the text is one sentence for the operator."""


class Mode(StrEnum):
    """How Slack is reached."""

    PLAYGROUND = "playground"
    API_ONLY = "api only"
    SOCKET = "socket mode"
    HTTP = "http"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Every setting with its default. Names in the environment are these in capitals."""

    slack_bot_token: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    slack_api_url: str = "https://slack.com/api/"
    slash_command: str = "/buffer"
    admins: tuple[str, ...] = ()
    database_url: str = "sqlite:///data/buffer.db"
    host: str = "127.0.0.1"
    port: int = 3000
    playground_port: int = 3100
    public_url: str = ""
    secret_key: tuple[str, ...] = field(default=(), repr=False)
    buffer_backend: str = "embedded"
    buffer_api_url: str = "https://api.bufferapp.com"
    buffer_access_token: str = field(default="", repr=False)
    queue_limit: int = 5000
    api_rate_limit: int = 60
    senders: int = 20
    log_level: str = "INFO"

    @property
    def mode(self) -> Mode:
        """Which of the modes of the README these settings ask for. Raises SettingsError for a mixture."""
        bot, app, secret = (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret)
        if bot and app:
            return Mode.SOCKET
        if bot and secret:
            return Mode.HTTP
        if bot:
            raise SettingsError(
                "SLACK_BOT_TOKEN needs a companion: SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
            )
        if app or secret:
            raise SettingsError(
                "SLACK_BOT_TOKEN is missing: copy it from your Slack app's page, OAuth & Permissions."
            )
        return Mode.PLAYGROUND if _is_loopback(self.host) else Mode.API_ONLY

    @property
    def own_url(self) -> str:
        """The address people reach this server at, without a closing slash."""
        host = "127.0.0.1" if self.host == ANY_HOST else self.host
        return self.public_url or f"http://{host}:{self.port}"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read and check the settings. Raises SettingsError, one sentence, for the first that cannot be right."""

    def text(name: str, default: str) -> str:
        return environment.get(name, "").strip() or default

    default = Settings()
    settings = Settings(
        slack_bot_token=_starts(text("SLACK_BOT_TOKEN", ""), "SLACK_BOT_TOKEN", "xoxb-"),
        slack_app_token=_starts(text("SLACK_APP_TOKEN", ""), "SLACK_APP_TOKEN", "xapp-"),
        slack_signing_secret=text("SLACK_SIGNING_SECRET", ""),
        slack_api_url=_url(text("SLACK_API_URL", default.slack_api_url), "SLACK_API_URL") + "/",
        slash_command=_command(text("SLASH_COMMAND", default.slash_command)),
        admins=tuple(name.strip() for name in text("ADMINS", "").split(",") if name.strip()),
        database_url=text("DATABASE_URL", default.database_url),
        host=text("HOST", default.host),
        port=_number(text("PORT", str(default.port)), "PORT", 0, 65535),
        playground_port=_number(
            text("PLAYGROUND_PORT", str(default.playground_port)), "PLAYGROUND_PORT", 0, 65535
        ),
        public_url=_url(text("PUBLIC_URL", ""), "PUBLIC_URL"),
        secret_key=tuple(key.strip() for key in text("SECRET_KEY", "").split(",") if key.strip()),
        buffer_backend=_one_of(
            text("BUFFER_BACKEND", default.buffer_backend).lower(),
            "BUFFER_BACKEND",
            ("embedded", "rest"),
        ),
        buffer_api_url=_url(
            text("BUFFER_API_URL", default.buffer_api_url), "BUFFER_API_URL"
        ).removesuffix("/1"),
        buffer_access_token=text("BUFFER_ACCESS_TOKEN", ""),
        queue_limit=_number(
            text("QUEUE_LIMIT", str(default.queue_limit)), "QUEUE_LIMIT", 1, 1_000_000
        ),
        api_rate_limit=_number(
            text("API_RATE_LIMIT", str(default.api_rate_limit)), "API_RATE_LIMIT", 0, 1_000_000
        ),
        senders=_number(text("SENDERS", str(default.senders)), "SENDERS", 1, 200),
        log_level=_one_of(
            text("LOG_LEVEL", default.log_level).upper(),
            "LOG_LEVEL",
            ("DEBUG", "INFO", "WARNING", "ERROR"),
        ),
    )
    if settings.buffer_backend == "rest" and not settings.buffer_access_token:
        raise SettingsError(
            "BUFFER_BACKEND=rest needs BUFFER_ACCESS_TOKEN, the token for BUFFER_API_URL."
        )
    if settings.buffer_backend == "embedded" and settings.buffer_access_token:
        raise SettingsError("BUFFER_ACCESS_TOKEN is of no use without BUFFER_BACKEND=rest.")
    settings.mode  # noqa: B018  asked for now, so that a mixture is refused before anything starts
    return settings


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _number(value: str, name: str, low: int, high: int) -> int:
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, not “{value}”.")
    return int(value)


def _url(value: str, name: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise SettingsError(
            f"{name} must be an address such as https://buffer.example.org, not “{value}”."
        )
    return value.rstrip("/")


def _starts(value: str, name: str, prefix: str) -> str:
    if value and not value.startswith(prefix):
        raise SettingsError(f"{name} should begin with {prefix}: was another token pasted there?")
    return value


def _command(value: str) -> str:
    if not value.startswith("/") or " " in value or not 2 <= len(value) <= 32:
        raise SettingsError(
            f"SLASH_COMMAND must be a slash and one word, such as /buffer, not “{value}”."
        )
    return value


def _one_of(value: str, name: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not “{value}”.")
    return value
