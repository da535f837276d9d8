"""auth.test, api.test, users.*, reactions.*."""

from playground.cast import APP_ID, BOT_ID, BOT_USER, TEAM
from playground.errors import Payload, SlackError
from playground.web_api.call import Call, Method, Slack
from playground.workspace import Entry


def auth_test(slack: Slack, call: Call) -> Payload:
    return {
        "url": slack.workspace.url,
        "team": TEAM["name"],
        "user": slack.workspace.people[BOT_USER].name,
        "team_id": TEAM["id"],
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def api_test(slack: Slack, call: Call) -> Payload:
    if call.text("error"):
        raise SlackError(call.text("error"), args=dict(call.arguments))
    return {"args": dict(call.arguments)}


def info(slack: Slack, call: Call) -> Payload:
    person = slack.workspace.people.get(call.text("user"))
    if person is None:
        raise SlackError("user_not_found")
    locale = call.flag("include_locale")
    return {"user": person.for_api(slack.workspace.now(), include_locale=locale)}


def list_all(slack: Slack, call: Call) -> Payload:
    now, locale = slack.workspace.now(), call.flag("include_locale")
    people = slack.workspace.people.values()
    return {
        "members": [person.for_api(now, include_locale=locale) for person in people],
        "cache_ts": int(now),
        "response_metadata": {"next_cursor": ""},
    }


def add_reaction(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/reactions.add (2026-11)."""
    entry, name = _reacted(slack, call)
    reactions = _reactions(entry)
    if BOT_USER in reactions.get(name, []):
        raise SlackError("already_reacted")
    reactions.setdefault(name, []).append(BOT_USER)
    return _store(slack, entry, reactions)


def remove_reaction(slack: Slack, call: Call) -> Payload:
    entry, name = _reacted(slack, call)
    reactions = _reactions(entry)
    if BOT_USER not in reactions.get(name, []):
        raise SlackError("no_reaction")
    reactions[name].remove(BOT_USER)
    return _store(slack, entry, reactions)


def _reacted(slack: Slack, call: Call) -> tuple[Entry, str]:
    channel, name = slack.joined(call), call.text("name").strip(":")
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise SlackError("invalid_name")
    return slack.message(channel, call.text("timestamp")), name


def _reactions(entry: Entry) -> dict[str, list[str]]:
    return {each["name"]: list(each["users"]) for each in entry.message.get("reactions", [])}


def _store(slack: Slack, entry: Entry, reactions: dict[str, list[str]]) -> Payload:
    found = [
        {"name": name, "users": users, "count": len(users)}
        for name, users in reactions.items()
        if users
    ]
    kept = {k: v for k, v in entry.message.items() if k != "reactions"}
    entry.message = {**kept, "reactions": found} if found else kept
    slack.workspace.put(entry)
    return {}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "api.test": api_test,
    "users.info": info,
    "users.list": list_all,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
}
