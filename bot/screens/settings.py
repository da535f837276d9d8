"""What this channel hears of which profiles, when it wants peace, and how its replies go out. For admins."""

from __future__ import annotations

from collections.abc import Sequence

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
)
from slack_sdk.models.views import View

from bot import membership
from bot.blocks import last_page, note, profile_options
from bot.guard import After, FieldErrors, guard, open_view
from bot.people import Desk, Origin, keep_origin, recall_origin
from buffer.channels import COMMENTS, COUNTS, MENTIONS, POSTS, Wishes, wishes_of
from buffer.errors import Refused
from buffer.model import Json, Profile, zone

ID = "channel_settings"
PROFILES, HEARS, DIGEST, REPLIES, FROM, TO, ZONE = (
    "profiles",
    "hears",
    "digest",
    "replies",
    "quiet_from",
    "quiet_to",
    "zone",
)
WORDS = {
    COMMENTS: "Comments",
    MENTIONS: "Mentions and quotes",
    COUNTS: "Likes and reposts (only the numbers on the card)",
    POSTS: "Posts made on the network itself (a card for each)",
}
DIGESTED = "More than three at once as one message"
ASKED, DIRECTLY = "confirm", "direct"
HOW = {
    ASKED: "The writer is asked first: Post as @account, or keep internal",
    DIRECTLY: "A reply in the thread is posted at once",
}

# -- view


def view(
    profiles: Sequence[Profile], followed: Sequence[str], wishes: Wishes, origin: str, home: str
) -> View:
    """The settings of one channel; `home` is the zone that is offered where none was chosen."""
    return View(
        type="modal",
        callback_id=ID,
        title="This channel",
        submit="Save",
        close="Cancel",
        private_metadata=origin,
        blocks=[
            _profiles_input(profiles, followed),
            _hears_input(wishes),
            _digest_input(wishes),
            _replies_input(wishes),
            *_quiet_inputs(wishes, home),
        ],
    )


def _profiles_input(profiles: Sequence[Profile], followed: Sequence[str]) -> Block:
    options = profile_options(profiles)
    chosen = [each for each in options if each.value in followed]
    return InputBlock(
        block_id=PROFILES,
        label="It hears of",
        hint="Cards of what is out, what people answer, mentions, and what went wrong.",
        optional=True,
        element=StaticMultiSelectElement(
            action_id=PROFILES,
            placeholder="Choose profiles",
            options=options,
            initial_options=chosen or None,
        ),
    )


def _hears_input(wishes: Wishes) -> Block:
    options = {value: Option(text=text, value=value) for value, text in WORDS.items()}
    chosen = [option for value, option in options.items() if value in wishes.hears]
    return InputBlock(
        block_id=HEARS,
        label="What it hears",
        optional=True,
        element=CheckboxesElement(
            action_id=HEARS, options=list(options.values()), initial_options=chosen or None
        ),
    )


def _digest_input(wishes: Wishes) -> Block:
    option = Option(text=DIGESTED, value=DIGEST)
    return InputBlock(
        block_id=DIGEST,
        label="When much happens",
        optional=True,
        element=CheckboxesElement(
            action_id=DIGEST,
            options=[option],
            initial_options=[option] if wishes.digest else None,
        ),
    )


def _replies_input(wishes: Wishes) -> Block:
    options = {value: Option(text=text, value=value) for value, text in HOW.items()}
    chosen = options[DIRECTLY if wishes.directly else ASKED]
    return InputBlock(
        block_id=REPLIES,
        label="Replies under a card",
        hint="// at the beginning keeps a reply between you in any case.",
        element=RadioButtonsElement(
            action_id=REPLIES, options=list(options.values()), initial_option=chosen
        ),
    )


def _quiet_inputs(wishes: Wishes, home: str) -> list[Block]:
    def time(block: str, label: str, value: str, example: str) -> Block:
        element = PlainTextInputElement(
            action_id=block, max_length=5, placeholder=example, initial_value=value or None
        )
        return InputBlock(block_id=block, label=label, optional=True, element=element)

    return [
        time(FROM, "Quiet from", wishes.quiet_from, "22:00"),
        time(TO, "… to", wishes.quiet_to, "08:00"),
        InputBlock(
            block_id=ZONE,
            label="Time zone",
            hint="Comments wait until the quiet hours end. Problems never do.",
            element=PlainTextInputElement(
                action_id=ZONE,
                max_length=60,
                initial_value=wishes.timezone if wishes.quiet_from else home,
            ),
        ),
    ]


# -- read


def read(view: Json) -> tuple[list[str], Wishes]:
    """The profiles, and the rest. Raises FieldErrors."""
    values: Json = view["state"]["values"]

    def chosen(block: str) -> list[str]:
        return [each["value"] for each in values[block][block].get("selected_options") or []]

    def typed(block: str) -> str:
        return str(values[block][block].get("value") or "").strip()

    try:
        zone(typed(ZONE))
    except Refused as error:
        raise FieldErrors({ZONE: str(error)}) from error
    try:
        wishes = Wishes(
            hears=frozenset(chosen(HEARS)),
            digest=bool(chosen(DIGEST)),
            directly=values[REPLIES][REPLIES]["selected_option"]["value"] == DIRECTLY,
            quiet_from=_padded(typed(FROM)),
            quiet_to=_padded(typed(TO)),
            timezone=typed(ZONE),
        )
    except Refused as error:
        raise FieldErrors({FROM: str(error)}) from error
    return chosen(PROFILES), wishes


def _padded(time: str) -> str:
    """“7:30” is 07:30."""
    return f"0{time}" if len(time) == 4 else time


# -- listeners


def on_settings(ack: Ack, body: Json, desk: Desk, before_ack: WebClient) -> None:
    desk.person().may_settle()
    if not desk.channel.startswith(("C", "G")):
        raise Refused("Type this in the channel that is meant.")
    origin = keep_origin(desk, Origin(channel=desk.channel, value=desk.channel))
    shown = view(
        list(desk.known().values()),
        desk.store.feeds.profiles(desk.team_id, desk.channel),
        wishes_of(desk.store, desk.channel),
        origin,
        desk.zone(None),
    )
    open_view(before_ack, body["trigger_id"], shown)
    ack()


def on_save(ack: Ack, body: Json, desk: Desk, after: After, client: WebClient) -> None:
    desk.person().may_settle()
    channel = recall_origin(desk, body["view"]["private_metadata"]).value
    if not channel:
        raise Refused("This window is more than a day old. Close it and open a new one.")
    profiles, wishes = read(body["view"])
    feeds = desk.store.feeds
    with desk.store.transaction():
        for profile_id in set(feeds.profiles(desk.team_id, channel)) - set(profiles):
            feeds.unfollow(desk.team_id, channel, profile_id)
        for profile_id in profiles:
            feeds.follow(desk.team_id, channel, desk.queue.profile(profile_id).id)
        feeds.settle(desk.team_id, channel, wishes.as_json())
        desk.store.outbox.hold(channel, wishes.quiet_until(desk.now) or desk.now)
    ack(
        response_action="update",
        view=last_page(note("The settings of this channel are saved."), "Saved"),
    )
    after(membership.check, desk, client, channel, profiles)


def register(app: App) -> None:
    app.view(ID)(guard(on_save))
