"""What the command palette offers on a screen, and what happens to what is chosen there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Unpack

from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

from workbench.config import KEYS, ConfigError
from workbench.core.scripts import samples_instead, script_names
from workbench.history import HistoryError
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui import commands
from workbench.tui.dialogs.palette import Entry, PaletteScreen
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.pane_screen import PaneScreen
from workbench.tui.widgets.way_screen import WayScreen
from workbench.tui.wording import local_time
from workbench.util.one_thread import OneThread

if TYPE_CHECKING:
    from workbench.catalogue.tools import ToolInfo
    from workbench.core.records import Wanted
    from workbench.history import ExecutionRow
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.commands import Command
    from workbench.tui.history.saved_filters import SavedFilters

THEME = "theme:"
"""Begins the id of a theme's entry."""
_NEVER_FIRST = frozenset({"close", "quit", "stop", "history-delete"})
"""Enter in a palette that was opened by mistake must do no harm."""
_MOST_RECENT = 12
_MOST_RUNS = 100
_MOST_NAME = 40
_BY_THEMSELVES = ("app", "reading", "main", "panes", "ways")
"""Places whose commands are offered with or without a key."""


class Palette:
    """Opens the palette, remembers what was chosen, shows themes while one looks for them."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self.recent: list[str] = []
        """Ids, the last first."""
        self._theme = ""
        self._search = OneThread()
        self._while_open = ExitStack()
        """Ended when the palette has gone: the taking of tools that come meanwhile."""

    def open(self, *at: int) -> None:
        """Over the screen that is shown; where that is the palette, it closes. at: a column and a row, for what
        can be done there with what has the focus; nothing: for everything."""
        app, screen = self._app, self._app.screen
        if isinstance(screen, PaletteScreen):
            screen.dismiss(None)  # as its own key would, which comes after that of the app
            return
        self._theme = app.theme
        here = list(self._of_what_is_shown(screen)) if at else []
        if here:
            app.push_screen(PaletteScreen(here, self.recent, at=Offset(*at)), self._chosen)
            return
        is_way = isinstance(screen, WayScreen)
        find = self._find_runs if is_way else None
        palette = PaletteScreen(list(self.entries(screen)), self.recent, find)
        app.push_screen(palette, self._chosen)
        if is_way:
            app.run_worker(
                self._add_what_comes(palette),
                exclusive=True,
                group="palette",
                exit_on_error=False,
            )

    def highlighted(self, entry: Entry | None) -> None:
        """Show a theme while it is highlighted, the one before while anything else is."""
        is_theme = entry is not None and entry.id.startswith(THEME)
        name = entry.id.removeprefix(THEME) if entry is not None and is_theme else self._theme
        is_other = self._app.theme != name and name in self._app.available_themes
        if is_other and isinstance(self._app.screen, PaletteScreen):
            self._app.theme = name

    def _chosen(self, entry: Entry | None) -> None:
        self._while_open.close()
        if entry is None or not entry.id.startswith(THEME):
            self._app.theme_files.show(self._theme)
        if entry is None:
            return
        if entry.id not in _NEVER_FIRST:
            kept = [name for name in self.recent if name != entry.id]
            self.recent = [entry.id, *kept][:_MOST_RECENT]
        self._app.call_later(entry.run)

    # -- what there is -----------------------------------------------------------------

    def entries(self, screen: Screen[object]) -> Iterator[Entry]:
        """Every command that can be run here; what the pane with the focus can do; themes; by name what
        the main screen opens, which is gone back to for it."""
        from workbench.tui.history.screen import HistoryScreen

        app, main = self._app, self._app.main
        first: list[Entry] = []
        last: list[Entry] = []
        for command, keys in commands.in_force(app.config.keys):
            owner = self._owner(command, screen)
            if owner is None:
                continue
            run = partial(self._run, owner, command.action)
            entry = Entry(command.id, command.title, run, commands.shown(keys), command.help)
            (last if command.id in _NEVER_FIRST else first).append(entry)
        yield from first
        yield from self._of_what_is_shown(screen)
        yield from last
        names = sorted(app.available_themes, key=lambda name: (name[:9] != "workbench", name))
        for name in names:
            take = partial(self._take_theme, name)
            yield Entry(THEME + name, f"Theme: {name}", take, "", "Colours of the screen", "theme")
        if isinstance(screen, HistoryScreen):
            yield from self._filters(screen.filters, screen.view.set_filter)
        elif isinstance(screen, WayScreen):
            yield from self._filters(main.navigation.saved_filters, self._show_history)
        if isinstance(screen, WayScreen):
            yield from self._of_the_main_screen()

    def _show_history(self, text: str) -> None:
        self._app.at_home().navigation.open_history(text)

    def _filters(self, filters: SavedFilters, show: Callable[[str], None]) -> Iterator[Entry]:
        for name, text in filters.all().items():
            about = f"History: {text}"
            yield Entry(
                f"filter:{name}", f"Filter: {name}", partial(show, text), "", about, "filter"
            )

    def _owner(self, command: Command, screen: Screen[object]) -> Widget | WorkbenchApp | None:
        """Who carries out a command of the app, or of the screen below; None: nobody there."""
        if command.place == "app" and command.id != "palette":
            return self._app
        if command.place == "main" and screen is self._app.main:
            return screen
        if command.place == "panes" and isinstance(screen, PaneScreen):
            return screen
        if (
            command.place == "ways"
            and isinstance(screen, WayScreen)
            and command.action != screen.WAY
        ):
            return screen
        return None

    async def _run(self, owner: Widget | WorkbenchApp, action: str) -> None:
        await self._app.run_action(action, owner)

    def _of_what_is_shown(self, screen: Screen[object]) -> Iterator[Entry]:
        """The commands of what has the focus, and of the screen, as far as they do something now."""
        known = set()
        for found in screen.active_bindings.values():
            command = commands.BY_ID.get(found.binding.id or "")
            if command is None or command.place in _BY_THEMSELVES or command.id in known:
                continue
            known.add(command.id)
            if command.is_move or not found.enabled:
                continue
            place = _place(found.node) if isinstance(found.node, Widget) else ""
            yield Entry(
                command.id,
                command.title,
                partial(self._app.run_action, command.action, found.node),
                commands.shown(found.binding.key),
                f"In {place}" if place else "",
                place=place,
            )

    def _of_the_main_screen(self) -> Iterator[Entry]:
        app = self._app
        for name in script_names(app.config) or samples_instead(app.config):
            run = partial(self._open_script, name)
            yield Entry(
                f"script:{name}", name, run, "", "Open the script", "script", only_typed=True
            )
        for key in KEYS:
            change = partial(self._open_setting, key.name)
            yield Entry(
                f"setting:{key.name}", key.name, change, "", key.help, "setting", only_typed=True
            )
        yield from self._of_the_tools()

    async def _open_script(self, name: str) -> None:
        await self._app.at_home().files.open_named(name)

    def _open_setting(self, name: str) -> None:
        self._app.at_home().navigation.open_settings(name)

    def _of_the_tools(self) -> Iterator[Entry]:
        """Of the servers that are connected."""
        runtime = self._app.runtime_now
        if runtime is None:
            return
        catalogue = runtime.upstream.catalogue()
        for tools in catalogue.tools.values():
            for tool in tools.values():
                insert = partial(self._insert_call, tool)
                about = tool.description.partition("\n")[0]
                yield Entry(
                    f"tool:{tool.full_name}",
                    tool.full_name,
                    insert,
                    "",
                    about,
                    "tool",
                    only_typed=True,
                )

    def _insert_call(self, tool: ToolInfo) -> None:
        """With arguments after its schema: made of the one that is chosen, not of all that are listed."""
        from workbench.tui.editor.hints.tool_calls import call_text

        self._app.at_home().navigation.insert_call(call_text(tool))

    async def _add_what_comes(self, palette: PaletteScreen) -> None:
        """What is not known at once: the newest runs, and tools of servers that connect meanwhile."""
        runtime = await self._app.runtime()
        if palette.is_current:

            def add(_: str) -> None:
                palette.add(list(self._of_the_tools()))

            self._while_open.callback(runtime.upstream.subscribe(add))
            add("")
        palette.add(await asyncio.to_thread(self._runs_where))

    async def _find_runs(self, text: str) -> list[Entry]:
        return await self._search.run(partial(self._runs_where, texts=text.split()))

    def _runs_where(self, **wanted: Unpack[Wanted]) -> list[Entry]:
        """The newest, for a thread; none where the history cannot be read: the screens about it say so."""
        runtime = self._app.runtime_now
        if runtime is None:
            return []
        try:
            rows = runtime.history.list_executions(limit=_MOST_RUNS, **wanted)
        except HistoryError:
            return []
        return [self._of_run(row) for row in rows]

    def _of_run(self, row: ExecutionRow) -> Entry:
        from workbench.tui.history.rows import script_name

        named = f"{row.name}  " if row.name else ""
        return Entry(
            f"run:{row.execution_id}",
            f"{named}{clean_line(script_name(row), _MOST_NAME)}  {row.state}  {local_time(row.started_at)}",
            partial(self._replay, row.execution_id),
            "",
            f"Replay {row.execution_id[:8]}, {count(row.tool_calls, 'call')}",
            "run",
            only_typed=True,
        )

    async def _replay(self, execution_id: str) -> None:
        """In place of a run that is looked at; over the history, which is there again afterwards."""
        from workbench.tui.replay.screen import ReplayScreen

        if isinstance(self._app.screen, ReplayScreen):
            self._app.screen.dismiss(None)
        await self._app.open_replay(execution_id)

    # -- themes ------------------------------------------------------------------------

    def _take_theme(self, name: str) -> None:
        """Keep a theme: where the file names one, there; else the session remembers it."""
        app = self._app
        app.theme_files.show(name)
        if app.theme != name or app.config.ui.theme in ("", name):
            return
        origin = app.config.origins.get("ui.theme")
        if origin is None or origin.kind != "file" or app.config.path is None:
            app.show_toast(
                f"At the next start ui.theme is {app.config.ui.theme} again: {origin}", "warning"
            )
            return
        from workbench.config.editing import set_value

        try:
            set_value(app.config.path, "ui.theme", name)
        except (ConfigError, OSError) as error:
            app.show_toast(f"The theme is not kept: {error}", "warning")


def _place(node: Widget) -> str:
    """The pane that a widget is in, as its frame says it."""
    for widget in node.ancestors_with_self:
        if isinstance(widget, Pane) and widget.id:
            return widget.id.partition("-")[0]
    return "screen"
