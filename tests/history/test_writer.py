"""The writer never ends before its process does: what cannot be stored is said, the rest is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.events import finished, started, write
from tests.support.servers import until
from workbench.core.events import ConsoleLine
from workbench.core.model import JsonValue, LogLine
from workbench.history import Store, writer

pytestmark = pytest.mark.anyio


async def test_one_value_that_cannot_be_stored_costs_no_other(tmp_path: Path) -> None:
    deep: JsonValue = []
    for _ in range(3000):
        deep = [deep]
    store = Store(tmp_path / "h.sqlite3")
    await write(
        store, started("a"), finished("a", deep), started("b"), finished("b", 7), started("c")
    )
    assert "nested deeper than" in (await store.kept("a") or "")
    assert await store.kept("b") is None
    assert {row.execution_id: row.status for row in store.list_executions()} == {
        "a": "ok",
        "b": "ok",
        "c": "running",
    }
    assert store.recording("a").value == "«not stored: nested deeper than 800 levels»"
    assert store.recording("b").value == 7
    await write(store, finished("c"))
    assert await store.kept("c") is None
    log = (tmp_path / "main.log").read_text().splitlines()
    assert [line.split("execution_id=")[1][0] for line in log] == ["a", "b", "c"]
    store.close()


async def test_main_log_makes_its_folder_where_the_history_is_in_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "data" / "deeper" / "main.log"
    store = Store(tmp_path / "elsewhere" / "h.sqlite3", log=log)
    await write(store, started("a"), finished("a"))
    store.close()
    assert "execution_id=a" in log.read_text()
    assert not caplog.records


async def test_an_id_used_twice_does_not_mix_two_executions(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a", "first"), finished("a"))
    line = ConsoleLine("a", LogLine("log", "of the second"))
    await write(store, started("a", "second"), line, finished("a", 2))
    recording = store.recording("a")
    assert (recording.code, recording.value, recording.logs) == ("first", 1, ())
    store.close()


async def test_lone_surrogates_are_stored_as_replacement_characters(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    line = ConsoleLine("a", LogLine("log", "\ud800"))
    await write(store, started("a", "'\udc00'"), line, finished("a", "x\ud800"))
    recording = store.recording("a")
    assert (recording.code, recording.value) == ("'�'", "x�")
    assert recording.logs[0]["text"] == "�"
    store.close()


async def test_much_is_written_while_the_script_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_GATHER_S", 3600)
    store = Store(tmp_path / "h.sqlite3")
    store.record(started("a"))
    store.record(ConsoleLine("a", LogLine("log", "x" * 1_000_000)))
    await until(lambda: [row.status for row in store.list_executions()] == ["running"])
    store.close()


async def test_much_that_cannot_be_written_is_tried_at_the_pace_of_the_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each further event would be an attempt in vain."""
    monkeypatch.setattr(writer, "_GATHER_S", 3600)
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"))
    pages(store, 1)
    much = ConsoleLine("a", LogLine("log", "x" * 1_000_000))
    await write(store, much)
    assert store.problem is not None
    woken: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(store._writer._news, "set", lambda: woken.append("at once"))
        store.record(much)
    assert woken == []
    pages(store, 1_000_000)
    store.close()
    assert store.problem is None


async def test_ends_that_met_a_full_disk_are_written_when_there_is_room(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"))
    pages(store, 1)  # SQLite's own "database or disk is full": the file may not grow
    await write(store, finished("a", "x" * 1_000_000), started("b"))
    await write(store, started("d"), finished("d", "y" * 1_000_000))
    assert store.problem is not None
    assert "full" in store.problem
    assert "full" in (await store.kept("a") or "")
    assert store.standing("a").status == store.standing("d").status == "ok"  # a few words have room
    assert "not whole" in store.recording("a").to_json()["warnings"][0]
    pages(store, 1_000_000)
    await write(store, started("c"), finished("c"))
    await until(lambda: store.problem is None)
    assert await store.kept("c") is None
    assert {row.execution_id: row.status for row in store.list_executions()} == {
        "a": "ok",
        "b": "running",
        "c": "ok",
        "d": "ok",
    }
    assert (store.recording("d").value, store.recording("d").missing) == ("y" * 1_000_000, None)
    assert (store.recording("a").value, store.recording("a").missing) == ("x" * 1_000_000, None)
    store.close()


def pages(store: Store, most: int) -> None:
    with store._writer._writing:
        assert store._writer._committer.file is not None
        store._writer._committer.file.connection.execute(f"PRAGMA max_page_count = {most}")


async def test_a_file_over_its_size_is_pruned_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    for number in range(60):
        await write(store, started(f"e{number}"), finished(f"e{number}", "x" * 100_000))
    store.close()
    large = path.stat().st_size
    store = Store(path, max_size_mb=2)  # prunes at opening
    await write(store, started("last"), finished("last"))
    await until(lambda: not store._writer._pruner.due)
    left = [row.execution_id for row in store.list_executions()]
    assert 10 < len(left) <= 21
    assert left[:2] == ["last", "e59"]
    store.close()
    assert path.stat().st_size < large / 2


async def test_main_log_has_the_line_of_a_run_that_is_committed(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3", log=tmp_path / "main.log")
    store.record(started("one"))
    store.record(finished("one"))
    await store.committed()
    assert "execution_id=one" in (tmp_path / "main.log").read_text()
    store.close()
