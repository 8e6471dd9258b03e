"""Half a minute of the real app on the demo server, as a picture that moves.

python docs/make_recording.py               docs/images/recording.svg
python docs/make_recording.py FILE.cast     the same for asciinema
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from make_images import ready, until  # first: it says to textual how it is imported
from textual.pilot import Pilot

from workbench.config import Config, UiSettings, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.terminal_recording import Recording

_SIZE = (112, 30)
_TITLE = "Workbench: a script is written, run, watched call by call, and replayed"
_FILE = Path(__file__).parent / "images" / "recording.svg"
_SAMPLE_S = 0.1
_PATIENCE_S = 60.0
_CODE = """\
// Who works on what is open?
const page = await tools.demo.list_issues({ state: "open" });
const work = {};
for (const { id } of page.issues) {
  const issue = await tools.demo.get_issue({ id });
  (work[issue.assignee ?? "nobody"] ??= []).push(issue.title);
}
await Promise.all([90, 160].map((ms) => tools.demo.sleep({ ms })));

"""
_LINE = "return work;"


class Filming:
    """Acts on the app and keeps what it shows."""

    def __init__(self, app: WorkbenchApp, pilot: Pilot[int]) -> None:
        self._app, self._pilot = app, pilot
        self.recording = Recording(*_SIZE)

    def shoot(self, seconds: float) -> None:
        """What is shown now, for so long."""
        self.recording.add(self._app.shown_lines(), seconds)

    async def press(self, *keys: str, each: float = 0.5) -> None:
        for key in keys:
            await self._pilot.press(key)
            await self._pilot.pause()
            self.shoot(each)

    async def watch(self, over: Callable[[], object], least: float = 0.0) -> None:
        """Keep what happens until it is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE_S
        passed = 0.0
        while not over() or passed < least:
            if loop.time() > deadline:
                raise TimeoutError("the moment never came")
            await self._pilot.pause(_SAMPLE_S)
            self.shoot(_SAMPLE_S)
            passed += _SAMPLE_S
        await self._pilot.pause(0.2)

    async def settled(self, over: Callable[[], object], seconds: float) -> None:
        """Wait for something without keeping it; then it stands for so long."""
        await until(self._pilot, over)
        await self._pilot.pause(0.6)
        self.shoot(seconds)


async def film() -> tuple[Recording, str, str]:
    """The recording, and the colours of the theme behind it."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(servers={"demo": demo_server()}, ui=UiSettings(theme="workbench-dark"))
        file = Path(folder) / "triage.js"
        file.write_text(_CODE)
        app = WorkbenchApp(config, data_dir=Path(folder) / "data", script=file)
        async with app.run_test(size=_SIZE) as pilot:
            shots = Filming(app, pilot)
            main = app.main
            await shots.settled(lambda: ready(app) and main.scripts.tabs, 2.0)
            await pilot.press("ctrl+end")
            await shots.press(*(_KEYS.get(letter, letter) for letter in _LINE), each=0.12)
            await shots.press("escape", each=0.8)
            await pilot.press("f5")
            await shots.watch(lambda: main.runs.now and main.runs.now.execution)
            await shots.settled(lambda: True, 3.5)
            main.go_to("trace")
            await shots.settled(lambda: main.trace.has_focus, 0.8)
            await shots.press("up", "up", "up", each=0.7)
            await shots.press("enter", each=2.2)
            await pilot.press("ctrl+t")
            await shots.settled(lambda: app.screen is not main, 3.0)
            await pilot.press("enter")
            await shots.settled(lambda: type(app.screen).__name__ == "ReplayScreen", 1.2)
            await shots.press("home", each=0.8)
            await shots.press(*["full_stop"] * 14, each=0.35)
            await shots.press("v", each=0.3)
            await shots.settled(lambda: app.screen.reruns.judged, 4.0)  # type: ignore[attr-defined]
            colours = (
                app.current_theme.background or "#000000",
                app.current_theme.foreground or "#fff",
            )
            return shots.recording, *colours


_KEYS = {" ": "space", ";": "semicolon"}


if __name__ == "__main__":
    recording, background, foreground = asyncio.run(film())
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else _FILE
    text = (
        recording.to_cast(_TITLE)
        if target.suffix == ".cast"
        else recording.to_svg(_TITLE, background, foreground)
    )
    target.write_text(text, encoding="utf-8")
    print(
        f"{target}: {recording.seconds:.0f} s, {len(recording.frames)} frames, {len(text):,} bytes"
    )
