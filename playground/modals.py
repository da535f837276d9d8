"""Modals and Home tabs: what is open, on which stack, and what its inputs hold."""

import secrets
from dataclasses import asdict, dataclass, field

from playground import elements, scopes
from playground.cast import APP_ID, BOT_ID, TEAM
from playground.elements import Values
from playground.errors import Payload, SlackError
from playground.workspace import Workspace

# docs.slack.dev/surfaces/modals: at most three views on a stack (2026-11).
MOST_VIEWS = 3


@dataclass(kw_only=True, slots=True)
class Sheet:
    """A view as it is open: whose, opened where, what was entered so far."""

    view: Payload
    user: str
    channel: str | None = None
    held: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    busy: bool = False

    @property
    def id(self) -> str:
        return str(self.view["id"])

    @property
    def blocks(self) -> list[Payload]:
        return list(self.view["blocks"])

    def values(self) -> Values:
        return elements.values(self.blocks, self.held, self.channel)

    def hold(self, held: Values) -> None:
        for block, actions in held.items():
            self.held.setdefault(block, {}).update(actions)

    def for_bot(self) -> Payload:
        return {**self.view, "state": {"values": self.values()}}

    def for_page(self) -> Payload:
        page = self.for_bot()
        page |= {"errors": self.errors} if self.errors else {}
        return page | ({"busy": True} if self.busy else {})


class Modals:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        shelf = workspace.shelf
        self._stacks = {
            user: [_restored(sheet) for sheet in stack]
            for user, stack in shelf.all("modals").items()
        }
        self._homes = {user: _restored(sheet) for user, sheet in shelf.all("home").items()}

    def stack(self, user: str) -> list[Sheet]:
        """A person's open modals, bottom first."""
        return list(self._stacks.get(user, []))

    def home(self, user: str) -> Sheet | None:
        return self._homes.get(user)

    def find(self, *, view_id: object = None, external_id: object = None) -> Sheet | None:
        with self._workspace.lock:
            stacks = [sheet for stack in self._stacks.values() for sheet in stack]
            for sheet in [*stacks, *self._homes.values()]:
                if view_id and sheet.id == view_id:
                    return sheet
                if external_id and sheet.view["external_id"] == external_id:
                    return sheet
        return None

    def open(self, user: str, view: Payload, channel: str | None) -> Sheet:
        self._check_external(view)
        with self._workspace.lock:
            sheet = Sheet(view=self._made(view), user=user, channel=channel)
            self._keep(user, [sheet])
            return sheet

    def push(self, user: str, view: Payload, under: Sheet) -> Sheet:
        """Raises SlackError: push_limit_reached."""
        self._check_external(view)
        with self._workspace.lock:
            stack = self.stack(user)
            if len(stack) >= MOST_VIEWS:
                raise SlackError("push_limit_reached")
            made = self._made(view)
            made |= {"previous_view_id": under.id, "root_view_id": under.view["root_view_id"]}
            sheet = Sheet(view=made, user=user, channel=under.channel)
            self._keep(user, [*stack, sheet])
            return sheet

    def update(self, sheet: Sheet, view: Payload, hash: str | None = None) -> Sheet:
        """What was entered stays where block_id and action_id stay. Raises SlackError: hash_conflict."""
        with self._workspace.lock:
            if hash and hash != sheet.view["hash"]:
                raise SlackError("hash_conflict")
            kept = ("id", "previous_view_id", "root_view_id")
            sheet.view = {**self._made(view), **{name: sheet.view[name] for name in kept}}
            known = {
                (block["block_id"], element["action_id"])
                for block, element in elements.walk(sheet.blocks)
            }
            sheet.held = {
                block: {
                    action: held for action, held in actions.items() if (block, action) in known
                }
                for block, actions in sheet.held.items()
            }
            sheet.errors = {}
            return self.store(sheet)

    def publish(self, user: str, view: Payload, hash: str | None = None) -> Sheet:
        """Raises SlackError: hash_conflict."""
        with self._workspace.lock:
            home = self._homes.get(user)
            if home:
                return self.update(home, view, hash)
            sheet = self._homes[user] = Sheet(view=self._made(view), user=user)
            return self.store(sheet)

    def close(self, sheet: Sheet) -> None:
        with self._workspace.lock:
            stack = [each for each in self.stack(sheet.user) if each is not sheet]
            self._keep(sheet.user, stack)

    def clear(self, user: str) -> list[Sheet]:
        """Close them all; top first, as view_closed reports them."""
        with self._workspace.lock:
            closed = self.stack(user)[::-1]
            self._keep(user, [])
            return closed

    def store(self, sheet: Sheet) -> Sheet:
        with self._workspace.lock:
            if self._homes.get(sheet.user) is sheet:
                self._workspace.shelf.put("home", sheet.user, asdict(sheet))
                self._workspace.touch()
            else:
                self._keep(sheet.user, self.stack(sheet.user))
            return sheet

    def _keep(self, user: str, stack: list[Sheet]) -> None:
        self._stacks[user] = stack
        self._workspace.shelf.put("modals", user, [asdict(each) for each in stack])
        self._workspace.touch()

    def _check_external(self, view: Payload) -> None:
        if view.get("external_id") and self.find(external_id=view["external_id"]):
            raise SlackError("duplicate_external_id")

    def _made(self, view: Payload) -> Payload:
        """docs.slack.dev/reference/objects/view-object (2026-11)."""
        id = f"V0{secrets.token_hex(5).upper()}"
        blocks = elements.with_ids(view["blocks"])
        for _, element in elements.walk(blocks):
            if lack := scopes.lacking(self._workspace.manifest, element["type"]):
                self._workspace.problem(f"{element['type']} needs the scope {lack}")
        return {
            "id": id,
            "team_id": TEAM["id"],
            "type": view["type"],
            "blocks": blocks,
            "private_metadata": view.get("private_metadata") or "",
            "callback_id": view.get("callback_id") or "",
            "state": {"values": {}},
            "hash": f"{int(self._workspace.now())}.{secrets.token_hex(4)}",
            "title": view.get("title") or {"type": "plain_text", "text": "View Title"},
            "clear_on_close": bool(view.get("clear_on_close")),
            "notify_on_close": bool(view.get("notify_on_close")),
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": None,
            "root_view_id": id,
            "app_id": APP_ID,
            "external_id": view.get("external_id") or "",
            "app_installed_team_id": TEAM["id"],
            "bot_id": BOT_ID,
        }


def _restored(stored: Payload) -> Sheet:
    """From an earlier process, which can no longer be busy with it."""
    return Sheet(**{**stored, "busy": False})
