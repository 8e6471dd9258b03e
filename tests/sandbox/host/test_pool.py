"""The pool through what befalls it: cancelled waits, a system that gives nothing, a sandbox that cannot start."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import workbench
from tests.support.pools import pool_of, processes_of
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.engine_version import engine_version
from workbench.core.events import Event, ExecutionFinished, ExecutionStarted
from workbench.core.model import ErrorCode, ExecutionRequest, Limits, PoolSettings
from workbench.sandbox import job as jobs
from workbench.sandbox.host import pool as pools
from workbench.sandbox.host import zygote_process
from workbench.sandbox.host.pool import Pool

pytestmark = pytest.mark.anyio

BUSY = ExecutionRequest("await tools.test.forever()")


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(limits=Limits(timeout_ms=20_000), pool=PoolSettings(size=1))
    yield engine
    await engine.close()


@contextlib.contextmanager
def no_descriptors() -> Iterator[None]:
    """While it lasts, this process gets no new descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.open(os.devnull, os.O_RDONLY)  # the lowest that is free: all below are taken
    os.close(probe)
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("turns", range(8))
async def test_a_wait_cancelled_in_any_turn_of_the_loop_gives_its_worker_back(
    engine: Engine, turns: int
) -> None:
    tools = DictTools()
    busy = asyncio.create_task(engine.run(BUSY, tools=tools))
    await until(tools.called.is_set)
    waiting = asyncio.create_task(engine.run(BUSY, tools=tools))
    await until(lambda: engine.pool.queued)
    await until(lambda: pool_of(engine).worker_pids()[1:])  # a warm one is there to be handed over
    engine.cancel(engine.running[0])
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await busy
    assert engine.pool.running == engine.pool.queued == 0
    await until(lambda: processes_of(engine) == set(pool_of(engine).worker_pids()))
    assert (await engine.run(ExecutionRequest("7"), tools=tools)).value == 7


@pytest.mark.parametrize(("calm_after_s", "warm"), [(3600, 2), (0, 6)])
async def test_spare_workers_are_kept_warm_at_once_and_the_rest_come_in_a_calm_moment(
    monkeypatch: pytest.MonkeyPatch, calm_after_s: int, warm: int
) -> None:
    monkeypatch.setattr(pools, "_CALM_S", calm_after_s)
    engine = Engine(limits=Limits(timeout_ms=20_000), pool=PoolSettings(size=6))
    try:
        for number in range(13):  # twice as many as there is room for
            done = await engine.run(ExecutionRequest(str(number)), tools=DictTools())
            assert done.value == number
        await until(lambda: len(pool_of(engine).worker_pids()) >= warm)
        assert len(pool_of(engine).worker_pids()) == warm
    finally:
        await engine.close()


@pytest.mark.parametrize(("calm_after_s", "rehearsals"), [(3600, 0), (0, 2)])
async def test_where_much_runs_workers_rehearse_in_a_calm_moment_only(
    monkeypatch: pytest.MonkeyPatch, calm_after_s: int, rehearsals: int
) -> None:
    monkeypatch.setattr(pools, "_SPARE", -1)  # whatever runs is more than that
    monkeypatch.setattr(pools, "_CALM_S", calm_after_s)
    engine = Engine(limits=Limits(timeout_ms=20_000), pool=PoolSettings(size=2))
    idle = pool_of(engine)._idle
    try:
        for number in range(3):
            done = await engine.run(ExecutionRequest(str(number)), tools=DictTools())
            assert done.value == number
            await until(lambda: idle and idle[0].rehearsals == rehearsals)
    finally:
        await engine.close()


async def test_while_scripts_follow_each_other_the_next_worker_rehearses_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What longer scripts take waits for a calm moment: it costs as much as three short scripts do."""
    monkeypatch.setattr(pools, "_CALM_S", 3600)
    engine = Engine(limits=Limits(timeout_ms=20_000), pool=PoolSettings(size=6))
    idle = pool_of(engine)._idle
    try:
        for number in range(8):
            done = await engine.run(ExecutionRequest(str(number)), tools=DictTools())
            assert done.value == number
            await until(lambda: idle and idle[0].rehearsals > 0)
            assert {one.rehearsals for one in idle} <= {0, 1}
    finally:
        await engine.close()


async def test_those_whose_turn_comes_first_rehearse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsed worker has 1.6 MB of its own: half of the pool is enough. For longer scripts: one."""
    monkeypatch.setattr(pools, "_CALM_S", 0)
    engine = Engine(limits=Limits(timeout_ms=20_000), pool=PoolSettings(size=6))
    idle = pool_of(engine)._idle

    def ready() -> bool:
        return [one.rehearsals for one in idle] == [2, 1, 1, 0, 0, 0]

    try:
        for number in range(3):
            done = await engine.run(ExecutionRequest(str(number)), tools=DictTools())
            assert done.value == number
            await until(ready)
    finally:
        await engine.close()


