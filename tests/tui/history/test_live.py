"""What another process runs: in the list at once, and followed call by call where it is opened."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.history import queries
from workbench.history.reading_connections import SqliteWatch
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.history.agents_screen import AgentsScreen
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.replay.screen import ReplayScreen

pytestmark = pytest.mark.anyio
_CODE = """\
console.log('begin');
try {
  for (;;) await tools.demo.sleep({ms: 50});
} finally {
  console.log('end');
}
"""
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Runs a script in a process of its own, on the data folder of the app."""
    processes = []

    def run(code: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "workbench", "--data-dir", str(tmp_path / "data")),
                *("code", "exec", "--code", code, "--input", '{"answer": 42}'),
            ],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.wait()


async def history(app: WorkbenchApp, pilot: Pilot[int]) -> HistoryScreen:
    await until(lambda: app.main.scripts.tabs and app.runtime_now, "the history is open")
    await pilot.press("ctrl+t")
    await until(lambda: isinstance(app.screen, HistoryScreen), "the list")
    assert isinstance(app.screen, HistoryScreen)
    return app.screen


async def opened(app: WorkbenchApp, pilot: Pilot[int], screen: HistoryScreen) -> ReplayScreen:
    """The run that appears in the list."""
    await until(lambda: screen.view.runs and screen.view.runs[0].tool_calls, "it is listed")
    assert screen.view.runs[0].status == "running"
    await pilot.press("enter")
    await until(lambda: isinstance(app.screen, ReplayScreen), "it is opened")
    await pilot.pause()
    assert isinstance(app.screen, ReplayScreen)
    return app.screen


@pytest.mark.slow
async def test_a_run_of_another_process_is_followed(make_app: MakeApp, start: Start) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await history(app, pilot)
        process = start(_CODE)
        replay = await opened(app, pilot, screen)
        assert replay.live
        assert replay.query_one("#replay-script", CodeArea).text == _CODE
        assert '"answer": 42' in replay.query_one("#replay-input", CodeArea).text
        await until(lambda: replay.trace.model.totals.calls, "its calls so far")
        before = replay.trace.model.totals.calls
        await until(lambda: replay.trace.model.totals.calls > before + 2, "the trace grows")
        assert replay.live
        process.send_signal(signal.SIGINT)
        await until(lambda: not replay.live, "it ends")
        await pilot.pause()
        assert replay.recording.status == "cancelled"
        assert replay.trace.model.totals.calls == len(replay.recording.calls)
        assert replay.playback.position == len(replay.playback.steps)
        card = replay.detail.error_card
        await until(lambda: replay.detail.front is card, "how it ended")
        assert card.error is not None
        assert card.error.code == "CANCELLED"
        await pilot.press("home", "full_stop")
        assert replay.playback.position == 1


@pytest.mark.slow
async def test_a_screen_that_is_left_follows_nothing_any_more(
    make_app: MakeApp, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: set[SqliteWatch] = set()

    class Watch(SqliteWatch):
        def __init__(self, path: Callable[[], Path]) -> None:
            super().__init__(path)
            followed.add(self)

        def close(self) -> None:
            super().close()
            followed.discard(self)

    monkeypatch.setattr(queries, "SqliteWatch", Watch)
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: len(followed) == 1, "the main screen follows what others run")
        screen = await history(app, pilot)
        start(_CODE)
        await opened(app, pilot, screen)
        assert len(followed) == 3
        await pilot.press("escape")
        await until(lambda: len(followed) == 2, "not the execution")
        await until(lambda: app.screen is screen, "the list is back")
        await pilot.pause()
        await pilot.press("escape")
        await until(lambda: len(followed) == 1, "nor the list")


@pytest.mark.slow
async def test_stepping_back_in_a_live_run_stays_there(make_app: MakeApp, start: Start) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await history(app, pilot)
        process = start(_CODE)
        replay = await opened(app, pilot, screen)
        await until(lambda: len(replay.playback.steps) > 4, "some steps")
        await pilot.press("comma")
        await until(
            lambda: replay.playback.position < len(replay.playback.steps), "it has stepped back"
        )
        position, known = replay.playback.position, len(replay.playback.steps)
        await until(lambda: len(replay.playback.steps) > known, "more steps")
        assert replay.playback.position == position
        await pilot.press("end")
        await until(lambda: replay.playback.position > known, "it follows again")
        # Its process is killed: the run counts as interrupted, and is shown so.
        process.send_signal(signal.SIGKILL)
        await until(lambda: not replay.live, "the end")
        await pilot.pause()
        assert replay.recording.status == "interrupted"
        assert "INTERRUPTED" in str(replay.query_one("#replay-header", Static).visual)


