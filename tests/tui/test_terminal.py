"""The whole program in a real terminal: what reaches the screen, and how it ends."""

from __future__ import annotations

import os
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    import fcntl
    import termios

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
_PATIENCE_S = 90.0
_STALE = {"COLUMNS": "71", "LINES": "17"}
"""What a shell exported of another size: the terminal's own counts."""
_HOSTILE = r"""
const bad = "\x1b]0;owned\x07\x1b[2J\x1b[31m[/b][red]\u202e\x9b5n";
console.log("console " + bad);
await tools.demo.echo({ value: "call " + bad });
return { value: "result " + bad };
"""


def _environment(folder: Path, **more: str) -> dict[str, str]:
    """Of a Workbench that knows nothing but ``folder``, started by a shell that had another size."""
    own = {
        "WORKBENCH_DATA_DIR": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "HOME": str(folder),
    }
    return os.environ | _STALE | own | more


class Terminal:
    """One tmux session of its own server."""

    def __init__(self, folder: Path, width: int, height: int, command: list[str]) -> None:
        self._socket = str(folder / "tmux")
        self.size = width, height
        environment = _environment(folder)
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

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def picture(self) -> str:
        """The text with its colours."""
        return self._tmux("capture-pane", "-p", "-e")

    def at_rest(self) -> str:
        """The picture, once nothing changes any more."""
        before = ""
        for _ in range(200):
            shown = self.picture()
            if shown == before:
                return shown
            before = shown
            time.sleep(0.4)  # another process: nothing to await
        pytest.fail("the screen never comes to rest")


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


def test_early_and_doubled_keys_do_no_harm(terminal: Terminal) -> None:
    terminal.keys("F8", "C-l", "C-w", "C-n", "C-w")  # before anything is painted
    terminal.until(lambda text: "1 Script" in text and "F1 Help" in text)
    for keys in (
        ["C-p", "format", "Enter", "Enter"],
        ["F2", "3", "3"],
        ["C-o", "tri", "Enter", "Enter"],
        ["F1", "F1", "Escape", "Escape"],
    ):
        terminal.keys(*keys)
        terminal.at_rest()
    terminal.keys("C-n", "a", "b", "c", "BSpace", "d", "Left", "x", "Home", "y", "End", "z")
    text = terminal.until(lambda text: "yabxdz" in text)
    assert "3 Trace" in text


_SCRIPT = "\n".join(f"const value{n} = [{n}, 'text {n}', {{ key: {n} }}];" for n in range(60))


@pytest.fixture(params=[(120, 40), (80, 24), (60, 20)])
def editing(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    script = tmp_path / "long.js"
    script.write_text(_SCRIPT)
    width, height = request.param
    command = [sys.executable, "-m", "workbench", str(script)]
    terminal = Terminal(tmp_path, width, height, command)
    yield terminal
    terminal.close()


def test_what_was_left_out_of_the_paintings_is_on_the_screen(editing: Terminal) -> None:
    """Only what changed is written: the screen must be the one that a painting of everything gives."""
    editing.until(lambda text: "1 Script" in text and "value3" in text)
    steps = [
        [
            "x",
            "tools.",
            "Escape",
            "Enter",
            "BSpace",
            "C-z",
            "C-z",
            "PageDown",
            "Up",
            "S-Down",
            "S-Down",
        ],
        ["C-f", "text", "Enter", "Escape", "Home", "a", "b", "C-Right"],
        ["F5", "F7", "F7", "F2", "Escape", "F9", "Down", "Escape"],
        ["C-p", "Escape", "F1", "Escape", "C-n", "y", "C-PageUp"],
    ]
    for keys in steps:
        editing.keys(*keys)
        editing.at_rest()
    shown = editing.at_rest()
    width, height = editing.size
    editing.resize(width + 7, height + 3)
    assert editing.at_rest() != shown
    editing.resize(width, height)
    assert editing.at_rest() == shown


def test_a_typed_character_writes_little(tmp_path: Path) -> None:
    """Over a slow line what is written for each key is what one waits for."""
    script = tmp_path / "long.js"
    script.write_text(_SCRIPT)
    environment = _environment(tmp_path, TERM="xterm-256color", COLORTERM="truecolor")
    with Pty([sys.executable, "-m", "workbench", str(script)], environment, 120, 40) as pty:
        pty.read_until(b"value12")
        pty.read_to_rest()
        typed = "value7.length"
        pty.send(b"\x1b[B" * 3)
        written = 0
        for character in typed:
            pty.send(character.encode())
            written += pty.read_some()
        assert written > len(typed)
        assert written / len(typed) < 4_000
        pty.send(b"\x1b[D")
        assert pty.read_some() < 4_000


class Pty:
    """A program on a pseudo terminal: every byte that it writes."""

    def __init__(
        self, command: list[str], environment: dict[str, str], width: int, height: int
    ) -> None:
        self._ours, theirs = os.openpty()
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self._seen = b""

    def __enter__(self) -> Pty:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def wait(self) -> int:
        """The exit code."""
        return self._process.wait(_PATIENCE_S)

    @property
    def seen(self) -> bytes:
        """What it wrote of late."""
        return self._seen

    def send(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def read_until(self, wanted: bytes) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while wanted not in self._seen:
            assert time.monotonic() < deadline, self._seen[-2000:]
            self._read(0.5)

    def read_to_rest(self) -> None:
        """Until nothing has been written for a while. What a word is painted over is not written again, so
        there may be no text to wait for."""
        while self._read(2.0):
            pass

    def read_some(self) -> int:
        """The bytes of the answer to a key and of what follows it within half a second."""
        written = 0
        while not written:
            written = self._read(_PATIENCE_S)
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            written += self._read(0.1)
        return written

    def _read(self, wait_s: float) -> int:
        if not select.select([self._ours], [], [], wait_s)[0]:
            return 0
        data = os.read(self._ours, 1 << 16)
        self._seen = (self._seen + data)[-200_000:]
        return len(data)


def test_a_terminal_without_utf8_gets_ascii(tmp_path: Path) -> None:
    script = tmp_path / "plain.js"
    script.write_text("return 'ü 漢'\n")
    settings = {
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONIOENCODING": "ascii:backslashreplace",
    }
    environment = _environment(tmp_path, TERM="xterm-256color", **settings)
    with Pty([sys.executable, "-m", "workbench", str(script)], environment, 100, 30) as pty:
        pty.read_until(b"1 Script")
        pty.read_to_rest()
        pty.send(b"\x1b[15~")
        pty.read_until(b"+ plain.js")  # the sign of success, in ASCII
        assert pty.seen.isascii()
        assert b"\\u" not in pty.seen


def test_it_ends_where_the_terminal_is_gone_and_no_signal_came(tmp_path: Path) -> None:
    """A window that is closed signals the first program in it, which may be make: ours hears nothing."""
    script = tmp_path / "long.js"
    script.write_text("return 1\n")
    environment = _environment(tmp_path, TERM="xterm-256color")
    pty = Pty([sys.executable, "-m", "workbench", str(script)], environment, 100, 30)
    with pty:
        pty.read_until(b"1 Script")
        pty.read_to_rest()
        pty.send(b"unsaved")
        pty.read_to_rest()
        pty.hang_up()
        assert pty.wait() == 129
    (draft,) = (tmp_path / "data").rglob("*draft*")
    assert "unsaved" in draft.read_text()
