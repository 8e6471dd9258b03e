"""Runs that wait for a worker, as clients are told of them: they run, by the documented shape, and are queued."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import until
from workbench.config import Config
from workbench.core.model import JsonValue
from workbench.core.runtime import open_runtime
from workbench.serve.tool_provider import Caller
from workbench.serve.toolset import Toolset

pytestmark = pytest.mark.anyio


@pytest.fixture
async def toolset(tmp_path: Path) -> AsyncIterator[Toolset]:
    config = Config(enable_code_execution=True)
    one = replace(config, pool=replace(config.pool, size=1))
    async with open_runtime(one, data_dir=tmp_path) as opened:
        yield Toolset(opened)


async def _ask(toolset: Toolset, asked: str, /, **arguments: JsonValue) -> Any:
    result = await toolset.call(asked, arguments, Caller(client="test"))
    return result["structuredContent"]


async def test_it_is_queued_until_it_runs(toolset: Toolset) -> None:
    engine = toolset._runtime.engine
    long = await _ask(
        toolset, "code_execution", code="await sleep(600_000)", options={"wait_ms": 0}
    )
    await until(lambda: engine.pool.running)
    told = await _ask(
        toolset, "code_execution", code="await sleep(1); 'ran'", options={"wait_ms": 50}
    )
    assert (told["ok"], told["running"], told["queued"]) == (None, True, True)
    assert told["duration_ms"] == 0.0
    waiting = await _ask(toolset, "get_execution", execution_id=told["execution_id"])
    assert (waiting["ok"], waiting["status"], waiting["running"]) == (None, "running", True)
    assert (waiting["queued"], waiting["waits_behind"]) == (True, 0)
    ahead = await _ask(toolset, "get_execution", execution_id=long["execution_id"])
    assert (ahead["running"], "queued" in ahead) == (True, False)
    late = asyncio.ensure_future(
        _ask(toolset, "get_execution", execution_id=told["execution_id"], wait_ms=60_000)
    )
    cancelled = await _ask(toolset, "cancel_execution", execution_id=long["execution_id"])
    assert cancelled["cancelled"]
    ended = await late
    assert (ended["ok"], ended["running"], ended["value"]) == (True, False, "ran")
    assert "queued" not in ended


async def test_one_that_waits_can_be_cancelled(toolset: Toolset) -> None:
    await _ask(toolset, "code_execution", code="await sleep(600_000)", options={"wait_ms": 0})
    await until(lambda: toolset._runtime.engine.pool.running)
    told = await _ask(toolset, "code_execution", code="1", options={"wait_ms": 0})
    cancelled = await _ask(toolset, "cancel_execution", execution_id=told["execution_id"])
    assert (cancelled["cancelled"], cancelled["status"]) == (True, "cancelled")
    ended = await _ask(toolset, "get_execution", execution_id=told["execution_id"])
    assert (ended["ok"], ended["running"], ended["duration_ms"]) == (False, False, 0.0)
