"""Signs a webhook and checks a signature, as the Standard Webhooks have it (standardwebhooks.com, 2026-11). Pure.

HMAC over id, timestamp and body, with a secret both sides know: there is a library for it in most languages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far the two clocks may be apart, in either direction: what is older may be a repeat by somebody else."""


def headers(secret: str, id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a request."""
    moment = int(now.timestamp())
    return {ID: id, TIMESTAMP: str(moment), SIGNATURE: signature(secret, id, moment, body)}


def is_signed(secret: str, given: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of the signatures in these headers (names in small letters) was made with the secret, at about this
    time."""
    id, moment = given.get(ID, ""), given.get(TIMESTAMP, "")
    if not id or not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        return False
    if abs(int(moment) - now.timestamp()) > TOLERANCE.total_seconds():
        return False
    expected = signature(secret, id, int(moment), body).encode()
    found = given.get(SIGNATURE, "").encode().split(b" ")
    return any(hmac.compare_digest(expected, each) for each in found)


def signature(secret: str, id: str, moment: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over “id.timestamp.body”; a secret that begins with `whsec_` is base64."""
    signed = f"{id}.{moment}.".encode() + body
    digest = hmac.new(_key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key_of(secret: str) -> bytes:
    try:
        if secret.startswith("whsec_"):
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        pass
    return secret.encode()
