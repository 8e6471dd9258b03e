"""What failed at run time: what is called and no function, read of nothing, looped over and no list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from workbench.sandbox.child.explaining import (
    lists,
    result_advice,
    tool_advice,
    tool_paths,
    unwrapping,
)
from workbench.sandbox.child.explaining.read_as_result import (
    MEMBERS,
    comes_from,
    leftmost_of,
    of_a_promise,
    of_an_envelope,
)
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import Ask
from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes, unwrapped

if TYPE_CHECKING:
    from workbench.sandbox.child.explaining.advice import Advice

_OF_ARRAYS = frozenset(
    {"map", "filter", "forEach", "reduce", "slice", "find", "some", "every", "sort", "flatMap", "join",
     "includes", "at", "concat", "push", "pop", "shift", "unshift", "splice", "flat"}
)  # fmt: skip
_OF_TEXTS = frozenset(
    {"split", "trim", "match", "matchAll", "replace", "replaceAll", "toLowerCase", "toUpperCase", "startsWith",
     "endsWith", "substring", "substr", "charAt", "localeCompare", "padStart"}
)  # fmt: skip
_METHODS = {
    name.lower(): name
    for name in (
        *_OF_ARRAYS, *_OF_TEXTS, "findIndex", "findLast", "indexOf", "lastIndexOf", "flatMap", "reduceRight",
        "toSorted", "toReversed", "padEnd", "trimStart", "trimEnd", "codePointAt", "charCodeAt", "hasOwn",
        "fromEntries", "groupBy", "allSettled", "isArray", "parseInt", "parseFloat", "toISOString", "getTime",
        "toFixed", "toLocaleString",
    )
} | {"contains": "includes", "append": "push", "len": "length", "strip": "trim",
     "lower": "toLowerCase", "upper": "toUpperCase", "each": "forEach", "select": "map", "where": "filter",
     "size": "length", "count": "length", "tolist": "slice"}  # fmt: skip
"""Methods by their names in small letters; also as other languages have them."""
_OF_DATES = frozenset(
    {"toISOString", "getTime", "getFullYear", "getMonth", "getDate", "getDay", "getHours", "getMinutes",
     "toLocaleDateString", "toLocaleTimeString", "toDateString"}
)  # fmt: skip
_LIBRARIES = {
    "groupBy": "Object.groupBy(list, one => …) is there",
    "sum": "list.reduce((all, one) => all + one, 0) sums",
    "last": "list.at(-1) is the last",
    "first": "list[0] is the first",
    "uniq": "[...new Set(list)] has each once",
    "unique": "[...new Set(list)] has each once",
    "isEmpty": "list.length === 0 tells",
    "format": "toISOString() and toLocaleDateString('en-US', { … }) of a Date are there",
}
_CRYPTO = "crypto has randomUUID() and getRandomValues(array)"
_CONSOLE = "log, info, warn, error, debug, table, dir, group, count, time, assert, trace"
_READ = re.compile(r"TypeError: cannot read property '(.*)' of (undefined|null)\Z", re.DOTALL)
_MOST_NAME = 80


def advise(
    site: FailureSite, message: str, failure: dict[str, Any], ask: Ask | None
) -> Advice | None:
    """What to say of a failure at run time; None: nothing better is known."""
    from workbench.sandbox.child.explaining.advice import Advice

    told: str | None = None
    refused_batch: str | None = failure.get("refused_batch")
    failed_call: str | None = failure.get("failed_call")
    if (joined := _joined_lines(site, message)) is not None:
        return Advice(f"{message}; {joined}")
    if message == "TypeError: not a function" and (over := lists.looped_over(site)) is not None:
        message = f"TypeError: {over} is not iterable"
        told = of_a_promise(site, None) or result_advice.has_something_else(site, None, ask)
        return Advice(message if told is None else f"{message}; {told}")
    if message == "TypeError: not a function" and tool_advice.as_array(site) is None:
        if (inside := failure.get("inside")) is not None:
            return Advice(_no_function_given(site, inside))
        return _not_a_function(site, refused_batch, ask)
    if message.startswith("TypeError: ") and (told := tool_advice.as_array(site)) is not None:
        return Advice(f"{message}; {told}")
    if (found := _READ.match(message)) is not None:
        told = _cannot_read(site, found[1], failed_call, ask)
    elif message.endswith("unexpected token: 'object'"):
        told = unwrapping.parsed_already(site, ask)
    elif message.endswith("is not iterable") and (told := lists.no_list(site)) is not None:
        pass
    elif message.endswith("is not iterable") or "undefined or null to object" in message:
        looped = lists.over(site)
        told = of_a_promise(site, None) or result_advice.has_something_else(site, looped, ask)
        told = told or lists.of_an_object(site, looped)
    if told is None and (found := _READ.match(message)) is not None:
        told = result_advice.rows_of_the_catalogue(site)
        if told is None and found[2] == "null" and failed_call is None:
            told = _of_null(site, _read_from(site, found[1]))
    about_nothing = message.startswith("TypeError: ") and (
        "undefined" in message or "null" in message or message.endswith("is not iterable")
    )
    if told is None and about_nothing and failed_call is not None and refused_batch is None:
        told = f"a call failed before: {failed_call}"
    if refused_batch is not None and told is None and "call_tools" in site.code:
        told = f"call_tools refused the batch: {refused_batch}"
    return None if told is None else Advice(f"{message}; {told}")


_BEGINS_ANEW = re.compile(r"\s*[(\[`]")
_ENDS = re.compile(r"[;,{(\[=+\-*/&|?:<>!%^~.]$")
_COMMENT = re.compile(r"(?:^|\s)//[^'\"`]*$")


def _joined_lines(site: FailureSite, message: str) -> str | None:
    """A line without its semicolon goes on with a next one that begins with a bracket."""
    lines = site.script.lines
    if site.line is None or not 2 <= site.line <= len(lines):
        return None
    if "not a function" not in message and not message.endswith("is not initialized"):
        return None
    at = site.line - 2
    while at >= 0 and not _COMMENT.sub("", lines[at]).strip():
        at -= 1
    before = _COMMENT.sub("", lines[at]).strip() if at >= 0 else ""
    if not before or _ENDS.search(before) or not _BEGINS_ANEW.match(site.line_text()):
        return None
    return f"line {at + 1} goes on with line {site.line}; end it: {before};"


_HANDED_OVER = frozenset({"tools", "input", "console", "call_tool"})


def _of_a_parameter(site: FailureSite, owner: Node) -> str | None:
    """Of ``async ({ tools, input }) => …``: a script's function is called with the input alone."""
    name = site.text(leftmost_of(owner))
    if name not in _HANDED_OVER:
        return None
    for function in site.path():
        given = function.child_by_field_name("parameters") if function.type in FUNCTIONS else None
        names = set() if given is None else set(re.findall(r"[\w$]+", site.text(given)))
        if given is None or name not in names:
            continue
        whole = "(input)" if "input" in names else "()"
        fixed = site.line_with(given.start_byte, whole, given.end_byte)
        return f"the function of a script is called with input alone, and the rest is global; write: {fixed}"
    return None


