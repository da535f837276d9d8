"""What every network promises, over all of them: the local one, and the fake of each certainty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from buffer.errors import QueueError, Refused
from buffer.model import (
    Event,
    Found,
    Interaction,
    Json,
    Limits,
    Media,
    Person,
    Profile,
    Receipt,
    Reply,
    ReplyState,
    State,
    Update,
    new_id,
)
from buffer.networks import NETWORKS
from buffer.ports import LOGIN, Can, Certainty, Clock, Heard, Network
from buffer.web import Web
from cast import MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from mastodon_server import TOKEN, mastodon
from storage import SqliteStore
from webhook_receiver import receiver

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
K1, K2, R1, R2 = (new_id(MONDAY) for _ in range(4))


class Place(Protocol):
    """A network, and what can be seen of it from outside."""

    network: Network

    def posts(self) -> list[str]: ...
    def comments(self) -> list[str]: ...
    def likes(self) -> list[str]: ...
    def is_commented(self, post: str, text: str) -> None: ...


class LocalPlace:
    def __init__(self, store: SqliteStore, clock: Clock, profile: Profile) -> None:
        self._store, self._clock = store, clock
        self.network: Network = NETWORKS["local"](
            store, Web(), clock=clock, public_url="https://buffer.example"
        )

    def posts(self) -> list[str]:
        return [post["text"] for post in reversed(self._store.local.posts())]

    def comments(self) -> list[str]:
        return [each["text"] for each in self._comments()]

    def likes(self) -> list[str]:
        return [each["text"] for each in self._comments() if each["liked"]]

    def _comments(self) -> list[Json]:
        return [each for post in self._store.local.posts() for each in post["comments"]]

    def is_commented(self, post: str, text: str) -> None:
        assert self._store.local.react(
            post,
            event=Event.COMMENT,
            who="Dana",
            text=text,
            key=text,
            ours=False,
            now=self._clock(),
        )


class FakePlace:
    def __init__(self, certainty: Certainty, clock: Clock) -> None:
        self.network: Network = FakeNetwork(certainty, limits=Limits(characters=500, threads=True))
        self._clock = clock

    @property
    def _fake(self) -> FakeNetwork:
        assert isinstance(self.network, FakeNetwork)
        return self.network

    def posts(self) -> list[str]:
        return [post.text for post in self._fake.posts]

    def comments(self) -> list[str]:
        """As they stand after all edits and deletions."""
        said = {f"r{n}": text for n, (_, _, text) in enumerate(self._fake.replies, 1)}
        said |= dict(self._fake.edits)
        return [text for id, text in said.items() if id not in self._fake.deleted]

    def likes(self) -> list[str]:
        return sorted(self._fake.liked)

    def is_commented(self, post: str, text: str) -> None:
        self._fake.reports_back(
            Found(
                post=post,
                service_id=text,
                event=Event.COMMENT,
                user=Person(username="Dana"),
                created_at=self._clock(),
                text=text,
            )
        )


class MastodonPlace:
    """The stand-in, over real HTTP."""

    def __init__(self, store: SqliteStore, clock: Clock, profile: Profile) -> None:
        self.stack = ExitStack()
        self._server = self.stack.enter_context(mastodon(clock))
        login = {"server": self._server.url, "token": TOKEN, "account": "1"}
        store.secrets.keep(profile.id, LOGIN, login)
        self.network: Network = NETWORKS["mastodon"](store, Web(), clock=clock, public_url="")

    def posts(self) -> list[str]:
        return [each["text"] for each in self._server.statuses if not each["in_reply_to_id"]]

    def comments(self) -> list[str]:
        return [each["text"] for each in self._server.statuses if each["in_reply_to_id"]]

    def likes(self) -> list[str]:
        return [each["text"] for each in self._server.statuses if each["favourited"]]

    def is_commented(self, post: str, text: str) -> None:
        said = self._server.post({"status": text, "in_reply_to_id": post}, "dana", "2")
        self._server.hears("mention", said)


class WebhookPlace:
    """A receiver that takes comments, over real HTTP. What people do there it tells by itself: nobody asks it."""

    def __init__(self, store: SqliteStore, clock: Clock, profile: Profile) -> None:
        self.stack = ExitStack()
        self._receiver = self.stack.enter_context(receiver())
        login = {"url": self._receiver.url, "secret": self._receiver.secret, "comments": True}
        store.secrets.keep(profile.id, LOGIN, login)
        self.network: Network = NETWORKS["webhook"](store, Web(), clock=clock, public_url="")

    def posts(self) -> list[str]:
        return [each["text"] for each in self._receiver.posts]

    def comments(self) -> list[str]:
        return [each["text"] for each in self._receiver.comments]

    def likes(self) -> list[str]:
        return []

    def is_commented(self, post: str, text: str) -> None:
        """See tests/buffer/test_hooks.py."""


Make = Callable[[SqliteStore, Clock, Profile], Place]


def fake(certainty: Certainty) -> Make:
    return lambda _store, clock, _profile: FakePlace(certainty, clock)


BOTH: dict[str, Make] = {"local": LocalPlace, "keyed fake": fake(Certainty.KEYED)}
KEYED: dict[str, Make] = BOTH | {"webhook": WebhookPlace}
SEEING: dict[str, Make] = BOTH | {
    "look-up-able fake": fake(Certainty.LOOKUPABLE),
    "mastodon": MastodonPlace,
}
ASKED: dict[str, Make] = SEEING | {"blind fake": fake(Certainty.BLIND)}
PLACES: dict[str, Make] = ASKED | {"webhook": WebhookPlace}

keyed = pytest.mark.parametrize("place", KEYED, indirect=True)
asked = pytest.mark.parametrize("place", ASKED, indirect=True)
telling = pytest.mark.parametrize("place", ["webhook"], indirect=True)
real = pytest.mark.parametrize("place", ["local", "mastodon"], indirect=True)
seeing = pytest.mark.parametrize("place", SEEING, indirect=True)


@pytest.fixture
def profile(store: SqliteStore) -> Profile:
    made = a_profile()
    store.profiles.insert(made)
    return made


@pytest.fixture(params=PLACES)
def place(
    request: pytest.FixtureRequest, store: SqliteStore, clock: FakeClock, profile: Profile
) -> Iterator[Place]:
    made = PLACES[request.param](store, clock, profile)
    yield made
    if isinstance(made, MastodonPlace | WebhookPlace):
        made.stack.close()


def an_update(profile: Profile, text: str = "hello", **changes: Any) -> Update:
    plain: dict[str, Any] = {
        "id": "u1",
        "post_id": "u1",
        "team_id": profile.team_id,
        "profile_id": profile.id,
        "service": profile.service,
        "text": text,
        "state": State.SENDING,
        "created_at": MONDAY,
        "updated_at": MONDAY,
    }
    return Update(**(plain | changes))


def test_a_post_is_out_and_has_an_id(place: Place, profile: Profile) -> None:
    receipt = place.network.publish(profile, an_update(profile), K1)
    assert receipt.service_id
    assert place.posts() == ["hello"]


def test_a_text_arrives_as_it_was(place: Place, profile: Profile) -> None:
    text = "Zeile 1\nZeile 2 👩‍👩‍👧 <b>&amp; https://example.org"
    place.network.publish(profile, an_update(profile, text), K1)
    assert place.posts() == [text]


def test_the_same_text_with_another_key_is_another_post(place: Place, profile: Profile) -> None:
    first = place.network.publish(profile, an_update(profile), K1)
    second = place.network.publish(profile, an_update(profile), K2)
    assert first.service_id != second.service_id
    assert len(place.posts()) == 2


@keyed
def test_a_keyed_network_posts_a_key_once(place: Place, profile: Profile) -> None:
    first = place.network.publish(profile, an_update(profile), K1)
    assert place.network.publish(profile, an_update(profile), K1) == first
    assert len(place.posts()) == 1


@seeing
def test_what_is_out_is_found_and_never_taken_for_another(
    place: Place, profile: Profile, store: SqliteStore
) -> None:
    update = an_update(profile)
    assert place.network.find(profile, update, K1) is None
    receipt = place.network.publish(profile, update, K1)
    assert place.network.find(profile, update, K1) == receipt
    is_kept(store, update, receipt)
    other = an_update(profile, id="u2", post_id="u2")
    assert place.network.find(profile, other, K2) is None


@seeing
def test_one_with_a_key_nobody_knows_is_found_by_its_words(
    place: Place, profile: Profile, clock: FakeClock
) -> None:
    update = an_update(profile)
    receipt = place.network.publish(profile, update, K1)
    assert place.network.find(profile, update, K2, since=MONDAY) == replace(receipt, version="")
    clock.passes(HOUR)
    assert place.network.find(profile, update, K2, since=MONDAY + HOUR) is None


def test_the_parts_of_a_series_are_posts_of_their_own(place: Place, profile: Profile) -> None:
    assert place.network.limits(profile).threads
    first = place.network.publish(profile, an_update(profile, "one"), K1)
    second = place.network.publish(profile, an_update(profile, "two"), f"{K1}-1", thread=[first])
    assert first.service_id != second.service_id


@asked
def test_what_people_did_since_then_is_told_oldest_first(
    place: Place, profile: Profile, clock: FakeClock
) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    for text in ("early", "first", "second"):
        place.is_commented(post, text)
        clock.passes(MINUTE)
    found = place.network.interactions(profile, MONDAY + MINUTE).found
    assert [(each.post, each.event, each.text) for each in found] == [
        (post, Event.COMMENT, "first"),
        (post, Event.COMMENT, "second"),
    ]
    assert len({each.service_id for each in found}) == 2
    assert all(each.event in place.network.events for each in found)


def test_we_comment_on_our_post_and_answer_a_comment(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    comment = as_kept(a_comment(place, profile, post), out)
    first = place.network.reply(profile, out, None, "From us", R1)
    second = place.network.reply(profile, out, comment, "Thank you", R2)
    assert first.service_id != second.service_id
    assert "From us" in place.comments()
    assert any("Thank you" in text for text in place.comments())
    assert place.network.limits(profile).comments


@telling
def test_who_tells_by_itself_is_not_asked(place: Place, profile: Profile) -> None:
    assert Can.TELL in place.network.can
    assert place.network.interactions(profile, MONDAY) == Heard()


@asked
def test_a_reply_is_found_again(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    assert place.network.find_reply(profile, out, None, "From us", R1) is None
    made = place.network.reply(profile, out, None, "From us", R1)
    found = place.network.find_reply(profile, out, None, "From us", R1)
    assert found
    assert found.service_id == made.service_id


@asked
def test_a_comment_is_liked(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    place.is_commented(post, "Nice")
    comment = as_kept(place.network.interactions(profile, MONDAY).found[0], out)
    for _ in range(2):
        place.network.like(profile, comment, R1)
    assert place.likes() == ["Nice"]


def test_a_comment_of_ours_is_edited_where_that_can_be(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    ours = is_ours(place.network.reply(profile, out, None, "From us", R1), out)
    assert Can.EDIT in place.network.can
    for _ in range(2):
        place.network.edit_reply(profile, ours, None, "From all of us")
    assert place.comments() == ["From all of us"]


@asked
def test_an_edited_answer_still_answers_whom_it_did(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    place.is_commented(post, "Nice")
    to = as_kept(place.network.interactions(profile, MONDAY).found[0], out)
    ours = is_ours(place.network.reply(profile, out, to, "Thanks", R1), out)
    before = place.comments()[-1]
    place.network.edit_reply(profile, ours, to, "Thank you")
    assert place.comments()[-1] == before.replace("Thanks", "Thank you")


def test_a_comment_of_ours_is_deleted_where_that_can_be(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    gone = is_ours(place.network.reply(profile, out, None, "From us", R1), out)
    place.network.reply(profile, out, None, "This stays", R2)
    assert Can.DELETE in place.network.can
    for _ in range(2):
        place.network.delete_reply(profile, gone)
    assert place.comments() == ["This stays"]


@real
def test_a_comment_that_is_gone_cannot_be_edited(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    ours = is_ours(place.network.reply(profile, out, None, "From us", R1), out)
    place.network.delete_reply(profile, ours)
    with pytest.raises(Refused):
        place.network.edit_reply(profile, ours, None, "Back")
    assert place.comments() == []


def is_ours(made: Receipt, out: Update) -> Reply:
    return Reply(
        id=R1,
        team_id=out.team_id,
        update_id=out.id,
        text="From us",
        user_id="U1",
        state=ReplyState.SENT,
        created_at=MONDAY,
        service_id=made.service_id,
    )


@keyed
def test_a_keyed_network_takes_a_reply_once(place: Place, profile: Profile) -> None:
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    first = place.network.reply(profile, out, None, "From us", R1)
    assert place.network.reply(profile, out, None, "From us", R1) == first
    assert place.comments() == ["From us"]


def test_limits_are_known_without_asking(place: Place, profile: Profile) -> None:
    assert place.network.limits(profile).characters > 0
    assert place.network.certainty in Certainty


# -- the local network's own


def test_local_links_lead_to_its_page(
    store: SqliteStore, clock: FakeClock, profile: Profile
) -> None:
    local = LocalPlace(store, clock, profile).network
    receipt = local.publish(profile, an_update(profile), K1)
    assert receipt.link == f"https://buffer.example/local#post-{receipt.service_id}"


def test_local_tells_our_own_comments_by_our_account(
    store: SqliteStore, clock: FakeClock, profile: Profile
) -> None:
    place = LocalPlace(store, clock, profile)
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    receipt = place.network.reply(profile, out, None, "From us", R1)
    place.is_commented(post, "From Dana")
    found = place.network.interactions(profile, MONDAY).found
    assert [each.user.service_id == profile.service_id for each in found] == [True, False]
    assert found[0].service_id == receipt.service_id


def test_local_takes_no_comment_on_a_post_that_is_gone(
    store: SqliteStore, clock: FakeClock, profile: Profile
) -> None:
    local = LocalPlace(store, clock, profile).network
    gone = an_update(profile, state=State.SENT, service_update_id="gone")
    with pytest.raises(Refused, match="no longer"):
        local.reply(profile, gone, None, "From us", R1)


def test_local_keeps_the_picture_and_its_words(
    store: SqliteStore, clock: FakeClock, profile: Profile
) -> None:
    picture = Media(picture="https://example.org/a.png", alt_text="A cat")
    local = LocalPlace(store, clock, profile).network
    local.publish(profile, an_update(profile, media=picture), K1)
    assert store.local.posts()[0]["media"] == {"picture": picture.picture, "alt_text": "A cat"}


# -- the fake's own: what it does when it is told to


def test_the_fake_fails_as_it_is_told(profile: Profile) -> None:
    fake = FakeNetwork()
    fake.refuses("No.")
    fake.loses_the_answer()
    for _ in range(2):
        with pytest.raises(QueueError):
            fake.publish(profile, an_update(profile), K1)
    assert len(fake.posts) == 1


def a_comment(place: Place, profile: Profile, post: str) -> Found:
    """What somebody says below a post, as we hear of it."""
    if Can.TELL in place.network.can:
        dana = Person(username="dana")
        return Found(post=post, service_id="c1", event=Event.COMMENT, user=dana, created_at=MONDAY)
    place.is_commented(post, "Nice")
    return place.network.interactions(profile, MONDAY).found[0]


def is_kept(store: SqliteStore, update: Update, receipt: Receipt) -> None:
    sent = replace(update, state=State.SENT, sent_at=MONDAY, service_update_id=receipt.service_id)
    store.updates.append([sent])


def as_kept(found: Found, update: Update) -> Interaction:
    return Interaction(
        id="i1",
        team_id=update.team_id,
        profile_id=update.profile_id,
        update_id=update.id,
        service_id=found.service_id,
        event=found.event,
        user=found.user,
        created_at=found.created_at,
        text=found.text,
    )


def test_local_likes_no_comment_that_is_gone(
    store: SqliteStore, clock: FakeClock, profile: Profile
) -> None:
    place = LocalPlace(store, clock, profile)
    post = place.network.publish(profile, an_update(profile), K1).service_id
    out = an_update(profile, state=State.SENT, service_update_id=post)
    place.is_commented(post, "Nice")
    comment = as_kept(place.network.interactions(profile, MONDAY).found[0], out)
    with pytest.raises(Refused, match="no longer on the local network"):
        place.network.like(profile, replace(comment, service_id="404"), R1)
