"""The files themselves: whose they are, several openers at once, foreign, damaged and hostile ones."""

from __future__ import annotations

import gc
import json
import sqlite3
import stat
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.history.events import finished, started, write
from tests.support.recordings import sign
from workbench.history import HistoryError, RecordingError, Store, read_recording, write_recording
from workbench.history.database import open_for_writing
from workbench.history.store import SqliteHistory

pytestmark = pytest.mark.anyio


async def test_files_are_their_owners_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"), finished("a"))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert {"h.sqlite3", "h.sqlite3-wal", "main.log"} <= set(modes)
    assert set(modes.values()) == {0o600}
    store.close()


def test_several_processes_may_make_the_file_at_once(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from workbench.history import Store; s = Store(Path(sys.argv[1])); print(s.problem); s.close()"
    command = [sys.executable, "-c", code, str(tmp_path / "h.sqlite3")]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        for _ in range(6)
    ]
    assert {process.communicate()[0].strip() for process in processes} == {"None"}


def test_what_nobody_closed_is_closed_with_who_held_it(tmp_path: Path) -> None:
    """From Python 3.13 on, what is still open then is warned of."""
    path = tmp_path / "h.sqlite3"
    Store(path).close()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        reader = SqliteHistory(path)
        watch = reader.watch()
        held = open_for_writing(path)
        assert (reader.count(), watch.changed(), held.in_transaction) == (0, True, False)
        del reader, watch, held
        gc.collect()
    # What other tests left (pipes of killed servers) is collected here, too.
    assert not [str(each.message) for each in told if "database" in str(each.message)]


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    store = Store(path)
    assert store.problem is not None
    assert "another program" in store.problem
    with pytest.raises(HistoryError, match="another program"):
        store.list_executions()
    store.close()
    assert path.read_bytes() == before


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    for number in range(200):
        await write(store, started(f"e{number}", "x" * 2000), finished(f"e{number}"))
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\x55" * (len(content) - 8192)
    path.write_bytes(content)
    damaged = Store(path)
    with pytest.raises(HistoryError, match="cannot be read"):
        damaged.list_executions()
    damaged.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "fine"}, "status"),
        ({"code": 5}, "code"),
        ({"limits": []}, "limits"),
        ({"readings": {}}, "readings"),
        ({"calls": [{"seq": 1}]}, "calls/0"),
        ({"calls": 7}, "calls"),
        ({"extra": 1}, "extra"),
        ({"tool_calls": -1}, "tool_calls"),
    ],
)
async def test_a_recording_that_follows_no_schema_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"), finished("a"))
    path = tmp_path / "r.json"
    write_recording(store.recording("a"), path)
    store.close()
    document = json.loads(path.read_text()) | change
    sign(document)
    path.write_text(json.dumps(document))
    with pytest.raises(RecordingError, match=message):
        read_recording(path)


def test_a_recording_without_a_bottom_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    for depth in (500, 1000, 100_000):
        nested = "[" * depth + "]" * depth
        path.write_text(
            f'{{"format":"workbench-recording","version":1,"checksum":"x","input":{nested}}}'
        )
        with pytest.raises(RecordingError):
            read_recording(path)
