"""What is asked for in the trace and the detail of a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.tui.replay.screen import ReplayScreen


class ReplayedRun:
    """The run as far as it was stepped through; its script is only read."""

    def __init__(self, screen: ReplayScreen) -> None:
        self._screen = screen

    def call_chosen(self, seq: int) -> None:
        self._screen.call_chosen(seq)

    def copy_call(self, seq: int) -> None:
        state = self._screen.run.calls.get(seq)
        if state is not None:
            self._screen.detail.copy_call(state)

    def go_to_call(self, seq: int) -> bool:
        """To just after a call ended, or started where it never did. False: there is none."""
        position = self._screen.playback.after_call(seq)
        if position is None:
            return False
        self._screen.action_seek(position)
        self._screen.trace.select(seq)
        return True

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
