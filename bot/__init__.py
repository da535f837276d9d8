"""The Slack face of the queue: `register` puts every listener on a Bolt app."""

from __future__ import annotations

import logging

from slack_bolt import App, Args, BoltContext, BoltResponse
from slack_sdk import WebClient

from bot import problems, threads
from bot.command import Compose, Post, Question, Refusal, Verb, parse
from bot.guard import Listener, answer, call, guard
from bot.homes import Homes
from bot.people import by_name
from bot.screens import answer as answers
from bot.screens import (
    buttons,
    comment,
    compose,
    connect,
    edit,
    home,
    profiles,
    queue,
    schedule,
    settings,
)
from bot.screens import help as helps
from bot.services import Context, Draw, Later, Services
from buffer.model import Json

__all__ = ["Later", "Services", "homes", "register"]

log = logging.getLogger(__name__)

VERBS: dict[str, Listener] = {
    "queue": queue.on_queue,
    "sent": queue.on_sent,
    "pause": profiles.on_pause_command,
    "resume": profiles.on_pause_command,
    "profiles": profiles.on_profiles,
    "connect": connect.on_connect,
    "schedule": schedule.on_schedule,
    "settings": settings.on_settings,
    "help": helps.on_help,
}
FOR_GUESTS = frozenset({"queue", "sent", "profiles", "help"})
"""Verbs that only show something."""
TYPED: dict[type, Listener] = {
    Compose: compose.on_command,
    Post: answers.on_post,
    Question: answers.on_question,
    Refusal: answers.on_refusal,
}
PLACES: dict[str, Draw] = {
    "post": answers.draw_post,
    "update": buttons.draw_update,
    "queue": queue.draw,
    "sent": queue.draw_sent,
    "profiles": profiles.draw,
    "home": home.draw,
}
"""What can be drawn anew, by the first word of a place's name."""
SCREENS = (
    problems,
    answers,
    buttons,
    comment,
    compose,
    connect,
    edit,
    home,
    profiles,
    queue,
    schedule,
    settings,
    threads,
)


def register(app: App, services: Services) -> None:
    """Put middleware, command and screens on the app."""
    app.use(Context(services, PLACES))
    app.command(services.command)(guard(on_command, guests=True))
    for screen in SCREENS:
        screen.register(app)
    app.error(on_error)


def homes(services: Services, client: WebClient) -> Homes:
    """What keeps open Homes up to date."""
    return Homes(services, client, PLACES)


def on_command(args: Args) -> None:
    """Read what was typed and hand it to whom it concerns."""
    desk = args.context["desk"]
    parsed = parse(str(args.body.get("text") or ""), list(by_name(desk.known().values())))
    shows = isinstance(parsed, Verb) and parsed.name in FOR_GUESTS
    if not shows:
        desk.person().may_write()
    args.context["parsed"] = parsed
    call(VERBS[parsed.name] if isinstance(parsed, Verb) else TYPED[type(parsed)], args)


def on_error(error: Exception, body: Json, context: BoltContext) -> BoltResponse | None:
    """What failed before or beside a listener: the same answers as `guard` gives; an event is delivered again."""
    if "event" in body:
        log.warning("an event was not handled", exc_info=error)
        return BoltResponse(status=500, body="")
    answer(error, body, context)
    return context.ack.response
