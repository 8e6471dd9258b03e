"""What each keyword of JSON Schema asks of a value, of every draft. ``format`` is never asserted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.catalogue.schemas import containers
from workbench.catalogue.schemas.values import TYPES, has_type, is_multiple, is_number

if TYPE_CHECKING:
    from workbench.catalogue.schemas.walk import Spot, Walk

_Sized: TypeAlias = type[str] | type[list[Any]] | type[dict[str, Any]]
Rule: TypeAlias = "Callable[[Walk, Any, Spot], bool]"

_OPTIONS_A_STEP = 4
_ONE_TYPE = {name: frozenset({name}) for name in TYPES}


# -- any value -----------------------------------------------------------------------------


def _type(walk: Walk, operand: Any, spot: Spot) -> bool:
    if isinstance(operand, list):
        names = frozenset(name for name in operand if isinstance(name, str))
        clear = len(names) == len(operand) and names <= TYPES
    else:
        names = _ONE_TYPE.get(operand, frozenset()) if isinstance(operand, str) else frozenset()
        clear = bool(names)
    if not clear:
        return walk.unclear("type", operand)
    return has_type(spot.value, names) or walk.fault(spot, "type")


def _enum(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(operand, list):
        return walk.unclear("enum", operand)
    if not walk.parts.is_sorted(operand):
        walk.spend(len(operand) // _OPTIONS_A_STEP)
    options = walk.parts.options(operand)
    if isinstance(spot.value, list | dict):
        if any(walk.same(spot.value, one) for one in options.others):
            return True
    elif options.has(spot.value):
        return True
    return walk.fault(spot, "enum")


def _const(walk: Walk, operand: Any, spot: Spot) -> bool:
    return walk.same(operand, spot.value) or walk.fault(spot, "const")


# -- more schemas for the same value -------------------------------------------------------


def _reference(walk: Walk, operand: Any, spot: Spot) -> bool:
    return walk.follow(operand, spot)


def _all_of(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(operand, list):
        return walk.unclear("allOf", operand)
    good = True
    for schema in operand:
        good &= walk.check(schema, spot.value, spot.path, spot.faults)
        if not good and spot.faults is None:
            break
    return good


def _any_of(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(operand, list) or not operand:
        return walk.unclear("anyOf", operand)
    if any(walk.fits(schema, spot.value) is not False for schema in operand):
        return True
    return walk.fault(spot, "anyOf")


def _one_of(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(operand, list) or not operand:
        return walk.unclear("oneOf", operand)
    fits = [walk.fits(schema, spot.value) for schema in operand]
    if fits.count(True) == 1 or (None in fits and True not in fits):
        return True
    return walk.fault(spot, "oneOf")


def _not(walk: Walk, operand: Any, spot: Spot) -> bool:
    return walk.fits(operand, spot.value) is not True or walk.fault(spot, "not")


def _if(walk: Walk, operand: Any, spot: Spot) -> bool:
    fits = walk.fits(operand, spot.value)
    if fits is None:
        return True
    branch = "then" if fits else "else"
    return walk.check(spot.node.get(branch, True), spot.value, spot.path, spot.faults)


# -- numbers and texts ---------------------------------------------------------------------


def _bound(keyword: str, holds: Callable[[float, float], bool]) -> Rule:
    def rule(walk: Walk, operand: Any, spot: Spot) -> bool:
        if not is_number(spot.value):
            return True
        if not is_number(operand):
            return walk.unclear(keyword, operand)
        return holds(spot.value, operand) or walk.fault(spot, keyword)

    return rule


def _exclusive(keyword: str, beside: str, holds: Callable[[float, float], bool]) -> Rule:
    """In draft 4 it is true or false, and speaks of the bound beside it."""
    plain = _bound(keyword, holds)

    def rule(walk: Walk, operand: Any, spot: Spot) -> bool:
        if isinstance(operand, bool):
            return not operand or plain(walk, spot.node.get(beside), spot)
        return plain(walk, operand, spot)

    return rule


def _multiple_of(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not is_number(spot.value):
        return True
    if not is_number(operand) or operand <= 0:
        return walk.unclear("multipleOf", operand)
    return is_multiple(spot.value, operand) or walk.fault(spot, "multipleOf")


def _length(
    keyword: str,
    kind: type[str] | type[list[Any]] | type[dict[str, Any]],
    holds: Callable[[float, float], bool],
) -> Rule:
    def rule(walk: Walk, operand: Any, spot: Spot) -> bool:
        value = spot.value
        if not isinstance(value, kind):
            return True
        if not is_number(operand):
            return walk.unclear(keyword, operand)
        return holds(len(value), operand) or walk.fault(spot, keyword)

    return rule


def _pattern(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, str) or walk.matches(operand, spot.value):
        return True
    return walk.fault(spot, "pattern")


def _at_least(value: float, bound: float) -> bool:
    return value >= bound


def _at_most(value: float, bound: float) -> bool:
    return value <= bound


RULES: Mapping[str, Rule] = {
    "$ref": _reference,
    "$dynamicRef": _reference,
    "$recursiveRef": _reference,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "minimum": _bound("minimum", _at_least),
    "maximum": _bound("maximum", _at_most),
    "exclusiveMinimum": _exclusive(
        "exclusiveMinimum", "minimum", lambda value, bound: value > bound
    ),
    "exclusiveMaximum": _exclusive(
        "exclusiveMaximum", "maximum", lambda value, bound: value < bound
    ),
    "multipleOf": _multiple_of,
    "minLength": _length("minLength", str, _at_least),
    "maxLength": _length("maxLength", str, _at_most),
    "minItems": _length("minItems", list, _at_least),
    "maxItems": _length("maxItems", list, _at_most),
    "minProperties": _length("minProperties", dict, _at_least),
    "maxProperties": _length("maxProperties", dict, _at_most),
    "pattern": _pattern,
    **containers.RULES,
}
