"""How a divergence and two compared runs look, at two sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.tui.conftest import SIZES, THEMES, MakeApp, Picture
from tests.tui.test_snapshots import recording
from workbench.config import Config
from workbench.core.model import Execution, Limits
from workbench.replay import Divergence, Replayed, json_difference
from workbench.tui.history.diff_screen import DiffScreen
from workbench.tui.replay.divergence_screen import DivergenceScreen


@pytest.fixture
def picture(picture_of: Picture, make_app: MakeApp) -> Picture:
    """``picture(size, theme, screen)``: the app, without servers, with a screen on it."""

    def compare(size: tuple[int, int], theme: str, screen: Screen[None]) -> bool:
        app = make_app("return 1", config=Config(limits=Limits()))

        async def show(pilot: Pilot[int]) -> None:
            await app.push_screen(screen)

        return picture_of(app, size, theme, show)

    return compare


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_divergence(picture: Picture, size: tuple[int, int], theme: str) -> None:
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
    assert picture(size, theme, DivergenceScreen(replayed, divergence, edited))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_two_runs(
    picture: Picture, size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "workbench.tui.history.diff_screen.local_time", lambda at: "2026-09-21 12:04:11"
    )
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
    assert picture(size, theme, DiffScreen(a, b, "b ran just now"))
