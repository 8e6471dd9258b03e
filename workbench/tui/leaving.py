"""The way out: nothing that runs and no text that is in no file is lost unasked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.text.plurals import count
from workbench.tui.dialogs.ask import ChoiceScreen

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp


_HUNG_UP = 129
"""128 and SIGHUP, as a shell would say it."""


class Leaving:
    """Asks where something would be lost, and leaves."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._has_terminal = _is_terminal()

    def exit_without_terminal(self) -> None:
        """Leave where the terminal is gone: its window was closed, or the line to it broke, and no signal
        came because another program (make, sudo) stood between. Called once a second: Textual would go on
        asking a dead terminal for keys, with all of a processor."""
        if self._has_terminal and not self._app.is_headless and not _is_terminal():
            self._has_terminal = False
            self._app.keep_drafts()
            self._app.exit(return_code=_HUNG_UP)

    def ask(self) -> None:
        """Leave at once where nothing would be lost."""
        app = self._app
        if isinstance(app.screen, ChoiceScreen):
            return
        running, unsaved = self._running(), app.main.scripts.unsaved()
        if not running and not unsaved:
            app.exit(0)
            return
        choices = {"stay": "Stay"}
        if unsaved:
            choices["save"] = "Save and quit"
        choices["quit"] = "Quit without saving" if unsaved else "Quit and stop it"
        what = []
        if running:
            what.append(f"{count(running, 'script')} running; leaving stops what runs.")
        if unsaved:
            what.append(f"Not saved: {', '.join(unsaved)}.")
        app.push_screen(ChoiceScreen(" ".join(what), choices), self._answered)

    def _running(self) -> int:
        """Scripts that leaving would stop: the one on the main screen, a replay's live run, a tried tool."""
        runtime = self._app.runtime_now
        ours = len(runtime.engine.running) if runtime is not None else 0
        return max(ours, int(self._app.main.runs.active))

    def _answered(self, choice: str | None) -> None:
        if choice == "quit" or (choice == "save" and self._app.main.files.save_all()):
            self._app.exit(0)


def _is_terminal() -> bool:
    return sys.__stdin__ is not None and not sys.__stdin__.closed and sys.__stdin__.isatty()
