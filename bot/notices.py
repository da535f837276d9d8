"""What the bot says unasked: cards, comments, problems, questions. Pure payloads; posting them is the outbox's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from zlib import crc32

import regex
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    ImageElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import RichTextElement

from bot.message import Message
from bot.mrkdwn import escape
from buffer.model import (
    PENDING,
    Event,
    Interaction,
    Json,
    Person,
    Profile,
    Reply,
    ReplyState,
    State,
    Update,
)

PROBLEM_SHARE, PROBLEM_REQUEUE, PROBLEM_DELETE = (
    "problem_share",
    "problem_requeue",
    "problem_delete",
)
PROBLEM = "problem"
"""Begins the block id of the buttons under a problem's own message; elsewhere the place they stand in does."""
PROBLEM_IS_OUT, PROBLEM_SEND_AGAIN = "problem_is_out", "problem_send_again"
RECONNECT = "reconnect"
EDIT_POST = "edit"
"""The same button as in the lists."""
COMMENT_REPLY, COMMENT_LIKE = "comment_reply", "comment_like"
REPLY_POST, REPLY_KEEP = "reply_post", "reply_keep"
ON_ITS_WAY, DONE, NOT_DONE = "hourglass_flowing_sand", "white_check_mark", "warning"
HEART = "heart"
METADATA = "slack_buffer_notice"

_CARD, _COMMENT, _QUESTION, _GLANCE, _DIGESTED = 600, 3000, 6000, 120, 15
_DIGESTED_URL = 400
"""So many addresses in one message have to be short: Slack refuses one near 13,200 characters (seen, 2026-11)."""
_URL = 3000
"""The most characters of an image_url (docs.slack.dev, image element, 2026-11)."""

_COUNTED = (
    ("comment", "comments", (Event.COMMENT,)),
    ("like", "likes", (Event.LIKE,)),
    ("reshare", "reshares", (Event.RESHARE, Event.RETWEET)),
    ("mention", "mentions", (Event.MENTION,)),
)


# -- the card of a sent update


def card(
    update: Update,
    profile: Profile,
    counts: Mapping[str, int],
    *,
    asks_first: bool = True,
    answers: bool = True,
) -> Message:
    """One sent update; its thread holds what people answer, where its network has `answers`."""
    account, place = account_name(profile), service_name(update.service)
    said = [_bold(account), _plain(f" on {place}")]
    if when := update.sent_at or update.due_at:
        said += [_plain(" · "), _date(when, profile)]
    numbers = counted(counts)
    return Message(
        text=f"Posted on {place} as {_line(account)}: “{_glance(_words(update))}”"
        + (f" ({numbers})." if numbers else "."),
        blocks=[
            RichTextBlock(
                elements=[
                    RichTextSectionElement(
                        elements=[*said, *_link(update.service_link, "Open the post")]
                    ),
                    _quote(_words(update), _CARD),
                ]
            ),
            *([_small(numbers)] if numbers else []),
            *_last_line(update, account, asks_first=asks_first, answers=answers),
        ],
    )


def _last_line(
    update: Update, account: str, *, asks_first: bool, answers: bool
) -> list[ContextBlock]:
    if update.removed_at:
        return [_small(f"This post is no longer on {service_name(update.service)}.")]
    return [_small(_invitation(account, asks_first=asks_first))] if answers else []


def counted(counts: Mapping[str, int]) -> str:
    """“2 comments · 1 like”; empty when nobody did anything."""
    said = []
    for one, many, events in _COUNTED:
        if number := sum(counts.get(event, 0) for event in events):
            said.append(f"{number:,} {one if number == 1 else many}")
    return " · ".join(said)


def _invitation(account: str, *, asks_first: bool) -> str:
    if asks_first:
        does = f"Reply in this thread to answer as {account}; you will be asked first."
    else:
        does = f"A reply in this thread is posted as {account} at once."
    return f"{does} Start with // to keep it between us."


