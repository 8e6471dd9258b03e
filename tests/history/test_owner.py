"""Whether the process that began an execution still lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.history.events import started, write
from workbench.history import Store, this_process
from workbench.history.owner import is_alive

pytestmark = pytest.mark.anyio
_NAME = "from workbench.history import this_process; print(this_process(), flush=True); input()"
has_start_times = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="a process has no start time here but in /proc"
)


def test_a_process_lives_until_it_has_ended() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    owner = process.stdout.readline().strip()
    assert owner.partition(":")[0] == str(process.pid)
    assert is_alive(owner)
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    if "?" not in owner:
        assert not is_alive(owner), "dead, though its parent has not asked yet"
    process.communicate()
    assert not is_alive(owner)
    assert is_alive(this_process())


@has_start_times
def test_a_number_that_is_used_again_is_another_process() -> None:
    pid, start, *_ = this_process().split(":")
    assert is_alive(f"{pid}:{start}")
    assert not is_alive(f"{pid}:{int(start) - 1}")
    assert not is_alive(f"{pid}:")


@pytest.mark.parametrize(
    "owner",
    ["", ":", "x:1", "-1:1", "0:0", "99999999:1", "1:1:1", "²:?", "9999999999:?", "9" * 5_000],
    ids="{:.16}".format,
)
def test_a_name_that_none_can_have_is_no_process(owner: str) -> None:
    assert not is_alive(owner)


@has_start_times
async def test_a_run_whose_process_number_is_used_again_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "h.sqlite3")
    pid, start, *_ = this_process().split(":")
    monkeypatch.setattr(
        "workbench.history.inserting.this_process", lambda: f"{pid}:{int(start) - 1}"
    )
    await write(store, started("before the reboot"))
    assert store.standing("before the reboot").status == "interrupted"
    assert [row.status for row in store.list_executions(status="running")] == []
    store.close()


@has_start_times
async def test_a_run_of_another_container_runs_as_long_as_one_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process is not seen from here, and its number may be somebody else's."""
    store = Store(tmp_path / "h.sqlite3")
    pid, start, *_ = this_process().split(":")
    for number in (pid, "99999999"):
        foreign = f"{number}:{int(start) - 1}:ns1"
        monkeypatch.setattr("workbench.history.inserting.this_process", lambda owner=foreign: owner)
        await write(store, started(f"of {number}", at=time.time()))
        await write(store, started(f"of {number}, of last week", at=time.time() - 7 * 86_400))
        assert store.standing(f"of {number}").status == "running"
        assert store.standing(f"of {number}, of last week").status == "interrupted"
    assert {row.execution_id for row in store.list_executions(status="running")} >= {
        f"of {pid}",
        "of 99999999",
    }
    store.close()
    assert is_alive(this_process(), 0.0), "one that can be asked is, however old"
