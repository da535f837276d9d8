"""The whole product on a real Bluesky network, killed (-9) all along: whatever anybody does is there once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluesky.house import House, Message, said
from playground import ADA, SOCIAL
from real_bluesky import Human, Json, Network, eventually

pytestmark = pytest.mark.network

TEXT, GONE = "Our release is out!", "This post is no longer on Bluesky."
PUT, THREAD, NOTIFICATIONS = (
    "com.atproto.repo.putRecord",
    "app.bsky.feed.getPostThread",
    "app.bsky.notification.listNotifications",
)


@pytest.fixture
def bo(bluesky: Network) -> Human:
    return bluesky.joins(f"bo{secrets.token_hex(3)}")


@pytest.fixture
def house(bluesky: Network, tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, bluesky, bluesky.joins(f"ada{secrets.token_hex(3)}"))
    try:
        made.opens()
        yield made
    finally:
        made.closes()


def post_of(human: Human, text: str) -> Json:
    """The one post of theirs that says so."""
    (found,) = [each for each in human.posts() if each["text"] == text]
    return found


def test_what_people_do_and_what_we_answer_is_there_once(house: House, bo: Human) -> None:
    ada = house.ada
    with house.killed_at(PUT, answered=True):
        house.posts(TEXT)
    house.starts()
    card = house.sees("Reply in this thread")
    house.dies_and_starts()
    post = post_of(ada, TEXT)

    # Somebody else does all there is to do; the product is killed before, while and after it hears.
    first = bo.says("How do I install it?", to=post)
    second = bo.says("Found it.", to=first, root=post)
    bo.says(f"@{ada.handle} nice", to=post)
    like = bo.likes(post)
    bo.reposts(post)
    bo.quotes("Look at this", post)
    mention = bo.says(f"Ask @{ada.handle}")
    house.dies()
    with house.killed_at(NOTIFICATIONS):
        house.starts()
    with house.killed_at(THREAD, answered=True):
        house.starts()
    house.starts()
    house.sees("commented on Bluesky")
    house.dies_and_starts()
    told = ("How do I install it?", "Found it.", f"@{ada.handle} nice", "Look at this")
    for words in told:
        house.sees(words)
    asked = house.sees(f"Ask @{ada.handle}")
    eventually(lambda: "3 comments · 1 like · 1 reshare · 1 mention" in now(house, card))

    # Ada answers below the card, and below the mention.
    house.says("Thank you all", below=card)
    house.dies_and_starts()
    house.sees("Post as")
    with house.killed_at(PUT):
        house.presses_post()
    with house.killed_at(PUT, answered=True):
        house.starts()
    house.starts()
    eventually(lambda: is_marked(house, "Thank you all"))
    house.says("With pleasure", below=asked)
    eventually(lambda: "With pleasure" in question(house))
    house.presses_post()
    house.dies_and_starts()
    eventually(lambda: is_marked(house, "With pleasure"))
    house.dies_and_starts()
    thanks, pleasure = post_of(ada, "Thank you all"), post_of(ada, "With pleasure")
    assert thanks["reply"]["parent"]["uri"] == post["uri"]
    assert pleasure["reply"]["parent"]["uri"] == mention["uri"]

    # What is said below our answers comes back to where they were written; what is taken back goes.
    bo.says("Any time", to=thanks, root=post)
    bo.says("Great", to=pleasure, root=mention)
    bo.deletes(second)
    bo.deletes(like)
    house.dies_and_starts()
    house.sees("Any time")
    house.dies_and_starts()
    house.sees("Great")
    house.sees("commented on Bluesky and deleted it")
    eventually(lambda: "3 comments · 1 reshare · 1 mention" in now(house, card))
    house.asks_again()

    name = bo.handle.removesuffix(".test")
    assert [each["ts"] for each in house.stands_alone()] == [card["ts"], asked["ts"]]
    below = sorted(house.below(card))
    assert len(below) == 5, below
    for words in ("How do I install it?", f"@{ada.handle} nice", "Look at this", "Any time"):
        assert len([each for each in below if words in each]) == 1, below
    assert len([each for each in below if "deleted it" in each and name in each]) == 1, below
    (great,) = house.below(asked)
    assert "Great" in great
    assert sorted(each["text"] for each in ada.posts()) == [TEXT, "Thank you all", "With pleasure"]
    assert house.slack.problems == []


def test_what_the_account_posts_itself_has_one_card_while_it_is_there(
    house: House, bo: Human
) -> None:
    ada = house.ada
    house.posts(TEXT)
    house.sees("Reply in this thread")
    by_hand = ada.says("Written by hand")
    ada.says("That is no news", to=by_hand)
    house.dies_and_starts()
    card = house.sees("Written by hand")
    bo.says("By which hand?", to=by_hand)
    house.dies_and_starts()
    house.sees("By which hand?")
    house.dies_and_starts()
    eventually(lambda: "1 comment" in now(house, card))
    house.asks_again()
    cards = [each["text"] for each in house.stands_alone()]
    assert len(cards) == 2 and TEXT in cards[0] and "Written by hand" in cards[1]
    assert len(house.below(card)) == 1
    assert GONE not in now(house, card)
    ada.deletes(by_hand)
    house.dies_and_starts()
    eventually(lambda: GONE in now(house, card))


def now(house: House, message: Message) -> str:
    """How a message reads by now."""
    return said(next(each for each in house.slack.messages(SOCIAL) if each["ts"] == message["ts"]))


def question(house: House) -> str:
    """The newest thing that only Ada sees."""
    whispered = [each for each in house.slack.messages(SOCIAL, ADA) if each.get("ephemeral")]
    return said(whispered[-1]) if whispered else ""


def is_marked(house: House, words: str) -> bool:
    """Whether Ada's message has the sign that it is out."""
    mine = [each for each in house.slack.messages(SOCIAL) if each.get("user") == ADA]
    return any(words in each["text"] and "white_check_mark" in said(each) for each in mine)
