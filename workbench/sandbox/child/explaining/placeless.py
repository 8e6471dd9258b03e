"""The place of a failure that the engine notes none for: ``const {a} = x``, ``const [a] = x``,
``for (const a of x)``, an assignment to a constant, a member of what is no name (``null.a``, ``"a".b.c``), a
name within ``{a}``, the parent of a class, ``with (x)``, a call written over several lines; and a value that is
no error, thrown with dead code behind it.

What it gives then is the last place before: a line that is another's. What failed is the first such thing
behind that place and in the same function; or the call that this place is an argument of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_places import failed_call_at, named_call_at
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes, enclosing_function, path_to

_NOT_AN_OBJECT = "TypeError: Cannot convert undefined or null to object"
_NOT_ITERABLE = re.compile(
    r"TypeError: (?:value is not (?:async )?iterable"
    r"|cannot read property 'Symbol\.(?:i|asyncI)terator' of (?:undefined|null))\Z"
)
_NO_PARENT = frozenset(
    {"TypeError: parent class must be constructor",
     "TypeError: parent prototype must be an object or null"}
)  # fmt: skip
_NO_NUMBER = "TypeError: bigint argument with unary +"
_NOT_A_FUNCTION = "TypeError: not a function"
"""Also what cannot be gone through with ``for await``, and an iterator without a ``next``."""
_VALUE = "Uncaught "
"""What is said of a value that is no error."""
_CONSTANT = re.compile(r"TypeError: '([\w$]+)' is read-only\Z")
_UNKNOWN = re.compile(r"ReferenceError: (\S+) is not (?:defined|initialized)\Z")
_MEMBER = re.compile(
    r"TypeError: cannot (?:read|set) property '(.*)' of (?:undefined|null)\Z", re.DOTALL
)
_ENGINE = re.compile(
    r"cannot read property|not a function|is not defined|is not iterable|to object\Z"
)
_MOST_LINKS = 64
"""Of ``a.b.c``, or brackets around one thing."""
_LISTS = frozenset({"program", "statement_block", "switch_case", "switch_default"})
_STRAIGHT = frozenset(
    {"expression_statement", "lexical_declaration", "variable_declaration", "return_statement",
     "throw_statement", "function_declaration", "generator_function_declaration", "class_declaration",
     "empty_statement", "comment"}
)  # fmt: skip
_FRAME = re.compile(r"\n    at (?:(.*) \()?script\.js:(\d+):(\d+)\)?")
_TOP = "<eval>"
_ASSIGNMENTS = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "update_expression": "argument",
}


class _Kind(NamedTuple):
    """One of these failures."""

    suspect: Callable[[Node], int | None]
    """The place of a node that may have failed like this, in bytes; None: it cannot."""
    fails_itself: Callable[[Node, int], bool | None]
    """Whether a node around the engine's own place, given too, fails like this; None: what is around it may."""
    is_known_early: bool = False
    """Known when the script is compiled: what stands behind it is dead, and the place is the last of that."""


def placed(site: FailureSite, failure: dict[str, Any]) -> dict[str, Any]:
    """The failure (a ``done`` frame) with the place of what failed, where the engine's is another's."""
    message: str = failure.get("message", "")
    if failure.get("code") != "RUNTIME_ERROR":
        return failure
    stack: str | None = failure.get("stack")
    frame = _FRAME.match(stack, len(message)) if stack is not None else None
    if stack is not None and (frame is None or not stack.startswith(message)):
        return failure
    inside: str | None = failure.get("inside")
    if stack is None and message.startswith(_VALUE):
        at = _thrown_before(site)
        return failure if at is None else _told(site, failure, None, at, has_stack=False)
    kind = _kind(message) if inside is None else None
    if kind is None:
        made = _made_at(site, message, inside) if frame is not None else None
        if made is not None:
            return _told(site, failure, frame, made)
        if inside is not None or message != _NOT_A_FUNCTION:
            return failure
        kind = _Kind(_gone_through, _calls)
    # Without a stack a place is only where the error was thrown once more.
    after = site.offset if frame is not None else None
    if kind.is_known_early:
        last = after if after is not None else site.root.end_byte
        if (at := _dead_behind(site, last, kind)) is not None:
            return failure if at == after else _told(site, failure, frame, at)
    if after is not None and _is_right(site, after, kind):
        return failure
    at = _first(site, after, kind, frame[1] if frame is not None else _TOP)
    if at is None and frame is None:
        at = _shorthand_of_all(site, message)
    return failure if at is None else _told(site, failure, frame, at)


