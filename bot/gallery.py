"""The main screens, drawn with made-up posts: to look at, and to notice when one changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from slack_sdk.models.views import View

from bot import form
from bot.blocks import HOLD, post_message
from bot.command import Post, Question
from bot.message import Message
from bot.people import Typed
from bot.screens import (
    answer,
    buttons,
    comment,
    connect,
    edit,
    home,
    profiles,
    queue,
    schedule,
    settings,
)
from bot.screens import help as helps
from buffer.accounts import Asked
from buffer.channels import Wishes
from buffer.model import (
    OPTIONS,
    Counts,
    Event,
    Interaction,
    Json,
    Media,
    Page,
    Person,
    Profile,
    State,
    Update,
)
from buffer.ports import Field

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
DRAFT = "0123456789abcdef"
LOCAL = Profile(
    id="a" * 24,
    team_id="T1",
    service="local",
    service_id="local",
    name="Local network",
    timezone="UTC",
    created_at=NOW,
    cursor=NOW,
)
ADA = replace(
    LOCAL,
    id="b" * 24,
    service="mastodon",
    service_id="ada@fosstodon.org",
    name="ada@fosstodon.org",
    timezone=ZONE,
)
PROFILES = {profile.id: profile for profile in (LOCAL, ADA)}
QUEUED = Update(
    id="1" * 24,
    post_id="f" * 24,
    team_id="T1",
    profile_id=LOCAL.id,
    service="local",
    text="Our release is out! 🎉 https://example.org/2.0",
    state=State.QUEUED,
    created_at=NOW,
    updated_at=NOW,
    user_id="U1",
    via="slack",
    due_at=NOW + timedelta(hours=1),
)
SCHEDULED = replace(
    QUEUED,
    id="2" * 24,
    profile_id=ADA.id,
    service="mastodon",
    state=State.SCHEDULED,
    scheduled_at=NOW + timedelta(days=1),
    due_at=NOW + timedelta(days=1),
    media=Media(picture="https://example.org/cat.jpg", alt_text="A cat"),
)
FAILED = replace(QUEUED, id="3" * 24, state=State.FAILED, error="Text is too long.")
UNCLEAR = replace(SCHEDULED, id="4" * 24, state=State.UNCONFIRMED, scheduled_at=None)
SENT = replace(QUEUED, state=State.SENT, sent_at=NOW, service_link="https://example.org/p1")
TYPED = Typed(
    text="Our release is out!",
    whole="Our release is out! tomorrow at 9am",
    profile_ids=(LOCAL.id,),
    when="tomorrow at 9am",
    at="2026-03-03T09:00:00+01:00",
    asks=True,
)
DANA = Interaction(
    id="5" * 24,
    team_id="T1",
    profile_id=ADA.id,
    update_id="1" * 24,
    service_id="c1",
    event=Event.COMMENT,
    user=Person(username="dana", name="Dana"),
    created_at=NOW,
    text="Does it run on a Raspberry Pi?",
)
NETWORK_FIELDS = {
    "mastodon": (
        Field(
            name="server", label="Server", hint="The name of your server", example="mastodon.social"
        ),
        Field(name="token", label="Access token", secret=True, optional=True),
    ),
    "bluesky": (Field(name="handle", label="Handle"),),
}
ASKED = Asked(
    words="Log in there, allow it, and copy the code that is shown.",
    url="https://mastodon.social/oauth/authorize",
    fields=(Field(name="code", label="Code"),),
    pending="1",
)
COUNTS = Counts(pending=2, sent=1, limit=5000)


def the_list() -> Message:
    return queue.view(
        Page(items=[QUEUED, replace(SCHEDULED, profile_id=LOCAL.id)], total=12),
        LOCAL,
        list(PROFILES.values()),
        ZONE,
        kind="queue",
        page=1,
        heading=queue.pending_heading(LOCAL, Counts(pending=12, sent=1, limit=5000)),
        empty="",
    )


def the_home() -> View:
    queues = [
        home.Queued(profile=LOCAL, counts=Counts(pending=12, sent=1, limit=5000), updates=[QUEUED]),
        home.Queued(profile=replace(ADA, paused=True), counts=COUNTS, updates=[SCHEDULED]),
        home.Queued(
            profile=replace(ADA, id="c" * 24, disconnected=True), counts=COUNTS, updates=[]
        ),
    ]
    return home.view(queues, [(FAILED, LOCAL), (UNCLEAR, ADA)], ZONE, "/buffer")


SCREENS: dict[str, Callable[[], Message | View]] = {
    "answer_queued": lambda: post_message([QUEUED], PROFILES, ZONE, fresh=True),
    "answer_two_profiles": lambda: post_message([QUEUED, SCHEDULED], PROFILES, ZONE, fresh=True),
    "answer_going_out": lambda: post_message(
        [replace(QUEUED, share_at=NOW + HOLD)], PROFILES, ZONE
    ),
    "answer_sent": lambda: post_message([SENT], PROFILES, ZONE),
    "answer_undone": lambda: buttons.undone_message([QUEUED], DRAFT),
    "answer_confirm": lambda: answer.confirm_message(TYPED, DRAFT, ZONE),
    "answer_confirm_no_time": lambda: answer.confirm_message(
        replace(TYPED, at=""), DRAFT, ZONE, "That time has passed."
    ),
    "answer_refused": lambda: answer.refusal_message(
        "“Local network” takes 500 characters; this text has 512.", TYPED, DRAFT
    ),
    "answer_duplicate": lambda: answer.refusal_message(
        "The same text is waiting already.", TYPED, DRAFT, duplicate=True
    ),
    "answer_which_profile": lambda: answer.choice_message(TYPED, DRAFT, list(PROFILES.values())),
    "answer_verb": lambda: answer.question_message(
        Question(
            suggestion="pause mastodon", post=Post(text="pause mastdon", whole="pause mastdon")
        ),
        DRAFT,
        "/buffer",
    ),
    "compose_empty": lambda: form.view(Typed(), list(PROFILES.values()), origin=DRAFT),
    "compose_more": lambda: form.view(
        replace(TYPED, files=(("F1", "cat.png", "A cat"),), options={"warning": "cats"}),
        list(PROFILES.values()),
        offer=form.Offer(
            files=True,
            series=True,
            options=frozenset(OPTIONS),
            taken=(("F1", "cat.png", "A cat"), ("F2", "dog.png", "")),
        ),
        origin=DRAFT,
        notes=["From a message by <@U0ADA>"],
        more=True,
    ),
    "compose_preview": lambda: form.view(
        replace(TYPED, picture="https://example.org/cat.jpg", alt_text="A cat"),
        list(PROFILES.values()),
        origin=DRAFT,
        notes=["*Local network*: 19 of 500 characters"],
        duplicate=True,
    ),
    "edit": lambda: edit.view([SCHEDULED], ZONE, DRAFT),
    "edit_time": lambda: edit.view([QUEUED], ZONE, DRAFT, only_time=True),
    "edit_delete": lambda: edit.delete_view([QUEUED], DRAFT),
    "queue": the_list,
    "profiles": lambda: profiles.view(
        [LOCAL, replace(ADA, paused=True)],
        dict.fromkeys(PROFILES, COUNTS),
        channel="C1",
        followed=[LOCAL.id],
        defaults=[ADA.id],
        admin=True,
    ),
    "connect": lambda: connect.view(
        connect.Stage(service="mastodon", channel="C1"),
        list(NETWORK_FIELDS),
        NETWORK_FIELDS["mastodon"],
        typed={"server": "mastodon.social"},
        error="mastodon.social does not answer.",
    ),
    "connect_code": lambda: connect.view(
        connect.Stage(service="mastodon", channel="C1", pending="1"), [], ASKED.fields, asked=ASKED
    ),
    "connected": lambda: connect.done_view(ADA, news=True),
    "schedule": lambda: schedule.view(ADA, DRAFT),
    "settings": lambda: settings.view(
        list(PROFILES.values()),
        [LOCAL.id],
        Wishes(quiet_from="22:00", quiet_to="07:30", timezone=ZONE),
        DRAFT,
        ZONE,
    ),
    "reply": lambda: comment.view(DANA, ADA, DRAFT),
    "help": lambda: helps.view("/buffer"),
    "home": the_home,
    "home_empty": lambda: home.view(
        [home.Queued(profile=LOCAL, counts=Counts(pending=0, sent=0, limit=5000), updates=[])],
        [],
        ZONE,
        "/buffer",
    ),
    "home_page": lambda: home.page_view(
        home.Queued(profile=LOCAL, counts=COUNTS, updates=[QUEUED]),
        Page(items=[QUEUED], total=45),
        ZONE,
        2,
    ),
}


def drawn(name: str) -> Json:
    """A screen as Slack gets it, and as the Block Kit Builder takes it. Raises KeyError."""
    shown = SCREENS[name]()
    return shown.payload() if isinstance(shown, Message) else dict(shown.to_dict())
