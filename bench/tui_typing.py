"""A key in the editor of the whole app, from the press to the painted terminal, in scripts of several lengths; the
same beside a run that makes 10 000 events a second.

python -m bench.tui_typing
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from textual import events as keys

from bench.terminal import Timing, long_script, quantiles, run_in_terminal
from bench.tui_trace import events
from workbench import tui
from workbench.config import Config, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.trace.live_run import LiveBuffer, LiveRun

_TEXT = "const total = items.length + 1;" * 3
_ENTERS, _DOWNS = 30, 60
_BETWEEN_S = 0.03
"""Between two keys: who holds one down presses it 30 times a second."""
_EVENTS_A_SECOND = 10_000
_TICK_S = 0.02


class TypingApp(Timing, WorkbenchApp):
    """The whole app, with a script of ``lines`` lines."""

    CSS_PATH = Path(tui.__file__).parent / "styles" / "workbench.tcss"
    lines = 200

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="bench-tui-"))
        script = folder / "long.js"
        script.write_text(long_script(self.lines))
        config = Config(servers={"demo": demo_server()})
        super().__init__(config, data_dir=folder / "data", script=script)
        self._shown_at = 0.0

    def post_display_hook(self) -> None:
        self._shown_at = time.perf_counter()
        super().post_display_hook()

    async def measure(self) -> Any:
        await asyncio.sleep(3.0)
        self.main.tab.script.focus()
        out = {}
        for name, line in (("top", 1), ("middle", self.lines // 2), ("end", self.lines)):
            out |= await self._at(name, line)
        return out

    async def _at(self, name: str, line: int) -> dict[str, list[float]]:
        area = self.main.tab.script
        area.go_to(line, 1000)
        await asyncio.sleep(0.5)
        out = {f"type at {name}": await self.typed(_TEXT)}
        out[f"Enter at {name}"] = await self._pressed("enter", _ENTERS)
        area.go_to(max(1, line - 2 * _DOWNS))
        await asyncio.sleep(0.5)
        out[f"down at {name}"] = await self._pressed("down", _DOWNS)
        return out

    async def _pressed(self, key: str, times: int) -> list[float]:
        spent = []
        for _ in range(times):
            spent.append(await self.painted(key))
            await asyncio.sleep(_BETWEEN_S)
        return spent

    async def painted(self, key: str, character: str | None = None) -> float:
        """Press a key; ms until the painting that shows what it did in the script."""
        area = self.main.tab.script
        before = area.selection
        self._quiet.saw_input()
        began = time.perf_counter()
        self.post_message(keys.Key(key, character))
        while area.selection == before or area._repaint_regions:
            self._shown_now.clear()
            await self._shown_now.wait()
        return (self._shown_at - began) * 1000


class Typing5000(TypingApp):
    lines = 5000


class BesideEvents(Typing5000):
    """The trace takes 10 000 events a second meanwhile."""

    async def measure(self) -> Any:
        await asyncio.sleep(3.0)
        main = self.main
        main.tab.script.focus()
        run = LiveRun("long.js")
        run.execution_id = "x"
        main.runs.take(run)
        pouring = asyncio.create_task(self._pour(main.runs.events.listener))
        await asyncio.sleep(1.0)
        out = await self._at("end", self.lines)
        pouring.cancel()
        main.runs.now = None
        return out

    async def _pour(self, into: LiveBuffer) -> None:
        calls = int(_EVENTS_A_SECOND * _TICK_S / 2)
        for first in range(1, 10_000_000, calls):
            for event in events(first, calls):
                into(event)
            await asyncio.sleep(_TICK_S)


def main() -> None:
    """Print the table."""
    for app, beside in ((TypingApp, ""), (Typing5000, ""), (BesideEvents, ", 10 000 events/s")):
        print(f"{app.lines} lines{beside}: key to paint, ms (≤ 12, p95 ≤ 25)")
        for name, times in run_in_terminal("bench.tui_typing", app.__name__).items():
            print(f"  {name:24}{quantiles(times)}", flush=True)


if __name__ == "__main__":
    main()
