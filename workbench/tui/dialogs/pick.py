"""Choose one of many: a line that narrows them down, and the rows that are left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.titled_box import TitledBox
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import LineInput
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList

_SHOWN = 400


class PickScreen(GuardedModal[int | None]):
    """Gives the number of the row that was chosen."""

    DEFAULT_CSS = """
    PickScreen { align: center middle; background: $background 60%; }
    PickScreen > .dialog { width: 84; height: 20; max-height: 90%; padding: 0 1; }
    PickScreen Input, PickScreen Input:focus { border: none; padding: 0 1; height: 1; }
    PickScreen RowList { background: $surface; }
    PickScreen #pick-whole { height: auto; max-height: 5; padding: 0 2; color: $foreground 70%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("names")]

    def __init__(
        self,
        title: str,
        labels: Sequence[str],
        chosen: int = 0,
        *,
        typed: str = "",
        seen: Callable[[int], None] = lambda _: None,
    ) -> None:
        """labels: of any length and content. chosen: where the cursor begins. typed: narrows them first.
        seen: hears of the row under the cursor."""
        super().__init__()
        self._seen = seen
        self._title = title
        self._labels = labels
        self._chosen = chosen
        self._typed = typed

    def compose(self) -> ComposeResult:
        with TitledBox(self._title):
            yield LineInput(self._typed, placeholder="words narrow them down", id="pick-line")
            yield RowList[int](self._line, lambda _: "", id="pick-rows", one_click=True)
            yield Static(id="pick-whole", markup=False)

    @property
    def rows(self) -> RowList[int]:
        return self.query_one("#pick-rows", RowList)

    def on_mount(self) -> None:
        self.rows.empty_text = "Nothing fits"
        line = self.query_one(Input)
        line.focus()
        line.cursor_position = len(self._typed)
        self._narrow()

    def _line(self, number: int, width: int) -> list[Part]:
        label = clean_line(self._labels[number], max(_SHOWN, width))
        return [(fit(label, width), "")]

    @on(Input.Changed)
    def _narrow(self) -> None:
        words = self.query_one(Input).value.lower().split()
        left = [
            number
            for number, label in enumerate(self._labels)
            if all(word in label.lower() for word in words)
        ]
        self.rows.set_rows(left, 0 if words else self._chosen)
        self._report_highlighted()

    @on(RowList.Highlighted)
    @on(RowList.Cut)
    def _report_highlighted(self) -> None:
        row = self.rows.row
        whole = clean_line(self._labels[row]) if row is not None and self.rows.is_cut else ""
        self.query_one("#pick-whole", Static).update(whole)
        if self.rows.row is not None:
            self._seen(self.rows.row)

    @on(Input.Submitted)
    @on(RowList.Selected)
    def _take(self) -> None:
        if self.rows.row is not None:
            self.dismiss(self.rows.row)

    def action_move(self, by: int) -> None:
        self.rows.action_move(by)
