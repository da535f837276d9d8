"""Slack's markup → plain text for a network, and a network's text → safe markup for Slack. Pure."""

from __future__ import annotations

from bot.mrkdwn.emojis import unicode_emojis
from bot.mrkdwn.markup import Names, nobody, plain
from bot.mrkdwn.rich import message_text

__all__ = ["Names", "escape", "message_text", "nobody", "plain", "unicode_emojis"]


def escape(text: str) -> str:
    """Text from outside, harmless in mrkdwn: no mention, channel or link can be smuggled in.

    Slack knows only these three characters (docs.slack.dev/messaging/formatting-message-text, 2026-11).
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
