from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from workbench.catalogue import validation
from workbench.catalogue.schemas import words
from workbench.catalogue.schemas.parts import Parts
from workbench.catalogue.schemas.walk import walk
from workbench.catalogue.suggestions import near_names
from workbench.catalogue.validation import SchemaCheck, Verdict, argument_problems

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


def _chained(forms: int) -> dict[str, Any]:
    """A schema that says what it wants only so many forms down."""
    schema: dict[str, Any] = {"required": ["z"]}
    for _ in range(forms):
        schema = {"anyOf": [schema]}
    return schema


@pytest.mark.parametrize(
    ("schema", "args", "problem"),
    [
        ({"anyOf": [{"required": ["id"]}, {"required": ["name", "team"]}]}, {"team": 1}, "missing field 'id' or 'name'"),
        ({"oneOf": [{"required": ["id"]}, {"required": ["name"]}]}, {"id": 1, "name": 2}, "the value must have only one of 'id' or 'name'"),
        ({"anyOf": [{"minProperties": 2}, {"required": ["id"]}]}, {}, "the value fits none of the 2 forms that the schema allows: {}"),
        ({"properties": {"n": {"type": "integer"}}, "required": ["n"]}, {}, "missing field 'n' (whole number)"),
        ({"properties": {"n": {"anyOf": [{"const": "open"}, {"enum": ["closed"]}]}}}, {"n": "opne"},
         'field \'n\' must be one of "open", "closed", not "opne"; did you mean "open"?'),
        ({"properties": {"n": {"anyOf": [{"type": "string", "const": str(i)} for i in range(1000)]}}}, {"n": "x"},
         "field 'n' must be one of " + ", ".join(f'"{i}"' for i in range(20)) + ' and 980 more, not "x"'),
        ({"properties": {"n": {"oneOf": [{"const": "a"}, {"const": "a"}]}}}, {"n": "a"},
         'field \'n\' must be "a", not "a"'),
        ({"properties": {"n": {"anyOf": [{"type": "string", "format": "a" * 9, "pattern": f"^{i}"} for i in range(99)]}}},
         {"n": 1}, "field 'n' must be string, not 1"),
        ({"anyOf": [_chained(16)]}, {}, "the value does not fit the form that the schema allows: {}"),
    ],
)  # fmt: skip
def test_forms_that_differ_in_what_they_need(schema: Any, args: Any, problem: str) -> None:
    assert _problems(args, {"type": "object", **schema}) == (problem,)


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


_TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"minLength": 20}, "hunter2"),
        ({"type": "integer"}, "hunter2"),
        ({"type": "string"}, 8675309421),
        ({"enum": ["a", "b"]}, "hunter2"),
        ({"const": "a"}, "hunter2"),
        ({"pattern": "^[0-9]+$"}, "hunter2"),
        ({"format": "uuid", "pattern": "^x"}, "hunter2"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "hunter2"),
        ({"items": {"type": "integer"}}, ["hunter2"]),
        ({"maximum": 5}, 8675309421),
        ({"multipleOf": 5}, 8675309421),
    ],
)
def test_a_message_quotes_no_secret(schema: dict[str, Any], value: Any) -> None:
    whole = {"properties": {"password": schema, "n": {"type": "integer"}}}
    problems = _problems({"password": value, "n": "x"}, whole)
    assert len(problems) == 2
    assert "field 'password" in " ".join(problems)
    assert "hunter2" not in " ".join(problems)
    assert "8675309421" not in " ".join(problems)
    assert "field 'n' must be a whole number, not the string \"x\"" in problems


