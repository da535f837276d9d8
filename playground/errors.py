"""The two ways something is refused here: by Slack's Web API, or by what a person can do."""

from typing import Any

Payload = dict[str, Any]


class SlackError(Exception):
    """What the Web API answers with `ok: false`; `messages` says where in the payload."""

    def __init__(self, code: str, messages: list[str] | None = None, **extra: object) -> None:
        super().__init__("; ".join([code, *(messages or [])]))
        self.code = code
        self.messages = messages or []
        self.extra = extra

    def body(self) -> Payload:
        body: Payload = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["errors"] = self.messages
            body["response_metadata"] = {"messages": self.messages}
        return body


class NotPossible(Exception):
    """A person tried what Slack's client would not let them do."""
