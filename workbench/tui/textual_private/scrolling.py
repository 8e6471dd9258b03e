"""Views that draw their own lines, with scrollbars that are right."""

from __future__ import annotations

from math import ceil

from rich.console import RenderableType
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.widgets import RichLog

_PARTS = 8
"""Of a cell, in which a thumb begins and ends."""


class SteadyBar(ScrollBar):
    """Draws itself anew only where its thumb begins or ends elsewhere. Textual's draws all of itself for each
    row that is scrolled, or added to thousands: 1.5 ms a key."""

    window_virtual_size: Reactive[int] = Reactive(100, repaint=False)
    window_size: Reactive[int] = Reactive(0, repaint=False)
    position: Reactive[float] = Reactive(0, repaint=False)

    _ends = (0, 0)
    """Of the thumb as it was drawn, in parts of cells."""

    def render(self) -> RenderableType:
        self._ends = self._thumb()
        return super().render()

    def watch_window_virtual_size(self) -> None:
        self._thumb_moved()

    def watch_window_size(self) -> None:
        self._thumb_moved()

    def watch_position(self) -> None:
        self._thumb_moved()

    def _thumb_moved(self) -> None:
        for old, new in zip(self._ends, self._thumb(), strict=True):
            if old != new:
                first, last = sorted((old // _PARTS, new // _PARTS))
                cells = last + 1 - first
                self.refresh(
                    Region(0, first, self.size.width, cells)
                    if self.vertical
                    else Region(first, 0, cells, self.size.height)
                )

    def _thumb(self) -> tuple[int, int]:
        """Where Textual draws it."""
        cells = self.size.height if self.vertical else self.size.width
        whole, window = ceil(self.window_virtual_size), ceil(self.window_size)
        if not (cells and 0 < window < whole):
            return 0, 0
        thumb = max(1, window * cells / whole)
        start = int((cells - thumb) * self.position / (whole - window) * _PARTS)
        return max(0, start), max(0, start + ceil(thumb * _PARTS))


class SteadyBars(ScrollView):
    """A scroll view with such bars."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = self._started(vertical=True)
        return self._vertical_scrollbar

    @property
    def horizontal_scrollbar(self) -> ScrollBar:
        if self._horizontal_scrollbar is None:
            self._horizontal_scrollbar = self._started(vertical=False)
        return self._horizontal_scrollbar

    def _scroll_update(self, virtual_size: Size) -> None:
        """As Textual's, which draws both bars anew."""
        self._refresh_scrollbars()
        width, height = self.container_size
        if self.show_vertical_scrollbar and self.styles.scrollbar_size_vertical:
            bar = self.vertical_scrollbar
            bar.window_virtual_size = virtual_size.height
            bar.window_size = height - self.scrollbar_size_horizontal
        if self.show_horizontal_scrollbar and self.styles.scrollbar_size_horizontal:
            bar = self.horizontal_scrollbar
            bar.window_virtual_size = virtual_size.width
            bar.window_size = width - self.scrollbar_size_vertical
        self.scroll_x = self.validate_scroll_x(self.scroll_x)
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def _started(self, *, vertical: bool) -> ScrollBar:
        """As Textual does it."""
        name, size = (
            ("vertical", self.scrollbar_size_vertical)
            if vertical
            else ("horizontal", self.scrollbar_size_horizontal)
        )
        bar = SteadyBar(vertical, name, thickness=size)
        bar.display = False
        self.app._start_widget(self, bar)
        return bar


class LineScroll(SteadyBars):
    """A scroll view that draws its own lines."""

    virtual_size: Reactive[Size] = Reactive(Size())
    """As Textual's, but more lines lay nothing out anew: a trace that grows did so ten times a second."""

    def watch_virtual_size(self) -> None:
        """Textual's look at the scrollbars misses lines that become as many as there is room for. One that
        comes or goes lays out."""
        self._scroll_update(self.virtual_size)
        if self.styles.auto_dimensions:
            self.refresh(layout=True)


class LineLog(RichLog):
    """A log that knows how many of its first rows were let go."""

    @property
    def rows_let_go(self) -> int:
        return self._start_line
