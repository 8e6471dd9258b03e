"""A flat schema as the fields of a form, and what is typed into them as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue

_MOST_FIELDS = 40
_TRUE = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form."""

    name: str
    title: str
    kind: str
    """A type of JSON Schema."""
    required: bool = False
    description: str = ""
    start: str = ""
    """What stands there at first."""
    choices: Mapping[str, JsonValue] | None = None
    """What may be typed, and the value that it is; None: anything."""

    @property
    def hint(self) -> str:
        """What may be typed, in words."""
        if self.choices is not None:
            several = "some of: " if self.kind == "array" else ""
            return several + ", ".join(self.choices)
        words = {"boolean": "yes or no", "integer": "a whole number", "number": "a number"}
        return words.get(self.kind, "")


def fields_of(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The members of an object's schema, those that a person can type."""
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict):
        return ()
    needed = required if isinstance(required, list) else []
    return tuple(
        _field(name, part if isinstance(part, dict) else {}, name in needed)
        for name, part in list(properties.items())[:_MOST_FIELDS]
    )


def content_of(
    fields: tuple[Field, ...], typed: Mapping[str, str], schema: Mapping[str, Any]
) -> tuple[dict[str, JsonValue], tuple[str, ...]]:
    """The object, and what is wrong with it in words."""
    content: dict[str, JsonValue] = {}
    problems: list[str] = []
    for field in fields:
        text = typed.get(field.name, "").strip()
        if not text and not (field.required and field.kind == "string" and field.choices is None):
            continue
        value = _value(field, text)
        if value is None:
            problems.append(f"{field.title}: {field.hint}")
        else:
            content[field.name] = value
    if not problems:
        problems += SchemaCheck(dict(schema)).at_a_glance(content).problems
    return content, tuple(problems)


def _field(name: str, part: Mapping[str, Any], required: bool) -> Field:
    kind, default = part.get("type", "string"), part.get("default")
    items = part.get("items")
    listed = items if kind == "array" and isinstance(items, dict) else part
    title, said = part.get("title"), part.get("description")
    return Field(
        name,
        title if isinstance(title, str) and title else name,
        kind if isinstance(kind, str) else "string",
        required,
        said if isinstance(said, str) else "",
        _shown(default),
        _choices(listed),
    )


def _choices(part: Mapping[str, Any]) -> Mapping[str, JsonValue] | None:
    """``enum`` (with ``enumNames``), or ``oneOf``/``anyOf`` of ``{const, title}``."""
    values, names = part.get("enum"), part.get("enumNames")
    if isinstance(values, list) and values:
        shown = names if isinstance(names, list) and len(names) == len(values) else values
        return {str(name): value for name, value in zip(shown, values, strict=True)}
    for key in ("oneOf", "anyOf"):
        options = part.get(key)
        if (
            isinstance(options, list)
            and options
            and all(isinstance(one, dict) and "const" in one for one in options)
        ):
            return {str(one.get("title", one["const"])): one["const"] for one in options}
    return None


def _value(field: Field, text: str) -> JsonValue:
    """None: it is none."""
    if field.kind == "array":
        items = [item.strip() for item in text.split(",") if item.strip()]
        if field.choices is None:
            return items
        found = [_choice(field.choices, item) for item in items]
        return None if None in found else found
    if field.choices is not None:
        return _choice(field.choices, text)
    if field.kind == "boolean":
        return _TRUE.get(text.lower())
    if field.kind in ("integer", "number"):
        try:
            return int(text) if field.kind == "integer" else float(text)
        except ValueError:
            return None
    return text


def _choice(choices: Mapping[str, JsonValue], text: str) -> JsonValue:
    if text in choices:
        return choices[text]
    return next((value for value in choices.values() if str(value) == text), None)


def _shown(default: JsonValue) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    return ", ".join(map(str, default)) if isinstance(default, list) else str(default)
