"""What other processes run, by session: one client of one process, with its runs, calls a second, failures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workbench.history.owner import is_alive
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.history import ExecutionRow

_MOST_RUNS = 500
RATE_S = 5.0
"""Calls a second are those of the last seconds."""


@dataclass(frozen=True, slots=True)
class Session:
    """One client of one process."""

    owner: str
    client: str | None
    source: str
    runs: tuple[ExecutionRow, ...]
    """The newest first; of very many, the last of them."""
    running: int
    queued: int
    """Of those that run by their status: they wait for a worker."""
    failed: int
    rate: float
    """Calls a second now."""
    alive: bool
    """Whether its process is."""

    @property
    def who(self) -> str:
        return self.client or self.source

    @property
    def process(self) -> str:
        """The number of its process."""
        return self.owner.partition(":")[0]

    @property
    def state(self) -> str:
        if self.running:
            return "working" if self.running > self.queued else "waiting"
        return "idle" if self.alive else "ended"


def has_failed(run: ExecutionRow) -> bool:
    """Whether it ended in another way than well or wanted. A replay ends as its record did."""
    return run.source != "replay" and run.status in ("error", "timeout", "crashed", "interrupted")


class AgentRuns:
    """The runs of other processes, as far as they were told of."""

    def __init__(self, me: str, lives: Callable[[str, float | None], bool] = is_alive) -> None:
        """me: this process, whose runs are left out."""
        self._me = me
        self._lives = lives
        self._runs: dict[int, ExecutionRow] = {}
        self._calls: dict[int, deque[tuple[float, int]]] = {}
        """When how many calls were made, of what runs."""
        self._gone: set[tuple[str, float]] = set()
        """Processes that are no more, with when their newest run began: nobody asks again."""

    def take(self, rows: Iterable[ExecutionRow], now: float) -> list[ExecutionRow]:
        """Runs as they are now; ``now`` by any clock of seconds. Gives those that ended just now."""
        ended = []
        for row in rows:
            if row.owner == self._me:
                continue
            before = self._runs.get(row.n)
            if before is not None and row.status == "running" and before.duration_ms is not None:
                continue  # read before it ended, told of after that
            self._runs[row.n] = row
            if row.status != "running":
                self._calls.pop(row.n, None)
                if before is None or before.status == "running":
                    ended.append(row)
                continue
            made = self._calls.setdefault(row.n, deque(((now, 0 if before else row.tool_calls),)))
            if made[-1][1] != row.tool_calls:
                made.append((now, row.tool_calls))
        for n in sorted(self._runs)[:-_MOST_RUNS]:
            if self._runs[n].status != "running":
                del self._runs[n]
        return ended

    def forget(self) -> None:
        """What was told before is of a history that is gone."""
        self._runs.clear()
        self._calls.clear()

    @property
    def running(self) -> list[ExecutionRow]:
        """The runs that are under way, the oldest first."""
        return [row for _, row in sorted(self._runs.items()) if row.status == "running"]

    def rate(self, run: ExecutionRow, now: float) -> float:
        """The calls a second of one that runs, of late."""
        made = self._calls.get(run.n)
        if not made:
            return 0.0
        while len(made) > 1 and made[1][0] <= now - RATE_S:
            made.popleft()
        return max(0, made[-1][1] - made[0][1]) / max(1.0, min(RATE_S, now - made[0][0]))

    def _is_there(self, owner: str, since: float) -> bool:
        asked = owner, since
        if asked not in self._gone and not self._lives(owner, since):
            self._gone.add(asked)
        return asked not in self._gone

    def sessions(self, now: float) -> list[Session]:
        """Those that work first, then those whose newest run is the newest."""
        groups: dict[tuple[str, str | None, str], list[ExecutionRow]] = {}
        for n in sorted(self._runs, reverse=True):
            row = self._runs[n]
            groups.setdefault((row.owner, row.client, row.source), []).append(row)
        found = [
            Session(
                owner,
                client,
                source,
                tuple(runs),
                sum(run.status == "running" for run in runs),
                sum(run.waits_behind is not None for run in runs),
                sum(has_failed(run) for run in runs),
                sum(self.rate(run, now) for run in runs if run.status == "running"),
                self._is_there(owner, runs[0].started_at),
            )
            for (owner, client, source), runs in groups.items()
        ]
        return sorted(found, key=lambda session: (not session.running, -session.runs[0].n))