@pytest.mark.slow
async def test_the_list_is_up_to_date_within_300_ms(make_app: MakeApp, start: Start) -> None:
    """From the row being in the file to its being in the list; the best of several looks."""
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await history(app, pilot)
        runtime = await app.runtime()
        best = 10.0
        loop = asyncio.get_running_loop()
        for _ in range(3):
            known = runtime.history.newest()

            def in_file(known: int = known) -> bool:
                return runtime.history.newest() > known

            def listed(known: int = known) -> bool:
                return bool(screen.view.runs) and screen.view.runs[0].n > known

            start("return 1")
            await until(in_file, "it is in the file")
            since = loop.time()
            await until(listed, "it is listed")
            best = min(best, loop.time() - since)
        assert best < 0.3


@pytest.mark.slow
async def test_the_main_screen_tells_of_it_and_a_key_follows_it(
    make_app: MakeApp, start: Start
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.main.scripts.tabs and app.runtime_now, "the history is open")
        await pilot.press("alt+w")
        assert app.screen is app.main, "there is nothing to follow yet"
        process = start(_CODE)
        header = app.main.query_one("#header", Static)
        await until(lambda: "… cli: inline script" in str(header.content), "it is told")
        assert "alt+w follows it" in str(app.main.query_one("#status", Static).content)
        await pilot.press("alt+w")
        await until(lambda: isinstance(app.screen, ReplayScreen), "it is opened")
        await until(lambda: app.screen.focused, "its keys are taken")
        await pilot.pause()
        first = app.screen
        shown = first.query_one("#replay-header", Static)
        assert "cli: inline script" not in str(shown.content), "it is the one that is shown"
        another = start(_CODE)
        await until(lambda: "… 2 runs of others" in str(shown.content), "the next is told there")
        assert "alt+w" in str(shown.content)
        await pilot.press("alt+w")
        await until(lambda: isinstance(app.screen, ReplayScreen) and app.screen is not first)
        assert first not in app.screen_stack, "in its place"
        another.send_signal(signal.SIGTERM)
        await until(lambda: app.screen.focused, "its keys are taken")
        await pilot.press("alt+j")
        await until(lambda: isinstance(app.screen, AgentsScreen), "the list, from there, too")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        process.send_signal(signal.SIGTERM)
        await until(lambda: "‖ cli: inline script" in str(header.content), "its end is told")


def damage(path: Path) -> None:
    """Every page but the first: the file still opens, nothing in it can be read."""
    with path.open("r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(4096)
        stream.write(b"\xa5" * (size - 4096))


@pytest.mark.slow
async def test_a_damaged_file_is_told_on_every_screen(make_app: MakeApp) -> None:
    app = make_app("return await tools.demo.echo({value: 1})")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.tab.recorded, "the run ends")
        runtime = await app.runtime()
        await runtime.history.committed()
        path = Path(runtime.history.place)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
        damage(path)

        def told() -> bool:
            return any("cannot be read" in notice.message for notice in app._notifications)

        for show in (app.main.action_replay, app.main.action_history):
            app._notifications.clear()
            show()
            await until(told, "it is told")
            await pilot.pause()
        assert isinstance(app.screen, HistoryScreen)
        app.pop_screen()
        app._notifications.clear()
        assert isinstance(app.main.tab.recorded, str)
        await app.open_replay(app.main.tab.recorded)
        await until(told, "it is told")
        assert app.screen is app.main
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.pause()
        await pilot.press("enter")
        await until(lambda: app.main.runs.now is None, "nothing runs")
        assert "cannot be read" in str(app.main.query_one("#status", Static).visual)


@pytest.mark.slow
async def test_a_file_that_was_damaged_before_ends_nothing(make_app: MakeApp) -> None:
    app = make_app("return 7")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.tab.recorded, "the run ends")
        path = Path((await app.runtime()).history.place)
    damage(path)
    app = make_app("return 7")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "the run ends")
        await pilot.press("ctrl+t")
        await until(lambda: isinstance(app.screen, HistoryScreen), "the list")
        screen = app.screen
        assert isinstance(screen, HistoryScreen)
        await until(lambda: "cannot be read" in screen.rows.empty_text, "it is told")


