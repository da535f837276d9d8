"""The state: it outlives a restart, and what people type becomes what Slack would make of it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from playground import ADA, BO, BOT_USER, GENERAL, RANDOM, Playground
from playground.rich_text import Names, encode, plain
from playground.shelf import Shelf

Payload = dict[str, Any]
ROOT = Path(__file__).parents[2]
NAMES = Names(people={"bo": "U1", "ada lovelace": "U2", "buffer": "U3"}, channels={"C1": "general"})
HELLO = {"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": "Hello"}}


def test_the_state_outlives_a_restart(
    make_slack: Callable[..., Playground], tmp_path: Path
) -> None:
    path = str(tmp_path / "data" / "playground.db")
    first = make_slack(path=path)
    client = WebClient(token="xoxb-playground", base_url=first.api_url)
    ts = client.chat_postMessage(channel=GENERAL, text="Card", blocks=[HELLO])["ts"]
    client.chat_postMessage(channel=GENERAL, text="Reply", thread_ts=ts)
    client.chat_postEphemeral(channel=GENERAL, user=ADA, text="Psst")
    client.conversations_join(channel=RANDOM)
    client.views_publish(user_id=ADA, view={"type": "home", "blocks": [HELLO]})
    view = {"type": "modal", "title": {"type": "plain_text", "text": "M"}, "blocks": [HELLO]}
    client.views_open(trigger_id=first._client.triggers.issue(ADA), view=view)
    file = first.upload(as_=ADA, name="a.txt", body=b"text")
    url = first._client.responses.issue("message", ADA, GENERAL, ts)
    version, seen, home = first._workspace.version, first.messages(GENERAL, ADA), first.home(ADA)
    modal = first.modal(ADA)
    port = first._server.port
    first.close()

    second = make_slack(path=path, port=port)
    assert second._workspace.version > version
    assert second.messages(GENERAL, ADA) == seen and second.messages(GENERAL, BO) == seen[:2]
    assert second.home(ADA) == home and second.modal(ADA) == modal
    assert BOT_USER in second._workspace.channels[RANDOM].members
    assert second._workspace.file_bytes(file["id"]) == b"text"
    assert WebhookClient(url).send(text="New", replace_original=True).status_code == 200
    assert second.messages(GENERAL)[0]["text"] == "New"


KILLED = """
import os, signal, sys
from playground import ADA, GENERAL, Playground
manifest = {"settings": {"event_subscriptions": {"bot_events": ["message.channels"]}}}
slack = Playground(bot_url="http://127.0.0.1:9/", signing_secret="s", bot_token="t",
                   manifest=manifest, port=0, path=sys.argv[1])
slack.start()
for n in range(30):
    slack.say(as_=ADA, channel=GENERAL, text=str(n))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_event_is_lost_in_a_kill(tmp_path: Path) -> None:
    path = str(tmp_path / "playground.db")
    subprocess.run([sys.executable, "-c", KILLED, path], cwd=ROOT, timeout=30, check=False)
    shelf = Shelf(path)
    said = {m["message"]["text"] for m in shelf.all("message").values()}
    waiting = {e["body"]["event"]["text"] for e in shelf.all("event").values()}
    shelf.close()
    assert said == waiting == {str(n) for n in range(30)}


def test_message_ids_are_never_given_twice(slack: Playground) -> None:
    slack._workspace.clock = lambda: 1_800_000_000.0
    made = [slack._workspace.next_ts() for _ in range(100)]
    assert sorted(set(made)) == made and made[0] == "1800000000.000000"


def test_only_problems_are_noted(slack: Playground) -> None:
    assert slack.problems == []


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("see https://a.b/c?x=1&y=2.", "see <https://a.b/c?x=1&amp;y=2>."),
        ("(https://a.b/c)", "(<https://a.b/c>)"),
        ("see example.com/x", "see <http://example.com/x|example.com/x>"),
        ("mail a.b@c.de", "mail <mailto:a.b@c.de|a.b@c.de>"),
        ("@Bo and @ada lovelace and @nobody", "<@U1> and <@U2> and @nobody"),
        ("<@U3> hi", "<@U3> hi"),
        ("in #general, not #nowhere", "in <#C1|general>, not #nowhere"),
        ("done 🎉 :tada: 10:30:20", "done :tada: :tada: 10:30:20"),
        ("*bold* _it_ ~no~ `x < y`", "*bold* _it_ ~no~ `x &lt; y`"),
        ("*a _b_ c*", "*a _b_ c*"),
        ("snake_case_word 2*3*4", "snake_case_word 2*3*4"),
        ("```\nx = <1>\n```", "```x = &lt;1&gt;```"),
        ("> said\n> he\nyes", "&gt; said\n&gt; he\nyes"),
        ("  two\nlines  ", "two\nlines"),
    ],
)
def test_typed_text_is_encoded(typed: str, text: str) -> None:
    assert encode(typed, NAMES, "b").text == text


def test_typed_text_becomes_rich_text() -> None:
    typed = "Hi *big _red_* @Bo :tada: https://a.b"
    (block,) = encode(typed, NAMES, "b1").blocks
    assert block["type"] == "rich_text" and block["block_id"] == "b1"
    (section,) = block["elements"]
    assert section["type"] == "rich_text_section"
    assert section["elements"] == [
        {"type": "text", "text": "Hi "},
        {"type": "text", "text": "big ", "style": {"bold": True}},
        {"type": "text", "text": "red", "style": {"bold": True, "italic": True}},
        {"type": "text", "text": " "},
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "tada"},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://a.b"},
    ]


def test_code_and_quotes_are_elements_of_their_own() -> None:
    (block,) = encode("Look\n```x *y*```\n> a *b*", NAMES, "b").blocks
    assert [element["type"] for element in block["elements"]] == [
        "rich_text_section",
        "rich_text_preformatted",
        "rich_text_quote",
    ]
    assert block["elements"][1]["elements"] == [{"type": "text", "text": "x *y*"}]
    assert block["elements"][2]["elements"][1]["style"] == {"bold": True}


def test_nothing_typed_is_no_block() -> None:
    assert encode("", NAMES, "b").blocks == []
    assert plain("@Bo & <x>", NAMES) == "<@U1> &amp; &lt;x&gt;"


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes.")
    for path in (file, file / "playground.db"):
        with pytest.raises(ValueError, match=r"notes\.txt.* cannot be used for the playground"):
            Shelf(str(path))
    assert file.read_text() == "These are my notes."
