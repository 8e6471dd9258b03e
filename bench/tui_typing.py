"""A key in the editor, from the press to the painted terminal, in scripts of several lengths.

python -m bench.tui_typing
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bench.terminal import TimedApp, long_script, quantiles, run_in_terminal
from workbench.tui.editor.code_area import CodeArea

_TEXT = "const total = items.length + 1;"


class TypingApp(TimedApp):
    """An editor alone, with a script of ``lines`` lines."""

    CSS = "CodeArea { border: round $primary; }"
    lines = 200

    def compose(self) -> ComposeResult:
        with Vertical():
            yield CodeArea(long_script(self.lines))

    async def measure(self) -> Any:
        area = self.query_one(CodeArea)
        area.cursor_blink = False
        area.focus()
        await asyncio.sleep(2.0)
        out = {}
        for name, line in (("top", 1), ("middle", self.lines // 2), ("end", self.lines)):
            area.go_to(line, 1000)
            await asyncio.sleep(0.5)
            out[f"type at {name}"] = await self.typed(_TEXT * 3)
            out[f"Enter at {name}"] = [await self.painted("enter") for _ in range(20)]
        out["down"] = []
        area.go_to(1)
        await asyncio.sleep(0.3)
        for _ in range(60):
            out["down"].append(await self.painted("down"))
        return out


class Typing1000(TypingApp):
    lines = 1000


class Typing5000(TypingApp):
    lines = 5000


def main() -> None:
    """Print the table."""
    for app in (TypingApp, Typing1000, Typing5000):
        print(f"{app.lines} lines, key to paint, ms{'median':>14}{'p95':>9}{'worst':>9}")
        for name, times in run_in_terminal("bench.tui_typing", app.__name__).items():
            print(f"  {name:24}{quantiles(times)}")


if __name__ == "__main__":
    main()
