"""A series goes out part by part and resumes in the middle; a restored update is looked for before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from buffer.backends.embedded import EmbeddedQueues
from buffer.errors import Busy, NetworkDown, Refused, SlowDown, Unclear
from buffer.model import Attached, Edit, Limits, Media, Receipt, State, Update
from buffer.ports import Certainty
from cast import ADA, MONDAY
from fakes import FakeClock, FakeNetwork
from sender_story import NINE, Story
from storage import SqliteStore

SERIES = "one\n---\ntwo\n---\nthree"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def told(store: SqliteStore, clock: FakeClock, certainty: Certainty) -> Story:
    network = FakeNetwork(certainty, limits=Limits(characters=500, threads=True))
    return Story(store, network, clock)


@pytest.fixture(params=[Certainty.KEYED, Certainty.LOOKUPABLE, Certainty.BLIND])
def story(request: pytest.FixtureRequest, store: SqliteStore, clock: FakeClock) -> Iterator[Story]:
    story = told(store, clock, request.param)
    yield story
    story.dies()


def settles(story: Story) -> None:
    """Ticks through ten minutes."""
    for _ in range(40):
        story.sends().passes(timedelta(seconds=15))
    story.sends()


def test_each_part_answers_the_one_before(story: Story) -> None:
    update = story.queues(SERIES)
    story.at(NINE).sends()
    assert story.out() == ["one", "two", "three"]
    assert story.network.threads == [[], ["p1"], ["p1", "p2"]]
    sent = story.now(update)
    assert (sent.state, sent.service_update_id) == (State.SENT, "p1")
    assert story.store.interactions.update_for(story.profile.id, "p3") == sent


@pytest.mark.parametrize("after", [0, 1, 2])
def test_one_that_stops_in_the_middle_goes_on_from_there(story: Story, after: int) -> None:
    update = story.queues(SERIES)
    story.network.fails_after(after, NetworkDown("away"))
    story.at(NINE).sends()
    assert story.out() == ["one", "two", "three"][:after]
    settles(story)
    assert story.out() == ["one", "two", "three"]
    assert story.state(update) is State.SENT
    assert story.network.threads[-1] == ["p1", "p2"]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_lost_answer_in_the_middle_is_looked_up(story: Story, after: int) -> None:
    update = story.queues(SERIES)
    story.network.loses_the_answer(after)
    story.at(NINE)
    settles(story)
    if story.network.certainty is Certainty.BLIND:
        assert story.state(update) is State.UNCONFIRMED
        assert story.out() == ["one", "two", "three"][: after + 1]
        return
    assert story.out() == ["one", "two", "three"]
    assert story.state(update) is State.SENT


def test_a_refused_part_says_what_is_out_and_where_it_goes_on(story: Story) -> None:
    update = story.queues(SERIES)
    story.network.fails_after(2, Refused("Too rude."))
    story.at(NINE).sends()
    failed = story.now(update)
    assert failed.state is State.FAILED
    assert failed.error.startswith("Part 3 of 3 was refused; the 2 parts before it are out")
    assert "Too rude." in failed.error
    mended = replace(failed, state=State.QUEUED, text=SERIES.replace("three", "3"), share_at=NINE)
    story.store.updates.save(mended, expected=[State.FAILED])
    story.store.profiles.refresh(story.profile.id)
    story.sends()
    assert story.out() == ["one", "two", "3"]


def test_a_crash_in_the_middle_resumes(story: Story) -> None:
    update = story.queues(SERIES)

    def crash(*_: object) -> None:
        raise SystemExit

    story.network.fails_after(1, SystemExit())
    story.at(NINE)
    with pytest.raises(SystemExit):
        story.sends()
    story.dies()
    story.starts()
    settles(story)
    if story.network.certainty is Certainty.BLIND:
        assert story.state(update) is State.UNCONFIRMED
    else:
        assert story.out() == ["one", "two", "three"]
        assert story.state(update) is State.SENT


def test_a_database_that_is_locked_is_no_failure(story: Story) -> None:
    update = story.queues()
    story.network.raises(Busy("locked"))
    story.at(NINE).sends()
    assert story.state(update) is State.QUEUED
    settles(story)
    assert story.state(update) is State.SENT


# -- pictures


def test_nothing_goes_out_before_its_pictures_are_here_and_nothing_overtakes(story: Story) -> None:
    waits = story.queues(
        "waits", media=Media(files=(Attached(source="slack:F1"),)), scheduled_at=NINE
    )
    story.queues("behind", scheduled_at=NINE + MINUTE)
    story.at(NINE + MINUTE)
    for _ in range(10):
        story.sends().passes(timedelta(seconds=1))
    assert story.out() == []
    here = replace(story.now(waits), media=Media(files=(Attached(source="slack:F1", id="f"),)))
    story.store.updates.save(here, expected=[State.SCHEDULED])
    story.passes(timedelta(seconds=2)).sends()
    assert story.out() == ["waits", "behind"]


# -- after a backup was restored


def restored(story: Story, text: str = "hello") -> Update:
    return story.queues(text, look_since=MONDAY - timedelta(days=1), scheduled_at=NINE)


def test_one_that_went_out_since_the_backup_is_not_sent_again(story: Story) -> None:
    update = restored(story)
    story.network.has_already(update)
    story.at(NINE)
    settles(story)
    assert story.out() == ["hello"]
    blind = story.network.certainty is Certainty.BLIND
    assert story.state(update) is (State.UNCONFIRMED if blind else State.SENT)


def test_one_that_did_not_is_sent(story: Story) -> None:
    update = restored(story)
    story.at(NINE)
    settles(story)
    if story.network.certainty is Certainty.BLIND:
        assert (story.state(update), story.out()) == (State.UNCONFIRMED, [])
        queue = EmbeddedQueues(story.store, {"local": story.network}, story.clock)(ADA)
        queue.share(update.id)
        settles(story)
    assert story.out() == ["hello"]
    assert story.state(update) is State.SENT


def test_of_a_restored_series_only_the_rest_is_sent(story: Story) -> None:
    update = restored(story, SERIES)
    story.network.has_already(replace(update, text="one"))
    story.at(NINE)
    settles(story)
    if story.network.certainty is not Certainty.BLIND:
        assert story.out() == ["one", "two", "three"]
        assert story.state(update) is State.SENT


def test_where_nobody_can_look_a_person_is_asked_at_once(story: Story) -> None:
    update = restored(story)
    story.network.cannot_be_searched = True
    story.at(NINE)
    settles(story)
    assert (story.state(update), story.out()) == (State.UNCONFIRMED, [])


def test_a_locked_database_during_a_look_is_no_news_of_the_post(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not be taken for the network's word that nothing is out."""
    story.queues(SERIES)
    story.network.loses_the_answer(0)
    locked = [True, True]
    out = story.store.parts.out

    def sometimes(update_id: str, texts: list[str]) -> list[Receipt]:
        if story.network.posts and locked:
            locked.pop()
            raise Busy("locked")
        return out(update_id, texts)

    monkeypatch.setattr(story.store.parts, "out", sometimes)
    story.at(NINE)
    settles(story)
    expected = ["one"] if story.network.certainty is Certainty.BLIND else ["one", "two", "three"]
    assert story.out() == expected


