"""The outbox against a Slack that is down, slow, strict or forgetful: said once each, and nothing lost."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot import notices, outbox
from bot.outbox import Pace
from bot.plans import ALL, Abilities
from buffer.model import (
    Event,
    Found,
    Interaction,
    Notice,
    NoticeKind,
    Person,
    Reply,
    ReplyState,
    State,
    Update,
    new_id,
)
from buffer.ports import Store
from cast import a_profile, an_update
from playground import ADA, BO, GENERAL, SOCIAL, TEAM, Playground
from storage import open_store

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "xoxb-test"
ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """What kill -9 is to a process."""


class MortalClient(WebClient):
    """Dies before or after a call reaches Slack, when told to."""

    dies: str = ""

    def api_call(self, api_method: str, **kwargs: Any) -> SlackResponse:
        if self.dies == "before":
            raise Killed
        answer = super().api_call(api_method, **kwargs)
        if self.dies == "after":
            raise Killed
        return answer


@dataclass(kw_only=True)
class Desk:
    """A worker with an outbox, and the Slack it talks to."""

    slack: Playground
    store: Store
    client: MortalClient
    now: datetime = NINE
    pace: Pace = field(default_factory=Pace)
    living: set[str] = field(default_factory=lambda: {"worker"})
    admins: tuple[str, ...] = ()
    can: Abilities = ALL

    def put(self, kind: NoticeKind, subject: str, target: str = SOCIAL) -> Notice:
        """A moment later than the one before, so that they are in order."""
        self.now += timedelta(milliseconds=1)
        notice = Notice(
            id=new_id(self.now),
            team_id=TEAM["id"],
            kind=kind,
            subject=subject,
            target=target,
            created_at=self.now,
        )
        self.store.outbox.put(notice)
        return notice

    def tick(self, seconds: float = 0, *, owner: str = "worker") -> bool:
        self.now += timedelta(seconds=seconds)
        return outbox.tick(
            self.store,
            self.client,
            self.now,
            owner=owner,
            alive=self.living.__contains__,
            pace=self.pace,
            admins=self.admins,
            can=self.can,
        )

    def works(self, seconds: int = 180) -> None:
        """Ticks as a loop would, a second apart."""
        for _ in range(seconds):
            while self.tick():
                pass
            self.now += timedelta(seconds=1)

    def dies(self, when: str) -> None:
        """Die in the middle of a tick; another worker takes over, with nothing remembered."""
        self.client.dies = when
        with pytest.raises(Killed):
            self.tick()
        self.client.dies = ""
        self.living.clear()
        self.living.add("next")
        self.pace = Pace()

    def takes_over(self, seconds: int = 30) -> None:
        for _ in range(seconds):
            while self.tick(owner="next"):
                pass
            self.now += timedelta(seconds=1)

    def said(self, channel: str = SOCIAL, as_: str | None = None) -> list[dict[str, Any]]:
        return [m for m in self.slack.messages(channel, as_) if m.get("bot_id")]

    def texts(self, channel: str = SOCIAL, as_: str | None = None) -> list[str]:
        return [m["text"].split(":")[0].split(" on ")[0] for m in self.said(channel, as_)]

    def nothing_left(self) -> bool:
        far = self.now + timedelta(days=365)
        return not self.store.outbox.waiting(far, limit=100) and not self.store.outbox.on_wire()


PROFILE = a_profile(
    id="p1", service_id="1", name="ada", user_id=ADA, timezone="Europe/Berlin", created_at=NINE
)
UPDATE = an_update(PROFILE, id="u1")


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock: list[Desk] = []
    slack = Playground(
        bot_url="http://127.0.0.1:9/slack/events",
        signing_secret="secret",
        bot_token=TOKEN,
        manifest={},
        port=0,
        path=":memory:",
        clock=lambda: (clock[0].now if clock else NINE).timestamp(),
    )
    slack.start()
    store = memory = open_store("sqlite://")
    client = MortalClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    client.timeout = 0.5  # type: ignore[assignment]  # urllib takes fractions
    clock.append(Desk(slack=slack, store=store, client=client))
    store.profiles.insert(PROFILE)
    store.updates.append([UPDATE])
    yield clock[0]
    memory.close()
    slack.close()
    assert not slack.problems


def comment(desk: Desk, number: int = 1, *, avatar: str = "") -> Interaction:
    found = Found(
        post="42",
        service_id=f"c{number}",
        event=Event.COMMENT,
        user=Person(username="bo", name="Bo", avatar=avatar),
        created_at=desk.now,
        text=f"Comment {number}",
    )
    added = desk.store.interactions.add(PROFILE, UPDATE, found, ours=False, now=desk.now)
    assert added
    return added


def reply(desk: Desk, state: ReplyState, *, error: str = "", thread: str | None = None) -> Reply:
    deed = desk.slack.say(as_=BO, channel=SOCIAL, text="Thank you", thread_ts=thread)
    made = Reply(
        id=new_id(desk.now),
        team_id=TEAM["id"],
        update_id="u1",
        text="Thank you",
        user_id=BO,
        state=state,
        created_at=desk.now,
        channel=SOCIAL,
        ts=str(deed.ts),
        error=error,
    )
    desk.store.replies.insert(made)
    return made


def reactions(desk: Desk, reply: Reply) -> list[str]:
    message = next(m for m in desk.slack.messages(SOCIAL) if m["ts"] == reply.ts)
    return [reaction["name"] for reaction in message.get("reactions", [])]


# -- all is well


def test_a_card_is_posted_once_and_known(desk: Desk) -> None:
    notice = desk.put(NoticeKind.CARD, "u1")
    assert desk.tick()
    assert not desk.tick()
    (message,) = desk.said()
    assert message["metadata"] == {
        "event_type": notices.METADATA,
        "event_payload": {"outbox": notice.id},
    }
    card = desk.store.outbox.said(NoticeKind.CARD, "u1", SOCIAL)
    assert card
    assert (card.channel, card.ts) == (SOCIAL, message["ts"])
    assert desk.store.outbox.by_message(SOCIAL, message["ts"]) == card


def test_nothing_to_say_is_nothing_to_do(desk: Desk) -> None:
    assert not desk.tick()


def test_a_comment_waits_for_its_card_and_goes_into_its_thread(desk: Desk) -> None:
    interaction = comment(desk)
    desk.slack.faults.rate_limits("chat.postMessage", retry_after=5)
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.COMMENT, interaction.id)
    desk.works()
    card, told = desk.said()
    assert told["thread_ts"] == card["ts"]
    assert told["text"].startswith("Bo commented")


def test_a_comment_without_a_card_says_itself_what_it_is_about(desk: Desk) -> None:
    desk.slack.faults.refuses("chat.postMessage", "restricted_action")
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.COMMENT, comment(desk).id)
    desk.works()
    (told,) = desk.said()
    assert "thread_ts" not in told
    assert "Our release is out!" in str(told["blocks"])
    assert desk.store.outbox.by_message(SOCIAL, told["ts"])


def test_a_comment_shows_who_wrote_it_when(desk: Desk) -> None:
    desk.put(NoticeKind.COMMENT, comment(desk, avatar="https://example.org/bo.png").id)
    desk.works()
    (told,) = desk.said()
    assert told["blocks"][0]["elements"][0]["image_url"] == "https://example.org/bo.png"
    assert str(int(NINE.timestamp())) in str(told["blocks"][1])


def test_a_picture_that_slack_cannot_fetch_keeps_back_no_words(desk: Desk) -> None:
    desk.slack.faults.refuses("chat.postMessage", "invalid_blocks")
    for number in (1, 2):
        found = comment(desk, number, avatar="https://example.org/gone.webp")
        desk.put(NoticeKind.COMMENT, found.id)
    desk.works()
    told = desk.said()
    assert [each["text"].partition(" ")[0] for each in told] == ["Bo", "Bo"]
    assert "image_url" not in str(told)
    assert desk.nothing_left()
    desk.slack.problems.remove("chat.postMessage: invalid_blocks")


@pytest.mark.parametrize(
    "avatar",
    ["http://example.org/a.png", "javascript:alert(1)", "https://x/" + "a" * 3000, "https://x/a b"],
)
def test_an_avatar_that_slack_never_takes_is_left_out(desk: Desk, avatar: str) -> None:
    desk.put(NoticeKind.COMMENT, comment(desk, avatar=avatar).id)
    desk.works()
    (told,) = desk.said()
    assert "image_url" not in str(told) and "(@bo)" in str(told["blocks"])


def test_a_line_that_cannot_be_put_into_words_keeps_back_no_other(desk: Desk) -> None:
    """The year 1 is none in a zone west of Greenwich."""
    desk.store.profiles.save(replace(PROFILE, timezone="America/New_York"))
    broken = Found(
        post="42",
        service_id="c0",
        event=Event.COMMENT,
        user=Person(username="bo"),
        created_at=datetime(1, 1, 1, tzinfo=UTC),
        text="Long ago",
    )
    old = desk.store.interactions.add(PROFILE, UPDATE, broken, ours=False, now=desk.now)
    assert old
    desk.put(NoticeKind.COMMENT, old.id)
    desk.put(NoticeKind.CARD, "u1", GENERAL)
    desk.put(NoticeKind.COMMENT, comment(desk).id)
    desk.works(20)
    assert len(desk.said(GENERAL)) == 1
    desk.works(3600)
    assert len(desk.said()) == 1
    assert desk.nothing_left()


def mention(desk: Desk, service_id: str, *, below: Interaction | None = None) -> Interaction:
    """Under somebody else's post, or below a mention there."""
    found = Found(
        post="",
        service_id=service_id,
        event=Event.COMMENT if below else Event.MENTION,
        user=Person(username="bo", name="Bo"),
        created_at=desk.now,
        text=f"Ask @ada ({service_id})",
    )
    about = below.id if below else ""
    added = desk.store.interactions.add(
        PROFILE, None, found, ours=False, now=desk.now, mention_id=about
    )
    assert added
    return added


