"""The right half of the main screen: what is put right there goes to the script in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from workbench.tui.trace.run_panes import RunPanes
from workbench.tui.values.error_card import ErrorCard

if TYPE_CHECKING:
    from workbench.tui.main.run_control import RunControl
    from workbench.tui.trace.detail_pane import DetailPane
    from workbench.tui.widgets.pane import Pane


class EditedRunPanes(RunPanes):
    """The panes of a run whose script can be changed."""

    def __init__(self, trace: Pane, detail: DetailPane, runs: RunControl) -> None:
        super().__init__(trace, detail, runs)
        self._runs = runs

    @on(ErrorCard.FixChosen)
    def _fix(self, event: ErrorCard.FixChosen) -> None:
        self._runs.fix(event.fix, event.line)
