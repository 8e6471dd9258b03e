"""Tokens of executions: counted from the record when somebody asks, once, and never while it is recorded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from tests.support.tools import Answer, DictTools
from workbench.core.engine import Engine
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    ToolCall,
)
from workbench.core.savings import Totals
from workbench.history import Store, read_recording, write_recording
from workbench.history.store import SqliteHistory
from workbench.text.jsontext import dumps
from workbench.text.tokens import estimate

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "history.sqlite3")
    yield store
    store.close()


async def record(store: Store, *requests: ExecutionRequest, **more: Answer) -> list[Execution]:
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    try:
        return [await engine.run(request, tools=DictTools(**more)) for request in requests]
    finally:
        await engine.close()


def totals(store: SqliteHistory, since: float = 0.0) -> Totals:
    return Totals.of(store.saved(since, lambda _: None))


BIG = "const r = call_tool('test', 'echo', {words: 'a word and another '.repeat(2000)});"


async def test_an_execution_knows_what_it_kept_away(store: Store) -> None:
    (execution,) = await record(store, ExecutionRequest(f"{BIG} r.result.words.length"))
    recording = store.recording(execution.execution_id)
    tokens = recording.tokens
    whole = estimate(dumps({"words": "a word and another " * 2000}))
    assert 0.9 * whole < tokens.results < 1.1 * whole
    assert 20 < tokens.answer < 100
    shown = recording.to_json()["tokens"]
    assert shown == {
        "answer": tokens.answer, "results": tokens.results, "definitions": None,
        "tokenizer": "o200k_base", "estimate": True,
    }  # fmt: skip
    assert totals(store).total.results == tokens.results
    assert totals(store).total.answer == tokens.answer


async def test_pictures_are_no_text_and_refused_calls_returned_nothing(store: Store) -> None:
    picture = {"type": "image", "data": "iVBORw0KGgo" * 2_000, "mimeType": "image/png"}

    async def draw(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=[picture], content=[picture])

    async def refuse(call: ToolCall) -> Outcome:
        words = "no such thing " * 500
        return Outcome.failed(ErrorCode.NOT_FOUND, words, dispatched=False)

    code = "call_tool('test', 'refuse'); image(call_tool('test', 'draw'))"
    (execution,) = await record(store, ExecutionRequest(code), draw=draw, refuse=refuse)
    assert (execution.ok, execution.tool_calls) == (True, 1)
    tokens = store.recording(execution.execution_id).tokens
    assert 5 < tokens.results < 50
    assert tokens.answer < 100
    assert totals(store).total.calls == 1


async def test_an_answer_that_was_held_counts_as_what_went_out(store: Store) -> None:
    held = ExecutionRequest(f"{BIG} r.result", source="serve", answer_limit=800)
    told = ExecutionRequest(f"{BIG} r.result", source="serve")
    first, second = await record(store, held, told)
    assert store.recording(first.execution_id).tokens.answer == 800
    assert store.recording(second.execution_id).tokens.answer > 4_000


async def test_sums_by_day_server_client_and_script(store: Store) -> None:
    await record(
        store,
        ExecutionRequest(BIG, source="serve", client="agent", script="a.js"),
        ExecutionRequest(f"{BIG} call_tool('test', 'fail')", client="agent"),
        ExecutionRequest("console.log('a line')", script="a.js"),
        ExecutionRequest(BIG, source="replay", client="agent"),
    )
    summed = totals(store)
    assert (summed.total.runs, summed.total.calls) == (3, 3)
    assert [(name, group.runs) for name, group in summed.scripts.items()] == [
        ("a.js", 2),
        (None, 1),
    ]
    assert summed.clients["agent"].runs == 2
    assert (summed.servers["test"].calls, summed.servers["test"].answer) == (3, None)
    assert summed.servers["test"].results == summed.total.results
    assert sum(group.runs for group in summed.days.values()) == 3
    told = summed.to_json()
    assert [group["name"] for group in told["scripts"]] == [None, "a.js"], "most results first"
    assert totals(store, since=9e9).total.runs == 0


async def test_it_is_counted_once_and_forgotten_with_the_execution(store: Store) -> None:
    first, _ = await record(store, ExecutionRequest(BIG), ExecutionRequest("2"))
    asked: list[int] = []
    before = Totals.of(store.saved(0.0, asked.append)).to_json()
    assert asked == [2]
    assert Totals.of(store.saved(0.0, asked.append)).to_json() == before
    assert asked == [2], "nothing is left to count"
    store.delete(first.execution_id)
    with closing(sqlite3.connect(store.path)) as connection, connection:
        assert connection.execute("SELECT count(*) FROM returned").fetchone() == (0,)
    assert totals(store).total.runs == 1


async def test_of_very_many_some_are_counted_and_the_others_by_their_length(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = "const r = call_tool('test', 'echo', {words: 'a word and another '.repeat(input)});"
    code = f"{echo} console.log('a line of words', 'again '.repeat(50)); r.result.words"
    sizes = (10, 40, 20, 5_000, 30, 100, 70, 1)
    await record(store, *(ExecutionRequest(code, input=size, answer_limit=1_000) for size in sizes))
    exact = {
        row.execution_id: store.recording(row.execution_id).tokens
        for row in store.list_executions()
    }
    monkeypatch.setattr("workbench.history.token_counts.COUNTED", 3)
    asked: list[int] = []
    judged = Totals.of(store.saved(0.0, asked.append))
    assert asked == [8]
    assert judged.total.calls == 8
    results = sum(tokens.results for tokens in exact.values())
    answers = sum(tokens.answer for tokens in exact.values())
    assert judged.total.results == pytest.approx(results, rel=0.15)
    assert judged.total.answer == pytest.approx(answers, rel=0.15)
    assert Totals.of(store.saved(0.0, asked.append)).to_json() == judged.to_json()
    assert asked == [8], "they are remembered"
    kept = store.tokens_of(list(exact))
    assert max(tokens.answer for tokens in kept.values()) == 1_000, "held to its limit"


async def test_the_tokens_of_some_executions(store: Store) -> None:
    first, second = await record(
        store, ExecutionRequest(BIG), ExecutionRequest("2", source="replay")
    )
    ids = [first.execution_id, second.execution_id, "nobody's"]
    for _ in range(2):  # counted, and remembered
        tokens = store.tokens_of(ids)
        assert tokens.keys() == set(ids[:2])
        assert tokens[first.execution_id].results > 1_000
        assert tokens[first.execution_id] == store.recording(first.execution_id).tokens
        assert tokens[second.execution_id].results == 0
    assert totals(store).total.runs == 1, "a replay does not count"


async def test_a_file_of_an_older_workbench_is_counted(store: Store) -> None:
    await record(store, ExecutionRequest(BIG))
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        for column in ("answer_limit", "definition_tokens", "answer_tokens"):
            connection.execute(f"ALTER TABLE executions DROP COLUMN {column}")
        connection.execute("DROP TABLE returned")
    older = SqliteHistory(store.path)
    try:
        shown = older.recording(older.list_executions()[0].execution_id).tokens
        assert shown.results > 1_000
        assert [totals(older).total.results for _ in range(2)] == [shown.results] * 2
    finally:
        older.close()


async def test_a_file_that_another_process_writes_is_counted_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.history.store._LOCKED_S", 0.0)
    await record(store, ExecutionRequest(BIG))
    store.close()
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    reader = SqliteHistory(store.path)
    try:
        assert totals(reader).total.results > 1_000
        other.execute("ROLLBACK")
        asked: list[int] = []
        reader.saved(0.0, asked.append)
        assert asked == [1], "it could not be remembered before"
    finally:
        reader.close()
        other.close()


async def test_a_damaged_record_is_left_out(store: Store) -> None:
    await record(store, ExecutionRequest("1"), ExecutionRequest("2"))
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE executions SET client = x'00ff' WHERE n = 1")
    assert totals(store).total.runs == 1


async def test_a_portable_recording_has_the_shape_that_it_had(store: Store, tmp_path: Path) -> None:
    (execution,) = await record(store, ExecutionRequest(BIG, answer_limit=100))
    recording = store.recording(execution.execution_id)
    write_recording(recording, tmp_path / "r.json")
    written = json.loads((tmp_path / "r.json").read_text())
    schema = json.loads(
        resources.files("workbench.history").joinpath("recording.schema.json").read_bytes()
    )
    assert written.keys() <= schema["properties"].keys(), "an older Workbench refuses any other"
    assert read_recording(tmp_path / "r.json").tokens.results == recording.tokens.results
