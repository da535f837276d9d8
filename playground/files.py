"""What Slack takes as a file and tells of one. Pure: facts in, Slack's file object out."""

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from playground.cast import TEAM, Channel
from playground.errors import NotPossible, Payload

# docs.slack.dev/reference/block-kit/block-elements/file-input-element (2026-11). Slack's message
# box takes 1 GB; here it has the same limit, since everything is kept in one small database.
MOST_BYTES, MOST_FILES = 10 * 1024 * 1024, 10
MOST_NAME = 255
# What files.info tells and a message does not.
UNSHARED: Payload = {"comments_count": 0, "shares": {}, "channels": [], "groups": [], "ims": []}


@dataclass(frozen=True, slots=True)
class Kind:
    """Slack's own words for a type (docs.slack.dev/reference/objects/file-object, 2026-11)."""

    filetype: str
    mimetype: str
    pretty_type: str


JPEG, TEXT = Kind("jpg", "image/jpeg", "JPEG"), Kind("text", "text/plain", "Plain Text")
KINDS = {
    "png": Kind("png", "image/png", "PNG"),
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": Kind("gif", "image/gif", "GIF"),
    "webp": Kind("webp", "image/webp", "WebP"),
    "pdf": Kind("pdf", "application/pdf", "PDF"),
    "mp4": Kind("mp4", "video/mp4", "MPEG 4 Video"),
    "txt": TEXT,
}
UNKNOWN = Kind("binary", "application/octet-stream", "Binary")


def check(name: str, size: int) -> None:
    """Raises NotPossible for what Slack's client would not upload."""
    if not size:
        raise NotPossible(f"{name} is empty.")
    if size > MOST_BYTES:
        raise NotPossible(too_large(name))


def too_large(name: str) -> str:
    return f"{name} is larger than {MOST_BYTES >> 20} MB."


def check_count(files: Iterable[object]) -> None:
    if len(list(files)) > MOST_FILES:
        raise NotPossible(f"A message takes at most {MOST_FILES} files.")


def base_name(name: str) -> str:
    """Without folders, and without what no file name and no header should hold."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c.isprintable()).strip()
    return shown[-MOST_NAME:] if shown.strip(".") else "file"


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(name: str, mimetype: str = "") -> Kind:
    """What the browser says it is, else what its name tells."""
    ending = extension(name)
    if not mimetype:
        named = KINDS.get(ending)
        mimetype = named.mimetype if named else mimetypes.guess_type(name)[0] or UNKNOWN.mimetype
    for kind in KINDS.values():
        if kind.mimetype == mimetype:
            return kind
    return Kind(ending or UNKNOWN.filetype, mimetype, ending.upper() or UNKNOWN.pretty_type)


def describe(
    id: str, user: str, name: str, *, size: int, at: float, url: str, mimetype: str = ""
) -> Payload:
    """docs.slack.dev/reference/objects/file-object (2026-11), for a file not shared yet."""
    kind, quoted, private = kind_of(name, mimetype), quote(name, safe=""), f"{TEAM['id']}-{id}"
    return {
        "id": id,
        "created": int(at),
        "timestamp": int(at),
        "name": name,
        "title": name,
        "mimetype": kind.mimetype,
        "filetype": kind.filetype,
        "pretty_type": kind.pretty_type,
        "user": user,
        "user_team": TEAM["id"],
        "editable": False,
        "size": size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{url}files-pri/{private}/{quoted}",
        "url_private_download": f"{url}files-pri/{private}/download/{quoted}",
        "media_display_type": "unknown",
        "permalink": f"{url}files/{user}/{id}/{quoted}",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
        **UNSHARED,
    }


def shared(file: Payload, room: Channel, message: Payload) -> Payload:
    """The file once that message in that room carries it."""
    direct = room.kind == "im"
    where, kind = ("ims", "private") if direct else ("channels", "public")
    share = {
        "ts": message["ts"],
        **({"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}),
        **({} if direct else {"channel_name": room.name}),
        "team_id": TEAM["id"],
        "share_user_id": message["user"],
    }
    shares = {name: dict(rooms) for name, rooms in file["shares"].items()}
    of_kind = shares.setdefault(kind, {})
    of_kind[room.id] = [*of_kind.get(room.id, []), share]
    return {
        **file,
        "is_public": file["is_public"] or not direct,
        where: list(dict.fromkeys([*file[where], room.id])),
        "shares": shares,
    }


def in_message(file: Payload) -> Payload:
    """As messages, their events and a file_input carry it."""
    return {name: value for name, value in file.items() if name not in UNSHARED}


def rooms_of(file: Payload) -> list[str]:
    return [*file["channels"], *file["ims"]]


def refused(element: Payload, files: list[Payload]) -> str | None:
    """What a file_input says to these files, if they are not what it asks for."""
    most = element.get("max_files", MOST_FILES)
    if len(files) > most:
        return f"Please choose no more than {most} file{'s' if most > 1 else ''}."
    allowed = [str(ending).lower().lstrip(".") for ending in element.get("filetypes") or []]
    wrong = [file["name"] for file in files if extension(file["name"]) not in allowed]
    if allowed and wrong:
        return f"{wrong[0]} is not of these types: {', '.join(allowed)}."
    return None
