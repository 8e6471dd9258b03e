"""Pins and names in the file: beside what an older Workbench wrote, and while a process prunes."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.history.filling import MB, fill
from tests.support.servers import until
from workbench.history import Store
from workbench.history.store import SqliteHistory

pytestmark = pytest.mark.anyio


async def test_a_file_of_an_older_workbench_is_read_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await fill(store, 2, 10)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE marks")
    connection.close()
    before = path.read_bytes()
    reader = SqliteHistory(path)
    assert [row.label for row in reader.list_executions(texts=["10-1"])] == ["10-1"]
    assert reader.list_executions(pinned=True) == []
    assert len(reader.list_executions(pinned=False)) == 2
    assert [row.runs for row in reader.list_scripts()] == [2]
    assert reader.recording("10-0").name is None
    reader.close()
    assert path.read_bytes() == before, "reading changes nothing"
    reader.name("10-0", "first")
    assert reader.recording("first").execution_id == "10-0"
    reader.close()


async def test_a_running_process_keeps_what_another_pins(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path, max_size_mb=2)
    await fill(store, 1, 100_000)
    SqliteHistory(path).pin("100000-0")
    await fill(store, 40, 100_001)
    await until(lambda: not store._writer._pruner.due)
    left = [row.execution_id for row in store.list_executions(limit=100)]
    assert left[-1] == "100000-0"
    assert len(left) < 30
    assert os.stat(path).st_size < 4 * MB
    store.close()
