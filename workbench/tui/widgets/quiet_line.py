"""A line of words around the panes: drawn only where it differs, and never with half a word."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class QuietLine(Static):
    """A line that is drawn anew only where it differs: nothing is drawn for nothing."""

    def put(self, content: Content) -> None:
        """What it says now."""
        if self.content != content:
            self.update(content)


def fitted(left: list[Content], right: list[Content], room: int) -> Content:
    """Two groups of words at the two ends of so many cells. Whole words or none: the pool and the tools are
    the first to go."""
    left, right = list(left), list(right)
    while True:
        start, end = Content("   ").join(left), Content("   ").join(right)
        gap = room - start.cell_length - end.cell_length
        if gap >= 2 or not (len(left) > 2 or len(right) > 1):
            return start + Content(" " * max(gap, 1)) + end
        (right if len(right) > 1 else left).pop()
