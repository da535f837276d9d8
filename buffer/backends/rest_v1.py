"""A queue on another server that speaks Buffer's REST API v1: Buffer's own while it lasts, or a slack-buffer.

Every verb is one request or a few, made at once: callers that may not wait make them in a job. What a server can do
beyond the page is told in its configuration (`features`, ours); Buffer's own names none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import inf
from time import monotonic
from typing import Any, TypeVar

from buffer import wire
from buffer.errors import Code, LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.model import (
    Actor,
    Counts,
    Draft,
    Edit,
    Event,
    Interaction,
    Media,
    Page,
    Position,
    Profile,
    Reply,
    ReplyState,
    Schedule,
    Update,
    zone,
)
from buffer.ports import Clock, Feature
from buffer.web import Answer, Web, error_for

BUFFER = "https://api.bufferapp.com"
LAST_DAY = date(2027, 2, 1)
"""Buffer switches its own v1 off on this day (announced; 2026-11)."""

V1 = frozenset(
    {Feature.REORDER, Feature.SHUFFLE, Feature.SCHEDULES, Feature.INTERACTIONS, Feature.COMMENT}
)
"""What the page promises of every server."""

SECONDS = 30.0
_LIMIT = 5000
"""Pending in a profile, where the server does not say."""

T = TypeVar("T")
Fields = list[tuple[str, str]]


class Server:
    """One server and the token for it. `team_id` is ours: a v1 server has no teams."""

    def __init__(
        self, web: Web, url: str, token: str, clock: Clock, *, seconds: float = SECONDS
    ) -> None:
        self._web, self._url, self._token = web, url.rstrip("/"), token
        self.clock, self._seconds = clock, seconds
        self._end = inf
        self._told: dict[str, Any] = {}

    def in_a_hurry(self, seconds: float) -> Server:
        """The same server for a caller who can wait so long for all of its answers together, from now on."""
        hurried = Server(self._web, self._url, self._token, self.clock, seconds=seconds)
        hurried._end, hurried._told = monotonic() + seconds, self._told
        return hurried

    def get(self, path: str, fields: Fields | None = None) -> Any:
        """Raises Refused, LoginExpired, SlowDown, and NetworkDown for all else: reading again harms nobody."""
        began = monotonic()
        try:
            return self._ask("GET", path, params=fields or [])
        except Unclear as error:
            if monotonic() - began > self._seconds / 2:
                raise NetworkDown(str(error)) from error
        try:  # the connection was kept, and dead without our knowing
            return self._ask("GET", path, params=fields or [])
        except Unclear as error:
            raise NetworkDown(str(error)) from error

    def post(self, path: str, fields: Fields, *, key: str = "") -> Any:
        """`key` makes a repeat harmless on servers that know the header. Raises Unclear, too."""
        return self._ask("POST", path, data=fields, headers={"Idempotency-Key": key} if key else {})

    @property
    def features(self) -> frozenset[Feature]:
        """What this server can do."""
        told = self.configuration.get("features")
        known = {feature.value for feature in Feature}
        if not isinstance(told, list):
            return V1
        return frozenset(map(Feature, known & set(told))) - {Feature.FILES}  # v1 carries none

    @property
    def configuration(self) -> dict[str, Any]:
        """Asked once."""
        if "configuration" not in self._told:
            found = self.get("info/configuration.json")
            self._told["configuration"] = found if isinstance(found, dict) else {}
        told: dict[str, Any] = self._told["configuration"]
        return told

    def _ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> Any:
        left = min(self._seconds, self._end - monotonic())
        if left <= 0:
            raise NetworkDown("The server takes too long to answer.")
        answer = self._web.ask(
            method,
            f"{self._url}/1/{path}",
            headers={"Authorization": f"Bearer {self._token}", **(headers or {})},
            seconds=left,
            **sent,
        )
        found = answer.json()
        if error := _error(answer, found, self.clock()):
            raise error
        if found is None:
            raise Unclear("The server answered something that is no JSON.")
        return found


def _error(answer: Answer, found: Any, now: datetime) -> QueueError | None:
    """By the code in the body where there is one, else by the status."""
    body = found if isinstance(found, dict) else {}
    if answer.status < 300 and body.get("success", True) is not False:
        return None
    if 300 <= answer.status < 400:
        return Refused("The server sends us elsewhere: set BUFFER_API_URL to where it is now.")
    message = _sentence(body) or f"The server answered {answer.status}."
    code = body.get("code")
    if answer.status == 401 or code == 1001:
        return LoginExpired("The server does not accept BUFFER_ACCESS_TOKEN.")
    if answer.status == 429:
        return SlowDown(message, answer.retry_at(now) or now + timedelta(minutes=1))
    if code in set(Code) and code > Code.UNKNOWN:
        return Refused(message, Code(code), profile_id=body.get("profile_id"))
    if answer.status < 400:
        return Refused(message)
    return error_for(answer, message, now)


def _sentence(body: Mapping[str, Any]) -> str:
    """`message`, or `error`; each a text or (seen too) an object with one."""
    for name in ("message", "error"):
        said = body.get(name)
        text = said.get("text") if isinstance(said, dict) else said
        if isinstance(text, str) and text.strip():
            return text.strip()
    return ""


class RestQueues:
    """Opens queues on one server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def __call__(self, actor: Actor, key: str = "") -> RestQueue:
        return RestQueue(self.server, actor, key)


