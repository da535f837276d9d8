"""The registry: the networks by the name of their service. A new one is a file beside this, and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from buffer.networks import bluesky, local, mastodon, webhook
from buffer.ports import Clock, Field, Network, Store
from buffer.web import Web


class Make(Protocol):
    """Makes a network. `web` asks its servers; `public_url` is this server's own address, as people reach it."""

    @property
    def fields(self) -> tuple[Field, ...]: ...

    def __call__(self, store: Store, web: Web, *, clock: Clock, public_url: str) -> Network: ...


NETWORKS: Mapping[str, Make] = {
    mastodon.SERVICE: mastodon.Mastodon,
    bluesky.SERVICE: bluesky.Bluesky,
    webhook.SERVICE: webhook.Webhook,
    local.SERVICE: local.Local,
}
