"""What is wrong with the calls of a script beyond its syntax, and how each is put right.

Pure: from a catalogue and the tree of the text. It says nothing where it is in doubt: of values that are no
literals, of servers that are not connected, of names that are computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from workbench.catalogue.missing import Missing
from workbench.catalogue.suggestions import bare, near_names
from workbench.catalogue.tool_types import member
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.core.model import ErrorCode
from workbench.text.sanitize import clean_line
from workbench.tui.editor.analysis.call_nodes import arguments_of, part_of, string_text
from workbench.tui.editor.analysis.call_types import tool_called
from workbench.tui.editor.analysis.expression_types import Expressions
from workbench.tui.editor.analysis.js_literals import Span
from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.script_scopes import Names, read_names
from workbench.tui.editor.analysis.syntax import paths, script_tree, without_fence
from workbench.tui.editor.analysis.value_types import ToolFunction
from workbench.tui.editor.hints.argument_findings import argument_findings
from workbench.tui.editor.hints.findings import LONGEST, Finding, Fix
from workbench.tui.editor.hints.waiting_findings import read_early, unawaited, unread

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 100
_PLAIN = re.compile(r"[A-Za-z_$][\w$]*")
_MEMBERS = frozenset({"member_expression", "subscript_expression"})
_DEEPEST = 6
"""Members within members: ``tools`` is no further away in a name of a tool."""


def findings(catalogue: Catalogue, text: str) -> list[Finding]:
    """At most a hundred, in the order of the text; none where no server is configured, or none yet read.

    It takes a while for a long script: to be called beside the event loop.
    """
    if not catalogue.servers or ("tools" not in text and "call_tool" not in text):
        return []
    source = without_fence(text).encode(errors="replace")
    root = script_tree(source)
    if root.has_error:
        return []
    found: list[Finding] = []
    for each in _Reader(catalogue, root, source).read():
        found.append(each)
        if len(found) >= _MOST:
            break
    written = text.encode(errors="replace")
    return sorted((each.in_characters(written) for each in found), key=lambda each: each.at)


class _Reader:
    def __init__(self, catalogue: Catalogue, root: Node, source: bytes) -> None:
        self._catalogue = catalogue
        self._root = root
        self._source = source
        self._known = Expressions(root, source, catalogue)
        self._aliases = {"tools"}
        """Names that may hold ``tools``, or something of it."""

    def read(self) -> Iterator[Finding]:
        for path in paths(self._root):
            node = path[-1]
            if node.type == "call_expression":
                yield from self._call(path)
            elif node.type == "variable_declarator":
                value, name = (node.child_by_field_name(each) for each in ("value", "name"))
                if value is not None and name is not None and self._is_of_tools(value):
                    self._aliases.update(re.findall(r"[A-Za-z_$][\w$]*", text_of(name)))
                elif value is not None and self._calls_a_tool(value):
                    yield from read_early(path, self._names, self._source)
            elif node.type in _MEMBERS and path[-2].type == "arguments":
                yield from self._handed_on(node)

    def _is_of_tools(self, node: Node | None) -> bool:
        """Whether it is ``tools``, or a member of it, as it is written."""
        for _ in range(_DEEPEST):
            if node is None or node.type not in _MEMBERS:
                break
            node = node.child_by_field_name("object")
        return node is not None and node.type == "identifier" and text_of(node) in self._aliases

    def _calls_a_tool(self, node: Node) -> bool:
        function = node.child_by_field_name("function")
        is_of_tools = node.type == "call_expression" and self._is_of_tools(function)
        return is_of_tools and tool_called(self._known, node) is not None

    @cached_property
    def _names(self) -> Names:
        return read_names(self._root)

    def _call(self, path: list[Node]) -> Iterator[Finding]:
        call = path[-1]
        function = call.child_by_field_name("function")
        if function is None:
            return
        if function.type == "identifier":
            name = text_of(function)
            if name == "call_tool" and self._known.is_global(function, name):
                yield from self._of_call_tool(path)
            elif name == "call_tools" and self._known.is_global(function, name):
                yield from self._of_batch(call)
        if self._is_of_tools(function):
            called = tool_called(self._known, call)
            if called is not None:
                yield from self._of_tool(path, function, called)

    def _of_tool(self, path: list[Node], function: Node, called: ToolFunction) -> Iterator[Finding]:
        call = path[-1]
        yield from self._named(function, called)
        yield from unawaited(path, self._source)
        given = arguments_of(call)
        brackets = call.child_by_field_name("arguments")
        if isinstance(called.tool, ToolInfo) and brackets is not None:
            place = (brackets.start_byte + 1, brackets.end_byte - 1)
            first = given[0] if given else None
            yield from argument_findings(called.tool, first, place, "", self._source)

    def _handed_on(self, node: Node) -> Iterator[Finding]:
        """A tool that is called by another: ``ids.map(tools.github.get_issue)``."""
        if self._is_of_tools(node):
            found = self._known.of(node)
            if isinstance(found, ToolFunction):
                yield from self._named(node, found)

    def _of_call_tool(self, path: list[Node]) -> Iterator[Finding]:
        call = path[-1]
        given = arguments_of(call)
        if len(given) < 2 or any(each.type == "spread_element" for each in given):
            return
        server, tool = (string_text(each) for each in given[:2])
        if server is None or tool is None:
            return
        info = self._catalogue.find(server, tool)
        spans = _inside(given[0]), _inside(given[1])
        if isinstance(info, Missing):
            yield from self._missing(info, (server, tool), spans)
        else:
            end = given[1].end_byte
            third = given[2] if len(given) > 2 else None
            yield from argument_findings(info, third, (end, end), ", ", self._source)
        args = self._text(given[2]) if len(given) > 2 else ""
        yield from unread(path, f"tools{member(server)}{member(tool)}({args})")

    def _of_batch(self, call: Node) -> Iterator[Finding]:
        """``call_tools([{server, tool, args}])``."""
        for path in paths(call):
            element = path[-1]
            if element.type != "object":
                continue
            names = part_of(element, "server"), part_of(element, "tool")
            if names[0] is None or names[1] is None:
                continue
            server, tool = string_text(names[0]), string_text(names[1])
            if server is None or tool is None:
                continue
            info = self._catalogue.find(server, tool)
            if isinstance(info, Missing):
                spans = _inside(names[0]), _inside(names[1])
                yield from self._missing(info, (server, tool), spans)
                continue
            end = names[1].end_byte
            args = part_of(element, "args")
            is_said = args is not None or b"args" not in self._source[slice(*element.byte_range)]
            if is_said:
                yield from argument_findings(info, args, (end, end), ", args: ", self._source)

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode(errors="replace")

    # -- names -----------------------------------------------------------------------------

    def _named(self, function: Node, called: ToolFunction) -> Iterator[Finding]:
        """A server or a tool that is not there."""
        if not isinstance(called.tool, Missing):
            return
        place = _name_in(function)
        if place is None:
            return
        if len(called.names) == 1:
            yield from self._unknown(called.tool, called.names[0], place)
            return
        outer = function.child_by_field_name("object")
        server = place if outer is None else _name_in(outer) or place
        yield from self._missing(called.tool, called.names, (server, place))

    def _missing(
        self, missing: Missing, names: tuple[str, ...], places: tuple[Span, Span]
    ) -> Iterator[Finding]:
        server, tool = names
        if missing.code != ErrorCode.NOT_FOUND:
            return
        known = self._catalogue.tools.get(server)
        if known is None and self._may_come(server):
            return  # it is not connected: its tools are not known
        wrong, place, there = (
            (server, places[0], self._catalogue.servers)
            if known is None
            else (tool, places[1], known)
        )
        yield _finding(missing, place, [n for n in near_names(wrong, there) if _is_plain(n)])

    def _may_come(self, server: str) -> bool:
        """Whether a server of that name is configured, however it is spelled, and its tools are not known."""
        return any(
            bare(name) == bare(server) and name not in self._catalogue.tools
            for name in self._catalogue.servers
        )

    def _unknown(self, missing: Missing, name: str, place: Span) -> Iterator[Finding]:
        """Of a tool that is named without its server: any server may have it that is not connected."""
        servers = self._catalogue.servers
        if missing.code == ErrorCode.NOT_FOUND and all(
            each in self._catalogue.tools for each in servers
        ):
            near = [each.rpartition(".")[2] for each in missing.near]
            one_each = [each for each in near if isinstance(self._catalogue.named(each), ToolInfo)]
            yield _finding(missing, place, [each for each in one_each if _is_plain(each)])


def _finding(missing: Missing, place: Span, near: list[str]) -> Finding:
    fixes = tuple(Fix(f"Write {name}", *place, name) for name in near)
    return Finding(*place, clean_line(missing.message, LONGEST), fixes)


def _name_in(node: Node) -> Span | None:
    """Where the last name of ``a.b`` or ``a["b"]`` stands."""
    name = node.child_by_field_name("property")
    if name is not None:
        return name.byte_range
    index = node.child_by_field_name("index")
    return node.byte_range if index is None else _inside(index)


def _inside(string: Node) -> Span:
    return string.start_byte + 1, string.end_byte - 1


def _is_plain(name: str) -> bool:
    """Whether it can stand after a dot."""
    return _PLAIN.fullmatch(name) is not None
