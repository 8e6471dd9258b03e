"""Trees of scripts, made in the event loop and beside it. They are walked without recursion: a text nests as
deep as it is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Tree

    from workbench.sandbox.child.grammars import Grammars

_PIECE = 1 << 14
"""Bytes that are handed over at once: between two the event loop goes on, which a parser would hold."""
_SHORT = 1 << 16
"""Bytes that take some ten milliseconds."""


@cache
def grammars() -> Grammars:
    """Loaded when first asked for: it takes some 50 ms."""
    from workbench.sandbox.child.grammars import Grammars

    return Grammars()


def without_fence(text: str) -> str:
    """A script without the Markdown around it, which is blank then."""
    if "```" not in text and "~~~" not in text:
        return text
    from workbench.sandbox.child.fences import NotAScript, unfenced

    try:
        return unfenced(text)
    except NotAScript:
        return text


def typescript_tree(source: bytes) -> Node:
    """Of what is short: for who asks at a key."""
    return grammars().typescript_tree(source)


def script_tree(source: bytes) -> Node:
    """Of a whole script, JavaScript or TypeScript. To be called beside the event loop, which is not held."""
    known = grammars()
    root = _tree(known.javascript, source).root_node
    return _tree(known.typescript, source).root_node if root.has_error else root


def _tree(language: Language, source: bytes) -> Tree:
    from tree_sitter import Parser

    parser = Parser(language)  # its own: others parse meanwhile
    if len(source) <= _SHORT:
        return parser.parse(source)
    return parser.parse(lambda at, _: source[at : at + _PIECE])


def paths(root: Node) -> Iterator[list[Node]]:
    """Every node that stands for something, behind those that it is in; the list is the same each time."""
    cursor = root.walk()
    path: list[Node] = []
    while True:
        node = cursor.node
        assert node is not None
        path.append(node)
        if node.is_named:
            yield path
        if cursor.goto_first_child():
            continue
        path.pop()
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            path.pop()
            if not path:
                return