def test_a_mention_elsewhere_begins_a_thread_of_its_own(desk: Desk) -> None:
    first = mention(desk, "m1")
    desk.put(NoticeKind.COMMENT, first.id)
    desk.put(NoticeKind.COMMENT, mention(desk, "m2", below=first).id)
    desk.works()
    told, answer = desk.said()
    assert answer["thread_ts"] == told["ts"] == told["thread_ts"]
    assert told["text"].startswith("Bo mentioned you on the local network")
    assert "About the post" not in str(told["blocks"])
    assert "Reply in this thread" in str(told["blocks"])


def test_an_answer_that_stands_by_itself_still_invites_when_it_is_edited(desk: Desk) -> None:
    first = mention(desk, "m1")
    answer = mention(desk, "m2", below=first)
    desk.put(NoticeKind.COMMENT, answer.id)
    desk.works()
    edited(desk, answer, "Second thoughts")
    desk.works()
    (told,) = desk.said()
    assert "Second thoughts" in str(told["blocks"])
    assert "Reply in this thread" in str(told["blocks"])


@pytest.mark.parametrize("where", ["no card", "no mention"])
def test_an_answer_by_the_window_goes_below_what_it_answers(desk: Desk, where: str) -> None:
    to = comment(desk)
    if where == "no mention":
        to = mention(desk, "m2", below=mention(desk, "m1"))
    desk.put(NoticeKind.COMMENT, to.id)
    made = Reply(
        id="r1",
        team_id=TEAM["id"],
        update_id=to.update_id,
        interaction_id=to.id,
        text="Thank you",
        user_id=BO,
        state=ReplyState.SENT,
        created_at=desk.now,
        channel=SOCIAL,
    )
    desk.store.replies.insert(made)
    desk.put(NoticeKind.REPLY_STATE, "r1")
    desk.works()
    told, answer = desk.said()
    assert answer.get("thread_ts") == told["ts"]


