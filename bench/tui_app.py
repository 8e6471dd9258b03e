"""The whole app in a real terminal: its start, typing while a run pours events in, a large result.

python -m bench.tui_app
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from bench.terminal import TimedApp, Timing, quantiles, run_in_terminal
from bench.tui_trace import events
from workbench import tui
from workbench.config import Config, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.trace.live_run import LiveBuffer, LiveRun
from workbench.tui.values.json_view import JsonView

_LINE = "  const item{n} = await tools.db.query({{ id: {n}, name: `x` }}); // {n}\n"
_TEXT = "const total = items.length + 1;"
_EVENTS_A_SECOND = 10_000
_TICK_S = 0.02
_PAINTED = b"Script"
_TYPED = "¶".encode()


class PouringApp(Timing, WorkbenchApp):
    """Typing in a script of 5 000 lines, while the trace takes 10 000 events a second."""

    CSS_PATH = Path(tui.__file__).parent / "styles" / "workbench.tcss"

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="bench-tui-"))
        script = folder / "long.js"
        script.write_text("".join(_LINE.format(n=n) for n in range(5_000)))
        config = Config(servers={"demo": demo_server()})
        super().__init__(config, data_dir=folder / "data", script=script)

    async def measure(self) -> Any:
        await asyncio.sleep(3.0)
        main = self.main
        main.tab.script.focus()
        main.tab.script.cursor_blink = False
        out = {"quiet": await self._typed()}
        main.runs.listener = LiveBuffer()
        run = LiveRun("long.js")
        run.execution_id = "x"
        main.runs.take(run)
        pouring = asyncio.create_task(self._pour(main.runs.listener))
        await asyncio.sleep(1.0)
        out["beside 10 000 events a second"] = await self._typed()
        pouring.cancel()
        main.runs.now = None
        return out

    async def _typed(self) -> list[float]:
        times = []
        for character in _TEXT * 4:
            key = "space" if character == " " else character
            times.append(await self.painted(key, character))
            await asyncio.sleep(0.03)
        return times

    async def _pour(self, into: LiveBuffer) -> None:
        calls = int(_EVENTS_A_SECOND * _TICK_S / 2)
        made = [events(first, calls) for first in range(1, 20_000, calls)]
        for some in made:
            for event in some:
                into(event)
            await asyncio.sleep(_TICK_S)


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
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # on a warm disk, as a user has it
        words = [sys.executable, "-m", "workbench", "--data-dir", str(folder)]
        os.execv(sys.executable, words)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    _until(terminal, _PAINTED)
    painted = time.perf_counter() - began
    os.write(terminal, _TYPED)
    _until(terminal, _TYPED)
    typed = time.perf_counter() - began
    os.write(terminal, b"\x11")  # ctrl+q
    os.write(terminal, b"\r")
    os.kill(child, 15)
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # the terminal closes with its process
    os.waitpid(child, 0)
    os.close(terminal)
    return painted * 1000, typed * 1000


def _until(terminal: int, text: bytes) -> None:
    said = b""
    while text not in said:
        said += os.read(terminal, 65536)


def main() -> None:
    """Print the table."""
    print(f"ms{'median':>32}{'p95':>9}{'worst':>9}")
    with tempfile.TemporaryDirectory() as folder:
        starts = [start(Path(folder) / str(n)) for n in range(8)][1:]
    print(f"  {'first paint (≤ 450)':30}{quantiles([paint for paint, _ in starts])}")
    print(f"  {'first key handled (≤ 600)':30}{quantiles([key for _, key in starts])}")
    for app in (PouringApp, LargeResultApp):
        for name, times in run_in_terminal("bench.tui_app", app.__name__).items():
            print(f"  {name:30}{quantiles(times)}")


if __name__ == "__main__":
    main()
