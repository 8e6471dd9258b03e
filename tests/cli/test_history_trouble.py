"""A history that cannot be used, as a shell sees it: said on stderr and in the result, refused on demand."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.shell import Shell
from workbench.history.store import SqliteHistory


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def garbage(file: Path) -> None:
    file.write_text("garbage\n" * 200)


def folder(file: Path) -> None:
    file.mkdir()


def of_another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")


def no_folder(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("a file where the data folder should be")


def damaged(file: Path) -> None:
    """In the first page: the name of a table is no UTF-8."""
    shell = Shell(file.parent.parent)
    assert shell("code", "exec", "--code", "1").returncode == 0
    file.write_bytes(file.read_bytes().replace(b"calls", b"c\xff\xfels"))


TROUBLES: list[tuple[Callable[[Path], None], str]] = [
    (garbage, "is no history"),
    (folder, "is a folder"),
    (of_another_program, "another program"),
    (newer, "newer Workbench"),
    (no_folder, "cannot be opened"),
    (damaged, "corrupt"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("trouble", "words"), TROUBLES)
def test_what_cannot_be_recorded_is_said(
    shell: Shell, trouble: Callable[[Path], None], words: str
) -> None:
    shell.data.mkdir()
    trouble(shell.data / "history.sqlite3")
    done = shell("code", "exec", "--code", "6 * 7")
    result = json.loads(done.stdout)
    assert (done.returncode, result["value"]) == (0, 42)
    assert "this run is not recorded" in result["warnings"][0]
    assert words in result["warnings"][0]
    assert words in done.stderr
    refused = shell("code", "exec", "--require-history", "--code", "6 * 7")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert words in refused.stderr
    served = shell("--serve", "--require-history")
    assert served.returncode == 2
    assert words in served.stderr
    served = shell("--serve")
    assert served.returncode == 0
    assert words in served.stderr
    listed = shell("history", "list")
    assert (listed.returncode, listed.stdout) == (2, "")
    assert words in listed.stderr
    found = "cannot be written to" if trouble is no_folder else words
    assert found in shell("doctor", "--json").stdout


@pytest.mark.slow
def test_a_required_history_records(shell: Shell) -> None:
    assert shell.json("--require-history", "code", "exec", "--code", "7")["value"] == 7
    assert len(shell.json("history", "list", "--json")) == 1


@pytest.mark.slow
def test_a_run_that_ended_well_on_a_full_disk_is_not_interrupted(shell: Shell) -> None:
    """No file may grow past what is there: the value has no room, its end has."""
    assert shell("code", "exec", "--code", "1").returncode == 0
    most = 400_000
    words = ["code", "exec", "--code", "'x'.repeat(3e6)"]
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--data-dir", str(shell.data), *words],
        capture_output=True, text=True, cwd=shell.folder, check=False,
        env={"HOME": str(shell.folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert (done.returncode, result["ok"]) == (0, True)
    assert "this run is not recorded" in result["warnings"][0]
    row = shell.json("history", "list", "--json")[0]
    assert (row["execution_id"], row["status"]) == (result["execution_id"], "ok")
    shown = shell.json("history", "show", result["execution_id"], "--json")
    assert "this record is not whole" in shown["warnings"][0]


@pytest.mark.slow
def test_prune_says_that_the_file_is_locked(shell: Shell) -> None:
    assert shell("code", "exec", "--code", "1").returncode == 0
    other = sqlite3.connect(shell.data / "history.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert len(shell.json("history", "list", "--json")) == 1  # reading waits for nobody
    done = shell("history", "prune", "--max-age-days", "0")
    other.close()
    assert done.returncode not in (0, 70)
    assert "locked by another process" in done.stderr


@pytest.mark.slow
def test_a_run_met_by_a_lock_is_recorded_when_it_is_gone(shell: Shell) -> None:
    assert shell("code", "exec", "--code", "1").returncode == 0
    other = sqlite3.connect(shell.data / "history.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    running = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(shell.data), "code", "exec", "--code", "7"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=shell.folder,
        env={"HOME": str(shell.folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert running.stderr is not None
    assert "locked by another process" in running.stderr.readline()  # it waits, and says for what
    other.close()
    output, _ = running.communicate()
    result = json.loads(output)
    assert result["value"] == 7
    assert "locked by another process" in result["warnings"][0]
    history = SqliteHistory(shell.data / "history.sqlite3")
    assert history.standing(result["execution_id"]).status == "ok"


@pytest.mark.slow
def test_reading_commands_need_no_writing(shell: Shell) -> None:
    made = shell.json("code", "exec", "--code", "call_tool('demo', 'now', {}); 7")
    copy = shell.folder / "copy"
    shutil.copytree(shell.data, copy)
    (copy / "history.sqlite3-shm").unlink(missing_ok=True)
    (copy / "history.sqlite3-shm").mkdir()  # as little can be made as on a read-only file system
    shell.data = copy
    id_ = made["execution_id"]
    assert [row["execution_id"] for row in shell.json("history", "list", "--json")] == [id_]
    assert shell.json("history", "show", id_, "--json")["value"] == 7
    done = shell("replay", id_, "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "identical")
    assert "cannot be written" in done.stderr
    assert "cannot be written" in shell("doctor", "--json").stdout


@pytest.mark.slow
def test_a_file_is_replayed_live_where_no_history_can_be_used(shell: Shell) -> None:
    made = shell.json("code", "exec", "--code", "call_tool('demo', 'echo', {value: 1}).result")
    file = shell.folder / "r.json"
    assert shell("history", "export", made["execution_id"], "--output", str(file)).returncode == 0
    shutil.rmtree(shell.data)
    shell.data.mkdir()
    garbage(shell.data / "history.sqlite3")
    done = shell("replay", str(file), "--live", "--json")
    replayed = json.loads(done.stdout)
    assert (done.returncode, replayed["verdict"]) == (0, "identical")
    assert "this run is not recorded" in replayed["notes"][1]
    accepted = shell("test", str(file), "--accept")
    assert accepted.returncode == 0
