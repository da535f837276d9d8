"""Pictures are here before a post goes out, or its author hears why not."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from errno import EIO, ENOSPC
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from buffer import images, jobs, pictures
from buffer.backends.embedded import EmbeddedQueues
from buffer.errors import Busy, NetworkDown, Refused
from buffer.model import Attached, Draft, Edit, Limits, Media, NoticeKind, State, Update
from buffer.pictures import Pictures
from buffer.web import Guard
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore, open_store
from storage.owners import Owner
from storage.sqlite.media import folder_of

TAKES = Limits(characters=500, images=2, alt_text=10, fetches=True)


def png(width: int = 4, height: int = 3, *, format: str = "PNG", noisy: bool = False) -> bytes:
    image = Image.effect_noise((width, height), 90) if noisy else Image.new("RGB", (width, height))
    written = io.BytesIO()
    image.save(written, format)
    return written.getvalue()


class Desk:
    """A queue whose network takes pictures, and Slack's files."""

    def __init__(self, store: SqliteStore, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.profile = a_profile()
        store.profiles.insert(self.profile)
        self.queue = EmbeddedQueues(store, {"local": FakeNetwork(limits=TAKES)}, clock)(ADA)
        self.files: dict[str, bytes | Exception] = {}
        self.owner = Owner.take(None)

    def adds(self, *files: Attached) -> Update:
        draft = Draft(text="hello", profile_ids=(self.profile.id,), media=Media(files=files))
        return self.queue.add(draft)[0]

    def works(self) -> None:
        work = Pictures(self.store, Guard(), self._fetch)
        while jobs.tick(self.store, pictures.KIND, work, self.clock.now, owner=self.owner):
            pass

    def _fetch(self, file_id: str) -> bytes:
        found = self.files[file_id]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def desk(store: SqliteStore, clock: FakeClock) -> Desk:
    return Desk(store, clock)


def test_a_file_of_slack_is_fetched_and_kept_with_its_words(desk: Desk) -> None:
    desk.files["F1"] = png()
    update = desk.adds(Attached(source="slack:F1", name="a.png", alt_text="A cat"))
    assert update.media.missing
    desk.works()
    file = desk.queue.update(update.id).media.files[0]
    stored = desk.store.media.get(file.id)
    assert stored and (stored.type, stored.width, stored.height) == ("image/png", 4, 3)
    assert desk.store.media.read(file.id) == png()
    assert (file.alt_text, file.source) == ("A cat", "slack:F1")


def test_one_that_cannot_be_posted_fails_the_post_and_says_why(desk: Desk) -> None:
    desk.files["F1"] = b"<html>"
    update = desk.adds(Attached(source="slack:F1", name="a.png"))
    desk.works()
    failed = desk.queue.update(update.id)
    assert failed.state is State.FAILED and "“a.png”: This is not a picture" in failed.error
    told = desk.store.outbox.waiting(MONDAY, limit=9)
    assert [(notice.kind, notice.target) for notice in told] == [(NoticeKind.PROBLEM, "U0ADA")]


def test_back_in_the_queue_it_is_fetched_again(desk: Desk) -> None:
    desk.files["F1"] = Refused("gone")
    update = desk.adds(Attached(source="slack:F1"))
    desk.works()
    desk.files["F1"] = png()
    desk.queue.edit(update.id, edit=Edit(to_queue=True))
    desk.works()
    again = desk.queue.update(update.id)
    assert again.is_pending and not again.media.missing


def test_slack_may_be_away_for_a_while(desk: Desk) -> None:
    desk.files["F1"] = NetworkDown("away")
    update = desk.adds(Attached(source="slack:F1"))
    desk.works()
    assert desk.queue.update(update.id).media.missing
    desk.files["F1"] = png()
    desk.clock.passes(timedelta(minutes=1))
    desk.works()
    assert not desk.queue.update(update.id).media.missing


def test_what_a_network_takes_is_checked_when_it_is_written(desk: Desk) -> None:
    with pytest.raises(Refused, match="at most 2 pictures"):
        desk.adds(*(Attached(source=f"slack:F{n}") for n in range(3)))
    with pytest.raises(Refused, match="10 characters to describe a picture; these are 11"):
        desk.adds(Attached(source="slack:F1", alt_text="x" * 11))


def test_an_address_is_fetched_only_where_the_picture_itself_is_wanted() -> None:
    media = Media(picture="https://example.org/a.png", alt_text="A cat")
    assert pictures.wanted(media, Limits(characters=9, images=4)) == media
    fetched = pictures.wanted(media, TAKES)
    assert fetched.files == (Attached(source="https://example.org/a.png", alt_text="A cat"),)
    assert pictures.wanted(fetched, TAKES) == fetched
    preview = Media(picture="https://example.org/a.png", link="https://example.org")
    assert pictures.wanted(preview, TAKES) == preview


def test_old_files_go_when_nobody_needs_them(desk: Desk) -> None:
    desk.files["F1"] = png()
    update = desk.adds(Attached(source="slack:F1"))
    desk.works()
    file = desk.queue.update(update.id).media.files[0]
    later = MONDAY + timedelta(days=99)
    assert desk.store.media.sweep(later) == 0
    desk.queue.destroy(update.id)
    assert desk.store.media.sweep(later) == 1
    with pytest.raises(Refused, match="no longer here"):
        desk.store.media.read(file.id)


# -- bytes


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_known_by_its_bytes(format: str) -> None:
    assert images.examine(png(format=format)).type == f"image/{format.lower()}"


@pytest.mark.parametrize("content", [b"", b"<html>", png()[:40], png(format="BMP")])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        images.examine(content)


def test_a_large_picture_is_made_to_fit() -> None:
    large = png(900, 700, noisy=True)
    small = images.within(large, most=100_000)
    assert len(small.content) <= 100_000 < len(large)
    assert small.type == "image/jpeg"
    assert images.examine(small.content).width == small.width
    assert images.within(large, most=len(large)).content == large


def test_a_phones_picture_with_another_in_it_is_a_jpeg() -> None:
    written = io.BytesIO()
    first, second = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    first.save(written, "MPO", save_all=True, append_images=[second])
    picture = images.examine(written.getvalue())
    assert (picture.type, picture.width, picture.height) == ("image/jpeg", 40, 30)


def test_nothing_else_is_ever_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of Pillow's readers start other programs; a stranger's picture must not choose them."""
    asked: list[Any] = []
    opened = Image.open

    def watched(*args: Any, **more: Any) -> Any:
        asked.append(more["formats"])
        return opened(*args, **more)

    monkeypatch.setattr(Image, "open", watched)
    with pytest.raises(Refused):
        images.examine(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert asked == [("PNG", "JPEG", "GIF", "WEBP")]


def test_where_it_was_taken_stays_behind() -> None:
    image, exif, written = Image.new("RGB", (40, 30), "red"), Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    image.save(written, "JPEG", exif=exif)
    assert images.examine(written.getvalue()).width == 30, "as it is seen"
    clean = images.within(written.getvalue(), most=1_000_000)
    assert b"taken at home" not in clean.content
    assert (clean.width, clean.height) == (30, 40)


def test_a_large_photo_is_read_small() -> None:
    image, written = Image.new("RGB", (9000, 8000), "red"), io.BytesIO()
    image.save(written, "JPEG", quality=30)
    picture = images.examine(written.getvalue())
    assert (picture.width, picture.height) == (9000, 8000)
    assert images.within(written.getvalue(), most=len(written.getvalue()) - 1).width <= 9000


@pytest.mark.parametrize("spoilt", [b"\xff", b"\x00"])
def test_damage_anywhere_is_the_pictures_fault(spoilt: bytes) -> None:
    whole = png(60, 40, format="JPEG", noisy=True)
    for at in range(2, len(whole), 97):
        content = whole[:at] + spoilt * 8 + whole[at + 8 :]
        try:
            images.within(content, most=len(content) // 2)
        except Refused:
            continue


@pytest.fixture
def on_disk(tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    with closing(open_store(f"sqlite:///{tmp_path}/buffer.db")) as store:
        yield Desk(store, clock)


def files_of(desk: Desk) -> list[Path]:
    folder = folder_of(Path(desk.store.database.path))
    return [each for each in folder.rglob("*") if each.is_file()]


@pytest.mark.parametrize(
    ("number", "words"), [(ENOSPC, "disk is full"), (EIO, "cannot be written")]
)
def test_a_disk_that_takes_no_file_puts_it_off(
    on_disk: Desk, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    on_disk.files["F1"] = png()
    update = on_disk.adds(Attached(source="slack:F1", name="a.png"))
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fails)
        on_disk.works()
    assert on_disk.queue.update(update.id).state is State.QUEUED
    assert words in on_disk.store.jobs.trouble(update.id)
    assert files_of(on_disk) == []
    on_disk.clock.passes(timedelta(minutes=1))
    on_disk.works()
    assert not on_disk.queue.update(update.id).media.missing


def test_a_picture_the_disk_does_not_give_is_told_as_such(on_disk: Desk) -> None:
    kept = on_disk.store.media.keep(ADA.team_id, png(), type="image/png", size=(4, 3), now=MONDAY)
    (file,) = files_of(on_disk)
    file.unlink()
    file.mkdir()
    with pytest.raises(Busy, match="cannot be read"):
        on_disk.store.media.read(kept.id)
