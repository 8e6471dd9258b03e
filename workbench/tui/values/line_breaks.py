"""A long line as lines that fit: broken after words, nothing of it left out."""

from __future__ import annotations

from rich.cells import get_character_cell_size

from workbench.text.sanitize import clean_line


def wrapped(line: str, width: int) -> list[str]:
    """A text of one line in parts of at most so many cells, as it is drawn; joined they are the text.

    A part ends after white space where there is some in its second half; elsewhere in the word.
    """
    # Most lines of a log: a cell each, whatever is shown for it.
    if len(line) <= width and line.isascii():
        return [line]
    parts = []
    start = 0
    while start < len(line):
        end = _fitting(line, start, width)
        if end < len(line):
            space = max(line.rfind(" ", start, end), line.rfind("\t", start, end))
            if space > start + (end - start) // 2:
                end = space + 1
        parts.append(line[start:end])
        start = end
    return parts or [""]


def _fitting(line: str, start: int, width: int) -> int:
    """The end of the longest part from ``start`` that fits; at least one character."""
    end = min(len(line), start + max(1, width))
    shown = clean_line(line[start:end])
    if shown.isascii():
        return end
    cells = 0
    for place, sign in enumerate(shown, start):
        cells += get_character_cell_size(sign)
        if cells > width:
            return max(start + 1, place)
    return end
