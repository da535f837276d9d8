"""Every endpoint of the API in one table: what it is called, what it takes, what it answers. The routes are made from
it, and so is /openapi.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from buffer.api import comments, info, profiles, updates
from buffer.api.call import Call


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter. `kind` is a word of `openapi.KINDS`."""

    name: str
    kind: str
    about: str
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One endpoint. `answer` is a word of `schemas.SCHEMAS`; `[…]` round it means a list of them."""

    method: str
    path: str
    act: Callable[[Call], Any]
    about: str
    answer: str
    parameters: tuple[Parameter, ...] = ()


def _takes(
    *parameters: tuple[str, str, str], required: tuple[str, ...] = ()
) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name=name, kind=kind, about=about, required=name in required)
        for name, kind, about in parameters
    )


_UTC = ("utc", "boolean", "Show day and due_time in UTC instead of the profile's zone.")
_PAGE = ("page", "page", "From 1.")
_COUNT = ("count", "count", "How many on a page: 1 to 100, else 20.")
_TEXT = ("text", "string", "What to post.")
_NOW = ("now", "boolean", "Share it at once.")
_MEDIA = ("media", "media", "What to attach.")
_OWN_TIME = ("scheduled_at", "moment", "A time of its own; overrides top and now.")
_AGAIN = ("allow_duplicate", "boolean", "Post the same text again.")
_OPTIONS = (
    ("warning", "string", "Ours: a content warning, where the network has them."),
    ("visibility", "string", "Ours: public, unlisted or private, where the network knows it."),
    ("language", "string", "Ours: its language (en, de, …), where the network knows it."),
)
_SERIES = "Ours: divide a text that is too long into a thread, where the network has them."
_IDS = ("ids", "ids", "Ours: further updates to do it with, all or none.")
_HOLD = ("hold", "hold", "Ours: seconds it is kept back, so that it can be taken back.")
_LIST = (
    _PAGE,
    _COUNT,
    ("since", "moment", "Only those made (sent: sent) after this time."),
    _UTC,
)

ROUTES = (
    Route(
        method="GET",
        path="/1/user.json",
        act=info.user,
        about="Whose token this is.",
        answer="User",
    ),
    Route(
        method="GET",
        path="/1/info/configuration.json",
        act=info.configuration,
        about="What the networks take.",
        answer="Configuration",
    ),
    Route(
        method="GET",
        path="/1/profiles.json",
        act=profiles.profiles,
        about="All profiles, oldest first.",
        answer="[Profile]",
    ),
    Route(
        method="GET",
        path="/1/profiles/{id}.json",
        act=profiles.profile,
        about="One profile.",
        answer="Profile",
    ),
    Route(
        method="GET",
        path="/1/profiles/{id}/schedules.json",
        act=profiles.schedules,
        about="A profile's weekly posting times.",
        answer="[Schedule]",
    ),
    Route(
        method="POST",
        path="/1/profiles/{id}/schedules/update.json",
        act=profiles.set_schedules,
        about="Replace a profile's posting times.",
        answer="SchedulesSaved",
        parameters=_takes(
            ("schedules", "schedules", "Days and times, whole."), required=("schedules",)
        ),
    ),
    Route(
        method="GET",
        path="/1/profiles/{id}/counts.json",
        act=profiles.counts,
        about="How full a profile's queue is.",
        answer="Counts",
    ),
    Route(
        method="POST",
        path="/1/profiles/{id}/paused.json",
        act=profiles.pause,
        about="Pause a profile, or let it go on.",
        answer="Paused",
        parameters=_takes(("paused", "boolean", "Which of the two."), required=("paused",)),
    ),
    Route(
        method="POST",
        path="/1/profiles/{id}/update_timezone.json",
        act=profiles.set_timezone,
        about="Move a profile's posting times to another zone.",
        answer="TimezoneSaved",
        parameters=_takes(
            ("timezone", "string", "An IANA name such as Europe/Berlin."), required=("timezone",)
        ),
    ),
    Route(
        method="GET",
        path="/1/profiles/{id}/updates/pending.json",
        act=updates.pending,
        about="What waits, by due time.",
        answer="Updates",
        parameters=_takes(*_LIST),
    ),
    Route(
        method="GET",
        path="/1/profiles/{id}/updates/sent.json",
        act=updates.sent,
        about="What was sent, newest first.",
        answer="Updates",
        parameters=_takes(*_LIST, ("filter", "filter", "No effect here.")),
    ),
    Route(
        method="POST",
        path="/1/profiles/{id}/updates/reorder.json",
        act=updates.reorder,
        about="Lay queued updates in this order, before the one now at the offset.",
        answer="Reordered",
        parameters=_takes(
            ("order", "ids", "Ids of queued updates."),
            (
                "offset",
                "offset",
                "From 0, the default; those with a time of their own not counted.",
            ),
            _UTC,
            required=("order",),
        ),
    ),
    Route(
        method="POST",
        path="/1/profiles/{id}/updates/shuffle.json",
        act=updates.shuffle,
        about="Put the queued updates in random order.",
        answer="Shuffled",
        parameters=_takes(("count", "limit", "How many to show; all by default."), _UTC),
    ),
    Route(
        method="POST",
        path="/1/updates/create.json",
        act=updates.create,
        about="Add an update for each of several profiles: for all of them or none.",
        answer="Created",
        parameters=_takes(
            ("profile_ids", "ids", "Whom it is for; unknown ones are passed over."),
            _TEXT,
            _NOW,
            ("top", "boolean", "Put it before the queue."),
            _MEDIA,
            _OWN_TIME,
            (
                "shorten",
                "boolean",
                "Links go out short, under PUBLIC_URL where it is set; true by default.",
            ),
            (
                "attachment",
                "boolean",
                "The first link gets a preview, unless media are given; true by default.",
            ),
            ("retweet", "retweet", "Kept and shown; networks without it post the tweet's address."),
            _AGAIN,
            *_OPTIONS,
            ("series", "boolean", _SERIES),
            _HOLD,
            ("source", "string", "Ours: where the text was taken from."),
            _UTC,
            required=("profile_ids",),
        ),
    ),
    Route(
        method="GET",
        path="/1/updates/{id}.json",
        act=updates.show,
        about="One update.",
        answer="Update",
        parameters=_takes(_UTC),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/update.json",
        act=updates.update,
        about="Change an update that has not been sent.",
        answer="Changed",
        parameters=_takes(
            *(_TEXT, _NOW, _MEDIA, _OWN_TIME, _AGAIN, *_OPTIONS),
            ("keep_text", "boolean", "Ours: leave the text as it is, whatever is given for it."),
            ("to_queue", "boolean", "Ours: put it back in the queue, one in error too."),
            *(_IDS, _UTC),
            required=("text",),
        ),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/share.json",
        act=updates.share,
        about="Share a waiting update now.",
        answer="Shared",
        parameters=_takes(_HOLD, _IDS, _UTC),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/destroy.json",
        act=updates.destroy,
        about="Delete an update for good.",
        answer="Done",
        parameters=_takes(_IDS),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/move_to_top.json",
        act=updates.move_to_top,
        about="Make a queued update the next one.",
        answer="Update",
        parameters=_takes(_IDS, _UTC),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/unshare.json",
        act=updates.unshare,
        about="Ours: take back a share that is still held.",
        answer="Shared",
        parameters=_takes(_IDS, _UTC),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/confirm_sent.json",
        act=updates.confirm_sent,
        about="Ours: somebody saw an unconfirmed update on its network.",
        answer="Shared",
        parameters=_takes(_UTC),
    ),
    Route(
        method="GET",
        path="/1/updates/problems.json",
        act=updates.problems,
        about="Ours: updates that need a person, newest first.",
        answer="Problems",
        parameters=_takes(("count", "count", "How many: 1 to 100, else 20."), _UTC),
    ),
    Route(
        method="GET",
        path="/1/posts/{id}.json",
        act=updates.post,
        about="Ours: the updates that were made together.",
        answer="[Update]",
        parameters=_takes(_UTC),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/requeue.json",
        act=updates.requeue,
        about="Queue an update again that failed or missed its time.",
        answer="Requeued",
        parameters=_takes(_UTC),
    ),
    Route(
        method="GET",
        path="/1/updates/{id}/interactions.json",
        act=comments.interactions,
        about="What people did with an update, newest first.",
        answer="Interactions",
        parameters=_takes(
            ("event", "event", "One kind, singular or plural; all by default."),
            ("page", "offset", "From 0."),
            _COUNT,
            ("since", "moment", "Only after this time."),
            ("before", "moment", "Only before this time."),
        ),
    ),
    Route(
        method="POST",
        path="/1/updates/{id}/interactions/create.json",
        act=comments.create,
        about="Comment on a sent update; waits up to ten seconds for the network.",
        answer="Commented",
        parameters=_takes(
            ("text", "string", "The comment."),
            ("event", "comment", "“comment”."),
            ("interaction_id", "string", "Answer this comment instead of the update."),
            required=("text", "event"),
        ),
    ),
)
