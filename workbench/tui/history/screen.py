"""History: every execution of every process, newest first, live; opened, compared, kept, exported, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from workbench.core.ports import HistoryKeeper
from workbench.core.records import ScriptRow
from workbench.history import ExecutionRow
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.history.filters_screen import FiltersScreen
from workbench.tui.history.run_actions import RunActions
from workbench.tui.history.run_pages import ORDERS, Line
from workbench.tui.history.run_preview import RunPreview
from workbench.tui.history.runs_view import RunsView
from workbench.tui.history.saved_filters import SavedFilters
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.widgets.way_screen import WayScreen

OpenRun = Callable[[str], Awaitable[None]]
_OF_RUNS = frozenset(
    {"sort", "replay", "mark", "compare", "compare_good", "pin", "name", "export", "delete"}
)


class HistoryScreen(WayScreen[None]):
    """The list of executions. ``open_run`` shows one (its replay), ``turned`` hears that somebody showed or hid
    the preview."""

    DEFAULT_CSS = """
    HistoryScreen { layout: vertical; }
    #history-pane { height: 3fr; }
    #history-preview { height: 2fr; display: none; }
    HistoryScreen.-tall #history-preview, HistoryScreen.-beside #history-preview { display: block; }
    HistoryScreen.-beside #history-body { layout: horizontal; }
    HistoryScreen.-beside #history-pane { width: 3fr; height: 1fr; }
    HistoryScreen.-beside #history-preview { width: 2fr; height: 1fr; }
    HistoryScreen.-beside #history-preview.-failed CodeArea { display: block; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (180, "-beside")]  # noqa: RUF012 (Textual's own form)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-tall")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("history")]
    WAY = "history"

    def __init__(
        self,
        history: HistoryKeeper,
        open_run: OpenRun,
        filters: SavedFilters,
        filter_text: str = "",
        preview_wanted: bool | None = None,
        turned: Callable[[bool], None] = lambda shown: None,
    ) -> None:
        """filter_text: the filter that is in force at first. preview_wanted: None: where there is room."""
        super().__init__()
        self.view = RunsView(history, filter_text)
        self.preview = RunPreview(history, id="history-preview")
        self._preview_wanted = preview_wanted
        self._turned = turned
        self.filters = filters
        self._history = history
        self._open_run = open_run
        self._marks = asyncio.Lock()
        """Of changes of runs: each is made after the one before it."""

    def compose(self) -> ComposeResult:
        with Container(id="history-body"):
            with Pane(id="history-pane") as pane:
                pane.set_title("History")
                yield self.view
            if self._preview_wanted is not None:
                self.preview.display = self._preview_wanted
            yield self.preview
        yield KeyFooter()

    def on_resize(self) -> None:
        """There may be room for what there was none."""
        self.call_after_refresh(self._preview)

    @property
    def rows(self) -> RowList[Line]:
        return self.view.rows

    @property
    def _actions(self) -> RunActions:
        return RunActions(self.app, self._history)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where scripts are listed, nothing is done with a run, and the newest are first."""
        if self.view.folded and action in _OF_RUNS:
            return False
        return super().check_action(action, parameters)

    # -- the words around the list ---------------------------------------------------------

    @on(RunsView.Changed)
    def _titles(self) -> None:
        view = self.view
        shown = f"{len(self.rows.rows):,}{'' if view.whole else '+'} shown"
        title = f"History · {count(view.known, 'run')} · {shown}"
        can_do = "Enter opens · c last good run · d compares two · z by script · Esc back"
        if view.folded:
            groups = [row for row in self.rows.rows if isinstance(row, ScriptRow)]
            runs = sum(group.runs for group in groups)
            title = f"History · {count(runs, 'run')} of {count(len(groups), 'script')}"
            can_do = "Enter lists the runs of a script · z all runs · Esc back"
        elif view.order != "newest":
            title += f" · {ORDERS[view.order]} first"
        if view.marked is not None and not view.folded:
            can_do = f"{view.marked.label}* is marked: d on another run compares them"
        problem = self._history.problem
        self.query_one(Pane).set_title(title, clean_line(problem) if problem else can_do)
        self.refresh_bindings()
        self._preview()

    @on(RowList.Highlighted)
    def _preview(self) -> None:
        """What the run under the cursor ran; of a script, its last run."""
        row = self.rows.row
        self.preview.show(row.last if isinstance(row, ScriptRow) else row)

    @on(RunsView.Unreadable)
    def _unreadable(self, event: RunsView.Unreadable) -> None:
        why = clean_line(str(event.error), 300)
        self.rows.empty_text = why
        self.rows.refresh()
        self._actions.show_toast(why, error=True)
        self.query_one(Pane).set_title("History · cannot be read", why)

    def action_preview(self) -> None:
        """What a run ran beside the list, or the list alone."""
        self.preview.display = self._preview_wanted = not self.preview.display
        self._turned(self.preview.display)
        self._preview()

    def action_scroll_preview(self, by: int) -> None:
        self.preview.scroll_by(by)

    # -- which runs ------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.view.filter()

    def action_sort(self) -> None:
        """By the newest, the longest, the most calls."""
        self.view.turn_order()

    def action_fold(self) -> None:
        """One row a script, or one a run."""
        self.view.turn_fold()

    def action_back(self) -> None:
        """Out of the filter, back to the scripts, then out of the screen."""
        if not self.view.leave():
            self.dismiss()

    @work(exclusive=True, group="history-filters", exit_on_error=False)
    async def action_filters(self) -> None:
        """Choose, keep, rename or remove a filter that is kept."""
        chosen = await self.app.push_screen_wait(FiltersScreen(self.filters, self.view.text))
        if chosen is not None:
            self.view.set_filter(chosen)

    # -- one run ---------------------------------------------------------------------------

    @on(RowList.Selected)
    async def _selected(self) -> None:
        if not self.view.unfold():
            await self.action_replay()

    async def action_replay(self) -> None:
        run = self.view.run
        if run is not None:
            await self._open_run(run.execution_id)

    def action_mark(self) -> None:
        """Mark a run, to compare another with it."""
        run, view = self.view.run, self.view
        if run is not None:
            is_marked = view.marked is not None and view.marked.n == run.n
            self._mark(None if is_marked else run)

    def _mark(self, run: ExecutionRow | None) -> None:
        self.view.marked = run
        self.rows.refresh()
        self._titles()

    @work(exclusive=True, group="history-compare", exit_on_error=False)
    async def action_compare(self) -> None:
        """The marked run (a) beside this one (b); where none is marked, this one is from now on."""
        run, marked = self.view.run, self.view.marked
        if run is None:
            return
        if marked is None or marked.n == run.n:
            self._mark(run)
        else:
            await self._actions.compare(marked, run)

    @work(exclusive=True, group="history-compare", exit_on_error=False)
    async def action_compare_good(self) -> None:
        """The last good run of the same script (a) beside this one (b)."""
        if self.view.run is not None:
            await self._actions.compare_good(self.view.run)

    @work(group="history-marks", exit_on_error=False)
    async def action_pin(self) -> None:
        """Keep a run, however old it gets, or no longer."""
        run = self.view.run
        async with self._marks:
            if run is not None and await self._actions.turn_pin(run):
                self.view.reload()

    @work(group="history-marks", exit_on_error=False)
    async def action_name(self) -> None:
        """Name a run; the name is taken wherever an id is."""
        run = self.view.run
        async with self._marks:
            if run is not None and await self._actions.name(run):
                self.view.reload()

    @work(exclusive=True, group="history-export", exit_on_error=False)
    async def action_export(self) -> None:
        """Write the run as a recording that ``workbench replay`` takes on any machine."""
        if self.view.run is not None:
            await self._actions.export(self.view.run)

    @work(exclusive=True, group="history-delete", exit_on_error=False)
    async def action_delete(self) -> None:
        run = self.view.run
        if run is not None and await self._actions.delete(run):
            self.view.take_out(run)