def _made_at(site: FailureSite, message: str, inside: str | None) -> int | None:
    """Where the call stands that failed, or made the error, if the engine's place is in its arguments.

    inside: the engine's own function that was called.
    """
    if site.offset is None:
        return None
    name = message.partition(":")[0] if inside is None else inside
    if inside is None and message == "TypeError: not a function":
        found = failed_call_at(site)
    elif inside is not None or (name.isidentifier() and _ENGINE.search(message) is None):
        found = named_call_at(site.root, site.offset, name.encode("utf-8", "surrogatepass"))
    else:
        return None
    return None if found == site.offset else found


def _told(
    site: FailureSite,
    failure: dict[str, Any],
    frame: re.Match[str] | None,
    at: int,
    *,
    has_stack: bool = True,
) -> dict[str, Any]:
    """The failure at another place."""
    message, stack = failure["message"], failure.get("stack")
    line, column = site.place_of(at)
    if not has_stack:
        return {**failure, "line": line, "column": column}
    where = f"script.js:{line}:{column}"
    if stack is None or frame is None:
        told = f"{message}\n    at {_TOP} ({where})\n"
    else:
        told = f"{stack[: frame.start(2) - len('script.js:')]}{where}{stack[frame.end(3) :]}"
    return {**failure, "line": line, "column": column, "stack": told}


def _kind(message: str) -> _Kind | None:
    if message == _NOT_AN_OBJECT:
        return _Kind(_object_pattern, _converts)
    if _NOT_ITERABLE.match(message) is not None:
        return _Kind(_iterated, _converts)
    if message == _NO_NUMBER:
        return _Kind(
            partial(_operand, b"+"), lambda node, _: node.type == "unary_expression" or None
        )
    if message in _NO_PARENT:
        return _Kind(_parent, lambda node, _: node.type == "class_heritage" or None)
    if (constant := _CONSTANT.match(message)) is not None:
        name = constant[1].encode()
        return _Kind(
            partial(_assigned, name),
            lambda node, _: _assigned(name, node) is not None or None,
            is_known_early=True,
        )
    if (unknown := _UNKNOWN.match(message)) is not None:
        name = unknown[1].encode("utf-8", "surrogatepass")
        return _Kind(partial(_shorthand, name), lambda node, _: _is_name(name, node) or None)
    if (member := _MEMBER.match(message)) is not None:
        name = member[1].encode("utf-8", "surrogatepass")
        return _Kind(
            partial(_member_of_no_name, name), lambda node, _: _is_member(name, node) or None
        )
    return None


def _is_name(name: bytes, node: Node) -> bool:
    return node.type == "identifier" and node.text == name


def _shorthand(name: bytes, node: Node) -> int | None:
    is_it = node.type == "shorthand_property_identifier" and node.text == name
    return node.start_byte if is_it else None


def _is_member(name: bytes, node: Node) -> bool:
    """Whether it reads or sets a member that may have this name."""
    if node.type == "member_expression":
        known = node.child_by_field_name("property")
        return known is not None and known.text == name
    if node.type != "subscript_expression":
        return False
    index = node.child_by_field_name("index")
    if index is None or index.type not in {"string", "number"}:
        return index is not None
    return (index.text or b"").strip(b"\"'") == name


def _member_of_no_name(name: bytes, node: Node) -> int | None:
    if not _is_member(name, node):
        return None
    return None if _has_a_place(node) else node.start_byte


def _has_a_place(node: Node) -> bool:
    """Whether what an expression begins with is something that the engine notes the place of."""
    base = node
    for _ in range(_MOST_LINKS):
        inner = base.child_by_field_name("object") or (
            base.named_child(0) if base.type == "parenthesized_expression" else None
        )
        if inner is None:
            break
        base = inner
    else:
        return True  # so that a chain is not walked from each of its links
    return base.type in {"identifier", "undefined", "call_expression", "new_expression"}


def _object_pattern(node: Node) -> int | None:
    if node.type == "with_statement":
        scope = node.child_by_field_name("object")
        return scope.start_byte if scope is not None else None
    if node.type == "object_pattern":
        return node.start_byte
    return _operand(b"delete", node)


def _operand(operator: bytes, node: Node) -> int | None:
    """What an operator in front of it fails with, where that is nothing with a place."""
    sign, operand = node.child_by_field_name("operator"), node.child_by_field_name("argument")
    if node.type != "unary_expression" or sign is None or operand is None:
        return None
    return operand.start_byte if sign.text == operator and not _has_a_place(operand) else None


def _parent(node: Node) -> int | None:
    return node.named_children[0].start_byte if node.type == "class_heritage" else None


def _gone_through(node: Node) -> int | None:
    """What calls a function of an iterator that may have none."""
    is_awaited = any(child.type == "await" for child in node.children)
    if node.type == "array_pattern" or (node.type == "for_in_statement" and is_awaited):
        return _iterated(node)
    return None


def _calls(node: Node, _: int) -> bool | None:
    return True if node.type in {"call_expression", "new_expression"} else None


