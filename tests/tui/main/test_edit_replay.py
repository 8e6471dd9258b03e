"""A script that was edited after its run, replayed against the record of that run."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, told, until
from workbench.history import Recording, write_recording
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.replay.divergence_screen import DivergenceScreen
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.trace.rows import EndRow
from workbench.tui.values.difference_list import DifferenceList
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.key_footer import KeyFooter

pytestmark = pytest.mark.anyio
_CODE = """\
const start = Date.now();
const a = await tools.demo.echo({value: 1});
const b = await tools.demo.echo({value: input.of});
return [a, b]
"""


async def ran(app: WorkbenchApp, pilot: Pilot[int]) -> str:
    """The script ran; the id of its record."""
    await app_opened(app)
    await pilot.press("f5")
    await until(lambda: app.main.tab.recorded, "the run ends")
    assert isinstance(app.main.tab.recorded, str)
    return app.main.tab.recorded


async def replayed(app: WorkbenchApp, pilot: Pilot[int], *keys: str) -> None:
    """Replay the edited script; ``keys`` choose the rule."""
    before = app.main.runs.now
    await pilot.press("ctrl+l")
    await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
    await pilot.pause()
    await pilot.press(*keys, "enter")
    await until(
        lambda: (
            app.main.runs.now is not before and app.main.runs.now and app.main.runs.now.execution
        ),
        "the replay ends",
    )


def status(app: WorkbenchApp) -> str:
    return str(app.main.query_one("#status", Static).visual)


def header(app: WorkbenchApp) -> str:
    return str(app.main.query_one("#header", Static).visual)


@pytest.mark.slow
async def test_an_added_console_line_shows_what_it_would_have_printed(make_app: MakeApp) -> None:
    app = make_app(_CODE, '{"of": 2}')
    async with app.run_test(size=(120, 40)) as pilot:
        record = await ran(app, pilot)
        edited = _CODE.replace(
            "return", "console.log('late', a, new Date(start).getTime() > 0);\nreturn"
        )
        app.main.tab.script.text = edited
        await replayed(app, pilot)
        await until(lambda: "but for the console" in status(app), "the verdict")
        assert app.screen is app.main
        run = app.main.runs.now
        assert run is not None
        assert [line.text for line in run.console] == ["late 1 true"]
        assert app.main.detail.front is app.main.detail.console
        # It is still the live run that the next replay is compared with.
        assert app.main.tab.recorded == record
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.press("escape")
        app.main.tab.script.text = _CODE
        await replayed(app, pilot)
        await until(lambda: "Identical" in status(app), "the verdict")
        await until(lambda: "IDENTICAL" in header(app), "its chip")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_divergence_is_a_picture(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(_CODE, '{"of": 2}')
    async with app.run_test(size=size) as pilot:
        await ran(app, pilot)
        app.main.tab.script.text = _CODE.replace("input.of", "input.of + 40").replace(
            "const a", "// a comment\nconst a"
        )
        await replayed(app, pilot)
        await until(lambda: isinstance(app.screen, DivergenceScreen), "the picture")
        await pilot.pause()
        screen = app.screen
        said = str(screen.query_one("#divergence-header", Static).visual)
        assert "at call #2" in said
        assert "edited script, lines 2, 4" in said
        record = screen.query_one("#record-script", CodeArea)
        edited = screen.query_one("#edited-script", CodeArea)
        assert [marker.line for marker in record.markers] == [3]
        assert [marker.line for marker in edited.markers] == [4]
        for area in (record, edited):
            drawn = [area.render_line(y).text for y in range(area.size.height)]
            assert any("const b = await tools" in one for one in drawn), drawn
        expected, actual = (
            screen.query_one(f"#{side}", JsonView) for side in ("expected", "actual")
        )
        assert expected.shown is not None
        assert actual.shown is not None
        assert expected.shown.value == {"server": "demo", "tool": "echo", "args": {"value": 2}}
        assert actual.shown.value == {"server": "demo", "tool": "echo", "args": {"value": 42}}
        entries = screen.query_one(DifferenceList)
        assert entries.rows == [{"path": "$.args.value", "expected": 2, "actual": 42}]
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, JsonScreen), "the whole entry")
        await pilot.press("escape")
        await pilot.press("escape")
        assert app.screen is app.main
        assert "Diverged" in status(app)
        last = app.main.trace.model.rows[-1]
        assert isinstance(last, EndRow)
        assert last.text.startswith("DIVERGED — call #2"), "nobody cancelled it"
        assert last.line == 4
        await until(lambda: "DIVERGED" in header(app), "its chip")
        # The palette shows it again.
        app.main.action_divergence()
        await until(lambda: isinstance(app.screen, DivergenceScreen), "again")
        await pilot.pause()


@pytest.mark.slow
async def test_the_rule_decides_what_an_unknown_call_does(make_app: MakeApp) -> None:
    app = make_app(_CODE, '{"of": 2}')
    async with app.run_test(size=(120, 40)) as pilot:
        await ran(app, pilot)
        app.main.tab.input.text = '{"of": 7}'
        await replayed(app, pilot, "right")  # fail the call
        await until(lambda: isinstance(app.screen, DivergenceScreen), "the picture")
        assert "changed input" in str(app.screen.query_one("#divergence-header", Static).visual)
        await pilot.press("escape")
        run = app.main.runs.now
        assert run is not None
        assert run.execution is not None
        assert run.execution.error is not None
        assert "DIVERGED" in str(run.execution.error.code) + run.execution.error.message
        await replayed(app, pilot, "right", "right")  # call it live
        await until(lambda: isinstance(app.screen, DivergenceScreen), "the picture")
        run = app.main.runs.now
        assert run is not None
        assert run.execution is not None
        assert run.execution.value == [1, 7]
        assert [note.text for note in run.calls[1].notes] == []
        assert "it went to the server" in run.calls[2].notes[0].text
        await pilot.press("escape")
        app.main.tab.script.text = "const = 1"
        await replayed(app, pilot)  # it does not come to any call
        await until(lambda: isinstance(app.screen, DivergenceScreen), "the picture")
        header = str(app.screen.query_one("#divergence-header", Static).visual)
        assert "SYNTAX_ERROR at the replay:1" in header, "why it makes no such call"
        await pilot.press("escape")
        assert "SYNTAX_ERROR" in status(app)


@pytest.mark.slow
async def test_a_run_of_the_history_is_edited_and_replayed(make_app: MakeApp) -> None:
    app = make_app(_CODE, '{"of": 2}')
    async with app.run_test(size=(120, 40)) as pilot:
        record = await ran(app, pilot)
        await pilot.press("ctrl+t")
        await until(lambda: isinstance(app.screen, HistoryScreen), "the list")
        screen = app.screen
        assert isinstance(screen, HistoryScreen)
        await until(lambda: screen.rows.rows, "the run is listed")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ReplayScreen), "the replay")
        await pilot.pause()
        await pilot.press("E")
        await until(lambda: app.screen is app.main, "the main screen")
        await pilot.pause()
        assert len(app.main.scripts.tabs) == 2
        assert app.main.tab.script.text == _CODE
        assert isinstance(app.main.tab.recorded, Recording)
        assert app.main.tab.recorded.execution_id == record
        await replayed(app, pilot)
        await until(lambda: "Identical" in status(app), "the verdict")


@pytest.mark.slow
async def test_an_exported_file_is_opened_and_edited(make_app: MakeApp, tmp_path: Path) -> None:
    """A recording of another machine: nothing of it is in the history here."""
    app = make_app(_CODE, '{"of": 2}')
    file = tmp_path / "theirs.json"
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        record = await ran(app, pilot)
        history = (await app.runtime()).history
        write_recording(history.recording(record), file)
        history.delete(record)
        await app.open_replay(str(file))
        await until(lambda: isinstance(app.screen, ReplayScreen), "the replay")
        await pilot.pause()
        await pilot.press("v")
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        await until(lambda: "identical" in screen.reruns.verdict, "the verdict")
        await pilot.press("E")
        await until(lambda: app.screen is app.main, "the main screen")
        await pilot.pause()
        await replayed(app, pilot)
        await until(lambda: "Identical" in status(app), "the verdict")
        file.write_text(file.read_text()[:-40])
        await app.open_replay(str(file))
        await told(app, "theirs.json")
        assert app.screen is app.main


@pytest.mark.slow
async def test_a_script_knows_its_last_run_in_the_next_session(make_app: MakeApp) -> None:
    app = make_app(_CODE, '{"of": 2}')
    async with app.run_test(size=(120, 40)) as pilot:
        record = await ran(app, pilot)
    app = make_app(_CODE.replace("return", "console.log(b);\nreturn"), '{"of": 2}')
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.main.scripts.tabs and app.runtime_now, "open")
        await replayed(app, pilot)
        await until(lambda: "but for the console" in status(app), "the verdict")
        assert record[:8] in status(app)


@pytest.mark.slow
async def test_without_a_record_it_is_said(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(lambda: app.main.scripts.tabs and app.runtime_now, "open")
        await pilot.press("ctrl+l")
        await told(app, "No record yet")
        assert app.screen is app.main
        app.main.tab.recorded = "gone"
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.pause()
        await pilot.press("enter")
        await until(lambda: "no execution has the id" in status(app), "it is told")
        assert not app.main.runs.active


@pytest.mark.slow
async def test_replaying_is_offered_where_there_is_a_record(make_app: MakeApp) -> None:
    """It was offered beside each script, and then said that there is no record."""
    app = make_app("return 1")

    def offered() -> bool:
        entries = app.screen.query_one(KeyFooter).entries
        return any(entry.description == "Replay" for entry in entries)

    async with app.run_test(size=(160, 40)) as pilot:
        await app_opened(app)
        await until(lambda: app.screen.query_one(KeyFooter).entries, "the keys")
        assert not offered()
        await ran(app, pilot)
        await until(offered, "it has run")
        await pilot.press("ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 2, "another script")
        await until(lambda: not offered(), "which has not")
    app = make_app("return 1")
    async with app.run_test(size=(160, 40)):
        await app_opened(app)
        await until(offered, "the history has its run")
