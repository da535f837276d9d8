"""The house stands as the plan says: who imports whom, no circles, one home for each outside package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = (
    "app",
    "backend",
    "bot",
    "buffer",
    "cli",
    "clocks",
    "doctor",
    "loops",
    "logs",
    "playground",
    "settings",
    "storage",
    "wiring",
)

QUEUE_WORDS = {"buffer.model", "buffer.errors", "buffer.ports", "buffer.text"}
BOT_PIECES = {
    "bot.blocks",
    "bot.form",
    "bot.guard",
    "bot.message",
    "bot.mrkdwn",
    "bot.notices",
    "bot.people",
}
ADAPTER_WORDS = QUEUE_WORDS | {
    "buffer.budget",
    "buffer.images",
    "buffer.markup",
    "buffer.networks.known",
    "buffer.signing",
    "buffer.web",
}
EVERYTHING = set(PLACES)

MAY_IMPORT: dict[str, set[str]] = {
    "app": EVERYTHING,
    "wiring": EVERYTHING - {"app", "cli", "doctor"},
    "backend": {"buffer", "loops", "settings", "storage"},
    "buffer.mirror": {"buffer.model", "buffer.errors", "buffer.ports", "buffer.telling"},
    "cli": EVERYTHING,
    "doctor": QUEUE_WORDS
    | {"buffer.backends", "buffer.networks", "buffer.web", "clocks", "settings"},
    "loops": {"buffer.ports", "buffer.model"},
    "clocks": {"buffer.ports"},
    "logs": set(),
    "settings": set(),
    "buffer.errors": set(),
    "buffer.model": {"buffer.errors"},
    "buffer.web": {"buffer.errors", "buffer.web"},
    "buffer.ports": {"buffer.model", "buffer.errors", "buffer.ports"},
    "buffer.slots": {"buffer.model", "buffer.errors"},
    "buffer.text": {"buffer.model", "buffer.errors"},
    "buffer.wire": {"buffer.model", "buffer.errors", "buffer.text"},
    "buffer.watch": {"buffer.model", "buffer.ports", "buffer.telling"},
    "buffer.telling": {"buffer.model", "buffer.ports"},
    "buffer.accounts": {"buffer.model", "buffer.errors", "buffer.ports"},
    "buffer.images": {"buffer.errors"},
    "buffer.pictures": QUEUE_WORDS
    | {"buffer.images", "buffer.jobs", "buffer.telling", "buffer.web"},
    "buffer.content": {
        "buffer.model",
        "buffer.errors",
        "buffer.pictures",
        "buffer.series",
        "buffer.text",
    },
    "buffer.series": {"buffer.model", "buffer.errors", "buffer.text"},
    "buffer.links": QUEUE_WORDS | {"buffer.series"},
    "buffer.attachments": QUEUE_WORDS | {"buffer.jobs", "buffer.pictures", "buffer.web"},
    "buffer.sender": {
        "buffer.model",
        "buffer.errors",
        "buffer.ports",
        "buffer.slots",
        "buffer.telling",
        "buffer.links",
        "buffer.posting",
    },
    "buffer.posting": {"buffer.model", "buffer.errors", "buffer.ports", "buffer.series"},
    "buffer.channels": {"buffer.model", "buffer.errors", "buffer.ports"},
    "buffer.hearing": {"buffer.channels", "buffer.model", "buffer.ports", "buffer.telling"},
    "buffer.poller": {
        "buffer.errors",
        "buffer.hearing",
        "buffer.model",
        "buffer.ports",
        "buffer.telling",
    },
    "buffer.jobs": {"buffer.model", "buffer.errors", "buffer.ports"},
    "buffer.commenter": {
        "buffer.corrections",
        "buffer.model",
        "buffer.errors",
        "buffer.ports",
        "buffer.posting",
        "buffer.telling",
    },
    "buffer.backends": QUEUE_WORDS
    | {
        "buffer.attachments",
        "buffer.backends",
        "buffer.content",
        "buffer.jobs",
        "buffer.mirror",
        "buffer.pictures",
        "buffer.slots",
        "buffer.telling",
        "buffer.web",
        "buffer.wire",
    },
    "buffer.likes": QUEUE_WORDS | {"buffer.jobs", "buffer.telling"},
    "buffer.corrections": QUEUE_WORDS | {"buffer.jobs", "buffer.telling"},
    "buffer.budget": {"buffer.errors"},
    "buffer.markup": set(),
    "buffer.signing": set(),
    "buffer.networks": ADAPTER_WORDS,
    "buffer.networks.mastodon": ADAPTER_WORDS | {"buffer.networks.mastodon_entities"},
    "buffer.networks.mastodon_entities": {
        "buffer.budget",
        "buffer.errors",
        "buffer.markup",
        "buffer.model",
        "buffer.web",
    },
    "buffer.networks.__init__": QUEUE_WORDS | {"buffer.networks", "buffer.web"},
    "buffer.api": QUEUE_WORDS | {"buffer.wire", "buffer.api", "buffer.links"},
    "buffer.api.hooks": QUEUE_WORDS | {"buffer.api", "buffer.hearing", "buffer.signing"},
    "storage": {"buffer.model", "buffer.errors", "buffer.slots", "storage"},
    "bot.when": {"bot.when"},
    "bot.command": {"bot.when"},
    "bot.form": QUEUE_WORDS | BOT_PIECES | {"bot.when", "buffer.series"},
    "bot.screens": QUEUE_WORDS
    | {
        "bot.blocks",
        "bot.command",
        "bot.form",
        "bot.guard",
        "bot.membership",
        "bot.when",
        "bot.message",
        "bot.mrkdwn",
        "bot.people",
        "buffer.accounts",
        "buffer.channels",
        "buffer.likes",
    },
    "bot.people": QUEUE_WORDS | BOT_PIECES | {"buffer.accounts"},
    "bot.membership": QUEUE_WORDS | BOT_PIECES | {"buffer.telling"},
    "bot.outbox": QUEUE_WORDS | BOT_PIECES | {"bot.plans"},
    "bot.plans": QUEUE_WORDS | BOT_PIECES | {"buffer.channels", "buffer.telling"},
    "bot.threads": QUEUE_WORDS
    | BOT_PIECES
    | {"buffer.channels", "buffer.corrections", "buffer.telling"},
    "bot": QUEUE_WORDS | BOT_PIECES,
    "bot.__init__": QUEUE_WORDS | {"bot"},
    "bot.gallery": QUEUE_WORDS | {"bot", "buffer.accounts", "buffer.channels"},
    "bot.files": {"buffer.errors", "buffer.images", "buffer.web"},
    "bot.services": QUEUE_WORDS | BOT_PIECES | {"buffer.accounts"},
    "bot.homes": QUEUE_WORDS | BOT_PIECES | {"bot.services"},
    "playground": {"playground"},
}

HOMES: dict[str, tuple[str, ...]] = {
    "slack_bolt": ("bot", "app", "wiring"),
    "slack_sdk": ("bot", "app", "doctor", "wiring"),
    "requests": ("buffer.web",),
    "requests_hardened": ("buffer.web",),
    "dateparser": ("bot.when",),
    "sqlite_utils": ("storage",),
    "sqlite3": ("storage", "playground"),
    "falcon": ("buffer.api", "playground", "wiring", "bot.route"),
    "waitress": ("app", "playground"),
    "click": ("cli",),
    "dotenv": ("cli",),
    "cryptography": ("storage",),
    "emoji": ("bot.mrkdwn",),
    "PIL": ("buffer.images",),
    "yaml": ("app", "cli"),
}


def modules() -> dict[str, ast.Module]:
    files = [path for place in PLACES for path in ROOT.glob(f"{place}/**/*.py")]
    files += [path for place in PLACES if (path := ROOT / f"{place}.py").exists()]
    return {name_of(path): ast.parse(path.read_text()) for path in files}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(tree: ast.Module) -> set[str]:
    """Every module a module imports; `from package import module` is the module, not the package."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & OURS or {node.module}
            found |= {node.module} if names - OURS else set()
    return found


