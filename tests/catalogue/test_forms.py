"""Forms made from schemas: what each place takes, what is filled in, and that no value is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.field_kinds import Choices, label_of, shape_of
from workbench.catalogue.forms.form import Form
from workbench.catalogue.schemas.parts import Parts
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue

ISSUE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "note": {"type": "string"},
        "query": {"type": "string", "minLength": 2, "description": "Words."},
        "state": {"enum": ["open", "closed"], "default": "open"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 30},
        "ratio": {"type": "number"},
        "deep": {"type": "boolean"},
        "labels": {"type": "array", "items": {"type": "string"}},
        "sort": {
            "type": "object",
            "properties": {"by": {"enum": ["date", "votes"]}, "down": {"type": "boolean"}},
            "required": ["by"],
        },
        "where": {"anyOf": [{"type": "string"}, {"type": "object"}]},
        "meta": {"type": "object"},
    },
    "required": ["query", "labels"],
    "additionalProperties": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ISSUE["properties"], "by", "x"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


def entry(form: Form, *path: str | int) -> Entry:
    return next(one for one in form.rows if one.path == path)


def kind(schema: object, root: dict[str, Any] | None = None) -> tuple[str, bool]:
    shape = shape_of(schema, Parts(root or {}))
    return shape.kind, shape.nullable


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, ("text", False)),
        ({"type": ["string", "null"]}, ("text", True)),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}, ("whole", True)),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, ("json", False)),
        ({"anyOf": [{"const": 1}, {"const": 2, "title": "two"}]}, ("choice", False)),
        ({"anyOf": [{"const": 1}, {"const": 2}, {"type": "null"}]}, ("choice", False)),
        ({"type": "boolean"}, ("choice", False)),
        ({"type": "array", "items": {"type": "string"}}, ("list", False)),
        ({"type": "array"}, ("list", False)),
        ({"type": "array", "prefixItems": [{}]}, ("json", False)),
        ({"type": "object"}, ("json", False)),
        ({"type": "object", "properties": {"a": {}}}, ("object", False)),
        ({"properties": {"a": {}}, "anyOf": [{"required": ["a"]}]}, ("object", False)),
        ({"$ref": "#/$defs/a"}, ("text", False)),
        ({"allOf": [{"$ref": "#/$defs/a"}], "default": "x"}, ("text", False)),
        ({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, ("object", False)),
        ({"$ref": "#/$defs/round"}, ("json", False)),
        ({"$ref": "nowhere"}, ("json", False)),
        ({"type": "integer", "nullable": True}, ("whole", True)),
        ({"type": ["string", "integer"]}, ("json", False)),
        ({"type": {"not": "a type"}, "enum": "no", "properties": 3, "anyOf": 1}, ("json", False)),
        (True, ("json", False)),
        (None, ("json", False)),
    ],
)
def test_what_a_schema_is_as_a_field(schema: object, expected: tuple[str, bool]) -> None:
    root = {"$defs": {"a": {"type": "string"}, "round": {"$ref": "#/$defs/round"}}}
    assert kind(schema, root) == expected


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 100}, "a whole number, 1 to 100"),
        ({"type": "number", "minimum": 0}, "a number, 0 or more"),
        ({"type": "number", "maximum": 0.5}, "a number, at most 0.5"),
        ({"type": "string", "maxLength": 20, "minLength": 0}, "text, at most 20 characters"),
        ({"type": "string", "format": "date", "pattern": "^2"}, "text (date) like ^2"),
        ({"type": ["array", "null"], "maxItems": 3}, "a list, at most 3 items, or null"),
        ({"type": "integer", "minimum": "x", "maximum": True}, "a whole number"),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, "JSON: string | number"),
        ({}, "JSON"),
    ],
)
def test_what_may_stand_there_in_words(schema: dict[str, Any], words: str) -> None:
    assert shape_of(schema, Parts(schema)).words(schema) == words


def test_labels_are_one_line_and_differ() -> None:
    values: list[JsonValue] = [
        "a",
        "1",
        1,
        True,
        "true",
        None,
        "null",
        "",
        " ",
        "a\nb",
        '"a"',
        [1],
        {"a": 1},
    ]
    labels = [label_of(value) for value in values]
    assert len(set(labels)) == len(values)
    assert all(label.isprintable() and label.strip() for label in labels)
    choices = Choices(values)
    assert [choices.value(choices.label(value) or "?") for value in values] == values
    assert Choices(["a", "b"], ["same", "same"]).labels == ("a", "b")
    named = shape_of({"enum": [1, 2], "enumNames": ["one\nline", "\x1b[2J"]}, Parts({})).choices
    assert all(label.isprintable() for label in named.labels)
    assert [named.value(label) for label in named.labels] == [1, 2]


def test_what_is_filled_in_at_first() -> None:
    form = Form(ISSUE)
    assert [(one.name, one.required) for one in form.rows[:2]] == [
        ("query", True),
        ("labels", True),
    ]
    value, wrong = form.checked(SchemaCheck(ISSUE))
    assert value == {"labels": [], "state": "open", "limit": 30}
    assert wrong == {("query",): "it is needed"}
    assert [one.name for one in form.rows if one.required and not one.is_given] == ["query"]
    assert form.words(entry(form, "limit")) == "a whole number, 1 to 100"


def test_what_is_typed_and_chosen_is_the_value() -> None:
    form = Form(ISSUE)
    form.type(entry(form, "query"), "bug")
    form.type(entry(form, "limit"), "")
    form.type(entry(form, "ratio"), "0.5")
    form.choose_next(entry(form, "deep"), 1)
    form.choose_next(entry(form, "state"), 1)
    item = form.add(entry(form, "labels"))
    assert item is not None
    form.type(item, "ui")
    form.open(entry(form, "sort"))
    form.choose_next(entry(form, "sort", "by"), -1)
    form.type(entry(form, "where"), '{"a": [1]}')
    value, wrong = form.checked(SchemaCheck(ISSUE))
    assert wrong == {}
    assert value == {
        **{"query": "bug", "ratio": 0.5, "deep": True, "state": "closed", "labels": ["ui"]},
        **{"sort": {"by": "votes"}, "where": {"a": [1]}},
    }
    form.choose_next(entry(form, "state"), 1)  # past the last choice: left out
    form.leave_out(entry(form, "labels", 0))
    form.leave_out(entry(form, "sort"))
    value, _ = form.value()
    assert value == {"query": "bug", "ratio": 0.5, "deep": True, "labels": [], "where": {"a": [1]}}


def test_what_is_wrong_stands_at_its_field() -> None:
    form = Form(ISSUE)
    form.type(entry(form, "query"), "b")
    form.type(entry(form, "limit"), "many")
    form.type(entry(form, "where"), "words")
    form.open(entry(form, "sort"))
    form.add(entry(form, "labels"))
    _, wrong = form.checked(SchemaCheck(ISSUE))
    assert wrong == {
        ("query",): 'it must have at least 2 characters, not "b"',
        ("limit",): "it must be a whole number, 1 to 100, not 'many'",
        (
            "where",
        ): "it is not JSON (unexpected character, expected a JSON value); a text stands in quotes",
        ("sort", "by"): "it is needed",
    }
    assert form.value(whatever=True)[0]["limit"] == "many", "nothing that was typed is lost"
    form.type(entry(form, "limit"), "1e2")
    assert str(form.value()[0]["limit"]) == "100", "not 100.0: it is a whole number"
    form.type(entry(form, "limit"), "500")
    _, wrong = form.checked(SchemaCheck(ISSUE))
    assert wrong["limit",] == "it must be at most 100, not 500"


def test_what_is_wrong_within_a_field_says_where() -> None:
    inner = {"type": "object", "additionalProperties": {"type": "integer"}}
    schema = {"type": "object", "properties": {"where": inner}}
    form = Form(schema)
    form.type(entry(form, "where"), '{"a": "x"}')
    _, wrong = form.checked(SchemaCheck(schema))
    assert wrong == {("where",): "'a': it must be a whole number, not the string \"x\""}


def test_what_does_not_fit_is_kept_as_json_and_named() -> None:
    form = Form(ISSUE)
    form.take(
        {
            "query": 7,
            "nope": {"a": 1},
            "state": "gone",
            "labels": "x",
            "sort": {"by": "date", "z": None},
        }
    )
    value, wrong = form.checked(SchemaCheck(ISSUE))
    assert value == {
        "query": 7,
        "nope": {"a": 1},
        "state": "gone",
        "labels": "x",
        "sort": {"by": "date", "z": None},
    }
    assert set(wrong) == {("query",), ("nope",), ("state",), ("labels",)}
    assert "there is no such field" in wrong["nope",]


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from([*ISSUE["properties"], "x", ""]), JSON, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_value_that_is_taken_comes_out_again(value: dict[str, JsonValue]) -> None:
    form = Form(ISSUE)
    form.take(value)
    assert form.value() == (value, {})


def test_null_is_given_where_it_may_be() -> None:
    schema = {"properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]}
    form = Form(schema)
    form.leave_out(entry(form, "a"))
    assert form.value()[0] == {"a": None}
    form.leave_out(entry(form, "a"))
    assert form.value()[0] == {}


def test_schemas_without_end_and_without_measure() -> None:
    node: dict[str, Any] = {
        "type": "object",
        "properties": {
            "next": {"$ref": "#/$defs/node"},
            "all": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        },
        "required": ["next"],
    }
    form = Form({"$ref": "#/$defs/node", "$defs": {"node": node}})
    assert max(one.depth for one in form.rows) == 10
    deep: JsonValue = {}
    for _ in range(700):
        deep = {"next": deep}
    assert isinstance(deep, dict)
    form.take(deep)
    assert form.value()[0] == deep
    form.take({"all": [{}] * 5_000})
    assert len(form.rows) < 10, "a long list is JSON"

    wide = Form({"properties": {f"p{number}": {"type": "string"} for number in range(10_000)}})
    assert len(wide.rows) == 10_000
    chooses = Form(
        {
            "properties": {"a": {"enum": [f"e{number}" for number in range(100_000)]}},
            "required": ["a"],
        }
    )
    assert chooses.words(chooses.rows[0]) == "one of 100,000"
    chooses.choose_next(chooses.rows[0], -1)
    assert chooses.value()[0] == {"a": "e99999"}
    wrapped: dict[str, Any] = {"type": "string"}
    for _ in range(500):
        wrapped = {"allOf": [wrapped, wrapped]}
    assert kind(wrapped) == ("json", False)


def test_what_needs_itself_over_and_over_is_opened_only_so_far() -> None:
    names = [f"p{number}" for number in range(6)]
    itself = {"properties": {name: {"$ref": "#"} for name in names}, "required": names}
    form = Form(itself)
    assert len(form.rows) < 2000
    shut = form.rows[-1]
    assert (shut.name, shut.is_given, form.shape(shut).kind) == ("p5", False, "object")
    form.open(shut)
    assert any(entry.depth > 5 for entry in form.rows if shut in entry.above), "by hand it goes on"
    many = {f"q{number}": {"$ref": "#/$defs/d"} for number in range(200)}
    given = Form({"properties": many, "$defs": {"d": {"type": "array", "default": [0] * 200}}})
    assert len(given.rows) < 2000
    big = {f"r{number}": {"$ref": "#/$defs/d"} for number in range(20)}
    large = Form({"properties": big, "$defs": {"d": {"default": ["x" * 300_000]}}})
    assert sum(one.is_given for one in large.rows) == 4, "a default that is there twenty times"
    large.take({"r19": ["y"], "r18": ["z" * 2_000_000]})
    assert large.value()[0].keys() == {"r18", "r19"}, "what is given is taken, however large"
