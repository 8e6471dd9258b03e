"""Trees of scripts, made in the event loop and beside it. They are walked without recursion: a text nests as
deep as it is long. No text holds a parser longer than somebody waits: of some it mends the errors in quadratic
time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import inf
from time import thread_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Point

    from workbench.sandbox.child.grammars import Grammars

_PIECE = 1 << 8
"""Bytes that are handed over at once: between two the event loop goes on, which a parser would hold."""
AT_A_KEY_S, _BESIDE_S = 0.1, 1.0
"""Of the processor, not of the clock: ten times what the slowest scripts take."""
_BROKEN = b")"


@cache
def grammars() -> Grammars:
    """Loaded when first asked for: it takes some 50 ms."""
    from workbench.sandbox.child.grammars import Grammars

    return Grammars()


def without_fence(text: str) -> str:
    """A script without the Markdown around it, which is blank then."""
    if "```" not in text and "~~~" not in text:
        return text
    from workbench.sandbox.child.starting.fences import NotAScript, unfenced

    try:
        return unfenced(text)
    except NotAScript:
        return text


def typescript_tree(source: bytes, seconds: float = AT_A_KEY_S) -> Node:
    """Of what is short: for who asks at a key. As ``parsed``."""
    return parsed(grammars().typescript, source, seconds)


def script_tree(source: bytes) -> Node:
    """Of a whole script, JavaScript or TypeScript. To be called beside the event loop, which is not held. As
    ``parsed``."""
    known = grammars()
    root = parsed(known.javascript, source)
    return parsed(known.typescript, source) if root.has_error else root


def parsed(language: Language, source: bytes, seconds: float = _BESIDE_S) -> Node:
    """The tree of a text; of one that takes the processor longer, a tree that says that it does not parse and
    nothing else."""
    from tree_sitter import Parser

    end, is_late = thread_time() + seconds, False

    def piece(at: int, _: Point) -> bytes:
        nonlocal is_late
        is_late = is_late or thread_time() > end
        return b"" if is_late else source[at : at + _PIECE]

    parser = Parser(language)  # its own: others parse meanwhile
    root = parser.parse(piece).root_node
    end = inf  # the texts of nodes are read by it, too
    return parser.parse(_BROKEN).root_node if is_late else root


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
