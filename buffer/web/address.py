"""The address of a server that somebody typed. Asks nobody."""

from __future__ import annotations

from urllib.parse import urlsplit

from buffer.errors import Code, Refused

HERE = ("localhost", "127.0.0.1", "::1")


def server(typed: str, *, example: str) -> str:
    """Its scheme, name and port, without a closing slash; https unless it says otherwise. Raises Refused, as for plain
    http to another machine: a login would travel on it."""
    whole = typed.strip().rstrip("/")
    whole = whole if "://" in whole else f"https://{whole}"
    try:
        parts = urlsplit(whole)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or parts.username or any(sign.isspace() for sign in whole):
        raise Refused(
            f"“{typed}” is not a server: give a name such as {example}.", Code.BAD_PARAMETER
        )
    if parts.scheme == "http" and parts.hostname not in HERE:
        raise Refused("A login is only sent over https.", Code.BAD_PARAMETER)
    return f"{parts.scheme}://{parts.netloc.lower()}"
