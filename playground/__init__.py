"""A small Slack on this machine: a client and a server of its real wire protocol.

It knows the bot by its URL, its signing secret, its token and its manifest, and nothing else.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import falcon

from playground import scopes, ui
from playground.acks import Acks
from playground.cast import ADA, BO, BOT_ID, BOT_USER, CY, GENERAL, RANDOM, SOCIAL, TEAM, direct
from playground.client import Client, Deed
from playground.dispatch import RETRY_DELAYS, Answer, Dispatcher, Outgoing
from playground.downloads import Private
from playground.errors import NotPossible, Payload, SlackError
from playground.events import Events
from playground.faults import Faults
from playground.hands import Hands
from playground.limits import check_blocks, check_message, check_view
from playground.modals import Modals
from playground.posts import Posts
from playground.presses import Presses
from playground.rates import Rates
from playground.responses import Responses
from playground.server import Server
from playground.shelf import Shelf
from playground.triggers import Triggers
from playground.web_api import ResponseUrls, UploadUrls, WebApi
from playground.web_api.call import Slack
from playground.web_api.files import Uploads
from playground.workspace import Workspace

__all__ = [
    "ADA",
    "BO",
    "BOT_ID",
    "BOT_USER",
    "CY",
    "GENERAL",
    "RANDOM",
    "SOCIAL",
    "TEAM",
    "Answer",
    "Deed",
    "Faults",
    "NotPossible",
    "Playground",
    "SlackError",
    "check_blocks",
    "check_message",
    "check_view",
    "direct",
]


class Playground:
    """The local Slack. `port=0` takes any free port; `url` and `api_url` are known at once.

    `links` (`label`, `url`) stand in the page's sidebar: places outside Slack that belong to the bot.
    """

    def __init__(
        self,
        *,
        bot_url: str,
        signing_secret: str,
        bot_token: str,
        manifest: Payload,
        port: int = 3100,
        path: str = "data/playground.db",
        clock: Callable[[], float] = time.time,
        rate_limits: bool = True,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        links: Sequence[Payload] = (),
    ) -> None:
        self.faults = Faults()
        self._shelf = Shelf(path)
        self._workspace = Workspace(self._shelf, manifest, clock)
        self._workspace.links = list(links)
        self._dispatcher = Dispatcher(
            self._workspace,
            self.faults,
            bot_url=bot_url,
            signing_secret=signing_secret,
            retry_delays=retry_delays,
        )
        self._client = self._made(clock)
        # What people do, as the page asks for it: each returns a Deed at once.
        hands, presses = Hands(self._client), Presses(self._client)
        self.say, self.edit, self.delete = hands.say, hands.edit, hands.delete
        self.shortcut, self.open_home = hands.shortcut, hands.open_home
        self.upload, self.seen = hands.upload, hands.seen
        self.press, self.typed = presses.press, presses.typed
        self.submit, self.close_view = presses.submit, presses.close_view
        rates = Rates(clock) if rate_limits else None
        self._server = Server(self._web(bot_token, rates), port)
        self._workspace.url = self.url
        for lack in scopes.missing(manifest):
            self._workspace.problem(f"manifest: {lack}")

    def _made(self, clock: Callable[[], float]) -> Client:
        workspace = self._workspace
        events = Events(workspace, self._dispatcher)
        posts, modals = Posts(workspace, events), Modals(workspace)
        return Client(
            workspace=workspace,
            dispatcher=self._dispatcher,
            events=events,
            posts=posts,
            modals=modals,
            triggers=Triggers(clock),
            responses=Responses(workspace, posts),
            acks=Acks(workspace=workspace, modals=modals, posts=posts),
        )

    def _web(self, token: str, rates: Rates | None) -> "falcon.App[Any, Any]":
        client, uploads = self._client, Uploads()
        slack = Slack(
            workspace=client.workspace,
            posts=client.posts,
            modals=client.modals,
            triggers=client.triggers,
        )
        app = falcon.App(middleware=[ui.OnlyOurPage()])
        app.add_route("/api/{method}", WebApi(slack, uploads, self.faults, token, rates))
        app.add_route("/response/{token}", ResponseUrls(client.responses, self.faults))
        app.add_route("/upload/{id}", UploadUrls(uploads))
        private = Private(client.workspace, self.faults, token)
        app.add_route("/files-pri/{key}/{name}", private)
        app.add_route("/files-pri/{key}/download/{name}", private, suffix="download")
        ui.add_routes(app, client)
        return app

    # -- life ----------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/"

    @property
    def api_url(self) -> str:
        """The bot's SLACK_API_URL."""
        return f"{self.url}api/"

    @property
    def bot_url(self) -> str:
        return self._dispatcher.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        """The bot's port is often known only after it was told `api_url`."""
        self._dispatcher.bot_url = url

    def start(self) -> None:
        self._server.start()
        self._dispatcher.start()

    def close(self) -> None:
        self.faults.clear()
        self._dispatcher.close()
        self._server.stop()
        self._shelf.close()

    def go_away(self) -> None:
        """Refuse connections, as an unreachable Slack would; the bot can still be told things."""
        self._server.stop()

    def come_back(self) -> None:
        self._server.start()

    def settle(self, timeout: float = 10, *, retries: bool = True) -> None:
        """Wait until no delivery is under way, nor any event waits to be retried.

        Raises TimeoutError.
        """
        self._dispatcher.settle(timeout, retries=retries)

    def wait_for(self, true: Callable[[], Any], timeout: float = 10) -> Any:
        """Wait until it is true of the state, and return it. Raises TimeoutError."""
        return self._workspace.wait_for(true, timeout)

    # -- what a test reads ---------------------------------------------------------------------

    @property
    def problems(self) -> list[str]:
        """What the bot did that real Slack would refuse. Tests assert that it is empty."""
        return self._workspace.problems

    @property
    def sent(self) -> list[Outgoing]:
        """The last requests to the bot, as sent; `send_again` repeats one."""
        return list(self._dispatcher.sent)

    def send_again(self, outgoing: Outgoing, **headers: str) -> Answer:
        return self._dispatcher.again(outgoing, **headers).result(10)

    def messages(self, channel: str, as_: str | None = None) -> list[Payload]:
        """Oldest first, with thread replies; ephemeral ones only as the person who sees them."""
        return [
            {**entry.message, **({"ephemeral": True} if entry.only_for else {})}
            for entry in self._workspace.visible(channel, as_)
            if not entry.echo
        ]

    def last(self, channel: str, as_: str | None = None) -> Payload | None:
        messages = self.messages(channel, as_)
        return messages[-1] if messages else None

    def thread(self, channel: str, ts: str, as_: str | None = None) -> list[Payload]:
        """The parent, if it is still there, then the replies."""
        return [dict(entry.message) for entry in self._workspace.thread(channel, ts, as_)]

    def home(self, user: str) -> Payload | None:
        sheet = self._client.modals.home(user)
        return sheet.for_page() if sheet else None

    def modal(self, user: str) -> Payload | None:
        """The top one, with `errors` and `busy` as the page shows them."""
        stack = self._client.modals.stack(user)
        return stack[-1].for_page() if stack else None

    def modals(self, user: str) -> list[Payload]:
        return [sheet.for_page() for sheet in self._client.modals.stack(user)]

    def toasts(self, user: str) -> list[str]:
        return [toast.text for toast in self._workspace.toasts(user)]

    # -- what a test arranges ------------------------------------------------------------------

    def join(self, channel: str, user: str = BOT_USER) -> None:
        self._workspace.join(channel, user)

    def leave(self, channel: str, user: str = BOT_USER) -> None:
        self._workspace.leave(channel, user)
