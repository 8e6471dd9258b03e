"""A list of objects as a table over the screen: sorted, filtered, copied as CSV or JSON."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from workbench.text.plurals import count
from workbench.text.sanitize import clean_line, encodable
from workbench.tui.commands import bindings
from workbench.tui.values.clipboard import copy
from workbench.tui.values.table import CELL, Row, Table, cell, csv_text, filtered, ordered
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import FilterLine
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList

_MEASURED = 300
"""Rows that decide how wide a column is, of all parts of the table."""
_ROOMY = 200
"""Cells of the widest column where there is room."""


class TableScreen(GuardedModal[str | None]):
    """Answers with ``raw`` where the value's text is wanted next, else with None."""

    DEFAULT_CSS = """
    TableScreen { align: center middle; background: $background 60%; }
    TableScreen > Pane { width: 96%; height: 92%; background: $background; }
    TableScreen FilterLine { display: none; &.-shown { display: block; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table")]

    class SaveRequested(Message):
        """``x``: the rows as CSV, for a file."""

        def __init__(self, text: str, name: str) -> None:
            super().__init__()
            self.text, self.name = text, name

    def __init__(self, table: Table, title: str) -> None:
        super().__init__()
        self._table = table
        self._title = clean_line(title, 60)
        self._shown: list[Row] = list(table.rows)
        self._column = 0
        self._left = 0
        """The first column that is seen."""
        self._by: str | None = None
        self._descending = False
        self._longest = self._measured()
        """Cells of what is longest in each column."""

    def compose(self) -> ComposeResult:
        with Pane():
            yield RowList(self._line, self._heading, id="table")
            yield FilterLine(placeholder="words · state:open · id>100 · -word", id="table-filter")

    def on_mount(self) -> None:
        self.rows.empty_text = "No row matches\nEsc clears the filter"
        self.rows.set_rows(self._shown, 0)
        self.rows.focus()
        self._show_title()

    @property
    def rows(self) -> RowList[Row]:
        return self.query_one("#table", RowList)

    @property
    def line(self) -> FilterLine:
        return self.query_one("#table-filter", FilterLine)

    # -- drawing ---------------------------------------------------------------------------

    def _measured(self) -> list[int]:
        every = max(1, len(self._table.rows) // _MEASURED)
        some = [*self._table.rows[::every], *self._table.rows[-1:]]
        longest = []
        for name in self._table.columns:
            widest = max((cell_len(cell(row, name, _ROOMY)) for row in some), default=0)
            longest.append(max(widest, cell_len(clean_line(name, CELL)) + 3))
        return longest

    def _widths(self, room: int) -> list[int]:
        """Cells of each column in so many: long ones share what is left where all are seen."""
        widths = [min(CELL, longest) for longest in self._longest]
        spare = room - sum(widths) - 2 * len(widths)
        for index, longest in enumerate(self._longest):
            more = max(0, min(longest - widths[index], spare))
            widths[index] += more
            spare -= more
        return widths

    def _heading(self, width: int) -> str:
        text = "  "
        widths = self._widths(width - 2)
        for index, name in self._visible():
            sign = (" ▼" if self._descending else " ▲") if name == self._by else ""
            mark = "▸" if index == self._column else ""
            text += fit(f"{mark}{clean_line(name, CELL)}{sign}", widths[index]) + "  "
        return text[:width]

    def _line(self, row: Row, width: int) -> list[Part]:
        parts: list[Part] = []
        used = 0
        widths = self._widths(width)
        for index, name in self._visible():
            if used >= width:
                break
            value = row.get(name)
            room = min(widths[index], width - used)  # of the last one what there is
            text = fit(cell(row, name, room), room)
            if isinstance(value, int | float) and not isinstance(value, bool):
                text = text.rstrip().rjust(room)
            style = "strong" if index == self._column else "dim" if value is None else ""
            parts.append((text + "  ", style))
            used += room + 2
        return parts

    def _visible(self) -> list[tuple[int, str]]:
        return list(enumerate(self._table.columns))[self._left :]

    def _show_title(self) -> None:
        shown, all_ = len(self._shown), len(self._table.rows)
        said = f"{shown:,} of {count(all_, 'row')}" if shown != all_ else count(all_, "row")
        column = clean_line(self._table.columns[self._column], 30)
        column += f", column {self._column + 1:,} of {len(self._table.columns):,}"
        more = f" · {self._table.left_out:,} columns left out" if self._table.left_out else ""
        if self._table.others:
            more += f" · {count(self._table.others, 'item')} left out: no objects"
        keys = "Enter the row · ←→ column · o order · / filter · y CSV · Y JSON · v text · Esc"
        self.query_one(Pane).set_title(f"{self._title} · {said} · {column}{more}", keys)

    # -- keys ------------------------------------------------------------------------------

    @on(RowList.Selected)
    def _opened(self) -> None:
        """The row as it is, with all that its cells have no room for."""
        from workbench.tui.values.value_screen import JsonScreen

        row = self.rows.row
        if row is not None:
            place = next(n for n, one in enumerate(self._table.rows, 1) if one is row)
            self.app.push_screen(JsonScreen(row, f"{self._title} · row {place:,}"))

    def action_column(self, by: int) -> None:
        last = len(self._table.columns) - 1
        self._column = min(max(0, self._column + by), last)
        self._left = min(self._left, self._column)
        room = self.rows.scrollable_content_region.width - 4
        widths = self._widths(room)
        while self._left < self._column:
            used = sum(width + 2 for width in widths[self._left : self._column + 1])
            if used <= room:
                break
            self._left += 1
        self.rows.refresh()
        self._show_title()

    @on(RowList.HeadingClicked)
    def _column_clicked(self, event: RowList.HeadingClicked) -> None:
        """A click on a column's name goes to it, and orders by it."""
        at, widths = 2, self._widths(self.rows.scrollable_content_region.width - 4)
        for index, _ in self._visible():
            at += widths[index] + 2
            if event.x < at:
                self.action_column(index - self._column)
                self.action_order()
                return

    def action_order(self) -> None:
        """By the column that is marked; again: the other way; then as it came."""
        name = self._table.columns[self._column]
        if self._by != name:
            self._by, self._descending = name, False
        elif not self._descending:
            self._descending = True
        else:
            self._by = None
        self._filter_and_sort()

    def action_filter(self) -> None:
        self.line.add_class("-shown")
        self.line.focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._filter_and_sort()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.rows.focus()

    @work(exclusive=True, group="table", exit_on_error=False)
    async def _filter_and_sort(self) -> None:
        """Filter and order; a newer wish takes the place of this one."""
        text, by, descending = self.line.value, self._by, self._descending

        def filter_and_order() -> list[Row]:
            rows = filtered(self._table.rows, text)
            return ordered(rows, by, descending=descending) if by is not None else rows

        self._shown = await asyncio.to_thread(filter_and_order)
        self.rows.set_rows(self._shown, 0)
        self._show_title()

    def action_leave(self) -> None:
        """Out of the filter; then away."""
        if self.line.has_class("-shown"):
            self.line.value = ""
            self.line.remove_class("-shown")
            self.rows.focus()
        else:
            self.dismiss(None)

    def action_raw(self) -> None:
        self.dismiss("raw")

    def action_copy_csv(self) -> None:
        self._copy(csv_text(self._table.columns, self._shown), "CSV")

    def action_copy_json(self) -> None:
        self._copy(json.dumps(self._shown, ensure_ascii=False, indent=2), "JSON")

    def action_save(self) -> None:
        text = csv_text(self._table.columns, self._shown)
        self.post_message(self.SaveRequested(encodable(text), f"{self._title}.csv"))

    def _copy(self, text: str, what: str) -> None:
        copy(
            self,
            text,
            f"{count(len(self._shown), 'row')} as {what} sent to the terminal's clipboard",
        )
