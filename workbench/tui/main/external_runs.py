"""What other processes run now (a served agent, a command line): one line of it for the main screen."""

from __future__ import annotations

import time
from typing import cast

from textual.content import Content

from workbench.core.model import Status
from workbench.core.ports import HistoryReader
from workbench.history import ExecutionRow, Follower, HistoryError, this_process
from workbench.text.sanitize import clean_line
from workbench.tui.wording import COLOURS, SIGNS, count, duration

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
