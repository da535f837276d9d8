"""A stand-in for the playground's server, to work on the page alone: every block once, little behaviour.

`python tests/playground/page_mock.py [PORT]`, then open the printed address. Nothing is kept.
"""

import json
import mimetypes
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

PAGE = Path(__file__).parents[2] / "playground" / "page"
START = time.time()
BROKEN = "https://images.example/none.png"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def md(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, description: str = "") -> Json:
    extra = {"description": plain(description)} if description else {}
    return {"text": plain(text), "value": value, **extra}


def button(text: str, action: str, value: str = "", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action, "value": value, **more}


def field(
    block_id: str, text: str, element: Json, hint: str = "", *, dispatch: bool = False, **more: Any
) -> Json:
    extra = {"hint": plain(hint)} if hint else {}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(text),
        "element": {"action_id": "value", **element},
        **({"dispatch_action": True} if dispatch else {}),
        **extra,
        **more,
    }


def ts(minutes_ago: float) -> str:
    return f"{START - minutes_ago * 60:.6f}"


DATE = f"<!date^{int(START) + 86400}^{{date_short_pretty}} at {{time}}|tomorrow, 9:00 UTC>"
NETWORKS = [
    option("Local network", "local", "The one on this machine"),
    option("Mastodon", "mastodon"),
    option("Bluesky", "bluesky"),
]
CONFIRM = {
    "title": plain("Delete this post?"),
    "text": md("It will *not* be sent."),
    "confirm": plain("Delete"),
    "deny": plain("Keep it"),
    "style": "danger",
}

QUOTED = """&gt; quoted
&gt; twice
plain https://example.com/a?b=1, and
```def f():
    return 1```"""

ANSWER: list[Json] = [
    {
        "type": "section",
        "block_id": "a1",
        "text": md(f"*Queued for Local network*\nGoes out {DATE}"),
    },
    {
        "type": "section",
        "block_id": "a2",
        "text": md("> Our release is out! :tada:\n> Read more at <https://example.com/release>"),
    },
    {
        "type": "actions",
        "block_id": "a3",
        "elements": [
            button("Undo", "undo", "1"),
            button("Top", "top", "1"),
            button("Share now", "share", "1", style="primary"),
            button("Edit", "edit", "1"),
            button("Delete", "delete", "1", style="danger", confirm=CONFIRM),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Change time", "time"), option("Copy", "copy")],
            },
        ],
    },
]

RICH: list[Json] = [
    {
        "type": "rich_text",
        "block_id": "r1",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Rich: "},
                    {"type": "text", "text": "bold", "style": {"bold": True}},
                    {"type": "text", "text": " italic ", "style": {"italic": True}},
                    {"type": "text", "text": "gone", "style": {"strike": True}},
                    {"type": "text", "text": " "},
                    {"type": "text", "text": "code()", "style": {"code": True}},
                    {"type": "text", "text": " "},
                    {"type": "link", "url": "https://example.com", "text": "a link"},
                    {"type": "text", "text": " "},
                    {"type": "user", "user_id": "U0BO"},
                    {"type": "channel", "channel_id": "C0GENERAL"},
                    {"type": "emoji", "name": "rocket", "unicode": "1f680"},
                    {"type": "date", "timestamp": int(START), "format": "{date_long} {time}"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 0,
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": name}]}
                    for name in ("one", "two")
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 1,
                "offset": 2,
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": name}]}
                    for name in ("three", "four")
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "A quote"}]},
            {
                "type": "rich_text_preformatted",
                "elements": [{"type": "text", "text": "x = 1\ny = <b>"}],
            },
        ],
    }
]

