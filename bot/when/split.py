"""Tells the text of a post from the time typed beside it, by form alone: no clock, no locale.

A sentence is never taken for an instruction: where the form leaves a doubt, somebody is asked.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.when.form import Form, NotATime, WhenError
from bot.when.read import LONGEST, knows, read

Mode = Literal["queue", "schedule", "confirm", "refuse"]

_USAGE = (
    "Type the text of your post, and a time if you like: “Our release is out! --at tomorrow 9am”."
)
_NO_TEXT = (
    "What should be posted? Put the text beside the time: “Our release is out! --at tomorrow 9am”."
)
_NOT_UNDERSTOOD = "I do not understand the time “{}”. {}"

_AT = re.compile(r"(?:^|(?<=\s))(?:--|[—–])at(?=[\s=]|$)[\s=]*", re.IGNORECASE)
_PREPOSITION = re.compile(r"(?:at|on|for)\s+", re.IGNORECASE)
_COLON = re.compile(r":(?=\s|$)|：")
_WORD = re.compile(r"\S+")
_OPENING, _CLOSING = '"“„«「『', '"”“»」』'
_SEPARATORS = " \t\n,;|–—-"
# A text that ends like this ends a sentence, unless the dot belongs to "a.m." or to "24.12.".
_ENDED = re.compile(r"(?<![ap]\.m)(?<![ap]\. m)(?<![0-9])\.$|[^\w.)]$|\)$", re.IGNORECASE)
_AFTER_JAPANESE_STOP = re.compile(r"(?<=[。！？!?」』）、])(?=[^\s。！？!?」』）、])")
_DIGIT = re.compile("[0-9]")
_MOST_WORDS = 14
_MOST_PHRASES = 100


@dataclass(frozen=True, slots=True)
class Split:
    """What became of a typed text; a refusal says why."""

    mode: Mode
    text: str = ""
    when: str = ""
    reason: str = ""


def split(text: str) -> tuple[str, str, str]:
    """Text, time phrase and mode: `queue`, `schedule`, `confirm` or `refuse`.

    In `queue` the text is unchanged and the phrase empty; in `refuse` both are empty.
    """
    found = _decide(text)
    return found.text, found.when, found.mode


def why_refused(text: str) -> str:
    """A sentence for the typist whose text `split` refused; empty when it did not."""
    return _decide(text).reason


def _decide(text: str) -> Split:
    return (
        _nothing_to_post(text)
        or _flagged(text)
        or _quoted(text)
        or _before_colon(text)
        or _at_an_end(text)
        or Split("queue", text)
    )


def _refused(reason: str) -> Split:
    return Split("refuse", reason=reason)


def _form(phrase: str) -> Form | WhenError:
    try:
        form = read(phrase)
    except WhenError as error:
        return error
    # "So", "do", "mar" alone are words of a sentence far more often than weekdays.
    if len(phrase) < 4 and phrase.isalpha() and form.language not in {"en", "ja"}:
        return NotATime(f"“{phrase}” alone is not clear. Name a day and an hour.")
    return form


def _is_timely(found: Form | WhenError) -> bool:
    return found.timely if isinstance(found, Form) else not isinstance(found, NotATime)


def _nothing_to_post(text: str) -> Split | None:
    if not text.strip():
        return _refused(_USAGE)
    if len(text) <= LONGEST and not _ENDED.search(text.rstrip()) and _is_timely(_form(text)):
        return _refused(_NO_TEXT)
    return None


def _flagged(text: str) -> Split | None:
    flags = [*_AT.finditer(text)]
    if not flags:
        return None
    before, phrase = text[: flags[-1].start()].strip(), text[flags[-1].end() :].strip()
    if len(phrase) > 1 and phrase[0] in _OPENING and phrase[-1] in _CLOSING:
        phrase = phrase[1:-1].strip()
    if not phrase:
        return _refused("Add the time after --at, such as “--at tomorrow 9am”.")
    found = _form(phrase)
    if isinstance(found, WhenError) or not found.timely:
        return _not_understood(phrase, found)
    if len(flags) > 1 and _is_timely(_form(text[flags[-2].end() : flags[-1].start()])):
        return _refused("There are two times: leave one --at.")
    return Split("schedule", before, phrase) if before else _refused(_NO_TEXT)


def _not_understood(phrase: str, found: Form | WhenError) -> Split:
    shown = phrase if len(phrase) <= LONGEST else phrase[:LONGEST] + "…"
    advice = found if isinstance(found, WhenError) else "Name a day and an hour."
    return _refused(_NOT_UNDERSTOOD.format(shown, advice))


def _quoted(text: str) -> Split | None:
    typed = text.strip()
    end = max(typed.rfind(sign) for sign in _CLOSING)
    if typed[0] not in _OPENING or end < 1:
        return None
    quoted, rest = typed[1:end].strip(), typed[end + 1 :].strip(_SEPARATORS + ":")
    phrase = _PREPOSITION.sub("", rest, count=1) if _PREPOSITION.match(rest) else rest
    if not phrase:
        return Split("queue", text)
    found = _form(phrase)
    if isinstance(found, Form) and found.whole:
        return Split("schedule", quoted, phrase) if quoted else _refused(_NO_TEXT)
    if _is_timely(found) or _has_time_word(phrase):
        return _not_understood(phrase, found)
    return Split("queue", text)


def _has_time_word(text: str) -> bool:
    """True when a word of a text, or two words one of which is a number, are a time."""
    words = [word.strip(".,;!?()") for word in text.split()]
    likely = [word if knows(word) else "" for word in words]
    pairs = (f"{one} {two}" for one, two in pairwise(likely) if one and two)
    phrases = [word for word in likely if len(word) > 3 or _DIGIT.search(word)]
    phrases += [pair for pair in pairs if _DIGIT.search(pair)]
    distinct = list(dict.fromkeys(phrases))[:_MOST_PHRASES]
    return any(_is_timely(_form(phrase)) for phrase in distinct)


def _before_colon(text: str) -> Split | None:
    colon = _COLON.search(text, 0, 2 * LONGEST)
    phrase = text[: colon.start()].strip() if colon else ""
    if not colon or not phrase or "\n" in phrase:
        return None
    found = _form(phrase)
    if not _is_timely(found):
        return None
    rest = text[colon.end() :].strip()
    if isinstance(found, WhenError):
        return _not_understood(phrase, found)
    if not rest:
        return _refused(_NO_TEXT)
    return Split("schedule" if found.whole else "confirm", rest, phrase)


def _at_an_end(text: str) -> Split | None:
    typed = text.strip()
    first, _, rest = typed.partition("\n")
    if rest and len(first) <= LONGEST and _is_whole(first):
        return Split("confirm", rest.strip(), first.strip())
    start = len(typed) - len(typed.rpartition("\n")[2])
    for place in _possible_starts(typed, start):
        found = _form(typed[place:])
        if isinstance(found, NotATime):
            continue
        if isinstance(found, WhenError) or not found.whole:
            return None
        phrase = typed[place:]
        preposition = _PREPOSITION.match(phrase)
        when = phrase[preposition.end() :] if preposition else phrase
        return Split("confirm", typed[:place].rstrip(_SEPARATORS), when)
    return None


def _is_whole(line: str) -> bool:
    found = _form(line)
    return isinstance(found, Form) and found.whole and not _ENDED.search(line.rstrip())


def _possible_starts(typed: str, start: int) -> list[int]:
    """Where a time at the end of the last line may begin, the longest first."""
    start = max(start, len(typed) - LONGEST)
    if _ENDED.search(typed, max(start, len(typed) - 5)):
        return []
    starts: list[int] = []
    for word in reversed([*_WORD.finditer(typed, start)][-_MOST_WORDS:]):
        if not any(char.isalnum() or char in "@+" for char in word[0]):
            break
        stops = [stop.start() for stop in _AFTER_JAPANESE_STOP.finditer(typed, *word.span())]
        starts += stops[-2:][::-1]
        if not knows(word[0]):
            break
        starts.append(word.start())
    return starts[::-1]
