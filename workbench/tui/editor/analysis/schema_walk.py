"""What a JSON Schema allows at a place inside a value: for offers in a script.

Schemas are outside data: references are followed a bounded number of times, what cannot be read offers
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from workbench.catalogue.tool_types import resolve
from workbench.util.dataclass import dataclass

Step: TypeAlias = str | int
"""The name of a property, or the index of an array's item."""

_DEEPEST = 12
_MOST_VARIANTS = 64
_KEYWORDS = ("anyOf", "oneOf", "allOf")


@dataclass(frozen=True, slots=True)
class Place:
    """A place inside a value: every schema that may hold there (a union has several)."""

    variants: tuple[Mapping[str, Any], ...]
    root: Mapping[str, Any]
    """What references are resolved in."""

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Place:
        return cls(tuple(_variants([schema], schema)), schema)

    def inside(self, path: Iterable[Step]) -> Place:
        """The place that a path leads to; without variants where the schema knows none."""
        place = self
        for step in path:
            found = [schema for variant in place.variants for schema in _step(variant, step)]
            place = Place(tuple(_variants(found, self.root)), self.root)
        return place

    def properties(self) -> dict[str, Any]:
        """Schemas by name, those of all variants."""
        found: dict[str, Any] = {}
        for variant in self.variants:
            properties = variant.get("properties")
            if isinstance(properties, Mapping):
                for name, schema in properties.items():
                    found.setdefault(str(name), schema)
        return found

    def required(self) -> set[str]:
        found: set[str] = set()
        for variant in self.variants:
            names = variant.get("required")
            if isinstance(names, list):
                found |= {name for name in names if isinstance(name, str)}
        return found

    def values(self) -> list[Any]:
        """The values of enumerations, constants and booleans."""
        found: list[Any] = []
        for variant in self.variants:
            choices = variant.get("enum")
            if isinstance(choices, list):
                found += choices
            elif "const" in variant:
                found.append(variant["const"])
            elif variant.get("type") == "boolean":
                found += [True, False]
        return found

    def description(self) -> str:
        said = (variant.get("description") for variant in self.variants)
        return next((text for text in said if isinstance(text, str)), "")


def _step(variant: Mapping[str, Any], step: Step) -> Iterator[Any]:
    if isinstance(step, int):
        places = variant.get("prefixItems")
        if isinstance(places, list) and step < len(places):
            yield places[step]
        else:
            yield variant.get("items")
        return
    properties = variant.get("properties")
    if isinstance(properties, Mapping) and step in properties:
        yield properties[step]
    else:
        yield variant.get("additionalProperties")


def _variants(schemas: Iterable[Any], root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Schemas with their references resolved and their alternatives and parts beside them."""
    found: list[Mapping[str, Any]] = []
    waiting = [(schema, 0) for schema in schemas]
    while waiting and len(found) < _MOST_VARIANTS:
        schema, depth = waiting.pop(0)
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            continue
        found.append(schema)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            waiting.append((resolve(reference, root), depth + 1))
        for keyword in _KEYWORDS:
            parts = schema.get(keyword)
            if isinstance(parts, list):
                waiting += [(part, depth + 1) for part in parts]
    return found
