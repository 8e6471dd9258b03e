"""The ways out of the main screen: the sidebar, other screens, other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from workbench.config import FILE_NAME
from workbench.core import paths
from workbench.history import HistoryError
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.editor import external_editor as external
from workbench.tui.editor.analysis.script_places import is_word
from workbench.tui.history.saved_filters import SavedFilters
from workbench.tui.main.opening import with_runtime
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.pane_screen import SPACIOUS, WIDE

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.main.host import Host
    from workbench.tui.main.script_files import ScriptFiles
    from workbench.tui.main.sidebar import Sidebar, SidebarRow

_ENDS = tuple(")]};\"'`")
"""What no call can stand behind on the same line."""
_MOST_NAME = 40
"""Letters of what was run, in a list of runs."""


class Navigation:
    """Leads from the scripts to all else, and takes what is brought back from there."""

    def __init__(self, host: Host, files: ScriptFiles, sidebar: Sidebar) -> None:
        self._host = host
        self._files = files
        self._sidebar = sidebar

    # -- the sidebar -------------------------------------------------------------------

    def fit_sidebar(self) -> None:
        """It is open where one wants it and has the room, and by itself where there is much room."""
        width, wanted = self._host.app.size.width, self._host.app.sidebar_wanted
        if wanted is False or self._sidebar.has_focus_within:
            return
        fits = width >= (SPACIOUS if wanted is None else WIDE)
        if fits and not self._sidebar.display:
            self._sidebar.show()
        elif not fits:
            self._sidebar.display = False

    def turn_sidebar(self) -> None:
        """Show it and go there; from there, hide it."""
        if self._sidebar.has_focus_within:
            self.hide_sidebar()
        else:
            self._want_sidebar(True)
            self._sidebar.show()
            self._sidebar.rows.focus()

    def hide_sidebar(self) -> None:
        """Back to the pane from which one went there."""
        self._want_sidebar(False)
        self._sidebar.display = False
        self._host.go_to(self._host.pane_name)

    def _want_sidebar(self, wanted: bool) -> None:
        """Where it lies over the panes, that says nothing of where it has room."""
        if self._host.app.size.width >= WIDE:
            self._host.app.sidebar_wanted = wanted

    async def take(self, row: SidebarRow) -> None:
        """Open what was chosen in the sidebar."""
        if self._host.is_paired:
            self._sidebar.display = False  # it lies over the panes there
        if row.tool is not None:
            from workbench.tui.editor.hints.tool_calls import call_text

            self.insert_call(call_text(row.tool))
        elif row.kind == "run":
            self._host.go_to(self._host.pane_name)
            await self._host.app.open_replay(row.target)
        elif row.kind == "script":
            await self._files.open_named(row.target)

    # -- other screens and programs ----------------------------------------------------

    def open_editor(self) -> None:
        """The text of the script or the input in the user's editor."""
        host = self._host
        is_input = host.pane_name == "input"
        area = host.tab.input if is_input else host.tab.script
        try:
            with host.app.suspend():
                text = external.edit(area.text, ".json" if is_input else ".js")
        except external.EditorError as error:
            host.app.show_toast(str(error), "warning")
        except SuspendNotSupported:
            host.app.show_toast("Another editor cannot be opened from here", "warning")
        else:
            area.take_over(text)

    def choose_replay(self) -> None:
        """Choose one of the last runs and step through it."""
        with_runtime(self._host, self._choose_replay)

    def _choose_replay(self, runtime: Runtime) -> None:
        from workbench.tui.history.rows import script_name

        app = self._host.app
        try:
            rows = runtime.history.list_executions(limit=100)
        except HistoryError as error:
            app.show_toast(str(error), "error")
            return
        names = {
            f"{row.label}  {row.state:11} {clean_line(script_name(row, 0), _MOST_NAME)}  "
            f"{count(row.tool_calls, 'call')}  by {row.client or row.source}": row.execution_id
            for row in rows
        }

        async def chosen(answer: str | None) -> None:
            if answer is not None:
                await app.open_replay(names.get(answer, answer))

        title = "Replay a run, or an exported file (its path)"
        app.push_screen(LineScreen(title, names=list(names)), chosen)

    def open_history(self, filter_text: str = "") -> None:
        """Every run of every face, or those that a filter leaves; Enter replays one."""
        with_runtime(self._host, lambda runtime: self._open_history(runtime, filter_text))

    def _open_history(self, runtime: Runtime, filter_text: str) -> None:
        from workbench.tui.history.screen import HistoryScreen

        app = self._host.app

        def turned(shown: bool) -> None:
            app.preview_wanted = shown

        filters, wanted = self.saved_filters, app.preview_wanted
        app.push_screen(
            HistoryScreen(runtime.history, app.open_replay, filters, filter_text, wanted, turned)
        )

    @property
    def saved_filters(self) -> SavedFilters:
        """The kept filters of the history."""
        return SavedFilters(self._host.app.data_dir)

    def open_tools(self) -> None:
        """Servers and tools; Enter inserts a call at the cursor."""
        with_runtime(self._host, self._open_tools)

    def _open_tools(self, runtime: Runtime) -> None:
        from workbench.tui.tools.screen import ToolsScreen

        app = self._host.app
        app.push_screen(ToolsScreen(runtime, app.seen_results), self.insert_call)

    def insert_call(self, call: str | None) -> None:
        """Put a call at the cursor of the script in front."""
        if call:
            script = self._host.tab.script
            row, column = script.cursor_location
            line = script.document.source_line(row)
            before, after = line[:column], line[column:].lstrip()
            if not before.strip() and (is_word(after[:1]) or after.startswith(("//", "/*"))):
                call += f";\n{before}"  # in front of a statement: it is one, too
            elif is_word(line[column : column + 1]):  # beside a word it would become a part of it
                call += " "
            if before.rstrip().endswith(_ENDS) and not after:  # behind a statement: it is one, too
                call = f"\n{line[: len(line) - len(line.lstrip())]}{call}"
            script.insert((" " if is_word(before[-1:]) else "") + call)
            self._host.go_to("script")

    def open_settings(self, key: str = "") -> None:
        """Every key of the configuration, or one, with where its value comes from."""
        from workbench.tui.settings.screen import SettingsScreen

        app, file = self._host.app, paths.config_dir() / FILE_NAME
        screen = SettingsScreen(app.config, file, app.take_config)
        app.push_screen(screen)
        if key:
            screen.call_after_refresh(lambda: screen.query_one(FilteredList).show_only(key))
