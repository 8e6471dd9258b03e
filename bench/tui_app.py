"""The whole app in a real terminal: its start, a large result.

python -m bench.tui_app
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from bench.terminal import COLOURS, TimedApp, quantiles, run_in_terminal
from tests.support.terminals import Pty
from workbench.tui.values.json_view import JsonView

_PAINTED = b"Script"
_TYPED = "¶".encode()
_LEAVE = b"\x11\r"  # ctrl+q


class LargeResultApp(TimedApp):
    """A result of 5 MB in the JSON view."""

    def compose(self) -> ComposeResult:
        self.shown = asyncio.Event()
        yield JsonView()

    def on_json_view_shown(self) -> None:
        self.shown.set()

    async def measure(self) -> Any:
        row = {"id": 1, "name": "a name of some length", "tags": ["a", "b"], "address": {"x": 1}}
        value = {"rows": [{**row, "id": n} for n in range(5_000_000 // len(json.dumps(row)))]}
        view = self.query_one(JsonView)
        view.focus()
        watch = asyncio.create_task(self.watch_gaps())
        await asyncio.sleep(0.1)
        opened, gaps = [], []
        for _ in range(5):
            self.worst_gap_ms = 0.0
            began = time.perf_counter()
            self.shown.clear()
            view.show(value)
            await self.shown.wait()
            self._shown_now.clear()
            view.refresh()  # it may be painted already
            await self._shown_now.wait()
            opened.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.5)
            gaps.append(self.worst_gap_ms)
            view.clear()
            await asyncio.sleep(0.1)
        watch.cancel()
        return {"5 MB of JSON: open": opened, "… longest stall": gaps}


def start(folder: Path) -> tuple[float, float]:
    """Milliseconds from the start of the process to the first paint, and to a key's effect."""
    environment = os.environ | COLOURS
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # on a warm disk, as a user has it
    began = time.perf_counter()
    words = [sys.executable, "-m", "workbench", "--data-dir", str(folder)]
    with Pty(words, environment, 120, 40) as terminal:
        terminal.read_until(_PAINTED)
        painted = time.perf_counter() - began
        terminal.send(_TYPED)
        terminal.read_until(_TYPED)
        typed = time.perf_counter() - began
        terminal.send(_LEAVE)
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.drain(threading.Event())
        terminal.wait()
    return painted * 1000, typed * 1000


def main() -> None:
    """Print the table."""
    print(f"ms{'median':>32}{'p95':>9}{'worst':>9}")
    with tempfile.TemporaryDirectory() as folder:
        starts = [start(Path(folder) / str(n)) for n in range(8)][1:]
    print(f"  {'first paint (≤ 450)':30}{quantiles([paint for paint, _ in starts])}")
    print(f"  {'first key handled (≤ 500)':30}{quantiles([key for _, key in starts])}")
    for name, times in run_in_terminal("bench.tui_app", "LargeResultApp").items():
        print(f"  {name:30}{quantiles(times)}")


if __name__ == "__main__":
    main()
