"""A reply in a card's thread, through a real Bolt app: asked about, posted, kept, changed, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import outbox, threads
from bot.outbox import Pace
from bot.services import Context, Later, Services
from buffer import corrections, jobs
from buffer.channels import Wishes
from buffer.corrections import Corrections
from buffer.errors import LoginExpired
from buffer.model import (
    Actor,
    Event,
    Found,
    Limits,
    Notice,
    NoticeKind,
    Person,
    Reply,
    ReplyState,
    State,
    new_id,
)
from buffer.ports import Can, Queues, Store
from cast import a_profile, an_update
from fakes import FakeNetwork
from playground import ADA, BO, BOT_ID, BOT_USER, CY, SOCIAL, TEAM, Deed, Playground
from playground.dispatch import Outgoing
from storage import open_store
from storage.owners import Owner

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "xoxb-test"
MANIFEST = {"settings": {"event_subscriptions": {"bot_events": ["message.channels"]}}}
PROFILE = a_profile(
    id="p1", service_id="1", name="ada", user_id=ADA, timezone="Europe/Berlin", created_at=NINE
)
UPDATE = an_update(PROFILE, id="u1", via="")


@dataclass(kw_only=True)
class Office:
    """A Slack with a card in #social, and a bot that hears of every word in its thread."""

    slack: Playground
    store: Store
    app: App
    after: Later
    client: WebClient
    now: datetime = NINE
    card: str = ""
    pace: Pace = field(default_factory=Pace)

    # -- Slack to the bot

    def says(self, text: str, *, as_: str = BO, **more: Any) -> str:
        """Somebody writes in the thread; returns the message's ts."""
        deed = self.slack.say(as_=as_, channel=SOCIAL, text=text, thread_ts=self.card)
        self.hears(deed, **more)
        return str(deed.ts)

    def edits(self, ts: str, text: str, *, times: int = 1) -> None:
        self.hears(self.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text=text), times=times)

    def deletes(self, ts: str, *, times: int = 1) -> None:
        self.hears(self.slack.delete(as_=BO, channel=SOCIAL, ts=ts), times=times)

    def hears(self, deed: Deed, *, times: int = 1, team: str = TEAM["id"], **more: Any) -> None:
        """The event of a deed reaches the bot, maybe more than once, maybe with other fields."""
        body = json.loads(self.sent(deed).body)
        body["event"] |= more
        body |= {"team_id": team, "authorizations": []}
        self.now += timedelta(seconds=1)
        for _ in range(times):
            assert self.dispatched(json.dumps(body)) == 200

    def presses(self, label: str, *, times: int = 1, ts: str = "") -> None:
        """Bo presses a button of the last question, or of the message at `ts`."""
        where = ts or self.question()["ts"]
        deed = self.slack.press(as_=BO, label=label, channel=SOCIAL, ts=where)
        pressed = self.sent(deed).body.decode()
        for _ in range(times):
            assert self.dispatched(pressed) == 200
        self.after.drain()

    def sent(self, deed: Deed) -> Outgoing:
        """What the playground sent because of it; the bot's server is not there, so we hand it over."""
        deed.answers()
        return self.slack.sent[-1]

    def dispatched(self, body: str) -> int:
        return int(self.app.dispatch(BoltRequest(body=body)).status or 0)

    def message(self, ts: str) -> dict[str, Any]:
        return next(m for m in self.slack.messages(SOCIAL) if m["ts"] == ts)

    # -- the bot to Slack

    def works(self, seconds: int = 10) -> None:
        for _ in range(seconds):
            while outbox.tick(
                self.store,
                self.client,
                self.now,
                owner="worker",
                alive={"worker"}.__contains__,
                pace=self.pace,
            ):
                pass
            self.now += timedelta(seconds=1)
        self.slack.settle()

    def whispers(self, user: str = BO) -> list[dict[str, Any]]:
        return [m for m in self.slack.messages(SOCIAL, user) if m.get("ephemeral")]

    def question(self, user: str = BO) -> dict[str, Any]:
        self.works()
        return self.whispers(user)[-1]

    def reply(self, ts: str) -> Reply:
        found = self.store.replies.by_message(SOCIAL, ts)
        assert found
        return found

    def marks(self, ts: str) -> list[str]:
        self.works()
        return [mark["name"] for mark in self.message(ts).get("reactions", [])]

    def is_direct(self) -> None:
        self.store.feeds.settle(TEAM["id"], SOCIAL, Wishes(directly=True).as_json())


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork(limits=Limits(characters=50))


