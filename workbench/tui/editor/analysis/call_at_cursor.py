"""The call of a tool that the cursor of a script is in, and how one gets from its arguments to the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.analysis.call_nodes import arguments_of, part_of
from workbench.tui.editor.analysis.call_types import tool_called, tool_named
from workbench.tui.editor.analysis.cursor_tree import CursorTree, look_at
from workbench.tui.editor.analysis.declarations import key_text
from workbench.tui.editor.analysis.expression_types import Expressions
from workbench.tui.editor.analysis.schema_walk import Place, Step
from workbench.tui.editor.analysis.value_types import ToolFunction, ToolsOf
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_ON_A_LINE = 20
_ARGS = 2
"""Where ``call_tool(server, tool, args)`` takes its arguments."""
_BETWEEN = frozenset(
    {
        *("arrow_function", "function_expression", "method_definition", "class_body"),
        *("statement_block", "template_substitution"),
    }
)
_MEMBERS = frozenset({"member_expression", "subscript_expression"})


@dataclass(frozen=True, slots=True)
class CallHere:
    """The cursor is in the arguments of a tool's call."""

    tool: ToolInfo
    arguments: Node
    """Where they begin: the brackets of the call, the object for a member ``args``."""
    steps: tuple[Step, ...]
    """From the arguments to the value that the cursor is in."""
    holder: Node | None
    """The object whose member is being named, or the array whose item is being written."""
    is_whole: bool
    """Nothing is written of them yet: the cursor stands where they do."""

    @property
    def place(self) -> Place:
        """What the tool says of the value that the cursor is in."""
        return Place.of(self.tool.input_schema).inside(self.steps)


def call_here(tree: CursorTree, known: Expressions) -> CallHere | None:
    """None: the cursor is in no arguments of a known tool, or in a function or another call within them."""
    path, steps = tree.path, list[Step]()
    holder = None
    for index in range(len(path) - 2, -1, -1):
        node, inner = path[index], path[index + 1]
        kind = node.type
        if kind == "arguments":
            tool = _tool_of(known, path[index - 1], _commas(node, inner)) if index else None
            if tool is None:
                return None
            whole = inner.id == tree.leaf.id
            return CallHere(tool, node, tuple(reversed(steps)), holder, whole)
        if kind == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            name = None if key is None else key_text(key)
            if value is None or value.id != inner.id or name is None:
                continue
            batched = _batched(known, path[index - 1], name) if index else None
            if batched is not None:
                whole = value.id == tree.leaf.id
                return CallHere(batched, node, tuple(reversed(steps)), holder, whole)
            steps.append(name)
        elif kind == "array":
            steps.append(_commas(node, inner))
        elif kind in _BETWEEN:
            return None
        if kind in ("object", "array") and holder is None:
            holder = node
    return None


def _commas(node: Node, inner: Node) -> int:
    """How many stand before a part of a list."""
    return sum(each.type == "," and each.end_byte <= inner.start_byte for each in node.children)


def _tool_of(known: Expressions, call: Node, at: int) -> ToolInfo | None:
    """The tool whose arguments the argument ``at`` of a call is."""
    found = tool_called(known, call)
    if found is not None:
        return found.tool if at == 0 and isinstance(found.tool, ToolInfo) else None
    return _enveloped(known, call) if at == _ARGS else None


def _enveloped(known: Expressions, call: Node) -> ToolInfo | None:
    """The tool of ``call_tool(server, tool, …)``."""
    function, given = call.child_by_field_name("function"), arguments_of(call)
    if function is None or len(given) < _ARGS or not known.is_global(function, "call_tool"):
        return None
    tool = tool_named(known, (given[0], given[1]))
    return tool if isinstance(tool, ToolInfo) else None


def _batched(known: Expressions, element: Node, name: str) -> ToolInfo | None:
    """The tool of ``{server, tool, args}`` whose ``args`` it is."""
    if name != "args" or element.type != "object":
        return None
    tool = tool_named(known, (part_of(element, "server"), part_of(element, "tool")))
    return tool if isinstance(tool, ToolInfo) else None


def _tool_around(tree: CursorTree, known: Expressions) -> ToolInfo | None:
    path = tree.path
    for index in range(len(path) - 2, -1, -1):
        node = path[index]
        found: ToolInfo | None = None
        if node.type in _MEMBERS:
            type_ = known.of(node)
            if isinstance(type_, ToolsOf) and index and path[index - 1].type == "call_expression":
                type_ = type_.called()
            if isinstance(type_, ToolFunction) and isinstance(type_.tool, ToolInfo):
                found = type_.tool
        elif node.type == "arguments" and index:
            found = _called_by(known, path[index - 1])
        elif node.type == "pair" and index:
            found = _batched(known, path[index - 1], "args")
        if found is not None:
            return found
    return None


def _called_by(known: Expressions, call: Node) -> ToolInfo | None:
    found = tool_called(known, call)
    if found is not None:
        return found.tool if isinstance(found.tool, ToolInfo) else None
    return _enveloped(known, call)


def tool_on_line(catalogue: Catalogue, text: str, cursor: tuple[int, int]) -> ToolInfo | None:
    """The tool whose name or call the cursor is in, else the first one that its line calls."""
    from workbench.sandbox.child.grammars import all_nodes

    tree = look_at(text, cursor)
    known = Expressions(tree.root, tree.source, catalogue)
    found = _tool_around(tree, known)
    if found is not None:
        return found
    row, looked = cursor[0] - tree.row, 0
    for node in all_nodes(tree.root):
        if node.type != "call_expression" or node.end_point.row < row:
            continue
        called = node.child_by_field_name("function")
        if node.start_point.row > row or looked > _MOST_ON_A_LINE:
            return None
        if called is not None and called.end_point.row == row:
            looked += 1
            found = _called_by(known, node)
            if found is not None:
                return found
    return None
