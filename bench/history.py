"""The history's figures: lists and polls of a large file, what a search does to them, the cost of recording.

python bench/history.py
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from workbench.core.events import (
    Event,
    ExecutionFinished,
    ExecutionStarted,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import Execution, ExecutionRequest, Limits, Outcome, ToolCall
from workbench.history import CallFollower, Follower, Store

_RUNS = 60_000
_CALLS = 5_000
_RESULT = "r" * 20_000
_LIMITS = Limits()
_SEED = (1, 2, 3, 4)


def row(name: str, values: list[float], target: str) -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(
        f"{name:58}{statistics.median(ordered):10.3f}{p95:10.3f} ms     target {target}", flush=True
    )


def timed(work: Callable[[], object], rounds: int = 30) -> list[float]:
    values = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        values.append((time.perf_counter() - began) * 1000)
    return values


def run_of(name: str, n: int) -> list[Event]:
    request = ExecutionRequest(f"// {name}\nawait tools.demo.issues({{page: {n}}})", source="serve")
    done = Execution(name, "ok", value={"n": n}, tool_calls=0)
    return [
        ExecutionStarted(name, request, _LIMITS, "engine", None, _SEED, time.time()),
        ExecutionFinished(name, done, time.time()),
    ]


def call_of(name: str, seq: int) -> list[Event]:
    call = ToolCall(name, seq, "demo", "issues", {"page": seq})
    return [
        ToolCallStarted(name, call),
        ToolCallFinished(name, call, Outcome(True, result=_RESULT), 1.0, seq),
    ]


async def fill(store: Store, first: int = 0, end: int = _RUNS) -> None:
    for n in range(first, end):
        for event in run_of(f"run-{n}", n):
            store.record(event)
        if n % 500 == 0:
            await store.committed()
    await store.committed()


async def recording(store: Store, rounds: int = 500) -> None:
    values = []
    for n in range(rounds):
        events = run_of(f"one-{n}", n)
        began = time.perf_counter()
        for event in events:
            store.record(event)
        await store.kept(f"one-{n}")
        values.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.002)
    row("recording a short run, start to kept", values, "≤ 0.3")


async def following(store: Store) -> None:
    """A run of another process with many calls, one of them under way all the time."""
    reader = Store(store.path)
    follower = CallFollower(reader, "large")
    store.record(run_of("large", 1)[0])
    store.record(ToolCallStarted("large", ToolCall("large", 1, "demo", "slow", {})))
    for seq in range(2, _CALLS + 1):
        for event in call_of("large", seq):
            store.record(event)
    await store.committed()
    began = time.perf_counter()
    assert len(follower.poll()) == 2 * _CALLS - 1
    first = (time.perf_counter() - began) * 1000
    row(f"the first poll of a run with {_CALLS:,} results of 20 kB", [first], "(once)")
    values = []
    for seq in range(_CALLS + 1, _CALLS + 31):
        for event in call_of("large", seq):
            store.record(event)
        await store.committed()
        values += timed(lambda: follower.poll(), 1)
    row("a further poll, one more call", values, "≤ 2")
    row("the whole record", timed(lambda: reader.recording("large"), 3), "(a thread's)")
    reader.close()


def reading(store: Store) -> None:
    row(f"the newest 50 of {_RUNS:,} runs", timed(lambda: store.list_executions(limit=50)), "≤ 5")
    assert store.count() >= _RUNS, store.count()
    row("how many there are", timed(store.count), "≤ 10")
    row("those that run", timed(lambda: store.list_executions(status="running")), "≤ 5")
    longest = timed(lambda: store.list_executions(order="longest"), 3)
    row("the longest first", longest, "(a thread's)")
    search = timed(lambda: store.list_executions(texts=["no such words"]), 3)
    row("a search that finds nothing", search, "(a thread's)")
    first = timed(lambda: store.saved(0.0, lambda _: None), 1)
    row("sums of tokens, nothing counted yet", first, "(once)")
    row("sums of tokens from then on", timed(lambda: store.saved(0.0, lambda _: None), 5), "≤ 500")
    follower = Follower(store)
    row("a poll without news", timed(follower.poll, 300), "≤ 0.1")
    ended = threading.Event()

    def search_on() -> None:
        while not ended.is_set():
            store.list_executions(texts=["no such words"])

    searching = threading.Thread(target=search_on)
    searching.start()
    row(
        "the newest 50 while another thread searches",
        timed(lambda: store.list_executions(limit=50)),
        "≤ 20",
    )
    row("a poll while another thread searches", timed(follower.poll, 100), "≤ 10")
    ended.set()
    searching.join()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "history.sqlite3")
        await recording(store)
        await fill(store)
        reading(store)
        await following(store)
        store.close()


if __name__ == "__main__":
    asyncio.run(main())
