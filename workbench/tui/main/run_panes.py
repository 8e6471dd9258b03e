"""The right half of the main screen: what is chosen there is shown in the script in front, and put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from workbench.text.sanitize import clean_line
from workbench.tui.trace.run_panes import RunPanes
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.values.error_reading import Fix, place_of

if TYPE_CHECKING:
    from workbench.tui.main.host import Host
    from workbench.tui.main.run_control import RunControl
    from workbench.tui.trace.detail_pane import DetailPane
    from workbench.tui.trace.view import TraceView
    from workbench.tui.widgets.pane import Pane


class RunOfScript:
    """What one does with the run on the screen, whose script can be changed (``RunShown``)."""

    def __init__(self, host: Host, runs: RunControl, trace: TraceView, detail: DetailPane) -> None:
        self._host = host
        self._runs = runs
        self._trace = trace
        self._detail = detail

    def call_chosen(self, seq: int) -> None:
        """The cursor of the trace came to a call."""
        state = self._runs.call(seq)
        if state is None:
            return
        self._detail.show_call(state)
        if self._trace.has_focus:
            self._detail.show_tab("call")
            self._host.tab.script.highlight_line(state.call.line)

    def copy_call(self, seq: int) -> None:
        """A call as JSON, to the terminal's clipboard."""
        state = self._runs.call(seq)
        if state is not None:
            self._detail.copy_call(state)

    def show_figures(self) -> None:
        """Show the figures of each tool over the screen."""
        from workbench.tui.trace.figures_screen import show_figures

        run = self._runs.shown
        if run is not None:
            show_figures(self._trace, run.pairs(), run.script)

    def fix(self, fix: Fix, line: int | None) -> None:
        """Put a near name where the wrong one stands."""
        tab = self._host.tab
        place = place_of(fix.wrong, tab.script.text, line)
        if place is None:
            wrong = clean_line(fix.wrong, 60)
            self._host.app.show_toast(f"{wrong} is no longer in the script", "warning")
            return
        row, column = place
        tab.script.replace(fix.right, place, (row, column + len(fix.wrong)))
        self._host.jump_to(row, column + len(fix.right))
        self._host.set_status(
            f"{fix.right} stands for {fix.wrong} now: F5 runs it, ^z takes it back", of=tab
        )

    def go_to_call(self, seq: int) -> None:
        """To where the script made the call."""
        state = self._runs.call(seq)
        if state is not None and state.call.line is not None:
            self.go_to_place(state.call.line, state.call.column)

    def go_to_console(self, number: int) -> None:
        """To a line that the script wrote, whole."""
        self._detail.show_console_line(number)
        self._host.go_to("detail")

    def go_to_end(self, line: int | None, column: int | None) -> None:
        """To where the script failed; without a place, to the whole error."""
        if line is None:
            self._detail.show_tab("result")
            self._host.go_to("detail")
        else:
            self.go_to_place(line, column)

    def go_to_place(self, line: int, column: int | None) -> None:
        """To a place of the script that ran, from 1."""
        self._host.jump_to(line - 1, max((column or 1) - 1, 0))


class EditedRunPanes(RunPanes):
    """The panes of such a run."""

    def __init__(self, trace: Pane, detail: DetailPane, run: RunOfScript) -> None:
        super().__init__(trace, detail, run)
        self._edited = run

    @on(ErrorCard.FixChosen)
    def _fix(self, event: ErrorCard.FixChosen) -> None:
        self._edited.fix(event.fix, event.line)