async def test_warm_workers_of_a_zygote_that_died_are_let_go_at_once(engine: Engine) -> None:
    """Their own ends may be heard later than the event loop lives."""
    await engine.run(ExecutionRequest("1"), tools=DictTools())
    pool = pool_of(engine)
    await until(lambda: bool(pool._idle))
    warm, server = list(pool._idle), pool._server
    assert server is not None
    server._died()
    assert all(worker.closed for worker in warm)
    assert (await engine.run(ExecutionRequest("2"), tools=DictTools())).value == 2


async def test_an_execution_cancelled_while_it_waits_leaves_the_queue(engine: Engine) -> None:
    tools = DictTools()
    busy = asyncio.create_task(engine.run(BUSY, tools=tools))
    await until(tools.called.is_set)
    ids = [f"w{number}" for number in range(3)]
    waiting = [
        asyncio.create_task(engine.run(ExecutionRequest("1", execution_id=name), tools=tools))
        for name in ids
    ]
    await until(lambda: engine.pool.queued == 3)
    assert engine.cancel("w1")
    assert (await waiting[1]).status == "cancelled"
    assert engine.pool.queued == 2
    waiting[2].cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting[2]
    assert engine.pool.queued == 1
    engine.cancel(engine.running[0])
    assert (await waiting[0]).value == 1
    await busy
    assert engine.pool.running == 0


async def test_a_moment_without_descriptors_is_not_for_ever(engine: Engine) -> None:
    assert (await engine.run(ExecutionRequest("1"), tools=DictTools())).ok
    with no_descriptors():
        for pid in pool_of(engine).worker_pids():
            os.kill(pid, signal.SIGKILL)
        waiting = [
            asyncio.create_task(engine.run(ExecutionRequest(str(n)), tools=DictTools()))
            for n in range(4)
        ]
        await until(lambda: pool_of(engine).trouble)
    assert all(
        one.value == n or one.status == "crashed"
        for n, one in enumerate(await asyncio.gather(*waiting))
    )
    assert pool_of(engine).trouble is None
    assert engine.pool.running == engine.pool.queued == 0
    assert (await engine.run(ExecutionRequest("5"), tools=DictTools())).value == 5


async def test_a_wait_without_descriptors_says_why_it_was_in_vain() -> None:
    engine = Engine(limits=Limits(), pool=PoolSettings(size=2, queue_timeout_ms=300))
    events: list[Event] = []
    engine.subscribe(events.append)
    try:
        engine_version()
        with no_descriptors():
            execution = await engine.run(ExecutionRequest("1"), tools=DictTools())
        assert execution.error is not None
        assert execution.error.code in (ErrorCode.QUEUE_TIMEOUT, ErrorCode.SANDBOX_CRASHED)
        assert "Too many open files" in execution.error.message
        assert [type(event) for event in events] == [ExecutionStarted, ExecutionFinished]
        engine.configure(limits=Limits(), pool=PoolSettings(size=2))
        assert (await engine.run(ExecutionRequest("2"), tools=DictTools())).value == 2
    finally:
        await engine.close()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("#!/bin/sh\necho 'No module named _quickjs' >&2\nexit 1\n", "No module named _quickjs"),
        (None, "No such file"),
    ],
)
async def test_a_sandbox_that_cannot_start_says_why(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, words: str
) -> None:
    python = tmp_path / "python"
    if program is not None:
        python.write_text(program)
        python.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(python))
        execution = await engine.run(ExecutionRequest("1"), tools=DictTools())
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SANDBOX_CRASHED
    assert words in execution.error.message
    assert sys.executable != str(python)
    assert (await engine.run(ExecutionRequest("2"), tools=DictTools())).value == 2


async def test_a_hundred_workers_are_asked_for_at_once() -> None:
    engine = Engine(limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=100))
    tools = DictTools()
    try:
        running = [asyncio.create_task(engine.run(BUSY, tools=tools)) for _ in range(100)]
        await until(lambda: len(tools.calls) == 100)
        assert engine.pool.running == 100
        for execution_id in engine.running:
            engine.cancel(execution_id)
        assert {one.status for one in await asyncio.gather(*running)} == {"cancelled"}
    finally:
        await engine.close()


