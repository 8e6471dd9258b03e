"""What waits between a script, its worker, Workbench and the servers is bounded, and pushes back on the script."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.pools import pool_of
from tests.support.processes import resident_bytes
from tests.support.servers import until
from tests.support.tools import DictTools, result
from workbench.core import calls, execution
from workbench.core.engine import Engine
from workbench.core.events import Event, HostReading, ToolCallFinished
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

pytestmark = pytest.mark.anyio
MB = 1 << 20


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=2))
    yield engine
    await engine.close()


class Growth:
    """How much this process has grown at the most."""

    most = 0


@asynccontextmanager
async def watched() -> AsyncIterator[Growth]:
    growth = Growth()
    before = resident_bytes()

    async def watch() -> None:
        while True:
            growth.most = max(growth.most, resident_bytes() - before)
            await asyncio.sleep(0.005)

    watcher = asyncio.create_task(watch())
    try:
        yield growth
    finally:
        watcher.cancel()


async def test_calls_that_nobody_awaits_end_the_script_not_the_process(engine: Engine) -> None:
    script = "const s = 'x'.repeat(1e6); for (;;) tools.test.echo({ value: s }).catch(() => {})"
    async with watched() as growth:
        ended = await engine.run(ExecutionRequest(script), tools=DictTools())
    assert ended.error is not None
    assert ended.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED
    assert "await calls" in ended.error.message
    assert growth.most < 200 * MB


async def test_a_script_that_holds_much_waits_as_fast_as_one_that_holds_little(
    engine: Engine,
) -> None:
    """What the engine uses is counted object by object: at each wait it took a hundred times as long as that."""
    script = """
    const kept = [];
    for (let i = 0; i < 100_000; i++) kept.push({ id: i, title: 'issue ' + i, n: [i] });
    for (let i = 0; i < 1_500; i++) await sleep(0);
    kept.length
    """
    request = ExecutionRequest(script, options=ExecutionOptions(timeout_ms=20_000))
    ended = await engine.run(request, tools=DictTools())
    assert ended.value == 100_000, ended.error


@pytest.mark.parametrize("held", [1_000, 100_000])
async def test_memory_that_is_full_is_seen_where_the_script_waits_for_ever(
    engine: Engine, held: int
) -> None:
    """Also when it was looked at a moment before."""
    script = f"""
    const kept = [];
    for (let i = 0; i < {held}; i++) kept.push({{ id: i, title: 'issue ' + i, n: [i] }});
    await sleep(0);
    const fill = async () => {{ for (;;) kept.push({{ id: 1, n: [1] }}) }};
    fill().catch(() => {{}});
    await sleep(50_000);
    """
    ended = await engine.run(ExecutionRequest(script), tools=DictTools())
    assert ended.error is not None
    assert ended.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED


async def test_calls_that_nobody_answers_hold_the_script(engine: Engine) -> None:
    script = "const s = 'x'.repeat(1e6); for (;;) tools.test.forever({ value: s }).catch(() => {})"
    tools = DictTools()
    async with watched() as growth:
        running = asyncio.create_task(
            engine.run(ExecutionRequest(script, execution_id="x"), tools=tools)
        )
        await until(lambda: len(tools.calls) * 1_000_000 > calls.MOST_WAITING_BYTES)
        (worker,) = pool_of(engine)._running
        await until(lambda: not worker.is_computing())
        issued = len(tools.calls)
        # It can do nothing any more, and it is no burden for others.
        assert (await engine.run(ExecutionRequest("1"), tools=DictTools())).value == 1
        assert len(tools.calls) == issued <= 18
        assert engine.cancel("x")
        assert (await running).status == "cancelled"
    assert growth.most < 150 * MB


@pytest.mark.slow
async def test_a_held_script_says_what_it_waits_for(engine: Engine) -> None:
    script = "\nfor (;;) tools.test.forever({ value: 'x'.repeat(1e6) }).catch(() => {})"
    for limit in (2_000, 20_000):  # a busy machine may not get as far within the first
        request = ExecutionRequest(script, options=ExecutionOptions(timeout_ms=limit))
        ended = await engine.run(request, tools=(tools := DictTools()))
        if len(tools.calls) > 10:
            break
    assert ended.error is not None
    assert ended.error.code == ErrorCode.TIMEOUT
    assert "while waiting for call #1 test.forever (line 2) and 1" in ended.error.message


async def test_a_held_worker_that_dies_is_noticed(engine: Engine) -> None:
    script = "for (;;) tools.test.forever({ value: 'x'.repeat(1e6) }).catch(() => {})"
    tools = DictTools()
    running = asyncio.create_task(engine.run(ExecutionRequest(script), tools=tools))
    await until(lambda: len(tools.calls) * 1_000_000 > calls.MOST_WAITING_BYTES)
    (worker,) = pool_of(engine)._running
    os.kill(worker.pid, signal.SIGKILL)
    ended = await running
    assert ended.status == "crashed"


@pytest.mark.slow
async def test_thousands_of_pending_calls_cost_no_task_each_and_end_at_once(
    engine: Engine,
) -> None:
    tools = DictTools()
    events: list[Event] = []
    script = "for (let i = 0; i < 15000; i++) tools.test.forever({ i }).catch(() => {}); 'done'"
    running = asyncio.create_task(
        engine.run(ExecutionRequest(script), tools=tools, listener=events.append)
    )
    most = 0
    while not running.done():
        most = max(most, len(asyncio.all_tasks()))
        await asyncio.sleep(0)
    ended = await running
    assert ended.value == "done"
    (warning,) = ended.warnings
    assert warning.startswith("the script ended without awaiting 15000 call(s): await them")
    assert most < 400
    assert len(tools.calls) <= 256
    assert ended.tool_calls == len(tools.calls)
    cancelled = [event for event in events if isinstance(event, ToolCallFinished)]
    assert len(cancelled) == 15_000


@pytest.mark.slow
async def test_many_calls_and_sleeps_at_once_all_come_back(engine: Engine) -> None:
    engine.configure(limits=Limits(timeout_ms=60_000, memory_mb=256), pool=PoolSettings(size=2))
    script = """
    const calls = await Promise.all(Array.from({ length: 15000 }, (_, i) => tools.test.echo({ i })));
    calls.every((r, i) => r.i === i)
    """
    assert (await engine.run(ExecutionRequest(script), tools=DictTools())).value is True
    many = execution._MOST_SLEEPS + 5_000
    script = f"(await Promise.all(Array.from({{ length: {many} }}, () => sleep(1)))).length"
    assert (await engine.run(ExecutionRequest(script), tools=DictTools())).value == many


async def test_answers_wait_for_a_script_that_computes_in_small_numbers(engine: Engine) -> None:
    tools = DictTools(big=result("x" * MB))
    script = "for (let i = 0; i < 1000; i++) tools.test.big().catch(() => {}); for (;;) {}"
    async with watched() as growth:
        running = asyncio.create_task(
            engine.run(ExecutionRequest(script, execution_id="x"), tools=tools)
        )
        await until(lambda: len(tools.calls) >= 64)
        assert (await engine.run(ExecutionRequest("1"), tools=DictTools())).value == 1
        assert len(tools.calls) < 130
        engine.cancel("x")
        await running
    assert growth.most < 200 * MB


@pytest.mark.slow
async def test_large_answers_that_are_used_one_by_one_all_pass(engine: Engine) -> None:
    tools = DictTools(big=result("x" * MB))
    script = """
    const sizes = await Promise.all(Array.from({ length: 300 }, async () => (await tools.test.big()).length));
    sizes.reduce((a, b) => a + b)
    """
    async with watched() as growth:
        ended = await engine.run(ExecutionRequest(script), tools=tools)
    assert ended.value == 300 * MB
    assert growth.most < 250 * MB


@pytest.mark.slow
async def test_large_arguments_are_sent_as_there_is_room(engine: Engine) -> None:
    at_once = most = 0

    async def slow(call: ToolCall) -> Outcome:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.005)
        at_once -= 1
        return Outcome(ok=True, result=len(call.args["value"]))

    script = """
    const s = 'x'.repeat(2e6);
    (await Promise.all(Array.from({ length: 50 }, () => tools.test.slow({ value: s })))).length
    """
    ended = await engine.run(ExecutionRequest(script), tools=DictTools(slow=slow))
    assert ended.value == 50
    assert most * 2_000_000 <= calls.MOST_WAITING_BYTES + 4_000_000


async def test_letters_that_are_wide_on_their_way_are_not_the_script_s(engine: Engine) -> None:
    text = "\N{GRINNING FACE}" + "x" * 3_000_000
    request = ExecutionRequest("(await tools.test.big()).length")
    ended = await engine.run(request, tools=DictTools(big=result(text)))
    assert ended.value == len(text) + 1
    assert ended.memory_bytes is not None
    assert ended.memory_bytes < 5 * len(text)
    ended = await engine.run(ExecutionRequest("'\N{GRINNING FACE}'.repeat(3e6)"))
    assert ended.memory_bytes is not None
    assert ended.memory_bytes < 7 * 3_000_000


@pytest.mark.slow
async def test_a_batch_s_answers_together_fit_the_script(engine: Engine) -> None:
    tools = DictTools(big=result("x" * (10 * MB)))
    script = """
    const calls = Array.from({ length: 100 }, () => ({ server: 'test', tool: 'big' }));
    call_tools(calls).map(r => r.ok ? 'ok' : r.error.code)
    """
    ended = await engine.run(ExecutionRequest(script), tools=tools)
    if ended.ok:
        assert set(ended.value) == {"ok", "SERIALIZATION_ERROR"}
        assert ended.value.count("ok") <= 6
    else:  # parsed, they need more than their text
        assert ended.error is not None
        assert ended.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED


@pytest.mark.slow
async def test_a_replay_is_not_held(engine: Engine) -> None:
    """It answers when the script waits, and a script that is held never does."""
    order: list[int] = []

    def listen(event: Event) -> None:
        if isinstance(event, HostReading) and event.kind == "order":
            order.extend(event.data)

    script = """
    const s = 'x'.repeat(2e6);
    (await Promise.all(Array.from({ length: 20 }, () => tools.test.echo({ s })))).length
    """
    tools = DictTools(echo=result(1))
    request = ExecutionRequest(script)
    seed = (1, 2, 3, 4)
    first = await engine.run(request, tools=tools, listener=listen, seed=seed)
    readings = Readings(seed=seed, order=tuple(order))
    again = await engine.run(request, tools=tools, replay=readings)
    assert first.value == again.value == 20
    endless = "for (;;) tools.test.echo({ s: 'x'.repeat(1e6) }).catch(() => {})"
    ended = await engine.run(ExecutionRequest(endless), tools=tools, replay=readings)
    assert ended.error is not None
    assert ended.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED
