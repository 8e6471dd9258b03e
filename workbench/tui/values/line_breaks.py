"""A long line as lines that fit: broken after words, nothing of it left out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import get_character_cell_size

from workbench.text.sanitize import clean_line

_AHEAD = 4096
"""Characters whose cells are looked up together."""


def wrapped(line: str, width: int) -> list[str]:
    """A text of one line in parts of at most so many cells, as it is drawn; joined they are the text.

    A part ends after white space where there is some in its second half; elsewhere in the word.
    """
    return [*_parts(line, width)]


def wrapped_lines(text: str, width: int) -> Iterator[str]:
    """The parts of all lines of a text, each made when it is asked for."""
    for line in text.split("\n"):
        yield from _parts(line, width)


def _parts(line: str, width: int) -> Iterator[str]:
    # Most lines of a log: a cell each, whatever is shown for it.
    if not line or (len(line) <= width and line.isascii()):
        yield line
        return
    width = max(1, width)
    start = known = first = 0
    sizes, table = "", _Sizes()
    while start < len(line):
        if start + width > known:
            first, known = start, start + width + _AHEAD
            sizes = clean_line(line[first:known]).translate(table)
        end = start + _fitting(line[start : start + width], table, sizes, start - first, width)
        if end < len(line):
            space = max(line.rfind(" ", start, end), line.rfind("\t", start, end))
            if space > start + (end - start) // 2:
                end = space + 1
        yield line[start:end]
        start = end


class _Sizes(dict[int, str]):
    """A digit for each character: its cells. What a text is made of is looked up once, not each of a million
    characters."""

    def __missing__(self, code: int) -> str:
        digit = self[code] = str(get_character_cell_size(chr(code)))
        return digit


def _fitting(most: str, table: _Sizes, sizes: str, at: int, width: int) -> int:
    """How many of some characters, whose sizes stand from ``at`` on, fit; at least one."""
    end = at + len(most)
    if sizes.count("0", at, end):
        # What has no cell may get one where the part begins without what it belongs to.
        return _longest(clean_line(most).translate(table), 0, len(most), width)
    return _longest(sizes, at, end, width) - at


def _longest(sizes: str, start: int, end: int, width: int) -> int:
    while end > start + 1:
        cells = end - start + sizes.count("2", start, end) - sizes.count("0", start, end)
        if cells <= width:
            break
        # What is taken away has two cells each, at most.
        end = max(start + 1, end - (cells - width + 1) // 2)
    return end
