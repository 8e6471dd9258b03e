"""The engine: requests, queue, live settings, events, shutdown."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.support.pools import pool_of
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core import calls
from workbench.core.engine import Engine
from workbench.core.engine_version import engine_version
from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import (
    ErrorCode,
    ExecutionOptions,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    Readings,
    ToolCall,
)
from workbench.history import Store

pytestmark = pytest.mark.anyio


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(
        limits=Limits(timeout_ms=5_000, max_code_bytes=199, max_input_bytes=100),
        pool=PoolSettings(size=1),
    )
    yield engine
    await engine.close()


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ExecutionRequest("x" * 200), ["code is 200 bytes", "max_code_bytes"]),
        (ExecutionRequest("'" + "é" * 99 + "'"), ["code is 200 bytes", "max_code_bytes"]),
        (ExecutionRequest("1", input="x" * 200), ["input is 202 bytes", "max_input_bytes"]),
        (ExecutionRequest("1", input="é" * 50), ["input is 102 bytes", "max_input_bytes"]),
        (ExecutionRequest("1", input=deep(1000)), ["input is nested deeper than 800 levels"]),
        (ExecutionRequest("1", input=deep(100_000)), ["input is nested deeper than 800 levels"]),
        (
            ExecutionRequest("1", options=ExecutionOptions(timeout_ms=0)),
            ["timeout_ms", "from 1 to 600000"],
        ),
        (ExecutionRequest("1", options=ExecutionOptions(timeout_ms=600_001)), ["timeout_ms"]),
        (ExecutionRequest("1", options=ExecutionOptions(timeout_ms=True)), ["whole number"]),
        (
            ExecutionRequest("1", options=ExecutionOptions(max_tool_calls=-1)),
            ["max_tool_calls", "0 or more"],
        ),
        (
            ExecutionRequest("1", options=ExecutionOptions(max_parallel=33)),
            ["max_parallel", "1 to 32"],
        ),
    ],
)
async def test_bad_request_says_which(
    engine: Engine, request_: ExecutionRequest, words: list[str]
) -> None:
    execution = await engine.run(request_, tools=DictTools())
    assert execution.error is not None
    assert execution.error.code == ErrorCode.INVALID_REQUEST
    for word in words:
        assert word in execution.error.message
    assert uuid.UUID(execution.execution_id)


async def test_what_is_refused_for_its_size_or_depth_is_recorded_all_the_same(
    engine: Engine, tmp_path: Path
) -> None:
    store = Store(tmp_path / "history.sqlite3")
    engine._recorder = store
    for given in (deep(1000), "é" * 200):
        refused = await engine.run(ExecutionRequest("1", input=given), tools=DictTools())
        kept = store.recording(refused.execution_id)
        assert kept.error is not None
        assert kept.error["code"] == "INVALID_REQUEST"
        assert kept.input.startswith("«not kept: input is ")
    store.close()


async def test_queue_is_bounded_in_length_and_time(engine: Engine) -> None:
    tools = DictTools()
    busy = asyncio.ensure_future(
        engine.run(ExecutionRequest("await tools.test.forever()"), tools=tools)
    )
    await until(tools.called.is_set)
    engine.configure(
        limits=engine.limits, pool=PoolSettings(size=1, queue_size=1, queue_timeout_ms=300)
    )
    waiting = asyncio.ensure_future(engine.run(ExecutionRequest("1"), tools=tools))
    await until(lambda: engine.pool.queued)
    full = await engine.run(ExecutionRequest("2"), tools=tools)
    assert full.error is not None
    assert full.error.code == ErrorCode.QUEUE_FULL
    assert full.error.message == "the only worker is busy and 1 execution waits"
    late = await waiting
    assert late.error is not None
    assert late.error.code == ErrorCode.QUEUE_TIMEOUT
    assert late.queued_ms >= 290
    assert late.duration_ms == 0
    engine.configure(limits=engine.limits, pool=PoolSettings(size=1))
    engine.cancel(engine.running[0])
    assert (await busy).status == "cancelled"
    assert (await engine.run(ExecutionRequest("3"), tools=tools)).value == 3


async def test_waiting_is_not_charged_to_the_time_limit(engine: Engine) -> None:
    tools = DictTools()
    busy = asyncio.create_task(
        engine.run(ExecutionRequest("await tools.test.forever()", execution_id="busy"), tools=tools)
    )
    await until(tools.called.is_set)
    limit = ExecutionOptions(timeout_ms=1_500)
    waiting = asyncio.create_task(engine.run(ExecutionRequest("1", options=limit), tools=tools))
    await asyncio.sleep(1.6)
    assert engine.pool.queued == 1
    engine.cancel("busy")
    assert (await waiting).value == 1
    assert (await waiting).queued_ms > 1_500
    await busy


async def test_first_come_is_first_served(engine: Engine) -> None:
    order: list[int] = []
    running: list[asyncio.Task[None]] = []

    async def one(number: int) -> None:
        execution = await engine.run(ExecutionRequest(str(number)), tools=DictTools())
        order.append(execution.value)

    tools = DictTools()
    busy = asyncio.create_task(
        engine.run(ExecutionRequest("await tools.test.forever()", execution_id="busy"), tools=tools)
    )
    await until(tools.called.is_set)
    for number in range(10):
        running.append(asyncio.create_task(one(number)))
        await until(lambda queued=number + 1: engine.pool.queued == queued)  # type: ignore[misc]
    engine.cancel("busy")
    await asyncio.gather(busy, *running)
    assert order == list(range(10))


async def test_cancelled_while_it_waits(engine: Engine) -> None:
    tools = DictTools()
    busy = asyncio.ensure_future(
        engine.run(ExecutionRequest("await tools.test.forever()"), tools=tools)
    )
    await until(tools.called.is_set)
    waiting = asyncio.ensure_future(
        engine.run(ExecutionRequest("1", execution_id="w"), tools=tools)
    )
    await until(lambda: engine.pool.queued)
    assert engine.cancel("w")
    assert (await waiting).status == "cancelled"
    busy.cancel()
    with pytest.raises(asyncio.CancelledError):
        await busy
    assert (await engine.run(ExecutionRequest("1"), tools=tools)).value == 1


async def test_who_cancels_what_has_just_ended_waits_for_its_result(engine: Engine) -> None:
    """Not told that it does not run here: who hears that ends whatever waits for the result."""
    told: list[bool] = []

    def listen(event: Event) -> None:
        if isinstance(event, ExecutionFinished):
            told.append(engine.cancel(event.execution_id))

    engine.subscribe(listen)
    execution = await engine.run(ExecutionRequest("1"))
    assert (execution.value, told) == (1, [True])
    assert not engine.cancel(execution.execution_id)


async def test_cancelled_task_is_recorded_as_cancelled(engine: Engine) -> None:
    tools = DictTools()
    events: list[Event] = []
    engine.subscribe(events.append)
    task = asyncio.ensure_future(
        engine.run(ExecutionRequest("await tools.test.forever()"), tools=tools)
    )
    await until(tools.called.is_set)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    finished = events[-1]
    assert isinstance(finished, ExecutionFinished)
    assert finished.execution.status == "cancelled"
    await until(lambda: len(tools.cancelled) == 1)


async def test_events_come_in_order_and_recorder_first(engine: Engine) -> None:
    heard: list[tuple[str, Event]] = []

    class Recorder:
        def record(self, event: Event) -> None:
            heard.append(("recorder", event))

        async def committed(self) -> None: ...

        async def kept(self, execution_id: str) -> str | None:
            heard.append(("recorder", ExecutionFinished("committed", None, 0)))  # type: ignore[arg-type]
            return None

    engine._recorder = Recorder()
    code = "console.log('a'); await tools.test.echo({}); Date.now()"
    await engine.start()
    await until(pool_of(engine).worker_pids)  # none waits for it long enough to be told of
    await engine.run(
        ExecutionRequest(code), tools=DictTools(), listener=lambda e: heard.append(("listener", e))
    )
    kinds = [type(event) for who, event in heard if who == "listener"]
    assert kinds == [
        ExecutionStarted, ExecutionRunning, ConsoleLine, ToolCallStarted, ToolCallNote, ToolCallFinished,
        HostReading, HostReading, ExecutionFinished,
    ]  # fmt: skip
    for (first, one), (second, other) in zip(heard[0:-1:2], heard[1:-1:2], strict=False):
        assert (first, second) == ("recorder", "listener")
        assert one is other
    assert heard[-1][1].execution_id == "committed"


async def test_what_could_have_come_in_another_order_is_recorded_before_the_next_step(
    engine: Engine,
) -> None:
    """Of a run whose process is killed there then, too."""
    events: list[Event] = []
    code = "sleep(60_000); await tools.test.echo({}); console.log('next'); 1"
    await engine.run(ExecutionRequest(code), tools=DictTools(), listener=events.append)
    kinds = [event.kind if isinstance(event, HostReading) else type(event) for event in events]
    assert kinds.index("order") < kinds.index(ConsoleLine)


async def test_a_replay_that_waits_for_none_of_its_calls_has_an_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is answered when it waits, so it cannot be held as a live one is."""
    monkeypatch.setattr(calls, "MOST_WAITING", 10)
    code = "for (let i = 0; i < 1000; i++) tools.test.forever({}); await sleep(1)"
    ended = await engine.run(
        ExecutionRequest(code), tools=DictTools(), replay=Readings((1, 2, 3, 4))
    )
    assert ended.error is not None
    assert ended.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED
    assert "await calls as they are made" in ended.error.message