def test_many_mentions_elsewhere_are_one_message(desk: Desk) -> None:
    ids = [mention(desk, f"m{number}").id for number in range(5)]
    desk.put(NoticeKind.DIGEST, "\n".join(["", *ids]))
    desk.works()
    (told,) = desk.said()
    assert told["text"] == "5 new mentions on the local network."
    assert "thread_ts" not in told


def edited(desk: Desk, interaction: Interaction, text: str) -> None:
    desk.store.interactions.edit(interaction, text, desk.now)
    desk.put(NoticeKind.COMMENT_CHANGED, interaction.id)


def test_an_edited_comment_is_shown_as_it_is_now(desk: Desk) -> None:
    interaction = comment(desk)
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.COMMENT, interaction.id)
    desk.works()
    edited(desk, interaction, "Second thoughts")
    desk.works()
    _, told = desk.said()
    assert "Second thoughts" in str(told["blocks"]) and "(edited)" in str(told["blocks"])
    assert "Comment 1" not in str(told)


def test_the_words_of_a_deleted_comment_vanish(desk: Desk) -> None:
    interaction = comment(desk)
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.COMMENT, interaction.id)
    desk.works()
    desk.store.interactions.remove(interaction, desk.now)
    desk.put(NoticeKind.COMMENT_CHANGED, interaction.id)
    desk.works()
    _, told = desk.said()
    assert told["text"] == "Bo commented on the local network and deleted it."
    assert "Comment 1" not in str(told) and "actions" not in str(told["blocks"])