def test_a_token_in_a_message_is_masked_before_it_is_cut() -> None:
    for schema in ({"type": "integer"}, {"pattern": "^x"}, {"enum": ["a"]}, {"maxLength": 3}):
        for value in (_TOKEN, "a note: " + "x" * 15 + " " + _TOKEN):
            told = " ".join(_problems({"n": value}, {"properties": {"n": schema}}))
            assert "field 'n'" in told
            assert "ghp_" not in told
    union = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    told = " ".join(
        _problems({"n": {"user": "amy", "password": "hunter2"}}, {"properties": {"n": union}})
    )
    assert "amy" in told
    assert "hunter2" not in told


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

    monkeypatch.setattr(words, "near_names", counted)
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
    verdict = SchemaCheck(schema).verdict({"a": "1"})
    assert verdict.problems == ()
    assert bool(verdict.notes) == ("$schema" not in schema), "what is passed over is noted"


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


def test_values_that_are_no_json_do_no_harm() -> None:
    assert _problems({"repository": {1: 2}}) == (
        "field 'repository' must be a string, not an object",
    )
    assert _problems({"repository": "a/b", 7: 1}) == (
        "unknown field '7'; the fields are: author, kind, labels, limit, name, repository, state, when",
    )
    assert _problems({"repository": {1}})


# -- in doubt the server judges ------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        # zod's required fields with a default
        (
            {"properties": {"a": {"default": 1}, "b": {}}, "required": ["a", "b"]},
            {"b": 1},
            {"a": 1},
        ),
        (
            {
                "$defs": {"A": {"default": 1}},
                "properties": {"a": {"$ref": "#/$defs/A"}},
                "required": ["a"],
                "type": "object",
            },
            {},
            [],
        ),
        # formats
        ({"$schema": "http://json-schema.org/draft-07/schema#", "format": "uri"}, "https://h/münchen", None),
        ({"format": "date-time", "type": "string"}, "2026-11-25T10:00", 5),
        # OpenAPI
        ({"type": "string", "nullable": True}, None, 5),
        ({"enum": ["a"], "nullable": True}, None, "b"),
        ({"type": "string", "nullable": False}, "", None),
        # one word that cannot be understood says nothing of the rest
        ({"properties": {"a": {"pattern": "("}, "b": {"type": "integer"}}}, {"a": "x", "b": 1}, {"b": "1"}),
        ({"properties": {"a": {"type": "str"}, "b": {"type": "integer"}}}, {"a": 1}, {"b": "1"}),
        ({"properties": {"a": {"$ref": "#/none"}, "b": {"type": "integer"}}}, {"a": 1}, {"b": "1"}),
        ({"anyOf": [{"$ref": "#/none"}, {"type": "string"}]}, 1, None),
        ({"oneOf": [{"pattern": "("}, {"type": "string"}]}, "a", None),
        ({"oneOf": [{"pattern": "("}, {"pattern": "["}]}, "a", None),
        ({"not": {"pattern": "("}}, "a", None),
        ({"if": {"pattern": "("}, "then": False}, "a", None),
        ({"minimum": "1", "maxLength": None, "multipleOf": 0, "items": 3, "required": True}, {"a": [1]}, None),
    ],
)  # fmt: skip
def test_what_a_server_takes_is_not_refused(schema: dict[str, Any], good: Any, bad: Any) -> None:
    check = SchemaCheck(schema)
    assert check.problems(good) == ()
    assert bad is None or check.problems(bad)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        # draft 4
        ({"minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"maximum": 1, "exclusiveMaximum": True}, 0, 1),
        ({"maximum": 1, "exclusiveMaximum": False}, 1, 2),
        # drafts up to 7
        ({"items": [{"type": "string"}], "additionalItems": False}, ["a"], ["a", 1]),
        ({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}}, {"a": 1, "b": 1}, {"c": 1}),
        ({"definitions": {"x/y": {"type": "null"}}, "$ref": "#/definitions/x~1y"}, None, 1),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "type": "null",
             "definitions": {"a": {"type": "string"}}},
            "a", 1,
        ),
        # names of sub-schemas
        ({"$defs": {"a": {"$anchor": "here", "type": "string"}}, "$ref": "#here"}, "a", 1),
        ({"$defs": {"a": {"$id": "urn:a", "type": "string"}}, "$ref": "urn:a"}, "a", 1),
        ({"$id": "https://h/s.json", "properties": {"a": {"$ref": "https://h/s.json"}}, "type": "object"},
         {"a": {}}, {"a": 1}),
        # 2020-12
        ({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, ["a", 1], ["a", "b"]),
        ({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, {"a": 1}, {"b": 1}),
        ({"contains": {"const": 1}, "minContains": 2, "maxContains": 3}, [1, 1], [1]),
        ({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"maxProperties": 1}}}, {"c": 1}, {"a": 1}),
        ({"propertyNames": {"pattern": "^a"}, "minProperties": 1}, {"ab": 1}, {"b": 1}),
        ({"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": False}, {"x1": "a"}, {"y": 1}),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}, {"c": 1}, {"a": 1}),
        ({"uniqueItems": True}, [1, "1", [1], [2], True], [[1], [1]]),
        ({"multipleOf": 0.01}, 19.99, 19.995),
        ({"const": {"a": [1, 2.0]}}, {"a": [1.0, 2]}, {"a": [True, 2]}),
        ({"enum": [1, "a", None]}, 1.0, True),
        ({"pattern": "(?<=a)b"}, "ab", "cb"),
        (False, None, 1),
    ],
)  # fmt: skip
def test_the_keywords_of_every_draft(schema: Any, good: Any, bad: Any) -> None:
    check = SchemaCheck(schema)
    if schema is not False:
        assert check.problems(good) == ()
    assert check.problems(bad)


