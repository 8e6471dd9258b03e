"""The settings screen on a real file."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.conftest import OrderedApp, told, until
from workbench.config import KEYS, Config, load
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.settings.rows import about, row_line, settings_of
from workbench.tui.settings.screen import SettingsScreen

pytestmark = pytest.mark.anyio

TEXT = """# my limits
code_execution_memory_mb = 128  # enough

[ui]
icons = "ascii"
"""


class SettingsApp(OrderedApp):
    def __init__(self) -> None:
        super().__init__()
        self.configs: list[Config] = []

    @property
    def settings(self) -> SettingsScreen:
        found = next(s for s in self.screen_stack if isinstance(s, SettingsScreen))
        assert isinstance(found, SettingsScreen)
        return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "workbench.toml"
    path.write_text(TEXT)
    return path


async def opened(app: SettingsApp, pilot: Pilot[int], file: Path) -> SettingsScreen:
    config = load(file if file.exists() else None, environ={})
    await app.push_screen(SettingsScreen(config, file, app.configs.append))
    await pilot.pause()
    return app.settings


async def go_to(app: SettingsApp, pilot: Pilot[int], name: str) -> None:
    names = [row.key.name for row in app.settings.rows.rows]
    app.settings.rows.move_to(names.index(name))
    await pilot.pause()


async def test_every_key_is_there_with_its_origin(file: Path) -> None:
    app = SettingsApp()
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(app, pilot, file)
        assert [row.key.name for row in screen.rows.rows] == [key.name for key in KEYS]
        lines = [screen.rows.render_line(y).text for y in range(screen.rows.size.height)]
        memory = next(line for line in lines if "code_execution_memory_mb" in line)
        assert "128" in memory
        assert "workbench.toml:2" in memory
        assert "default" in next(line for line in lines if "max_code_bytes" in line)
        await go_to(app, pilot, "code_execution_memory_mb")
        said = str(screen.query_one("#setting-about", Static).content)
        assert "MB, 8 to 2,048; or with a unit: 1 GB; default 64 MB" in said
        assert "variable WORKBENCH_CODE_EXECUTION_MEMORY_MB" in said


async def test_a_value_is_changed_and_comments_stay(file: Path) -> None:
    app = SettingsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(app, pilot, file)
        await go_to(app, pilot, "code_execution_memory_mb")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        app.screen.query_one(Input).value = "9999999"
        await pilot.press("enter")
        problem = app.screen.query_one("#line-problem", Static)
        assert "must be a whole number from 8 to 2048 (MB), not 9999999" in str(problem.content)
        assert isinstance(app.screen, LineScreen), "it is not taken"
        assert "128" in file.read_text()
        app.screen.query_one(Input).value = "256"
        await pilot.press("enter")
        await until(lambda: app.configs, "it is written")
        assert "code_execution_memory_mb = 256  # enough" in file.read_text()
        assert file.read_text().startswith("# my limits")
        assert app.configs[-1].limits.memory_mb == 256
        assert screen.rows.row is not None
        assert screen.rows.row.value == 256


async def test_each_press_turns_what_the_one_before_it_left(file: Path) -> None:
    app = SettingsApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, file)
        for name in ("ui.guides", "ui.notify"):
            await go_to(app, pilot, name)
            before = len(app.configs)
            for _ in range(2):
                screen.action_edit()
            await until(lambda n=before: len(app.configs) == n + 2, "both")  # type: ignore[misc]
        assert app.configs[-1].ui.guides, "off and on again"
        assert app.configs[-1].ui.notify == "osc9", "the second of the next ones"


async def test_switches_flip_choices_turn_and_keys_reset(file: Path) -> None:
    app = SettingsApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, file)
        await pilot.press("enter")
        await until(lambda: len(app.configs) == 1, "flipped")
        assert app.configs[-1].enable_code_execution
        await go_to(app, pilot, "ui.icons")
        await pilot.press("enter")
        await until(lambda: len(app.configs) == 2, "the next choice")
        assert app.configs[-1].ui.icons == "unicode"
        await pilot.press("r")
        await until(lambda: len(app.configs) == 3, "reset")
        assert "icons" not in file.read_text()
        await pilot.press("r")
        await app.workers.wait_for_complete()
        assert len(app.configs) == 3


async def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "workbench.toml"
    app = SettingsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(app, pilot, file)
        await pilot.press("r", "enter")
        await until(lambda: app.configs, "it is written")
        assert load(file, environ={}).enable_code_execution


async def test_the_list_is_searched(file: Path) -> None:
    app = SettingsApp()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = await opened(app, pilot, file)
        await pilot.press("slash", *"theme")
        await pilot.pause()
        assert [row.key.name for row in screen.rows.rows] == ["ui.theme"]
        await pilot.press("escape")
        assert len(screen.rows.rows) == len(KEYS)
        await pilot.press("escape")
        assert not isinstance(app.screen, SettingsScreen)


@pytest.mark.slow
async def test_a_file_that_becomes_wrong_is_named(file: Path) -> None:
    app = SettingsApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, file)
        problem = screen.query_one("#settings-problem", Static)
        assert not problem.has_class("-shown")
        file.write_text(TEXT.replace("128", '"abc"'))
        await until(lambda: problem.has_class("-shown"), "it is said")
        assert "code_execution_memory_mb" in str(problem.content)
        assert "workbench.toml" in str(problem.content)
        await go_to(app, pilot, "code_execution_memory_mb")
        assert screen.rows.row is not None
        assert screen.rows.row.value == 128
        file.write_text(TEXT.replace("128", "512"))
        await until(lambda: not problem.has_class("-shown"), "it is right again")
        await until(lambda: screen.rows.row and screen.rows.row.value == 512, "and shown")


async def test_what_a_variable_overrules_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_UI_ICONS", "unicode")
    app = SettingsApp()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = await opened(app, pilot, file)
        await go_to(app, pilot, "ui.icons")
        await pilot.press("enter")
        await until(lambda: len(app.configs) == 1, "written")
        await told(app, "WORKBENCH_UI_ICONS wins")
        lines = [screen.rows.render_line(y).text for y in range(screen.rows.size.height)]
        assert "variable" in next(line for line in lines if "ui.icons" in line)


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_no_name_and_no_origin_is_cut(file: Path, width: int) -> None:
    app = SettingsApp()
    async with app.run_test(size=(width, 40)) as pilot:
        screen = await opened(app, pilot, file)
        lines = [screen.rows.render_line(y).text for y in range(len(KEYS) + 1)]
        assert "From" in lines[0]
        for key, line in zip(KEYS, lines[1:], strict=True):
            assert f"{key.name} " in line
            assert "default" in line or "line " in line or "workbench.toml:" in line


def test_lines_fit_every_width_and_say_what_wins(file: Path) -> None:
    config = load(file, environ={"WORKBENCH_UI_THEME": "nord", "WORKBENCH_SERVE_PORT": "99"})
    theme = next(row for row in settings_of(config, "theme"))
    assert "WORKBENCH_UI_THEME wins over the file" in str(about(theme))
    for width in (20, 40, 78, 118):
        for setting in settings_of(config):
            assert sum(len(text) for text, _ in row_line(setting, width)) <= width + 2
