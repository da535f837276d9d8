"""Help in a dozen lines, every one of them to copy."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from bot.blocks import Message
from bot.people import Desk

# -- view


def view(command: str) -> Message:
    lines = [
        "*Write*",
        f"`{command}` opens the composer",
        f"`{command} Our release is out!` puts it in the queue",
        f"`{command} Our release is out! --at tomorrow 9am` sends it then; so does `tomorrow 9am: Our release is out!`",
        "`--to mastodon,bluesky` chooses profiles, `--top` goes first, `--now` goes out at once",
        "*Look*",
        f"`{command} queue` what waits · `{command} sent` what went out · `{command} profiles` all profiles",
        "*Hold*",
        f"`{command} pause mastodon` nothing goes out until `{command} resume mastodon`",
        "*Set up* (admins)",
        f"`{command} connect` an account · `{command} schedule mastodon` its posting times",
        f"`{command} settings` what this channel hears, and when",
        "*From a message*",
        "In the menu of any message: _Add to queue_ or _Schedule this_. Answers come into the post's thread.",
    ]
    return Message(
        text=f"How to use {command}: type {command} and your text, or {command} alone for the composer.",
        blocks=[SectionBlock(text=MarkdownTextObject(text="\n".join(lines)))],
    )


# -- listeners


def on_help(ack: Ack, desk: Desk) -> None:
    ack(**view(desk.command).payload())
