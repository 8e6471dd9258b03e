"""From the first styles to the first painting, in the order in which each thing is done once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.main.screen import WorkbenchScreen


class Starting:
    """The start of an app. script: what is opened; None: what was open last."""

    def __init__(self, app: WorkbenchApp, script: Path | None) -> None:
        self._app = app
        self._script = script
        self._until_shown = ExitStack()
        """Keys wait, and nothing is painted."""

    def main_screen(self) -> WorkbenchScreen:
        """The main screen as it was left. Its colours are chosen before its styles are parsed."""
        app = self._app
        last_theme = app.sessions.recall()
        for problem in app.theme_files.begin(app.config.ui.theme or last_theme):
            app.show_toast(problem, "warning")
        app.stylesheet.set_variables(app.get_css_variables())
        self._until_shown.enter_context(app.key_order.hold())
        self._until_shown.enter_context(app.batch_update())
        return app.main

    async def open_scripts(self) -> None:
        """Open what is shown first, and let it have the focus before it is painted."""
        app, main = self._app, self._app.main
        main.welcome(first=app.sessions.is_first_start)
        await app.sessions.reopen(self._script)
        main.arrive()
        main.lay_out()
        # The editor looks as one that has the focus when it has heard of it, and the app has styled it.
        (main.focused or app).call_later(app.call_later, self._show)
        # Its imports would take half the processor from the first screen.
        app.call_after_refresh(app.runtime_host.open)

    def _show(self) -> None:
        self._until_shown.close()
        self._app.paints_at_once = True
        self._app.main.refresh()
