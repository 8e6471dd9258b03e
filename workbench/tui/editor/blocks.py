"""The blocks of a text that can be folded: brackets, template texts and comments that go over lines.

Pure: from the text. Read from the tree, in which a bracket within a text or a regular expression is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.syntax import grammars, parsed
from workbench.tui.editor.highlighting import Language
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

_CLOSER = {"{": "}", "${": "}", "[": "]", "(": ")"}
_WHOLE = frozenset({"template_string", "comment"})
_PARTS = frozenset({*_CLOSER, *_CLOSER.values(), *_WHOLE})
_MOST_READ = 1 << 20
"""Characters; longer texts have no blocks."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that can be hidden together: those between the line that opens them and the one that closes them.

    row, column: where it opens, from 0, in characters. last: the last row that is hidden.
    """

    row: int
    column: int
    last: int


def find_blocks(text: str, language: Language) -> tuple[Block, ...]:
    """The blocks of a text in its order, one a line: of those that open on one line, the longest."""
    if language == "text" or len(text) > _MOST_READ:
        return ()
    # A JSON object that stands alone would be a block of statements.
    put_before = "(" if language == "json" else ""
    source = (put_before + text).encode(errors="replace")
    root = _tree(source, language)
    blocks: dict[int, tuple[int, Node]] = {}
    for opening, last in _spans(root):
        row = opening.start_point.row
        longest, _ = blocks.get(row, (row + 1, opening))
        # Of two as long the outer one, which ends later.
        if last >= longest and opening.start_byte >= len(put_before):
            blocks[row] = last, opening
    lines = source.split(b"\n")
    return tuple(
        Block(row, _characters(lines[row], opening) - (0 if row else len(put_before)), last)
        for row, (last, opening) in sorted(blocks.items())
    )


def _characters(line: bytes, node: Node) -> int:
    return len(line[: node.start_point.column].decode(errors="replace"))


def _tree(source: bytes, language: Language) -> Node:
    """The text's tree, and whether it is TypeScript's; a script may hold types whatever its name is."""
    if language != "typescript":
        root = parsed(grammars().javascript, source)
        if not root.has_error or language == "json":
            return root
    return parsed(grammars().typescript, source)


def _spans(root: Node) -> Iterator[tuple[Node, int]]:
    """What opens, and the row before the one in which it closes. A bracket without a partner is passed over."""
    opened: list[Node] = []
    left = Counter[str]()
    for node in _parts(root):
        kind = node.type
        if kind in _WHOLE:
            yield node, node.end_point.row - 1
        elif kind in _CLOSER:
            opened.append(node)
            left[_CLOSER[kind]] += 1
        elif left[kind]:  # else all that is open would be looked through for each
            while (opening := opened.pop()) and _CLOSER[opening.type] != kind:
                left[_CLOSER[opening.type]] -= 1
            left[kind] -= 1
            yield opening, node.start_point.row - 1


def _parts(root: Node) -> Iterator[Node]:
    """What opens or closes, in the text's order. A walk, not a query of tree-sitter's: that takes the square of
    the brackets that are left open."""
    cursor = root.walk()
    while True:
        node = cursor.node
        # What the parser put in where it missed a bracket is nowhere in the text.
        if node is not None and node.type in _PARTS and node.end_byte > node.start_byte:
            yield node
        if not cursor.goto_first_child():
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