# -- beside the library that checks without a budget ---------------------------------------

_SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, "", "a", "ab"])
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)  # fmt: skip
_TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    keywords = st.fixed_dictionaries(
        {},
        optional={
            "type": _TYPES | st.lists(_TYPES, min_size=1, max_size=3, unique=True),
            "enum": st.lists(_VALUES, min_size=1, max_size=3),
            "const": _VALUES,
            "properties": named,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$", "."]), inner, max_size=2),
            "additionalProperties": inner,
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "propertyNames": inner,
            "minProperties": st.integers(0, 2),
            "items": inner,
            "prefixItems": some,
            "contains": inner,
            "minContains": st.integers(0, 2),
            "uniqueItems": st.booleans(),
            "maxItems": st.integers(0, 3),
            "minLength": st.integers(0, 2),
            "pattern": st.sampled_from(["^a", "b$", "[^a]"]),
            "minimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "multipleOf": st.sampled_from([1, 2, 0.5]),
            "allOf": some,
            "anyOf": some,
            "oneOf": some,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "dependentRequired": st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from("abc"), max_size=2, unique=True), max_size=2),
            "dependentSchemas": named,
            "unevaluatedProperties": inner,
            "$ref": st.just("#/$defs/r"),
        },
    )  # fmt: skip
    return keywords


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(st.booleans(), _schemas, max_leaves=8),
    st.sampled_from(
        [{"type": "object"}, {"minLength": 1}, {"properties": {"a": {"type": "null"}}}]
    ),
    st.lists(_VALUES, min_size=1, max_size=5),
)
def test_it_judges_as_the_library_does(schema: Any, target: Any, values: list[Any]) -> None:
    whole = {"$defs": {"r": target}, "allOf": [schema]}
    library = validator_for(whole)
    parts = Parts(whole)
    for value in values:
        found = walk(parts, value, 100_000)
        assert found.doubts == ()
        assert (not found.faults) == library.is_valid(value), (schema, value)


