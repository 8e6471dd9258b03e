"""What other processes run now (a served agent, a command line): told, and followed, on the main screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from textual.content import Content

from workbench.core.waits import QUEUED, waits_in_words
from workbench.history import HistoryError, this_process
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui import commands
from workbench.tui.history.agents import AgentRuns, has_failed
from workbench.tui.main.opening import with_runtime
from workbench.tui.notices import FailureNotices
from workbench.tui.wording import COLOURS, SIGNS, Shown, duration

if TYPE_CHECKING:
    from workbench.core.ports import HistoryReader
    from workbench.core.runtime import Runtime
    from workbench.history import ExecutionRow, Follower
    from workbench.tui.main.host import Host
    from workbench.tui.main.navigation import Navigation
    from workbench.tui.main.run_control import RunControl
    from workbench.tui.main.status_lines import OthersMark, StatusLine

_SHOWN_S = 15.0
"""How long a run that ended stays in the header."""
_MOST_NAME = 24


class OtherRuns:
    """Follows the history; ``newest`` is the latest run of another process that ran at the start, or since."""

    def __init__(self, history: HistoryReader) -> None:
        self._history = history
        self._follower: Follower | None = None
        self._me = this_process()
        self._changed = 0.0
        self.newest: ExecutionRow | None = None
        self.agents = AgentRuns(self._me)
        self.failed: list[ExecutionRow] = []
        """What failed at the last look."""
        self.own_failed: list[ExecutionRow] = []
        """Of this process."""

    def poll(self) -> bool:
        """Whether there is something new to show. A file that cannot be read shows nothing."""
        self.failed = []
        try:
            if self._follower is None:
                from workbench.history import Follower

                self._follower = Follower(self._history)
                changed = self._follower.under_way
            else:
                generation = self._follower.generation
                changed = self._follower.poll()
                if self._follower.generation != generation:
                    self.agents.forget()
                    self.newest = None
        except HistoryError:
            changed = []
        rows = [row for row in changed if row.owner != self._me]
        self.own_failed = [row for row in changed if row.owner == self._me and has_failed(row)]
        if rows:
            self._changed = time.monotonic()
            ended = self.agents.take(rows, self._changed)
            # One that waits for a worker shows nothing yet: one that runs comes before it.
            under_way = self.agents.running or rows
            self.newest = max(under_way, key=lambda row: (row.waits_behind is None, row.n))
            self.failed = [row for row in ended if has_failed(row)]
        return bool(rows)

    @property
    def is_news(self) -> bool:
        """Whether the newest runs, or has just ended."""
        is_running = self.newest is not None and self.newest.status == "running"
        return is_running or time.monotonic() - self._changed <= _SHOWN_S

    def mark(self) -> tuple[str, Shown] | None:
        """``✔ claude-code``, or ``… 3 runs of others``, and how that stands; None where nothing runs nor has
        just ended."""
        running, row = self.agents.running, self.newest
        if len(running) > 1:
            at_work = sum(row.waits_behind is None for row in running)
            if not at_work:
                return f"{SIGNS[QUEUED]} {count(len(running), 'run')} of others queued", QUEUED
            return f"{SIGNS['running']} {count(at_work, 'run')} of others", "running"
        if row is None or not self.is_news:
            return None
        status = cast(Shown, row.state)
        return f"{SIGNS[status]} {clean_line(row.client or row.source, _MOST_NAME)}", status

    def line(self) -> Content | None:
        """The mark with more: ``✔ claude-code: triage.js, 3 calls, 2.3 s``, or ``… 3 runs of others,
        12 calls/s, 2 queued``."""
        running, row, mark = self.agents.running, self.newest, self.mark()
        if mark is None or row is None:
            return None
        said, status = mark
        if len(running) > 1:
            now = time.monotonic()
            queued = sum(row.waits_behind is not None for row in running)
            if status != QUEUED:
                said += f", {sum(self.agents.rate(row, now) for row in running):.0f} calls/s"
                said += f", {queued} queued" if queued else ""
            return Content.styled(said, COLOURS[status])
        what = clean_line(row.script, _MOST_NAME) if row.script else "inline script"
        said += f": {what}, {QUEUED if status == QUEUED else count(row.tool_calls, 'call')}"
        said += ", asks its user" if row.asks else ""
        if row.duration_ms is not None and row.status != "running":
            said += f", {duration(row.duration_ms)}"
        return Content.styled(said, COLOURS[status])


class ExternalRuns:
    """Tells in the status line that another process runs a script, and opens its newest run."""

    def __init__(
        self,
        host: Host,
        status: StatusLine,
        mark: OthersMark,
        runs: RunControl,
        navigation: Navigation,
    ) -> None:
        self._host = host
        self._navigation = navigation
        self._notices: FailureNotices | None = None
        self._status, self._mark = status, mark
        self._runs = runs
        self._others: OtherRuns | None = None
        """None until somebody looks at the history."""

    def line(self, *, shown: str = "") -> Content | None:
        """What the first line says of them; of a run that is shown (its id), nothing."""
        others = self._others
        if others is None or (others.newest is not None and others.newest.execution_id == shown):
            return None
        return others.line()

    def poll(self) -> None:
        """Tell what began or ended since the last look."""
        runtime = self._host.app.runtime_now
        if runtime is None:
            return
        others = self._of(runtime)
        before = others.newest
        is_new = others.poll()
        self._notify_failures(others)
        newest, (said, leads) = others.newest, self._told(others)
        known = before is not None and newest is not None and before.n == newest.n
        if not said:
            is_new |= self._status.restore_message()
        elif not self._runs.active and (self._status.tells_passing or not known):
            self._status.set_passing_message(said, leads)
        self._show_mark(others, leads)
        if is_new:
            self._host.show_run()

    def _show_mark(self, others: OtherRuns, leads: str) -> None:
        """At the end of the status line, where neither that nor a first line tells of them."""
        mark = None
        if leads and self._host.is_paired and not self._status.tells_passing:
            mark = others.mark()
        if mark is None:
            self._mark.show(None, leads)
            return
        key = commands.key_of(leads, self._host.app.config.keys)
        said, status = mark
        self._mark.show(Content.styled(f"{said} · {key}", COLOURS[status]), leads)

    def _told(self, others: OtherRuns) -> tuple[str, str]:
        """What of them is so now, with the key that leads there, and the action of that; empty: nothing to be
        told."""
        newest, keys = others.newest, self._host.app.config.keys
        running = len(others.agents.running)
        if running > 1:
            queued = sum(row.waits_behind is not None for row in others.agents.running)
            waiting = f", {queued} of them queued" if queued else ""
            agents = commands.key_of("agents", keys)
            return f"Others run {running} scripts{waiting}: {agents} lists them", "agents"
        if newest is None or not others.is_news:
            return "", ""
        who, watch = clean_line(newest.client or newest.source), commands.key_of("watch", keys)
        waits = waits_in_words(newest.waits_behind, newest.asks)
        if waits:
            return f"A script of {who} {waits}: {watch} follows it", "watch"
        if newest.status == "running" and newest.source == "replay":
            return f"A replay runs elsewhere: {watch} follows it", "watch"
        if newest.status == "running":
            return f"{who} runs a script: {watch} follows it", "watch"
        if has_failed(newest):
            code = newest.error_code
            how = f"failed, {clean_line(code)}" if code else f"was {clean_line(newest.status)}"
            return f"{who} ran a script that {how}: {watch} opens it", "watch"
        return "", ""

    def _notify_failures(self, others: OtherRuns) -> None:
        """Outside the screen, too, where that is wanted; of our own what nobody looks at."""
        if self._notices is None:
            app = self._host.app
            self._notices = FailureNotices(app.write_to_terminal, lambda: app.config.ui.notify)
        own = [] if self._host.app.app_focus else others.own_failed
        self._notices.take([*others.failed, *own])

    def show_agents(self) -> None:
        """The sessions of other processes, and their runs."""
        with_runtime(self._host, self._show_agents)

    def _show_agents(self, runtime: Runtime) -> None:
        from workbench.tui.history.agents_screen import AgentsScreen

        app, agents = self._host.app, self._of(runtime).agents
        open_history = self._navigation.open_history
        app.push_screen(AgentsScreen(runtime.history, agents, app.open_replay, open_history))

    def _of(self, runtime: Runtime) -> OtherRuns:
        if self._others is None:
            self._others = OtherRuns(runtime.history)
        return self._others

    async def watch(self, *, shown: str = "") -> None:
        """The newest run of another process; one that goes on is followed. shown: the run (its id) whose screen
        it takes the place of."""
        newest, app = self._others.newest if self._others is not None else None, self._host.app
        if newest is None or newest.execution_id == shown:
            since = "this run" if shown else "the start"
            app.show_toast(f"No other process has run a script since {since}")
            return
        if shown:
            app.pop_screen()
        await app.open_replay(newest.execution_id)
