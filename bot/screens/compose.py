"""The composer: a modal to write a post, opened by the bare command, by shortcuts, and to edit what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    DateTimePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
    UrlInputElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from bot.blocks import (
    EDIT_DRAFT,
    HOLD,
    MOVED,
    Message,
    account_name,
    answer_for,
    button,
    last_page,
    place_of,
    service_name,
    shorten,
    small,
    when_text,
)
from bot.guard import After, FieldErrors, guard, open_view
from bot.mrkdwn import escape, message_text
from bot.people import (
    Desk,
    Origin,
    Typed,
    keep_origin,
    recall_origin,
    recall_typed,
    remember_choice,
    usual_profiles,
)
from bot.when import When, WhenError, understand
from buffer import text as texts
from buffer.errors import Code, Refused
from buffer.model import Json, Position, Profile

ID = "compose"
TEXT, PROFILES, POSITION, WHEN, PICKER, PICTURE, ALT, ANYWAY = (
    "text",
    "profiles",
    "position",
    "when",
    "picker",
    "picture",
    "alt",
    "anyway",
)
TYPED_TIME, PREVIEW = "compose_when", "compose_preview"
ADD_TO_QUEUE, SCHEDULE_THIS, WRITE_A_POST = "add_to_queue", "schedule_this", "write_a_post"
AT = "at"
POSITIONS = {
    Position.QUEUE.value: "In the queue, at the next free time",
    Position.TOP.value: "At the top of the queue",
    Position.NOW.value: f"Now (with {HOLD.seconds} seconds to undo)",
    AT: "At a time of its own:",
}
MOST_TEXT = 3000  # what Slack's text input holds (docs.slack.dev/reference/block-kit, 2026-11)
NOTHING_TO_POST = (
    "This message has no words to post, only files. Pictures from Slack cannot be taken over yet: choose "
    "*Write a post* and give the address of the picture."
)

# -- view


def view(
    typed: Typed,
    profiles: Sequence[Profile],
    *,
    origin: str = "",
    notes: Sequence[str] = (),
    duplicate: bool = False,
) -> View:
    """The form, filled in with what is known; `notes` are the preview."""
    return View(
        type="modal",
        callback_id=ID,
        title="Write a post",
        submit="Add",
        close="Cancel",
        private_metadata=origin,
        blocks=[
            _text_input(typed),
            _profiles_input(typed, profiles),
            _position_input(typed),
            *_time_inputs(typed),
            *_picture_inputs(typed),
            *([_anyway_input()] if duplicate else []),
            ActionsBlock(block_id="look", elements=[button("Preview", PREVIEW, "preview")]),
            *(small(line) for line in notes),
        ],
    )


def _text_input(typed: Typed) -> Block:
    return InputBlock(
        block_id=TEXT,
        label="Text",
        element=PlainTextInputElement(
            action_id=TEXT,
            multiline=True,
            max_length=MOST_TEXT,
            initial_value=typed.text[:MOST_TEXT] or None,
            placeholder="What should be posted?",
        ),
    )


def _profiles_input(typed: Typed, profiles: Sequence[Profile]) -> Block:
    options = [
        Option(text=shorten(f"{account_name(p)} ({service_name(p.service)})", 75), value=p.id)
        for p in profiles[:100]
    ]
    chosen = [option for option in options if option.value in typed.profile_ids]
    return InputBlock(
        block_id=PROFILES,
        label="Profiles",
        element=StaticMultiSelectElement(
            action_id=PROFILES,
            placeholder="Where should it go?",
            options=options,
            initial_options=chosen or None,
        ),
    )


def _position_input(typed: Typed) -> Block:
    options = {value: Option(text=label, value=value) for value, label in POSITIONS.items()}
    chosen = AT if typed.when or typed.at else typed.position
    return InputBlock(
        block_id=POSITION,
        label="When",
        element=RadioButtonsElement(
            action_id=POSITION, options=list(options.values()), initial_option=options[chosen]
        ),
    )


def _time_inputs(typed: Typed) -> list[Block]:
    at = typed.scheduled_at if not typed.when else None
    return [
        InputBlock(
            block_id=WHEN,
            label="Time, in words",
            hint="Like “tomorrow 9am”, “friday 17:00” or “in 2 hours”. Press Enter to see how it is understood.",
            optional=True,
            dispatch_action=True,
            element=PlainTextInputElement(
                action_id=TYPED_TIME,
                initial_value=typed.when or None,
                max_length=100,
                placeholder="tomorrow 9am",
                dispatch_action_config=DispatchActionConfig(
                    trigger_actions_on=["on_enter_pressed"]
                ),
            ),
        ),
        InputBlock(
            block_id=PICKER,
            label="… or from the calendar",
            optional=True,
            element=DateTimePickerElement(
                action_id=PICKER, initial_date_time=int(at.timestamp()) if at else None
            ),
        ),
    ]


def _picture_inputs(typed: Typed) -> list[Block]:
    return [
        InputBlock(
            block_id=PICTURE,
            label="Address of a picture",
            optional=True,
            element=UrlInputElement(
                action_id=PICTURE,
                initial_value=typed.picture or None,
                placeholder="https://example.com/picture.jpg",
            ),
        ),
        InputBlock(
            block_id=ALT,
            label="What the picture shows, for those who cannot see it",
            optional=True,
            element=PlainTextInputElement(
                action_id=ALT, initial_value=typed.alt_text or None, max_length=1000
            ),
        ),
    ]


def _anyway_input() -> Block:
    option = Option(text="Add it although the same text is there already", value=ANYWAY)
    return InputBlock(
        block_id=ANYWAY,
        label="The same text is already waiting, or went out today",
        optional=True,
        element=CheckboxesElement(action_id=ANYWAY, options=[option]),
    )


def preview(typed: Typed, profiles: Mapping[str, Profile], desk: Desk) -> list[str]:
    """How long it is for each network, and when it goes out as understood."""
    lines = [_counted(typed.text, profiles[id], desk) for id in typed.profile_ids if id in profiles]
    if typed.when or typed.at:
        try:
            at, notes = _instant(typed, desk)
            profile = profiles.get(next(iter(typed.profile_ids), ""))
            lines.append(f":clock3: Goes out {when_text(at, desk.zone(profile))}")
            lines += [*notes, *desk.zone_note(profile)]
        except FieldErrors as errors:
            lines += [f":warning: {escape(words)}" for words in errors.errors.values()]
    else:
        lines.append(f":clock3: {POSITIONS[typed.position]}")
    return lines


def _counted(text: str, profile: Profile, desk: Desk) -> str:
    network = desk.networks.get(profile.service)
    who = f"*{escape(account_name(profile))}*"
    if network is None:
        return f"{who}: {len(text):,} characters"
    limits = network.limits(profile)
    used = texts.length(text, limits)
    over = used - limits.characters
    if over > 0:
        return f":warning: {who}: {used:,} of {limits.characters:,} characters, {over:,} too many"
    return f"{who}: {used:,} of {limits.characters:,} characters"


# -- read


def read(state: Json) -> Typed:
    """The form as it was filled in. Raises FieldErrors where it contradicts itself."""
    typed = glance(state)
    chosen = _value(state, POSITION, POSITION, "selected_option") or {}
    timed = chosen.get("value") == AT
    if typed.when and typed.at:
        raise FieldErrors({PICKER: "Give the time once: in words, or from the calendar."})
    if timed and not (typed.when or typed.at):
        raise FieldErrors({WHEN: "Which time? Type it here, or choose it from the calendar."})
    if not timed and (typed.when or typed.at):
        field = WHEN if typed.when else PICKER
        raise FieldErrors({field: "Choose “At a time of its own” above, or empty this."})
    if not typed.text.strip() and not typed.picture:
        raise FieldErrors({TEXT: "There is nothing to post yet."})
    return typed


def glance(state: Json) -> Typed:
    """The form as it stands, contradictions and all: for a preview."""
    options = _value(state, PROFILES, PROFILES, "selected_options") or []
    position = (_value(state, POSITION, POSITION, "selected_option") or {}).get("value", "")
    picked = _value(state, PICKER, PICKER, "selected_date_time")
    return Typed(
        text=str(_value(state, TEXT, TEXT, "value") or ""),
        profile_ids=tuple(option["value"] for option in options),
        position=position if position in list(Position) else Position.QUEUE.value,
        when=str(_value(state, WHEN, TYPED_TIME, "value") or "").strip(),
        at=datetime.fromtimestamp(picked, UTC).isoformat() if picked else "",
        picture=str(_value(state, PICTURE, PICTURE, "value") or ""),
        alt_text=str(_value(state, ALT, ALT, "value") or ""),
    )


def wants_duplicate(state: Json) -> bool:
    return bool(_value(state, ANYWAY, ANYWAY, "selected_options"))


def _value(state: Json, block: str, action: str, key: str) -> Any:
    element: Json = state.get("values", {}).get(block, {}).get(action, {})
    return element.get(key)


def _instant(typed: Typed, desk: Desk) -> tuple[datetime, list[str]]:
    """When it goes out, with what should be said about that. Raises FieldErrors."""
    if typed.scheduled_at:
        if typed.scheduled_at <= desk.now:
            raise FieldErrors({PICKER: "This time has passed. Choose a later one."})
        return typed.scheduled_at, []
    when = _understood(typed, desk)
    return when.at, [MOVED] if when.moved else []


def _understood(typed: Typed, desk: Desk) -> When:
    first = desk.known().get(next(iter(typed.profile_ids), ""))
    try:
        return understand(typed.when, desk.now, desk.zone(first), desk.person().locale)
    except WhenError as error:
        raise FieldErrors({WHEN: str(error)}) from error


# -- opening it


def opened(
    desk: Desk,
    client: WebClient,
    body: Json,
    typed: Typed,
    origin: Origin,
    notes: Sequence[str] = (),
) -> None:
    """Open the composer. Raises Refused when there is nothing to post to, Busy when Slack does not open it."""
    profiles = [profile for profile in desk.known().values() if not profile.disconnected]
    if not profiles:
        raise Refused("No profile is connected yet. Ask an admin to connect one, then write.")
    typed = replace(typed, profile_ids=typed.profile_ids or usual_profiles(desk))
    said = [*notes, *_cut_note(typed)]
    form = view(typed, profiles, origin=keep_origin(desk, origin), notes=said)
    open_view(client, body["trigger_id"], form)


def _cut_note(typed: Typed) -> list[str]:
    too_long = len(typed.text) > MOST_TEXT
    return [f"The text was cut: it had {len(typed.text):,} characters."] if too_long else []


def taken_over(message: Json, desk: Desk) -> Typed:
    """A message of the channel as the beginning of a post. Raises Refused when it has no words."""
    words = message_text(message, desk.name_of)
    if not words:
        raise Refused(
            NOTHING_TO_POST.replace("*", "")
            if message.get("files")
            else "This message has no words to post."
        )
    return Typed(text=words)


def about(body: Json) -> list[str]:
    """Whose message it was, and what of it stays behind."""
    message = body["message"]
    author = str(message.get("user") or "")
    who = f"a message by <@{author}>" if author.isalnum() else "a message"
    address = permalink(body)
    lines = [f"From {who} · <{address}|see it>" if address else f"From {who}"]
    if message.get("files"):
        lines.append("Its files are not taken over; give the address of a picture instead.")
    return lines


def permalink(body: Json) -> str:
    """A link back to the message, made without asking Slack."""
    domain = (body.get("team") or {}).get("domain")
    stamp = str(body["message"]["ts"]).replace(".", "")
    return f"https://{domain}.slack.com/archives/{body['channel']['id']}/p{stamp}" if domain else ""


# -- listeners


def on_command(ack: Ack, body: Json, desk: Desk, before_ack: WebClient) -> None:
    origin = Origin(response_url=body.get("response_url", ""), channel=desk.channel)
    opened(desk, before_ack, body, Typed(), origin)
    ack()


def on_write_a_post(ack: Ack, body: Json, desk: Desk, before_ack: WebClient) -> None:
    opened(desk, before_ack, body, Typed(), Origin())
    ack()


def on_message_shortcut(ack: Ack, body: Json, desk: Desk, before_ack: WebClient) -> None:
    message, thread = body["message"], body["message"].get("thread_ts", "")
    origin = Origin(
        response_url=body.get("response_url", ""),
        channel=desk.channel,
        thread_ts=thread,
        source=permalink(body),
    )
    later = Typed(when="tomorrow 9am") if body["callback_id"] == SCHEDULE_THIS else Typed()
    typed = replace(taken_over(message, desk), when=later.when)
    opened(desk, before_ack, body, typed, origin, about(body))
    ack()


def on_edit_draft(ack: Ack, body: Json, action: Json, desk: Desk, before_ack: WebClient) -> None:
    typed = recall_typed(desk, str(action["value"]))
    place = place_of(body, action)
    url = body.get("response_url", "")
    origin = Origin(place=place, response_url=url, channel=desk.channel, source=typed.source)
    whole = replace(typed, text=typed.text if typed.when else typed.whole or typed.text)
    opened(desk, before_ack, body, whole, origin)
    ack()


def on_preview(ack: Ack, body: Json, desk: Desk, after: After, client: WebClient) -> None:
    shown, profiles = body["view"], desk.known()
    typed = glance(shown["state"])
    again = view(
        typed,
        list(profiles.values()),
        origin=shown["private_metadata"],
        notes=preview(typed, profiles, desk),
        duplicate=any(block["block_id"] == ANYWAY for block in shown["blocks"]),
    )
    ack()
    after(client.views_update, view_id=shown["id"], hash=shown["hash"], view=again)


def on_submit(
    ack: Ack, body: Json, desk: Desk, after: After, client: WebClient, refresh_home: After
) -> None:
    shown = body["view"]
    typed, anyway = read(shown["state"]), wants_duplicate(shown["state"])
    origin = recall_origin(desk, shown["private_metadata"])
    try:
        message = add(desk, replace(typed, source=origin.source), anyway=anyway)
    except Refused as refusal:
        if refusal.code is not Code.DUPLICATE:
            raise
        ack(response_action="update", view=_asking_again(desk, shown, typed, str(refusal)))
        return
    tell(message, origin, ack, after, client, desk)
    refresh_home()


def add(desk: Desk, typed: Typed, *, anyway: bool) -> Message:
    notes: list[str] = []
    if typed.when or typed.at:
        at, notes = _instant(typed, desk)
        typed = replace(typed, at=at.isoformat())
    updates = desk.queue.add(typed.draft(hold=HOLD, allow_duplicate=anyway))
    remember_choice(desk, typed.profile_ids)
    return answer_for(desk, updates, notes=notes)


def _asking_again(desk: Desk, shown: Json, typed: Typed, why: str) -> View:
    return view(
        typed,
        list(desk.known().values()),
        origin=shown["private_metadata"],
        notes=[f":warning: {escape(why)}"],
        duplicate=True,
    )


def tell(
    message: Message, origin: Origin, ack: Ack, after: After, client: WebClient, desk: Desk
) -> None:
    """Say it where the window was opened; without such a place, on the window's own last page."""
    if origin.thread_ts:
        ack()
        after(_into_thread, client, origin, desk.user_id, message)
    elif origin.response_url:
        ack()
        after(_by_response_url, origin, message)
    else:
        ack(response_action="update", view=last_page(message))


def _into_thread(client: WebClient, origin: Origin, user_id: str, message: Message) -> None:
    try:
        client.chat_postEphemeral(
            channel=origin.channel,
            user=user_id,
            thread_ts=origin.thread_ts,
            **message.payload(),
        )
    except (SlackApiError, SlackClientError, OSError):
        # Where the bot is not a member it may still answer what it was asked (docs.slack.dev, 2026-11).
        _by_response_url(origin, message)


def _by_response_url(origin: Origin, message: Message) -> None:
    replaces = bool(origin.place)
    WebhookClient(origin.response_url).send_dict(
        {**message.payload(), "response_type": "ephemeral", "replace_original": replaces}
    )


def register(app: App) -> None:
    app.shortcut(WRITE_A_POST)(guard(on_write_a_post))
    app.shortcut(ADD_TO_QUEUE)(guard(on_message_shortcut))
    app.shortcut(SCHEDULE_THIS)(guard(on_message_shortcut))
    app.action(EDIT_DRAFT)(guard(on_edit_draft))
    app.action(PREVIEW)(guard(on_preview))
    app.action(TYPED_TIME)(guard(on_preview))
    app.view(ID)(guard(on_submit))