_OLDER = "http://json-schema.org/draft-04/schema#"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$schema": _OLDER, "const": 1}, 2),
        ({"$schema": _OLDER, "properties": {"a": {"contains": {"type": "null"}}}}, {"a": []}),
        ({"if": {"$ref": "#/$defs/none"}}, {}),
        ({"not": {"unevaluatedItems": {"type": "number"}}}, ["a"]),
        (_SCHEMA, {"repository": "a/b"}),
        (_SCHEMA, {"repository": 1}),
    ],
)
def test_the_first_check_says_what_all_say(
    schema: dict[str, Any], value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the library lets pass, by the schema's own draft, passes before it is asked about all."""
    first = SchemaCheck(schema).verdict(value)
    monkeypatch.setattr(validation, "_QUICK_FROM", 1)
    assert SchemaCheck(schema).verdict(value) == first
    assert (first == Verdict()) == validator_for(schema).is_valid(value)


# -- what asks for too much ----------------------------------------------------------------


def _chain(keyword: str, end: dict[str, Any], length: int = 40) -> dict[str, Any]:
    """Each of forty schemas refers twice to the next one."""
    steps: dict[str, Any] = {
        f"n{n}": {keyword: [{"$ref": f"#/$defs/n{n + 1}"}] * 2} for n in range(length)
    }
    return {"$defs": {**steps, f"n{length}": end}, "$ref": "#/$defs/n0"}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf"])
def test_references_that_double_are_followed_once(keyword: str) -> None:
    check = SchemaCheck(_chain(keyword, {"type": "object", "required": ["a"]}))
    assert check.verdict({"a": 1}) == Verdict()
    assert check.problems({})


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}}}, "'#/$defs/x' leads back to itself"),
        ({"$ref": "#"}, "'#' leads back to itself"),
        ({"properties": {"a": {"$ref": "https://h/x.json"}}}, "'https://h/x.json' leads nowhere"),
        ({"properties": {"a": {"pattern": "(x{1,1000}){1,1000}"}}}, "cannot be used"),
        ({"properties": {"a": {"enum": [f"value {n}" for n in range(100_000)]}}}, "takes too long"),
    ],
    ids=["cycle", "itself", "remote", "pattern", "enum"],
)  # fmt: skip
def test_what_cannot_be_checked_is_named(schema: dict[str, Any], named: str) -> None:
    found = SchemaCheck(schema).at_a_glance({"a": "aaa"})
    assert found.problems == ()
    assert any(named in note for note in found.notes), found.notes


def test_a_tree_that_refers_to_its_own_kind_is_checked() -> None:
    schema = {"properties": {"next": {"$ref": "#"}, "n": {"type": "number"}}}
    found = SchemaCheck(schema).at_a_glance({"n": 1, "next": {"n": 2, "next": {"n": "x"}}})
    assert len(found.problems) == 1
    assert found.notes == ()


def test_a_reference_to_itself_ends() -> None:
    loop = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}
    found = SchemaCheck({**loop, "type": "object"}).verdict({})
    assert found == Verdict(
        (), ("the reference '#/$defs/a' leads back to itself: it is not checked",)
    )
    assert SchemaCheck({**loop, "type": "object"}).problems([])


