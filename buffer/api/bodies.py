"""Turns an HTTP request into a form: query and body, whatever type the body says it is. Refuses what is broken,
half sent or too large."""

from __future__ import annotations

from io import BytesIO

import falcon
from falcon.media import MultipartFormHandler
from falcon.media.multipart import BodyPart

from buffer.api.errors import too_large
from buffer.api.forms import Form, decode_pairs, form_of, json_pairs
from buffer.errors import Code, Refused

MOST_BYTES = 1_000_000

Pairs = list[tuple[str, str]]


def read(req: falcon.Request) -> Form:
    """Every parameter of a request; the body's come after the query's, and the last one counts.

    A GET has no body, whatever its headers say. Raises Refused, or Fault for one that is too large.
    """
    pairs = decode_pairs(_utf8(req.query_string.encode("latin-1", "replace")))
    if req.method == "POST":
        pairs += _body_pairs(req)
    return form_of(pairs)


def _body_pairs(req: falcon.Request) -> Pairs:
    raw = body(req)
    kind = (req.content_type or "").partition(";")[0].strip().lower()
    if not raw.strip():
        return []
    if kind == "multipart/form-data":
        return _multipart(raw, req.content_type or "")
    if kind == falcon.MEDIA_JSON or kind.endswith("+json"):
        return json_pairs(_utf8(raw))
    return decode_pairs(_utf8(raw))


def body(req: falcon.Request) -> bytes:
    """What was sent, whole. Raises Refused, or Fault for one that is too large."""
    length = req.content_length or 0
    if length > MOST_BYTES:
        raise too_large(MOST_BYTES)
    raw: bytes = req.bounded_stream.read(length) if length else b""
    if len(raw) < length:
        raise Refused("The body ended too early.", Code.BAD_PARAMETER)
    return raw


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Refused("The request must be UTF-8.", Code.BAD_PARAMETER) from error


def _multipart(raw: bytes, content_type: str) -> Pairs:
    handler = MultipartFormHandler()
    handler.parse_options.max_body_part_count = 0
    handler.parse_options.max_body_part_buffer_size = MOST_BYTES
    try:
        parts = handler.deserialize(BytesIO(raw), content_type, len(raw))
        return [(part.name, _value(part)) for part in parts if part.name]
    except (falcon.HTTPError, UnicodeError) as error:
        raise Refused("The multipart body is broken.", Code.BAD_PARAMETER) from error


def _value(part: BodyPart) -> str:
    if part.filename is not None:
        raise Refused("Files cannot be sent: give the address of a picture.", Code.BAD_PARAMETER)
    return _utf8(part.get_data())
