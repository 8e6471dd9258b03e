"""Whether the process that began an execution still lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.history.test_writer import started, write
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
    pid, _, start = this_process().partition(":")
    assert is_alive(f"{pid}:{start}")
    assert not is_alive(f"{pid}:{int(start) - 1}")
    assert not is_alive(f"{pid}:")


@pytest.mark.parametrize("owner", ["", ":", "x:1", "-1:1", "0:0", "99999999:1", "1:1:1"])
def test_a_name_that_none_can_have_is_no_process(owner: str) -> None:
    assert not is_alive(owner)


@has_start_times
async def test_a_run_whose_process_number_is_used_again_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "h.sqlite3")
    pid, _, start = this_process().partition(":")
    monkeypatch.setattr(
        "workbench.history.inserting.this_process", lambda: f"{pid}:{int(start) - 1}"
    )
    await write(store, started("before the reboot"))
    assert store.status("before the reboot") == "interrupted"
    assert [row.status for row in store.list_executions(status="running")] == []
    store.close()
