"""Mastodon: what people do with our posts reaches the store and the outbox, once each and in order, whatever dies.

The stand-in over HTTP, the adapter, the poller and a store; nothing in between is replaced.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import falcon
import pytest
from falcon.testing import TestClient

from buffer.api.routes import routes
from buffer.backends.embedded import EmbeddedQueues
from buffer.channels import Wishes
from buffer.errors import LoginExpired, NetworkDown, Refused, Unclear
from buffer.model import (
    Event,
    Interaction,
    Notice,
    NoticeKind,
    Person,
    Reply,
    ReplyState,
    Seen,
    State,
    Update,
    new_id,
)
from buffer.poller import Poller
from cast import ADA, MONDAY
from fakes import FakeClock
from mastodon_desk import Desk
from mastodon_server import IDS, Json, Server, mastodon
from storage import SqliteStore

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SOCIAL = "C0SOCIAL"
NOTIFICATIONS = "/api/v1/notifications"


@pytest.fixture
def server(clock: FakeClock) -> Iterator[Server]:
    with mastodon(clock) as running:
        yield running


@pytest.fixture
def desk(store: SqliteStore, server: Server, clock: FakeClock) -> Desk:
    return Desk(store, server, clock)


class Story:
    """A post of Ada's is out, a channel follows her account and has its card."""

    def __init__(self, store: SqliteStore, server: Server, clock: FakeClock) -> None:
        self.store, self.server, self.clock = store, server, clock
        self.desk = Desk(store, server, clock)
        self.profile = self.desk.profile
        store.feeds.follow(ADA.team_id, SOCIAL, self.profile.id)
        self.update = self.sends("Hello")
        self.post = self.update.service_update_id
        self.starts()

    def starts(self) -> None:
        self.poller = Poller(self.store, "mastodon", self.desk.network)

    def sends(self, text: str) -> Update:
        receipt = self.desk.publishes(text)
        sent = self.desk.update(
            text,
            id=new_id(self.clock.now),
            state=State.SENT,
            sent_at=self.clock.now,
            service_update_id=receipt.service_id,
            service_link=receipt.link,
        )
        self.store.updates.append([sent])
        self.store.outbox.put(a_card(sent))
        return sent

    def answers(self, text: str, to: str = "", name: str = "dana", **more: Any) -> Json:
        """Somebody else posts in answer to something; who is answered is told of it by `hears`."""
        number = {"dana": "2", "cleo": "3", "ada": "1"}[name]
        form = {"status": text, "in_reply_to_id": to or self.post, **more}
        return self.server.post(form, name, number)

    def hears(self, text: str, to: str = "", **more: Any) -> Json:
        status = self.answers(text, to, **more)
        self.server.hears("mention", status)
        return status

    def polls(self) -> Story:
        self.server.remaining = 300
        while self.poller.tick(self.clock.now):
            pass
        return self

    def passes(self, span: timedelta = MINUTE) -> Story:
        self.clock.passes(span)
        return self

    def kept(self, event: Event = Event.COMMENT) -> list[Interaction]:
        """In the order they were stored."""
        ids = self.store.database.all(
            "SELECT id FROM interactions WHERE event = ? ORDER BY rowid", (event,)
        )
        found = [self.store.interactions.get(ADA.team_id, id) for (id,) in ids]
        return [each for each in found if each]

    def texts(self, event: Event = Event.COMMENT) -> list[str]:
        return [each.text for each in self.kept(event)]

    def told(self) -> list[str]:
        """The words that were put in the outbox for the channel, in order, from lone lines and digests."""
        rows = self.store.database.all(
            "SELECT kind, subject FROM outbox WHERE kind IN ('comment', 'digest') ORDER BY rowid"
        )
        ids = [
            id
            for kind, subject in rows
            for id in (subject.split("\n")[1:] if kind == "digest" else [subject])
        ]
        found = [self.store.interactions.get(ADA.team_id, id) for id in ids]
        return [each.text if each else "?" for each in found]

    def statistics(self) -> dict[str, int]:
        found = self.store.updates.get(ADA.team_id, self.update.id)
        assert found
        return dict(found.statistics)

    def asked(self, path: str) -> list[str]:
        return [where for _, where, _, _ in self.server.asked if where == path]


