"""Every way a queue can say no, one small tree. The sentence in an error is for a person to read.

QueueError
├── Refused       the person who asked can mend it (carries Buffer v1's code)
├── Promised      no failure: it is stored, and the worker does it
├── Busy          the database is locked or full: nothing was saved, ask again
├── NetworkDown   certain that nothing was sent; waiting mends it
├── Unclear       it may have been sent; only a look can tell
├── LoginExpired  the profile's owner must act
└── SlowDown      the network says until when
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum


class Code(IntEnum):
    """Buffer API v1's error codes, those this project uses (bufferapp.com/developers/api/errors, 2026-11)."""

    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NO_SUCH_ENDPOINT = 404
    METHOD_NOT_ALLOWED = 405
    TOO_MANY_REQUESTS = 429
    UNKNOWN = 1000
    BAD_PARAMETER = 1003
    MISSING_PARAMETER = 1004
    UNSUPPORTED_FORMAT = 1005
    OUT_OF_BOUNDS = 1006
    PROFILE_NOT_FOUND = 1010
    NO_ACCESS_TO_PROFILE = 1011
    PROFILE_NOT_SAVED = 1012
    UPDATE_NOT_FOUND = 1020
    NO_ACCESS_TO_UPDATE = 1021
    UPDATE_NOT_SAVED = 1022
    QUEUE_FULL = 1023
    DUPLICATE = 1025
    NOT_REQUEUEABLE = 1026
    NOT_MOVABLE = 1027
    UNKNOWN_EVENT = 1029
    BAD_MEDIA_TYPE = 1030
    BAD_MEDIA_SIZE = 1031
    COMMENTS_NOT_POSSIBLE = 1033
    IN_THE_PAST = 1034


class QueueError(Exception):
    """The root: something the queue, a network or the store could not do."""


class Refused(QueueError):
    """Whoever asked can mend it. `code` is Buffer v1's; `profile_id` names the one profile meant, if any."""

    def __init__(
        self, message: str, code: Code = Code.UPDATE_NOT_SAVED, *, profile_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.profile_id = profile_id


class Promised(QueueError):
    """Not done yet, and certain to be tried: it is stored as a job. The sentence says what is being done."""


class Busy(QueueError):
    """The database was locked for longer than we may wait, or its disk is full. Nothing was saved."""

    def __init__(
        self, message: str = "The queue is busy right now. Nothing was saved; try again."
    ) -> None:
        super().__init__(message)


class Damaged(QueueError):
    """A record of ours cannot be read; nobody but us can write there."""


class NetworkDown(QueueError):
    """Certain that nothing was sent. Waiting mends it."""


class Unclear(QueueError):
    """It may have been sent. Only a look at the network can tell."""


class LoginExpired(QueueError):
    """The network no longer accepts the profile's login; its owner must connect it again."""


class SlowDown(QueueError):
    """The network wants no more requests before `until` (aware). `shared` names the budget where it is not this
    account's alone: the others need not ask either."""

    def __init__(self, message: str, until: datetime, *, shared: str = "") -> None:
        super().__init__(message)
        self.until = until
        self.shared = shared
