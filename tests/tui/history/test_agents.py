"""Agents at work: sessions and runs of other processes, live, and what tells of failures outside the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.history.test_live import _CODE, Start, start
from workbench.config import Config
from workbench.config.schema import UiSettings
from workbench.core.records import ScriptRow
from workbench.history import ExecutionRow
from workbench.tui.history.agents import RATE_S, AgentRuns, has_failed
from workbench.tui.history.agents_screen import AgentsScreen, agent_line, listed
from workbench.tui.history.groups import group_line
from workbench.tui.history.rows import Longest, row_line
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.notices import FailureNotices, notice, words
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.trace.view import TraceView
from workbench.tui.widgets.line_view import cells
from workbench.tui.widgets.pane import Pane

__all__ = ["start"]  # the fixture
pytestmark = pytest.mark.anyio
_RUN = ExecutionRow(
    1, "aaaa1111", "serve", "claude", "a.js", "running", 1_790_000_000.0, None, 0, None, None, "1", "7:1"
)  # fmt: skip


def ended(run: ExecutionRow, status: str, code: str | None = None) -> ExecutionRow:
    return replace(run, status=status, error_code=code, duration_ms=5.0)


def test_runs_are_grouped_by_client_and_process() -> None:
    asked: list[str] = []

    def lives(owner: str, _: float | None) -> bool:
        asked.append(owner)
        return owner == "7:1"

    agents = AgentRuns("me", lives)
    other = replace(_RUN, n=2, execution_id="bbbb", owner="8:1", client="codex")
    assert agents.take([_RUN, other, replace(_RUN, n=3, owner="me")], 0.0) == []
    failed = ended(other, "timeout", "TIMEOUT")
    assert agents.take([failed], 1.0) == [failed]
    assert agents.take([failed], 1.0) == [], "once"
    agents.take([replace(_RUN, tool_calls=10)], 2.0)
    first, second = agents.sessions(2.0)
    assert (first.who, first.process, first.state, first.running, first.failed) == (
        *("claude", "7", "working", 1, 0),
    )
    assert (second.who, second.state, second.running, second.failed) == ("codex", "ended", 0, 1)
    assert first.rate == 5.0
    assert agents.sessions(2.0 + RATE_S + 1)[0].rate == 0.0, "none of late"
    agents.take([ended(_RUN, "ok")], 9.0)
    assert agents.take([_RUN], 9.0) == [], "as it was before: it has ended all the same"
    assert [session.state for session in agents.sessions(9.0)] == ["ended", "idle"]
    assert agents.running == []
    assert asked.count("8:1") == 1, "who is gone does not come back"


def test_a_replay_of_another_process_is_listed_as_one_and_fails_as_its_record_did() -> None:
    replay = replace(_RUN, source="replay", client=None)
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([replay], 0.0)
    assert agents.running == [replay]
    (session,) = agents.sessions(0.0)
    assert "replay · process 7" in agent_line((session, None, 0.0), 120)[0][0]
    (over,) = agents.take([ended(replay, "error", "RUNTIME_ERROR")], 1.0)
    assert not has_failed(over)
    assert agents.sessions(1.0)[0].failed == 0


def test_a_hostile_client_is_only_shown() -> None:
    evil = replace(_RUN, client="\x1b]0;x\x07[/x]\n", script="\x1b[31m;\n", owner="x\x1b")
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([evil], 0.0)
    (session,) = agents.sessions(0.0)
    for run in (None, evil):
        for width in (20, 60, 120):
            parts = agent_line((session, run, 1.0), width)
            assert not any(ord(c) < 32 for text, _ in parts for c in text)
    said = words([ended(evil, "error")])
    assert not any(ord(c) < 32 for c in said)
    assert ";" not in said


def test_failures_are_told_outside_the_screen_at_most_now_and_then() -> None:
    written: list[str] = []
    now, how = 0.0, "off"
    notices = FailureNotices(written.append, lambda: how, lambda: now, in_tmux=False)
    failed = ended(_RUN, "error", "RUNTIME_ERROR")
    notices.take([failed])
    assert written == []
    how = "bell"
    notices.take([])
    notices.take([failed])
    assert written == ["\a"]
    how = "osc9"
    notices.take([failed])
    notices.take([failed, replace(failed, script=None, client=None)])
    assert len(written) == 1
    now = 6.0
    notices.take([])
    assert written[1] == (
        "\x1b]9;Workbench: an inline script of serve: RUNTIME_ERROR, and 2 more\a"
    )
    assert notice("osc777", "x", in_tmux=False) == "\x1b]777;notify;Workbench;x\a"
    assert notice("osc9", "x", in_tmux=True) == "\x1bPtmux;\x1b\x1b]9;x\a\x1b\\"


@pytest.mark.parametrize("width", [60, 84, 120])
def test_lines_with_wide_letters_have_room_like_others(width: int) -> None:
    wide = "日本語" * 15
    run = ended(replace(_RUN, client=wide, script=wide, name=wide), "error", "RUNTIME_ERROR")
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([run], 0.0)
    (session,) = agents.sessions(0.0)
    for parts in (
        agent_line((session, None, 1.0), width),
        agent_line((session, run, 1.0), width),
        row_line(run, width, longest=Longest(90)),
        group_line(ScriptRow(wide, 1, 0, 5.0, run), width),
    ):
        assert cells(parts) <= width


def test_what_runs_and_what_failed_has_a_row() -> None:
    """However many came after it: the header counts them all, and their failures are gone to from there."""
    agents = AgentRuns("me", lambda owner, since: True)
    runs = [replace(_RUN, n=n, execution_id=str(n)) for n in range(1, 61)]
    failed = {3, 20}
    agents.take(runs[:20], 0.0)
    agents.take([ended(run, "error" if run.n in failed else "ok") for run in runs[:20]], 1.0)
    (session,) = agents.sessions(1.0)
    assert [run.n for run in listed(session)] == [20, 19, 18, 17, 16, 15, 3]
    agents.take(runs[20:], 2.0)
    (session,) = agents.sessions(2.0)
    assert [run.n for run in listed(session)] == [*range(60, 20, -1), 20, 3]


def test_narrow_lists_tell_runs_of_no_script_apart() -> None:
    run = replace(_RUN, script=None, code_start="\n  const page = 1")
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([run], 0.0)
    (session,) = agents.sessions(0.0)
    for width in (56, 76, 116):
        listed_by_run = row_line(ended(run, "error", "TIMEOUT"), width)
        for line in (listed_by_run, agent_line((session, run, 0.0), width)):
            assert "const" in "".join(text for text, _ in line), width


def test_wide_screens_say_more_of_what_runs() -> None:
    run = replace(
        _RUN, script=None, code_start="await tools.demo.list_issues({ state: 'open' }) // END"
    )
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([run], 0.0)
    (session,) = agents.sessions(0.0)
    said = agent_line((session, run, 0.0), 198)
    assert said[0][0].rstrip().endswith("END")
    assert sum(cells([part]) for part in agent_line((session, run, 0.0), 198, 40)[:1]) == 41


@pytest.mark.parametrize("client", [None, "an-agent-with-a-long-name"])
def test_a_narrow_session_says_its_process(client: str | None) -> None:
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([replace(_RUN, client=client, owner="123456:1")], 0.0)
    (session,) = agents.sessions(0.0)
    said = agent_line((session, None, 0.0), 60)[0][0]
    assert said.rstrip().endswith(" · 123456")
    wide = agent_line((session, None, 0.0), 160)[0][0].strip()
    assert wide == f"{client + '  ' if client else ''}{session.source} · process 123456"


async def test_an_empty_list_says_what_it_is(make_app: MakeApp) -> None:
    """Also where it is asked for before the history is open, as that of every screen is."""
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+j")
        await until(lambda: isinstance(app.screen, AgentsScreen), "the list")
        assert str(app.screen.query_one(Pane).border_title) == "Agents"


@pytest.mark.slow
async def test_sessions_of_other_processes_are_listed_live_and_followed(
    make_app: MakeApp, start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = make_app("return 1", config=Config(ui=UiSettings(notify="bell")))
    written: list[str] = []
    monkeypatch.setattr(app, "write_to_terminal", written.append)
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await until(lambda: app.runtime_now, "the history is open")
        header = app.main.query_one("#header", Static)
        first, _ = start(_CODE), start(_CODE)
        await until(lambda: "2 runs of others" in str(header.content), "the header counts")
        # In the middle: its figures may change, and with them where it begins.
        await pilot.click("#header", offset=(str(header.content).find("others") - 1, 0))
        await until(lambda: isinstance(app.screen, AgentsScreen), "it leads there")
        screen = app.screen
        assert isinstance(screen, AgentsScreen)

        def shown() -> list[str]:
            rows = screen.rows
            return [rows.render_line(y).text for y in range(rows.size.height)]

        await until(lambda: len(screen.rows.rows) == 4, "two sessions with a run each")
        await until(lambda: sum("working" in line for line in shown()) == 2, "they work")
        await until(
            lambda: screen.rows.rows[1][2] > 0 and screen.rows.rows[3][2] > 0, "calls a second"
        )
        start("null.x")
        await until(lambda: any("RUNTIME_ERROR" in line for line in shown()), "its failure")
        await until(lambda: written == ["\a"], "the bell")
        assert any("1 ✘ failed" in line for line in shown())
        await pilot.press("e")
        run = screen.rows.row
        assert run is not None
        assert run[1] is not None
        assert run[1].error_code == "RUNTIME_ERROR"
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ReplayScreen), "it is opened")
        await pilot.press("escape")
        await until(lambda: app.screen is screen, "the list again")
        await pilot.press("g", "j", "enter")
        await until(lambda: isinstance(app.screen, ReplayScreen), "a run that goes on")
        replay = app.screen
        assert isinstance(replay, ReplayScreen)
        await until(lambda: replay.is_mounted, "its panes")
        assert replay.live
        assert replay.recording.code == _CODE, "its code at once"
        assert replay.query_one(TraceView) is replay.trace
        await pilot.press("escape")
        await until(lambda: app.screen is screen, "the list again")
        await pilot.press("h")
        await until(lambda: isinstance(app.screen, HistoryScreen), "its history")
        assert isinstance(app.screen, HistoryScreen)
        assert app.screen.view.text == "source:cli"
        await pilot.press("escape")
        await until(lambda: app.screen is screen, "the list again")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main, "back")
        first.kill()
        first.wait()
        await until(lambda: "1 run" not in str(header.content) and "cli:" in str(header.content))
        await pilot.press("alt+j")
        await until(lambda: isinstance(app.screen, AgentsScreen), "by key, too")