def _no_function_given(site: FailureSite, inside: str) -> str:
    """Of a function of the engine's, which takes one."""
    callee = _callee(site)
    arguments = None
    if callee is not None and callee.parent is not None:
        arguments = callee.parent.child_by_field_name("arguments")
    given = arguments.named_children if arguments is not None else []
    at = 1 if inside == "from" else 0
    shown = site.text(given[at]) if len(given) > at else "undefined"
    if len(shown) > _MOST_NAME or "\n" in shown:
        shown = "its argument"
    return f"TypeError: {shown} is not a function, and {inside} takes one"


def _kind_with(method: str) -> str:
    """What has a method of that name."""
    if method in _OF_TEXTS:
        return "string"
    return "array" if method in _OF_ARRAYS else ""


def _not_a_function(site: FailureSite, refused_batch: str | None, ask: Ask | None) -> Advice | None:
    from workbench.sandbox.child.explaining.advice import Advice

    callee = _callee(site)
    if callee is None:
        return None
    if (joined := lists.joined_by_text(site)) is not None:
        return Advice(joined)
    shown = site.text(callee)
    if len(shown) > _MOST_NAME or "\n" in shown:
        member = callee.child_by_field_name("property")
        shown = f"….{site.text(member)}" if member is not None else "it"
    message = f"TypeError: {shown} is not a function"
    if (told := tool_advice.called_itself(site, callee, ask)) is not None:
        return Advice(f"{message}; {told}")
    if site.text(callee) == "input":
        return Advice(f"{message}; input is the request's input, a value: input.name")
    if callee.type != "member_expression":
        return Advice(message)
    if (told := tool_paths.through(site, callee, ask)) is not None:
        return Advice(f"{message}; {told}")
    owner, member = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    name = site.text(member) if member is not None else ""
    told = None
    if owner is None:
        return Advice(message)
    if site.text(owner) == "console":
        told = f"console has {_CONSOLE}"
    elif site.text(owner) == "crypto":
        told = _CRYPTO
    elif refused_batch is not None and (
        _root(owner, site) == "call_tools" or comes_from(site, owner, "call_tools") is not None
    ):
        told = f"call_tools refused the batch: {refused_batch}"
    else:
        told = (
            of_a_promise(site, owner)
            or of_an_envelope(site, owner, name)
            or tool_advice.named_as_javascript_names(site, callee, owner, name, ask)
            or result_advice.of_a_response(site, owner, name, ask)
            or (
                None
                if site.text(leftmost_of(owner)) == "input"
                else result_advice.has_something_else(site, owner, ask, _kind_with(name))
            )
        )
    if told is None and name in {"length", "size"} and callee.parent is not None:
        fixed = site.line_with(callee.end_byte, "", callee.parent.end_byte)
        told = f"{name} is a number; write: {fixed}"
    if told is None:
        told = _elsewhere(site, owner, name)
    if told is None and (near := _METHODS.get(name.lower().replace("_", ""))) not in (None, name):
        told = f"did you mean {near}?"
    if told is None and (name in _OF_ARRAYS or name in _OF_TEXTS):
        where = site.text(owner)
        if len(where) <= _MOST_NAME and "\n" not in where:
            kind = "an array" if name in _OF_ARRAYS else "text"
            told = f"{where} is not {kind}: look at it with console.log({where})"
    return Advice(message if told is None else f"{message}; {told}")


