"""The engine's figures, beside the SDK's client on the same raw stdio server.

python bench/engine.py
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bench.typed_script import TYPED, UNTYPED
from tests.support.processes import family_of, pss_mb
from tests.support.serving import RAW_SERVER
from workbench.config import Config, ServerSettings
from workbench.core.engine import Engine
from workbench.core.model import ExecutionOptions, ExecutionRequest, Limits, PoolSettings
from workbench.core.runtime import Runtime, open_runtime
from workbench.sandbox.child.starting import wrapping

_RAW = ServerSettings("raw", sys.executable, (str(RAW_SERVER),))


@asynccontextmanager
async def runtime(pool: int, **limits: int) -> AsyncIterator[Runtime]:
    """Engine, upstream and history as every face has them."""
    config = Config(limits=Limits(**limits), pool=PoolSettings(size=pool), servers={"raw": _RAW})
    with tempfile.TemporaryDirectory() as folder:
        async with open_runtime(config, data_dir=Path(folder), connect=True) as opened:
            await opened.upstream.settled("raw")
            await opened.engine.run(ExecutionRequest("await tools.raw.echo({})"))
            yield opened


def row(name: str, values: list[float], target: str, unit: str = "ms") -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(
        f"{name:58}{statistics.median(ordered):10.3f}{p95:10.3f} {unit:6} target {target}",
        flush=True,
    )


async def timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


async def trivial(rounds: int = 400) -> None:
    async with runtime(10) as opened:
        values = []
        for _ in range(rounds):
            values.append(await timed(opened.engine.run(ExecutionRequest("1+1"))))
            await asyncio.sleep(0.004)
        row("1+1 through Engine.run, warm, recorded", values, "≤ 1.0, p95 ≤ 5")


async def calls(number: int = 300) -> None:
    from mcp import Client, StdioServerParameters

    async with runtime(2, max_result_bytes=64 << 20, memory_mb=256) as opened:
        parameters = StdioServerParameters(command=sys.executable, args=[str(RAW_SERVER)])
        async with Client(parameters) as client:
            one = "call_tool('raw', 'echo', { i: 1 });"
            scripts = {
                "sequential": f"for (let i = 0; i < {number}; i++) {one} 0",
                "awaited": f"for (let i = 0; i < {number}; i++) await tools.raw.echo({{ i }}); 0",
                "parallel": f"await Promise.all(Array.from({{ length: {number} }}, (_, i) => tools.raw.echo({{ i }}))); 0",
            }

            async def direct_sequential() -> None:
                for i in range(number):
                    await client.call_tool("echo", {"i": i})

            async def direct_parallel() -> None:
                await asyncio.gather(*(client.call_tool("echo", {"i": i}) for i in range(number)))

            async def script(code: str) -> None:
                execution = await opened.engine.run(ExecutionRequest(code))
                assert execution.ok, execution.error

            figures: dict[str, list[float]] = {
                name: [] for name in (*scripts, "direct", "direct parallel")
            }
            for _ in range(7):  # by turns, so that a busy moment hits all
                for name, code in scripts.items():
                    figures[name].append(await timed(script(code)) / number)
                figures["direct"].append(await timed(direct_sequential()) / number)
                figures["direct parallel"].append(await timed(direct_parallel()) / number)
            direct = statistics.median(figures["direct"])
            parallel = statistics.median(figures["direct parallel"])
            row("SDK client: a sequential call", figures["direct"], "(the measure)")
            row(
                "a further call_tool", figures["sequential"], f"≤ 1.4 × direct = {1.4 * direct:.3f}"
            )
            row(
                "a further awaited call", figures["awaited"], f"≤ 1.4 × direct = {1.4 * direct:.3f}"
            )
            row(
                "SDK client: a call of many in parallel",
                figures["direct parallel"],
                "(the measure)",
            )
            row(
                "a further call under Promise.all",
                figures["parallel"],
                f"≤ 1.1 × = {1.1 * parallel:.3f}",
            )

            text = "x" * 1_000_000
            made = "const text = 'x'.repeat(1e6); "
            again = "call_tool('raw', 'echo', { text }).ok;"
            whole, first, further = [], [], []
            for _ in range(15):
                whole.append(await timed(client.call_tool("echo", {"text": text})))
                first.append(await timed(script(made + again)))
                five = await timed(script(made + 5 * again))
                further.append((five - first[-1]) / 4)
            limit = f"≤ 1.3 × = {1.3 * statistics.median(whole):.1f}"
            row("SDK client: 1 MB there and back", whole, "(the measure)")
            row("a further call of 1 MB there and back", further, limit)
            row("a script of one such call, to the record's commit", first, "none")
            await spellings(script)


async def spellings(script: Callable[[str], Awaitable[None]]) -> None:
    """Fifty calls of 20 ms at once, in the spellings that models have for it."""
    fifty, call = "Array.from({ length: 50 })", "call_tool('raw', 'sleep', { ms: 20 })"
    ways = {
        "tools.x.y()": f"await Promise.all({fifty}.map(() => tools.raw.sleep({{ ms: 20 }}))); 0",
        "async () => (await call_tool()).result": f"await Promise.all({fifty}.map(async () => (await {call}).result)); 0",
        "() => call_tool()": f"await Promise.all({fifty}.map(() => {call})); 0",
        "return call_tool()": f"await Promise.all({fifty}.map(() => {{ return {call} }})); 0",
        "push, then all": f"const jobs = []; for (const _ of {fifty}) jobs.push({call}); await Promise.all(jobs); 0",
    }
    figures: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(15):  # by turns
        for name, code in ways.items():
            figures[name].append(await timed(script(code)))
    most = 1.2 * statistics.median(figures["tools.x.y()"])
    for name, values in figures.items():
        target = "≤ 32" if name == "tools.x.y()" else f"≤ 1.2 × the first = {most:.0f}"
        row(f"50 calls that sleep 20 ms: {name}", values, target)


async def forms(rounds: int = 150) -> None:
    """What a script of 100 lines costs more where it has to be read, end to end: the first time, and again
    (what was read is kept: core/forms.py). A first time is made by a comment that no run before had.

    Below each the median of what it took more than the one beside it in the same turn: of a script that awaits,
    beside the same text in an async function as it would be put into one, so that what awaiting costs the engine
    is a row of its own. What took no tree is kept from the second run on: its ``again`` reads it once more.
    """
    ways = _ways()
    first: dict[str, list[float]] = {name: [] for name in ways}
    again: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    async with runtime(4) as opened:
        for number in range(rounds):
            # By turns, so that a busy moment hits all, and each behind another one every time.
            start, step = number % len(names), number // len(names) % 2 * 2 - 1
            for name in (names[start:] + names[:start])[::step]:
                fresh = ways[name][0].replace("function ", f"/* {number} */ function ", 1)
                for figures in (first, again):
                    request = ExecutionRequest(fresh)
                    figures[name].append(await timed(opened.engine.run(request)))
                    await asyncio.sleep(0.003)
    for figures, when in ((first, "first"), (again, "again")):
        for name, (_, beside) in ways.items():
            row(f"100 lines, {when}: {name}", figures[name], "(the measure)")
            if beside:
                more = [a - b for a, b in zip(figures[name], figures[beside], strict=True)]
                own = name == _BY_HAND
                row(f"  more than {beside!r}", more, "(the engine's)" if own else "≤ 0.3")
    parse(ways["awaits"][0], "javascript")
    parse(ways[_TYPED][0], "typescript")


_BY_HAND, _TYPED = "in an async function, not read", "TypeScript, three types in every line"


def _ways() -> dict[str, tuple[str, str]]:
    """By name: a script of 100 lines, and the name of the one that it is measured beside."""
    lines = [
        f"function f{n}(a, b) {{ const c = a + b * {n}; return c > {n} ? c : {n}; }}"
        for n in range(97)
    ]
    end = ["const total = [1, 2, 3].map((n) => f7(n, 2));", "total.length"]
    plain = "\n".join(["const first = 1;", *lines, *end])
    waits = plain.replace("const first = 1;", "await 0;")
    typed = waits.replace("(a, b)", "(a: number, b: number): number")
    some = "\n".join(
        old if number % 10 else new
        for number, (old, new) in enumerate(
            zip(waits.split("\n"), typed.split("\n"), strict=True), start=1
        )
    )
    # Nothing in it says that it is to be read: it begins with a number, and its one wait is that for its end.
    inner = plain.replace("total.length", "$value=(total.length)")
    by_hand = f"0, {wrapping.wrapped(inner, '$value', '$value')}"
    none, read, written = "needs nothing", "awaits", "as a model writes it, 3 kB"
    return {
        none: (plain, ""),
        "in a fence, with words around it": (f"Here:\n\n```js\n{plain}\n```\nIt counts.", none),
        _BY_HAND: (by_hand, none),
        read: (waits, _BY_HAND),
        "a lone async function": (
            f"async () => {{\n{waits.replace('total.length', 'return total.length')}\n}}",
            _BY_HAND,
        ),
        "an awaited call_tool": (
            waits.replace("await 0;", "if (input.n) await call_tool('raw', 'echo', {});"),
            _BY_HAND,
        ),
        "TypeScript, types in every tenth line": (some, read),
        _TYPED: (typed, read),
        written: (UNTYPED, ""),
        "the same in TypeScript": (TYPED, written),
    }


def parse(script: str, language: str) -> None:
    """What a tree would cost: the parser of the grammar alone, in C."""
    import tree_sitter_javascript
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    made = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
    }
    parser, source = Parser(Language(made[language]())), script.encode()
    values = []
    for _ in range(200):
        began = time.perf_counter()
        parser.parse(source)
        values.append((time.perf_counter() - began) * 1000)
    row(f"100 lines: tree-sitter parses the {language}, no more", values, "(a tree)")


async def throughput(number: int = 1500) -> None:
    code = "for (let i = 0; i < 3; i++) await tools.raw.sleep({ ms: 10 }); 1"
    for pool, target in ((100, "≥ 500/s"), (10, "no failure")):
        async with runtime(pool) as opened:
            await asyncio.sleep(1)
            places = asyncio.Semaphore(100)

            async def one(
                engine: Engine = opened.engine, places: asyncio.Semaphore = places
            ) -> bool:
                async with places:
                    return (await engine.run(ExecutionRequest(code))).ok

            began = time.perf_counter()
            succeeded = await asyncio.gather(*(one() for _ in range(number)))
            seconds = time.perf_counter() - began
            failures = succeeded.count(False)
            name = f"100 at once, three 10 ms calls each, pool of {pool}"
            print(
                f"{name:58}{number / seconds:10.0f} {'/s':16} target {target}; {failures} failures"
            )


async def limits() -> None:
    async with runtime(4) as opened:
        engine = opened.engine
        options = ExecutionOptions(timeout_ms=500)
        burning = [
            asyncio.ensure_future(
                timed(engine.run(ExecutionRequest("while (true) {}", options=options)))
            )
            for _ in range(1)
        ]
        beside = []
        while not burning[0].done():
            beside.append(await timed(engine.run(ExecutionRequest("1"))))
            await asyncio.sleep(0.005)
        row("while (true) with a 500 ms timeout", [await task for task in burning], "≤ 520")
        row("trivial scripts beside it", beside, "p95 ≤ 3")
        bomb = "const a = []; while (true) a.push(new Array(1e4).fill(1))"
        before = pss_mb(family_of(os.getpid()))
        peak = before
        values = []
        for _ in range(5):
            task = asyncio.ensure_future(timed(engine.run(ExecutionRequest(bomb))))
            while not task.done():
                peak = max(peak, pss_mb(family_of(os.getpid())))
                await asyncio.sleep(0.002)
            values.append(task.result())
        row("a memory bomb with a 64 MB limit", values, "≤ 150")
        print(f"{'  peak of the tree above idle':58}{peak - before:10.1f} {'MB':16} target ≤ 100")


async def soak(number: int = 10_000) -> None:
    async with runtime(10) as opened:
        for _ in range(1000):
            await opened.engine.run(ExecutionRequest("1"))
        before = pss_mb(family_of(os.getpid()))
        for _ in range(number // 50):
            await asyncio.gather(*(opened.engine.run(ExecutionRequest("1")) for _ in range(50)))
        await asyncio.sleep(0.5)
        after = pss_mb(family_of(os.getpid()))
        growth = (after - before) / before * 100
        print(
            f"{'memory of the tree after 10 000 executions':58}{growth:+10.1f} {'%':16} target < 5"
        )


def command_line() -> None:
    for words, target in ((["code", "exec", "--code", "1+1"], "≤ 500"), (["--help"], "≤ 150")):
        values = []
        with tempfile.TemporaryDirectory() as folder:
            environ = {**os.environ, "WORKBENCH_DATA_DIR": folder}
            for _ in range(10):
                began = time.perf_counter()
                subprocess.run(
                    [sys.executable, "-m", "workbench", *words],
                    capture_output=True,
                    env=environ,
                    check=True,
                )
                values.append((time.perf_counter() - began) * 1000)
        row(f"workbench {' '.join(words)}", values, target)


def main() -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(f"{'':58}{'median':>10}{'p95':>10}")
    steps: list[Callable[[], Awaitable[None]]] = [trivial, calls, forms, throughput, limits, soak]
    for step in steps:
        asyncio.run(step())  # type: ignore[arg-type]
    command_line()


if __name__ == "__main__":
    main()
