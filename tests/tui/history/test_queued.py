"""A run of an agent that waits for a worker: told so in every list, and followed until it ran."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.history.events import finished, started, write
from tests.support.serving import Served, write_config
from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.history.test_agents import _RUN
from workbench.history.store import SqliteHistory, Store
from workbench.tui.glyphs import SIGNS
from workbench.tui.history.agents import AgentRuns
from workbench.tui.history.agents_screen import AgentsScreen, agent_line, listed
from workbench.tui.history.rows import Longest, row_line, spent
from workbench.tui.main import external_runs
from workbench.tui.main.external_runs import OtherRuns
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.widgets.pane import Pane

pytestmark = pytest.mark.anyio
_WAITS = replace(_RUN, n=2, execution_id="bbbb2222", waits_behind=3)


@pytest.mark.parametrize("width", [56, 76, 116])
def test_it_is_queued_in_words_and_its_wait_is_none_of_its_time(width: int) -> None:
    agents = AgentRuns("me", lambda owner, since: True)
    agents.take([_WAITS], 0.0)
    (session,) = agents.sessions(0.0)
    assert (session.state, session.running, session.queued) == ("waiting", 1, 1)
    said = "".join(text for text, _ in agent_line((session, _WAITS, 0.0), width))
    assert f"{SIGNS['queued']} queued, 3 ahead" in said
    listed_row = "".join(text for text, _ in row_line(_WAITS, width, longest=Longest.of([_WAITS])))
    assert ("queued" if width > 60 else f"{SIGNS['queued']} queu…") in listed_row
    agents.take([_RUN], 1.0)
    (session,) = agents.sessions(1.0)
    assert (session.state, session.running, session.queued) == ("working", 2, 1)
    assert [run.n for run in listed(session)] == [1, 2], "what runs comes first"
    asks = replace(_RUN, asks=True)
    assert "? asking its user" in "".join(
        text for text, _ in agent_line((session, asks, 0.0), width)
    )
    ran = replace(_RUN, queued_ms=7_000_000_000_000.0)
    assert spent(ran) == "0 ms"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """On the data folder of the app, with one worker."""
    write_config(tmp_path, more="code_execution_pool_size = 1")
    async with Served(tmp_path) as process:
        yield process


@pytest.mark.slow
async def test_it_is_followed_from_its_wait_to_its_end(make_app: MakeApp, served: Served) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await until(lambda: app.runtime_now, "the history is open")
        header = app.main.query_one("#header", Static)

        async def run(code: str) -> int:
            arguments = {"name": "code_execution", "arguments": {"code": code}}
            return await served.send("tools/call", arguments, modern=True)

        await run("await sleep(600_000)")
        await until(lambda: "raw-modern: inline" in str(header.content), "it runs")
        assert "queued" not in str(header.content)
        await run("console.log('second'); 2")
        await until(lambda: "1 run of others, 0 calls/s, 1 queued" in str(header.content))
        await pilot.press("alt+j")
        await until(lambda: isinstance(app.screen, AgentsScreen), "the list")
        screen = app.screen
        assert isinstance(screen, AgentsScreen)

        def shown() -> str:
            rows = screen.rows
            return "\n".join(rows.render_line(y).text for y in range(rows.size.height))

        await until(lambda: "· queued " in shown() and "… running" in shown(), "both in words")
        assert "1 running · 1 queued" in str(screen.query_one(Pane).border_title)
        await pilot.press("g", "j", "j", "enter")
        await until(lambda: isinstance(app.screen, ReplayScreen), "it is opened")
        replay = app.screen
        assert isinstance(replay, ReplayScreen)
        await until(lambda: replay.is_mounted, "its panes")
        head, status = (replay.query_one(name, Static) for name in ("#replay-header", "#status"))
        await until(lambda: "QUEUED" in str(head.content), "its chip")
        await until(lambda: "It waits for a worker" in str(status.content), "its words")
        assert replay.recording.code == "console.log('second'); 2"
        assert replay.playback.clock_ms == 0.0
        assert replay.trace._why_empty() == "Waits for a worker"
        runtime = app.runtime_now
        assert runtime is not None
        first = runtime.history.list_executions(status="running")[-1]
        assert (await served.call("cancel_execution", {"execution_id": first.execution_id}))[
            "structuredContent"
        ]["cancelled"]
        await until(lambda: "OK" in str(head.content), "it ran")
        assert "QUEUED" not in str(head.content)
        assert "queued" in str(head.content), "for how long"


def test_the_first_line_counts_who_waits_apart(tmp_path: Path) -> None:
    others = OtherRuns(SqliteHistory(tmp_path / "none.sqlite3"))
    others.newest = _WAITS
    others.agents.take([_WAITS], 0.0)
    assert str(others.line()) == "· claude: a.js, queued"
    others.newest = replace(_RUN, asks=True)
    assert str(others.line()) == "? claude: a.js, 0 calls, asks its user"
    others.agents.take([replace(_WAITS, n=3)], 0.0)
    assert str(others.line()) == "· 2 runs of others queued"
    others.agents.take([replace(_WAITS, n=3, waits_behind=None)], 0.0)
    assert str(others.line()) == "… 1 run of others, 0 calls/s, 1 queued"


async def test_what_ran_before_the_start_is_told_and_what_was_in_a_file_that_is_gone_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external_runs, "this_process", lambda: "another")
    store = Store(tmp_path / "history.sqlite3")
    await write(store, started("ended"), finished("ended"), started("runs"))
    others = OtherRuns(store)
    assert others.poll()
    assert [run.execution_id for run in others.agents.running] == ["runs"]
    assert str(others.line()) == "… cli: inline script, 0 calls"
    for file in tmp_path.glob("history.sqlite3*"):
        file.unlink()
    await write(store, started("later"), finished("runs"))
    assert others.poll()
    assert [run.execution_id for run in others.agents.running] == ["later"]
    store.close()
