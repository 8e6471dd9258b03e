"""The ways out of the main screen: the sidebar, other screens, other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import SuspendNotSupported

from workbench.config import FILE_NAME
from workbench.core import paths
from workbench.history import HistoryError
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.editor import external_editor as external
from workbench.tui.editor.editing import is_word
from workbench.tui.editor.tool_calls import call_text
from workbench.tui.main.input_sets import InputScreen
from workbench.tui.main.sidebar import Sidebar
from workbench.tui.wording import count

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime


class DoorsScreen(InputScreen):
    """The scripts with what leads away from them."""

    # -- the sidebar -------------------------------------------------------------------

    @property
    def sidebar(self) -> Sidebar:
        return self.query_one(Sidebar)

    def action_sidebar(self) -> None:
        """Show it and go there; from there, hide it."""
        if self.sidebar.has_focus_within:
            self.hide_sidebar()
        else:
            self.app.sidebar_wanted = True
            self.sidebar.show()
            self.sidebar.rows.focus()

    def hide_sidebar(self) -> None:
        self.app.sidebar_wanted = False
        self.sidebar.display = False
        self.go_to(self.pane_name)

    @on(Sidebar.Left)
    def _sidebar_left(self) -> None:
        self.hide_sidebar()

    @on(Sidebar.Chosen)
    async def _sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        row = event.row
        if self.is_paired:
            self.sidebar.display = False  # it lies over the panes there
        if row.tool is not None:
            self.insert_call(call_text(row.tool))
        elif row.kind == "run":
            self.go_to(self.pane_name)
            await self.app.open_replay(row.target)
        elif row.kind == "script":
            await self.open_named(row.target)

    # -- other screens and programs ----------------------------------------------------

    def action_editor(self) -> None:
        """The text of the script or the input in the user's editor."""
        is_input = self.pane_name == "input"
        area = self.tab.input if is_input else self.tab.script
        try:
            with self.app.suspend():
                text = external.edit(area.text, ".json" if is_input else ".js")
        except external.EditorError as error:
            self.app.say(str(error), "warning")
        except SuspendNotSupported:
            self.app.say("Another editor cannot be opened from here", "warning")
        else:
            if text != area.text:
                area.replace(text, (0, 0), area.document.end)
        self.app.refresh()

    def action_replay(self) -> None:
        """Choose one of the last runs and step through it."""
        runtime = self.opened()
        if runtime is None:
            return
        try:
            rows = runtime.history.list_executions(limit=100)
        except HistoryError as error:
            self.app.say(str(error), "error")
            return
        names = {
            f"{row.execution_id[:8]}  {row.status:11} {row.script or 'inline'}  "
            f"{count(row.tool_calls, 'call')}  by {row.client or row.source}": row.execution_id
            for row in rows
        }

        async def chosen(answer: str | None) -> None:
            if answer is not None:
                await self.app.open_replay(names.get(answer, answer))

        title = "Replay a run, or an exported file (its path)"
        self.app.push_screen(LineScreen(title, names=list(names)), chosen)

    def action_history(self) -> None:
        """Every run of every face; Enter replays one."""
        runtime = self.opened()
        if runtime is not None:
            from workbench.tui.history.screen import HistoryScreen

            self.app.push_screen(HistoryScreen(runtime.history, self.app.open_replay))

    def action_tools(self) -> None:
        """Servers and tools; Enter inserts a call at the cursor."""
        runtime = self.opened()
        if runtime is not None:
            from workbench.tui.tools.screen import ToolsScreen

            self.app.push_screen(ToolsScreen(runtime), self.insert_call)

    def insert_call(self, call: str | None) -> None:
        if call:
            script = self.tab.script
            row, column = script.cursor_location
            line = script.document.source_line(row)
            before, after = line[column - 1 : column], line[column : column + 1]
            # Beside a word it would become a part of it.
            script.insert((" " if is_word(before) else "") + call + (" " if is_word(after) else ""))
            self.go_to("script")

    def action_settings(self) -> None:
        """Every key of the configuration, with where its value comes from."""
        from workbench.tui.settings.screen import SettingsScreen

        file = paths.config_dir() / FILE_NAME
        self.app.push_screen(SettingsScreen(self.app.config, file, self.app.take_config))

    def opened(self) -> Runtime | None:
        """The runtime; says so where it is not open (yet)."""
        runtime = self.app.runtime_now
        if runtime is None:
            self.app.say("The servers and the history are not open yet", "warning")
        return runtime
