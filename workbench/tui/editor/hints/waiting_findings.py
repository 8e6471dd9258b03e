"""Calls whose Promise is taken for its result, or goes nowhere; envelopes that nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.script_places import is_field, text_of
from workbench.tui.editor.analysis.script_scopes import Names
from workbench.tui.editor.hints.findings import Finding, Fix

if TYPE_CHECKING:
    from tree_sitter import Node

_HANDLERS = frozenset({"then", "catch", "finally"})
_PASSED = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)
_FUNCTIONS = frozenset(
    {
        *("function_declaration", "function_expression", "arrow_function", "method_definition"),
        *("generator_function", "generator_function_declaration", "class_static_block"),
    }
)
_READ_EARLY = "its result is read before it is there: it is a Promise"
_NOT_AWAITED = "it is not awaited: nobody sees whether it fails"
_NOT_READ = "its envelope is not looked at: nobody sees whether it fails"


def unawaited(path: list[Node], source: bytes) -> Iterator[Finding]:
    """Of a call that gives a Promise; path: from the root to the call."""
    call = path[-1]
    start, end = call.byte_range
    at = _outside(path)
    node, parent = path[at + 1], path[at]
    if parent.type in ("member_expression", "subscript_expression") and is_field(
        parent, "object", node
    ):
        name = parent.child_by_field_name("property")
        if name is not None and text_of(name) in _HANDLERS:
            return
        first = start
        outer = _await_around(path, at)
        if outer is not None:
            first = outer.start_byte
        fix = Fix("Await it in brackets", first, node.end_byte, f"(await {_text(source, node)})")
        fixes = (fix,) if outer is not None or may_wait(path) else ()
        yield Finding(start, end, _READ_EARLY, fixes)
    elif parent.type == "expression_statement":
        if not is_value(path, at):
            yield Finding(start, end, _NOT_AWAITED, _await_before(path, node))
    elif parent.type == "variable_declarator" and is_field(parent, "value", node):
        name = parent.child_by_field_name("name")
        if name is not None and name.type in ("object_pattern", "array_pattern"):
            yield Finding(start, end, _READ_EARLY, _await_before(path, node))
    elif parent.type == "for_in_statement" and is_field(parent, "right", node):
        if not any(each.type == "await" for each in parent.children):
            yield Finding(start, end, _READ_EARLY, _await_before(path, node))
    elif parent.type == "arrow_function" and _is_for_each(path, at):
        yield Finding(start, end, _NOT_AWAITED)


def read_early(path: list[Node], names: Names, source: bytes) -> Iterator[Finding]:
    """Of a call whose Promise a ``const`` holds; path: from the root to its declarator."""
    from workbench.sandbox.child.grammars import path_to

    name, value = (path[-1].child_by_field_name(each) for each in ("name", "value"))
    if name is None or value is None or name.type != "identifier" or not _is_const(path):
        return
    for use in names.uses:
        home = use.scope.of_name(use.name) if use.name == text_of(name) else None
        if home is None or home.declared[use.name].at != name.start_byte:
            continue
        around = path_to(path[0], use.start)
        parent = around[-2]
        read = parent.child_by_field_name("property")
        if not is_field(parent, "object", around[-1]) or (read and text_of(read) in _HANDLERS):
            continue
        yield Finding(*value.byte_range, _READ_EARLY, _await_before([*path, value], value))
        return


def _is_const(path: list[Node]) -> bool:
    return len(path) > 1 and any(each.type == "const" for each in path[-2].children)


def unread(path: list[Node], better: str) -> Iterator[Finding]:
    """Of a call that gives an envelope. better: the call that says whether it fails."""
    at = _outside(path)
    if path[at].type == "await_expression":
        at = _outside(path[: at + 1])
    node, parent = path[at + 1], path[at]
    if parent.type != "expression_statement" or is_value(path, at):
        return
    start, end = node.byte_range
    put = f"await {better}"
    fixes = (Fix(f"Write {put}", start, end, put),) if may_wait(path) else ()
    yield Finding(start, end, _NOT_READ, fixes)


def _outside(path: list[Node]) -> int:
    """Where in a path what stands around its end is, brackets and types aside."""
    at = len(path) - 2
    while at > 0 and path[at].type in _PASSED:
        at -= 1
    return at


def _await_around(path: list[Node], at: int) -> Node | None:
    """``await`` before what is read from a call: ``await tools.a.b().c``."""
    while at > 0 and path[at].type in ("member_expression", "subscript_expression"):
        at -= 1
    return path[at] if path[at].type == "await_expression" else None


def _text(source: bytes, node: Node) -> str:
    return source[node.start_byte : node.end_byte].decode(errors="replace")


def _await_before(path: list[Node], node: Node) -> tuple[Fix, ...]:
    at = node.start_byte
    return (Fix("Put await before it", at, at, "await "),) if may_wait(path) else ()


def _is_for_each(path: list[Node], at: int) -> bool:
    """Whether the function in a path is handed to ``forEach``, which waits for nobody."""
    if at < 2 or path[at - 1].type != "arguments":
        return False
    callee = path[at - 2].child_by_field_name("function")
    name = None if callee is None else callee.child_by_field_name("property")
    return name is not None and text_of(name) == "forEach"


def is_value(path: list[Node], at: int) -> bool:
    """Whether a statement may be the script's value: the last one, or within it, outside of functions."""
    if any(each.type in _FUNCTIONS for each in path[:at]):
        return False
    statements = [each for each in path[0].named_children if each.type not in _NOTHING]
    return bool(statements) and len(path) > 1 and statements[-1].id == path[1].id


_NOTHING = frozenset({"comment", "empty_statement"})


def may_wait(path: list[Node]) -> bool:
    """Whether the function around is asynchronous, or there is none."""
    around = next((each for each in reversed(path[:-1]) if each.type in _FUNCTIONS), None)
    return around is None or any(each.type == "async" for each in around.children)
