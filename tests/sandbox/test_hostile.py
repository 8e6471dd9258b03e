"""Scripts that fight: what is said of their end, what is cancelled and killed with them.

The corpus of them, each with its code, is tests/hostile/scripts/.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.pools import pool_of
from tests.support.processes import children_of, cpu_ticks, state_of
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode, ExecutionOptions, ExecutionRequest, Limits, PoolSettings

pytestmark = pytest.mark.anyio

TIMEOUT_MS = 400


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(limits=Limits(timeout_ms=TIMEOUT_MS), pool=PoolSettings(size=2))
    yield engine
    await engine.close()


@pytest.mark.slow
async def test_a_million_console_lines_and_a_huge_one() -> None:
    engine = Engine(limits=Limits(timeout_ms=30_000, memory_mb=512), pool=PoolSettings(size=1))
    try:
        script = "for (let i = 0; i < 1e6; i++) console.log(i); 'done'"
        execution = await engine.run(ExecutionRequest(script), tools=DictTools())
        assert execution.value == "done"
        assert len(execution.logs) == 10_000
        assert execution.logs_dropped == 990_000
        assert "990000 more line(s)" in execution.warnings[0]
        huge = await engine.run(
            ExecutionRequest("console.log('x'.repeat(1e8)); 1"), tools=DictTools()
        )
        assert huge.value == 1
        assert huge.logs[0].text.endswith("(cut: 100000000 characters)")
        assert len(huge.logs[0].text) < 70_000
    finally:
        await engine.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_hundred_thousand_calls() -> None:
    engine = Engine(limits=Limits(timeout_ms=600_000), pool=PoolSettings(size=1))
    try:
        script = (
            "let n = 0; for (let i = 0; i < 1e5; i++) n += call_tool('test', 'echo', { i }).ok; n"
        )
        execution = await engine.run(ExecutionRequest(script), tools=DictTools())
        assert execution.value == 100_000
        assert execution.tool_calls == 100_000
        script = "(await Promise.all(Array.from({ length: 10000 }, (_, i) => tools.test.echo({ i })))).length"
        assert (await engine.run(ExecutionRequest(script), tools=DictTools())).value == 10_000
    finally:
        await engine.close()


@pytest.mark.slow
async def test_timeout_says_what_the_script_was_doing(engine: Engine) -> None:
    async def message(script: str) -> tuple[str, int | None]:
        execution = await engine.run(ExecutionRequest(script), tools=DictTools())
        assert execution.error is not None
        return execution.error.message, execution.error.line

    assert await message("\nawait tools.test.forever()") == (
        "timed out after 400 ms while waiting for call #1 test.forever (line 2)", 2,
    )  # fmt: skip
    assert await message("call_tool('test', 'echo');\nwhile (true) {}") == (
        "timed out after 400 ms while running script code after call #1 test.echo (line 1)", 1,
    )  # fmt: skip
    if sys.platform == "linux":  # a call is under way, but that is not what takes the time
        assert await message("tools.test.forever();\nwhile (true) {}") == (
            "timed out after 400 ms while running script code after call #1 test.forever (line 1)", 1,
        )  # fmt: skip
    assert "had made no call" in (await message("while (true) {}"))[0]
    assert "while sleeping" in (await message("await sleep(9999)"))[0]


async def test_timeout_cancels_calls_and_nothing_is_called_afterwards(engine: Engine) -> None:
    tools = DictTools()
    script = (
        "await tools.test.echo(); try { await tools.test.forever() } finally { tools.test.echo() }"
    )
    running = asyncio.ensure_future(engine.run(ExecutionRequest(script), tools=tools))
    await until(lambda: len(tools.calls) == 2)
    (worker,) = pool_of(engine)._running
    assert (await running).status == "timeout"
    assert [call.tool for call in tools.calls] == ["echo", "forever"]
    await _until_gone(worker.pid)
    assert [call.tool for call in tools.calls] == ["echo", "forever"]
    assert [call.tool for call in tools.cancelled] == ["forever"]


async def test_cancel_is_never_a_timeout(engine: Engine) -> None:
    tools = DictTools()
    for script in (
        "await tools.test.forever()",
        "while (true) {}",
        "try { while (true) {} } finally { 1 }",
    ):
        running = asyncio.ensure_future(
            engine.run(
                ExecutionRequest(
                    script, execution_id="x", options=ExecutionOptions(timeout_ms=60_000)
                ),
                tools=tools,
            )
        )
        if "forever" in script:
            await until(tools.called.is_set)
        else:
            await until(lambda: pool_of(engine)._running)
            await until(lambda: all(cpu_ticks(one.pid) > 1 for one in pool_of(engine)._running))
        assert engine.cancel("x")
        execution = await running
        assert execution.status == "cancelled"
        assert execution.error is not None
        assert execution.error.code == ErrorCode.CANCELLED
    assert len(tools.cancelled) == 1
    assert engine.cancel("x") is False


async def test_runaway_past_its_budget_is_ended(engine: Engine) -> None:
    from workbench.core.policy import Policy
    from workbench.core.ports import NoteListener

    class Spent(DictTools):
        async def call(self, call, note: NoteListener):  # type: ignore[no-untyped-def]
            if len(self.calls) >= 3:
                return Policy(None, Limits(max_tool_calls=3))._budget_refusal()  # type: ignore[arg-type]
            return await super().call(call, note)

    script = (
        "let n = 0; while (true) { try { if (call_tool('test', 'echo').ok) n++ } catch (e) {} }"
    )
    options = ExecutionOptions(max_tool_calls=3, timeout_ms=10_000)
    execution = await engine.run(ExecutionRequest(script, options=options), tools=Spent())
    assert execution.error is not None
    assert execution.error.code == ErrorCode.MAX_TOOL_CALLS_EXCEEDED
    assert execution.tool_calls == 3
    finished = "let ok = 0; for (let i = 0; i < 50; i++) ok += call_tool('test', 'echo').ok; ok"
    execution = await engine.run(ExecutionRequest(finished, options=options), tools=Spent())
    assert execution.value == 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_killed_worker_is_a_crash_and_is_replaced(engine: Engine, number: int) -> None:
    tools = DictTools()
    running = asyncio.ensure_future(
        engine.run(ExecutionRequest("await tools.test.forever()"), tools=tools)
    )
    await until(tools.called.is_set)
    (worker,) = pool_of(engine)._running
    os.kill(worker.pid, number)
    execution = await running
    assert execution.status == "crashed"
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SANDBOX_CRASHED
    assert signal.Signals(number).name in execution.error.message
    assert (await engine.run(ExecutionRequest("1"), tools=tools)).value == 1


async def test_killed_zygote_is_restarted(engine: Engine) -> None:
    assert (await engine.run(ExecutionRequest("1"), tools=DictTools())).value == 1
    server = pool_of(engine)._server
    assert server is not None
    process = server._process
    assert process is not None
    process.kill()
    process.wait()
    for _ in range(3):
        execution = await engine.run(ExecutionRequest("2"), tools=DictTools())
        assert execution.value == 2 or execution.status == "crashed"
    assert (await engine.run(ExecutionRequest("3"), tools=DictTools())).value == 3


async def test_nothing_is_left_burning_and_nothing_is_left(tmp_path: Path) -> None:
    engine = Engine(limits=Limits(timeout_ms=200), pool=PoolSettings(size=4))
    scripts = ["while (true) {}", "await tools.test.forever()", "(function f() { f() })()", "1"]
    await asyncio.gather(
        *(engine.run(ExecutionRequest(script), tools=DictTools()) for script in scripts * 3)
    )
    server = pool_of(engine)._server
    assert server is not None
    process = server._process
    assert process is not None
    before = {pid: cpu_ticks(pid) for pid in children_of(process.pid)}
    await asyncio.sleep(0.3)
    for pid, ticks in before.items():
        assert cpu_ticks(pid) - ticks <= 10  # one that burns takes 30
    children = children_of(process.pid)
    assert len(children) <= 6
    await engine.close()
    for pid in [process.pid, *children]:
        await _until_gone(pid)


async def _until_gone(pid: int) -> None:
    """Killed is not yet gone: that is up to the kernel."""
    for _ in range(200):
        if state_of(pid) == "Z":
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"process {pid} is left: {state_of(pid)}")


@pytest.mark.slow
async def test_no_script_catches_the_end_of_memory_wherever_it_comes() -> None:
    """Some bytes more or less decide what the engine still has memory for when it says so."""
    limits = ExecutionOptions(timeout_ms=20_000)
    small = Engine(limits=Limits(memory_mb=8), pool=PoolSettings(size=2))
    try:
        for size in range(0, 16_400, 500):
            script = (
                f"const pad = 'x'.repeat({size}), kept = [];"
                "try { for (;;) kept.push(new Array(1000).fill({})) } catch (e) { kept.length = 0; 1 }"
            )
            execution = await small.run(ExecutionRequest(script, options=limits), tools=DictTools())
            assert execution.error is not None, size
            assert execution.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED, size
    finally:
        await small.close()
