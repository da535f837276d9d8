"""Typing a post, in the local Slack: what is queued, what is asked, what is refused, and what the buttons do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from buffer.errors import NetworkDown
from buffer.model import State
from office import Office, labels, office, words
from playground import ADA, BO, CY, GENERAL, SOCIAL


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        yield made


def test_a_typed_post_is_queued_and_says_when(desk: Office) -> None:
    profile = desk.profile()
    answer = desk.types("Our *release* is out :tada: <https://x.y|x.y>")
    (update,) = desk.pending(profile)
    assert update.text == "Our release is out 🎉 https://x.y"
    assert answer["ephemeral"]
    assert "Added to the queue." in answer["text"]
    assert "Mon 02 Mar 2026, 10:00 (Europe/Berlin)" in words(answer)
    assert labels(answer) == ["Undo", "Top", "Share now", "Edit", "Change time"]


def test_a_time_beside_the_text_is_kept(desk: Office) -> None:
    profile = desk.profile()
    answer = desk.types("tomorrow 9am: Hello")
    (update,) = desk.pending(profile)
    assert update.state is State.SCHEDULED
    assert update.scheduled_at and update.scheduled_at.isoformat() == "2026-03-03T08:00:00+00:00"
    assert labels(answer) == ["Undo", "Share now", "Edit", "Change time", "Back to the queue"]


@pytest.mark.parametrize(
    ("button", "text", "state"),
    [
        ("Schedule for Tue 03 Mar, 09:00", "Our release is out!", State.SCHEDULED),
        ("Queue the whole text", "Our release is out! tomorrow at 9am", State.QUEUED),
    ],
)
def test_perhaps_a_time_is_asked_about(desk: Office, button: str, text: str, state: State) -> None:
    profile = desk.profile()
    answer = desk.types("Our release is out! tomorrow at 9am")
    assert desk.pending(profile) == []
    assert labels(answer) == ["Schedule for Tue 03 Mar, 09:00", "Queue the whole text", "Edit"]
    desk.presses(button)
    (update,) = desk.pending(profile)
    assert (update.text, update.state) == (text, state)


def test_a_question_answered_too_late_is_refused_not_sent_late(desk: Office) -> None:
    profile = desk.profile()
    desk.types("Our release is out! today at 10am")
    desk.clock.passes(timedelta(hours=2))
    answer = desk.presses(labels(desk.sees())[0])
    assert desk.pending(profile) == []
    assert "Our release is out!" in words(answer)


def test_a_few_words_like_a_verb_are_asked_about(desk: Office) -> None:
    profile = desk.profile()
    answer = desk.types("hlep me")
    assert "`/buffer help`" in words(answer)
    assert desk.pending(profile) == []
    desk.presses("Queue it anyway")
    assert [update.text for update in desk.pending(profile)] == ["hlep me"]


def test_a_second_press_on_a_question_adds_nothing(desk: Office) -> None:
    profile = desk.profile()
    message = desk.types("hlep me")
    desk.slack.faults.copies["interaction"] = 3
    desk.presses("Queue it anyway", channel=SOCIAL, ts=message["ts"])
    assert len(desk.pending(profile)) == 1


# -- which profile


def test_several_profiles_are_asked_for_once(desk: Office) -> None:
    first, second = desk.profile("One"), desk.profile("Two")
    desk.types("Hello")
    message = desk.sees()
    assert "Where should this go?" in words(message)
    option = message["blocks"][-1]["elements"][0]["options"][1]["value"]
    desk.chooses("draft_profiles", option)
    assert (len(desk.pending(first)), len(desk.pending(second))) == (0, 1)
    desk.types("Hello again")
    assert len(desk.pending(second)) == 2, "the last choice holds"


def test_all_of_them_can_be_chosen(desk: Office) -> None:
    first, second = desk.profile("One"), desk.profile("Two")
    message = desk.types("Hello")
    option = message["blocks"][-1]["elements"][0]["options"][-1]["value"]
    answer = desk.chooses("draft_profiles", option)
    assert (len(desk.pending(first)), len(desk.pending(second))) == (1, 1)
    assert "One" in words(answer) and "Two" in words(answer)


def test_a_channels_profiles_come_before_the_last_choice(desk: Office) -> None:
    first, second = desk.profile("One"), desk.profile("Two")
    with desk.store.transaction():
        desk.store.feeds.follow(first.team_id, SOCIAL, first.id)
    desk.types("Hello --to Two")
    desk.types("Here")
    desk.types("There", channel=GENERAL)
    assert [u.text for u in desk.pending(first)] == ["Here"]
    assert [u.text for u in desk.pending(second)] == ["Hello", "There"]


def test_profiles_are_named_with_to(desk: Office) -> None:
    first, second = desk.profile("One"), desk.profile("Two", service="mastodon")
    desk.types("Hello --to one, mastodon")
    assert (len(desk.pending(first)), len(desk.pending(second))) == (1, 1)


# -- buttons of the answer


def test_undo_gives_the_words_back(desk: Office) -> None:
    profile = desk.profile()
    desk.types("Hello")
    answer = desk.presses("Undo")
    assert desk.pending(profile) == []
    assert "Undone" in words(answer) and "Hello" in words(answer)
    desk.presses("Write it again")
    assert "Hello" in words(desk.modal())
    desk.submits()
    assert [update.text for update in desk.pending(profile)] == ["Hello"]


def test_top_moves_it_before_the_others(desk: Office) -> None:
    profile = desk.profile()
    desk.types("First")
    desk.types("Second")
    desk.presses("Top")
    assert [update.text for update in desk.pending(profile)] == ["Second", "First"]


def test_share_now_holds_for_ten_seconds_and_can_be_undone(desk: Office) -> None:
    profile = desk.profile()
    desk.types("Hello")
    desk.clock.passes(timedelta(minutes=1))
    answer = desk.presses("Share now")
    assert "Going out, unless it is undone" in answer["text"]
    assert labels(answer) == ["Undo"]
    answer = desk.presses("Undo")
    (update,) = desk.pending(profile)
    assert update.share_at is None
    assert "In the queue." in answer["text"]


def test_undo_of_now_means_not_at_all(desk: Office) -> None:
    profile = desk.profile()
    answer = desk.types("Hello --now")
    assert "Going out, unless it is undone" in answer["text"]
    assert desk.pending(profile)[0].share_at
    desk.presses("Undo")
    assert desk.pending(profile) == []


def test_back_to_the_queue(desk: Office) -> None:
    profile = desk.profile()
    desk.types("tomorrow 9am: Hello")
    answer = desk.presses("Back to the queue")
    assert desk.pending(profile)[0].state is State.QUEUED
    assert "In the queue." in answer["text"]


def test_a_button_of_a_deleted_post_says_so(desk: Office) -> None:
    profile = desk.profile()
    message = desk.types("Hello")
    desk.queue.destroy(desk.pending(profile)[0].id)
    answer = desk.presses("Share now", channel=SOCIAL, ts=message["ts"])
    assert answer["ts"] != message["ts"] and answer["ephemeral"]
    assert "Something went wrong" not in words(answer)


# -- what cannot be done


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("tomorrow 9am", "What should be posted?"),
        ("Hello --at yesterday 9am", "yesterday"),
        ("Hello --at today at 7am", ""),
        ("Hello --tpo", "no flag"),
        ("Hello --top --now", "contradict"),
        ("Hello --at tomorrow 9am --now", "contradict"),
        ("Hello --to nobody", "There is no profile “nobody”"),
        ("Hello --to lokal", "Did you mean “local”?"),
        ("x" * 600, "500 characters"),
        ("long " * 8000, "500 characters"),
    ],
)
def test_refused_words_come_back(desk: Office, typed: str, says: str) -> None:
    profile = desk.profile()
    answer = desk.types(typed)
    assert says in words(answer)
    assert "Something went wrong" not in words(answer)
    assert typed.split()[0] in words(answer)
    assert "Edit" in labels(answer)
    assert desk.pending(profile) == []


def test_the_same_text_twice_is_asked_about(desk: Office) -> None:
    profile = desk.profile()
    desk.types("Hello")
    answer = desk.types("Hello")
    assert labels(answer) == ["Add anyway", "Edit"]
    desk.presses("Add anyway")
    assert len(desk.pending(profile)) == 2


def test_a_full_queue() -> None:
    with office(limit=1) as desk:
        profile = desk.profile()
        desk.types("One")
        answer = desk.types("Two")
        assert "Two" in words(answer) and "Edit" in labels(answer)
        assert len(desk.pending(profile)) == 1


def test_a_paused_profile_keeps_it_and_says_so(desk: Office) -> None:
    profile = desk.profile(paused=True)
    answer = desk.types("Hello")
    assert "*paused*" in words(answer)
    assert len(desk.pending(profile)) == 1
    answer = desk.types("At once --now")
    assert "At once" in words(answer)
    assert len(desk.pending(profile)) == 1


def test_a_profile_without_posting_times(desk: Office) -> None:
    desk.profile(schedules=())
    assert "until the profile has posting times" in words(desk.types("Hello"))


def test_no_profile_at_all(desk: Office) -> None:
    answer = desk.types("Hello")
    assert "No profile is connected yet" in words(answer) and "Hello" in words(answer)
    for verb in ("queue", "sent", "profiles", "pause"):
        assert "No profile is connected yet" in words(desk.types(verb))


def test_a_guest_reads_and_does_not_add(desk: Office) -> None:
    profile = desk.profile()
    answer = desk.types("Hello", as_=CY)
    assert "full member" in words(answer) and "Hello" in words(answer)
    assert desk.pending(profile) == []
    assert "Next on" in words(desk.types("queue", as_=CY))
    desk.types("Hello")
    menu = desk.slack.last(SOCIAL, ADA)
    assert menu
    assert "full member" in words(desk.types("pause", as_=CY))
    assert not desk.queue.profile(profile.id).paused


def test_slack_does_not_tell_the_zone(desk: Office) -> None:
    desk.profile(timezone="Asia/Tokyo")
    desk.slack.faults.down("users.info")
    answer = desk.types("tomorrow 9am: Hello")
    assert "times are read in Asia/Tokyo" in words(answer)
    assert "Tue 03 Mar 2026, 09:00 (Asia/Tokyo)" in answer["text"]


def test_two_deliveries_of_one_command_add_once(desk: Office) -> None:
    profile = desk.profile()
    desk.slack.faults.copies["command"] = 2
    desk.types("Hello")
    assert len(desk.pending(profile)) == 1


def test_bo_reads_the_time_in_his_own_zone(desk: Office) -> None:
    profile = desk.profile()
    answer = desk.types("tomorrow 9am: Hello", as_=BO)
    assert "(America/New_York)" in answer["text"]
    assert desk.pending(profile)[0].user_id == BO


def test_the_network_is_never_asked(desk: Office) -> None:
    desk.profile()
    desk.network.raises(NetworkDown("It is down."))
    desk.types("Hello")
    assert desk.network.calls == []
