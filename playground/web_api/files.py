"""files.*: the three steps of an upload, and files.info."""

import secrets
from dataclasses import dataclass, field

from playground.cast import BOT_USER
from playground.errors import Payload, SlackError
from playground.web_api.call import Call, Method, Slack


@dataclass(slots=True)
class Uploads:
    """Files announced by files.getUploadURLExternal, until they are completed."""

    announced: dict[str, Payload] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)

    def announce(self, slack: Slack, call: Call) -> Payload:
        """docs.slack.dev/reference/methods/files.getUploadURLExternal (2026-11)."""
        call.needs("filename", "length")
        id = f"F0{secrets.token_hex(5).upper()}"
        self.announced[id] = {
            "name": call.text("filename"),
            "length": call.number("length", 0),
            "alt_text": call.text("alt_txt"),
        }
        return {"upload_url": f"{slack.workspace.url}upload/{id}", "file_id": id}

    def receive(self, id: str, body: bytes) -> None:
        """Raises SlackError: file_not_found, or when the length is not what was announced."""
        if id not in self.announced:
            raise SlackError("file_not_found")
        if len(body) != self.announced[id]["length"]:
            raise SlackError("invalid_length")
        self.bodies[id] = body

    def complete(self, slack: Slack, call: Call) -> Payload:
        """docs.slack.dev/reference/methods/files.completeUploadExternal (2026-11)."""
        wanted = call.json("files") or []
        if not wanted or any(file.get("id") not in self.bodies for file in wanted):
            raise SlackError("file_not_found")
        channel = (
            slack.joined(Call({"channel": call.text("channel_id")}))
            if call.text("channel_id")
            else None
        )
        files = []
        for each in wanted:
            announced = self.announced.pop(each["id"])
            file = slack.workspace.new_file(
                BOT_USER,
                announced["name"],
                self.bodies.pop(each["id"]),
                alt_text=announced["alt_text"],
                id=each["id"],
                title=each.get("title"),
            )
            files.append(file)
        if channel:
            text = call.text("initial_comment")
            slack.posts.post_files(channel.id, text, files, call.text("thread_ts") or None)
        return {"files": files}


def info(slack: Slack, call: Call) -> Payload:
    file = slack.workspace.files.get(call.text("file"))
    if file is None or not slack.workspace.bot_reads(file):
        raise SlackError("file_not_found")
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


def methods(uploads: Uploads) -> dict[str, Method]:
    return {
        "files.getUploadURLExternal": uploads.announce,
        "files.completeUploadExternal": uploads.complete,
        "files.info": info,
    }