def test_one_that_was_deleted_before_it_was_told_is_not_told(desk: Desk) -> None:
    interaction = comment(desk)
    desk.put(NoticeKind.COMMENT, interaction.id)
    desk.store.interactions.remove(interaction, desk.now)
    desk.works()
    assert not desk.said()
    assert desk.nothing_left()


@pytest.mark.parametrize("many", [1, 4])
def test_one_that_was_deleted_while_it_was_unclear_whether_it_is_out_is_found(
    desk: Desk, many: int
) -> None:
    several = [comment(desk, number) for number in range(1, many + 1)]
    desk.put(NoticeKind.CARD, "u1")
    desk.works(3)
    if many > 1:
        desk.put(NoticeKind.DIGEST, "\n".join(["u1", *(each.id for each in several)]))
    else:
        desk.put(NoticeKind.COMMENT, several[0].id)
    desk.dies("after")
    for each in several:
        desk.store.interactions.remove(each, desk.now)
        desk.put(NoticeKind.COMMENT_CHANGED, each.id)
    desk.takes_over()
    _, told = desk.said()
    assert "deleted" in str(told["blocks"]) and "Comment 1" not in str(told)


def test_in_a_message_of_many_the_one_that_changed_is_changed(desk: Desk) -> None:
    several = [comment(desk, number) for number in range(1, 5)]
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.DIGEST, "\n".join(["u1", *(each.id for each in several)]))
    desk.works()
    edited(desk, several[1], "Second thoughts")
    desk.store.interactions.remove(several[2], desk.now)
    desk.put(NoticeKind.COMMENT_CHANGED, several[2].id)
    desk.works()
    _, told = desk.said()
    words = str(told["blocks"])
    assert "Second thoughts" in words and "(deleted)" in words
    assert "Comment 2" not in words and "Comment 3" not in words and "Comment 4" in words


def test_a_card_says_when_its_post_is_gone(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.works()
    desk.store.interactions.post_removed(UPDATE, desk.now)
    desk.put(NoticeKind.CARD_CHANGED, "u1")
    desk.works()
    (card,) = desk.said()
    assert "This post is no longer on" in str(card["blocks"])
    assert "Reply in this thread" not in str(card["blocks"])


@pytest.mark.parametrize("lone", [False, True])
@pytest.mark.parametrize(
    ("answers", "likes", "buttons"),
    [(True, True, {"Reply", "Like"}), (True, False, {"Reply"}), (False, False, set())],
)
def test_nobody_is_invited_to_what_an_account_cannot_do(
    desk: Desk, answers: bool, likes: bool, buttons: set[str], lone: bool
) -> None:
    desk.can = Abilities(
        answers=lambda profile: answers and profile == PROFILE,
        likes=lambda profile: likes and profile == PROFILE,
    )
    if not lone:
        desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.COMMENT, comment(desk).id)
    desk.works()
    first, told = desk.said()[0], desk.said()[-1]
    assert ("eply in this thread" in str(first["blocks"])) is answers
    assert {label for label in ("Reply", "Like") if f"'text': '{label}'" in str(told)} == buttons


