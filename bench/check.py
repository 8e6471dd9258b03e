"""Guards against slower code: ratios of two figures of one run, by turns, so that no clock of a machine counts.

python -m bench.check
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench.engine import runtime, timed
from bench.thin import connected, workbench
from workbench.core.model import ExecutionRequest
from workbench.core.runtime import Runtime

_ROUNDS = 15
_TRIES = 3
Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Ratio:
    """``this`` takes at most ``most`` times as long as ``that``."""

    name: str
    this: Work
    that: Work
    most: float


def ratios(opened: Runtime) -> list[Ratio]:
    """What is held. The bounds are about twice what a quiet machine shows."""

    def script(code: str) -> Work:
        async def run() -> None:
            execution = await opened.engine.run(ExecutionRequest(code))
            assert execution.ok, execution.error

        return run

    trivial = script("1 + 1")
    echo = "call_tool('raw', 'echo', { i });"
    hundred = script(f"for (let i = 0; i < 100; i++) {echo} 0")
    return [
        Ratio(
            "100 calls : 10 calls", hundred, script(f"for (let i = 0; i < 10; i++) {echo} 0"), 14
        ),
        Ratio(
            "100 calls in parallel : one after the other",
            script(
                "await Promise.all(Array.from({ length: 100 }, (_, i) => tools.raw.echo({ i }))); 0"
            ),
            hundred,
            1.2,
        ),
        Ratio(
            "50 calls that wait 20 ms, in parallel : one such call",
            script(
                "await Promise.all(Array.from({ length: 50 }, () => tools.raw.sleep({ ms: 20 }))); 0"
            ),
            script("await tools.raw.sleep({ ms: 20 }); 0"),
            3,
        ),
        Ratio("a script of 200 kB : 1 + 1", script("1 + 1; //" + "x" * 200_000), trivial, 6),
        Ratio(
            "TypeScript : JavaScript", script("const n: number = 1; n"), script("const n = 1; n"), 3
        ),
        Ratio(
            "1 000 console lines : 1 + 1",
            script("for (let i = 0; i < 1000; i++) console.log(i); 0"),
            trivial,
            25,
        ),
        Ratio(
            "1 MB of input there and back : 1 + 1",
            _with_input(opened, "x" * 1_000_000),
            trivial,
            25,
        ),
    ]


def launches(folder: Path) -> Ratio:
    """What scripts run in gets ready while the server does."""

    async def first_result() -> None:
        async with connected(workbench(folder, 10)) as server:
            assert (await server.script("1"))["ok"]

    async def initialized() -> None:
        async with connected(workbench(folder, 10)):
            pass

    return Ratio("launch to the first result : to the handshake", first_result, initialized, 1.4)


def _with_input(opened: Runtime, value: str) -> Work:
    async def run() -> None:
        request = ExecutionRequest("input.text", input={"text": value})
        assert (await opened.engine.run(request)).ok

    return run


async def measured(ratio: Ratio) -> float:
    """By turns; the median of each."""
    this, that = [], []
    for _ in range(_ROUNDS):
        this.append(await timed(ratio.this()))
        that.append(await timed(ratio.that()))
    return statistics.median(this) / statistics.median(that)


async def check() -> int:
    """0: all hold. One that does not is measured again, up to three times: the machine may be busy."""
    failed = 0
    async with runtime(4, max_result_bytes=64 << 20) as opened:
        with tempfile.TemporaryDirectory() as folder:
            for ratio in (*ratios(opened), launches(Path(folder))):
                found = await measured(ratio)
                for _ in range(_TRIES - 1):
                    if found <= ratio.most:
                        break
                    found = min(found, await measured(ratio))
                held = found <= ratio.most
                failed += not held
                print(
                    f"{ratio.name:56}{found:8.2f}   at most {ratio.most:g}{'' if held else '   SLOWER'}",
                    flush=True,
                )
    return 1 if failed else 0


def main() -> None:
    sys.exit(asyncio.run(check()))


if __name__ == "__main__":
    main()
