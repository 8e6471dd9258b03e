"""What a part of the main screen may ask of the screen that it is a part of.

The parts (``ScriptTabs``, ``Problems``, ``RunControl`` …) are plain objects: each is given this and the
widgets that it fills, knows no other part but those it is given, and can be tried without the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from textual.timer import Timer
from textual.worker import Worker

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.main.tab import Tab


class Host(Protocol):
    """The main screen, as its parts see it."""

    pane_name: str
    """The pane that has the focus, or had it last."""

    @property
    def app(self) -> WorkbenchApp: ...

    @property
    def tab(self) -> Tab:
        """The script in front."""

    @property
    def is_paired(self) -> bool:
        """Whether of two panes only one is seen."""

    @property
    def shows_all(self) -> bool:
        """Whether all four panes and the first line are on the screen."""

    @property
    def shows_run(self) -> bool:
        """Whether the trace or the detail is on the screen."""

    def set_status(
        self, text: str, colour: str = "", parts: Sequence[str] = (), of: Tab | None = None
    ) -> None:
        """Say something in the status line. parts: more of it, as far as there is room; of: the script of
        which it speaks: it ends when another comes to the front."""

    def other_in_front(self) -> None:
        """Another script came to the front."""

    def apply_shares(self) -> None:
        """Lay the panes out: another script, with another input, is in front."""

    def go_to(self, pane: str) -> None:
        """Give a pane the focus."""

    def jump_to(self, row: int, column: int) -> None:
        """Put the cursor of the script in front there, row and column from 0."""

    def show_titles(self) -> None:
        """The words in the frames and in the first line may be others."""

    def show_run(self) -> None:
        """Titles, first line and status line say how the run stands."""

    def refresh_bindings(self) -> None:
        """Other commands have something to do now."""

    def set_timer(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call something once, after so many seconds."""

    def run_worker(
        self, work: Any, *, group: str = ..., exclusive: bool = ..., exit_on_error: bool = ...
    ) -> Worker[Any]:
        """Do something beside the screen."""
