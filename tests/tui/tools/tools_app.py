"""An app with the tools screen, and what stands on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.conftest import OrderedApp, until
from workbench.catalogue.forms.form import Form
from workbench.config import Config, ServerSettings, demo_server
from workbench.core.runtime import Runtime, open_runtime
from workbench.tui.tools.screen import ToolsScreen


class ToolsApp(OrderedApp):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str | None] = []
        self.left_forms: dict[str, Form] = {}


@asynccontextmanager
async def opened(
    tmp_path: Path, size: tuple[int, int] = (120, 30)
) -> AsyncIterator[tuple[ToolsApp, Pilot[int], Runtime]]:
    broken = ServerSettings(name="broken", command="no-such-program-anywhere")
    config = Config(servers={"demo": demo_server(), "broken": broken})
    with pytest.MonkeyPatch.context() as patch:
        # It is not tried again meanwhile: while it is, it is another that comes first.
        patch.setattr("workbench.upstream.connection._FIRST_DELAY_S", 3600.0)
        patch.setattr("workbench.upstream.connection._LONGEST_DELAY_S", 3600.0)
        async with _opened(config, tmp_path, size) as (app, pilot, runtime):
            await until(lambda: states(app) == {"demo": "ready", "broken": "failed"}, "settled")
            await until(lambda: any(row.beside for row in screen(app).rows.rows), "all of it")
            await pilot.pause()
            yield app, pilot, runtime


@asynccontextmanager
async def _opened(
    config: Config, tmp_path: Path, size: tuple[int, int]
) -> AsyncIterator[tuple[ToolsApp, Pilot[int], Runtime]]:
    async with open_runtime(config, data_dir=tmp_path / "data") as runtime:
        app = ToolsApp()
        async with app.run_test(size=size) as pilot:
            await app.push_screen(ToolsScreen(runtime), app.answers.append)
            yield app, pilot, runtime


def screen(app: ToolsApp) -> ToolsScreen:
    found = next(s for s in app.screen_stack if isinstance(s, ToolsScreen))
    assert isinstance(found, ToolsScreen)
    return found


def states(app: ToolsApp) -> dict[str, str]:
    return {row.server.name: row.server.state for row in screen(app).rows.rows}


def lines(app: ToolsApp) -> str:
    rows = screen(app).rows
    return "\n".join(rows.render_line(y).text.rstrip() for y in range(rows.size.height))


def said(app: ToolsApp) -> str:
    return str(screen(app).query_one("#about", Static).content)