@pytest.fixture
def office(network: FakeNetwork) -> Iterator[Office]:
    made: list[Office] = []
    slack = Playground(
        bot_url="http://127.0.0.1:9/slack/events",
        signing_secret="secret",
        bot_token=TOKEN,
        manifest=MANIFEST,
        port=0,
        path=":memory:",
        retry_delays=(),
        clock=lambda: (made[0].now if made else NINE).timestamp(),
    )
    slack.start()
    store = open_store("sqlite://")
    store.profiles.insert(PROFILE)
    store.updates.append([UPDATE])
    client = WebClient(token=TOKEN, base_url=slack.api_url, timeout=2, retry_handlers=[])
    after = Later()
    app = App(
        client=client,
        token_verification_enabled=False,
        request_verification_enabled=False,
        process_before_response=True,
        authorize=authorize,
    )
    services = Services(
        queues=cast(Queues, no_queue),
        store=store,
        networks={"local": network},
        clock=lambda: made[0].now,
        after=after,
    )
    app.use(Context(services, {}))
    threads.register(app)
    office = Office(slack=slack, store=store, app=app, after=after, client=client)
    made.append(office)
    put(office, NoticeKind.CARD, "u1")
    office.card = slack.messages(SOCIAL)[-1]["ts"]
    yield office
    after.close()
    store.close()
    slack.close()


def authorize(team_id: str) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=team_id,
        bot_token=TOKEN,
        bot_id=BOT_ID,
        bot_user_id=BOT_USER,
    )


def no_queue(actor: Actor, key: str = "") -> None:
    """A reply asks nothing of it."""


def put(office: Office, kind: NoticeKind, subject: str) -> None:
    notice = Notice(
        id=new_id(office.now),
        team_id=TEAM["id"],
        kind=kind,
        subject=subject,
        target=SOCIAL,
        created_at=office.now,
    )
    office.store.outbox.put(notice)
    office.works(3)


# -- asking first


def test_a_reply_is_asked_about_and_posted_when_its_writer_says_so(office: Office) -> None:
    ts = office.says("Thank *you* :tada: & <see> https://example.org")
    assert office.reply(ts).state is ReplyState.ASKED
    assert office.reply(ts).text == "Thank you 🎉 & <see> https://example.org"
    question = office.question()
    assert question["thread_ts"] == office.card
    assert "Post as @ada" in str(question["blocks"])
    assert not office.whispers(ADA)
    office.presses("Post as @ada")
    assert office.reply(ts).state is ReplyState.WAITING
    assert office.whispers()[-1]["text"] == (
        "Your reply goes to the local network as @ada; a :white_check_mark: on it says that it is there. "
        "If you change or delete your message later, the comment is changed or deleted, too."
    )
    assert office.marks(ts) == ["hourglass_flowing_sand"]


def test_keep_internal_keeps_it(office: Office) -> None:
    ts = office.says("Between us")
    office.presses("Keep internal")
    assert office.reply(ts).state is ReplyState.INTERNAL
    assert office.whispers()[-1]["text"] == "Your reply stays in Slack."
    assert office.marks(ts) == []


def test_pressed_twice_it_is_posted_once(office: Office) -> None:
    ts = office.says("Thank you")
    office.presses("Post as @ada", times=3)
    assert office.reply(ts).state is ReplyState.WAITING
    assert office.marks(ts) == ["hourglass_flowing_sand"]


def test_kept_after_posting_stays_posted_and_says_so(office: Office) -> None:
    ts = office.says("Thank you")
    office.question()
    office.store.replies.move(
        office.reply(ts).id, expected=[ReplyState.ASKED], to=ReplyState.SENT, service_id="9"
    )
    office.presses("Keep internal")
    assert office.reply(ts).state is ReplyState.SENT
    assert office.whispers()[-1]["text"] == "Your reply is posted as @ada on the local network."


