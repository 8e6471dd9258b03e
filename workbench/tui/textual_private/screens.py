"""A screen that draws only the rows that are painted, and paints what a key did at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from textual import events
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from workbench.tui.textual_private.painting import AppBase

R = TypeVar("R")


class ScreenBase(Screen[R]):
    """As Textual's, quicker from a key to its painting.

    Textual paints at a beat of 60 a second: what a key did waited up to 17 ms where something else was painted
    just before.
    """

    def __init__(
        self, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name, id, classes)
        self._compositor = _RowCompositor()

    async def _on_idle(self, event: events.Idle) -> None:
        changed = self._dirty_widgets or self._layout_required or self._scroll_required
        if changed and isinstance(self.app, AppBase) and self.app.paints_at_once:
            self._on_timer_update()
        # Textual's own is called next: it waits for the beat where something is left to paint.


class _RowCompositor(Compositor):
    """Draws the rows that are painted; Textual's draws every widget whole where one row of one changed, with
    all between the first and the last changed row."""

    _bands: tuple[Region, ...] | None = None
    """What is painted: groups of rows, as wide as the screen; None: what the caller says."""

    def render_partial_update(self) -> ChopsUpdate | None:
        screen = self.size.region
        regions = [region.intersection(screen) for region in self._dirty_regions]
        self._bands = tuple(_bands(regions, screen.width))
        try:
            return super().render_partial_update()
        finally:
            self._bands = None

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        screen = self.size.region
        rows = Region(0, crop.y, screen.width, crop.height) if crop else screen
        bands = self._bands if self._bands is not None else (rows,)
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            for band in bands:
                part = seen.intersection(band)
                if part:
                    yield part, clip, widget.render_lines(part.translate(-region.offset))


def _bands(regions: Iterable[Region], width: int) -> Iterable[Region]:
    """Groups of rows that follow on each other, as wide as said, which the regions are in."""
    rows = sorted({y for region in regions if region for y in region.line_range})
    start = 0
    for at, row in enumerate(rows):
        if at + 1 == len(rows) or rows[at + 1] != row + 1:
            yield Region(0, rows[start], width, at + 1 - start)
            start = at + 1
