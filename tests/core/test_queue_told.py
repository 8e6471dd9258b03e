"""A run that waits for a worker is told as one that waits: to who listens, and to who reads the history."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.pools import pool_of
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import (
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
)
from workbench.core.model import (
    Execution,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    ToolCall,
)
from workbench.core.records import Standing
from workbench.history import Follower, Store

pytestmark = pytest.mark.anyio
_STEPS = (ExecutionStarted, ExecutionQueued, ExecutionRunning, ExecutionFinished)


class _Held:
    """An engine with one worker and its history; each run ends when its name is let go."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.engine = Engine(
            limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=1), recorder=self.store
        )
        self.told: dict[str, list[Event]] = {}
        self._gates: dict[str, asyncio.Event] = {}

    def begin(self, name: str) -> asyncio.Task[Execution]:
        gate = self._gates[name] = asyncio.Event()
        told = self.told[name] = []

        async def held(call: ToolCall) -> Outcome:
            await gate.wait()
            return Outcome(ok=True)

        request = ExecutionRequest("await tools.test.held(); 1", execution_id=name)
        tools = DictTools(held=held)
        return asyncio.ensure_future(self.engine.run(request, tools=tools, listener=told.append))

    def let_go(self, name: str) -> None:
        self._gates[name].set()

    def steps(self, name: str) -> list[type[Event]]:
        return [type(event) for event in self.told[name] if isinstance(event, _STEPS)]

    async def until_told(self, name: str, step: type[Event]) -> None:
        await until(lambda: step in self.steps(name))
        await self.store.committed()

    async def standings(self, *names: str) -> list[int | None]:
        await self.store.committed()
        return [self.store.standing(name).waits_behind for name in names]


@pytest.fixture
async def held(tmp_path: Path) -> AsyncIterator[_Held]:
    runs = _Held(tmp_path / "history.sqlite3")
    yield runs
    await runs.engine.close()
    runs.store.close()


async def test_who_waits_is_told_with_its_place_until_it_runs(held: _Held) -> None:
    await held.engine.start()
    await until(pool_of(held.engine).worker_pids)  # it is taken at once
    first = held.begin("first")
    await held.until_told("first", ExecutionRunning)
    follower = Follower(held.store)
    others = [held.begin(name) for name in ("second", "third")]
    await held.until_told("third", ExecutionQueued)
    assert await held.standings("first", "second", "third") == [None, 0, 1]
    rows = {row.execution_id: row for row in held.store.list_executions(status="running")}
    assert [rows[name].state for name in ("first", "second", "third")] == [
        "running", "queued", "queued"
    ]  # fmt: skip
    assert (rows["third"].status, rows["third"].waits_behind) == ("running", 1)
    assert {"queued": True, "waits_behind": 1}.items() <= rows["third"].to_json().items()
    assert "queued" not in rows["first"].to_json()
    shown = held.store.recording("third").to_json()
    assert (shown["status"], shown["queued"], shown["waits_behind"]) == ("running", True, 1)
    polled = {row.execution_id: row.waits_behind for row in follower.poll()}
    assert (polled["second"], polled["third"]) == (0, 1)
    held.let_go("first")
    assert (await first).ok
    await held.until_told("second", ExecutionRunning)
    assert await held.standings("second", "third") == [None, 0]
    moved = {row.execution_id: row.state for row in follower.poll()}
    assert moved == {"first": "ok", "second": "running", "third": "queued"}
    assert (held.store.standing("second").queued_ms or 0) > 0, "before it has ended"
    for name in ("second", "third"):
        held.let_go(name)
    ended = await asyncio.gather(*others)
    follower.close()
    assert held.steps("first") == [ExecutionStarted, ExecutionRunning, ExecutionFinished]
    for name, execution in zip(("second", "third"), ended, strict=True):
        assert held.steps(name) == list(_STEPS)
        recording = held.store.recording(name)
        assert recording.queued_ms == execution.queued_ms > 0
        assert "queued" not in recording.to_json()
        row = held.store.rows([rows[name].n])[0]
        assert (row.state, row.queued_ms) == ("ok", execution.queued_ms)


async def test_who_waits_and_is_cancelled_waits_no_longer(held: _Held) -> None:
    first, second = held.begin("first"), held.begin("second")
    await held.until_told("second", ExecutionQueued)
    held.engine.cancel("second")
    assert (await second).status == "cancelled"
    assert held.steps("second") == [ExecutionStarted, ExecutionQueued, ExecutionFinished]
    assert (await held.standings("second")) == [None]
    assert (held.store.recording("second").queued_ms or 0) > 0
    held.let_go("first")
    assert (await first).ok


async def test_a_wait_that_a_process_was_killed_in_is_none(held: _Held) -> None:
    """And nothing is made of how long it was: nobody knows."""
    first, second = held.begin("first"), held.begin("second")
    await held.until_told("second", ExecutionQueued)
    with sqlite3.connect(held.store.path) as file:
        file.execute("UPDATE executions SET owner = '1:gone' WHERE id = 'second'")
    assert held.store.standing("second") == Standing("interrupted")
    recording = held.store.recording("second")
    assert (recording.status, recording.queued_ms, recording.waits_behind) == (
        "interrupted",
        None,
        None,
    )
    for name, task in (("first", first), ("second", second)):
        held.let_go(name)
        await task