# -- what somebody answered


def comment(
    interaction: Interaction,
    profile: Profile,
    *,
    answers: bool = True,
    likes: bool = True,
    pictured: bool = True,
) -> Message:
    """A comment or mention, for the thread of its card; it can be answered and liked where its network takes that, and
    is `pictured` with its writer's avatar. Of one that was deleted there, only that."""
    person, place = interaction.user, service_name(profile.service)
    handle, name = _handle(person), _name(person)
    did = "mentioned you" if interaction.event is Event.MENTION else "commented"
    picture = _picture(person, handle) if pictured and not interaction.removed else []
    who = [_bold(name)]
    if name != handle and not picture:
        who.append(_plain(f" ({_cut(handle, _GLANCE)})"))
    if interaction.removed:
        gone = f" {did} on {place} and deleted it."
        section = RichTextSectionElement(elements=[*who, _plain(gone)])
        return Message(text=f"{_glance(name)}{gone}", blocks=[RichTextBlock(elements=[section])])
    words = _said(interaction)
    edited = [_plain(" (edited)")] if interaction.edited_at else []
    buttons = [
        *([_button("Reply", COMMENT_REPLY, interaction.id)] if answers else []),
        *([_button("Like", COMMENT_LIKE, interaction.id)] if likes else []),
    ]
    return Message(
        text=f"{_glance(name)} {did} on {place}: “{_glance(words)}”.",
        blocks=[
            *picture,
            RichTextBlock(
                elements=[
                    RichTextSectionElement(
                        elements=[
                            *who,
                            _plain(f" {did} on {place}"),
                            *edited,
                            _plain(" · "),
                            _date(interaction.created_at, profile),
                            *_link(interaction.link, "Open it there"),
                        ]
                    ),
                    _quote(words, _COMMENT),
                ]
            ),
            *(
                [ActionsBlock(block_id=f"comment#{interaction.id}", elements=buttons)]
                if buttons
                else []
            ),
        ],
    )


def answered(reply: Reply, profile: Profile, to: Interaction | None) -> Message:
    """What somebody answered by a button and is on the network now, for the thread: the others should see it, too."""
    account, place = account_name(profile), service_name(profile.service)
    name = _name(to.user) if to else "the post"
    return Message(
        text=f"{_line(account)} answered {_glance(name)}: “{_glance(reply.text)}”",
        blocks=[
            RichTextBlock(
                elements=[
                    RichTextSectionElement(
                        elements=[
                            RichTextElementParts.User(user_id=reply.user_id),
                            _plain(" answered "),
                            _bold(name),
                            _plain(f" as {account} on {place}:"),
                        ]
                    ),
                    _quote(reply.text, _COMMENT),
                ]
            )
        ],
    )


def digest(interactions: Sequence[Interaction], profile: Profile, update: Update | None) -> Message:
    """Many at once, as one message for the thread: the first of them in a line each. Without a post: mentions."""
    place, number = service_name(profile.service), len(interactions)
    what, whole = ("comments", update.service_link) if update else ("mentions", profile.link)
    lines: list[RichTextElement] = []
    for each in interactions[:_DIGESTED]:
        words = "(deleted)" if each.removed else _cut(_one_line(_said(each)), _GLANCE)
        link = _link(each.link, "Open it there") if len(each.link) <= _DIGESTED_URL else []
        who = _bold(_name(each.user))
        lines.append(RichTextSectionElement(elements=[who, _plain(f": {words}"), *link]))
    left = number - _DIGESTED
    more = [_small(f"and {left:,} more: read them all on {place}.")] if left > 0 else []
    return Message(
        text=f"{number:,} new {what} on {place}.",
        blocks=[
            RichTextBlock(
                elements=[
                    RichTextSectionElement(
                        elements=[
                            _bold(f"{number:,} new {what}"),
                            _plain(f" on {place}"),
                            *_link(whole, "Open the post" if update else "Open the profile"),
                        ]
                    ),
                    RichTextListElement(style="bullet", elements=lines),
                ]
            ),
            *more,
        ],
    )