async def test_the_queue_counts_only_those_that_no_worker_comes_for() -> None:
    engine = Engine(limits=Limits(), pool=PoolSettings(size=2, queue_size=0))
    tools = DictTools()
    try:
        # Nothing is warm yet, and yet two find a place.
        running = [asyncio.create_task(engine.run(BUSY, tools=tools)) for _ in range(3)]
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        (refused,) = done
        assert (await refused).error.code == ErrorCode.QUEUE_FULL  # type: ignore[union-attr]
        await until(lambda: len(tools.calls) == 2)
    finally:
        await engine.close()


async def test_an_error_of_our_own_ends_the_execution_and_its_record(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails between the start of an execution and its end: its record does not stay open."""
    events: list[Event] = []

    def no_job(*_: object, **__: object) -> bytes:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("workbench.core.engine.jobs.run", no_job)
    execution = await engine.run(ExecutionRequest("1"), tools=DictTools(), listener=events.append)
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SANDBOX_CRASHED
    assert "Too many open files" in execution.error.message
    assert isinstance(events[-1], ExecutionFinished)
    assert engine.pool.running == 0


async def test_a_check_that_could_not_be_made_says_why(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        error = await engine.check("1 +")
        assert error is not None
        assert error.code == ErrorCode.SANDBOX_CRASHED
        assert "/nowhere/python" in error.message
    error = await engine.check("1 +")
    assert error is not None
    assert error.code == ErrorCode.SYNTAX_ERROR
    error = await engine.check("1" * (Limits().max_code_bytes + 1))
    assert error is not None
    assert error.code == ErrorCode.INVALID_REQUEST


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", ["while (true) {}", "call_tool('test', 'forever')", "await sleep(600000)"]
)
async def test_a_worker_that_its_parent_forgets_ends_by_itself(script: str) -> None:
    pool = Pool(PoolSettings(size=1), memory_mb=64)
    try:
        async with pool.lease() as worker:
            assert worker is not None
            worker.send(jobs.run(script, "{}", Limits(timeout_ms=50), seed=(1, 2, 3, 4)))
            ended = await asyncio.wait_for(asyncio.shield(worker.exit), 60)
        assert ended.describe() == "it was killed by SIGALRM"
    finally:
        await pool.close()


@pytest.mark.slow
async def test_the_alarm_waits_for_the_time_limit() -> None:
    """It is the second deadline: a script within its limit never hears of it."""
    pool = Pool(PoolSettings(size=1), memory_mb=64)
    try:
        async with pool.lease() as worker:
            assert worker is not None
            code = "const end = Date.now() + 2500; while (Date.now() < end); 'done'"
            worker.send(jobs.run(code, "{}", Limits(timeout_ms=60_000), seed=(1, 2, 3, 4)))
            ended = await asyncio.wait_for(asyncio.shield(worker.exit), 60)
        assert ended.code == 0
    finally:
        await pool.close()


async def test_a_worker_runs_the_code_of_its_parent(tmp_path: Path) -> None:
    """Whatever else of that name the interpreter would find first."""
    told = tmp_path / "told"
    shadow = tmp_path / "workbench"
    shadow.mkdir()
    (shadow / "__init__.py").write_text("raise SystemExit('another workbench')")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        + zygote_process.PROGRAM.replace(
            "main()\n", f"import workbench; open({str(told)!r}, 'w').write(workbench.__file__)\n"
        )
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-I", "-c", program], check=True)
    assert told.read_text() == workbench.__file__


def parent_of(pid: int) -> int:
    return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pid)]))


async def test_a_zygote_that_was_started_ahead_makes_the_workers() -> None:
    ahead = zygote_process.start_zygote()
    pool = Pool(PoolSettings(size=1), memory_mb=64, zygote=ahead)
    try:
        async with pool.lease() as worker:
            assert worker is not None
            assert parent_of(worker.pid) == ahead.process.pid
    finally:
        await pool.close()
    assert ahead.process.poll() is not None


async def test_another_zygote_comes_for_one_that_died_ahead() -> None:
    ahead = zygote_process.start_zygote()
    ahead.process.kill()
    ahead.process.wait()
    pool = Pool(PoolSettings(size=1), memory_mb=64, zygote=ahead)
    try:
        async with pool.lease() as worker:
            assert worker is not None
            assert parent_of(worker.pid) != ahead.process.pid
    finally:
        await pool.close()


async def test_a_zygote_that_nobody_needed_ends_with_the_pool() -> None:
    ahead = zygote_process.start_zygote()
    await Pool(PoolSettings(size=1), memory_mb=64, zygote=ahead).close()
    assert await asyncio.to_thread(ahead.process.wait, 60) == 0
