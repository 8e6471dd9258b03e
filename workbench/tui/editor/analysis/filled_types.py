"""What is put into a list, an object, a Map or a Set that begins empty: ``rows.push(row)``, ``byId[id] = row``.

The first place that says something counts, of those before where it is read, the nearest first.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.call_nodes import arguments_of, method_called
from workbench.tui.editor.analysis.declarations import key_text
from workbench.tui.editor.analysis.keyed_types import Keyed, Mapped, SetOf
from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.value_types import Items, Record, Type

if TYPE_CHECKING:
    from tree_sitter import Node

    from workbench.tui.editor.analysis.expression_types import Expressions

_EMPTY = {"array": "array", "object": "object", "Map": "map", "Set": "set"}
_CELLS = frozenset({"member_expression", "subscript_expression"})
_AROUND = frozenset({"parenthesized_expression", "non_null_expression"})
_MOST_PUT = 20
"""Places that put something there, and say nothing of it."""
_ASSIGNED = frozenset({"assignment_expression", "augmented_assignment_expression"})


def starts_empty(known: Expressions, node: Node | None) -> bool:
    """Whether an expression is ``[]``, ``{}``, ``new Map()`` or ``new Set()``."""
    return _kind(known, node) is not None


def _kind(known: Expressions, node: Node | None) -> str | None:
    if node is None:
        return None
    if node.type in ("array", "object"):
        return None if node.named_children else node.type
    made = node.child_by_field_name("constructor") if node.type == "new_expression" else None
    if made is None or arguments_of(node) or not known.is_global(made, "Map", "Set"):
        return None
    return _EMPTY[text_of(made)]


def what_fills(
    known: Expressions, empty: Node, name: str, start: int, end: int, depth: int
) -> Type | None:
    """Of ``empty``, called by a name, with what is put into it between two bytes."""
    kind = _kind(known, empty)
    if empty.id in known.filling:
        return None  # it is put into itself
    known.filling.add(empty.id)
    parts: dict[str, Node] = {}
    value: Type | None = None
    key: Type | None = None
    looked_at = 0
    for path in known.declarations.uses(name, end, start):
        if len(path) < 4:
            continue
        if kind == "object":
            member = _member_set(path)
            if member is not None:
                parts.setdefault(*member)
                continue
        found = _put(known, path, len(path) - 1, depth, is_object=kind == "object")
        if found is not None:
            key, value = found
            looked_at += 1
            if value is not None or looked_at >= _MOST_PUT:
                break
    known.filling.remove(empty.id)
    if kind == "map":
        return Mapped(key, value)
    if kind == "set":
        return SetOf(value)
    if kind == "array":
        return Items(value)
    if parts:
        return Record({each: partial(known.of, at, depth) for each, at in parts.items()})
    return Keyed(value) if value is not None else Record({})


def _member_set(path: list[Node]) -> tuple[str, Node] | None:
    """The member that ``NAME.member = value`` gives an object, and its value."""
    cell, outer = path[-2], path[-3]
    if cell.type != "member_expression" or outer.type != "assignment_expression":
        return None
    left, right = (outer.child_by_field_name(each) for each in ("left", "right"))
    name = cell.child_by_field_name("property")
    if left is None or left.id != cell.id or right is None or name is None:
        return None
    text = key_text(name)
    return None if text is None else (text, right)


def _put(
    known: Expressions, path: list[Node], at: int, depth: int, *, is_object: bool
) -> tuple[Type | None, Type | None] | None:
    """Key and value that the expression at a place of a path is given there; None: it is given nothing."""
    while at > 0 and path[at - 1].type in _AROUND:
        at -= 1
    cell = path[at - 1] if at > 1 else None
    if cell is None or cell.type not in _CELLS or not _is_object(cell, path[at]):
        return None
    if cell.type == "subscript_expression":
        return _into_cell(known, path, at - 1, depth) if is_object else None
    call = path[at - 2]
    called = method_called(call) if call.type == "call_expression" else None
    if called is None:
        return None
    method, given = called[1], arguments_of(call)
    if method == "set" and len(given) > 1:
        fresh = _kind(known, given[1])
        return known.of(given[0], depth), None if fresh else known.of(given[1], depth)
    if method in ("push", "unshift", "add") and given:
        return None, known.of_item(given[0], depth)
    if method == "get" and given:
        found = _put(known, path, at - 2, depth, is_object=False)
        return None if found is None else (known.of(given[0], depth), Items(found[1]))
    return None


def _into_cell(
    known: Expressions, path: list[Node], at: int, depth: int
) -> tuple[Type | None, Type | None] | None:
    """What ``NAME[key]`` is given: by ``=``, ``??=`` or ``push``."""
    index, inner = path[at].child_by_field_name("index"), at
    key = known.of(index, depth)
    while inner > 0 and path[inner - 1].type in (*_AROUND, *_ASSIGNED):
        outer = path[inner - 1]
        left, right = (outer.child_by_field_name(each) for each in ("left", "right"))
        if outer.type in _ASSIGNED:
            if left is None or left.id != path[inner].id:
                return None
            if not _is_fresh(known, right):
                return key, known.of(right, depth)
        inner -= 1
    found = _put(known, path, inner, depth, is_object=False)
    return None if found is None else (key, Items(found[1]))


def _is_fresh(known: Expressions, node: Node | None) -> bool:
    """Whether something empty is put there, if nothing was: ``cell ?? []``."""
    if node is not None and node.type == "binary_expression":
        node = node.child_by_field_name("right")
    return starts_empty(known, node)


def _is_object(cell: Node, inner: Node) -> bool:
    owner = cell.child_by_field_name("object")
    return owner is not None and owner.id == inner.id
