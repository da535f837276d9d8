"""Ada's account on the stand-in for Mastodon, and what is done from there."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from buffer.accounts import Accounts
from buffer.model import Attached, Media, Profile, State, Update, new_id
from buffer.networks.mastodon import Mastodon
from buffer.web import Web
from cast import ADA, MONDAY, an_update
from fakes import FakeClock
from mastodon_server import TOKEN, Server
from storage import SqliteStore


class Impatient(Web):
    """Nobody has thirty seconds in a test."""

    def ask(self, *args: Any, **more: Any) -> Any:
        return super().ask(*args, **{"seconds": 1.0, **more})


class Desk:
    """Ada's account on the server."""

    def __init__(self, store: SqliteStore, server: Server, clock: FakeClock) -> None:
        self.store, self.server, self.clock = store, server, clock
        self.network = Mastodon(store, Impatient(), clock=clock, public_url="http://127.0.0.1")
        self.accounts = Accounts(store, {"mastodon": self.network}, clock)
        self.profile = self.connects(token=TOKEN)

    def connects(self, **form: str) -> Profile:
        given = {"server": self.server.url, **form}
        made = self.accounts.connect(ADA, "mastodon", given, timezone="UTC")
        assert isinstance(made, Profile)
        return made

    def update(self, text: str = "Hello", **changes: Any) -> Update:
        return an_update(self.profile, **({"text": text, "state": State.SENDING} | changes))

    def publishes(self, text: str = "Hello", key: str = "", **changes: Any) -> Any:
        return self.network.publish(self.profile, self.update(text, **changes), key or self.key())

    def key(self) -> str:
        return new_id(self.clock.now)

    def picture(self, alt_text: str = "") -> Media:
        written = io.BytesIO()
        Image.new("RGB", (3, 3)).save(written, "PNG")
        kept = self.store.media.keep(
            ADA.team_id, written.getvalue(), type="image/png", size=(3, 3), now=MONDAY
        )
        return Media(files=(Attached(source="slack:F1", id=kept.id, alt_text=alt_text),))

    def asked(self, path: str) -> list[Any]:
        return [form for _, where, form, _ in self.server.asked if where == path]
