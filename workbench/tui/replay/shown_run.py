"""What is asked for in the trace and the detail of a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.dialogs.ask import LineScreen
from workbench.util.digits import whole

if TYPE_CHECKING:
    from workbench.tui.replay.screen import ReplayScreen


class ReplayedRun:
    """The run as far as it was stepped through; its script is only read."""

    def __init__(self, screen: ReplayScreen) -> None:
        self._screen = screen
        self._pointed = 0
        """The call that a step, not the user, has put the cursor on."""

    def point(self) -> None:
        """The cursor of the trace to the call that the last step was of."""
        trace, playback = self._screen.trace, self._screen.playback
        seq = playback.last_call()
        if seq is None:
            trace.action_first()
            return
        self._pointed = seq
        selected = trace.selected
        if selected is None or selected.seq != seq:
            trace.select(seq)
        elif not playback.at_end:
            self._show_call(seq)

    def call_chosen(self, seq: int) -> None:
        own, self._pointed = seq == self._pointed, 0
        self._show_call(seq, in_front=not own or not self._screen.playback.at_end)

    def _show_call(self, seq: int, *, in_front: bool = True) -> None:
        """in_front: not at the end, where one looks for how it ended."""
        detail, state = self._screen.detail, self._screen.run.calls.get(seq)
        playback = self._screen.playback
        # The line at which the run failed keeps its mark.
        marks = in_front or playback.last is None or playback.last.line is None
        if state is None:
            detail.call.clear("Not reached yet · Enter goes there")
        else:
            detail.show_call(state)
            if state.call.line is not None and marks and not playback.playing:
                self._screen.mark_line(state.call.line - 1)
        if in_front:
            detail.show_tab("call")

    def copy_call(self, seq: int) -> None:
        state = self._screen.run.calls.get(seq)
        if state is not None:
            self._screen.detail.copy_call(state)

    def go_to_call(self, seq: int) -> bool:
        """To just after a call ended, or started where it never did. False: there is none."""
        position = self._screen.playback.after_call(seq)
        if position is None:
            return False
        self._screen.go_to_call_at(position)
        return True

    def ask_for_call(self) -> None:
        """Ask for the number of a call, go to where it ended."""
        app, last = (
            self._screen.app,
            len(self._screen.recording.calls) or len(self._screen.run.calls),
        )
        if not last:
            app.show_toast("It made no calls")
            return

        def named(answer: str | None) -> None:
            if answer is None:
                return
            seq = whole(answer.strip().lstrip("#"))
            if seq is None or not self.go_to_call(seq):
                said = f"There is no call {answer}: they are numbered 1 to {last}"
                app.show_toast(said, "warning")

        app.push_screen(LineScreen(f"Go to call (1 to {last})"), named)

    def go_to_console(self, number: int) -> None:
        self._screen.detail.show_console_line(number)
        self._screen.go_to("detail")

    def go_to_end(self, line: int | None, column: int | None) -> None:
        if line is None:
            self._screen.detail.show_tab("result")
            self._screen.go_to("detail")
        else:
            self.go_to_place(line, column)

    def go_to_place(self, line: int, column: int | None) -> None:
        """A line is marked as a whole, as those of the steps are."""
        self._screen.mark_line(line - 1)
        self._screen.go_to("script")

    def show_figures(self) -> None:
        from workbench.tui.trace.figures_screen import show_figures

        run = self._screen.run
        show_figures(self._screen.trace, run.pairs(), run.script)
