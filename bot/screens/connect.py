"""Connecting an account: one window for every network, drawn from what each asks for. Only for admins.

A network may take long to answer, so the window says “Connecting…” at once and shows what came of it afterwards.
Nothing is kept before the network has said yes; whoever was interrupted begins again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from time import sleep

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot import membership
from bot.blocks import RECONNECT, account_name, last_page, note, service_name, small, times_of
from bot.guard import After, guard, open_view
from bot.message import Message
from bot.mrkdwn import escape
from bot.people import Desk
from buffer.accounts import Accounts, Asked
from buffer.errors import QueueError, Refused
from buffer.model import Actor, Json, Profile
from buffer.ports import Field

ID, WHICH = "connect", "connect_service"
NEWS = "connect_news"
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
HOSTED = "Accounts are connected where the queue is: this server only shows it."


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where somebody stands: kept in the window itself, so it holds nothing secret. `pending` is only the name of what
    is kept for the next step, `channel` where the window was opened, `server` what was typed in the first step."""

    service: str
    channel: str = ""
    profile: str = ""
    pending: str = ""
    server: str = ""

    def text(self) -> str:
        return json.dumps(asdict(self))


# -- view


def view(
    stage: Stage,
    services: Sequence[str],
    fields: Sequence[Field],
    *,
    typed: Mapping[str, str] | None = None,
    error: str = "",
    asked: Asked | None = None,
) -> View:
    """What a network asks for. `typed` is filled in again, but for what is secret; `asked` is its second step."""
    chooses = not stage.profile and not asked
    return View(
        type="modal",
        callback_id=ID,
        title="Connect an account",
        submit="Connect",
        close="Cancel",
        private_metadata=stage.text(),
        blocks=[
            *([_which(stage, services)] if chooses else []),
            *([small(f":warning: {escape(error)}")] if error else []),
            *(_step(asked) if asked else []),
            *(_input(each, typed or {}) for each in fields),
            *([_news_input()] if stage.channel and not stage.profile else []),
        ],
    )


def waiting_view(name: str) -> View:
    """`name` is how it is found again: until Slack shows it, nothing else may take its place."""
    words = "Connecting… This takes a moment. If nothing happens within a minute, close this and begin again."
    waiting = last_page(note(words), "Connect an account")
    waiting.external_id = name
    return waiting


def done_view(profile: Profile, *, news: bool) -> View:
    """Who is connected now, and what comes next."""
    name = escape(account_name(profile))
    lines = [
        f":white_check_mark: *{name}* on {escape(service_name(profile.service))} is connected.",
        f"Posting times: {escape(times_of(profile.schedules))} ({escape(profile.timezone)}).",
    ]
    if news:
        lines.append("News of it comes to this channel, and what is typed here goes there.")
    blocks = [SectionBlock(text=MarkdownTextObject(text="\n".join(lines)))]
    return last_page(Message(text=f"{name} is connected.", blocks=blocks), "Connected")


def _which(stage: Stage, services: Sequence[str]) -> Block:
    options = [Option(text=_capital(service_name(each)), value=each) for each in services]
    chosen = next((each for each in options if each.value == stage.service), None)
    select = StaticSelectElement(
        action_id=WHICH, placeholder="Choose a network", options=options, initial_option=chosen
    )
    return ActionsBlock(block_id="which", elements=[select])


def _step(asked: Asked) -> list[Block]:
    text = f"*<{asked.url}|Open this page>*. {escape(asked.words)}"
    return [SectionBlock(text=MarkdownTextObject(text=text))]


def _input(field: Field, typed: Mapping[str, str]) -> Block:
    hint = field.hint + (" (kept encrypted, never shown again)" if field.secret else "")
    return InputBlock(
        block_id=field.name,
        label=field.label,
        hint=hint.strip() or None,
        optional=field.optional,
        element=PlainTextInputElement(
            action_id=field.name,
            placeholder=field.example or None,
            max_length=500,
            initial_value=None if field.secret else typed.get(field.name) or None,
        ),
    )


