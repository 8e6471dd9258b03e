"""The file stays within its age and size while it is written, in small steps."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.history.events import finished, started, write
from tests.history.filling import MB, fill
from tests.support.servers import until
from workbench.history import HistoryError, Store
from workbench.history import store as storing
from workbench.history.pruning import Pruner, take_out, transaction
from workbench.history.store import SqliteHistory

pytestmark = pytest.mark.anyio


async def test_a_running_process_keeps_the_file_within_its_size(tmp_path: Path) -> None:
    """It was looked at when the file was opened and each 500 executions only."""
    store = Store(tmp_path / "h.sqlite3", max_size_mb=2)
    sizes = []
    for _ in range(6):
        await fill(store, 8, 100_000)
        await until(lambda: not store._writer._pruner.due)
        sizes.append(store.path.stat().st_size)
    assert max(sizes) <= 3 * MB
    assert 5 <= store.count() <= 21
    store.close()


async def test_the_newest_stays_however_large_it_is(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3", max_size_mb=1)
    await fill(store, 4, 3 * MB)
    await until(lambda: not store._writer._pruner.due)
    assert [row.execution_id for row in store.list_executions()] == [f"{3 * MB}-3"]
    assert store.path.stat().st_size < 8 * MB
    store.close()


@pytest.mark.slow
async def test_a_large_file_is_brought_down_without_a_large_log(tmp_path: Path) -> None:
    """It was one transaction: the log grew by what was removed, and nobody else could write."""
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await fill(store, 6, 400_000, calls=20)
    store.close()
    assert path.stat().st_size > 45 * MB
    log = path.with_name(f"{path.name}-wal")
    largest = 0
    store = Store(path, max_size_mb=5)
    number = 0
    while store._writer._pruner.due:
        await fill(store, 1, number)  # those who run meanwhile are recorded
        largest = max(largest, log.stat().st_size)
        number += 1
    assert number > 3, "it went on while others wrote"
    assert largest < 20 * MB
    left = [row.execution_id for row in store.list_executions(limit=number)]
    assert left == [f"{n}-0" for n in reversed(range(number))]
    store.close()
    assert path.stat().st_size < 6 * MB


async def test_what_was_half_removed_is_gone_for_readers_and_goes_on_at_the_next_start(
    tmp_path: Path,
) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await fill(store, 2, 1_000, calls=30)
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    with transaction(connection):
        take_out(connection, [1])
    assert [row.n for row in SqliteHistory(path).list_executions()] == [2]
    store = Store(path)
    await until(lambda: not store._writer._pruner.due)
    assert connection.execute("SELECT DISTINCT execution FROM calls").fetchall() == [(2,)]
    assert connection.execute("SELECT count(*) FROM removed").fetchall() == [(0,)]
    connection.close()
    store.close()


async def test_steps_are_small(tmp_path: Path) -> None:
    """However many rows an execution has, a transaction removes a few milliseconds' worth of them."""
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await fill(store, 2, 200_000, calls=40)
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    pruner = Pruner(90, 1)
    steps = 0
    while pruner.due:
        began = time.monotonic()
        left = connection.execute("SELECT count(*) FROM calls").fetchone()[0]
        pruner.step(connection)
        if time.monotonic() - began < 0.009:  # it stopped although it had time: it is done with it
            assert connection.execute("SELECT count(*) FROM calls").fetchone()[0] in (left, 40)
        steps += 1
    assert steps > 1
    connection.close()


async def test_age_counts_in_a_running_process_whose_settings_change(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    old = replace(started("old"), started_at=time.time() - 40 * 86_400)
    await write(store, old, finished("old"), started("new"), finished("new"))
    await until(lambda: not store._writer._pruner.due)
    assert store.count() == 2
    store.configure(store.path, redactor=store._redactor, max_age_days=30)
    await until(lambda: store.count() == 1)
    assert store.standing("new").status == "ok"
    store.close()


@pytest.mark.slow
async def test_a_locked_file_is_said_by_prune_and_delete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_LOCKED_S", 0.0)
    store = Store(tmp_path / "h.sqlite3")
    await fill(store, 3, 10)
    store.close()
    history = SqliteHistory(store.path)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for remove in (lambda: history.prune(max_age_days=0), lambda: history.delete("10-0")):
        with pytest.raises(HistoryError, match="locked by another process"):
            remove()
    other.execute("ROLLBACK")
    other.close()
    history.delete("10-0")
    assert history.prune(max_age_days=0) == 2
    assert history.count() == 0


def test_prune_makes_no_file(tmp_path: Path) -> None:
    assert SqliteHistory(tmp_path / "h.sqlite3").prune(max_age_days=0) == 0
    assert list(tmp_path.iterdir()) == []
