"""The history file: what is written, when it is there, what is read back, and what is never on disk."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import jsonschema_rs
import pytest

from tests.support.killing import kill_writers, what_is_missing
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import Event, ExecutionStarted, ToolCallFinished, ToolCallStarted
from workbench.core.model import Execution, ExecutionRequest, Limits, PoolSettings
from workbench.history import (
    CallFollower,
    Follower,
    HistoryError,
    RecordingError,
    Store,
    UnknownExecution,
    read_recording,
    write_recording,
)
from workbench.text.redact import Redactor

pytestmark = pytest.mark.anyio
LIMITS = Limits(timeout_ms=5_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "history.sqlite3")
    yield store
    store.close()


async def record(store: Store, *requests: ExecutionRequest) -> list[Execution]:
    engine = Engine(limits=LIMITS, pool=PoolSettings(size=1), recorder=store)
    try:
        return [await engine.run(request, tools=DictTools()) for request in requests]
    finally:
        await engine.close()


async def test_everything_of_an_execution_is_there_when_it_is_delivered(store: Store) -> None:
    code = """
    console.warn('first');
    const [slow, quick] = await Promise.all([tools.test.sleep({ ms: 500 }), tools.test.sleep({ ms: 1 })]);
    await sleep(1); call_tool('test', 'fail'); list_tools(); Date.now();
    ({ slow, quick })
    """
    request = ExecutionRequest(code, input={"a": 1}, source="serve", client="agent", script="x.js")
    (execution,) = await record(store, request)
    recording = store.recording(execution.execution_id[:8])
    shown = recording.to_json()
    assert shown["status"] == "ok"
    assert (shown["source"], shown["client"], shown["script"]) == ("serve", "agent", "x.js")
    assert shown["code"] == code
    assert shown["input"] == {"a": 1}
    assert shown["value"] == execution.value
    assert shown["logs"] == [{"level": "warn", "text": "first"}]
    assert shown["limits"]["timeout_ms"] == 5_000
    assert shown["engine"].startswith("quickjs-ng")
    assert shown["started_at"].endswith("Z")
    calls = shown["calls"]
    assert [(c["seq"], c["tool"], c["ok"], c["settled"], c["line"]) for c in calls] == [
        (1, "sleep", True, 2, 3),
        (2, "sleep", True, 1, 3),
        (3, "fail", False, 3, 4),
    ]
    assert calls[2]["error"] == {
        "code": "UPSTREAM_ERROR",
        "message": "boom",
        "details": {"why": "asked to"},
    }
    assert recording.order == (2, 1, 3)
    assert len(recording.answers) == 1
    assert sum(times for _, times in recording.clock) == 1


async def test_which_run_of_its_worker_it_was_is_on_record_also_in_an_older_file(
    store: Store, tmp_path: Path
) -> None:
    await record(store, ExecutionRequest("1"))
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("ALTER TABLE executions DROP COLUMN worker_run")
    newer = Store(store.path)
    pool = PoolSettings(size=1, isolation="client")
    engine = Engine(limits=LIMITS, pool=pool, recorder=newer)
    try:
        for _ in range(2):
            await engine.run(ExecutionRequest("2"), tools=DictTools())
        second, first, old = (newer.recording(row.execution_id) for row in newer.list_executions())
        assert (old.worker_run, first.worker_run, second.worker_run) == (None, 1, 2)
        assert not {"isolation", "worker_run"} & old.to_json().keys()
        assert second.to_json()["isolation"] == "client"
        write_recording(second, tmp_path / "file.json")
        assert read_recording(tmp_path / "file.json") == second
        assert "worker_run" not in json.loads((tmp_path / "file.json").read_text())
    finally:
        await engine.close()
        newer.close()


async def test_list_filters_and_pages(store: Store) -> None:
    executions = await record(
        store,
        ExecutionRequest("1"),
        ExecutionRequest("await tools.test.echo({})", source="tui", script="echo.js"),
        ExecutionRequest("null.x", source="serve", client="bot"),
    )
    rows = store.list_executions()
    assert [row.execution_id for row in rows] == [e.execution_id for e in reversed(executions)]
    assert set(rows[0].to_json()) == {
        "execution_id", "source", "client", "script", "status", "started_at", "duration_ms",
        "tool_calls", "error_code",
    }  # fmt: skip
    assert [row.script for row in store.list_executions(tool="test.echo")] == ["echo.js"]
    assert {row.client for row in store.list_executions(client="bot")} == {"bot"}
    assert store.list_executions(client="bo") == []
    assert [row.script for row in store.list_executions(tool="echo")] == ["echo.js"]
    for tool in ("e*", "te?t.*", "*.echo"):
        assert [row.script for row in store.list_executions(tool=tool)] == ["echo.js"], tool
    for tool in ("E*", "test.[e]*", "test*"):
        assert store.list_executions(tool=tool) == [], tool
    assert [row.script for row in store.list_executions(script_like="ec?o.*")] == ["echo.js"]
    assert store.list_executions(script_like="*.ts") == []
    assert store.list_executions(script="*.js") == [], "a whole name"
    failed = store.list_executions(status="error")
    assert [row.error_code for row in failed] == ["RUNTIME_ERROR"]
    assert [row.error_message for row in failed] == ["TypeError: cannot read property 'x' of null"]
    assert {row.error_message for row in store.list_executions(status="ok")} == {None}
    assert [row.source for row in store.list_executions(source="tui")] == ["tui"]
    assert [row.client for row in store.list_executions(texts=["bot"])] == ["bot"]
    assert store.list_executions(texts=["100%_"]) == []
    assert store.list_executions(texts=["\ud800"]) == []
    for too_much in (
        ["x"] * 1_100,
        ["y" * 60_000],
    ):  # SQLite's words would be those of a broken file
        with pytest.raises(HistoryError, match="50 words and 4000 characters at most"):
            store.list_executions(texts=too_much)
    assert [row.n for row in store.list_executions(limit=1, before=rows[0].n)] == [rows[1].n]


async def test_prefixes_must_be_unambiguous(store: Store) -> None:
    request = ExecutionRequest("1", execution_id="aaaa-1")
    await record(store, request, ExecutionRequest("2", execution_id="aaaa-2"))
    assert store.resolve("aaaa-1") == "aaaa-1"
    with pytest.raises(UnknownExecution, match="several executions begin with 'aaaa'"):
        store.resolve("aaaa")
    with pytest.raises(UnknownExecution, match="no execution has the id 'b'"):
        store.resolve("b")


async def test_main_log_has_one_line_an_execution(store: Store) -> None:
    code = "await tools.test.echo({});\nawait tools.test.echo({}); '" + "x" * 600 + "'"
    (execution,) = await record(store, ExecutionRequest(code))
    (line,) = (store.path.parent / "main.log").read_text().splitlines()
    start = f"[code_execution] execution_id={execution.execution_id} status=ok duration="
    time, _, rest = line.partition(" ")
    assert datetime.fromisoformat(time).tzinfo is UTC
    assert rest.startswith(start)
    assert " tools_called=[test.echo] code=await tools.test.echo({});\\nawait" in line
    assert len(line.split(" code=")[1].replace("\\n", "\n")) == 500


async def test_secrets_never_reach_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3", redactor=Redactor(["internal_id"], [r"CORP-\d+"]))
    token = "ghp_" + "a1B2" * 9
    code = f"""
    console.log('token {token}');
    call_tool('test', 'echo', {{ authorization: 'Bearer abcdefghijklmnop', api_key: 'hunter2', max_tokens: 5,
      nested: [{{ internal_id: 'very-private', note: 'CORP-12345 {token}' }}] }});
    """
    (execution,) = await record(
        store, ExecutionRequest(code, input={"password": "hunter3", "page": 2})
    )
    recording = store.recording(execution.execution_id)
    store.close()
    assert recording.masked
    assert recording.input == {"password": "«masked password»", "page": 2}
    args = recording.calls[0].args
    assert args["api_key"] == "«masked api_key»"
    assert args["max_tokens"] == 5
    assert args["nested"][0] == {
        "internal_id": "«masked internal_id»",
        "note": "«masked token» «masked token»",
    }
    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (token, "CORP-12345", "hunter3", "abcdefghijklmnop"):
        assert secret.encode() not in on_disk


async def test_recording_goes_through_a_file(store: Store, tmp_path: Path) -> None:
    (execution,) = await record(store, ExecutionRequest("await tools.test.echo({ a: [1, 'é'] })"))
    recording = store.recording(execution.execution_id)
    path = tmp_path / "r.json"
    write_recording(recording, path)
    assert read_recording(path) == recording
    schema = json.loads(
        resources.files("workbench.history").joinpath("recording.schema.json").read_text()
    )
    jsonschema_rs.validator_for(schema).validate(json.loads(path.read_text()))
    text = path.read_text()
    for broken, message in (
        (text[: len(text) // 2], "cut off"),
        (text.replace('"é"', '"e"'), "checksum"),
        (text.replace('"version":1', '"version":2'), "newer Workbench"),
        (text.replace("workbench-recording", "other"), "not a Workbench recording"),
        ("[" * 100_000, "not JSON"),
        ("{}", "not a Workbench recording"),
    ):
        path.write_text(broken)
        with pytest.raises(RecordingError, match=message):
            read_recording(path)


async def test_prune_removes_old_and_keeps_running(store: Store) -> None:
    await record(store, *[ExecutionRequest("'x'.repeat(300000)") for _ in range(12)])
    request = ExecutionRequest("1")
    store.record(ExecutionStarted("running", request, LIMITS, "e", None, (1, 2, 3, 4), 0.0))
    await store.committed()
    store.prune(max_size_mb=1)
    left = store.list_executions()
    assert 0 < len(left) < 5
    assert store.path.stat().st_size < 4 << 20
    store.prune(max_age_days=1)
    assert "running" in [row.execution_id for row in store.list_executions()]


async def test_follower_hears_of_another_writer(store: Store) -> None:
    other = Store(store.path)
    follower = Follower(other)
    calls: CallFollower | None = None
    seen: list[Event] = []
    (execution,) = await record(
        store, ExecutionRequest("await tools.test.echo({})", source="serve")
    )
    rows = follower.poll()
    assert [(row.execution_id, row.status) for row in rows] == [(execution.execution_id, "ok")]
    assert follower.poll() == []
    calls = CallFollower(other, execution.execution_id)
    seen += calls.poll()
    assert [type(event) for event in seen] == [ToolCallStarted, ToolCallFinished]
    assert calls.poll() == []
    other.close()


def test_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    store = Store(path)
    assert store.problem is not None
    assert "newer Workbench" in store.problem
    store.close()
    assert path.read_bytes() == before


async def test_a_store_that_cannot_be_opened_fails_no_execution(tmp_path: Path) -> None:
    store = Store(tmp_path)  # a folder is no file
    assert store.problem
    (execution,) = await record(store, ExecutionRequest("1"))
    assert execution.ok


@pytest.mark.slow
def test_killed_processes_lose_nothing_they_delivered(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    rng = random.Random(5)
    delivered: list[str] = []
    for _ in range(4):  # the benchmark does it a hundred times
        delivered += kill_writers(path, 5, rng)
    assert len(delivered) >= 20
    assert what_is_missing(path, delivered) == []


async def test_large_results_do_not_make_later_calls_slow(store: Store) -> None:
    """Without row ids, SQLite reads its neighbours whole to place a row (docs/decisions/0005-history.md)."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        tables = dict(
            connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        )
    for name in ("calls", "console", "notes", "readings"):
        assert "WITHOUT ROWID" not in tables[name]
