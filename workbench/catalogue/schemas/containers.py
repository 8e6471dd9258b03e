"""The keywords that speak of what is in an object or an array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.catalogue.schemas.values import is_number, scalar
from workbench.text.jsontext import canonical

if TYPE_CHECKING:
    from workbench.catalogue.schemas.rules import Rule
    from workbench.catalogue.schemas.walk import Spot, Walk

_NAMES_A_STEP = 16
_MOST_NAMES = 7
_TEXT_A_STEP = 64


# -- objects -------------------------------------------------------------------------------


def _properties(walk: Walk, operand: Any, spot: Spot) -> bool:
    value = spot.value
    if not isinstance(value, dict):
        return True
    if not isinstance(operand, dict):
        return walk.unclear("properties", operand)
    few, many = (value, operand) if len(value) < len(operand) else (operand, value)
    walk.spend(len(few) // _NAMES_A_STEP)
    return _members(walk, ((name, operand[name]) for name in few if name in many), spot)


def _pattern_properties(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, dict):
        return True
    if not isinstance(operand, dict):
        return walk.unclear("patternProperties", operand)
    found = (
        (name, schema)
        for pattern, schema in operand.items()
        for name in spot.value
        if walk.matches(pattern, name)
    )
    return _members(walk, found, spot)


def _additional(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, dict) or operand is True:
        return True
    return _others(walk, operand, spot, "additionalProperties", _named_beside(walk, spot))


def _unevaluated(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, dict) or operand is True:
        return True
    return _others(walk, operand, spot, "unevaluatedProperties", _evaluated(walk, spot))


def _others(walk: Walk, operand: Any, spot: Spot, keyword: str, known: set[str]) -> bool:
    """The members that no other keyword speaks of."""
    walk.spend(len(spot.value) // _NAMES_A_STEP)
    names = [name for name in spot.value if name not in known]
    if operand is False:
        shown = tuple(map(str, names[:_MOST_NAMES]))
        return not names or walk.fault(spot, keyword, shown, len(names) - len(shown))
    return _members(walk, ((name, operand) for name in names), spot)


def _named_beside(walk: Walk, spot: Spot) -> set[str]:
    """The members that ``properties`` and ``patternProperties`` speak of."""
    properties, patterns = spot.node.get("properties"), spot.node.get("patternProperties")
    named = set(properties) & set(spot.value) if isinstance(properties, dict) else set()
    for pattern in patterns if isinstance(patterns, dict) else ():
        named |= {name for name in spot.value if walk.matches(pattern, name)}
    return named


def _evaluated(walk: Walk, spot: Spot) -> set[str]:
    """The members that any keyword in force for this value speaks of."""
    found: set[str] = set()
    seen: set[int] = set()
    pending: list[Any] = [spot.node]
    while pending:
        node = pending.pop()
        if not isinstance(node, dict) or id(node) in seen:
            continue
        seen.add(id(node))
        walk.spend(1)
        if "additionalProperties" in node or (
            "unevaluatedProperties" in node and node is not spot.node
        ):
            return set(spot.value)
        found |= _named_beside(walk, spot._replace(node=node))
        pending += _in_force(walk, node, spot.value)
    return found


def _in_force(walk: Walk, node: dict[str, Any], value: dict[str, Any]) -> list[Any]:
    """The schemas that a schema applies to the same value."""
    found: list[Any] = []
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts = node.get(keyword)
        found += [
            part
            for part in (parts if isinstance(parts, list) else ())
            if keyword == "allOf" or walk.fits(part, value) is not False
        ]
    found += [walk.parts.target(node[key]) for key in ("$ref", "$dynamicRef") if key in node]
    if "if" in node:
        fits = walk.fits(node["if"], value)
        found += [node["if"], node.get("then")] if fits is not False else [node.get("else")]
    dependent = node.get("dependentSchemas")
    if isinstance(dependent, dict):
        found += [schema for name, schema in dependent.items() if name in value]
    return found


def _required(walk: Walk, operand: Any, spot: Spot) -> bool:
    value = spot.value
    if not isinstance(value, dict):
        return True
    if not isinstance(operand, list):  # draft 3 has true or false here, and means something else
        return walk.unclear("required", operand)
    walk.spend(len(operand) // _NAMES_A_STEP)
    return _has_all(walk, operand, spot)


def _has_all(walk: Walk, names: Iterable[Any], spot: Spot) -> bool:
    """Whether the object has these fields. What is no name asks for nothing."""
    good = True
    for name in [name for name in names if isinstance(name, str) and name not in spot.value]:
        if not _has_default(walk, spot.node, name):
            good = walk.fault(spot, "required", (name,))
            if spot.faults is None:
                break
    return good


def _has_default(walk: Walk, node: Mapping[str, Any], name: str) -> bool:
    """Whoever demands a field and has a default for it fills it in; so do the servers that say so."""
    properties = node.get("properties")
    schema = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(schema, dict):
        return False
    if "default" in schema:
        return True
    target = walk.parts.target(schema["$ref"]) if "$ref" in schema else None
    return isinstance(target, dict) and "default" in target


def _property_names(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, dict):
        return True
    good = True
    for name in spot.value:
        good &= walk.check(operand, name, spot.path, spot.faults)
    return good


def _dependent_required(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, dict):
        return True
    if not isinstance(operand, dict):
        return walk.unclear("dependentRequired", operand)
    good = True
    for name, needed in operand.items():
        if name in spot.value and isinstance(needed, list):
            good &= _has_all(walk, needed, spot)
    return good


def _dependent_schemas(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, dict):
        return True
    if not isinstance(operand, dict):
        return walk.unclear("dependentSchemas", operand)
    good = True
    for name, schema in operand.items():
        if name in spot.value and isinstance(schema, dict | bool):
            good &= walk.check(schema, spot.value, spot.path, spot.faults)
    return good


def _dependencies(walk: Walk, operand: Any, spot: Spot) -> bool:
    """Both of these in one, up to draft 7."""
    required = _dependent_required(walk, operand, spot)
    return _dependent_schemas(walk, operand, spot) and required


def _members(walk: Walk, found: Iterable[tuple[str, Any]], spot: Spot) -> bool:
    good = True
    for name, schema in found:
        good &= walk.check(schema, spot.value[name], (*spot.path, name), spot.faults)
        if not good and spot.faults is None:
            break
    return good


# -- arrays --------------------------------------------------------------------------------


def _items(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, list):
        return True
    if isinstance(operand, list):  # a tuple, up to 2019-09
        return _places(walk, operand, spot)
    first = spot.node.get("prefixItems")
    return _from(walk, operand, spot, len(first) if isinstance(first, list) else 0)


def _places(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, list):
        return True
    if not isinstance(operand, list):
        return walk.unclear("prefixItems", operand)
    good = True
    for index, (schema, item) in enumerate(zip(operand, spot.value, strict=False)):
        good &= walk.check(schema, item, (*spot.path, index), spot.faults)
        if not good and spot.faults is None:
            break
    return good


def _additional_items(walk: Walk, operand: Any, spot: Spot) -> bool:
    places = spot.node.get("items")
    if not isinstance(spot.value, list) or not isinstance(places, list):
        return True
    return _from(walk, operand, spot, len(places))


def _from(walk: Walk, schema: Any, spot: Spot, first: int) -> bool:
    if schema is True:
        return True
    good = True
    for index in range(first, len(spot.value)):
        good &= walk.check(schema, spot.value[index], (*spot.path, index), spot.faults)
        if not good and spot.faults is None:
            break
    return good


def _contains(walk: Walk, operand: Any, spot: Spot) -> bool:
    if not isinstance(spot.value, list):
        return True
    least, most = spot.node.get("minContains", 1), spot.node.get("maxContains")
    if not is_number(least) or not (most is None or is_number(most)):
        return walk.unclear("minContains", least)
    fits = [walk.fits(operand, item) for item in spot.value]
    sure, possible = fits.count(True), len(fits) - fits.count(False)
    good = possible >= least and (most is None or sure <= most)
    return good or walk.fault(spot, "contains")


def _unique_items(walk: Walk, operand: Any, spot: Spot) -> bool:
    if operand is not True or not isinstance(spot.value, list):
        return True
    seen = set()
    for item in spot.value:
        walk.spend(1)
        mark = scalar(item)
        if mark is None:
            mark = canonical(item)
            walk.spend(len(mark) // _TEXT_A_STEP)
        if mark in seen:
            return walk.fault(spot, "uniqueItems")
        seen.add(mark)
    return True


RULES: Mapping[str, Rule] = {
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "unevaluatedProperties": _unevaluated,
    "required": _required,
    "propertyNames": _property_names,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "dependencies": _dependencies,
    "items": _items,
    "prefixItems": _places,
    "additionalItems": _additional_items,
    "contains": _contains,
    "uniqueItems": _unique_items,
}
