"""What a client of ``workbench --serve`` sees, by a thin client, beside direct calls of the same upstream server.

Direct calls are the MCP SDK's, as an agent makes them; a direct "script" is its calls sent one by one. Both by turns
in one run: compare the ratios, not the milliseconds. Where both sides are to be the thin client, the row says so.

python -m bench.served
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.thin import ThinClient, connected, workbench
from tests.support.processes import processor_ms
from tests.support.serving import RAW_SERVER

if TYPE_CHECKING:
    from mcp import Client

_TURN = 5
_BY_CLIENT = {"code_execution_isolation": "client"}
_PAUSE_S = 0.004
"""Between requests, as an agent's are; what a server does after an answer is not in the next one's time."""
_LARGE = {"max_result_bytes": 64 << 20, "code_execution_memory_mb": 512, "max_answer_tokens": 0}
Work = Callable[[], Awaitable[object]]


def row(what: str, ours: float, direct: float | None, target: str = "", unit: str = "ms") -> None:
    """One line of the table."""
    beside = f"{direct:10.2f}{ours / direct:8.2f} ×" if direct else " " * 20
    print(f"{what:50}{ours:10.2f} {unit:5}{beside}   {target}", flush=True)


async def _timed(work: Work) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def by_turns(works: list[Work], rounds: int) -> list[float]:
    """The median milliseconds of each."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(max(1, rounds // _TURN)):
        for work, taken in zip(works, times, strict=True):
            for _ in range(_TURN):
                await asyncio.sleep(_PAUSE_S)
                taken.append(await _timed(work))
    return [statistics.median(taken) for taken in times]


async def calls(direct: Client, thin: ThinClient, ours: ThinClient) -> None:
    """Scripts without a call, with one, with many; calls at once."""
    echo = "call_tool('raw', 'echo', { a: 1 });"

    async def once() -> None:
        await direct.call_tool("echo", {"a": 1})

    async def hundred() -> None:
        for _ in range(100):
            await once()

    async def thin_hundred() -> None:
        for _ in range(100):
            await thin.tool("echo", {"a": 1})

    async def at_once() -> None:
        await asyncio.gather(*(direct.call_tool("sleep", {"ms": 20}) for _ in range(50)))

    def script(code: str) -> Work:
        async def run() -> None:
            answer = await ours.script(code)
            assert answer["ok"], answer

        return run

    await by_turns([script("1"), once], 100)  # warm
    call, trivial, one = await by_turns([once, script("1"), script(f"{echo} 1")], 300)
    row("a trivial script", trivial, call, "≤ 1.3 ms or 3.3 × a direct call")
    row("a script with one call", one, call, "≤ 2.0 ms")
    many = script(f"for (let i = 0; i < 101; i++) {echo} 1")
    straight, thinly, longer = await by_turns([hundred, thin_hundred, many], 20)
    further = (longer - one) / 100
    row("each further call", further, straight / 100, "≤ 1.1 × a direct call")
    row("… beside the thin client's", further, thinly / 100)
    parallel = "await Promise.all(Array.from({length: 50}, () => tools.raw.sleep({ms: 20}))); 0"
    waiting, ours_waiting = await by_turns([at_once, script(parallel)], 20)
    row("50 calls of 20 ms at once", ours_waiting, waiting)
    for name, code in (
        ("fib(24)", "const f = n => n < 2 ? n : f(n - 1) + f(n - 2); f(24)"),
        (
            "1 MB of JSON written and read",
            "JSON.parse(JSON.stringify(Array.from({length: 20000}, (_, i) =>"
            " ({id: i, name: 'an item of the list', on: true})))).length",
        ),
    ):
        (took,) = await by_turns([script(code)], 20)
        row(name, took, None)


