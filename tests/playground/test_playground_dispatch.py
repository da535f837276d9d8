"""The playground as Slack's client, met by a real Bolt app: what is sent, and what answers do."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from playground import (
    ADA,
    BO,
    BOT_ID,
    BOT_USER,
    GENERAL,
    RANDOM,
    NotPossible,
    Playground,
    direct,
)

Payload = dict[str, Any]


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def row(*elements: Payload) -> Payload:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


UNDO: Payload = {"type": "button", "action_id": "undo", "text": plain("Undo"), "value": "7"}
PROFILE: Payload = {
    "type": "static_select",
    "action_id": "profile",
    "placeholder": plain("Profile"),
    "options": [{"text": plain(name), "value": name.lower()} for name in ("Blue", "Red")],
}
TEXT: Payload = {
    "type": "input",
    "block_id": "text",
    "label": plain("Text"),
    "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
}
WHERE: Payload = {
    "type": "input",
    "block_id": "where",
    "optional": True,
    "label": plain("Where"),
    "element": {**PROFILE, "action_id": "where"},
}


def modal(*blocks: Payload, title: str = "Write", **more: Any) -> Payload:
    return {
        "type": "modal",
        "callback_id": "compose",
        "title": plain(title),
        "submit": plain("Queue"),
        "blocks": list(blocks or (TEXT, WHERE)),
        **more,
    }


def opens(view: Payload) -> Callable[..., None]:
    def listener(ack: Any, body: Any, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    return listener


def acks(**answer: Any) -> Callable[..., None]:
    def listener(ack: Any) -> None:
        ack(**answer)

    return listener


# -- commands --------------------------------------------------------------------------------------


def test_a_command_is_answered_in_private(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(lambda ack, body: ack(f"Queued: {body['text']}"))
    assert slack.say(as_=ADA, channel=GENERAL, text="/buffer Hello <b> & #x ").answer().arrived
    last = slack.last(GENERAL, ADA)
    assert last and last["text"] == "Queued: Hello <b> & #x" and last["ephemeral"]
    assert slack.messages(GENERAL, BO) == []
    sent = bot.got[0]
    assert sent["command"] == "/buffer" and sent["user_id"] == ADA and sent["user_name"] == "ada"
    assert sent["channel_id"] == GENERAL and sent["channel_name"] == "general"
    assert sent["trigger_id"] and sent["response_url"].startswith(slack.url)
    assert slack.problems == []


def test_a_command_can_answer_everybody(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(acks(text="Hello all", response_type="in_channel"))
    slack.say(as_=ADA, channel=GENERAL, text="/buffer Hello").answer()
    assert [m["text"] for m in slack.messages(GENERAL, BO)] == ["/buffer Hello", "Hello all"]


def test_a_command_may_want_its_text_escaped(slack: Playground, bot: Any) -> None:
    bot.app.command("/escaped")(acks())
    slack.say(as_=ADA, channel=GENERAL, text="/escaped @Bo in #general https://x.y/z").answer()
    assert bot.got[0]["text"] == f"<@{BO}> in <#{GENERAL}|general> <https://x.y/z>"
    assert slack.messages(GENERAL, ADA) == []


def test_a_command_in_a_direct_message_hides_the_name(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(acks())
    slack.say(as_=ADA, channel=direct(ADA).id, text="/buffer Hello\nthere").answer()
    assert bot.got[0]["channel_name"] == "directmessage" and bot.got[0]["text"] == "Hello\nthere"


def test_a_command_nobody_knows_or_in_a_thread_is_not_sent(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    assert slack.say(as_=ADA, channel=GENERAL, text="/nope").sent == []
    ts = slack.say(as_=ADA, channel=GENERAL, text="Hello").ts
    slack.settle()
    assert slack.say(as_=ADA, channel=GENERAL, text="/buffer x", thread_ts=ts).sent == []
    first, second = slack.toasts(ADA)
    assert "/nope is not a valid command" in first
    assert "/buffer is not supported in threads" in second


@pytest.mark.parametrize("text", ["// internal", "/usr/bin/env", " /buffer x"])
def test_what_only_looks_like_a_command_is_said(slack: Playground, bot: Any, text: str) -> None:
    bot.app.event("message")(acks())
    slack.say(as_=ADA, channel=GENERAL, text=text)
    slack.settle()
    assert bot.events()[0]["text"] == text.strip() and slack.toasts(ADA) == []


def test_a_command_that_fails_says_so(slack: Playground, bot: Any) -> None:
    slack.say(as_=ADA, channel=GENERAL, text="/buffer x").answer()
    assert slack.toasts(ADA) == ['/buffer failed with the error "dispatch_failed"']
    assert slack.problems and "404" in slack.problems[0]


def test_a_lost_ack_is_a_timeout(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(acks(text="Queued"))
    slack.faults.drop_acks = 1
    slack.say(as_=ADA, channel=GENERAL, text="/buffer x").answer()
    assert slack.toasts(ADA) == ['/buffer failed with the error "operation_timeout"']
    assert slack.messages(GENERAL, ADA) == [] and len(bot.got) == 1
    assert slack.problems == []


def test_a_bot_that_is_away_fails_at_once(slack: Playground) -> None:
    answer = slack.say(as_=ADA, channel=GENERAL, text="/buffer x").answer()
    assert answer.problem == "connection_failed"
    assert slack.toasts(ADA) == ['/buffer failed with the error "dispatch_failed"']


def test_a_bad_ack_is_noted(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(acks(text="x", blocks=[{"type": "header", "text": plain("")}]))
    slack.say(as_=ADA, channel=GENERAL, text="/buffer x").answer()
    assert slack.messages(GENERAL, ADA) == []
    assert "invalid_blocks" in slack.toasts(ADA)[0] and "/blocks/0/text" in slack.problems[0]


def test_a_command_can_arrive_several_times(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(acks(text="Queued"))
    slack.faults.copies["command"] = 3
    slack.say(as_=ADA, channel=GENERAL, text="/buffer x")
    slack.settle()
    assert len({body["trigger_id"] for body in bot.got}) == 1 and len(bot.got) == 3


def test_a_request_can_be_sent_again(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(acks(text="Queued"))
    slack.say(as_=ADA, channel=GENERAL, text="/buffer x").answer()
    assert slack.send_again(slack.sent[-1]).arrived
    assert bot.got[0] == bot.got[1]
    assert parse_qs(slack.sent[-1].body.decode())["command"] == ["/buffer"]


# -- elements of messages --------------------------------------------------------------------------


def test_a_button_replaces_its_private_message(slack: Playground, bot: Any) -> None:
    def on_undo(ack: Any, respond: Any) -> None:
        ack()
        respond(text="Undone.", replace_original=True)

    bot.app.command("/buffer")(acks(text="Queued.", blocks=[row(UNDO)]))
    bot.app.action("undo")(on_undo)
    slack.say(as_=ADA, channel=GENERAL, text="/buffer Hello").answer()
    slack.press(as_=ADA, label="Undo").answer()
    slack.settle()
    assert [m["text"] for m in slack.messages(GENERAL, ADA)] == ["Undone."]
    payload = bot.got[-1]
    assert payload["type"] == "block_actions" and payload["channel"]["id"] == GENERAL
    assert payload["container"]["is_ephemeral"] and "message" not in payload
    action = payload["actions"][0]
    assert action["value"] == "7" and action["block_id"] == "row" and action["action_ts"]
    assert action["type"] == "button" and action["text"]["text"] == "Undo"


def test_a_public_message_goes_along_with_its_inputs(
    slack: Playground, bot: Any, client: Any
) -> None:
    bot.app.event("message")(acks())
    bot.app.action("undo")(acks())
    bot.app.action("profile")(acks())
    parent = client.chat_postMessage(channel=GENERAL, text="Card")["ts"]
    ts = client.chat_postMessage(
        channel=GENERAL, text="Pick", blocks=[row(UNDO, PROFILE)], thread_ts=parent
    )["ts"]
    slack.settle()
    slack.press(as_=BO, action_id="profile", channel=GENERAL, ts=ts, value="red").answer()
    action = bot.got[-1]["actions"][0]
    assert action["selected_option"] == PROFILE["options"][1]
    slack.press(as_=BO, action_id="undo", channel=GENERAL, ts=ts).answer()
    payload = bot.got[-1]
    assert payload["message"]["text"] == "Pick" and payload["user"]["id"] == BO
    assert payload["container"]["thread_ts"] == parent
    held = payload["state"]["values"]["row"]["profile"]
    assert held == {"type": "static_select", "selected_option": PROFILE["options"][1]}


def test_the_body_of_an_actions_ack_is_noted(slack: Playground, bot: Any, client: Any) -> None:
    bot.app.event("message")(acks())
    bot.app.action("undo")(acks(text="Nobody sees this"))
    client.chat_postMessage(channel=GENERAL, text="x", blocks=[row(UNDO)])
    slack.settle()
    slack.press(as_=ADA, action_id="undo", value={"value": None}).answer()
    assert bot.got[-1]["actions"][0]["value"] == "7"
    assert "Nobody sees this" in slack.problems[0]


def test_what_is_not_there_cannot_be_pressed(slack: Playground, bot: Any, client: Any) -> None:
    client.chat_postMessage(channel=GENERAL, text="x", blocks=[row(PROFILE)])
    with pytest.raises(NotPossible):
        slack.press(as_=ADA, label="Undo")
    with pytest.raises(NotPossible):
        slack.press(as_=ADA, action_id="profile", value="green")


def test_a_press_that_fails_says_so(slack: Playground, bot: Any, client: Any) -> None:
    client.chat_postMessage(channel=GENERAL, text="x", blocks=[row(UNDO)])
    slack.press(as_=ADA, action_id="undo").answer()
    assert "dispatch_failed" in slack.toasts(ADA)[0] and slack.problems


# -- modals ----------------------------------------------------------------------------------------


@pytest.fixture
def composing(slack: Playground, bot: Any) -> Any:
    """Ada has the composer open."""
    bot.app.command("/buffer")(opens(modal(notify_on_close=True, private_metadata="p")))
    slack.say(as_=ADA, channel=GENERAL, text="/buffer").answer()
    assert slack.modal(ADA)
    return bot


def test_a_submission_carries_what_was_entered(slack: Playground, composing: Any) -> None:
    composing.app.view("compose")(acks())
    slack.submit(as_=ADA, values={"text": "Hello", "where": "red"}).answer()
    payload = composing.got[-1]
    assert payload["type"] == "view_submission" and payload["response_urls"] == []
    view = payload["view"]
    assert view["callback_id"] == "compose" and view["private_metadata"] == "p"
    assert view["state"]["values"] == {
        "text": {"text": {"type": "plain_text_input", "value": "Hello"}},
        "where": {
            "where": {"type": "static_select", "selected_option": PROFILE["options"][1]},
        },
    }
    assert slack.modal(ADA) is None and slack.problems == []


def test_slacks_own_form_of_values_is_taken(slack: Playground, composing: Any) -> None:
    composing.app.view("compose")(acks())
    form = {"text": {"text": {"type": "plain_text_input", "value": "Hello"}}}
    slack.submit(as_=ADA, values=form).answer()
    assert composing.got[-1]["view"]["state"]["values"]["text"] == form["text"]


def test_slack_itself_asks_for_what_is_missing(slack: Playground, composing: Any) -> None:
    assert slack.submit(as_=ADA, values={}).sent == []
    view = slack.modal(ADA)
    assert view and view["errors"] == {"text": "Please complete this required field."}
    slack.submit(as_=ADA, values={"text": "x" * 21})
    view = slack.modal(ADA)
    assert view and "20" in view["errors"]["text"]


def test_errors_are_shown_where_they_belong(slack: Playground, composing: Any) -> None:
    composing.app.view("compose")(acks(response_action="errors", errors={"text": "Too dull."}))
    slack.submit(as_=ADA, values={"text": "Hello"}).answer()
    view = slack.modal(ADA)
    assert view and view["errors"] == {"text": "Too dull."} and "busy" not in view
    assert view["state"]["values"]["text"]["text"]["value"] == "Hello"


def test_errors_for_what_is_no_input_are_a_mistake(slack: Playground, composing: Any) -> None:
    composing.app.view("compose")(acks(response_action="errors", errors={"nope": "Hm."}))
    slack.submit(as_=ADA, values={"text": "Hello"}).answer()
    assert "trouble" in slack.toasts(ADA)[0] and "nope" in slack.problems[0]
    assert slack.modal(ADA)


def test_an_answer_can_update_push_and_clear(slack: Playground, composing: Any) -> None:
    composing.app.view("compose")(acks(response_action="update", view=modal(title="Second")))
    before = slack.modal(ADA)
    slack.submit(as_=ADA, values={"text": "Hello"}).answer()
    after = slack.modal(ADA)
    assert before and after and after["id"] == before["id"] and after["hash"] != before["hash"]
    assert after["title"]["text"] == "Second"
    assert after["state"]["values"]["text"]["text"]["value"] == "Hello"  # same ids: kept


def test_an_answer_can_push_and_clear(slack: Playground, composing: Any) -> None:
    done = modal({"type": "divider"}, title="Done", callback_id="done")
    composing.app.view("compose")(acks(response_action="push", view=done))
    composing.app.view("done")(acks(response_action="clear"))
    slack.submit(as_=ADA, values={"text": "Hello"}).answer()
    assert [v["title"]["text"] for v in slack.modals(ADA)] == ["Write", "Done"]
    slack.submit(as_=ADA).answer()
    assert slack.modals(ADA) == []


def test_an_invalid_view_in_an_answer_is_a_mistake(slack: Playground, composing: Any) -> None:
    bad = modal(title="x" * 25)
    composing.app.view("compose")(acks(response_action="update", view=bad))
    slack.submit(as_=ADA, values={"text": "Hello"}).answer()
    assert "/view/title/text" in slack.problems[0]


def test_closing_is_told_if_asked_for(slack: Playground, composing: Any) -> None:
    composing.app.view_closed("compose")(acks())
    slack.close_view(as_=ADA).answer()
    payload = composing.got[-1]
    assert payload["type"] == "view_closed" and payload["is_cleared"] is False
    assert slack.modal(ADA) is None
    with pytest.raises(NotPossible):
        slack.close_view(as_=ADA)


def test_an_input_with_dispatch_action_tells_as_it_is_typed(slack: Playground, bot: Any) -> None:
    live = {**TEXT, "dispatch_action": True}
    bot.app.shortcut("write")(opens(modal(live)))
    bot.app.action("text")(acks())
    slack.shortcut(as_=ADA, callback_id="write").answer()
    view = slack.modal(ADA)
    assert view
    slack.typed(
        as_=ADA, view_id=view["id"], block_id="text", action_id="text", value="tomorrow"
    ).answer()
    payload = bot.got[-1]
    assert payload["actions"][0]["value"] == "tomorrow"
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["state"]["values"]["text"]["text"]["value"] == "tomorrow"
    assert "response_url" not in payload and "channel" not in payload


def test_an_input_without_dispatch_action_tells_nothing(slack: Playground, composing: Any) -> None:
    with pytest.raises(NotPossible):
        slack.press(as_=ADA, block_id="text", value="x")


def test_an_empty_input_is_null(slack: Playground, composing: Any) -> None:
    composing.app.view("compose")(acks(response_action="errors", errors={"text": "No."}))
    slack.submit(as_=ADA, values={"text": "x"}).answer()
    form = {"text": {"text": {"type": "plain_text_input", "value": ""}}}
    slack.submit(as_=ADA, values=form)
    view = slack.modal(ADA)
    assert view and view["state"]["values"]["text"]["text"]["value"] is None
    assert view["errors"]


def test_a_conversation_select_brings_response_urls(slack: Playground, bot: Any) -> None:
    select = {
        "type": "conversations_select",
        "action_id": "to",
        "default_to_current_conversation": True,
        "response_url_enabled": True,
    }
    asked = {"type": "input", "block_id": "to", "label": plain("To"), "element": select}
    bot.app.command("/buffer")(opens(modal(asked)))
    bot.app.view("compose")(acks())
    slack.say(as_=ADA, channel=GENERAL, text="/buffer").answer()
    slack.submit(as_=ADA).answer()
    urls = bot.got[-1]["response_urls"]
    assert urls[0]["channel_id"] == GENERAL and urls[0]["response_url"].startswith(slack.url)


# -- shortcuts -------------------------------------------------------------------------------------


def test_a_message_shortcut_carries_the_message(slack: Playground, bot: Any) -> None:
    bot.app.shortcut("add")(opens(modal()))
    ts = slack.say(as_=BO, channel=RANDOM, text="*Ship* it").ts
    assert slack.shortcut(as_=ADA, callback_id="add", channel=RANDOM, ts=ts).answer().arrived
    payload = bot.got[-1]
    assert payload["type"] == "message_action" and payload["message"]["text"] == "*Ship* it"
    assert payload["message"]["user"] == BO and payload["message_ts"] == ts
    assert payload["channel"]["id"] == RANDOM and payload["response_url"]
    assert slack.modal(ADA) and slack.modal(BO) is None


def test_no_shortcuts_on_private_messages(slack: Playground, client: Any) -> None:
    ts = client.chat_postEphemeral(channel=GENERAL, user=ADA, text="Psst")["message_ts"]
    with pytest.raises(NotPossible):
        slack.shortcut(as_=ADA, callback_id="add", channel=GENERAL, ts=ts)
    with pytest.raises(NotPossible):
        slack.shortcut(as_=ADA, callback_id="add")


# -- events ----------------------------------------------------------------------------------------


def test_a_message_is_an_event_where_the_bot_is(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    slack.say(as_=ADA, channel=RANDOM, text="Unheard")
    slack.say(as_=ADA, channel=GENERAL, text="Hello *all*")
    slack.settle()
    body = bot.got[0]
    assert len(bot.got) == 1 and body["type"] == "event_callback" and body["event_id"]
    assert body["authorizations"][0] == {
        "enterprise_id": None,
        "team_id": body["team_id"],
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    event = body["event"]
    assert event["text"] == "Hello *all*" and event["channel_type"] == "channel"
    assert event["blocks"][0]["type"] == "rich_text" and event["event_ts"] == event["ts"]


def test_threads_files_edits_and_deletions_are_events(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    ts = slack.say(as_=ADA, channel=GENERAL, text="Parent").ts
    assert ts
    reply = slack.say(as_=BO, channel=GENERAL, text="Reply", thread_ts=ts).ts
    file = slack.upload(as_=BO, name="cat.png", body=b"PNG", alt_text="A cat")
    slack.say(as_=BO, channel=GENERAL, text="Look", thread_ts=ts, files=[file["id"]])
    slack.settle()
    assert reply
    slack.edit(as_=BO, channel=GENERAL, ts=reply, text="Better")
    slack.settle()
    slack.delete(as_=BO, channel=GENERAL, ts=reply)
    slack.settle()
    events = {event.get("subtype") or event["text"]: event for event in bot.events()}
    assert events["Reply"]["thread_ts"] == ts and events["Reply"]["parent_user_id"] == ADA
    assert events["file_share"]["files"][0]["alt_txt"] == "A cat"
    changed = events["message_changed"]
    assert changed["message"]["text"] == "Better" and changed["hidden"]
    assert changed["previous_message"]["text"] == "Reply" and changed["message"]["edited"]
    assert events["message_deleted"]["deleted_ts"] == reply


def test_a_deleted_parent_leaves_a_tombstone(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    ts = slack.say(as_=ADA, channel=GENERAL, text="Parent").ts
    assert ts
    slack.say(as_=BO, channel=GENERAL, text="Reply", thread_ts=ts)
    slack.delete(as_=ADA, channel=GENERAL, ts=ts)
    slack.settle()
    parent, reply = slack.thread(GENERAL, ts)
    assert parent["subtype"] == "tombstone" and reply["text"] == "Reply"


def test_the_bot_hears_itself_too(slack: Playground, bot: Any, client: Any) -> None:
    bot.app.event("message")(acks())
    client.chat_postMessage(channel=GENERAL, text="Mine")
    slack.settle()
    assert bot.events()[0]["bot_id"] == BOT_ID


def test_a_mention_is_told_twice(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    bot.app.event("app_mention")(acks())
    slack.say(as_=ADA, channel=GENERAL, text="@buffer help")
    slack.settle()
    assert bot.events("app_mention")[0]["text"] == f"<@{BOT_USER}> help"
    assert bot.events()[0]["ts"] == bot.events("app_mention")[0]["ts"]


def test_a_direct_message_is_an_event_of_its_own(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    slack.say(as_=ADA, channel=direct(ADA).id, text="Hi")
    slack.settle()
    assert bot.events()[0]["channel_type"] == "im"
    with pytest.raises(NotPossible):
        slack.say(as_=BO, channel=direct(ADA).id, text="Hi")


def test_home_comes_with_the_view_once_it_is_published(
    slack: Playground, bot: Any, client: Any
) -> None:
    bot.app.event("app_home_opened")(acks())
    bot.app.action("undo")(acks())
    slack.open_home(as_=ADA).answer()
    assert "view" not in bot.events("app_home_opened")[0]
    client.views_publish(user_id=ADA, view={"type": "home", "blocks": [row(UNDO)]})
    slack.open_home(as_=ADA).answer()
    slack.open_home(as_=ADA, tab="messages").answer()
    _, second, third = bot.events("app_home_opened")
    assert second["view"]["type"] == "home" and third["tab"] == "messages" and "view" not in third
    slack.press(as_=ADA, label="Undo").answer()
    assert bot.got[-1]["view"]["type"] == "home" and "channel" not in bot.got[-1]


# -- retries ---------------------------------------------------------------------------------------


def test_an_event_is_repeated_at_once_after_a_minute_after_five(
    make_slack: Callable[..., Playground],
) -> None:
    now = [1_800_000_000.0]
    slack = make_slack(clock=lambda: now[0])

    def attempts(at: float) -> list[str | None]:
        now[0] = 1_800_000_000.0 + at
        time.sleep(0.3)
        slack.settle(retries=False)
        return [sent.headers.get("X-Slack-Retry-Num") for sent in slack.sent]

    slack.say(as_=ADA, channel=GENERAL, text="Hello").answer()
    assert attempts(59) == [None, "1"]
    assert attempts(61) == attempts(360) == [None, "1", "2"]
    assert attempts(362) == [None, "1", "2", "3"]
    slack.settle()
    assert slack.sent[-1].headers["X-Slack-Retry-Reason"] == "connection_failed"
    assert len({json.loads(sent.body)["event_id"] for sent in slack.sent}) == 1
    assert "given up" in slack.toasts(ADA)[0]


def test_an_event_that_fails_once_comes_again(slack: Playground, bot: Any) -> None:
    def fails_once(body: Any) -> None:
        if len(bot.got) == 1:
            raise RuntimeError("not now")

    bot.app.event("message")(fails_once)
    slack.say(as_=ADA, channel=GENERAL, text="Hello")
    slack.settle()
    first, second = bot.headers
    assert "x-slack-retry-num" not in first and "1" in second["x-slack-retry-num"]
    assert "http_error" in second["x-slack-retry-reason"]
    assert bot.got[0]["event_id"] == bot.got[1]["event_id"]


def test_an_event_can_be_delivered_several_times(slack: Playground, bot: Any) -> None:
    bot.app.event("message")(acks())
    slack.faults.copies["event"] = 3
    slack.say(as_=ADA, channel=GENERAL, text="Hello")
    slack.settle()
    assert len(bot.got) == 3 and len({body["event_id"] for body in bot.got}) == 1


def test_events_outlive_the_process(make_slack: Callable[..., Playground], tmp_path: Any) -> None:
    path = str(tmp_path / "playground.db")
    first = make_slack(path=path)
    first.say(as_=ADA, channel=GENERAL, text="Hello").answer()
    first.close()
    second = make_slack(path=path, clock=lambda: 9_000_000_000.0)
    second.wait_for(lambda: second.sent, 3)
    event = json.loads(second.sent[0].body)["event"]
    assert event["text"] == "Hello" and second.sent[0].headers["X-Slack-Retry-Num"] == "2"
