"""What a process has: looked at before and after, so that nothing is left of what came between."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.pools import pool_of
from workbench.core.engine import Engine

LINUX = sys.platform == "linux"
_GROWTH_BYTES = 160 << 20
"""More than the largest answers that pass through, and far less than one runaway takes."""


def children_of(pid: int) -> list[int]:
    """The children of a process, zombies aside."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split() if state_of(int(child)) != "Z"]


def state_of(pid: int) -> str:
    """As /proc has it; Z also for a process that is gone."""
    return _stat(pid)[0]


def cpu_ticks(pid: int) -> int:
    """Of a process, in user and system mode."""
    return int(_stat(pid)[11]) + int(_stat(pid)[12])


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["Z", *["0"] * 20]


def resident_bytes(pid: int | str = "self") -> int:
    """What a process has in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid: int | str = "self") -> int:
    """How many a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


@dataclass(frozen=True)
class Leftovers:
    """Of this process and the sandbox of one engine."""

    tasks: int
    descriptors: int
    resident: int

    @classmethod
    def now(cls) -> Leftovers:
        if not LINUX:
            return cls(len(asyncio.all_tasks()), 0, 0)
        return cls(len(asyncio.all_tasks()), descriptors(), resident_bytes())

    async def expect(self, engine: Engine) -> None:
        """Nothing more than before: tasks, descriptors, memory, processes, time of the processor."""
        await _until(lambda: not pool_of(engine)._running, "workers still run scripts")
        await _until(lambda: len(asyncio.all_tasks()) <= self.tasks, "tasks are left")
        if not LINUX:
            return
        # One more or less is a worker that is being made ready.
        await _until(lambda: descriptors() <= self.descriptors + 2, "descriptors are left")
        assert resident_bytes() - self.resident < _GROWTH_BYTES
        server = pool_of(engine)._server
        assert server is not None
        zygote = server._process
        assert zygote is not None
        await _until(lambda: len(children_of(zygote.pid)) <= 3, "processes are left")
        # Of what burns, every look would find more.
        for _ in range(50):
            before = {pid: cpu_ticks(pid) for pid in children_of(zygote.pid)}
            await asyncio.sleep(0.1)
            if all(cpu_ticks(pid) - ticks <= 1 for pid, ticks in before.items()):
                return
        pytest.fail("a worker burns")


async def _until(condition: object, what: str) -> None:
    assert callable(condition)
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail(what)
