"""The commands print what scripts need, and a sentence with exit 2 for what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from slack_sdk import WebClient

import cli
import doctor
from backend import networks_for
from buffer.web import Web
from mastodon_server import CODE, TOKEN, mastodon
from settings import Settings
from storage import SqliteStore, open_store


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path}/buffer.db"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def run(*words: str) -> Result:
    def examine(settings: Settings, store: SqliteStore) -> list[doctor.Finding]:
        networks = networks_for(settings, store, lambda: datetime.now(UTC), Web())
        client = WebClient(base_url="http://127.0.0.1:9/", timeout=1)
        return doctor.examine(settings, store, client, networks)

    return CliRunner().invoke(cli.group(lambda *_: None, examine), words)


def test_a_token_is_printed_alone_listed_and_revoked(database: str) -> None:
    token = run("token", "create", "--name", "scripts").stdout.strip()
    store = open_store(database)
    assert (found := store.tokens.find(token)) and found.name == "scripts"
    assert "scripts" in run("token", "list").stdout
    assert run("token", "revoke", "--name", "scripts").exit_code == 0
    assert store.tokens.find(token) is None
    store.close()


def test_a_name_in_use_is_a_sentence_and_exit_2() -> None:
    run("token", "create", "--name", "scripts")
    again = run("token", "create", "--name", "scripts")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "already" in again.stderr
    assert run("token", "revoke", "--name", "nobody").exit_code == 2


def test_a_profile_s_id_is_printed_alone() -> None:
    id = run("profile", "add", "local", "--name", "News", "--tz", "Asia/Tokyo").stdout.strip()
    assert len(id) == 24
    assert run("profile", "list").stdout.split() == [id, "local", "Asia/Tokyo", "active", "News"]
    assert run("profile", "add", "local", "--name", "X", "--tz", "Mars/Phobos").exit_code == 2


def test_when_prints_an_instant_or_says_why_not() -> None:
    given = ("--tz", "Europe/Berlin", "--now", "2026-11-25T10:30+01:00")
    assert run("when", "tomorrow 9am", *given).stdout == "2026-11-26T09:00:00+01:00\n"
    wrong = run("when", "feb 30", *given)
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert run("when", "noon", "--tz", "Europe/Berlin", "--now", "today").exit_code == 2


def test_an_unknown_zone_is_a_sentence() -> None:
    wrong = run("when", "tomorrow 9am", "--tz", "Mars/Phobos")
    assert wrong.exit_code == 2
    assert "Mars/Phobos" in wrong.stderr


def test_the_manifest_for_http_names_the_address() -> None:
    made = yaml.safe_load(run("manifest", "--url", "https://b.example").stdout)
    assert made["settings"]["interactivity"]["request_url"] == "https://b.example/slack/events"
    assert yaml.safe_load(run("manifest").stdout)["settings"]["socket_mode_enabled"] is True


def test_screens_are_shown_all_or_by_name() -> None:
    everything = json.loads(run("screens").stdout)
    assert json.loads(run("screens", "home").stdout) == everything["home"]
    assert everything["home"]["type"] == "home"
    unknown = run("screens", "hone")
    assert unknown.exit_code == 2
    assert "There are: answer_" in unknown.stderr


def test_doctor_names_what_is_missing_and_fails() -> None:
    empty = run("doctor")
    assert empty.exit_code == 1
    assert "FAIL  There is no profile" in empty.stdout
    run("profile", "add", "local", "--name", "News")
    sound = run("doctor")
    assert sound.exit_code == 0
    assert "Profile “News”" in sound.stdout


def test_doctor_says_that_slack_does_not_answer_and_not_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "hidden")
    said = run("doctor")
    assert "FAIL  Slack does not answer" in said.stdout
    assert "very-secret" not in said.output


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "http")
    wrong = run("doctor")
    assert wrong.exit_code == 2
    assert "PORT" in wrong.stderr


def test_rotating_keys_seals_everything_anew(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "SETTLED", 0.01)
    store = open_store(database)
    store.secrets.keep("p1", "login", {"token": "t"})
    before = (tmp_path / "buffer.key").read_text()
    done = run("rotate-keys")
    assert (done.exit_code, done.stdout) == (0, "1 secret sealed anew.\n")
    after = (tmp_path / "buffer.key").read_text()
    assert after != before and len(after.split()) == 1
    assert store.secrets.recall("p1", "login") == {"token": "t"}
    store.close()


def test_a_login_no_key_opens_keeps_the_old_keys(database: str, tmp_path: Path) -> None:
    store = open_store(database)
    store.secrets.keep("p1", "login", 1)
    store.close()
    (tmp_path / "buffer.key").unlink()
    done = run("rotate-keys")
    assert done.exit_code == 2 and "connect the accounts again" in done.stderr
    assert len((tmp_path / "buffer.key").read_text().split()) == 2


def test_a_new_key_is_printed_for_secret_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = run("rotate-keys", "--new").stdout.strip()
    monkeypatch.setenv("SECRET_KEY", key)
    assert run("profile", "add", "local", "--name", "News").exit_code == 0
    monkeypatch.setenv("SECRET_KEY", "a password")
    assert "rotate-keys --new" in run("profile", "list").stderr


def test_what_is_secret_is_read_from_standard_input(database: str) -> None:
    with mastodon(lambda: datetime.now(UTC)) as server:
        words = ("profile", "add", "mastodon", "--server", server.url)
        group = cli.group(lambda *_: None, lambda *_: [])
        id = CliRunner().invoke(group, words, input=f"{TOKEN}\n").stdout.strip()
        assert len(id) == 24
        step = CliRunner().invoke(group, words, input=f"\n{CODE}\n")
        assert step.stdout.strip() == id and f"{server.url}/oauth/authorize" in step.stderr
        assert TOKEN not in step.output and CODE not in step.output
        assert run("profile", "disconnect", id).exit_code == 0
        assert "disconnected" in run("profile", "list").stdout


def test_doctor_asks_each_network(database: str) -> None:
    with mastodon(lambda: datetime.now(UTC)) as server:
        words = ("profile", "add", "mastodon", "--server", server.url)
        group = cli.group(lambda *_: None, lambda *_: [])
        CliRunner().invoke(group, words, input=f"{TOKEN}\n")
        assert "active, 0 pending" in run("doctor").stdout
        server.revoked.add(TOKEN)
        done = run("doctor")
        assert done.exit_code == 1 and "cannot be asked: The access token is invalid" in done.stdout
