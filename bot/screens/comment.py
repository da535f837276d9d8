"""The buttons under a comment: *Reply* opens a window to answer it as our account, *Like* likes it."""

from __future__ import annotations

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.blocks import COMMENT_LIKE, COMMENT_REPLY, account_name, service_name, shorten, small
from bot.guard import FieldErrors, guard, open_view
from bot.mrkdwn import escape
from bot.people import Desk, Origin, keep_origin, recall_origin
from buffer import likes
from buffer.errors import Code, Refused
from buffer.model import Interaction, Json, Profile, Reply, ReplyState, new_id
from buffer.text import check

ID, TEXT = "comment_reply_window", "text"
MOST_TEXT = 3000

# -- view


def view(to: Interaction, profile: Profile, origin: str) -> View:
    """A window to answer one comment."""
    account, who = account_name(profile), to.user.name or f"@{to.user.username}"
    shown: list[Block] = []
    if to.text.strip():
        text = PlainTextObject(text=shorten(to.text.strip(), 1500), emoji=False)
        shown = [small(f"*{escape(shorten(who, 100))}* wrote:"), SectionBlock(text=text)]
    return View(
        type="modal",
        callback_id=ID,
        title="Reply",
        submit="Post",
        close="Cancel",
        private_metadata=origin,
        blocks=[
            *shown,
            InputBlock(
                block_id=TEXT,
                label=shorten(f"Your answer as {account} on {service_name(profile.service)}", 150),
                hint="It is public there as soon as you post it.",
                element=PlainTextInputElement(
                    action_id=TEXT, multiline=True, max_length=MOST_TEXT, focus_on_load=True
                ),
            ),
        ],
    )


# -- read


def read(view: Json) -> str:
    """The words. Raises FieldErrors for none."""
    words = str(view["state"]["values"][TEXT][TEXT].get("value") or "").strip()
    if not words:
        raise FieldErrors({TEXT: "Write an answer first."})
    return words


# -- listeners


def on_reply(ack: Ack, body: Json, action: Json, desk: Desk, before_ack: WebClient) -> None:
    to, profile = _meant(desk, str(action["value"]))
    origin = keep_origin(desk, Origin(value=to.id, channel=desk.channel))
    open_view(before_ack, body["trigger_id"], view(to, profile, origin))
    ack()


def on_submit(ack: Ack, body: Json, desk: Desk) -> None:
    """The commenter brings it to the network; the thread shows it when it is there. Delivered twice, it is one."""
    origin = recall_origin(desk, body["view"]["private_metadata"])
    if not origin.value:
        raise Refused("This window is more than a day old. Close it and open a new one.")
    to, profile = _meant(desk, origin.value)
    words, network = read(body["view"]), desk.networks[profile.service]
    check(words, network.limits(profile), account_name(profile))
    reply = Reply(
        id=new_id(desk.now),
        team_id=desk.team_id,
        update_id=to.update_id,
        interaction_id=to.id,
        text=words,
        user_id=desk.user_id,
        state=ReplyState.WAITING,
        created_at=desk.now,
        channel=origin.channel,
    )
    with desk.store.transaction():
        key = f"reply {body['view']['id']}"
        if desk.store.requests.answered(key) is None:
            desk.store.requests.record(key, [reply.id], desk.now)
            desk.store.replies.insert(reply)
    ack()


def on_like(ack: Ack, action: Json, desk: Desk) -> None:
    """The heart on its message comes when it is done."""
    to, _ = _meant(desk, str(action["value"]))
    with desk.store.transaction():
        likes.promise(desk.store, to, desk.user_id, desk.now)
    ack()


def _meant(desk: Desk, interaction_id: str) -> tuple[Interaction, Profile]:
    """Raises Refused."""
    to = desk.store.interactions.get(desk.team_id, interaction_id)
    if to is None or to.removed:
        raise Refused("That comment is not there any more.", Code.COMMENTS_NOT_POSSIBLE)
    return to, desk.queue.profile(to.profile_id)


def register(app: App) -> None:
    app.action(COMMENT_REPLY)(guard(on_reply))
    app.action(COMMENT_LIKE)(guard(on_like))
    app.view(ID)(guard(on_submit))
