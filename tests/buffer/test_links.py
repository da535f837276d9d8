"""Short links of ours: made when an update goes out, followed and counted after."""

from __future__ import annotations

from typing import Any

import falcon
import pytest
from falcon.testing import Result, TestClient

from buffer.api.short_links import ROUTE, Follow
from buffer.backends.embedded import EmbeddedQueues
from buffer.errors import NetworkDown
from buffer.links import shortener
from buffer.model import Draft, Limits, Position, State
from buffer.sender import Crew, Sender
from buffer.wire import update_json
from cast import ADA, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore
from storage.owners import Owner, folder_beside

BASE = "https://b.example"
LONG = "https://example.org/a/very/long/address?with=many&parameters=" + "x" * 60
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Story:
    def __init__(self, store: SqliteStore, clock: FakeClock, limits: Limits) -> None:
        self.store, self.clock = store, clock
        self.profile = a_profile()
        store.profiles.insert(self.profile)
        self.network = FakeNetwork(limits=limits)
        networks = {"local": self.network}
        self.queue = EmbeddedQueues(store, networks, clock)(ADA)
        self.sender = Sender(
            store,
            networks,
            Crew(submit={"local": lambda work: work()}, size=2),
            owner=Owner.take(folder_beside(store.database.path)),
            clock=clock,
            shorten=shortener(store, networks, BASE),
        )
        app: falcon.App[Any, Any] = falcon.App()
        app.add_route(ROUTE, Follow(store))
        self.client = TestClient(app)

    def sends(self, text: str, **more: Any) -> str:
        """Now; what went out."""
        more |= {"profile_ids": (self.profile.id,), "allow_duplicate": True}
        draft = Draft(text=text, position=Position.NOW, **more)
        self.id = self.queue.add(draft)[0].id
        while self.sender.tick(self.clock.now):
            pass
        return self.network.posts[-1].text if self.network.posts else ""

    def follows(self, address: str, agent: str = PERSON, **headers: str) -> Result:
        return self.client.simulate_get(
            address.removeprefix(BASE), headers={"User-Agent": agent, **headers}
        )

    def clicks(self) -> int:
        update = self.queue.update(self.id)
        statistics: dict[str, int] = update_json(update, self.profile.zone)["statistics"]
        return statistics.get("clicks", 0)


@pytest.fixture
def story(store: SqliteStore, clock: FakeClock) -> Story:
    return Story(store, clock, Limits(characters=300))


def test_links_are_short_on_the_network_and_whole_in_the_queue(story: Story) -> None:
    sent = story.sends(f"Read {LONG}, then {LONG}.")
    first, second = sent.removeprefix("Read ").removesuffix(".").split(", then ")
    assert first == second
    assert first.startswith(f"{BASE}/s/")
    assert story.queue.update(story.id).text == f"Read {LONG}, then {LONG}."
    answer = story.follows(first)
    assert (answer.status_code, answer.headers["location"]) == (302, LONG)


def test_clicks_of_people_are_counted(story: Story) -> None:
    link = story.sends(LONG)
    for _ in range(3):
        story.follows(link)
    for robot in (
        "Mastodon/4.6 (http.rb; +https://m.example/) Bot",
        "curl/8",
        "",
        "Slackbot-LinkExpanding",
    ):
        assert story.follows(link, robot).status_code == 302
    story.follows(link, **{"Sec-Purpose": "prefetch;prerender"})
    assert story.client.simulate_head(link.removeprefix(BASE)).status_code == 302
    assert story.clicks() == 3


def test_a_link_outlives_its_update(story: Story) -> None:
    link = story.sends(LONG)
    story.queue.destroy(story.id)
    assert story.follows(link).headers["location"] == LONG
    assert story.follows(f"{BASE}/s/nowhere").status_code == 404


def test_a_second_try_says_the_same(story: Story) -> None:
    story.network.raises(NetworkDown("Away."))
    story.sends(LONG)
    tried = story.store.database.one("SELECT body FROM attempts")
    while story.queue.update(story.id).state is not State.SENT:
        story.clock.now = story.clock.now.replace(minute=story.clock.now.minute + 1)
        story.sender.tick(story.clock.now)
    assert tried
    assert story.network.posts[-1].text in tried[0]


def test_nothing_is_shortened_against_somebodys_will_or_over_the_limit(
    store: SqliteStore, clock: FakeClock
) -> None:
    story = Story(store, clock, Limits(characters=30))
    assert story.sends("https://a.co/", shorten=False) == "https://a.co/"
    assert story.sends("at most thirty: https://a.co/") == "at most thirty: https://a.co/"
    assert story.sends("https://a.co/").startswith(f"{BASE}/s/")
    again = story.network.posts[-1].text
    assert story.sends(again + " ") == again + " ", "a short one stays as it is"


def test_addresses_in_every_script_lead_on(story: Story) -> None:
    url = "https://例え.jp/日本?q=ü&p=%20"
    answer = story.follows(story.sends(url))
    assert answer.headers["location"].isascii()
    assert "%20" in answer.headers["location"]
