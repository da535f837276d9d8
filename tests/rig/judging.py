"""What came of it: the database against what is out on the network, and rules that hold whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from buffer import series
from buffer.model import PENDING, NoticeKind, State
from buffer.ports import Certainty
from cast import ADA
from rig.network import LIMITS
from rig.world import CHANNEL, World
from storage import SqliteStore

OPEN = PENDING | {State.SENDING}

LOST, DOUBLE, RESENT, EARLY, LATE, STUCK, ASKED, TOLD, BROKEN = (
    "lost",
    "double",
    "resent",
    "early",
    "not out",
    "stuck",
    "asked",
    "told wrong",
    "broken",
)
"""What must not be. `resent`: unasked, on a blind network. `asked`: a person, where the network could tell."""


@dataclass
class Tally:
    """Figures, and everything that went wrong with the words to run it again by."""

    label: str
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def errs(self, what: str, where: str) -> None:
        self.counts[what] += 1
        self.wrong.append(f"{what}: {where}")

    def ends(self, *how: str, at: str) -> None:
        """How processes ended."""
        self.counts["kills"] += how.count("killed")
        for word, what in {"stuck": STUCK, "error": BROKEN}.items():
            for _ in range(how.count(word)):
                self.errs(what, f"a process at {at}")

    def as_json(self) -> dict[str, Any]:
        return {"label": self.label, "wrong": self.wrong, **self.counts}


def judge(world: World, tally: Tally, at: str, *, may_ask: bool = False) -> None:
    """Compare what the database says with what is out. `at` says how to run this again. `may_ask`: so much time went by
    that a person may be asked on every network, not only on a blind one."""
    may_ask = may_ask or world.certainty is Certainty.BLIND
    world.settles()
    ledger = world.ledger()
    out = Counter(post["text"] for post in ledger["posts"])
    tally.counts["requests"] += sum(ledger["requests"].values())
    tally.counts["repeats"] += ledger["repeats"]
    if world.certainty is Certainty.BLIND:
        for text in (text for text, n in ledger["requests"].items() if n > 1):
            tally.errs(RESENT, f"“{text}” at {at}")
    with closing(world.opened()) as store:
        for id, text, state in store.database.all("SELECT id, text, state FROM updates"):
            where, is_told = f"“{id}” ({state}) at {at}", _is_told_once(store, id, State(state))
            _judge_post(
                tally, State(state), [out[part] for part in series.parts(text, LIMITS)], where
            )
            if State(state) is State.UNCONFIRMED and not may_ask:
                tally.errs(ASKED, where)
            if not is_told:
                tally.errs(TOLD, where)
        for what in broken_rules(store):
            tally.errs(BROKEN, f"{what} at {at}")
    tally.counts["extra"] = tally.counts["requests"] - tally.counts["posts"]


def _judge_post(tally: Tally, state: State, out: Sequence[int], where: str) -> None:
    """`out`: how often each of its parts is."""
    tally.counts["posts"] += len(out)
    if max(out) > 1:
        tally.errs(DOUBLE, where)
    if state is State.UNCONFIRMED:
        tally.counts["unconfirmed"] += 1
        tally.counts["really out"] += all(out)
    elif state in OPEN:
        tally.errs(STUCK, where)
    elif state is not State.SENT or not all(out):
        tally.errs(LOST, f"{where}, out {list(out)}")


def _is_told_once(store: SqliteStore, update_id: str, state: State) -> bool:
    rows = store.database.all("SELECT kind, target FROM outbox WHERE subject = ?", (update_id,))
    said = sorted((kind, target) for kind, target in rows)
    if state in OPEN:
        return said == []
    if state is State.SENT:
        return said == [(NoticeKind.CARD, CHANNEL)]
    return said == [(NoticeKind.PROBLEM, CHANNEL), (NoticeKind.PROBLEM, ADA.user_id)]


RULES = {
    "sending without exactly one open attempt": "SELECT 1 FROM updates WHERE state = 'sending' AND 1 <>"
    " (SELECT count(*) FROM attempts WHERE update_id = updates.id AND outcome IS NULL)",
    "an open attempt of one that is not sending": "SELECT 1 FROM attempts"
    " JOIN updates ON updates.id = update_id WHERE outcome IS NULL AND state <> 'sending'",
    "sent without exactly one attempt that says so": "SELECT 1 FROM updates WHERE state = 'sent' AND 1 <>"
    " (SELECT count(*) FROM attempts WHERE update_id = updates.id AND outcome = 'sent')",
    "sent without an id there": "SELECT 1 FROM updates WHERE state = 'sent'"
    " AND (service_update_id = '' OR sent_at IS NULL)",
    "two keys for one post": "SELECT 1 FROM attempts GROUP BY update_id HAVING count(DISTINCT key) > 1",
    "counts that are not so": "SELECT 1 FROM profiles WHERE pending_n <> (SELECT count(*) FROM updates"
    " WHERE profile_id = profiles.id AND state IN ('queued', 'scheduled')) OR sent_n <>"
    " (SELECT count(*) FROM updates WHERE profile_id = profiles.id AND state = 'sent') OR waiting_n <>"
    " (SELECT count(*) FROM updates WHERE profile_id = profiles.id AND state = 'queued' AND share_at IS NULL)",
    "stretches that are not so": "SELECT 1 FROM stretches WHERE n <> (SELECT count(*) FROM updates"
    " WHERE profile_id = stretches.profile_id AND state = 'queued' AND share_at IS NULL AND rank >> 39 = stretch)",
    "something pending and no next time": "SELECT 1 FROM profiles WHERE pending_n > 0 AND next_due IS NULL",
}
"""Each finds rows that must not be."""


def broken_rules(store: SqliteStore) -> list[str]:
    return [what for what, sql in RULES.items() if store.database.all(f"{sql} LIMIT 1")]