def lone_comment(
    interaction: Interaction,
    profile: Profile,
    update: Update | None,
    *,
    asks_first: bool = True,
    answers: bool = True,
    likes: bool = True,
    pictured: bool = True,
) -> Message:
    """The same where there is no card to hang it under: it says itself what it answers, if that is a post of ours."""
    said = comment(interaction, profile, answers=answers, likes=likes, pictured=pictured)
    account, about = account_name(profile), list[ContextBlock]()
    if update:
        words = _cut(_one_line(_words(update)), _GLANCE)
        about = [_small(f"About the post of {account}: “{words}”")]
    if answers and not interaction.removed:
        about.append(_small(_invitation(account, asks_first=asks_first)))
    return Message(text=said.text, blocks=[*said.blocks, *about])


# -- a problem


def problem(update: Update, profile: Profile) -> Message:
    """A failed, missed or unconfirmed update: what happened, what to do, the buttons to do it."""
    account, place = account_name(profile), service_name(update.service)
    happened, to_do = _problem_words(update, profile)
    look = update.service_link or profile.link
    elements: list[RichTextElement] = [
        RichTextSectionElement(
            elements=[
                _bold(happened),
                _plain(f" {account} on {place}"),
                *_link(look, "Open the profile"),
            ]
        ),
        _quote(_words(update), _CARD),
    ]
    if update.error:
        elements.append(
            RichTextSectionElement(
                elements=[_plain(f"Reason: {_cut(_one_line(update.error), _CARD)}")]
            )
        )
    return Message(
        text=f"{happened} {_line(account)} on {place}: “{_glance(_words(update))}”. {to_do}",
        blocks=[
            RichTextBlock(elements=elements),
            SectionBlock(text=PlainTextObject(text=to_do)),
            problem_buttons(update, block_id=f"{PROBLEM}#{update.id}"),
            *_edit_row(update),
            *_reconnect_row(profile),
        ],
    )


def late(update: Update, profile: Profile, trouble: str) -> Message:
    """An update that should be out by now: why it is not (`trouble`: what its last try said), and what comes next."""
    account, place = account_name(profile), service_name(update.service)
    due = update.due_at or update.updated_at
    at = f"{due.astimezone(profile.zone):%d %b, %H:%M} ({profile.timezone})"
    until = update.held_after or due
    last = f"{until.astimezone(profile.zone):%d %b, %H:%M}"
    if profile.disconnected:
        why = f"{account} has no login that works: connect it again."
    elif update.media.missing:
        missing = update.media.missing[0]
        why = f"Its picture “{missing.name or missing.source}” could not be fetched yet. {trouble}".strip()
    elif update.state is State.SENDING:
        why = f"{place} did not say whether it has it; that is being looked up."
    else:
        why = trouble or "The sender does not get to it: look at the server."
    if profile.disconnected or update.state is not State.SENDING:
        then = (
            f"It goes out as soon as that is mended, until {last}; after that it is held and you are asked. "
            "What is due behind it waits as well."
        )
    else:
        then = "You hear of it if nobody can tell."
    blocks = [
        RichTextBlock(
            elements=[
                RichTextSectionElement(
                    elements=[
                        _bold(f"This post is late: it was due {at}."),
                        _plain(f" {account} on {place}"),
                    ]
                ),
                _quote(_words(update), _CARD),
                RichTextSectionElement(elements=[_plain(f"Reason: {_cut(_one_line(why), _CARD)}")]),
            ]
        ),
        SectionBlock(text=PlainTextObject(text=then)),
    ]
    return Message(
        text=f"Late: the post of {_line(account)} on {place}, due {at}. {_glance(why)}",
        blocks=[*blocks, *_edit_row(update), *_reconnect_row(profile)],
    )


