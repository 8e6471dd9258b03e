"""Servers are taken over, added and removed on the tools screen, in a real file that is followed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.support.hostile import HOSTILE_LINE, unsafe_in
from tests.tui.conftest import paste, until
from tests.tui.tools.tools_app import ToolsApp, screen
from workbench.config import load
from workbench.core.runtime import open_runtime
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.tools.importing import ImportScreen
from workbench.tui.tools.looking import LookScreen
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.widgets.line_input import LineInput

pytestmark = pytest.mark.anyio


def at(app: ToolsApp) -> str | None:
    """The server of the row under the cursor."""
    row = screen(app).row
    return row.server.name if row is not None else None


async def test_keys_before_the_preview_and_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".cursor").mkdir()
    servers = {"wiki": {"command": "no-such-program"}}
    (tmp_path / ".cursor" / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    file = tmp_path / "mine.toml"
    file.write_text("")
    app = ToolsApp()
    answers: list[list[str] | None] = []
    async with app.run_test(size=(80, 24)):
        shown = ImportScreen(file, {})
        await app.push_screen(shown, answers.append)
        shown.action_add()  # the files of others are still read: they are read on
        await until(lambda: shown.rows.rows, "what was found")
        shown.action_add()
        await asyncio.sleep(0)  # the first has begun
        shown.action_add()
        await until(lambda: answers == [["wiki"]], "added, and left")
    assert file.read_text().count("[servers.wiki]") == 1


@pytest.mark.slow
async def test_servers_come_and_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    gone = {
        "command": "no-such-program",
        "args": [HOSTILE_LINE],
        "env": {"TOKEN": "sk-" + "a1" * 20},
    }
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor" / "mcp.json").write_text(
        json.dumps({"mcpServers": {"wiki": gone, "other": gone, "broken": {"args": 3}}})
    )
    file = tmp_path / "mine.toml"
    file.write_text("# mine\n[servers.here]\ncommand = 'no-such-program'\n")
    async with open_runtime(load(file), data_dir=tmp_path / "data", watch=True) as runtime:
        app = ToolsApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(ToolsScreen(runtime), app.answers.append)
            await until(lambda: screen(app).rows.rows, "shown")
            await pilot.press("i")
            await until(lambda: isinstance(app.screen, ImportScreen), "the preview")
            shown = app.screen
            assert isinstance(shown, ImportScreen)
            await until(lambda: len(shown.rows.rows) == 3, "what was found")
            assert [row.state for row in shown.rows.rows] == ["new", "new", "skipped"]
            said = str(shown.query_one("#import-text", Static).content)
            assert "Cursor" in said
            assert "quarantined" in said
            assert unsafe_in(said) == []
            assert "a1a1" not in said, "no secret is shown"
            await pilot.press("space", "enter")  # one is left out
            await until(lambda: "[servers.other]" in file.read_text(), "the other is added")
            assert "servers.wiki" not in file.read_text()
            assert file.read_text().startswith("# mine")
            await until(lambda: len(screen(app).rows.rows) == 2, "it is shown")
            assert {row.server.name: row.server.quarantined for row in screen(app).rows.rows} == {
                "here": False,
                "other": True,
            }
            assert at(app) == "other", "x releases it"

            await pilot.press("n")
            await until(lambda: isinstance(app.screen, LineScreen) and app.screen.focused, "asked")
            paste(pilot, "ftp://x")
            await pilot.press("enter")
            problem = app.screen.query_one("#line-problem", Static)
            await until(lambda: "http" in str(problem.content), "it is not taken")
            await pilot.press("ctrl+a")
            paste(pilot, f"two={sys.executable} -c pass")
            await until(lambda: not problem.has_class("-shown"), "right")
            await pilot.press("enter")
            await until(lambda: app.screen.query("#yes") and app.screen.focused, "looked at")
            await pilot.press("right", "enter")
            await until(lambda: "[servers.two]" in file.read_text(), "added")
            await until(lambda: at(app) == "two", "it is shown, and gone to")
            await pilot.press("delete")
            await until(
                lambda: isinstance(app.screen, ChoiceScreen) and app.screen.focused, "asked"
            )
            await pilot.press("right", "enter")
            await until(lambda: "[servers.two]" not in file.read_text(), "removed")


async def test_a_server_is_looked_at_before_it_is_added_and_what_was_typed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    secret = "sk-" + "a1" * 20
    file = tmp_path / "mine.toml"
    before = "[servers.here]\ncommand = 'no-such-program'\n"
    file.write_text(before)
    async with open_runtime(load(file), data_dir=tmp_path / "data", watch=True) as runtime:
        app = ToolsApp()
        async with app.run_test(size=(60, 20)) as pilot:
            await app.push_screen(ToolsScreen(runtime), app.answers.append)
            await until(lambda: screen(app).rows.rows, "shown")
            await pilot.press("n")
            await until(lambda: isinstance(app.screen, LineScreen) and app.screen.focused, "asked")
            line = app.screen.query_one(LineInput)
            problem = app.screen.query_one("#line-problem", Static)
            paste(pilot, "here=npx -y other")
            await until(lambda: "already" in str(problem.content), "the name is taken")
            line.value = f"two=API_KEY={secret} TOKEN=${{MINE}} no-such-program {HOSTILE_LINE!r}"
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, LookScreen) and app.screen.focused, "looked")
            shown = "\n".join(str(each.content) for each in app.screen.query(Static))
            assert str(file) in shown
            assert "[servers.two]" in shown
            assert 'TOKEN = "${MINE}"' in shown, "what is no secret is shown"
            assert "a1a1" not in shown, "no secret is shown"
            assert unsafe_in(shown) == []
            assert app.screen.query_one("#yes").region.bottom <= 20
            await pilot.press("enter")  # the first answer leads back
            await until(lambda: isinstance(app.screen, LineScreen) and app.screen.focused, "asked")
            assert secret in app.screen.query_one(LineInput).value, "what was typed is still there"
            assert file.read_text() == before
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, LookScreen) and app.screen.focused, "looked")
            await pilot.press("right", "enter")
            await until(lambda: at(app) == "two", "added, and gone to")
            assert load(file).servers["two"].env == {"API_KEY": secret, "TOKEN": "${MINE}"}
