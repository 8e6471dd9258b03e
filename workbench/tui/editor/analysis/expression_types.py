"""What an expression of a script gives: ``(await tools.git.log()).commits[0]``, ``rows.filter(…)[0]``.

By the tree of the script, the tools' schemas, and its declarations; where nothing is sure, nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.analysis import call_types
from workbench.tui.editor.analysis.annotation_types import Annotations
from workbench.tui.editor.analysis.call_nodes import arguments_of, member_of, method_of
from workbench.tui.editor.analysis.callback_types import parameter_type
from workbench.tui.editor.analysis.declarations import Declaration, Declarations, key_text
from workbench.tui.editor.analysis.filled_types import starts_empty, what_fills
from workbench.tui.editor.analysis.method_types import of_new, promised
from workbench.tui.editor.analysis.schema_walk import Place
from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.value_types import AllTools, Items, Record, Shaped, Type, either

if TYPE_CHECKING:
    from tree_sitter import Node

ResultSchemas: TypeAlias = Callable[[ToolInfo], Mapping[str, Any] | None]
"""The schema of a tool's unwrapped result, as its results on record were; asked only for one that declares
none. None: not known (yet)."""
InputSchema: TypeAlias = Callable[[], Mapping[str, Any]]
"""The schema of the script's input as it is now; asked only for its members."""


def nothing_known(_: ToolInfo) -> None:
    """The ``ResultSchemas`` of who has no history."""


def nothing_given() -> Mapping[str, Any]:
    """The ``InputSchema`` of a script without input."""
    return {}


_DEEPEST = 40
_MOST_RETURNS = 5
_MOST_NODES = 2_000
_SAME_VALUE = frozenset({"parenthesized_expression", "non_null_expression", "satisfies_expression"})
_MEMBERS = frozenset({"member_expression", "subscript_expression"})
_FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "function_declaration", "method_definition"}
)
_ENTRIES = frozenset({"main", "run", "execute", "handler"})
"""What a function at the top is called by, where it is the script: it is given the input."""
_LITERALS = {
    "string": "string",
    "template_string": "string",
    "number": "number",
    "true": "boolean",
    "false": "boolean",
}


