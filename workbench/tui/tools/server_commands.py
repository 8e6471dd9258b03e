"""What can be done with a server on the tools screen: connect, approve, trust, hold back, log in and out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from workbench.config import DEMO, FILE_NAME, ConfigError, ServerSettings, load
from workbench.config.at_hand import servers_at_hand
from workbench.config.editing import add_servers, remove_server, server_problem, set_servers
from workbench.config.trust import held_servers, trust, what_would_run
from workbench.core import paths
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.tools.adding import preview
from workbench.tui.tools.approving import ApproveScreen
from workbench.tui.tools.importing import ImportScreen
from workbench.tui.tools.logging_in import LoginScreen
from workbench.tui.tools.looking import LookScreen
from workbench.tui.tools.pages import gone
from workbench.tui.tools.tree import ToolRow
from workbench.tui.values.text_screen import TextScreen
from workbench.tui.widgets.way_screen import WayScreen

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime


class ServerCommands(WayScreen[str | None]):
    """The actions on the server of the row at hand, for the screen that shows the rows."""

    WAY = "tools"

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._releases = asyncio.Lock()

    @property
    def row(self) -> ToolRow | None:
        """The row at hand."""
        raise NotImplementedError

    def show_tools(self) -> None:
        """Show the catalogue as it is now."""
        raise NotImplementedError

    def go_to(self, server: str) -> None:
        """Put the cursor on a server, as soon as it is there."""
        raise NotImplementedError

    @work(exclusive=True, group="tools-connect", exit_on_error=False)
    async def action_reconnect(self) -> None:
        row = self.row
        if row is None:
            return
        name = row.server.name
        self.notify(f"Connecting {clean_line(name)} …", markup=False)
        try:
            await self._runtime.upstream.reconnect(name)
        except KeyError:
            self._say_gone(name)
        await self._runtime.upstream.settled(name)
        self.show_tools()

    def _say_gone(self, name: str) -> None:
        self.notify(gone(name), severity="warning", markup=False)

    @property
    def _file(self) -> Path:
        """What a change of the servers goes to, whether it exists or not."""
        return self._runtime.config.path or paths.config_dir() / FILE_NAME

    @work(exclusive=True, group="tools-add", exit_on_error=False)
    async def action_add(self) -> None:
        """A server by its command or its address, into the file; it is started as the file is read."""
        title = "Add a server: NAME=command or address; a name is found where none is given"
        typed: str | None = ""
        while typed is not None:
            question = LineScreen(title, typed, check=self._wrong_server)
            typed = await self.app.push_screen_wait(question)
            if typed is not None and await self._add(*servers_at_hand([typed])):
                return

    async def _add(self, server: ServerSettings) -> bool:
        """Add it once it was looked at; whether it is there now."""
        said = f"Added to {self._file}, this would start at once, and its tools be trusted as they are then:"
        lines = preview(server)
        if self._runtime.config.stand_in and server.name != DEMO:
            lines += ["", "The demo server stays: it gets a table of its own, too."]
        look = LookScreen(said, lines, no="Back", yes="Add it")
        if not await self.app.push_screen_wait(look):
            return False
        try:
            await asyncio.to_thread(add_servers, self._file, [server])
        except (ConfigError, OSError) as error:
            self.notify(clean_line(str(error)), severity="error", markup=False)
            return False
        self.go_to(server.name)
        self.notify(f"{clean_line(server.name)} is added", markup=False)
        return True

    def _wrong_server(self, text: str) -> str | None:
        try:
            (server,) = servers_at_hand([text])
        except ConfigError as error:
            return str(error).removeprefix("--server ")
        there = self._runtime.config.servers.get(server.name)
        if there is not None and not there.demo:
            return f"there is a server {server.name!r} already: NAME= before it gives it another"
        return server_problem(server)

    @work(exclusive=True, group="tools-add", exit_on_error=False)
    async def action_import_servers(self) -> None:
        """Servers of other clients, after a look at them."""
        known = self._runtime.config.servers
        added = await self.app.push_screen_wait(ImportScreen(self._file, known))
        if added:
            self.go_to(added[0])
            said = f"{count(len(added), 'server')} added, quarantined: x releases one"
            self.notify(said, markup=False)

    @work(exclusive=True, group="tools-add", exit_on_error=False)
    async def action_remove(self) -> None:
        """The server goes out of the file, after a question."""
        row, path = self.row, self._runtime.config.path
        if row is None:
            return
        name = row.server.name
        if path is None or name not in self._runtime.config.servers:
            self.notify(f"{clean_line(name)} is in no configuration file", markup=False)
            return
        question = f"Remove {clean_line(name)} from {clean_line(str(path))}?"
        choices = {"keep": "Keep it", "remove": "Remove"}
        if await self.app.push_screen_wait(ChoiceScreen(question, choices)) != "remove":
            return
        try:
            await asyncio.to_thread(remove_server, path, name)
        except (ConfigError, OSError) as error:
            self.notify(clean_line(str(error)), severity="error", markup=False)
        else:
            self.notify(f"{clean_line(name)} is removed", markup=False)

    @work(exclusive=True, group="tools-log", exit_on_error=False)
    async def action_log(self) -> None:
        """All that the server wrote to stderr and what became of it, as far as it is kept."""
        from workbench.upstream.server_log import read_log

        row = self.row
        settings = self._runtime.config.servers.get(row.server.name) if row is not None else None
        if settings is None:
            return
        text = await asyncio.to_thread(read_log, self._runtime.data_dir, settings)
        name = clean_line(settings.name)
        if text:
            self.app.push_screen(TextScreen(text, f"What {name} wrote"))
        else:
            self.notify(f"{name} has written nothing yet", markup=False)

    def action_approve(self) -> None:
        """Show what waits for approval of the row's server."""
        row = self.row
        if row is None:
            return
        try:
            changes = self._runtime.upstream.changes(row.server.name)
        except KeyError:
            self._say_gone(row.server.name)
            return
        if not changes:
            said = f"Nothing of {clean_line(row.server.name)} waits for approval"
            self.notify(said, markup=False)
            return
        tool = row.tool.name if row.tool is not None else None
        self.app.push_screen(ApproveScreen(self._runtime.upstream, row.server.name, tool))

    @work(exclusive=True, group="tools-trust", exit_on_error=False)
    async def action_trust(self) -> None:
        """The folder's own file: show what would run, and let it."""
        config = self._runtime.config
        if config.path is None or not held_servers(config):
            self.notify("No server here waits for trust", markup=False)
            return
        servers = [one for one in config.servers.values() if not one.demo]
        said = f"{config.path} came with this folder. Trusted, it would start:"
        screen = LookScreen(said, what_would_run(servers), no="Not now", yes="Trust these")
        if not await self.app.push_screen_wait(screen):
            return
        try:
            await asyncio.to_thread(trust, config.path, servers, only=True)
        except OSError as error:
            said = f"It cannot be kept: {error.strerror or error}"
            self.notify(clean_line(said), severity="error", markup=False)
        else:
            self.notify("Trusted as they are now: they start", markup=False)

    @work(group="tools-release", exit_on_error=False)
    async def action_release(self) -> None:
        """Take the server out of quarantine, or put it there: in the file, as the command does; each press what
        the one before it left there, also while nobody has followed the file yet."""
        row, path = self.row, self._runtime.config.path
        if row is None or row.server.state == "untrusted":
            return
        name = row.server.name
        if path is None or name not in self._runtime.config.servers:
            self.notify(f"{clean_line(name)} is in no configuration file", markup=False)
            return

        def turn() -> bool:
            known = load(path).servers.get(name)
            held = not (known or row.server).quarantined
            set_servers(path, [name], "quarantined", held)
            return held

        try:
            async with self._releases:
                held = await asyncio.to_thread(turn)
        except (ConfigError, OSError) as error:
            self.notify(clean_line(str(error)), severity="error", markup=False)
        else:
            state = "quarantined: every call is refused" if held else "released"
            self.notify(f"{clean_line(name)} is {state}", markup=False)

    @work(exclusive=True, group="tools-login", exit_on_error=False)
    async def action_log_in(self) -> None:
        row = self.row
        if row is None:
            return
        said = await self.app.push_screen_wait(LoginScreen(self._runtime.upstream, row.server.name))
        if said is not None:
            self.notify(clean_line(said), markup=False)
        self.show_tools()

    @work(exclusive=True, group="tools-login", exit_on_error=False)
    async def action_log_out(self) -> None:
        from workbench.upstream.auth.sessions import CannotLogIn

        row = self.row
        if row is None:
            return
        name = row.server.name
        try:
            known = await self._runtime.upstream.log_out(name)
        except KeyError:
            self._say_gone(name)
        except CannotLogIn as error:
            self.notify(clean_line(str(error)), severity="warning", markup=False)
        except OSError as error:
            said = f"The login cannot be removed: {error.strerror or error}"
            self.notify(clean_line(said), severity="error", markup=False)
        else:
            self.notify(
                clean_line(f"Logged out of {name}" if known else f"{name} had no login"),
                markup=False,
            )
            self.show_tools()
