"""The figures of a run's tools over the screen: what was called how often, and what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from workbench.core.events import ToolCallFinished
from workbench.core.model import ToolCall
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.trace.tool_figures import ToolFigures, tool_figures
from workbench.tui.trace.view import TraceView
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.wording import duration, size, tokens_short

_ORDERS: tuple[tuple[str, Callable[[ToolFigures], float]], ...] = (
    ("total", lambda row: row.total_ms),
    ("calls", lambda row: row.calls),
    ("failed", lambda row: row.failed),
    ("p95", lambda row: row.p95_ms),
    ("result", lambda row: row.bytes_in),
)
_FIGURES = 56
_TOKENS = 9
_ROOM_FOR_TOKENS = 90


class FiguresScreen(GuardedModal[str | None]):
    """Answers with the filter of the tool that was chosen, or None."""

    DEFAULT_CSS = """
    FiguresScreen { align: center middle; background: $background 60%; }
    FiguresScreen > Pane { width: 108; max-width: 96%; height: auto; max-height: 90%;
        background: $surface; }
    FiguresScreen RowList { height: auto; max-height: 100%; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("figures")]

    def __init__(self, calls: list[tuple[ToolCall, ToolCallFinished | None]], of: str) -> None:
        super().__init__()
        self._calls = calls
        self._of = of
        self._found: list[ToolFigures] = []
        self._order = 0
        self._made = len(calls)

    def compose(self) -> ComposeResult:
        with Pane():
            yield RowList(_line, _heading, id="figures")

    def on_mount(self) -> None:
        self.rows.empty_text = "Counting…" if self._calls else "No calls: nothing to count"
        self.rows.styles.height = 4
        self.rows.focus()
        self._title()
        self._count()

    @property
    def rows(self) -> RowList[ToolFigures]:
        return self.query_one("#figures", RowList)

    @work(exit_on_error=False)
    async def _count(self) -> None:
        self._found = await asyncio.to_thread(tool_figures, self._calls)
        self._made = sum(row.calls for row in self._found)
        self.rows.styles.height = min(len(self._found), 24) + 2
        self._show()

    def _show(self) -> None:
        _, by = _ORDERS[self._order]
        self.rows.set_rows(sorted(self._found, key=lambda row: -by(row)), 0)
        self._title()

    def _title(self) -> None:
        title = f"{count(self._made, 'call')} of {self._of} by tool"
        order = f"by {_ORDERS[self._order][0]} · o another · Enter filters · Esc"
        self.query_one(Pane).set_title(title, order)

    def action_order(self) -> None:
        self._order = (self._order + 1) % len(_ORDERS)
        self._show()

    def on_row_list_selected(self) -> None:
        row = self.rows.row
        if row is not None:
            self.dismiss(f"tool:{row.tool}")


def show_figures(
    trace: TraceView, calls: list[tuple[ToolCall, ToolCallFinished | None]], script: str
) -> None:
    """The figures of these calls by tool; the one that is chosen there becomes the trace's filter."""

    def chosen(text: str | None) -> None:
        if text is not None:
            trace.set_filter(text)

    trace.app.push_screen(FiguresScreen(calls, clean_line(script, 40)), chosen)


def _heading(width: int) -> str:
    tokens = _TOKENS if width - 2 >= _ROOM_FOR_TOKENS else 0
    name = max(8, width - 2 - _FIGURES - tokens)
    text = f"  {fit('Tool', name)}{'calls':>8}{'failed':>8}{'p50':>9}{'p95':>9}{'total':>11}{'result':>11}"
    return f"{text}{'tokens':>{tokens}}" if tokens else text


def _line(row: ToolFigures, width: int) -> list[Part]:
    tokens = _TOKENS if width >= _ROOM_FOR_TOKENS else 0
    name = max(8, width - _FIGURES - tokens)
    failed = f"{row.failed:,} ✘" if row.failed else "0"
    refused = f" · {row.refused:,} refused" if row.refused else ""
    return [
        (fit(row.tool, name - len(refused)), "strong"),
        (refused, "error"),
        (f"{row.calls:>8,}", ""),
        (f"{failed:>8}", "error" if row.failed else "dim"),
        (f"{duration(row.median_ms):>9}{duration(row.p95_ms):>9}", ""),
        (f"{duration(row.total_ms):>11}{size(row.bytes_in):>11}", ""),
        (f"{tokens_short(row.tokens):>{tokens}}" if tokens else "", ""),
    ]