def _news_input() -> Block:
    option = Option(
        text="News of this account comes here, and what is typed here goes there", value="yes"
    )
    return InputBlock(
        block_id=NEWS,
        label="This channel",
        optional=True,
        element=CheckboxesElement(action_id=NEWS, options=[option], initial_options=[option]),
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


# -- read


def read(view: Json) -> tuple[Stage, dict[str, str], bool]:
    """Where we stand, what was filled in, and whether the channel is to hear."""
    stage = Stage(**json.loads(view["private_metadata"]))
    form: dict[str, str] = {}
    news = False
    for block, elements in view["state"]["values"].items():
        element = next(iter(elements.values()))
        if block == NEWS:
            news = bool(element.get("selected_options"))
        elif element.get("type") == "plain_text_input":
            form[block] = str(element.get("value") or "").strip()
    return stage, form, news


# -- listeners


def on_connect(ack: Ack, body: Json, desk: Desk, before_ack: WebClient) -> None:
    accounts = _accounts(desk)
    services = accounts.services()
    stage = Stage(service=services[0], channel=desk.channel)
    shown = view(stage, services, accounts.fields(stage.service))
    open_view(before_ack, body["trigger_id"], shown)
    ack()


def on_reconnect(ack: Ack, body: Json, action: Json, desk: Desk, before_ack: WebClient) -> None:
    accounts, profile = _accounts(desk), desk.queue.profile(str(action["value"]))
    stage = Stage(service=profile.service, profile=profile.id)
    shown = view(stage, [], accounts.fields(profile.service))
    open_view(before_ack, body["trigger_id"], shown)
    ack()


def on_which(
    ack: Ack, body: Json, action: Json, desk: Desk, after: After, client: WebClient
) -> None:
    accounts, shown = _accounts(desk), body["view"]
    stage, form, _ = read(shown)
    stage = replace(stage, service=str(action["selected_option"]["value"]))
    fields = accounts.fields(stage.service)
    again = view(stage, accounts.services(), fields, typed=form)
    ack()
    after(client.views_update, view_id=shown["id"], hash=shown["hash"], view=again)


def on_submit(ack: Ack, body: Json, desk: Desk, after: After, client: WebClient) -> None:
    _accounts(desk)
    stage, form, news = read(body["view"])
    name = f"connect-{secrets.token_hex(12)}"
    ack(response_action="update", view=waiting_view(name))
    after(_connect, desk, client, name, stage, form, news)


def _connect(
    desk: Desk, client: WebClient, name: str, stage: Stage, form: dict[str, str], news: bool
) -> None:
    """Asks the network; the window shows what came of it. Our call may overtake our ack, and then Slack does not know
    the window by that name yet."""
    hears = news and bool(stage.channel) and membership.check(desk, client, stage.channel, [])
    shown = outcome(desk, stage, form, news=hears)
    for pause in _PAUSES:
        try:
            client.views_update(external_id=name, view=shown)
            return
        except SlackApiError as error:
            if error.response.get("error") != "not_found":
                raise
            sleep(pause)


def outcome(desk: Desk, stage: Stage, form: Mapping[str, str], *, news: bool) -> View:
    accounts = _accounts(desk)
    try:
        answer = accounts.connect(
            Actor(team_id=desk.team_id, user_id=desk.user_id),
            stage.service,
            form,
            timezone=desk.zone(None),
            profile_id=stage.profile,
            pending=stage.pending,
        )
        if isinstance(answer, Profile):
            hears = news and bool(stage.channel)
            if hears:
                desk.store.feeds.follow(desk.team_id, stage.channel, answer.id)
            return done_view(answer, news=hears)
    except QueueError as error:
        return _again(accounts, stage, form, str(error))
    following = replace(stage, pending=answer.pending, server=form.get("server", ""))
    return view(following, [], answer.fields, asked=answer)


def _again(accounts: Accounts, stage: Stage, form: Mapping[str, str], error: str) -> View:
    """A second step that failed begins at the first: what it went on from is used up, or may be."""
    first = replace(stage, pending="")
    fields, typed = accounts.fields(stage.service), {"server": stage.server, **form}
    if stage.pending:
        error = f"{error} Press Connect to begin again."
    return view(first, accounts.services(), fields, typed=typed, error=error)


def _accounts(desk: Desk) -> Accounts:
    """Raises Refused for anyone but an admin, and where another server connects accounts."""
    desk.person().may_settle()
    if desk.accounts is None:
        raise Refused(HOSTED)
    return desk.accounts


def register(app: App) -> None:
    app.action(RECONNECT)(guard(on_reconnect))
    app.action(WHICH)(guard(on_which))
    app.view(ID)(guard(on_submit))
