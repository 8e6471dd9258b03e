"""Faults around a real ``workbench --serve`` under load: what was acknowledged is on record, and it recovers.

Of the history alone: tests/history/test_trouble.py, tests/cli/test_history_trouble.py; of the pool without
descriptors: tests/sandbox/host/test_pool.py; of many upstream servers: tests/upstream/test_soak.py; of torn
configuration: tests/config/test_config.py, tests/serve/test_serving_stdio.py; of the terminal UI:
tests/hostile/test_killed_screen.py.
"""

from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import (
    LINUX,
    children_of,
    command_line,
    cpu_ticks,
    family_of,
    resident_bytes,
    state_of,
)
from tests.support.servers import until
from tests.support.serving import Served, write_config
from workbench.history import Store

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not LINUX, reason="finds the processes in /proc"),
]

_CALLING = "let n = 0; for (let i = 0; i < 20; i++) n += call_tool('raw', 'echo', { i }).ok; n"


def _configure(folder: Path, more: str = "") -> None:
    path = write_config(folder, raw=True, more="code_execution_pool_size = 3\n" + more)
    path.write_text(path.read_text() + "call_timeout_ms = 2000\n")


def _is(pid: int, word: str) -> bool:
    return word in command_line(pid)


def _upstream(pid: int) -> int:
    return next(child for child in children_of(pid) if _is(child, "raw_server"))


def _zygote(pid: int) -> int:
    return next(child for child in children_of(pid) if not _is(child, "raw_server"))


def _ended(folder: Path) -> dict[str, str]:
    store = Store(folder / "data" / "history.sqlite3")
    try:
        return {row.execution_id: row.status for row in store.list_executions(limit=10_000)}
    finally:
        store.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_what_is_killed_under_load_costs_its_own_runs_only(tmp_path: Path) -> None:
    """Workers, their zygote and the upstream server, at random; every request is answered."""
    _configure(tmp_path)
    chance = random.Random(7)
    delivered: dict[str, str] = {}
    killed: dict[str, int] = {}
    async with Served(tmp_path) as served:
        pid = (await served.process()).pid
        await served.call("code_execution", {"code": _CALLING})
        for _ in range(12):
            arguments = {"code": _CALLING, "options": {"timeout_ms": 60_000}}
            params = {"name": "code_execution", "arguments": arguments}
            waiting = {await served.send("tools/call", params, modern=True) for _ in range(8)}
            while waiting:
                message = await served.next()
                waiting.discard(message["id"])
                told = message["result"]["structuredContent"]
                status = "ok" if told["ok"] else str(told["error"]["code"])
                delivered[told["execution_id"]] = status
                assert status in ("ok", "SANDBOX_CRASHED", "UPSTREAM_ERROR"), told
                if len(waiting) == 5:
                    victims = family_of(pid)[1:]
                    victim = chance.choice(victims)
                    kind = "upstream" if _is(victim, "raw_server") else "sandbox"
                    killed[kind] = killed.get(kind, 0) + 1
                    with_signal = chance.choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
                    try:
                        os.kill(victim, with_signal)
                    except ProcessLookupError:
                        continue
        await _works_again(served)
        on_record = _ended(tmp_path)
        assert {id_: on_record.get(id_) is not None for id_ in delivered} == dict.fromkeys(
            delivered, True
        )
        wrong = [
            id_ for id_, told in delivered.items() if (told == "ok") != (on_record[id_] == "ok")
        ]
        assert not wrong
        assert len(killed) == 2, killed
        await served.close_stdin()
        assert await served.exit_code() == 0


async def _works_again(served: Served) -> None:
    """Without a restart; a server that is being connected again may cost a call or two."""
    for _ in range(10):
        result = await served.call("code_execution", {"code": _CALLING})
        if result["structuredContent"].get("value") == 20:
            return
    pytest.fail(f"it does not recover: {result}")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("find", [_upstream, _zygote])
