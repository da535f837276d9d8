"""What people say there and what we answer, whatever comes in between: told once here, brought once there."""

from __future__ import annotations

import functools
import json
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot import outbox, threads
from bot.notices import REPLY_POST
from bot.outbox import Pace
from bot.people import Person
from bot.services import Context, Services
from buffer import commenter, telling
from buffer.channels import EVERYTHING, Wishes
from buffer.model import Actor, Event, Interaction, ReplyState, Update
from buffer.model import Person as Author
from buffer.poller import QUIET_BEFORE, Poller
from buffer.ports import Certainty, Queues
from cast import a_profile, an_update
from crowd import Crowd, Killed, Said, nothing
from fakes import FakeClock
from frail import Fuse, frail
from near_slack import TOKEN, NearSlack
from playground import ADA, BO, BOT_ID, BOT_USER, GENERAL, SOCIAL, TEAM
from storage import open_store

T = TypeVar("T")

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
CHANNELS = (SOCIAL, GENERAL)
US = Author(username="ada", service_id="us")
PROFILE = a_profile(id="p1", service_id="us", name="ada", user_id=ADA, created_at=NINE)
POSTS = ("42", "43")
TOLD = (Event.COMMENT, Event.MENTION)
FEW, BATCH = 3, 50

HEARING = ("", "down", "slow", "undone", "breaks", "repeats", "skips", "hides", "shuffles")
REPLYING = (
    "",
    "down",
    "slow",
    "refused",
    "undone",
    "lost",
    "breaks",
    "breaks after",
    "dies before",
    "dies after",
)
WRITING = (
    "",
    "down",
    "undone",
    "busy",
    "slow",
    "lost",
    "internal",
    "dies before",
    "dies after",
)
LOOKING = ("", "down", "undone", "busy", "slow", "not let", "dies before", "lost")
WORKS = ("poll", "say", "comment")
SPANS = (SECOND, 4 * SECOND, 20 * SECOND, 2 * MINUTE, 11 * MINUTE, HOUR, 5 * HOUR)
which = st.integers(0, 9)
"""Of many, the how-manyth; round and round."""


@functools.cache
def template() -> bytes:
    """An empty database, made once: its steps take longer than a story."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "buffer.db"
        open_store(f"sqlite:///{file}", keys=KEYS).close()
        return file.read_bytes()


KEYS = ["A" * 43 + "="]


class Warnings(logging.Handler):
    """Counts what the outbox reports that it could not look up, by the line's id."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.not_looked_up: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "cannot look it up":
            self.not_looked_up[vars(record)["outbox"]] += 1


@dataclass(kw_only=True)
class Process:
    """A worker, until it dies: the next one has another name and remembers nothing."""

    id: str
    poller: Poller
    pace: Pace = field(default_factory=Pace)


@dataclass(kw_only=True)
class Words:
    """What somebody wrote in a thread. `token` stands in every wording; `wording` is the newest that the bot heard
    of."""

    token: str
    channel: str
    ts: str
    wording: str
    is_meant: bool = False
    is_deleted: bool = False


