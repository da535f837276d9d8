"""A profile's posting times, per weekday, and the zone they are meant in. Only for admins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.blocks import POSTING_TIMES, account_name, last_page, note, place_of, small, times_of
from bot.command import Verb, match
from bot.guard import FieldErrors, Redraw, guard, open_view
from bot.mrkdwn import escape
from bot.people import Desk, Origin, by_name, keep_origin, recall_origin
from buffer.errors import Refused
from buffer.model import Days, Json, Profile, Schedule, zone

ID, ZONE = "schedule", "zone"
NAMES = dict(
    zip(
        Days,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?", re.IGNORECASE | re.ASCII)
_GAPS = re.compile(r"[,;\n]+|(?<=[\dmM])\s+(?=\d)")

# -- view


def view(profile: Profile, origin: str) -> View:
    """A line for each weekday; an empty one is a day without posts."""
    return View(
        type="modal",
        callback_id=ID,
        title="Posting times",
        submit="Save",
        close="Cancel",
        private_metadata=origin,
        blocks=[
            small(
                f"*{escape(account_name(profile))}*. Times like `9:00, 13:00, 5pm`; an empty day has none. The queue "
                "moves to the new times at once; posts with a time of their own stay."
            ),
            *(_day_input(day, profile) for day in Days),
            InputBlock(
                block_id=ZONE,
                label="Time zone",
                hint="A name such as Europe/Berlin or America/New_York.",
                element=PlainTextInputElement(
                    action_id=ZONE, initial_value=profile.timezone, max_length=60
                ),
            ),
        ],
    )


def _day_input(day: str, profile: Profile) -> Block:
    times = sorted({time for each in profile.schedules if day in each.days for time in each.times})
    return InputBlock(
        block_id=day,
        label=NAMES[day],
        optional=True,
        element=PlainTextInputElement(
            action_id=day,
            max_length=500,
            placeholder="no posts on this day",
            initial_value=", ".join(times) or None,
        ),
    )


# -- read


def read(view: Json) -> tuple[list[Schedule], str]:
    """The schedules and the zone. Raises FieldErrors."""
    values: Json = view["state"]["values"]
    errors: dict[str, str] = {}
    by_times: dict[tuple[str, ...], list[str]] = {}
    for day in Days:
        try:
            if times := times_in(str(values[day][day].get("value") or "")):
                by_times.setdefault(times, []).append(day)
        except Refused as error:
            errors[day] = str(error)
    name = str(values[ZONE][ZONE].get("value") or "").strip()
    try:
        zone(name)
    except Refused as error:
        errors[ZONE] = str(error)
    if not by_times and not errors:
        errors[Days[0]] = "Give at least one time on one day. To stop posting, pause the profile."
    if errors:
        raise FieldErrors(errors)
    return [Schedule(days=tuple(days), times=times) for times, days in by_times.items()], name


def times_in(text: str) -> tuple[str, ...]:
    """“9, 13.30; 5pm” as 09:00, 13:30, 17:00. Raises Refused for what is no time."""
    found = [each.strip() for each in _GAPS.split(text)]
    return tuple(sorted({_time(each) for each in found if each}))


def _time(text: str) -> str:
    typed = _TIME.fullmatch(text)
    hour, minute = (int(typed[1]), int(typed[2] or 0)) if typed else (99, 0)
    half = (typed[3] or "").lower() if typed else ""
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise Refused(f"“{text}” is not a time: use 9:00, 13.30 or 5pm, with commas between.")
    return f"{hour:02}:{minute:02}"


# -- listeners


def on_schedule(ack: Ack, body: Json, parsed: Verb, desk: Desk, before_ack: WebClient) -> None:
    desk.person().may_settle()
    profile = _named(desk, parsed.profile)
    origin = Origin(value=profile.id, response_url=body.get("response_url", ""))
    open_view(before_ack, body["trigger_id"], view(profile, keep_origin(desk, origin)))
    ack()


def on_press(ack: Ack, body: Json, action: Json, desk: Desk, before_ack: WebClient) -> None:
    desk.person().may_settle()
    profile = desk.queue.profile(str(action["value"]))
    origin = Origin(
        place=place_of(body, action),
        value=profile.id,
        response_url=body.get("response_url", ""),
    )
    open_view(before_ack, body["trigger_id"], view(profile, keep_origin(desk, origin)))
    ack()


def on_save(ack: Ack, body: Json, desk: Desk, redraw: Redraw) -> None:
    desk.person().may_settle()
    origin = recall_origin(desk, body["view"]["private_metadata"])
    if not origin.value:
        raise Refused("This window is more than a day old. Close it and open a new one.")
    schedules, name = read(body["view"])
    profile = desk.queue.set_schedules(origin.value, schedules, timezone=name)
    if origin.place:
        ack()
        redraw(origin.place, response_url=origin.response_url)
        return
    said = f"{account_name(profile)} posts {times_of(profile.schedules)} ({profile.timezone})."
    ack(response_action="update", view=last_page(note(said), "Saved"))


def _named(desk: Desk, name: str) -> Profile:
    """The profile that is named; the only one when none is. Raises Refused."""
    profiles: Sequence[Profile] = list(desk.known().values())
    known = by_name(profiles)
    if name:
        return known[match(name, list(known))]
    if len(profiles) == 1:
        return profiles[0]
    if not profiles:
        raise Refused("No profile is connected yet.")
    first = profiles[0].name
    raise Refused(f"Which profile? Type its name, like {desk.command} schedule {first}.")


def register(app: App) -> None:
    app.action(POSTING_TIMES)(guard(on_press))
    app.view(ID)(guard(on_save))
