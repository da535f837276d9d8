"""Which workspace this process serves, and who the bot is in it. Answers from memory, in the ack path."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from buffer.errors import Refused
from buffer.model import PLAYGROUND_TEAM, Team
from buffer.ports import Clock, Store

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=5)
RENEWED_AFTER = timedelta(hours=6)


class Identity:
    """Bolt's `authorize`, without a call to Slack.

    Bolt would ask `auth.test` before the first ack, or with every request; an unreachable Slack would stop the start.
    Here the worker asks in the background (`tick`), and the answer is kept in the store for the next start.
    """

    def __init__(
        self,
        store: Store,
        client: WebClient,
        clock: Clock,
        *,
        bound: Callable[[Team], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._bound = bound
        self._asked_at: datetime | None = None
        self._known = False
        self.team = store.teams.current()
        self.refusal = ""

    def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """None, so that Bolt refuses, for any workspace but ours.

        The request is signed for this app, so before Slack has told who we are its workspace may be believed: the
        first command of a new database already finds its profiles.
        """
        if not self._known and team_id and not self.refusal and self._is_new(team_id):
            self._bind(Team(id=team_id), self._clock())
        team = self.team
        if self.refusal or (self._known and team and team.id != team_id):
            return None
        ours = team if team and team.id == team_id else None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=self._client.token,
            bot_id=(ours.bot_id or None) if ours else None,
            bot_user_id=(ours.bot_user_id or None) if ours else None,
        )

    def tick(self) -> bool:
        """Ask Slack who we are, once, then every few hours; never raises for an unreachable Slack."""
        now = self._clock()
        patience = RENEWED_AFTER if self._known else AGAIN_AFTER
        if self._asked_at and now - self._asked_at < patience:
            return False
        self._asked_at = now
        try:
            self._learn(self._client.auth_test().data, now)
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("auth.test did not answer", extra={"reason": str(error)[:200]})
        return False

    def _learn(self, answer: Any, now: datetime) -> None:
        team = Team(
            id=str(answer["team_id"]),
            name=str(answer.get("team", "")),
            bot_id=str(answer.get("bot_id", "")),
            bot_user_id=str(answer.get("user_id", "")),
        )
        if self._bind(team, now):
            self._known, self.refusal = True, ""
            log.info("serving", extra={"team": team.id, "workspace": team.name})

    def _is_new(self, team_id: str) -> bool:
        return self.team is None or (self.team.id == PLAYGROUND_TEAM and self.team.id != team_id)

    def _bind(self, team: Team, now: datetime) -> bool:
        try:
            with self._store.transaction():
                self._store.teams.bind(team, now)
                self._bound(team)
        except Refused as refusal:
            self.refusal = str(refusal)
            log.error("not our workspace", extra={"team": team.id, "reason": self.refusal})
            return False
        self.team = team
        return True
