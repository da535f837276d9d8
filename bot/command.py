"""Reads what was typed after the command: a verb, a post with its flags, or something to ask about. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.when import split, why_refused

VERBS = {
    "queue": "profile",
    "sent": "profile",
    "pause": "profile",
    "resume": "profile",
    "profiles": "",
    "connect": "",
    "schedule": "profile",
    "settings": "",
    "help": "",
}
"""Each verb with what it takes after it."""
FLAGS = ("--at", "--to", "--top", "--now")
MOST_WORDS_OF_A_VERB = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Compose:
    """Nothing was typed: open the composer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """A verb, and the profile it names ("" for none) as the profile itself is spelled."""

    name: str
    profile: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """Something to post. `mode` is `queue`, `schedule` or `confirm`, as `bot.when.split` has them; `whole` is the
    text as it goes out when the time in it is not meant as one."""

    text: str
    whole: str
    when: str = ""
    mode: str = "queue"
    to: tuple[str, ...] = ()
    top: bool = False
    now: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A few words that look like a verb: `suggestion` is what may have been meant, `post` what it is otherwise."""

    suggestion: str
    post: Post


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Nothing can be done with this. `why` is a sentence; `text` goes back to whoever typed it."""

    why: str
    text: str


Command = Compose | Verb | Post | Question | Refusal


def parse(text: str, profiles: Sequence[str] = ()) -> Command:
    """What is meant by `text`; `profiles` are the names that verbs and `--to` may use."""
    typed = text.strip().strip("\u200b\ufeff").strip()
    if not typed:
        return Compose()
    if verb := _verb(typed, profiles):
        return verb
    flags = _flags(typed, profiles)
    if why := _why_not(flags):
        return Refusal(why=why, text=typed)
    return _post(typed, flags, profiles)


def match(name: str, names: Sequence[str]) -> str:
    """The one of `names` that is meant, "" for none: case, blanks and punctuation do not count."""
    wanted = _key(name)
    return next((known for known in names if _key(known) == wanted), "")


def nearest(name: str, names: Sequence[str]) -> str:
    """The one of `names` that looks most like it, "" when none does."""
    keys = {_key(known): known for known in names}
    close = difflib.get_close_matches(_key(name), keys, n=1, cutoff=0.5)
    return keys[close[0]] if close else ""


