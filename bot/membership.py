"""Whether the bot is in a channel that is to hear something: without that, nothing it says arrives there."""

from __future__ import annotations

from collections.abc import Iterable

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.people import Desk
from buffer import telling

INVITE = (
    "I am not in that channel, so no news can come there, and none is sent for now. Type /invite and my name there, "
    "then switch the news on again."
)
_OUTSIDE = ("not_in_channel", "channel_not_found", "missing_scope")


def check(desk: Desk, client: WebClient, channel: str, profile_ids: Iterable[str]) -> bool:
    """After the ack. Where the bot is not, the channel hears of none of these, and whoever wanted it is told."""
    try:
        client.conversations_history(channel=channel, limit=1)
        return True
    except SlackApiError as error:
        if error.response.get("error") not in _OUTSIDE:
            return True
    except (SlackClientError, OSError):
        return True  # nobody knows; a card that does not arrive is told in the log
    with desk.store.transaction():
        for profile_id in profile_ids:
            desk.store.feeds.unfollow(desk.team_id, channel, profile_id)
        telling.outcome(desk.store, desk.team_id, desk.user_id, INVITE, desk.now)
    return False
