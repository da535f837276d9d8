"""What the first link of an update leads to is attached, later, if it is still wanted then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bad_servers import says, server
from buffer import jobs
from buffer.attachments import KIND, Attachments, preview
from buffer.backends.embedded import EmbeddedQueues
from buffer.model import Draft, Edit, Media, Profile, Update
from buffer.ports import Queue
from buffer.web import Answer, Guard
from cast import ADA, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore
from storage.owners import Owner, folder_beside

PAGE = b"""<!doctype html><html><head>
<title>  The
 page </title><meta name="description" content="Plain &amp; simple">
<meta property="og:title" content="Our release"><meta property="og:image" content="/p.png">
</head><body><title>not this</title></body></html>"""


def html(body: bytes, kind: str = "text/html") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Story:
    def __init__(self, store: SqliteStore, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.profile = self.has_profile()
        self.owner = Owner.take(folder_beside(store.database.path))
        self.queue: Queue = EmbeddedQueues(store, {"local": FakeNetwork()}, clock)(ADA)

    def has_profile(self) -> Profile:
        profile = a_profile()
        self.store.profiles.insert(profile)
        return profile

    def adds(self, text: str, *profiles: Profile, **more: object) -> Update:
        ids = tuple(each.id for each in profiles or (self.profile,))
        return self.queue.add(Draft(text=text, profile_ids=ids, **more))[0]  # type: ignore[arg-type]

    def works(self) -> int:
        """Does all jobs there are; how many."""
        work, done = (
            Attachments(self.store, Guard(loopback=True, seconds=2), {"local": FakeNetwork()}),
            0,
        )
        while jobs.tick(self.store, KIND, work, self.clock.now, owner=self.owner):
            done += 1
        return done


@pytest.fixture
def story(store: SqliteStore, clock: FakeClock) -> Iterator[Story]:
    story = Story(store, clock)
    yield story
    story.owner.release()


def test_the_first_link_is_attached(story: Story) -> None:
    with server(says(html(PAGE))) as url:
        update = story.adds(f"Read {url}, and https://example.org/other.")
        assert update.media == Media()
        assert story.works() == 1
        media = story.queue.update(update.id).media
        assert (media.link, media.title, media.description) == (
            url,
            "Our release",
            "Plain & simple",
        )
        assert media.picture == url.removesuffix("/x") + "/p.png"
        assert story.queue.update(update.id).due_at == update.due_at, "its place is the same"


def test_one_page_for_all_profiles(story: Story) -> None:
    with server(says(html(PAGE)), says(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as url:
        update = story.adds(f"Read {url}", story.profile, story.has_profile())
        assert story.works() == 1
    assert all(each.media.title == "Our release" for each in story.queue.post(update.post_id))


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("no link at all", {}),
        ("https://example.org", {"attachment": False}),
        ("https://example.org", {"media": Media(picture="https://example.org/p.png")}),
    ],
)
def test_nothing_is_fetched_that_nobody_wants(
    story: Story, text: str, more: dict[str, object]
) -> None:
    story.adds(text, **more)
    assert story.works() == 0


def test_what_changed_meanwhile_is_left_alone(story: Story) -> None:
    with server(says(html(PAGE))) as url:
        edited, gone, given = (story.adds(f"{n} {url}") for n in "abc")
        mine = Media(picture="https://example.org/mine.png")
        story.queue.edit(edited.id, edit=Edit(text="no link any more"))
        story.queue.destroy(gone.id)
        story.queue.edit(given.id, edit=Edit(media=mine))
        story.works()
        assert story.queue.update(edited.id).media == Media()
        assert story.queue.update(given.id).media == mine


def test_a_new_link_in_the_text_is_attached_instead(story: Story) -> None:
    other = PAGE.replace(b"Our release", b"The other one")
    with server(says(html(PAGE))) as first, server(says(html(other))) as second:
        update = story.adds(first)
        story.works()
        story.queue.edit(update.id, edit=Edit(text=f"Better: {second}"))
        assert story.queue.update(update.id).media == Media()
        story.works()
        assert story.queue.update(update.id).media.title == "The other one"
        story.queue.edit(update.id, edit=Edit(text=f"Best: {second}"))
        assert story.queue.update(update.id).media.title == "The other one"


def test_a_link_given_beside_the_text_stays(story: Story) -> None:
    given = Media(link="https://example.org/given", title="Given")
    update = story.adds("words", media=given)
    story.queue.edit(update.id, edit=Edit(text="other words"))
    assert story.queue.update(update.id).media == given


@pytest.mark.parametrize(
    "answer",
    [
        html(b"%PDF", "application/pdf"),
        html(b"<p>nothing"),
        b"HTTP/1.1 302 F\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_page_that_gives_nothing_changes_nothing(story: Story, answer: bytes) -> None:
    with server(says(answer)) as url:
        update = story.adds(url)
        assert story.works() == 1
    assert story.queue.update(update.id) == update


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        ("<title>Grüße</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "Grüße"),
        ("<meta charset='shift_jis'><title>日本</title>".encode("shift_jis"), "text/html", "日本"),
        ("<title>Grüße</title>".encode(), "text/html; charset=martian", "Grüße"),
        (b"<title>\xff ok", "text/html", "\ufffd ok"),
        (b"<meta property='og:title' content=''><title>t</title>", "text/html", "t"),
        (b"<title>" + b"x" * 1000, "text/html", "x" * 300),
    ],
)
def test_titles_in_every_charset(body: bytes, kind: str, title: str) -> None:
    page = Answer(status=200, url="https://example.org", headers={"Content-Type": kind}, body=body)
    assert preview("https://example.org", page).title == title


@pytest.mark.parametrize(
    ("picture", "address"),
    [
        ("//cdn.example.org/p.png", "https://cdn.example.org/p.png"),
        ("p.png", "https://example.org/a/p.png"),
        ("javascript:alert(1)", ""),
        ("data:image/png;base64,x", ""),
        ("http://[::1", ""),
        ("http://a b/", ""),
    ],
)
def test_pictures_are_whole_web_addresses(picture: str, address: str) -> None:
    body = f'<meta property="og:image" content="{picture}">'.encode()
    page = Answer(
        status=200, url="https://example.org/a/b", headers={"Content-Type": "text/html"}, body=body
    )
    assert preview("https://example.org/a/b", page).picture == address
