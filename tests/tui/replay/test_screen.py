"""Stepping through a recorded run, and replaying it offline."""

from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.conftest import MakeApp, app_opened, paste, told, until
from workbench.core.elicitation import CANCELLED, Elicitation
from workbench.core.events import ToolCallFinished, ToolCallStarted
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.dialogs.elicitation import ElicitScreen
from workbench.tui.dialogs.help import HelpScreen
from workbench.tui.dialogs.questions import Questions
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.trace.rows import CallRow

pytestmark = pytest.mark.anyio
_CODE = """\
console.log('before');
await tools.demo.echo({value: 1});
const answer = call_tool('demo', 'deploy', {service: 'web'});
console.log(Math.random() > 2 ? 'never' : 'after');
return answer.error.code
"""


async def record(app: WorkbenchApp, pilot: Pilot[int], status: str = "ok") -> ReplayScreen:
    """Run the script, then open its recording. status: how it ends."""
    await app_opened(app)
    await pilot.press("f5")
    await until(lambda: app.main.runs.now and app.main.runs.now.execution, "the run ends")
    assert app.main.runs.now is not None
    assert app.main.runs.now.status == status, app.main.runs.now.execution
    await app.open_replay(app.main.runs.now.execution_id)
    await until(lambda: isinstance(app.screen, ReplayScreen), "the replay is open")
    await pilot.pause()
    assert isinstance(app.screen, ReplayScreen)
    return app.screen


def calls(screen: ReplayScreen) -> list[CallRow]:
    return [row for row in screen.trace.model.rows if isinstance(row, CallRow)]


async def test_the_first_line_says_as_much_as_fits_also_when_the_terminal_grows(
    make_app: MakeApp,
) -> None:
    app = make_app("1")
    async with app.run_test(size=(60, 20)) as pilot:
        screen = await record(app, pilot)
        line = screen.query_one("#replay-header", Static)
        said = f"run {screen.recording.label}"
        assert said not in str(line.visual)
        await pilot.resize_terminal(120, 20)
        await until(lambda: said in str(line.visual), "the run's id is said where there is room")
        await pilot.resize_terminal(60, 20)
        await until(lambda: said not in str(line.visual), "whole words are left out")


