"""What people do is heard once, told where the card is, and not more often asked for than it pays."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from buffer import telling
from buffer.channels import Wishes
from buffer.errors import Busy, LoginExpired, NetworkDown, SlowDown
from buffer.model import (
    Event,
    Found,
    Native,
    Notice,
    NoticeKind,
    Person,
    Reply,
    ReplyState,
    Seen,
    State,
    Update,
)
from buffer.poller import Poller, pace
from buffer.ports import Heard
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
SOCIAL, PRESS = "C0SOCIAL", "C0PRESS"


class Story:
    """A post that is out, with cards in two channels, and a poller."""

    def __init__(self, store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> None:
        self.store, self.network, self.clock = store, network, clock
        self.profile = a_profile()
        store.profiles.insert(self.profile)
        self.update = self.sent("p1")
        for channel in (SOCIAL, PRESS):
            store.outbox.put(self.card(channel))
        self.starts()

    def starts(self) -> None:
        self.poller = Poller(self.store, "local", self.network)

    def sent(self, post: str, **changes: Any) -> Update:
        plain: dict[str, Any] = {
            "id": f"update-{post}",
            "post_id": post,
            "team_id": ADA.team_id,
            "profile_id": self.profile.id,
            "service": "local",
            "text": "hello",
            "state": State.SENT,
            "created_at": MONDAY,
            "updated_at": MONDAY,
            "sent_at": MONDAY,
            "service_update_id": post,
        }
        update = Update(**(plain | changes))
        self.store.updates.append([update])
        return update

    def card(self, channel: str) -> Notice:
        return Notice(
            id=f"card-{channel}",
            team_id=ADA.team_id,
            kind=NoticeKind.CARD,
            subject=self.update.id,
            target=channel,
            created_at=MONDAY,
        )

    def hears(self, service_id: str, event: Event = Event.COMMENT, **changes: Any) -> Found:
        plain: dict[str, Any] = {
            "post": "p1",
            "service_id": service_id,
            "event": event,
            "user": Person(username="dana"),
            "created_at": self.clock.now,
            "text": "Nice",
        }
        found = Found(**(plain | changes))
        self.network.reports_back(found)
        return found

    def polls(self) -> Story:
        while self.poller.tick(self.clock.now):
            pass
        return self

    def asks_and_hangs(self) -> threading.Thread:
        """One more account is being asked, and its server does not answer until it `wakes`."""
        self.network.hangs()
        asked = len(self.network.calls)
        asking = threading.Thread(target=self.poller.tick, args=(self.clock.now,))
        asking.start()
        while len(self.network.calls) == asked:
            time.sleep(0.01)
        return asking

    def passes(self, span: timedelta) -> Story:
        self.clock.passes(span)
        return self

    def said(self) -> Story:
        """All of it was posted in Slack."""
        self.store.database.execute("UPDATE outbox SET state = 'posted', ts = id")
        return self

    def told(self) -> list[tuple[str, str]]:
        """What was written to the outbox beside the cards: (kind, target), in order."""
        rows = self.store.database.all(
            "SELECT kind, target FROM outbox WHERE kind <> 'card' ORDER BY rowid"
        )
        return [(kind, target) for kind, target in rows]

    def statistics(self) -> dict[str, int]:
        found = self.store.updates.get(ADA.team_id, self.update.id)
        assert found
        return dict(found.statistics)


@pytest.fixture
def story(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> Story:
    return Story(store, network, clock)


def test_a_comment_is_told_in_every_channel_with_a_card(story: Story) -> None:
    story.hears("c1")
    story.polls()
    assert story.told() == [
        ("comment", SOCIAL),
        ("card_changed", SOCIAL),
        ("comment", PRESS),
        ("card_changed", PRESS),
    ]
    assert story.statistics() == {"comments": 1}
    assert story.store.interactions.statistics(story.update.id) == {"comment": 1}


def test_likes_and_reshares_change_the_card_and_say_nothing(story: Story) -> None:
    for number, event in enumerate((Event.LIKE, Event.LIKE, Event.RESHARE)):
        story.hears(f"{number}", event)
    story.polls()
    assert story.told() == [("card_changed", SOCIAL), ("card_changed", PRESS)]
    assert story.statistics() == {"likes": 2, "reshares": 1}


def test_what_is_heard_again_is_told_once(story: Story) -> None:
    story.hears("c1")
    story.polls().passes(MINUTE).polls()
    story.starts()
    story.passes(MINUTE).polls()
    assert [kind for kind, _ in story.told()].count("comment") == 2
    assert story.statistics() == {"comments": 1}


def test_posts_made_elsewhere_are_none_of_ours(story: Story) -> None:
    story.hears("c1", post="somebody else's")
    story.polls()
    assert story.told() == []


def test_our_own_comment_is_known_by_its_author(story: Story) -> None:
    us = Person(username="us", service_id=story.profile.service_id)
    story.hears("c1", user=us)
    story.polls()
    page = story.store.interactions.of_update(
        story.update.id, event=None, offset=0, count=20, since=None, before=None
    )
    assert [each.ours for each in page.items] == [True]
    assert (story.told(), story.statistics()) == ([], {})


def test_our_own_comment_is_known_by_its_reply(story: Story) -> None:
    reply = Reply(
        id="r1",
        team_id=ADA.team_id,
        update_id=story.update.id,
        text="Thank you",
        user_id=ADA.user_id,
        state=ReplyState.SENT,
        created_at=MONDAY,
        service_id="c1",
    )
    story.store.replies.insert(reply)
    story.hears("c1")
    story.polls()
    assert story.told() == []


def test_the_first_sync_is_silent_but_for_the_last_hour(story: Story) -> None:
    story.hears("old", created_at=MONDAY - HOUR - SECOND)
    story.hears("new", created_at=MONDAY - HOUR)
    story.polls()
    assert [kind for kind, _ in story.told()].count("comment") == 2
    assert story.statistics() == {"comments": 2}


def test_what_is_older_than_the_first_sync_tells_is_counted_on_the_cards(story: Story) -> None:
    story.hears("old", created_at=MONDAY - HOUR - SECOND)
    story.hears("liked", Event.LIKE, created_at=MONDAY - HOUR - SECOND, text="")
    story.polls()
    assert story.told() == [("card_changed", SOCIAL), ("card_changed", PRESS)]


def test_after_the_first_sync_what_comes_late_is_told(story: Story) -> None:
    story.polls().passes(MINUTE)
    story.hears("late", created_at=MONDAY - 5 * MINUTE)
    story.polls()
    assert ("comment", SOCIAL) in story.told()


def test_hearing_nothing_new_writes_nothing(story: Story) -> None:
    story.hears("c1")
    story.hears("foreign", post="somebody else's")
    story.polls()
    before = story.store.database.one("SELECT total_changes()")
    story.passes(MINUTE).polls()
    assert story.network.calls == ["interactions"] * 2
    assert story.store.database.one("SELECT total_changes()") == before


def test_a_fresh_post_is_asked_about_every_quarter_of_a_minute(story: Story) -> None:
    for _ in range(60):
        story.polls().passes(SECOND)
    assert len(story.network.calls) == 4
    assert story.poller.wait(story.clock.now) <= 5


def test_a_new_post_wakes_an_account_that_was_asked_rarely(story: Story) -> None:
    story.passes(10 * DAY).polls()
    story.sent("p2", sent_at=story.clock.now)
    story.passes(15 * SECOND).polls()
    assert len(story.network.calls) == 2


def test_an_idle_account_is_asked_once_an_hour_whether_it_is_mentioned(story: Story) -> None:
    story.passes(31 * DAY).polls()
    for _ in range(4 * 60):
        story.passes(MINUTE).polls()
    assert len(story.network.calls) == 5
    assert set(story.network.looked_at) == {()}, "nobody is asked about long forgotten posts"


def test_where_nobody_can_be_mentioned_an_idle_account_costs_nothing(story: Story) -> None:
    story.network.events = frozenset({Event.COMMENT})
    story.passes(31 * DAY).polls()
    assert story.network.calls == []


def test_a_nudge_asks_at_once(story: Story) -> None:
    story.polls()
    story.hears("c1")
    story.poller.nudge("p1")
    story.polls()
    assert ("comment", SOCIAL) in story.told()


def test_a_nudge_looks_at_the_post_that_changed(story: Story) -> None:
    for number in range(2, 6):
        story.sent(f"p{number}", sent_at=MONDAY - number * MINUTE)
    for _ in range(5):
        story.polls().passes(15 * SECOND)
    story.polls()
    story.network.looked_at.clear()
    story.poller.nudge("p4")
    story.polls()
    assert story.network.looked_at == [("p4",)]
    story.passes(15 * SECOND).polls()
    assert "p4" not in story.network.looked_at[-1], "once"


@pytest.mark.parametrize("begins_with_a_nudge", [False, True])
def test_a_nudge_while_it_is_asked_about_is_not_lost(
    story: Story, begins_with_a_nudge: bool
) -> None:
    story.polls().passes(15 * SECOND)
    if begins_with_a_nudge:
        story.poller.nudge("p1")
    asking = story.asks_and_hangs()
    story.poller.nudge("p1")
    story.network.wakes()
    asking.join()
    assert story.poller.tick(story.clock.now), "it is asked again at once"
    assert not story.poller.tick(story.clock.now)


def test_an_account_whose_server_hangs_keeps_no_other_waiting(story: Story) -> None:
    story.polls().passes(15 * SECOND)
    asking = story.asks_and_hangs()
    other = a_profile(service_id="2")
    story.store.profiles.insert(other)
    story.sent("q1", profile_id=other.id)
    story.passes(5 * SECOND)
    second = story.asks_and_hangs()
    assert story.network.looked_at == [("p1",)], "both are under way"
    story.network.wakes()
    asking.join()
    second.join()
    assert sorted(story.network.looked_at[1:]) == [("p1",), ("q1",)]


@pytest.mark.parametrize("when", range(4))
def test_a_database_that_cannot_be_written_loses_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch, when: int
) -> None:
    """A full disk, or a lock held too long, before the first write of a poll or a later one."""
    story.hears("c1")
    begins, left = story.store.database.transaction, [when]

    def full() -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Busy
        return begins()

    monkeypatch.setattr(story.store.database, "transaction", full)
    with suppress(Busy):
        story.polls()
    assert left[0] < 0, "it was full"
    monkeypatch.undo()
    story.passes(MINUTE).polls()
    assert [kind for kind, _ in story.told()].count("comment") == 2
    assert story.statistics() == {"comments": 1}


def test_a_nudge_about_a_network_that_fails_is_kept(story: Story) -> None:
    story.polls()
    story.poller.nudge("p1")
    story.network.raises(NetworkDown("It is away."))
    story.polls()
    story.network.looked_at.clear()
    story.polls()
    assert not story.network.looked_at, "not before its time"
    story.passes(15 * SECOND).polls()
    assert story.network.looked_at == [("p1",)]


def test_a_clock_set_back_stops_no_polling(story: Story) -> None:
    story.polls().passes(-DAY).polls()
    assert len(story.network.calls) == 2


def test_a_network_that_wants_peace_gets_it(story: Story) -> None:
    story.network.raises(SlowDown("Too many.", until=MONDAY + 10 * MINUTE))
    story.polls().passes(9 * MINUTE).polls()
    assert len(story.network.calls) == 1
    story.passes(MINUTE).polls()
    assert len(story.network.calls) == 2


def others(story: Story, *names: str) -> None:
    """Accounts of the same network with a post of this moment each."""
    for name in names:
        profile = a_profile(id=name, service_id=name)
        story.store.profiles.insert(profile)
        story.sent(f"{name}'s", profile_id=name, sent_at=story.clock.now)


def asked(story: Story) -> list[str]:
    """Who was, in order."""
    return [profile.id for profile in story.network.asked_for]


def test_a_budget_of_all_keeps_all_waiting_and_then_goes_on_in_turn(story: Story) -> None:
    others(story, "a", "b", "c")
    story.polls()
    first = asked(story)
    assert sorted(first) == sorted([story.profile.id, "a", "b", "c"])
    story.passes(15 * SECOND)
    until = story.clock.now + 40 * SECOND
    for _ in first:
        story.network.raises(SlowDown("Too many.", until=until, shared="the server"))
    story.polls().passes(39 * SECOND).polls()
    assert len(asked(story)) == 8, "each learns once that it shares"
    story.passes(SECOND)
    assert story.poller.wait(story.clock.now) == 0
    for number in range(1, 5):
        assert story.poller.tick(story.clock.now)
        assert asked(story)[-number:] == first[:number]
    story.passes(15 * SECOND)
    story.network.raises(
        SlowDown("Too many.", until=story.clock.now + 9 * SECOND, shared="the server")
    )
    story.polls()
    assert len(asked(story)) == 13, "one is refused, the others are not even tried"
    assert story.poller.wait(story.clock.now) <= 9
    story.passes(9 * SECOND).polls()
    assert asked(story)[-4:] == first, "nobody lost their place"


def test_an_account_with_a_budget_of_its_own_keeps_nobody_waiting(story: Story) -> None:
    others(story, "a")
    story.network.raises(SlowDown("Too many.", until=MONDAY + HOUR))
    story.polls().passes(15 * SECOND).polls()
    first, second = asked(story)[:2]
    assert asked(story) == [first, second, second]


def test_an_account_that_joins_is_asked_and_one_that_leaves_is_not(story: Story) -> None:
    story.polls()
    others(story, "a")
    story.passes(5 * SECOND).polls()
    assert asked(story)[-1] == "a"
    profile = story.store.profiles.get(ADA.team_id, "a")
    assert profile
    story.store.profiles.save(replace(profile, disconnected=True))
    before = asked(story).count("a")
    for _ in range(60):
        story.passes(5 * SECOND).polls()
    assert asked(story).count("a") == before


def test_where_all_are_late_fewer_posts_are_looked_at(story: Story) -> None:
    story.sent("p2", sent_at=MONDAY)
    story.sent("old", sent_at=MONDAY - 2 * DAY)
    story.polls().passes(15 * SECOND).polls().passes(2 * MINUTE).polls()
    assert [len(posts) for posts in story.network.looked_at] == [2, 2, 1]


def test_a_network_that_wants_peace_for_years_is_asked_in_an_hour(story: Story) -> None:
    story.network.raises(SlowDown("Too many.", until=MONDAY + 9999 * DAY))
    story.polls().passes(HOUR).polls()
    assert len(story.network.calls) == 2


def test_a_network_that_is_down_is_asked_again(story: Story) -> None:
    story.network.raises(NetworkDown("No route."))
    story.hears("c1")
    story.polls().passes(15 * SECOND).polls()
    assert ("comment", SOCIAL) in story.told()


def test_a_post_that_cannot_be_looked_at_keeps_nothing_from_being_heard(story: Story) -> None:
    story.sent("p2")
    asks = story.network.interactions

    def breaks(*given: Any, posts: Sequence[str] = (), **more: Any) -> Heard:
        if "p1" in posts:
            raise NetworkDown("This thread is too large.")
        return asks(*given, posts=posts, **more)

    story.network.interactions = breaks  # type: ignore[method-assign]
    story.hears("c1")
    story.network.shows["p2"] = Seen(counts={"likes": 7})
    for _ in range(4):
        story.passes(15 * SECOND).polls()
    assert ("comment", SOCIAL) in story.told()
    for _ in range(40):
        story.passes(10 * MINUTE).polls()
    second = story.store.updates.get(ADA.team_id, "update-p2")
    assert second
    assert second.statistics == {"likes": 7}


def test_a_lost_login_is_remembered(story: Story) -> None:
    story.network.raises(LoginExpired("Gone."))
    story.polls()
    profile = story.store.profiles.get(ADA.team_id, story.profile.id)
    assert profile and profile.disconnected


@pytest.mark.parametrize(
    ("age", "empty", "expected"),
    [
        (timedelta(), 0, 15 * SECOND),
        (HOUR, 50, 15 * SECOND),
        (2 * HOUR, 0, 2 * MINUTE),
        (2 * HOUR, 2, 8 * MINUTE),
        (2 * HOUR, 50, 16 * MINUTE),
        (3 * DAY, 0, 10 * MINUTE),
        (3 * DAY, 50, HOUR),
        (20 * DAY, 1, HOUR),
    ],
)
def test_polling_follows_age_and_backs_off(age: timedelta, empty: int, expected: timedelta) -> None:
    assert pace(age, empty) == expected


def test_a_comment_within_the_hour_is_heard_within_half_a_minute(story: Story) -> None:
    story.polls()
    heard: list[datetime] = []
    for second in range(240):
        if second == 100:
            story.hears("c1")
        story.polls().passes(SECOND)
        if story.told() and not heard:
            heard.append(story.clock.now)
    assert heard[0] <= MONDAY + 130 * SECOND


def test_what_is_said_in_the_last_seconds_of_an_hour_is_heard_as_soon(story: Story) -> None:
    story.passes(HOUR - 5 * SECOND).polls().passes(2 * SECOND)
    story.hears("c1")
    story.passes(13 * SECOND).polls()
    assert ("comment", SOCIAL) in story.told()
    assert story.network.looked_at[-1] == ("p1",)
    story.passes(15 * SECOND).polls()
    assert len(story.network.calls) == 2


# -- threads, and where to go on from


def test_what_answers_a_comment_belongs_to_the_same_post(story: Story) -> None:
    story.hears("c1")
    story.polls()
    story.hears("c2", post="c1")
    story.passes(MINUTE).polls()
    found = story.store.interactions.of_update(
        story.update.id, event=None, offset=0, count=9, since=None, before=None
    )
    assert [each.service_id for each in found.items] == ["c2", "c1"]


def test_posts_of_the_last_hour_are_looked_at_in_turn_and_older_ones_less(story: Story) -> None:
    for number in range(2, 4):
        story.sent(f"p{number}", sent_at=MONDAY + number * SECOND)
    story.sent("today", sent_at=MONDAY - 3 * HOUR)
    story.sent("old", sent_at=MONDAY - 2 * DAY)
    for _ in range(100):
        story.passes(15 * SECOND).polls()
    looked = Counter(post for posts in story.network.looked_at for post in posts)
    assert max(len(posts) for posts in story.network.looked_at) == 2
    assert min(looked["p1"], looked["p2"], looked["p3"]) >= 45
    assert looked["today"] == 3, "every ten minutes"
    assert looked["old"] == 1, "every two hours"


def test_after_a_start_nothing_waits_for_all_the_old_posts(story: Story) -> None:
    for number in range(20):
        story.sent(f"old{number}", sent_at=MONDAY - 2 * DAY)
    for _ in range(4):
        story.passes(15 * SECOND).polls()
    assert all(posts[0] == "p1" for posts in story.network.looked_at)


# -- how posts stand, and what is not there any more


def test_what_the_network_counts_takes_the_place_of_our_own_counting(story: Story) -> None:
    story.hears("l1", Event.LIKE)
    story.network.shows["p1"] = Seen(counts={"likes": 7, "reshares": 2})
    story.polls()
    assert story.statistics() == {"likes": 7, "reshares": 2}
    story.network.shows["p1"] = Seen(counts={"likes": 6, "reshares": 2})
    story.said().passes(MINUTE).polls()
    assert story.statistics() == {"likes": 6, "reshares": 2}, "a like can be taken back"
    assert story.told()[-2:] == [("card_changed", SOCIAL), ("card_changed", PRESS)]


def test_an_edited_comment_changes_where_it_was_told(story: Story) -> None:
    story.hears("c1")
    story.polls().said()
    story.network.reports.clear()
    story.hears("c1", text="Nicer")
    story.passes(MINUTE).polls()
    assert story.told()[4:6] == [("comment_changed", SOCIAL), ("comment_changed", PRESS)]
    found = story.store.interactions.known(story.profile.id, "c1")
    assert found and found.text == "Nicer" and found.edited_at == story.clock.now
    before = len(story.told())
    story.said().passes(MINUTE).polls()
    assert len(story.told()) == before


def test_a_comment_that_is_gone_is_shown_as_deleted_and_counts_no_more(story: Story) -> None:
    story.hears("c1")
    story.polls().said()
    story.network.reports.clear()
    story.network.gone.add("c1")
    story.network.shows["p1"] = Seen(answers=frozenset())
    story.passes(MINUTE).polls()
    assert story.told()[4:6] == [("comment_changed", SOCIAL), ("comment_changed", PRESS)]
    assert story.statistics() == {"comments": 0}
    story.said()
    story.network.gone.clear()
    story.network.shows.clear()
    story.hears("c1")
    story.passes(MINUTE).polls()
    assert story.statistics() == {"comments": 1}, "it is back"


def test_a_comment_that_only_its_thread_does_not_show_stays(story: Story) -> None:
    story.hears("c1")
    story.network.shows["p1"] = Seen(answers=frozenset())
    for _ in range(10):
        story.passes(MINUTE).polls()
    assert story.statistics() == {"comments": 1}
    assert story.network.calls.count("is_gone") == 1, "and is not asked about all the time"


def test_what_is_hidden_for_good_keeps_no_deletion_from_being_seen(story: Story) -> None:
    for number in range(7):
        story.hears(f"c{number}")
    story.polls().passes(2 * DAY)
    story.network.reports.clear()
    story.network.shows["p1"] = Seen(answers=frozenset())
    story.network.gone.add("c6")
    for _ in range(48):
        story.passes(HOUR).polls()
    assert story.statistics() == {"comments": 6}


def test_a_post_that_is_gone_is_shown_so_on_its_card(story: Story) -> None:
    story.polls().said()
    story.network.shows["p1"] = None
    story.passes(MINUTE).polls()
    found = story.store.updates.get(ADA.team_id, story.update.id)
    assert found and found.removed_at == story.clock.now
    assert story.told() == [("card_changed", SOCIAL), ("card_changed", PRESS)]


def test_a_post_edited_there_is_shown_as_it_stands(story: Story) -> None:
    story.network.shows["p1"] = Seen(text="hello there")
    story.polls()
    found = story.store.updates.get(ADA.team_id, story.update.id)
    assert found and found.text == "hello there"


# -- mentions elsewhere


def follows(story: Story, *channels: str) -> None:
    for channel in channels:
        story.store.feeds.follow(ADA.team_id, channel, story.profile.id)


def test_a_mention_elsewhere_is_told_in_every_channel_that_hears_of_the_account(
    story: Story,
) -> None:
    follows(story, SOCIAL)
    story.hears("m1", Event.COMMENT, post="a stranger's", elsewhere=True)
    story.polls()
    assert story.told() == [("comment", SOCIAL)]
    mention = story.store.interactions.known(story.profile.id, "m1")
    assert mention and mention.event is Event.MENTION and not mention.update_id


def test_what_answers_a_mention_elsewhere_joins_its_thread(story: Story) -> None:
    follows(story, SOCIAL)
    story.hears("m1", Event.MENTION, post="", elsewhere=True)
    story.polls()
    story.hears("m2", Event.COMMENT, post="m1", elsewhere=True)
    story.hears("m3", Event.COMMENT, post="m2")
    story.passes(HOUR).polls()
    first = story.store.interactions.known(story.profile.id, "m1")
    last = story.store.interactions.known(story.profile.id, "m3")
    assert first and last and last.mention_id == first.id
    assert story.told() == [("comment", SOCIAL)] * 3


def test_what_answers_a_mention_is_told_where_mentions_are(story: Story) -> None:
    follows(story, SOCIAL, PRESS)
    settles(story, SOCIAL, hears=frozenset({"mentions"}))
    settles(story, PRESS, hears=frozenset({"comments"}))
    story.hears("m1", Event.MENTION, post="", elsewhere=True)
    story.hears("m2", Event.COMMENT, post="m1")
    story.polls()
    assert story.told() == [("comment", SOCIAL)] * 2


def test_what_answers_a_mention_told_among_many_or_not_at_all_is_told(story: Story) -> None:
    follows(story, SOCIAL)
    for number in range(5):
        story.hears(f"m{number}", Event.MENTION, post="", elsewhere=True)
    long_ago = MONDAY - 2 * HOUR
    story.hears("old", Event.MENTION, post="", elsewhere=True, created_at=long_ago)
    story.polls()
    assert story.told() == [("digest", SOCIAL)]
    story.hears("a1", Event.COMMENT, post="m1")
    story.hears("a2", Event.COMMENT, post="old")
    story.passes(HOUR).polls()
    assert story.told() == [("digest", SOCIAL), ("comment", SOCIAL), ("comment", SOCIAL)]


def test_a_mention_that_is_deleted_is_shown_so(story: Story) -> None:
    follows(story, SOCIAL)
    story.hears("m1", Event.MENTION, post="", elsewhere=True)
    story.polls().said()
    story.network.reports.clear()
    for _ in range(20):
        story.passes(15 * SECOND).polls()
    assert 1 <= story.network.calls.count("is_gone") <= 3, "not at every poll"
    story.network.gone.add("m1")
    for _ in range(20):
        story.passes(15 * SECOND).polls()
    assert story.told() == [("comment", SOCIAL), ("comment_changed", SOCIAL)]
    calls = story.network.calls.count("is_gone")
    story.passes(HOUR).polls()
    assert story.network.calls.count("is_gone") == calls


def test_a_newer_mention_keeps_no_deletion_of_an_older_from_being_seen(story: Story) -> None:
    follows(story, SOCIAL)
    story.passes(2 * DAY)
    story.hears("m1", Event.MENTION, post="", elsewhere=True)
    story.passes(MINUTE).hears("m2", Event.MENTION, post="", elsewhere=True)
    story.polls().said()
    story.network.reports.clear()
    story.network.gone.add("m1")
    for _ in range(6):
        story.passes(HOUR).polls()
    assert ("comment_changed", SOCIAL) in story.told()


def test_a_comment_under_our_post_that_names_us_is_a_comment(story: Story) -> None:
    story.hears("c1", Event.COMMENT, elsewhere=True)
    story.polls()
    assert story.statistics() == {"comments": 1}


# -- posts made there


def wants_natives(story: Story) -> None:
    follows(story, SOCIAL, PRESS)
    settles(story, SOCIAL, hears=frozenset({"posts", "comments"}))


def makes(story: Story, service_id: str, **changes: Any) -> None:
    plain: dict[str, Any] = {"text": "by hand", "created_at": story.clock.now}
    story.network.made_there.append(Native(service_id=service_id, **(plain | changes)))


def cards(story: Story) -> list[str]:
    rows = story.store.database.all("SELECT target FROM outbox WHERE kind = 'card' ORDER BY rowid")
    return [target for (target,) in rows]


def test_a_post_made_there_gets_a_card_where_a_channel_wants_that(story: Story) -> None:
    wants_natives(story)
    makes(story, "n1")
    makes(story, "older", created_at=MONDAY - 2 * HOUR)
    makes(story, "p1")
    for _ in range(20):
        story.polls().passes(MINUTE)
    assert cards(story) == [SOCIAL, PRESS, SOCIAL]
    page = story.store.updates.sent(story.profile, offset=0, count=9, since=None)
    assert [each.id for each in page.items] == [story.update.id], "it was never in the queue"
    assert page.total == 1
    story.hears("c1", post="n1")
    story.passes(MINUTE).polls()
    assert ("comment", SOCIAL) in story.told()


def test_nobody_asks_for_posts_made_there_that_nobody_wants(story: Story) -> None:
    follows(story, SOCIAL)
    for _ in range(20):
        story.polls().passes(MINUTE)
    assert "natives" not in story.network.calls


@pytest.mark.parametrize("state", [State.SENDING, State.UNCONFIRMED])
def test_what_may_be_ours_is_not_taken_for_a_post_made_there(story: Story, state: State) -> None:
    wants_natives(story)
    story.polls().passes(3 * MINUTE)
    ours = story.sent("n1", state=state, sent_at=None, service_update_id="", updated_at=MONDAY)
    makes(story, "n1")
    story.polls()
    assert cards(story) == [SOCIAL, PRESS]
    settled = replace(ours, state=State.SENT, sent_at=MONDAY, service_update_id="n1")
    story.store.updates.save(settled, expected=[state])
    makes(story, "n2")
    story.passes(3 * MINUTE).polls()
    assert cards(story) == [SOCIAL, PRESS, SOCIAL], "n2, and nothing else"


def test_a_mark_is_kept_behind_what_was_heard(story: Story) -> None:
    story.network.mark = "n1"
    story.hears("c1")
    story.polls()
    assert story.store.interactions.mark(story.profile.id) == "n1"
    story.starts()
    story.passes(MINUTE).polls()
    assert story.network.marks[-1] == "n1"


# -- as channels wish


def settles(story: Story, channel: str, **wishes: Any) -> None:
    story.store.feeds.settle(ADA.team_id, channel, Wishes(**wishes).as_json())


def test_many_at_once_are_one_message(story: Story) -> None:
    settles(story, PRESS, digest=False)
    for number in range(5):
        story.hears(f"c{number}")
    story.polls()
    told = story.told()
    social = [kind for kind, target in told if target == SOCIAL]
    press = [kind for kind, target in told if target == PRESS]
    assert social == ["digest", "card_changed"]
    assert press == ["comment"] * 5 + ["card_changed"]


def test_a_burst_is_one_message_a_channel(story: Story) -> None:
    for number in range(200):
        story.hears(f"c{number}")
    story.polls()
    told = [kind for kind, target in story.told() if target == SOCIAL]
    assert told == ["digest", "card_changed"]


def test_a_channel_hears_what_it_wishes(story: Story) -> None:
    settles(story, SOCIAL, hears=frozenset({"mentions"}))
    story.hears("c1")
    story.hears("l1", Event.LIKE)
    story.hears("m1", Event.MENTION)
    story.polls()
    told = [kind for kind, target in story.told() if target == SOCIAL]
    assert told == ["comment", "card_changed"]


def test_quiet_hours_hold_comments_and_no_problem(story: Story) -> None:
    settles(story, SOCIAL, quiet_from="07:00", quiet_to="09:00")
    for card in story.store.outbox.waiting(MONDAY, limit=9):
        story.store.outbox.give_up(card, reason="said long ago", now=MONDAY)
    story.store.database.execute("UPDATE outbox SET state = 'posted'")
    story.hears("c1")
    story.polls()
    telling.problem(story.store, story.update, MONDAY, admins=["U0ADMIN"])
    said = story.store.outbox.waiting(MONDAY, limit=9)
    assert {(each.kind, each.target) for each in said} == {
        (NoticeKind.COMMENT, PRESS),
        (NoticeKind.PROBLEM, "U0ADMIN"),
    }
    story.store.outbox.wake(MONDAY + HOUR)
    awake = story.store.outbox.waiting(MONDAY + HOUR, limit=9)
    assert (NoticeKind.COMMENT, SOCIAL) in {(each.kind, each.target) for each in awake}