def within_one_edit(one: str, other: str) -> bool:
    """Whether one letter added, dropped, changed, or swapped with its neighbour makes them the same."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


def _key(name: str) -> str:
    folded = name.casefold().strip()
    return re.sub(r"[\W_]+", "", folded) or folded


# -- verbs


def _verb(typed: str, profiles: Sequence[str]) -> Verb | None:
    if typed.casefold() in ("--help", "-h", "—help", "–help", "?"):
        return Verb(name="help")
    name, _, rest = typed.partition(" ")
    name, rest = name.casefold(), rest.strip()
    if name not in VERBS or "\n" in typed:
        return None
    if not rest:
        return Verb(name=name)
    profile = match(rest, profiles) if VERBS[name] else ""
    return Verb(name=name, profile=profile) if profile else None


def _suggestion(typed: str, profiles: Sequence[str]) -> str:
    """The verb that a few words may have meant, with its nearest profile; "" when they look like none."""
    words = typed.split()
    first = re.sub(r"[^\w]+$", "", words[0]).casefold()
    if len(words) > MOST_WORDS_OF_A_VERB:
        return ""
    verb = first if first in VERBS else ""
    verb = verb or next((verb for verb in VERBS if within_one_edit(first, verb)), "")
    rest = " ".join(words[1:])
    profile = nearest(rest, profiles) if verb and VERBS[verb] and rest else ""
    return f"{verb} {profile}".strip()


# -- flags

_DASH = r"(?:--|[—–])"
_SWITCH = re.compile(rf"(?:^|\s){_DASH}(top|now)\s*$", re.IGNORECASE)
_TO = re.compile(rf"(?:^|\s){_DASH}to(?:\s*=\s*|\s+)(?=\S)", re.IGNORECASE)
_AT = re.compile(rf"(?:^|\s)(?={_DASH}at\s)", re.IGNORECASE)
_LAST = re.compile(r"(?:^|\s)(--|[—–])([^\W\d_][\w-]*)(?:\s+\S+|=\S+)?\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Flags:
    rest: str
    to: tuple[str, ...] = ()
    switches: frozenset[str] = frozenset()
    wrong: str = ""


def _flags(text: str, profiles: Sequence[str]) -> _Flags:
    """Take the flags off the right end, also those before an `--at`, whose phrase itself stays for `split`."""
    last = _from_the_right(text, profiles)
    found = list(_AT.finditer(last.rest))
    if not found:
        return last
    head, tail = last.rest[: found[-1].start()], last.rest[found[-1].end() :]
    first = _from_the_right(head, profiles)
    return _Flags(
        rest=f"{first.rest} {tail}".strip() if first.rest != head else last.rest,
        to=first.to + last.to,
        switches=first.switches | last.switches,
        wrong=last.wrong or first.wrong,
    )


def _from_the_right(text: str, profiles: Sequence[str]) -> _Flags:
    to: tuple[str, ...] = ()
    switches: set[str] = set()
    while True:
        if switch := _SWITCH.search(text):
            switches.add(switch[1].casefold())
            text = text[: switch.start()].rstrip()
        elif (found := list(_TO.finditer(text))) and (
            names := _names(text[found[-1].end() :], profiles)
        ):
            to, text = names + to, text[: found[-1].start()].rstrip()
        else:
            break
    return _Flags(rest=text, to=to, switches=frozenset(switches), wrong=_wrong_flag(text))


def _names(text: str, profiles: Sequence[str]) -> tuple[str, ...]:
    """The names of `--to a, "b c"`; none when the words after it are a part of the sentence."""
    names = [name.strip().strip("\"'“”„«»") for name in text.split(",")]
    names = [name for name in names if name]
    if "\n" in text or not all(match(name, profiles) or " " not in name for name in names):
        return ()
    return tuple(match(name, profiles) or name for name in names)


def _wrong_flag(text: str) -> str:
    """A flag at the end that we do not know; a long dash makes one only if it nearly is one of ours."""
    found = _LAST.search(text)
    if not found:
        return ""
    dash, name = found[1], f"--{found[2].casefold()}"
    alone = found.end(2) == len(text.rstrip())
    similar = any(within_one_edit(name, flag) for flag in FLAGS)
    if alone and (dash == "--" or similar):
        return name
    return name if similar and name not in FLAGS else ""


def _why_not(flags: _Flags) -> str:
    if flags.wrong in FLAGS:
        return (
            f"“{flags.wrong}” needs {'a profile' if flags.wrong == '--to' else 'a time'} after it."
        )
    if flags.wrong:
        close = difflib.get_close_matches(flags.wrong, FLAGS, n=1, cutoff=0.5)
        hint = f"Did you mean “{close[0]}”?" if close else f"There are {', '.join(FLAGS)}."
        return f"There is no flag “{flags.wrong}”. {hint}"
    if flags.switches == {"top", "now"}:
        return "“--top” and “--now” contradict each other: choose one."
    if not flags.rest:
        return "There is no text to post: write it first, the flags after it."
    return ""


# -- posts


def _post(typed: str, flags: _Flags, profiles: Sequence[str]) -> Command:
    text, when, mode = split(flags.rest)
    switch = next(iter(flags.switches), "")
    if mode == "refuse":
        return Refusal(why=why_refused(flags.rest), text=typed)
    if mode == "schedule" and switch:
        why = f"A time and “--{switch}” contradict each other: choose one."
        return Refusal(why=why, text=typed)
    if mode == "confirm" and switch:
        text, when, mode = flags.rest, "", "queue"
    post = Post(
        text=text,
        whole=flags.rest,
        when=when,
        mode=mode,
        to=tuple(dict.fromkeys(flags.to)),
        top=switch == "top",
        now=switch == "now",
    )
    bare = mode != "schedule" and flags.rest == typed
    suggestion = _suggestion(typed, profiles) if bare else ""
    return Question(suggestion=suggestion, post=post) if suggestion else post
