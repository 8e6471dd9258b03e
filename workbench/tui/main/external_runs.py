"""What other processes run now (a served agent, a command line): told, and followed, on the main screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from textual.content import Content

from workbench.core.model import Status
from workbench.core.ports import HistoryReader
from workbench.history import ExecutionRow, Follower, HistoryError, this_process
from workbench.text.sanitize import clean_line
from workbench.tui import commands
from workbench.tui.wording import COLOURS, SIGNS, count, duration

if TYPE_CHECKING:
    from workbench.tui.main.host import Host
    from workbench.tui.main.outer_lines import StatusLine
    from workbench.tui.main.run_control import RunControl

_SHOWN_S = 15.0
"""How long a run that ended stays in the header."""
_MOST_NAME = 24


class OtherRuns:
    """Follows the history; ``newest`` is the latest run of another process since the start."""

    def __init__(self, history: HistoryReader) -> None:
        self._history = history
        self._follower: Follower | None = None
        self._me = this_process()
        self._changed = 0.0
        self.newest: ExecutionRow | None = None

    def poll(self) -> bool:
        """Whether there is something new to show. A file that cannot be read shows nothing."""
        try:
            if self._follower is None:
                self._follower = Follower(self._history)
            rows = [row for row in self._follower.poll() if row.owner != self._me]
        except HistoryError:
            rows = []
        if rows:
            running = [row for row in rows if row.status == "running"]
            self.newest = (running or rows)[-1]
            self._changed = time.monotonic()
        return bool(rows)

    def line(self) -> Content | None:
        """``✔ claude-code: triage.js, 3 calls, 2.3 s``; None where nothing runs nor has just ended."""
        row = self.newest
        if row is None:
            return None
        if row.status != "running" and time.monotonic() - self._changed > _SHOWN_S:
            return None
        status = cast(Status, row.status)
        who = clean_line(row.client or row.source, _MOST_NAME)
        what = clean_line(row.script, _MOST_NAME) if row.script else "inline script"
        parts = [f"{SIGNS[status]} {who}: {what}", count(row.tool_calls, "call")]
        if row.duration_ms is not None and row.status != "running":
            parts.append(duration(row.duration_ms))
        return Content.styled(", ".join(parts), COLOURS[status])


class ExternalRuns:
    """Tells in the status line that another process runs a script, and opens its newest run."""

    def __init__(self, host: Host, status: StatusLine, runs: RunControl) -> None:
        self._host = host
        self._status = status
        self._runs = runs
        self._others: OtherRuns | None = None
        """None until the history is open."""

    def line(self) -> Content | None:
        """What the first line says of them."""
        return self._others.line() if self._others is not None else None

    def look(self) -> None:
        """Tell what began or ended since the last look."""
        runtime = self._host.app.runtime_now
        if runtime is None:
            return
        if self._others is None:
            self._others = OtherRuns(runtime.history)
        before = self._others.newest
        if not self._others.poll():
            return
        newest = self._others.newest
        known = before is not None and newest is not None and before.n == newest.n
        if newest is not None and newest.status == "running":
            if not known and not self._runs.active:
                who = clean_line(newest.client or newest.source)
                key = commands.key_of("watch", self._host.app.config.keys)
                self._status.tell_for_now(f"{who} runs a script: {key} follows it")
        elif newest is not None:
            self._status.take_back()
        self._host.show_run()

    async def watch(self) -> None:
        """The newest run of another process; one that goes on is followed."""
        newest = self._others.newest if self._others is not None else None
        if newest is None:
            self._host.app.say("No other process has run a script since the start")
        else:
            await self._host.app.open_replay(newest.execution_id)
