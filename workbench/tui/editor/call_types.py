"""What a call gives, and what a function is given that a call takes: of tools, of arrays, of Promises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.catalogue.missing import Missing
from workbench.catalogue.tools import ToolInfo
from workbench.tui.editor.declarations import key_text
from workbench.tui.editor.schema_walk import Place
from workbench.tui.editor.script_places import text_of
from workbench.tui.editor.value_types import (
    AllTools,
    Items,
    Promised,
    Record,
    Shaped,
    ToolFunction,
    ToolsOf,
    Type,
    either,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from workbench.tui.editor.expression_types import Expressions

_SAME = frozenset(
    {"filter", "slice", "sort", "reverse", "concat", "toSorted", "toReversed", "splice", "with"}
)
_ONE = frozenset({"find", "findLast", "at", "pop", "shift"})
_EACH = frozenset(
    {
        *("map", "filter", "find", "findLast", "some", "every", "forEach", "flatMap", "findIndex"),
        *("findLastIndex", "sort", "toSorted"),
    }
)
_OF_TWO = frozenset({"sort", "toSorted"})
_FOLDS = frozenset({"reduce", "reduceRight"})
_HANDLERS = frozenset({"then", "catch", "finally"})
_COPIES = frozenset({"structuredClone", "Promise.resolve", "Object.freeze"})
_BOOLEAN, _LIST = Shaped.of({"type": "boolean"}), Shaped.of({"type": "array"})
_ERROR = Shaped.of(
    {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "details": {}},
        "required": ["code", "message"],
    }
)
_TEXT = Shaped.of({"type": "string"})


def promised(inner: Type | None) -> Type:
    """What an asynchronous function gives."""
    return inner if isinstance(inner, Promised) else Promised(inner)


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


def string_text(node: Node) -> str | None:
    """What a string says that is written without escapes; None: it is none."""
    if node.type != "string" and (node.type != "template_string" or len(node.named_children) > 1):
        return None
    inside = text_of(node)[1:-1]
    return None if "\\" in inside or "${" in inside else inside


def arguments_of(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    if given is None or given.type != "arguments":
        return []
    return [each for each in given.named_children if each.type != "comment"]


def part_of(node: Node, name: str) -> Node | None:
    """What a member of an object is written as."""
    for pair in node.named_children:
        key = pair.child_by_field_name("key") if pair.type == "pair" else None
        if key is not None and key_text(key) == name:
            return pair.child_by_field_name("value")
    return None


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
        found = _of_method(known, function, given, depth)
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
        "error": _ERROR,
    }
    return Record(
        {name: partial(_itself, part) for name, part in parts.items()},
        frozenset({"content", "result", "error"}),
    )


def _itself(part: Type | None) -> Type | None:
    return part


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


def _of_method(known: Expressions, function: Node, given: list[Node], depth: int) -> Type | None:
    owner, name = function.child_by_field_name("object"), function.child_by_field_name("property")
    if owner is None or name is None:
        return None
    method = text_of(name)
    if known.is_global(owner, "Promise", "Object", "Array"):
        return _of_static(known, f"{text_of(owner)}.{method}", given, depth)
    value = known.of(owner, depth)
    first = given[0] if given else None
    if value is None or isinstance(value, AllTools):
        return Items(known.returned(first, depth)) if method == "map" and given else None
    if method in _HANDLERS and isinstance(value, Promised):
        after = known.returned(first, depth) if method == "then" else value
        return promised(after)
    if not value.is_array:
        return None
    if method in _SAME:
        return value
    if method in _ONE:
        return value.item()
    if method == "map":
        return Items(known.returned(first, depth))
    if method == "flatMap":
        inner = known.returned(first, depth)
        return Items(inner.item() if inner is not None and inner.is_array else inner)
    if method == "flat":
        inner = value.item()
        return Items(inner.item() if inner is not None and inner.is_array else inner)
    if method == "entries":
        return Items(Items(None, (None, value.item())))
    if method in _FOLDS and len(given) > 1:
        return known.of(given[1], depth)
    return _TEXT if method == "join" else None


def _of_static(known: Expressions, name: str, given: list[Node], depth: int) -> Type | None:
    if not given:
        return None
    value = known.of(given[0], depth)
    if name == "Promise.all":
        if value is None:
            return None
        if isinstance(value, Items):
            rest = None if value.rest is None else value.rest.awaited()
            first = tuple(None if each is None else each.awaited() for each in value.first)
            return Promised(Items(rest, first))
        item = value.item()
        return Promised(Items(None if item is None else item.awaited()))
    if name == "Promise.allSettled" and value is not None:
        first_ = value.first if isinstance(value, Items) else ()
        rest_ = value.rest if isinstance(value, Items) else value.item()
        return Promised(Items(_settled(rest_), tuple(_settled(each) for each in first_)))
    if name in ("Promise.race", "Promise.any") and value is not None:
        item = value.item()
        return Promised(None if item is None else item.awaited())
    if name == "Promise.resolve":
        return promised(value)
    if name in ("Object.freeze", "Array.from"):
        if name == "Array.from" and len(given) > 1:
            return Items(known.returned(given[1], depth))
        return value
    if name == "Object.keys":
        return Items(_TEXT)
    if value is None or not name.startswith("Object."):
        return None
    parts = either(value.member(each.name) for each in value.own()) or value.member("")
    if name == "Object.values":
        return Items(parts)
    return Items(Items(None, (_TEXT, parts))) if name == "Object.entries" else None


def _settled(value: Type | None) -> Type:
    inner = None if value is None else value.awaited()
    return Record(
        {
            "status": partial(_itself, Shaped.of({"enum": ["fulfilled", "rejected"]})),
            "value": partial(_itself, inner),
            "reason": partial(_itself, _ERROR),
        },
        frozenset({"value", "reason"}),
    )


def handed_to(
    known: Expressions, function: Node, index: int, around: tuple[Node, ...], depth: int
) -> Type | None:
    """What a function is given that stands among the arguments of a call: ``rows.map(row => …)``."""
    if len(around) < 2 or around[-1].type != "arguments" or around[-2].type != "call_expression":
        return None
    callee, given = around[-2].child_by_field_name("function"), arguments_of(around[-2])
    if callee is None or callee.type != "member_expression":
        return None
    owner, name = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    if owner is None or name is None:
        return None
    method = text_of(name)
    is_from = known.is_global(owner, "Array") and method == "from"
    if given and (is_from or (method == "groupBy" and known.is_global(owner, "Object", "Map"))):
        rows = known.of(given[0], depth)
        return rows.item() if rows is not None and index == 0 else None
    value = known.of(owner, depth)
    if value is None:
        return None
    if method == "then" and index == 0 and given and given[0].id == function.id:
        return value.awaited()
    if method == "catch" and index == 0 and isinstance(value, Promised):
        return _ERROR
    if method in _FOLDS:
        if index == 0:
            return known.of(given[1], depth) if len(given) > 1 else value.item()
        return value.item() if index == 1 else None
    is_item = method in _EACH and (index == 0 or (index == 1 and method in _OF_TWO))
    return value.item() if is_item else value if method in _EACH and index == 2 else None
