"""Accounts are connected, renewed and disconnected; what is queued stays."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from buffer.accounts import Accounts, Asked
from buffer.errors import Refused, Unclear
from buffer.model import Profile
from buffer.ports import LOGIN, Account, Field, Step
from cast import ADA
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore


class TwoSteps(FakeNetwork):
    """Wants a code that it shows on a page."""

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        if "code" in form:
            return super().connect({"token": form["hidden"] + form["code"]})
        fields = (Field(name="code", label="Code"),)
        return Step(words="Open", url="https://x.example", fields=fields, kept={"hidden": "s3cret"})


@pytest.fixture
def accounts(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> Accounts:
    return Accounts(store, {"fake": network, "two": TwoSteps()}, clock)


def connected(accounts: Accounts, token: str = "a", **more: str) -> Profile:
    made = accounts.connect(ADA, "fake", {"token": token}, timezone="Europe/Berlin", **more)
    assert isinstance(made, Profile)
    return made


def test_a_login_becomes_a_profile(accounts: Accounts, store: SqliteStore) -> None:
    made = connected(accounts)
    assert (made.service, made.service_id, made.timezone) == (
        "fake",
        "account of a",
        "Europe/Berlin",
    )
    assert store.profiles.get(ADA.team_id, made.id) == made
    assert store.secrets.recall(made.id, LOGIN) == {"token": "a"}


def test_the_same_account_is_the_same_profile(accounts: Accounts, store: SqliteStore) -> None:
    first = connected(accounts)
    accounts.disconnect(ADA, first.id)
    again = connected(accounts)
    assert again.id == first.id and not again.disconnected
    assert len(store.profiles.all()) == 1


def test_reconnecting_must_be_the_same_account(accounts: Accounts, store: SqliteStore) -> None:
    first = connected(accounts)
    with pytest.raises(Refused, match="not for “fake”"):
        connected(accounts, token="b", profile_id=first.id)
    assert store.secrets.recall(first.id, LOGIN) == {"token": "a"}
    assert connected(accounts, profile_id=first.id).id == first.id


def test_a_disconnected_profile_keeps_its_queue_and_not_its_login(
    accounts: Accounts, store: SqliteStore, network: FakeNetwork
) -> None:
    made = connected(accounts)
    network.raises(Unclear("gone"))
    assert accounts.disconnect(ADA, made.id).disconnected
    assert store.secrets.recall(made.id, LOGIN) is None
    assert store.profiles.get(ADA.team_id, made.id)


def test_a_second_step_goes_on_with_what_the_first_kept(
    accounts: Accounts, store: SqliteStore
) -> None:
    asked = accounts.connect(ADA, "two", {"token": ""}, timezone="UTC")
    assert isinstance(asked, Asked) and "s3cret" not in repr(asked)
    made = accounts.connect(ADA, "two", {"code": "1"}, timezone="UTC", pending=asked.pending)
    assert isinstance(made, Profile) and made.service_id == "account of s3cret1"
    with pytest.raises(Refused, match="begin again"):
        accounts.connect(ADA, "two", {"code": "1"}, timezone="UTC", pending=asked.pending)


def test_an_unknown_network_is_refused_with_those_there_are(accounts: Accounts) -> None:
    with pytest.raises(Refused, match="fake, two"):
        accounts.connect(ADA, "myspace", {}, timezone="UTC")


def test_a_stranger_disconnects_nothing(accounts: Accounts) -> None:
    with pytest.raises(Refused, match="no such profile"):
        accounts.disconnect(ADA, "nobody")
