"""What stands in the way of the history is said, waited for and recovered from; nothing is lost silently."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.history.events import finished, started, write
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import ConsoleLine, Event, ToolCallStarted
from workbench.core.model import ExecutionRequest, Limits, LogLine, PoolSettings, ToolCall
from workbench.history import HistoryError, Store, trouble
from workbench.history import writer as writing
from workbench.history.database import Locked, NoRoom
from workbench.history.store import SqliteHistory
from workbench.history.trouble import Trouble

pytestmark = pytest.mark.anyio


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process would hold the file so."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


def test_another_cause_is_another_trouble() -> None:
    """Patience with a lock is none with a disk that filled up meanwhile."""
    lock = None
    for _ in range(9):
        lock = Trouble.after(lock, Locked("locked"))
    assert lock is not None
    assert lock.tries == 9
    full = Trouble.after(lock, NoRoom("full"))
    assert (full.tries, full.since) == (1, full.last)
    assert full.pause < lock.pause


@pytest.mark.slow
async def test_a_locked_file_is_said_waited_for_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(trouble, "PATIENCE_S", 0.0)
    store = Store(tmp_path / "h.sqlite3")
    with locked(store.path):
        await write(store, started("a"), finished("a", 7))
        note = await store.kept("a")
        assert note is not None
        assert "locked by another process" in note
        assert "locked" in (store.problem or "")
        assert "the history is not written" in caplog.text
        assert store.list_executions() == []  # reading waits for nobody
    await until(lambda: store.problem is None)
    assert "written again" in caplog.text
    assert store.recording("a").value == 7
    await write(store, started("b"), finished("b"))
    assert await store.kept("b") is None
    store.close()


async def test_a_short_lock_is_nothing_to_speak_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "h.sqlite3")
    with locked(store.path) as other:
        store.record(started("a"))
        store.record(finished("a"))
        waiting = asyncio.ensure_future(store.kept("a"))
        await until(lambda: store._writer._trouble)  # it has tried
        assert not waiting.done()
        other.execute("ROLLBACK")
        assert await waiting is None
    assert caplog.text == ""
    store.close()


async def test_who_closes_waits_for_a_locked_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    with locked(store.path) as other:
        store.record(started("a"))
        store.record(finished("a"))
        closing = threading.Thread(target=store.close)
        closing.start()
        await until(lambda: store._writer._closing and store._writer._trouble)
        assert closing.is_alive()
        other.execute("ROLLBACK")
        await asyncio.to_thread(closing.join)
    assert SqliteHistory(store.path).standing("a").status == "ok"


@pytest.mark.slow
async def test_who_gives_up_says_what_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "h.sqlite3")
    with locked(store.path):
        store.record(started("precious"))
        store.give_up()
        await asyncio.to_thread(store.close)
    assert "not (wholly) recorded: precious" in caplog.text


async def test_a_deleted_file_is_noticed_and_a_new_one_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "sub" / "h.sqlite3")
    call = ToolCall("a", 1, "s", "t", {})
    await write(store, started("old"), finished("old"), started("a"), ToolCallStarted("a", call))
    shutil.rmtree(tmp_path / "sub")
    await write(store, finished("a", 5), started("b"), finished("b", 6))
    assert await store.kept("b") is None
    assert "deleted or replaced" in caplog.text
    rows = {row.execution_id: row.status for row in store.list_executions()}
    assert rows == {"a": "ok", "b": "ok"}
    whole, cut = store.recording("b"), store.recording("a")
    assert (whole.missing, whole.complete) == (None, True)
    assert cut.value == 5
    assert "is gone" in (cut.missing or "")
    assert not cut.complete
    store.close()


async def test_a_file_that_was_replaced_by_garbage_is_said_and_recovered_from(
    tmp_path: Path,
) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await write(store, started("a"), finished("a"))
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"no database " * 1000)
    garbage.replace(path)
    await write(store, started("b"), finished("b", 2))
    assert "is no history" in (await store.kept("b") or "")
    assert "is no history" in (store.problem or "")
    with pytest.raises(HistoryError, match="is no history"):
        store.list_executions()
    assert path.read_bytes().startswith(b"no database"), "it is left as it is"
    path.unlink()
    await write(store, started("c"), finished("c"))
    assert await store.kept("c") is None
    await until(lambda: store.problem is None)
    assert [row.execution_id for row in store.list_executions()] == ["c", "b"]  # kept meanwhile
    store.close()


async def test_a_restored_copy_is_not_damaged_by_the_log_of_the_file_before(
    tmp_path: Path,
) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await write(store, started("a"), finished("a", "x" * 50_000))
    store.close()
    copy = tmp_path / "copy"
    shutil.copy(path, copy)
    store = Store(path)
    for number in range(20):
        await write(store, started(f"b{number}"), finished(f"b{number}", "y" * 50_000))
    assert path.with_name("h.sqlite3-wal").stat().st_size > 100_000
    copy.replace(path)
    await write(store, started("c"), finished("c"))
    assert [row.execution_id for row in store.list_executions()] == ["c", "a"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    store.close()


async def test_what_waits_is_bounded_and_ends_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "PATIENCE_S", 0.0)
    monkeypatch.setattr(writing, "MOST_WAITING", 100_000)
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"))
    with locked(store.path):
        await write(store, started("b"), finished("b", "x" * 60_000))
        for number in range(50):
            line = ConsoleLine("a", LogLine("log", f"{number}" * 5_000))
            store.record(line)
        await write(store, finished("a", "z" * 5_000))
        assert store._writer._pending.weight < 110_000
        assert "not wholly recorded" in (await store.kept("a") or "")
    await until(lambda: store.problem is None)
    assert store.recording("b").value == "x" * 60_000
    cut = store.recording("a")
    assert cut.status == "ok"
    assert 0 < len(cut.logs) < 50
    assert cut.missing is not None
    assert cut.to_json()["warnings"][0].startswith("this record is not whole: ")
    store.close()


async def test_events_of_many_threads_and_commits_in_between(tmp_path: Path) -> None:
    """The queue was looked through while the writer's thread took from it: "deque mutated"."""
    store = Store(tmp_path / "h.sqlite3")
    await write(store, *(started(f"e{thread}") for thread in range(4)))

    def put(thread: int) -> None:
        for number in range(3_000):
            store.record(ConsoleLine(f"e{thread}", LogLine("log", str(number))))

    threads = [threading.Thread(target=put, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        await store.committed()
        await asyncio.sleep(0)
    await store.committed()
    for number in range(4):
        lines = [line.text for line in store.console(f"e{number}")]
        assert lines == [str(line) for line in range(3_000)]
    store.close()


async def test_a_run_outlives_a_recorder_that_fails() -> None:
    class Broken:
        def record(self, event: Event) -> None:
            raise RuntimeError("deque mutated")

        async def committed(self) -> None:
            raise RuntimeError("again")

        async def kept(self, execution_id: str) -> str | None:
            raise RuntimeError("again")

    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=Broken())
    try:
        execution = await engine.run(ExecutionRequest("6 * 7"), tools=DictTools())
    finally:
        await engine.close()
    assert (execution.ok, execution.value) == (True, 42)
    assert "not wholly recorded" in execution.warnings[0]


async def test_reading_changes_nothing(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path / "none" / "h.sqlite3")
    assert (history.list_executions(), history.count(), history.problem) == ([], 0, None)
    assert list(tmp_path.iterdir()) == []
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await write(store, started("a"), started("old"), finished("old"))
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE executions SET owner = '1:1'")  # a process that is gone
    connection.execute("UPDATE executions SET started_at = 5 WHERE id = 'old'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    before = path.read_bytes()
    reader = SqliteHistory(path, max_age_days=1)
    shown = {row.execution_id: row.status for row in reader.list_executions()}
    assert shown == {"a": "interrupted", "old": "ok"}
    assert [row.execution_id for row in reader.list_executions(status="interrupted")] == ["a"]
    assert reader.list_executions(status="running") == []
    assert reader.recording("a").status == "interrupted"
    reader.close()
    assert path.read_bytes() == before


async def test_a_file_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await write(store, started("a"), finished("a", 1))
    running = tmp_path / "log.sqlite3"
    for end in ("", "-wal"):  # as a copy of a running server's folder has them
        shutil.copy(f"{path}{end}", f"{running}{end}")
    store.close()
    for file in (path, running):
        # A folder stands where the index would: it can be made as little as on a read-only file system.
        os.mkdir(f"{file}-shm")
        reader = SqliteHistory(file)
        assert reader.problem is None
        assert [row.execution_id for row in reader.list_executions()] == ["a"]
        assert reader.recording("a").value == 1
        reader.close()


DAMAGES = [
    ("UPDATE calls SET args = '{\"a\": '", "args is no JSON"),
    ("UPDATE calls SET started_ms = 'noon'", "started_ms is not a number"),
    ("UPDATE calls SET content = '{}'", "content is of another type"),
    ('UPDATE calls SET error = \'{"code": "X"}\', ok = 0', "no code that is known"),
    ("UPDATE calls SET seq = 2", "a call is missing"),
    ("UPDATE executions SET options = '['", "options is no JSON"),
    ("UPDATE executions SET limits = '[]'", "limits is of another type"),
    ("UPDATE executions SET seed = '[1, 2]'", "four whole numbers"),
    ("UPDATE executions SET started_at = 'noon'", "started_at is not a number"),
    ("UPDATE executions SET finished_at = 1e300", "finished_at is no moment"),
    ("UPDATE executions SET code = x'ff'", "code is not text"),
    ("INSERT INTO readings VALUES (1, 99, 'clock', '[1]')", "clock readings"),
    ("UPDATE executions SET code = CAST(x'ff' AS TEXT)", "corrupt"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGES)
async def test_a_damaged_record_is_said_to_be_corrupt(
    tmp_path: Path, damage: str, words: str
) -> None:
    store = Store(tmp_path / "h.sqlite3")
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    code = ExecutionRequest("await tools.test.echo({}); Date.now()")
    execution = await engine.run(code, tools=DictTools())
    await engine.close()
    connection = sqlite3.connect(store.path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with pytest.raises(HistoryError, match="corrupt") as told:
        store.recording(execution.execution_id)
    assert words in str(told.value)
    store.close()
