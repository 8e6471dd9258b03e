"""A script that runs long leaves the processor to the others."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.support.pools import pool_of
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode, ExecutionOptions, ExecutionRequest


@pytest.mark.anyio
@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="no priorities here")
async def test_a_long_run_yields_and_a_new_one_does_not(engine: Engine) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    request = ExecutionRequest("while (true) {}", options=ExecutionOptions(timeout_ms=1500))
    burning = asyncio.create_task(engine.run(request))

    def priorities() -> set[int]:
        return {os.getpriority(os.PRIO_PROCESS, pid) for pid in pool_of(engine).worker_pids()}

    async with asyncio.timeout(10):
        while 19 not in (seen := priorities()):  # noqa: ASYNC110  (the kernel tells nobody)
            await asyncio.sleep(0.01)
    assert seen <= {ours, 19}
    quick = await engine.run(ExecutionRequest("1"))
    assert quick.ok
    ended = await burning
    assert ended.error is not None
    assert ended.error.code == ErrorCode.TIMEOUT
    assert 19 not in priorities() or ours == 19
