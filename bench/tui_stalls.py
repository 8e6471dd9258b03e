"""How long the event loop is ever held up by what is large, in a real terminal: each within 50 ms.

python -m bench.tui_stalls [RUNS] [APP …]
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from textual import events as keys
from textual.app import ComposeResult
from textual.containers import Vertical

from bench.history import fill
from bench.terminal import TimedApp, Timing, quantiles, run_in_terminal
from bench.tui_trace import events
from workbench import tui
from workbench.config import Config
from workbench.core.events import ExecutionFinished, ExecutionStarted, ToolCallStarted
from workbench.core.model import Execution, ExecutionRequest, Limits
from workbench.history import Store
from workbench.tui.app import WorkbenchApp
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.history.diff_screen import DiffScreen
from workbench.tui.history.runs_view import RunsView
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.values.json_view import JsonView

_RUNS = 100_000
_CALLS = 4_000
_FEW = 5
_LINES = 20_000
_RESULT_BYTES = 20_000_000
_ROUNDS = 5
_FOLDER = "WORKBENCH_BENCH_FOLDER"
"""Where the history that was made for the measured app is."""


Stall: TypeAlias = tuple[float, float]
"""ms in all, and ms of the loop's own work."""


class _Watched(Timing):
    """Tells the longest stall of each thing done."""

    async def stall(self, act: Callable[[], object], done: Callable[[], object]) -> Stall:
        """The longest while that the loop was held up, from ``act`` until ``done`` and it is painted."""
        await asyncio.sleep(0.3)
        self.worst_gap_ms = self.worst_busy_ms = 0.0
        watch = asyncio.create_task(self.watch_gaps())
        await asyncio.sleep(0.05)
        self._quiet.saw_input()  # what is done is asked for with a key
        made = act()
        if isinstance(made, Awaitable):
            await made
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.3)
        watch.cancel()
        return self.worst_gap_ms, self.worst_busy_ms


class _FolderApp(_Watched, WorkbenchApp):
    """The whole app over the history that was made for it."""

    CSS_PATH = Path(tui.__file__).parent / "styles" / "workbench.tcss"

    def __init__(self) -> None:
        super().__init__(Config(servers={}), data_dir=Path(os.environ[_FOLDER]))
        self._quiet = self._collector


class FirstApp(_FolderApp):
    """Screens that nobody has opened yet: their modules come, too."""

    async def measure(self) -> Any:
        runtime = await self.runtime()
        await asyncio.sleep(3.0)
        await asyncio.to_thread(runtime.history.recording, "short")
        main = self.main
        out: dict[str, list[Stall]] = {}
        for name, opening in (
            ("palette", self.action_palette),
            ("tools", main.navigation.open_tools),
            ("settings", main.navigation.open_settings),
            ("help", self.action_help),
            ("open a script", main.files.ask_to_open),
            ("replay", partial(self.open_replay, "short")),
        ):
            spent = []
            for _ in range(2):
                spent.append(await self.stall(opening, lambda: self.screen is not main))
                await self.pop_screen()
            out[f"{name}: open, twice"] = spent
        return out


class ReplayApp(_FolderApp):
    """A replay of many calls, and one of few: opened, gone through."""

    async def measure(self) -> Any:
        runtime = await self.runtime()
        await asyncio.sleep(3.0)
        out: dict[str, list[Stall]] = {}
        for name, calls in (("short", _FEW), ("diff-a", _CALLS)):
            await asyncio.to_thread(runtime.history.recording, name)
            spent = []
            for _ in range(_ROUNDS + 1):
                if self.screen is not self.main:
                    await self.pop_screen()
                spent.append(await self._opened(name))
            title = f"replay of {calls:,} calls: "
            out[title + "first"], out[title + "again"] = spent[:1], spent[1:]
        screen = self.screen
        assert isinstance(screen, ReplayScreen)
        for name, act in (
            ("step back", partial(screen.action_step, -1)),
            ("to the start", partial(screen.action_seek, 0)),
            ("to the end", partial(screen.action_seek, -1)),
        ):
            spent = [await self.stall(act, partial(_has_arrived, screen)) for _ in range(_ROUNDS)]
            out[f"… {name}"] = spent
        return out

    async def _opened(self, name: str) -> Stall:
        def done() -> bool:
            return isinstance(self.screen, ReplayScreen) and _has_arrived(self.screen)

        return await self.stall(partial(self.open_replay, name), done)


def _has_arrived(screen: ReplayScreen) -> bool:
    return screen.is_mounted and screen.trace.model.totals.calls == sum(
        isinstance(step.event, ToolCallStarted)
        for step in screen.playback.steps[: screen.playback.position]
    )


