"""What one attempt says to its network: a post or its next part, and a look where nobody knows. Runs in a network's
thread and touches nothing of the queue but the parts that are out. Knows no network's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from buffer import series
from buffer.errors import Busy, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.model import Attempt, Profile, Receipt
from buffer.ports import Certainty, Clock, Network, Store

KEY_LIFE = timedelta(minutes=45)
"""How long a network may be asked again with a key; the shortest memory for keys we know of is an hour (Mastodon,
2026-11)."""

SETTLED = timedelta(minutes=3)
"""A post that is not on its network so long after it was on the wire is not on its way either."""

_RESTORED = "It was restored from a backup, and may have been sent since that was made."


class GoOn(SlowDown):
    """There is more to send, at once: nobody asked us to wait."""


class AskSomebody(Unclear):
    """Only a person can tell whether it is out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """One attempt and its network."""

    store: Store
    network: Network
    profile: Profile
    attempt: Attempt
    clock: Clock

    def publish(self) -> Receipt:
        """Post it, or what is left of it. Raises what `buffer.ports.Network` raises, and AskSomebody."""
        try:
            texts = self._texts()
            out = self._out(texts)
            if self.attempt.update.look_since:
                out = self._looked_back(texts, out)
        except Busy as error:  # our own database, before anything was said
            raise NetworkDown(str(error)) from error
        return self._post(texts, out)

    def look_up(self, now: datetime) -> Receipt:
        """Find out what became of a post that was on the wire. Raises Unclear while nobody can tell, NetworkDown when
        it is certain that nothing is out, GoOn where there is more to send, AskSomebody."""
        if self.network.certainty is Certainty.BLIND:
            raise Unclear("The sender was stopped while this was on its way.")
        texts, out = list[str](), list[Receipt]()
        try:
            texts = self._texts()
            out = self._out(texts) if len(texts) > 1 else []
            found = self._found(texts, len(out)) if len(out) < len(texts) else out[0]
        except Refused as error:
            return self._unseen(texts, out, str(error), now)
        except QueueError as error:  # whatever it says, it says it of the look, not of the post
            raise Unclear(str(error)) from error
        if found and (len(texts) == 1 or len(out) == len(texts)):
            return found
        if found:
            self._note(texts, len(out), found)
            if len(out) + 1 == len(texts):
                return out[0]
            raise GoOn(_so_far(len(out) + 1, len(texts)), now)
        if self.network.certainty is Certainty.KEYED and not self._is_too_late(now):
            return self._repeated(texts, out, now)
        if now - self._wire_at < SETTLED:
            raise Unclear("It is not on the network yet.")
        raise NetworkDown("The network did not take it.")

    def _unseen(self, texts: list[str], out: list[Receipt], why: str, now: datetime) -> Receipt:
        """The network cannot be looked at. While it surely remembers the key, that is as good as a look; then only a
        person can tell."""
        if self.network.certainty is not Certainty.KEYED:
            raise Unclear(why)
        if self._is_too_late(now) or now - _made(self.attempt.key) > KEY_LIFE:
            raise AskSomebody(why)
        return self._repeated(texts, out, now)

    # -- steps

    def _post(self, texts: list[str], out: list[Receipt]) -> Receipt:
        """The parts that are not out, one after the other; each is noted before the next is sent."""
        for number in range(len(out), len(texts)):
            receipt = self._published(texts, number, out)
            if len(texts) > 1:
                self._note(texts, number, receipt)
            out.append(receipt)
        return out[0]

    def _published(self, texts: list[str], number: int, thread: Sequence[Receipt]) -> Receipt:
        part = series.part(self.attempt.update, texts, number)
        key = series.part_key(self.attempt.key, number)
        try:
            return self.network.publish(self.profile, part, key, thread=tuple(thread))
        except Busy as error:  # our own database: networks read it before they say anything
            raise NetworkDown(str(error)) from error
        except Refused as refusal:
            raise Refused(_of_part(number, len(texts), str(refusal))) from refusal

    def _looked_back(self, texts: list[str], out: list[Receipt]) -> list[Receipt]:
        """It comes from a backup, and may have gone out after that was made, with a key nobody knows: the parts that
        are out."""
        if self.network.certainty is Certainty.BLIND:
            raise AskSomebody(_RESTORED)
        found = list(out)
        for number in range(len(out), len(texts)):
            try:
                receipt = self._found(texts, number, since=self.attempt.update.look_since)
            except Unclear as error:  # this was only a look
                raise NetworkDown(str(error)) from error
            except Refused as error:  # nobody can look
                raise AskSomebody(_RESTORED) from error
            if receipt is None:
                break
            self._note(texts, number, receipt)
            found.append(receipt)
        return found

    def _repeated(self, texts: list[str], out: list[Receipt], now: datetime) -> Receipt:
        """With the key it had. A series goes on as a new attempt, so that each part has its own time on the wire; so
        does what was restored, since it may be out under a key nobody knows."""
        if len(texts) > 1 or self.attempt.update.look_since:
            raise GoOn(_so_far(len(out), len(texts)), now)
        try:
            return self.network.publish(self.profile, self.attempt.update, self.attempt.key)
        except Refused:
            raise
        except (
            QueueError
        ) as error:  # this time nothing went out, perhaps; of the time before we know no more
            raise Unclear(str(error)) from error

    # -- pieces

    def _texts(self) -> list[str]:
        return series.parts(self.attempt.update.text, self.network.limits(self.profile))

    def _out(self, texts: list[str]) -> list[Receipt]:
        """The parts that are out; there is nothing to ask for at the first try of a single post."""
        if len(texts) == 1 and self.attempt.number == 1:
            return []
        return self.store.parts.out(self.attempt.update.id, texts)

    def _found(
        self, texts: list[str], number: int, *, since: datetime | None = None
    ) -> Receipt | None:
        part = series.part(self.attempt.update, texts, number)
        key = series.part_key(self.attempt.key, number)
        return self.network.find(self.profile, part, key, since=since)

    def _note(self, texts: list[str], number: int, receipt: Receipt) -> None:
        update_id, now = self.attempt.update.id, self.clock()
        try:
            self.store.parts.note(update_id, number, texts[number], receipt, now)
        except Busy as error:
            raise Unclear("A part is out, but that could not be written down.") from error

    def _is_too_late(self, now: datetime) -> bool:
        held_after = self.attempt.update.held_after
        return held_after is not None and now > held_after

    @property
    def _wire_at(self) -> datetime:
        assert self.attempt.wire_at
        return self.attempt.wire_at


def _made(key: str) -> datetime:
    """The second a key was made in."""
    return datetime.fromtimestamp(int(key[:8], 16), UTC)


def _so_far(number: int, total: int) -> str:
    if total == 1:
        return "It was not sent before its time was over."
    return f"{number} of its {total} parts are out; the others were not sent yet."


def _of_part(number: int, total: int, reason: str) -> str:
    if not number:
        return reason
    before = "the part before it is" if number == 1 else f"the {number} parts before it are"
    return f"Part {number + 1} of {total} was refused; {before} out, and it goes on from there. {reason}"
