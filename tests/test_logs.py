"""A log line is one outcome with its ids, and never a secret."""

from __future__ import annotations

import logging
import sys

import pytest

from logs import Formatter


def line(message: str, **extra: object) -> str:
    record = logging.getLogger("sender").makeRecord(
        "sender", logging.INFO, "", 0, message, (), None, extra=extra
    )
    return Formatter().format(record)


def test_ids_follow_the_outcome() -> None:
    assert line("sent", update="u1", ms=12).endswith(" info sender sent update=u1 ms=12")


def test_what_has_blanks_is_quoted() -> None:
    assert line("kept", reason="no such host").endswith(' reason="no such host"')


SECRETS = (
    "xoxb-123-456-abcDEF",
    "xapp-1-A0-99-abcdef",
    "sb_" + "0123456789" * 4,
    "v0=" + "ab" * 32,
)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_blotted_out_wherever_it_stands(secret: str) -> None:
    try:
        raise ValueError(f"cannot use {secret}")
    except ValueError:
        failed = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "", 0, secret, (), sys.exc_info()
        )
    assert secret not in Formatter().format(failed)
    assert secret not in line("tried", token=secret)


@pytest.mark.parametrize(
    "text", ["Authorization: Bearer 1/abcdef", "GET /1/user.json?access_token=1%2Fabcdef&x=1"]
)
def test_tokens_of_others_are_known_by_their_place(text: str) -> None:
    assert "abcdef" not in line(text)
