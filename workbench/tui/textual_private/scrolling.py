"""Views that draw their own lines, with scrollbars that are right."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.widgets import RichLog


class LineScroll(ScrollView):
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
