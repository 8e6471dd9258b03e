"""How a tool's last calls went, as the history tells it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ExecutionRequest, Limits, PoolSettings
from workbench.core.records import FinishedCall, ToolStatistics, percentile
from workbench.history import Store
from workbench.history.past_calls import PAST_CALLS
from workbench.history.queries import TOOL_CALLS

pytestmark = pytest.mark.anyio


async def test_the_last_calls_of_a_tool_are_counted(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.sqlite3")
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    script = ExecutionRequest("for (const n of [1, 2, 3]) call_tool('test', 'sleep', { ms: 1 });")
    failing = ExecutionRequest("call_tool('test', 'fail'); call_tool('test', 'sleep', { ms: 1 });")
    try:
        for request in (script, failing, replace(script, source="replay")):
            await engine.run(request, tools=DictTools())
        slept = store.tool_statistics("test", "sleep")
        assert slept is not None
        assert (slept.calls, slept.failed, slept.error_rate) == (4, 0, 0.0)
        assert 0 < slept.p50_ms <= slept.p95_ms
        assert slept.last_at > 1_700_000_000
        failed = store.tool_statistics("test", "fail")
        assert failed is not None
        assert (failed.calls, failed.error_rate) == (1, 1.0)
        assert failed.last_error is not None
        assert '"code"' in failed.last_error
        newest = store.tool_statistics("test", "sleep", last=2)
        assert newest is not None
        assert newest.calls == 2
        assert store.tool_statistics("test", "other") is None
        with closing(sqlite3.connect(store.path)) as connection, connection:
            plans = [
                connection.execute(f"EXPLAIN QUERY PLAN {question}", values).fetchall()
                for question, values in (
                    (TOOL_CALLS, ("sleep", "test", 5)),
                    (PAST_CALLS, ("sleep", "test", 9, 5)),
                )
            ]
        for plan in plans:
            assert not [row for row in plan if "TEMP B-TREE" in row[3]], (
                "the newest without sorting"
            )
            assert [row for row in plan if "calls_by_tool" in row[3]]
    finally:
        await engine.close()
        store.close()


def test_percentiles_are_values_that_were_there() -> None:
    hundred = [float(n) for n in range(1, 101)]
    assert [percentile(hundred, p) for p in (0, 50, 95, 100)] == [1, 50, 95, 100]
    assert percentile([7.0], 95) == 7
    assert percentile([1.0, 9.0], 50) == 1


def test_the_newest_error_is_kept() -> None:
    calls = [(5.0, True, 9.0, None), (1.0, False, 8.0, "new"), (2.0, False, 7.0, "old")]
    found = ToolStatistics.of([FinishedCall(*call) for call in calls])
    assert found is not None
    assert (found.last_error, found.last_at, found.failed) == ("new", 9.0, 2)
