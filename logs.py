"""How a log line looks: one outcome with its ids, `key=value`, and never a secret."""

from __future__ import annotations

import logging
import re
import sys

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sb_[0-9a-f]{40}|v0=[0-9a-f]{64}"
    r"|(?<=Bearer )[\w.~+/=-]+|(?<=access_token=)[^&\s\"']+|(?<=hooks.slack.com/)[\w/-]+"
)
"""The second line of defence: no code of ours logs a token, but a library's message may quote one."""


class Formatter(logging.Formatter):
    """`2026-11-24T09:00:00Z info sender sent update=… network=local ms=12`"""

    def format(self, record: logging.LogRecord) -> str:
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        extras = "".join(
            f" {name}={_quoted(value)}"
            for name, value in vars(record).items()
            if name not in _STANDARD
        )
        line = f"{when} {record.levelname.lower()} {record.name} {record.getMessage()}{extras}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _SECRETS.sub("[secret]", line)


def set_up(level: str) -> None:
    """Log to stderr. Libraries that talk too much, or quote whole requests, are kept to their errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("waitress", "waitress.queue", "slack_bolt", "slack_sdk", "urllib3", "dateparser"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if re.search(r"[\s=\"]", text) or not text else text
