"""How a tool's last calls went: how many, how long, how often they failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LAST = 200
"""The calls that statistics are of, unless another number is asked for."""

LAST_CALLS = (
    "SELECT c.duration_ms, c.ok, e.started_at, CASE WHEN c.ok THEN NULL ELSE c.error END "
    "FROM calls AS c JOIN executions AS e ON e.n = c.execution "
    # What a replay answers says nothing of the tool.
    "WHERE c.tool = ? AND c.server = ? AND c.ok IS NOT NULL AND e.source <> 'replay' "
    "ORDER BY c.execution DESC, c.seq DESC LIMIT ?"
)
"""(tool, server, how many) -> duration_ms, ok, started_at of the execution, error; newest first."""


@dataclass(frozen=True, slots=True)
class ToolStatistics:
    """Of a tool's last finished calls, replays left out."""

    calls: int
    failed: int
    p50_ms: float
    p95_ms: float
    last_at: float
    """When the execution of the newest began, seconds since the epoch."""
    last_error: str | None
    """JSON text of the newest error among them."""

    @classmethod
    def of(cls, rows: Sequence[tuple[Any, ...]]) -> ToolStatistics | None:
        """From rows of ``LAST_CALLS``; None: the tool was not called."""
        if not rows:
            return None
        durations = sorted(took or 0.0 for took, *_ in rows)
        errors = [error for *_, error in rows if error is not None]
        return cls(
            len(rows),
            sum(not ok for _, ok, *_ in rows),
            percentile(durations, 50),
            percentile(durations, 95),
            rows[0][2],
            errors[0] if errors else None,
        )

    @property
    def error_rate(self) -> float:
        """From 0 to 1."""
        return self.failed / self.calls


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The nearest rank: the least value that ``percent`` of them do not exceed. Not for an empty one."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(1, rank) - 1]