def login(profile: Profile) -> Message:
    """A login that has ended, or will: what that means, and the button to renew it."""
    account, place = account_name(profile), service_name(profile.service)
    if profile.disconnected:
        happened = f"The login of {account} on {place} does not work any more."
        means = (
            "Nothing goes out and no comment comes in until it is renewed. What is queued waits."
        )
    else:
        ends = profile.expires_at
        day = (
            f"{ends.astimezone(profile.zone):%A, %d %b, %H:%M} ({profile.timezone})"
            if ends
            else "soon"
        )
        happened = f"The login of {account} on {place} ends on {day}."
        means = "Renew it before, and nothing is held up."
    return Message(
        text=f"{_line(happened)} {means}",
        blocks=[
            SectionBlock(text=PlainTextObject(text=f"{happened} {means}")),
            ActionsBlock(elements=[_button("Reconnect", RECONNECT, profile.id, style="primary")]),
        ],
    )


def _edit_row(update: Update) -> list[ActionsBlock]:
    """To mend the reason: text, time and pictures. Its message becomes the post as it stands then."""
    if update.state not in PENDING | {State.FAILED, State.MISSED}:
        return []
    row = [_button("Edit", EDIT_POST, update.id)]
    return [ActionsBlock(block_id=f"update|{update.id}#edit", elements=row)]


def _reconnect_row(profile: Profile) -> list[ActionsBlock]:
    if not profile.disconnected:
        return []
    return [ActionsBlock(elements=[_button("Reconnect", RECONNECT, profile.id, style="primary")])]


def problem_buttons(update: Update, *, block_id: str | None = None) -> ActionsBlock:
    """What a person can do about it; every button carries the update's id."""
    buttons: dict[State, list[ButtonElement]] = {
        State.FAILED: [
            _button("Try again now", PROBLEM_SHARE, update.id, style="primary"),
            _button("Back to the queue", PROBLEM_REQUEUE, update.id),
            _delete(update.id),
        ],
        State.MISSED: [
            _button("Share now", PROBLEM_SHARE, update.id, style="primary"),
            _button("Back to the queue", PROBLEM_REQUEUE, update.id),
            _delete(update.id),
        ],
        State.UNCONFIRMED: [
            _button("It is out", PROBLEM_IS_OUT, update.id, style="primary"),
            _button("Send again", PROBLEM_SEND_AGAIN, update.id),
        ],
    }
    return ActionsBlock(block_id=block_id, elements=buttons[update.state])


def settled(update: Update, profile: Profile, became: str, *, by: str) -> Message:
    """What a problem's message turns into once somebody decided: “@ada on Mastodon: “…” is deleted.”"""
    account, place = account_name(profile), service_name(update.service)
    person = [RichTextElementParts.User(user_id=by), _plain(" decided: ")] if by else []
    return Message(
        text=f"The post of {_line(account)} on {place} {escape(became)} “{_glance(_words(update))}”",
        blocks=[
            RichTextBlock(
                elements=[
                    RichTextSectionElement(
                        elements=[
                            *person,
                            _plain("the post of " if by else "The post of "),
                            _bold(account),
                            _plain(f" on {place} {became}"),
                        ]
                    ),
                    _quote(_words(update), _GLANCE),
                ]
            )
        ],
    )


def is_problem(update: Update) -> bool:
    """Whether a person is still needed."""
    return update.state in (State.FAILED, State.MISSED, State.UNCONFIRMED)


def _problem_words(update: Update, profile: Profile) -> tuple[str, str]:
    place = service_name(update.service)
    if update.state is State.FAILED:
        return (
            "This post was not sent.",
            "Mend the reason if there is one, then try again. It waits here until you choose.",
        )
    if update.state is State.MISSED:
        due = update.scheduled_at or update.due_at
        at = f" of {due.astimezone(profile.zone):%d %b, %H:%M} ({profile.timezone})" if due else ""
        return (
            f"This post missed its time{at} and was held back.",
            "Share it now, or put it back in the queue. It waits here until you choose.",
        )
    return (
        f"Is this post out? {place} stopped answering while it was sent.",
        f"Please look at {place}. If the post is there, press “It is out”; if not, “Send again”.",
    )


