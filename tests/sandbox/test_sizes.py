"""Limits count bytes of UTF-8, and bound everything that a script gives back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode, Execution, ExecutionRequest, Limits, PoolSettings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(
        limits=Limits(timeout_ms=60_000, max_result_bytes=1000), pool=PoolSettings(size=1)
    )
    yield engine
    await engine.close()


async def _run(engine: Engine, code: str) -> tuple[Execution, DictTools]:
    tools = DictTools()
    return await engine.run(ExecutionRequest(code), tools=tools), tools


@pytest.mark.parametrize(
    ("value", "size"),
    [("'x'.repeat(998)", 1000), ("'é'.repeat(499)", 1000), ("'😀'.repeat(249)", 998)],
)
async def test_a_value_of_so_many_bytes_passes(engine: Engine, value: str, size: int) -> None:
    ended, _ = await _run(engine, value)
    assert ended.ok
    assert len(json.dumps(ended.value, ensure_ascii=False).encode()) == size


@pytest.mark.parametrize(
    ("value", "size"),
    [("'x'.repeat(999)", 1001), ("'é'.repeat(500)", 1002), ("'😀'.repeat(250)", 1002)],
)
async def test_a_larger_one_does_not(engine: Engine, value: str, size: int) -> None:
    ended, _ = await _run(engine, value)
    assert ended.error is not None
    assert ended.error.code == ErrorCode.SERIALIZATION_ERROR
    assert f"{size} bytes" in ended.error.message
    assert "max_result_bytes allows 1000" in ended.error.message


@pytest.mark.parametrize(
    "script",
    [
        "throw new Error('x'.repeat(5e6))",
        "throw new Error('é'.repeat(2e6))",
        "throw { text: 'x'.repeat(5e6) }",
        "const e = new Error('short'); e.stack = 's'.repeat(5e6); throw e",
        "throw new Error('a', { cause: new Error('x'.repeat(5e6)) })",
    ],
)
async def test_an_error_keeps_to_the_limit_too(engine: Engine, script: str) -> None:
    ended, _ = await _run(engine, script)
    assert ended.error is not None
    assert ended.error.code == ErrorCode.RUNTIME_ERROR
    texts = ended.error.message + (ended.error.stack or "")
    assert len(texts.encode()) <= 1000
    assert "(cut: " in texts or "…" in texts


async def test_a_long_message_is_not_sent_twice() -> None:
    engine = Engine(limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=1))
    try:
        ended, _ = await _run(engine, "\nthrow new Error('x'.repeat(1e6))")
    finally:
        await engine.close()
    assert ended.error is not None
    assert len(ended.error.message) == 1_000_007
    assert ended.error.stack is not None
    assert len(ended.error.stack) < 2_000
    assert ended.error.stack.startswith("Error: xxx")
    assert "script.js:2" in ended.error.stack


async def test_the_console_keeps_to_the_limit(engine: Engine) -> None:
    ended, _ = await _run(engine, "for (let i = 0; i < 100; i++) console.log('é'.repeat(100)); 1")
    assert ended.value == 1
    assert 0 < sum(len(line.text.encode()) for line in ended.logs) <= 1000
    assert len(ended.logs) + ended.logs_dropped == 100
    assert any("console was cut" in warning for warning in ended.warnings)


async def test_arguments_and_names_past_all_measure_are_refused(engine: Engine) -> None:
    ended, tools = await _run(
        engine,
        """
        const long = 'n'.repeat(5000), large = { text: 'é'.repeat(3000) };
        const batch = Array.from({ length: 4 }, () => ({ server: 'test', tool: 'echo', args: { t: 'x'.repeat(400) } }));
        [
          call_tool('test', 'echo', large).error.code,
          call_tool(long, 'echo').error.code,
          call_tool('test', long).error.code,
          await tools.test.echo(large).catch(e => e.code),
          ...call_tools(batch).map(r => r.ok ? 'ok' : r.error.code),
        ].join(' ')
        """,
    )
    assert ended.value == " ".join(
        [
            "SERIALIZATION_ERROR",
            "INVALID_ARGS",
            "INVALID_ARGS",
            "SERIALIZATION_ERROR",
            "ok",
            "ok",
            "ok",
            "ok",
        ]
    )
    assert len(tools.calls) == 4


async def test_a_batch_too_large_together_is_refused_in_part(engine: Engine) -> None:
    code = """
    const batch = Array.from({ length: 20 }, () => ({ server: 'test', tool: 'echo', args: { t: 'x'.repeat(400) } }));
    call_tools(batch).map(r => r.ok ? 'ok' : r.error.code)
    """
    ended, tools = await _run(engine, code)
    assert ended.value == ["ok"] * 2 + ["SERIALIZATION_ERROR"] * 18
    assert len(tools.calls) == 2


async def test_long_questions_to_the_catalogue_are_no_crash(engine: Engine) -> None:
    code = "const q = 'q'.repeat(2e6); search_tools(q); try { list_tools(q) } catch (e) {}; 'there'"
    ended, _ = await _run(engine, code)
    assert ended.value == "there"
