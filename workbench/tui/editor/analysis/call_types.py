"""What a call gives: of a tool, of a method, of a function of the script."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.catalogue.missing import Missing
from workbench.catalogue.tools import ToolInfo
from workbench.tui.editor.analysis.call_nodes import arguments_of, part_of, string_text
from workbench.tui.editor.analysis.method_types import itself, of_method
from workbench.tui.editor.analysis.schema_walk import Place
from workbench.tui.editor.analysis.value_types import (
    FAILURE,
    Items,
    Promised,
    Record,
    Shaped,
    ToolFunction,
    ToolsOf,
    Type,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from workbench.tui.editor.analysis.expression_types import Expressions

_COPIES = frozenset({"structuredClone", "Promise.resolve", "Object.freeze"})
_BOOLEAN, _LIST = Shaped.of({"type": "boolean"}), Shaped.of({"type": "array"})


def tool_called(known: Expressions, call: Node, depth: int = 0) -> ToolFunction | None:
    """The tool that is called there by its own name; None: something else is called."""
    function = known.of(call.child_by_field_name("function"), depth)
    if isinstance(function, ToolsOf):
        return function.called()
    return function if isinstance(function, ToolFunction) else None


def tool_named(
    known: Expressions, names: tuple[Node | None, Node | None]
) -> ToolInfo | Missing | None:
    """The tool of two texts, a server's name and its own, as ``call_tool`` takes them; None: no texts."""
    server, tool = (None if each is None else string_text(each) for each in names)
    return None if server is None or tool is None else known.catalogue.find(server, tool)


def of_call(known: Expressions, call: Node, depth: int) -> Type | None:
    """What a call gives."""
    called = tool_called(known, call, depth)
    if called is not None:
        is_known = isinstance(called.tool, ToolInfo)
        return Promised(_result(known, called.tool) if is_known else None)
    function, given = call.child_by_field_name("function"), arguments_of(call)
    if function is None:
        return None
    if known.is_global(function, "call_tool"):
        tool = tool_named(known, (given[0], given[1])) if len(given) > 1 else None
        return _envelope(_result(known, tool))
    if known.is_global(function, "call_tools") and given:
        return _batch(known, given[0], depth)
    if function.type == "member_expression":
        found = of_method(known, function, given, depth)
        if found is not None:
            return found
    elif known.is_global(function, *_COPIES) and given:
        return known.of(given[0], depth)
    return known.returned(function, depth)


def _result(known: Expressions, tool: ToolInfo | Missing | None) -> Type | None:
    if not isinstance(tool, ToolInfo):
        return None
    declared = tool.output_schema
    if declared is None:
        seen = known.results(tool)
        return None if seen is None else Shaped.of(seen)
    place = Place.of(declared)
    return Shaped(place.inside(["result"]) if tool.wraps_result else place)


def _envelope(result: Type | None) -> Type:
    parts: dict[str, Type | None] = {
        "ok": _BOOLEAN,
        "content": _LIST,
        "result": result,
        "error": FAILURE,
    }
    return Record(
        {name: partial(itself, part) for name, part in parts.items()},
        frozenset({"content", "result", "error"}),
    )


def _batch(known: Expressions, calls: Node, depth: int) -> Type:
    """The envelopes of ``call_tools``."""
    if calls.type == "array":
        return Items(None, tuple(_of_element(known, each) for each in calls.named_children[:10]))
    function = calls.child_by_field_name("function") if calls.type == "call_expression" else None
    method = None if function is None else function.child_by_field_name("property")
    given = arguments_of(calls)
    if method is None or method.text != b"map" or not given:
        return Items(_envelope(None))
    body = given[0].child_by_field_name("body")
    while body is not None and body.type == "parenthesized_expression" and body.named_children:
        body = body.named_children[0]
    return Items(_envelope(None) if body is None else _of_element(known, body))


def _of_element(known: Expressions, element: Node) -> Type:
    names = (part_of(element, "server"), part_of(element, "tool"))
    return _envelope(_result(known, tool_named(known, names)))