def a_card(update: Update) -> Notice:
    return Notice(
        id=f"card-{update.id}",
        team_id=update.team_id,
        kind=NoticeKind.CARD,
        subject=update.id,
        target=SOCIAL,
        created_at=MONDAY,
    )


@pytest.fixture
def story(store: SqliteStore, server: Server, clock: FakeClock) -> Story:
    return Story(store, server, clock)


def burst(story: Story, number: int = 200) -> list[str]:
    """So many answers, a second apart."""
    words = [f"answer {each}" for each in range(number)]
    for each in words:
        story.passes(SECOND).hears(each)
    return words


# -- a burst


@pytest.fixture(params=IDS)
def kin(
    request: pytest.FixtureRequest, store: SqliteStore, server: Server, clock: FakeClock
) -> Story:
    """A story on a server that writes its ids in another way."""
    server.ids = request.param
    return Story(store, server, clock)


@pytest.mark.parametrize("honours_since", [True, False])
@pytest.mark.parametrize("is_first", [True, False])
def test_200_at_once_are_kept_and_told_once_each_in_order(
    kin: Story, honours_since: bool, is_first: bool
) -> None:
    kin.server.honours_since, kin.server.contexts = honours_since, False
    if not is_first:
        kin.server.hears("favourite", kin.server.statuses[0])
    kin.polls()
    words = burst(kin)
    kin.passes().polls()
    assert kin.texts() == words
    assert kin.told() == words
    kin.passes().polls()
    kin.starts()
    kin.passes().polls()
    assert kin.told() == kin.texts() == words
    assert kin.statistics()["comments"] == 200


def test_the_newest_page_alone_is_never_asked_for(story: Story) -> None:
    story.server.hears("favourite", story.server.statuses[0])
    story.polls()
    burst(story, 90)
    story.passes().polls()
    assert [asked for asked in story.server.queries if "since_id" in asked] == []
    assert len(story.asked(NOTIFICATIONS)) == 2 + 3, "to the end the first time, then from the mark"


@pytest.mark.parametrize("page", range(6))
@pytest.mark.parametrize("fault", ["500 after", "reset before", "half after", "429"])
def test_a_server_that_dies_between_two_pages(story: Story, fault: str, page: int) -> None:
    story.server.hears("favourite", story.server.statuses[0])
    story.polls()
    words = burst(story)
    story.server.next(fault, NOTIFICATIONS, method="GET", after=page)
    for _ in range(4):
        story.passes(6 * MINUTE).polls()
    assert story.told() == story.texts() == words


KEPT, LINES = "(SELECT count(*) FROM interactions)", "(SELECT count(*) FROM outbox)"
DEATHS = [
    *(f"BEFORE INSERT ON interactions WHEN {KEPT} = {at}" for at in (1, 4, 51, 60, 200)),
    *(f"BEFORE INSERT ON outbox WHEN {LINES} = {at}" for at in (2, 3, 5)),
    "BEFORE INSERT ON outbox WHEN NEW.kind = 'digest'",
    f"BEFORE UPDATE OF statistics ON updates WHEN {KEPT} = 90",
    "BEFORE UPDATE OF interactions_since ON profiles",
    "BEFORE UPDATE OF interactions_mark ON profiles",
]


@pytest.mark.parametrize("death", DEATHS)
def test_a_process_that_dies_amid_keeping(story: Story, death: str) -> None:
    story.server.hears("favourite", story.server.statuses[0])
    story.polls()
    if LINES in death:  # each by itself, so that there are as many lines
        story.store.feeds.settle(ADA.team_id, SOCIAL, Wishes(digest=False).as_json())
    words = burst(story)
    story.store.database.execute(
        f"CREATE TEMP TRIGGER dies {death} BEGIN SELECT RAISE(ABORT, 'it died'); END"
    )
    with pytest.raises(sqlite3.Error, match="it died"):
        story.passes().polls()
    story.store.database.execute("DROP TRIGGER dies")
    story.starts()
    story.passes().polls()
    assert story.told() == story.texts() == words


def test_a_burst_longer_than_one_round_is_heard_in_several(story: Story) -> None:
    story.server.contexts = False
    story.server.hears("favourite", story.server.statuses[0])
    story.polls()
    words = burst(story, 1100)
    story.passes().polls()
    assert story.texts() == words[:1000]
    story.passes().polls()
    assert story.texts() == words


