"""A Textual app in a real pseudo-terminal, timed from a key to the end of the write that shows it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from textual import events
from textual.app import App

from tests.support.terminals import Pty
from workbench.tui.gc_scheduler import Collector

COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
_LINE = (
    '  const item{n} = await tools.db.query({{ sql: "select {n}", args: [{n}, `x`] }}); // {n}\n'
)


def long_script(lines: int) -> str:
    """A script of so many lines."""
    return "".join(_LINE.format(n=n) for n in range(lines))


class Timing(App[Any]):
    """Mixed into an app: subclass ``measure``; its result comes back from ``run_in_terminal``."""

    result: Any = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._shown_now = asyncio.Event()
        self._quiet = Collector()  # as the product's app has it
        self.worst_gap_ms = self.worst_busy_ms = 0.0

    def post_display_hook(self) -> None:
        self._shown_now.set()

    def on_ready(self) -> None:
        self.run_worker(self._measure(), exit_on_error=True)

    async def _measure(self) -> None:
        await asyncio.sleep(0.5)
        self._quiet.start()
        self.set_interval(1.0, self._quiet.collect_if_quiet)
        self.result = await self.measure()
        self.exit()

    async def measure(self) -> Any:
        raise NotImplementedError

    async def painted(self, key: str, character: str | None = None) -> float:
        """Press a key; ms until its effect is on the terminal."""
        self._shown_now.clear()
        self._quiet.saw_input()
        began = time.perf_counter()
        self.post_message(events.Key(key, character))
        await self._shown_now.wait()
        return (time.perf_counter() - began) * 1000

    async def typed(self, text: str) -> list[float]:
        """Type a text, with a little time between the keys; ms of each."""
        times = []
        for character in text:
            key = "space" if character == " " else character
            times.append(await self.painted(key, character))
            await asyncio.sleep(0.03)
        return times

    async def watch_gaps(self) -> None:
        """Notice how long the event loop was ever held up (``worst_gap_ms``), and how long by its own work
        (``worst_busy_ms``): a busy machine, or another thread, does not add to that."""
        while True:
            began, busy = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            gap = (time.perf_counter() - began) * 1000 - 1
            self.worst_gap_ms = max(self.worst_gap_ms, gap)
            self.worst_busy_ms = max(self.worst_busy_ms, (time.thread_time() - busy) * 1000)


class TimedApp(Timing):
    """A widget alone."""


def run_in_terminal(module: str, app: str, *, columns: int = 120, rows: int = 40) -> Any:
    """Run ``module.app()`` in a terminal of its own; what its ``measure`` returned."""
    with NamedTemporaryFile(suffix=".json") as out:
        code = (
            f"import {module} as m, json, pathlib, sys; from workbench.tui import SWITCH_S;"
            f"sys.setswitchinterval(SWITCH_S); app = m.{app}(); app.run();"
            f"pathlib.Path({out.name!r}).write_text(json.dumps(app.result))"
        )
        with Pty([sys.executable, "-c", code], os.environ | COLOURS, columns, rows) as terminal:
            terminal.drain(threading.Event())
            terminal.wait()
        text = Path(out.name).read_text(encoding="utf-8")
        if not text:
            raise RuntimeError(f"{app} gave nothing; it last wrote: {terminal.seen[-4000:]!r}")
        return json.loads(text)


def quantiles(times: list[float]) -> str:
    """``median / p95 / worst``"""
    ordered = sorted(times)
    median, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"{median:8.1f} {p95:8.1f} {ordered[-1]:8.1f}"
