"""The API against a plain list: order, due times, totals and pages agree after every request."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from buffer.wire import unix
from list_queue import ListQueue
from storage import open_store
from v1_script import Script

DAILY = {day * 1440 + hour * 60 for day in range(7) for hour in (9, 13, 17)}
MOST = 50


class ApiMachine(RuleBasedStateMachine):
    """Scripts do not wait for a worker: time stands still, and what is shared stays on its way."""

    @initialize()
    def begin(self) -> None:
        self.store = open_store("sqlite://")
        self.script = Script(self.store, limit=MOST)
        now = self.script.clock.now
        self.model = ListQueue("UTC", DAILY, now, Random(7))
        self.made = 0

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    def _post(self, path: str, body: str = "", status: int = 200) -> Any:
        answer = self.script.post(path, body)
        assert answer.status_code == status, answer.text
        return answer.json

    def _add(self, more: str = "") -> str:
        self.made += 1
        answer = self._post(
            "/1/updates/create.json",
            f"text=post+{self.made}&profile_ids[]={self.script.profile.id}{more}",
        )
        id = str(answer["updates"][0]["id"])
        self.model.made.append(id)
        assert answer["buffer_count"] == len(self.model.places()) + 1
        return id

    def _one(self, data: st.DataObject, ids: list[str]) -> str:
        return data.draw(st.sampled_from(ids))

    @rule(top=st.booleans())
    def create(self, top: bool) -> None:
        self.model.join(self._add("&top=true" if top else ""), top=top)

    @rule(n=st.integers(0, 8), on_slot=st.booleans())
    def create_scheduled(self, n: int, on_slot: bool) -> None:
        now = self.script.clock.now
        at = (
            next(islice(self.model.slots(now), n, None))
            if on_slot
            else now + timedelta(minutes=77 + n)
        )
        self.model.scheduled[self._add(f"&scheduled_at={unix(at)}&now=1")] = at

    @rule()
    def create_without_text(self) -> None:
        answer = self._post(
            "/1/updates/create.json", f"text=+&profile_ids[]={self.script.profile.id}", 400
        )
        assert answer["code"] == 1004

    @precondition(lambda self: self.model.line)
    @rule(data=st.data())
    def move_to_top(self, data: st.DataObject) -> None:
        id = self._one(data, self.model.line)
        assert self._post(f"/1/updates/{id}/move_to_top.json")["id"] == id
        self.model.line.remove(id)
        self.model.line.insert(0, id)

    @precondition(lambda self: self.model.scheduled)
    @rule(data=st.data())
    def move_a_scheduled_one(self, data: st.DataObject) -> None:
        id = self._one(data, sorted(self.model.scheduled))
        assert self._post(f"/1/updates/{id}/move_to_top.json", status=400)["code"] == 1027

    @precondition(lambda self: self.model.places())
    @rule(data=st.data())
    def destroy(self, data: st.DataObject) -> None:
        id = self._one(data, self._pending())
        assert self._post(f"/1/updates/{id}/destroy.json")["success"]
        self.model.leave(id)

    @precondition(lambda self: self.model.line)
    @rule(data=st.data())
    def schedule(self, data: st.DataObject) -> None:
        id, at = self._one(data, self.model.line), self.script.clock.now + timedelta(hours=30)
        self.made += 1
        body = f"text=edited+{self.made}&scheduled_at={unix(at)}"
        found = self._post(f"/1/updates/{id}/update.json", body)["update"]
        assert (found["text"], found["scheduled_at"]) == (f"edited {self.made}", unix(at))
        self.model.leave(id)
        self.model.scheduled[id] = at

    @precondition(lambda self: self.model.line)
    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        ids = data.draw(
            st.lists(st.sampled_from(self.model.line), min_size=1, max_size=5, unique=True)
        )
        offset = data.draw(st.integers(0, len(self.model.line) - 1))
        body = "&".join([f"offset={offset}", *(f"order[]={id}" for id in ids)])
        self._post(f"/1/profiles/{self.script.profile.id}/updates/reorder.json", body)
        rest = [id for id in self.model.line if id not in ids]
        self.model.line = [*rest[:offset], *ids, *rest[offset:]]

    def _pending(self) -> list[str]:
        return [id for *_, id in self.model.places()]

    @invariant()
    def pages_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        path = f"/1/profiles/{self.script.profile.id}/updates/pending.json"
        expected = [(id, unix(due)) for due, _, _, id in self.model.places()]
        count = 3
        for page in range(1, len(expected) // count + 2):
            found = self.script.get(path, f"page={page}&count={count}").json
            assert found["total"] == len(expected)
            shown = [(each["id"], each["due_at"]) for each in found["updates"]]
            assert shown == expected[(page - 1) * count : page * count]


ApiMachine.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestApiMachine = ApiMachine.TestCase
