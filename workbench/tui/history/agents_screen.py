"""Agents at work: the sessions of other processes and their runs, live; Enter follows one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeAlias

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from workbench.core.ports import HistoryReader
from workbench.history import ExecutionRow, HistoryError
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.history.agents import AgentRuns, Session, has_failed
from workbench.tui.history.filter import client_filter
from workbench.tui.history.rows import script_name, sign_of, spent, style_of, when
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.line_view import Part, cells, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.widgets.way_screen import WayScreen
from workbench.util.dataclass import dataclass

_LOOK_S = 0.25
_KNOWN = 300
"""Runs of before that are read at the start."""
_RUNS = 6
"""So many runs of a session are listed; with all that are under way, and so many that failed before them."""
_MOST_NAME = 200
_STATE_STYLES = {"working": "accent", "waiting": "warning", "idle": "", "ended": "dim"}

Row: TypeAlias = tuple[Session, ExecutionRow | None, float]
"""A session, or one of its runs; calls a second."""


class AgentsScreen(WayScreen[None]):
    """``agents`` is fed by who follows the history; ``open_run`` shows a run, and follows it while it runs."""

    DEFAULT_CSS = """
    AgentsScreen { layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("agents")]
    WAY = "agents"

    def __init__(
        self,
        history: HistoryReader,
        agents: AgentRuns,
        open_run: Callable[[str], Awaitable[None]],
        open_history: Callable[[str], None],
    ) -> None:
        """open_history: shows the runs that a filter leaves."""
        super().__init__()
        self._history = history
        self._agents = agents
        self._open_run = open_run
        self._open_history = open_history
        self._longest = _MOST_NAME
        """Cells of the longest name that is listed."""

    def compose(self) -> ComposeResult:
        with Pane(id="agents-pane") as pane:
            pane.set_title("Agents", "Enter follows a run · h its history · Esc back")
            yield RowList[Row](
                lambda row, width: agent_line(row, width, self._longest),
                lambda width: _heading(width, self._longest),
                id="agents-rows",
            )
        yield KeyFooter()

    @property
    def rows(self) -> RowList[Row]:
        return self.query_one("#agents-rows", RowList)

    def on_mount(self) -> None:
        self.rows.empty_text = "Reading…"
        self.rows.focus()
        self._read()
        self.set_interval(_LOOK_S, self._update_rows)

    @work(exit_on_error=False)
    async def _read(self) -> None:
        """What ran before this terminal UI began to follow."""
        said = (
            "What agents and command lines run, as it runs\nNo other process has run a script yet"
        )
        try:
            known = await asyncio.to_thread(self._history.list_executions, limit=_KNOWN)
            self._agents.take(known, time.monotonic())
        except HistoryError as error:
            said = clean_line(str(error), 300)
        if not self.query(RowList):
            return  # it was left meanwhile
        self.rows.empty_text = said
        self._update_rows()

    def _update_rows(self) -> None:
        if not self.is_current:
            return
        now = time.monotonic()
        sessions = self._agents.sessions(now)
        rows: list[Row] = []
        for session in sessions:
            rows.append((session, None, session.rate))
            rows += [(session, run, self._agents.rate(run, now)) for run in listed(session)]
        if rows == self.rows.rows and not self._agents.running:
            return
        self._longest = max((cell_len(_name(row)) for row in rows), default=_MOST_NAME)
        before = self.rows.row
        places = [place for place, row in enumerate(rows) if _is_same(row, before)]
        self.rows.renew(rows, places[0] if places else None)
        queued = sum(session.queued for session in sessions)
        running = sum(session.running for session in sessions) - queued
        waiting = f" · {queued} queued" if queued else ""
        rate = sum(session.rate for session in sessions)
        self.query_one(Pane).set_title(
            f"Agents · {count(len(sessions), 'session')} · {running} running{waiting} · {rate:.1f} calls/s",
            "Enter follows a run · h its history · Esc back",
        )

    @on(RowList.Selected)
    async def _selected(self) -> None:
        row = self.rows.row
        if row is not None:
            run = row[1] or listed(row[0])[0]
            await self._open_run(run.execution_id)

    def action_its_history(self) -> None:
        """The runs of this client in the history."""
        row = self.rows.row
        if row is not None:
            who = row[0].client
            self._open_history(client_filter(who) if who else f"source:{row[0].source}")

    def action_failed(self) -> None:
        """Go to the next run that failed."""
        if not self.rows.move_to_next(lambda row: row[1] is not None and has_failed(row[1])):
            self.notify("No run that is listed failed", markup=False)


