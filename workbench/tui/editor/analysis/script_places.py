"""Places of a script: rows, columns and characters, and the part of it around a cursor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

QUOTES = ('"', "'", "`")
HERE = chr(0xA66E)
"""A letter that no script has: in a tree that is made for a cursor, the name that is written there holds it."""
_BEFORE, _AFTER = 20_000, 8_000
"""Characters before a cursor, and after it, that are looked at."""
_WORD = re.compile(r"[\w$]+")
_STATEMENT = re.compile(r"\n(?=[A-Za-z_$/])")
"""Where a statement begins that is in nothing else, as scripts are written."""


def is_word(sign: str) -> bool:
    """Whether a character belongs to a name; nothing does not."""
    return _WORD.fullmatch(sign) is not None


def place_of(text: str, at: int) -> tuple[int, int]:
    """Row and column, from 0, of a character of a text."""
    return text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)


def index_of(text: str, place: tuple[int, int]) -> int:
    """The character of a text at a row and column, from 0; its end, where it has no such row."""
    at = 0
    for _ in range(place[0]):
        found = text.find("\n", at)
        if found < 0:
            return len(text)
        at = found + 1
    return min(at + place[1], len(text))


def text_around(text: str, place: tuple[int, int]) -> tuple[str, str, int]:
    """What stands before a place and after it, of a long script as many statements as are looked at, and the
    row that the first begins on."""
    at = index_of(text, place)
    start, end = at - _BEFORE, at + _AFTER
    if start > 0:
        found = _STATEMENT.search(text, start, start + _BEFORE // 2)
        start = max(start, text.find("\n", start, at) + 1) if found is None else found.end()
    else:
        start = 0
    if end < len(text):
        found = _STATEMENT.search(text, end - _AFTER // 2, end)
        end = max(at, text.rfind("\n", at, end)) if found is None else found.start()
    return text[start:at], text[at:end], text.count("\n", 0, start)


def text_of(node: Node) -> str:
    """What stands in a node, as the script has it."""
    return (node.text or b"").decode(errors="replace").replace(HERE, "")


def is_field(parent: Node, field: str, child: Node) -> bool:
    """Whether a node stands in that field of its parent."""
    found = parent.child_by_field_name(field)
    return found is not None and found.id == child.id
