"""What the bot is given, and what each request's listener finds in its context."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

from slack_bolt import BoltContext
from slack_sdk import WebClient
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from bot.blocks import Message, last_page, note, small
from bot.guard import After
from bot.people import Desk, People, open_place, quick
from buffer.accounts import Accounts
from buffer.errors import Refused
from buffer.model import Actor, Json
from buffer.ports import Clock, Networks, Queues, Store

log = logging.getLogger(__name__)

SECONDS_BEFORE_THE_ACK = 1.8
"""With users.info's 0.9 this stays inside Slack's 3 seconds even if both hang."""

Draw = Callable[..., "Message | View"]
"""Draws a place: takes the desk and the parts of the place's name."""


class Later:
    """Runs what may wait until after the ack: a few threads, and no exception gets lost."""

    def __init__(self, threads: int = 4) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="after")
        self._open: set[Future[None]] = set()

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        future = self._pool.submit(self._run, function, args, kwargs)
        self._open.add(future)
        future.add_done_callback(self._open.discard)

    def drain(self, seconds: float = 5) -> None:
        """Wait until all that was begun is done."""
        while pending := set(self._open):
            if wait(pending, timeout=seconds).not_done:
                raise TimeoutError("Something after an ack hangs.")

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        try:
            function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  the edge: nobody waits for this thread
            log.warning("what follows an ack failed", extra={"reason": repr(error)})


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything the bot works with."""

    queues: Queues
    store: Store
    networks: Networks
    clock: Clock
    after: After = field(default_factory=Later)
    command: str = "/buffer"
    admins: tuple[str, ...] = ()
    accounts: Accounts | None = None
    """None where accounts are connected by another server."""


class Context:
    """Fills Bolt's context, so that a listener names what it wants: queue, person, store, networks, after, now,
    before_ack, desk, redraw, respond_with, refresh_home."""

    def __init__(self, services: Services, places: Mapping[str, Draw]) -> None:
        self._services = services
        self._places = places
        self._people = People(services.store, services.admins)

    def __call__(
        self, context: BoltContext, body: Json, client: WebClient, next: Callable[[], None]
    ) -> None:
        desk = desk_for(
            self._services,
            self._people,
            client,
            team=context.team_id or "",
            user=context.user_id or "",
            channel=context.channel_id or "",
            key=request_key(body),
        )
        context.update(
            queue=desk.queue,
            person=desk.person,
            store=desk.store,
            networks=desk.networks,
            after=self._services.after,
            now=desk.now,
            before_ack=quick(client, SECONDS_BEFORE_THE_ACK),
            desk=desk,
            redraw=functools.partial(self._redraw, desk, context, body, client),
            respond_with=functools.partial(self._respond_with, desk, context, body, client),
            refresh_home=functools.partial(self._refresh_home, desk, client),
        )
        next()

    def _redraw(
        self,
        desk: Desk,
        context: BoltContext,
        body: Json,
        client: WebClient,
        place: str,
        *,
        response_url: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        """Draw a place now (it reads the queue), and send it after the ack to where the person is looking."""
        drawn = self._draw(desk, place)
        if isinstance(drawn, Message) and notes:
            drawn = replace(drawn, blocks=[*drawn.blocks, *map(small, notes)])
        if isinstance(drawn, View):
            self._services.after(client.views_publish, user_id=desk.user_id, view=drawn)
        elif response_url:
            again = {**drawn.payload(), "replace_original": True}
            self._services.after(WebhookClient(response_url).send_dict, again)
            self._refresh_home(desk, client)
        else:
            self._respond_with(desk, context, body, client, drawn)

    def _respond_with(
        self, desk: Desk, context: BoltContext, body: Json, client: WebClient, message: Message
    ) -> None:
        """Put a message in the place of the one that was pressed, after the ack."""
        after, opened = self._services.after, body.get("view") or {}
        if body.get("response_url"):
            after(context["respond"], replace_original=True, **message.payload())
        elif opened.get("type") == "modal":
            after(client.views_update, view_id=opened["id"], view=last_page(message))
        self._refresh_home(desk, client)

    def _draw(self, desk: Desk, place: str) -> Message | View:
        return drawn(self._places, desk, place)

    def _refresh_home(self, desk: Desk, client: WebClient) -> None:
        """Bring the person's Home up to date, if they have looked at it today."""
        if place := open_place(desk):
            self._services.after(self._show_home, client, desk, place)

    def _show_home(self, client: WebClient, desk: Desk, place: str) -> None:
        publish_home(client, desk.user_id, self._draw(desk, place))


def drawn(places: Mapping[str, Draw], desk: Desk, place: str) -> Message | View:
    """A place as it looks now, for whoever is at the desk."""
    name, *parts = place.split("|")
    try:
        return places[name](desk, *parts)
    except Refused as gone:
        return note(str(gone))


def desk_for(
    services: Services,
    people: People,
    client: WebClient,
    *,
    team: str,
    user: str,
    channel: str = "",
    key: str = "",
) -> Desk:
    """All that is needed to do or draw something for a person at this moment."""
    now = services.clock()
    queue = services.queues(Actor(team_id=team, user_id=user, via="slack"), key)
    return Desk(
        queue=queue,
        store=services.store,
        networks=services.networks,
        now=now,
        team_id=team,
        user_id=user,
        channel=channel,
        command=services.command,
        person=functools.cache(lambda: people.find(client, team, user, now)),
        known=functools.cache(lambda: {each.id: each for each in queue.profiles()}),
        name_of=lambda id: people.known_name(team, id, now),
        accounts=services.accounts,
    )


def publish_home(client: WebClient, user_id: str, view: Message | View) -> None:
    if isinstance(view, View):
        client.views_publish(user_id=user_id, view=view)


def request_key(body: Json) -> str:
    """The request's dedupe key: the same for every delivery and every repeat of it, different for two wishes.

    A press that uses up a kept draft is known by the draft, however often and by whichever button it comes.
    """
    if "event_id" in body:
        return f"event:{body['event_id']}"
    if body.get("type") == "view_submission":
        return f"view:{body['view']['id']}"
    if body.get("type") == "block_actions":
        return _action_key(body)
    if "trigger_id" in body:
        return f"trigger:{body['trigger_id']}"
    return ""


def _action_key(body: Json) -> str:
    action = body["actions"][0]
    value = str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")
    if value.startswith("draft:"):
        return ":".join(value.split(":")[:2])
    container = body.get("container") or {}
    where = container.get("message_ts") or container.get("view_id") or ""
    return f"action:{where}:{action.get('action_ts')}:{action.get('action_id')}"


__all__ = [
    "Context",
    "Draw",
    "Later",
    "Services",
    "desk_for",
    "drawn",
    "publish_home",
    "request_key",
]
