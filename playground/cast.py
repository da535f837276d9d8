"""Who and what is there from the start: a team, three people to be, the bot, channels. Pure."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playground.errors import Payload

TEAM = {"id": "T0PLAYGRND", "name": "Playground", "domain": "playground"}
APP_ID, BOT_ID, BOT_USER = "A0BUFFERAPP", "B0BUFFERBOT", "U0BUFFERBOT"
ADA, BO, CY = "U0ADALOVEL", "U0BOJACKSN", "U0CYGUEST1"
GENERAL, SOCIAL, RANDOM = "C0GENERAL1", "C0SOCIAL01", "C0RANDOM01"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    id: str
    name: str
    real_name: str
    color: str
    tz: str
    locale: str
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False

    def for_page(self) -> Payload:
        names = ("id", "name", "real_name", "color", "tz", "locale")
        flags = ("is_admin", "is_guest", "is_bot")
        return {name: getattr(self, name) for name in (*names, *flags)}

    def for_api(self, now: float, *, include_locale: bool = False) -> Payload:
        """As docs.slack.dev/reference/objects/user-object has it (2026-11)."""
        there = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.tz))
        offset = there.utcoffset()
        user = {
            "id": self.id,
            "team_id": TEAM["id"],
            "name": self.name,
            "deleted": False,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": there.tzname(),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "real_name_normalized": self.real_name,
                "display_name_normalized": self.name,
                "team": TEAM["id"],
                **({"bot_id": BOT_ID, "api_app_id": APP_ID} if self.is_bot else {}),
            },
            "is_admin": self.is_admin,
            "is_owner": self.is_admin,
            "is_primary_owner": self.is_admin,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": int(now),
        }
        return {**user, "locale": self.locale} if include_locale else user


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    id: str
    name: str
    kind: str = "channel"
    topic: str = ""
    members: tuple[str, ...] = field(default=(ADA, BO, CY))

    @property
    def bot_in(self) -> bool:
        return BOT_USER in self.members

    def joined_by(self, user: str) -> "Channel":
        return self if user in self.members else replace(self, members=(*self.members, user))

    def seen_by(self, user: str) -> bool:
        return self.kind == "channel" or user in self.members

    def for_api(self) -> Payload:
        """As docs.slack.dev/reference/objects/conversation-object has it (2026-11)."""
        common = {"id": self.id, "is_archived": False, "is_org_shared": False, "created": 1}
        if self.kind == "im":
            person = next(member for member in self.members if member != BOT_USER)
            return {**common, "is_im": True, "user": person, "is_user_deleted": False}
        return {
            **common,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": False,
            "is_general": self.id == GENERAL,
            "is_member": self.bot_in,
            "creator": ADA,
            "context_team_id": TEAM["id"],
            "topic": {"value": self.topic, "creator": ADA, "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


def people(bot_name: str) -> list[Person]:
    return [
        Person(
            id=ADA,
            name="ada",
            real_name="Ada Lovelace",
            color="4a154b",
            tz="Europe/Berlin",
            locale="en-GB",
            is_admin=True,
        ),
        Person(
            id=BO,
            name="bo",
            real_name="Bo Jackson",
            color="2c6e49",
            tz="America/New_York",
            locale="en-US",
        ),
        Person(
            id=CY,
            name="cy",
            real_name="Cy Young",
            color="b5651d",
            tz="Asia/Tokyo",
            locale="en-US",
            is_guest=True,
        ),
        Person(
            id=BOT_USER,
            name=bot_name.lower().replace(" ", "_"),
            real_name=bot_name,
            color="1264a3",
            tz="America/Los_Angeles",
            locale="en-US",
            is_bot=True,
        ),
    ]


def channels() -> list[Channel]:
    everyone = (ADA, BO, CY)
    rooms = [
        Channel(id=GENERAL, name="general", topic="All of us", members=(*everyone, BOT_USER)),
        Channel(
            id=SOCIAL, name="social", topic="What we post and hear", members=(*everyone, BOT_USER)
        ),
        Channel(id=RANDOM, name="random", topic="The bot is not here", members=everyone),
    ]
    return rooms + [direct(person) for person in everyone]


def direct(person: str) -> Channel:
    """A person's conversation with the bot."""
    return Channel(id=f"D{person[1:]}", name="", kind="im", members=(person, BOT_USER))