# -- a reply on its way to the network


def reply_question(reply: Reply, profile: Profile) -> Message:
    """Asks the writer, and nobody else, whether their words may become public."""
    account, place = account_name(profile), service_name(profile.service)
    size = length(reply.text)
    return Message(
        text=f"Post your reply on {place} as {_line(account)}? “{_glance(reply.text)}”",
        blocks=[
            RichTextBlock(
                elements=[
                    RichTextSectionElement(
                        elements=[
                            _plain("Post this reply as "),
                            _bold(account),
                            _plain(f" on {place}?"),
                        ]
                    ),
                    _quote(reply.text, _QUESTION),
                ]
            ),
            _small(
                " ".join(filter(None, [f"{size:,} character{'s' * (size != 1)}.", reply.error]))
            ),
            ActionsBlock(
                elements=[
                    _button(f"Post as {account}", REPLY_POST, asked(reply), style="primary"),
                    _button("Keep internal", REPLY_KEEP, asked(reply)),
                ]
            ),
        ],
    )


def asked(reply: Reply) -> str:
    """What the question's buttons carry: the reply, and which words of it were asked about."""
    return f"{reply.id}:{crc32(reply.text.encode(errors='replace')):08x}"


def reply_note(reply: Reply, profile: Profile) -> Message | None:
    """What the writer should know of their reply, if there is anything beyond a mark on it."""
    account, place = account_name(profile), service_name(profile.service)
    if reply.state is ReplyState.FAILED:
        return note(f"Your reply was not posted on {place} as {account}. {reply.error}")
    if reply.state is ReplyState.UNCONFIRMED:
        return note(
            f"It is not clear whether your reply as {account} is out: {place} stopped answering. "
            "Please look there before you write it again."
        )
    return note(reply.error) if reply.error else None


def note(sentence: str) -> Message:
    """One plain sentence for one person."""
    sentence = _cut(_clean(sentence), _COMMENT - 1).strip() or "…"
    return Message(text=_line(sentence), blocks=[SectionBlock(text=PlainTextObject(text=sentence))])


def thread_of(reply: Reply) -> str:
    """The memo that says in which thread (its parent's ts) a reply was written."""
    return f"reply-thread:{reply.id}"


# -- names


def _name(person: Person) -> str:
    """What they call themselves, if it can be seen."""
    return _one_line(_seen(person.name)) or _handle(person)


def picture_in(blocks: Sequence[Json]) -> str:
    """The address of a picture that Slack has to fetch for these blocks; "" for none."""
    return next(
        (
            str(each["image_url"])
            for block in blocks
            if block["type"] == "context"
            for each in block["elements"]
            if each["type"] == "image"
        ),
        "",
    )


def unseen(picture: str) -> str:
    """The memo that says that Slack could not fetch a picture."""
    return f"unseen-picture:{sha256(picture.encode()).hexdigest()[:24]}"


def _picture(person: Person, handle: str) -> list[Block]:
    """A row with the avatar and the handle; none where there is no avatar that Slack could fetch."""
    url = person.avatar
    if not url.startswith("https://") or len(url) > _URL or not url.isascii() or " " in url:
        return []
    words = PlainTextObject(text=_cut(handle, _GLANCE), emoji=False)
    return [ContextBlock(elements=[ImageElement(image_url=url, alt_text="Avatar"), words])]


def _date(when: datetime, profile: Profile) -> RichTextElement:
    """In the reader's own zone; the profile's where Slack cannot show that."""
    return RichTextElementParts.Date(
        timestamp=int(when.timestamp()),
        format="{date_short_pretty} at {time}",
        fallback=f"{when.astimezone(profile.zone):%d %b %Y, %H:%M} ({profile.timezone})",
    )


