"""A trace and its detail, one above the other, and what is chosen in them."""

from __future__ import annotations

from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from workbench.tui.trace import view_messages
from workbench.tui.trace.detail_pane import DetailPane
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.widgets.pane import Pane


class RunShown(Protocol):
    """The run that the panes show, of whatever screen. Lines and columns count from 1."""

    def call_chosen(self, seq: int) -> None:
        """The cursor is on a call."""

    def copy_call(self, seq: int) -> None:
        """Copy a call with its arguments and its result."""

    def go_to_call(self, seq: int) -> object:
        """To where a call was made."""

    def go_to_console(self, number: int) -> None:
        """To a line that the script wrote (from 0), whole."""

    def go_to_end(self, line: int | None, column: int | None) -> None:
        """To where the script failed; without a place, to the whole error."""

    def go_to_place(self, line: int, column: int | None) -> None:
        """To a place of the script."""

    def show_figures(self) -> None:
        """Show what each tool cost, over the screen."""


class RunPanes(Vertical):
    """Gives what is asked for in its panes to the run that they show."""

    def __init__(
        self, trace: Pane, detail: DetailPane, run: RunShown, *, is_current: bool = False
    ) -> None:
        """is_current: the trace has the focus first. Were it marked then, all panes would be styled twice."""
        super().__init__(classes="group -current" if is_current else "group", id="right")
        self._panes = trace, detail
        self._run = run

    def compose(self) -> ComposeResult:
        yield from self._panes

    @on(view_messages.CallHighlighted)
    def _call_highlighted(self, event: view_messages.CallHighlighted) -> None:
        self._run.call_chosen(event.seq)

    @on(view_messages.CopyRequested)
    def _copy_call(self, event: view_messages.CopyRequested) -> None:
        self._run.copy_call(event.seq)

    @on(view_messages.LineCopyRequested)
    def _copy_line(self, event: view_messages.LineCopyRequested) -> None:
        self._panes[1].copy_line(event.number)

    @on(view_messages.FiguresRequested)
    def _figures(self) -> None:
        self._run.show_figures()

    @on(view_messages.CallOpened)
    def _call_opened(self, event: view_messages.CallOpened) -> None:
        self._run.go_to_call(event.seq)

    @on(view_messages.ConsoleOpened)
    def _console_opened(self, event: view_messages.ConsoleOpened) -> None:
        self._run.go_to_console(event.number)

    @on(view_messages.EndOpened)
    def _end_opened(self, event: view_messages.EndOpened) -> None:
        self._run.go_to_end(event.line, event.column)

    @on(ErrorCard.PlaceChosen)
    def _to_place(self, event: ErrorCard.PlaceChosen) -> None:
        self._run.go_to_place(event.line, event.column)
