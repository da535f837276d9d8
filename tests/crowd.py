"""A network with people on it, which tells of what they do as badly as a network may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from buffer.errors import NetworkDown, Refused, SlowDown, Unclear
from buffer.model import Event, Found, Interaction, Person, Profile, Receipt, Seen, Update
from buffer.ports import Can, Certainty, Heard
from fakes import FakeClock, FakeNetwork


class Killed(BaseException):
    """What kill -9 is to a process."""


def nothing() -> None:
    """What happens if nobody says otherwise."""


@dataclass(kw_only=True)
class Said:
    """What somebody did there. `root`: our post it stands below, "" elsewhere; `number`: the how-manyth thing the
    network noticed, 0 for not yet."""

    id: str
    post: str
    root: str
    event: Event
    author: Person
    text: str
    at: datetime
    key: str = ""
    number: int = 0
    is_gone: bool = False


class Crowd(FakeNetwork):
    """`counts`: it goes on from a mark, else from a time. What is told in its turn may be repeated, come late, in any
    order, or be left out; below a post that is looked at stands all that is there. `troubled` are the keys of replies
    that did not go well."""

    def __init__(self, clock: FakeClock, us: Person, certainty: Certainty, *, counts: bool) -> None:
        super().__init__(certainty)
        self.can = frozenset({Can.LIKE})  # what is out stays as it is
        self.said: list[Said] = []
        self.hearing: list[str] = []
        self.replying: list[str] = []
        self.troubled: set[str] = set()
        self.dice = Random(0)
        self.before: Callable[[], None] = nothing
        self.after: Callable[[], None] = nothing
        self._clock = clock
        self._us = us
        self._counts = counts

    # -- what people do

    def hears(
        self,
        post: str,
        author: Person,
        text: str,
        *,
        root: str = "",
        event: Event = Event.COMMENT,
        at: datetime,
        key: str = "",
    ) -> Said:
        """Somebody does something now; its network dates it `at`."""
        said = Said(
            id=f"s{len(self.said) + 1}",
            post=post,
            root=root,
            event=event,
            author=author,
            text=text,
            at=at,
            key=key,
        )
        self.said.append(said)
        return said

    def edited(self, said: Said, text: str) -> None:
        said.text, said.number = text, 0  # it is noticed anew

    @property
    def there(self) -> list[Said]:
        return [said for said in self.said if not said.is_gone]

    def is_ours(self, said: Said) -> bool:
        return said.author.service_id == self._us.service_id

    # -- the port

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        trouble = self._next(self.hearing)
        self.before()
        self._fails(trouble)
        self._notice()
        below = [each for each in self.there if each.root in posts and each.event is Event.COMMENT]
        if self._counts and mark:
            told = [each for each in self.there if each.number > int(mark)]
        else:
            told = [each for each in self.there if each.at >= since]
        hidden: set[str] = set()
        if trouble == "repeats":
            told = self.there
        if trouble == "skips":  # what it leaves out of its list is seen by a look
            told = [each for each in told if not each.root or self.dice.random() < 0.5]
        if trouble == "hides":
            hidden = {each.id for each in below if self.dice.random() < 0.5}
        found = {each.id: each for each in [*told, *below] if each.id not in hidden}
        in_order = sorted(found.values(), key=lambda said: (said.at, said.id))
        if trouble == "shuffles":
            in_order.sort(key=lambda said: self.dice.random() if said.root else 2)
        self.after()
        return Heard(
            found=[self._found(each) for each in in_order],
            mark=str(max((each.number for each in self.said), default=0)) if self._counts else "",
            seen={post: self._seen(post, hidden) for post in posts},
        )

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        self._fails(self._next(self.hearing))
        return to.service_id not in [each.id for each in self.there]

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        trouble = self._next(self.replying, key)
        self.before()
        made = self._made(key) if self.certainty is Certainty.KEYED else None
        if not (made and trouble == "refused"):  # it answers as it did the first time
            self._fails(trouble)
        root = update.service_update_id if update else ""
        post = to.service_id if to else root
        now = self._clock.now
        made = made or self.hears(post, self._us, text, root=root, at=now, key=key)
        self.after()
        self._fails_after(trouble)
        return Receipt(service_id=made.id)

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        self._fails(self._next(self.replying, key))
        made = self._made(key)
        return Receipt(service_id=made.id) if made else None

    def _made(self, key: str) -> Said | None:
        return next((each for each in self.said if each.key == key), None)

    def _notice(self) -> None:
        last = max((each.number for each in self.said), default=0)
        for each in self.said:
            if not each.number:
                last += 1
                each.number = last

    def _found(self, said: Said) -> Found:
        return Found(
            post=said.post,
            service_id=said.id,
            event=said.event,
            user=said.author,
            created_at=said.at,
            text=said.text,
            elsewhere=said.event is Event.MENTION,
        )

    def _seen(self, post: str, hidden: Iterable[str]) -> Seen:
        below = [each for each in self.there if each.root == post]
        likes = sum(each.event is Event.LIKE for each in below)
        answers = {each.id for each in below if each.event is Event.COMMENT}
        return Seen(counts={"likes": likes}, answers=frozenset(answers - set(hidden)))

    # -- what goes wrong

    def _next(self, troubles: list[str], key: str = "") -> str:
        trouble = troubles.pop(0) if troubles else ""
        if trouble:
            self.troubled.add(key)
        return trouble

    def _fails(self, trouble: str) -> None:
        """Nothing was done."""
        match trouble:
            case "down":
                raise NetworkDown("Nobody answers.")
            case "slow":
                raise SlowDown("Not so fast.", self._clock.now + timedelta(seconds=20))
            case "refused":
                raise Refused("No.")
            case "undone":
                raise Unclear("It stopped answering.")
            case "breaks":
                raise RuntimeError("a dialect nobody knows")
            case "dies before":
                raise Killed

    def _fails_after(self, trouble: str) -> None:
        """It was done."""
        match trouble:
            case "lost":
                raise Unclear("It stopped answering.")
            case "breaks after":
                raise RuntimeError("an answer nobody understands")
            case "dies after":
                raise Killed