async def test_a_listener_that_fails_harms_nobody(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: Event) -> None:
        raise RuntimeError("a face's bug")

    stop = engine.subscribe(broken)
    assert (await engine.run(ExecutionRequest("1"), tools=DictTools())).value == 1
    assert "a listener failed" in caplog.text
    stop()


async def test_settings_change_without_disturbing_what_runs(engine: Engine) -> None:
    released = asyncio.Event()

    async def held(call: ToolCall) -> Outcome:
        await released.wait()
        return Outcome(ok=True)

    tools = DictTools(held=held)
    busy = asyncio.ensure_future(
        engine.run(ExecutionRequest("await tools.test.held(); 'done'"), tools=tools)
    )
    await until(tools.called.is_set)
    engine.configure(limits=Limits(timeout_ms=10_000, memory_mb=32), pool=PoolSettings(size=3))
    results = await asyncio.gather(
        *(
            engine.run(ExecutionRequest("await tools.test.sleep({ ms: 30 }); 1"), tools=tools)
            for _ in range(3)
        )
    )
    assert [execution.value for execution in results] == [1, 1, 1]
    brief = ExecutionRequest("while (true) {}", options=ExecutionOptions(timeout_ms=150))
    assert (await engine.run(brief, tools=tools)).status == "timeout"
    bomb = await engine.run(ExecutionRequest("new ArrayBuffer(40e6); 1"), tools=tools)
    assert bomb.error is not None
    assert bomb.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED
    engine.configure(limits=Limits(timeout_ms=5_000), pool=PoolSettings(size=1))
    released.set()
    assert (await busy).value == "done"
    assert (await engine.run(ExecutionRequest("1"), tools=tools)).value == 1


