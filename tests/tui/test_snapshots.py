"""How the screens look: one picture each, at two sizes, dark and light. Nothing in them may move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import SIZES, THEMES, MakeApp, Picture, until
from workbench.config import Config
from workbench.core.model import Limits
from workbench.core.records import CallRow, Recording
from workbench.tui.app import WorkbenchApp
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.replay.timeline import steps_of
from workbench.tui.trace.live_run import LiveRun

Show = Callable[[Pilot[int]], Awaitable[object]]
_CODE = """\
// Label every open bug that has no owner
const { issues } = await tools.demo.search_issues({ query: "login", limit: input.limit });
const out = [];
for (const issue of issues) {
  const full = await tools.demo.get_issue({ id: issue.id });
  if (full.assignee === null) out.push(full.id);
}
await tools.demo.deploy({ service: "web" });
return out;
"""
_INPUT = '{\n  "limit": 3\n}\n'


def _call(seq: int, tool: str, args: str, at: float, took: float, line: int, **end: str) -> CallRow:
    ok = "error_text" not in end
    return CallRow(
        seq, "demo", tool, args, line, 18, at, took, took, ok,
        end.get("result_text"), None, end.get("error_text"), True, seq,
    )  # fmt: skip


def recording() -> Recording:
    """A run with everything in it that is drawn, and fixed times."""
    calls = (
        _call(1, "search_issues", '{"query":"login"}', 4, 120, 2, result_text='{"total":2}'),
        _call(2, "get_issue", '{"id":101}', 130, 40, 5, result_text='{"id":101,"title":"[b]x"}'),
        _call(3, "get_issue", '{"id":104}', 172, 61, 5, result_text='{"id":104,"title":"y"}'),
        _call(
            4, "deploy", '{"service":"web"}', 240, 9, 8,
            error_text='{"code":"UPSTREAM_ERROR","message":"refused: frozen until Monday"}',
        ),
    )  # fmt: skip
    error = {
        "code": "UPSTREAM_ERROR",
        "message": "ToolError: demo.deploy: refused: frozen until Monday",
        "line": 8,
        "column": 18,
    }
    return Recording(
        "0042aaaa-0000-0000-0000-000000000000", "serve", "night-agent", "triage.js", None, _CODE,
        {"limit": 3}, {}, {}, "engine", None, "error", 1_790_000_000.0, 1_790_000_000.251, 0.5, 251.0,
        4, None, error, "UPSTREAM_ERROR",
        ({"level": "warn", "text": "two \x1b[31m bugs", "at_ms": 126.0},), 0, False,
        (1, 2, 3, 4), (), (), (), calls,
    )  # fmt: skip


async def _run_shown(app: WorkbenchApp) -> None:
    """The main screen as it is after a run, from events with fixed times."""
    main = app.main
    record = recording()
    run = LiveRun("triage.js")
    run.execution_id = record.execution_id
    main.runs.take(run)
    main.runs.events.take([step.event for step in steps_of(record)])
    main.runs.events.show()


@pytest.fixture
def picture(picture_of: Picture, make_app: MakeApp, tmp_path: Path) -> Picture:
    """``picture(size, theme, show)``: open the script, show something, compare."""

    def compare(size: tuple[int, int], theme: str, show: Show) -> bool:
        (tmp_path / "triage.js").write_text(_CODE)
        (tmp_path / "triage.input.json").write_text(_INPUT)
        # Without servers: none is started, and their state cannot differ from run to run.
        app = WorkbenchApp(
            Config(limits=Limits()), data_dir=tmp_path / "data", script=tmp_path / "triage.js"
        )
        return picture_of(app, size, theme, show)

    return compare


def app_of(pilot: Pilot[int]) -> WorkbenchApp:
    assert isinstance(pilot.app, WorkbenchApp)
    return pilot.app


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_main_after_a_run(picture: Picture, size: tuple[int, int], theme: str) -> None:
    assert picture(size, theme, lambda pilot: _run_shown(app_of(pilot)))


@pytest.mark.parametrize("size", SIZES)
def test_main_before_a_run(picture: Picture, size: tuple[int, int]) -> None:
    async def nothing(pilot: Pilot[int]) -> None:
        pass

    assert picture(size, "workbench-contrast", nothing)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_detail_of_a_call(picture: Picture, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[int]) -> None:
        app = app_of(pilot)
        await _run_shown(app)
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("g", "f6")
        await until(lambda: app.main.pane_name == "detail" and app.main.detail.front.has_focus)

    assert picture(size, "workbench-dusk", shown)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_replay(
    picture: Picture, size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "workbench.tui.replay.status_lines.local_time", lambda at: "2026-09-21 12:04:11"
    )

    async def shown(pilot: Pilot[int]) -> None:
        await pilot.app.push_screen(ReplayScreen(recording()))
        await pilot.pause()
        await pilot.press("comma", "comma")

    assert picture(size, theme, shown)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["f1", "f2", "ctrl+q"])
def test_over_the_screen(picture: Picture, size: tuple[int, int], key: str) -> None:
    async def shown(pilot: Pilot[int]) -> None:
        if key == "ctrl+q":
            await pilot.press("x")
            await until(app_of(pilot).main.scripts.unsaved)
            await until(lambda: app_of(pilot).main.problems.is_checked)
        await pilot.press(key)
        await until(lambda: app_of(pilot).screen is not app_of(pilot).main)

    assert picture(size, "workbench-dark", shown)
