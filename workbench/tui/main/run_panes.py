"""The right half of the main screen: trace and detail, and what is chosen in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from workbench.tui.trace.view_messages import (
    CallHighlighted,
    CallOpened,
    CopyRequested,
    EndOpened,
    FiguresRequested,
)
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from workbench.tui.main.run_control import RunControl
    from workbench.tui.trace.detail_pane import DetailPane


class RunPanes(Vertical):
    """Gives what is asked for in its panes to the run that they show."""

    def __init__(self, trace: Pane, detail: DetailPane, runs: RunControl) -> None:
        super().__init__(classes="group", id="right")
        self._panes = trace, detail
        self._runs = runs

    def compose(self) -> ComposeResult:
        yield from self._panes

    @on(CallHighlighted)
    def _call_highlighted(self, event: CallHighlighted) -> None:
        self._runs.call_chosen(event.seq)

    @on(CopyRequested)
    def _copy_call(self, event: CopyRequested) -> None:
        self._runs.copy_call(event.seq)

    @on(ErrorCard.FixChosen)
    def _fix(self, event: ErrorCard.FixChosen) -> None:
        self._runs.fix(event.fix, event.line)

    @on(ErrorCard.PlaceChosen)
    def _to_place(self, event: ErrorCard.PlaceChosen) -> None:
        self._runs.go_to_place(event.line, event.column)

    @on(FiguresRequested)
    def _figures(self) -> None:
        self._runs.show_figures()

    @on(CallOpened)
    def _call_opened(self, event: CallOpened) -> None:
        self._runs.go_to_call(event.seq)

    @on(EndOpened)
    def _end_opened(self, event: EndOpened) -> None:
        self._runs.go_to_end(event.line, event.column)
