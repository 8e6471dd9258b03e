"""Keys that come at once, twice or too early: nothing crashes, nothing is lost, the order stays."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input

import workbench.tui
from tests.support.params import first_fast
from tests.tui.conftest import MakeApp, app_opened, until
from workbench.config import Config, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.commands import COMMANDS
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.main.screen import WorkbenchScreen
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.textual_private import ScreenBase
from workbench.tui.textual_private.key_parser import KeyParser
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.guarded_screen import GuardedScreen

pytestmark = pytest.mark.anyio
_NAMES = {" ": "space", "(": "left_parenthesis", "\n": "enter", ".": "full_stop", "/": "slash"}


def type_at_once(app: App[int], *keys: str) -> None:
    """As a terminal does it that was read once: all of them wait for the app."""
    for key in keys:
        character = key if len(key) == 1 else {"space": " "}.get(key)
        app.post_message(events.Key(_NAMES.get(key, key), character))


async def settled(app: WorkbenchApp) -> None:
    await until(lambda: not app.message_queue_size and not app.key_order.is_busy, "all keys taken")


class EarlyApp(WorkbenchApp):
    """Gets keys before anything is on the screen."""

    CSS_PATH = str(Path(workbench.tui.__file__).parent / "styles" / "workbench.tcss")
    early: Iterable[str] = ()

    def on_mount(self) -> None:
        type_at_once(self, *self.early)  # the base class hears of it by itself


def early_app(folder: Path, *keys: str, code: str = "return 1\n") -> EarlyApp:
    (folder / "test.js").write_text(code)
    config = Config(servers={"demo": demo_server()})
    app = EarlyApp(config, data_dir=folder / "data", script=folder / "test.js")
    app.early = keys
    return app


_ALL_KEYS = sorted({key for command in COMMANDS for key in command.keys.split(",") if key})


@pytest.mark.slow
@pytest.mark.parametrize("key", first_fast("f5", *sorted(set(_ALL_KEYS) - {"ctrl+q", "f5"})))
async def test_a_key_before_the_first_script_is_open_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VISUAL", "true")
    app = early_app(tmp_path, key, key)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.main.scripts.tabs, "open")
        await settled(app)
        await pilot.pause()
        assert app.crashed is None
        assert app.main in app.screen_stack


@pytest.mark.slow
async def test_text_before_the_first_script_is_open_is_typed_into_it(tmp_path: Path) -> None:
    app = early_app(tmp_path, "a", "b", "left", "c", "f5", "d")
    async with app.run_test(size=(120, 40)):
        await until(lambda: app.main.scripts.tabs, "open")
        await settled(app)
        assert app.main.tab.script.text == "acdbreturn 1\n"
        assert app.main.runs.now is not None


@pytest.mark.slow
@pytest.mark.parametrize(("key", "screen"), [("ctrl+t", HistoryScreen), ("alt+t", ToolsScreen)])
async def test_what_needs_the_runtime_opens_with_it_and_takes_what_is_typed_next(
    tmp_path: Path, key: str, screen: type[Screen[None]]
) -> None:
    app = early_app(tmp_path, key, "/", "x")
    async with app.run_test(size=(120, 40)):
        await until(lambda: isinstance(app.screen, screen), "open")
        await settled(app)
        await until(lambda: app.screen.query_one(FilteredList).text == "x", "its filter")
        assert app.main.tab.script.text == "return 1\n"
        assert not app._notifications


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["a", "b", "c", "backspace", "d"], "abd"),
        (["a", "b", "home", "c", "end", "d"], "cabd"),
        (["a", "b", "left", "left", "c", "delete", "d"], "cdb"),
        (["a", "enter", "b", "up", "c", "ctrl+z"], "a\nb"),
        (["a", "shift+left", "b"], "b"),
        (["a", "b", "ctrl+a", "x"], "x"),
    ],
)
async def test_keys_that_arrive_together_take_effect_in_their_order(
    make_app: MakeApp, keys: list[str], text: str
) -> None:
    app = make_app("")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        type_at_once(app, *keys)
        await settled(app)
        assert app.main.tab.script.text == text


@pytest.mark.slow
async def test_commands_do_not_overtake_what_is_typed(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        type_at_once(app, *"one", "ctrl+s", *"two", "ctrl+n", *"three", "ctrl+pageup", *"four")
        await settled(app)
        first, second = app.main.scripts.tabs
        assert (tmp_path / "test.js").read_text() == "one"
        assert first.script.text == "onetwofour"
        assert second.script.text == "three"


@pytest.mark.slow
async def test_text_typed_after_a_key_that_opens_a_line_goes_into_it(make_app: MakeApp) -> None:
    app = make_app("needle here\nneedle")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        type_at_once(app, "ctrl+f", *"needle")
        await settled(app)
        await until(lambda: len(app.main.tab.script.marks._matches) == 2, "found both")
        assert app.main.tab.script.text == "needle here\nneedle"
        type_at_once(app, "escape", "ctrl+o", *"tri")
        await settled(app)
        assert isinstance(app.screen, LineScreen)
        assert app.screen.query_one("Input").value == "tri"  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "then"),
    [
        (["ctrl+p", *"format", "enter", "enter"], WorkbenchScreen),
        (["f2", "3", "3"], WorkbenchScreen),
        (["f2", "x", "x"], WorkbenchScreen),
        (["ctrl+o", *"tri", "enter", "enter"], WorkbenchScreen),
        (["ctrl+o", *"tri", "enter", "enter", "ctrl+o", *"tri", "enter", "enter"], WorkbenchScreen),
        (["x", "ctrl+q", "ctrl+q"], ChoiceScreen),
        (["x", "ctrl+q", "escape", "escape"], WorkbenchScreen),
        (["f1", "f1"], None),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
async def test_a_doubled_key_leaves_the_screen_below_alone(
    make_app: MakeApp, keys: list[str], then: type[Screen[object]] | None
) -> None:
    app = make_app("const a = 1\n")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        await until(lambda: app.runtime_now, "the runtime is open")
        text = app.main.tab.script.text
        type_at_once(app, *keys)
        await settled(app)
        assert app.main in app.screen_stack
        assert then is None or isinstance(app.screen, then)
        assert app.main.scripts.tabs[0].script.text == ("x" + text if "x" in keys[:1] else text)


@pytest.mark.slow
async def test_a_key_that_was_dropped_for_being_doubled_counts_when_it_is_pressed_again(
    make_app: MakeApp,
) -> None:
    """On a screen that came by itself meanwhile, as a server's question does."""
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        await app.push_screen(LineScreen("First"))
        type_at_once(app, "escape", "escape")
        await settled(app)
        assert app.screen is app.main
        await app.push_screen(LineScreen("Second"))
        type_at_once(app, "escape")
        await settled(app)
        assert app.screen is app.main