def test_only_the_writer_decides(office: Office) -> None:
    ts = office.says("Thank you")
    where = office.question()["ts"]
    deed = office.slack.press(as_=BO, label="Post as @ada", channel=SOCIAL, ts=where)
    assert office.dispatched(office.sent(deed).body.decode().replace(BO, ADA)) == 200
    office.after.drain()
    assert office.reply(ts).state is ReplyState.ASKED
    assert "Only the person who wrote this reply" in office.whispers()[-1]["text"]


@pytest.mark.parametrize("times", [2, 3])
def test_the_same_event_again_is_the_same_reply(office: Office, times: int) -> None:
    deed = office.slack.say(as_=BO, channel=SOCIAL, text="Thank you", thread_ts=office.card)
    office.hears(deed, times=times)
    office.works()
    office.hears(deed)
    office.works()
    assert len(office.whispers()) == 1


# -- directly


def test_in_direct_mode_it_is_on_its_way_at_once(office: Office) -> None:
    office.is_direct()
    ts = office.says("Thank you")
    assert office.reply(ts).state is ReplyState.WAITING
    assert office.marks(ts) == ["hourglass_flowing_sand"]
    assert not office.whispers()


@pytest.mark.parametrize("text", ["// between us", "//between us", "  // us"])
def test_two_slashes_keep_it_internal_in_any_mode(office: Office, text: str) -> None:
    office.is_direct()
    ts = office.says(text)
    assert office.reply(ts).state is ReplyState.INTERNAL
    assert office.reply(ts).text == ""
    assert office.marks(ts) == []
    assert not office.whispers()


def test_what_is_too_long_is_said_before_anything_is_sent(office: Office) -> None:
    office.is_direct()
    ts = office.says("long " * 20)
    assert office.reply(ts).state is ReplyState.FAILED
    assert office.marks(ts) == ["warning"]
    assert "takes 50 characters; this text has 99" in office.whispers()[-1]["text"]
    assert not office.whispers(ADA)


def test_a_guest_stays_internal_and_is_told_so(office: Office) -> None:
    office.is_direct()
    ts = office.says("Thank you", as_=CY)
    assert office.reply(ts).state is ReplyState.INTERNAL
    office.works()
    assert "Guests cannot post as @ada" in office.whispers(CY)[-1]["text"]


def test_attached_files_stay_here_and_the_question_says_so(office: Office) -> None:
    ts = office.says("Look", subtype="file_share", files=[{"id": "F1"}])
    assert office.reply(ts).text == "Look"
    assert "what you attached stays here" in str(office.question()["blocks"])


# -- not a reply of ours


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"user": BOT_USER},
        {"user": None},
        {"hidden": True},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "message_replied"},
        {"thread_ts": None},
        {"thread_ts": "1.1"},
    ],
)
def test_other_words_are_none_of_our_business(office: Office, more: dict[str, Any]) -> None:
    ts = office.says("Thank you", **more)
    assert office.store.replies.by_message(SOCIAL, ts) is None


def test_where_comments_do_not_go_words_are_just_words(
    office: Office, network: FakeNetwork
) -> None:
    network.takes_no_comments()
    ts = office.says("Thank you")
    assert office.store.replies.by_message(SOCIAL, ts) is None


def test_the_card_itself_is_no_reply(office: Office) -> None:
    office.says("Thank you", ts=office.card)
    assert office.store.replies.by_message(SOCIAL, office.card) is None


def test_a_picture_alone_has_no_words_to_post(office: Office) -> None:
    deed = office.slack.say(as_=BO, channel=SOCIAL, text="x", thread_ts=office.card)
    office.hears(deed, subtype="file_share", files=[{"id": "F1"}], text="", blocks=[])
    assert office.store.replies.by_message(SOCIAL, str(deed.ts)) is None


def test_a_broadcast_reply_is_a_reply(office: Office) -> None:
    ts = office.says("Thank you", subtype="thread_broadcast")
    assert office.reply(ts).state is ReplyState.ASKED


