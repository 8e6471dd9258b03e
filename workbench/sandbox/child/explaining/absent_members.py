"""Members that a script reads of results, of their items and of envelopes, and that these do not have.

Such a member is undefined: a count that the value does not have, a list of nulls, a filter that lets nothing
pass. What has which members is followed from the call through variables, loops and functions of list methods.
"""

from __future__ import annotations

from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import callback_of, method_of, parameters_of
from workbench.sandbox.child.explaining.feature_tests import is_asked_whether
from workbench.sandbox.child.explaining.result_advice import call_name, gives_of
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import Ask
from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes, unwrapped
from workbench.sandbox.child.starting.parallel import ASYNCHRONOUS

Shape = dict[str, Any] | None
"""As the catalogue has it (``result_shapes``); None: nothing is known."""

_SAME_LIST = frozenset({"filter", "sort", "slice", "reverse", "toSorted", "toReversed", "concat"})
_ONE_ITEM = frozenset({"find", "findLast", "at", "pop", "shift"})
_OVER_ITEMS = frozenset(
    {"map", "filter", "find", "findIndex", "findLast", "some", "every", "forEach", "flatMap", "sort",
     "toSorted", "reduce"}
)  # fmt: skip
_BLOCKS = frozenset(
    {"program", "statement_block", "for_statement", "for_in_statement", "switch_body"}
)
_TEXT_HAS = frozenset({"length", "constructor"})
_LOOKED_FOR = frozenset({"error", "errors", "isError"})
"""Looked at because they are most often not there."""
_CHAINS = frozenset({"member_expression", "subscript_expression", "parenthesized_expression"})
_ASSIGNMENTS = frozenset({"assignment_expression", "augmented_assignment_expression"})
_ERROR: Shape = {
    "kind": "object",
    "members": {"code": {"kind": "string"}, "message": {"kind": "string"}, "details": None},
}
_CAUGHT: Shape = {
    "kind": "object",
    "is": "an error",
    "members": dict.fromkeys(
        (
            "message",
            "code",
            "server",
            "tool",
            "details",
            "name",
            "stack",
            "cause",
            "constructor",
            "toString",
        )
    ),
}
_COLLECTIONS: dict[str, Shape] = {
    name: {"kind": "object", "is": f"a {name}", "members": dict.fromkeys(members.split())}
    for name, members in {
        "Map": "size get set has delete clear keys values entries forEach constructor",
        "Set": "size has add delete clear keys values entries forEach union intersection difference"
        " symmetricDifference isSubsetOf isSupersetOf isDisjointFrom constructor",
    }.items()
}
_MOST_CALLS = 12
"""Tools that are asked about."""
_SIGNS = ("tools", "call_tool", "catch", "new Map", "new Set", "[")
_MOST_SHOWN = 12
_MOST_STEPS = 64
_MOST_NAMED_SO = 100
"""Variables of one name."""


def absent_member(site: FailureSite, ask: Ask | None) -> str | None:
    """What to say of the first member that is read and is not there; None: there is none, or nobody knows."""
    if ask is None or site.script.is_large or not any(sign in site.code for sign in _SIGNS):
        return None
    return _Reading(site, ask).first_absent()