async def payloads(direct: Client, ours: ThinClient) -> None:
    """Large values through a tool and back to the client."""
    shapes: list[tuple[str, Any, str, int, str]] = [
        ("1 MB", "x" * 1_000_000, "'x'.repeat(1_000_000)", 20, "≤ 1.5 × direct"),
        ("10 MB", "x" * 10_000_000, "'x'.repeat(10_000_000)", 5, ""),
        (
            "10 000 small objects",
            [{"id": n, "name": "an item of the list"} for n in range(10_000)],
            "Array.from({length: 10_000}, (_, id) => ({id, name: 'an item of the list'}))",
            10,
            "",
        ),
    ]
    for name, value, code, rounds, target in shapes:
        text = f"call_tool('raw', 'echo', {{a: {code}}}).result"

        async def raw(value: object = value) -> None:
            await direct.call_tool("echo", {"a": value})

        async def served(text: str = text) -> None:
            answer = await ours.script(text)
            assert answer["ok"], answer

        there, through = await by_turns([raw, served], rounds)
        row(f"{name} through a tool and back", through, there, target)


async def by_client(ours: ThinClient) -> None:
    """Scripts of one client, some of them in one worker."""

    def script(code: str) -> Work:
        return lambda: ours.script(code)

    works = [script("1"), script("call_tool('raw', 'echo', { a: 1 }); 1")]
    await by_turns(works, 100)  # warm
    for what, took in zip(
        ("a trivial script", "a script with one call"), await by_turns(works, 300), strict=True
    ):
        row(f'{what}, isolation = "client"', took, None)


async def many_at_once(direct: ThinClient, folder: Path, **settings: str) -> None:
    """Executions that begin together, each with three calls of 10 ms; and what they cost."""
    code = "for (let i = 0; i < 3; i++) call_tool('raw', 'sleep', {ms: 10}); 1"

    async def three() -> None:
        for _ in range(3):
            await direct.tool("sleep", {"ms": 10})

    how = ', isolation = "client"' if settings else ""
    async with connected(workbench(folder, 100, **settings)) as ours:
        await asyncio.gather(*(ours.script("1") for _ in range(100)))
        for number in (10, 50, 100):
            rates = []
            for work in (three, lambda: ours.script(code)):
                began, before = time.perf_counter(), processor_ms(ours.pid)
                for _ in range(3):
                    await asyncio.gather(*(work() for _ in range(number)))
                rates.append(3 * number / (time.perf_counter() - began))
            cpu = (processor_ms(ours.pid) - before) / (3 * number)
            target = "≥ 600" if number == 100 else ""
            row(f"{number} executions at once{how}", rates[1], rates[0], target, unit="/s")
            row("… processor time of each, all processes", cpu, None, "≤ 2.5 ms")


async def limits(ours: ThinClient) -> None:
    """Scripts that are ended, and others beside them."""

    async def trivial() -> None:
        await ours.script("1")

    quiet = sorted([await _timed(trivial) for _ in range(200)])
    burning = asyncio.create_task(_timed(lambda: ours.script("while (true) {}", timeout_ms=500)))
    beside = []
    while not burning.done():
        beside.append(await _timed(trivial))
    row("an endless loop at 500 ms", await burning, None, "≤ 520 ms")
    p95 = sorted(beside)[int(len(beside) * 0.95)]
    row("… p95 of trivial scripts beside it", p95, quiet[int(len(quiet) * 0.95)], "≤ 3 × quiet")
    bomb = "const a = []; while (true) a.push('x'.repeat(100_000) + a.length)"
    (took,) = await by_turns([lambda: ours.script(bomb)], 10)
    row("a memory bomb at 64 MB", took, None)


async def main() -> None:
    """The table."""
    print(f"{'':50}{'ours':>10} {'':5}{'direct':>10}{'ratio':>9}   target")
    from mcp import Client, StdioServerParameters

    upstream = [sys.executable, str(RAW_SERVER)]
    parameters = StdioServerParameters(command=upstream[0], args=upstream[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Client(parameters) as direct, connected(upstream) as thin:
            async with connected(workbench(folder, 10)) as ours:
                await calls(direct, thin, ours)
                await limits(ours)
            async with connected(workbench(folder, 10, **_LARGE)) as ours:
                await payloads(direct, ours)
            async with connected(workbench(folder, 10, **_BY_CLIENT)) as ours:
                await by_client(ours)
            await many_at_once(thin, folder)
            await many_at_once(thin, folder, **_BY_CLIENT)


if __name__ == "__main__":
    asyncio.run(main())
