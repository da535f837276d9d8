"""Connects accounts on networks and disconnects them. Knows no network's name, and no Slack."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from buffer.errors import Code, QueueError, Refused
from buffer.model import Actor, Profile, new_id
from buffer.ports import LOGIN, Account, Clock, Field, Network, Networks, Step, Store

log = logging.getLogger("accounts")

CONNECTING = "connecting"
"""The scope of what is kept between two steps of a connection."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The next step for a person: open `url`, fill in `fields`, and call again with `pending`."""

    words: str
    url: str
    fields: tuple[Field, ...]
    pending: str = field(repr=False)


def new_profile(
    service: str, account: Account, *, team_id: str, timezone: str, now: datetime, user_id: str = ""
) -> Profile:
    """A profile for an account, to be inserted. Raises Refused for an unknown zone."""
    return Profile(
        id=new_id(now),
        team_id=team_id,
        service=service,
        service_id=account.service_id,
        name=account.name,
        timezone=timezone,
        created_at=now,
        cursor=now,
        user_id=user_id,
        avatar=account.avatar,
        link=account.link,
        expires_at=account.expires_at,
    )


class Accounts:
    """What an admin does with accounts. Asks networks, so it is nothing for the path to an ack."""

    def __init__(self, store: Store, networks: Networks, clock: Clock) -> None:
        self._store = store
        self._networks = networks
        self._clock = clock

    def services(self) -> list[str]:
        """The networks an account can be connected on."""
        return [service for service, network in self._networks.items() if network.fields]

    def fields(self, service: str) -> tuple[Field, ...]:
        """Raises Refused for a network that is not here."""
        return self._network(service).fields

    def connect(
        self,
        actor: Actor,
        service: str,
        form: Mapping[str, str],
        *,
        timezone: str,
        profile_id: str = "",
        pending: str = "",
    ) -> Profile | Asked:
        """Log in, and make a profile of the account, or give it a new login if there is one already. `profile_id`: it
        must be this one's. Raises Refused and the network errors."""
        kept = self._store.secrets.recall(CONNECTING, pending) if pending else {}
        if kept is None:
            raise Refused("This took too long: begin again.", Code.BAD_PARAMETER)
        filled = {name: value.strip() for name, value in form.items()}
        answer = self._network(service).connect({**kept, **filled})
        if isinstance(answer, Step):
            handle = secrets.token_hex(12)
            self._store.secrets.keep(CONNECTING, handle, dict(answer.kept))
            return Asked(words=answer.words, url=answer.url, fields=answer.fields, pending=handle)
        with self._store.transaction():
            if pending:
                self._store.secrets.forget(CONNECTING, pending)
            return self._kept(actor, service, answer, timezone, profile_id)

    def disconnect(self, actor: Actor, profile_id: str) -> Profile:
        """Forget the login. What is queued stays, and waits until the account is connected again. Raises Refused."""
        profile = self._profile(actor, profile_id)
        try:
            self._network(profile.service).disconnect(profile)
        except QueueError as error:  # the login is forgotten here; what is left there is harmless
            log.warning("login not given back", extra={"profile": profile.id, "why": str(error)})
        with self._store.transaction():
            fresh = self._profile(actor, profile_id)
            self._store.secrets.forget(profile.id)
            gone = replace(fresh, disconnected=True, expires_at=None)
            self._store.profiles.save(gone)
            self._store.audit.write(actor, "disconnect", profile.id, self._clock())
        return gone

    def _kept(
        self, actor: Actor, service: str, account: Account, timezone: str, profile_id: str
    ) -> Profile:
        now = self._clock()
        known = self._store.profiles.of_account(actor.team_id, service, account.service_id)
        if profile_id and (known is None or known.id != profile_id):
            meant = self._profile(actor, profile_id)
            raise Refused(
                f"That login is for “{account.name}”, not for “{meant.name}”. Log in as that account, or connect "
                "this one as a new profile."
            )
        if known:
            profile = replace(
                known,
                name=account.name,
                link=account.link or known.link,
                avatar=account.avatar or known.avatar,
                disconnected=False,
                expires_at=account.expires_at,
            )
            self._store.profiles.save(profile)
            self._store.secrets.forget(profile.id)
        else:
            profile = new_profile(
                service,
                account,
                team_id=actor.team_id,
                timezone=timezone,
                now=now,
                user_id=actor.user_id,
            )
            self._store.profiles.insert(profile)
        self._store.secrets.keep(profile.id, LOGIN, account.login)
        self._store.audit.write(actor, "connect", profile.id, now)
        return profile

    def _network(self, service: str) -> Network:
        network = self._networks.get(service)
        if network is None or not network.fields:
            known = ", ".join(self.services()) or "none"
            raise Refused(
                f"There is no network “{service}” to connect; there are: {known}.",
                Code.BAD_PARAMETER,
            )
        return network

    def _profile(self, actor: Actor, profile_id: str) -> Profile:
        found = self._store.profiles.get(actor.team_id, profile_id)
        if found is None:
            raise Refused("There is no such profile.", Code.PROFILE_NOT_FOUND)
        return found
