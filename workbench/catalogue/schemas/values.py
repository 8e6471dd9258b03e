"""JSON values as JSON Schema sees them: their types, and when two are the same."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from math import isfinite

from workbench.core.model import JsonValue

TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def has_type(value: JsonValue, names: frozenset[str]) -> bool:
    """Whether a value is of one of these types; ``1.0`` is an integer, ``True`` is no number."""
    match value:
        case None:
            return "null" in names
        case bool():
            return "boolean" in names
        case str():
            return "string" in names
        case int():
            return "integer" in names or "number" in names
        case float():
            return "number" in names or ("integer" in names and value.is_integer())
        case list():
            return "array" in names
        case dict():
            return "object" in names
        case _:
            return False


def is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scalar(value: JsonValue) -> Hashable | None:
    """What is equal exactly for equal scalars; None for lists and objects."""
    if isinstance(value, bool):
        return ("bool", value)
    if value is None or isinstance(value, str | int | float):
        return ("", value)
    return None


def is_multiple(value: float, of: float) -> bool:
    """Whether a number is a whole multiple, as written in decimal; True where that cannot be told."""
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    if isinstance(value, float) and not isfinite(value):
        return True
    try:
        return Decimal(repr(value)) % Decimal(repr(of)) == 0
    except (InvalidOperation, ValueError):
        return True
