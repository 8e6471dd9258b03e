"""How a divergence and two compared runs look, at two sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import MakeApp, until
from tests.tui.test_snapshots import SIZES, recording
from workbench.config import Config
from workbench.model import Execution, Limits
from workbench.replay import Divergence, Replayed, json_difference
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.diff import DiffScreen
from workbench.tui.screens.divergence import DivergenceScreen

Snap = Callable[..., bool]


@pytest.fixture
def picture(snap_compare: Any, make_app: MakeApp) -> Snap:
    """``picture(size, theme, show)``: the app, without servers, as it is after ``show``."""

    def compare(size: tuple[int, int], theme: str, show: Callable[[WorkbenchApp], None]) -> bool:
        app = make_app("return 1", config=Config(limits=Limits()))

        async def before(pilot: Pilot[int]) -> None:
            app.theme = theme
            await until(lambda: app.main.tabs and app.main.tab.script.has_focus, "open")
            await until(lambda: app.runtime_now, "the runtime is open")
            show(app)
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()

        return bool(snap_compare(app, terminal_size=size, run_before=before))

    return compare


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["workbench-dark", "workbench-light"])
def test_divergence(picture: Snap, size: tuple[int, int], theme: str) -> None:
    record = recording()
    edited = record.code.replace('query: "login"', 'query: "logout"').replace(
        "const out", "// a line more\nconst out"
    )
    expected = {"server": "demo", "tool": "get_issue", "args": {"id": 104}}
    actual = {"server": "demo", "tool": "get_issue", "args": {"id": 105, "full": True}}
    divergence = Divergence(
        3, expected, actual, json_difference(expected, actual), 6, 5, "edited script"
    )
    replayed = Replayed(
        "diverged",
        Execution("0043", "cancelled", None, None, tool_calls=3),
        record,
        divergence,
        ("the record was masked: the script was given «masked …» in place of secrets",),
    )
    assert picture(
        size, theme, lambda app: app.push_screen(DivergenceScreen(replayed, divergence, edited))
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["workbench-dark", "workbench-light"])
def test_two_runs(
    picture: Snap, size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.tui.screens.diff.local_time", lambda at: "2026-09-21 12:04:11")
    a = recording()
    search, first, second, deploy = a.calls
    b = replace(
        a,
        execution_id="0043bbbb-0000-0000-0000-000000000000",
        status="ok",
        source="replay",
        client=None,
        duration_ms=190.0,
        value=[101],
        error=None,
        error_code=None,
        calls=(
            replace(search, duration_ms=80.0),
            replace(second, seq=2, result_text='{"id":104,"title":"z"}'),
            replace(deploy, seq=3, ok=True, error_text=None, result_text='"done"'),
        ),
    )
    assert first.seq == 2
    assert picture(size, theme, lambda app: app.push_screen(DiffScreen(a, b, "b ran just now")))
