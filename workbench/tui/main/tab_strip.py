"""The names of the open scripts in a frame: the active one is always there, whole."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.util.dataclass import dataclass

_BETWEEN = " │ "
_BEFORE, _AFTER = "‹ ", " ›"
"""There are more scripts on this side."""


@dataclass(frozen=True, slots=True)
class Strip:
    """What is drawn, and where in it each name begins (for those that are seen)."""

    content: Content
    places: tuple[tuple[int, int], ...]
    """(index of the script, cell from 0)"""
    is_cut: bool = False
    """Whether the current name does not stand there whole."""

    def at(self, x: int) -> int | None:
        """The script whose name is at a cell; -1 at the sign for more of them, None elsewhere."""
        text, width = self.content.plain, self.content.cell_length
        if not 0 <= x < width or not self.places:
            return None
        if x < self.places[0][1] or (text.endswith(_AFTER) and x >= width - len(_AFTER)):
            return -1
        return [index for index, start in self.places if start <= x][-1]


def strip_of(labels: Sequence[str], current: int, width: int) -> Strip:
    """As many names around the current one as fit into so many cells."""
    if not labels:
        return Strip(Content(""), ())
    first = last = current
    while True:
        wider = [
            (start, end)
            for start, end in ((first, last + 1), (first - 1, last))
            if start >= 0 and end < len(labels) and _width(labels, start, end) <= width
        ]
        if not wider:
            break
        first, last = wider[0]
    before = _BEFORE if first else ""
    after = _AFTER if last < len(labels) - 1 else ""
    content, at, places, is_cut = Content(before), cell_len(before), [], False
    for index in range(first, last + 1):
        label = labels[index]
        if index == current:
            room = max(1, width - cell_len(before) - cell_len(after))
            if cell_len(label) > room:
                label, is_cut = set_cell_size(label, room - 1) + "…", True
        if index > first:
            content += Content(_BETWEEN)
            at += len(_BETWEEN)
        places.append((index, at))
        mine = index == current and len(labels) > 1
        content += Content.styled(label, "bold $primary") if mine else Content(label)
        at += cell_len(label)
    return Strip(content + Content(after), tuple(places), is_cut)


def _width(labels: Sequence[str], first: int, last: int) -> int:
    names = sum(cell_len(label) for label in labels[first : last + 1])
    width = names + len(_BETWEEN) * (last - first)
    return width + (len(_BEFORE) if first else 0) + (len(_AFTER) if last < len(labels) - 1 else 0)
