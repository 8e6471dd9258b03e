"""Unsaved text outlives the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.conftest import MakeApp, until
from workbench.tui.ui_state import Draft, Session, SessionStore


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


def test_own_draft_is_not_taken_for_a_dead_one(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.keep([Draft("/a.js", "1", "{}")])
    assert SessionStore(tmp_path).recover() == []
    store.keep([])
    assert [file.name for file in (tmp_path / "tui").iterdir()] == []


def test_broken_files_are_no_session(tmp_path: Path) -> None:
    folder = tmp_path / "tui"
    folder.mkdir()
    (folder / "session.json").write_text('{"files": [1, "a"], "current": 9, "theme": []}')
    (folder / "draft-999999999.json").write_text('[{"text": 1}, 7')
    store = SessionStore(tmp_path)
    assert store.last() == Session()
    assert store.recover() == []


@pytest.mark.anyio
async def test_app_opens_what_was_lost(make_app: MakeApp, tmp_path: Path) -> None:
    leave_draft(tmp_path / "data", "return 'recovered'")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: len(app.main.tabs) == 2, "the draft is open")
        await pilot.pause()
        assert "return 'recovered'" in {tab.script.text for tab in app.main.tabs}
        assert app.main.unsaved() == ["untitled.js"]
        await until(lambda: (tmp_path / "data" / "tui").glob("draft-*.json"), "kept as our own")


@pytest.mark.anyio
async def test_app_reopens_the_last_files_and_theme(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("return 'one'")
    SessionStore(tmp_path / "data").save(
        Session((str(tmp_path / "one.js"), str(tmp_path / "gone.js")), 0, "workbench-light")
    )
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.main.tabs, "a script is open")
        await pilot.pause()
        assert [tab.document.name for tab in app.main.tabs] == ["one.js"]
        assert app.theme == "workbench-light"
        await pilot.press("x")
        await until(lambda: list((tmp_path / "data" / "tui").glob("draft-*.json")), "kept")
        app.exit(0)
    assert SessionStore(tmp_path / "data").last().files == (str(tmp_path / "one.js"),)
