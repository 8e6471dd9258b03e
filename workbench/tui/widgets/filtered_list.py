"""A list with a line above it that filters it: history, tools, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from workbench.tui.widgets.line_input import FilterLine
from workbench.tui.widgets.row_list import Draw, RowList

T = TypeVar("T")


class FilteredList(Vertical, Generic[T]):
    """What is typed is told as ``Input.Changed``; the screen decides which rows are left of it."""

    DEFAULT_CSS = """
    FilteredList { height: 1fr; }
    """

    def __init__(
        self, draw: Draw[T], heading: Callable[[int], str], *, name: str, placeholder: str
    ) -> None:
        """name: begins the ids of the line and the rows."""
        super().__init__()
        self.line = FilterLine(id=f"{name}-filter", placeholder=placeholder)
        self.rows = RowList[T](draw, heading, id=f"{name}-rows")

    def compose(self) -> ComposeResult:
        yield self.line
        yield self.rows

    @property
    def text(self) -> str:
        """The filter."""
        return self.line.value

    def filter(self) -> None:
        """Go to the line in which the filter is typed."""
        self.line.focus()

    @on(Input.Submitted)
    def _filtered(self) -> None:
        self.rows.focus()

    def show_only(self, text: str) -> None:
        """Put a filter in force, and go to what is left of the list."""
        self.line.value = text
        self.rows.focus()

    def leave(self) -> bool:
        """Out of the filter, or of a list that it left empty: it is forgotten. False: one was in neither."""
        if not self.line.has_focus and (self.rows.rows or not self.text):
            return False
        self.line.value = ""
        self.rows.focus()
        return True
