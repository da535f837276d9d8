"""Whatever people write: every message and view stays within Slack's limits, as the local Slack checks them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot import form
from bot.blocks import Message, last_page, note, outcome_message, post_message
from bot.command import Post, Question
from bot.people import Typed
from bot.screens import answer, buttons, edit, home, profiles, queue
from bot.screens import help as helps
from buffer.model import Counts, Media, Page, Profile, State, Update
from cast import a_profile
from playground import check_message, check_view

ROUND = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ODD = st.sampled_from(
    [
        "🏳️‍🌈👩‍👩‍👧‍👦" * 500,
        "مرحبا بالعالم " * 300,
        "\u202eevil\u202c <!channel> <@U1> &amp; *b* `c`",
        "x" * 40_000,
        "a\u0301" * 2_000,
        "\n" * 200 + "end",
        " ",
        "👍",
        "< > & " * 2_000,
    ]
)
TEXTS = st.one_of(st.text(max_size=400), ODD)
NAMES = st.one_of(st.text(min_size=1, max_size=120).filter(str.strip), ODD.filter(str.strip))
IDS = st.integers(0, 2**40).map(lambda n: f"{n:024x}")


@st.composite
def a_name(draw: st.DrawFn) -> Profile:
    return a_profile(
        id=draw(IDS),
        name=draw(NAMES),
        paused=draw(st.booleans()),
        service=draw(st.sampled_from(["local", "mastodon"])),
    )


@st.composite
def an_update(draw: st.DrawFn, profile: Profile) -> Update:
    state = draw(st.sampled_from(list(State)))
    due = draw(st.none() | st.integers(0, 10**8).map(lambda s: NOW + timedelta(seconds=s)))
    return Update(
        id=draw(IDS),
        post_id="f" * 24,
        team_id="T1",
        profile_id=profile.id,
        service=profile.service,
        text=draw(TEXTS),
        state=state,
        created_at=NOW,
        updated_at=NOW,
        user_id="U1",
        due_at=due,
        scheduled_at=due,
        share_at=draw(st.sampled_from([None, NOW])),
        sent_at=NOW if state is State.SENT else None,
        service_link=draw(
            st.sampled_from(["", "https://x.y/1", "https://x.y/<|>", "javascript:1"])
        ),
        error=draw(TEXTS),
        media=Media(picture=draw(st.sampled_from(["", "https://x.y/p.png"]))),
    )


def fits(shown: Any) -> None:
    if isinstance(shown, Message):
        assert shown.payload()["blocks"] == [block.to_dict() for block in shown.blocks]
        check_message(shown.payload(), most_text=4000)
        check_view(last_page(shown).to_dict())
    else:
        check_view(shown.to_dict())


def unique(updates: Sequence[Update]) -> list[Update]:
    return list({update.id: update for update in updates}.values())


@ROUND
@given(st.data())
def test_the_answer_to_an_add(data: st.DataObject) -> None:
    many = data.draw(st.lists(a_name(), min_size=1, max_size=20, unique_by=lambda p: p.id))
    updates = [data.draw(an_update(profile)) for profile in many]
    by_id = {profile.id: profile for profile in many}
    fits(post_message(updates, by_id, "Asia/Kathmandu", notes=["a note"], fresh=True))
    fits(post_message(updates[:1], by_id, "UTC", value=updates[0].id))
    fits(buttons.undone_message(updates, "0123456789abcdef"))


@ROUND
@given(TEXTS, TEXTS, st.lists(a_name(), min_size=1, max_size=120, unique_by=lambda p: p.id))
def test_questions_and_refusals(text: str, other: str, many: list[Profile]) -> None:
    draft = "0123456789abcdef"
    typed = Typed(
        text=text, whole=f"{text} {other}", when=other[:80], at=NOW.isoformat(), asks=True
    )
    fits(answer.refusal_message(other or "No.", typed, draft, duplicate=True))
    fits(answer.confirm_message(typed, draft, "Asia/Kathmandu"))
    fits(answer.confirm_message(Typed(whole=text, when=other[:80]), draft, "UTC", other))
    fits(answer.choice_message(typed, draft, many))
    question = Question(suggestion="pause " + other[:100], post=Post(text=text, whole=text))
    fits(answer.question_message(question, draft, "/buffer"))
    fits(note(f"No: {text[:500]}"))


@ROUND
@given(
    TEXTS,
    st.lists(a_name(), min_size=1, max_size=120, unique_by=lambda p: p.id),
    st.lists(TEXTS.filter(str.strip), max_size=8),
    st.booleans(),
)
def test_the_composer(text: str, many: list[Profile], notes: list[str], duplicate: bool) -> None:
    typed = Typed(text=text, profile_ids=tuple(p.id for p in many[:5]), when=text[:90].strip())
    fits(form.view(typed, many, origin="0" * 16, notes=notes, duplicate=duplicate))
    fits(form.view(Typed(at=NOW.isoformat()), many))


@ROUND
@given(st.data())
def test_the_windows_to_edit(data: st.DataObject) -> None:
    profile = data.draw(a_name())
    updates = [data.draw(an_update(profile))]
    fits(edit.view(updates, "UTC", "0" * 16))
    fits(edit.view(updates, "UTC", "0" * 16, only_time=True))
    fits(edit.delete_view(updates, "0" * 16))


@ROUND
@given(st.data())
def test_the_lists(data: st.DataObject) -> None:
    many = data.draw(st.lists(a_name(), min_size=1, max_size=12, unique_by=lambda p: p.id))
    first = many[0]
    updates = unique([data.draw(an_update(first)) for _ in range(data.draw(st.integers(0, 10)))])
    page = Page(items=updates, total=data.draw(st.integers(len(updates), 5000)))
    counts = Counts(pending=page.total, sent=5, limit=5000)
    heading = queue.pending_heading(first, counts)
    fits(
        queue.view(
            page, first, many, "UTC", kind="queue", page=2, heading=heading, empty="Nothing."
        )
    )
    fits(
        profiles.view(
            many,
            {p.id: counts for p in many},
            channel="C1",
            followed=[first.id],
            defaults=[first.id],
            admin=True,
        )
    )


@ROUND
@given(st.data())
def test_home(data: st.DataObject) -> None:
    many = data.draw(st.lists(a_name(), max_size=30, unique_by=lambda p: p.id))
    counts = Counts(pending=4000, sent=5, limit=5000)
    queues = [
        home.Queued(
            profile=profile,
            counts=counts,
            updates=[data.draw(an_update(profile)) for _ in range(data.draw(st.integers(0, 3)))],
        )
        for profile in many[:4]
    ]
    queues += [home.Queued(profile=profile, counts=counts, updates=[]) for profile in many[4:]]
    ids = [update.id for queued in queues for update in queued.updates]
    assume(len(ids) == len(set(ids)))
    held = (State.FAILED, State.MISSED, State.UNCONFIRMED)
    problems = [(u, q.profile) for q in queues for u in q.updates if u.state in held]
    fits(home.view(queues, problems, "UTC", "/buffer"))
    if queues:
        updates = unique([data.draw(an_update(many[0])) for _ in range(20)])
        page = Page(items=updates, total=400)
        fits(home.page_view(queues[0], page, "UTC", 3))


def test_help() -> None:
    fits(helps.view("/" + "x" * 31))


@ROUND
@given(TEXTS, IDS)
def test_how_something_slow_went(words: str, post: str) -> None:
    fits(outcome_message(f"{post}\nAdded: “{words}”"))
    fits(outcome_message(f"\nIt did not work: {words}\f{words}"))
