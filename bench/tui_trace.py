"""The trace of 100 000 calls: fill, memory, keys, filter, appends, in a real terminal.

python -m bench.tui_trace [CALLS]
"""

from __future__ import annotations

import asyncio
import sys
import time
import tracemalloc
from typing import Any

from textual.app import ComposeResult

from bench.terminal import TimedApp, quantiles, run_in_terminal
from workbench.core.events import Event, ToolCallFinished, ToolCallStarted
from workbench.core.model import Outcome, ToolCall
from workbench.tui.trace.trace_model import TraceModel
from workbench.tui.trace.view import TraceView

_CALLS = 100_000
_OUTCOME = Outcome(ok=True, result={"rows": [{"id": 1, "name": "x" * 40}] * 5})


def events(first: int, count: int) -> list[Event]:
    """Calls with arguments and results of a usual size."""
    made: list[Event] = []
    for seq in range(first, first + count):
        args = {"sql": "select owner from paths where p = ?", "args": [f"src/{seq}.py"]}
        call = ToolCall("x", seq, f"server{seq % 7}", "query", args, seq % 90 + 1, 5, seq * 3.0)
        made.append(ToolCallStarted("x", call))
        made.append(ToolCallFinished("x", call, _OUTCOME, 9.0, seq))
    return made


class TraceApp(TimedApp):
    """The trace alone."""

    def compose(self) -> ComposeResult:
        yield TraceView()

    async def measure(self) -> Any:
        view = self.query_one(TraceView)
        view.focus()
        watch = asyncio.create_task(self.watch_gaps())
        out: dict[str, Any] = {}
        made = events(1, _CALLS)
        view.begin("x")
        slices = []
        for at in range(0, len(made), 1000):
            began = time.perf_counter()
            view.apply(made[at : at + 1000])
            slices.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
        out["apply 500 calls"] = slices
        del made
        for name, key in (("up", "up"), ("page up", "pageup"), ("down", "down")):
            out[f"key {name}"] = []
            for _ in range(40):
                out[f"key {name}"].append(await self.painted(key))
                await asyncio.sleep(0.01)
        self.worst_gap_ms = 0.0
        began = time.perf_counter()
        view.set_filter("server:server3 -status:error src")
        while view.model.shown.progress < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        out["filter, until done"] = [(time.perf_counter() - began) * 1000]
        out["filter, longest stall"] = [self.worst_gap_ms]
        view.set_filter("")
        appended = []
        for seq in range(_CALLS + 1, _CALLS + 200):
            more = events(seq, 1)
            began = time.perf_counter()
            view.apply(more)
            appended.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
        out["append one call"] = appended
        watch.cancel()
        return out


def memory(calls: int) -> float:
    """MB of the rows of so many calls."""
    tracemalloc.start()
    model = TraceModel()
    model.begin("x")
    for seq in range(1, calls + 1):
        model.apply(events(seq, 1))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 1e6


def main() -> None:
    """Print the table."""
    print(f"{_CALLS} calls, ms{'median':>24}{'p95':>9}{'worst':>9}")
    for name, times in run_in_terminal("bench.tui_trace", "TraceApp").items():
        print(f"  {name:24}{quantiles(times)}")
    print(f"  rows in memory          {memory(_CALLS):8.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
