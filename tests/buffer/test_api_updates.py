"""Updates over HTTP: what parameters mean, and which are turned away with which code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from buffer.model import PLAYGROUND_TEAM, State
from buffer.wire import unix
from cast import CY, MONDAY
from v1_script import Script, a_script

CREATE = "/1/updates/create.json"
UNKNOWN = "4eb8565e0acb04bb82000004"


@pytest.fixture
def script() -> Iterator[Script]:
    with a_script() as made:
        yield made


def refusal(script: Script, path: str, body: str) -> tuple[int, int]:
    answer = script.post(path, body)
    return answer.status_code, answer.json["code"]


# -- lists


@pytest.mark.parametrize("which", ["pending", "sent"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        *((f"count={value}", 1006) for value in ("0", "-1", "101", "abc", "1.5")),
        *((f"page={value}", 1006) for value in ("0", "-1", "1000000000", "x", "9" * 40)),
        ("since=tomorrow", 1003),
        ("since=9999999999999", 1003),
        ("utc=maybe", 1003),
    ],
)
def test_a_list_with_a_wrong_parameter(script: Script, which: str, query: str, code: int) -> None:
    answer = script.get(f"/1/profiles/{script.profile.id}/updates/{which}.json", query)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_pages_count_from_one(script: Script) -> None:
    script.has_queued(*"abcde")
    path = f"/1/profiles/{script.profile.id}/updates/pending.json"
    pages = [script.get(path, f"count=2&page={page}").json for page in (1, 2, 3, 4)]
    assert [[each["text"] for each in page["updates"]] for page in pages] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
        [],
    ]
    assert {page["total"] for page in pages} == {5}
    assert script.get(path, "count=2").json == pages[0]


@pytest.mark.parametrize("iso", [False, True])
def test_since(script: Script, iso: bool) -> None:
    script.has_queued("old")
    script.clock.passes(timedelta(minutes=5))
    since = MONDAY + timedelta(minutes=1)
    script.has_queued("new")
    query = "since=" + (quote(since.isoformat()) if iso else str(unix(since)))
    found = script.get(f"/1/profiles/{script.profile.id}/updates/pending.json", query).json
    assert [each["text"] for each in found["updates"]] == ["new"]


def test_the_filter_of_sent_ones(script: Script) -> None:
    script.has_in(State.SENT)
    path = f"/1/profiles/{script.profile.id}/updates/sent.json"
    assert [
        script.get(path, f"filter={word}").json["total"] for word in ("", "default", "all")
    ] == [1, 1, 1]
    assert script.get(path, "filter=x").json["code"] == 1003


@pytest.mark.parametrize(
    "id", ["x", "4EB8565E0ACB04BB82000004", "4eb8565e0acb04bb8200000", UNKNOWN]
)
def test_an_id_that_is_none(script: Script, id: str) -> None:
    for path in (
        f"/1/updates/{id}.json",
        f"/1/updates/{id}/interactions.json",
    ):
        answer = script.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, 1020)
    for verb in ("share", "destroy", "move_to_top", "requeue", "update", "interactions/create"):
        path = f"/1/updates/{id}/{verb}.json"
        assert refusal(script, path, "text=a&event=comment") == (404, 1020)
    for which in ("updates/pending", "updates/sent", "schedules", "counts"):
        answer = script.get(f"/1/profiles/{id}/{which}.json")
        assert (answer.status_code, answer.json["code"]) == (404, 1010)
    for verb in ("reorder", "shuffle"):
        path = f"/1/profiles/{id}/updates/{verb}.json"
        assert refusal(script, path, "order[]=a") == (404, 1010)


# -- create


def test_without_a_profile(script: Script) -> None:
    assert refusal(script, CREATE, "text=a") == (400, 1004)
    assert refusal(script, CREATE, "text=a&profile_ids[]=") == (400, 1004)


def test_unknown_profiles_are_passed_over(script: Script) -> None:
    theirs = script.has_profile(CY)
    ids = f"profile_ids[]={UNKNOWN}&profile_ids[]=nonsense&profile_ids[]={theirs.id}"
    answer = script.post(CREATE, f"text=a&{ids}&profile_ids[]={script.profile.id}").json
    assert [each["profile_id"] for each in answer["updates"]] == [script.profile.id]
    assert refusal(script, CREATE, f"text=b&{ids}") == (403, 1011)


def test_a_profile_named_twice_gets_one(script: Script) -> None:
    ids = f"profile_ids[]={script.profile.id}&" * 2
    assert len(script.post(CREATE, ids + "text=a").json["updates"]) == 1


def test_ten_thousand_profiles_are_refused(script: Script) -> None:
    ids = "&".join(f"profile_ids[]={number:024x}" for number in range(10_000))
    assert refusal(script, CREATE, f"text=a&{ids}") == (400, 1006)


def test_updates_come_in_the_order_asked_for(script: Script) -> None:
    others = [script.has_profile().id for _ in range(3)]
    ids = [others[2], script.profile.id, others[0]]
    answer = script.post(CREATE, "text=a&" + "&".join(f"profile_ids[]={id}" for id in ids)).json
    assert [each["profile_id"] for each in answer["updates"]] == ids
    assert len({each["post_id"] for each in answer["updates"]}) == 1


@pytest.mark.parametrize("text", ["", "   ", "%0A"])
def test_nothing_to_post(script: Script, text: str) -> None:
    body = f"profile_ids[]={script.profile.id}&text={text}"
    assert refusal(script, CREATE, body) == (400, 1004)


def test_too_long_is_a_missing_parameter_in_v1(script: Script) -> None:
    body = f"profile_ids[]={script.profile.id}&text={'a' * 501}"
    assert refusal(script, CREATE, body) == (400, 1004)


def test_the_same_text_again(script: Script) -> None:
    script.creates("a")
    body = f"profile_ids[]={script.profile.id}&text=a"
    assert refusal(script, CREATE, body) == (400, 1025)
    assert script.post(CREATE, f"{body}&allow_duplicate=true").status_code == 200


def test_a_full_queue() -> None:
    with a_script(limit=2) as script:
        script.creates("a")
        answer = script.post(CREATE, f"profile_ids[]={script.profile.id}&text=b").json
        assert (answer["buffer_count"], answer["buffer_percentage"]) == (2, 100)
        body = f"profile_ids[]={script.profile.id}&text=c"
        assert refusal(script, CREATE, body) == (403, 1023)


def test_top(script: Script) -> None:
    script.has_queued("a", "b")
    script.creates("c", "&top=true")
    script.creates("d", "&top=false")
    assert script.texts() == ["c", "a", "b", "d"]


def test_now(script: Script) -> None:
    assert script.creates("a", "&now=1")["due_at"] == unix(MONDAY)
    assert script.creates("b", "&now=false")["due_at"] == unix(MONDAY + timedelta(hours=1))


def test_now_on_a_paused_profile(script: Script) -> None:
    script.queue.pause(script.profile.id)
    body = f"profile_ids[]={script.profile.id}&text=a&now=true"
    assert refusal(script, CREATE, body) == (400, 1022)


@pytest.mark.parametrize(
    "spelling", ["{unix}", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00+01:00"]
)
def test_a_time_of_its_own_overrides_top_and_now(script: Script, spelling: str) -> None:
    at = MONDAY + timedelta(hours=4)
    value = quote(spelling.format(unix=unix(at)))
    made = script.creates("a", f"&scheduled_at={value}&top=true&now=true")
    assert (made["due_at"], made["scheduled_at"]) == (unix(at), unix(at))
    assert (made["state"], made["shared_now"], made["pinned"]) == ("scheduled", False, False)


def test_a_time_on_a_slot_is_pinned(script: Script) -> None:
    assert script.creates("a", "&scheduled_at=2026-03-02T13:00:00")["pinned"] is True


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-03-02T07:59:59Z", 1034),
        ("1", 1034),
        ("0", 1034),
        ("-1", 1034),
        ("tomorrow", 1003),
        ("2026-03-02", 1003),
        ("2026-02-30T10:00:00Z", 1003),
        ("1772452800000", 1003),
    ],
)
def test_dates_of_the_wrong_kind(script: Script, value: str, code: int) -> None:
    body = f"profile_ids[]={script.profile.id}&text=a&scheduled_at={value}"
    assert refusal(script, CREATE, body) == (400, code)
    (update,) = script.has_queued("b")
    body = urlencode({"text": "c", "scheduled_at": value})
    assert refusal(script, f"/1/updates/{update.id}/update.json", body) == (400, code)


def test_media_are_kept_and_shown(script: Script) -> None:
    more = (
        "&media[link]=http://a.example&media[title]=T&media[description]=D&media[alt_text]=A"
        "&media[picture]=https://a.example/p.png&media[preview]=ignored"
    )
    assert script.creates("a", more)["media"] == {
        "link": "http://a.example",
        "title": "T",
        "description": "D",
        "alt_text": "A",
        "picture": "https://a.example/p.png",
    }


def test_a_photo_alone_is_its_own_thumbnail(script: Script) -> None:
    made = script.creates("", "&media[photo]=http://a.example/p.png")
    assert made["media"] == {
        "picture": "http://a.example/p.png",
        "thumbnail": "http://a.example/p.png",
    }


@pytest.mark.parametrize(
    "media",
    [
        "media=http://a.example",
        "media[link]=ftp://a.example",
        "media[photo]=javascript:alert(1)",
        "media[photo]=/p.png",
        "media[link]=http://",
        "media[link]=http://[::1",
        "media[link]=http://a.example/a b",
    ],
)
def test_media_that_are_no_address(script: Script, media: str) -> None:
    body = f"profile_ids[]={script.profile.id}&text=a&{media}"
    assert refusal(script, CREATE, body) == (400, 1003)


def test_a_retweet_says_where_the_tweet_is(script: Script) -> None:
    made = script.creates("", "&retweet[tweet_id]=654&retweet[comment]=Look")
    assert made["retweet"] == {"tweet_id": "654", "comment": "Look"}
    assert made["text"] == "Look https://twitter.com/i/web/status/654"
    assert script.creates("My own", "&retweet[tweet_id]=654")["text"] == "My own"
    body = f"profile_ids[]={script.profile.id}&retweet[comment]=Look"
    assert refusal(script, CREATE, body) == (400, 1004)


def test_flags_are_read_before_anything_is_done(script: Script) -> None:
    body = f"profile_ids[]={script.profile.id}&text=a&utc=maybe"
    assert refusal(script, CREATE, body) == (400, 1003)
    assert script.texts() == []


def test_unknown_parameters_are_passed_over(script: Script) -> None:
    assert (
        script.creates("a", "&is_draft=&extra_media[0][photo]=x&shorten=false")["shorten"] is False
    )


# -- the same request again


def test_a_repeated_create_gives_the_first_answer(script: Script) -> None:
    body, key = f"profile_ids[]={script.profile.id}&text=a", {"Idempotency-Key": "k1"}
    first = script.post(CREATE, body, **key).json
    assert script.post(CREATE, body, **key).json == first
    assert script.texts() == ["a"]
    assert refusal(script, CREATE, body) == (400, 1025)


def test_a_key_holds_for_one_token_and_one_endpoint(script: Script) -> None:
    key = {"Idempotency-Key": "k1"}
    for text in ("a", "b"):
        body = f"profile_ids[]={script.profile.id}&text={text}"
        assert script.post(CREATE, body, **key).json["updates"][0]["text"] == text
        script.token = script.store.tokens.create(f"after {text}", PLAYGROUND_TEAM, MONDAY)
    (update,) = script.has_queued("c")
    assert script.post(f"/1/updates/{update.id}/move_to_top.json", **key).json["text"] == "c"


def test_a_repeat_whose_update_is_gone(script: Script) -> None:
    body, key = f"profile_ids[]={script.profile.id}&text=a", {"Idempotency-Key": "k1"}
    first = script.post(CREATE, body, **key).json["updates"][0]
    path = f"/1/updates/{first['id']}"
    assert script.post(f"{path}/update.json", "text=b&now=1", **key).status_code == 200
    script.queue.destroy(first["id"])
    assert script.post(CREATE, body, **key).json["updates"] == []
    assert script.post(f"{path}/update.json", "text=b&now=1", **key).json["code"] == 1020
    assert script.texts() == []


# -- update


def test_an_edit_keeps_what_it_does_not_name(script: Script) -> None:
    made = script.creates("a", "&media[link]=http://a.example&scheduled_at=2026-03-03T10:00:00")
    found = script.post(f"/1/updates/{made['id']}/update.json", "text=b").json["update"]
    assert (found["text"], found["media"]) == ("b", made["media"])
    assert found["scheduled_at"] == made["scheduled_at"]
    assert len(found["client_id"]) == 24


def test_an_edit_needs_a_text(script: Script) -> None:
    made = script.creates("a")
    path = f"/1/updates/{made['id']}/update.json"
    assert refusal(script, path, "now=true") == (400, 1004)
    assert refusal(script, path, "text=") == (400, 1004)
    assert script.texts() == ["a"]


def test_an_edit_with_now_shares_it(script: Script) -> None:
    script.has_queued("a")
    made = script.creates("b")
    found = script.post(f"/1/updates/{made['id']}/update.json", "text=c&now=true").json["update"]
    assert (found["text"], found["shared_now"], found["due_at"]) == ("c", True, unix(MONDAY))


def test_an_edit_that_cannot_be_shared_changes_nothing(script: Script) -> None:
    made = script.creates("a")
    script.queue.pause(script.profile.id)
    path = f"/1/updates/{made['id']}/update.json"
    assert refusal(script, path, "text=b&now=true") == (400, 1022)
    assert script.texts() == ["a"]


def test_an_edits_own_time_overrides_now(script: Script) -> None:
    made = script.creates("a")
    body = "text=a&now=true&scheduled_at=2026-03-03T10:00:00Z"
    found = script.post(f"/1/updates/{made['id']}/update.json", body).json["update"]
    assert (found["state"], found["shared_now"]) == ("scheduled", False)


@pytest.mark.parametrize("state", [State.SENDING, State.SENT])
def test_what_is_on_its_way_cannot_be_edited(script: Script, state: State) -> None:
    update = script.has_in(state)
    assert refusal(script, f"/1/updates/{update.id}/update.json", "text=b") == (400, 1022)


# -- the rest


def test_a_scheduled_one_has_no_place_to_move(script: Script) -> None:
    made = script.creates("a", "&scheduled_at=2026-03-03T10:00:00Z")
    assert refusal(script, f"/1/updates/{made['id']}/move_to_top.json", "") == (400, 1027)


def test_sharing_what_is_sent_changes_nothing(script: Script) -> None:
    update = script.has_in(State.SENT)
    assert script.post(f"/1/updates/{update.id}/share.json").status_code == 200


@pytest.mark.parametrize("state", [State.FAILED, State.MISSED])
def test_what_failed_can_be_queued_again(script: Script, state: State) -> None:
    update = script.has_in(state)
    assert script.get(f"/1/updates/{update.id}.json").json["status"] == "error"
    found = script.post(f"/1/updates/{update.id}/requeue.json").json["update"]
    assert (found["status"], found["state"]) == ("buffer", "queued")


@pytest.mark.parametrize("state", [State.SENT, State.UNCONFIRMED, State.SENDING])
def test_nothing_else_can(script: Script, state: State) -> None:
    update = script.has_in(state)
    assert refusal(script, f"/1/updates/{update.id}/requeue.json", "") == (400, 1026)
    (waiting,) = script.has_queued("b")
    assert refusal(script, f"/1/updates/{waiting.id}/requeue.json", "") == (400, 1026)


def test_an_order_that_cannot_be(script: Script) -> None:
    a, b = script.has_queued("a", "b")
    out = script.has_in(State.SENT)
    foreign = script.has_profile()
    theirs = script.post(CREATE, f"profile_ids[]={foreign.id}&text=c").json["updates"][0]["id"]
    path = f"/1/profiles/{script.profile.id}/updates/reorder.json"
    assert refusal(script, path, "") == (400, 1004)
    assert refusal(script, path, f"order[]={a.id}&order[]=nonsense") == (404, 1020)
    assert refusal(script, path, f"order[]={a.id}&order[]={UNKNOWN}") == (404, 1020)
    for wrong in (a.id, out.id, theirs):
        answer = script.post(path, f"order[]={b.id}&order[]={a.id}&order[]={wrong}")
        assert answer.status_code in (400, 404)
    for offset in ("-1", "2", "x", "1000000000"):
        assert refusal(script, path, f"order[]={b.id}&offset={offset}") == (400, 1006)
    assert script.texts() == ["a", "b"]


def test_scheduled_ones_in_an_order_are_passed_over(script: Script) -> None:
    a, b = script.has_queued("a", "b")
    own = script.creates("c", "&scheduled_at=2026-03-09T10:00:00Z")["id"]
    path = f"/1/profiles/{script.profile.id}/updates/reorder.json"
    found = script.post(path, f"order[]={b.id}&order[]={own}&order[]={a.id}&utc=true").json
    assert [each["text"] for each in found["updates"]] == ["b", "a", "c"]


@pytest.mark.parametrize("count", ["0", "-1", "x"])
def test_a_shuffle_of_nothing(script: Script, count: str) -> None:
    path = f"/1/profiles/{script.profile.id}/updates/shuffle.json"
    assert refusal(script, path, f"count={count}") == (400, 1006)
    assert script.post(path).json["updates"] == []


def test_what_is_being_sent_cannot_be_deleted(script: Script) -> None:
    update = script.has_in(State.SENDING)
    assert refusal(script, f"/1/updates/{update.id}/destroy.json", "") == (400, 1022)


def test_a_share_on_hold_names_the_state_it_returns_to(script: Script) -> None:
    failed = script.has_in(State.FAILED)
    script.queue.share(failed.id, hold=timedelta(seconds=10))
    found = script.get(f"/1/updates/{failed.id}.json").json
    assert (found["state"], found["shared_from"]) == ("queued", "failed")
    assert found["share_at"] == unix(MONDAY + timedelta(seconds=10))


def test_an_unconfirmed_one_that_is_shared_again_names_where_it_came_from(script: Script) -> None:
    update = script.has_in(State.UNCONFIRMED)
    found = script.post(f"/1/updates/{update.id}/share.json").json["updates"][0]
    assert (found["state"], found["shared_from"]) == ("queued", "unconfirmed")


def test_what_is_ours_beside_the_page(script: Script) -> None:
    """A hold and its end, several at once, what needs a person, and posts as a whole."""
    a, b, c = script.has_queued("a", "b", "c")
    held = script.post(f"/1/updates/{a.id}/share.json", f"hold=10&ids[]={b.id}").json["updates"]
    assert [each["share_at"] for each in held] == [unix(MONDAY) + 10] * 2
    back = script.post(f"/1/updates/{a.id}/unshare.json", f"ids[]={b.id}").json["updates"]
    assert all("share_at" not in each for each in back)
    assert script.texts() == ["a", "b", "c"]
    assert script.post(f"/1/updates/{c.id}/move_to_top.json", f"ids[]={b.id}").json["id"] == c.id
    assert script.texts() == ["c", "b", "a"]
    failed = script.has_in(State.FAILED, "no")
    unsure = script.has_in(State.UNCONFIRMED, "perhaps")
    shown = script.get("/1/updates/problems.json").json["updates"]
    assert {each["id"] for each in shown} == {failed.id, unsure.id}
    assert (
        script.post(f"/1/updates/{unsure.id}/confirm_sent.json").json["updates"][0]["state"]
        == "sent"
    )
    assert [each["id"] for each in script.get(f"/1/posts/{a.post_id}.json").json] == [a.id]
    body = f"text=&keep_text=1&to_queue=1&ids[]={a.id}"
    assert script.post(f"/1/updates/{failed.id}/update.json", body).json["update"]["text"] == "no"
    for wrong, code in ((f"ids[]={UNKNOWN}", 1020), ("ids[]=x", 1020), ("hold=61", 1006)):
        assert script.post(f"/1/updates/{a.id}/share.json", wrong).json["code"] == code
    assert script.post(f"/1/updates/{b.id}/destroy.json", f"ids[]={c.id}").json["success"]
    assert sorted(script.texts()) == ["a", "no"]
