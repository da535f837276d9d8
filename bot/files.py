"""Brings files that were shared in Slack, with the bot's own token."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from buffer.errors import Code, NetworkDown, Refused, Unclear
from buffer.images import MOST_BYTES
from buffer.web import Web

SECONDS = 60.0
REASONS = {
    "file_not_found": "it was deleted in Slack.",
    "file_deleted": "it was deleted in Slack.",
    "missing_scope": "the Slack app lacks files:read. Update it from manifest.yml and install it again.",
    "not_in_channel": "the bot is not in that conversation. Invite it, then attach the file again.",
    "access_denied": "the bot may not see it. Share it in a channel the bot is in.",
}


def fetcher(client: WebClient, web: Web) -> Callable[[str], bytes]:
    """What fetches a file by its id."""

    def fetch(file_id: str) -> bytes:
        """Raises Refused with what to do, or NetworkDown where waiting mends it."""
        return _content(client, web, _address(client, file_id))

    return fetch


def _address(client: WebClient, file_id: str) -> str:
    try:
        file = client.files_info(file=file_id)["file"]
    except SlackApiError as error:
        code = str(error.response.get("error"))
        if code in ("ratelimited", "internal_error", "fatal_error", "service_unavailable"):
            raise NetworkDown("Slack cannot give the file right now.") from error
        raise Refused(
            f"Slack does not give the file: {REASONS.get(code, code)}", Code.BAD_MEDIA_TYPE
        ) from error
    except (SlackClientError, OSError) as error:
        raise NetworkDown("Slack does not answer.") from error
    if int(file.get("size") or 0) > MOST_BYTES:
        raise Refused("It is larger than 10 MB.", Code.BAD_MEDIA_SIZE)
    return str(file.get("url_private_download") or file.get("url_private") or "")


def _content(client: WebClient, web: Web, url: str) -> bytes:
    """The token goes to Slack's own servers (or the stand-in's) and to nobody else."""
    host = urlsplit(url).hostname or ""
    if host != urlsplit(client.base_url).hostname and not host.endswith(".slack.com"):
        raise Refused("The file is not kept by Slack: download it and attach it.")
    try:
        answer = web.ask(
            "GET",
            url,
            headers={"Authorization": f"Bearer {client.token}"},
            seconds=SECONDS,
            most=MOST_BYTES,
        )
    except Unclear as error:  # nothing was changed by asking
        raise NetworkDown(str(error)) from error
    if answer.status >= 500 or answer.status == 429:
        raise NetworkDown("Slack cannot give the file right now.")
    if answer.status != 200:
        raise Refused(f"Slack does not give the file ({answer.status}).", Code.BAD_MEDIA_TYPE)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        # Whoever may not see a file is sent to the page to log in, with a 200 (docs.slack.dev, 2026-11).
        raise Refused(f"Slack does not give the file: {REASONS['missing_scope']}")
    return answer.body