EVERYTHING: list[Json] = [
    {"type": "header", "block_id": "e0", "text": plain("Every block :sparkles:")},
    {
        "type": "section",
        "block_id": "e1",
        "text": md("A section with a *picture* that is not there"),
        "accessory": {"type": "image", "image_url": BROKEN, "alt_text": "A missing cat"},
    },
    {
        "type": "section",
        "block_id": "e2",
        "fields": [
            md("*Followers*\n1,204"),
            md("*Posts*\n87"),
            md("*Next*\ntoday"),
            md("*Zone*\nBerlin"),
        ],
        "text": md("With fields"),
    },
    {
        "type": "section",
        "block_id": "e3",
        "text": md("A select beside"),
        "accessory": {
            "type": "static_select",
            "action_id": "profile",
            "placeholder": plain("Profile"),
            "options": NETWORKS,
        },
    },
    {"type": "divider", "block_id": "e4"},
    {
        "type": "actions",
        "block_id": "e5",
        "elements": [
            {"type": "datepicker", "action_id": "date", "initial_date": "2026-12-01"},
            {"type": "timepicker", "action_id": "time", "initial_time": "09:00"},
            {"type": "users_select", "action_id": "who", "placeholder": plain("Who")},
            button("Open", "open", url="https://example.com"),
        ],
    },
    {
        "type": "section",
        "block_id": "e6",
        "text": md("Choices"),
        "accessory": {
            "type": "checkboxes",
            "action_id": "boxes",
            "options": NETWORKS,
            "initial_options": NETWORKS[:1],
        },
    },
    {
        "type": "table",
        "block_id": "e7",
        "rows": [
            [{"type": "raw_text", "text": name} for name in ("Network", "Likes")],
            [{"type": "raw_text", "text": name} for name in ("Mastodon", "12")],
        ],
        "column_settings": [{}, {"align": "right"}],
    },
    {
        "type": "markdown",
        "block_id": "e8",
        "text": "## Markdown\n\nWith **bold**, `code`, [a link](https://example.com)\n\n- one\n- two",
    },
    {
        "type": "context",
        "block_id": "e9",
        "elements": [
            {"type": "image", "image_url": BROKEN, "alt_text": "icon"},
            md(f"Sent by <@U0ADA> · {DATE} · `local`"),
        ],
    },
    {
        "type": "image",
        "block_id": "e10",
        "image_url": BROKEN,
        "alt_text": "A chart of likes",
        "title": plain("Likes"),
    },
]


def composer_view(text: str = "", understood: str = "") -> Json:
    preview = [{"type": "context", "block_id": "preview", "elements": [md(understood)]}]
    blocks = [
        field(
            "text",
            "Text",
            {
                "type": "plain_text_input",
                "multiline": True,
                "max_length": 500,
                "initial_value": text or None,
                "placeholder": plain("What is new?"),
            },
            "300 characters on Bluesky, 500 on Mastodon.",
        ),
        field(
            "profiles",
            "Profiles",
            {"type": "multi_static_select", "options": NETWORKS, "initial_options": NETWORKS[:1]},
        ),
        field(
            "mode",
            "When",
            {
                "type": "radio_buttons",
                "options": [
                    option("Next free slot", "queue", "Today at 13:00"),
                    option("Top of the queue", "top"),
                    option("At a time", "at"),
                ],
                "initial_option": option("Next free slot", "queue", "Today at 13:00"),
            },
            dispatch=True,
        ),
        field(
            "typed",
            "A time, in your words",
            {
                "type": "plain_text_input",
                "placeholder": plain("tomorrow 9am"),
                "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
            },
            optional=True,
            dispatch=True,
        ),
        *(preview if understood else []),
        field("picked", "… or pick one", {"type": "datetimepicker"}, optional=True),
        field(
            "where",
            "Tell",
            {"type": "conversations_select", "default_to_current_conversation": True},
            optional=True,
        ),
        field(
            "media",
            "Pictures",
            {"type": "file_input", "max_files": 4, "filetypes": ["png", "jpg"]},
            optional=True,
        ),
        field("link", "Link", {"type": "url_text_input"}, optional=True),
        {"type": "actions", "block_id": "tools", "elements": [button("Preview", "preview")]},
        {
            "type": "alert",
            "block_id": "alert",
            "level": "info",
            "text": md("Only *Submit* queues."),
        },
    ]
    return {
        "id": "V0COMPOSE",
        "type": "modal",
        "callback_id": "compose",
        "title": plain("Write a post"),
        "submit": plain("Add to queue"),
        "close": plain("Cancel"),
        "blocks": blocks,
        "private_metadata": "",
        "state": {"values": {}},
        "hash": str(time.time()),
    }


def detail_view() -> Json:
    return {
        **composer_view(),
        "id": "V0DETAIL",
        "title": plain("Preview"),
        "submit": None,
        "close": plain("Back"),
        "blocks": [{"type": "section", "block_id": "d1", "text": md("*Local network*\n> Hello")}],
    }


HOME_BLOCKS: list[Json] = [
    {"type": "header", "block_id": "h0", "text": plain("Your queue")},
    {
        "type": "section",
        "block_id": "h1",
        "text": md(":warning: *Mastodon refused a post:* Text is too long."),
        "accessory": button("Fix", "fix", style="primary"),
    },
    {"type": "divider", "block_id": "h2"},
    *(
        {
            "type": "section",
            "block_id": f"q{number}",
            "text": md(f"*{DATE}*\nPost number {number} with a few words"),
            "accessory": {
                "type": "overflow",
                "action_id": "row",
                "options": [option("Move to top", "top"), option("Share now", "now")],
            },
        }
        for number in range(1, 5)
    ),
    {
        "type": "actions",
        "block_id": "h3",
        "elements": [button("Write a post", "write", style="primary"), button("Pause", "pause")],
    },
    {
        "type": "context",
        "block_id": "h4",
        "elements": [md("Every day 09:00, 13:00, 17:00 · Europe/Berlin")],
    },
]