def test_a_mark_whose_notification_is_gone_repeats_nothing(story: Story) -> None:
    gone = story.hears("soon gone")
    story.polls()
    story.server.notifications.clear()
    story.hears("next")
    story.passes().polls()
    assert story.told() == ["soon gone", "next"]
    assert gone["id"] in {each.service_id for each in story.kept()}


def test_a_server_that_ignores_the_mark_is_not_asked_for_ever(story: Story) -> None:
    story.server.ignores_marks = True
    story.server.contexts = False
    story.hears("first")
    story.polls()
    burst(story, 60)
    before = len(story.asked(NOTIFICATIONS))
    story.passes().polls()
    assert len(story.asked(NOTIFICATIONS)) - before <= 2
    assert Counter(story.told()).most_common(1)[0][1] == 1


def test_the_newest_is_the_mark_though_it_is_long_ago(story: Story) -> None:
    """Else a first burst of more than ten pages would be read from its end, and its beginning lost."""
    story.server.hears("favourite", story.server.statuses[0])
    story.passes(40 * 24 * HOUR)
    story.update = story.sends("A month later")
    story.post = story.update.service_update_id
    story.polls()
    assert story.store.interactions.mark(story.profile.id) == "1"


# -- ids


def test_both_spellings_of_an_id_are_one_comment(kin: Story) -> None:
    """snac writes them in upper case in one answer and in lower case in the next."""
    reply = kin.hears("Nice")
    kin.server.hears("favourite", kin.server.statuses[0])
    kin.polls().passes().polls()
    assert kin.told() == ["Nice"]
    (comment,) = kin.kept()
    assert comment.service_id == reply["id"], "as the server finds it"
    assert comment.update_id == kin.update.id
    assert kin.statistics() == {"comments": 1, "likes": 1, "reshares": 0}
    answer = kin.desk.network.reply(kin.profile, kin.update, comment, "Thanks", kin.desk.key())
    assert kin.server.statuses[-1]["in_reply_to_id"] == reply["id"]
    kin.passes().polls()
    ours = kin.store.interactions.known(kin.profile.id, answer.service_id)
    assert ours and ours.ours and kin.told() == ["Nice"]
    kin.server.deletes(reply["id"])
    kin.passes(HOUR).polls()
    assert kin.desk.network.is_gone(kin.profile, comment)


def test_pleromas_ids_that_differ_in_case_are_two(store: SqliteStore, clock: FakeClock) -> None:
    with mastodon(clock) as server:
        server.ids = "flakes"
        story = Story(store, server, clock)
        one, two = story.hears("one"), story.hears("two")
        one["id"], two["id"] = "A0000sUqYGqvHbDzMa", "A0000sUqYGqvHbDzMA"
        for told, status in zip(server.notifications, (one, two), strict=True):
            told["status"] = {**told["status"], "id": status["id"]}
        server.contexts = False
        story.polls()
        assert story.told() == ["one", "two"]


# -- threads


def test_a_context_that_comes_late_repeats_and_removes_nothing(story: Story) -> None:
    """snac shows an answer in its thread some seconds after it told of it."""
    story.server.lag = 9 * SECOND
    story.hears("Nice")
    story.polls()
    assert story.told() == ["Nice"]
    unnamed = story.answers("I agree", story.server.statuses[-1]["id"], "cleo")
    for _ in range(3):
        story.passes(15 * SECOND).polls()
    assert story.told() == ["Nice", "I agree"]
    assert not any(each.removed for each in story.kept())
    assert [each.service_id for each in story.kept()][1] == unnamed["id"]


def test_a_reply_to_a_reply_to_a_reply_is_told_after_what_it_answers(story: Story) -> None:
    """Servers' clocks differ: what answers may be dated before what it answers."""
    words = ["one", "two", "three", "four"]
    above = story.post
    for number, text in enumerate(words):
        status = story.answers(text, above, ("dana", "cleo")[number % 2])
        above = status["id"]
        stored = story.server.find(above)
        assert stored
        stored["created_at"] = f"{MONDAY - number * SECOND:%Y-%m-%dT%H:%M:%S.000Z}"
    story.polls()
    assert story.told() == words
    assert {each.update_id for each in story.kept()} == {story.update.id}


