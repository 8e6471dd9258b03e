"""History: every execution of every process, newest first, live; opened, compared, exported, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from workbench.core.ports import HistoryKeeper
from workbench.core.records import Wanted
from workbench.core.savings import Tokens
from workbench.history import (
    POLL_S,
    ExecutionRow,
    Follower,
    HistoryError,
    Order,
    Recording,
    UnknownExecution,
    write_recording,
)
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.history.filter import HINT, wanted_of
from workbench.tui.history.rows import heading, row_line, shows_tokens
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.guarded_screen import GuardedScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.line_view import Part
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.wording import count

_PAGE = 200
_TYPED_S = 0.12
_LOOKED_BACK = 10
"""Pages of good runs that are looked through for one of the same script."""
_COUNTED_AT_ONCE = 25
_ORDERS: dict[Order, str] = {"newest": "newest", "longest": "longest", "calls": "most calls"}
"""In the order that ``s`` takes them."""

OpenRun = Callable[[str], Awaitable[None]]


class HistoryScreen(GuardedScreen[None]):
    """The list of executions. ``open_run`` shows one (its replay)."""

    DEFAULT_CSS = """
    HistoryScreen { layout: vertical; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("history")]

    def __init__(self, history: HistoryKeeper, open_run: OpenRun) -> None:
        super().__init__()
        self._list = FilteredList[ExecutionRow](
            self._line, heading, name="history", placeholder=HINT
        )
        self._history = history
        self._open_run = open_run
        self._wanted: Wanted = {}
        self._order: Order = "newest"
        self._whole = False
        self._marked: str | None = None
        self._follower: Follower | None = None
        self._broken = ""
        """Why the file cannot be read."""
        self._tokens: dict[str, Tokens] = {}

    def compose(self) -> ComposeResult:
        with Pane(id="history-pane"):
            yield self._list
        yield KeyFooter()

    @property
    def rows(self) -> RowList[ExecutionRow]:
        return self._list.rows

    def on_mount(self) -> None:
        self.rows.empty_text = "No runs yet · F5 on the main screen makes the first"
        self.rows.focus()
        self._load()
        self.set_interval(POLL_S, self._follow)

    # -- rows ------------------------------------------------------------------------------

    def _line(self, row: ExecutionRow, width: int) -> list[Part]:
        marked = row.execution_id == self._marked
        return row_line(row, width, marked=marked, tokens=self._tokens.get(row.execution_id))

    @work(exclusive=True, group="history-tokens", exit_on_error=False)
    async def _count_tokens(self) -> None:
        """Tokens of the rows that are there, in steps: what was not counted takes a millisecond a run."""
        if not shows_tokens(self.rows.size.width):
            return
        wanted = [
            row.execution_id
            for row in self.rows.rows
            if row.status != "running" and row.execution_id not in self._tokens
        ]
        for start in range(0, len(wanted), _COUNTED_AT_ONCE):
            some = wanted[start : start + _COUNTED_AT_ONCE]
            try:
                self._tokens |= await asyncio.to_thread(self._history.tokens_of, some)
            except HistoryError as error:
                self._cannot_read(error)
                return
            self.rows.refresh()

    def _begin(self) -> None:
        """Load from the start. Until it is there, no next page: that would follow other rows."""
        self._whole = True
        self._load()

    @work(exclusive=True, group="history", exit_on_error=False)
    async def _load(self, *, more: bool = False, again: bool = False, after_s: float = 0.0) -> None:
        """The first page, or the next one. again: what is shown, with the cursor on the same run.
        after_s: until then something else may be wanted, which takes the place of this."""
        if after_s:
            await asyncio.sleep(after_s)
        rows = self.rows.rows if more else []
        if more and (self._whole or not rows):
            return
        wanted, order = self._wanted, self._order
        limit = max(_PAGE, len(self.rows.rows)) if again else _PAGE
        try:
            if self._follower is None:  # before the rows are read: what comes after them is news
                self._follower = Follower(self._history)
            page = await asyncio.to_thread(
                self._history.list_executions,
                limit=limit,
                before=rows[-1].n if more and order == "newest" else None,
                order=order,
                offset=0 if order == "newest" else len(rows),
                **wanted,
            )
        except HistoryError as error:
            self._cannot_read(error)
            return
        if (wanted, order) != (self._wanted, self._order) or not self.is_attached:
            return
        self._whole = len(page) < limit
        chosen = self.rows.row if again else None
        places = [place for place, row in enumerate(page) if chosen and row.n == chosen.n]
        self.rows.set_rows([*rows, *page], None if more else places[0] if places else 0)
        if not page and not more and wanted:
            self.rows.empty_text = "No run matches the filter"
        self._titles()
        self._count_tokens()

    def _follow(self) -> None:
        """Take in what this and other processes have run since the last look."""
        if self._follower is None or not self.is_current or self._broken:
            return
        try:
            changed = self._follower.poll()
            if changed:
                self._take(changed)
        except HistoryError as error:
            self._cannot_read(error)
        if any(row.status == "running" for row in self.rows.rows):
            self.rows.refresh()  # their time goes on

    def _take(self, changed: list[ExecutionRow]) -> None:
        by_n = {row.n: row for row in changed}
        rows = [by_n.pop(row.n, row) for row in self.rows.rows]
        newest = max((row.n for row in rows), default=0)
        fresh = [row for row in sorted(by_n.values(), key=lambda r: -r.n) if row.n > newest]
        if fresh and self._wanted:
            matching = self._history.list_executions(limit=len(fresh), **self._wanted)
            fresh = [row for row in matching if row.n > newest]
        if self._order != "newest":
            self.rows.set_rows(rows)
            if fresh:
                self._load(again=True)
            return
        at_top = self.rows.cursor == 0
        self.rows.set_rows([*fresh, *rows], 0 if at_top else self.rows.cursor + len(fresh))
        self._titles()
        self._count_tokens()

    def on_resize(self) -> None:
        self._count_tokens()

    def _cannot_read(self, error: HistoryError) -> None:
        """A damaged file ends the following, not the app."""
        self._broken = clean_line(str(error), 300)
        self.rows.empty_text = self._broken
        self.rows.refresh()
        self._say(self._broken, error=True)
        self.query_one(Pane).set_title("History · cannot be read", self._broken)

    def _titles(self) -> None:
        shown = f"{len(self.rows.rows):,}{'' if self._whole else '+'} shown"
        problem = self._history.problem
        try:
            known = self._history.count()
        except HistoryError as error:
            self._cannot_read(error)
            return
        title = f"History · {count(known, 'run')} · {shown}"
        if self._order != "newest":
            title += f" · {_ORDERS[self._order]} first"
        can_do = "Enter opens · c last good run · d compares two · Esc back"
        if self._marked is not None:
            can_do = f"{self._marked[:8]}* is marked: d on another run compares them"
        self.query_one(Pane).set_title(title, clean_line(problem) if problem else can_do)

    @on(RowList.NearEnd)
    def _more(self) -> None:
        if not self._whole:
            self._load(more=True)

    # -- filter ----------------------------------------------------------------------------

    def action_filter(self) -> None:
        self._list.filter()

    @on(Input.Changed, "#history-filter")
    def _filter(self, event: Input.Changed) -> None:
        self._wanted = wanted_of(event.value)
        self._whole = True
        self._load(after_s=_TYPED_S)

    def action_sort(self) -> None:
        """By the newest, the longest, the most calls."""
        orders = list(_ORDERS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._begin()

    def action_back(self) -> None:
        """Out of the filter, then out of the screen."""
        if not self._list.leave():
            self.dismiss()

    # -- one run ---------------------------------------------------------------------------

    @on(RowList.Selected)
    async def action_replay(self) -> None:
        row = self.rows.row
        if row is not None:
            await self._open_run(row.execution_id)

    def action_mark(self) -> None:
        """Mark a run, to compare another with it."""
        row = self.rows.row
        if row is not None:
            self._marked = None if row.execution_id == self._marked else row.execution_id
            self.rows.refresh()
            self._titles()

    @work(exclusive=True, group="history-compare", exit_on_error=False)
    async def action_compare(self) -> None:
        """The marked run (a) beside this one (b); where none is marked, this one is from now on."""
        row, marked = self.rows.row, self._marked
        if row is None:
            return
        if marked is None or marked == row.execution_id:
            self._marked = row.execution_id
            self.rows.refresh()
            self._titles()
            return
        from workbench.tui.history.diff_screen import DiffScreen

        a = await self._recording(marked)
        b = await self._recording(row.execution_id)
        if a is not None and b is not None:
            self.app.push_screen(DiffScreen(a, b))

    @work(exclusive=True, group="history-compare", exit_on_error=False)
    async def action_compare_good(self) -> None:
        """The last run of the same script that went well, before this one (a), beside this one (b)."""
        row = self.rows.row
        if row is None:
            return
        try:
            good = await asyncio.to_thread(self._last_good, row)
        except HistoryError as error:
            self._say(str(error), error=True)
            return
        if good is None:
            name = row.script or "this inline script"
            self._say(f"No run of {clean_line(name, 60)} before this one went well")
            return
        from workbench.tui.history.diff_screen import DiffScreen

        a, b = await self._recording(good.execution_id), await self._recording(row.execution_id)
        if a is not None and b is not None:
            self.app.push_screen(DiffScreen(a, b, "a is the last good run before b"))

    def _last_good(self, row: ExecutionRow) -> ExecutionRow | None:
        before = row.n
        for _ in range(_LOOKED_BACK):
            page = self._history.list_executions(
                limit=_PAGE,
                status="ok",
                script=row.script,
                inline=row.script is None,
                before=before,
            )
            for other in page:
                same = other.script == row.script
                if same and (row.script is not None or other.code_start == row.code_start):
                    return other
            if len(page) < _PAGE:
                return None
            before = page[-1].n
        return None

    @work(exclusive=True, group="history-export", exit_on_error=False)
    async def action_export(self) -> None:
        """Write the run as a recording that ``workbench replay`` takes on any machine."""
        row = self.rows.row
        if row is None:
            return
        name = f"{row.execution_id[:8]}.workbench.json"
        answer = await self.app.push_screen_wait(LineScreen("Export to a file", name))
        if answer is None:
            return
        path, exists = _target(answer)
        if exists and not await self._sure(f"{path} exists.", "Overwrite"):
            return
        recording = await self._recording(row.execution_id)
        if recording is None:
            return
        try:
            await asyncio.to_thread(write_recording, recording, path)
        except OSError as error:
            self._say(f"Not written: {error}", error=True)
        else:
            self._say(f"Written to {path}")

    @work(exclusive=True, group="history-delete", exit_on_error=False)
    async def action_delete(self) -> None:
        row = self.rows.row
        if row is None:
            return
        if row.status == "running":
            self._say("It still runs: stop it first", error=True)
            return
        name = f"{row.execution_id[:8]} ({row.script or 'inline'})"
        if not await self._sure(f"Delete run {name} for good?", "Delete"):
            return
        try:
            with suppress(UnknownExecution):  # someone else was quicker; the row goes all the same
                await asyncio.to_thread(self._history.delete, row.execution_id)
        except HistoryError as error:
            self._say(str(error), error=True)
            return
        self.rows.set_rows([other for other in self.rows.rows if other.n != row.n])
        self._titles()

    async def _sure(self, question: str, yes: str) -> bool:
        answer = await self.app.push_screen_wait(
            ChoiceScreen(question, {"no": "Keep it", "yes": yes})
        )
        return answer == "yes"

    async def _recording(self, execution_id: str) -> Recording | None:
        try:
            return await asyncio.to_thread(self._history.recording, execution_id)
        except HistoryError as error:
            self._say(str(error), error=True)
            return None

    def _say(self, text: str, *, error: bool = False) -> None:
        severity = "error" if error else "information"
        self.notify(clean_line(text), severity=severity, markup=False)  # type: ignore[arg-type]


def _target(text: str) -> tuple[Path, bool]:
    """The file that a text names, and whether it is there."""
    path = Path(text).expanduser()
    return path, path.exists()