def message(user: str, text: str, minutes_ago: float, **more: Any) -> Json:
    return {"type": "message", "ts": ts(minutes_ago), "user": user, "text": text, **more}


def bot(text: str, minutes_ago: float, **more: Any) -> Json:
    return message("U0BOT", text, minutes_ago, bot_id="B0BOT", **more)


class Mock:
    """One workspace for everybody: only private messages differ by person."""

    def __init__(self) -> None:
        self.version = 1
        self.lock = threading.Lock()
        self.modals: list[Json] = []
        self.toasts: list[Json] = []
        self.unread = {"C0SOCIAL": 0, "C0GENERAL": 3, "C0RANDOM": 0, "D0BOT": 1}
        parent = message(
            "U0ADA", "Shall we announce it *today*? <@U0BO> <#C0SOCIAL|social>", 60 * 26,
            reply_count=2, reply_users=["U0BO", "U0BOT"], latest_reply=ts(60 * 25),
            reactions=[{"name": "eyes", "count": 2, "users": ["U0BO", "U0CY"]}],
        )  # fmt: skip
        thread = {"thread_ts": parent["ts"]}
        parent |= thread
        self.messages: dict[str, list[Json]] = {
            "C0GENERAL": [
                parent,
                message("U0BO", "Yes! At _nine_, please. ~Later~ `now`", 60 * 25.5, **thread),
                bot("Posted as *@local*: what people say comes here.", 60 * 25, **thread),
                message("U0BO", "First line\nsecond &amp; third &lt;b&gt; :wave::skin-tone-3:", 50),
                message("U0BO", QUOTED, 49),
                message("U0CY", "Hello <!here> *not bold * snake_case_name 2*3*4 <mailto:a@b.c|mail>", 30, edited={}),
                bot("Everything", 20, blocks=EVERYTHING),
                message("U0ADA", "", 10, blocks=RICH),
                message("U0ADA", "A file", 9, files=[
                    {"id": "F1", "name": "notes.pdf", "pretty_type": "PDF"},
                    {"id": "F2", "name": "cat.png", "mimetype": "image/png"},
                ]),
                bot("Queued", 5, ephemeral=True, blocks=ANSWER),
                message("U0ADA", "/buffer Our release is out!", 0, ephemeral=True, pending=True),
            ],
            "C0SOCIAL": [],
            "C0RANDOM": [message("U0BO", f"Line {n} of many", 3000 - n * 9) for n in range(250)],
            "D0BOT": [bot("Hi! Type `/buffer help` to see what I can do.", 120)],
        }  # fmt: skip

    def state(self, me: str) -> Json:
        return {
            "version": self.version,
            "me": me or "U0ADA",
            "team": {"id": "T1", "name": "Acme"},
            "people": [
                person("U0ADA", "ada", "Ada Lovelace", "0f766e", "Europe/Berlin", "de-DE", is_admin=True),
                person("U0BO", "bo", "Bo Jackson", "b45309", "America/New_York", "en-US"),
                person("U0CY", "cy", "Cy Guest", "7c3aed", "Asia/Tokyo", "ja-JP", is_guest=True),
                person("U0BOT", "buffer", "Buffer", "12474f", "UTC", "en-US", is_bot=True),
            ],
            "app": {
                "id": "A1",
                "name": "Buffer",
                "bot_user": "U0BOT",
                "commands": [
                    command("/buffer", "Put a post into the queue", "text [--at time] | queue"),
                    command("/bubble", "Only here to be second", ""),
                ],
                "shortcuts": [
                    shortcut("message", "Add to queue", "add", "Queue this message"),
                    shortcut("message", "Schedule this", "schedule", "At a time you choose"),
                    shortcut("global", "Write a post", "write", "Open the composer"),
                ],
                "links": [{"label": "Local network", "url": "http://127.0.0.1:3000/local"}],
            },
            "channels": [
                channel("C0GENERAL", "general", "Company-wide talk", unread=self.unread["C0GENERAL"]),
                channel("C0SOCIAL", "social", "What we tell the world"),
                channel("C0RANDOM", "random", "", bot_in=False),
                channel("D0BOT", "buffer", "", kind="im", unread=self.unread["D0BOT"], user="U0BOT"),
            ],
            "messages": self.messages,
            "home": {"id": "V0HOME", "type": "home", "blocks": HOME_BLOCKS, "state": {"values": {}}},
            "modals": self.modals,
            "toasts": self.toasts,
        }  # fmt: skip

    def later(self, seconds: float, change: Callable[[], None]) -> None:
        def run() -> None:
            with self.lock:
                change()
                self.version += 1

        threading.Timer(seconds, run).start()

    def say(self, body: Json) -> None:
        text, here = body["text"], self.messages[body["channel"]]
        said = message(body["as"], text, (START - time.time()) / 60)
        if thread := body.get("thread_ts"):
            said["thread_ts"] = thread
        if files := body.get("files"):
            said["files"] = [{"id": one, "name": one, "mimetype": "text/plain"} for one in files]
        here.append(said)
        if text.startswith("/buffer") and not thread:
            said |= {"ephemeral": True, "pending": True}
            answer = bot("Queued", (START - time.time()) / 60, ephemeral=True, blocks=ANSWER)
            if text == "/buffer":
                self.later(0.5, lambda: self.modals.append(composer_view()))
                self.later(0.5, lambda: here.remove(said))
            else:
                self.later(0.8, lambda: here.__setitem__(here.index(said), answer))

    def press(self, body: Json) -> None:
        action = body["action_id"]
        if action == "write":
            self.later(0.3, lambda: self.modals.append(composer_view()))
        elif action == "preview":
            self.later(0.3, lambda: self.modals.append(detail_view()))
        else:
            toast = {"id": str(time.time()), "level": "info", "text": f"{action}: {body['value']}"}
            self.later(0.6, lambda: self.toasts.append(toast))

    def typed(self, body: Json) -> None:
        text = f"Understood: *{body['value']['value']}*"
        self.later(0.4, lambda: self.modals.__setitem__(-1, composer_view(understood=text)))

    def submit(self, body: Json) -> None:
        view = self.modals[-1]
        view["busy"] = True
        print(json.dumps(body["values"], indent=1))

        def answer() -> None:
            view["busy"] = False
            if body["values"]["text"]["value"]["value"] == "wrong":
                view["errors"] = {"text": "This was already posted today."}
            else:
                self.modals.remove(view)

        self.later(0.7, answer)

    def close(self, body: Json) -> None:
        self.modals = (
            [] if body.get("all") else [v for v in self.modals if v["id"] != body["view_id"]]
        )

    def shortcut(self, body: Json) -> None:
        self.later(0.3, lambda: self.modals.append(composer_view("From a message")))

    def edit(self, body: Json) -> None:
        for one in self.messages[body["channel"]]:
            if one["ts"] == body["ts"]:
                one |= {"text": body["text"], "edited": {}}

    def delete(self, body: Json) -> None:
        here = self.messages[body["channel"]]
        here[:] = [one for one in here if one["ts"] != body["ts"]]

    def seen(self, body: Json) -> None:
        self.unread[body["channel"]] = 0


