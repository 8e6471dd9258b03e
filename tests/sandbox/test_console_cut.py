"""A console that is full: what was not kept is told however the run ends, and while it runs."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import ConsoleCut, Event
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionRequest,
    Limits,
    PoolSettings,
    ScriptError,
)
from workbench.history import Store
from workbench.replay.judging import notes_on
from workbench.sandbox.host.pool import Pool

pytestmark = pytest.mark.anyio

ENDLESS = "for (;;) console.log('x')"
ENOUGH = 1_000
"""Lines that were dropped before the run is ended."""


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[tuple[Engine, Store]]:
    store = Store(tmp_path / "history.sqlite3")
    engine = Engine(
        limits=Limits(timeout_ms=60_000, memory_mb=16), pool=PoolSettings(size=1), recorder=store
    )
    yield engine, store
    await engine.close()
    store.close()


async def _run(
    engine: Engine, code: str, then: Callable[[str], object] | None = None
) -> tuple[Execution, list[int]]:
    """then: done once as its console is full, with the run's id. With it, what was told meanwhile."""
    told: list[int] = []

    def listen(event: Event) -> None:
        if isinstance(event, ConsoleCut):
            told.append(event.dropped)
            if then is not None and event.dropped >= ENOUGH:
                then(event.execution_id)

    execution = await engine.run(ExecutionRequest(code), tools=DictTools(), listener=listen)
    return execution, told


def _is_told(execution: Execution, told: list[int], store: Store, least: str) -> None:
    assert told
    assert told == sorted(set(told))
    assert execution.logs_dropped >= max(told)
    assert len(execution.logs) == 10_000
    number = f"{least}{execution.logs_dropped}"
    assert f"the console was cut: {number} more line(s) were not kept" in execution.warnings
    assert execution.to_json()["logs_dropped"] == execution.logs_dropped
    assert execution.least == least
    recording = store.recording(execution.execution_id)
    assert recording.logs_dropped == execution.logs_dropped
    assert f"{number} console lines past the cap were never recorded" in notes_on(recording)


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.TIMEOUT, ErrorCode.CANCELLED, ErrorCode.SANDBOX_CRASHED,
        ErrorCode.MEMORY_LIMIT_EXCEEDED, ErrorCode.MAX_TOOL_CALLS_EXCEEDED,
    ],
)  # fmt: skip
async def test_of_a_run_that_is_ended_from_outside(
    engine: tuple[Engine, Store], code: ErrorCode
) -> None:
    runs, store = engine
    execution, told = await _run(
        runs, ENDLESS, lambda id_: runs.cancel(id_, ScriptError(code, "ended here"))
    )
    assert execution.error is not None
    assert execution.error.code == code
    assert max(told) >= ENOUGH
    _is_told(execution, told, store, "at least ")


async def test_of_a_run_whose_worker_is_killed(engine: tuple[Engine, Store]) -> None:
    runs, store = engine
    pool = runs.pool
    assert isinstance(pool, Pool)

    def kill(_: str) -> None:
        for worker in pool.worker_pids():
            os.kill(worker, signal.SIGKILL)

    execution, told = await _run(runs, ENDLESS, kill)
    assert execution.status == "crashed"
    _is_told(execution, told, store, "at least ")


async def test_of_a_run_that_outgrows_its_memory(engine: tuple[Engine, Store]) -> None:
    runs, store = engine
    fill = "for (let i = 0; i < 12_000; i++) console.log('x'); const all = []; for (;;) all.push([all])"
    execution, told = await _run(runs, fill)
    assert execution.error is not None
    assert execution.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED
    assert execution.logs_dropped == 2_000
    _is_told(execution, told, store, "at least ")


async def test_of_a_run_that_ends_by_itself_it_is_known_to_the_last(
    engine: tuple[Engine, Store],
) -> None:
    runs, store = engine
    execution, told = await _run(runs, "for (let i = 0; i < 19_999; i++) console.log(i)")
    assert execution.logs_dropped == 9_999
    assert told[0] == 1
    assert len(told) < 100
    _is_told(execution, told, store, "")
    failed, _ = await _run(runs, "for (let i = 0; i < 10_003; i++) console.log(i); nothing")
    assert failed.warnings == ("the console was cut: 3 more line(s) were not kept",)


async def test_it_is_on_record_while_the_run_goes_on(engine: tuple[Engine, Store]) -> None:
    """So it is known of one whose whole process is killed."""
    runs, store = engine
    seen: list[int] = []

    class Tools(DictTools):
        async def call(self, call, note):  # type: ignore[no-untyped-def]
            await store.committed()
            seen.append(store.recording(call.execution_id).logs_dropped)
            return await super().call(call, note)

    script = "for (let i = 0; i < 10_500; i++) console.log(i); await tools.test.echo({})"
    execution = await runs.run(ExecutionRequest(script), tools=Tools())
    assert execution.logs_dropped == 500
    assert 450 < seen[0] <= 500
