"""The state of the playground's Slack: channels, messages, files, toasts. Knows no protocol."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from playground import cast, files
from playground.errors import Payload
from playground.shelf import Shelf

log = logging.getLogger(__name__)

Clock = Callable[[], float]
TOAST_LIFE = 30.0
REPLY_FIELDS = (
    "thread_ts",
    "reply_count",
    "reply_users_count",
    "reply_users",
    "latest_reply",
    "is_locked",
    "subscribed",
)


@dataclass(kw_only=True, slots=True)
class Entry:
    """A message where it stands; `only_for` is set for an ephemeral one."""

    channel: str
    message: Payload
    only_for: str | None = None
    pending: int = 0
    echo: bool = False
    held: dict[str, dict[str, dict[str, Payload]]] = field(default_factory=dict)
    """What each person entered in its inputs."""

    @property
    def ts(self) -> str:
        return str(self.message["ts"])

    @property
    def is_reply(self) -> bool:
        return str(self.message.get("thread_ts", self.ts)) != self.ts

    @property
    def is_ours(self) -> bool:
        """It is the bot's."""
        return str(self.message.get("bot_id")) == cast.BOT_ID


@dataclass(kw_only=True, slots=True)
class Toast:
    id: str
    level: str
    text: str
    at: float = field(default=0.0)


