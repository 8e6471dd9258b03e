"""The rows of an editor that were drawn: which of them stay what they are when its text changes."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NamedTuple

from rich.segment import Segment
from textual.cache import LRUCache
from textual.strip import Strip

from workbench.util.dataclass import dataclass


class RowLook(NamedTuple):
    """What a drawn row was drawn for."""

    row: int
    """Of the text."""
    own: object
    """What it alone shows: the cursor, what is selected in it, a bracket; None: nothing of that."""
    beside: object
    """What it shows of other lines."""
    common: object
    """What is the same for all rows that are shown."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that stand elsewhere after an edit."""

    first: int
    """The first of them, where it stands now."""
    rows: int
    """So many rows further down than before."""
    lines: int
    """Their lines have so much higher numbers."""


def keep_rows(
    drawn: LRUCache[Any, Strip],
    first: int,
    moved: Moved | None,
    seen: range,
    others: Container[int],
    digits: int,
) -> None:
    """After an edit: forget the drawn rows from ``first`` on, but those that moved to where they are seen, and
    are not among ``others``, which look different; they get the numbers of their lines, of so many cells."""
    kept: list[tuple[RowLook, Strip]] = []
    for look in list(drawn.keys()):
        if look.row < first:
            continue
        if moved is not None and look.own is None and look.row + moved.rows >= moved.first:
            row = look.row + moved.rows
            strip = drawn.get(look)
            if strip is not None and row in seen and row not in others:
                kept.append((look._replace(row=row), _numbered(strip, moved.lines, digits)))
        drawn.discard(look)
    for look, strip in kept:
        drawn[look] = strip


def _numbered(strip: Strip, by: int, digits: int) -> Strip:
    """A row with the number of its line, where it shows one, higher by so much."""
    first, *rest = strip
    number, text = first.text[:digits], first.text[digits:]
    if not number.strip():
        return strip
    return Strip(
        [Segment(f"{int(number) + by:>{digits}}{text}", first.style), *rest], strip.cell_length
    )
