"""Faint lines at each level of indentation: where a block of a script begins and ends is seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from itertools import islice

from rich.segment import Segment
from textual.strip import Strip

from workbench.tui.editor.text_edits import indentation

SIGN = "│"
_READ = 2_000
"""Lines that are looked at to know how a text is indented."""
_BLANK_LINES = 100
"""So far above and below a line without text the next one is looked for."""


def indent_step(lines: Sequence[str], tab: int) -> str | None:
    """A level of indentation in a text: what most lines are indented further than the one above, a tab where
    that is one. None: no line is."""
    steps = Counter[str]()
    before = 0
    for line in islice(lines, _READ):
        if line.strip():
            width = _indent(line, tab)
            if 1 < width - before <= 8:
                steps["\t" if line.startswith("\t") else " " * (width - before)] += 1
            before = width
    return steps.most_common(1)[0][0] if steps else None


def guides(lines: Sequence[str], row: int, unit: int, tab: int) -> range:
    """The cells of a line in which a guide stands; in one without text those that go through it."""
    line = lines[row]
    if line.strip():
        return range(0, _indent(line, tab) - unit + 1, unit)
    above = _next_indent(lines, range(row - 1, max(-1, row - 1 - _BLANK_LINES), -1), tab)
    below = _next_indent(lines, range(row + 1, min(len(lines), row + 1 + _BLANK_LINES)), tab)
    if above == below:
        return range(0, above, unit)
    return range(0, min(above, below) + 1, unit)


def blank_beside(lines: Sequence[str], rows: Set[int]) -> set[int]:
    """The lines without text above and below some: their guides are of the indentation of those, too."""
    found = set()
    for row in rows:
        for step in (-1, 1):
            at = row + step
            while (
                at not in rows
                and 0 <= at < len(lines)
                and abs(at - row) <= _BLANK_LINES
                and not lines[at].strip()
            ):
                found.add(at)
                at += step
    return found


def put_signs(strip: Strip, cells: Sequence[int], guide: Segment) -> Strip:
    """A row with a guide in cells of it that hold blanks, on the background that they have."""
    sign, style, _ = guide
    segments: list[Segment] = []
    x = 0
    for segment in strip:
        text, own, _ = segment
        end = x + len(text)  # up to the last guide all characters have one cell
        blank = len(text) - len(text.lstrip(" ")) if x <= cells[-1] and end > cells[0] else 0
        here = [cell - x for cell in cells if x <= cell < x + blank] if blank else ()
        x = end
        if not here:
            segments.append(segment)
            continue
        # The blanks between are of the style, too: each change of it is forty bytes to write.
        drawn = "".join(sign if at in here else " " for at in range(blank))
        segments.append(Segment(drawn, own + style if own and style else style))
        if blank < len(text):
            segments.append(Segment(text[blank:], own))
    return Strip(segments, strip.cell_length)


def _indent(line: str, tab: int) -> int:
    return len(indentation(line).expandtabs(tab))


def _next_indent(lines: Sequence[str], rows: range, tab: int) -> int:
    return next((_indent(lines[row], tab) for row in rows if lines[row].strip()), 0)