async def test_the_line_of_time_leaves_out_whole_words(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.echo({ value: 1 })")
    async with app.run_test(size=(40, 20)) as pilot:
        screen = await record(app, pilot)
        line = screen.query_one("#slider", Static)
        await until(lambda: str(line.visual).endswith(f"{screen.playback.steps[-1].at_ms:.0f} ms"))
        assert len(str(line.visual)) <= line.size.width
        await pilot.resize_terminal(80, 24)
        await until(lambda: "step 3 of 3 · 1× paused" in str(line.visual), "there is room")


@pytest.mark.slow
async def test_steps_forth_and_back(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(app, pilot)
        assert screen.playback.position == len(screen.playback.steps)
        assert len(screen.trace.model.rows) == 4
        await pilot.press("home")
        assert screen.playback.position == 0
        assert screen.trace.model.totals.calls == 0
        assert [row.status for row in calls(screen)] == ["pending", "pending"]
        await pilot.press("full_stop", "full_stop")
        assert screen.playback.position == 2
        await pilot.press("comma")
        assert screen.playback.position == 1
        await pilot.press("e")
        assert screen.playback.steps[screen.playback.position - 1].failed
        assert screen.playback.steps[screen.playback.position - 1].line == 3
        assert [row.status for row in calls(screen)] == ["ok", "error"]
        assert screen.trace.selected is not None
        assert screen.trace.selected.seq == 2
        await pilot.press("end")
        shown = screen.detail.result.shown
        assert shown is not None
        assert shown.value == "UPSTREAM_ERROR"


async def test_where_a_run_failed_is_marked_and_gone_to(make_app: MakeApp) -> None:
    """The line of its last call was: opened where what an agent ran had failed, the script said nothing of it."""
    app = make_app("await tools.demo.echo({ value: 1 });\nconst first = 1;\nissue[0].title")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await record(app, pilot, "error")
        script = screen.query_one("#replay-script", CodeArea)
        place = [(3, 1, "ReferenceError: issue is not defined")]
        assert [(m.line, m.column, m.message) for m in script.markers] == place
        assert script.cursor_location[0] == 2
        await pilot.press("comma")
        assert not script.markers
        await pilot.press("home", "e")
        assert screen.playback.at_end, "no call failed: the run did"
        assert [(m.line, m.column, m.message) for m in script.markers] == place


@pytest.mark.slow
async def test_goes_to_a_call(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await record(app, pilot)
        for asked in (1, 2):
            await pilot.press("number_sign")
            await until(lambda: isinstance(app.screen, LineScreen), "the question")
            await pilot.press(str(asked), "enter")
            await until(lambda: app.screen is screen, "the answer")
            await pilot.pause()
            event = screen.playback.steps[screen.playback.position - 1].event
            assert isinstance(event, ToolCallFinished)
            assert event.call.seq == asked
            assert screen.trace.selected is not None
            assert screen.trace.selected.seq == event.call.seq
        script = screen.query_one("#replay-script", CodeArea)
        assert "▶" in script.render_line(2).text
        # As of that moment: nothing was written after the call yet.
        assert [line.text for line in screen.run.console] == ["before"]
        await pilot.press("k", "enter")
        event = screen.playback.steps[screen.playback.position - 1].event
        assert isinstance(event, ToolCallFinished)
        assert event.call.seq == 1
        position = screen.playback.position
        await pilot.press("number_sign")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        await pilot.press("9", "enter")
        await until(lambda: app.screen is screen, "the answer")
        assert screen.playback.position == position
        await told(app, "no call 9")
        await pilot.press("number_sign")
        await until(lambda: isinstance(app.screen, LineScreen), "the question again")
        app.screen.query_one(Input).value = "8" * 5_000
        await pilot.press("enter")
        await until(lambda: app.screen is screen, "the second answer")
        await told(app, "no call 8")


@pytest.mark.slow
async def test_letters_are_letters_in_a_search(make_app: MakeApp) -> None:
    app = make_app("return {echo: 'e E'}")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(app, pilot)
        screen.detail.result.focus()
        await pilot.press("slash", "e", "E", "space", "e")
        assert app.screen is screen
        assert not screen.playback.playing
        assert screen.playback.position == len(screen.playback.steps)


@pytest.mark.slow
async def test_plays_to_a_breakpoint_and_to_the_end(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await record(app, pilot)
        screen.playback.breakpoints = {2}
        await pilot.press("home", "space")
        await until(lambda: not screen.playback.playing, "it pauses")
        assert 0 < screen.playback.position < len(screen.playback.steps)
        assert (
            len(
                [
                    step
                    for step in screen.playback.steps[: screen.playback.position]
                    if step.line == 3
                ]
            )
            == 0
        )
        await pilot.press("space")
        await until(lambda: screen.playback.position == len(screen.playback.steps), "it ends")


@pytest.mark.slow
async def test_a_breakpoint_holds_where_the_clock_stopped_just_before_it(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await record(app, pilot)
        before = next(
            n
            for n, step in enumerate(screen.playback.steps)
            if isinstance(step.event, ToolCallStarted) and step.event.call.seq == 2
        )
        screen.playback.breakpoints = {2}
        await pilot.press("home", "space")
        screen._go(before)
        await until(lambda: not screen.playback.playing, "it pauses")
        assert screen.playback.position == before
        await pilot.press("space")
        await until(
            lambda: screen.playback.position == len(screen.playback.steps), "it goes on from there"
        )


@pytest.mark.slow
async def test_replays_offline_with_the_same_outcome(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(app, pilot)
        await pilot.press("v")
        await until(lambda: "identical" in screen.reruns.verdict, "the verdict")


@pytest.mark.slow
async def test_runs_live_in_a_new_tab(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40)) as pilot:
        await record(app, pilot)
        first = app.main.runs.now
        await pilot.press("R")
        await until(lambda: app.screen is app.main, "the main screen is back")
        await until(
            lambda: (
                app.main.runs.now is not first
                and app.main.runs.now is not None
                and app.main.runs.now.execution
            ),
            "it ran again",
        )
        assert len(app.main.scripts.tabs) == 2
        assert app.main.tab.script.text == _CODE


@pytest.mark.slow
async def test_who_opened_what_is_over_the_recording_is_told_when_it_is_left(
    make_app: MakeApp,
) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(app, pilot)
        before = app.theme
        await pilot.press("ctrl+p")
        paste(pilot, "theme: workbench-light")
        await until(lambda: app.theme == "workbench-light", "it is shown")
        asked = asyncio.create_task(Questions(app).ask(Elicitation("demo", "Where to?", {})))
        await until(lambda: isinstance(app.screen, ElicitScreen), "a server asks")
        screen.reruns.edit()
        await until(lambda: app.screen is app.main, "the main screen is back")
        await until(lambda: app.theme == before, "the theme is as before")
        assert await asyncio.wait_for(asked, 30) == CANCELLED


async def test_unknown_run_is_told(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40), notifications=True):
        await until(lambda: app.runtime_now, "open")
        await app.open_replay("ffffffff")
        await told(app, "Cannot replay")
        assert app.screen is app.main


@pytest.mark.slow
async def test_help_begins_with_the_keys_of_the_screen(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 60)) as pilot:
        await record(app, pilot)
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen), "the help")
        await pilot.pause()
        said = str(app.screen.query_one(Static).visual)
        assert said.startswith("A run as it was recorded: nothing is sent")
        assert "\n\nOn this screen\n" in said
        for words in ("Step", "Compare live", "Verify offline", "Edit and replay", "Breakpoint"):
            assert words in said
        await pilot.press("escape", "escape")
        assert app.screen is app.main
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen), "the help")
        await pilot.pause()
        assert "On this screen" not in str(app.screen.query_one(Static).visual)
