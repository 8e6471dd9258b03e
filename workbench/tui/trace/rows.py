"""The rows of a trace, as plain data: a call, a line of the console, how it failed in the end.

A row keeps only what its line shows. Arguments and results stay with the events and in the history;
so 100 000 calls take less than 40 MB.
"""

from __future__ import annotations

from typing import TypeAlias

from workbench.core.model import ErrorCode, Outcome
from workbench.tui.trace.folds import Key
from workbench.tui.values import one_line
from workbench.util.dataclass import dataclass

SHOWN_ARGS = one_line.BRIEF
"""Characters of arguments and results that a row keeps (payloads stay with the events)."""
SHOWN_CONSOLE = 400


@dataclass(slots=True)
class CallRow:
    """One call. ``args`` and ``summary`` are one line, safe to show, at most SHOWN_ARGS long."""

    seq: int
    server: str
    tool: str
    args: str
    line: int | None
    started_ms: float
    lane: int
    """0 for a call that runs alone; parallel calls take the lowest free lane."""
    status: str = "running"
    duration_ms: float | None = None
    summary: str = ""
    """The result or the error in short; the last progress note while it runs."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing went wrong so far."""
        return self.status in ("ok", "running", "pending")

    @property
    def key(self) -> Key:
        """What it has in common with other calls of its line."""
        return self.server, self.tool, self.line


@dataclass(slots=True)
class ConsoleRow:
    """One console line of the script, in its place between the calls."""

    level: str
    text: str
    at_ms: float


@dataclass(slots=True)
class EndRow(ConsoleRow):
    """How an execution failed, after all its calls: so the last error is always a row."""

    line: int | None = None
    column: int | None = None


Row: TypeAlias = CallRow | ConsoleRow


@dataclass(frozen=True, slots=True)
class Totals:
    """``calls`` counts as the history does: those that were let through to a server. ``failed`` are of them."""

    calls: int = 0
    running: int = 0
    failed: int = 0
    console: int = 0
    refused: int = 0
    """Turned away before a server was asked."""
    unsent: int = 0
    """The run ended before their turn came."""
    dropped: int = 0
    """Console lines that were not kept."""
    least: str = ""
    """What stands before that: ``at least ``, or nothing."""


def status_of_call(outcome: Outcome) -> str:
    """``ok``, ``timeout``, ``cancelled``, ``refused`` (before it reached the upstream) or ``error``."""
    if outcome.ok:
        return "ok"
    code = outcome.error.code if outcome.error else None
    if code == ErrorCode.TIMEOUT:
        return "timeout"
    if code == ErrorCode.CANCELLED:
        return "cancelled"
    return "error" if outcome.dispatched else "refused"
