from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from workbench.catalogue import validation
from workbench.catalogue.suggestions import near_names
from workbench.catalogue.validation import SchemaCheck, argument_problems

_PROPERTIES: dict[str, Any] = {
    "repository": {"type": "string", "description": "owner/name"},
    "state": {"enum": ["open", "closed"]},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "labels": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    "when": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    "author": {"$ref": "#/$defs/Person"},
    "kind": {"const": "issue"},
    "name": {"type": ["string", "null"], "pattern": "^[a-z]*$"},
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": _PROPERTIES,
    "required": ["repository"],
    "additionalProperties": False,
    "$defs": {
        "Person": {
            "type": "object",
            "properties": {"handle": {"type": "string"}},
            "required": ["handle"],
            "additionalProperties": False,
        }
    },
}


def _problems(args: Any, schema: dict[str, Any] | None = None) -> tuple[str, ...]:
    return argument_problems(SchemaCheck(schema if schema is not None else _SCHEMA), args)


def test_good_arguments_have_no_problem() -> None:
    assert _problems({"repository": "a/b", "limit": 3, "author": {"handle": "amy"}}) == ()


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"repositry": "a/b"}, "unknown field 'repositry'; did you mean 'repository'?"),
        ({}, "missing field 'repository' (string)"),
        ({"limit": 0}, "field 'limit' must be at least 1, not 0"),
        ({"limit": 101}, "field 'limit' must be at most 100, not 101"),
        ({"limit": "3"}, "field 'limit' must be a whole number, not the string \"3\""),
        ({"limit": 3.5}, "field 'limit' must be a whole number, not the number 3.5"),
        ({"labels": "bug"}, "field 'labels' must be an array, not the string \"bug\""),
        ({"labels": ["a", 1]}, "field 'labels[1]' must be a string, not the number 1"),
        ({"labels": list("abcd")}, "field 'labels' must have at most 3 items"),
        (
            {"state": "opne"},
            'field \'state\' must be one of "open", "closed", not "opne"; did you mean "open"?',
        ),
        ({"when": []}, "field 'when' must be string | number, not []"),
        ({"kind": "pull"}, 'field \'kind\' must be one of "issue", not "pull"'),
        ({"name": 1}, "field 'name' must be null or a string, not the number 1"),
        ({"name": "A"}, "field 'name': \"A\" does not match"),
        ({"author": {}}, "missing field 'handle' in 'author' (string)"),
        ({"author": {"handel": "x"}}, "unknown field 'handel' in 'author'; did you mean 'handle'?"),
        ({"author": None}, "field 'author' must be an object, not null"),
    ],
)
def test_each_message_says_which_field_and_what_is_right(args: Any, problem: str) -> None:
    found = _problems({"repository": "a/b", **args} if args and "repositry" not in args else args)
    assert any(problem in message for message in found), found


def test_misspelt_required_field_is_told_once() -> None:
    assert _problems({"repositry": "a/b"}) == (
        "unknown field 'repositry'; did you mean 'repository'?",
    )


def test_misspelt_required_field_where_more_fields_are_allowed() -> None:
    open_schema = {**_SCHEMA, "additionalProperties": True}
    (problem,) = _problems({"repositry": "a/b"}, open_schema)
    assert problem == "missing field 'repository' (string); 'repositry' was given"


@pytest.mark.parametrize("args", [None, [], "text", 3, True])
def test_arguments_must_be_an_object(args: Any) -> None:
    (problem,) = _problems(args)
    assert problem.startswith("arguments must be an object, not ")


def test_many_problems_are_cut() -> None:
    found = _problems({"repository": "a", **{f"x{n}": n for n in range(50)}})
    assert len(found) == 8
    assert found[-1] == "43 more unknown fields"


def test_a_hundred_thousand_wrong_fields_are_no_burden(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(name: str, known: Iterable[str]) -> tuple[str, ...]:
        nonlocal compared
        known = list(known)
        compared += len(known)
        return near_names(name, known)

    monkeypatch.setattr(validation, "near_names", counted)
    found = _problems({"repository": "a", **{f"field number {n}": n for n in range(100_000)}})
    assert found[-1] == "99993 more unknown fields"
    assert sum(map(len, found)) < 3_000
    labels = _problems({"repository": "a", "labels": [1] * 100_000})
    assert len(labels) == 9
    assert compared < 1_000


def test_shown_values_are_cut() -> None:
    (problem,) = _problems({"repository": "a/b", "limit": "x" * 10_000})
    assert len(problem) < 200


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objekt"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/$defs/nowhere"},
        {"properties": {"a": {"pattern": "("}}},
        {"$schema": "urn:something-else", "type": "object"},
        {"properties": "none"},
    ],
)
def test_an_invalid_schema_never_blocks_a_call(schema: dict[str, Any]) -> None:
    check = SchemaCheck(schema)
    assert argument_problems(check, {"a": 1}) == ()
    assert check.schema_problem


def test_nothing_is_fetched() -> None:
    """A schema may name a URL; who looks at the network while checking has to fail here."""
    code = (
        "import socket\n"
        "def refuse(*args, **more): raise SystemExit('network was used')\n"
        "socket.socket = refuse\n"
        "from workbench.catalogue.validation import SchemaCheck\n"
        "SchemaCheck({'$ref': 'http://127.0.0.1:9/x.json'}).problems({})\n"
        "print('fine')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "fine", done.stderr


def test_recursive_schema() -> None:
    schema = {
        "type": "object",
        "properties": {"child": {"$ref": "#"}, "n": {"type": "integer"}},
        "additionalProperties": False,
    }
    (problem,) = _problems({"child": {"child": {"n": "x"}}}, schema)
    assert problem.startswith("field 'child.child.n' must be a whole number")


def test_values_that_are_no_json_are_refused() -> None:
    (problem,) = _problems({"repository": {1: 2}})
    assert problem.startswith("not JSON")
