"""The server's figures over stdio, beside the SDK's client on the same raw upstream server.

python bench/serve.py [REQUESTS]      REQUESTS in a row for the growth of memory; default 5000
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from bench.thin import workbench
from tests.support.processes import children_of, command_line, family_of, pss_mb
from tests.support.serving import RAW_SERVER

_POOL = 10
_RUNAWAYS = 10
_PAUSE_S = 0.005
_GROWTH = "none past SQLite's page cache (2 MB) and index of the log; level after 20 000"
_BURN = "while (true) {}"


def _row(what: str, figure: str, target: str = "") -> None:
    print(f"{what:<52} {figure:>16}   {target}", flush=True)


def _server(folder: Path, pool: int = _POOL) -> StdioServerParameters:
    program, *words = workbench(folder, pool)
    return StdioServerParameters(command=program, args=words)


async def _times(count: int, work: Callable[[], Awaitable[Any]], pause: float = 0) -> list[float]:
    """Milliseconds each, sorted. pause: seconds before each, as between the requests of an agent."""
    times: list[float] = []
    for _ in range(count):
        if pause:
            await asyncio.sleep(pause)
        began = time.perf_counter()
        await work()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


async def _run(client: Client, code: str, **options: int) -> Any:
    result = await client.call_tool("code_execution", {"code": code, "options": options})
    return result.structured_content


def _serving() -> list[int]:
    """Our one child that serves, and its workers; the upstream server is not ours to count."""
    for child in children_of(os.getpid()):
        if "--serve" in command_line(child):
            return [pid for pid in family_of(child) if RAW_SERVER.name not in command_line(pid)]
    return []


async def _launch(folder: Path) -> float:
    began = time.perf_counter()
    async with Client(_server(folder)) as client:
        await _run(client, "1")
        return (time.perf_counter() - began) * 1000


async def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    folder = Path(tempfile.mkdtemp(prefix="bench-serve-"))
    launches = [await _launch(folder) for _ in range(5)]
    raw = StdioServerParameters(command=sys.executable, args=[str(RAW_SERVER)])
    async with Client(raw) as direct:
        arguments = {"a": 1}
        straight = await _times(500, lambda: direct.call_tool("echo", arguments))
        paused = await _times(300, lambda: direct.call_tool("echo", arguments), pause=_PAUSE_S)
    _row("launch to first result", f"{statistics.median(launches):.0f} ms", "≤ 500 ms")
    _row("direct call of the raw server (the SDK's client)", f"{_mid(straight):.2f} ms")
    _row("… with a pause before each", f"{_mid(paused):.2f} ms")
    async with Client(_server(folder)) as client:
        await _measure(client, requests)
    async with Client(_server(folder, pool=2 * _RUNAWAYS)) as client:
        await _beside_runaways(client)


def _mid(times: list[float]) -> float:
    return statistics.median(times)


def _p95(times: list[float]) -> float:
    return times[int(len(times) * 0.95)]


async def _measure(client: Client, requests: int) -> None:
    await client.list_tools()
    await _run(client, "call_tool('raw', 'echo', {a: 1}).ok")
    await _times(200, lambda: _run(client, "1"))
    quiet = await _times(500, lambda: _run(client, "1"), pause=_PAUSE_S)
    _row("trivial code_execution, median", f"{_mid(quiet):.2f} ms", "≤ 1.3 ms")
    burst = await _times(500, lambda: _run(client, "1"))
    _row("… one straight after the other", f"{_mid(burst):.2f} ms")
    loop = "for (let i = 0; i < {n}; i++) call_tool('raw', 'echo', {{a: 1}})"
    few = await _times(30, lambda: _run(client, loop.format(n=1)))
    many = await _times(30, lambda: _run(client, loop.format(n=101)))
    _row("each further call in a script", f"{(_mid(many) - _mid(few)) / 100:.3f} ms", "≤ 0.35 ms")
    began = time.perf_counter()
    results = await asyncio.gather(*(_run(client, str(n)) for n in range(60)))
    took = (time.perf_counter() - began) * 1000
    right = [each["value"] for each in results] == list(range(60))
    _row("60 at once on a pool of 10", f"{took:.0f} ms", f"none fails: {right}")
    await asyncio.sleep(1)
    if sys.platform == "linux":
        _row("idle memory of the whole tree (PSS)", f"{pss_mb(_serving()):.0f} MB", "≤ 90 MB")
    if sys.platform == "linux":
        before = pss_mb(_serving()[:1])
        await _times(requests, lambda: _run(client, "1"))
        after = pss_mb(_serving()[:1])
        _row(f"growth of the server over {requests} requests", f"{after - before:+.1f} MB", _GROWTH)


async def _beside_runaways(client: Client) -> None:
    await _times(200, lambda: _run(client, "1"))
    quiet = await _times(500, lambda: _run(client, "1"))
    burning = [asyncio.create_task(_run(client, _BURN, timeout_ms=5000)) for _ in range(_RUNAWAYS)]
    await asyncio.sleep(0.5)
    beside = await _times(200, lambda: _run(client, "1"))
    await asyncio.gather(*burning)
    _row("p95 of trivial runs, quiet", f"{_p95(quiet):.2f} ms")
    _row(
        f"p95 of trivial runs beside {_RUNAWAYS} runaways",
        f"{_p95(beside):.2f} ms",
        f"≤ 3 × quiet: {_p95(beside) / _p95(quiet):.1f} ×",
    )


if __name__ == "__main__":
    asyncio.run(main())
