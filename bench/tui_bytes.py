"""What a key writes to the terminal, in bytes: what one waits for over a slow line. posting and harlequin are
measured beside Workbench where they are installed.

python -m bench.tui_bytes
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.terminal import COLOURS, long_script, quantiles
from tests.support.terminals import Pty, environment_of

_TYPED = "const total = items.length"
_LEFT, _DOWN = b"\x1b[D", b"\x1b[B"
_IDLE_S = 5.0
_MOST_ROUNDS = 5
_LINE_BYTES_A_SECOND = 30_000
_KEYS_A_SECOND = 5


@dataclass(frozen=True, slots=True)
class Program:
    """What is measured, and the keys that lead to a place to type in."""

    name: str
    command: list[str]
    first: bytes = b""


def programs(folder: Path) -> Iterable[Program]:
    """Ours, with a script of 5 000 lines; others that are on the PATH, with an empty editor."""
    script = folder / "long.js"
    script.write_text(long_script(5_000))
    ours = [sys.executable, "-m", "workbench", "--data-dir", str(folder / "data"), str(script)]
    yield Program("workbench", ours, _DOWN * 3)
    for name in ("posting", "harlequin"):
        path = shutil.which(name)
        if path is None:
            print(f"  {name} is not installed: not measured")
        else:
            yield Program(name, [path])


def measure(program: Program, folder: Path) -> dict[str, list[float]]:
    """Bytes of each key, and of a while without any."""
    environment = environment_of(folder, **COLOURS)
    with Pty(program.command, environment, 120, 40) as pty:
        time.sleep(5.0)  # there is no word that all of them show
        _settle(pty)
        if program.first:
            pty.send(program.first)
            _settle(pty)
        typed = []
        for character in _TYPED:
            pty.send(character.encode())
            typed.append(float(pty.read_some()))
        _settle(pty)  # what is said of the typed text comes when typing pauses
        moved = []
        for _ in range(20):
            pty.send(_LEFT)
            moved.append(float(pty.read_some()))
        _settle(pty)
        return {
            "a typed character (≤ 2 000)": typed,
            "a cursor move (≤ 1 000)": moved,
            f"{_IDLE_S:.0f} s without a key (0)": [float(_written(pty, _IDLE_S))],
        }


def _settle(pty: Pty) -> None:
    """Until it has written nothing for a while; one whose cursor blinks never rests."""
    for _ in range(_MOST_ROUNDS):
        if not _written(pty, 2.0):
            return


def _written(pty: Pty, span_s: float) -> int:
    """Bytes that come within so many seconds."""
    written, until = 0, time.monotonic() + span_s
    while time.monotonic() < until:
        written += pty.read_available(0.1)
    return written


def backlog_s(sizes: list[float]) -> float:
    """Seconds that a terminal of 30 kB/s is behind, after 25 keys at 5 a second."""
    behind = 0.0
    for size in (sizes * 25)[:25]:
        behind = max(0.0, behind + size - _LINE_BYTES_A_SECOND / _KEYS_A_SECOND)
    return behind / _LINE_BYTES_A_SECOND


def main() -> None:
    """Print the table."""
    print(f"bytes written for{'median':>30}{'p95':>9}{'worst':>9}")
    with tempfile.TemporaryDirectory(prefix="bench-bytes-") as name:
        for program in programs(Path(name)):
            print(program.name)
            try:
                found = measure(program, Path(name))
            except OSError:  # the terminal closes with its process
                print("  ended before it was measured")
                continue
            for what, sizes in found.items():
                print(f"  {what:34}{quantiles(sizes)}", flush=True)
            behind = backlog_s(next(iter(found.values())))
            print(f"  behind at 30 kB/s after 25 keys at 5 a second (0): {behind:.1f} s")


if __name__ == "__main__":
    main()