MODULES = modules()
OURS = {name.removesuffix(".__init__") for name in MODULES}


def rule_for(module: str) -> set[str]:
    """The longest entry of the table that the module's name begins with."""
    names = [module, module.removesuffix(".__init__")]
    fits = [
        key for key in MAY_IMPORT for name in names if name == key or name.startswith(key + ".")
    ]
    return MAY_IMPORT[max(fits, key=len)]


def allowed(module: str, imported: str) -> bool:
    package = module.rpartition(".")[0]
    if package and imported.startswith(package + ".") and package in ("bot.when", "buffer.ports"):
        return True
    return any(imported == entry or imported.startswith(entry + ".") for entry in rule_for(module))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_what_the_plan_allows(module: str) -> None:
    ours = {
        name
        for name in imports(MODULES[module])
        if name in OURS and name.partition(".")[0] in PLACES
    }
    parents = {name for name in ours if any(other.startswith(name + ".") for other in ours)}
    wrong = {name for name in ours - parents if not allowed(module, name)}
    assert not wrong, f"{module} may not import {sorted(wrong)}"


@pytest.mark.parametrize("package", sorted(HOMES))
def test_an_outside_package_has_one_home(package: str) -> None:
    users = {
        name
        for name, tree in MODULES.items()
        if package in {i.partition(".")[0] for i in imports(tree)}
    }
    strangers = {
        user
        for user in users
        if not any(user == home or user.startswith(home + ".") for home in HOMES[package])
    }
    assert not strangers, f"{package} is used outside {HOMES[package]}: {sorted(strangers)}"


def test_there_are_no_circles() -> None:
    graph = {
        name.removesuffix(".__init__"): {i for i in imports(tree) if i in OURS}
        for name, tree in MODULES.items()
    }
    finished: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module not in finished:
            for imported in graph[module] - {module}:
                visit(imported, (*path, module))
            finished.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_import_hides_in_a_function(module: str) -> None:
    hidden = [
        node.lineno
        for function in ast.walk(MODULES[module])
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden or module == "app", f"{module} imports inside a function, lines {hidden}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_opens_with_what_it_holds(module: str) -> None:
    tree = MODULES[module]
    assert not tree.body or ast.get_docstring(tree), f"{module} has no docstring"


def test_one_module_asks_the_clock() -> None:
    asking = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    }
    assert asking == {"clocks"}
