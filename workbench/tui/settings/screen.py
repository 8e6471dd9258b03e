"""Settings: every key of workbench.toml with its range and origin, changed in place (comments stay)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from workbench.config import Config, ConfigError, Key, load
from workbench.config.reading import from_text
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.settings.rows import (
    Setting,
    about,
    allowed_in_words,
    heading,
    row_line,
    settings_of,
    value_text,
)
from workbench.tui.themes import DEFAULT, unknown_theme
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.widgets.way_screen import WayScreen

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_LOOK_S = 1.0
_MOST_PROBLEM = 300


class SettingsScreen(WayScreen[None]):
    """``file`` is written, also where it does not exist yet; ``changed`` hears of what then holds."""

    app: WorkbenchApp
    DEFAULT_CSS = """
    SettingsScreen { layout: vertical; }
    SettingsScreen #setting-about { height: 5; padding: 0 1; border-top: solid $foreground 20%; }
    SettingsScreen.-narrow #setting-about { height: 7; }
    SettingsScreen #settings-problem { display: none; height: auto; padding: 0 1; color: $text-error; }
    SettingsScreen #settings-problem.-shown { display: block; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]
    WAY = "settings"

    def __init__(
        self, config: Config, file: Path, changed: Callable[[Config], None] | None = None
    ) -> None:
        super().__init__()
        self._list = FilteredList[Setting](
            row_line, heading, name="settings", placeholder="/ search settings"
        )
        self._config = config
        self._file = config.path or file
        self._changed = changed
        self._shown_problems: dict[str, str] = {}
        self._turns = asyncio.Lock()
        """Of changes of the file: each begins with what the one before it left."""
        self._seen: float | None = None
        """When the file was last changed, as far as it was looked at."""

    def compose(self) -> ComposeResult:
        with Pane(id="settings-pane"):
            yield self._list
            yield Static(id="settings-problem", markup=False)
            yield Static(id="setting-about", markup=False)
        yield KeyFooter()

    @property
    def rows(self) -> RowList[Setting]:
        return self._list.rows

    def on_mount(self) -> None:
        self.rows.empty_text = "No setting matches\nEsc forgets the search"
        self.rows.focus()
        self.query_one(Pane).set_title(
            f"Settings · {clean_line(str(self._file))}", "Enter changes · r resets · Esc back"
        )
        self.show_config(self._config)
        self.set_interval(_LOOK_S, self._check_file)
        self._check_file()

    def _check_file(self) -> None:
        """Notice where another program changes the file, or saves a theme."""
        if self._problems() != self._shown_problems:
            self.show_config(self._config)
        try:
            stamp = self._file.stat().st_mtime
        except OSError:
            return
        if stamp != self._seen:
            first, self._seen = self._seen is None, stamp
            self._read_again(show=not first)

    @work(exclusive=True, group="settings-look", exit_on_error=False)
    async def _read_again(self, *, show: bool) -> None:
        """Name what is wrong with the file; otherwise show it, unless that was just done."""
        try:
            config = await asyncio.to_thread(load, self._file)
        except (ConfigError, OSError) as error:
            self._name_problem(f"✘ {error} · what is shown is in force until that is right")
            return
        self._name_problem("")
        if show:
            self.show_config(config)

    def _name_problem(self, text: str) -> None:
        line = self.query_one("#settings-problem", Static)
        line.update(clean_line(text, _MOST_PROBLEM))
        line.set_class(bool(text), "-shown")

    def show_config(self, config: Config) -> None:
        """Show a configuration, e.g. one that has just been read again."""
        self._config = config
        self._shown_problems = self._problems()
        chosen = {"ui.theme": clean_line(self.app.theme)} if self.app.theme != DEFAULT else {}
        self.rows.renew(settings_of(config, self._list.text, self._shown_problems, chosen))
        self._describe()

    def _problems(self) -> dict[str, str]:
        """Values that may stand in the file and still are none here."""
        theme = self._config.ui.theme
        if not theme or theme in self.app.available_themes:
            return {}
        problem = f"{unknown_theme(theme, self.app.available_themes)} · {self.app.theme} is shown"
        return {"ui.theme": clean_line(problem)}

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        row = self.rows.row
        self.query_one("#setting-about", Static).update("" if row is None else about(row))

    def action_filter(self) -> None:
        self._list.filter()

    @on(Input.Changed, "#settings-filter")
    def _filter(self) -> None:
        self.show_config(self._config)

    def action_back(self) -> None:
        if not self._list.leave():
            self.dismiss()

    @on(RowList.Selected)
    @work(group="settings", exit_on_error=False)
    async def action_edit(self) -> None:
        """Flip a switch, take the next choice, or ask for a value until it is right."""
        row = self.rows.row
        if row is not None:
            async with self._turns:
                await self._edit(row.key)

    async def _edit(self, key: Key) -> None:
        value = self._config.values.get(key.name, key.default)
        if key.kind == "bool":
            await self._set(key, "false" if value else "true")
        elif key.name == "ui.theme":
            await self._choose_theme(key)
        elif key.choices:
            at = key.choices.index(value) if value in key.choices else -1
            await self._set(key, key.choices[(at + 1) % len(key.choices)])
        else:
            title = f"{key.name}: {allowed_in_words(key)}"
            asked = LineScreen(title, value_text(value), check=_checked_for(key))
            text = await self.app.push_screen_wait(asked)
            if text is not None:
                await self._set(key, text)

    async def _choose_theme(self, key: Key) -> None:
        """One of the themes that there are; each is shown while the cursor is on it."""
        app, before = self.app, self.app.theme
        names = sorted(app.available_themes, key=lambda name: (name[:9] != "workbench", name))

        def show(number: int) -> None:
            app.theme_files.show(names[number])

        at = names.index(before) if before in names else 0
        number = await app.push_screen_wait(PickScreen(key.name, names, at, seen=show))
        if (
            number is None
            or not await self._set(key, names[number])
            or self._config.ui.theme != names[number]
        ):
            app.theme_files.show(before)

    @work(group="settings", exit_on_error=False)
    async def action_reset(self) -> None:
        """Take the key out of the file, so that the default holds."""
        row = self.rows.row
        if row is not None:
            async with self._turns:
                await self._reset(row.key.name)

    async def _reset(self, name: str) -> None:
        origin = self._config.origins.get(name)
        if origin is None or origin.kind != "file":
            self._notify(f"{name} is not set in the file")
            return
        from workbench.config.editing import unset_value

        await self._write(lambda: unset_value(self._file, name), f"{name} is back to its default")

    async def _set(self, key: Key, text: str) -> bool:
        """Put a value into the file; False: it was refused."""
        from workbench.config.editing import set_value

        if not await self._write(
            lambda: set_value(self._file, key.name, text), f"{key.name} = {text}"
        ):
            return False
        origin = self._config.origins.get(key.name)
        if origin is not None and origin.kind in ("environment", "flag"):
            self._notify(f"It is in the file now, but {origin} wins over it", error=True)
        return True

    async def _write(self, change: Callable[[], None], said: str) -> bool:
        """Change the file and read it again, while keys wait; False: it was refused, and says why."""

        def write_and_read() -> Config:
            change()
            return load(self._file, overrides=self._config.flags)

        try:
            with self.app.key_order.hold():
                config = await asyncio.to_thread(write_and_read)
        except (ConfigError, OSError) as error:
            self._notify(str(error), error=True)
            return False
        self.show_config(config)
        self._notify(said)
        if self._changed is not None:
            self._changed(config)
        return True

    def _notify(self, text: str, *, error: bool = False) -> None:
        severity = "error" if error else "information"
        self.notify(clean_line(text), severity=severity, markup=False)  # type: ignore[arg-type]


def _checked_for(key: Key) -> Callable[[str], str | None]:
    """What is wrong with a text as the value of a key."""

    def check(text: str) -> str | None:
        try:
            return key.problem(from_text(key, text))
        except ConfigError as error:
            return str(error)

    return check
