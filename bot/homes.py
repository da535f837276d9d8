"""Keeps open Homes up to date with what was changed elsewhere: by others, by the API, by the sender."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.people import People, open_homes, open_place
from bot.services import Draw, Services, desk_for, drawn, publish_home
from buffer.errors import QueueError

log = logging.getLogger(__name__)


class Homes:
    """`tick` is for one loop, once a second: a queue that changes a hundred times in that second is drawn once."""

    def __init__(self, services: Services, client: WebClient, places: Mapping[str, Draw]) -> None:
        self._services = services
        self._client = client
        self._places = places
        self._people = People(services.store, services.admins)
        self._drawn: dict[str, tuple[int, ...]] = {}

    def tick(self) -> bool:
        """False: whatever changes now is seen in a second."""
        homes = open_homes(self._services.store)
        teams = {team for team, _ in homes}
        now = {team: self._services.store.updates.revision(team) for team in teams}
        for team, user in homes:
            if self._drawn.get(team) not in (None, now[team]):
                self._refresh(team, user)
        self._drawn = now
        return False

    def _refresh(self, team: str, user: str) -> None:
        desk = desk_for(self._services, self._people, self._client, team=team, user=user)
        place = open_place(desk)
        try:
            if place:
                publish_home(self._client, user, drawn(self._places, desk, place))
        except (QueueError, SlackApiError, SlackClientError, OSError) as error:
            log.warning(
                "a Home is not up to date", extra={"user": user, "reason": type(error).__name__}
            )