async def test_close_ends_everything_within_two_seconds() -> None:
    engine = Engine(limits=Limits(), pool=PoolSettings(size=3))
    finished: list[Any] = []
    engine.subscribe(
        lambda event: finished.append(event) if isinstance(event, ExecutionFinished) else None
    )
    tools = DictTools()
    running = [
        asyncio.ensure_future(engine.run(ExecutionRequest(code), tools=tools))
        for code in (
            "while (true) {}",
            "await tools.test.forever()",
            "await sleep(99999)",
            "1; await sleep(9999)",
        )
    ]
    await until(tools.called.is_set)
    await asyncio.wait_for(engine.close(), 2)
    executions = await asyncio.gather(*running)
    assert {execution.status for execution in executions} == {"cancelled"}
    assert len(finished) == 4
    after = await engine.run(ExecutionRequest("1"), tools=tools)
    assert after.error is not None


async def test_without_servers_every_call_is_not_found(engine: Engine) -> None:
    execution = await engine.run(ExecutionRequest("[call_tool('a', 'b').error.code, list_tools()]"))
    assert execution.value == ["NOT_FOUND", []]


def test_the_version_of_the_engine_is_that_of_its_distribution() -> None:
    assert engine_version().startswith(f"quickjs-ng {metadata.version('quickjs-ng')} / prelude ")