def _handle(person: Person) -> str:
    return f"@{_one_line(person.username).removeprefix('@')}"


def account_name(profile: Profile) -> str:
    """@name, unless the name has its own form."""
    name = _cut(_one_line(profile.name), 80)
    return name if name.startswith("@") or " " in name else f"@{name}"


def service_name(service: str) -> str:
    """The network as its users write it."""
    return {"local": "the local network"}.get(service, service.capitalize())


# -- pieces


def _words(update: Update) -> str:
    return _seen(update.text) or "(no words, only what is attached)"


def _said(interaction: Interaction) -> str:
    return _seen(interaction.text) or "(no words)"


def _seen(text: str) -> str:
    """ "" where there is nothing to see."""
    return _clean(text).strip() if _SHOWN.search(text) else ""


def _button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=_cut(label, 75), action_id=action_id, value=value, style=style)


def _delete(update_id: str) -> ButtonElement:
    return ButtonElement(
        text="Delete",
        action_id=PROBLEM_DELETE,
        value=update_id,
        style="danger",
        confirm=ConfirmObject(
            title="Delete this post?",
            text=PlainTextObject(text="It will be gone for good."),
            confirm="Delete",
            deny="Keep it",
            style="danger",
        ),
    )


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[PlainTextObject(text=_cut(_clean(text), 2000), emoji=False)])


def _plain(text: str) -> RichTextElement:
    return RichTextElementParts.Text(text=_clean(text) or "…")


def _bold(text: str) -> RichTextElement:
    return RichTextElementParts.Text(text=_cut(_one_line(text), _GLANCE), style={"bold": True})


def _quote(text: str, most: int) -> RichTextQuoteElement:
    # A text element is never read as mrkdwn: no mention, link or mark of a stranger comes to life in it.
    words = re.sub(r"\n\s*\n\s*", "\n\n", _clean(text))
    return RichTextQuoteElement(elements=[_plain(_cut(words, most))])


def _link(url: str, label: str) -> list[RichTextElement]:
    """Our own label on somebody's address; nothing where the address is none."""
    if not re.fullmatch(r"https?://[^\s<>|\"\\\x00-\x1f\x7f]{1,2900}", url) or url != _clean(url):
        return []
    return [_plain(" · "), RichTextElementParts.Link(url=url, text=label)]


def length(text: str) -> int:
    """What a reader would count as characters."""
    return len(regex.findall(r"\X", text))


def _line(text: str) -> str:
    return escape(_one_line(text))


def _glance(text: str) -> str:
    return escape(_cut(_one_line(text), _GLANCE))


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())


_UNSEEN = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, marks that turn the direction of the text around a foreign name, and what nobody can see; but for the
flags of parts of countries, which are spelled in unseen letters."""
_PILED = regex.compile(r"(\p{M}{5})\p{M}+")
"""More accents on one letter than any script has: they cover the lines around."""
_SHOWN = regex.compile(r"[^\s\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]")
"""Anything to be seen: the last are letters that are blank."""


def _clean(text: str) -> str:
    text = _UNSEEN.sub(r"\1", re.sub("[\u2028\u2029]", "\n", text))
    return str(_PILED.sub(r"\1", text))


def _cut(text: str, most: int) -> str:
    """At most so many characters, cut between whole signs and, where there is one near, at a space."""
    if len(text) <= most:
        return text
    kept = ""
    for sign in regex.findall(r"\X", text[: most + 1])[:-1]:
        if len(kept) + len(sign) >= most:
            break
        kept += sign
    kept = kept or text[: most - 1]
    at_word, space, _ = kept.rpartition(" ")
    return (at_word if space and len(at_word) > most * 0.8 else kept).rstrip() + "…"
