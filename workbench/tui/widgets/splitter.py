"""The frames between two panes as a handle: dragged with the mouse, they move.

No cell is spent on a bar of its own: where two frames meet, both cells are the handle (as in tmux).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from textual.geometry import Offset
from textual.widget import Widget

from workbench.util.dataclass import dataclass

Axis: TypeAlias = Literal["width", "height"]
LEAST = 0.2
"""What each of two neighbours keeps of what both have."""


@dataclass(frozen=True, slots=True, eq=False)
class Splitter:
    """Two neighbours that share a width or a height."""

    name: str
    """What its share is kept under: ``columns``, ``rows``, ``left``, ``right``."""
    first: Widget
    second: Widget
    axis: Axis

    @property
    def seen(self) -> bool:
        """Whether both are on the screen: one alone has nothing to share."""
        return bool(self.first.region.area and self.second.region.area)

    @property
    def share(self) -> float:
        """What the first one has, 0…1."""
        sizes = [getattr(widget.outer_size, self.axis) for widget in (self.first, self.second)]
        return float(sizes[0] / (sum(sizes) or 1))

    def take(self, share: float) -> float:
        """Give the first one so much, the second one the rest; returns what is kept of the wish."""
        share = min(max(round(share, 3), LEAST), 1 - LEAST)
        setattr(self.first.styles, self.axis, f"{share * 100:.1f}fr")
        setattr(self.second.styles, self.axis, f"{(1 - share) * 100:.1f}fr")
        return share

    def holds(self, at: Offset) -> bool:
        """Whether a place on the screen is the handle: the last line of the first, the first of the second."""
        one, two = self.first.region, self.second.region
        if not self.seen or not one.union(two).contains_point(at):
            return False
        if self.axis == "width":
            return at.x in (one.right - 1, two.x)
        return at.y in (one.bottom - 1, two.y)

    def share_at(self, at: Offset) -> float:
        """The share that puts the edge of the first one where the mouse is."""
        one, two = self.first.region, self.second.region
        if self.axis == "width":
            return (at.x + 1 - one.x) / (one.width + two.width)
        return (at.y + 1 - one.y) / (one.height + two.height)