class _Reading:
    def __init__(self, site: FailureSite, ask: Ask) -> None:
        self._site = site
        self._ask = ask
        self._known: dict[str, list[tuple[int, int, Shape]]] = {}
        """What variables hold, with the bytes from and up to which they do."""
        self._asked: dict[str, Shape] = {}
        self._assigned: set[str] = set()
        """Variables that get another value, and members that a script gives to what has them not."""
        self._expected: set[tuple[str, str]] = set()
        """What is read of what, that need not be there."""
        self._not_taken: str | None = None
        """What to say of a pattern that takes what is not there."""
        self._given_items: set[int] = set()
        """Where functions begin that are given items."""

    def first_absent(self) -> str | None:
        for node in all_nodes(self._site.root):
            if node.type in _ASSIGNMENTS:
                self._assign(node)
        for node in all_nodes(self._site.root):
            if self._not_taken is not None:
                return self._not_taken
            if node.type == "variable_declarator":
                self._declare(node)
            elif node.type == "for_in_statement":
                self._loop(node)
            elif node.type == "call_expression":
                self._callback(node)
            elif node.type == "catch_clause":
                self._catch(node)
            elif node.type in FUNCTIONS and node.start_byte not in self._given_items:
                for parameter in parameters_of(node):
                    self._bind_all(parameter, node)
            elif node.type == "member_expression" and (told := self._read(node)) is not None:
                return told
        return self._not_taken

    def _read(self, node: Node) -> str | None:
        owner, member = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or member is None:
            return None
        name = self._site.text(member)
        if name in _LOOKED_FOR or name in self._assigned or self._is_called(node):
            return None
        shape = self._shape(owner)
        if shape is None:
            return None
        has = _instead_of(shape, name)
        if has is None or (shape["kind"] == "object" and self._has_another(node)):
            return None
        read = (self._site.text(owner), name)
        if read in self._expected or (
            shape["kind"] == "object" and is_asked_whether(self._site, node, shape["members"])
        ):
            self._expected.add(read)
            return None
        line, _ = self._site.place_of(node.start_byte)
        return (
            f"{self._site.text(node)} in line {line} is undefined: {self._site.text(owner)} {has}"
        )

    def _take(self, key: Node, shape: Shape) -> None:
        """Notes of ``{ count }``, as in ``const { count } = r``, that there is no such member."""
        name = self._site.text(key)
        if shape is None or name in _LOOKED_FOR or name in self._assigned:
            return
        if (has := _instead_of(shape, name)) is not None and self._not_taken is None:
            line, _ = self._site.place_of(key.start_byte)
            self._not_taken = f"{name} in line {line} is undefined: what it is taken out of {has}"

    @staticmethod
    def _is_called(node: Node) -> bool:
        return node.parent is not None and node.parent.child_by_field_name("function") == node

    def _assign(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        if left is not None and left.type == "member_expression":
            left = left.child_by_field_name("property")
        if left is not None:
            self._assigned.add(self._site.text(left))

    def _has_another(self, node: Node) -> bool:
        """Whether ``r.items ?? r.issues`` has one that is there."""
        whole = node
        while (parent := whole.parent) is not None and parent.type in _CHAINS:
            whole = parent
        node = whole
        while parent is not None and parent.type == "binary_expression" and _is_either(parent):
            whole, parent = parent, parent.parent
        sides = [whole]
        while sides:
            side = sides.pop()
            if side.type == "binary_expression" and _is_either(side):
                sides += [side.named_children[0], side.named_children[-1]]
            elif side != node and self._is_there(side):
                return True
        return False

    def _is_there(self, node: Node) -> bool:
        """Whether an expression gives something for certain."""
        owner, member = node.child_by_field_name("object"), node.child_by_field_name("property")
        if node.type != "member_expression" or owner is None or member is None:
            return node.type != "array" and self._shape(node) is not None
        shape = self._shape(owner)
        return shape is not None and self._site.text(member) in shape.get("members", {})

    def _bind_all(self, pattern: Node | None, within: Node) -> None:
        """Of names that hold something of which nothing is known."""
        for name in () if pattern is None else all_nodes(pattern):
            if name.type in {"identifier", "shorthand_property_identifier_pattern"}:
                self._bind(name, None, within)

    def _declare(self, node: Node) -> None:
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        block = node.parent
        while block is not None and block.type not in _BLOCKS:
            block = block.parent
        if pattern is not None and block is not None:
            self._bind(pattern, self._shape(value), block)

    def _bind(self, pattern: Node, shape: Shape, within: Node) -> None:
        if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
            held = (within.start_byte, within.end_byte, shape)
            self._known.setdefault(self._site.text(pattern), []).append(held)
        elif pattern.type == "object_pattern":
            members = (shape or {}).get("members") or {}
            for part in pattern.named_children:
                key, inner = part.child_by_field_name("key"), part.child_by_field_name("value")
                is_given_another = part.type == "object_assignment_pattern"
                if is_given_another:  # { items = [] }
                    part = part.child_by_field_name("left") or part
                if part.type == "shorthand_property_identifier_pattern":
                    key, inner = part, part
                if key is not None and inner is not None:
                    if not is_given_another:
                        self._take(key, shape)
                    self._bind(inner, members.get(self._site.text(key)), within)
        elif pattern.type == "array_pattern":
            for part in pattern.named_children:
                self._bind(part, (shape or {}).get("items"), within)

    def _held(self, node: Node) -> Shape:
        """What a variable holds where it is read: as the innermost block around has it, if only one does."""
        known = self._known.get(self._site.text(node), [])
        around = [
            (end - start, shape)
            for start, end, shape in (known if len(known) <= _MOST_NAMED_SO else ())
            if start <= node.start_byte < end
        ]
        if not around:
            return None
        least = min(size for size, _ in around)
        if self._site.text(node) in self._assigned:
            return None
        inner = [shape for size, shape in around if size == least]
        return inner[0] if len(inner) == 1 else None

    def _loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if any(child.type == "in" for child in node.children):
            self._bind(left, {"kind": "string"}, node)
            return
        self._bind(left, (self._shape(right) or {}).get("items"), node)

    def _catch(self, node: Node) -> None:
        """What a script catches, where it throws nothing of its own, is a ToolError or has less than that."""
        caught = node.child_by_field_name("parameter")
        is_own = any(sign in self._site.code for sign in ("throw", "reject("))
        if caught is not None and caught.type == "identifier" and not is_own:
            self._bind(caught, _CAUGHT, node)
        else:
            self._bind_all(caught, node)

    def _callback(self, call: Node) -> None:
        """What the function of ``list.map(item => …)`` is given."""
        called, callback = method_of(call), callback_of(call)
        if called is None or callback is None:
            return
        self._given_items.add(callback.start_byte)
        owner, method = called
        items = (self._shape(owner) or {}).get("items") if method in _OVER_ITEMS else None
        for at, name in enumerate(parameters_of(callback)):
            of_item = at == 1 if method == "reduce" else at == 0 or method in {"sort", "toSorted"}
            pattern = name.child_by_field_name("pattern") or name  # of TypeScript's
            self._bind(pattern, items if of_item else None, callback)

    def _shape(self, node: Node | None) -> Shape:
        """What an expression gives."""
        steps: list[Node] = []
        inner = unwrapped(node)
        while inner is not None and len(steps) < _MOST_STEPS:
            if inner.type in {"member_expression", "subscript_expression"}:
                steps.append(inner)
                inner = unwrapped(inner.child_by_field_name("object"))
                continue
            called = method_of(inner)
            if called is None or called.name not in _SAME_LIST | _ONE_ITEM:
                break
            steps.append(inner)
            inner = unwrapped(called.owner)
        if inner is None:
            return None
        shape = self._base(inner)
        for step in reversed(steps):
            shape = self._step(shape, step)
        return shape

    def _base(self, node: Node) -> Shape:
        if node.type == "identifier":
            return self._held(node)
        if node.type == "array":
            return {"kind": "array"}
        if node.type == "new_expression":
            made = node.child_by_field_name("constructor")
            return None if made is None else _COLLECTIONS.get(self._site.text(made))
        is_awaited = node.type == "await_expression"
        call = unwrapped(node.named_children[0]) if is_awaited and node.named_children else node
        if call is None or call.type != "call_expression":
            return self._shape(call) if is_awaited else None
        called = call_name(self._site, call)
        if called == "call_tool":
            members = {
                "ok": {"kind": "boolean"},
                "result": self._of_tool(call),
                "error": _ERROR,
                "content": None,
            }
            return {"kind": "object", "members": members}
        return self._of_tool(call) if is_awaited and called not in ASYNCHRONOUS else None

    def _of_tool(self, call: Node) -> Shape:
        named = self._site.text(call)[:200]
        if named not in self._asked:
            if len(self._asked) >= _MOST_CALLS:
                return None
            found = gives_of(self._site, call, self._ask)
            self._asked[named] = None if found is None else (found[1] or {}).get("shape")
        return self._asked[named]

    def _step(self, shape: Shape, node: Node) -> Shape:
        if shape is None:
            return None
        if node.type == "subscript_expression":
            index = node.child_by_field_name("index")
            if index is not None and index.type == "string":
                return (shape.get("members") or {}).get(self._site.text(index)[1:-1])
            return shape.get("items")
        if node.type == "member_expression":
            member = node.child_by_field_name("property")
            return (
                None
                if member is None
                else (shape.get("members") or {}).get(self._site.text(member))
            )
        called = method_of(node)
        if shape["kind"] != "array" or called is None:
            return None
        return shape if called.name in _SAME_LIST else shape.get("items")


def _instead_of(shape: dict[str, Any], name: str) -> str | None:
    """What is there in place of a member; None: it may be there."""
    kind = shape["kind"]
    if kind in {"string", "array"} and name not in _TEXT_HAS:
        return f"is {'text' if kind == 'string' else 'an array'}"
    if kind != "object" or name in shape["members"]:
        return None
    names = [member for member in shape["members"] if member not in _TEXT_HAS]
    shown = ", ".join(names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
    a_kind = f"is {shape['is']}, which " if "is" in shape else ""
    return f"{a_kind}has {{{shown}}}"


def _is_either(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type in {"??", "||"}
