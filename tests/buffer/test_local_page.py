"""The local network's page: what a person posts there is inert, counted once, and only their own."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import falcon
import falcon.testing
import pytest

from buffer.api import local_page
from buffer.model import Event, State, Update
from cast import a_profile
from storage import SqliteStore

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script> javascript:alert(1) "quoted" https://example.org/a?b=1&c=2.'


class Visitor:
    """Somebody with a browser, a post to look at, and a count of nudges."""

    def __init__(self, store: SqliteStore, text: str = "Hello") -> None:
        self.store = store
        self.nudges = 0
        profile = a_profile(name="Ada & Co", team_id="T1")
        store.profiles.insert(profile)
        update = Update(
            id="0" * 24, post_id="0" * 24, team_id="T1", profile_id=profile.id, service="local", text=text,
            state=State.SENDING, created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        self.post_id = store.local.publish(profile.id, update, "k", NOW)
        app = falcon.App()
        local_page.routes(
            app, store, lambda: NOW, own_url="https://buffer.example", nudge=self._nudged
        )
        self.web = falcon.testing.TestClient(app, headers={"Host": "127.0.0.1:3000"})

    def _nudged(self, post: str) -> None:
        assert post == self.post_id
        self.nudges += 1

    def looks(self) -> str:
        return str(self.web.simulate_get("/local").text)

    def comments(self) -> list[tuple[str, str]]:
        return [(each["who"], each["text"]) for each in self.store.local.posts()[0]["comments"]]

    def send(self, kind: str, body: str, **headers: str) -> falcon.testing.Result:
        given = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.web.simulate_post(
            f"/local/posts/{self.post_id}/{kind}", body=body, headers=given
        )


@pytest.fixture
def visitor(store: SqliteStore) -> Visitor:
    return Visitor(store)


def test_an_empty_network_says_how_to_begin(store: SqliteStore) -> None:
    app = falcon.App()
    local_page.routes(app, store, lambda: NOW)
    page = falcon.testing.TestClient(app, headers={"Host": "localhost:3000"}).simulate_get("/local")
    assert "/buffer Hello world" in page.text


def test_hostile_words_are_shown_as_words(store: SqliteStore) -> None:
    visitor = Visitor(store, HOSTILE)
    visitor.send("comments", "who=%3Cb%3EDana&text=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    page = visitor.web.simulate_get("/local").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>Dana" not in page
    assert 'href="javascript' not in page
    assert 'href="https://example.org/a?b=1&amp;c=2"' in page
    assert "Ada &amp; Co" in page


def test_a_comment_sent_twice_is_one_and_nudges(visitor: Visitor) -> None:
    first = visitor.send("comments", "who=Dana&text=Great&key=abc")
    assert (first.status_code, first.headers["location"]) == (303, f"/local#post-{visitor.post_id}")
    visitor.send("comments", "who=Dana&text=Great&key=abc")
    assert visitor.comments() == [("Dana", "Great")]
    assert visitor.nudges == 2


def test_a_like_counts_once_for_everybody(visitor: Visitor) -> None:
    for who in ("Dana", "Dana", "Eve"):
        assert visitor.send("like", f"who={who}").status_code == 303
    assert visitor.store.local.posts()[0]["likes"] == ["Dana", "Eve"]


def test_json_is_taken_and_given(visitor: Visitor) -> None:
    made = visitor.send(
        "comments", '{"who": "Dana", "text": "Hi"}', **{"Content-Type": "application/json"}
    )
    assert made.status_code == 201
    listed = visitor.web.simulate_get("/local/posts.json").json["posts"][0]
    assert listed["comments"][0]["text"] == "Hi"
    assert listed["created_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("who=Dana&text=", 400),
        ("who=Dana&text=" + "x" * 501, 400),
        ("", 400),
        (b"text=\xff\xfe", 400),
        ("text=%ff", 400),
        ("text=" + "x" * 70_000, 413),
    ],
)
def test_what_is_no_comment_is_refused(visitor: Visitor, body: str, status: int) -> None:
    assert visitor.send("comments", body).status_code == status
    assert visitor.comments() == []


@pytest.mark.parametrize(
    "body", ['{"text": "\\ud800"}', '{"text": "a", "who": "\\ud800"}', "{", "[]"]
)
def test_json_that_is_no_comment_is_refused(visitor: Visitor, body: str) -> None:
    refused = visitor.send("comments", body, **{"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert visitor.comments() == []


@pytest.mark.parametrize(
    ("sent", "shown"), [("Zo%C3%AB", "Zoë"), ("100%25+%22A%22%3B", '100% "A";')]
)
def test_any_name_is_remembered(visitor: Visitor, sent: str, shown: str) -> None:
    answer = visitor.send("comments", f"who={sent}&text=Hi")
    assert answer.status_code == 303
    assert visitor.comments() == [(shown, "Hi")]
    cookie = answer.headers["set-cookie"].partition(";")[0]
    page = visitor.web.simulate_get("/local", headers={"Cookie": cookie}).text
    assert f'name="who" value="{html.escape(shown)}" maxlength' in page


def test_a_form_that_asks_for_json_gets_it(visitor: Visitor) -> None:
    made = visitor.send("comments", "text=Hi", Accept="application/json")
    assert (made.status_code, list(made.json)) == (201, ["id"])


@pytest.mark.parametrize("host", ["LOCALHOST:3000", "[::1]:3000", "buffer.example"])
def test_its_own_names_are_let_in(visitor: Visitor, host: str) -> None:
    given = {"Host": host, "Origin": f"http://{host.lower()}"}
    assert visitor.send("like", "who=Dana", **given).status_code == 303


def test_an_unknown_post_is_a_404(visitor: Visitor) -> None:
    visitor.post_id = "f" * 24
    assert visitor.send("like", "who=Dana").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:4000"},
        {"Origin": "http://["},
        {"Host": "evil.example"},
        {"Host": "localhost:abc"},
        {"Host": "[::1"},
        {"Host": ""},
    ],
)
def test_another_page_cannot_drive_it(visitor: Visitor, headers: dict[str, str]) -> None:
    assert visitor.send("like", "who=Dana", **headers).status_code == 403
    assert visitor.store.local.posts()[0]["likes"] == []


# -- what somebody made up wrote can be changed


def test_a_comment_is_edited_and_nudges(visitor: Visitor) -> None:
    visitor.send("comments", "who=Cleo&text=Helo&key=1")
    comment = visitor.store.local.posts()[0]["comments"][0]["id"]
    assert f'action="/local/posts/{visitor.post_id}/comments/{comment}/edit"' in visitor.looks()
    result = visitor.send(f"comments/{comment}/edit", "text=Hello+%22there%22")
    assert result.status_code == 303
    assert result.headers["location"].endswith(f"/local#post-{visitor.post_id}")
    assert visitor.comments() == [("Cleo", 'Hello "there"')]
    assert 'value="Hello &quot;there&quot;"' in visitor.looks()
    assert visitor.nudges == 2


def test_a_comment_is_deleted_once(visitor: Visitor) -> None:
    made = visitor.send("comments", "who=Cleo&text=Helo&key=1", Accept="application/json").json
    assert visitor.send(f"comments/{made['id']}/delete", "").status_code == 303
    assert visitor.comments() == []
    assert visitor.nudges == 2
    assert visitor.send(f"comments/{made['id']}/delete", "").status_code == 404
    assert visitor.send(f"comments/{made['id']}/edit", "text=Back").status_code == 404
    assert visitor.nudges == 2


def test_an_edit_needs_words_as_a_comment_does(visitor: Visitor) -> None:
    made = visitor.send("comments", "who=Cleo&text=Helo", Accept="application/json").json
    for body in ("", "text=+", "text=" + "x" * 501):
        assert visitor.send(f"comments/{made['id']}/edit", body).status_code == 400
    assert visitor.comments() == [("Cleo", "Helo")]


def test_json_edits_and_deletes(visitor: Visitor) -> None:
    made = visitor.send("comments", "who=Cleo&text=Helo", Accept="application/json").json
    as_json = {"Content-Type": "application/json"}
    path = f"comments/{made['id']}"
    assert visitor.send(f"{path}/edit", '{"text": "Hello"}', **as_json).status_code == 204
    assert visitor.comments() == [("Cleo", "Hello")]
    assert visitor.send(f"{path}/delete", "{}", **as_json).status_code == 204
    assert visitor.comments() == []


def test_our_own_comment_is_changed_in_slack_alone(visitor: Visitor) -> None:
    ours = visitor.store.local.react(
        visitor.post_id, event=Event.COMMENT, who="us", text="Ours", key="k", ours=True, now=NOW
    )
    assert "/edit" not in visitor.looks()
    for verb in ("edit", "delete"):
        assert visitor.send(f"comments/{ours}/{verb}", "text=Theirs").status_code == 404
    assert visitor.comments() == [("us", "Ours")]
    assert visitor.nudges == 0


@pytest.mark.parametrize("verb", ["edit", "delete"])
def test_another_page_changes_no_comment(visitor: Visitor, verb: str) -> None:
    made = visitor.send("comments", "who=Cleo&text=Helo", Accept="application/json").json
    foreign = {"Origin": "https://evil.example"}
    answer = visitor.send(f"comments/{made['id']}/{verb}", "text=Evil", **foreign)
    assert answer.status_code == 403
    assert visitor.comments() == [("Cleo", "Helo")]
