"""Settings: every key of workbench.toml with its range and origin, changed in place (comments stay)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Static

from workbench.config import KEYS, Config, ConfigError, Key, load
from workbench.config.reading import from_text
from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.guarded_screen import GuardedScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList

_NAME = max(len(key.name) for key in KEYS)
_VALUE, _ORIGIN = 22, 8
_WIDE = 60
"""With this many cells beside the name there is room for whole paths."""
_LOOK_S = 1.0
_MOST_PROBLEM = 300
_STYLES = {"default": "dim", "file": "accent", "environment": "warning", "flag": "warning"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key with its value in force."""

    key: Key
    value: JsonValue
    origin: str
    kind: str
    """``default``, ``file``, ``environment`` or ``flag``."""


def settings_of(config: Config, text: str = "") -> list[Setting]:
    """The keys whose name or help holds every word, in the order of the schema."""
    words = text.lower().split()
    found = []
    for key in KEYS:
        if all(word in f"{key.name} {key.help}".lower() for word in words):
            origin = config.origins.get(key.name)
            kind = origin.kind if origin else "default"
            value = config.values.get(key.name, key.default)
            found.append(Setting(key, value, str(origin or "default"), kind))
    return found


def value_text(value: JsonValue) -> str:
    """A value as one types it: lists with commas."""
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


def _widths(width: int) -> tuple[int, int]:
    """Of the value and of where it comes from: that is never cut, the value is, and said below."""
    room = max(0, width - _NAME - 4)
    origin = min(room, _ORIGIN if room < _WIDE else room - _VALUE)
    return room - origin, origin


def row_line(setting: Setting, width: int) -> list[Part]:
    """One key on a line."""
    value, origin = _widths(width)
    changed = setting.value != setting.key.default
    text = clean_line(value_text(setting.value)) or "–"
    size = in_words(setting.key, setting.value)
    if size.partition(" ")[0].replace(",", "") == text:
        text = size
    elif size and len(text) + len(size) + 2 <= value:
        text += f"  {size}"
    said = clean_line(setting.origin)
    if len(said) > origin:  # the end of a path has the line
        wide = setting.kind == "file" and origin > _ORIGIN
        said = "…" + said[1 - origin :] if wide else short_origin(setting)
    return [
        (fit(setting.key.name, min(_NAME, max(0, width - 4))) + "  ", ""),
        (fit(text, value) + "  ", "strong" if changed else ""),
        (fit(said, origin), _STYLES.get(setting.kind, "dim")),
    ]


def short_origin(setting: Setting) -> str:
    """Where a value comes from, in at most ``_ORIGIN`` cells: ``default``, ``line 12``, ``variable``."""
    if setting.kind == "file":
        line = setting.origin.rpartition(":")[2]
        return f"line {line}" if line.isdecimal() else "file"
    return {"environment": "variable"}.get(setting.kind, setting.kind)


def in_words(key: Key, value: JsonValue) -> str:
    """A number with its unit, as people say it: ``16 MiB``, ``30 s``; empty where that says no more."""
    if key.kind != "int" or not isinstance(value, int):
        return ""
    if key.name.endswith("_bytes"):
        for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
            if value >= size:
                return f"{value / size:,.1f}".removesuffix(".0") + f" {unit}"
        return f"{value} bytes"
    if key.name.endswith("_ms"):
        return f"{value / 1000:g} s" if value >= 1000 else f"{value} ms"
    for end, unit in (("_mb", "MB"), ("_days", "days")):
        if key.name.endswith(end):
            return f"{value:,} {unit}"
    return ""


def about(setting: Setting) -> Content:
    """What a key means, what it may be, where its value comes from."""
    key = setting.key
    default = value_text(key.default)
    value = clean_line(value_text(setting.value)) or "nothing"
    allowed = key.allowed + (f"; default {default}" if default else "; not set by default")
    size = in_words(key, setting.value)
    if size.partition(" ")[0].replace(",", "") == value:
        value, size = size, ""
    lines = [
        Content.styled(f"{key.name} = {value}", "bold") + Content(f"  {size}" if size else ""),
        Content(key.help),
        Content(allowed),
    ]
    if setting.kind in ("environment", "flag"):
        said = f"{clean_line(setting.origin)} wins over the file"
        return Content("\n").join([*lines, Content.styled(said, "$text-warning")])
    source = f"set in {clean_line(setting.origin)}" if setting.kind == "file" else "not set"
    lines.append(Content.styled(f"{source}; variable {key.environment}", "dim"))
    return Content("\n").join(lines)