def test_a_problem_has_no_thread_to_answer_in(office: Office) -> None:
    office.store.updates.append([replace(UPDATE, id="u2", state=State.MISSED, sent_at=None)])
    put(office, NoticeKind.PROBLEM, "u2")
    parent = office.slack.messages(SOCIAL)[-1]["ts"]
    ts = office.says("What now?", thread_ts=parent)
    assert office.store.replies.by_message(SOCIAL, ts) is None


def test_under_a_lone_comment_it_answers_that_comment(office: Office) -> None:
    office.store.updates.append([replace(UPDATE, id="u2", service_update_id="43")])
    found = Found(
        post="43",
        service_id="c1",
        event=Event.COMMENT,
        user=Person(username="dee"),
        created_at=NINE,
        text="Hello",
    )
    update = replace(UPDATE, id="u2")
    comment = office.store.interactions.add(PROFILE, update, found, ours=False, now=NINE)
    assert comment
    put(office, NoticeKind.COMMENT, comment.id)
    office.card = office.slack.messages(SOCIAL)[-1]["ts"]
    ts = office.says("Welcome")
    assert office.reply(ts).interaction_id == comment.id
    assert office.reply(ts).update_id == "u2"
    assert office.question()["thread_ts"] == office.card


# -- changed


def test_edited_before_it_is_posted_it_is_asked_about_anew(office: Office) -> None:
    ts = office.says("Thank you")
    old = office.question()["ts"]
    office.edits(ts, "Thank you all", times=3)
    assert office.reply(ts).text == "Thank you all"
    assert "Thank you all" in office.question()["text"]
    assert len(office.whispers()) == 2
    office.presses("Post as @ada", ts=old)
    assert office.reply(ts).state is ReplyState.ASKED
    assert "newest question" in office.whispers()[-1]["text"]


def test_the_newest_question_posts_the_newest_words(office: Office) -> None:
    ts = office.says("Thank you")
    office.edits(ts, "Thank you all")
    office.presses("Post as @ada")
    assert office.reply(ts).state is ReplyState.WAITING
    assert office.reply(ts).text == "Thank you all"


def test_what_was_asked_about_is_not_posted_for_being_edited_in_direct_mode(office: Office) -> None:
    ts = office.says("Thank you")
    office.is_direct()
    office.edits(ts, "Thank you all")
    assert office.reply(ts).state is ReplyState.ASKED
    assert "Thank you all" in office.question()["text"]


def test_edited_while_it_waits_the_new_words_are_posted(office: Office) -> None:
    office.is_direct()
    ts = office.says("Thank you")
    office.edits(ts, "Thank you all")
    assert office.reply(ts).text == "Thank you all"
    assert office.reply(ts).state is ReplyState.WAITING
    office.edits(ts, "// no, between us")
    assert office.reply(ts).state is ReplyState.INTERNAL


def test_edited_to_too_much_it_is_not_posted(office: Office) -> None:
    ts = office.says("Thank you")
    office.edits(ts, "long " * 20)
    assert office.reply(ts).state is ReplyState.FAILED


def test_the_newest_words_count_in_whatever_order_slack_tells_of_them(office: Office) -> None:
    ts = office.says("One")
    first = office.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text="Two")
    office.sent(first)
    older = office.slack.sent[-1].body.decode()
    office.edits(ts, "Three")
    assert office.dispatched(older) == 200
    assert office.reply(ts).text == "Three"
    office.presses("Post as @ada")
    assert office.reply(ts).text == "Three"


def test_words_that_were_taken_back_do_not_come_back(office: Office) -> None:
    ts = office.says("One")
    office.sent(office.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text="Two"))
    late = office.slack.sent[-1].body.decode()
    office.edits(ts, "One")
    assert office.dispatched(late) == 200
    assert office.reply(ts).text == "One"


def test_two_edits_in_one_second_of_slacks_clock(office: Office) -> None:
    ts = office.says("One")
    for text in ("Two", "Three"):
        deed = office.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text=text)
        message = json.loads(office.sent(deed).body)["event"]["message"]
        office.hears(deed, message=message | {"edited": {"user": BO, "ts": "1772442009.000000"}})
    assert office.reply(ts).text == "Three"


