"""What a person types → Slack's encoded text and rich_text block. Pure: names are handed in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from playground.errors import Payload

# Slack's clients turn emoji into their names before sending; the common ones will do here.
EMOJI = {
    "🎉": "tada",
    "🚀": "rocket",
    "😀": "grinning",
    "😄": "smile",
    "😂": "joy",
    "😍": "heart_eyes",
    "🙂": "slightly_smiling_face",
    "🙏": "pray",
    "👍": "+1",
    "👎": "-1",
    "👏": "clap",
    "👀": "eyes",
    "🔥": "fire",
    "✨": "sparkles",
    "✅": "white_check_mark",
    "❤️": "heart",
    "⏳": "hourglass_flowing_sand",
    "☕": "coffee",
    "🎂": "birthday",
    "💡": "bulb",
    "📅": "date",
    "👋": "wave",
    "🐛": "bug",
}
MARKS = {"bold": "*", "italic": "_", "strike": "~"}
TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)\]}'\"*_~])"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w@/.])(?P<site>(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|social|app|de|uk)\b(?:/[^\s<>]*)?)"
    r"|<@(?P<user>[UW][A-Z0-9]+)>|<#(?P<room>C[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|(?<![\w@])@(?P<name>[\w.-]+(?: [A-Z][\w.-]+)?)|(?<![\w#&])#(?P<channel>[\w-]+)"
    r"|(?<!\w):(?P<emoji>[a-z0-9_+'-]+):(?!\w)"
    r"|(?P<picture>" + "|".join(map(re.escape, EMOJI)) + r")"
    r"|(?<![\w*])(?P<bold>\*(?=\S)[^*\n]*?(?<=\S)\*)(?![\w*])"
    r"|(?<![\w_])(?P<italic>_(?=\S)[^_\n]*?(?<=\S)_)(?![\w_])"
    r"|(?<![\w~])(?P<strike>~(?=\S)[^~\n]*?(?<=\S)~)(?![\w~])",
    re.IGNORECASE,
)
PARTS = re.compile(r"```\n?(?P<pre>.*?)\n?```\n?|(?P<quote>(?:^> ?[^\n]*(?:\n|$))+)", re.S | re.M)


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Who can be mentioned: lower-case names to ids, and channels' ids to names."""

    people: Mapping[str, str]
    channels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    text: str
    blocks: list[Payload]


def escape(text: str) -> str:
    """docs.slack.dev/messaging/formatting-message-text: only these three (2026-11)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode(typed: str, names: Names, block_id: str) -> Typed:
    """What Slack stores of a message somebody typed."""
    text, elements = "", []
    for kind, body in _parts(typed):
        runs = [_text(body, {})] if kind == "preformatted" else list(_inline(body, names, {}))
        if runs:
            elements.append({"type": f"rich_text_{kind}", "elements": _stored(runs)})
        text += _wrapped(kind, body, names)
    if not elements:
        return Typed(text.strip(), [])
    block = {"type": "rich_text", "block_id": block_id, "elements": elements}
    return Typed(text.strip(), [block])


def plain(typed: str, names: Names) -> str:
    """The text of a command whose manifest says `should_escape`."""
    return _encoded(_inline(typed, names, {}))


def _wrapped(kind: str, body: str, names: Names) -> str:
    if kind == "preformatted":
        return f"```{escape(body)}```\n"
    text = _encoded(_inline(body, names, {}))
    if kind == "quote":
        return "".join(f"&gt; {line}\n" for line in text.split("\n"))
    return text


def _parts(typed: str) -> Iterator[tuple[str, str]]:
    at = 0
    for found in PARTS.finditer(typed):
        if found.start() > at:
            yield "section", typed[at : found.start()]
        if found["pre"] is not None:
            yield "preformatted", found["pre"]
        else:
            lines = found["quote"].rstrip("\n").split("\n")
            yield "quote", "\n".join(line[1:].removeprefix(" ") for line in lines)
        at = found.end()
    if at < len(typed):
        yield "section", typed[at:]


def _inline(text: str, names: Names, style: dict[str, bool]) -> Iterator[Payload]:
    at = 0
    for found in TOKEN.finditer(text):
        runs = list(_token(found, names, style))
        if not runs:
            continue
        if found.start() > at:
            yield _text(text[at : found.start()], style)
        yield from runs
        at = found.end()
    if at < len(text):
        yield _text(text[at:], style)


def _token(found: re.Match[str], names: Names, style: dict[str, bool]) -> Iterator[Payload]:
    kind = found.lastgroup or ""
    word = found[kind]
    if kind in ("bold", "italic", "strike"):
        yield from _inline(word[1:-1], names, {**style, kind: True})
    elif kind == "code":
        yield _text(word, {**style, "code": True})
    elif kind in ("url", "mail", "site"):
        scheme = {"url": "", "mail": "mailto:", "site": "http://"}[kind]
        label = {} if kind == "url" else {"text": word}
        yield _styled({"type": "link", "url": scheme + word, **label}, style)
    elif kind in ("emoji", "picture"):
        yield {"type": "emoji", "name": EMOJI.get(word, word)}
    else:
        yield from _mention(kind, word, names, style)


def _mention(kind: str, word: str, names: Names, style: dict[str, bool]) -> Iterator[Payload]:
    if kind == "user":
        yield _styled({"type": "user", "user_id": word}, style)
    elif kind == "name":
        whole, first = names.people.get(word.lower()), word.split(" ")[0]
        known = whole or names.people.get(first.lower())
        if known:
            yield _styled({"type": "user", "user_id": known}, style)
            if not whole and first != word:
                yield _text(word[len(first) :], style)
    else:
        ids = {name: id for id, name in names.channels.items()}
        id = word if word in names.channels else ids.get(word.lower())
        if id:
            run = {"type": "channel", "channel_id": id, "name": names.channels[id]}
            yield _styled(run, style)


def _text(text: str, style: dict[str, bool]) -> Payload:
    return _styled({"type": "text", "text": text}, style)


def _styled(run: Payload, style: dict[str, bool]) -> Payload:
    return {**run, "style": style} if style else run


def _stored(runs: Iterable[Payload]) -> list[Payload]:
    """Neighbours of one style made one; a channel's name is Slack's own affair."""
    stored: list[Payload] = []
    for run in runs:
        last = stored[-1] if stored else {}
        if run["type"] == last.get("type") == "text" and run.get("style") == last.get("style"):
            stored[-1] = {**last, "text": last["text"] + run["text"]}
        else:
            stored.append({k: v for k, v in run.items() if (run["type"], k) != ("channel", "name")})
    return stored


def _encoded(runs: Iterable[Payload]) -> str:
    """The runs as mrkdwn: marks are opened and closed where the style changes."""
    text, open_marks = "", list[str]()
    for run in [*runs, {"type": "text", "text": ""}]:
        wanted = [MARKS[name] for name in run.get("style", {}) if name in MARKS]
        same = sum(1 for a, b in zip(open_marks, wanted, strict=False) if a == b)
        text += "".join(reversed(open_marks[same:])) + "".join(wanted[same:]) + _word(run)
        open_marks = wanted
    return text


def _word(run: Payload) -> str:
    match run["type"]:
        case "link":
            label = f"|{escape(run['text'])}" if "text" in run else ""
            return f"<{escape(run['url'])}{label}>"
        case "emoji":
            return f":{run['name']}:"
        case "user":
            return f"<@{run['user_id']}>"
        case "channel":
            return f"<#{run['channel_id']}|{run['name']}>"
        case _:
            text = escape(run["text"])
            return f"`{text}`" if run.get("style", {}).get("code") else text
