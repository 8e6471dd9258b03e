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
    """Draws the rows that are painted, of the widgets that are seen there. Textual's draws every widget whole
    where one row of one changed, also those behind it, and all between the first and the last changed row."""

    _bands: tuple[Region, ...] | None = None
    """What is painted: groups of rows, as wide as what changed in them; None: what the caller says."""

    def render_partial_update(self) -> ChopsUpdate | None:
        screen = self.size.region
        self._bands = tuple(_bands(region.intersection(screen) for region in self._dirty_regions))
        try:
            return super().render_partial_update()
        finally:
            self._bands = None

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        screen = self.size.region
        bands = self._bands if self._bands is not None else (crop or screen,)
        covered: list[list[Region]] = [[] for _ in bands]
        for widget, (region, clip) in self.visible_widgets.items():  # the foremost first
            seen = region.intersection(clip)
            for band, before in zip(bands, covered, strict=True):
                part = seen.intersection(band)
                if not part or any(each.contains_region(part) for each in before):
                    continue
                before.append(part)
                # Whole rows: they are divided where widgets begin and end, not where a painting does.
                rows = seen.intersection(Region(0, band.y, screen.width, band.height))
                yield rows, clip, widget.render_lines(rows.translate(-region.offset))


def _bands(regions: Iterable[Region]) -> Iterable[Region]:
    """Groups of rows that follow on each other, each as wide as the regions in it."""
    group: Region | None = None
    for region in sorted((each for each in regions if each), key=lambda each: each.y):
        if group is not None and region.y <= group.bottom:
            group = group.union(region)
            continue
        if group is not None:
            yield group
        group = region
    if group is not None:
        yield group