class Workspace:
    """All state behind one lock, written through to the shelf; `version` grows with each change."""

    def __init__(self, shelf: Shelf, manifest: Payload, clock: Clock, url: str = "") -> None:
        self.shelf, self.manifest, self.clock, self.url = shelf, manifest, clock, url
        self.links: list[Payload] = []
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        # Milliseconds, so that a page from before a restart sees a newer version.
        self.version = int(time.time() * 1000)
        self.problems: list[str] = []
        bot = manifest.get("features", {}).get("bot_user", {}).get("display_name", "Buffer")
        self.people = {person.id: person for person in cast.people(bot)}
        self.channels = {channel.id: channel for channel in cast.channels()}
        self._toasts: dict[str, list[Toast]] = {}
        self._last_ts = 0
        self._load()

    def _load(self) -> None:
        for id, members in self.shelf.all("members").items():
            self.channels[id] = replace(self.channels[id], members=tuple(members))
        self.entries: dict[str, dict[str, Entry]] = {id: {} for id in self.channels}
        for stored in self.shelf.all("message").values():
            entry = Entry(**stored)
            self.entries[entry.channel][entry.ts] = entry
            self._last_ts = max(self._last_ts, int(entry.ts.replace(".", "")))
        kept = self.shelf.all("file").items()
        self.files: dict[str, Payload] = {id: {**files.UNSHARED, **file} for id, file in kept}
        self._handed = set(self.shelf.all("handed"))
        self.seen: dict[str, dict[str, str]] = self.shelf.all("seen")

    # -- time and change --------------------------------------------------------------------

    def now(self) -> float:
        return self.clock()

    def next_ts(self) -> str:
        """A message id: Slack's seconds with six digits, never given twice."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def touch(self) -> None:
        with self.lock:
            self.version += 1
            self._changed.notify_all()

    def wait_for(self, true: Callable[[], Any], timeout: float) -> Any:
        """Wait until it is true of the state. Raises TimeoutError."""
        with self.lock:
            value = self._changed.wait_for(true, timeout)
        if not value:
            raise TimeoutError(f"Not so after {timeout} s.")
        return value

    @contextmanager
    def together(self) -> Iterator[None]:
        """A change and the events that tell of it are stored as one."""
        with self.lock, self.shelf.together():
            yield

    # -- messages ----------------------------------------------------------------------------

    def entry(self, channel: str, ts: str) -> Entry | None:
        return self.entries.get(channel, {}).get(ts)

    def put(self, entry: Entry) -> Entry:
        """Add a message or store what became of it."""
        with self.lock:
            added = entry.ts not in self.entries[entry.channel]
            self.entries[entry.channel][entry.ts] = entry
            if not entry.echo:
                self._store(entry)
            if added and entry.is_reply:
                self._count_replies(entry)
            self.touch()
            return entry

    def remove(self, entry: Entry) -> None:
        with self.lock:
            self.entries[entry.channel].pop(entry.ts, None)
            self.shelf.drop("message", f"{entry.channel}/{entry.ts}")
            if entry.is_reply:
                self._count_replies(entry)
            self.touch()

    def visible(self, channel: str, user: str | None) -> list[Entry]:
        """What this person sees, oldest first; without a person, what everybody does."""
        with self.lock:
            found = [
                entry
                for entry in self.entries.get(channel, {}).values()
                if entry.only_for is None or entry.only_for == user
            ]
        return sorted(found, key=lambda entry: entry.ts)

    def thread(self, channel: str, ts: str, user: str | None = None) -> list[Entry]:
        """The parent, if it is still there, then the replies."""
        return [
            entry
            for entry in self.visible(channel, user)
            if entry.ts == ts or entry.message.get("thread_ts") == ts
        ]

    def _store(self, entry: Entry) -> None:
        stored = {
            "channel": entry.channel,
            "message": entry.message,
            "only_for": entry.only_for,
        }
        self.shelf.put("message", f"{entry.channel}/{entry.ts}", stored)

    def _count_replies(self, reply: Entry) -> None:
        parent = self.entry(reply.channel, reply.message["thread_ts"])
        if parent is None or reply.only_for:
            return
        replies = [each for each in self.thread(reply.channel, parent.ts) if each.ts != parent.ts]
        users = list(dict.fromkeys(str(each.message.get("user")) for each in replies))
        message = {k: v for k, v in parent.message.items() if k not in REPLY_FIELDS}
        if replies:
            message |= {
                "thread_ts": parent.ts,
                "reply_count": len(replies),
                "reply_users_count": len(users),
                "reply_users": users,
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": True,
            }
        parent.message = message
        self._store(parent)

    # -- the rest ----------------------------------------------------------------------------

    def join(self, channel: str, user: str) -> None:
        with self.lock:
            self.channels[channel] = self.channels[channel].joined_by(user)
            self.shelf.put("members", channel, self.channels[channel].members)
            self.touch()

    def leave(self, channel: str, user: str) -> None:
        with self.lock:
            members = tuple(m for m in self.channels[channel].members if m != user)
            self.channels[channel] = replace(self.channels[channel], members=members)
            self.shelf.put("members", channel, members)
            self.touch()

    def mark_seen(self, user: str, channel: str) -> None:
        with self.lock:
            entries = self.visible(channel, user)
            mine = self.seen.setdefault(user, {})
            latest = entries[-1].ts if entries else "0"
            if mine.get(channel) != latest:
                mine[channel] = latest
                self.shelf.put("seen", user, mine)
                self.touch()

    def new_file(
        self,
        user: str,
        name: str,
        body: bytes,
        *,
        id: str = "",
        title: str | None = None,
        mimetype: str = "",
        alt_text: str = "",
    ) -> Payload:
        """Kept, and shared with nobody yet."""
        id, name = id or f"F0{secrets.token_hex(5).upper()}", files.base_name(name)
        file = files.describe(
            id, user, name, size=len(body), at=self.now(), url=self.url, mimetype=mimetype
        )
        file |= {"title": title or name} | ({"alt_txt": alt_text} if alt_text else {})
        with self.together():
            self.shelf.put_bytes(id, body)
            self.store_file(file)
        return file

    def store_file(self, file: Payload) -> None:
        with self.lock:
            self.files[file["id"]] = file
            self.shelf.put("file", file["id"], file)
            self.touch()

    def hand_to_bot(self, id: str) -> Payload:
        """What somebody hands over in a modal's file_input; the app may read it then."""
        with self.lock:
            if id not in self._handed:
                self._handed.add(id)
                self.shelf.put("handed", id, True)
            return files.in_message(self.files[id])

    def bot_reads(self, file: Payload) -> bool:
        """It is shared where the bot is, was handed over, or is the bot's own."""
        mine = file["user"] == cast.BOT_USER or file["id"] in self._handed
        return mine or any(self.channels[id].bot_in for id in files.rooms_of(file))

    def file_bytes(self, id: str) -> bytes | None:
        with self.lock:
            return self.shelf.bytes_of(id)

    def toast(self, user: str, text: str, *, level: str = "error") -> None:
        with self.lock:
            toast = Toast(id=secrets.token_hex(6), level=level, text=text, at=time.monotonic())
            self._toasts.setdefault(user, []).append(toast)
            self.touch()

    def toasts(self, user: str, *, recent: bool = False) -> list[Toast]:
        with self.lock:
            oldest = time.monotonic() - TOAST_LIFE if recent else 0.0
            return [toast for toast in self._toasts.get(user, []) if toast.at >= oldest]

    def problem(self, text: str) -> None:
        """The bot did what real Slack would refuse: logged, and kept for tests to see."""
        log.warning("%s", text)
        self.problems.append(text)