def _thrown_before(site: FailureSite) -> int | None:
    """What is thrown, where the place is in the dead code behind it: the engine gives the last of that."""
    if site.offset is None:
        return None
    for node in reversed(path_to(site.root, site.offset)):
        if node.type in FUNCTIONS:
            return None
        for statement in node.named_children if node.type in _LISTS else ():
            if statement.end_byte > site.offset:
                break
            if statement.type == "throw_statement":
                return statement.named_children[0].start_byte
    return None


def _shorthand_of_all(site: FailureSite, message: str) -> int | None:
    """A name in a script that is an object as a whole, which reads as a block."""
    unknown = _UNKNOWN.match(message)
    if unknown is None or not site.code.lstrip().startswith("{"):
        return None
    name = re.escape(unknown[1])
    found = re.search(rf"[{{,]\s*({name})\s*(?=[,}}])", site.code)
    return None if found is None else len(site.code[: found.start(1)].encode())


def _iterated(node: Node) -> int | None:
    if node.type == "array_pattern":
        return node.start_byte
    if node.type == "array":
        spread = (child for child in node.named_children if child.type == "spread_element")
        return next(
            (one.start_byte for one in spread if not _has_a_place(one.named_children[0])), None
        )
    if node.type != "for_in_statement" or not any(child.type == "of" for child in node.children):
        return None
    over = node.child_by_field_name("right")
    return over.start_byte if over is not None else None


def _assigned(name: bytes, node: Node) -> int | None:
    field = _ASSIGNMENTS.get(node.type)
    target = node.child_by_field_name(field) if field is not None else None
    return target.start_byte if target is not None and target.text == name else None


def _converts(node: Node, at: int) -> bool | None:
    """Whether a node gives such an error at its own place: a spread, the head of a loop."""
    if node.type in {"array_pattern", "object_pattern", "yield_expression"}:
        return True
    if node.type in {"call_expression", "new_expression"}:
        arguments = node.child_by_field_name("arguments")
        return True if arguments is not None and _spreads(arguments) else None
    if node.type in {"array", "object"} and node.start_byte == at:
        return True if _spreads(node) else None
    if node.type == "for_in_statement":
        body = node.child_by_field_name("body")
        if node.start_byte == at and not any(child.type == "await" for child in node.children):
            return False  # it is over
        return body is None or at < body.start_byte
    if node.type == "with_statement":
        body = node.child_by_field_name("body")
        return body is None or at < body.start_byte
    return None


def _spreads(node: Node) -> bool:
    return any(child.type == "spread_element" for child in node.named_children)


def _is_right(site: FailureSite, at: int, kind: _Kind) -> bool:
    """Whether what stands at the engine's own place is what failed."""
    for node in reversed(path_to(site.root, at)):
        fails = kind.fails_itself(node, at)
        if fails is not None:
            return fails
        if node.type in FUNCTIONS or node.type.endswith("_statement"):
            return False
    return False


def _dead_behind(site: FailureSite, at: int, kind: _Kind) -> int | None:
    """The first place where it fails of the statements that are run one after the other up to ``at``."""
    within = [node for node in path_to(site.root, at) if node.type in _LISTS]
    if not within:
        return None
    found: int | None = None
    for statement in within[-1].named_children:
        if statement.start_byte > at:
            break
        if statement.type not in _STRAIGHT:
            found = None
        elif found is None:
            suspects = map(kind.suspect, all_nodes(statement, into_functions=False))
            found = next((place for place in suspects if place is not None), None)
    return found


def _first(site: FailureSite, after: int | None, kind: _Kind, function: str | None) -> int | None:
    """The first place behind ``after`` where it may have failed, in a function by its name in the stack."""
    scope = _scope(site, after, function)
    if scope is None:
        return None
    found = [
        at
        for part in ([scope] if function == _TOP else scope.named_children)
        for node in all_nodes(part, into_functions=False)
        if (at := kind.suspect(node)) is not None
    ]
    # The engine comes back to the beginning of a loop when it is over.
    loop_end = next(_loops_from(site, after), None) if after is not None else None
    for bound in (loop_end, after if after is not None else -1):
        behind = (at for at in found if bound is not None and at > bound)
        if (first := next(behind, None)) is not None:
            return first
    return None


def _loops_from(site: FailureSite, at: int) -> Iterator[int]:
    """The ends of the loops that begin at ``at``."""
    for node in path_to(site.root, at):
        if node.type in {"for_in_statement", "for_statement"} and node.start_byte == at:
            yield node.end_byte


def _scope(site: FailureSite, at: int | None, function: str | None) -> Node | None:
    """The function that failed; ``None`` for one without a name."""
    if function == _TOP:
        return site.root
    if at is None:
        return None
    path = path_to(site.root, at)
    place = enclosing_function(path, 0)
    if place is not None:
        return path[place]
    return next(
        (n for n in all_nodes(site.root) if n.type in FUNCTIONS and n.start_byte >= at), None
    )
