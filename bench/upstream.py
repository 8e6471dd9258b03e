"""What a call through the manager costs beside the SDK's client, on the same raw stdio server.

python bench/upstream.py [CALLS]
"""

from __future__ import annotations

import asyncio
import platform
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from tests.support.serving import RAW_SERVER
from workbench.config import ServerSettings
from workbench.core.model import ToolCall
from workbench.upstream import Manager

_ROUNDS = 5
_MEGABYTE = "x" * 1_000_000

Call = Callable[[str, dict[str, object]], Awaitable[object]]


async def main(calls: int) -> None:
    """Print the table."""
    print(f"{platform.machine()}, Python {platform.python_version()}, {calls} calls a round\n")
    settings = ServerSettings("raw", sys.executable, (str(RAW_SERVER),))
    began = time.perf_counter()
    manager = Manager([settings])
    await manager.settled("raw")
    ours = time.perf_counter() - began

    async def through_manager(tool: str, args: dict[str, object]) -> object:
        return await manager.call(ToolCall("bench", 1, "raw", tool, args), lambda _: None)

    from mcp import Client, StdioServerParameters

    parameters = StdioServerParameters(command=sys.executable, args=[str(RAW_SERVER)])
    async with Client(parameters) as client:
        rows = [("connect (mcp not imported), ms", [ours * 1000], [float("nan")])]
        sides: tuple[Call, Call] = (through_manager, client.call_tool)
        for name, measure in (
            ("sequential call, µs", lambda call: _sequential(call, calls)),
            ("50 in flight, µs a call", lambda call: _parallel(call, calls, 50)),
            ("1 MB there and back, ms", _megabyte),
            ("50 calls that sleep 20 ms, ms", _sleeping),
        ):
            mine: list[float] = []
            theirs: list[float] = []
            for _ in range(_ROUNDS):  # by turns, so that a busy moment hits both
                mine += await measure(sides[0])
                theirs += await measure(sides[1])
            rows.append((name, mine, theirs))
    await manager.close()
    print(f"{'':34}{'manager':>10}{'p95':>10}{'SDK client':>12}{'p95':>10}{'ratio':>8}")
    for name, mine, theirs in rows:
        left, right = statistics.median(mine), statistics.median(theirs)
        print(
            f"{name:34}{left:10.1f}{_p95(mine):10.1f}{right:12.1f}{_p95(theirs):10.1f}"
            f"{left / right:8.2f}"
        )


async def _sequential(call: Call, calls: int) -> list[float]:
    times = []
    for n in range(calls):
        began = time.perf_counter()
        await call("echo", {"n": n})
        times.append((time.perf_counter() - began) * 1e6)
    return times


async def _parallel(call: Call, calls: int, width: int) -> list[float]:
    left = iter(range(calls))

    async def worker() -> None:
        for n in left:
            await call("echo", {"n": n})

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(width)))
    return [(time.perf_counter() - began) / calls * 1e6]


async def _megabyte(call: Call) -> list[float]:
    began = time.perf_counter()
    await call("echo", {"text": _MEGABYTE})
    return [(time.perf_counter() - began) * 1000]


async def _sleeping(call: Call) -> list[float]:
    began = time.perf_counter()
    await asyncio.gather(*(call("sleep", {"ms": 20}) for _ in range(50)))
    return [(time.perf_counter() - began) * 1000]


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