class HistoryApp(_FolderApp):
    """The list of a large history: opened, filtered, sorted, folded."""

    def _reads(self) -> bool:
        return any(work.group == "history" and not work.is_finished for work in self.workers)

    async def measure(self) -> Any:
        await self.runtime()
        await asyncio.sleep(2.0)
        out: dict[str, list[Stall]] = {}

        def opened() -> bool:
            return bool(self.screen.query(RunsView)) and bool(self.screen.query_one(RunsView).runs)

        opening = self.main.navigation.open_history
        out["history: open"] = [await self.stall(opening, opened)]
        view = self.screen.query_one(RunsView)

        def put(text: str) -> None:
            view.line.value = text

        def settled() -> bool:
            return view.text == view.line.value and not self._reads()

        for name, text in (
            ("a word", "issues"),
            ("a rare word", "run-4711"),
            ("status", "status:error"),
            ("time and words", "last:2h run-99"),
        ):
            spent = []
            for _ in range(_ROUNDS):
                put("")
                await asyncio.sleep(0.5)
                spent.append(await self.stall(partial(put, text), settled))
            out[f"history: filter, {name}"] = spent
        put("")
        await asyncio.sleep(0.5)
        out["history: sort"] = [
            await self.stall(view.turn_order, lambda: not self._reads()) for _ in range(_ROUNDS)
        ]
        out["history: by script and back"] = [
            await self.stall(view.turn_fold, lambda: not self._reads()) for _ in range(4)
        ]
        return out


class ResultApp(_Watched, TimedApp):
    """A large result in the JSON view."""

    def compose(self) -> ComposeResult:
        self.shown = False
        yield JsonView()

    def on_json_view_shown(self) -> None:
        self.shown = True

    async def measure(self) -> Any:
        row = {"id": 1, "name": "a name of some length", "tags": ["a", "b"], "address": {"x": 1}}
        count = _RESULT_BYTES // len(json.dumps(row))
        value = {"rows": [{**row, "id": n} for n in range(count)], "text": "long " * 200_000}
        view = self.query_one(JsonView)
        view.focus()
        opened = []
        for _ in range(_ROUNDS):
            self.shown = False
            opened.append(await self.stall(lambda: view.show(value), lambda: self.shown))
            view.clear()
        return {"a result of 20 MB: open": opened}


class DiffApp(_FolderApp):
    """Two runs with many calls, one argument of each hundredth of them another."""

    async def measure(self) -> Any:
        runtime = await self.runtime()
        await asyncio.sleep(2.0)
        both = [
            await asyncio.to_thread(runtime.history.recording, name)
            for name in ("diff-a", "diff-b")
        ]
        spent = []
        for _ in range(_ROUNDS):
            screen = DiffScreen(*both)
            opening, compared = partial(self.push_screen, screen), partial(_is_compared, screen)
            spent.append(await self.stall(opening, compared))
            await self.pop_screen()
        return {"diff of two runs of 4,000 calls": spent}


def _is_compared(screen: DiffScreen) -> bool:
    return bool(screen.rows.rows)


class PasteApp(_Watched, TimedApp):
    """Many lines pasted into a script, and taken back."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield CodeArea("const first = 1;\n" * 200)

    async def measure(self) -> Any:
        area = self.query_one(CodeArea)
        area.focus()
        text = "".join(
            f"const item{n} = await tools.db.query({{ id: {n} }});\n" for n in range(_LINES)
        )
        pasted, undone = [], []
        before = area.document.line_count

        def pasted_whole() -> bool:
            return area.document.line_count == before + _LINES

        def as_before() -> bool:
            return area.document.line_count == before

        for _ in range(_ROUNDS):
            area.go_to(100)
            await asyncio.sleep(1.0)
            pasted.append(
                await self.stall(lambda: self.post_message(keys.Paste(text)), pasted_whole)
            )
            undone.append(
                await self.stall(lambda: self.post_message(keys.Key("ctrl+z", None)), as_before)
            )
        return {"paste of 20,000 lines": pasted, "… undone": undone}


async def prepare(folder: Path, runs: int) -> None:
    """A history of many runs, and two with many calls."""
    store = Store(folder / "history.sqlite3")
    await fill(store, 0, runs)
    for name, shift, calls in (("diff-a", 0, _CALLS), ("diff-b", 1, _CALLS), ("short", 0, _FEW)):
        request = ExecutionRequest(f"// {name}\nfor (;;) await tools.db.query()", source="cli")
        began = time.time()  # what is older than the history keeps would be removed
        store.record(ExecutionStarted(name, request, Limits(), "engine", None, (1, 2, 3, 4), began))
        for event in events(1, calls):
            store.record(_of(event, name, shift))
        await store.committed()
        done = Execution(name, "ok", value=[shift], tool_calls=calls)
        store.record(ExecutionFinished(name, done, began + 1.0))
    await store.committed()
    store.close()


def _of(event: Any, name: str, shift: int) -> Any:
    """The event as one of another execution; each hundredth call asks for something else."""
    call = event.call
    args = {**call.args, "shift": shift} if call.seq % 100 == 0 else call.args
    return replace(event, execution_id=name, call=replace(call, execution_id=name, args=args))


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS
    print(f"longest stall, ms (≤ 50){'median':>19}{'p95':>9}{'worst':>9}   ({runs:,} executions)")
    with tempfile.TemporaryDirectory(prefix="bench-stalls-") as folder:
        asyncio.run(prepare(Path(folder), runs))
        os.environ[_FOLDER] = folder
        for app in sys.argv[2:] or (
            "FirstApp",
            "ReplayApp",
            "HistoryApp",
            "ResultApp",
            "DiffApp",
            "PasteApp",
        ):
            for name, times in run_in_terminal("bench.tui_stalls", app).items():
                whole, own = zip(*times, strict=True)
                print(f"  {name:32}{quantiles([*whole])}   own work{quantiles([*own])}", flush=True)


if __name__ == "__main__":
    main()