class SettingsScreen(GuardedScreen[None]):
    """``file`` is written, also where it does not exist yet; ``changed`` hears of what then holds."""

    DEFAULT_CSS = """
    SettingsScreen { layout: vertical; }
    SettingsScreen #setting-about { height: 5; padding: 0 1; border-top: solid $foreground 20%; }
    SettingsScreen.-narrow #setting-about { height: 7; }
    SettingsScreen #settings-problem { display: none; height: auto; padding: 0 1; color: $text-error; }
    SettingsScreen #settings-problem.-shown { display: block; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]

    def __init__(
        self, config: Config, file: Path, changed: Callable[[Config], None] | None = None
    ) -> None:
        super().__init__()
        self._list = FilteredList[Setting](
            row_line, _heading, name="settings", placeholder="/ search settings"
        )
        self._config = config
        self._file = config.path or file
        self._changed = changed
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
        self.rows.empty_text = "No setting matches"
        self.rows.focus()
        self.query_one(Pane).set_title(
            f"Settings · {clean_line(str(self._file))}", "Enter changes · r resets · Esc back"
        )
        self.show_config(self._config)
        self.set_interval(_LOOK_S, self._look)
        self._look()

    def _look(self) -> None:
        """Notice where another program changes the file."""
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
        self.rows.set_rows(settings_of(config, self._list.text))
        self._describe()

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
    @work(exclusive=True, group="settings", exit_on_error=False)
    async def action_edit(self) -> None:
        """Flip a switch, take the next choice, or ask for a value until it is right."""
        row = self.rows.row
        if row is None:
            return
        key = row.key
        if key.kind == "bool":
            await self._set(key, "false" if row.value else "true")
            return
        if key.choices:
            at = key.choices.index(row.value) if row.value in key.choices else -1
            await self._set(key, key.choices[(at + 1) % len(key.choices)])
            return
        if isinstance(row.value, list) and any("," in str(item) for item in row.value):
            self._say("An entry holds a comma: change this one in the file", error=True)
            return
        if key.name == "ui.theme":
            asked = self._ask_theme()
        else:
            title = f"{key.name}: {key.allowed}"
            asked = LineScreen(title, value_text(row.value), check=_checked_for(key))
        text = await self.app.push_screen_wait(asked)
        if text is not None:
            await self._set(key, text)

    def _ask_theme(self) -> LineScreen:
        """One of the themes that there are."""
        names = sorted(self.app.available_themes)

        def check(text: str) -> str | None:
            fits = any(text.lower() in name for name in names)
            return None if fits else f"there is no theme {text!r}"

        return LineScreen("ui.theme: one of these", names=names, check=check)

    @work(exclusive=True, group="settings", exit_on_error=False)
    async def action_reset(self) -> None:
        """Take the key out of the file, so that the default holds."""
        row = self.rows.row
        if row is None:
            return
        if row.kind != "file":
            self._say(f"{row.key.name} is not set in the file")
            return
        from workbench.config.editing import unset_value

        name = row.key.name
        await self._write(lambda: unset_value(self._file, name), f"{name} is back to its default")

    async def _set(self, key: Key, text: str) -> None:
        from workbench.config.editing import set_value

        if not await self._write(
            lambda: set_value(self._file, key.name, text), f"{key.name} = {text}"
        ):
            return
        origin = self._config.origins.get(key.name)
        if origin is not None and origin.kind in ("environment", "flag"):
            self._say(f"It is in the file now, but {origin} wins over it", error=True)

    async def _write(self, change: Callable[[], None], said: str) -> bool:
        """Change the file and read it again; False: it was refused, and says why."""

        def write_and_read() -> Config:
            change()
            return load(self._file, overrides=self._config.flags)

        try:
            config = await asyncio.to_thread(write_and_read)
        except (ConfigError, OSError) as error:
            self._say(str(error), error=True)
            return False
        self.show_config(config)
        self._say(said)
        if self._changed is not None:
            self._changed(config)
        return True

    def _say(self, text: str, *, error: bool = False) -> None:
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


def _heading(width: int) -> str:
    value, origin = _widths(width - 2)
    return "  " + fit("Setting", _NAME) + "  " + fit("Value", value) + "  " + fit("From", origin)
