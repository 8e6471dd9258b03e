from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.content import Content
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.model import ToolCall
from workbench.tui.app import WorkbenchApp
from workbench.tui.main.status_lines import HeaderLine, StatusLine
from workbench.tui.trace.live_run import CallState, LiveRun
from workbench.tui.widgets.quiet_line import Words, ranked

pytestmark = pytest.mark.anyio


def is_on(app: WorkbenchApp, screen: str) -> bool:
    return type(app.screen).__name__ == screen


@pytest.mark.parametrize(
    ("calls", "most", "said"),
    [(0, 0, "0 calls"), (1, 0, "1 call"), (2, 0, "2 calls"), (1, 9, "1/9 calls")],
)
def test_the_status_line_counts_the_calls_of_a_run(calls: int, most: int, said: str) -> None:
    run = LiveRun("a.js")
    run.queued, run.max_calls = False, most
    for seq in range(1, calls + 1):
        run.calls[seq] = CallState(ToolCall("id", seq, "demo", "now", {}))
    line = StatusLine()
    line.show_run(run, opened=True)
    assert str(line.content).startswith(f"Running · {said} · ")


def test_a_run_of_a_script_that_is_not_in_front_has_its_name() -> None:
    run = LiveRun("a\x1b[31m.js")
    run.queued = False
    line = StatusLine()
    line.show_run(run, opened=True, is_front=False)
    assert str(line.content).startswith("Running a")
    assert ".js · 0 calls · " in str(line.content)


async def test_what_is_told_while_a_script_runs_is_seen(make_app: MakeApp) -> None:
    """It came up when the run was over: “Saved” and “Stopping…”, too."""
    app = make_app("return await tools.demo.sleep({ms: 60000})")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        line = app.main.query_one("#status", StatusLine)
        app.main.set_status("Told before")
        await pilot.press("f5")
        await until(lambda: "Running" in str(line.content), "it runs")
        assert "Told before" not in str(line.content)
        app.main.set_status("Saved a.js")
        await until(lambda: "Saved a.js · Running · " in str(line.content), "it is told")
        app.main.set_status("Saved " + "x" * 60)
        await until(lambda: "xx · Running" in str(line.content), "as far as there is room")
        assert "F8" not in str(line.content)
        await pilot.press("f8")
        await until(lambda: "CANCELLED" in str(line.content), "the end")


async def test_what_was_told_before_is_no_news_of_a_run(make_app: MakeApp) -> None:
    """Neither where it is back from behind what others ran, nor the keys of the start in another tab."""
    app = make_app("return await tools.demo.sleep({ms: 60000})")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        line = app.main.query_one("#status", StatusLine)
        app.main.set_status("Told before", of=app.main.tab)
        line.set_passing_message("An agent runs a script")
        await pilot.press("f5")
        await until(lambda: str(line.content).startswith("Running"), "it runs")
        line.restore_message()  # where the look at what others run did not so before
        line.show_run(app.main.runs.now, opened=True)
        assert str(line.content).startswith("Running")
        await pilot.press("ctrl+n")
        await until(lambda: "Running test.js" in str(line.content), "beside another script")
        assert str(line.content).startswith("Running")
        await pilot.press("f8")
        await until(lambda: "test.js: CANCELLED — " in str(line.content), "whose it was, and why")
        assert "Detail" not in str(line.content), "which is about the script in front"


def test_what_matters_least_goes_first_and_never_by_halves() -> None:
    left = [Words(Content("name")), Words(Content("way one"), 2), Words(Content("way two"), 2)]
    right = [Words(Content("OK"), 1), Words(Content("pool"), 3)]
    said = {room: " ".join(ranked(left, right, room).plain.split()) for room in (40, 30, 12, 5)}
    assert said[40] == "name way one way two OK pool"
    assert said[30] == "name way one way two OK"
    assert said[12] == "name OK"
    assert said[5] == "name"


def test_what_is_told_of_a_script_ends_with_it_also_below_what_passes() -> None:
    line = StatusLine()
    line.set_message("Edit it", of="one")
    assert not line.drop_of_others("one")
    line.set_passing_message("An agent runs")
    assert not line.drop_of_others("two")
    assert line.restore_message()
    line.show_run(None, opened=True)
    assert str(line.content) == ""
    line.set_message("Edit it", of="one")
    assert line.drop_of_others("two")
    line.set_message("Edit it", of="one")
    line.set_message("of all")
    assert not line.drop_of_others("two")


def test_what_passes_leaves_what_was_told_before_it_however_often_it_changes() -> None:
    """“Others run 2 scripts” stood there after they had ended: it came back as what was told before."""
    line = StatusLine()
    line.set_message("✔ a.js", parts=["3 calls"])
    line.set_passing_message("An agent runs a script")
    line.set_passing_message("Others run 2 scripts")
    assert line.restore_message()
    assert line._message.plain == "✔ a.js"
    assert line._behind == (line._message, ("3 calls",)), "with its parts"
    assert not line.restore_message()


async def test_what_is_told_of_the_script_in_front_ends_when_another_comes(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        line = app.main.query_one("#status", StatusLine)
        app.main.set_status("Edit it", of=app.main.tab)
        await pilot.press("ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 2, "another script")
        await until(lambda: "runs the script" in str(line.content), "the words of the start")


@pytest.mark.slow
async def test_the_first_line_leads_to_the_other_screens(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(130, 30)) as pilot:
        await app_opened(app)
        line = app.main.query_one("#header", HeaderLine)
        await until(lambda: "servers 1/1" in str(line.content), "the server is there")
        for words, name in (("History ^t", "HistoryScreen"), ("Settings alt+s", "SettingsScreen")):
            # Its padding is one cell.
            at = str(line.content).index(words) + 3
            await pilot.click("#header", offset=(at, 0))
            await until(partial(is_on, app, name), name)
            await pilot.press("escape")
            await until(lambda: app.screen is app.main, "back")
        assert "test.js" in str(line.content)


@pytest.mark.slow
async def test_a_name_that_its_frame_cuts_is_told_whole(make_app: MakeApp, tmp_path: Path) -> None:
    """When it comes to the front: not again at each key."""
    name = f"{'long_' * 15}name.js"
    (tmp_path / name).write_text("return 2")
    app = make_app("return 1")
    async with app.run_test(size=(60, 20)) as pilot:
        await app_opened(app)
        status = app.main.query_one("#status", Static)
        assert "test.js" not in str(status.content)
        await app.main.scripts.open(tmp_path / name)
        await until(lambda: str(status.content) == name, "the whole name")
        app.main.set_status("other words")
        await pilot.press("x")
        await until(lambda: app.main.tab.changed)
        assert name not in str(status.content)
        app.main.scripts.switch(0)
        await until(lambda: app.main.scripts.current == 0)
        app.main.scripts.switch(1)
        await until(lambda: str(status.content) == name, "again")
