"""The tree of a script at its cursor, for what can stand there: of the whole, where that parses with a name at
the cursor (and a comma behind it), else of what stands before it, with all that is open closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from time import thread_time
from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.open_brackets import Open, open_at_end
from workbench.tui.editor.analysis.script_places import HERE, is_word, text_around
from workbench.tui.editor.analysis.syntax import (
    AT_A_KEY_S,
    grammars,
    typescript_tree,
    without_fence,
)
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_CODE = frozenset({"comment", "string", "template_string", "regex"})
_MEMBER = re.compile(r"\s*(?:[\w$]+|\"[^\"\n]*\"|'[^'\n]*')\s*[:,}]")
"""The next member of an object."""


@dataclass(frozen=True)
class CursorTree:
    """Places are in bytes of ``source``."""

    source: bytes
    root: Node
    as_it_is: Node
    """Of the whole script, however little of it parses; every place before the cursor is the same."""
    at: int
    """Where the cursor is."""
    after: str
    """What follows in the script."""
    inside: str
    """As in ``open_brackets.Open``."""
    row: int
    """The line of the script, from 0, that ``source`` begins with."""

    @cached_property
    def path(self) -> list[Node]:
        """The nodes around the cursor, from the root to the name that is written there."""
        from workbench.sandbox.child.grammars import path_to

        return path_to(self.root, self.at)

    @property
    def leaf(self) -> Node:
        return self.path[-1]

    @property
    def typed(self) -> str:
        """What is written of the name, or of the text, before the cursor."""
        return self.source[self.leaf.start_byte : self.at].decode(errors="replace")

    def around(self) -> Iterator[tuple[Node, Node]]:
        """Each node around the cursor with the one in it that leads there, from the inside."""
        path = self.path
        for index in range(len(path) - 2, -1, -1):
            yield path[index], path[index + 1]

    def row_of(self, node: Node) -> int:
        """The line of the script that a node begins on, from 0."""
        return self.row + node.start_point.row


@dataclass(frozen=True)
class CursorText:
    """A script around its cursor."""

    before: str
    after: str
    row: int

    @cached_property
    def opened(self) -> Open:
        """By its signs alone: all there is to know at most keys."""
        return open_at_end(self.before)

    @cached_property
    def tree(self) -> CursorTree:
        """As where a name is being written."""
        grammars()  # loaded before the time counts
        end = thread_time() + AT_A_KEY_S  # however often it is tried
        start = self.before.encode(errors="replace")
        source = start + (HERE + self.after).encode(errors="replace")
        root = as_it_is = typescript_tree(source)
        for mended in self._mended() if root.has_error else ():
            source = start + mended.encode(errors="replace")
            root = typescript_tree(source, end - thread_time())
            if not root.has_error:
                break
        found = CursorTree(source, root, as_it_is, len(start), self.after, "", self.row)
        inside = _inside(found.path) if root is as_it_is else self.opened.inside
        return replace(found, inside=inside)

    def _mended(self) -> Iterator[str]:
        """What may be put at the cursor, and behind it, where the script does not parse with a name alone."""
        if _MEMBER.match(self.after) is not None:
            yield f"{HERE},{self.after}"
        yield HERE + self.opened.closed(self.before)


def _inside(path: list[Node]) -> str:
    """As in ``open_brackets.Open``, by the nodes around a place."""
    for node in path[-2:]:
        if node.type in _NO_CODE:
            text = (node.text or b"").decode(errors="replace")
            return text[:2] if text.startswith(("//", "/*")) else text[:1]
    return ""


def text_at(text: str, cursor: tuple[int, int]) -> CursorText:
    """What stands around a cursor ``(row, column)``, both from 0."""
    return _looked_at(*text_around(without_fence(text), cursor))


@lru_cache(maxsize=1)
def _looked_at(before: str, after: str, row: int) -> CursorText:
    """One is kept: offers and what is said of a call ask for the same at each key."""
    return CursorText(before, after, row)


def read_at(text: str, cursor: tuple[int, int]) -> CursorTree:
    """The tree at a cursor, where a name is being written."""
    return text_at(text, cursor).tree


def look_at(text: str, place: tuple[int, int]) -> CursorTree:
    """The tree at a place of what is written: of the script as it stands, where that parses."""
    before, after, row = text_around(without_fence(text), place)
    start = before.encode(errors="replace")
    source = start + after.encode(errors="replace")
    root = typescript_tree(source)
    if root.has_error:
        return read_at(text, place)
    at = len(start) - (is_word(before[-1:]) and not is_word(after[:1]))
    return CursorTree(source, root, root, at, after, "", row)
