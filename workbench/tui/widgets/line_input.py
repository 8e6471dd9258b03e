"""A line to type in: its keys mean what they mean in the editors."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from workbench.tui.commands import bindings
from workbench.tui.widgets.quiet_line import as_many


class LineInput(Input):
    """``^a`` selects all, as in the editors (Textual's goes to the start); the cursor does not blink."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("line")]

    def __init__(self, value: str | None = None, **options: Any) -> None:
        super().__init__(value, **options)
        self.cursor_blink = False


class FilterLine(LineInput):
    """Above or below a list that it filters: Enter and Down go to what is left of it. Of one line, also while
    one types: the frame that Textual puts there then would hide it."""

    DEFAULT_CSS = """
    FilterLine, FilterLine:focus { border: none; height: 1; padding: 0 1; background: $surface; }
    FilterLine:focus { background: $primary 20%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("filter")]

    def __init__(self, value: str | None = None, **options: Any) -> None:
        super().__init__(value, **options)
        self._hint = self.placeholder

    def on_resize(self) -> None:
        """As many of the hint's words, between dots, as there is room for."""
        first, *parts = str(self._hint).split(" · ")
        self.placeholder = as_many(first, parts, self.content_size.width - 1)
