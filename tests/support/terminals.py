"""The whole program in a real terminal: of tmux, which knows what is on the screen, or bare, byte for byte."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

if sys.platform != "win32":
    import fcntl
    import termios

_TMUX = ("tmux", "-u", "-S", "tmux")
_PATIENCE_S = 90.0
_STALE = {"COLUMNS": "71", "LINES": "17"}
"""What a shell exported of another size: the terminal's own counts."""


def environment_of(folder: Path, **more: str) -> dict[str, str]:
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
        # Relative to its folder: the path of a socket may have 107 characters, a folder of tests more.
        self._folder = folder
        self.size = width, height
        environment = environment_of(folder)
        shown = " ".join(command) + "; echo ended with $?; sleep 100"
        size = ["-x", str(width), "-y", str(height)]
        subprocess.run(
            [*_TMUX, "-f", "/dev/null", "new-session", "-d", *size, shown],
            check=True,
            env=environment,
            cwd=folder,
        )

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def pid(self) -> int:
        """Of the program in it; of the shell around it where it was not started with ``exec``."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

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
        subprocess.run([*_TMUX, "kill-server"], cwd=self._folder, check=False)

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            [*_TMUX, *arguments], check=True, capture_output=True, text=True, cwd=self._folder
        ).stdout

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
        raise AssertionError("the screen never comes to rest")


def readable(descriptor: int, seconds: float) -> bool:
    """Whether something can be read before the time is over. ``select`` takes no descriptor past 1 023."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class Pty:
    """A program on a pseudo terminal: every byte that it writes."""

    kept = 200_000
    """So many bytes of late are seen."""

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self.hang_up()

    @property
    def pid(self) -> int:
        return self._process.pid

    def drain(self, done: threading.Event) -> None:
        """Read what it writes until it has ended, or that is enough: somebody has to, or it waits."""
        try:
            while self._process.poll() is None and not done.is_set():
                self._read(0.5)
        except OSError:  # the terminal closes with its last process
            pass

    def read_to_end(self) -> int:
        """All that it still writes; its exit code."""
        with suppress(OSError):  # the terminal closes with its last process
            while self._read(_PATIENCE_S):
                pass
        return self.wait()

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

    def forget(self) -> None:
        """``seen`` is what it writes from now on."""
        self._seen = b""

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

    def read_available(self, wait_s: float) -> int:
        """The bytes of what comes within a while; it returns with the first of them."""
        return self._read(wait_s)

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
        if not readable(self._ours, wait_s):
            return 0
        data = os.read(self._ours, 1 << 16)
        self._seen = (self._seen + data)[-self.kept :]
        return len(data)


_ANSWERS = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[?2048$p", b"\x1b[?2048;2$y"),
    (b"\x1b[?2048h", b"\x1b[48;40;120;800;1200t"),
)
"""Paints at once what belongs together; tells sizes in band, in cells and pixels."""


class ModernPty(Pty):
    """One that answers what it is asked, as kitty, foot and Ghostty do, and keeps all that was written."""

    kept = 1 << 26
    _answered = 0

    def _read(self, wait_s: float) -> int:
        read = super()._read(wait_s)
        for question, answer in _ANSWERS:
            at = self._seen.find(question, self._answered)
            if at >= 0:
                self._answered = max(self._answered, at + len(question))
                self.send(answer)
        return read
