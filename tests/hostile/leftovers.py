"""What a process has: looked at before and after, so that nothing is left of what came between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from tests.support.pools import pool_of
from tests.support.processes import LINUX, children_of, cpu_ticks, descriptors, resident_bytes
from workbench.core.engine import Engine

_GROWTH_BYTES = 160 << 20
"""More than the largest answers that pass through, and far less than one runaway takes."""


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
