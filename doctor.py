"""Looks at everything that can be wrong with an installation, and says it in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from buffer.backends.rest_v1 import BUFFER, LAST_DAY, RestQueues, Server
from buffer.errors import QueueError
from buffer.model import Actor, Profile
from buffer.ports import Can, Network, Networks, Store
from buffer.web import Web
from clocks import utc_now
from settings import Mode, Settings

Finding = tuple[bool, str]
"""Whether it is right, and a sentence."""


def examine(
    settings: Settings, store: Store, client: WebClient, networks: Networks
) -> list[Finding]:
    """Settings, database, Slack, profiles, in this order. Asks Slack, if tokens are set, and each profile's network."""
    return [
        (True, f"Mode: {settings.mode.value}; pages at {settings.own_url}."),
        database(settings, store),
        *slack(settings, client),
        *(
            profiles(store, networks)
            if settings.buffer_backend == "embedded"
            else hosted(settings, store)
        ),
    ]


def database(settings: Settings, store: Store) -> Finding:
    try:
        with store.transaction():
            store.memos.forget("doctor")
    except QueueError as error:
        return False, f"The database {settings.database_url} does not take a write: {error}"
    team = store.teams.current()
    serves = (
        f"it serves “{team.name or team.id}”" if team else "no Slack workspace has connected yet"
    )
    return True, f"The database {settings.database_url} takes writes; {serves}."


def slack(settings: Settings, client: WebClient) -> Iterator[Finding]:
    if settings.mode is Mode.PLAYGROUND:
        yield (
            True,
            "No Slack tokens: `make run` starts the playground. To connect a workspace, see the README.",
        )
        return
    if settings.mode is Mode.API_ONLY:
        yield True, "No Slack tokens and HOST is not loopback: only the pages are served."
        return
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        yield (
            False,
            f"Slack refuses SLACK_BOT_TOKEN ({error.response['error']}): copy it anew from your app's page.",
        )
        return
    except (SlackClientError, OSError) as error:
        yield False, f"Slack does not answer at {settings.slack_api_url}: {error}"
        return
    yield True, f"Slack answers: this is {answer['user']} in “{answer['team']}”."
    yield from scopes(answer.headers.get("x-oauth-scopes", ""))
    if settings.mode is Mode.SOCKET:
        yield socket(settings, client)


def socket(settings: Settings, client: WebClient) -> Finding:
    """Asks for an address to connect to, and does not use it."""
    try:
        client.apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as error:
        return False, (
            f"Slack refuses SLACK_APP_TOKEN ({error.response['error']}): make an app-level token with the scope "
            "connections:write on your app's page, under Basic Information."
        )
    except (SlackClientError, OSError) as error:
        return False, f"Slack does not open a socket: {type(error).__name__}"
    return True, "Slack opens a socket for SLACK_APP_TOKEN."


NEEDED = (
    "commands", "chat:write", "channels:history", "groups:history", "im:history", "im:write", "users:read",
    "reactions:write", "files:read",
)  # fmt: skip
"""The manifest's scopes; a test holds the two together."""


def scopes(granted: str) -> Iterator[Finding]:
    """Slack names the granted scopes in a header of every answer (docs.slack.dev, 2026-11)."""
    if granted and (lacking := set(NEEDED) - {scope.strip() for scope in granted.split(",")}):
        yield (
            False,
            f"The app lacks {', '.join(sorted(lacking))}: update it from manifest.yml and install it again.",
        )


def hosted(settings: Settings, store: Store) -> Iterator[Finding]:
    """Asks the server that holds the queue, and looks for posts that an embedded one left behind."""
    if left := sum(store.updates.counts(profile.id)[0] for profile in store.profiles.all()):
        yield (
            False,
            (
                f"Waiting in this database: {left}. BUFFER_BACKEND=rest sends nothing of that: "
                "go back to embedded until they are out."
            ),
        )
    server = Server(
        Web(),
        settings.buffer_api_url,
        settings.buffer_access_token,
        utc_now,
        seconds=10,
    )
    try:
        found = RestQueues(server)(Actor(team_id="", user_id="")).profiles()
    except QueueError as error:
        yield False, f"The queue at {settings.buffer_api_url} does not answer: {error}"
        return
    names = ", ".join(f"“{each.name}” ({each.service})" for each in found) or "no profile"
    yield bool(found), f"The queue at {settings.buffer_api_url} answers: {names}."
    if settings.buffer_api_url == BUFFER:
        yield True, f"Buffer switches its REST API v1 off on {LAST_DAY}."


def profiles(store: Store, networks: Networks) -> Iterator[Finding]:
    found = store.profiles.all()
    if not found:
        yield False, "There is no profile: add one with `profile add local --name NAME`."
    for profile in found:
        yield profile_finding(store, profile, networks.get(profile.service))


def profile_finding(store: Store, profile: Profile, network: Network | None) -> Finding:
    name = f"Profile “{profile.name}” ({profile.service}, {profile.timezone})"
    if network is None:
        return False, f"{name}: this version does not know the network {profile.service}."
    if profile.disconnected:
        return False, f"{name}: it has no login that works; connect it again."
    if not any(schedule.days and schedule.times for schedule in profile.schedules):
        return False, f"{name}: it has no posting times, so nothing queued goes out."
    try:
        network.interactions(profile, utc_now())
    except QueueError as error:
        return False, f"{name}: it cannot be asked: {error}"
    asked = " (its network tells by itself)" if Can.TELL in network.can else ""
    pending, sent = store.updates.counts(profile.id)
    state = "paused" if profile.paused else "active"
    heard = len(store.feeds.channels(profile.id))
    return (
        True,
        f"{name}: {state}, {pending} pending, {sent} sent, {heard} feed channel{'s' * (heard != 1)}{asked}.",
    )
