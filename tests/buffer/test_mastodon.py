"""Mastodon: connecting, posting, looking, and every bad day of a server; over real HTTP to a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from buffer.accounts import Asked
from buffer.errors import LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.model import Event, Interaction, Profile, State
from buffer.networks import mastodon as adapter
from buffer.networks.mastodon import server_of
from buffer.ports import LOGIN
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock
from mastodon_desk import Desk
from mastodon_server import CODE, SECRET, TOKEN, Server, mastodon
from storage import SqliteStore


@pytest.fixture
def server(clock: FakeClock) -> Iterator[Server]:
    with mastodon(clock) as running:
        yield running


@pytest.fixture
def desk(store: SqliteStore, server: Server, clock: FakeClock) -> Desk:
    return Desk(store, server, clock)


# -- connecting


def test_a_token_is_enough(desk: Desk) -> None:
    host = desk.server.url.partition("//")[2]
    assert (desk.profile.service_id, desk.profile.name) == (f"1@{host}", f"@ada@{host}")
    assert desk.profile.link == f"{desk.server.url}/@ada"


def test_without_one_the_server_shows_a_code(desk: Desk) -> None:
    form = {"server": desk.server.url}
    asked = desk.accounts.connect(ADA, "mastodon", form, timezone="UTC")
    assert isinstance(asked, Asked)
    assert asked.url.startswith(f"{desk.server.url}/oauth/authorize?response_type=code&client_id=")
    assert SECRET not in repr(asked) + asked.url
    done = desk.accounts.connect(
        ADA, "mastodon", {"code": CODE}, timezone="UTC", pending=asked.pending
    )
    assert isinstance(done, Profile) and done.id == desk.profile.id
    assert desk.store.secrets.recall(done.id, LOGIN)["client_secret"] == SECRET
    again = desk.accounts.connect(ADA, "mastodon", form, timezone="UTC")
    assert isinstance(again, Asked)
    assert len(desk.asked("/api/v1/apps")) == 1, "registered once"
    desk.accounts.disconnect(ADA, done.id)
    assert desk.server.revoked == {TOKEN}


def test_a_wrong_code_or_token_says_what_to_do(desk: Desk) -> None:
    asked = desk.accounts.connect(ADA, "mastodon", {"server": desk.server.url}, timezone="UTC")
    assert isinstance(asked, Asked)
    with pytest.raises(Refused, match="get a new one"):
        desk.accounts.connect(ADA, "mastodon", {"code": "x"}, timezone="UTC", pending=asked.pending)
    with pytest.raises(Refused, match="does not take that token"):
        desk.connects(token="wrong")


@pytest.mark.parametrize(
    ("typed", "server"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://mastodon.social/ ", "https://mastodon.social"),
        ("@ada@mastodon.social", "https://mastodon.social"),
        ("https://mastodon.social/@ada", "https://mastodon.social"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_a_server_may_be_named_in_many_ways(typed: str, server: str) -> None:
    assert server_of(typed) == server


@pytest.mark.parametrize(
    "typed", ["", "my server", "http://mastodon.social", "ftp://x.example", "https://u:p@x.example"]
)
def test_what_is_no_server_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        server_of(typed)


# -- posting


def test_a_post_is_out_with_all_that_was_said(desk: Desk) -> None:
    receipt = desk.publishes(
        "Grüße 👋",
        media=desk.picture("A cat"),
        options={"warning": "cats", "visibility": "unlisted", "language": "de"},
    )
    status = desk.server.statuses[0]
    assert receipt.service_id == status["id"] and receipt.link == status["url"]
    assert (status["text"], status["spoiler_text"], status["sensitive"]) == (
        "Grüße 👋",
        "cats",
        True,
    )
    assert (status["visibility"], status["language"]) == ("unlisted", "de")
    assert status["media_attachments"][0]["description"] == "A cat"


def test_nothing_is_said_that_the_account_decides(desk: Desk) -> None:
    desk.publishes("Hello")
    assert desk.asked("/api/v1/statuses") == [{"status": "Hello"}]


def test_a_picture_is_waited_for_and_uploaded_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "MEDIA_PAUSE", 0.01)
    desk.server.processing = 2
    media = desk.picture()
    desk.server.next("reset after")
    key = desk.key()
    with pytest.raises(Unclear):
        desk.publishes(media=media, key=key)
    desk.publishes(media=media, key=key)
    assert len(desk.asked("/api/v2/media")) == 1
    assert len(desk.server.statuses) == 1


def test_a_series_is_a_thread(desk: Desk) -> None:
    first = desk.publishes("one")
    desk.network.publish(desk.profile, desk.update("two"), desk.key(), thread=[first])
    assert desk.server.statuses[1]["in_reply_to_id"] == first.service_id


@pytest.mark.parametrize(
    ("fault", "error", "out"),
    [
        ("429", SlowDown, 0),
        ("422", Refused, 0),
        ("403", Refused, 0),
        ("401", LoginExpired, 0),
        ("301", Refused, 0),
        ("500 after", Unclear, 1),
        ("hang after", Unclear, 1),
        ("reset after", Unclear, 1),
        ("half after", Unclear, 1),
        ("nonsense after", Unclear, 1),
        ("reset before", Unclear, 0),
    ],
)
def test_a_bad_day_is_told_for_what_it_is(
    desk: Desk, fault: str, error: type[QueueError], out: int
) -> None:
    update, key = desk.update(), desk.key()
    desk.server.next(fault)
    with pytest.raises(error):
        desk.network.publish(desk.profile, update, key)
    assert len(desk.server.statuses) == out
    if error is Unclear:
        assert (desk.network.find(desk.profile, update, key) is not None) is bool(out)


@pytest.mark.parametrize("fault", ["500 after", "hang after", "reset after", "422", "429"])
def test_trouble_with_a_picture_leaves_no_doubt_about_the_post(desk: Desk, fault: str) -> None:
    desk.server.next(fault, "/api/v2/media")
    with pytest.raises((NetworkDown, Refused, SlowDown)):
        desk.publishes(media=desk.picture())
    assert desk.server.statuses == []


def test_the_reason_is_the_networks_own(desk: Desk) -> None:
    with pytest.raises(Refused, match="Text limit of 500"):
        desk.publishes("x" * 501)


def test_429_says_until_when_and_nobody_asks_before(desk: Desk, clock: FakeClock) -> None:
    desk.server.next("429")
    with pytest.raises(SlowDown) as slow:
        desk.publishes()
    assert slow.value.until == MONDAY + timedelta(minutes=5)
    asked = len(desk.server.asked)
    with pytest.raises(SlowDown):
        desk.publishes()
    assert len(desk.server.asked) == asked
    desk.server.remaining = 300
    clock.passes(timedelta(minutes=6))
    desk.publishes()


def test_looking_leaves_a_part_of_the_budget_to_posting(desk: Desk) -> None:
    desk.server.remaining = 61
    desk.publishes()
    with pytest.raises(SlowDown):
        desk.network.interactions(desk.profile, MONDAY)
    desk.publishes("still")


def test_a_server_that_cannot_be_reached_got_nothing(
    desk: Desk, store: SqliteStore, clock: FakeClock
) -> None:
    store.secrets.keep(
        desk.profile.id, LOGIN, {"server": "http://127.0.0.1:9", "token": "t", "account": "1"}
    )
    with pytest.raises(NetworkDown):
        desk.publishes()


# -- looking


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "Two\nlines\n\nand a paragraph",
        "A <b>tag</b> & an ampersand",
        "See https://example.org/a/very/long/path/that/is/cut?for=the&eye=1 now",
        "Hi @dana@example.social and @bo, #tags too",
        "👩‍👩‍👧 family",
        "**bold** and `code`, _it_ and > quoted",
    ],
)
def test_what_is_out_is_known_by_its_words(desk: Desk, text: str) -> None:
    update, key = desk.update(text), desk.key()
    assert desk.network.find(desk.profile, update, key) is None
    receipt = desk.network.publish(desk.profile, update, key)
    assert desk.network.find(desk.profile, update, key) == receipt
    assert desk.network.find(desk.profile, desk.update(text + "!"), key) is None


def test_an_older_post_with_the_same_words_is_another(desk: Desk, clock: FakeClock) -> None:
    desk.publishes("Good morning")
    clock.passes(timedelta(minutes=5))
    assert desk.network.find(desk.profile, desk.update("Good morning"), desk.key()) is None


def test_one_that_is_another_updates_is_another(desk: Desk, store: SqliteStore) -> None:
    receipt = desk.publishes("Good morning")
    other = desk.update("Good morning", id="other", state=State.SENT, sent_at=MONDAY)
    store.updates.append([replace(other, service_update_id=receipt.service_id)])
    assert (
        desk.network.find(desk.profile, desk.update("Good morning", id="this"), desk.key()) is None
    )


def test_marks_that_a_server_draws_are_no_difference(desk: Desk) -> None:
    update, key = desk.update("**Bold** move: `make run`"), desk.key()
    desk.server.post({"status": "Bold move: make run"})
    assert desk.network.find(desk.profile, update, key)


def test_a_picture_alone_is_known_by_its_picture(desk: Desk) -> None:
    update, key = desk.update("", media=desk.picture()), desk.key()
    desk.server.post({"status": ""})
    assert desk.network.find(desk.profile, update, key) is None
    receipt = desk.network.publish(desk.profile, update, key)
    assert desk.network.find(desk.profile, update, key) == receipt


def test_a_boost_is_no_post_of_ours(desk: Desk) -> None:
    desk.server.post({"status": "Hello"})
    desk.server.statuses[0]["reblog"] = {"id": "1"}
    assert desk.network.find(desk.profile, desk.update(), desk.key()) is None


def test_it_is_found_behind_many_others(desk: Desk) -> None:
    update, key = desk.update("needle"), desk.key()
    receipt = desk.network.publish(desk.profile, update, key)
    for number in range(90):
        desk.server.post({"status": f"hay {number}"})
    assert desk.network.find(desk.profile, update, key) == receipt


def test_a_server_that_ignores_the_key_is_looked_at_first(desk: Desk) -> None:
    desk.server.honours_keys = False
    update, key = desk.update(), desk.key()
    desk.server.next("reset after")
    with pytest.raises(Unclear):
        desk.network.publish(desk.profile, update, key)
    assert desk.network.find(desk.profile, update, key)
    assert len(desk.server.statuses) == 1


# -- limits


@pytest.mark.parametrize(
    ("instance", "characters"), [("v2", 5000), ("v1", 5000), ("pleroma", 5000), ("none", 500)]
)
def test_limits_are_the_servers_own(
    store: SqliteStore, server: Server, clock: FakeClock, instance: str, characters: int
) -> None:
    server.instance, server.max_characters = instance, 5000
    desk = Desk(store, server, clock)
    limits = desk.network.limits(desk.profile)
    assert (limits.characters, limits.link_length, limits.images) == (characters, 23, 4)
    assert desk.network.limits(a_profile()).characters == 500


def test_limits_are_remembered_over_a_quiet_week(
    store: SqliteStore, server: Server, clock: FakeClock
) -> None:
    server.max_characters = 5000
    desk = Desk(store, server, clock)
    clock.passes(timedelta(days=7))
    assert desk.network.limits(desk.profile).characters == 5000
    server.max_characters = 600
    desk.publishes()
    assert desk.network.limits(desk.profile).characters == 600


def test_an_app_the_server_may_have_forgotten_is_registered_anew(
    desk: Desk, clock: FakeClock
) -> None:
    for _ in range(2):
        desk.accounts.connect(ADA, "mastodon", {"server": desk.server.url}, timezone="UTC")
    assert len(desk.asked("/api/v1/apps")) == 1
    clock.passes(timedelta(days=1))
    desk.accounts.connect(ADA, "mastodon", {"server": desk.server.url}, timezone="UTC")
    assert len(desk.asked("/api/v1/apps")) == 2


def test_new_words_for_a_picture_are_told(desk: Desk) -> None:
    media = desk.picture("A cat")
    desk.publishes("one", media=media)
    file = replace(media.files[0], alt_text="A grey cat")
    desk.publishes("two", media=replace(media, files=(file,)))
    said = [each["media_attachments"][0]["description"] for each in desk.server.statuses]
    assert said == ["A cat", "A grey cat"]


@pytest.mark.parametrize("body", ["{}", '{"error": "maintenance"}', "null", '"x"'])
def test_an_odd_answer_is_not_taken_for_nothing(desk: Desk, body: str) -> None:
    desk.server.lists = body
    with pytest.raises(Unclear):
        desk.network.find(desk.profile, desk.update(), desk.key())


def test_more_posts_than_can_be_looked_through_are_said_so(desk: Desk) -> None:
    for number in range(420):
        desk.server.post({"status": f"hay {number}"})
    with pytest.raises(Refused, match="too many"):
        desk.network.find(desk.profile, desk.update(), desk.key())


def test_a_direct_message_is_nothing_for_a_channel(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    form = {"status": "psst", "in_reply_to_id": post, "visibility": "direct"}
    desk.server.hears("mention", desk.server.post(form, "dana", "2"))
    assert desk.network.interactions(desk.profile, MONDAY, posts=[post]).found == []


# -- what people do


def test_what_people_do_is_heard(desk: Desk, clock: FakeClock) -> None:
    post = desk.publishes("Hello").service_id
    mine = desk.server.statuses[0]
    clock.passes(timedelta(minutes=1))
    reply = desk.server.post({"status": "Nice @ada", "in_reply_to_id": post}, "dana", "2")
    desk.server.hears("mention", reply)
    desk.server.hears("favourite", mine)
    desk.server.hears("reblog", mine)
    desk.server.hears("follow", {})
    found = desk.network.interactions(desk.profile, MONDAY + timedelta(seconds=30)).found
    assert [(each.event, each.post) for each in found] == [
        (Event.COMMENT, post),
        (Event.LIKE, post),
        (Event.RESHARE, post),
    ]
    assert (found[0].text, found[0].user.name, found[0].user.username) == (
        "Nice @ada",
        "Dana",
        "dana",
    )


def test_a_burst_is_heard_whole_and_from_where_it_was(desk: Desk, clock: FakeClock) -> None:
    desk.publishes("Hello")
    post = desk.server.statuses[0]
    desk.server.hears("favourite", post)
    first = desk.network.interactions(desk.profile, MONDAY - timedelta(days=1))
    assert (len(first.found), first.mark) == (1, "1")
    for number in range(200):
        clock.passes(timedelta(seconds=1))
        reply = desk.server.post(
            {"status": f"reply {number}", "in_reply_to_id": post["id"]}, "dana", "2"
        )
        desk.server.hears("mention", reply)
    second = desk.network.interactions(desk.profile, clock(), mark=first.mark)
    assert [each.text for each in second.found] == [f"reply {n}" for n in range(200)]
    third = desk.network.interactions(desk.profile, clock(), mark=second.mark)
    assert (third.found, third.mark) == ([], second.mark)


def test_a_reply_to_a_reply_is_found_in_the_thread(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    reply = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    desk.server.post({"status": "I agree", "in_reply_to_id": reply["id"]}, "cleo", "3")
    heard = desk.network.interactions(desk.profile, MONDAY, posts=[post])
    assert [(each.text, each.post) for each in heard.found] == [("Nice", post), ("I agree", post)]
    desk.server.contexts = False
    assert desk.network.interactions(desk.profile, MONDAY, posts=[post, "gone"]).found == []


def test_we_answer(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    out = desk.update(state=State.SENT, service_update_id=post)
    desk.network.reply(desk.profile, out, None, "Thanks", desk.key())
    assert desk.server.statuses[1]["in_reply_to_id"] == post


def test_our_answer_is_found_again_and_no_other(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    out = desk.update(state=State.SENT, service_update_id=post)
    comment = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    (found,) = desk.network.interactions(desk.profile, MONDAY, posts=[post]).found
    to = Interaction(id="i1", team_id="T1", profile_id="p1", update_id="u1", service_id=found.service_id,
                     event=found.event, user=found.user, created_at=found.created_at)  # fmt: skip
    key = desk.key()
    assert desk.network.find_reply(desk.profile, out, to, "Thanks", key) is None
    desk.network.reply(desk.profile, out, None, "Thanks", desk.key())
    assert desk.network.find_reply(desk.profile, out, to, "Thanks", key) is None
    desk.server.next("reset after")
    with pytest.raises(Unclear):
        desk.network.reply(desk.profile, out, to, "Thanks", key)
    again = desk.network.find_reply(desk.profile, out, to, "Thanks", key)
    assert again
    assert again.service_id == desk.server.statuses[-1]["id"] != comment["id"]


def test_we_like_a_comment_and_twice_is_once(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    reply = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    (found,) = desk.network.interactions(desk.profile, MONDAY, posts=[post]).found
    to = Interaction(id="i1", team_id="T1", profile_id="p1", update_id="u1", service_id=found.service_id,
                     event=found.event, user=found.user, created_at=found.created_at)  # fmt: skip
    for _ in range(2):
        desk.network.like(desk.profile, to, desk.key())
    assert [each["favourited"] for each in desk.server.statuses] == [False, True]
    assert reply["id"] == found.service_id


# -- secrets


def test_no_error_gives_a_secret_away(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for fault in ("422", "500 after", "reset after", "429"):
        desk.server.next(fault)
        desk.server.remaining = 300
        desk.clock.passes(timedelta(minutes=10))
        with pytest.raises(QueueError) as told:
            desk.publishes()
        assert TOKEN not in repr(told.value) + str(told.getrepr(showlocals=False))
    assert TOKEN not in caplog.text
