"""What exists is written down, and what is written down exists: settings, scopes, commands, routes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest
import yaml

import cli
import doctor
from settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
SETTINGS = [field.name.upper() for field in fields(Settings)]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_in_the_readme_and_the_example(name: str) -> None:
    assert f"`{name}`" in README
    assert f"#{name}=" in (ROOT / ".env.example").read_text()


def test_the_example_knows_no_other_setting() -> None:
    written = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert written == set(SETTINGS)


def test_the_readme_justifies_exactly_the_scopes_of_the_manifest() -> None:
    table = README.partition("### Why it asks for each scope")[2].partition("##")[0]
    rows = "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([a-z:.]+)`", rows)) == SCOPES


def test_doctor_asks_for_the_scopes_of_the_manifest() -> None:
    assert set(doctor.NEEDED) == SCOPES


def test_every_command_is_in_the_readme() -> None:
    group = cli.group(lambda *_: None, lambda *_: [])
    for name in group.commands:
        assert re.search(rf"app\.py {name}\b|`{name}`", README), f"{name} is not in the README"


def test_every_command_has_a_line_of_help() -> None:
    def lacking(command: click.Command) -> list[str]:
        below = command.commands.values() if isinstance(command, click.Group) else []
        return [command.name or ""] * (not command.help) + [
            name for each in below for name in lacking(each)
        ]

    assert lacking(cli.group(lambda *_: None, lambda *_: [])) == []


def test_the_pages_named_in_the_readme_exist() -> None:
    links = re.findall(r"\]\(((?:docs|manifest)[^)#]*)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