def listed(session: Session) -> list[ExecutionRow]:
    """The runs of a session that have a row: those under way, the waiting ones last; then those that ended
    last, and the last that failed."""
    running = [run for run in session.runs if run.status == "running"]
    running.sort(key=lambda run: run.waits_behind is not None)
    ended = [run for run in session.runs if run.status != "running"]
    room = max(0, _RUNS - len(running))
    failed = [run for run in ended[room:] if has_failed(run)]
    return [*running, *ended[:room], *failed[:_RUNS]]


def _is_same(row: Row, other: Row | None) -> bool:
    if other is None:
        return False
    (session, run, _), (other_session, other_run, _) = row, other
    if run is None or other_run is None:
        key = (session.owner, session.client, session.source)
        return run is other_run and key == (
            *(other_session.owner, other_session.client, other_session.source),
        )
    return run.n == other_run.n


@dataclass(frozen=True, slots=True)
class _Columns:
    """How many cells each column has."""

    name: int
    state: int
    calls: int
    rate: int
    time: int
    last: bool
    """Whether there is room for when it began."""

    @classmethod
    def of(cls, width: int, longest: int) -> _Columns:
        """longest: cells of the longest name of a session or run."""
        if width < 84:
            return cls(max(10, width - 43), 18, 6, 8, 9, last=False)
        return cls(min(longest, width - 67), 20, 7, 8, 10, last=True)


def _heading(width: int, longest: int) -> str:
    at = _Columns.of(width - 2, longest)
    text = f"  {fit('Session · run', at.name)} {fit('State', at.state)}"
    text += f"{'Calls':>{at.calls}} {'Calls/s':>{at.rate}}{'Time':>{at.time}}"
    return text + ("  Last" if at.last else "")


def _session_name(session: Session, room: int) -> str:
    """Who runs there, from where, in which process: the number is what tells two of them apart."""
    process = clean_line(session.process, 12)
    name = f"{session.source} · process {process}"
    if session.client:
        name = f"{clean_line(session.client, 40)}  {name}"
    if cell_len(name) <= room:
        return name
    return f"{fit(clean_line(session.who), max(4, room - len(process) - 3)).rstrip()} · {process}"


def _name(row: Row, room: int = _MOST_NAME) -> str:
    session, run, _ = row
    return _session_name(session, room) if run is None else f"  {script_name(run, room - 2)}"


def agent_line(row: Row, width: int, longest: int = _MOST_NAME) -> list[Part]:
    """A session, or below it one of its runs, on a line. longest: as for ``_Columns.of``."""
    session, run, rate = row
    at = _Columns.of(width, longest)
    if run is None:
        state, style = session.state, _STATE_STYLES[session.state]
        calls = sum(each.tool_calls for each in session.runs)
        took, last = count(len(session.runs), "run"), ""
        if session.failed:
            last = f"{session.failed} ✘ failed"
            state += "" if at.last else f" · {session.failed} ✘"
    else:
        state = f"{sign_of(run.state)} {run.error_code or run.state}"
        state += (
            f", {run.waits_behind:,} ahead" if run.waits_behind else " its user" if run.asks else ""
        )
        style = style_of(run.state)
        calls, took, last = run.tool_calls, spent(run), when(run.started_at)
    parts: list[Part] = [
        (fit(_name(row, at.name), at.name) + " ", "strong" if run is None else ""),
        (fit(state, at.state), style),
        (f"{calls:>{at.calls},} {f'{rate:.1f}' if rate else '':>{at.rate}}{took:>{at.time}}", ""),
    ]
    if at.last:
        room = max(0, width - cells(parts) - 2)
        parts.append(("  " + fit(last, room), "error" if run is None else "dim"))
    return parts
