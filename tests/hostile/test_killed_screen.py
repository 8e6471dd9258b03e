"""The terminal UI killed (SIGKILL) in a real terminal while scripts run and text is typed.

What was acknowledged is there at the next start: runs that the screen showed as ended are on record as they
ended, text that is in no file is on the screen again. Of the server, the workers and the servers behind them:
tests/hostile/test_faults.py.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import LINUX, family_of, state_of
from tests.support.terminals import Terminal
from workbench.history.store import SqliteHistory

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not LINUX or shutil.which("tmux") is None, reason="needs /proc and tmux"),
]
_SCRIPT = "for (let n = 0; n < 30; n++) await tools.demo.echo({ value: n })\nreturn 'done'\n"


class _Killed:
    """A terminal UI on ``work.js`` that can be killed, and started again in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "work.js"
        self.path.write_text(_SCRIPT)
        self.start()

    def start(self) -> None:
        command = ["exec", sys.executable, "-m", "workbench", str(self.path)]
        self.terminal = Terminal(self.folder, 120, 40, command)
        self.terminal.until(lambda text: "1 Script" in text and "F1 Help" in text)

    def kill(self) -> None:
        """End it at once; what it started ends, too."""
        family = family_of(self.terminal.pid())
        os.kill(family[0], signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not all(state_of(pid) == "Z" for pid in family):
            assert time.monotonic() < deadline, "processes are left"
            time.sleep(0.05)  # other processes: nothing to await
        self.terminal.close()

    def type(self, *lines: str) -> None:
        for line in lines:
            self.terminal.keys("Enter")
            self.terminal.keys("-l", line + " ")

    def type_until_kept(self, wanted: str) -> None:
        """Type letter after letter, without a pause, until a text is on disk."""
        deadline = time.monotonic() + 60
        while wanted not in self.kept():
            assert time.monotonic() < deadline, "what is typed is never kept"
            self.terminal.keys("x")
            time.sleep(0.1)  # another process: nothing to await

    def kept(self) -> str:
        """The unsaved text that is on disk now."""
        drafts = (self.folder / "data" / "tui").glob("draft-*.json")
        return "\n".join(entry["text"] for file in drafts for entry in json.loads(file.read_text()))

    def runs(self) -> list[str]:
        """How those on record ended, newest first."""
        history = SqliteHistory(self.folder / "data" / "history.sqlite3")
        try:
            return [str(row.status) for row in history.list_executions(limit=1000)]
        finally:
            history.close()


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[_Killed]:
    made = _Killed(tmp_path)
    yield made
    made.terminal.close()


def test_what_was_acknowledged_is_there_at_the_next_start(killed: _Killed) -> None:
    chance = random.Random(11)
    ways = ["while it types", "while it runs", "after the end"]
    ways += [chance.choice(ways) for _ in range(2)]
    shown_ended, recorded = 0, 0
    kept: list[str] = []
    for turn, way in enumerate(ways):
        before, after = f"//turn{turn}", f"//late{turn}"
        killed.terminal.keys("C-End")
        killed.type(before)
        # Who types without a pause is kept, too: each key put it off.
        killed.type_until_kept(before)
        killed.terminal.keys("F5")
        if way == "after the end":
            killed.terminal.until(lambda text: "✔ work.js" in text)
            shown_ended += 1
        elif way == "while it runs":
            killed.terminal.until(lambda _: len(killed.runs()) > recorded)  # noqa: B023
        killed.type(after)
        time.sleep(chance.random())  # any moment is one to be killed at
        killed.kill()

        runs = killed.runs()
        assert set(runs) <= {"ok", "interrupted"}, runs
        assert runs.count("ok") >= shown_ended, runs
        shown_ended, recorded = runs.count("ok"), len(runs)
        assert before in killed.kept()
        kept += [mark for mark in (before, after) if mark in killed.kept()]
        killed.start()
        shown = killed.terminal.until(lambda text: "Recovered unsaved text of work.js" in text)
        assert [mark for mark in kept if mark not in shown] == []
    assert killed.path.read_text() == _SCRIPT, "no file is changed unasked"
    killed.terminal.keys("F5")
    killed.terminal.until(lambda text: "✔ work.js" in text)
    assert killed.runs()[0] == "ok"
