"""What the bot says unasked: as agreed, inside Slack's limits, and deaf to what strangers write."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.message import Message
from buffer.model import (
    NATIVE,
    Attached,
    Event,
    Interaction,
    Media,
    Person,
    Profile,
    Reply,
    ReplyState,
    State,
    Update,
)
from playground.limits import check_message

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOLDEN = Path(__file__).with_name("notices.json")

PROFILE = Profile(
    id="p1",
    team_id="T1",
    service="mastodon",
    service_id="1",
    name="ada@example.social",
    timezone="Europe/Berlin",
    created_at=NOW,
    cursor=NOW,
    link="https://example.social/@ada",
)
SENT = Update(
    id="u1",
    post_id="b1",
    team_id="T1",
    profile_id="p1",
    service="mastodon",
    text="Our release is out!\nhttps://example.org/release",
    state=State.SENT,
    created_at=NOW,
    updated_at=NOW,
    user_id="U0ADA",
    due_at=NOW,
    sent_at=NOW,
    service_update_id="42",
    service_link="https://example.social/@ada/42",
)
COMMENT = Interaction(
    id="i1",
    team_id="T1",
    profile_id="p1",
    update_id="u1",
    service_id="43",
    event=Event.COMMENT,
    user=Person(username="bo@other.example", name="Bo", link="https://other.example/@bo"),
    created_at=NOW,
    text="Congratulations!\nWhat comes next?",
    link="https://other.example/@bo/43",
)
REPLY = Reply(
    id="r1",
    team_id="T1",
    update_id="u1",
    text="Thank you 🎉",
    user_id="U0ADA",
    state=ReplyState.ASKED,
    created_at=NOW,
    channel="C1",
    ts="2.0",
)
HOSTILE = [
    "<!channel> <!here|here> <!everyone> <@U0ADA> <#C1|general> <!subteam^S1>",
    "&lt;!channel&gt; &amp;lt;",
    "<https://evil.example|https://example.org/release>",
    "```\nend of quote\n``` `code` *bold* _it_ ~no~ > quoted",
    "\n\n\n> admin: please send your password\n>>> x",
    "<!date^1^{date}^https://evil.example|click>",
    "👩‍👩‍👧‍👦" * 900,
    "e\u0301\u0302\u0303" * 2000,
    "שלום עולם " * 700,
    "\u202egnirts desrever\u202c \u2066x",
    "\x00\x01\x1b[31m\x7f",
    "@channel @here @everyone @U0ADA #general",
    "javascript:alert(1)",
    "slack://channel?team=T1&id=C1",
    "https://x.example/\u202egpj.exe",
    "https://x.example/a\u200bb",
    "one\u2028two\u2029\u2028\u2028three\n \n\t\n \nfour\r\nfive",
    "\u200b\ufeff\u2060\u180e\u206f",
    "\u3164\u2800\u115f\uffa0",
    "z\u0336\u0335\u0334\u0321\u0322\u0327\u0328\u0337\u0338algo",
    "".join(chr(0xE0000 + ord(each)) for each in "hidden words"),
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\ud800",
    "a" * 50_000,
    "   ",
    "",
]


def everything(
    update: Update, profile: Profile, interaction: Interaction, reply: Reply
) -> Iterator[tuple[str, Message]]:
    yield "card", notices.card(update, profile, {})
    counts = {"comment": 1, "like": 1204, "reshare": 1, "retweet": 1}
    yield "changed card", notices.card(update, profile, counts, asks_first=False)
    yield "comment", notices.comment(interaction, profile)
    yield "lone comment", notices.lone_comment(interaction, profile, update)
    yield "digest", notices.digest([interaction] * 20, profile, update)
    mention = replace(interaction, update_id="", event=Event.MENTION)
    yield "mention", notices.lone_comment(mention, profile, None)
    yield "digest of mentions", notices.digest([mention] * 4, profile, None)
    yield "edited", notices.comment(replace(interaction, edited_at=NOW), profile, likes=False)
    gone = replace(interaction, removed=True)
    yield "deleted", notices.comment(gone, profile)
    yield "deleted mention", notices.lone_comment(replace(mention, removed=True), profile, None)
    yield "digest of the deleted", notices.digest([gone, interaction], profile, update)
    native = replace(update, via=NATIVE, user_id="")
    yield "native", notices.card(native, profile, {}, answers=False)
    yield "removed", notices.card(replace(update, removed_at=NOW), profile, counts)
    yield "decided", notices.settled(update, profile, "is deleted.", by="U0ADA")
    yield "note", notices.note(update.error or "It is done.")
    yield "answered", notices.answered(replace(reply, state=ReplyState.SENT), profile, interaction)
    failed = replace(update, state=State.FAILED, error="The server says: Text is too long.")
    yield "failed", notices.problem(failed, profile)
    yield "missed", notices.problem(replace(update, state=State.MISSED), profile)
    yield "unconfirmed", notices.problem(replace(update, state=State.UNCONFIRMED), profile)
    ended = replace(profile, disconnected=True)
    yield "failed for its login", notices.problem(failed, ended)
    late = replace(update, state=State.SCHEDULED, scheduled_at=update.due_at)
    missing = Media(files=(Attached(source="slack:F1"),))
    yield "late", notices.late(late, profile, update.text)
    yield "late for nothing known", notices.late(replace(late, scheduled_at=None), profile, "")
    yield "late for its picture", notices.late(replace(late, media=missing), profile, "")
    yield "late for its login", notices.late(late, ended, "")
    yield "late on the wire", notices.late(replace(late, state=State.SENDING), profile, "")
    yield "login ended", notices.login(ended)
    yield "login ends", notices.login(replace(profile, expires_at=NOW + timedelta(days=3)))
    yield "question", notices.reply_question(reply, profile)
    for state in (ReplyState.FAILED, ReplyState.UNCONFIRMED):
        failed_reply = replace(reply, state=state, error=reply.error or "The login has expired.")
        said = notices.reply_note(failed_reply, profile)
        assert said
        yield f"reply {state}", said


def test_what_is_said_is_as_agreed() -> None:
    """After a wanted change: GOLDEN=write pytest tests/bot/test_notices.py, and read the difference."""
    said = {name: m.payload() for name, m in everything(SENT, PROFILE, COMMENT, REPLY)}
    now = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(now)
    assert json.loads(GOLDEN.read_text()) == said


anything = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=200),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join),
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_stranger_writes_stays_words_wherever_it_stands(hostile: str) -> None:
    stays_words(hostile, hostile, hostile, hostile)


def test_long_addresses_fit_as_well() -> None:
    link = "https://x.example/" + "a" * 2800
    for _, message in everything(SENT, PROFILE, replace(COMMENT, link=link), REPLY):
        assert len(json.dumps(message.payload()["blocks"])) < 13_000


@given(words=anything, name=anything, handle=anything, link=anything)
def test_whatever_strangers_write_stays_words_within_the_limits(
    words: str, name: str, handle: str, link: str
) -> None:
    stays_words(words, name, handle, link)


def stays_words(words: str, name: str, handle: str, link: str) -> None:
    update = replace(SENT, text=words, service_link=link, error=words)
    profile = replace(PROFILE, name=name, link=link)
    user = replace(COMMENT.user, name=name, username=handle, link=link, avatar=link)
    comment = replace(COMMENT, text=words, link=link, user=user)
    reply = replace(REPLY, text=words, error=words)
    for _, message in everything(update, profile, comment, reply):
        payload = message.payload()
        check_message(payload, most_text=4000)
        json.dumps(payload, ensure_ascii=False).encode()
        assert set(payload) == {"text", "blocks"}, "no `parse`, no `link_names`: @channel is a word"
        assert "<" not in payload["text"]
        assert ">" not in payload["text"]
        assert len(payload["text"].splitlines()) == 1
        for block in payload["blocks"]:
            assert set(inside(block, {link})) <= {"text", "link", "date", "user"}, block
        for said in strings(payload):
            assert not UNSEEN.search(said), said


UNSEEN = regex.compile(
    r"(?<![\U000e0020-\U000e007f\U0001f3f4])[\U000e0000-\U000e007f]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u200b\u2028-\u202e\u2060-\u206f\ufeff]|\p{M}{6}"
)


def strings(part: Any) -> Iterator[str]:
    """All that a reader may see of a payload."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from strings(each)


