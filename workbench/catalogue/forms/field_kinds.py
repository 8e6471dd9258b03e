"""What a place in a JSON Schema is as a field of a form: its kind, what may be chosen, and that in words.

A schema is outside data: references and wrappers are followed a bounded number of times, nothing large is
copied, and what fits no field is JSON text. Whether a value is right says ``SchemaCheck``: a field only helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from workbench.catalogue.schemas.parts import Parts
from workbench.catalogue.schemas.values import is_number
from workbench.catalogue.tool_types import type_text
from workbench.core.model import JsonValue
from workbench.text.jsontext import canonical, dumps, loads
from workbench.text.sanitize import clean_line, shortened
from workbench.util.dataclass import dataclass

Kind: TypeAlias = Literal["text", "whole", "number", "choice", "list", "object", "json"]

_MOST_STEPS = 64
"""Of references, wrappers and alternatives behind one field."""
_SHOWN_TYPE = 80
_SHOWN_PATTERN = 40
_KINDS: Mapping[object, Kind] = {"string": "text", "integer": "whole", "number": "number"}
_ALTERNATIVES = ("anyOf", "oneOf")


class Choices:
    """Values to choose from, each with a label of one line that no other has."""

    def __init__(self, values: Sequence[JsonValue], names: Sequence[str] | None = None) -> None:
        """names: the labels; None: they are made of the values."""
        self._values = values
        self._names = names

    def __len__(self) -> int:
        return len(self._values)

    @property
    def labels(self) -> Sequence[str]:
        return tuple(self._by_label)

    def value(self, label: str) -> JsonValue:
        """The value of one of the labels. Raises KeyError."""
        return self._by_label[label]

    def label(self, value: JsonValue) -> str | None:
        """None: it is none of the values."""
        if self._names is None and isinstance(
            value, str
        ):  # the usual, and nothing is made of the others
            return label_of(value) if value in self._values else None
        return self._by_value.get(canonical(value))

    @cached_property
    def _by_label(self) -> dict[str, JsonValue]:
        """Made when it is asked for: there may be a hundred thousand."""
        names = [clean_line(name) for name in self._names or ()]
        if not names or len(set(names)) < len(names):
            names = [label_of(value) for value in self._values]
        return dict(zip(names, self._values, strict=True))

    @cached_property
    def _by_value(self) -> dict[str, str]:
        return {canonical(value): label for label, value in self._by_label.items()}


_NO_CHOICES = Choices(())


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands at a place."""

    kind: Kind
    schema: Mapping[str, Any] = field(default_factory=dict)
    """With references and wrappers out of the way."""
    nullable: bool = False
    choices: Choices = _NO_CHOICES

    @property
    def description(self) -> str:
        said = self.schema.get("description")
        return said if isinstance(said, str) else ""

    @property
    def title(self) -> str:
        said = self.schema.get("title")
        return said if isinstance(said, str) else ""

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schemas of an object's fields, those that it requires first."""
        found = self.schema.get("properties")
        if not isinstance(found, Mapping):
            return {}
        needed = self.required
        first = {name: part for name, part in found.items() if name in needed}
        return {**first, **found}

    @property
    def required(self) -> frozenset[str]:
        names = self.schema.get("required")
        if not isinstance(names, list):
            return frozenset()
        return frozenset(name for name in names if isinstance(name, str))

    @property
    def of_others(self) -> Mapping[str, Any]:
        """The schema of members that ``properties`` does not name."""
        found = self.schema.get("additionalProperties")
        return found if isinstance(found, Mapping) else {}

    @property
    def of_items(self) -> Mapping[str, Any]:
        found = self.schema.get("items")
        return found if isinstance(found, Mapping) else {}

    @property
    def examples(self) -> list[JsonValue]:
        """Values that the schema names as examples."""
        found = self.schema.get("examples")
        return list(found[:20]) if isinstance(found, list) else []

    def words(self, root: Mapping[str, Any] | None = None) -> str:
        """What may stand here. root: what the references of the schema are resolved in."""
        return f"{self._words(root)}{', or null' if self.nullable else ''}"

    def _words(self, root: Mapping[str, Any] | None) -> str:
        match self.kind:
            case "text":
                return _text_words(self.schema)
            case "whole":
                return "a whole number" + _bounds(self.schema, "minimum", "maximum")
            case "number":
                return "a number" + _bounds(self.schema, "minimum", "maximum")
            case "choice":
                return f"one of {len(self.choices):,}"
            case "list":
                return "a list" + _bounds(self.schema, "minItems", "maxItems", " items")
            case "object":
                return "an object"
            case _ if self.schema.get("type") == "object":
                return "a JSON object"
            case _:
                wanted = type_text(self.schema, root, _SHOWN_TYPE) if self.schema else "any"
                return "JSON" if wanted in ("any", "unknown") else f"JSON: {wanted}"


def shape_of(schema: object, parts: Parts) -> Shape:
    """The field for a schema. ``parts`` is of the whole schema that it stands in."""
    plain, nullable = _Resolver(parts).plain(schema)
    choices = _choices(plain, nullable)
    if choices is not None:
        return Shape("choice", plain, False, choices)
    kinds = plain.get("type")
    if isinstance(kinds, list):
        nullable = nullable or "null" in kinds
        left = [one for one in kinds if one != "null"]
        kinds = left[0] if len(left) == 1 else None
    properties = plain.get("properties")
    is_object = isinstance(properties, Mapping) and kinds in ("object", None)
    if is_object and (properties or plain.get("additionalProperties") is False):
        return Shape("object", plain, nullable)
    if kinds == "boolean":
        return Shape("choice", plain, False, _yes_or_no(nullable))
    if kinds == "array" and "prefixItems" not in plain and not isinstance(plain.get("items"), list):
        return Shape("list", plain, nullable)
    return Shape(_KINDS.get(kinds if isinstance(kinds, str) else None, "json"), plain, nullable)


