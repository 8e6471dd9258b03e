"""The whole program in a real terminal: what reaches the screen, and how it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
_PATIENCE_S = 40.0
_HOSTILE = r"""
const bad = "\x1b]0;owned\x07\x1b[2J\x1b[31m[/b][red]\u202e\x9b5n";
console.log("console " + bad);
await tools.demo.echo({ value: "call " + bad });
return { value: "result " + bad };
"""


class Terminal:
    """One tmux session of its own server."""

    def __init__(self, folder: Path, width: int, height: int, command: list[str]) -> None:
        self._socket = str(folder / "tmux")
        environment = os.environ | {
            "WORKBENCH_DATA_DIR": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "HOME": str(folder),
        }
        shown = " ".join(command) + "; echo ended with $?; sleep 100"
        size = ["-x", str(width), "-y", str(height)]
        subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", "new-session", "-d", *size, shown],
            check=True,
            env=environment,
            cwd=folder,
        )

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def title(self) -> str:
        return self._tmux("display-message", "-p", "#{pane_title}")

    def until(self, condition: Callable[[str], bool]) -> str:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            text = self.text()
            if condition(text):
                return text
            assert time.monotonic() < deadline, text
            time.sleep(0.1)  # another process: nothing to await

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False)

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(params=[(120, 40), (80, 24)])
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    script = tmp_path / "hostile.js"
    script.write_text(_HOSTILE)
    command = [sys.executable, "-m", "workbench", str(script)]
    width, height = request.param
    terminal = Terminal(tmp_path, width, height, command)
    yield terminal
    terminal.close()


def test_hostile_text_is_shown_and_not_obeyed(terminal: Terminal) -> None:
    terminal.until(lambda text: "1 Script" in text and "F5" in text)
    before = terminal.title()
    terminal.keys("F5")
    text = terminal.until(lambda text: "✔ hostile.js" in text)
    assert "␛]0;owned␇␛[2J␛[31m[/b][red]" in text
    assert terminal.title() == before
    assert "3 Trace" in text  # the screen was not cleared
    terminal.keys("C-q")
    text = terminal.until(lambda text: "ended with" in text)
    assert "ended with 0" in text
    assert "1 Script" not in text
