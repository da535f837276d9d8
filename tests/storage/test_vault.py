"""What is secret cannot be read without a key, and keys can be changed."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from buffer.errors import NetworkDown
from storage import key_file, open_store
from storage.vault import Vault, WrongKey, keys_in, new_key, write_keys

OLD, NEW = new_key(), new_key()


def test_only_a_key_opens_what_it_sealed() -> None:
    sealed = Vault([OLD]).seal({"token": "s3cret"})
    assert b"s3cret" not in sealed
    assert Vault([NEW, OLD]).open(sealed) == {"token": "s3cret"}
    with pytest.raises(WrongKey):
        Vault([NEW]).open(sealed)


def test_the_first_key_seals_and_renews() -> None:
    vault, sealed = Vault([NEW, OLD]), Vault([OLD]).seal(1)
    renewed = vault.renewed(sealed)
    assert renewed and Vault([NEW]).open(renewed) == 1
    assert vault.renewed(renewed) is None


def test_what_is_no_key_is_refused_with_a_way_out() -> None:
    with pytest.raises(ValueError, match="rotate-keys --new"):
        Vault(["a password"])


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "buffer.key"
    keys = keys_in(file)
    assert keys_in(file) == keys and len(keys) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    write_keys(file, (NEW, *keys))
    assert keys_in(file) == (NEW, *keys)
    assert [path.name for path in tmp_path.iterdir()] == ["buffer.key"]


def test_secrets_survive_a_restart_and_no_copy_gives_them_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/buffer.db"
    store = open_store(url)
    store.secrets.keep("p1", "login", {"token": "s3cret"})
    store.secrets.keep("p1", "session", {"jwt": "s3cret"})
    store.close()
    again = open_store(url)
    assert again.secrets.recall("p1", "login") == {"token": "s3cret"}
    assert again.secrets.recall("p2", "login") is None
    again.secrets.forget("p1", "session")
    assert again.secrets.recall("p1", "session") is None
    again.secrets.forget("p1")
    assert again.secrets.recall("p1", "login") is None
    again.close()
    assert not any(b"s3cret" in path.read_bytes() for path in tmp_path.iterdir())


def test_without_its_key_a_login_is_out_of_reach_and_not_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/buffer.db"
    store = open_store(url)
    store.secrets.keep("p1", "login", 1)
    store.close()
    key_file(tmp_path / "buffer.db").unlink()
    again = open_store(url)
    with pytest.raises(NetworkDown, match="SECRET_KEY"):
        again.secrets.recall("p1", "login")
    again.close()


def test_rotation_goes_on_where_it_was_and_counts_what_no_key_opens(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/buffer.db"
    store = open_store(url, keys=[OLD])
    for number in range(250):
        store.secrets.keep(f"p{number:03}", "login", number)
    store.database.execute("UPDATE secrets SET value = ? WHERE scope = 'p007'", (b"nonsense",))
    renewed = Vault([NEW, OLD]).renewed(Vault([OLD]).seal(3))
    store.database.execute("UPDATE secrets SET value = ? WHERE scope = 'p003'", (renewed,))
    store.close()
    both = open_store(url, keys=[NEW, OLD])
    assert both.secrets.renew() == (248, 1)
    assert both.secrets.renew() == (0, 1)
    both.close()
    after = open_store(url, keys=[NEW])
    assert after.secrets.recall("p249", "login") == 249
    after.close()


def test_a_running_server_follows_its_key_file(tmp_path: Path) -> None:
    file = key_file(tmp_path / "buffer.db")
    store = open_store(f"sqlite:///{tmp_path}/buffer.db")
    store.secrets.keep("p1", "login", 1)
    (old,) = keys_in(file)
    write_keys(file, (NEW, old))
    assert store.secrets.recall("p1", "login") == 1
    store.secrets.keep("p2", "login", 2)
    assert store.secrets.renew() == (1, 0)
    write_keys(file, (NEW,))
    assert (store.secrets.recall("p1", "login"), store.secrets.recall("p2", "login")) == (1, 2)
    store.close()


KILLED = """
import os, signal, sys
from storage import open_store
store, count = open_store(sys.argv[1]), int(sys.argv[2])
execute = store.database.execute
def counted(*args):
    global count
    count -= 1
    if not count:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*args)
store.database.execute = counted
store.secrets.renew()
"""


def test_a_rotation_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/buffer.db", key_file(tmp_path / "buffer.db")
    store = open_store(url)
    for number in range(150):
        store.secrets.keep(f"p{number:03}", "login", number)
    write_keys(file, (NEW, *keys_in(file)))
    for at in (2, 60, 205, 400):
        subprocess.run([sys.executable, "-c", KILLED, url, str(at)], check=False)
    store.secrets.renew()
    write_keys(file, (NEW,))
    found = [store.secrets.recall(f"p{number:03}", "login") for number in range(150)]
    assert found == list(range(150))
    store.close()


def test_keys_are_fernets() -> None:
    assert Fernet(new_key())