_ROWS = [{"a": n} for n in range(100_000)]
_GREEDY: dict[str, tuple[dict[str, Any], Any]] = {
    "a large value against many branches": (
        {"properties": {"v": {"allOf": [{"items": {"minimum": n}} for n in range(1_000)]}}},
        {"v": [1_000] * 20_000},
    ),
    "many patterns for many names": (
        {"patternProperties": {f"^a{n}$": {} for n in range(1_000)}},
        {f"b{n}": 1 for n in range(5_000)},
    ),
    "a long list of options": ({"properties": {"v": {"enum": [[n, n] for n in range(300_000)]}}}, {"v": [0, 1]}),
    "a deep value": ({"properties": {"v": {"$ref": "#"}}}, json.loads('{"v":' * 400 + "1" + "}" * 400)),
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("name", list(_GREEDY))
async def test_what_takes_too_long_is_noted_and_holds_nobody_up(name: str) -> None:
    schema, value = _GREEDY[name]
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    ticking = asyncio.create_task(others())
    await asyncio.sleep(0)
    before = turns
    verdict = await SchemaCheck(schema).judged(value)
    ticking.cancel()
    assert verdict.problems == ()
    assert "takes too long" in verdict.notes[0]
    assert turns > before


@pytest.mark.anyio
async def test_a_large_value_is_checked_beside_the_loop() -> None:
    check = SchemaCheck(
        {"properties": {"v": {"items": {"properties": {"a": {"type": "integer"}}}}}}
    )
    assert await check.judged({"v": _ROWS[:20_000]}) == Verdict()
    verdict = await check.judged({"v": [*_ROWS[:5_000], {"a": "x"}]})
    assert verdict.problems == ("field 'v[5000].a' must be a whole number, not the string \"x\"",)
    assert check.at_a_glance({"v": _ROWS[:20_000]}).notes


def test_what_is_shown_of_a_large_value_is_cut_before_it_is_written() -> None:
    class Counting(dict[str, Any]):
        reads = 0

        def __getitem__(self, name: str) -> Any:
            Counting.reads += 1
            return super().__getitem__(name)

    value = Counting({str(n): "x" * 100 for n in range(10_000)})
    (problem,) = _problems({"a": value}, {"properties": {"a": {"const": 1}}})
    assert len(problem) < 200
    assert Counting.reads < 10


def test_many_missing_and_many_wrong_fields() -> None:
    names = [f"some_long_field_name_{n}" for n in range(5_000)]
    schema = {
        "required": names,
        "properties": {name: {} for name in names},
        "additionalProperties": False,
    }
    found = _problems({f"other_long_field_nome_{n}": 1 for n in range(5_000)}, schema)
    assert len(found) == 9
    assert sum(map(len, found)) < 5_000


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"wait_ms": 5}, "unknown field 'wait_ms'; it is 'options.wait_ms'"),
        ({"waitMs": 5}, "unknown field 'waitMs'; it is 'options.wait_ms'"),
        ({"options": {"code": "1"}}, "unknown field 'code' in 'options'; it is 'code', beside 'options'"),
        ({"options": {"wait": 5}}, "unknown field 'wait' in 'options'; did you mean 'wait_ms'?"),
        ({"elsewhere": 5}, "unknown field 'elsewhere'; the fields are: code, options"),
    ],
)  # fmt: skip
def test_a_field_at_another_level_is_told_where_it_belongs(args: Any, said: str) -> None:
    options = {
        "type": "object",
        "properties": {"wait_ms": {"type": "integer"}},
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"code": {"type": "string"}, "options": options},
        "additionalProperties": False,
    }
    assert argument_problems(SchemaCheck(schema), args) == (said,)


@pytest.mark.parametrize("names", [[[]], [{}], ["b", []], [None, 1]])
@pytest.mark.parametrize("keyword", ["required", "dependentRequired"])
def test_what_is_no_name_asks_for_no_field(keyword: str, names: list[Any]) -> None:
    operand = names if keyword == "required" else {"a": names}
    found = SchemaCheck({keyword: operand, "x-any": 1}).verdict({"a": 1})
    assert len(found.problems) == names.count("b")


@pytest.mark.parametrize("place", ["²", "9" * 5_000, "-1", "1"], ids=["²", "long", "-1", "1"])
def test_a_reference_to_no_place_of_a_list_leads_nowhere(place: str) -> None:
    schema = {"properties": {"a": {"$ref": f"#/allOf/{place}"}}, "allOf": [{}]}
    found = SchemaCheck(schema).verdict({"a": 1})
    assert not found.problems
    assert "leads nowhere" in found.notes[0]


def test_a_number_beyond_all_floats_is_judged() -> None:
    check = SchemaCheck({"multipleOf": 0.01, "type": ["number", "null"], "maximum": 9})
    assert len(check.problems(10**400)) == 1
