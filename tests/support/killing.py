"""Processes that record executions into one history file and are killed at random moments."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from workbench.history import Store

_ROOT = Path(__file__).parents[2]
_WRITER = """
import asyncio, sys
from pathlib import Path
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.history import Store
from workbench.core.model import ExecutionRequest, Limits, PoolSettings

async def main():
    engine = Engine(limits=Limits(), pool=PoolSettings(size=2), recorder=Store(Path(sys.argv[1])))
    async def one():
        while True:
            code = "await tools.test.echo({}); console.log(1); 'x'"
            execution = await engine.run(ExecutionRequest(code), tools=DictTools())
            print(execution.execution_id, flush=True)
    await asyncio.gather(one(), one())

asyncio.run(main())
"""


def kill_writers(path: Path, processes: int, rng: random.Random) -> list[str]:
    """Several processes write executions to one file; each is killed at a moment of its own.

    The ids of the executions whose result was delivered (printed whole) before.
    """
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        for _ in range(processes)
    ]
    delivered: list[str] = []
    for writer in writers:
        assert writer.stdout is not None
        lines = [writer.stdout.readline()]
        time.sleep(rng.uniform(0.0, 0.1))
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines(keepends=True)
        writer.wait()
        writer.stdout.close()
        delivered += [line.strip() for line in lines if line.endswith("\n")]
    return delivered


def what_is_missing(path: Path, delivered: list[str]) -> list[str]:
    """What is wrong with the file after the writers were killed: nothing, in words."""
    store = Store(path)
    try:
        statuses = {row.execution_id: row.status for row in store.list_executions(limit=1_000_000)}
    finally:
        store.close()
    wrong = [
        f"{id_} is {statuses.pop(id_, 'lost')}" for id_ in delivered if statuses.get(id_) != "ok"
    ]
    known = set(delivered)
    wrong += [
        f"{id_} is {status}"
        for id_, status in statuses.items()
        if id_ not in known and status not in {"ok", "interrupted"}
    ]
    return wrong
