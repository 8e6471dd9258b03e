"""Figures of history and replay.

python bench/replay.py
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.killing import kill_writers, what_is_missing
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import (
    ExecutionFinished,
    ExecutionStarted,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import (
    Execution,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    ToolCall,
)
from workbench.history import Store
from workbench.replay import replay
from workbench.text.redact import Redactor

_SEED = (1, 2, 3, 4)


def row(name: str, values: list[float], target: str, unit: str = "ms") -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(
        f"{name:58}{statistics.median(ordered):10.2f}{p95:10.2f} {unit:6} target {target}",
        flush=True,
    )


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


async def listing(folder: Path, number: int = 100_000) -> None:
    """A history of ``number`` executions with three calls each."""
    store = Store(folder / "many.sqlite3", max_size_mb=100_000)
    request = ExecutionRequest("await tools.demo.list_issues({});\n" * 8)
    began = time.time() - 3600
    for index in range(number):
        id_ = str(uuid.uuid4())
        store.record(
            ExecutionStarted(id_, request, Limits(), "engine", None, _SEED, began + index / 1000)
        )
        for seq in (1, 2, 3):
            call = ToolCall(id_, seq, "demo", f"tool{index % 50}", {"n": index}, 1, 1, 1.0)
            store.record(ToolCallStarted(id_, call))
            outcome = Outcome(ok=True, result={"text": "x" * 100})
            store.record(ToolCallFinished(id_, call, outcome, 1.0, seq))
        done = Execution(id_, "ok", value={"n": index}, duration_ms=5.0, tool_calls=3)
        store.record(ExecutionFinished(id_, done, began + index / 1000))
        if index % 5000 == 0:
            await store.committed()
    await store.committed()
    rows = store.list_executions(limit=200)
    row(
        f"list the newest 200 of {number}",
        [timed(lambda: store.list_executions(limit=200)) for _ in range(20)],
        "≤ 50",
    )
    row(
        "… by tool",
        [timed(lambda: store.list_executions(limit=200, tool="tool7")) for _ in range(20)],
        "≤ 50",
    )
    row(
        "… by status that none has",
        [timed(lambda: store.list_executions(status="crashed")) for _ in range(20)],
        "≤ 50",
    )
    ids = [random.choice(rows).execution_id for _ in range(50)]
    row("open one", [timed(lambda id_=id_: store.recording(id_)) for id_ in ids], "≤ 50")  # type: ignore[misc]
    store.close()


async def writing(folder: Path) -> None:
    """What the engine waits for: an execution of one call recorded and committed."""
    store = Store(folder / "writing.sqlite3")
    request = ExecutionRequest("await tools.demo.list_issues({})")
    queued, committed = [], []
    for _ in range(2000):
        id_ = str(uuid.uuid4())
        call = ToolCall(id_, 1, "demo", "tool", {"n": 1}, 1, 1, 1.0)
        outcome = Outcome(ok=True, result={"text": "x" * 100})
        began = time.perf_counter()
        store.record(ExecutionStarted(id_, request, Limits(), "engine", None, _SEED, time.time()))
        store.record(ToolCallStarted(id_, call))
        store.record(ToolCallFinished(id_, call, outcome, 1.0, 1))
        store.record(ExecutionFinished(id_, Execution(id_, "ok", value=1), time.time()))
        queued.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        await store.committed()
        committed.append((time.perf_counter() - began) * 1000)
    row("record() of an execution of one call", queued, "≤ 0.05")
    row("… committed() after it", committed, "≤ 0.15")
    store.close()


async def replays(folder: Path) -> None:
    store = Store(folder / "replays.sqlite3")
    engine = Engine(
        limits=Limits(timeout_ms=300_000, memory_mb=512), pool=PoolSettings(size=2), recorder=store
    )
    code = "for (let i = 0; i < 1000; i++) await tools.test.echo({ i, at: Date.now(), r: Math.random() }); 1"
    execution = await engine.run(ExecutionRequest(code), tools=DictTools())
    recording = store.recording(execution.execution_id)
    values = []
    for _ in range(10):
        began = time.perf_counter()
        replayed = await replay(engine, recording, redactor=Redactor())
        values.append((time.perf_counter() - began) * 1000)
        assert replayed.verdict == "identical", replayed.divergence
    row("replay 1000 calls", values, "≤ 200")

    code = (
        "for (let i = 0; i < 300; i++) call_tool('test', 'echo', { i, text: 'some arguments' }); 1"
    )
    silent = Engine(limits=Limits(timeout_ms=300_000), pool=PoolSettings(size=2))
    figures: dict[str, list[float]] = {"recorded": [], "not": []}
    for _ in range(30):
        for name, one in (("recorded", engine), ("not", silent)):
            began = time.perf_counter()
            await one.run(ExecutionRequest(code), tools=DictTools())
            figures[name].append((time.perf_counter() - began) * 1000)
    share = statistics.median(figures["recorded"]) / statistics.median(figures["not"]) * 100 - 100
    print(
        f"{'recording costs an execution of 300 instant calls':58}{share:+10.1f} {'%':16} target ≤ 10"
    )
    await silent.close()
    await engine.close()
    store.close()


def kills(folder: Path, moments: int = 100) -> None:
    rng = random.Random(7)
    path = folder / "killed.sqlite3"
    delivered: list[str] = []
    for _ in range(moments // 5):
        delivered += kill_writers(path, 5, rng)
    wrong = len(what_is_missing(path, delivered))
    name = f"SIGKILL at {moments} moments, {len(delivered)} delivered: lost or unmarked"
    print(f"{name:58}{wrong:10} {'':16} target 0", flush=True)


_MANY = """
import asyncio, json, resource, sys
from pathlib import Path
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.history import Store
from workbench.core.model import ExecutionRequest, Limits, PoolSettings
from workbench.text.redact import Redactor
from workbench.replay import replay

async def main():
    store = Store(Path(sys.argv[1]))
    engine = Engine(limits=Limits(timeout_ms=300_000), pool=PoolSettings(size=1), recorder=store)
    if sys.argv[2] == "record":
        tools = DictTools()
        tools.calls = type("Nothing", (list,), {"append": lambda *_: None})()
        code = "for (let i = 0; i < 100000; i++) call_tool('test', 'echo', { i }); 1"
        execution = await engine.run(ExecutionRequest(code), tools=tools)
        print(execution.execution_id)
    else:
        replayed = await replay(engine, store.recording(sys.argv[2]), redactor=Redactor())
        print(json.dumps([replayed.verdict, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
    await engine.close()
    store.close()

asyncio.run(main())
"""


def many(folder: Path) -> None:
    def run(word: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _MANY, str(folder / "h.sqlite3"), word], capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    execution_id = run("record")
    began = time.perf_counter()
    verdict, peak = json.loads(run(execution_id))
    seconds = time.perf_counter() - began
    name = f"replay of 100 000 calls ({verdict}, {seconds:.0f} s): peak"
    print(f"{name:58}{peak / 1024:10.0f} {'MB':16} target ≤ 200")


def main() -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(f"{'':58}{'median':>10}{'p95':>10}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(writing(Path(folder)))
        asyncio.run(replays(Path(folder)))
        many(Path(folder))
        kills(Path(folder))
        asyncio.run(listing(Path(folder)))


if __name__ == "__main__":
    main()