def test_a_mark_goes_when_its_reply_turns_internal(office: Office) -> None:
    office.is_direct()
    ts = office.says("Thank you")
    assert office.marks(ts) == ["hourglass_flowing_sand"]
    office.edits(ts, "// between us")
    assert office.marks(ts) == []


# -- changed when it is out


def is_out(office: Office, text: str = "Thank you", state: ReplyState = ReplyState.SENT) -> str:
    ts = office.says(text)
    office.works()
    office.store.replies.move(
        office.reply(ts).id, expected=[ReplyState.ASKED], to=state, service_id="9"
    )
    return ts


def corrects(office: Office, network: FakeNetwork) -> None:
    work, owner = Corrections(office.store, {"local": network}), Owner.take(None)
    while jobs.tick(office.store, corrections.KIND, work, office.now, owner=owner):
        pass
    office.works()


def test_edited_when_it_is_out_the_comment_follows(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office)
    office.edits(ts, "Thank you all", times=3)
    corrects(office, network)
    assert network.edits == [("9", "Thank you all")]
    assert office.reply(ts).text == "Thank you all"
    assert (office.reply(ts).state, office.reply(ts).service_id) == (ReplyState.SENT, "9")
    (_, told) = [m["text"] for m in office.whispers()]
    assert told == "Your comment on the local network is changed, too."
    assert not office.whispers(ADA)


def test_of_several_edits_the_last_counts(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office)
    for text in ("Two", "Three", "Four"):
        office.edits(ts, text)
    corrects(office, network)
    assert network.edits == [("9", "Four")]
    assert len(office.whispers()) == 2


def test_edited_back_it_says_the_first_words_again(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office)
    office.edits(ts, "Two")
    corrects(office, network)
    office.edits(ts, "Thank you")
    corrects(office, network)
    assert [words for _, words in network.edits] == ["Two", "Thank you"]


def test_deleted_when_it_is_out_the_comment_is_too(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office)
    office.edits(ts, "Two")
    office.deletes(ts, times=3)
    corrects(office, network)
    assert (network.edits, network.deleted) == ([], ["9"])
    assert office.reply(ts).state is ReplyState.DELETED
    assert office.store.replies.are_ours(PROFILE.id, "9"), "it stays known as ours"
    assert office.whispers()[-1]["text"] == "Your comment on the local network is deleted, too."


def test_what_nobody_can_take_back_now_is_told_its_writer(
    office: Office, network: FakeNetwork
) -> None:
    """The account has lost its login, so that it takes no comments for now."""
    ts = is_out(office)
    network.takes_no_comments()
    network.raises(LoginExpired("There is no login."))
    office.deletes(ts)
    corrects(office, network)
    assert "could not be deleted. There is no login." in office.whispers()[-1]["text"]


def test_what_is_deleted_while_no_comments_go_is_never_posted(
    office: Office, network: FakeNetwork
) -> None:
    office.is_direct()
    ts = office.says("Thank you")
    network.takes_no_comments()
    office.deletes(ts)
    assert office.reply(ts).state is ReplyState.INTERNAL


def test_an_edit_told_of_after_the_deletion_changes_nothing(
    office: Office, network: FakeNetwork
) -> None:
    ts = is_out(office)
    office.sent(office.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text="Two"))
    late = office.slack.sent[-1].body.decode()
    office.deletes(ts)
    assert office.dispatched(late) == 200
    corrects(office, network)
    assert office.dispatched(late) == 200
    corrects(office, network)
    assert (network.edits, network.deleted) == ([], ["9"])


@pytest.mark.parametrize("state", [ReplyState.FAILED, ReplyState.INTERNAL])
def test_what_never_went_out_is_not_followed(
    office: Office, network: FakeNetwork, state: ReplyState
) -> None:
    ts = is_out(office, state=state)
    office.edits(ts, "Two")
    office.deletes(ts)
    corrects(office, network)
    assert not network.calls
    assert len(office.whispers()) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("long " * 20, "takes 50 characters; this text has 99"),
        ("// no, between us", "It is public already, and // does not take it back."),
    ],
)
def test_what_cannot_be_said_there_is_refused_in_private(
    office: Office, network: FakeNetwork, words: str, why: str
) -> None:
    ts = is_out(office)
    office.edits(ts, words, times=2)
    corrects(office, network)
    assert not network.calls
    assert office.reply(ts).text == "Thank you"
    (_, told) = [m["text"] for m in office.whispers()]
    assert told.startswith("Your comment on the local network could not be changed. ")
    assert why in told


