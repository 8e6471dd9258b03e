"""The main screen, key by key, on the real engine and the demo server."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static, TabbedContent

from tests.support.params import first_fast
from tests.tui.conftest import MakeApp, app_opened, paste, told, until
from workbench.config import Config, UiSettings, demo_server
from workbench.core.model import ExecutionRequest
from workbench.core.runtime import open_history
from workbench.core.scripts import find_script
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.dialogs.help import HelpScreen
from workbench.tui.dialogs.jump import JumpScreen
from workbench.tui.editor.script_documents import Document
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.main.editor_pane import ProblemLine
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.settings.screen import SettingsScreen
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.tools.try_tool import TryScreen as TryToolScreen
from workbench.tui.trace.detail_pane import DetailPane
from workbench.tui.trace.live_run import LiveRun
from workbench.tui.trace.rows import EndRow
from workbench.tui.trace.view import TraceView
from workbench.tui.values.console_view import ConsoleView
from workbench.tui.values.json_tree import JsonTree
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.pane_screen import PANES

pytestmark = pytest.mark.anyio


async def start(app: WorkbenchApp, pilot: Pilot[int]) -> None:
    """Wait for the first script."""
    await app_opened(app)
    await pilot.pause()


async def run_script(app: WorkbenchApp, pilot: Pilot[int]) -> LiveRun:
    """F5, and wait for the end."""
    await pilot.press("f5")
    await until(lambda: app.main.runs.now and app.main.runs.now.execution, "the run ends")
    await pilot.pause()
    assert app.main.runs.now is not None
    return app.main.runs.now


def problem(app: WorkbenchApp, name: str = "script") -> str:
    line = app.main.query_one(f"#{name}-problem", ProblemLine)
    return str(line.content) if line.has_class("-shown") else ""


@pytest.mark.slow
async def test_sample_runs_and_shows_its_value(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        assert app.main.tab.document.name == "hello.js"
        run = await run_script(app, pilot)
        assert run.status == "ok", run.execution
        assert len(run.calls) == 10
        shown = app.main.detail.result.shown
        assert shown is not None
        assert shown.value["greeting"] == "Hello, world!"
        assert len(app.main.query_one(TraceView).model.rows) >= 10
        assert run.console[0].text == "19 open issues, looking at 8"


@pytest.mark.slow
async def test_the_first_script_runs_with_whatever_servers_there_are(make_app: MakeApp) -> None:
    app = make_app(config=Config(servers={"tracker": replace(demo_server(), name="tracker")}))
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        runtime = await app.runtime()
        await runtime.upstream.settled()
        run = await run_script(app, pilot)
        assert run.status == "ok", run.execution
        shown = app.main.detail.result.shown
        assert shown is not None
        assert "tracker" in {tool["server"] for tool in shown.value}
        assert not app.main.tab.changed  # leaving asks nothing


@pytest.mark.slow
async def test_error_is_told_and_its_line_gone_to(make_app: MakeApp) -> None:
    code = (
        "const a = 1;\nawait tools.demo.echo({value: a});\n  throw new Error('no [/x] \\x1b[31m');"
    )
    app = make_app(code)
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        run = await run_script(app, pilot)
        assert run.status == "error"
        assert problem(app) == "", (
            "a run's error stands whole in the detail, in a line in the trace"
        )
        card = app.main.detail.error_card
        assert card.display
        assert card.error is not None
        assert "[/x] " in card.error.message
        shown = "\n".join(app.main.trace.render_line(y).text for y in range(8))
        assert shown.count("[/x] ␛[31m") == 1
        status = str(app.main.query_one("#status", Static).content)
        assert "test.js:3" in status
        assert "[/x]" not in status
        app.main.action_next_problem()
        await pilot.pause()
        assert app.main.tab.script.cursor_location[0] == 2
        await pilot.press("x")
        line = app.main.query_one("#script-problem")
        await until(lambda: line.has_class("-stale"), "it is of an earlier text")


@pytest.mark.slow
async def test_calls_that_are_likely_wrong_are_marked_and_put_right(make_app: MakeApp) -> None:
    app = make_app("tools.demo.get_isue({ id: '101' });\nreturn 1\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        script = app.main.tab.script
        await until(lambda: "1 more" in problem(app), "both are told once the tools are known")
        await app.main.scripts.show(Document(None, "return call_tool('demo', 'get_isue', {})"))
        await until(lambda: "'get_isue'" in problem(app), "of a script that is opened, too")
        await pilot.press("alt+1")
        await until(lambda: "1 more" in problem(app), "and of the one that is in front again")
        known = (await app.runtime()).upstream.catalogue()
        app.main.problems.catalogue_is(replace(known, tools={}))
        assert not app.main.problems.is_checked, "other tools are known: it is looked at again"
        await until(lambda: app.main.problems.is_checked, "with those that there are")
        assert app.main.query_one("#script-problem").has_class("-likely")
        assert [(each.line, each.kind) for each in script.markers] == [(1, "warning")]
        await pilot.press("alt+full_stop")
        await until(lambda: script.text.startswith("await "), "it is awaited")
        await pilot.press("alt+full_stop")  # more than one name is near
        await until(lambda: app.screen is not app.main, "one is to be chosen")
        await pilot.press("enter", "enter")
        await until(lambda: "get_issue(" in script.text, "it is written")
        await pilot.press("alt+full_stop")
        await until(lambda: "id: 101 " in script.text, "it is a number")
        await until(lambda: not problem(app), "nothing is wrong any more")
        run = await run_script(app, pilot)
        assert run.status == "ok", run.execution


async def test_running_script_is_stopped(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.sleep({ms: 60000})")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.calls, "it calls")
        await pilot.press("f8")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ends")
        assert app.main.runs.now is not None
        assert app.main.runs.now.status == "cancelled"


async def test_bad_input_is_told_as_one_types_and_does_not_run(make_app: MakeApp) -> None:
    app = make_app("return input.a", '{"a": 1}')
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("f6")
        await until(lambda: app.main.tab.input.has_focus)
        await pilot.press("end", "x")
        await pilot.pause()
        assert "1:9" in problem(app, "input")
        await pilot.press("f5")
        assert app.main.runs.now is None
        await pilot.press("end", "backspace")
        await pilot.pause()
        assert problem(app, "input") == ""
        run = await run_script(app, pilot)
        assert run.execution is not None
        assert run.execution.value == 1


@pytest.mark.slow
async def test_choosing_a_call_shows_it_and_enter_goes_to_its_line(make_app: MakeApp) -> None:
    app = make_app("const x = 1;\nawait tools.demo.echo({value: 'first'});\nreturn 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        await pilot.press("f6", "f6")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("g", "enter")
        await until(lambda: app.main.tab.script.has_focus)
        assert app.main.tab.script.cursor_location[0] == 1
        shown = app.main.detail.call.shown
        assert shown is not None
        assert shown.value["args"] == {"value": "first"}


async def test_runs_of_no_script_to_replay_are_told_apart_by_their_code(make_app: MakeApp) -> None:
    """All of them said “inline”."""
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await until(lambda: app.runtime_now, "the servers are open")
        assert app.runtime_now is not None
        await app.runtime_now.engine.run(ExecutionRequest("6 * 7"))
        app.main.navigation.choose_replay()
        await until(
            lambda: any(names.option_count for names in app.screen.query(OptionList)), "the runs"
        )
        listed = app.screen.query_one(OptionList)
        assert " 6 * 7 " in str(listed.get_option_at_index(0).prompt)


@pytest.mark.slow
async def test_save_open_and_new(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return 1")
    (tmp_path / "other.js").write_text("return 2")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("a", "ctrl+s")
        assert (tmp_path / "test.js").read_text() == "areturn 1"
        assert app.main.scripts.unsaved() == []
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, LineScreen))
        paste(pilot, str(tmp_path / "other.js"))
        await pilot.press("enter")
        await until(lambda: len(app.main.scripts.tabs) == 2)
        assert app.main.tab.script.text == "return 2"
        await pilot.press("ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 3)
        await pilot.pause()
        assert app.main.tab.document.name == "untitled-1.js"


async def test_quit_asks_where_text_would_be_lost(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        await pilot.press("b", "ctrl+q")
        await until(lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        await pilot.press("ctrl+q")
        await until(lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("right", "enter")
        await until(lambda: app.return_code is not None)
    assert (tmp_path / "test.js").read_text() == "breturn 1"


async def test_console_lines_are_shown_in_order(make_app: MakeApp) -> None:
    app = make_app("for (let i = 0; i < 50; i++) console.log('line ' + i); console.error('[b]x')")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        run = await run_script(app, pilot)
        assert [line.text for line in run.console] == [f"line {i}" for i in range(50)] + ["[b]x"]
        app.main.detail.show_tab("console")
        console = app.main.query_one(ConsoleView)
        await until(lambda: len(console.lines) == 51, "they are written")
        assert "[b]x" in console.lines[-1].text


@pytest.mark.slow
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24), (50, 12)))
async def test_every_pane_can_be_reached(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app("return 1")
    async with app.run_test(size=size) as pilot:
        await start(app, pilot)
        for pane in ("input", "trace", "detail", "script"):
            await pilot.press("f6")
            await pilot.pause()
            assert app.main.pane_name == pane
            focused = app.main.focused
            assert focused is not None
            assert focused.region.area > 0, pane
            assert app.main.query_one(f"#{pane}") in focused.ancestors


@pytest.mark.slow
async def test_sample_is_saved_elsewhere(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("x")
        await until(app.main.scripts.unsaved)
        assert not app.main.files.save_all()
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(app.screen, LineScreen))
        await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        assert app.main.scripts.unsaved() == []
    assert (tmp_path / "scripts" / "hello.js").read_text().startswith("x//")


@pytest.mark.slow
async def test_sizes_zoom_and_jump(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        script, trace = app.main.query_one("#script"), app.main.query_one("#trace")
        before = script.region
        await pilot.press("ctrl+shift+right", "ctrl+shift+down")
        await until(lambda: script.region.width > before.width, "wider")
        assert script.region.height > before.height
        await pilot.press("f2", "3")
        await until(lambda: app.main.trace.has_focus, "jumped")
        await pilot.press("f7")
        await until(lambda: trace.region.width > 100 and trace.region.height > 30, "alone")
        assert script.region.area == 0
        await pilot.press("f7")
        await until(lambda: script.region.area > 0, "all again")


@pytest.mark.slow
async def test_syntax_error_is_told_as_one_types(make_app: MakeApp) -> None:
    app = make_app("const a = 1;\nreturn a")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await until(lambda: app.runtime_now, "the runtime is open")
        await pilot.press("end", "enter", *"let = = 2", "left")
        await until(lambda: "SYNTAX_ERROR" in problem(app), "an error is told")
        marked = app.main.tab.script
        await until(lambda: marked.markers and marked.markers[0].line == 2, "the last one")
        await pilot.press(*["ctrl+z"] * 12)
        await until(lambda: problem(app) == "", "it is gone")
        assert app.main.tab.script.text == "const a = 1;\nreturn a"


async def test_file_changed_by_another_program(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await start(app, pilot)
        (tmp_path / "test.js").write_text("return 22")
        app.main.files.look_at_disk()
        assert app.main.tab.script.text == "return 22"
        assert app.main.scripts.unsaved() == []
        await pilot.press("x")
        (tmp_path / "test.js").write_text("return 333")
        app.main.files.look_at_disk()
        assert "return 22" in app.main.tab.script.text
        await told(app, "another program")
        await pilot.press("ctrl+s")
        assert (tmp_path / "test.js").read_text() == "return 333"
        await pilot.press("ctrl+s")
        assert "return 22" in (tmp_path / "test.js").read_text()


@pytest.mark.parametrize("by", ["close", "quit"])
async def test_what_an_agent_wrote_is_overwritten_by_no_way_of_saving(
    make_app: MakeApp, tmp_path: Path, by: str
) -> None:
    """Closing and leaving save, too."""
    app, file = make_app("return 1"), tmp_path / "test.js"
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await start(app, pilot)
        await pilot.press("x")
        file.write_text("of an agent")
        for words in ("of an agent", "xreturn 1"):
            await pilot.press("ctrl+w" if by == "close" else "ctrl+q")
            await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
            await pilot.press("right", "enter")
            await until(lambda: not isinstance(app.screen, ChoiceScreen), "answered")
            await pilot.pause()
            assert file.read_text() == words
            if words == "of an agent":
                await told(app, "was changed by another program: Save as keeps both")


async def test_a_file_with_other_line_ends_is_taken_over_whole(
    make_app: MakeApp, tmp_path: Path
) -> None:
    """Else it counts as changed here, and what others write to it later is not taken any more."""
    app, file = make_app(), tmp_path / "test.js"
    file.write_bytes(b"let a;\r\nreturn 1\r\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await app.main.scripts.open(file)
        for text in (b"let a;\nreturn 1\n", b"let a;\r\nreturn 2\r\n"):
            file.write_bytes(text)
            app.main.files.look_at_disk()
            assert app.main.tab.script.text.encode() == text
            assert app.main.scripts.unsaved() == []


async def test_a_file_that_cannot_be_read_opens_no_other_script(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("return 1")
    (tmp_path / "old.js").write_bytes(b"// caf\xe9")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await start(app, pilot)
        await app.main.scripts.open(tmp_path / "old.js")
        await told(app, "is not UTF-8 text")
        assert [tab.document.name for tab in app.main.scripts.tabs] == ["test.js"]


@pytest.mark.slow
async def test_history_opens_a_replay(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        await pilot.press("ctrl+t")
        await until(lambda: isinstance(app.screen, HistoryScreen))
        await pilot.pause()
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ReplayScreen), "the replay is open")
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)


@pytest.mark.slow
async def test_tool_is_inserted_as_a_call(make_app: MakeApp) -> None:
    app = make_app("")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await until(lambda: app.runtime_now and list(app.runtime_now.upstream.catalogue()))
        app.main.action_tools()
        await until(lambda: isinstance(app.screen, ToolsScreen))
        await pilot.pause()
        await pilot.press("down", "down", "enter")
        await until(lambda: app.screen is app.main)
        assert "tools.demo." in app.main.tab.script.text


async def test_settings_open_and_close(make_app: MakeApp) -> None:
    app = make_app("")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        app.main.action_settings()
        await until(lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)


async def test_changed_settings_are_taken(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        await until(lambda: app.runtime_now)
        ui = UiSettings(theme="workbench-light")
        app.take_config(replace(app.config, ui=ui, keys={"run": "alt+r", "nope": "f9"}))
        assert app.theme == "workbench-light"
        await pilot.press("alt+r")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "alt+r runs")


@pytest.mark.slow
async def test_inputs_are_kept_and_taken_by_name(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return input", '{"a": 1}')
    (tmp_path / "test.two.input.json").write_text('{"a": 2}')
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        app.main.action_keep_input()
        await until(lambda: isinstance(app.screen, LineScreen))
        await pilot.press(*"one", "enter")
        await until(lambda: app.screen is app.main)
        assert (tmp_path / "test.one.input.json").read_text() == '{"a": 1}'
        app.main.action_inputs()
        await until(lambda: isinstance(app.screen, LineScreen))
        await pilot.press(*"two", "enter")
        await until(lambda: app.main.tab.input.text == '{"a": 2}', "it is taken")


@pytest.mark.slow
async def test_quit_while_a_script_runs_asks_and_records_it(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("await tools.demo.sleep({ms: 60000})")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.calls, "it calls")
        await pilot.press("ctrl+q")
        await until(lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("right", "enter")
        await until(lambda: app.return_code is not None)
    store = open_history(app.config, tmp_path / "data")
    (row,) = store.list_executions()
    store.close()
    assert row.status == "cancelled"


@pytest.mark.slow
async def test_tabs_are_switched_and_closed(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 2 and app.main.tab.script.has_focus)
        await pilot.press("x", "ctrl+w")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "its text is in no file")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        assert len(app.main.scripts.tabs) == 2
        await pilot.press("backspace", "ctrl+w")
        await until(lambda: len(app.main.scripts.tabs) == 1, "it is closed")
        await until(lambda: app.main.tab.script.has_focus)
        await pilot.press("ctrl+w")
        await until(lambda: app.main.tab.document.name == "untitled-1.js", "an empty one is left")
        assert len(app.main.scripts.tabs) == 1


@pytest.mark.slow
async def test_a_long_console_is_saved_whole(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("for (let n = 0; n < 6000; n++) console.log(`line ${n}`);")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        app.main.detail.show_tab("console")
        await until(lambda: app.main.detail.console.is_cut, "more than is drawn")
        app.main.detail.show_title()
        assert "x saves all" in str(app.main.detail.border_subtitle)
        app.main.detail.console.focus()
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        await pilot.press("enter")
        await until((tmp_path / "console.log").exists, "it is written")
        await until(lambda: app.screen is app.main, "back")
        lines = (tmp_path / "console.log").read_text().splitlines()
        assert (len(lines), lines[0], lines[-1]) == (6000, "line 0", "line 5999")


async def saved_names(app: WorkbenchApp, pilot: Pilot[int]) -> list[str]:
    """What Open offers."""
    await pilot.press("ctrl+o")
    await until(lambda: isinstance(app.screen, LineScreen))
    names = app.screen.query_one(OptionList)
    found = [str(names.get_option_at_index(n).prompt) for n in range(names.option_count)]
    await pilot.press("escape")
    await until(lambda: app.screen is app.main)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("answer", first_fast("日報", None, "lsfiles", "my.notes", "lsfiles.js"))
async def test_a_script_saved_here_is_found_by_its_name(
    make_app: MakeApp, tmp_path: Path, answer: str | None
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+n", "x", "ctrl+s")
        await until(lambda: isinstance(app.screen, LineScreen))
        field = app.screen.query_one(Input)
        assert field.value == str(Path("scripts", "untitled-1.js"))
        if answer is not None:
            field.value = answer
        await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        name = "untitled-1" if answer is None else answer
        file_name = name if name.endswith(".js") else f"{name}.js"
        assert app.main.tab.document.path == tmp_path / "scripts" / file_name
        assert find_script(app.config, name).read_text() == "x"
        assert file_name in await saved_names(app, pilot)
        await pilot.press("f9")
        rows = app.main.sidebar.rows
        await until(lambda: any(row.target == file_name for row in rows.rows), "in the sidebar")


async def test_save_as_does_not_overwrite_another_file_without_a_question(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "untitled-1.js").write_text("keep me")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+n", "x", "ctrl+s")
        await until(lambda: isinstance(app.screen, LineScreen))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        assert (tmp_path / "scripts" / "untitled-1.js").read_text() == "keep me"
        assert app.main.scripts.unsaved() == ["untitled-1.js"]


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["stay", "save", "discard"])
async def test_closing_an_unsaved_script_asks(
    make_app: MakeApp, tmp_path: Path, choice: str
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+n", "x", "ctrl+w")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press(*["right"] * ["stay", "save", "discard"].index(choice), "enter")
        if choice == "save":
            await until(lambda: isinstance(app.screen, LineScreen), "its name")
            await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        await until(lambda: len(app.main.scripts.tabs) == (2 if choice == "stay" else 1))
        assert (tmp_path / "scripts" / "untitled-1.js").exists() == (choice == "save")


@pytest.mark.slow
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24), (59, 20), (50, 12), (120, 14)))
async def test_every_size_shows_the_active_script_and_says_what_is_hidden(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=size) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 5)
        pane = app.main.query_one("#script", Pane)
        for _ in range(5):
            await pilot.press("ctrl+pagedown")
            await pilot.pause()
            lines = [line.text for line in app.screen._compositor.render_strips()]
            frame = lines[pane.region.y] + lines[pane.region.bottom - 1]
            assert app.main.tab.label in frame
        seen = {name for name in PANES if app.main.query_one(f"#{name}").region.area}
        if size[0] < 60 or size[1] < 15:
            assert seen == {"script"}
        elif size[0] < 100:
            assert seen == {"script", "trace"}
        if len(seen) < 4:
            assert "2 Input" in lines[pane.region.y]
        if {"script", "trace"} <= seen:
            await pilot.press("f2")
            await until(lambda: isinstance(app.screen, JumpScreen))
            marks = app.screen.query(Static).results(Static)
            places = {str(mark.render()): mark.region for mark in marks}
            for number, name in enumerate(PANES, 1):
                at = places[str(number)]
                assert f" {number} {name.title()}" in lines[at.y][at.x :], "a mark is on its number"


@pytest.mark.slow
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24), (60, 20), (50, 12)))
@pytest.mark.parametrize(
    ("key", "pane"), [("1", "script"), ("2", "input"), ("3", "trace"), ("4", "detail")]
)
async def test_jump_reaches_every_pane_also_a_hidden_one(
    make_app: MakeApp, size: tuple[int, int], key: str, pane: str
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=size) as pilot:
        await start(app, pilot)
        await pilot.press("f2")
        await until(lambda: isinstance(app.screen, JumpScreen))
        marks = [str(mark.render()) for mark in app.screen.query(Static)]
        assert any(mark.startswith(key) for mark in marks), marks
        await pilot.press(key)
        await until(lambda: app.screen is app.main and app.main.pane_name == pane)
        await until(lambda: app.main.focused and app.main.focused.region.area)


@pytest.mark.slow
async def test_jump_reaches_the_tabs_of_the_detail_and_the_scripts(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 2)
        await pilot.press("f2")
        await until(lambda: isinstance(app.screen, JumpScreen))
        marks = [str(mark.render()) for mark in app.screen.query(Static)]
        assert marks == ["1", "2", "3", "4", *"abcdefghi"], "panes, tabs, scripts, ways out"
        tabs = [tab.region for tab in app.main.query("#detail Tab").results()]
        assert len(tabs) == 4
        covered = [mark.region for mark in app.screen.query(Static)]
        assert not any(one.overlaps(tab) for one in covered for tab in tabs), "names stay whole"
        detail = app.main.query_one("#detail").region
        await pilot.resize_terminal(140, 40)
        await until(lambda: app.main.query_one("#detail").region.x != detail.x, "it moved")
        await until(
            lambda: any(
                str(mark.render()) == "4"
                and app.main.query_one("#detail").region.offset == mark.region.offset - (2, 0)
                for mark in app.screen.query(Static).results(Static)
            ),
            "its mark goes with it",
        )
        await pilot.press("d")
        await until(lambda: app.main.query_one(TabbedContent).active == "tab-timing")
        assert app.main.pane_name == "detail"
        await pilot.press("right_square_bracket")
        await until(lambda: app.main.query_one(TabbedContent).active == "tab-result")
        for key, tab in (("C", "console"), ("A", "call"), ("T", "timing"), ("R", "result")):
            await pilot.press(key)
            await until(
                partial(lambda name: app.main.query_one(TabbedContent).active == f"tab-{name}", tab)
            )
            await until(lambda: app.main.query_one(DetailPane).front.has_focus)
        await pilot.press("f2", "e")
        await until(lambda: app.main.scripts.current == 0 and app.main.tab.script.has_focus)
        await pilot.press("f2", "g")
        await until(lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("escape", "f2", "3")
        await until(lambda: app.main.trace.has_focus)
        for key, pane in (("4", "detail"), ("3", "trace"), ("2", "input")):
            await pilot.press(key)
            await until(partial(lambda name: app.main.pane_name == name, pane))
        await until(lambda: app.main.tab.input.has_focus)
        before = app.main.tab.input.text
        await pilot.press("1")
        await until(lambda: app.main.tab.input.text != before, "where one types it is a digit")


@pytest.mark.slow
async def test_new_goes_to_the_script_also_from_the_input(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("f6")
        await until(lambda: app.main.tab.input.has_focus)
        await pilot.press("ctrl+n", "x")
        await until(lambda: len(app.main.scripts.tabs) == 2)
        assert app.main.tab.script.text == "x"
        assert app.main.pane_name == "script"


@pytest.mark.slow
async def test_the_call_that_is_shown_ends_there_too(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.sleep({ms: 600}); return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.calls, "the call is under way")
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("home")
        run = app.main.runs.now
        assert run is not None
        await until(lambda: run.execution, "it ends")
        await until(lambda: isinstance(app.main.detail.call.shown, JsonTree))
        shown = app.main.detail.call.shown
        assert shown is not None
        assert isinstance(shown.value, dict)
        assert "status" not in shown.value
        assert "result" in shown.value
        timing = app.main.detail.timing.shown
        assert timing is not None
        assert "duration_ms" in str(timing.value["call"])


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_enter_on_a_call_does_not_scroll_sideways(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app("/* " + "x" * 20 + " */ await tools.demo.echo({value: 1});  // " + "y" * 90)
    async with app.run_test(size=size) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        await pilot.press("f6")  # at 80 columns the script is hidden now
        await until(lambda: app.main.tab.input.has_focus)
        await pilot.press("f2", "3")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("home", "enter")
        await until(lambda: app.main.tab.script.has_focus)
        await pilot.pause()
        assert app.main.tab.script.scroll_offset.x == 0


async def test_a_line_gone_to_while_the_script_is_hidden_is_seen(make_app: MakeApp) -> None:
    app = make_app("\n" * 60 + "await tools.demo.echo({value: 1})")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        await pilot.press("f6")
        await until(lambda: app.main.tab.input.has_focus)
        script = app.main.tab.script
        script.go_to(61)
        app.main.go_to("script")
        await until(lambda: script.region.area and script.scroll_offset.y > 40, "it is in view")


@pytest.mark.slow
async def test_a_frame_that_names_two_panes_does_so_whatever_it_shows(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        detail = app.main.detail
        app.main.go_to("detail")
        await until(lambda: detail.front.has_focus)
        app.main.go_to("script")
        await until(lambda: app.main.tab.script.has_focus)
        detail.show_title()  # as whenever a run ends, a call is chosen or another tab is in front
        assert detail.place_of("3 Trace")
        await pilot.resize_terminal(120, 40)
        await until(lambda: not detail.place_of("3 Trace"), "each frame names its own")


@pytest.mark.slow
async def test_rows_are_copied_whole_from_the_trace(make_app: MakeApp) -> None:
    long = "'said\\n' + 'word '.repeat(200)"
    app = make_app(
        f"console.log({long}); await tools.demo.echo({{value: 'x'}}); throw Error({long})"
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("home", "y")
        await until(lambda: app.clipboard == "said\n" + "word " * 200, "not its beginning")
        await pilot.press("down", "y")
        await until(lambda: "demo.echo" in app.clipboard)
        assert json.loads(app.clipboard)["args"] == {"value": "x"}
        await pilot.press("end", "y")
        await until(lambda: "RUNTIME_ERROR" in app.clipboard)
        assert "word " * 200 in app.clipboard


@pytest.mark.slow
async def test_ctrl_c_says_how_to_stop_and_leave_in_our_words(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await start(app, pilot)
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("ctrl+c")
        await told(app, "^q leaves")
        assert app.return_code is None


@pytest.mark.parametrize(
    ("code", "column", "text"),
    [("await x", 6, "await tools"), ("await ", 6, "await tools"), ("ax", 1, "a tools")],
)
async def test_a_call_that_is_inserted_does_not_glue_to_a_word(
    make_app: MakeApp, code: str, column: int, text: str
) -> None:
    app = make_app(code)
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        app.main.tab.script.go_to(1, column + 1)
        app.main.navigation.insert_call("tools.demo.echo({})")
        assert app.main.tab.script.text == f"{text}.demo.echo({{}})" + (
            f" {code[column:]}" if code[column:] else ""
        )


@pytest.mark.parametrize(
    ("code", "column", "text"),
    [
        ("// Issues\n", 0, "await f();\n// Issues\n"),
        ("  return x", 2, "  await f();\n  return x"),
        ("  return x", 0, "await f();\n  return x"),
        ("\nreturn x", 0, "await f()\nreturn x"),
        ("  g({ a })", 10, "  g({ a })\n  await f()"),
        ("g();  \nh()", 6, "g();  \nawait f()\nh()"),
        ("if (x) {", 8, "if (x) {await f()"),
        ("g( )", 2, "g(await f() )"),
        ("  )", 2, "  await f())"),
    ],
)
async def test_a_call_in_front_of_a_statement_is_one_of_its_own(
    make_app: MakeApp, code: str, column: int, text: str
) -> None:
    app = make_app(code)
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        app.main.tab.script.go_to(1, column + 1)
        app.main.navigation.insert_call("await f()")
        assert app.main.tab.script.text == text


@pytest.mark.slow
async def test_an_exception_is_the_last_row_and_the_next_error(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.echo({value: 1});\n\nthrow new Error('it broke')")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        run = await run_script(app, pilot)
        assert run.execution is not None
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("home", "e")
        row = app.main.trace.model.rows[app.main.trace.cursor or 0]
        assert isinstance(row, EndRow)
        assert "it broke" in row.text
        await pilot.press("enter")
        await until(lambda: app.main.tab.script.has_focus)
        assert app.main.tab.script.cursor_location[0] == 2


async def test_a_syntax_error_is_told_in_the_trace(make_app: MakeApp) -> None:
    app = make_app("const = 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        shown = "\n".join(app.main.trace.render_line(y).text for y in range(8))
        assert "SYNTAX_ERROR" in shown
        assert "Each call of a tool" not in shown


@pytest.mark.slow
async def test_the_title_counts_the_calls_that_were_sent_and_those_refused(
    make_app: MakeApp,
) -> None:
    code = "call_tool('demo', 'nope', {}); await tools.demo.echo({value: 1}); return 1"
    app = make_app(code)
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        run = await run_script(app, pilot)
        assert len(run.calls) == 2
        title = Content.from_markup(str(app.main.query_one("#trace", Pane).border_title))
        assert "1 call  1 refused" in title.plain
        assert not app.main.detail.border_subtitle, "it stands above the trace"
        assert "calls" not in str(app.main.query_one("#status", Static).content)


@pytest.mark.slow
async def test_a_failed_call_is_marked_at_its_tool(make_app: MakeApp) -> None:
    code = "const a = {b: {c: 1}};\nawait tools.demo.no_such_tool({ limit: a.b.c })"
    app = make_app(code)
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await run_script(app, pilot)
        (marker,) = app.main.tab.script.markers
        assert marker.line == 2
        assert marker.column is not None
        line = code.split("\n")[1]
        assert line[marker.column - 1 :].startswith("no_such_tool")


@pytest.mark.slow
async def test_the_trace_ends_at_what_ended_the_run(make_app: MakeApp) -> None:
    """It went to the first call that had failed, which the script had coped with."""
    tolerated = 'await call_tool("demo", "get_issue", {id: 1});\n'
    app = make_app(f"{tolerated}await tools.demo.get_issue({{id: 2}});")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        first = await run_script(app, pilot)
        assert app.main.trace.selected is not None
        assert app.main.trace.selected.seq == 2
        app.main.tab.script.text = f"{tolerated}throw new Error('of its own');"
        await pilot.press("f5")
        await until(lambda: app.main.runs.now is not first, "another run")
        run = app.main.runs.now
        assert run is not None
        await until(lambda: run.execution, "it ends")
        await pilot.pause()
        assert run.execution is not None
        assert run.failing_call(run.execution.error) is None
        assert isinstance(app.main.trace.model.rows[app.main.trace.cursor or 0], EndRow)


@pytest.mark.slow
async def test_help_names_only_what_does_something_there(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await until(lambda: app.runtime_now, "open")
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen))
        assert "Run script" in help_text(app)
        await pilot.press("escape")
        app.main.go_to("detail")
        await until(lambda: app.main.focused is app.main.detail.result, "a value")
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen))
        assert isinstance(app.screen, HelpScreen)
        titles = [line.split()[-1] for line in pane_lines(app.screen)]
        own = [titles.index(words) for words in ("Fold", "Find", "Result", "Timing")]
        assert own == sorted(own), "what the line of keys has, what the pane has"
        assert own[-1] < 12
        assert titles.index("Next") > titles.index("Save"), "moving comes last"
        await pilot.press("escape", "ctrl+t")
        await until(lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen))
        said = help_text(app)
        assert "Run script" not in said
        assert "Jump" not in said
        assert "Export" in said
        await pilot.press("escape", "escape", "alt+t")
        await until(lambda: isinstance(app.screen, ToolsScreen) and app.screen.focused)
        await pilot.press("down", "t")
        await until(lambda: isinstance(app.screen, TryToolScreen) and app.screen.focused)
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen))
        said = help_text(app)
        assert "Earlier calls" in said, "what the screen can do"
        assert "Larger editor" in said, "what the form in it can do"
        narrow = (
            app.screen._text(66).plain.splitlines() if isinstance(app.screen, HelpScreen) else []
        )
        assert max(len(line) for line in narrow) <= 66
        long = next(n for n, line in enumerate(narrow) if "list choices" in line)
        assert narrow[long + 1].startswith(" " * 25), "it goes on below its own words"
        keys = [line.split()[0] for line in pane_lines(HelpScreen({}, "detail", None, []))]
        assert len(keys) == len(set(keys))


def test_words_of_help_stand_below_each_other_whatever_is_pressed() -> None:
    own = {"detail-result": "ctrl+shift+alt+f12,ctrl+shift+f11"}
    lines = HelpScreen(own, "detail")._text(80).plain.splitlines()
    at = next(number for number, line in enumerate(lines) if "F11" in line)
    assert lines[at + 1].strip() == "Result"
    assert lines[at + 1].index("Result") == lines[at + 2].index("Console")


def help_text(app: WorkbenchApp) -> str:
    assert isinstance(app.screen, HelpScreen)
    return app.screen._text().plain


def pane_lines(help_screen: HelpScreen) -> list[str]:
    """The lines of the pane itself."""
    text = help_screen._text().plain.partition("In this pane")[2].partition("\n\n")[0]
    return [line for line in text.splitlines()[1:] if line.strip()]


@pytest.mark.slow
async def test_names_of_the_script_are_renamed_and_offered(make_app: MakeApp) -> None:
    text = "const rows = [1];\nreturn { rows, n: rows.length };\n"
    app = make_app(text, '{"user": {"name": 1}}')
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        script = app.main.tab.script
        # Typed together: the prompt opens with the old name, and what comes after the key replaces it.
        await pilot.press("ctrl+home", *["right"] * 8, "alt+n", "x", "enter")
        await until(lambda: app.screen is app.main and "const x" in script.text, "it is renamed")
        assert script.text == "const x = [1];\nreturn { rows: x, n: x.length };\n"
        assert script.cursor_location == (0, 7), "in its name"
        status = app.main.query_one("#status", Static)
        await until(lambda: "rows is x now" in str(status.content), "it is told")
        await pilot.press("ctrl+n")
        await until(lambda: "rows is x now" not in str(status.content), "not of another script")
        await pilot.press("ctrl+w")
        await until(lambda: app.main.tab.script is script and script.has_focus, "back")
        await pilot.press("alt+n", "i", "f", "enter")
        await until(lambda: isinstance(app.screen, LineScreen), "it is asked for")
        said = app.screen.query_one("#line-problem", Static)
        await until(
            lambda: "word of the language" in str(said.content), "Enter takes nothing wrong"
        )
        await pilot.press("escape", "ctrl+z")
        await until(lambda: script.text == text, "one step back")
        await pilot.press("home", "alt+n")
        await told(app, "Put the cursor on a name")
        assert app.screen is app.main
        await until(lambda: app.runtime_now, "servers are open")
        await pilot.press("ctrl+end", *"input.")
        await until(lambda: script.offers.is_open, "members of the input open by themselves")
        await pilot.press("enter", ".", "enter", "space", "r", "w", "ctrl+space")
        await until(lambda: script.offers.is_open, "what is declared, by its letters")
        await pilot.press("enter")
        await until(lambda: script.text == f"{text}input.user.name rows", "they are taken")