def label_of(value: JsonValue) -> str:
    """A value on one line: a plain text as it is, anything else as JSON. No two values have the same."""
    if not isinstance(value, str):
        return dumps(value)
    plain = value.isprintable() and value == value.strip() and value != ""
    if not plain or value[0] in '"[{' or _is_json(value):
        return dumps(value)
    return value


def _is_json(text: str) -> bool:
    if text not in ("true", "false", "null") and not (text[0] == "-" or text[0].isdigit()):
        return False
    try:
        loads(text)
    except ValueError:
        return False
    return True


def _yes_or_no(nullable: bool) -> Choices:
    if nullable:
        return Choices((True, False, None), ("yes", "no", "null"))
    return Choices((True, False), ("yes", "no"))


def _choices(schema: Mapping[str, Any], nullable: bool) -> Choices | None:
    """``enum`` (with ``enumNames``), ``const``, or ``oneOf``/``anyOf`` of ``{const, title}``."""
    values, names = schema.get("enum"), schema.get("enumNames")
    if isinstance(values, list) and values:
        good = isinstance(names, list) and len(names) == len(values)
        named = [str(name) for name in names] if good and isinstance(names, list) else None
        return _with_null(values, named, nullable)
    if "const" in schema:
        return _with_null([schema["const"]], None, nullable)
    for keyword in _ALTERNATIVES:
        options = _options(schema, keyword)
        if options and all(isinstance(one, Mapping) and "const" in one for one in options):
            values = [one["const"] for one in options]
            named = [str(one.get("title", label_of(one["const"]))) for one in options]
            return _with_null(values, named, nullable)
    return None


def _with_null(values: list[Any], names: list[str] | None, nullable: bool) -> Choices:
    if nullable and None not in values:
        return Choices([*values, None], None if names is None else [*names, "null"])
    return Choices(values, names)


def _options(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


class _Resolver:
    """Takes references and wrappers away, in so many steps at most."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._left = _MOST_STEPS

    def plain(self, schema: object) -> tuple[Mapping[str, Any], bool]:
        """The schema, and whether null is allowed beside it. Without anything where it never ends."""
        nullable = False
        while isinstance(schema, Mapping) and self._left > 0:
            self._left -= 1
            nullable = nullable or schema.get("nullable") is True
            if "$ref" in schema:
                target = self._parts.target(schema["$ref"])
                schema = _over(target if isinstance(target, Mapping) else {}, schema, "$ref")
            elif isinstance(schema.get("allOf"), list):
                schema, null = self._together(schema)
                nullable = nullable or null
            else:
                found = self._only(schema)
                if found is None:
                    return schema, nullable
                schema, nullable = found, True
        return {}, nullable

    def _together(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
        """All parts of ``allOf`` in one; of a keyword that several have, the first counts."""
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        nullable = bool(schema["allOf"])
        for one in schema["allOf"]:
            part, null = self.plain(one)
            nullable = nullable and null
            for key, value in part.items():
                if key == "properties" and isinstance(value, Mapping):
                    own = merged.get(key)
                    merged[key] = {**value, **(own if isinstance(own, Mapping) else {})}
                elif key == "required" and isinstance(value, list):
                    own = merged.get(key)
                    merged[key] = [*(own if isinstance(own, list) else []), *value]
                else:
                    merged.setdefault(key, value)
        return merged, nullable

    def _only(self, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The one alternative that is there beside null."""
        if schema.get(
            "properties"
        ):  # the alternatives are conditions on an object that it has itself
            return None
        for keyword in _ALTERNATIVES:
            options = _options(schema, keyword)
            left = [one for one in options if not _is_null(one)]
            if len(left) == len(options) or len(left) > _MOST_STEPS:
                continue
            if len(left) == 1:
                return _over(left[0] if isinstance(left[0], Mapping) else {}, schema, keyword)
            if left:
                return {**schema, keyword: left}
        return None


def _over(below: Mapping[str, Any], above: Mapping[str, Any], without: str) -> Mapping[str, Any]:
    return {**below, **{key: value for key, value in above.items() if key != without}}


def _is_null(schema: object) -> bool:
    if not isinstance(schema, Mapping):
        return False
    return schema.get("type") == "null" or ("const" in schema and schema["const"] is None)


def _text_words(schema: Mapping[str, Any]) -> str:
    words = "text"
    if isinstance(schema.get("format"), str):
        words += f" ({schema['format'][:_SHOWN_PATTERN]})"
    words += _bounds(schema, "minLength", "maxLength", " characters")
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        words += f" like {shortened(pattern, _SHOWN_PATTERN)}"
    return words


def _bounds(schema: Mapping[str, Any], least: str, most: str, unit: str = "") -> str:
    """``, 1 to 100``, ``, 1 or more``, ``, at most 20 characters``; empty where there are none."""
    low, high = schema.get(least), schema.get(most)
    if is_number(high):
        named = is_number(low) and (low != 0 or not unit)
        start = f"{_figure(low)} to " if named else "at most "
        return f", {start}{_figure(high)}{unit}"
    if not is_number(low) or (unit and low == 0):
        return ""
    return f", {_figure(low)} or more{unit}"


def _figure(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"
