"""Trying a tool of the demo server: the form, the answer beside it, earlier calls, the call as code."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Static

from tests.tui.conftest import MakeApp, app_opened, paste, told, until
from tests.tui.test_key_order import settled, type_at_once
from tests.tui.tools.tools_app import ToolsApp, opened, said, screen
from workbench.catalogue.tools import ToolInfo
from workbench.core.records import PastCall
from workbench.core.runtime import Runtime
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.hints.tool_calls import call_with
from workbench.tui.forms.view import FormView
from workbench.tui.tools.remembered import PastValues, call_in_words, different, values_at
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.tools.try_tool import TryScreen

pytestmark = pytest.mark.anyio


def tried(app: ToolsApp) -> TryScreen:
    found = next(one for one in app.screen_stack if isinstance(one, TryScreen))
    assert isinstance(found, TryScreen)
    return found


async def try_tool(app: ToolsApp, pilot: Pilot[int], runtime: Runtime, name: str) -> TryScreen:
    await app.push_screen(TryScreen(runtime, runtime.upstream.catalogue().tools["demo"][name]))
    await until(lambda: app.screen.query(FormView) and app.screen.focused, "the form")
    await pilot.pause()
    return tried(app)


async def answered(screen: TryScreen, title: str) -> None:
    await until(lambda: title in str(screen.answer.border_title), title)


@pytest.mark.slow
async def test_a_tool_is_tried_recorded_and_tried_again(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24)) as (app, pilot, runtime):
        names = [row.tool.name if row.tool else "" for row in screen(app).rows.rows]
        screen(app).rows.move_to(names.index("search_issues"))
        await pilot.press("t")
        await until(lambda: app.screen.query(FormView) and app.screen.focused, "the form")
        shown = tried(app)
        pane = shown.query_one("#try-args")
        assert "reads only" in str(pane.border_title)
        below, whole = shown.query_one("#try-said", Static), "Try demo.search_issues · reads only"
        await until(lambda: whole not in str(below.content), "the frame has room for it")
        await pilot.resize_terminal(36, 24)
        await until(lambda: str(below.content).startswith(whole), "it has none")
        await pilot.resize_terminal(80, 24)
        await until(lambda: whole not in str(below.content), "it has again")
        await pilot.press("f5")
        await until(lambda: "1 needed" in str(pane.border_subtitle), "not sent")
        await app.workers.wait_for_complete()
        assert runtime.history.list_executions() == []
        await pilot.press(*"dark", "f5")
        await answered(shown, "ok")
        assert "Dark theme" in str(shown.answer.view.shown and shown.answer.view.shown.value)
        await pilot.press("ctrl+a", *"zz", "f5")
        await until(lambda: len(runtime.history.list_executions()) == 2, "sent again")
        await runtime.history.committed()
        assert {row.script for row in runtime.history.list_executions()} == {"try"}
        await pilot.press("f2")
        await until(lambda: isinstance(app.screen, PickScreen), "earlier calls")
        await pilot.press(*"dark", "enter")
        await until(
            lambda: shown.query_one(FormView).form.value()[0].get("query") == "dark", "filled"
        )
        await pilot.press("f3")
        await until(lambda: isinstance(app.screen.focused, CodeArea), "as JSON")
        area = shown.query_one(CodeArea)
        area.replace('{"query": "dark", "limit": 400', (0, 0), area.document.end)
        await pilot.press("f3")
        assert area.markers, "it is no JSON: it stays"
        await pilot.press("ctrl+end", "}")
        assert "at most" in str(shown.query_one("#try-said", Static).content)
        await pilot.press("f3", "f6", "f6", "f5")
        await until(lambda: "1 wrong" in str(pane.border_subtitle), "said at its field")
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, ToolsScreen), "back")
        await until(lambda: "Last 2 calls · p50 " in said(app), "its calls are counted")


@pytest.mark.slow
async def test_what_may_destroy_asks_errors_are_cards_and_what_is_slow_is_stopped(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (app, pilot, runtime):
        shown = await try_tool(app, pilot, runtime, "deploy")
        await pilot.press(*"web", "f5")
        await until(
            lambda: isinstance(app.screen, ChoiceScreen) and app.screen.query(Button), "asked"
        )
        await pilot.press("enter")  # the first answer is the safe one
        await until(lambda: isinstance(app.screen, TryScreen), "back")
        await app.workers.wait_for_complete()
        assert runtime.history.list_executions() == []
        await pilot.press("f5")
        await until(
            lambda: isinstance(app.screen, ChoiceScreen) and app.screen.query(Button), "again"
        )
        await pilot.press("right", "enter")
        await answered(shown, "✘ ")
        assert shown.answer.card.display
        await pilot.press("f6")
        assert shown.answer.card.has_focus
        await pilot.press("v")
        await until(lambda: shown.answer.view.has_focus, "as a tree")
        await pilot.press("v")
        await until(lambda: shown.answer.card.has_focus, "as a card")
        await pilot.press("escape")

        shown = await try_tool(app, pilot, runtime, "sleep")
        assert "stop" in shown.idle_actions
        await pilot.press(*"600000", "f5")
        await until(lambda: runtime.engine.pool.running, "it runs")
        await pilot.press("f8")
        await answered(shown, "stopped")
        await until(lambda: not runtime.engine.pool.running, "it is stopped")


@pytest.mark.slow
async def test_a_key_that_was_typed_before_the_answer_sends_nothing_again(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app_opened(app)
        runtime = await app.runtime()
        await runtime.upstream.settled()
        doubled = events.Key("f5", None)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and not app.main.runs.active, "the script has run")
        app.post_message(doubled)
        await told(app, "it ran once")
        shown = TryScreen(runtime, runtime.upstream.catalogue().tools["demo"]["search_issues"])
        await app.push_screen(shown)
        await until(lambda: app.screen.query(FormView) and app.screen.focused, "the form")
        doubled = events.Key("f5", None)
        await pilot.press(*"dark", "f5")
        await answered(shown, "ok")
        app.post_message(doubled)
        await told(app, "sent once")
        await runtime.history.committed()
        assert len(runtime.history.list_executions()) == 2


@pytest.mark.slow
async def test_typed_ahead_it_becomes_code_in_the_script(make_app: MakeApp) -> None:
    app = make_app("")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        runtime = await app.runtime()
        await runtime.upstream.settled()
        await pilot.press("alt+t")
        await until(lambda: isinstance(app.screen, ToolsScreen), "the tools")
        await pilot.press("slash")
        paste(pilot, "create_issue")
        await until(lambda: len(app.screen.query_one("#tools-rows").rows) == 2, "found")  # type: ignore[attr-defined]
        type_at_once(app, "enter", "j", "t", *"Slow", "enter", "space", "s")
        await settled(app)
        type_at_once(app, "down", "f9")
        await until(lambda: "tools.demo" in app.main.tab.script.text, "the call")
        assert app.main.tab.script.text == (
            'await tools.demo.create_issue({ title: "Slow", labels: ["security"] })'
        )


def test_calls_as_code() -> None:
    tool = ToolInfo("a-b", "do")
    assert call_with(tool, {}) == 'await tools["a-b"].do()'
    assert call_with(tool, {"x": [1, {"y z": None}]}) == (
        'await tools["a-b"].do({ x: [1, { "y z": null }] })'
    )
    long = call_with(tool, {"text": "word " * 20, "n": 1})
    assert long.split("\n")[0] == 'await tools["a-b"].do({'
    assert long.split("\n")[2:] == ["  n: 1,", "})"]


def test_what_was_given_before() -> None:
    calls = [
        PastCall("3", "tui", "try", 3.0, {"a": "new", "l": [{"x": 1}, {"x": 2}]}, True, 12.0),
        PastCall("2", "cli", None, 2.0, {"a": "«masked key»", "l": "x"}, False, None),
        PastCall("1", "tui", "a.js", 1.0, {"a": "new", "l": [{"x": 1}, {"x": 2}]}, True, 9.0),
    ]
    assert values_at(calls, ("a",)) == ["new"], "what was masked is gone"
    assert values_at(calls, ("l", 7, "x")) == [1, 2], "of any item"
    assert values_at(calls, ("b", "c")) == []
    past = PastValues(calls)
    assert past.at(("a",)) is past.at(("a",)), "looked for once, however much is typed"
    assert past.at(("l", 7, "x")) == [1, 2]
    assert [call.execution_id for call in different(calls)] == ["3", "2"]
    assert "✔ 12 ms  tried  a=" in call_in_words(calls[0])
    assert "✘  cli  a=" in call_in_words(calls[1])


@pytest.mark.slow
async def test_what_stands_in_a_form_is_there_again(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24)) as (app, pilot, runtime):
        names = [row.tool.name if row.tool else "" for row in screen(app).rows.rows]
        screen(app).rows.move_to(names.index("search_issues"))

        async def again() -> TryScreen:
            await pilot.press("t")
            await until(lambda: app.screen.query(FormView) and app.screen.focused, "the form")
            return tried(app)

        def filled(shown: TryScreen) -> dict[str, object]:
            return dict(shown.query_one(FormView).form.value(whatever=True)[0])

        await again()
        await pilot.press(*"dark", "escape")
        await until(lambda: app.screen is screen(app), "left by mistake")
        shown = await again()
        assert filled(shown)["query"] == "dark"
        await pilot.press("f3")
        await until(lambda: isinstance(app.focused, CodeArea), "as JSON")
        await pilot.press("ctrl+a")
        paste(pilot, '{"query": "light", "more": 1}')
        await until(lambda: filled(shown)["query"] == "light", "it is taken")
        await pilot.press("escape")
        await until(lambda: app.screen is screen(app), "left again")
        assert filled(await again()) == {"query": "light", "more": 1}
        assert runtime.history.list_executions() == []
