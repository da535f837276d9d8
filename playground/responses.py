"""`response_url`s: five uses within thirty minutes; a command's answer cannot be replaced."""

import secrets
from dataclasses import asdict, dataclass
from typing import Literal

from playground import limits
from playground.errors import Payload, SlackError
from playground.posts import Posts
from playground.workspace import Workspace

# docs.slack.dev/interactivity/handling-user-interaction (2026-11).
USES, LIFE = 5, 30 * 60


@dataclass(kw_only=True, slots=True)
class ResponseUrl:
    """Who caused it and where; `ts` names the message whose element was used."""

    kind: Literal["command", "message", "shortcut", "view"]
    user: str
    channel: str
    expires: float
    ts: str | None = None
    used: int = 0


class Responses:
    def __init__(self, workspace: Workspace, posts: Posts) -> None:
        self._workspace, self._posts = workspace, posts
        stored = workspace.shelf.all("response")
        self._urls = {token: ResponseUrl(**url) for token, url in stored.items()}
        for token in [t for t, url in self._urls.items() if url.expires < workspace.now()]:
            self._forget(token)

    def issue(
        self,
        kind: Literal["command", "message", "shortcut", "view"],
        user: str,
        channel: str,
        ts: str | None = None,
    ) -> str:
        token = secrets.token_urlsafe(18)
        url = ResponseUrl(
            kind=kind, user=user, channel=channel, ts=ts, expires=self._workspace.now() + LIFE
        )
        with self._workspace.lock:
            self._urls[token] = url
            self._store(token)
        return f"{self._workspace.url}response/{token}"

    def use(self, token: str, body: Payload) -> None:
        """Raises SlackError: used_url, expired_url, or what is wrong with the message."""
        with self._workspace.lock:
            url = self._urls.get(token)
            if url is None or self._workspace.now() > url.expires:
                raise SlackError("expired_url")
            if url.used >= USES:
                raise SlackError("used_url")
            if not body.get("delete_original"):
                self._check(body)
            url.used += 1
            self._store(token)
        self._answer(url, body)

    def _answer(self, url: ResponseUrl, body: Payload) -> None:
        source = self._workspace.entry(url.channel, url.ts) if url.ts else None
        if source and url.kind == "message" and body.get("delete_original"):
            self._posts.delete(source)
        elif body.get("delete_original"):
            return
        elif source and url.kind == "message" and body.get("replace_original"):
            self._posts.rewrite(source, body)
        else:
            self._new(url, body)

    def _new(self, url: ResponseUrl, body: Payload) -> None:
        """A shortcut cannot answer into a thread (docs.slack.dev/interactivity/implementing-shortcuts)."""
        thread_ts = body.get("thread_ts") if url.kind == "message" else None
        if body.get("response_type") == "in_channel":
            self._posts.post(url.channel, body, thread_ts=thread_ts)
        else:
            self._posts.whisper(url.channel, url.user, body, thread_ts=thread_ts)

    def _check(self, body: Payload) -> None:
        try:
            limits.check_message(body)
        except SlackError as error:
            self._workspace.problem(f"response_url: {error}")
            raise

    def _store(self, token: str) -> None:
        self._workspace.shelf.put("response", token, asdict(self._urls[token]))

    def _forget(self, token: str) -> None:
        del self._urls[token]
        self._workspace.shelf.drop("response", token)