def test_who_names_us_deep_in_an_unseen_thread_is_put_below_our_post(story: Story) -> None:
    """The post is old, so its thread is looked at in hours; the notification comes now."""
    story.polls().passes(9 * 24 * HOUR).polls()
    other = story.sends("Another")
    story.polls()
    above = story.answers("Nice", name="cleo")
    story.hears("@ada look at this", above["id"])
    story.passes(SECOND * 15).polls()
    (comment,) = [each for each in story.kept() if each.text == "@ada look at this"]
    assert comment.update_id == story.update.id != other.id
    assert story.texts(Event.MENTION) == []
    asked = story.asked(f"/api/v1/statuses/{comment.service_id}/context")
    story.passes().polls()
    assert story.asked(f"/api/v1/statuses/{comment.service_id}/context") == asked, "once is enough"


def test_nobody_asks_where_something_stands_that_is_known(story: Story) -> None:
    comment = story.hears("Nice")
    foreign = story.server.post({"status": "A debate"}, "cleo", "3")
    mention = story.hears("@ada look", foreign["id"])
    story.polls()
    below = [story.hears("@ada yes", each["id"], name="cleo") for each in (comment, mention)]
    story.server.asked.clear()
    story.desk.network.interactions(story.profile, MONDAY)
    assert [path for _, path, _, _ in story.server.asked if path.endswith("/context")] == []
    story.passes().polls()
    kept = {each.service_id: each for each in story.kept()}
    assert kept[below[0]["id"]].update_id == story.update.id
    assert kept[below[1]["id"]].mention_id


def test_what_happened_in_one_second_stays_in_order(story: Story) -> None:
    story.server.contexts = False
    story.server.hears("favourite", story.server.statuses[0])
    story.polls()
    words = [f"answer {number}" for number in range(60)]
    for each in words:
        story.hears(each)
    story.passes().polls()
    assert story.told() == words


def test_many_who_name_us_elsewhere_cost_few_questions(story: Story) -> None:
    story.polls()
    foreign = story.server.post({"status": "A debate"}, "cleo", "3")
    for number in range(30):
        story.hears(f"@ada {number}", foreign["id"])
    before = len(story.server.asked)
    story.passes().polls()
    assert len(story.texts(Event.MENTION)) == 30
    assert len(story.server.asked) - before <= 10 + 4


# -- what is seen of a post