def _cannot_read(
    site: FailureSite, name: str, failed_call: str | None, ask: Ask | None
) -> str | None:
    owner = _read_from(site, name)
    whole = "" if owner is None else site.text(owner)
    if failed_call is None or not whole.endswith((".result", "?.result")):
        blocks = unwrapping.as_blocks(site, name, ask)
        if blocks is not None:
            return blocks
    if owner is None:
        return None
    if whole == "crypto.subtle":
        return _CRYPTO
    is_failed = failed_call is not None and whole.endswith((".result", "?.result"))
    told = (
        _of_a_parameter(site, owner)
        or of_a_promise(site, owner)
        or of_an_envelope(site, owner, None)
        or (None if is_failed else result_advice.has_something_else(site, owner, ask))
        or unwrapping.taken_from_result(site, leftmost_of(owner), ask)
        or unwrapping.absent(site, owner, ask)
    )
    if told is None and site.text(owner).endswith((".result", "?.result")):
        envelope = site.text(owner).removesuffix(".result").removesuffix("?")
        why = (
            "the call failed, or gave nothing"
            if failed_call is None
            else f"the call failed ({failed_call})"
        )
        told = f"{why}: look at {envelope}.ok and {envelope}.error first"
        if "(" in envelope:
            told = f"{why}: look at ok and error first"
    return told


def _elsewhere(site: FailureSite, owner: Node, method: str) -> str | None:
    """What libraries, or other things, have: ``list.groupBy(f)``, ``text.toISOString()``."""
    if method in _OF_DATES and owner.type != "new_expression":
        made = f"new Date({site.text(owner)})"
        return f"write: {site.line_with(owner.start_byte, made, owner.end_byte)}"
    return _LIBRARIES.get(method)


def _of_null(site: FailureSite, owner: Node | None) -> str | None:
    """Of ``i.assignee.name``, where nobody is assigned: the line that gives undefined then."""
    if owner is None or owner.type not in {"identifier", "member_expression"}:
        return None
    shown = site.text(owner)
    if len(shown) > _MOST_NAME or "\n" in shown:
        return None
    mark = "?." if site.source[owner.end_byte : owner.end_byte + 1] == b"[" else "?"
    return f"{shown} is null; if it may be, write: {site.line_with(owner.end_byte, mark)}"


def _callee(site: FailureSite) -> Node | None:
    """What is called at the place of the failure."""
    path = site.path()
    for at in range(len(path) - 1, 0, -1):
        node, parent = path[at], path[at - 1]
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return node
        if parent.type == "new_expression" and parent.child_by_field_name("constructor") == node:
            return node
        # Of a call with a function among its arguments the engine gives the place of that.
        if parent.type == "arguments" and path[at - 2].type == "call_expression":
            return path[at - 2].child_by_field_name("function")
    return None


def _read_from(site: FailureSite, name: str) -> Node | None:
    """The expression whose member ``name`` could not be read."""
    path = site.path()
    start = site.offset
    # In it are those behind it on the path, too.
    outermost = next(
        (node for node in path if node.type in {"member_expression", "subscript_expression"}), None
    )
    inside = [] if outermost is None else list(all_nodes(outermost))
    # Of one with a call in front the engine gives the place of that.
    for node in (*(inner for inner in inside if _starts_at(inner, start)), *path):
        if _member_of(site, node) == name:
            return node.child_by_field_name("object")
    for node in path:
        if node.type == "member_expression":
            return node.child_by_field_name("object")
    return None


def _starts_at(node: Node, start: int | None) -> bool:
    owner = node.child_by_field_name("object")
    return owner is not None and owner.start_byte == start


def _member_of(site: FailureSite, node: Node) -> str | None:
    """``name`` of ``x.name`` and of ``x["name"]``, ``0`` of ``x[0]``."""
    if node.type not in MEMBERS:
        return None
    member = node.child_by_field_name("property") or node.child_by_field_name("index")
    return None if member is None else site.text(member).strip("\"'")


def _root(node: Node, site: FailureSite) -> str:
    inner = unwrapped(node)
    if inner is not None and inner.type == "call_expression":
        function = inner.child_by_field_name("function")
        return site.text(function) if function is not None else ""
    return ""
