"""The commands: thin. What they print is for scripts; what goes wrong is one sentence on stderr and exit 2."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click
import yaml
from dotenv import dotenv_values
from tzlocal import get_localzone_name

from backend import networks_for
from bot import when as time_phrases
from bot.gallery import SCREENS, drawn
from bot.manifest import http_variant
from buffer import model
from buffer.accounts import Accounts
from buffer.errors import QueueError
from buffer.model import UNBOUND, Profile
from buffer.networks import NETWORKS
from buffer.ports import Field, Store
from buffer.web import Web
from clocks import utc_now
from settings import Settings, from_environment
from storage import SqliteStore, backup, file_of, key_file, open_store
from storage.vault import keys_in, new_key, write_keys

ROOT = Path(__file__).parent

SETTLED = 1.0
"""Seconds between two looks whether anything is still sealed under an old key."""

Serve = Callable[[Settings, bool, bool], None]
"""Runs the product: (settings, with the web server, with the worker's loops) until a signal."""

Examine = Callable[[Settings, SqliteStore], list[tuple[bool, str]]]
"""Looks at everything that can be wrong: (is it right, a sentence)."""


def main(serve: Serve, examine: Examine) -> None:
    """Run the command the process was started with."""
    group(serve, examine).main(prog_name="python app.py")


def group(serve: Serve, examine: Examine) -> click.Group:
    """All commands. Without one, everything runs in this process."""

    @click.group(invoke_without_command=True)
    @click.pass_context
    def everything(context: click.Context) -> None:
        """slack-buffer: a team's whole social queue, inside Slack.

        Without a command everything runs in one process: web server, sender, poller, outbox.
        """
        if context.invoked_subcommand is None:
            with _sentences():
                serve(settings_here(), True, True)

    @everything.command()
    def web() -> None:
        """Run the web server alone (Slack over HTTP, the API, the pages)."""
        with _sentences():
            serve(settings_here(), True, False)

    @everything.command()
    def worker() -> None:
        """Run the worker alone (sender, poller, outbox, Socket Mode)."""
        with _sentences():
            serve(settings_here(), False, True)

    @everything.command()
    def doctor() -> None:
        """Say what is configured, what is missing, and what answers."""
        with _sentences(), _store() as store:
            findings = examine(settings_here(), store)
        for is_right, sentence in findings:
            click.echo(f"{'ok  ' if is_right else 'FAIL'}  {sentence}")
        if not all(is_right for is_right, _ in findings):
            raise SystemExit(1)

    for command in (
        token,
        profile,
        make_backup,
        restore,
        export,
        rotate_keys,
        when,
        manifest,
        screens,
    ):
        everything.add_command(command)
    return everything


@click.group()
def token() -> None:
    """Access tokens for the HTTP API."""


@token.command("create")
@click.option("--name", required=True, help="What the token is for.")
def create_token(name: str) -> None:
    """Make a token and print it, the only time it is seen."""
    with _sentences(), _store() as store:
        click.echo(store.tokens.create(name, _team(store), utc_now()))


@token.command("list")
def list_tokens() -> None:
    """Names and dates of the tokens that work."""
    with _sentences(), _store() as store:
        for each in store.tokens.all():
            click.echo(f"{each.created_at:%Y-%m-%d %H:%M}Z  {each.name}")


@token.command("revoke")
@click.option("--name", required=True)
def revoke_token(name: str) -> None:
    """Make a token useless, at once."""
    with _sentences(), _store() as store:
        if not store.tokens.revoke(name, utc_now()):
            raise Mistake(f"There is no token named “{name}”: see token list.")


@click.group()
def profile() -> None:
    """The accounts that are posted to."""


@profile.group("add")
def add_profile() -> None:
    """Add an account and print its id alone."""


def _adding(service: str, fields: tuple[Field, ...]) -> click.Command:
    """The command that connects an account of one network. What is secret is asked for, or read from standard input a
    line each, so that no list of processes and no history shows it."""
    zone = click.Option(
        ["--tz", "zone"],
        default="",
        help="Its time zone, such as Europe/Berlin; this machine's by default.",
    )
    open_fields = [
        click.Option(
            [f"--{each.name}", each.name], required=not each.optional, default="", help=each.hint
        )
        for each in fields
        if not each.secret
    ]

    def add(zone: str, **given: str) -> None:
        form = given | {each.name: _asked(each) for each in fields if each.secret}
        with _sentences(), _store() as store:
            click.echo(_connected(store, service, form, zone))

    return click.Command(
        service, params=[*open_fields, zone], callback=add, help=f"Connect an account: {service}."
    )


for _service, _make in NETWORKS.items():
    add_profile.add_command(_adding(_service, _make.fields))


@profile.command("disconnect")
@click.argument("id")
def disconnect_profile(id: str) -> None:
    """Forget the login of a profile. What is queued stays, and waits."""
    with _sentences(), _store() as store:
        _accounts(store).disconnect(_actor(store), id)


@click.command("rotate-keys")
@click.option("--new", is_flag=True, help="Only print a new key, for SECRET_KEY.")
def rotate_keys(new: bool) -> None:
    """Seal every login anew: with a new key of the key file, or with the first of SECRET_KEY."""
    if new:
        click.echo(new_key())
        return
    with _sentences():
        renewed, lost = _rotated(settings_here())
    click.echo(f"{_many(renewed, 'secret')} sealed anew.")
    if lost:
        raise Mistake(
            f"Left as they are, since no key there is opens them: {_many(lost, 'secret')}. Bring back the key they "
            "were sealed with, or connect the accounts again."
        )


def _rotated(settings: Settings) -> tuple[int, int]:
    """How many were sealed anew, and how many no key opens. The old keys go only when none of them is needed."""
    with _store() as store:
        if settings.secret_key:
            return store.secrets.renew()
        file = key_file(_database())
        keys = (new_key(), *keys_in(file))
        write_keys(file, keys)
        total, lost = store.secrets.renew()
        while True:  # a running server may have been at it with the old key a moment ago
            time.sleep(SETTLED)
            renewed, lost = store.secrets.renew()
            total += renewed
            if not renewed:
                break
        if not lost:
            _set_aside(file, keys[1:])
            write_keys(file, keys[:1])
        return total, lost


def _set_aside(file: Path, keys: Sequence[str]) -> None:
    """Backups made before open only with the old keys."""
    old = file.with_suffix(f".old{file.suffix}")
    known = keys_in(old) if old.exists() else ()
    write_keys(old, tuple(dict.fromkeys((*keys, *known))))


@profile.command("list")
def list_profiles() -> None:
    """Ids, networks, zones and names."""
    with _sentences(), _store() as store:
        for each in store.profiles.all():
            click.echo(_profile_line(each))


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def make_backup(file: Path) -> None:
    """Copy the database and its pictures into FILE, beside a running server."""
    with _sentences():
        database = _database()
        made = backup.backup(database, file, utc_now())
    lost = f" {_many(made.lost, 'picture')} missing or damaged, so left out." if made.lost else ""
    click.echo(
        f"{file}: {_many(made.posts, 'post')} waiting, {_many(made.files, 'picture')},"
        f" {made.bytes / 1e6:,.1f} MB.{lost} Logins are sealed in it, and their key is not in it:"
        f" keep {_key(database)} elsewhere."
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Set the present database aside; it is kept.")
def restore(file: Path, replace: bool) -> None:
    """Bring a backup back. What may have been sent since is looked for before it is sent."""
    with _sentences():
        database = _database()
        done = backup.restore(file, database, utc_now(), replace=replace)
    click.echo(
        f"Restored as of {done.taken_at:%Y-%m-%d %H:%M}Z: {_many(done.posts, 'post')} waiting,"
        f" {_many(done.files, 'picture')}. What was not sent then ({_many(done.looked_for, 'post')}) is looked for on"
        " its network before it goes out, and a person is asked where that is not possible; posts whose time has passed"
        f" are held by the usual rules. Looked up before they are said in Slack: {_many(done.lines, 'line')};"
        f" unconfirmed from now on: {_many(done.replies, 'reply', 'replies')}."
    )
    if done.lost:
        click.echo(f"Not in the backup: {_many(done.lost, 'picture')}. Attach them again.")
    if done.logins:
        click.echo(
            f"What is sealed in it ({_many(done.logins, 'login')}) opens only with {_key(database)} of that time."
        )
    if done.kept:
        click.echo(f"What was here is kept as {done.kept}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Print everything but secrets as JSON lines, or write it to FILE."""
    with _sentences(), _store() as store:
        if file is None:
            backup.export(store, lambda line: sys.stdout.buffer.write(line.encode()))
        else:
            with backup.new_file(file) as part, part.open("w", encoding="utf-8") as opened:
                backup.export(store, opened.write)


@click.command()
@click.argument("expression")
@click.option("--tz", "zone", required=True, help="The typist's time zone, such as Europe/Berlin.")
@click.option("--now", "now", default="", help="ISO 8601 with an offset; the present by default.")
@click.option(
    "--locale", default="en-US", show_default=True, help="The typist's locale, such as de-DE."
)
def when(expression: str, zone: str, now: str, locale: str) -> None:
    """Print the instant a phrase such as “tomorrow 9am” means, as ISO 8601."""
    with _sentences():
        known = model.zone(zone).key
        click.echo(time_phrases.parse(expression, _instant(now), known, locale).isoformat())


@click.command()
@click.option(
    "--url", default="", help="The public address of this server: prints the manifest for HTTP."
)
def manifest(url: str) -> None:
    """Print the Slack app's manifest, for Socket Mode or (with --url) for HTTP."""
    text = (ROOT / "manifest.yml").read_text()
    click.echo(
        yaml.safe_dump(http_variant(yaml.safe_load(text), url), sort_keys=False) if url else text
    )


@click.command()
@click.argument("name", required=False)
def screens(name: str | None) -> None:
    """Print the main screens with made-up posts, as JSON; one of them, by NAME, for the Block Kit Builder."""
    if name and name not in SCREENS:
        raise Mistake(f"There is no screen “{name}”. There are: {', '.join(sorted(SCREENS))}.")
    shown = drawn(name) if name else {each: drawn(each) for each in SCREENS}
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


def settings_here() -> Settings:
    """From `.env` and the environment, which wins. Raises SettingsError."""
    written = {name: value or "" for name, value in dotenv_values(ROOT / ".env").items()}
    return from_environment({**written, **os.environ})


class Mistake(click.ClickException):
    """Something the person at the keyboard can mend: one sentence on stderr, exit 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file or sys.stderr)


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (QueueError, ValueError, OSError) as error:
        raise Mistake(str(error)) from error


@contextmanager
def _store() -> Iterator[SqliteStore]:
    settings = settings_here()
    store = open_store(settings.database_url, keys=settings.secret_key, patience=10)
    try:
        yield store
    finally:
        store.close()


def _database() -> Path:
    file = file_of(settings_here().database_url)
    if file is None:
        raise Mistake(
            "DATABASE_URL names a database in memory: there is no file to copy or to replace."
        )
    return file


def _key(database: Path) -> str:
    return "SECRET_KEY" if settings_here().secret_key else str(key_file(database))


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _asked(each: Field) -> str:
    """From the person at the keyboard, unseen; from a script, the next line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    words = f"{each.label} ({each.hint})" if each.hint else each.label
    default = "" if each.optional else None
    return str(
        click.prompt(words, hide_input=each.secret, default=default, show_default=False, err=True)
    )


def _connected(store: SqliteStore, service: str, form: Mapping[str, str], zone: str) -> str:
    """The id of the profile, after as many steps as the network wants."""
    accounts, timezone, pending = _accounts(store), zone or get_localzone_name() or "UTC", ""
    while True:
        answer = accounts.connect(_actor(store), service, form, timezone=timezone, pending=pending)
        if isinstance(answer, Profile):
            return answer.id
        click.echo(f"{answer.words} {answer.url}", err=True)
        form, pending = {each.name: _asked(each) for each in answer.fields}, answer.pending


def _accounts(store: SqliteStore) -> Accounts:
    return Accounts(store, networks_for(settings_here(), store, utc_now, Web()), utc_now)


def _actor(store: Store) -> model.Actor:
    return model.Actor(team_id=_team(store), user_id="", via="cli")


def _profile_line(each: Profile) -> str:
    state = "paused" if each.paused else "disconnected" if each.disconnected else "active"
    return f"{each.id}  {each.service:<9}  {each.timezone:<20}  {state:<12}  {each.name}"


def _team(store: Store) -> str:
    team = store.teams.current()
    return team.id if team else UNBOUND


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text) if text else utc_now()
    except ValueError:
        raise ValueError(
            f"--now must be ISO 8601, such as 2026-11-25T10:30-05:00, not “{text}”."
        ) from None
    if instant.tzinfo is None:
        raise ValueError("--now needs an offset, such as 2026-11-25T10:30-05:00.")
    return instant
