"""Scripts whose files other programs change, remove or make strange: nothing is overwritten or dropped unasked."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.conftest import MakeApp, app_opened, told, until
from tests.tui.test_key_order import settled, type_at_once
from workbench.config import Config, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.ui_state import Draft

pytestmark = pytest.mark.anyio


async def answer(pilot: Pilot[int], text: str) -> None:
    """Type into the line that is asked for."""
    app = pilot.app
    await until(lambda: isinstance(app.screen, LineScreen) and app.focused, "asked")
    app.screen.query_one(Input).value = text
    await pilot.pause()
    await pilot.press("enter")
    await until(lambda: not isinstance(app.screen, LineScreen), "answered")


def left_behind(folder: Path, *drafts: Draft) -> None:
    """What a process that is gone had in no file: the first by one, the next by another."""
    (folder / "tui").mkdir(parents=True)
    for number, draft in enumerate(drafts):
        entry = {
            "path": draft.path,
            "text": draft.text,
            "input": draft.input,
            "stamps": draft.stamps,
        }
        (folder / "tui" / f"draft-99999999{number}.json").write_text(json.dumps([entry]))


async def edited_and_closed(app: WorkbenchApp, pilot: Pilot[int], file: Path) -> None:
    """Throw a changed text away, and have it back once another program wrote its file."""
    await pilot.press("x", "ctrl+w")
    await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
    await pilot.press("right", "right", "enter")
    await until(lambda: app.main.tab.document.path is None, "closed")
    file.write_text("of another")
    app.main.action_reopen()


async def unreadable(app: WorkbenchApp, pilot: Pilot[int], file: Path) -> None:
    file.write_bytes(b"of another \xff")
    app.main.files.look_at_disk()
    await told(app, "is not UTF-8 text")
    await pilot.press("x")


async def doubled(app: WorkbenchApp, pilot: Pilot[int], file: Path) -> None:
    """A key that bounces is no second answer."""
    await pilot.press("x")
    file.write_text("of another")
    type_at_once(app, "ctrl+s", "ctrl+s")
    await settled(app)


async def of_the_same_moment(app: WorkbenchApp, pilot: Pilot[int], file: Path) -> None:
    """Clocks of disks are coarse, and some programs set the time of what they write."""
    await pilot.press("x")
    before = file.stat()
    file.write_text("of another")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


Way = Callable[[WorkbenchApp, Pilot[int], Path], Awaitable[None]]


@pytest.mark.parametrize("way", [edited_and_closed, unreadable, doubled, of_the_same_moment])
async def test_what_another_program_wrote_is_asked_about(
    make_app: MakeApp, tmp_path: Path, way: Way
) -> None:
    app, file = make_app("return 1"), tmp_path / "test.js"
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await app_opened(app)
        await way(app, pilot, file)
        await until(lambda: app.main.tab.script.text == "xreturn 1", "the text is here")
        if way is not doubled:
            await pilot.press("ctrl+s")
        await told(app, "was changed by another program: Save as keeps both")
        assert file.read_bytes().startswith(b"of another")
        await pilot.press("y", "ctrl+s")
        assert file.read_bytes().startswith(b"of another"), (
            "another text than that which was told of"
        )
        await pilot.press("ctrl+s")
        assert "return 1" in file.read_text()


async def test_a_recovered_text_overwrites_nothing_unasked(
    make_app: MakeApp, tmp_path: Path
) -> None:
    """Its file was changed between the crash and the start; another process had it open, too."""
    file = tmp_path / "test.js"
    file.write_text("as it was")
    known = file.stat()
    stamps = ((known.st_mtime_ns, known.st_size, known.st_ino), None)
    one, other = (Draft(str(file), text, "{}\n", stamps) for text in ("one", "other"))
    left_behind(tmp_path / "data", one, other)
    app = make_app("of another")
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await app_opened(app)
        texts = {tab.script.text: tab.document for tab in app.main.scripts.tabs}
        assert texts.keys() == {"one", "other"}
        assert (texts["one"].path, texts["other"].path) == (file, None)
        await pilot.press("ctrl+s")
        await told(app, "was changed by another program: Save as keeps both")
        assert file.read_text() == "of another"


async def test_a_script_that_is_not_saved_keeps_no_other_from_it(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, other = make_app("return 1"), tmp_path / "other.js"
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        await pilot.press("x")
        await app.main.scripts.open(other)
        app.main.tab.script.insert("y")
        (tmp_path / "test.js").write_text("of another")
        assert not app.main.files.save_all()
        assert (other.read_text(), app.main.scripts.unsaved()) == ("y", ["test.js"])


@pytest.mark.slow
async def test_a_removed_file_leaves_its_text_to_ask_about(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, file = make_app("return 1"), tmp_path / "test.js"
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        file.unlink()
        app.main.files.look_at_disk()
        assert app.main.scripts.unsaved() == ["test.js"]
        assert list((tmp_path / "data" / "tui").glob("draft-*.json")), "a crash does not lose it"
        file.write_text("return 2")  # some programs write so
        app.main.files.look_at_disk()
        assert (app.main.tab.script.text, app.main.scripts.unsaved()) == ("return 2", [])
        await pilot.press("ctrl+w")
        await until(lambda: app.main.tab.document.path is None, "closed")
        file.unlink()
        app.main.action_reopen()
        await until(lambda: app.main.tab.script.text == "return 2", "it comes back")
        assert app.main.scripts.unsaved() == ["test.js"]


@pytest.mark.slow
async def test_save_as_takes_the_input_along_and_asks_where_one_is(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("return 1", '{"a": 1}')
    theirs = tmp_path / "there.input.json"
    theirs.write_text("theirs")
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        app.main.files.save_as(app.main.tab)
        await answer(pilot, "./there.js")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press("enter")
        assert theirs.read_text() == "theirs"
        app.main.files.save_as(app.main.tab)
        await answer(pilot, "./new.js")
        await until(lambda: (tmp_path / "new.input.json").exists(), "both are written")
        assert (tmp_path / "new.input.json").read_text() == '{"a": 1}'
        (tmp_path / "bad.input.json").mkdir()
        await pilot.press("x")
        app.main.files.save_as(app.main.tab)
        await answer(pilot, "./bad.js")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press("right", "enter")
        await until(lambda: app.screen is app.main, "answered")
        assert app.main.scripts.unsaved() == ["new.js"], "half of it is not saved"


async def test_the_file_that_will_be_written_is_said_whole(
    make_app: MakeApp, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "kept", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "sub").mkdir()
    app = make_app("return 1", config=Config(servers={"demo": demo_server()}, scripts_dir=folder))
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        app.main.files.save_as(app.main.tab)
        await until(lambda: app.screen.query("#line-problem"), "the question")
        here = f"Writes {tmp_path / 'test.js'}"
        said = app.screen.query_one("#line-problem", Static)
        await until(
            lambda: str(said.content) == here, "its own file is proposed, and not asked about"
        )
        await pilot.press("escape")
        await until(lambda: app.screen is app.main, "given up")
        for typed, written in (
            ("x.js", folder / "x.js"),
            ("y", folder / "y.js"),
            ("./x.js", tmp_path / "x.js"),
            ("sub/x.js", tmp_path / "sub" / "x.js"),
            (str(elsewhere / "x.ts"), elsewhere / "x.ts"),
        ):
            app.main.files.save_as(app.main.tab)
            await until(lambda: app.screen.query("#line-problem"), "the question")
            said = app.screen.query_one("#line-problem", Static)
            await until(lambda line=said: "Writes " in str(line.content), "of what is proposed")  # type: ignore[misc]
            app.screen.query_one(Input).value = typed
            wanted = f"Writes {written}"
            await until(lambda line=said, path=wanted: str(line.content) == path, typed)  # type: ignore[misc]
            await pilot.press("enter")
            await until(written.exists, "there it is")
            await until(lambda: app.screen is app.main, "done")
        app.main.files.save_as(app.main.tab)
        await until(lambda: app.screen.query("#line-problem"), "the question")
        said = app.screen.query_one("#line-problem", Static)
        app.screen.query_one(Input).value = "x.js"
        await until(lambda: "asked about first" in str(said.content), "it is there")
        app.screen.query_one(Input).value = "none/x.js"
        await pilot.press("enter")
        await until(lambda: f"there is no folder {tmp_path / 'none'}" in str(said.content), "told")
        assert app.screen is not app.main


async def test_a_kept_input_is_overwritten_only_after_a_question(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app, kept = make_app("return 1", "{}"), tmp_path / "test.big.input.json"
    kept.write_text("theirs")
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        app.main.action_keep_input()
        await answer(pilot, "big")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        assert kept.read_text() == "theirs"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["open", "save as", "export"])
async def test_no_path_that_is_typed_ends_or_holds_up_the_screen(
    make_app: MakeApp, tmp_path: Path, way: str
) -> None:
    app = make_app("return 1")
    (tmp_path / "loop.js").symlink_to("loop.js")
    os.mkfifo(tmp_path / "pipe.js")
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await app_opened(app)
        long = f"./{'x' * 300}.js"
        for name in ("~nobody-of-this-name/x.js", long, "./loop.js", "./pipe.js", "/", "..", "~"):
            app.clear_notifications()
            if way == "open":
                app.main.files.ask_to_open()
            elif way == "save as":
                app.main.files.save_as(app.main.tab)
            else:
                app._saving.ask("1", "Save the value as", "value.json")
            if way != "open" and name in ("/", "..", "~", "~nobody-of-this-name/x.js"):
                await until(lambda: app.screen.query("#line-problem"), "the question")
                app.screen.query_one(Input).value = name
                said = app.screen.query_one("#line-problem", Static)
                await until(lambda shown=said: "folder" in str(shown.content), "said below")  # type: ignore[misc]
                await pilot.press("escape")
                await until(lambda: app.screen is app.main, "given up")
                continue
            await answer(pilot, name)
            if name == "./pipe.js" and way != "open":
                await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
                await pilot.press("right", "enter")
                await until(lambda: app.screen is app.main, "answered")
            if way != "open" or not name.startswith("~n"):  # no such folder: an empty script
                await until(lambda: app._notifications, f"told why {name} is none")


async def test_a_file_that_is_not_there_yet_is_told(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return 1")
    (tmp_path / "test.js").unlink()
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)

        def said() -> str:
            return str(app.main.query_one("#status", Static).visual)

        await until(lambda: "test.js is new: saving makes it" in said(), "at the start")
        app.main.files.ask_to_open()
        await answer(pilot, "./other.js")
        await until(lambda: "other.js is new: saving makes it" in said(), "from a path")
        await pilot.press("ctrl+s")
        await until(lambda: (tmp_path / "other.js").exists(), "saved")
        assert "new" not in said()