class ConversationMachine(RuleBasedStateMachine):
    @initialize(
        certainty=st.sampled_from(Certainty),
        counts=st.booleans(),
        ages=st.tuples(st.sampled_from(SPANS), st.sampled_from(SPANS)),
        seed=st.integers(0, 99),
        directly=st.booleans(),
        pace=st.sampled_from([1, 2, 2, 5, 1000]),
    )
    def begin(
        self,
        certainty: Certainty,
        counts: bool,
        ages: tuple[timedelta, timedelta],
        seed: int,
        directly: bool,
        pace: int,
    ) -> None:
        """`pace`: after so many steps all loops have come round."""
        self.clock = FakeClock(NINE)
        self.warnings = Warnings()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        file = Path(self.folder.name) / "buffer.db"
        file.write_bytes(template())
        self.store = open_store(f"sqlite:///{file}", keys=KEYS)
        self.front = open_store(f"sqlite:///{file}", keys=KEYS)
        self.crowd = Crowd(self.clock, US, certainty, counts=counts)
        self.crowd.dice = Random(seed)
        self.slack = NearSlack(self.clock)
        self.app = self._app()
        self.fuse = Fuse()
        self.frail = frail(self.store, self.fuse)
        self.living: set[str] = set()
        self.named = 0
        self.processes = [self._new_process() for _ in range(3)]
        self.people = 0
        self.written: dict[str, Words] = {}
        self.carried: list[dict[str, Any]] = []
        self.synced_at: datetime | None = None
        self.has_died_commenting = False
        self.wishes: list[tuple[datetime, str, Wishes]] = []
        outbox.log.addHandler(self.warnings)
        self.store.profiles.insert(PROFILE)
        for post, age in zip(POSTS, ages, strict=True):
            update = an_update(
                PROFILE, id=_update_id(post), service_update_id=post, text=f"Post {post}"
            )
            at = NINE - age
            self.store.updates.append([replace(update, sent_at=at, due_at=at, created_at=at)])
        for channel in CHANNELS:
            self.store.feeds.follow(TEAM["id"], channel, PROFILE.id)
        for post in POSTS:
            with self.store.transaction():
                telling.card(self.store, self._update(post), self.clock.now)
        self._settle(SOCIAL, Wishes(directly=directly))
        self.pace, self.steps = pace, 0

    def _app(self) -> App:
        memo, bo = f"person:{TEAM['id']}:{BO}", Person(id=BO, name="Bo", timezone="UTC")
        self.front.memos.keep(memo, asdict(bo))
        app = App(
            client=self.slack,
            token_verification_enabled=False,
            request_verification_enabled=False,
            process_before_response=True,
            authorize=_authorize,
        )
        services = Services(
            queues=cast(Queues, _no_queue),
            store=self.front,
            networks={"local": self.crowd},
            clock=self.clock,
            after=_never,
        )
        app.use(Context(services, {}))
        threads.register(app)
        return app

    def teardown(self) -> None:
        if not hasattr(self, "warnings"):
            return
        try:
            self._settles()
            self._judges()
        finally:
            outbox.log.removeHandler(self.warnings)
            self.store.close()
            self.front.close()
            self.slack.close()
            self.folder.cleanup()

    # -- processes

    def _new_process(self) -> Process:
        self.named += 1
        id = f"worker {self.named}"
        self.living.add(id)
        return Process(id=id, poller=Poller(self.frail, "local", self.crowd))

    def _now(self) -> datetime:
        """Each thing has its own second."""
        self.clock.passes(SECOND)
        return self.clock.now

    def _alive(self, id: str) -> bool:
        return id in self.living

    def _works(self, work: str, number: int) -> bool:
        """One tick. Who dies in it is followed by another one."""
        process, now = self.processes[number], self._now()
        self.store.outbox.wake(now)
        try:
            return self._ticks(work, process, now)
        except RuntimeError:  # its loop logs it and goes on
            return False
        except Killed:
            self.has_died_commenting |= work == "comment"
            self.living.discard(process.id)
            self.processes[number] = self._new_process()
            return False
        finally:
            self._is_alone()
            if self.synced_at is None and self.store.interactions.since(PROFILE.id) is not None:
                self.synced_at = now

    def _is_alone(self) -> None:
        self.fuse.out()
        for busy in (self.slack, self.crowd):
            busy.before = busy.after = nothing

    def _ticks(self, work: str, process: Process, now: datetime) -> bool:
        owner = _Owner(process.id, self._alive)
        match work:
            case "poll":
                return process.poller.tick(now)
            case "comment":
                return commenter.tick(self.frail, "local", self.crowd, now, owner=owner)
        return outbox.tick(
            self.frail, self.slack, now, owner=owner.id, alive=owner.alive, pace=process.pace
        )

    # -- what comes in between

    def _meanwhile(self, choice: str) -> Callable[[], None]:
        """Something the other process, or somebody in Slack, does right then."""

        def happens() -> None:
            self._is_alone()
            if choice == "bring":
                self._brings()
            elif choice == "press":
                self._presses(0)
            else:
                for _ in range(3):  # it takes its time
                    self._works(choice, 2)
                    self.clock.passes(2 * SECOND)

        return happens

    def _has_work(self, work: str) -> None:
        if work != "comment":
            self.crowd.hears(POSTS[0], *self._somebody(), root=POSTS[0], at=self._now())
        if work == "say":
            self._works_on("poll", 0)
        if work == "comment" and self._parents():
            self._writes(0, times=1)
            self._works_on("say", 0)
            self._presses(0)

    @rule(
        work=st.sampled_from(WORKS),
        number=st.integers(0, 1),
        calls=st.integers(0, 50),
    )
    def dies_at_work(self, work: str, number: int, calls: int) -> None:
        """Between any two of its calls."""
        self._has_work(work)
        self.fuse.light(calls, _dies, inside=True)
        self._works(work, number)

    @rule(
        work=st.sampled_from(WORKS),
        number=st.integers(0, 1),
        when=st.sampled_from([0, 1, 2, 2, 3, 4, 6, 8, "before", "before", "after"]),
        choice=st.sampled_from(["the same", "the same", *WORKS, "bring", "bring", "press"]),
    )
    def is_overtaken(self, work: str, number: int, when: int | str, choice: str) -> None:
        """Between two of its calls, or while it waits for Slack or the network."""
        self._has_work(work)
        happens = self._meanwhile(work if choice == "the same" else choice)
        if isinstance(when, int):
            self.fuse.light(when, happens, inside=False)
        else:
            setattr(self.slack, when, happens)
            setattr(self.crowd, when, happens)
        self._works(work, number)

    @invariant()
    def goes_on(self) -> None:
        self.steps += 1
        if self.steps % self.pace == 0:
            for work in WORKS:
                self._works_on(work, 0)

    def _works_on(self, work: str, number: int) -> None:
        ticks = 0
        while self._works(work, number):
            ticks += 1
            assert ticks < 500, f"{work} does not come to an end"

    @rule(
        hearing=st.lists(st.sampled_from(HEARING), max_size=2),
        replying=st.lists(st.sampled_from(REPLYING), min_size=1, max_size=3),
    )
    def the_network_is_not_well(self, hearing: list[str], replying: list[str]) -> None:
        self.crowd.hearing, self.crowd.replying = hearing, replying

    @rule(
        writing=st.lists(st.sampled_from(WRITING), min_size=1, max_size=4),
        looking=st.lists(st.sampled_from(LOOKING), max_size=2),
    )
    def slack_is_not_well(self, writing: list[str], looking: list[str]) -> None:
        self.slack.writing, self.slack.looking = writing, looking

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self.clock.passes(span)

    @rule(
        channel=st.sampled_from(CHANNELS),
        hears=st.sampled_from(
            [
                EVERYTHING,
                EVERYTHING,
                EVERYTHING - {"counts"},
                EVERYTHING - {"comments"},
                EVERYTHING - {"mentions"},
            ]
        ),
        digest=st.booleans(),
        directly=st.booleans(),
        quiet=st.sampled_from([("", ""), ("00:00", "23:59"), ("08:00", "10:00")]),
    )
    def settle(
        self, channel: str, hears: frozenset[str], digest: bool, directly: bool, quiet: Any
    ) -> None:
        wishes = Wishes(
            hears=hears, digest=digest, directly=directly, quiet_from=quiet[0], quiet_to=quiet[1]
        )
        self._settle(channel, wishes)

    def _settle(self, channel: str, wishes: Wishes) -> None:
        self.front.feeds.settle(TEAM["id"], channel, wishes.as_json())
        self.wishes.append((self._now(), channel, wishes))

    # -- on the network

    def _somebody(self) -> tuple[Author, str]:
        self.people += 1
        name = f"({self.people})"
        return Author(username=name, name=name, service_id=name), f"words of {name}"

    @rule(
        post=st.sampled_from(POSTS),
        many=st.sampled_from([1, 1, 2, 4, 6]),
        before=st.sampled_from([timedelta(), timedelta(), MINUTE, HOUR, 5 * HOUR]),
    )
    def somebody_comments(self, post: str, many: int, before: timedelta) -> None:
        """Noticed by the network only so much later."""
        now = self._now()
        for _ in range(many):
            self.crowd.hears(post, *self._somebody(), root=post, at=now - before)

    @rule(post=st.sampled_from(POSTS), again=st.booleans())
    def somebody_likes(self, post: str, again: bool) -> None:
        """Or takes it back."""
        at, likes = self._now(), [each for each in self.crowd.there if each.event is Event.LIKE]
        if again and likes:
            likes[0].is_gone = True
        else:
            author, _ = self._somebody()
            self.crowd.hears(post, author, "", root=post, event=Event.LIKE, at=at)

    @rule(
        many=st.sampled_from([1, 1, 2, 4]),
        before=st.sampled_from([timedelta(), MINUTE, 9 * MINUTE]),
    )
    def somebody_mentions_us(self, many: int, before: timedelta) -> None:
        now = self._now()
        for _ in range(many):
            self.crowd.hears("elsewhere", *self._somebody(), event=Event.MENTION, at=now - before)

    @precondition(lambda self: self._answerable())
    @rule(which=which, ours=st.sampled_from([False, False, True]))
    def somebody_answers(self, which: int, ours: bool) -> None:
        to = _pick(self._answerable(), which)
        author, text = self._somebody()
        author = US if ours else author
        self.crowd.hears(to.id, author, text, root=to.root, at=self._now())

    @rule(post=st.sampled_from(POSTS))
    def we_comment_there(self, post: str) -> None:
        _, text = self._somebody()
        self.crowd.hears(post, US, text, root=post, at=self._now())

    @precondition(lambda self: self._changeable())
    @rule(which=which)
    def somebody_edits(self, which: int) -> None:
        said = _pick(self._changeable(), which)
        self._now()
        self.crowd.edited(said, f"{said.text} again")

    @precondition(lambda self: self._changeable())
    @rule(which=which)
    def somebody_deletes(self, which: int) -> None:
        answered = {each.post for each in self.crowd.there}
        leaves = [each for each in self._changeable() if each.id not in answered]
        if leaves:
            self._now()
            _pick(leaves, which).is_gone = True

    def _answerable(self) -> list[Said]:
        return [each for each in self.crowd.there if each.event in TOLD]

    def _changeable(self) -> list[Said]:
        return [each for each in self._answerable() if not self.crowd.is_ours(each) and each.root]

    # -- in Slack

    def _parents(self) -> list[tuple[str, str]]:
        """What of ours a thread can hang under."""
        return [
            (channel, entry.ts)
            for channel in CHANNELS
            for entry in self.slack.entries(channel)
            if entry.is_ours and not entry.is_reply
        ]

    @precondition(lambda self: self._parents())
    @rule(which=which, times=st.sampled_from([0, 1, 1, 2]))
    def somebody_writes(self, which: int, times: int) -> None:
        """Slack tells of it so many times at once; not at all: later."""
        self._writes(which, times)

    def _writes(self, which: int, times: int) -> None:
        channel, parent = _pick(self._parents(), which)
        token = f"(r{len(self.written) + 1})"
        self._now()
        deed = self.slack.hands.say(as_=BO, channel=channel, text=token, thread_ts=parent)
        assert deed.ts
        self.written[deed.ts] = Words(token=token, channel=channel, ts=deed.ts, wording=token)
        if times:
            self._told(self.slack.postbag.events[-1], times)

    @precondition(lambda self: self._present())
    @rule(which=which, deletes=st.sampled_from([False, False, False, True]))
    def its_writer_edits(self, which: int, deletes: bool) -> None:
        words = _pick(self._present(), which)
        where = {"as_": BO, "channel": words.channel, "ts": words.ts}
        self._now()
        if deletes:
            words.is_deleted = True
            self.slack.hands.delete(**where)
        else:
            words.wording += " again"
            self.slack.hands.edit(**where, text=words.wording)

    def _present(self) -> list[Words]:
        return [each for each in self.written.values() if not each.is_deleted]

    @precondition(lambda self: self.slack.postbag.events)
    @rule(which=which, times=st.sampled_from([1, 1, 2, 3]))
    def slack_tells(self, which: int, times: int) -> None:
        """More than once, and in any order."""
        self._told(_pick(self.slack.postbag.events, which), times)

    def _told(self, event: dict[str, Any], times: int) -> None:
        self.slack.postbag.events.remove(event)
        self.carried.append(event)
        for _ in range(times):
            self._hears(event)

    @precondition(lambda self: self.carried)
    @rule(which=which)
    def slack_tells_again(self, which: int) -> None:
        self._hears(_pick(self.carried, which))

    def _brings(self) -> None:
        """The first, if there is one."""
        if self.slack.postbag.events:
            self._told(self.slack.postbag.events[0], 1)

    def _hears(self, body: dict[str, Any]) -> None:
        event = body["event"]
        if event.get("bot_id") or (event.get("message") or {}).get("bot_id"):
            return
        self._dispatched(json.dumps(body))
        self._heard(body)

    def _heard(self, body: dict[str, Any]) -> None:
        words = self.written[_about(body)]
        reply = self.front.replies.by_message(words.channel, words.ts)
        if reply and reply.state is ReplyState.WAITING:
            words.is_meant = True

    @rule(which=st.sampled_from([0, 0, 1, 2, 5]), times=st.sampled_from([1, 1, 2]))
    def somebody_presses(self, which: int, times: int) -> None:
        for _ in range(times):
            self._presses(which)

    def _presses(self, which: int) -> None:
        """*Post as @ada* of the newest question, or of one before."""
        asked = [
            (channel, element["value"])
            for channel in CHANNELS
            for entry in self.slack.entries(channel, BO)
            if entry.only_for
            for block in entry.message.get("blocks", [])
            for element in block.get("elements", [])
            if element.get("action_id") == REPLY_POST
        ]
        if which >= len(asked):
            return
        channel, value = asked[-1 - which]
        action = {"action_id": REPLY_POST, "type": "button", "value": value, "action_ts": "1"}
        pressed = {
            "type": "block_actions",
            "team": {"id": TEAM["id"]},
            "user": {"id": BO},
            "channel": {"id": channel},
            "actions": [action],
        }
        self._dispatched(urlencode({"payload": json.dumps(pressed)}))
        reply = self.front.replies.get(TEAM["id"], value.partition(":")[0])
        assert reply
        if reply.state is ReplyState.WAITING:
            self.written[reply.ts].is_meant = True

    def _dispatched(self, body: str) -> None:
        self._now()
        assert self.app.dispatch(BoltRequest(body=body)).status == 200

    # -- in the end

    def _settles(self) -> None:
        """Everybody is well, all is delivered, and time passes until nothing is left to do."""
        for troubles in (
            self.crowd.hearing,
            self.crowd.replying,
            self.slack.writing,
            self.slack.looking,
        ):
            troubles.clear()
        while self.slack.postbag.events:
            self._brings()
        spans = [5 * SECOND] * 3 + [MINUTE] * 3 + [20 * MINUTE, 25 * HOUR] + [3 * HOUR] * 3
        for span in [*spans, 5 * SECOND, 5 * SECOND]:
            self.clock.passes(span)
            for work in ("poll", "comment", "say"):
                for number in range(3):
                    self._works_on(work, number)

    def _judges(self) -> None:
        far = self.clock.now + timedelta(days=365)
        assert not self.store.outbox.on_wire()
        assert not self.store.outbox.waiting(far, limit=100)
        assert not self.slack.problems
        known = {each.id: self._known(each) for each in self.crowd.said}
        for said in self.crowd.there:
            assert known[said.id] or said.event is Event.LIKE, f"{said} was never heard of"
        for channel in CHANNELS:
            self._judges_channel(channel, known)
        for words in self.written.values():
            self._judges_reply(words)
        self._judges_comments()

    def _known(self, said: Said) -> Interaction | None:
        return self.store.interactions.known(PROFILE.id, said.id)

    def _update(self, post: str) -> Update:
        update = self.store.updates.get(TEAM["id"], _update_id(post))
        assert update
        return update

    def _judges_channel(self, channel: str, known: dict[str, Interaction | None]) -> None:
        messages = [
            entry.message
            for entry in self.slack.entries(channel)
            if entry.is_ours and entry.message.get("metadata")
        ]
        lines = Counter(_line_of(message) for message in messages)
        for line, many in lines.items():
            assert many <= 1 + self.warnings.not_looked_up[line], "said twice, and nobody knows"
        # Of a line that was said twice one message is known: that is changed, and answered under.
        kept = {
            _line_of(message): message
            for message in messages
            if self.front.outbox.by_message(channel, message["ts"])
        }
        assert kept.keys() == lines.keys(), "said, and not known"
        cards = {}
        for post in POSTS:
            mine = [each for each in kept.values() if f"Post {post}”" in each["text"]]
            assert len(mine) == 1, f"{len(mine)} cards of {post}"
            cards[post] = mine[0]
            if all(
                {"comments", "counts"} <= wishes.hears
                for _, name, wishes in self.wishes
                if name == channel
            ):
                self._judges_card(mine[0], post)
        told: dict[str, dict[str, Any]] = {}
        digested = self._digested()
        for said in self.crowd.said:
            it = known[said.id]
            mine = [
                each
                for line, each in kept.items()
                if (it and it.id in digested[line] if line in digested else _tells_of(each, said))
            ]
            should = it is not None and self._is_told(said, it, channel)
            if said.is_gone:
                assert len(mine) <= should, f"{said} is told {len(mine)} times"
            else:
                assert len(mine) == should, f"{said} is told {len(mine)} times in {channel}"
            if mine:
                told[said.id] = mine[0]
        for said in self.crowd.said:
            if said.id in told:
                self._judges_message(said, told[said.id], told, cards, lines)
        self._judges_digests(channel, known, told)

    def _digested(self) -> dict[str, list[str]]:
        """What the messages of many tell of, by their lines: of very many they do not show all."""
        digests = [
            line for id in ("", *map(_update_id, POSTS)) for line in self.front.outbox.digests(id)
        ]
        return {line.id: line.subject.split("\n")[1:] for line in digests}

    def _judges_card(self, card: dict[str, Any], post: str) -> None:
        below = [each for each in self.crowd.there if each.root == post]
        comments = sum(
            each.event is Event.COMMENT and not self.crowd.is_ours(each) for each in below
        )
        likes = sum(each.event is Event.LIKE for each in below)
        numbers = [
            f"{many} {word}{'s' * (many != 1)}"
            for many, word in ((comments, "comment"), (likes, "like"))
            if many
        ]
        expected = f" ({' · '.join(numbers)})." if numbers else "”."
        assert card["text"].endswith(expected), f"{card['text']}, not {expected}"

    def _wished(self, channel: str, at: datetime) -> Wishes:
        made = [wishes for since, name, wishes in self.wishes if name == channel and since <= at]
        return made[-1] if made else Wishes()

    def _is_told(self, said: Said, it: Interaction, channel: str) -> bool:
        if self.crowd.is_ours(said) or said.event not in TOLD:
            return False
        heard_at = _made_at(it.id)
        was_first = self.synced_at is None or heard_at <= self.synced_at
        if was_first and said.at < heard_at - QUIET_BEFORE:
            return False
        # What is said below a mention elsewhere belongs to it.
        event = said.event if said.root else Event.MENTION
        return self._wished(channel, heard_at).wants(event)

    def _judges_message(
        self,
        said: Said,
        message: dict[str, Any],
        told: dict[str, dict[str, Any]],
        cards: dict[str, dict[str, Any]],
        lines: Counter[str],
    ) -> None:
        """In the right thread, with the words it has now."""
        whole = json.dumps(message["blocks"], ensure_ascii=False)
        if _is_digest(message) and f"({_number(said)})" not in whole:
            assert " more: " in whole
        elif said.is_gone:
            assert said.text not in whole, f"{said} was deleted and still says it"
            assert "deleted" in whole
        else:
            assert f'{said.text}"' in whole or f"{said.text} " in whole, f"{said}: {whole}"
            assert f"{said.text} again" not in whole
        if said.root:
            assert message.get("thread_ts") == cards[said.root]["ts"], f"{said} is in no thread"
            return
        first = said
        while first.event is not Event.MENTION:
            first = next(each for each in self.crowd.said if each.id == first.post)
        above = told.get(first.id)
        is_by_itself = first is said or above is None or _is_digest(above)
        expected = message["ts"] if is_by_itself or above is None else above["ts"]
        assert message.get("thread_ts", message["ts"]) == expected, f"{said} is in another thread"

    def _judges_digests(
        self,
        channel: str,
        known: dict[str, Interaction | None],
        told: dict[str, dict[str, Any]],
    ) -> None:
        """More than a few of one post at once are one message, if the channel likes that."""
        together: dict[tuple[datetime, str], list[Said]] = {}
        for said in self.crowd.said:
            it = known[said.id]
            is_lone = said.root or said.event is Event.MENTION
            if it and is_lone and self._is_told(said, it, channel):
                together.setdefault((_made_at(it.id), said.root), []).append(said)
        at_once = Counter(_made_at(it.id) for it in known.values() if it)
        for (at, _), some in together.items():
            if at_once[at] > BATCH:  # it is kept, and told, in several parts
                continue
            expected = self._wished(channel, at).digest and len(some) > FEW
            for said in some:
                if said.id in told:
                    assert _is_digest(told[said.id]) == expected, f"{len(some)} at once"

    def _judges_reply(self, words: Words) -> None:
        reply = self.store.replies.by_message(words.channel, words.ts)
        there = [each for each in self.crowd.said if _says(each, words)]
        if reply is None:
            assert not there
            return
        assert reply.state not in (ReplyState.WAITING, ReplyState.SENDING), "it is stuck"
        whispers = [
            entry.message["text"]
            for entry in self.slack.entries(words.channel, BO)
            if entry.only_for == BO
        ]
        match reply.state:
            case ReplyState.SENT:
                assert len(there) == 1, f"{words} is there {len(there)} times"
                assert there[0].id == reply.service_id
            case ReplyState.UNCONFIRMED:
                assert len(there) <= 1, f"{words} is there {len(there)} times"
                assert self.has_died_commenting or reply.id in self.crowd.troubled
                assert any("not clear whether" in each for each in whispers)
            case ReplyState.FAILED:
                assert not there
                assert self.has_died_commenting or reply.id in self.crowd.troubled
                assert any("was not posted" in each for each in whispers)
            case _:
                assert not there, f"{words} was not to be posted"
        if reply.state is ReplyState.UNCONFIRMED:
            return  # who wrote it was sent to look
        if words.is_deleted:
            if reply.state is ReplyState.SENT:
                assert any("delete it there as well" in each for each in whispers)
            else:
                assert reply.state in (ReplyState.INTERNAL, ReplyState.FAILED)
            return
        if words.is_meant:
            assert reply.state not in (ReplyState.ASKED, ReplyState.INTERNAL), "it was meant"
        if reply.state is ReplyState.ASKED:
            assert any(each.endswith(f"“{words.wording}”") for each in whispers), "nobody asks"
        if there and there[0].text != words.wording:
            assert any("what you changed here" in each for each in whispers), (
                f"{there[0]} is out instead of {words}"
            )
        if reply.state is ReplyState.SENT:
            message = self.slack.entries(words.channel)
            [mine] = [each.message for each in message if each.ts == words.ts]
            marks = [each["name"] for each in mine.get("reactions", [])]
            assert marks == ["white_check_mark"], f"{words} wears {marks}"

    def _judges_comments(self) -> None:
        """Nothing of ours is there that nobody wrote."""
        keys = Counter(each.key for each in self.crowd.said if each.key)
        assert all(many == 1 for many in keys.values())


MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files cost no disk: each write is flushed, and there are thousands."""


@dataclass(frozen=True)
class _Owner:
    id: str
    alive: Callable[[str], bool]


def _pick(some: Sequence[T], which: int) -> T:
    return some[which % len(some)]


def _dies() -> None:
    raise Killed


def _no_queue(actor: Actor, key: str = "") -> None:
    """A reply asks nothing of it."""


def _never(*args: Any, **kwargs: Any) -> None:
    """What follows an ack is only an answer on the screen."""


def _authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=TEAM["id"],
        bot_token=TOKEN,
        bot_id=BOT_ID,
        bot_user_id=BOT_USER,
    )


def _update_id(post: str) -> str:
    return f"u{post}"


def _about(body: dict[str, Any]) -> str:
    """The message an event is about."""
    event = body["event"]
    return str(event.get("deleted_ts") or (event.get("message") or event)["ts"])


def _line_of(message: dict[str, Any]) -> str:
    return str(message["metadata"]["event_payload"]["outbox"])


def _is_digest(message: dict[str, Any]) -> bool:
    return " new " in message["text"].partition(" on ")[0]


def _number(said: Said) -> str:
    return said.text.partition("(")[2].partition(")")[0]


def _tells_of(message: dict[str, Any], said: Said) -> bool:
    return bool(_number(said)) and f"({_number(said)})" in json.dumps(message["blocks"])


def _says(said: Said, words: Words) -> bool:
    return said.text.startswith(words.token)


def _made_at(id: str) -> datetime:
    return datetime.fromtimestamp(int(id[:8], 16), UTC)


TestConversationMachine = ConversationMachine.TestCase
TestConversationMachine.settings = settings(
    max_examples=int(os.environ.get("FUZZ", "60")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # a busy machine is no failure
)
