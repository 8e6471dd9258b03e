"""What a function of a script is given: by the call that it stands in, or by those that name it.

``rows.map(row => …)``, ``rows.map(show)``, ``byId.forEach((row, id) => …)``, ``show(rows[0])``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.call_nodes import arguments_of, member_of
from workbench.tui.editor.analysis.declarations import Declaration, key_text
from workbench.tui.editor.analysis.filled_types import starts_empty, what_fills
from workbench.tui.editor.analysis.keyed_types import Iterated, Mapped, SetOf
from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.value_types import FAILURE, Promised, Type, either

if TYPE_CHECKING:
    from tree_sitter import Node

    from workbench.tui.editor.analysis.expression_types import Expressions

_EACH = frozenset(
    {
        *("map", "filter", "find", "findLast", "some", "every", "forEach", "flatMap", "findIndex"),
        *("findLastIndex", "sort", "toSorted"),
    }
)
_OF_TWO = frozenset({"sort", "toSorted"})
_MOST_CALLS = 5
"""Places where a function is named that are looked at."""


def parameter_type(known: Expressions, declared: Declaration, depth: int) -> Type | None:
    """What a parameter holds, by the calls that hand something to its function."""
    around = declared.around
    if len(around) > 1 and around[-1].type == "arguments":
        return _handed_by(known, around[-2], declared.node, declared, depth)
    named = _name_of(declared)
    return None if named is None else either(_by_name(known, *named, declared, depth))


def _name_of(declared: Declaration) -> tuple[Node, str] | None:
    """What a function is named by: its own name, or that of the constant that it is; and the member of that
    name that it is, as in ``lib.show``, else nothing."""
    node, outer = declared.node, declared.around[::-1]
    if node.type == "function_declaration":
        name = node.child_by_field_name("name")
        return None if name is None else (name, "")
    if not outer:
        return None
    if outer[0].type == "assignment_expression":
        left = outer[0].child_by_field_name("left")
        return None if left is None else member_of(left)
    member, key = "", None
    if node.type == "method_definition":
        key = node.child_by_field_name("name")
    elif outer[0].type == "pair":
        key, outer = outer[0].child_by_field_name("key"), outer[1:]
    if key is not None:
        member, outer = key_text(key) or "", outer[1:]
        if not member:
            return None
    if not outer or outer[0].type != "variable_declarator":
        return None
    name = outer[0].child_by_field_name("name")
    return None if name is None else (name, member)


def _by_name(
    known: Expressions, name: Node, member: str, declared: Declaration, depth: int
) -> list[Type | None]:
    found: list[Type | None] = []
    for path in known.declarations.uses_of(name):
        if member:
            path.pop()
            if not path or (of := member_of(path[-1])) is None or of[1] != member:
                continue
        parent, outer = path[-2:-1], path[-3:-2]
        if not outer:
            continue
        if outer[0].type == "call_expression" and parent[0].type == "arguments":
            found.append(_handed_by(known, outer[0], path[-1], declared, depth))
        elif parent[0].type == "call_expression":
            given = arguments_of(parent[0])
            if declared.index < len(given) and given[declared.index].type != "spread_element":
                found.append(known.of(given[declared.index], depth))
        if len(found) >= _MOST_CALLS:
            break
    return found


def _handed_by(
    known: Expressions, call: Node, argument: Node, declared: Declaration, depth: int
) -> Type | None:
    """What a call hands to a function that is an argument of it."""
    callee, given, index = call.child_by_field_name("function"), arguments_of(call), declared.index
    if callee is None or callee.type != "member_expression":
        return None
    owner, name = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    if owner is None or name is None or not given:
        return None
    method = text_of(name)
    is_first = given[0].id == argument.id
    is_from = known.is_global(owner, "Array") and method == "from"
    if is_from or (method == "groupBy" and known.is_global(owner, "Object", "Map")):
        rows = known.of(given[0], depth)
        return rows.item() if rows is not None and index == 0 else None
    value = known.of(owner, depth)
    if value is None:
        return None
    if isinstance(value, Promised):
        if method == "then" and index == 0 and is_first:
            return value.awaited()
        return FAILURE if index == 0 and method in ("then", "catch") else None
    if method in ("reduce", "reduceRight"):
        if index == 0 and len(given) > 1:
            return folded(known, declared.node, given[1], depth)
        return value.item() if index < 2 else None
    if isinstance(value, Mapped | SetOf):
        handed = (value.value, value.key if isinstance(value, Mapped) else value.value, value)
        return handed[index] if method == "forEach" and index < len(handed) else None
    if not value.is_array and not isinstance(value, Iterated):
        return None
    is_item = method in _EACH and (index == 0 or (index == 1 and method in _OF_TWO))
    return value.item() if is_item else value if method in _EACH and index == 2 else None


def folded(known: Expressions, function: Node, start: Node, depth: int) -> Type | None:
    """What ``rows.reduce(function, start)`` gathers: what it starts with, with what is put into that."""
    parameters = function.child_by_field_name("parameters")
    first = None if parameters is None else next(iter(parameters.named_children), None)
    first = function.child_by_field_name("parameter") if first is None else first
    if first is not None and first.type == "required_parameter":
        first = first.child_by_field_name("pattern")
    if first is None or first.type != "identifier" or not starts_empty(known, start):
        return known.of(start, depth)
    return what_fills(known, start, text_of(first), function.start_byte, function.end_byte, depth)
