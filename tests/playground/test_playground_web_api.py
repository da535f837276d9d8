"""The Web API, asked by Slack's own client."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from playground import ADA, BO, BOT_ID, BOT_USER, CY, GENERAL, RANDOM, SOCIAL, Playground, direct

Payload = dict[str, Any]
HELLO = {"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": "Hello"}}


def error_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def modal(title: str = "Write", **more: Any) -> Payload:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "blocks": [HELLO],
        **more,
    }


def home() -> Payload:
    return {"type": "home", "blocks": [HELLO]}


def trigger(slack: Playground, user: str = ADA) -> str:
    return slack._client.triggers.issue(user)


# -- who asks --------------------------------------------------------------------------------------


def test_a_token_is_asked_for(slack: Playground) -> None:
    assert error_of(WebClient(base_url=slack.api_url).auth_test) == "not_authed"
    assert error_of(WebClient(token="xoxb-x", base_url=slack.api_url).auth_test) == "invalid_auth"


def test_auth_test_names_the_bot(client: WebClient) -> None:
    answer = client.auth_test()
    assert answer["user_id"] == BOT_USER and answer["bot_id"] == BOT_ID
    assert answer["team_id"].startswith("T")


def test_an_unknown_method_is_named(slack: Playground, client: WebClient) -> None:
    assert error_of(client.api_call, api_method="chat.sing") == "unknown_method"
    assert slack.problems


def test_api_test_gives_back_what_it_got(client: WebClient) -> None:
    assert client.api_call("api.test", json={"foo": "bar"})["args"] == {"foo": "bar"}
    assert error_of(client.api_call, api_method="api.test", params={"error": "oh"}) == "oh"


def test_scopes_of_the_manifest_are_held(make_slack: Callable[..., Playground]) -> None:
    manifest = {"oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    slack = make_slack(manifest=manifest)
    client = WebClient(token="xoxb-playground", base_url=slack.api_url)
    assert client.chat_postMessage(channel=GENERAL, text="Hi")["ok"]
    with pytest.raises(SlackApiError) as caught:
        client.users_info(user=ADA)
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "users:read"


def test_a_manifest_that_lacks_a_scope_is_a_problem(make_slack: Callable[..., Playground]) -> None:
    manifest = {
        "features": {"slash_commands": [{"command": "/buffer"}]},
        "oauth_config": {"scopes": {"bot": []}},
    }
    assert "commands" in make_slack(manifest=manifest).problems[0]


# -- messages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [True, False])
def test_a_message_keeps_text_blocks_and_metadata(
    slack: Playground, client: WebClient, as_json: bool
) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"id": "7"}}
    arguments: Payload = {
        "channel": GENERAL,
        "text": "Hello",
        "blocks": [HELLO],
        "metadata": metadata,
        "unfurl_links": False,
    }
    if as_json:
        client.api_call("chat.postMessage", json=arguments)
    else:
        client.chat_postMessage(**arguments)
    message = slack.last(GENERAL)
    assert message and message["text"] == "Hello" and message["blocks"] == [HELLO]
    assert message["bot_id"] == BOT_ID and message["user"] == BOT_USER
    shown = client.conversations_history(channel=GENERAL)["messages"][0]
    assert "metadata" not in shown
    shown = client.conversations_history(channel=GENERAL, include_all_metadata=True)["messages"][0]
    assert shown["metadata"] == metadata


def test_blocks_get_the_ids_they_lack(slack: Playground, client: WebClient) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    client.chat_postMessage(
        channel=GENERAL, text="x", blocks=[{"type": "actions", "elements": [button]}]
    )
    message = slack.last(GENERAL)
    assert message and message["blocks"][0]["block_id"]
    assert message["blocks"][0]["elements"][0]["action_id"]


def test_where_a_message_can_go(slack: Playground, client: WebClient) -> None:
    assert client.chat_postMessage(channel="#social", text="x")["channel"] == SOCIAL
    assert client.chat_postMessage(channel=BO, text="x")["channel"] == direct(BO).id
    assert error_of(client.chat_postMessage, channel=RANDOM, text="x") == "not_in_channel"
    assert error_of(client.chat_postMessage, channel="C404", text="x") == "channel_not_found"
    client.conversations_join(channel=RANDOM)
    assert client.chat_postMessage(channel=RANDOM, text="x")["ok"]


def test_a_bad_message_is_refused_and_noted(slack: Playground, client: WebClient) -> None:
    empty = error_of(client.api_call, api_method="chat.postMessage", json={"channel": GENERAL})
    assert empty == "no_text"
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=GENERAL, text="x", blocks=[{"type": "header"}])
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0]" in answer["response_metadata"]["messages"][0]
    assert len(slack.problems) == 2


def test_a_very_long_text_is_cut(slack: Playground, client: WebClient) -> None:
    answer = client.chat_postMessage(channel=GENERAL, text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(answer["message"]["text"]) == 40_000


def test_a_thread_counts_its_replies(slack: Playground, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=GENERAL, text="Card")["ts"]
    client.chat_postMessage(channel=GENERAL, text="One", thread_ts=parent)
    two = client.chat_postMessage(
        channel=GENERAL, text="Two", thread_ts=parent, reply_broadcast=True
    )
    assert two["message"]["subtype"] == "thread_broadcast"
    found = client.conversations_replies(channel=GENERAL, ts=parent)["messages"]
    assert [m["text"] for m in found] == ["Card", "One", "Two"]
    assert found[0]["reply_count"] == 2 and found[0]["latest_reply"] == two["ts"]
    shown = client.conversations_history(channel=GENERAL)["messages"]
    assert [m["text"] for m in shown] == ["Two", "Card"]
    assert slack.problems == []
    client.chat_postMessage(channel=GENERAL, text="Three", thread_ts=two["ts"])
    assert "is a reply" in slack.problems[0]


def test_an_update_without_blocks_removes_them(slack: Playground, client: WebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {}}
    ts = client.chat_postMessage(channel=GENERAL, text="Old", blocks=[HELLO], metadata=metadata)[
        "ts"
    ]
    client.chat_update(channel=GENERAL, ts=ts, text="New")
    message = slack.last(GENERAL)
    assert message and message["text"] == "New" and "blocks" not in message
    assert message["metadata"] == metadata and message["edited"]["user"] == BOT_USER


def test_only_ones_own_messages_can_be_changed(slack: Playground, client: WebClient) -> None:
    theirs = slack.say(as_=BO, channel=GENERAL, text="Mine").ts
    whisper = client.chat_postEphemeral(channel=GENERAL, user=ADA, text="Psst")["message_ts"]
    update, delete = client.chat_update, client.chat_delete
    assert error_of(update, channel=GENERAL, ts=theirs, text="x") == "cant_update_message"
    assert error_of(delete, channel=GENERAL, ts=theirs) == "cant_delete_message"
    assert error_of(update, channel=GENERAL, ts="1.0", text="x") == "message_not_found"
    assert error_of(update, channel=GENERAL, ts=whisper, text="x") == "message_not_found"
    ts = client.chat_postMessage(channel=GENERAL, text="Mine")["ts"]
    assert error_of(update, channel=GENERAL, ts=ts, text="x" * 4001) == "msg_too_long"
    client.chat_delete(channel=GENERAL, ts=ts)
    assert [m["text"] for m in slack.messages(GENERAL)] == ["Mine"]


def test_an_ephemeral_is_seen_by_one_person(slack: Playground, client: WebClient) -> None:
    client.chat_postEphemeral(channel=GENERAL, user=ADA, text="Psst")
    assert [m["text"] for m in slack.messages(GENERAL, ADA)] == ["Psst"]
    assert slack.messages(GENERAL, BO) == []
    assert client.conversations_history(channel=GENERAL)["messages"] == []
    ephemeral = client.chat_postEphemeral
    assert error_of(ephemeral, channel=RANDOM, user=ADA, text="x") == "not_in_channel"
    assert error_of(ephemeral, channel=direct(BO).id, user=ADA, text="x") == "user_not_in_channel"
    assert error_of(ephemeral, channel=GENERAL, user="U404", text="x") == "user_not_found"


def test_a_permalink_leads_to_the_page(slack: Playground, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    link = client.chat_getPermalink(channel=GENERAL, message_ts=ts)["permalink"]
    assert link == f"{slack.url}archives/{GENERAL}/p{ts.replace('.', '')}"
    with urllib.request.urlopen(link) as answer:
        assert answer.status == 200


def test_reactions(slack: Playground, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    at: Payload = {"channel": GENERAL, "timestamp": ts, "name": "white_check_mark"}
    client.reactions_add(**at)
    assert error_of(client.reactions_add, **at) == "already_reacted"
    message = slack.last(GENERAL)
    assert message and message["reactions"] == [
        {"name": "white_check_mark", "users": [BOT_USER], "count": 1}
    ]
    client.reactions_remove(**at)
    assert error_of(client.reactions_remove, **at) == "no_reaction"
    assert error_of(client.reactions_add, **{**at, "timestamp": "1.0"}) == "message_not_found"


# -- people and channels ---------------------------------------------------------------------------


def test_people_have_zones_and_roles(client: WebClient) -> None:
    ada = client.users_info(user=ADA, include_locale=True)["user"]
    assert ada["is_admin"] and ada["tz"] == "Europe/Berlin" and ada["locale"] == "en-GB"
    assert "locale" not in client.users_info(user=BO)["user"]
    assert client.users_info(user=CY)["user"]["is_restricted"]
    assert error_of(client.users_info, user="U404") == "user_not_found"
    assert len(client.users_list()["members"]) == 4


def test_channels(client: WebClient) -> None:
    assert client.conversations_info(channel=GENERAL)["channel"]["is_member"]
    assert not client.conversations_info(channel=RANDOM)["channel"]["is_member"]
    names = [c["name"] for c in client.conversations_list()["channels"]]
    assert names == ["general", "social", "random"]
    assert len(client.conversations_list(types="im")["channels"]) == 3
    assert client.conversations_open(users=BO)["channel"]["id"] == direct(BO).id
    assert BOT_USER in client.conversations_members(channel=GENERAL)["members"]
    assert error_of(client.conversations_history, channel=RANDOM) == "not_in_channel"
    assert error_of(client.conversations_open, users="U404") == "user_not_found"


def test_history_comes_in_pages(client: WebClient) -> None:
    sent = [client.chat_postMessage(channel=GENERAL, text=str(n))["ts"] for n in range(5)]
    first = client.conversations_history(channel=GENERAL, limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"] and first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_history(channel=GENERAL, limit=2, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["2", "1"]
    later = client.conversations_history(channel=GENERAL, oldest=sent[2])
    assert [m["text"] for m in later["messages"]] == ["4", "3"]
    one = client.conversations_history(
        channel=GENERAL, latest=sent[2], oldest=sent[2], inclusive=True
    )
    assert [m["text"] for m in one["messages"]] == ["2"]
    history = client.conversations_history
    assert error_of(history, channel=GENERAL, cursor="%%") == "invalid_cursor"


# -- views -----------------------------------------------------------------------------------------


def test_a_trigger_opens_one_view_within_three_seconds(
    make_slack: Callable[..., Playground],
) -> None:
    now = [1_800_000_000.0]
    slack = make_slack(clock=lambda: now[0])
    client = WebClient(token="xoxb-playground", base_url=slack.api_url)
    used, late = trigger(slack), trigger(slack)
    view = client.views_open(trigger_id=used, view=modal())["view"]
    assert view["id"].startswith("V") and view["hash"] and view["root_view_id"] == view["id"]
    now[0] += 3.1
    opens = client.views_open
    assert error_of(opens, trigger_id=used, view=modal()) == "exchanged_trigger_id"
    assert error_of(opens, trigger_id=late, view=modal()) == "expired_trigger_id"
    assert error_of(opens, trigger_id="1.2.3", view=modal()) == "invalid_trigger_id"


def test_a_view_is_updated_by_id_with_its_hash(slack: Playground, client: WebClient) -> None:
    opened = client.views_open(trigger_id=trigger(slack), view=modal(external_id="mine"))["view"]
    update = client.views_update
    changed = update(view_id=opened["id"], hash=opened["hash"], view=modal("Second"))["view"]
    assert changed["id"] == opened["id"] and changed["hash"] != opened["hash"]
    stale = error_of(update, view_id=opened["id"], hash=opened["hash"], view=modal())
    assert stale == "hash_conflict"
    assert error_of(update, external_id="mine", view=modal()) == "not_found"
    assert error_of(update, view_id="V404", view=modal()) == "not_found"
    shown = slack.modal(ADA)
    assert shown and shown["title"]["text"] == "Second"


def test_a_view_with_an_external_id_is_found_by_it(slack: Playground, client: WebClient) -> None:
    client.views_open(trigger_id=trigger(slack), view=modal(external_id="mine"))
    client.views_update(external_id="mine", view=modal("Second", external_id="mine"))
    twice = error_of(client.views_open, trigger_id=trigger(slack), view=modal(external_id="mine"))
    assert twice == "duplicate_external_id"


def test_at_most_three_views_lie_on_a_stack(slack: Playground, client: WebClient) -> None:
    view = client.views_open(trigger_id=trigger(slack), view=modal())["view"]
    for _ in range(2):
        inside = slack._client.triggers.issue(ADA, view_id=view["id"])
        view = client.views_push(trigger_id=inside, view=modal())["view"]
    assert view["previous_view_id"] and view["root_view_id"] == slack.modals(ADA)[0]["id"]
    inside = slack._client.triggers.issue(ADA, view_id=view["id"])
    push = client.views_push
    assert error_of(push, trigger_id=inside, view=modal()) == "push_limit_reached"
    assert error_of(push, trigger_id=trigger(slack), view=modal()) == "invalid_trigger_id"


def test_home_is_published_per_person(slack: Playground, client: WebClient) -> None:
    view = client.views_publish(user_id=ADA, view=home())["view"]
    shown = slack.home(ADA)
    assert shown and shown["blocks"] == [HELLO] and slack.home(BO) is None
    client.views_publish(user_id=ADA, view=home(), hash=view["hash"])
    publish = client.views_publish
    stale = error_of(publish, user_id=ADA, view=home(), hash=view["hash"])
    assert stale == "hash_conflict"
    assert error_of(publish, user_id=ADA, view=modal()) == "invalid_arguments"


def test_a_bad_view_is_refused_with_pointers(slack: Playground, client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id=trigger(slack), view=modal("x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    messages = caught.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]


def test_blocks_can_be_validated(client: WebClient) -> None:
    assert client.blocks_validate(blocks=[HELLO])["ok"]
    assert error_of(client.blocks_validate, blocks=[{"type": "x"}]) == "invalid_blocks"


# -- limits of calls, and faults -------------------------------------------------------------------


def test_a_channel_takes_one_message_a_second(make_slack: Callable[..., Playground]) -> None:
    now = [1_800_000_000.0]
    slack = make_slack(clock=lambda: now[0], rate_limits=True)
    client = WebClient(token="xoxb-playground", base_url=slack.api_url)
    for _ in range(3):
        client.chat_postMessage(channel=GENERAL, text="x")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=GENERAL, text="x")
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["Retry-After"]) >= 1
    assert client.chat_postMessage(channel=SOCIAL, text="x")["ok"]
    now[0] += 1
    assert client.chat_postMessage(channel=GENERAL, text="x")["ok"]


def test_a_method_can_be_made_to_fail(slack: Playground, client: WebClient) -> None:
    slack.faults.down("chat.postMessage", times=1)
    slack.faults.refuses("users.info", "fatal_error")
    slack.faults.rate_limits("chat.update", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=GENERAL, text="x")
    assert caught.value.response.status_code == 503
    assert error_of(client.users_info, user=ADA) == "fatal_error"
    with pytest.raises(SlackApiError) as caught:
        client.chat_update(channel=GENERAL, ts="1.0", text="x")
    assert caught.value.response.headers["Retry-After"] == "7"
    assert client.chat_postMessage(channel=GENERAL, text="x")["ok"]


def test_a_message_can_be_posted_and_its_answer_lost(slack: Playground) -> None:
    slack.faults.hangs("chat.postMessage")
    client = WebClient(token="xoxb-playground", base_url=slack.api_url, timeout=1)
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=GENERAL, text="Once")
    assert [m["text"] for m in slack.messages(GENERAL)] == ["Once"]


def test_it_can_go_away_and_come_back(slack: Playground, client: WebClient) -> None:
    client.chat_postMessage(channel=GENERAL, text="Before")
    slack.go_away()
    with pytest.raises(urllib.error.URLError):
        client.chat_postMessage(channel=GENERAL, text="Lost")
    slack.come_back()
    client.chat_postMessage(channel=GENERAL, text="After")
    assert [m["text"] for m in slack.messages(GENERAL)] == ["Before", "After"]


# -- response_url ----------------------------------------------------------------------------------


def response_url(slack: Playground, kind: Any = "command", ts: str | None = None) -> WebhookClient:
    return WebhookClient(slack._client.responses.issue(kind, ADA, GENERAL, ts))


def test_a_response_url_works_five_times(slack: Playground) -> None:
    hook = response_url(slack)
    assert [hook.send(text=str(n)).status_code for n in range(6)] == [200] * 5 + [404]
    assert '"used_url"' in hook.send(text="x").body
    assert len(slack.messages(GENERAL, ADA)) == 5 and slack.messages(GENERAL) == []


def test_a_response_url_lives_thirty_minutes(make_slack: Callable[..., Playground]) -> None:
    now = [1_800_000_000.0]
    slack = make_slack(clock=lambda: now[0])
    hook = response_url(slack)
    now[0] += 30 * 60 + 1
    answer = hook.send(text="x")
    assert answer.status_code == 404 and '"expired_url"' in answer.body


def test_a_commands_answer_cannot_be_replaced(slack: Playground) -> None:
    hook = response_url(slack)
    hook.send(text="One")
    hook.send(text="Two", replace_original=True)
    hook.send(delete_original=True)
    assert [m["text"] for m in slack.messages(GENERAL, ADA)] == ["One", "Two"]


def test_a_buttons_message_can_be_replaced_and_deleted(
    slack: Playground, client: WebClient
) -> None:
    ts = client.chat_postMessage(channel=GENERAL, text="Old", blocks=[HELLO])["ts"]
    hook = response_url(slack, "message", ts)
    hook.send(text="New", replace_original=True)
    assert [m["text"] for m in slack.messages(GENERAL)] == ["New"]
    hook.send(text="Public", response_type="in_channel")
    hook.send(delete_original=True)
    assert [m["text"] for m in slack.messages(GENERAL)] == ["Public"]


def test_a_bad_response_is_refused_and_noted(slack: Playground) -> None:
    answer = response_url(slack).send(blocks=[{"type": "header"}])
    assert answer.status_code == 400 and "invalid_blocks" in answer.body
    assert slack.problems
