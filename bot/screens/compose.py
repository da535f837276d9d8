"""The composer: a modal to write a post, opened by the bare command, by shortcuts, and to edit what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from bot import form
from bot.blocks import (
    EDIT_DRAFT,
    HOLD,
    Message,
    answer_for,
    last_page,
    place_of,
)
from bot.guard import After, guard, open_view
from bot.mrkdwn import escape, message_text
from bot.people import (
    Desk,
    Origin,
    Typed,
    keep_origin,
    none_yet,
    recall_origin,
    recall_typed,
    remember_choice,
    usual_profiles,
)
from buffer.errors import Code, Refused
from buffer.model import OPTIONS, Json
from buffer.ports import Feature

ADD_TO_QUEUE, SCHEDULE_THIS, WRITE_A_POST = "add_to_queue", "schedule_this", "write_a_post"
NOTHING_TO_POST = "This message has no words and no picture to post."

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
    profiles = list(desk.known().values())
    if not profiles:
        raise Refused(none_yet(desk))
    typed = replace(typed, profile_ids=typed.profile_ids or usual_profiles(desk))
    said = [*notes, *_cut_note(typed)]
    drawn = form.view(
        typed,
        profiles,
        offer=form.offer_for(desk, origin.files),
        origin=keep_origin(desk, origin),
        notes=said,
        more=bool(typed.options or typed.series),
    )
    open_view(client, body["trigger_id"], drawn)


def _cut_note(typed: Typed) -> list[str]:
    too_long = len(typed.text) > form.MOST_TEXT
    return [f"The text was cut: it had {len(typed.text):,} characters."] if too_long else []


def taken_over(message: Json, desk: Desk) -> Typed:
    """A message of the channel as the beginning of a post. Raises Refused when there is nothing to take."""
    words, pictures = message_text(message, desk.name_of), form.pictures_of(message)
    takes = Feature.FILES in desk.queue.features
    if not words and not (pictures and takes):
        raise Refused(NOTHING_TO_POST if takes else "This message has no words to post.")
    return Typed(text=words, files=pictures if takes else ())


def about(body: Json, typed: Typed) -> list[str]:
    """Whose message it was, and what of it stays behind."""
    message = body["message"]
    author = str(message.get("user") or "")
    who = f"a message by <@{author}>" if author.isalnum() else "a message"
    address = permalink(body)
    lines = [f"From {who} · <{address}|see it>" if address else f"From {who}"]
    if left := len(message.get("files") or []) - len(typed.files):
        lines.append(
            f"{'A file' if left == 1 else f'{left} files'} of it cannot be posted: only pictures can."
        )
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
        files=form.pictures_of(message),
    )
    later = Typed(when="tomorrow 9am") if body["callback_id"] == SCHEDULE_THIS else Typed()
    typed = replace(taken_over(message, desk), when=later.when)
    opened(desk, before_ack, body, typed, origin, about(body, typed))
    ack()


def on_edit_draft(ack: Ack, body: Json, action: Json, desk: Desk, before_ack: WebClient) -> None:
    typed = recall_typed(desk, str(action["value"]))
    place = place_of(body, action)
    url = body.get("response_url", "")
    origin = Origin(
        place=place,
        response_url=url,
        channel=desk.channel,
        source=typed.source,
        files=typed.files,
    )
    whole = replace(typed, text=typed.text if typed.when else typed.whole or typed.text)
    opened(desk, before_ack, body, whole, origin)
    ack()


def on_preview(ack: Ack, body: Json, desk: Desk, after: After, client: WebClient) -> None:
    shown, offer = body["view"], _offer(desk, body["view"])
    typed = form.glance(shown["state"], offer)
    again = _again(desk, shown, typed, offer, notes=form.preview(typed, desk.known(), desk))
    ack()
    after(client.views_update, view_id=shown["id"], hash=shown["hash"], view=again)


def on_more(ack: Ack, body: Json, desk: Desk, after: After, client: WebClient) -> None:
    shown, offer = body["view"], _offer(desk, body["view"])
    again = _again(desk, shown, form.glance(shown["state"], offer), offer, more=True)
    ack()
    after(client.views_update, view_id=shown["id"], hash=shown["hash"], view=again)


def _offer(desk: Desk, shown: Json) -> form.Offer:
    return form.offer_for(desk, recall_origin(desk, shown["private_metadata"]).files)


def _again(
    desk: Desk,
    shown: Json,
    typed: Typed,
    offer: form.Offer,
    *,
    notes: Sequence[str] = (),
    duplicate: bool = False,
    more: bool = False,
) -> View:
    """The form as it stands, with all that it showed before."""
    blocks = {block["block_id"] for block in shown["blocks"]}
    return form.view(
        typed,
        list(desk.known().values()),
        offer=offer,
        origin=shown["private_metadata"],
        notes=notes,
        duplicate=duplicate or form.ANYWAY in blocks,
        more=more or bool({form.SERIES, *OPTIONS} & blocks),
    )


def on_submit(
    ack: Ack, body: Json, desk: Desk, after: After, client: WebClient, refresh_home: After
) -> None:
    shown = body["view"]
    offer = _offer(desk, shown)
    typed, anyway = form.read(shown["state"], offer), form.wants_duplicate(shown["state"])
    origin = recall_origin(desk, shown["private_metadata"])
    try:
        message = add(desk, replace(typed, source=origin.source), anyway=anyway)
    except Refused as refusal:
        if refusal.code is not Code.DUPLICATE:
            raise
        notes = [f":warning: {escape(str(refusal))}"]
        view = _again(desk, shown, typed, offer, notes=notes, duplicate=True)
        ack(response_action="update", view=view)
        return
    tell(message, origin, ack, after, client, desk)
    refresh_home()


def add(desk: Desk, typed: Typed, *, anyway: bool) -> Message:
    notes: list[str] = []
    if typed.when or typed.at:
        at, notes = form.instant(typed, desk)
        typed = replace(typed, at=at.isoformat())
    updates = desk.queue.add(typed.draft(hold=HOLD, allow_duplicate=anyway))
    remember_choice(desk, typed.profile_ids)
    return answer_for(desk, updates, notes=notes)


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
    app.action(form.PREVIEW)(guard(on_preview))
    app.action(form.TYPED_TIME)(guard(on_preview))
    app.action(form.MORE)(guard(on_more))
    app.view(form.ID)(guard(on_submit))
