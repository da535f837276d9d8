"""/openapi.json is valid, complete, and true to the routes and the docs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from falcon.inspect import inspect_routes
from falcon.testing import TestClient
from jsonschema import Draft202012Validator

from buffer.api.openapi import KINDS, document
from buffer.api.schemas import SCHEMAS
from buffer.api.table import ROUTES, Route
from v1_script import Script, a_script

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def script() -> Iterator[Script]:
    with a_script() as made:
        yield made


def test_it_is_served_to_everybody(script: Script) -> None:
    answer = TestClient(script.app).simulate_get("/openapi.json")
    assert (answer.status_code, answer.json) == (200, document())


def test_it_names_every_route_and_no_other(script: Script) -> None:
    served = {
        (method.method, route.path)
        for route in inspect_routes(script.app)
        for method in route.methods
        if route.path.startswith("/1/") and not method.internal and method.method != "OPTIONS"
    }
    described = {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
    }
    assert served == described


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document())))
    assert named == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_parameter_is_used_and_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(KINDS[kind])
    assert kind in {each.kind for route in ROUTES for each in route.parameters}


def test_operations_have_names_of_their_own() -> None:
    names: list[Any] = [
        operation["operationId"]
        for operations in document()["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_the_docs_know_every_endpoint(route: Route) -> None:
    path = route.path.replace("{id}", ":id")
    assert f"`{route.method} {path}`" in DOCS.read_text()
