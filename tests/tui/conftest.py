"""The app on the real engine and the bundled demo server, in folders of its own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import constants, events
from textual.app import App
from textual.pilot import Pilot

from tests.support.params import first_fast
from workbench.config import Config, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.editor.highlighting import highlight
from workbench.tui.key_order import KeyOrder
from workbench.tui.textual_private import AppBase
from workbench.tui.widgets.key_footer import KeyFooter

# The plugin for pictures imports textual before any conftest is read.
vars(constants)["TEXTUAL_ANIMATIONS"] = "none"

for language in (
    "javascript",
    "json",
):  # the first use of a lexer is slow, so it waits for a thread
    highlight("", language)

_LOOKS = 1_500
"""30 s, and more where the machine is so busy that each look waits for its turn."""
_APPS_OF_A_COLLECTION = 20
MakeApp = Callable[..., WorkbenchApp]
Picture = Callable[..., bool]
SIZES = first_fast((120, 40), (80, 24))
THEMES = first_fast("workbench-dark", "workbench-light")


@pytest.fixture(scope="session")
def garbage() -> Iterator[Callable[[], None]]:
    """Says that an app is made. Else each looks through all that pytest holds, for 0.2 s."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(before[0], before[1], 1 << 30)
    apps = 0

    def made() -> None:
        nonlocal apps
        apps += 1
        if apps % _APPS_OF_A_COLLECTION == 0:
            gc.collect()

    yield made
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def make_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, garbage: Callable[[], None]
) -> MakeApp:
    """An app with the demo server; ``code`` and ``input`` go into the file it opens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("workbench.core.paths.config_dir", lambda: tmp_path / "config")

    def make(
        code: str | None = None, input_text: str | None = None, config: Config | None = None
    ) -> WorkbenchApp:
        script = None
        if code is not None:
            script = tmp_path / "test.js"
            script.write_text(code)
            if input_text is not None:
                (tmp_path / "test.input.json").write_text(input_text)
        if config is None:
            config = Config(servers={"demo": demo_server()})
        garbage()
        return WorkbenchApp(config, data_dir=tmp_path / "data", script=script)

    return make


async def app_opened(app: WorkbenchApp) -> None:
    """The first script is there and nothing of the start takes the focus any more."""
    await until(
        lambda: (
            app.main.scripts.tabs and app.main.tab.script.has_focus and app.runtime_host.is_opening
        ),
        "open",
    )


class OrderedApp(AppBase):
    """Around a screen on its own: as in the real one, keys are taken one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.key_order = KeyOrder(self, super().on_event)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.key_order.take(event)
        else:
            await super().on_event(event)


def paste(pilot: Pilot[int], text: str) -> None:
    """Text at once, as a terminal gives it: each key pressed by the pilot takes 50 ms."""
    pilot.app.post_message(events.Paste(text))


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait for a condition, generously; fails with its name."""
    for _ in range(_LOOKS):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"never came true: {what}")


async def told(app: App[Any], words: str) -> None:
    """Wait for a notification that has these words; it stays for seconds only."""
    await until(lambda: any(words in notice.message for notice in app._notifications), words)


@pytest.fixture
def picture_of(snap_compare: Any) -> Picture:
    """``picture_of(app, size, theme, show)``: open the app, ``show(pilot)`` something, compare."""

    def compare(
        app: WorkbenchApp,
        size: tuple[int, int],
        theme: str,
        show: Callable[[Pilot[int]], Awaitable[object]],
    ) -> bool:
        async def before(pilot: Pilot[int]) -> None:
            app.theme = theme
            await app_opened(app)
            await until(lambda: app.runtime_now, "the runtime is open")
            keys = app.main.query_one(KeyFooter)
            await until(lambda: len(keys.entries) > 3, "its line of keys is that of a script")
            await show(pilot)
            app.main.problems.stop_check()
            # Not wait_for_complete: it raises where one is cancelled, as the check just was.
            await until(lambda: not any(worker.is_running for worker in app.workers))
            await until(lambda: app.runtime_now and not app.runtime_now.engine.pool.running)
            app.main.show_titles()  # else the header says so up to half a second later
            await _at_rest(pilot)

        return bool(snap_compare(app, terminal_size=size, run_before=before))

    return compare


async def _at_rest(pilot: Pilot[int]) -> None:
    """Until nothing is painted any more: a scrollbar comes and goes a frame after its text."""
    shown = ""
    for _ in range(100):
        await pilot.pause(0.05)
        before, shown = shown, pilot.app.export_screenshot()
        if shown == before:
            return
    pytest.fail("the screen never comes to rest")
