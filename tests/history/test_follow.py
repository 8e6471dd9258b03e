"""Following what another connection writes, as another process would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.core.events import (
    ConsoleLine,
    ExecutionFinished,
    ExecutionStarted,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import Execution, ExecutionRequest, Limits, LogLine, Outcome, ToolCall
from workbench.history import ExecutionFollower, Follower, Store, UnknownExecution

pytestmark = pytest.mark.anyio


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "history.sqlite3")
    yield store
    store.close()


@pytest.fixture
def reader(writer: Store) -> Iterator[Store]:
    store = Store(writer.path)
    yield store
    store.close()


def begin(execution_id: str = "run") -> ExecutionStarted:
    return ExecutionStarted(
        execution_id, ExecutionRequest("1"), Limits(), "engine", None, (1, 2, 3, 4), time.time()
    )


def a_call(seq: int, at_ms: float) -> ToolCall:
    return ToolCall("run", seq, "demo", "echo", {"value": seq}, seq, 1, at_ms)


async def test_an_execution_is_told_of_as_it_goes(writer: Store, reader: Store) -> None:
    writer.record(begin())
    await writer.committed()
    follower = ExecutionFollower(reader, "run")
    assert follower.poll() == []
    one, two = a_call(1, 1.0), a_call(2, 2.0)
    writer.record(ToolCallStarted("run", one))
    writer.record(ToolCallStarted("run", two))
    writer.record(ConsoleLine("run", LogLine("log", "first", 1.5)))
    await writer.committed()
    said = follower.poll()
    assert [type(event) for event in said] == [ToolCallStarted, ConsoleLine, ToolCallStarted]
    assert follower.poll() == []
    writer.record(ToolCallFinished("run", two, Outcome(True, result=2), 5.0, 1))
    await writer.committed()
    (finished,) = follower.poll()
    assert isinstance(finished, ToolCallFinished)
    assert (finished.call.seq, finished.outcome.result) == (2, 2)
    assert not follower.ended
    writer.record(ToolCallFinished("run", one, Outcome(True, result=1), 9.0, 2))
    writer.record(ConsoleLine("run", LogLine("log", "last", 11.0)))
    done = Execution("run", "ok", 3, None, tool_calls=2)
    writer.record(ExecutionFinished("run", done, 2.0))
    await writer.committed()
    # A console line of the end is told after the call before it.
    assert [type(event) for event in follower.poll()] == [ToolCallFinished, ConsoleLine]
    assert follower.ended


async def test_a_deleted_execution_is_told(writer: Store, reader: Store) -> None:
    writer.record(begin())
    writer.record(ExecutionFinished("run", Execution("run", "ok", 1, None), 2.0))
    await writer.committed()
    follower = ExecutionFollower(reader, "run")
    writer.delete("run")
    with pytest.raises(UnknownExecution):
        follower.poll()


async def test_rows_count_the_calls_of_what_still_runs(writer: Store, reader: Store) -> None:
    follower = Follower(reader)
    writer.record(begin())
    await writer.committed()
    assert [row.tool_calls for row in follower.poll()] == [0]
    writer.record(ToolCallStarted("run", a_call(1, 1.0)))
    await writer.committed()
    assert [row.tool_calls for row in follower.poll()] == [1]
    assert follower.poll() == []