class RestQueue:
    """See `buffer.ports.Queue`. Whose team and words these are only the server knows: it sees its token."""

    def __init__(self, server: Server, actor: Actor, key: str = "") -> None:
        self._server, self._actor, self._key = server, actor, key

    @property
    def features(self) -> frozenset[Feature]:
        return self._server.features

    # -- reading

    def profiles(self) -> list[Profile]:
        return [self._profile(each) for each in _list(self._server.get("profiles.json"))]

    def profile(self, profile_id: str) -> Profile:
        return self._profile(self._server.get(f"profiles/{_part(profile_id)}.json"))

    def counts(self, profile_id: str) -> Counts:
        found = self._server.get(f"profiles/{_part(profile_id)}.json")
        return _read(lambda: wire.counts_from_json(found.get("counts"), limit=_LIMIT))

    def update(self, update_id: str) -> Update:
        return self._update(self._server.get(f"updates/{_part(update_id)}.json"))

    def post(self, post_id: str) -> list[Update]:
        """Where the server knows no posts, every update is one."""
        if Feature.SEVERAL not in self.features:
            return [self.update(post_id)]
        return [
            self._update(each) for each in _list(self._server.get(f"posts/{_part(post_id)}.json"))
        ]

    def pending(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        return self._page(f"profiles/{_part(profile_id)}/updates/pending.json", page, count, since)

    def sent(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        return self._page(f"profiles/{_part(profile_id)}/updates/sent.json", page, count, since)

    def problems(self, *, limit: int = 20) -> list[Update]:
        if Feature.PROBLEMS not in self.features:
            return []
        found = self._server.get("updates/problems.json", [("count", str(min(limit, 100)))])
        return [self._update(each) for each in _list(found.get("updates"))]

    def interactions(
        self,
        update_id: str,
        *,
        event: Event | None = None,
        page: int = 0,
        count: int = 20,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> Page[Interaction]:
        update = self.update(update_id)
        asked = [("page", str(page)), ("count", str(count)), *_times(since=since, before=before)]
        asked += [("event", event.value)] if event else []
        found = self._server.get(f"updates/{update.id}/interactions.json", asked)
        items = [
            _read(
                lambda each=each: wire.interaction_from_json(  # type: ignore[misc]
                    each,
                    team_id=self._actor.team_id,
                    profile_id=update.profile_id,
                    update_id=update.id,
                )
            )
            for each in _list(found.get("interactions"))
        ]
        return Page(items=items, total=int(found.get("total", len(items))))

    # -- writing: updates

    def add(self, draft: Draft) -> list[Update]:
        """v1 passes over profiles it does not know, so they are looked for first."""
        self._refuse_unknown(draft.profile_ids)
        if not draft.text.strip() and not draft.media and not draft.retweet:
            raise Refused("There is nothing to post yet.", Code.MISSING_PARAMETER)
        found = self._post("updates/create.json", _draft_fields(draft))
        return [self._update(each) for each in _list(found.get("updates"))]

    def edit(self, *update_ids: str, edit: Edit) -> list[Update]:
        """v1 wants the text in any case."""
        if edit.to_queue and Feature.PROBLEMS not in self.features:
            raise Refused("This server cannot put a post back in the queue.", Code.UPDATE_NOT_SAVED)
        if edit.text is not None or Feature.SEVERAL in self.features:
            return self._each(update_ids, "update", _edit_fields(edit))
        return [
            changed
            for each in dict.fromkeys(update_ids)
            for changed in self.edit(each, edit=replace(edit, text=self.update(each).text))
        ]

    def move_to_top(self, *update_ids: str) -> list[Update]:
        return self._each(update_ids, "move_to_top")

    def share(self, *update_ids: str, hold: timedelta = timedelta()) -> list[Update]:
        """Without a hold where the server knows none."""
        return self._each(update_ids, "share", _hold(hold))

    def unshare(self, *update_ids: str) -> list[Update]:
        self._needs(Feature.HOLD, "take a share back")
        return self._each(update_ids, "unshare")

    def destroy(self, *update_ids: str) -> None:
        self._several(update_ids, "destroy", [])

    def confirm_sent(self, update_id: str) -> Update:
        self._needs(Feature.PROBLEMS, "confirm a post")
        (confirmed,) = self._each((update_id,), "confirm_sent")
        return confirmed

    def comment(
        self,
        update_id: str,
        text: str,
        *,
        interaction_id: str = "",
        channel: str = "",
        ts: str = "",
    ) -> Reply:
        """The server brings it to the network. A Slack message makes one comment, however often it comes."""
        fields = [("text", text), ("event", "comment"), ("interaction_id", interaction_id)]
        key = self._key or (f"reply {channel} {ts}" if ts else "")
        path = f"updates/{_part(update_id)}/interactions/create.json"
        found = self._server.post(path, fields, key=key).get("update") or {}
        state = str(found.get("state") or ReplyState.SENT)
        return Reply(
            id=str(found.get("id") or ""),
            team_id=self._actor.team_id,
            update_id=update_id,
            text=text,
            user_id=self._actor.user_id,
            state=ReplyState(state),
            created_at=wire.moment(found.get("created_at")) or self._server.clock(),
            interaction_id=interaction_id,
            channel=channel,
            ts=ts,
        )

    # -- writing: a profile's queue

    def reorder(self, profile_id: str, order: Sequence[str], *, offset: int = 0) -> list[Update]:
        if not order:
            return self.pending(profile_id).items
        fields = [("offset", str(offset)), *(("order[]", each) for each in order)]
        found = self._post(f"profiles/{_part(profile_id)}/updates/reorder.json", fields)
        return [self._update(each) for each in _list(found.get("updates"))]

    def shuffle(self, profile_id: str, *, count: int | None = None) -> list[Update]:
        fields = [("count", str(count))] if count is not None else []
        found = self._post(f"profiles/{_part(profile_id)}/updates/shuffle.json", fields)
        return [self._update(each) for each in _list(found.get("updates"))]

    def pause(self, profile_id: str) -> Profile:
        self._needs(Feature.PAUSE, "pause a profile")
        return self._settle(profile_id, "paused", [("paused", "1")])

    def resume(self, profile_id: str) -> Profile:
        self._needs(Feature.PAUSE, "pause a profile")
        return self._settle(profile_id, "paused", [("paused", "0")])

    def set_schedules(
        self, profile_id: str, schedules: Sequence[Schedule], *, timezone: str = ""
    ) -> Profile:
        fields = [
            (f"schedules[{number}][{name}][]", value)
            for number, each in enumerate(schedules)
            for name, values in (("days", each.days), ("times", each.times))
            for value in values
        ]
        if not fields:
            raise Refused("Give at least one day and one time.", Code.MISSING_PARAMETER)
        if timezone:  # v1 has no one verb for both; the same key twice would be taken for a repeat
            moved = [("timezone", zone(timezone).key)]
            path = f"profiles/{_part(profile_id)}/update_timezone.json"
            self._server.post(path, moved, key=self._key and f"{self._key}:zone")
        return self._settle(profile_id, "schedules/update", fields)

    def set_timezone(self, profile_id: str, timezone: str) -> Profile:
        return self._settle(profile_id, "update_timezone", [("timezone", zone(timezone).key)])

    # -- what verbs have in common

    def _post(self, path: str, fields: Fields) -> Any:
        return self._server.post(path, fields, key=self._key)

    def _settle(self, profile_id: str, verb: str, fields: Fields) -> Profile:
        self._post(f"profiles/{_part(profile_id)}/{verb}.json", fields)
        return self.profile(profile_id)

    def _each(self, ids: Sequence[str], verb: str, fields: Fields | None = None) -> list[Update]:
        """The updates as they are then; those that are gone are left out."""
        self._several(ids, verb, fields or [])
        found = []
        for each in dict.fromkeys(ids):
            try:
                found.append(self.update(each))
            except Refused as error:
                if error.code is not Code.UPDATE_NOT_FOUND:
                    raise
        return found

    def _several(self, ids: Sequence[str], verb: str, fields: Fields) -> None:
        """In one request where the server takes several, else one after the other."""
        first, *more = dict.fromkeys(ids)
        if more and Feature.SEVERAL in self.features:
            fields = [*fields, *(("ids[]", each) for each in more)]
            more = []
        self._post(f"updates/{_part(first)}/{verb}.json", fields)
        for each in more:
            self._server.post(
                f"updates/{_part(each)}/{verb}.json",
                fields,
                key=self._key and f"{self._key} {each}",
            )

    def _needs(self, feature: Feature, what: str) -> None:
        if feature not in self.features:
            raise Refused(f"This server cannot {what}.", Code.UPDATE_NOT_SAVED)

    def _refuse_unknown(self, profile_ids: Iterable[str]) -> None:
        if not profile_ids:
            raise Refused("Say which profiles it is for.", Code.MISSING_PARAMETER)
        known = {profile.id for profile in self.profiles()}
        if not set(profile_ids) <= known:
            raise Refused("There is no such profile.", Code.PROFILE_NOT_FOUND)

    def _page(self, path: str, page: int, count: int, since: datetime | None) -> Page[Update]:
        asked = [("page", str(page)), ("count", str(count)), *_times(since=since)]
        found = self._server.get(path, asked)
        items = [self._update(each) for each in _list(found.get("updates"))]
        return Page(items=items, total=int(found.get("total", len(items))))

    def _profile(self, found: Any) -> Profile:
        return _read(lambda: wire.profile_from_json(found, team_id=self._actor.team_id))

    def _update(self, found: Any) -> Update:
        """Without its author: whoever that is there is nobody here."""
        update = _read(lambda: wire.update_from_json(found, team_id=self._actor.team_id))
        return replace(update, user_id="")


# -- pieces


def _draft_fields(draft: Draft) -> Fields:
    fields = [
        ("text", draft.text),
        *(("profile_ids[]", each) for each in dict.fromkeys(draft.profile_ids)),
    ]
    fields += [(name, "true") for name, wanted in (
        ("top", draft.position is Position.TOP),
        ("now", draft.position is Position.NOW),
        ("allow_duplicate", draft.allow_duplicate),
    ) if wanted]  # fmt: skip
    fields += _hold(draft.hold)
    fields += [
        ("shorten", str(draft.shorten).lower()),
        ("attachment", str(draft.attachment).lower()),
    ]
    fields += _media_fields(draft.media)
    fields += [(f"retweet[{name}]", value) for name, value in draft.retweet.items()]
    fields += _times(scheduled_at=draft.scheduled_at)
    return fields + ([("source", draft.source)] if draft.source else [])


def _edit_fields(edit: Edit) -> Fields:
    fields = [("text", edit.text or ""), *_times(scheduled_at=edit.scheduled_at)]
    fields += _media_fields(edit.media) if edit.media is not None else []
    return fields + [
        (name, "true")
        for name, wanted in (
            ("keep_text", edit.text is None),
            ("to_queue", edit.to_queue),
            ("allow_duplicate", edit.allow_duplicate),
        )
        if wanted
    ]


def _media_fields(media: Media) -> Fields:
    return [(f"media[{name}]", value) for name, value in wire.media_json(media).items()]


def _hold(hold: timedelta) -> Fields:
    return [("hold", str(int(hold.total_seconds())))] if hold else []


def _times(**moments: datetime | None) -> Fields:
    return [(name, moment.isoformat()) for name, moment in moments.items() if moment]


def _part(id: str) -> str:
    """An id as a part of a path. Raises Refused for what would be more than one."""
    if not id.isalnum() or not id.isascii():
        raise Refused("There is no such thing.", Code.UPDATE_NOT_FOUND)
    return id


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _read(read: Callable[[], T]) -> T:
    """What the server says, in our words. Raises NetworkDown for what is none of v1's."""
    try:
        return read()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NetworkDown("The server answered something that is not Buffer's API v1.") from error