class Expressions:
    """What the expressions of one tree give."""

    def __init__(
        self,
        root: Node,
        source: bytes,
        catalogue: Catalogue,
        results: ResultSchemas = nothing_known,
        given: InputSchema = nothing_given,
    ) -> None:
        self.catalogue = catalogue
        self.results = results
        self.declarations = Declarations(root, source)
        self._annotations = Annotations(root)
        self._given = given
        self._known: dict[int, Type | None] = {}
        self._handed: dict[tuple[int, int], Type | None] = {}
        """What parameters are given, by their function and place."""
        self.filling: set[int] = set()
        """What begins empty and is looked at now."""

    def of(self, node: Node | None, depth: int = 0) -> Type | None:
        """What an expression gives; None: that is not known."""
        if node is None or depth > _DEEPEST:
            return None
        if node.id not in self._known:
            self._known[node.id] = None  # what is said by itself says nothing
            self._known[node.id] = self._of(node, depth + 1)
        return self._known[node.id]

    def _of(self, node: Node, depth: int) -> Type | None:
        kind = node.type
        inner = [each for each in node.named_children if each.type != "comment"]
        if kind == "identifier" or kind == "shorthand_property_identifier":
            return self._of_name(node, depth)
        if kind in _SAME_VALUE:
            return self.of(inner[0], depth) if inner else None
        if kind == "await_expression":
            found = self.of(inner[0], depth) if inner else None
            return None if found is None else found.awaited()
        if kind == "member_expression":
            owner = self.of(node.child_by_field_name("object"), depth)
            name = node.child_by_field_name("property")
            return None if owner is None or name is None else owner.member(text_of(name))
        if kind == "subscript_expression":
            return self._of_index(node, depth)
        if kind == "call_expression":
            return call_types.of_call(self, node, depth)
        if kind == "new_expression":
            return of_new(self, node, arguments_of(node), depth)
        if kind in _LITERALS:
            return Shaped.of({"type": _LITERALS[kind]})
        if kind == "array":
            return self._of_array(inner, depth)
        if kind == "object":
            return self._of_object(inner, depth)
        if kind == "as_expression":
            said = self._annotations.of(inner[-1]) if len(inner) > 1 else None
            return said or self.of(inner[0], depth)
        if kind == "ternary_expression":
            parts = ("consequence", "alternative")
            return either(self.of(node.child_by_field_name(each), depth) for each in parts)
        if kind in ("assignment_expression", "augmented_assignment_expression"):
            return self.of(node.child_by_field_name("right"), depth)
        return self._of_two(node, depth) if kind == "binary_expression" else None

    def _of_two(self, node: Node, depth: int) -> Type | None:
        operator = node.child_by_field_name("operator")
        right = self.of(node.child_by_field_name("right"), depth)
        if operator is not None and operator.type in ("||", "??"):
            return either((self.of(node.child_by_field_name("left"), depth), right))
        return right if operator is not None and operator.type == "&&" else None

    def _of_index(self, node: Node, depth: int) -> Type | None:
        owner = self.of(node.child_by_field_name("object"), depth)
        index = node.child_by_field_name("index")
        if owner is None or index is None:
            return None
        text = text_of(index)
        if index.type == "string":
            return owner.member(text[1:-1])
        return owner.at(int(text) if text.isdecimal() and len(text) < 6 else None)

    def _of_array(self, inner: list[Node], depth: int) -> Type:
        if not any(each.type == "spread_element" for each in inner):
            return Items(None, tuple(self.of(each, depth) for each in inner[:10]))
        return Items(either(self.of_item(each, depth) for each in inner[:10]))

    def of_item(self, node: Node, depth: int) -> Type | None:
        """What an item of a list, or an argument, is written as; of ``...rows`` what each is."""
        if node.type != "spread_element":
            return self.of(node, depth)
        spread = self.of(node.named_children[0], depth) if node.named_children else None
        return None if spread is None else spread.item()

    def _of_object(self, inner: list[Node], depth: int) -> Type:
        parts: dict[str, Callable[[], Type | None]] = {}
        for each in inner:
            if each.type == "shorthand_property_identifier":
                parts[text_of(each)] = partial(self.of, each, depth)
            elif each.type == "pair":
                key = each.child_by_field_name("key")
                name = None if key is None else key_text(key)
                if name is not None:
                    parts[name] = partial(self.of, each.child_by_field_name("value"), depth)
            elif each.type == "spread_element" and each.named_children:
                spread = self.of(each.named_children[0], depth)
                for member in spread.own() if spread is not None else ():
                    parts[member.name] = partial(_member, spread, member.name)
        return Record(parts)

    # -- names -----------------------------------------------------------------------------

    def _of_name(self, node: Node, depth: int) -> Type | None:
        name = text_of(node)
        declared = self.declarations.of(name, node.start_byte)
        if declared is None:
            if name == "tools":
                return AllTools(self.catalogue)
            if name == "input":
                return Shaped(Place.of(self._given()))
            return self._assigned(name, node.start_byte, depth)
        return self.of_declared(declared, name, node.start_byte, depth)

    def of_declared(self, declared: Declaration, name: str, at: int, depth: int = 0) -> Type | None:
        """What a declared name holds where it is read at a byte."""
        found = self._declared(declared, name, at, depth)
        for step in declared.steps:
            if found is None:
                return None
            if isinstance(step, str):
                found = found.member(step)
            else:
                found = Items(found.item()) if step is None else found.item(step)
        return found

    def is_global(self, node: Node, *names: str) -> bool:
        """Whether a node is one of the names that every script has."""
        if node.type != "identifier" or text_of(node) not in names:
            return False
        return self.declarations.of(text_of(node), node.start_byte) is None

    def _declared(self, declared: Declaration, name: str, at: int, depth: int) -> Type | None:
        node = declared.node
        if declared.kind == "loop":
            operator = node.child_by_field_name("operator")
            if operator is None or operator.type != "of":
                return None
            rows = self.of(node.child_by_field_name("right"), depth)
            item = None if rows is None else rows.item()
            awaits = any(each.type == "await" for each in node.children)
            return item.awaited() if awaits and item is not None else item
        if declared.kind == "parameter":
            return self._of_parameter(declared, depth)
        if declared.kind == "function":
            return None
        said = self._annotations.of(node.child_by_field_name("type"))
        value = node.child_by_field_name("value")
        if value is None or value.type in ("null", "undefined"):
            return said or self._assigned(name, at, depth)
        if said is None and starts_empty(self, value):
            return self.annotated(value) or what_fills(self, value, name, value.end_byte, at, depth)
        return said or self.of(value, depth)

    def _assigned(self, name: str, at: int, depth: int) -> Type | None:
        """What a variable without a value was given last."""
        for path in self.declarations.uses(name, at):
            parent = path[-2] if len(path) > 1 else None
            if parent is not None and parent.type == "assignment_expression":
                left = parent.child_by_field_name("left")
                if left is not None and left.id == path[-1].id:
                    return self.of(parent.child_by_field_name("right"), depth)
        return None

    def _of_parameter(self, declared: Declaration, depth: int) -> Type | None:
        parameter = declared.parameter
        if parameter is not None:
            said = self._annotations.of(parameter.child_by_field_name("type"))
            if said is not None:
                return said
        if declared.index == 0 and _is_entry(declared):
            return Shaped(Place.of(self._given()))
        handed = self._handed_to(declared, depth)
        if handed is None and parameter is not None:
            default = parameter.child_by_field_name("value") or parameter.child_by_field_name(
                "right"
            )
            return self.of(default, depth)
        return handed

    def _handed_to(self, declared: Declaration, depth: int) -> Type | None:
        key = (declared.node.id, declared.index)
        if key not in self._handed:
            self._handed[key] = None  # a function that calls itself says nothing of that
            self._handed[key] = parameter_type(self, declared, depth)
        return self._handed[key]

    def annotated(self, made: Node) -> Type | None:
        """What the types behind ``new Map<string, Issue>()`` say."""
        return self._annotations.generic(made)

    def function_at(self, node: Node) -> Node | None:
        """The function that is written there, or that has the name there: ``show``, ``lib.show``."""
        if node.type == "parenthesized_expression" and node.named_children:
            node = node.named_children[0]
        member = member_of(node)
        if member is not None:
            written = self._written(*member)
            is_other = written is not None and written.type != "member_expression"
            return self.function_at(written) if written is not None and is_other else None
        if node.type == "identifier":
            declared = self.declarations.of(text_of(node), node.start_byte)
            if declared is None or declared.steps or declared.kind not in ("function", "variable"):
                return None
            is_value = declared.kind == "variable"
            value = declared.node.child_by_field_name("value") if is_value else declared.node
            return None if value is None or value.type not in _FUNCTIONS else value
        return node if node.type in _FUNCTIONS else None

    def _written(self, owner: Node, name: str) -> Node | None:
        """What a member of a variable is written as: in its object, or where it is given one later."""
        declared = self.declarations.of(text_of(owner), owner.start_byte)
        if declared is None or declared.kind != "variable" or declared.steps:
            return None
        value = declared.node.child_by_field_name("value")
        if value is None or value.type != "object":
            return None
        found = method_of(value, name)
        if found is not None:
            return found
        for path in self.declarations.uses_of(owner):
            parent = path[-3] if len(path) > 2 else None
            if parent is not None and parent.type == "assignment_expression":
                left = parent.child_by_field_name("left")
                if (
                    left is not None
                    and left.id == path[-2].id
                    and member_of(left) == (path[-1], name)
                ):
                    return parent.child_by_field_name("right")
        return None

    def returned(self, node: Node | None, depth: int) -> Type | None:
        """What a function gives that is written there, or declared with that name."""
        from workbench.sandbox.child.grammars import all_nodes

        node = None if node is None else self.function_at(node)
        if node is None or depth > _DEEPEST:
            return None
        said = self._annotations.of(node.child_by_field_name("return_type"))
        if said is not None:
            return said
        body = node.child_by_field_name("body")
        found: Type | None = None
        if body is not None and body.type == "statement_block":
            values = []
            for number, each in enumerate(all_nodes(body, into_functions=False)):
                if each.type == "return_statement" and each.named_children:
                    values.append(each.named_children[0])
                if number > _MOST_NODES or len(values) > _MOST_RETURNS:
                    break
            found = either(self.of(each, depth + 1) for each in values)
        else:
            found = self.of(body, depth + 1)
        waits = any(each.type == "async" for each in node.children)
        return promised(found) if waits else found


def _is_entry(declared: Declaration) -> bool:
    """Whether it is the function that the script is."""
    outer = [each.type for each in declared.around]
    name = declared.node.child_by_field_name("name")
    if declared.node.type == "function_declaration":
        lone = len(declared.around) == 1 and len(declared.around[0].named_children) == 1
        exported = outer[1:] == ["export_statement"]
        return (
            lone or exported or (len(outer) == 1 and name is not None and text_of(name) in _ENTRIES)
        )
    at_top = outer[1:] in (
        ["expression_statement"],
        ["expression_statement", "parenthesized_expression"],
        ["export_statement"],
    )
    return at_top and declared.node.type in _FUNCTIONS


def _member(owner: Type | None, name: str) -> Type | None:
    return None if owner is None else owner.member(name)