# -- what a review found


def test_a_network_nobody_can_look_at_is_asked_again_only_while_it_surely_remembers(
    store: SqliteStore, clock: FakeClock
) -> None:
    story = told(store, clock, Certainty.KEYED)
    story.network.cannot_be_searched = True
    update = story.queues("hello")
    for _ in range(400):
        story.network.raises(Unclear("500"))
    story.at(NINE)
    for _ in range(400):
        story.sends().passes(timedelta(seconds=30))
    assert story.state(update) is State.UNCONFIRMED
    keys = story.store.database.all("SELECT DISTINCT key FROM attempts")
    assert len(keys) == 1, "never under another key: it may be out"
    story.dies()


def test_it_is_not_repeated_after_a_long_downtime(store: SqliteStore, clock: FakeClock) -> None:
    story = told(store, clock, Certainty.KEYED)
    story.network.cannot_be_searched = True
    update = story.queues("hello")
    story.network.loses_the_answer()
    story.at(NINE).sends()
    story.dies()
    published = story.network.calls.count("publish")
    story.passes(timedelta(minutes=90)).starts()
    settles(story)
    assert story.network.calls.count("publish") == published
    assert story.state(update) is State.UNCONFIRMED
    story.dies()


def test_a_death_while_looking_back_is_followed_by_another_look(
    store: SqliteStore, clock: FakeClock
) -> None:
    story = told(store, clock, Certainty.KEYED)
    update = restored(story)
    story.network.has_already(update)
    story.network.dies_while_looking = True
    story.at(NINE)
    with pytest.raises(SystemExit):
        story.sends()
    story.dies()
    story.starts()
    settles(story)
    assert story.out() == ["hello"] and story.state(update) is State.SENT
    story.dies()


def test_a_last_part_that_is_found_late_is_the_end(store: SqliteStore, clock: FakeClock) -> None:
    story = told(store, clock, Certainty.LOOKUPABLE)
    update = story.queues(SERIES, scheduled_at=NINE)
    story.network.loses_the_answer(2)
    story.at(NINE).sends()
    story.dies()
    story.passes(timedelta(minutes=30)).starts()
    settles(story)
    assert story.state(update) is State.SENT
    assert story.out() == ["one", "two", "three"]
    story.dies()


def test_a_time_that_has_passed_is_no_reason_to_ask_at_once(story: Story) -> None:
    update = story.queues("hello", scheduled_at=NINE)
    for _ in range(100):
        story.network.raises(SlowDown("Too many.", NINE - HOUR))
    story.at(NINE)
    for _ in range(10):
        story.sends().passes(timedelta(seconds=1))
    assert story.network.calls.count("publish") <= 3
    assert story.state(update) is State.SCHEDULED


def test_parts_that_are_out_cannot_be_changed(story: Story) -> None:
    update = story.queues(SERIES)
    story.network.fails_after(2, Refused("Too rude."))
    story.at(NINE).sends()
    queue = EmbeddedQueues(story.store, {"local": story.network}, story.clock)(ADA)
    with pytest.raises(Refused, match="The first 2 parts are out already"):
        queue.edit(update.id, edit=Edit(text=SERIES.replace("one", "One"), to_queue=True))
    queue.edit(update.id, edit=Edit(text=SERIES.replace("three", "3")))
    queue.share(update.id)
    settles(story)
    assert story.out() == ["one", "two", "3"]
