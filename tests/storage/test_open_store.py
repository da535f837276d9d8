"""Opening a database: what a URL may be, and what a fresh one is like."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from buffer.errors import Busy
from buffer.model import State
from buffer.ports import Store
from cast import MONDAY, a_profile, an_update
from storage import open_store
from storage.schema import migrations


def test_a_file_is_made_with_its_folder_and_kept(tmp_path: Path) -> None:
    url, profile = f"sqlite:///{tmp_path}/deep/down/buffer.db", a_profile()
    first = open_store(url)
    first.profiles.insert(profile)
    first.close()
    again: Store = open_store(url)
    assert again.profiles.all() == [profile]
    again.close()


def test_a_relative_path_begins_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///data/buffer.db").close()
    assert (tmp_path / "data" / "buffer.db").exists()


def test_one_in_memory_is_gone_when_closed() -> None:
    store = open_store("sqlite://")
    store.profiles.insert(a_profile())
    store.close()
    other = open_store("sqlite://")
    assert other.profiles.all() == []
    other.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "buffer.db",
        "postgresql://localhost/buffer",
        "sqlite:buffer.db",
        "sqlite://buffer.db",
        "sqlite:///",
    ],
)
def test_any_other_url_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(
        ValueError, match=r"^DATABASE_URL must be sqlite:///path/to/file\.db .*not “"
    ):
        open_store(url)


def test_a_file_is_opened_as_durably_as_promised(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/buffer.db")
    settings = {
        name: store.database.one(f"PRAGMA {name}")
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert {name: row[0] for name, row in settings.items() if row} == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
    }
    store.close()


def test_a_full_disk_is_a_sentence_and_saves_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/buffer.db")
    row = store.database.one("PRAGMA page_count")
    assert row
    store.database.execute(f"PRAGMA max_page_count = {row[0]}")
    with pytest.raises(Busy, match="disk is full"), store.transaction():
        store.memos.keep("small", 1)
        store.memos.keep("large", "x" * 1_000_000)
    assert store.memos.names("") == []
    store.database.execute("PRAGMA max_page_count = 100000")
    store.memos.keep("large", "x" * 1_000_000)
    assert store.memos.names("") == ["large"]
    store.close()


def test_what_is_no_database_is_said_in_a_sentence_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes.")
    with pytest.raises(ValueError, match=r"notes\.txt cannot be used .*DATABASE_URL"):
        open_store(f"sqlite:///{file}")
    assert file.read_text() == "These are my notes."
    with pytest.raises(ValueError, match=r"notes\.txt cannot be made or written .*DATABASE_URL"):
        open_store(f"sqlite:///{file}/buffer.db")


class NoWayBack(sqlite3.Connection):
    """A connection whose next ROLLBACK fails, as on a disk that breaks."""

    fails = True

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "ROLLBACK" and NoWayBack.fails:
            NoWayBack.fails = False
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *values)


def test_a_rollback_that_fails_holds_up_nothing_that_comes_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=NoWayBack))
    url = f"sqlite:///{tmp_path}/buffer.db"
    with closing(open_store(url)) as store, closing(open_store(url)) as other:
        with pytest.raises(ValueError, match="mine"), store.transaction():
            store.memos.keep("lost", 1)
            raise ValueError("mine")
        assert not NoWayBack.fails
        assert "cannot roll back" in caplog.text
        store.memos.keep("kept", 1)
        other.memos.keep("by another", 1)
        assert store.memos.names("") == ["by another", "kept"]


def test_a_database_of_the_first_release_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "buffer.db"
    first = Database(path)
    migrations.apply(first, stop_before="m002_networks")
    first.execute(
        "INSERT INTO outbox (id, team_id, kind, subject, target, created_at, not_before)"
        " VALUES ('n1', 'T1', 'outcome', 'Hello', 'U1', 1, 1)"
    )
    first.conn.commit()
    first.close()
    with closing(open_store(f"sqlite:///{path}")) as store:
        (waiting,) = store.outbox.waiting(MONDAY, limit=9)
        assert waiting.subject == "Hello"


def test_conversations_survive_the_third_step(tmp_path: Path) -> None:
    path, profile = tmp_path / "buffer.db", a_profile()
    update = an_update(profile, id="u1")
    second = Database(path)
    migrations.apply(second, stop_before="m003_conversations")
    second.execute(
        "INSERT INTO profiles (id, team_id, service, service_id, name, timezone, schedules, created_at, cursor)"
        " VALUES (?, ?, 'mastodon', '1', 'ada', 'UTC', '[]', 1, 1)",
        (profile.id, profile.team_id),
    )
    second.execute(
        "INSERT INTO updates (id, post_id, team_id, profile_id, service, state, text, text_hash, created_at,"
        " updated_at, sent_at, service_update_id)"
        " VALUES ('u1', 'p1', ?, ?, 'mastodon', 'sent', 'hi', x'00', 1, 1, 1, '42')",
        (profile.team_id, profile.id),
    )
    second.execute(
        "INSERT INTO interactions (id, team_id, profile_id, update_id, service_id, event, user, text,"
        """ created_at, seen_at) VALUES ('i1', ?, ?, 'u1', 'c1', 'comment', '{"username": "bo"}', 'Nice', 2, 3)""",
        (profile.team_id, profile.id),
    )
    second.execute(
        "INSERT INTO replies (id, team_id, update_id, interaction_id, text, user_id, state, service_id, created_at)"
        " VALUES ('r1', ?, 'u1', 'i1', 'Thanks', 'U1', 'sent', 'c2', 4)",
        (profile.team_id,),
    )
    second.conn.commit()
    second.close()
    with closing(open_store(f"sqlite:///{path}")) as store:
        kept = store.interactions.known(profile.id, "c1")
        assert kept and (kept.id, kept.update_id, kept.text) == ("i1", update.id, "Nice")
        reply = store.replies.get(profile.team_id, "r1")
        assert reply and (reply.update_id, reply.service_id) == ("u1", "c2")
        assert store.updates.counts(profile.id) == (0, 1)
        store.updates.delete("u1", expected=[State.SENT])
        assert store.interactions.known(profile.id, "c1") is None, "they go with their post"


def test_an_older_version_leaves_a_newer_ones_database_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/buffer.db"
    store = open_store(url)
    table = next(
        name
        for (name,) in store.database.all(
            "SELECT name FROM sqlite_master WHERE name LIKE '_sqlite%'"
        )
    )
    store.database.execute(
        f"INSERT INTO {table} (migration_set, name, applied_at) VALUES ('slack-buffer', 'm999', '')"
    )
    store.close()
    with pytest.raises(ValueError, match="newer slack-buffer"):
        open_store(url)