def test_a_look_tells_the_numbers_the_text_and_what_is_below(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    mine = desk.server.find(post)
    assert mine
    desk.server.hears("favourite", mine)
    desk.server.hears("favourite", mine, "cleo")
    desk.server.hears("reblog", mine)
    below = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    deep = desk.server.post({"status": "Yes", "in_reply_to_id": below["id"]}, "cleo", "3")
    assert looks(desk, post) == Seen(
        counts={"likes": 2, "reshares": 1}, answers=frozenset({below["id"], deep["id"]})
    )
    desk.server.edits(post, status="Hello <world> & all\nof you")
    seen = looks(desk, post)
    assert seen and seen.text == "Hello <world> & all\nof you"
    desk.server.contexts = False
    seen = looks(desk, post)
    assert seen and seen.answers == frozenset()


def looks(desk: Desk, post: str) -> Seen | None:
    return desk.network.interactions(desk.profile, MONDAY, posts=[post]).seen[post]


@pytest.mark.parametrize("fault", ["404", "410"])
def test_a_post_that_is_gone_is_seen_as_gone(desk: Desk, fault: str) -> None:
    post = desk.publishes("Hello").service_id
    desk.server.next(fault, f"/api/v1/statuses/{post}", method="GET")
    assert looks(desk, post) is None
    assert looks(desk, post) is not None
    desk.server.deletes(post)
    assert looks(desk, post) is None


@pytest.mark.parametrize(("fault", "error"), [("500", Unclear), ("401", LoginExpired)])
def test_trouble_is_not_taken_for_gone(desk: Desk, fault: str, error: type[Exception]) -> None:
    post = desk.publishes("Hello").service_id
    desk.server.next(fault, f"/api/v1/statuses/{post}", method="GET")
    with pytest.raises(error):
        looks(desk, post)
    desk.server.next(fault, f"/api/v1/statuses/{post}", method="GET")
    with pytest.raises(error):
        desk.network.is_gone(desk.profile, an_interaction(desk, post))


def test_a_thread_that_cannot_be_read_says_nothing_of_what_is_below(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    desk.server.next("403", f"/api/v1/statuses/{post}/context", method="GET")
    seen = looks(desk, post)
    assert seen and seen.answers is None


def test_numbers_a_server_does_not_tell_are_not_zero(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    stored = desk.server.find(post)
    assert stored
    del stored["favourites_count"], stored["reblogs_count"]
    seen = looks(desk, post)
    assert seen and seen.counts == {}


def test_a_comment_is_gone_when_the_server_says_so(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    reply = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    to = an_interaction(desk, reply["id"])
    assert not desk.network.is_gone(desk.profile, to)
    desk.server.deletes(reply["id"])
    assert desk.network.is_gone(desk.profile, to)


def test_a_comment_whose_author_blocks_us_is_not_gone(desk: Desk) -> None:
    post = desk.publishes("Hello").service_id
    reply = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    to = an_interaction(desk, reply["id"])
    desk.server.blocked_by.add("2")
    assert not desk.network.is_gone(desk.profile, to)
    desk.server.deletes(reply["id"])
    assert desk.network.is_gone(desk.profile, to)


@pytest.mark.parametrize("told", ["many", "1,000", {}, None, -1])
def test_a_number_of_followers_that_is_none_keeps_nothing_from_being_heard(
    desk: Desk, told: Any
) -> None:
    post = desk.publishes("Hello").service_id
    reply = desk.server.post({"status": "Nice", "in_reply_to_id": post}, "dana", "2")
    stored = desk.server.find(reply["id"])
    assert stored
    stored["account"]["followers_count"] = told
    heard = desk.network.interactions(desk.profile, MONDAY, posts=[post])
    assert [each.text for each in heard.found] == ["Nice"]
    assert heard.found[0].user.followers == 0


def an_interaction(desk: Desk, id: str, username: str = "dana", **changes: Any) -> Interaction:
    plain = Interaction(
        id="i1",
        team_id=ADA.team_id,
        profile_id=desk.profile.id,
        update_id="u1",
        service_id=id,
        event=Event.COMMENT,
        user=Person(username=username),
        created_at=MONDAY,
    )
    return replace(plain, **changes)


def test_an_edit_and_a_deletion_there_reach_the_store(story: Story) -> None:
    reply = story.hears("Nise")
    story.hears("Soon gone")
    story.polls()
    stored = story.server.find(reply["id"])
    assert stored
    stored |= {"content": "<p>Nice</p>", "edited_at": stored["created_at"]}
    story.server.deletes(story.server.statuses[-1]["id"])
    story.passes().polls()
    edited, gone = story.kept()
    assert (edited.text, edited.edited_at, edited.removed) == ("Nice", story.clock.now, False)
    assert gone.removed
    assert story.statistics()["comments"] == 1
    story.server.edits(story.post, status="Hello, world")
    story.passes().polls()
    found = story.store.updates.get(ADA.team_id, story.update.id)
    assert found and found.text == "Hello, world"
    story.server.deletes(story.post)
    story.passes().polls()
    found = story.store.updates.get(ADA.team_id, story.update.id)
    assert found and found.removed_at == story.clock.now


def test_the_api_shows_the_numbers_as_the_network_has_them(story: Story) -> None:
    mine = story.server.find(story.post)
    assert mine
    for name in ("dana", "cleo"):
        story.server.hears("favourite", mine, name)
    story.server.hears("reblog", mine)
    story.hears("Nice")
    story.answers("I agree", story.server.statuses[-1]["id"], "cleo")
    story.answers("Thanks", name="ada")
    story.polls()
    networks = {"mastodon": story.desk.network}
    queues = EmbeddedQueues(story.store, networks, story.clock)
    app: falcon.App[Any, Any] = falcon.App()
    routes(
        app, queues=queues, store=story.store, networks=networks, clock=story.clock, rate_limit=0
    )
    headers = {"Authorization": f"Bearer {story.store.tokens.create('x', ADA.team_id, MONDAY)}"}

    def shown() -> dict[str, int]:
        path = f"/1/updates/{story.update.id}.json"
        answer = TestClient(app).simulate_get(path, headers=headers)
        found: dict[str, int] = answer.json["statistics"]
        return found

    assert shown() == {"likes": 2, "favorites": 2, "reshares": 1, "comments": 2}
    mine["favourites_count"], mine["reblogs_count"] = 1, 1204
    story.passes().polls()
    assert shown() == {"likes": 1, "favorites": 1, "reshares": 1204, "comments": 2}


# -- elsewhere


def test_a_mention_of_its_own_is_told_by_itself(story: Story) -> None:
    status = story.server.post({"status": "@ada have a look"}, "dana", "2")
    story.server.hears("mention", status)
    story.polls().passes().polls()
    (mention,) = story.kept(Event.MENTION)
    assert (mention.update_id, mention.service_id) == ("", status["id"])
    assert story.told() == ["@ada have a look"]


def test_a_mention_in_somebody_elses_conversation_is_one_and_its_thread_below_it(
    story: Story,
) -> None:
    foreign = story.server.post({"status": "A debate"}, "cleo", "3")
    mention = story.hears("@ada what do you think?", foreign["id"])
    story.polls()
    story.hears("@ada hello?", mention["id"])
    story.passes().polls()
    first, second = story.kept(Event.MENTION) + story.kept(Event.COMMENT)
    assert first.update_id == "" and first.mention_id == ""
    assert second.mention_id == first.id
    assert story.told() == ["@ada what do you think?", "@ada hello?"]


def test_an_answer_to_a_post_we_do_not_keep_is_nothing(story: Story) -> None:
    native = story.server.post({"status": "By hand"})
    story.hears("Nice", native["id"])
    story.polls()
    assert story.kept() == story.kept(Event.MENTION) == []


@pytest.mark.parametrize("where", ["a reply", "a mention", "elsewhere", "a quote"])
def test_a_direct_message_is_never_shown(story: Story, where: str) -> None:
    foreign = story.server.post({"status": "A debate"}, "cleo", "3")
    form: Json = {"status": "@ada psst", "visibility": "direct"}
    form |= {
        "a reply": {"in_reply_to_id": story.post},
        "a mention": {},
        "elsewhere": {"in_reply_to_id": foreign["id"]},
        "a quote": {"quoted_status_id": story.post},
    }[where]
    kind = "quote" if where == "a quote" else "mention"
    story.server.hears(kind, story.server.post(form, "dana", "2"))
    story.polls()
    assert story.kept() == story.kept(Event.MENTION) == []
    assert story.store.interactions.mark(story.profile.id) == "1", "and not asked for again"


def test_a_quote_of_ours_is_a_mention_below_its_card(story: Story) -> None:
    form = {"status": "Well said", "quoted_status_id": story.post}
    quote = story.server.post(form, "dana", "2")
    story.server.hears("quote", quote)
    story.polls()
    (mention,) = story.kept(Event.MENTION)
    assert (mention.update_id, mention.service_id) == (story.update.id, quote["id"])
    assert mention.text == "Well said", "without the address that stands for the quote"
    assert story.told() == ["Well said"]


@pytest.mark.parametrize(
    ("quote", "is_below"),
    [
        ({"state": "accepted", "quoted_status_id": "OURS"}, True),
        ({"state": "pending", "quoted_status": None}, False),
        ({"state": "revoked", "quoted_status_id": None}, False),
        (None, False),
    ],
)
def test_a_quote_whose_post_is_not_told_is_told_by_itself(
    story: Story, quote: Json | None, is_below: bool
) -> None:
    status = story.server.post({"status": "Well said"}, "dana", "2")
    if quote and quote.get("quoted_status_id"):
        quote = {**quote, "quoted_status_id": story.post}
    status["quote"] = quote
    story.server.hears("quote", status)
    story.polls()
    (mention,) = story.kept(Event.MENTION)
    assert bool(mention.update_id) is is_below


# -- what the account posts by itself


def test_natives_are_the_accounts_own_posts_and_nothing_else(desk: Desk) -> None:
    first = desk.server.post({"status": "one"})
    desk.clock.passes(MINUTE)
    desk.server.post({"status": "its second part", "in_reply_to_id": first["id"]})
    for visibility in ("unlisted", "private", "direct"):
        desk.server.post({"status": visibility, "visibility": visibility})
    desk.server.post({"status": "somebody else's"}, "dana", "2")
    boost = desk.server.find(desk.server.post({"status": ""})["id"])
    assert boost
    boost["reblog"] = desk.server.post({"status": "boosted"}, "dana", "2")
    desk.clock.passes(MINUTE)
    desk.server.post({"status": "two\nlines"})
    natives = desk.network.natives(desk.profile, MONDAY)
    assert [each.text for each in natives] == ["one", "unlisted", "two\nlines"]
    assert natives[0].service_id == first["id"]
    assert natives[0].link == first["url"]
    assert natives[0].created_at == MONDAY


def test_a_boost_a_server_lists_all_the_same_is_no_native(desk: Desk) -> None:
    desk.server.lists = (
        '[{"id": "2", "created_at": "2026-03-02T08:00:00Z", "visibility": "public",'
        ' "content": "", "reblog": {"id": "1"}}, {"id": "1", "created_at": "2026-03-01T08:00:00Z"}]'
    )
    assert desk.network.natives(desk.profile, MONDAY) == []


def test_natives_are_in_order_and_once_where_pinned_ones_stand_first(desk: Desk) -> None:
    desk.server.pins_first = True
    old = desk.server.find(desk.server.post({"status": "old"})["id"])
    desk.clock.passes(HOUR)
    new = [desk.server.find(desk.server.post({"status": text})["id"]) for text in "abc"]
    for status in (old, new[1]):
        assert status
        status["pinned"] = True
    desk.clock.passes(HOUR)
    desk.server.post({"status": "d"})
    natives = desk.network.natives(desk.profile, MONDAY + MINUTE)
    assert [each.text for each in natives] == ["a", "b", "c", "d"]


# -- answering


def a_reply(desk: Desk, service_id: str) -> Reply:
    return Reply(
        id=desk.key(),
        team_id=ADA.team_id,
        update_id="u1",
        text="Thanks",
        user_id=ADA.user_id,
        state=ReplyState.SENT,
        created_at=MONDAY,
        service_id=service_id,
    )


@pytest.mark.parametrize("own", ["public", "unlisted", "private"])
@pytest.mark.parametrize("theirs", ["public", "unlisted", "private", "direct"])
def test_an_answer_is_no_more_public_than_what_it_answers_nor_than_the_account(
    desk: Desk, theirs: str, own: str
) -> None:
    desk.server.privacy = own
    form = {"status": "Psst", "visibility": theirs}
    comment = desk.server.post(form, "dana", "2")
    to = an_interaction(desk, comment["id"])
    desk.network.reply(desk.profile, None, to, "Thanks", desk.key())
    order = ["public", "unlisted", "private", "direct"]
    said = desk.server.statuses[-1]
    assert said["visibility"] == max(own, theirs, key=order.index)
    assert (said["text"], said["in_reply_to_id"]) == ("@dana Thanks", comment["id"])


def test_an_answer_to_our_own_post_is_no_more_public_than_that(desk: Desk) -> None:
    post = desk.publishes("Hello", options={"visibility": "private"}).service_id
    out = desk.update(state=State.SENT, service_update_id=post)
    desk.network.reply(desk.profile, out, None, "And this", desk.key())
    assert desk.server.statuses[-1]["visibility"] == "private"


def test_what_is_gone_is_not_answered(desk: Desk) -> None:
    """snac would post it all the same, to everybody."""
    with pytest.raises(Refused, match="not there any more"):
        desk.network.reply(desk.profile, None, an_interaction(desk, "117"), "Thanks", desk.key())
    assert desk.server.statuses == []


@pytest.mark.parametrize("fault", ["500 after", "reset before", "half after"])
def test_trouble_before_an_answer_leaves_no_doubt_about_it(desk: Desk, fault: str) -> None:
    comment = desk.server.post({"status": "Nice"}, "dana", "2")
    desk.server.next(fault, f"/api/v1/statuses/{comment['id']}", method="GET")
    with pytest.raises(NetworkDown):
        desk.network.reply(
            desk.profile, None, an_interaction(desk, comment["id"]), "Thanks", desk.key()
        )
    assert len(desk.server.statuses) == 1


@pytest.mark.parametrize(
    ("username", "text", "said"),
    [
        ("bo", "Thanks", "@bo Thanks"),
        ("bo", "Thanks @bo", "Thanks @bo"),
        ("bo", "@Bo, thanks", "@Bo, thanks"),
        ("bo", "I met @bob", "@bo I met @bob"),
        ("bo", "I met @bo@other.example", "@bo I met @bo@other.example"),
        ("bo", "see https://x.example/@bo", "@bo see https://x.example/@bo"),
        ("bo", "mail me@bo", "@bo mail me@bo"),
        ("bo", "@bo-ra", "@bo @bo-ra"),
        ("bo", "That was @bo.", "That was @bo."),
        ("bo@x.example", "@bo thanks", "@bo@x.example @bo thanks"),
        ("bo@x.example", "@bo@x.example.org", "@bo@x.example @bo@x.example.org"),
        ("bo@x.example", "(@BO@x.example)", "(@BO@x.example)"),
        ("", "Thanks", "Thanks"),
    ],
)
def test_an_answer_names_whom_it_answers(desk: Desk, username: str, text: str, said: str) -> None:
    comment = desk.server.post({"status": "Nice"}, "dana", "2")
    to = an_interaction(desk, comment["id"], username)
    desk.network.reply(desk.profile, None, to, text, desk.key())
    assert desk.server.statuses[-1]["text"] == said


def test_a_mention_elsewhere_is_answered_there_and_the_answer_found_again(desk: Desk) -> None:
    mention = desk.server.post({"status": "@ada hello"}, "dana", "2")
    to = an_interaction(desk, mention["id"], update_id="", event=Event.MENTION)
    key = desk.key()
    assert desk.network.find_reply(desk.profile, None, to, "Hi", key) is None
    desk.server.next("reset after")
    with pytest.raises(Unclear):
        desk.network.reply(desk.profile, None, to, "Hi", key)
    found = desk.network.find_reply(desk.profile, None, to, "Hi", key)
    assert found and desk.server.statuses[-1]["in_reply_to_id"] == mention["id"]
    assert found.service_id == desk.server.statuses[-1]["id"]


@pytest.mark.parametrize("warning", ["cats", ""])
def test_an_edit_changes_the_words_and_nothing_else(desk: Desk, warning: str) -> None:
    comment = desk.server.post({"status": "Nice", "visibility": "private"}, "dana", "2")
    to = an_interaction(desk, comment["id"])
    receipt = desk.network.reply(desk.profile, None, to, "Thnks", desk.key())
    said = desk.server.find(receipt.service_id)
    assert said
    desk.server.media["7"] = {"id": "7", "type": "image"}
    said |= {"sensitive": True, "spoiler_text": warning, "language": "de"}
    said["media_attachments"] = [desk.server.media["7"]]
    before = dict(said)
    for _ in range(2):
        desk.network.edit_reply(desk.profile, a_reply(desk, receipt.service_id), to, "Thanks")
    changed = {name for name in said if said[name] != before[name]}
    assert changed == {"text", "content", "edited_at"}
    assert said["text"] == "@dana Thanks"
    assert said["visibility"] == "private"


def test_an_edit_of_what_is_gone_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="not there any more"):
        desk.network.edit_reply(desk.profile, a_reply(desk, "117"), None, "Thanks")


def test_a_deletion_is_one_however_often(desk: Desk) -> None:
    comment = desk.server.post({"status": "Nice"}, "dana", "2")
    receipt = desk.network.reply(
        desk.profile, None, an_interaction(desk, comment["id"]), "Thanks", desk.key()
    )
    for _ in range(2):
        desk.network.delete_reply(desk.profile, a_reply(desk, receipt.service_id))
    assert [each["id"] for each in desk.server.statuses] == [comment["id"]]
    desk.server.next("403", f"/api/v1/statuses/{comment['id']}", method="DELETE")
    with pytest.raises(Refused):
        desk.network.delete_reply(desk.profile, a_reply(desk, comment["id"]))


def test_what_we_answer_is_not_told_back_to_us(story: Story) -> None:
    story.hears("Nice")
    story.polls()
    (comment,) = story.kept()
    story.desk.network.reply(story.profile, story.update, comment, "Thanks", story.desk.key())
    story.passes().polls()
    assert story.told() == ["Nice"]
    assert story.statistics()["comments"] == 1
