"""Checking a value against a JSON Schema that a server sent, with messages that say what is right.

Validation is jsonschema-rs (compiled, about a microsecond a call). The schema is outside data: nothing
that it names is ever fetched, and one that is invalid refuses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.catalogue.typescript import type_text
from workbench.core.model import JsonValue

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_MOST_PROBLEMS = 8
_MOST_ERRORS = 50
_SHOWN_VALUE = 60
_SHOWN_TYPE = 200
_UNKNOWN_FIELDS = ("additionalProperties", "unevaluatedProperties")
_BOUNDS = {
    "minimum": "be at least {}",
    "maximum": "be at most {}",
    "exclusiveMinimum": "be more than {}",
    "exclusiveMaximum": "be less than {}",
    "minLength": "have at least {} characters",
    "maxLength": "have at most {} characters",
    "minItems": "have at least {} items",
    "maxItems": "have at most {} items",
}
_ARTICLES = {
    "array": "an array",
    "object": "an object",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "boolean": "true or false",
    "null": "null",
}


class SchemaCheck:
    """One schema, compiled at the first check and kept."""

    __slots__ = ("_compiled", "_schema", "_validator", "schema_problem")

    def __init__(self, schema: Mapping[str, JsonValue]) -> None:
        self._schema = schema
        self._compiled = False
        self._validator: Any = None
        self.schema_problem: str | None = None
        """Why the schema itself cannot be used; known after the first check."""

    def problems(self, value: JsonValue) -> tuple[str, ...]:
        """What is wrong with ``value``, most important first; empty: nothing."""
        if not self._compiled:
            self._compile()
        if self._validator is None:
            return ()
        try:
            if self._validator.is_valid(value):
                return ()
            errors = list(islice(self._validator.iter_errors(value), _MOST_ERRORS))
        except (ValueError, TypeError, OverflowError) as error:
            return (f"not JSON: {error}",)
        return _explain(errors, self._schema)

    def _compile(self) -> None:
        from jsonschema_rs import validator_for

        self._compiled = True
        try:
            self._validator = validator_for(dict(self._schema), offline=True)
        except (ValueError, TypeError, OverflowError) as error:
            self.schema_problem = str(error).splitlines()[0]


def argument_problems(check: SchemaCheck, args: JsonValue) -> tuple[str, ...]:
    """What is wrong with the arguments of a call, in words for who wrote the script."""
    if not isinstance(args, dict):
        return (f"arguments must be an object, not {_kind(args)}",)
    return check.problems(args)


def _explain(errors: Sequence[ValidationError], schema: Mapping[str, JsonValue]) -> tuple[str, ...]:
    unknown = [error for error in errors if error.kind.name in _UNKNOWN_FIELDS]
    renamed = {
        near
        for error in unknown
        for name in error.kind.as_dict()["unexpected"][:_MOST_PROBLEMS]
        for near in near_names(name, _fields(schema, error))[:1]
    }
    messages: dict[str, None] = {}
    for error in sorted(errors, key=lambda error: error.kind.name not in _UNKNOWN_FIELDS):
        for message in _messages(error, schema, renamed):
            messages[message] = None
    told = list(messages)
    if len(told) > _MOST_PROBLEMS:
        return (*told[:_MOST_PROBLEMS], f"and {len(told) - _MOST_PROBLEMS} more problems")
    return tuple(told)


def _messages(
    error: ValidationError, schema: Mapping[str, JsonValue], renamed: set[str]
) -> list[str]:
    detail = error.kind.as_dict()
    path = list(error.instance_path)
    where = f" in {_path(path)}" if path else ""
    match error.kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            known, unknown = _fields(schema, error), detail["unexpected"]
            told = [
                f"unknown field {_cut(name, _SHOWN_VALUE)!r}{where}"
                + suggestion(near_names(name, known), known, "the fields are")
                for name in unknown[: _MOST_PROBLEMS - 1]
            ]
            more = len(unknown) - len(told)
            return [*told, f"{more} more unknown fields{where}"] if more else told
        case "required":
            name = detail["property"]
            if name in renamed:  # already told: the unknown field is this one misspelt
                return []
            return [f"missing field {name!r}{where}{_hint(name, schema, error)}"]
        case "type":
            return [f"{_subject(path)} must be {_expected(detail)}, not {_kind(error.instance)}"]
        case "enum" | "const":
            options = detail.get("options", [detail.get("expected_value")])
            return [_not_one_of(_subject(path), error.instance, options)]
        case "anyOf" | "oneOf":
            wanted = type_text(_schema_at(schema, error), schema, _SHOWN_TYPE)
            return [f"{_subject(path)} must be {wanted}, not {_shown(error.instance)}"]
        case name if name in _BOUNDS:
            bound = f"{_subject(path)} must {_BOUNDS[name].format(detail['limit'])}"
            return [f"{bound}, not {_shown(error.instance)}"]
        case _:
            return [f"{_subject(path)}: {_cut(error.message, 3 * _SHOWN_VALUE)}"]


def _hint(name: str, schema: Mapping[str, JsonValue], error: ValidationError) -> str:
    """What a missing field takes, and the given name that may be a misspelling of it."""
    parent = _schema_at(schema, error)
    properties = parent.get("properties")
    own = properties.get(name) if isinstance(properties, dict) else None
    hint = f" ({type_text(own, schema, _SHOWN_TYPE)})" if isinstance(own, dict) else ""
    if isinstance(error.instance, dict):
        known = set(properties) if isinstance(properties, dict) else set()
        near = near_names(name, [given for given in error.instance if given not in known])
        if near:
            hint += f"; {near[0]!r} was given"
    return hint


def _schema_at(schema: Mapping[str, JsonValue], error: ValidationError) -> dict[str, JsonValue]:
    """The sub-schema whose keyword failed."""
    node: Any = schema
    for step in list(error.schema_path)[:-1]:  # references are resolved in it
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return node if isinstance(node, dict) else {}


def _fields(schema: Mapping[str, JsonValue], error: ValidationError) -> list[str]:
    properties = _schema_at(schema, error).get("properties")
    return list(properties) if isinstance(properties, dict) else []


def _not_one_of(subject: str, value: JsonValue, options: Sequence[JsonValue]) -> str:
    texts = [option for option in options if isinstance(option, str)]
    shown = ", ".join(_shown(option) for option in options[:20])
    message = f"{subject} must be one of {shown}, not {_shown(value)}"
    near = near_names(value, texts) if isinstance(value, str) else ()
    return f"{message}; did you mean {_shown(near[0])}?" if near else message


def _expected(detail: Mapping[str, Any]) -> str:
    types = detail["types"]
    return " or ".join(_ARTICLES.get(name, name) for name in types)


def _subject(path: Sequence[str | int]) -> str:
    return f"field {_path(path)}" if path else "the value"


def _path(path: Sequence[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return repr(text)


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {_shown(value)}"
        case str():
            return f"the string {_shown(value)}"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return type(value).__name__


def _shown(value: JsonValue) -> str:
    return _cut(json.dumps(value, ensure_ascii=False, default=str), _SHOWN_VALUE)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