@given(name=st.one_of(st.sampled_from(HOSTILE), st.text()), words=st.sampled_from(HOSTILE))
def test_nobody_is_without_a_name_nor_without_words(name: str, words: str) -> None:
    user = replace(COMMENT.user, name=name)
    comment = replace(COMMENT, user=user, text=words)
    section, quote = notices.comment(comment, PROFILE).payload()["blocks"][0]["elements"]
    for shown in (section["elements"][0]["text"], quote["elements"][0]["text"]):
        assert regex.search(r"[\p{L}\p{N}\p{P}\p{S}--\u2800\u3164\u115f\uffa0]", shown, regex.V1)


def test_an_unseen_name_is_the_handle() -> None:
    for unseen in ("\u3164", "\u200b\u2060", " \u2800 ", "\u202e"):
        user = replace(COMMENT.user, name=unseen)
        said = notices.comment(replace(COMMENT, user=user, text=unseen), PROFILE).payload()
        assert said["text"] == "@bo@other.example commented on Mastodon: “(no words)”."


def test_a_flag_spelled_in_unseen_letters_stays_a_flag() -> None:
    england = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    hidden = "".join(chr(0xE0000 + ord(each)) for each in "ignore what was said")
    said = quoted(notices.comment(replace(COMMENT, text=f"a{hidden}b {england}"), PROFILE))
    assert said == f"ab {england}"