@pytest.mark.slow
async def test_a_history_that_cannot_be_written_is_told_in_the_header(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("return 7")
    said: list[str] = []
    monkeypatch.setattr(app, "show_toast", lambda text, severity="": said.append(text))
    file = app.data_dir / "history.sqlite3"
    app.data_dir.mkdir(exist_ok=True)
    file.write_bytes(b"garbage " * 1000)
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        header = app.main.query_one("#header", Static)
        await until(lambda: "✘ nothing is recorded" in str(header.content), "the header tells")
        assert any("is no history" in text for text in said)
        file.unlink()
        await pilot.press("f5")
        await until(lambda: "nothing is recorded" not in str(header.content), "it is over")
        await until(lambda: app.main.tab.recorded, "the run ends")
        history = (await app.runtime()).history
        assert [row.status for row in history.list_executions()] == ["ok"]


@pytest.mark.slow
async def test_the_line_below_says_what_others_do_now(
    make_app: MakeApp, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Others run 31 scripts” stood there while the last of them ran; what failed was told nowhere at 80 columns."""
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)):
        await app_opened(app)
        await until(lambda: app.runtime_now, "the history is open")
        status = app.main.query_one("#status", Static)
        first, second = start(_CODE), start(_CODE)
        await until(lambda: "Others run 2 scripts: alt+j" in str(status.content), "both")
        first.send_signal(signal.SIGINT)
        await until(
            lambda: "cli runs a script: alt+w" in str(status.content), "the one that is left"
        )
        second.send_signal(signal.SIGINT)
        await until(lambda: "cli" not in str(status.content), "none")
        start("null.x")
        failed = "cli ran a script that failed, RUNTIME_ERROR: alt+w opens it"
        await until(lambda: failed in str(status.content), "its failure")
        monkeypatch.setattr("workbench.tui.main.external_runs._SHOWN_S", 0.0)
        await until(lambda: failed not in str(status.content), "until it is news no more")


@pytest.mark.slow
async def test_without_a_header_a_mark_below_leads_to_agents_at_work(
    make_app: MakeApp, start: Start
) -> None:
    """It was gone as soon as anything else was told, and a click on it did nothing."""
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await until(lambda: app.runtime_now, "the history is open")
        status, mark = (app.main.query_one(name, Static) for name in ("#status", "#others"))
        start(_CODE)
        await until(lambda: "cli runs a script: alt+w" in str(status.content), "one")
        assert not mark.display, "it is told once"
        await pilot.click("#status")
        await until(lambda: isinstance(app.screen, ReplayScreen), "a click follows it")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        start(_CODE)
        await until(lambda: "Others run 2 scripts: alt+j" in str(status.content), "both")
        await pilot.press("f5")
        await until(lambda: "✔ test.js" in str(status.content), "the own run is told of")
        await until(lambda: mark.display and mark.region.area, "they are seen beside it")
        assert str(mark.content) == "… 2 runs of others · alt+j"
        await pilot.click("#others")
        await until(lambda: isinstance(app.screen, AgentsScreen), "a click lists them")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        await pilot.resize_terminal(120, 40)
        await until(lambda: not mark.display, "the header has it")


@pytest.mark.slow
async def test_what_was_edited_while_it_ran_is_replayed_against_all_that_it_did(
    make_app: MakeApp, start: Start
) -> None:
    """It was against what there was when it was opened: four calls of sixty, “identical”."""
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await history(app, pilot)
        process = start(_CODE)
        replay = await opened(app, pilot, screen)
        at_first = replay.recording.tool_calls
        await until(lambda: replay.trace.model.totals.calls > at_first + 2, "it goes on")
        await pilot.press("E")
        await until(lambda: app.screen is app.main, "the script is open")
        process.send_signal(signal.SIGINT)
        await asyncio.to_thread(process.wait)
        assert app.runtime_now is not None
        whole = app.runtime_now.history.recording(replay.recording.execution_id)
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "what of unknown calls")
        await pilot.press("enter")
        await until(lambda: app.main.runs.now and app.main.runs.now.judged, "the verdict")
        assert app.main.runs.now is not None
        assert app.main.runs.now.judged == "identical"
        assert len(app.main.runs.now.calls) == len(whole.calls)
