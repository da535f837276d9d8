"""The playground as Slack's client: what it signs, sends and makes of the answers."""

from typing import Any

from playground import ADA, BO, GENERAL, Playground

Payload = dict[str, Any]
BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {
            "type": "button",
            "action_id": "undo",
            "text": {"type": "plain_text", "text": "Undo"},
            "value": "7",
        }
    ],
}


def test_a_command_is_answered_in_private(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(lambda ack, body: ack(f"Queued: {body['text']}"))
    answer = slack.say(as_=ADA, channel=GENERAL, text="/buffer Hello world").answer()
    assert answer.status == 200
    last = slack.last(GENERAL, ADA)
    assert last and last["text"] == "Queued: Hello world" and last["ephemeral"]
    assert slack.messages(GENERAL, BO) == []
    sent = bot.got[0]
    assert sent["command"] == "/buffer" and sent["user_id"] == ADA
    assert sent["channel_id"] == GENERAL and sent["channel_name"] == "general"
    assert slack.problems == []


def test_a_button_replaces_its_message_by_response_url(slack: Playground, bot: Any) -> None:
    bot.app.command("/buffer")(lambda ack: ack(text="Queued.", blocks=[BUTTON]))

    @bot.app.action("undo")
    def on_undo(ack: Any, respond: Any) -> None:
        ack()
        respond(text="Undone.", replace_original=True)

    slack.say(as_=ADA, channel=GENERAL, text="/buffer Hello").answer()
    slack.press(as_=ADA, label="Undo").answer()
    slack.settle()
    assert [m["text"] for m in slack.messages(GENERAL, ADA)] == ["Undone."]
    payload = bot.got[-1]
    assert payload["container"]["is_ephemeral"] and "message" not in payload
    assert payload["actions"][0]["value"] == "7"