def person(
    id_: str, name: str, real_name: str, color: str, tz: str, locale: str, **flags: bool
) -> Json:
    known = {"id": id_, "name": name, "real_name": real_name, "color": color, "tz": tz}
    return {
        **known,
        "locale": locale,
        "is_admin": False,
        "is_guest": False,
        "is_bot": False,
        **flags,
    }


def command(name: str, description: str, usage_hint: str) -> Json:
    return {"command": name, "description": description, "usage_hint": usage_hint}


def shortcut(kind: str, name: str, callback_id: str, description: str) -> Json:
    return {"type": kind, "name": name, "callback_id": callback_id, "description": description}


def channel(id_: str, name: str, topic: str, **more: Any) -> Json:
    known = {"id": id_, "name": name, "kind": "channel", "topic": topic, "bot_in": True}
    return {**known, "unread": 0, "mention": 0, **more}


MOCK = Mock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: bytes = b"", kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy", "default-src 'self'; img-src 'self' http: https:"
        )
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/ui/state":
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            with MOCK.lock:
                if asked.get("since") == str(MOCK.version):
                    return self.answer(204)
                return self.answer(200, json.dumps(MOCK.state(asked.get("as", ""))).encode())
        name = "index.html" if url.path == "/" else url.path.removeprefix("/page/")
        path = (PAGE / name).resolve()
        if not path.is_relative_to(PAGE) or not path.is_file():
            return self.answer(404)
        return self.answer(200, path.read_bytes(), mimetypes.guess_type(name)[0] or "text/plain")

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if url.path == "/ui/upload":
            name = parse_qs(url.query)["name"][0]
            return self.answer(200, json.dumps({"file": {"id": name, "name": name}}).encode())
        verb = getattr(MOCK, url.path.removeprefix("/ui/"), None)
        with MOCK.lock:
            if verb is not None:
                verb(json.loads(body))
                MOCK.version += 1
        return self.answer(202, b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        pass


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3101
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