def test_what_is_gone_is_passed_over_in_silence(desk: Desk) -> None:
    for kind in set(NoticeKind) - {NoticeKind.OUTCOME}:
        desk.put(kind, "nobody knows it")
    desk.works(10)
    assert not desk.said()
    assert desk.nothing_left()


def test_an_outcome_is_said_as_it_is_and_not_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    desk.put(NoticeKind.OUTCOME, "\nAdded: “a secret plan” <!channel>")
    desk.works()
    (told,) = desk.said()
    assert len(told["blocks"]) == 1, "there is nothing to press"
    assert "a secret plan" in str(told["blocks"])
    assert "<!channel>" not in told["text"]
    assert "secret plan" not in "".join(str(vars(record)) for record in caplog.records)


def test_new_counts_change_the_card_they_belong_to(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.tick()
    comment(desk)
    desk.put(NoticeKind.CARD_CHANGED, "u1")
    desk.works(5)
    (card,) = desk.said()
    assert "(1 comment)" in card["text"]
    by_message = desk.store.outbox.by_message(SOCIAL, card["ts"])
    assert by_message
    assert by_message.kind is NoticeKind.CARD


def test_what_changes_at_the_last_moment_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second change is not written while the first one waits, so that one has to show both."""
    desk.put(NoticeKind.CARD, "u1")
    desk.works(5)
    comment(desk, 1)
    desk.put(NoticeKind.CARD_CHANGED, "u1")
    claims = desk.store.outbox.to_wire

    def overtaken(notice: Notice, **more: Any) -> bool:
        monkeypatch.undo()
        comment(desk, 2)
        desk.put(NoticeKind.CARD_CHANGED, "u1")
        return claims(notice, **more)

    monkeypatch.setattr(desk.store.outbox, "to_wire", overtaken)
    desk.works(5)
    (card,) = desk.said()
    assert "(2 comments)" in card["text"]


def test_a_change_without_a_card_is_dropped(desk: Desk) -> None:
    desk.put(NoticeKind.CARD_CHANGED, "u1")
    desk.works(10)
    assert not desk.said()
    assert desk.nothing_left()


def failed(desk: Desk, **changes: Any) -> Update:
    update = replace(UPDATE, id="u2", state=State.FAILED, error="Too long.", sent_at=None)
    update = replace(update, **changes)
    desk.store.updates.append([update])
    return update


def test_a_problem_reaches_its_author_alone(desk: Desk) -> None:
    failed(desk)
    desk.put(NoticeKind.PROBLEM, "u2", ADA)
    desk.works(5)
    assert desk.texts(dm(desk, ADA)) == ["This post was not sent. @ada"]
    assert not desk.said(SOCIAL)


def dm(desk: Desk, user: str) -> str:
    return str(desk.client.conversations_open(users=user)["channel"]["id"])


def test_a_problem_that_was_solved_is_not_told(desk: Desk) -> None:
    failed(desk, state=State.SENT, sent_at=NINE)
    desk.put(NoticeKind.PROBLEM, "u2", ADA)
    desk.works(5)
    assert not desk.said(dm(desk, ADA))


def test_only_the_writer_is_asked_and_in_the_thread(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.works(3)
    card = desk.said()[0]["ts"]
    written = reply(desk, ReplyState.ASKED, thread=card)
    desk.put(NoticeKind.REPLY_QUESTION, written.id)
    desk.works(3)
    question = desk.said(as_=BO)[-1]
    assert question["thread_ts"] == card
    assert question["text"].startswith("Post your reply")
    assert len(desk.said(as_=ADA)) == 1


def test_an_answered_question_is_not_asked(desk: Desk) -> None:
    desk.put(NoticeKind.REPLY_QUESTION, reply(desk, ReplyState.INTERNAL).id)
    desk.works(3)
    assert not desk.said(as_=BO)


def test_a_reply_wears_a_glass_until_it_is_out(desk: Desk) -> None:
    written = reply(desk, ReplyState.WAITING)
    desk.put(NoticeKind.REPLY_STATE, written.id)
    desk.works(3)
    assert reactions(desk, written) == ["hourglass_flowing_sand"]
    desk.store.replies.move(written.id, expected=[ReplyState.WAITING], to=ReplyState.SENT)
    desk.put(NoticeKind.REPLY_STATE, written.id)
    desk.put(NoticeKind.REPLY_STATE, written.id)
    desk.works(5)
    assert reactions(desk, written) == ["white_check_mark"]
    assert not desk.said(as_=BO)


def test_a_reply_that_failed_says_why_to_its_writer(desk: Desk) -> None:
    written = reply(desk, ReplyState.FAILED, error="The login has expired.")
    desk.put(NoticeKind.REPLY_STATE, written.id)
    desk.works(3)
    assert reactions(desk, written) == ["warning"]
    (told,) = desk.said(as_=BO)
    assert "The login has expired." in told["text"]
    assert not desk.said(as_=ADA)


def test_a_mark_that_slack_refuses_does_not_hold_back_the_words(desk: Desk) -> None:
    desk.slack.faults.refuses("reactions.add", "too_many_reactions", times=None)
    desk.put(NoticeKind.REPLY_STATE, reply(desk, ReplyState.FAILED, error="No.").id)
    desk.works(3)
    assert len(desk.said(as_=BO)) == 1


# -- Slack's limits


def test_a_channel_hears_one_message_a_second(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.CARD, "u1", GENERAL)
    desk.tick()
    for number in range(3):
        desk.put(NoticeKind.COMMENT, comment(desk, number).id)
    assert len(desk.said(SOCIAL)) == 1
    assert len(desk.said(GENERAL)) == 1
    assert not desk.tick(0.5)
    assert len(desk.said(SOCIAL)) == 1
    for many in (2, 3, 4):
        desk.tick(1)
        assert len(desk.said(SOCIAL)) == many


def test_slack_says_until_when_to_wait(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.slack.faults.rate_limits("chat.postMessage", retry_after=30)
    desk.tick()
    desk.works(28)
    assert not desk.said()
    desk.works(5)
    assert len(desk.said()) == 1


def test_many_comments_arrive_in_order_within_the_limits(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    for number in range(20):
        desk.put(NoticeKind.COMMENT, comment(desk, number).id)
    desk.works(30)
    assert [m["text"] for m in desk.said()[1:]] == [
        f"Bo commented on the local network: “Comment {number}”." for number in range(20)
    ]


# -- Slack is not well


def everything(desk: Desk) -> None:
    """One of each kind that is a message, to three places."""
    failed(desk)
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.COMMENT, comment(desk).id)
    desk.put(NoticeKind.PROBLEM, "u2", ADA)
    desk.put(NoticeKind.CARD, "u1", GENERAL)


def all_said_once(desk: Desk) -> None:
    assert desk.texts() == ["Posted", "Bo commented"]
    assert desk.texts(GENERAL) == ["Posted"]
    assert desk.texts(dm(desk, ADA)) == ["This post was not sent. @ada"]
    assert desk.nothing_left()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 403])
def test_when_slack_is_down_all_is_said_once_it_is_back(desk: Desk, status: int) -> None:
    desk.slack.faults.down(status=status)
    everything(desk)
    desk.works(60)
    assert not desk.said()
    desk.slack.faults.clear()
    desk.works(180)
    all_said_once(desk)


def test_while_slack_is_down_it_is_asked_less_and_less(desk: Desk) -> None:
    calls = 0
    asks = desk.client.api_call

    def counting(*args: Any, **kwargs: Any) -> SlackResponse:
        nonlocal calls
        calls += 1
        return asks(*args, **kwargs)

    desk.client.api_call = counting  # type: ignore[method-assign]
    desk.slack.go_away()
    for number in range(50):
        desk.put(NoticeKind.CARD, "u1", f"C{number}")
    desk.works(600)
    assert calls < 60
    desk.slack.come_back()


def test_when_slack_cannot_be_reached_nothing_is_lost(desk: Desk) -> None:
    desk.slack.go_away()
    everything(desk)
    desk.works(60)
    assert not desk.store.outbox.on_wire()
    desk.slack.come_back()
    desk.works(120)
    all_said_once(desk)


def test_what_slack_took_without_an_answer_is_not_said_again(desk: Desk) -> None:
    everything(desk)
    desk.slack.faults.hangs("chat.postMessage", times=4)
    desk.works(120)
    all_said_once(desk)
    assert desk.store.outbox.said(NoticeKind.CARD, "u1", SOCIAL)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error"])
def test_what_slack_may_have_done_is_looked_up_first(desk: Desk, error: str) -> None:
    everything(desk)
    desk.slack.faults.refuses("chat.postMessage", error, times=3)
    desk.works(120)
    all_said_once(desk)


def test_it_is_found_among_many_messages(desk: Desk) -> None:
    desk.slack.faults.hangs("chat.postMessage")
    desk.put(NoticeKind.CARD, "u1")
    desk.tick()
    for number in range(450):
        desk.slack.say(as_=BO, channel=SOCIAL, text=f"chatter {number}")
    desk.works(30)
    assert len(desk.said()) == 1
    assert desk.nothing_left()


def test_a_lookup_that_fails_is_done_again_before_anything_is_said_twice(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.slack.faults.hangs("chat.postMessage")
    desk.slack.faults.down("conversations.history", times=2)
    desk.slack.faults.rate_limits("conversations.history", retry_after=20)
    desk.works(120)
    assert len(desk.said()) == 1
    assert desk.nothing_left()


def test_where_slack_lets_nobody_look_twice_is_better_than_never(desk: Desk) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.slack.faults.refuses("chat.postMessage", "internal_error")
    desk.slack.faults.refuses("conversations.history", "not_in_channel", times=None)
    desk.works(30)
    assert len(desk.said()) == 1


# -- the poster dies


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["card", "comment", "problem"])
def test_whenever_it_dies_it_is_said_once(desk: Desk, what: str, when: str) -> None:
    failed(desk)
    where = dm(desk, ADA) if what == "problem" else SOCIAL
    if what == "comment":
        desk.put(NoticeKind.CARD, "u1")
        desk.works(3)
        desk.put(NoticeKind.COMMENT, comment(desk).id)
    elif what == "card":
        desk.put(NoticeKind.CARD, "u1")
    else:
        desk.put(NoticeKind.PROBLEM, "u2", ADA)
    before = len(desk.said(where))
    desk.dies(when)
    assert len(desk.store.outbox.on_wire()) == 1
    desk.takes_over()
    assert len(desk.said(where)) == before + 1
    assert desk.nothing_left()
    (last,) = desk.said(where)[before:]
    assert desk.store.outbox.by_message(where, last["ts"])


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mark_or_a_change_may_be_made_again(desk: Desk, when: str) -> None:
    desk.put(NoticeKind.CARD, "u1")
    desk.works(3)
    comment(desk)
    desk.put(NoticeKind.CARD_CHANGED, "u1")
    desk.dies(when)
    desk.takes_over()
    assert "(1 comment)" in desk.said()[0]["text"]
    written = reply(desk, ReplyState.SENT)
    desk.put(NoticeKind.REPLY_STATE, written.id)
    desk.living.clear()
    desk.living.add("worker")
    desk.dies(when)
    desk.takes_over()
    assert reactions(desk, written) == ["white_check_mark"]
    assert desk.nothing_left()


def test_what_another_living_worker_says_is_left_to_it(desk: Desk) -> None:
    desk.client.dies = "before"
    desk.put(NoticeKind.CARD, "u1")
    with pytest.raises(Killed):
        desk.tick(owner="other")
    desk.client.dies = ""
    desk.living.add("other")
    desk.works(60)
    assert not desk.said()
    assert len(desk.store.outbox.on_wire()) == 1


def test_two_who_look_up_the_same_line_say_it_once(desk: Desk) -> None:
    notice = desk.put(NoticeKind.CARD, "u1")
    desk.dies("before")
    desk.tick(owner="next")
    asks = desk.client.api_call

    def meanwhile(*args: Any, **kwargs: Any) -> SlackResponse:
        """A third one found nothing either, and is saying it right now."""
        desk.client.api_call = asks  # type: ignore[method-assign]
        desk.living.add("third")
        desk.store.outbox.put_off(notice, until=desk.now, reason="not found")
        assert desk.store.outbox.to_wire(notice, owner="third", now=desk.now)
        return asks(*args, **kwargs)

    desk.client.api_call = meanwhile  # type: ignore[method-assign]
    desk.tick(5, owner="next")
    desk.takes_over()
    assert not desk.said()
    assert [owner for _, owner in desk.store.outbox.on_wire()] == ["third"]


VICTIM = """
import sys
from datetime import datetime
from slack_sdk import WebClient
from bot.outbox import Pace, tick
from storage import open_store
url, api_url, now = sys.argv[1:]
client = WebClient(token="xoxb-test", base_url=api_url, timeout=60, retry_handlers=[])
store, now = open_store(url), datetime.fromisoformat(now)
while True:
    tick(store, client, now, owner="victim", alive=lambda owner: True, pace=Pace())
"""


@pytest.mark.parametrize("reached_slack", [True, False])
def test_a_process_killed_in_the_middle_of_a_call(
    desk: Desk, tmp_path: Path, reached_slack: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'buffer.db'}"
    desk.store = open_store(url)
    desk.store.profiles.insert(PROFILE)
    desk.store.updates.append([UPDATE])
    desk.put(NoticeKind.CARD, "u1")
    with silent_server() as nobody:
        if reached_slack:
            desk.slack.faults.hangs("chat.postMessage")
        api_url = desk.slack.api_url if reached_slack else nobody
        command = [sys.executable, "-c", VICTIM, url, api_url, desk.now.isoformat()]
        victim = subprocess.Popen(command, cwd=ROOT)
        until(lambda: bool(desk.said() if reached_slack else desk.store.outbox.on_wire()))
        victim.kill()
        victim.wait()
    desk.takes_over()
    assert len(desk.said()) == 1
    assert desk.nothing_left()
    assert desk.store.outbox.said(NoticeKind.CARD, "u1", SOCIAL)
    desk.store.close()


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api/"


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end
        sleep(0.02)


# -- Slack says no


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "is_archived"])
def test_a_channel_that_is_closed_to_us_is_given_up(desk: Desk, error: str) -> None:
    desk.slack.faults.refuses("chat.postMessage", error, times=None)
    desk.put(NoticeKind.CARD, "u1")
    desk.put(NoticeKind.CARD_CHANGED, "u1")
    desk.works(10)
    assert desk.nothing_left()


def test_a_problem_that_nobody_would_hear_of_goes_to_the_admins(desk: Desk) -> None:
    desk.admins = (BO,)
    failed(desk, user_id="")
    desk.slack.faults.refuses("chat.postMessage", "is_archived")
    desk.put(NoticeKind.PROBLEM, "u2", SOCIAL)
    desk.works(10)
    assert desk.texts(dm(desk, BO)) == ["This post was not sent. @ada"]


def test_a_problem_whose_author_left_goes_to_the_admins(desk: Desk) -> None:
    desk.admins = (BO,)
    failed(desk)
    desk.slack.faults.refuses("chat.postMessage", "user_not_found", times=2)
    desk.put(NoticeKind.PROBLEM, "u2", ADA)
    desk.works(10)
    assert desk.nothing_left()


def test_an_author_who_hears_of_it_anyway_is_enough(desk: Desk) -> None:
    desk.admins = (BO,)
    failed(desk)
    desk.slack.faults.refuses("chat.postMessage", "is_archived")
    desk.put(NoticeKind.PROBLEM, "u2", SOCIAL)
    desk.works(10)
    assert not desk.said(dm(desk, BO))


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive", "missing_scope"])
def test_with_a_wrong_token_everything_waits_for_the_right_one(desk: Desk, error: str) -> None:
    desk.slack.faults.refuses("chat.postMessage", error, times=None)
    everything(desk)
    desk.works(120)
    assert not desk.said()
    desk.slack.faults.clear()
    desk.works(180)
    all_said_once(desk)
    desk.slack.problems.clear()
