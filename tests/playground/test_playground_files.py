"""Files: in messages, through files.info and url_private, and chosen in a modal's file_input."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import (
    ADA,
    BO,
    BOT_USER,
    GENERAL,
    RANDOM,
    TEAM,
    NotPossible,
    Playground,
    SlackError,
    check_view,
    direct,
)
from playground.files import MOST_BYTES, base_name, kind_of

Payload = dict[str, Any]
TOKEN = "xoxb-playground"
PNG = b"\x89PNG\r\n\x1a\n"


def fetch(url: str, **headers: str) -> tuple[int, bytes, Message]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, headers=named))
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read(), answer.headers


def download(url: str, token: str | None = TOKEN) -> tuple[bytes, str]:
    """As the bot does, with its token; what came and of which type."""
    given = {} if token is None else {"Authorization": f"Bearer {token}"}
    status, body, headers = fetch(url, **given)
    assert status == 200
    return body, headers.get_content_type()


def error_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def cat(slack: Playground, name: str = "cat.png", as_: str = ADA, **more: Any) -> str:
    return str(slack.upload(as_=as_, name=name, body=PNG, **more)["id"])


def show(slack: Playground, *files: str, channel: str = GENERAL, **more: Any) -> Payload:
    """What Ada says with these files."""
    ts = slack.say(as_=ADA, channel=channel, text="Look", files=files, **more).ts
    (said,) = [message for message in slack.messages(channel) if message["ts"] == ts]
    return said


@pytest.fixture
def listening(bot: Any) -> Any:
    bot.app.event("message")(lambda ack: ack())
    bot.app.event("app_mention")(lambda ack: ack())
    return bot


# -- in messages -----------------------------------------------------------------------------------


def test_the_bot_hears_of_a_message_with_a_file(slack: Playground, listening: Any) -> None:
    file = slack.upload(as_=ADA, name="my cat.png", body=PNG, alt_text="A cat")
    said = show(slack, file["id"])
    slack.settle()
    (event,) = listening.events()
    assert event == {
        "type": "message",
        "subtype": "file_share",
        "user": ADA,
        "text": "Look",
        "blocks": said["blocks"],
        "files": [
            {
                "id": file["id"],
                "created": file["created"],
                "timestamp": file["created"],
                "name": "my cat.png",
                "title": "my cat.png",
                "mimetype": "image/png",
                "filetype": "png",
                "pretty_type": "PNG",
                "user": ADA,
                "user_team": TEAM["id"],
                "editable": False,
                "size": len(PNG),
                "mode": "hosted",
                "is_external": False,
                "external_type": "",
                "is_public": True,
                "public_url_shared": False,
                "display_as_bot": False,
                "username": "",
                "url_private": f"{slack.url}files-pri/{TEAM['id']}-{file['id']}/my%20cat.png",
                "url_private_download": (
                    f"{slack.url}files-pri/{TEAM['id']}-{file['id']}/download/my%20cat.png"
                ),
                "media_display_type": "unknown",
                "permalink": f"{slack.url}files/{ADA}/{file['id']}/my%20cat.png",
                "is_starred": False,
                "has_rich_preview": False,
                "file_access": "visible",
                "alt_txt": "A cat",
            }
        ],
        "upload": False,
        "display_as_bot": False,
        "client_msg_id": said["client_msg_id"],
        "ts": said["ts"],
        "event_ts": said["ts"],
        "channel": GENERAL,
        "channel_type": "channel",
    }


def test_a_file_may_come_without_words_in_a_thread_and_in_private(
    slack: Playground, listening: Any
) -> None:
    parent = slack.say(as_=ADA, channel=GENERAL, text="Pictures?").ts
    deed = slack.say(as_=BO, channel=GENERAL, text="", files=[cat(slack)], thread_ts=parent)
    show(slack, cat(slack), channel=direct(ADA).id)
    slack.settle()
    reply, private = [event for event in listening.events() if "files" in event]
    assert reply["ts"] == deed.ts and reply["thread_ts"] == parent and reply["text"] == ""
    assert "blocks" not in reply and reply["parent_user_id"] == ADA
    assert private["channel_type"] == "im" and private["files"][0]["is_public"] is False


def test_a_mention_carries_its_files(slack: Playground, listening: Any) -> None:
    slack.say(as_=ADA, channel=GENERAL, text="@Buffer this one", files=[cat(slack)])
    slack.settle()
    (event,) = listening.events("app_mention")
    assert event["files"][0]["name"] == "cat.png"


def test_a_message_shortcut_carries_the_files(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(lambda ack: ack())
    bot.app.shortcut("add")(lambda ack: ack())
    said = show(slack, cat(slack), cat(slack, "dog.jpeg"))
    slack.shortcut(as_=BO, callback_id="add", channel=GENERAL, ts=said["ts"]).answer()
    message = next(body for body in bot.got if body["type"] == "message_action")["message"]
    assert message == said and message["subtype"] == "file_share"
    assert [file["mimetype"] for file in message["files"]] == ["image/png", "image/jpeg"]


def test_history_and_replies_hold_the_files(slack: Playground, client: WebClient) -> None:
    said = show(slack, cat(slack))
    below = show(slack, cat(slack, "dog.png"), thread_ts=said["ts"])
    (parent,) = client.conversations_history(channel=GENERAL)["messages"]
    assert parent["files"] == said["files"] and parent["subtype"] == "file_share"
    replies = client.conversations_replies(channel=GENERAL, ts=said["ts"])["messages"]
    assert [message["files"] for message in replies] == [said["files"], below["files"]]


def test_an_edited_message_keeps_its_files(slack: Playground, listening: Any) -> None:
    said = show(slack, cat(slack))
    slack.edit(as_=ADA, channel=GENERAL, ts=said["ts"], text="Look here")
    slack.settle()
    (changed,) = [e for e in listening.events() if e.get("subtype") == "message_changed"]
    assert changed["message"]["text"] == "Look here"
    assert changed["message"]["files"] == said["files"]


def test_ten_files_and_no_more(slack: Playground) -> None:
    ids = [cat(slack, f"{n}.png") for n in range(11)]
    with pytest.raises(NotPossible, match="at most 10 files"):
        show(slack, *ids)
    assert len(show(slack, *ids[:10], ids[0])["files"]) == 10
    with pytest.raises(NotPossible, match="no file F404"):
        show(slack, "F404")


def test_ten_megabytes_and_no_more(slack: Playground) -> None:
    with pytest.raises(NotPossible, match=r"cat\.png is larger than 10 MB"):
        slack.upload(as_=ADA, name="cat.png", body=bytes(MOST_BYTES + 1))
    with pytest.raises(NotPossible, match=r"cat\.png is empty"):
        slack.upload(as_=ADA, name="cat.png", body=b"")
    assert slack.upload(as_=ADA, name="cat.png", body=bytes(MOST_BYTES))["size"] == MOST_BYTES


@pytest.mark.parametrize(
    ("name", "given", "filetype", "mimetype", "pretty"),
    [
        ("a.PNG", "", "png", "image/png", "PNG"),
        ("a.jpeg", "", "jpg", "image/jpeg", "JPEG"),
        ("a.png", "application/pdf", "pdf", "application/pdf", "PDF"),
        ("a.gif", "", "gif", "image/gif", "GIF"),
        ("a.webp", "", "webp", "image/webp", "WebP"),
        ("a.txt", "", "text", "text/plain", "Plain Text"),
        ("a.csv", "", "csv", "text/csv", "CSV"),
        ("a.heic", "image/heic", "heic", "image/heic", "HEIC"),
        ("pasted", "image/png", "png", "image/png", "PNG"),
        ("a", "", "binary", "application/octet-stream", "Binary"),
    ],
)
def test_a_file_has_slacks_types(
    name: str, given: str, filetype: str, mimetype: str, pretty: str
) -> None:
    kind = kind_of(name, given)
    assert (kind.filetype, kind.mimetype, kind.pretty_type) == (filetype, mimetype, pretty)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\cat.png", "cat.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("Möwe ☀.png", "Möwe ☀.png"),
        ("/", "file"),
        ("..", "file"),
        (".env", ".env"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
    ],
)
def test_a_name_is_only_a_name(slack: Playground, given: str, kept: str) -> None:
    assert base_name(given) == kept
    file = slack.upload(as_=ADA, name=given, body=PNG)
    show(slack, file["id"])
    assert file["name"] == kept
    assert download(file["url_private"])[0] == download(file["url_private_download"])[0] == PNG


def test_a_file_named_download_can_be_downloaded(slack: Playground) -> None:
    (file,) = show(slack, cat(slack, "download"))["files"]
    assert download(file["url_private"])[0] == download(file["url_private_download"])[0] == PNG


# -- files.info ------------------------------------------------------------------------------------


def test_files_info_tells_all(slack: Playground, client: WebClient) -> None:
    id = cat(slack)
    said = show(slack, id)
    again = show(slack, id, channel=direct(ADA).id)
    answer = client.files_info(file=id)
    assert answer["ok"] and answer["comments"] == []
    share = {"team_id": TEAM["id"], "share_user_id": ADA}
    assert answer["file"] == {
        **said["files"][0],
        "comments_count": 0,
        "shares": {
            "public": {GENERAL: [{"ts": said["ts"], "channel_name": "general", **share}]},
            "private": {direct(ADA).id: [{"ts": again["ts"], **share}]},
        },
        "channels": [GENERAL],
        "groups": [],
        "ims": [direct(ADA).id],
    }


def test_what_the_bot_may_not_see_is_not_found(slack: Playground, client: WebClient) -> None:
    id = cat(slack)
    assert error_of(client.files_info, file="F404") == "file_not_found"
    assert error_of(client.api_call, api_method="files.info") == "file_not_found"
    assert error_of(client.files_info, file=id) == "file_not_found"  # not shared yet
    show(slack, id, channel=RANDOM)
    assert error_of(client.files_info, file=id) == "file_not_found"
    slack.join(RANDOM)
    assert client.files_info(file=id)["ok"]
    slack.leave(RANDOM)
    assert error_of(client.files_info, file=id) == "file_not_found"


def scoped(make_slack: Callable[..., Playground], *scopes: str) -> tuple[Playground, WebClient]:
    slack = make_slack(manifest={"oauth_config": {"scopes": {"bot": list(scopes)}}})
    return slack, WebClient(token=TOKEN, base_url=slack.api_url)


def test_files_are_read_with_the_scope(make_slack: Callable[..., Playground]) -> None:
    slack, client = scoped(make_slack, "chat:write")
    (file,) = show(slack, cat(slack))["files"]
    with pytest.raises(SlackApiError) as caught:
        client.files_info(file=file["id"])
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "files:read"
    assert download(file["url_private"])[1] == "text/html"
    slack, client = scoped(make_slack, "files:read")
    (file,) = show(slack, cat(slack))["files"]
    assert client.files_info(file=file["id"])["ok"]
    assert download(file["url_private"])[0] == PNG


def test_files_info_is_tier_four(make_slack: Callable[..., Playground]) -> None:
    slack = make_slack(clock=lambda: 1_800_000_000.0, rate_limits=True)
    client = WebClient(token=TOKEN, base_url=slack.api_url)
    id = cat(slack)
    show(slack, id)
    for _ in range(100):
        client.files_info(file=id)
    assert error_of(client.files_info, file=id) == "ratelimited"


def test_a_file_of_the_bot_comes_in_three_steps(slack: Playground, client: WebClient) -> None:
    client.files_upload_v2(
        channel=GENERAL, filename="cat.png", content=PNG, initial_comment="A cat", alt_txt="Cat"
    )
    message = slack.last(GENERAL)
    assert message and message["text"] == "A cat" and message["subtype"] == "file_share"
    (file,) = message["files"]
    assert file["name"] == "cat.png" and file["user"] == BOT_USER
    whole = client.files_info(file=file["id"])["file"]
    assert whole["shares"]["public"][GENERAL][0]["ts"] == message["ts"]
    assert download(file["url_private_download"]) == (PNG, "image/png")


# -- url_private -----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "xoxb-other", ""])
def test_without_the_token_it_is_the_login_page(slack: Playground, token: str | None) -> None:
    (file,) = show(slack, cat(slack))["files"]
    for url in (file["url_private"], file["url_private_download"]):
        body, kind = download(url, token)
        assert b"Sign in" in body and kind == "text/html" and PNG not in body
        assert download(url) == (PNG, "image/png")


def test_no_header_of_a_browser_opens_it(slack: Playground) -> None:
    (file,) = show(slack, cat(slack))["files"]
    _, body, headers = fetch(file["url_private"], Sec_Fetch_Site="same-origin")
    assert headers.get_content_type() == "text/html" and PNG not in body


def test_a_file_from_where_the_bot_is_not_is_the_login_page(slack: Playground) -> None:
    (file,) = show(slack, cat(slack), channel=RANDOM)["files"]
    assert download(file["url_private"])[1] == "text/html"


def test_a_file_that_is_not_there(slack: Playground) -> None:
    url = f"{slack.url}files-pri/{TEAM['id']}-F404/cat.png"
    assert fetch(url, Authorization=f"Bearer {TOKEN}")[0] == 404
    assert download(url, None)[1] == "text/html"


def test_a_download_names_the_file(slack: Playground) -> None:
    (file,) = show(slack, cat(slack, 'a "cat".png'))["files"]
    _, _, headers = fetch(file["url_private_download"], Authorization=f"Bearer {TOKEN}")
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_download_can_be_made_to_fail(slack: Playground) -> None:
    (file,) = show(slack, cat(slack))["files"]
    slack.faults.down("url_private", times=1)
    assert fetch(file["url_private"])[0] == 503
    slack.faults.rate_limits("url_private", retry_after=7)
    status, _, headers = fetch(file["url_private"])
    assert status == 429 and headers["Retry-After"] == "7"
    assert download(file["url_private"])[0] == PNG


def test_files_outlive_a_restart(make_slack: Callable[..., Playground], tmp_path: Path) -> None:
    path = str(tmp_path / "playground.db")
    first = make_slack(path=path)
    shown, handed = show(first, cat(first))["files"][0], cat(first, "handed.png")
    first._client.workspace.hand_to_bot(handed)
    port = first._server.port
    first.close()
    second = make_slack(path=path, port=port)
    assert second.messages(GENERAL)[0]["files"] == [shown]
    client = WebClient(token=TOKEN, base_url=second.api_url)
    for id in (shown["id"], handed):
        assert download(client.files_info(file=id)["file"]["url_private"])[0] == PNG


# -- file_input ------------------------------------------------------------------------------------


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def asking(surface: str = "modal", *, live: bool = False, **element: Any) -> Payload:
    """A view that asks for files, and hears of them at once where it is live."""
    block = {
        "type": "input",
        "block_id": "pictures",
        "label": plain("Pictures"),
        "element": {"type": "file_input", "action_id": "files", **element},
        "dispatch_action": live,
    }
    view: Payload = {"type": surface, "callback_id": "form", "blocks": [block]}
    return {**view, "title": plain("Form"), "submit": plain("Save")} if surface == "modal" else view


def test_a_file_input_is_valid(slack: Playground, client: WebClient) -> None:
    check_view(asking())
    check_view(asking(filetypes=["png", "jpg", "jpeg", "gif", "webp"], max_files=1))
    check_view(asking(max_files=10))


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (asking(max_files=0), "/view/blocks/0/element/max_files"),
        (asking(max_files=11), "/view/blocks/0/element/max_files"),
        (asking(max_files="3"), "/view/blocks/0/element/max_files"),
        (asking(filetypes="png"), "/view/blocks/0/element/filetypes"),
        (asking(filetypes=[1]), "/view/blocks/0/element/filetypes/0"),
        (asking(action_id="x" * 256), "/view/blocks/0/element/action_id"),
        (asking(placeholder=plain("x")), "/view/blocks/0/element"),
        (asking("home"), "/view/blocks/0/element/type"),
    ],
)
def test_a_file_input_has_limits(view: Payload, pointer: str) -> None:
    with pytest.raises(SlackError) as caught:
        check_view(view)
    assert any(m.endswith(f"[json-pointer:{pointer}]") for m in caught.value.messages)


def opened(slack: Playground, bot: Any, **element: Any) -> Callable[..., list[Payload]]:
    """Ada has the form open; what is returned submits it and gives what the bot got."""

    def on_write(ack: Any, body: Payload, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=asking(**element))
        ack()

    bot.app.shortcut("write")(on_write)
    bot.app.view("form")(lambda ack: ack())
    slack.shortcut(as_=ADA, callback_id="write").answer()

    def submit(files: Iterable[Any]) -> list[Payload]:
        slack.submit(as_=ADA, values={"pictures": list(files)})
        slack.settle()
        found = [body for body in bot.got if body["type"] == "view_submission"]
        return [body["view"]["state"]["values"]["pictures"]["files"] for body in found]

    return submit


def errors(slack: Playground) -> Payload:
    view = slack.modal(ADA)
    assert view
    return dict(view["errors"])


def test_a_submission_carries_the_files(slack: Playground, bot: Any, client: WebClient) -> None:
    submit = opened(slack, bot, max_files=2)
    file = slack.upload(as_=ADA, name="cat.png", body=PNG)
    (value,) = submit([file["id"], cat(slack, "dog.png")])
    assert [each["name"] for each in value["files"]] == ["cat.png", "dog.png"]
    assert value["type"] == "file_input" and set(value) == {"type", "files"}
    bare = ("comments_count", "shares", "channels", "groups", "ims")
    assert value["files"][0] == {k: v for k, v in file.items() if k not in bare}
    assert client.files_info(file=file["id"])["file"]["channels"] == []
    assert download(value["files"][0]["url_private"])[0] == PNG
    assert slack.modal(ADA) is None and slack.problems == []


def test_slacks_own_form_and_the_pages_are_taken(slack: Playground, bot: Any) -> None:
    opened(slack, bot)
    file = slack.upload(as_=ADA, name="cat.png", body=PNG)
    held = {"files": {"type": "file_input", "files": [{**file, "name": "forged.png"}]}}
    slack.submit(as_=ADA, values={"pictures": held}).answer()
    value = bot.got[-1]["view"]["state"]["values"]["pictures"]["files"]
    assert value["files"][0]["name"] == "cat.png"


def test_no_files_are_an_empty_list(slack: Playground, bot: Any) -> None:
    submit = opened(slack, bot)
    assert submit([]) == []
    assert errors(slack) == {"pictures": "Please complete this required field."}
    view = slack.modal(ADA)
    assert view and view["state"]["values"]["pictures"]["files"] == {
        "type": "file_input",
        "files": [],
    }


def test_too_many_files_are_said(slack: Playground, bot: Any) -> None:
    submit = opened(slack, bot, max_files=1)
    assert submit([cat(slack), cat(slack)]) == []
    assert errors(slack) == {"pictures": "Please choose no more than 1 file."}
    assert submit([cat(slack)])


def test_without_max_files_it_is_ten(slack: Playground, bot: Any) -> None:
    submit = opened(slack, bot)
    assert submit(cat(slack) for _ in range(11)) == []
    assert "no more than 10 files" in errors(slack)["pictures"]


def test_other_types_are_said(slack: Playground, bot: Any) -> None:
    submit = opened(slack, bot, filetypes=["png", "JPG"])
    assert submit([cat(slack), cat(slack, "notes.txt")]) == []
    assert errors(slack) == {"pictures": "notes.txt is not of these types: png, jpg."}
    assert submit([cat(slack, "a.PNG"), cat(slack, "b.jpg")])


def test_a_file_that_is_not_there_cannot_be_chosen(slack: Playground, bot: Any) -> None:
    submit = opened(slack, bot)
    with pytest.raises(NotPossible, match="no file F404"):
        submit(["F404"])


def test_what_was_chosen_outlives_an_update(slack: Playground, bot: Any, client: WebClient) -> None:
    def on_files(ack: Any, body: Payload) -> None:
        again = asking()
        again["blocks"] = [{"type": "divider"}, *again["blocks"]]
        client.views_update(view_id=body["view"]["id"], view=again)
        ack()

    bot.app.action("files")(on_files)
    opened(slack, bot, live=True)
    slack.press(as_=ADA, action_id="files", value=[cat(slack)]).answer()
    told = bot.got[-1]["actions"][0]
    assert told["type"] == "file_input" and told["files"][0]["name"] == "cat.png"
    view = slack.modal(ADA)
    assert view and view["blocks"][0]["type"] == "divider"
    assert view["state"]["values"]["pictures"]["files"]["files"] == told["files"]
    slack.submit(as_=ADA).answer()
    assert bot.got[-1]["view"]["state"]["values"]["pictures"]["files"]["files"] == told["files"]


def test_a_file_input_needs_the_scope(make_slack: Callable[..., Playground]) -> None:
    """docs.slack.dev/reference/block-kit/block-elements/file-input-element (2026-11)."""
    for scopes, problems in ((["commands"], 1), (["commands", "files:read"], 0)):
        slack, client = scoped(make_slack, *scopes)
        client.views_open(trigger_id=slack._client.triggers.issue(ADA), view=asking())
        assert len(slack.problems) == problems
        assert all("files:read" in problem for problem in slack.problems)
