"""Unsaved text outlives the process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.editor.editor_app import lines
from workbench.tui import ui_state
from workbench.tui.editor.blocks import Block
from workbench.tui.editor.folding import Folds
from workbench.tui.ui_state import Draft, Session, SessionStore
from workbench.util.files import write_whole


def leave_draft(data_dir: Path, text: str) -> None:
    """A process that keeps a draft and dies."""
    program = (
        "import sys, pathlib; from workbench.tui.ui_state import *;"
        "SessionStore(pathlib.Path(sys.argv[1])).keep([Draft(None, sys.argv[2], '{}')])"
    )
    subprocess.run([sys.executable, "-c", program, str(data_dir), text], check=True)


def test_draft_of_a_dead_process_is_recovered_once(tmp_path: Path) -> None:
    leave_draft(tmp_path, "return 'ü'")
    store = SessionStore(tmp_path)
    assert store.recover() == [Draft(None, "return 'ü'", "{}")]
    store.forget()
    assert store.recover() == []


def test_the_same_text_left_by_several_is_recovered_once(tmp_path: Path) -> None:
    """Of two that started together after a crash both took it over."""
    for text in ("return 1", "return 1", "return 2"):
        leave_draft(tmp_path, text)
    store = SessionStore(tmp_path)
    assert sorted(draft.text for draft in store.recover()) == ["return 1", "return 2"]
    store.forget()
    assert draft_files(tmp_path) == []


def draft_files(data_dir: Path) -> list[Path]:
    return list((data_dir / "tui").glob("draft-*.json"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no start times here")
def test_draft_of_a_process_whose_number_lives_again_is_recovered(tmp_path: Path) -> None:
    """As after a restart of the machine, or of a container."""
    leave_draft(tmp_path, "lost")
    (file,) = draft_files(tmp_path)
    _, _, started = file.stem.split("-")
    file.rename(file.with_name(f"draft-{os.getpid()}-{started}.json"))
    store = SessionStore(tmp_path)
    assert [draft.text for draft in store.recover()] == ["lost"]
    store.keep([Draft(None, "mine", "{}")])
    store.forget()
    assert [draft.text for draft in store.recover()] == []
    assert len(draft_files(tmp_path)) == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no start times here")
def test_draft_of_a_living_process_is_left_to_it(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from workbench.tui.ui_state import *;"
        "SessionStore(pathlib.Path(sys.argv[1])).keep([Draft(None, 'theirs', '{}')]); print('kept', flush=True);"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"kept\n"
        assert SessionStore(tmp_path).recover() == []
    assert [draft.text for draft in SessionStore(tmp_path).recover()] == ["theirs"]


def test_nobody_else_reads_what_is_kept(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.keep([Draft(None, "token", "{}")])
    store.save(Session())
    files = list((tmp_path / "tui").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_own_draft_is_not_taken_for_a_dead_one(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.keep([Draft("/a.js", "1", "{}")])
    assert SessionStore(tmp_path).recover() == []
    store.keep([])
    assert [file.name for file in (tmp_path / "tui").iterdir()] == []


def test_what_was_to_be_kept_last_is_kept_whatever_is_written_when(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    late = store.keeping([Draft(None, "older", "{}")])
    store.keep([Draft(None, "newer", "{}")])
    late()
    (file,) = draft_files(tmp_path)
    assert "newer" in file.read_text("utf-8")
    late = store.keeping([Draft(None, "older", "{}")])
    store.keep([])
    late()
    assert draft_files(tmp_path) == []


@pytest.mark.anyio
async def test_who_types_does_not_wait_for_the_disk(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui_state, "AFTER_S", 0.01)
    begun, disk = Event(), Event()

    def slow(file: Path, *args: Any, **more: Any) -> None:
        if file.name.startswith("draft-"):
            begun.set()
            disk.wait(60)
        write_whole(file, *args, **more)

    monkeypatch.setattr(ui_state, "write_whole", slow)
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("a")
        await until(begun.is_set, "a draft is being written")
        await pilot.press("b", "c")
        await until(lambda: app.main.tab.script.text.startswith("abc"), "keys are heard meanwhile")
        assert not disk.is_set()
        disk.set()
        await until(
            lambda: any("abc" in file.read_text("utf-8") for file in draft_files(app.data_dir)),
            "what was typed meanwhile is kept, too",
        )
        app.exit(0)
    assert draft_files(app.data_dir) == []


def test_broken_files_are_no_session(tmp_path: Path) -> None:
    folder = tmp_path / "tui"
    folder.mkdir()
    (folder / "session.json").write_text(
        '{"files": [1, "a", "%s"], "current": 9, "theme": []}' % ("n" * 300)
    )
    (folder / "draft-999999999.json").write_text('[{"text": 1}, 7')
    store = SessionStore(tmp_path)
    assert store.last() == Session()
    assert store.recover() == []


@pytest.mark.slow
@pytest.mark.anyio
async def test_app_opens_what_was_lost(make_app: MakeApp, tmp_path: Path) -> None:
    leave_draft(tmp_path / "data", "return 'recovered'")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: len(app.main.scripts.tabs) == 2, "the draft is open")
        await pilot.pause()
        assert "return 'recovered'" in {tab.script.text for tab in app.main.scripts.tabs}
        assert app.main.scripts.unsaved() == ["untitled-1.js"]
        await until(lambda: (tmp_path / "data" / "tui").glob("draft-*.json"), "kept as our own")


@pytest.mark.slow
@pytest.mark.anyio
async def test_app_reopens_the_last_files_and_theme(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("return 'one'")
    SessionStore(tmp_path / "data").save(
        Session((str(tmp_path / "one.js"), str(tmp_path / "gone.js")), 0, "workbench-light")
    )
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.main.scripts.tabs, "a script is open")
        await pilot.pause()
        assert [tab.document.name for tab in app.main.scripts.tabs] == ["one.js"]
        assert app.theme == "workbench-light"
        await pilot.press("x")
        await until(lambda: list((tmp_path / "data" / "tui").glob("draft-*.json")), "kept")
        app.exit(0)
    assert SessionStore(tmp_path / "data").last().files == (str(tmp_path / "one.js"),)


@pytest.mark.slow
@pytest.mark.anyio
async def test_wrapped_lines_and_folds_stay_with_their_file(
    make_app: MakeApp, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.js", tmp_path / "two.js"
    one.write_text("return f({\n  'one': 1\n})")
    two.write_text("return {\n  'two': 2\n}")
    folds = Folds()
    folds.fold([Block(0, 9, 1)])
    folded = folds.kept(one.read_text().split("\n"))
    store = SessionStore(tmp_path / "data")
    session = Session((str(one),), wrapped=(str(one),), folded={str(one): folded}, preview=False)
    store.save(session)
    assert store.last() == session
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        scripts = app.main.scripts
        assert (scripts.tab.script.soft_wrap, scripts.tab.input.soft_wrap) == (True, False)
        assert [line.rstrip() for line in lines(scripts.tab.script)[:2]] == [
            "1 ▸return f({ ⋯ 1 line",
            "3  })",
        ]
        await scripts.open(two)
        await until(lambda: scripts.tab.script.has_focus, "the second is in front")
        assert not scripts.tab.script.soft_wrap
        assert not scripts.tab.script.folds
        await pilot.press("alt+z", "alt+minus")
        await until(lambda: scripts.tab.script.soft_wrap and scripts.tab.script.folds, "pressed")
        assert scripts.tab.script.text == two.read_text(), "no letter is typed"
        scripts.turn(-1)
        assert scripts.tab.script.folds, "with its tab"
        scripts.turn(1)
        scripts.close(scripts.tab)
        await until(lambda: len(scripts.tabs) == 1, "closed")
        await scripts.open(two)
        assert scripts.tab.script.soft_wrap, "as it was left"
        assert scripts.tab.script.wrapped_document.height == 2
        # Nothing is hidden in a text that is another.
        scripts.close(scripts.tab)
        await until(lambda: len(scripts.tabs) == 1, "closed")
        two.write_text("return [\n  'two'\n]")
        await scripts.open(two)
        assert scripts.tab.script.wrapped_document.height == 3
        app.exit(0)
    last = store.last()
    assert last.wrapped == (str(one), str(two))
    assert last.folded == {str(one): folded}


@pytest.mark.anyio
async def test_what_a_crash_left_is_in_front(make_app: MakeApp, tmp_path: Path) -> None:
    """Before the files that were open, of which there may be more than the strip has room for."""
    files = [tmp_path / name for name in ("a.js", "b.js")]
    for file in files:
        file.write_text("saved")
    leave_draft(tmp_path / "data", "lost")
    store = SessionStore(tmp_path / "data")
    store.save(Session(files=tuple(map(str, files))))
    app = make_app()
    async with app.run_test(size=(80, 24)):
        await app_opened(app)
        assert app.main.tab.script.text == "lost"
        assert [tab.document.name for tab in app.main.scripts.tabs][:2] == ["a.js", "b.js"]