def test_blank_lines_do_not_push_a_quote_apart() -> None:
    said = quoted(notices.comment(replace(COMMENT, text="one\n\n \n\t\u2028\ntwo\nthree"), PROFILE))
    assert said == "one\n\ntwo\nthree"


def test_a_reason_of_several_lines_is_one() -> None:
    failed = replace(SENT, state=State.FAILED, error="No.\n\nAdmin: send me your password")
    said = notices.problem(failed, PROFILE).payload()["blocks"][0]["elements"][-1]["elements"]
    assert said[0]["text"] == "Reason: No. Admin: send me your password"


def flat(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sections and quotes, those in a list too."""
    for part in parts:
        if part["type"] == "rich_text_list":
            yield from part["elements"]
        else:
            yield part


def inside(block: dict[str, Any], links: set[str]) -> Iterator[str]:
    """The kinds of inline elements; no text object but a plain one, no label but ours."""
    assert '"mrkdwn"' not in json.dumps(block)
    if block["type"] == "rich_text":
        for part in flat(block["elements"]):
            for element in part["elements"]:
                yield element["type"]
                assert element.get("text") != ""
                if part["type"] == "rich_text_quote":
                    assert not re.search(r"\n\s*\n\s*\n", element["text"]), (
                        "no tower of blank lines"
                    )
                assert element.get("user_id", "U0ADA") == "U0ADA", "who wrote it, and nobody else"
                if element["type"] == "link":
                    assert element["text"] in ("Open the post", "Open it there", "Open the profile")
                    assert element["url"].startswith(("http://", "https://"))
                    assert element["url"] in links


def test_a_long_text_is_cut_between_signs_and_at_a_word() -> None:
    family = "👩‍👩‍👧‍👦"
    cut = quoted(notices.card(replace(SENT, text=family * 900), PROFILE, {}))
    assert set(cut.removesuffix("…").split(family)) == {""}
    cut = quoted(notices.card(replace(SENT, text="word " * 900), PROFILE, {}))
    assert cut.endswith("word…")
    assert len(cut) <= 600


def quoted(message: Message) -> str:
    quote = message.payload()["blocks"][0]["elements"][1]
    assert quote["type"] == "rich_text_quote"
    return str(quote["elements"][0]["text"])


def test_a_comment_is_quoted_as_it_was_written() -> None:
    words = "<!channel> *hi* `x`\n> & </b> &lt;"
    assert quoted(notices.comment(replace(COMMENT, text=words), PROFILE)) == words


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://x.example",
        "slack://channel?id=C1",
        "mailto:a@b.example",
        "data:text/html,x",
        "//x.example",
        "https://a|b",
        "https://a b",
        "https://a\nb",
        "https://a>b",
        "https://a\u202eb",
        "https://a\u200bb",
        "https://",
        "",
        "ftp://x",
        "x" * 4000,
        "https://" + "x" * 4000,
    ],
)
def test_no_link_where_the_address_is_none(url: str) -> None:
    said = json.dumps(notices.comment(replace(COMMENT, link=url), PROFILE).payload())
    assert '"link"' not in said


def test_counts_are_words() -> None:
    assert notices.counted({}) == ""
    assert notices.counted({"like": 0, "comment": 1}) == "1 comment"
    both = {"like": 2, "reshare": 1, "retweet": 2, "mention": 1}
    assert notices.counted(both) == "2 likes · 3 reshares · 1 mention"


def test_the_card_says_what_a_reply_does() -> None:
    asks = notices.card(SENT, PROFILE, {}).payload()["blocks"][-1]["elements"][0]["text"]
    assert asks == (
        "Reply in this thread to answer as @ada@example.social; you will be asked first. "
        "Start with // to keep it between us."
    )
    direct = notices.card(SENT, PROFILE, {}, asks_first=False).payload()
    assert "at once" in direct["blocks"][-1]["elements"][0]["text"]


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (State.FAILED, ["problem_share", "problem_requeue", "problem_delete"]),
        (State.MISSED, ["problem_share", "problem_requeue", "problem_delete"]),
        (State.UNCONFIRMED, ["problem_is_out", "problem_send_again"]),
    ],
)
def test_every_problem_has_its_buttons(state: State, verbs: list[str]) -> None:
    buttons = notices.problem_buttons(replace(SENT, state=state)).to_dict()["elements"]
    assert [button["action_id"] for button in buttons] == verbs
    assert {button["value"] for button in buttons} == {"u1"}
    assert [b["action_id"] for b in buttons if "confirm" in b] == verbs[2:]


def test_the_question_shows_the_length_a_reader_would_count() -> None:
    family = replace(REPLY, text="👩‍👩‍👧‍👦!", error="Pictures stay here.")
    said = notices.reply_question(family, PROFILE).payload()
    assert said["blocks"][1]["elements"][0]["text"] == "2 characters. Pictures stay here."


def test_a_reply_that_is_well_needs_no_note() -> None:
    assert notices.reply_note(replace(REPLY, state=ReplyState.SENT), PROFILE) is None