def test_an_edit_to_no_words_says_how_to_delete(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office)
    deed = office.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text="x")
    message = json.loads(office.sent(deed).body)["event"]["message"]
    office.hears(deed, message=message | {"text": "", "blocks": [], "files": [{"id": "F1"}]})
    corrects(office, network)
    assert not network.calls
    assert "delete your message here" in office.whispers()[-1]["text"]


@pytest.mark.parametrize(
    ("can", "told"),
    [
        ({Can.DELETE}, "what you changed here is not changed there"),
        ({Can.EDIT}, "please delete it there as well"),
    ],
)
def test_where_the_network_cannot_the_writer_is_told_once(
    office: Office, network: FakeNetwork, can: set[Can], told: str
) -> None:
    network.can = frozenset(can)
    ts = is_out(office)
    if Can.EDIT in can:
        office.deletes(ts, times=3)
    else:
        office.edits(ts, "Two", times=3)
    corrects(office, network)
    assert not network.calls
    (_, said) = [m["text"] for m in office.whispers()]
    assert said.startswith("Your reply is out on the local network already") and told in said


def test_of_what_is_unclear_the_writer_is_told(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office, state=ReplyState.UNCONFIRMED)
    office.edits(ts, "Two", times=2)
    office.deletes(ts, times=2)
    corrects(office, network)
    assert not network.calls
    (_, first, second) = [m["text"] for m in office.whispers()]
    assert "not clear" in first and "not changed there" in first
    assert "not clear" in second and "delete it there as well" in second


def test_while_it_is_on_its_way_a_change_waits(office: Office, network: FakeNetwork) -> None:
    ts = is_out(office, state=ReplyState.SENDING)
    office.edits(ts, "Two")
    corrects(office, network)
    assert not network.calls
    assert office.reply(ts).text == "Thank you"
    assert len(office.whispers()) == 1


def test_what_is_told_before_the_message_itself_counts(office: Office) -> None:
    kept: dict[str, str] = {}
    for text in ("One", "Gone"):
        deed = office.slack.say(as_=BO, channel=SOCIAL, text=text, thread_ts=office.card)
        kept[str(deed.ts)] = office.sent(deed).body.decode()
    one, gone = kept
    office.edits(one, "Two")
    office.deletes(gone)
    for body in kept.values():
        assert office.dispatched(body) == 200
    assert office.reply(one).text == "Two"
    assert office.store.replies.by_message(SOCIAL, gone) is None


def test_an_unfurled_link_is_no_edit(office: Office) -> None:
    ts = office.says("See https://example.org")
    office.works()
    office.edits(ts, "See https://example.org")
    office.works()
    assert len(office.whispers()) == 1


# -- deleted


@pytest.mark.parametrize("direct", [True, False])
def test_deleted_before_it_is_posted_it_is_dropped(office: Office, direct: bool) -> None:
    if direct:
        office.is_direct()
    ts = office.says("Thank you")
    office.deletes(ts, times=3)
    assert office.reply(ts).state is ReplyState.INTERNAL
    office.works()
    assert not office.whispers()


def test_an_edit_of_something_else_is_let_pass(office: Office) -> None:
    ts = office.says("// ours")
    office.edits(ts, "now public?")
    assert office.reply(ts).state is ReplyState.INTERNAL
    deed = office.slack.say(as_=BO, channel=SOCIAL, text="chatter")
    office.hears(office.slack.edit(as_=BO, channel=SOCIAL, ts=str(deed.ts), text="more"))
    office.hears(office.slack.delete(as_=BO, channel=SOCIAL, ts=str(deed.ts)))


def test_a_thread_of_another_team_is_not_ours(office: Office) -> None:
    deed = office.slack.say(as_=BO, channel=SOCIAL, text="Thank you", thread_ts=office.card)
    office.hears(deed, team="T0ELSEWHERE")
    assert office.store.replies.by_message(SOCIAL, str(deed.ts)) is None
