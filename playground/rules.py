"""The small rules a Block Kit shape is made of. Pure: a value in, complaints in Slack's words out."""

from collections.abc import Callable, Iterator
from typing import Any

from playground.errors import Payload

Rule = Callable[[Any, str], Iterator[str]]


def complaint(message: str, pointer: str) -> str:
    return f"[ERROR] {message} [json-pointer:{pointer}]"


def anything(value: Any, at: str) -> Iterator[str]:
    yield from ()


def flag(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield complaint("failed to match: expected boolean", at)


def string(most: int, *, least: int = 1) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must provide a string", at)
        elif len(value) > most:
            yield complaint(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield complaint(f"must be more than {least - 1} characters", at)

    return check


def integer(least: int, most: int) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield complaint("must provide an integer", at)
        elif not least <= value <= most:
            yield complaint(f"must be between {least} and {most}", at)

    return check


def choice(*allowed: str) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield complaint(f"must be a valid enum value: {', '.join(allowed)}", at)

    return check


def items(rule: Rule, most: int, *, least: int = 1) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must provide an array", at)
            return
        if len(value) > most:
            yield complaint(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield complaint(f"no fewer than {least} items allowed", at)
        for index, item in enumerate(value):
            yield from rule(item, f"{at}/{index}")

    return check


def either(*rules: Rule) -> Rule:
    """Any one of the rules holds; otherwise the complaints of the last."""

    def check(value: Any, at: str) -> Iterator[str]:
        found: list[str] = []
        for rule in rules:
            found = list(rule(value, at))
            if not found:
                return
        yield from found

    return check


def shape(*, must: dict[str, Rule], may: dict[str, Rule], more: bool = False) -> Rule:
    """An object with these fields; `more` lets unknown ones pass."""
    known = {**must, **may}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must provide an object", at)
            return
        for name in must:
            if value.get(name) is None:
                yield complaint(f"missing required field: {name}", at)
        for name, item in value.items():
            if name in known:
                if item is not None:
                    yield from known[name](item, f"{at}/{name}")
            elif not more:
                yield complaint(f"invalid additional property: {name}", at)

    return check


def typed(shapes: dict[str, Rule]) -> Rule:
    """An object whose `type` says which of the shapes it has."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must provide an object", at)
        elif value.get("type") not in shapes:
            yield complaint(f"unsupported type: {value.get('type')}", f"{at}/type")
        else:
            yield from shapes[value["type"]](value, at)

    return check


def also(rule: Rule, extra: Callable[[Payload, str], Iterator[str]]) -> Rule:
    """The rule, then what only the whole object can tell."""

    def check(value: Any, at: str) -> Iterator[str]:
        yield from rule(value, at)
        if isinstance(value, dict):
            yield from extra(value, at)

    return check