@pytest.mark.slow
async def test_a_doubled_enter_opens_one_replay(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        await until(lambda: app.runtime_now, "the runtime is open")
        type_at_once(app, "f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ends")
        type_at_once(app, "ctrl+t")
        await settled(app)
        rows = app.screen.query_one("#history-rows")
        await until(lambda: rows.rows, "the run is listed")  # type: ignore[attr-defined]
        type_at_once(app, "enter", "enter", "escape")
        await settled(app)
        assert not any(isinstance(screen, ReplayScreen) for screen in app.screen_stack)
        type_at_once(app, "enter", "enter")
        await settled(app)
        replays = [screen for screen in app.screen_stack if isinstance(screen, ReplayScreen)]
        assert len(replays) == 1


@pytest.mark.slow
async def test_new_then_close_closes_the_new_one(make_app: MakeApp) -> None:
    app = make_app("const a = 1\n")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        type_at_once(app, "ctrl+n", "ctrl+w")
        await settled(app)
        assert [tab.script.text for tab in app.main.scripts.tabs] == ["const a = 1\n"]


@pytest.mark.slow
async def test_what_is_typed_for_a_screen_that_is_still_being_made_waits_for_it(
    make_app: MakeApp,
) -> None:
    class SlowScreen(LineScreen):
        async def on_compose(self) -> None:
            await asyncio.sleep(0.5)  # as on a busy machine

    app = make_app("1")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        app.push_screen(SlowScreen("What?"))
        assert isinstance(app.screen, SlowScreen)
        app.post_message(events.Paste("pasted"))
        type_at_once(app, *" typed")
        await settled(app)
        assert app.screen.query_one(Input).value == "pasted typed"
        assert app.main.tab.script.text == "1"


async def test_what_came_too_fast_is_a_paste_in_an_editor_and_keys_elsewhere(
    make_app: MakeApp,
) -> None:
    """Behind a stalled line a form, a filter or a question lost all that was typed behind Enter."""
    app = make_app("")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        answers: list[str | None] = []
        await app.push_screen(LineScreen("What?"), answers.append)
        for read in ("one name of a file\r\tword", "if (a) {\r  b(c);\r}"):
            for told in KeyParser().feed(read):
                app.post_message(told)
            await settled(app)
        assert answers == ["one name of a file"]
        assert app.main.tab.script.text == "  wordif (a) {\n  b(c);\n}"


@pytest.mark.slow
async def test_a_screen_that_was_left_no_longer_acts(make_app: MakeApp) -> None:
    app = make_app("1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        left = ChoiceScreen("Sure?", {"no": "No", "yes": "Yes"})
        answers: list[str | None] = []
        await app.push_screen(left, answers.append)
        left.dismiss("yes")
        left.dismiss("yes")
        await pilot.pause()
        assert app.screen is app.main
        assert answers == ["yes"]
        left.dismiss("no")
        await pilot.pause()
        assert app.screen is app.main


def test_every_screen_is_guarded() -> None:
    folder = Path(workbench.tui.__file__).parent
    for module in pkgutil.walk_packages([str(folder)], "workbench.tui."):
        for kind in vars(import_module(module.name)).values():
            if inspect.isclass(kind) and issubclass(kind, Screen):
                ours = kind.__module__.startswith("workbench.") and kind is not ScreenBase
                assert not ours or issubclass(kind, GuardedScreen), f"{kind} is not guarded"


@pytest.mark.slow
async def test_what_is_typed_after_the_key_of_a_fix_finds_the_call_put_right(
    make_app: MakeApp,
) -> None:
    long = "f();\n" * 20_000  # it takes a moment to be read
    app = make_app(f"tools.demo.get_issue({{ id: 101 }});\n{long}")
    async with app.run_test(size=(80, 24)):
        await app_opened(app)
        await until(lambda: app.runtime_now, "servers are open")
        await until(lambda: app.runtime_now and app.runtime_now.upstream.catalogue().tools, "read")
        script = app.main.tab.script
        type_at_once(app, "alt+full_stop", "x", "ctrl+n", "y")
        await until(lambda: app.main.tab.script.text == "y", "the next script, and what is for it")
        assert script.text.startswith("xawait tools.demo.")


class SecondFocused(GuardedScreen[None]):
    """Gives its second field the focus, of which the app hears after the keys that wait for it."""

    def compose(self) -> ComposeResult:
        yield Input(id="first")
        yield Input(id="second")

    def on_mount(self) -> None:
        self.query_one("#second").focus()


async def test_a_key_waits_for_the_focus_that_a_screen_asked_for(make_app: MakeApp) -> None:
    app = make_app("")
    async with app.run_test(size=(80, 24)):
        await app_opened(app)
        screen = SecondFocused()
        app.push_screen(screen)
        type_at_once(app, "x")
        await until(lambda: screen.is_mounted, "made")
        await settled(app)
        assert [field.value for field in screen.query(Input)] == ["", "x"]
