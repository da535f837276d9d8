"""Likes what somebody answered, as one of our accounts, by a job. A like twice is a like once, on every network."""

from __future__ import annotations

from datetime import datetime, timedelta

from buffer import jobs, telling
from buffer.errors import Code, Refused
from buffer.model import Interaction, Job, NoticeKind
from buffer.ports import Networks, Store

KIND = "like"
PATIENCE = timedelta(minutes=15)


def promise(store: Store, interaction: Interaction, user_id: str, now: datetime) -> bool:
    """Put the job; False if this was liked before."""
    payload, key = {"interaction": interaction.id, "user": user_id}, f"like {interaction.id}"
    return jobs.promise(store, KIND, interaction.team_id, payload, now, dedupe_key=key)


class Likes:
    """The work of this kind of job, see `buffer.jobs.Work`."""

    patience = PATIENCE

    def __init__(self, store: Store, networks: Networks) -> None:
        self._store = store
        self._networks = networks

    def do(self, job: Job, now: datetime) -> str:
        """Raises what `buffer.ports.Network` raises. Where the comment is told of, a heart says that it is done."""
        to = self._store.interactions.get(job.team_id, job.payload["interaction"])
        profile = self._store.profiles.get(job.team_id, to.profile_id) if to else None
        network = self._networks.get(profile.service) if profile else None
        if to is None or profile is None or network is None:
            raise Refused("The comment is gone.", Code.UPDATE_NOT_FOUND)
        network.like(profile, to, job.id)
        with self._store.transaction():
            for said in self._store.outbox.lines(NoticeKind.COMMENT, to.id):
                if said.ts:
                    telling.put(self._store, NoticeKind.LIKED, to.team_id, to.id, said.target, now)
        return "liked"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        """To whoever pressed it, with the reason; they may press again."""
        self._store.jobs.release(job)
        words = f"The comment was not liked. {reason}"
        telling.outcome(self._store, job.team_id, job.payload["user"], words, now)
