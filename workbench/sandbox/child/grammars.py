"""The grammars of tree-sitter, loaded without their packages, and small ways to walk their trees.

Runs in the worker (it parses hostile text), so it imports the standard library and tree_sitter only. No
function here recurses: a hostile text nests as deep as it is long.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import machinery

from tree_sitter import Language, Node, Parser, TreeCursor

FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
        "class_static_block",
        "field_definition",
        "public_field_definition",
    }
)
_WORD_BYTES = frozenset(
    bytes([byte]) for byte in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"
)
_DEEPEST = 2_000
"""Deeper than the engine itself can parse."""
ROOM = rb"(?:\s|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)"
"""A blank, a line's end or a comment."""
_AWAIT = re.compile(rb"await(?<![\w$.]await)(" + ROOM + rb"++)")
"""The word, with the room and the comments behind it."""


class Grammars:
    """The parsers; made once in the zygote."""

    def __init__(self) -> None:
        self.javascript = _language("tree_sitter_javascript", "language")
        self._javascript = Parser(self.javascript)
        self.typescript = _language("tree_sitter_typescript", "language_typescript")
        self._typescript = Parser(self.typescript)
        for parser in (self._javascript, self._typescript):
            parser.parse(b"await 1")  # warm: the first parse costs a millisecond

    def javascript_tree(self, source: bytes) -> Node:
        """Its bytes are those of the source; rows may be others."""
        return _tree(self._javascript, source)

    def typescript_tree(self, source: bytes) -> Node:
        """Likewise."""
        return _tree(self._typescript, source)


def _tree(parser: Parser, source: bytes) -> Node:
    """Of ``await`` at the end of a line the grammars make a name, and a statement of what it waits for: they
    are given that line's end as a space."""
    root = parser.parse(source).root_node
    joined = bytearray(source)
    for found in _AWAIT.finditer(source):
        if b"\n" in found[1] and path_to(root, found.start())[-1].type == "identifier":
            joined[slice(*found.span(1))] = b" " * len(found[1])
    return root if joined == source else parser.parse(bytes(joined)).root_node


def _language(package: str, symbol: str) -> Language:
    """A grammar out of its package, which is not imported.

    It would import importlib.resources and with it random, whose fork handler would cost every worker a
    tenth of a millisecond.
    """
    found = machinery.PathFinder.find_spec(package)
    if found is None or found.origin is None:
        raise ImportError(f"{package} is not installed")
    folder = os.path.dirname(found.origin)
    for suffix in machinery.EXTENSION_SUFFIXES:
        file = os.path.join(folder, f"_binding{suffix}")
        if os.path.exists(file):
            name = f"{package}._binding"
            loader = machinery.ExtensionFileLoader(name, file)
            module = loader.create_module(machinery.ModuleSpec(name, loader, origin=file))
            loader.exec_module(module)
            return Language(getattr(module, symbol)())
    raise ImportError(f"{package} has no binding for this Python in {folder}")


def all_nodes(root: Node, *, into_functions: bool = True) -> Iterator[Node]:
    """Every node of the tree, in the order of the text."""
    cursor = root.walk()
    while True:
        node = _node_at(cursor)
        yield node
        if (into_functions or node.type not in FUNCTIONS) and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def end_of(node: Node) -> int:
    """The byte where it ends: a block of the grammars takes along the comments behind its brace."""
    last: Node | None = node
    while last is not None:
        node = last
        last = next((child for child in reversed(node.children) if child.type != "comment"), None)
    return node.end_byte


Path = list[Node]
"""A node with all around it: from the root down to the node itself."""


def words(root: Node, source: bytes, word: bytes) -> Iterator[Path]:
    """The leaves of the tree where ``word`` stands alone; comments and texts are not looked into."""
    at = _find_word(source, word, 0)
    while at >= 0:
        end = at + len(word)
        path = path_to(root, at)
        if path[-1].byte_range == (at, end):
            yield path
        at = _find_word(source, word, end)


def words_outside(root: Node, source: bytes, word: bytes) -> Iterator[Node]:
    """The leaves where ``word`` stands alone outside of every function: functions are stepped over."""
    cursor = root.walk()
    node = root
    at = _find_word(source, word, 0)
    while at >= 0:
        end = at + len(word)
        while node.end_byte <= at and cursor.goto_parent():
            node = _node_at(cursor)
        while node.type not in FUNCTIONS and cursor.goto_first_child_for_byte(at) is not None:
            node = _node_at(cursor)
        if node.type in FUNCTIONS:
            end = max(end, node.end_byte)
        elif node.byte_range == (at, end):
            yield node
        at = _find_word(source, word, end)


def _find_word(source: bytes, word: bytes, start: int) -> int:
    """Where ``word`` stands next with no further letter around it; -1: nowhere."""
    at = source.find(word, start)
    while at >= 0:
        end = at + len(word)
        before, after = source[at - 1 : at] if at else b"", source[end : end + 1]
        if before not in _WORD_BYTES and after not in _WORD_BYTES:
            return at
        at = source.find(word, end)
    return -1


def _node_at(cursor: TreeCursor) -> Node:
    node = cursor.node
    assert node is not None
    return node


def path_to(root: Node, at: int) -> Path:
    """The leaf that holds the byte ``at``. (A node's ``parent`` is looked for from the root each time.)"""
    cursor = root.walk()
    path = [root]
    while len(path) < _DEEPEST and cursor.goto_first_child_for_byte(at) is not None:
        path.append(_node_at(cursor))
    return path


def enclosing_function(path: Path, from_end: int = 1) -> int | None:
    """Where in the path the innermost function stands that holds its end; None: nothing holds it."""
    for place in range(len(path) - 1 - from_end, -1, -1):
        if path[place].type in FUNCTIONS:
            return place
    return None


def statements(root: Node) -> list[Node]:
    """The statements of a script, without comments, the shebang line and lone semicolons."""
    return [
        child
        for child in root.named_children
        if child.type not in {"comment", "hash_bang_line", "empty_statement"}
    ]


def unwrapped(node: Node | None) -> Node | None:
    """An expression without the parentheses around it."""
    while node is not None and node.type == "parenthesized_expression":
        node = next((child for child in node.named_children if child.type != "comment"), None)
    return node


def awaited(node: Node | None) -> Node | None:
    """An expression without ``await`` and parentheses: what gives its value, at once or later."""
    inner = unwrapped(node)
    if inner is None or inner.type != "await_expression":
        return inner
    return unwrapped(
        next((child for child in inner.named_children if child.type != "comment"), None)
    )


def expression_of(statement: Node) -> Node | None:
    """The expression of an expression statement."""
    if statement.type != "expression_statement":
        return None
    return next((child for child in statement.named_children if child.type != "comment"), None)


def text_of(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode()