async def test_what_is_stopped_is_waited_for_in_time_and_goes_on(
    tmp_path: Path, find: Callable[[int], int]
) -> None:
    _configure(tmp_path, "code_execution_queue_timeout_ms = 3000")
    async with Served(tmp_path) as served:
        pid = (await served.process()).pid
        await _works_again(served)
        stopped = find(pid)
        os.kill(stopped, signal.SIGSTOP)
        try:
            options = {"timeout_ms": 10_000}
            code = {"code": "call_tool('raw', 'echo', {}).error?.code", "options": options}
            ends = []
            for _ in range(5):
                told = (await served.call("code_execution", code))["structuredContent"]
                ends.append(told["value"] if told["ok"] else told["error"]["code"])
            if find is _upstream:
                assert set(ends) == {"TIMEOUT"}
            else:  # what was forked before goes on; then there is nobody to fork, or another zygote
                assert set(ends) <= {None, "QUEUE_TIMEOUT", "SANDBOX_CRASHED"}
        finally:
            if state_of(stopped) != "Z":
                os.kill(stopped, signal.SIGCONT)
        await _works_again(served)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_stopped_worker_is_ended_by_its_time(tmp_path: Path) -> None:
    _configure(tmp_path)
    async with Served(tmp_path) as served:
        pid = (await served.process()).pid
        await _works_again(served)
        code = "call_tool('raw', 'echo', {}); for (;;) {}"
        params = {
            "name": "code_execution",
            "arguments": {"code": code, "options": {"timeout_ms": 1500}},
            "_meta": {"progressToken": 1},
        }
        request = await served.send("tools/call", params, modern=True)
        await served.note("notifications/progress")
        os.kill(max(children_of(_zygote(pid)), key=cpu_ticks), signal.SIGSTOP)  # the one that burns
        answer = await served.answer(request)
        assert answer["result"]["structuredContent"]["error"]["code"] == "TIMEOUT"
        await _works_again(served)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_killed_server_leaves_nothing_and_keeps_what_it_acknowledged(
    tmp_path: Path,
) -> None:
    _configure(tmp_path)
    chance = random.Random(3)
    delivered: set[str] = set()
    for _ in range(4):
        async with Served(tmp_path) as served:
            pid = (await served.process()).pid
            params = {"name": "code_execution", "arguments": {"code": _CALLING}}
            for _ in range(12):
                await served.send("tools/call", params, modern=True)
            for _ in range(chance.randrange(2, 9)):
                answer = (await served.next())["result"]["structuredContent"]
                delivered.add(answer["execution_id"])
            family = family_of(pid)[1:]
            os.kill(pid, signal.SIGKILL)
            await until(lambda family=family: all(state_of(one) == "Z" for one in family))  # type: ignore[misc]
    on_record = _ended(tmp_path)
    assert delivered <= {id_ for id_, status in on_record.items() if status == "ok"}
    assert set(on_record.values()) <= {"ok", "interrupted", "error", "cancelled"}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_where_memory_is_short_a_flood_ends_itself_only(tmp_path: Path) -> None:
    """Calls that nobody awaits, and 3 GB of address space for the server."""
    _configure(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, hard))
    try:
        served = Served(tmp_path)
        await served.process()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    async with served:
        pid = (await served.process()).pid
        await _works_again(served)
        flood = "const s = 'x'.repeat(1e6); for (;;) tools.raw.echo({ s }).catch(() => {})"
        options = {"timeout_ms": 4000}
        told = await served.call("code_execution", {"code": flood, "options": options})
        assert told["structuredContent"]["error"]["code"] in ("TIMEOUT", "MEMORY_LIMIT_EXCEEDED")
        assert resident_bytes(pid) < 1 << 30
        await _works_again(served)


async def test_a_clock_that_is_set_back_disturbs_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    from tests.support.tools import DictTools
    from workbench.core.engine import Engine
    from workbench.core.model import ExecutionRequest, Limits, PoolSettings

    store = Store(tmp_path / "history.sqlite3")
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    real = time.time
    try:
        ids = []
        for hours in (0, -5, 3, -100_000):  # the last: years back
            monkeypatch.setattr(time, "time", lambda hours=hours: real() + hours * 3600)
            execution = await engine.run(
                ExecutionRequest("await tools.test.echo({}); 1"), tools=DictTools()
            )
            assert execution.value == 1
            assert 0 <= execution.duration_ms < 60_000
            ids.append(execution.execution_id)
        assert {row.execution_id: row.status for row in store.list_executions()} == dict.fromkeys(
            ids, "ok"
        )
        assert len(store.recording(ids[-1]).calls) == 1
    finally:
        await engine.close()
        store.close()
