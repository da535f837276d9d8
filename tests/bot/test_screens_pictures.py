"""Pictures, threads and what few posts need: in the composer of the local Slack, up to the queue."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from slack_sdk import WebClient

from bot import form
from bot.files import fetcher
from bot.guard import FieldErrors
from buffer.errors import NetworkDown, Refused
from buffer.model import Attached, Update
from buffer.web import Web
from office import TOKEN, Office, labels, office, words
from playground import ADA, SOCIAL


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        made.profile()
        yield made


def png() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 3)).save(written, "PNG")
    return written.getvalue()


def uploads(desk: Office, name: str = "cat.png", **changes: Any) -> dict[str, Any]:
    given = {"body": png(), "mimetype": "image/png", **changes}
    return desk.slack.upload(as_=ADA, name=name, **given)


def the_update(desk: Office) -> Update:
    (profile,) = desk.queue.profiles()
    (update,) = desk.pending(profile)
    return update


# -- pictures


def test_a_picture_from_the_window_goes_with_the_post_and_its_words(desk: Office) -> None:
    file = uploads(desk)
    desk.types("")
    desk.submits({"text": "Look", "files": [file["id"]], "alt": "A cat"})
    assert the_update(desk).media.files == (
        Attached(source=f"slack:{file['id']}", name="cat.png", alt_text="A cat"),
    )


def test_each_picture_has_its_line_and_the_one_with_an_address_is_first(desk: Office) -> None:
    files = [uploads(desk, f"{n}.png")["id"] for n in range(2)]
    desk.types("")
    values = {
        "text": "Look",
        "picture": "https://example.org/dog.png",
        "files": files,
        "alt": "A dog\nA cat\n",
    }
    desk.submits(values)
    media = the_update(desk).media
    assert (media.picture, media.alt_text) == ("https://example.org/dog.png", "A dog")
    assert [file.alt_text for file in media.files] == ["A cat", ""]


def test_a_message_brings_its_pictures_and_what_slack_knows_of_them(desk: Office) -> None:
    cat, dog = uploads(desk, alt_text="A cat"), uploads(desk, "dog.png")
    said = desk.slack.say(as_=ADA, channel=SOCIAL, text="Pets", files=[cat["id"], dog["id"]])
    desk.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=said.ts).answers()
    assert "cat.png" in words(desk.modal()) and "dog.png" in words(desk.modal())
    desk.submits({"taken": [cat["id"]]})
    update = the_update(desk)
    assert update.text == "Pets"
    assert update.media.files == (
        Attached(source=f"slack:{cat['id']}", name="cat.png", alt_text="A cat"),
    )


def test_a_picture_alone_is_a_post(desk: Office) -> None:
    said = desk.slack.say(as_=ADA, channel=SOCIAL, text="", files=[uploads(desk)["id"]])
    desk.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=said.ts).answers()
    desk.submits()
    assert len(the_update(desk).media.files) == 1


def test_more_pictures_than_a_network_takes_are_told_in_the_window(desk: Office) -> None:
    files = [uploads(desk, f"{n}.png")["id"] for n in range(5)]
    desk.types("")
    desk.submits({"text": "Look", "files": files})
    assert "at most 4 pictures" in str(desk.modal()["errors"])
    (profile,) = desk.queue.profiles()
    assert desk.pending(profile) == []


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ({"mimetype": "application/pdf", "size": 9}, "is no picture"),
        ({"mimetype": "image/png", "size": 10_000_001}, "larger than 10 MB"),
    ],
)
def test_a_file_that_cannot_be_posted_is_told_before_it_is_fetched(
    file: dict[str, Any], says: str
) -> None:
    values = {
        "text": {"text": {"value": "Look"}},
        "files": {"files": {"files": [{"id": "F1", "name": "plan", **file}]}},
    }
    with pytest.raises(FieldErrors, match=says):
        form.read({"values": values})


# -- threads and options


def more(desk: Office, values: dict[str, Any]) -> None:
    desk.slack.press(as_=ADA, label="More options", values=values).answers()
    desk.settles()


def test_a_long_text_becomes_a_thread_when_its_author_says_so(desk: Office) -> None:
    long = " ".join(f"Sentence number {n}." for n in range(60))
    desk.types("")
    desk.submits({"text": long})
    assert "500 characters" in str(desk.modal()["errors"])
    desk.slack.press(as_=ADA, label="Preview", values={"text": long}).answers()
    desk.settles()
    assert "*More options* can divide it" in words(desk.modal())
    more(desk, {"text": long})
    desk.slack.press(as_=ADA, label="Preview", values={"series": ["series"]}).answers()
    desk.settles()
    assert "a thread of 3:" in words(desk.modal())
    desk.submits()
    assert the_update(desk).text.count("\n---\n") == 2


def test_dashes_divide_a_text(desk: Office) -> None:
    desk.types("")
    desk.slack.press(as_=ADA, label="Preview", values={"text": "one\n---\ntwo"}).answers()
    desk.settles()
    assert "a thread of 2: 3, 3 of 500 characters" in words(desk.modal())


def test_what_few_posts_need_is_kept(desk: Office) -> None:
    desk.types("")
    assert "Content warning" not in words(desk.modal())
    more(desk, {"text": "Hello"})
    assert "More options" not in labels(desk.modal())
    values = {"warning": "cats", "visibility": "unlisted", "language": "DE"}
    desk.slack.press(as_=ADA, label="Preview", values=values).answers()
    desk.settles()
    desk.submits()
    update = the_update(desk)
    assert update.text == "Hello"
    assert update.options == {"warning": "cats", "visibility": "unlisted", "language": "de"}


def test_a_language_that_is_none_is_told_in_its_field(desk: Office) -> None:
    desk.types("")
    more(desk, {"text": "Hello"})
    desk.submits({"language": "d1"})
    assert "two or three letters" in desk.modal()["errors"]["language"]


# -- fetching from Slack


def fetched(desk: Office, file_id: str, token: str = TOKEN) -> bytes:
    client = WebClient(token=token, base_url=desk.slack.api_url, timeout=5, retry_handlers=[])
    return fetcher(client, Web())(file_id)


def test_a_file_is_fetched_with_the_bots_token(desk: Office) -> None:
    file = uploads(desk)
    desk.slack.say(as_=ADA, channel=SOCIAL, text="Pets", files=[file["id"]])
    assert fetched(desk, file["id"]) == png()


def test_a_file_that_is_gone_or_not_ours_to_see_says_what_to_do(desk: Office) -> None:
    with pytest.raises(Refused, match="deleted in Slack"):
        fetched(desk, "F0NOBODY")
    desk.slack.faults.refuses("files.info", "missing_scope")
    with pytest.raises(Refused, match="lacks files:read"):
        fetched(desk, uploads(desk)["id"])
    desk.slack.faults.refuses("files.info", "internal_error")
    with pytest.raises(NetworkDown):
        fetched(desk, uploads(desk)["id"])
    desk.slack.problems.clear()
