"""The lists, the window to edit, the profiles and Home, in the local Slack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from buffer.model import Draft, Profile, State
from office import Office, labels, office, words
from playground import ADA, BO, CY, SOCIAL


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        yield made


@pytest.fixture
def profile(desk: Office) -> Profile:
    return desk.profile()


def fill(desk: Office, profile: Profile, many: int) -> None:
    for number in range(many):
        desk.queue.add(Draft(text=f"Post {number}", profile_ids=(profile.id,)))


def menu(desk: Office, text: str, verb: str, **where: Any) -> None:
    """Choose from the menu beside an update."""
    update = next(u for u in desk.pending(desk.queue.profiles()[0]) if u.text == text)
    value = f"{verb}:{update.id}"
    shown = desk.slack.home(ADA) if "view_id" in where else desk.slack.last(SOCIAL, ADA)
    assert shown
    block_id = next(b["block_id"] for b in shown["blocks"] if update.id in b["block_id"])
    where = where or {"channel": SOCIAL}
    desk.slack.press(
        as_=ADA, action_id="update_menu", block_id=block_id, value=value, **where
    ).answers()
    desk.settles()


# -- the list


def test_the_list_goes_page_by_page(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 25)
    first = desk.types("queue")
    assert "25 waiting" in first["text"] and "Post 0" in words(first)
    assert labels(first) == ["Next (page 2 of 3)"]
    second = desk.presses("Next (page 2 of 3)")
    assert second["ts"] == first["ts"], "the list itself turns its page"
    assert "Post 10" in words(second)
    third = desk.presses("Next (page 3 of 3)")
    assert "Post 24" in words(third) and labels(third) == ["Previous"]


def test_a_menu_acts_and_the_list_is_drawn_anew(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 3)
    desk.types("queue")
    menu(desk, "Post 2", "top")
    assert [u.text for u in desk.pending(profile)] == ["Post 2", "Post 0", "Post 1"]
    shown = words(desk.sees())
    assert shown.index("Post 2") < shown.index("Post 0")


def test_share_now_from_the_list_can_be_undone(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 2)
    desk.clock.passes(timedelta(minutes=1))
    desk.types("queue")
    menu(desk, "Post 1", "share_now")
    assert "goes out at <!date^" in words(desk.sees())
    assert desk.queue.pending(profile.id).items[0].share_at
    menu(desk, "Post 1", "unshare")
    assert not any(u.share_at for u in desk.pending(profile))


def test_delete_asks_first(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 2)
    desk.types("queue")
    menu(desk, "Post 0", "delete")
    assert desk.modal()["title"]["text"] == "Delete this post?"
    assert len(desk.pending(profile)) == 2
    desk.submits()
    assert [u.text for u in desk.pending(profile)] == ["Post 1"]
    assert "Post 0" not in words(desk.sees())


def test_another_profile_is_chosen_in_the_list(desk: Office, profile: Profile) -> None:
    other = desk.profile("Other", service="mastodon")
    desk.types("queue local")
    answer = desk.chooses("list_profile", other.id, channel=SOCIAL)
    assert "Next on @Other" in answer["text"]
    assert "Nothing is waiting" in words(answer)


def test_what_went_out_is_listed(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 1)
    assert "Nothing has gone out yet." in words(desk.types("sent"))


# -- the window to edit


def test_text_and_time_are_edited(desk: Office, profile: Profile) -> None:
    desk.types("Hello")
    before = desk.presses("Edit")
    desk.submits({"text": "Hello, world", "when": "tomorrow 9am"})
    (update,) = desk.pending(profile)
    assert (update.text, update.state) == ("Hello, world", State.SCHEDULED)
    after = desk.sees()
    assert "Scheduled." in after["text"] and "Hello, world" in words(after)
    assert after["ts"] == before["ts"]


def test_the_time_alone_is_changed(desk: Office, profile: Profile) -> None:
    desk.types("Hello")
    desk.presses("Change time")
    desk.submits({})
    assert "Which time?" in desk.modal()["errors"]["when"]
    desk.submits({"when": "today at 7am"})
    assert list(desk.modal()["errors"]) == ["when"]
    desk.submits({"when": "friday 5pm"})
    (update,) = desk.pending(profile)
    assert update.text == "Hello" and update.state is State.SCHEDULED


def test_a_stale_window_says_why(desk: Office, profile: Profile) -> None:
    desk.types("Hello")
    desk.presses("Edit")
    desk.queue.destroy(desk.pending(profile)[0].id)
    desk.submits({"text": "Too late"})
    assert desk.modal()["errors"]
    assert desk.pending(profile) == []


def test_an_empty_text_is_told_in_its_field(desk: Office, profile: Profile) -> None:
    desk.types("Hello")
    desk.presses("Edit")
    desk.submits({"text": "  "})
    assert list(desk.modal()["errors"]) == ["text"]


# -- profiles


def test_pause_and_resume_by_name(desk: Office, profile: Profile) -> None:
    assert "is paused" in words(desk.types("pause local network"))
    assert desk.queue.profile(profile.id).paused
    assert "goes on" in words(desk.types("resume"))
    assert not desk.queue.profile(profile.id).paused


def test_which_one_to_pause_is_asked(desk: Office, profile: Profile) -> None:
    other = desk.profile("Other", service="mastodon")
    answer = desk.types("pause")
    assert "*Profiles*" in words(answer)
    desk.slack.press(as_=ADA, label="Pause", block_id=answer["blocks"][-1]["block_id"]).answers()
    desk.settles()
    assert (desk.queue.profile(profile.id).paused, desk.queue.profile(other.id).paused) == (
        False,
        True,
    )
    assert "Resume" in labels(desk.sees())


def test_an_admin_sends_the_news_to_a_channel(desk: Office, profile: Profile) -> None:
    assert "Send news to this channel" in labels(desk.types("profiles"))
    desk.presses("Send news to this channel")
    assert desk.store.feeds.channels(profile.id) == [SOCIAL]
    answer = desk.presses("Stop news here")
    assert desk.store.feeds.channels(profile.id) == []
    assert "Send news to this channel" in labels(answer)


def test_nobody_else_does(desk: Office, profile: Profile) -> None:
    assert labels(desk.types("profiles", as_=BO)) == ["Pause"]


def test_help_is_short_and_to_copy(desk: Office) -> None:
    lines = words(desk.types("help")).splitlines()
    assert "`/buffer queue`" in "\n".join(lines)


# -- Home


def opens_home(desk: Office, who: str = ADA) -> dict[str, Any]:
    desk.slack.open_home(as_=who).answers()
    desk.settles()
    home = desk.slack.home(who)
    assert home
    return home


def test_an_empty_home_teaches_one_command(desk: Office, profile: Profile) -> None:
    assert "`/buffer Hello, world!`" in words(opens_home(desk))


def test_home_follows_what_its_person_does(desk: Office, profile: Profile) -> None:
    opens_home(desk)
    desk.types("Hello")
    desk.settles()
    home = desk.slack.home(ADA)
    assert "Hello" in words(home)
    menu(desk, "Hello", "delete", view_id=home["id"] if home else "")
    desk.submits()
    assert "`/buffer Hello, world!`" in words(desk.slack.home(ADA))


def test_home_pages_through_a_long_queue(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 45)
    home = opens_home(desk)
    assert "All 45" in labels(home)
    at = {"view_id": home["id"]}
    desk.presses("All 45", **at)
    desk.presses("Next (page 2 of 3)", **at)
    home = desk.slack.home(ADA) or {}
    assert "Post 20" in words(home) and "Post 19" not in words(home).split("\n")
    desk.types("Again")
    assert labels(desk.slack.home(ADA) or {})[0] == "Overview", "it stays on its page"
    desk.presses("Overview", **at)
    assert "All 46" in labels(desk.slack.home(ADA) or {})


def test_pause_from_home(desk: Office, profile: Profile) -> None:
    home = opens_home(desk)
    desk.presses("Pause", view_id=home["id"])
    assert desk.queue.profile(profile.id).paused
    assert "Resume" in labels(desk.slack.home(ADA) or {})


def test_problems_come_first(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 1)
    held = desk.pending(profile)[0]
    fail(desk, held.id, State.FAILED)
    home = opens_home(desk)
    assert home["blocks"][0]["text"]["text"] == "Needs you"
    desk.presses("Back to the queue", view_id=home["id"])
    assert desk.pending(profile)[0].id == held.id
    assert "Needs you" not in words(desk.slack.home(ADA))


def test_an_unclear_one_is_settled_by_who_looked(desk: Office, profile: Profile) -> None:
    fill(desk, profile, 1)
    held = desk.pending(profile)[0]
    fail(desk, held.id, State.UNCONFIRMED)
    home = opens_home(desk)
    desk.presses("It is out", view_id=home["id"])
    assert desk.queue.update(held.id).state is State.SENT


def test_a_guests_press_on_home_is_refused_in_a_window(desk: Office, profile: Profile) -> None:
    home = opens_home(desk, CY)
    desk.presses("Pause", as_=CY, view_id=home["id"])
    assert not desk.queue.profile(profile.id).paused
    assert "full member" in words(desk.modal(CY))


def fail(desk: Office, update_id: str, state: State) -> None:
    """As the sender does when a network refuses or falls silent."""
    update = desk.queue.update(update_id)
    attempt = desk.store.attempts.claim(update, key="k", owner="test", now=desk.clock())
    assert attempt
    desk.store.attempts.to_wire(attempt, now=desk.clock())
    finish = desk.store.attempts
    ends = finish.finish_failed if state is State.FAILED else finish.finish_unconfirmed
    assert ends(attempt, "Text is too long.", now=desk.clock())
