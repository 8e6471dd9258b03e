"""What methods give: of lists, maps, sets, iterators, texts and Promises; ``Object.entries`` and the like."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.callback_types import folded
from workbench.tui.editor.analysis.keyed_types import Iterated, Keyed, Mapped, SetOf
from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.value_types import (
    FAILURE,
    AllTools,
    Items,
    Promised,
    Record,
    Shaped,
    Type,
    either,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from workbench.tui.editor.analysis.expression_types import Expressions

_SAME = frozenset(
    {"filter", "slice", "sort", "reverse", "concat", "toSorted", "toReversed", "splice", "with"}
)
_SAME_ITERATOR = frozenset({"filter", "take", "drop"})
_SAME_SET = frozenset({"add", "union", "intersection", "difference", "symmetricDifference"})
_ONE = frozenset({"find", "findLast", "at", "pop", "shift"})
_HANDLERS = frozenset({"then", "catch", "finally"})
_FOLDS = frozenset({"reduce", "reduceRight"})
_OF_TEXTS = frozenset(
    {
        *("trim", "trimStart", "trimEnd", "toLowerCase", "toUpperCase", "replace", "replaceAll"),
        *("slice", "substring", "padStart", "padEnd", "repeat", "charAt", "concat", "normalize"),
    }
)
_TEXT = Shaped.of({"type": "string"})
_NUMBER = Shaped.of({"type": "integer"})


def promised(inner: Type | None) -> Type:
    """What an asynchronous function gives."""
    return inner if isinstance(inner, Promised) else Promised(inner)


def of_method(known: Expressions, function: Node, given: list[Node], depth: int) -> Type | None:
    """What calling ``OWNER.method`` gives; None: nothing is known of it."""
    owner, name = function.child_by_field_name("object"), function.child_by_field_name("property")
    if owner is None or name is None:
        return None
    method = text_of(name)
    if known.is_global(owner, "Promise", "Object", "Array", "Map"):
        return _of_static(known, f"{text_of(owner)}.{method}", given, depth)
    value = known.of(owner, depth)
    first = given[0] if given else None
    if value is None or isinstance(value, AllTools):
        return Items(known.returned(first, depth)) if method == "map" and given else None
    if method in _HANDLERS and isinstance(value, Promised):
        after = known.returned(first, depth) if method == "then" else value
        return promised(after)
    if isinstance(value, Mapped | SetOf):
        return _of_collection(value, method)
    if isinstance(value, Iterated):
        return _of_iterator(known, value, method, given, depth)
    if value.is_array:
        return _of_list(known, value, method, given, depth)
    return _of_text(method) if value.is_text else None


def _of_list(
    known: Expressions, value: Type, method: str, given: list[Node], depth: int
) -> Type | None:
    first = given[0] if given else None
    if method in _SAME:
        return value
    if method in _ONE:
        return value.item()
    if method == "map":
        return Items(known.returned(first, depth))
    if method == "flatMap":
        return Items(_flat(known.returned(first, depth)))
    if method == "flat":
        return Items(_flat(value.item()))
    if method in ("values", "keys"):
        return Iterated(value.item() if method == "values" else _NUMBER)
    if method == "entries":
        return Iterated(Items(None, (_NUMBER, value.item())))
    if method in _FOLDS:
        return _of_fold(known, value, given, depth)
    return _TEXT if method == "join" else None


def _flat(inner: Type | None) -> Type | None:
    return inner.item() if inner is not None and inner.is_array else inner


def _of_fold(known: Expressions, value: Type, given: list[Node], depth: int) -> Type | None:
    if len(given) < 2:
        return value.item()
    return folded(known, known.function_at(given[0]) or given[0], given[1], depth)


def _of_collection(value: Mapped | SetOf, method: str) -> Type | None:
    if isinstance(value, SetOf):
        if method in _SAME_SET:
            return value
        return Iterated(value.value) if method in ("values", "keys") else None
    if method == "get":
        return value.value
    if method in ("values", "keys"):
        return Iterated(value.value if method == "values" else value.key)
    if method == "entries":
        return Iterated(value.pair)
    return value if method == "set" else None


def _of_iterator(
    known: Expressions, value: Iterated, method: str, given: list[Node], depth: int
) -> Type | None:
    if method in _SAME_ITERATOR:
        return value
    if method == "toArray":
        return Items(value.inner)
    if method == "find":
        return value.inner
    if method == "next":
        return Record({"value": partial(itself, value.inner), "done": partial(itself, _BOOLEAN)})
    if method in _FOLDS:
        return _of_fold(known, value, given, depth)
    if method in ("map", "flatMap") and given:
        returned = known.returned(given[0], depth)
        return Iterated(returned if method == "map" else _flat(returned))
    return None


def _of_text(method: str) -> Type | None:
    if method == "split":
        return Items(_TEXT)
    return _TEXT if method in _OF_TEXTS else None


def _of_static(known: Expressions, name: str, given: list[Node], depth: int) -> Type | None:
    if not given:
        return None
    value = known.of(given[0], depth)
    if name == "Promise.resolve":
        return promised(value)
    if name.startswith("Promise."):
        return None if value is None else _of_promises(name, value)
    if name == "Array.of":
        return Items(None, tuple(known.of(each, depth) for each in given[:10]))
    if name == "Array.from":
        if len(given) > 1:
            return Items(known.returned(given[1], depth))
        return value if value is None or value.is_array else Items(value.item())
    if name == "Object.keys":
        return Items(_TEXT)
    if name == "Object.assign":
        return either(known.of(each, depth) for each in given[:5])
    if value is None:
        return None
    if name in ("Object.groupBy", "Map.groupBy"):
        rows = Items(value.item())
        if name == "Object.groupBy":
            return Keyed(rows)
        return Mapped(known.returned(given[1], depth) if len(given) > 1 else None, rows)
    if name == "Object.fromEntries":
        pair = value.item()
        return None if pair is None else Keyed(pair.item(1))
    if name == "Object.freeze":
        return value
    parts = either(value.member(each.name) for each in value.own()) or value.member("")
    if name == "Object.values":
        return Items(parts)
    return Items(Items(None, (_TEXT, parts))) if name == "Object.entries" else None


def _of_promises(name: str, value: Type) -> Type | None:
    first = value.first if isinstance(value, Items) else ()
    rest = value.rest if isinstance(value, Items) else value.item()
    if name == "Promise.all":
        return Promised(Items(_awaited(rest), tuple(_awaited(each) for each in first)))
    if name == "Promise.allSettled":
        return Promised(Items(_settled(rest), tuple(_settled(each) for each in first)))
    return Promised(_awaited(value.item())) if name in ("Promise.race", "Promise.any") else None


def _awaited(value: Type | None) -> Type | None:
    return None if value is None else value.awaited()


def _settled(value: Type | None) -> Type:
    return Record(
        {
            "status": partial(itself, Shaped.of({"enum": ["fulfilled", "rejected"]})),
            "value": partial(itself, _awaited(value)),
            "reason": partial(itself, FAILURE),
        },
        frozenset({"value", "reason"}),
    )


_BOOLEAN = Shaped.of({"type": "boolean"})


def itself(part: Type | None) -> Type | None:
    """For the parts of a ``Record`` that are known already."""
    return part


def of_new(known: Expressions, node: Node, given: list[Node], depth: int) -> Type | None:
    """What ``new Map(…)`` and ``new Set(…)`` make."""
    made = node.child_by_field_name("constructor")
    if made is None or not known.is_global(made, "Map", "Set"):
        return None
    said = known.annotated(node)
    if said is not None:
        return said
    value = known.of(given[0], depth) if given else None
    item = None if value is None else value.item()
    if text_of(made) == "Set":
        return SetOf(item)
    return Mapped(None, None) if item is None else Mapped(item.item(0), item.item(1))
