"""The list of executions: read page by page, kept up to date with what any process runs, folded by script."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Literal

from textual import on, work
from textual.message import Message
from textual.widgets import Input
from textual.worker import Worker

from workbench.core.ports import HistoryKeeper
from workbench.core.records import ScriptRow, Wanted
from workbench.core.savings import Tokens
from workbench.history import POLL_S, ExecutionRow, Follower, HistoryError, Order
from workbench.tui.history.filter import HINT, nothing_found, script_filter, wanted_of
from workbench.tui.history.groups import group_heading, group_line
from workbench.tui.history.rows import Longest, heading, row_line, shows_tokens
from workbench.tui.history.run_pages import ORDERS, Line, Listed, Where, is_same, read_page
from workbench.tui.history.token_steps import counted
from workbench.tui.history.whole_message import words_with_message
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.line_view import Part
from workbench.tui.widgets.row_list import RowList
from workbench.tui.widgets.whole_row import More
from workbench.util.one_thread import OneThread

_TYPED_S = 0.12
_GROUPED_S = 1.0
"""Groups are of all runs: they are made anew at most so often, and not more than a fifth of the time."""

_EMPTY = "Every run of a script, whoever ran it\nF5 on the main screen makes the first"


class RunsView(FilteredList[Line]):
    """One row a run; folded, one row a script."""

    class Changed(Message):
        """Other rows, another order, or the cursor may be in another kind of row."""

    class Unreadable(Message):
        """The history cannot be read; nothing is followed any more."""

        def __init__(self, error: HistoryError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, history: HistoryKeeper, text: str = "") -> None:
        """text: the filter at first."""
        super().__init__(self._line, self._heading, name="history", placeholder=HINT)
        self.line.value = text
        self.rows.more_of = self._whole
        self.order: Order = "newest"
        self.folded = False
        self.marked: ExecutionRow | None = None
        """The run that another is to be compared with."""
        self.known = 0
        """Executions that there are."""
        self._at_start = self.whole = True
        """Nothing is to be read before and behind what is listed."""
        self._history = history
        self._wanted: Wanted = wanted_of(text)
        self._follower: Follower | None = None
        self._broken = False
        self._tokens: dict[str, Tokens] = {}
        self._before_unfolding: str | None = None
        """The filter under which the scripts were folded, while the runs of one are listed."""
        self._longest = Longest.of(())
        self._edge: Literal["first", "last"] | None = None
        """Home or End asked for the first or the last of all, which ``_to_edge`` reads."""
        self._to_edge: Worker[None] | None = None
        self._reads_anew = False
        """Until what is listed was read again, it is not known what is before it and behind it."""
        self._reader = OneThread()
        self._stale = False
        self._fold_at = 0.0

    def on_mount(self) -> None:
        self.rows.empty_text = "Reading…"
        self.rows.focus()
        self._load()
        self.set_interval(POLL_S, self._follow)

    def on_unmount(self) -> None:
        if self._follower is not None:
            self._follower.close()

    @property
    def run(self) -> ExecutionRow | None:
        """The run under the cursor; None: there is none, or a whole script's."""
        row = self.rows.row
        return row if isinstance(row, ExecutionRow) else None

    @property
    def runs(self) -> list[ExecutionRow]:
        """Those that are listed."""
        return [row for row in self.rows.rows if isinstance(row, ExecutionRow)]

    @property
    def is_filtered(self) -> bool:
        return bool(self._wanted)

    def _heading(self, width: int) -> str:
        return group_heading(width) if self.folded else heading(width, self._longest)

    def _line(self, row: Line, width: int) -> list[Part]:
        if isinstance(row, ScriptRow):
            return group_line(row, width)
        marked = self.marked is not None and row.n == self.marked.n
        tokens = self._tokens.get(row.execution_id)
        return row_line(row, width, marked=marked, tokens=tokens, longest=self._longest)

    def _whole(self, row: Line) -> More | None:
        """The words of a run that failed, with the whole message: the list has its beginning."""
        if not isinstance(row, ExecutionRow) or not row.error_code:
            return None
        return partial(words_with_message, self._history, row)

    def _renew(self, rows: list[Line], cursor: int | None = None) -> None:
        self.rows.renew(rows, cursor)
        self._shown()

    def _shown(self) -> None:
        """Other rows are listed."""
        self._longest = Longest.of(self.runs)
        self.rows.refresh()
        self.rows.empty_text = _EMPTY
        if self.is_filtered:
            self.rows.empty_text = nothing_found(self.text)
        self.post_message(self.Changed())
        self._count_tokens()

    # -- what is asked for -----------------------------------------------------------------

    def turn_order(self) -> None:
        """By the newest, the longest, the most calls."""
        orders = list(ORDERS)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self._begin()

    def set_filter(self, text: str) -> None:
        """Put a filter in force, and go to what is left of the list."""
        self._before_unfolding = None
        self.show_only(text)

    def turn_fold(self) -> None:
        """One row a script, or one a run."""
        self._before_unfolding = None
        self._fold(not self.folded)

    def _fold(self, folded: bool) -> None:
        """Rows of one kind go at once: keys that come meanwhile are not meant for them."""
        self.folded = folded
        self.rows.empty_text = "Reading…"
        self.rows.set_rows([], 0)
        self._begin()

    def unfold(self) -> bool:
        """Of the script under the cursor its runs. False: the cursor is on a run."""
        row = self.rows.row
        if not isinstance(row, ScriptRow):
            return False
        before = self.text
        self._fold(False)
        self.set_filter(f"{before} {script_filter(row.script)}".strip())
        self._before_unfolding = before
        return True

    def leave(self) -> bool:
        """Out of the filter, or back to the scripts. False: one was in neither."""
        if super().leave():
            return True
        if self._before_unfolding is None:
            return False
        self.line.value, self._before_unfolding = self._before_unfolding, None
        self._fold(True)
        return True

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._wanted = wanted_of(event.value)
        self._begin(after_s=_TYPED_S)

    # -- reading ---------------------------------------------------------------------------

    def _begin(self, after_s: float = 0.0) -> None:
        """Load from the start. Until it is there, no other page: that would be of other rows."""
        self._at_start = self.whole = self._reads_anew = True
        self._edge = None
        self._load(after_s=after_s)

    def reload(self) -> None:
        """What is shown, as it is now, with the cursor on the same run."""
        if self._edge is None or self._reads_anew:  # else it is on its way, as it is now
            self._reads_anew = True
            self._load("same")

    @on(RowList.NearEnd)
    def _read_next(self) -> None:
        if not (self.whole or self._reads_anew or self._edge):
            self._load("next")

    @on(RowList.NearStart)
    def _read_previous(self) -> None:
        if not (self._at_start or self._reads_anew or self._edge):
            self._load("previous")

    @on(RowList.EdgeWanted)
    def _read_edge(self, event: RowList.EdgeWanted) -> None:
        """Home and End go to the first and the last of all, also where those are not read yet."""
        if self._to_edge is not None:
            self._to_edge.cancel()
        self._edge = "first" if event.direction < 0 else "last"
        if not self._reads_anew:
            self._go_to_edge()

    def _go_to_edge(self) -> None:
        """Where Home or End asked for."""
        edge, is_last = self._edge, self._edge == "last"
        if edge is None:
            return
        if self.whole if is_last else self._at_start:
            self._edge = None
            self.rows.move_to(len(self.rows.rows) - 1 if is_last else 0)
        else:
            self._to_edge = self._load(edge)

    @work(exclusive=True, group="history", exit_on_error=False)
    async def _load(self, where: Where = "first", *, after_s: float = 0.0) -> None:
        """A page of the list. after_s: until then something else may be wanted, and takes the place of this."""
        if after_s:
            await asyncio.sleep(after_s)
        if where != "first" and where != "same" and (self.folded or not self.runs):
            return
        asked = self._wanted, self.order, self.folded
        try:
            if self._follower is None:  # before the rows are read: what comes after them is news
                self._follower = Follower(self._history)
            began = time.monotonic()
            page, listed, self.known = await self._reader.run(partial(self._read, asked, where))
        except HistoryError as error:
            self._cannot_read(error)
            return
        if asked != (self._wanted, self.order, self.folded) or not self.is_attached:
            return
        self._at_start, self.whole = listed.at_start, listed.at_end
        self._reads_anew = False
        if self.folded:
            self._stale, self._fold_at = False, 6 * time.monotonic() - 5 * began + _GROUPED_S
        if where == "previous":
            self.rows.put_before(page)
            self._shown()
            return
        if where == "next":
            self._renew([*self.runs, *page])
        elif where == "same":
            chosen = self.rows.row
            self._renew(page, next((at for at, row in enumerate(page) if is_same(row, chosen)), 0))
        else:
            self.rows.set_rows(page, len(page) - 1 if where == "last" else 0)
            self._shown()
        self._go_to_edge()

    def _read(
        self, asked: tuple[Wanted, Order, bool], where: Where
    ) -> tuple[list[Line], Listed, int]:
        """In a thread: one page or all groups, what is listed with it, and how many executions there are."""
        wanted, order, folded = asked
        history = self._history
        if folded:
            return [*history.list_scripts(**wanted)], Listed(), history.count()
        listed = Listed(self.runs, self._at_start, self.whole)
        page, listed = read_page(history, wanted, order, listed, where)
        return [*page], listed, history.count()

    @work(exclusive=True, group="history-tokens", exit_on_error=False)
    async def _count_tokens(self) -> None:
        """Tokens of the rows that are there."""
        if not shows_tokens(self.rows.size.width):
            return
        wanted = [
            row.execution_id
            for row in self.runs
            if row.status != "running" and row.execution_id not in self._tokens
        ]
        try:
            async for found in counted(self._history, wanted):
                self._tokens |= found
                top = self.rows.scroll_offset.y
                seen = self.rows.rows[top : top + self.rows.size.height]
                if any(isinstance(row, ExecutionRow) and row.execution_id in found for row in seen):
                    self.rows.refresh()
        except HistoryError as error:
            self._cannot_read(error)

    def on_resize(self) -> None:
        self._count_tokens()

    def _cannot_read(self, error: HistoryError) -> None:
        """A damaged file ends the following, not the app."""
        self._broken = True
        self.post_message(self.Unreadable(error))

    # -- following -------------------------------------------------------------------------

    def _follow(self) -> None:
        """Take in what this and other processes have run since the last look."""
        if self._follower is None or not self.screen.is_current or self._broken:
            return
        try:
            changed = self._follower.poll()
            if changed:
                self._take(changed)
        except HistoryError as error:
            self._cannot_read(error)
        if self._stale and time.monotonic() > self._fold_at:
            self.reload()
        if any(row.status == "running" for row in self.runs):
            self.rows.refresh()  # their time goes on

    def _take(self, changed: list[ExecutionRow]) -> None:
        if self.folded:
            self._stale = True
            return
        by_n = {row.n: row for row in changed}
        rows = [by_n.pop(row.n, row) for row in self.runs]
        if not self._at_start:  # by number, what is new stands before what is listed
            self.rows.renew(rows)
            if by_n and self.order != "newest":
                self.reload()
            return
        newest = max((row.n for row in rows), default=0)
        fresh = [row for row in sorted(by_n.values(), key=lambda r: -r.n) if row.n > newest]
        self.known += len(fresh)
        if fresh and self.is_filtered:
            fresh = self._history.list_executions(limit=len(fresh), after=newest, **self._wanted)
        if self.order != "newest":
            self.rows.renew(rows)
            if fresh:
                self.reload()
            return
        at_top = self.rows.cursor == 0 and self.rows.scroll_offset.y == 0
        self._renew([*fresh, *rows], 0 if at_top else self.rows.cursor + len(fresh))

    def take_out(self, run: ExecutionRow) -> None:
        """A run was deleted: its row goes, too."""
        self.known -= 1
        self._renew([row for row in self.runs if row.n != run.n])
