"""The place of a failure in taking a value apart: ``const {a} = x``, ``const [a] = x``, ``for (const a of x)``.

The engine notes no place for these, so what it gives is the last place before: a line that is another's. What
failed is then the first pattern, or loop, behind that place and in the same function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes, enclosing_function, path_to
from workbench.sandbox.child.looking import Look

_NOT_AN_OBJECT = "TypeError: Cannot convert undefined or null to object"
_NOT_ITERABLE = re.compile(
    r"TypeError: (?:value is not (?:async )?iterable"
    r"|cannot read property 'Symbol\.(?:i|asyncI)terator' of (?:undefined|null))\Z"
)
_TAKES_OBJECTS = re.compile(r"(?:Object|Reflect|Array)\s*\.|[\s\S]*\.(?:call|apply)\Z")
_TAKES_ITERABLES = re.compile(
    r"(?:new\s+)?(?:Map|Set|WeakMap|WeakSet|AggregateError|\w*Array)\Z"
    r"|(?:Promise|Object|Array|Iterator|Map)\s*\."
)
_FRAME = re.compile(r"\n    at (?:(.*) \()?script\.js:(\d+):(\d+)\)?")
_TOP = "<eval>"


def placed(look: Look, failure: dict[str, Any]) -> dict[str, Any]:
    """The failure (a ``done`` frame) with the place where a value could not be taken apart, if that is what
    failed; else as it is."""
    message: str = failure.get("message", "")
    if failure.get("code") != "RUNTIME_ERROR":
        return failure
    if message == _NOT_AN_OBJECT:
        kinds, natively = {"object_pattern"}, _TAKES_OBJECTS
    elif _NOT_ITERABLE.match(message) is not None:
        kinds, natively = {"array_pattern", "for_in_statement"}, _TAKES_ITERABLES
    else:
        return failure
    stack: str | None = failure.get("stack")
    frame = _FRAME.match(stack, len(message)) if stack is not None else None
    if stack is not None and (frame is None or not stack.startswith(message)):
        return failure
    if look.offset is not None and _may_fail_itself(look, look.offset, natively):
        return failure
    at = next(_candidates(look, kinds, frame[1] if frame is not None else _TOP), None)
    if at is None:
        return failure
    line, column = look.place_of(at)
    where = f"script.js:{line}:{column}"
    if stack is None or frame is None:
        told = f"{message}\n    at {_TOP} ({where})\n"
    else:
        told = f"{stack[: frame.start(2) - len('script.js:')]}{where}{stack[frame.end(3) :]}"
    return {**failure, "line": line, "column": column, "stack": told}


def _may_fail_itself(look: Look, offset: int, natively: re.Pattern[str]) -> bool:
    """Whether what stands at the engine's own place gives such an error: a call, a spread, a loop's head."""
    for node in reversed(path_to(look.root, offset)):
        if node.type in {"array_pattern", "object_pattern", "yield_expression"}:
            return True
        if node.type in {"call_expression", "new_expression"}:
            callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            arguments = node.child_by_field_name("arguments")
            if callee is not None and natively.match(look.text(callee)) is not None:
                return True
            if arguments is not None and _spreads(arguments):
                return True
        if node.type in {"array", "object"} and node.start_byte == offset and _spreads(node):
            return True
        if node.type == "for_in_statement":
            body = node.child_by_field_name("body")
            return body is None or offset < body.start_byte
        if node.type in FUNCTIONS or node.type.endswith("_statement"):
            return False
    return False


def _spreads(node: Node) -> bool:
    return any(child.type == "spread_element" for child in node.named_children)


def _candidates(look: Look, kinds: set[str], function: str | None) -> Iterator[int]:
    """Where it may have failed, in bytes, in the order of the text."""
    after = look.offset if look.offset is not None else -1
    scope = _scope(look, function)
    if scope is None:
        return
    pending = [scope] if function == _TOP else list(scope.named_children)
    for part in pending:
        for node in all_nodes(part, into_functions=False):
            if node.start_byte > after and node.type in kinds:
                if node.type != "for_in_statement":
                    yield node.start_byte
                elif any(child.type == "of" for child in node.children):
                    over = node.child_by_field_name("right")
                    yield over.start_byte if over is not None else node.start_byte


def _scope(look: Look, function: str | None) -> Node | None:
    """The function that failed: its name is that of a frame; ``None``: it has none."""
    if function == _TOP:
        return look.root
    if look.offset is None:
        return None
    path = path_to(look.root, look.offset)
    place = enclosing_function(path, 0)
    if place is not None:
        return path[place]
    return next(
        (n for n in all_nodes(look.root) if n.type in FUNCTIONS and n.start_byte >= look.offset),
        None,
    )
