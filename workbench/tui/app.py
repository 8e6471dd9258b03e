"""The app: opens the runtime after the first paint, holds themes, keys, palette and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import events, on
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.notifications import SeverityLevel

from workbench.config import Config
from workbench.text.sanitize import clean, clean_line, encodable
from workbench.tui import commands, themes
from workbench.tui.background_errors import BackgroundErrors
from workbench.tui.dialogs.palette import PaletteScreen
from workbench.tui.gc_scheduler import Collector
from workbench.tui.glyphs import AsciiFilter, SafeFilter
from workbench.tui.key_order import KeyOrder
from workbench.tui.leaving import Leaving
from workbench.tui.main.screen import WorkbenchScreen
from workbench.tui.palette_entries import Palette
from workbench.tui.readable import ReadableFilter
from workbench.tui.runtime_host import RuntimeHost
from workbench.tui.saving import Saving, file_name
from workbench.tui.seen_results import SeenResults
from workbench.tui.session_keeper import SessionKeeper
from workbench.tui.starting import Starting
from workbench.tui.terminal_variants import EncodableFilter, is_utf8, suited, terminal_encoding
from workbench.tui.textual_private import AppBase
from workbench.tui.theme_files import ThemeFiles
from workbench.tui.tour import Tour
from workbench.tui.widgets import pane_screen as layout
from workbench.tui.widgets.guarded_screen import nothing_to_await
from workbench.tui.widgets.mouse import only_asks
from workbench.tui.widgets.proportions import ROOMY

if TYPE_CHECKING:
    from workbench.catalogue.forms.form import Form
    from workbench.core.runtime import Runtime
    from workbench.tui.values.console_view import ConsoleView
    from workbench.tui.values.json_view import JsonView
    from workbench.tui.values.table_screen import TableScreen
    from workbench.tui.viewer import Viewer

_SETTLED_S = 2.0
"""After so long what the start made is made."""


class WorkbenchApp(AppBase):
    """The terminal UI of one configuration."""

    TITLE = "workbench"
    CSS_PATH = "styles/workbench.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"),
        (layout.NARROW, "-narrow"),
        (layout.WIDE, "-wide"),
        (ROOMY, "-roomy"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (layout.LOW, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("app", "reading")]

    def __init__(self, config: Config, *, data_dir: Path, script: Path | None = None) -> None:
        super().__init__()
        self.config = config
        self.data_dir = data_dir
        self.main = WorkbenchScreen()
        self.shares: dict[str, dict[str, float]] = {}
        """How the user has laid out the panes; see ``Session.shares``."""
        self.sidebar_wanted: bool | None = None
        self.preview_wanted: bool | None = None
        """Whether the history shows what a run ran; None: where there is room."""
        self.left_forms: dict[str, Form] = {}
        """What stands in the forms of tools that were tried."""
        self._ascii = AsciiFilter()
        self._safe = SafeFilter()
        self._readable = ReadableFilter(
            lambda: themes.least_contrast(self.current_theme), lambda: self.color_system
        )
        encoding = terminal_encoding()
        self.shows_signs = is_utf8(encoding)
        """Whether the terminal takes more than ASCII and what its encoding has."""
        self._encodable = EncodableFilter(encoding)
        self.sessions = SessionKeeper(self)
        self.palette = Palette(self)
        self.theme_files = ThemeFiles(self, lambda theme: suited(theme, self.color_system))
        self.tour = Tour(self)
        self._viewer: Viewer | None = None
        self._saving = Saving(self)
        self._leaving = Leaving(self)
        self.runtime_host = RuntimeHost(self)
        self._starting = Starting(self, script)
        self._collector = Collector()
        self.work_failed = BackgroundErrors(self).tell
        self.key_order = KeyOrder(self, super().on_event)
        self.set_class(not config.ui.guides, "-no-guides")

    # -- the runtime -------------------------------------------------------------------

    async def runtime(self) -> Runtime:
        """The open runtime. Raises what opening it raised."""
        return await self.runtime_host.runtime()

    @property
    def color_system(self) -> str | None:
        """The colours of the terminal, as Rich names them; None where there is no terminal (a picture)."""
        return None if self.is_headless else self.console.color_system

    @property
    def runtime_now(self) -> Runtime | None:
        """The runtime, or None while it opens or where it could not be opened."""
        return self.runtime_host.now

    @cached_property
    def seen_results(self) -> SeenResults:
        """What tools gave that do not declare it; to be asked where the runtime is open."""
        assert self.runtime_now is not None
        return SeenResults(self.runtime_now.history.seen_type)

    def take_config(self, config: Config) -> None:
        """Put a changed configuration into force."""
        runtime = self.runtime_now
        if runtime is None:
            self.configured(config)
        else:
            runtime.apply(config)

    def configured(self, config: Config) -> None:
        """A new configuration is in force, by the settings or by a change of the file."""
        before, self.config = self.config, config
        wrong_theme = None
        if config.ui.theme != before.ui.theme:
            wrong_theme = self.theme_files.choose(config.ui.theme)
        if config.ui != before.ui:
            self.set_class(not config.ui.guides, "-no-guides").refresh_css(animate=False)
        if config.keys != before.keys:
            good, wrong_keys = commands.keymap(config.keys)
            self.set_keymap(good)
            for wrong in wrong_keys:
                self.show_toast(wrong, "warning")
        if wrong_theme is not None:
            self.show_toast(f"{wrong_theme}: {self.theme} stays", "warning")
        elif config != before:
            self.show_toast("The new settings are in force")

    def copy_to_clipboard(self, text: str) -> None:
        """Every copy goes through here, the editors' too: a lone half of a character cannot be sent. The
        escape sequence is made by Textual from base64: the text cannot leave it."""
        super().copy_to_clipboard(encodable(text))

    # -- start and end -----------------------------------------------------------------

    def get_default_screen(self) -> WorkbenchScreen:
        """The main screen, below all others: one of Textual's below it would be made and laid out before."""
        return self._starting.main_screen()

    def on_mount(self) -> None:
        keys, wrong = commands.keymap(self.config.keys)
        self.set_keymap(keys)
        self.call_after_refresh(self._starting.open_scripts)
        for problem in wrong:
            self.show_toast(problem, "warning")
        self.runtime_host.expect()  # a script may be started before anything is painted
        self.set_timer(_SETTLED_S, self._collector.start)
        self.set_interval(1.0, self._collector.collect_if_quiet)
        self.set_interval(1.0, self._leaving.exit_without_terminal)
        self.set_interval(1.0, self.theme_files.reload_changed)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._collector.saw_input()
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.key_order.take(event)
        else:
            await super().on_event(event)
        if isinstance(event, events.MouseDown) and only_asks(event) and self.screen.is_modal:
            # A dialog has no menu, and Textual's own buttons and lists act on every button of the mouse.
            self.screen.suppress_click()

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """As Textual's; but no screen opens above another of its kind: the same key or click came twice."""
        if type(screen) is type(self.screen):
            return nothing_to_await()
        return super().push_screen(screen, *args, **options)

    def keep_drafts(self) -> bool:
        """Write unsaved text where the next start finds it. False: it could not be written."""
        return self.sessions.keep_drafts()

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave, and remember what was open. Unsaved text was asked about before."""
        if return_code == 0:
            message = self.sessions.remember() or message
        super().exit(result, return_code, message)

    def on_crash(self) -> None:
        """Unsaved text is there again at the next start."""
        with suppress(Exception):  # it may be the screen that is broken
            self.keep_drafts()

    async def on_unmount(self) -> None:
        if self._viewer is not None:
            self._viewer.close()
        self._collector.stop()
        await self.runtime_host.close()

    def show_toast(self, text: str, severity: SeverityLevel = "information") -> None:
        """A short notice; never markup."""
        timeout = 4 if severity == "information" else 8
        self.notify(text, severity=severity, markup=False, timeout=timeout)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Every notice comes here, whoever makes it: names and errors from outside are data."""
        super().notify(
            clean(message),
            title=clean_line(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def get_line_filters(self) -> Sequence[LineFilter]:
        """``ui.icons`` decides whether signs go to the terminal as they are."""
        filters = [*super().get_line_filters(), self._safe, self._readable]
        if self.config.ui.icons == "ascii" or not self.shows_signs:
            filters.append(self._ascii)
        return filters if self.shows_signs else [*filters, self._encodable]

    def get_key_display(self, binding: Binding) -> str:
        """Keys as the help writes them."""
        return binding.key_display or commands.shown(binding.key)

    def on_json_view_save_requested(self, event: JsonView.SaveRequested) -> None:
        """A value goes to a file."""
        self._saving.ask(event.text, "Save the value as", f"{file_name(event.title, 'value')}.json")

    async def on_json_view_open_requested(self, event: JsonView.OpenRequested) -> None:
        """An image or audio goes to the system's viewer."""
        from workbench.tui.values.media import NotOpened
        from workbench.tui.viewer import Viewer

        if self._viewer is None:
            self._viewer = Viewer()
        try:
            said = await asyncio.to_thread(self._viewer.open, event.media)
        except NotOpened as error:
            self.show_toast(f"Not opened: {error}", "warning")
        else:
            self.show_toast(said)

    def on_table_screen_save_requested(self, event: TableScreen.SaveRequested) -> None:
        """A table goes to a file."""
        self._saving.ask(event.text, "Save the table as", file_name(event.name, "table.csv"))

    def on_console_view_save_requested(self, event: ConsoleView.SaveRequested) -> None:
        """What a script wrote goes to a file."""
        self._saving.ask(event.text, "Save the console as", "console.log")

    async def open_replay(self, name: str) -> None:
        """Step through a recorded execution: an id, the start of one, or an exported file."""
        from workbench.tui.replay.screen import ReplayScreen
        from workbench.tui.replay.timeline import read

        with self.key_order.hold():
            try:
                runtime = await self.runtime()
                recording, steps = await asyncio.to_thread(read, name, runtime.history)
            except Exception as error:  # no such run, no history, no runtime: the same to the user
                shown = name if "/" in name else name[:8]
                self.show_toast(f"Cannot replay {shown}: {error}", "error")
                return
            await self.push_screen(ReplayScreen(recording, runtime.history, steps))

    def at_home(self) -> WorkbenchScreen:
        """The main screen, after all that stood above it was left."""
        while self.screen is not self.main:
            self.screen.dismiss(None)  # who opened it is told
        return self.main

    # -- commands ----------------------------------------------------------------------

    @on(PaletteScreen.Highlighted)
    def _entry_highlighted(self, event: PaletteScreen.Highlighted) -> None:
        self.palette.highlighted(event.entry)

    def action_help(self) -> None:
        from workbench.tui.dialogs.help import HelpScreen

        below = self.screen
        if isinstance(below, HelpScreen):
            below.dismiss(None)  # as its own key would, which comes after that of the app
            return
        pane = below.pane_name if isinstance(below, layout.PaneScreen) else ""
        works = {found.binding.id for found in below.active_bindings.values()}
        here = [
            command.id
            for command in commands.COMMANDS
            if command.id in works or command.place == "app" or below is self.main
        ]
        self.push_screen(HelpScreen(self.config.keys, pane, below, here))

    def action_help_quit(self) -> None:
        """^c outside editors: copies nothing there, and never quits."""
        keys = {
            command.id: commands.shown(keys)
            for command, keys in commands.in_force(self.config.keys)
        }
        self.show_toast(
            f"{keys['stop']} stops the run · {keys['quit']} leaves Workbench · y copies"
        )

    def action_tour(self) -> None:
        self.tour.turn()

    def action_palette(self, *at: int) -> None:
        self.palette.open(*at)

    async def action_quit(self) -> None:
        """Leave; asks where something would be lost."""
        # The key comes to the app at once; what was typed before it may still wait for the editor.
        (self.screen.focused or self).call_later(self._leaving.ask)
