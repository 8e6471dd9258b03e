"""Long runs: servers that are killed while they are called."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from tests.support.processes import resident_bytes
from tests.support.servers import RAW_SERVER, call, managing, script_settings, until
from workbench.core.model import ErrorCode
from workbench.upstream import Manager

_CODE = f"""
import os, runpy, sys
print(os.getpid(), file=sys.stderr)
runpy.run_path({str(RAW_SERVER)!r}, run_name="__main__")
"""
_SERVERS = [f"server{n}" for n in range(8)]


def _pids(manager: Manager) -> list[int]:
    return [int(line) for name in _SERVERS for line in manager.health(name).stderr]


@pytest.mark.slow
@pytest.mark.anyio
async def test_servers_are_killed_while_they_are_called() -> None:
    chance = random.Random(1)
    counts = {"ok": 0, "lost": 0}
    done = asyncio.Event()

    async def caller(manager: Manager, number: int) -> None:
        for n in range(400):
            args = {"caller": number, "n": n}
            outcome = await call(manager, chance.choice(_SERVERS), "echo", args)
            if outcome.ok:
                assert outcome.result == args
                counts["ok"] += 1
            else:
                assert outcome.error is not None
                assert outcome.error.code == ErrorCode.UPSTREAM_ERROR, outcome.error
                counts["lost"] += 1
            await asyncio.sleep(0.001)

    async def killer(manager: Manager) -> None:
        killed_at = 0
        while not done.is_set():
            await asyncio.sleep(0.01)
            if counts["ok"] - killed_at < 150:  # by progress, not by time: the machine may be busy
                continue
            killed_at = counts["ok"]
            last = manager.health(chance.choice(_SERVERS)).stderr[-1]
            try:
                os.kill(int(last), signal.SIGKILL)
            except ProcessLookupError:
                continue

    async with managing(*(script_settings(name, _CODE) for name in _SERVERS)) as manager:
        await manager.settled()
        killing = asyncio.create_task(killer(manager))
        async with asyncio.timeout(90):
            await asyncio.gather(*(caller(manager, number) for number in range(12)))
        done.set()
        await killing
        for name in _SERVERS:
            # One killed many times in a row while it started comes back after the longest pause.
            await until(lambda name=name: manager.catalogue().servers[name].state == "ready", 60)  # type: ignore[misc]
        pids = _pids(manager)
    assert counts["ok"] > 1_000  # those that meet a server between two starts fail at once
    assert counts["lost"] > 0, "nothing was killed in a call"
    for pid in pids:
        assert not Path(f"/proc/{pid}").exists() or not Path("/proc").exists()


@pytest.mark.slow
@pytest.mark.anyio
async def test_many_calls_do_not_grow_the_process() -> None:
    async with managing(script_settings("server0", _CODE)) as manager:
        await manager.settled()

        async def some(count: int) -> None:
            for n in range(count):
                await call(manager, "server0", "echo", {"n": n, "text": "x" * 1_000})

        await some(2_000)
        before = resident_bytes()
        await some(20_000)
        assert resident_bytes() - before < 4_000_000
