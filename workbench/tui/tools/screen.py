"""Tools: the servers with their state, their tools with schema and how their last calls went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Input

from workbench.catalogue.inference import SeenType
from workbench.catalogue.offerings import Offerings
from workbench.catalogue.tools import ToolInfo
from workbench.history import HistoryError
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.editor.hints.tool_calls import call_text
from workbench.tui.seen_results import SeenResults
from workbench.tui.tools.beside import about_beside, address_of, request_of
from workbench.tui.tools.pages import about_server, about_tool, statistics_line, whole_error
from workbench.tui.tools.prompting import request_for
from workbench.tui.tools.server_commands import ServerCommands
from workbench.tui.tools.tree import ToolRow, most_likely, row_line, tree
from workbench.tui.tools.try_tool import TryScreen
from workbench.tui.values.json_view import JsonView
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.line_view import Part
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.quiet_line import QuietLine
from workbench.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime

_MANY = 60
"""With more tools servers are folded at first."""
_LOOK_S = 1.0
_REST_S = 0.08
"""So long the cursor stays on a tool before its calls are counted."""


class ToolsScreen(ServerCommands):
    """Dismissed with the text of a call to insert, or None."""

    DEFAULT_CSS = """
    ToolsScreen #tools-body { height: 1fr; }
    ToolsScreen #tools-pane { width: 2fr; }
    ToolsScreen #tool-pane { width: 3fr; }
    ToolsScreen VerticalScroll { padding: 0 1; }
    ToolsScreen #read { display: none; }
    ToolsScreen .-read #read { display: block; }
    ToolsScreen .-read VerticalScroll { display: none; }
    ToolsScreen.-narrow #tools-body { layout: vertical; }
    ToolsScreen.-narrow #tools-pane, ToolsScreen.-narrow #tool-pane { width: 1fr; height: 1fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tools")]

    def __init__(self, runtime: Runtime, seen: SeenResults | None = None) -> None:
        """seen: the app's, which knows already what it was asked; None: one of its own."""
        super().__init__(runtime)
        self._list = FilteredList[ToolRow](
            self._line, lambda _: "  Server and tools", name="tools", placeholder="/ filter"
        )
        self._folded: frozenset[str] = frozenset()
        self._seen = False
        """Whether tools were shown yet."""
        self._statistics: dict[str, tuple[Content, SeenType | None, str]] = {}
        """For each tool's full name, what was said of its calls, and what they gave."""
        self._seen_results = seen or SeenResults(runtime.history.seen_type)
        self._offerings: dict[str, Offerings] = {}
        """By server, what it has beside tools, as far as it was asked for."""
        self._read: tuple[str, str, str] | None = None
        """The row whose content is shown in place of what is said of it."""
        self._wanted = ""
        """The server that was just added, until it is listed: the cursor goes there."""
        self._idle: frozenset[str] = frozenset()
        self._stop: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="tools-body"):
            with Pane(id="tools-pane"):
                yield self._list
            with Pane(id="tool-pane"):
                with VerticalScroll():
                    yield QuietLine(id="about", markup=False)
                yield JsonView(id="read")
        yield KeyFooter()

    @property
    def idle_actions(self) -> frozenset[str]:
        """What there is nothing to do with for the server of the row."""
        row = self.rows.row if self.query("#tools-rows") else None
        server = row.server if row is not None else None
        idle = {"trust"} if server is None or server.state != "untrusted" else set()
        if row is None or row.tool is None:
            idle.add("try")
        if row is None or (row.tool is None and row.beside is None):
            idle.add("copy")
        if server is None or not server.waiting:
            idle.add("approve")
        if server is None or server.transport != "http":
            idle.add("log_in")
        return frozenset(idle)

    @property
    def rows(self) -> RowList[ToolRow]:
        return self._list.rows

    @property
    def row(self) -> ToolRow | None:
        return self.rows.row

    def on_mount(self) -> None:
        self.rows.empty_text = (
            "Servers and their tools\nn adds one · i imports those of other clients"
        )
        self.rows.focus()
        self._stop = self._runtime.upstream.subscribe(self._changed)
        self.set_interval(_LOOK_S, self._look_again)
        self.show_tools()
        self._connect()

    def on_unmount(self) -> None:
        if self._stop is not None:
            self._stop()

    def _changed(self, name: str) -> None:
        self.call_later(self.show_tools)
        self.call_later(self._ask_beside)

    @work(exclusive=True, group="tools-connect", exit_on_error=False)
    async def _connect(self) -> None:
        """Servers connect when they are first needed: this screen needs them."""
        await self._runtime.upstream.settled()
        self.show_tools()
        self._ask_beside()

    @work(exclusive=True, group="tools-beside", exit_on_error=False)
    async def _ask_beside(self) -> None:
        """Resources and prompts are asked for where somebody looks."""
        upstream = self._runtime.upstream
        ready = [
            name
            for name, server in upstream.catalogue().servers.items()
            if server.offers and server.state == "ready"
        ]
        found = await asyncio.gather(*(upstream.offerings(name) for name in ready))
        known = dict(zip(ready, found, strict=True))
        if known != self._offerings:
            self._offerings = known
            self.show_tools()

    def go_to(self, server: str) -> None:
        self._wanted = server
        self.show_tools()

    def _line(self, row: ToolRow, width: int) -> list[Part]:
        return row_line(row, width, folded=row.server.name in self._folded)

    def show_tools(self) -> None:
        """Show the catalogue as it is now."""
        if not self.is_attached or not self.query("#tools-rows"):
            return
        catalogue = self._runtime.upstream.catalogue()
        if not self._seen and sum(map(len, catalogue.tools.values())) > _MANY:
            # A wall of tools says less than their servers.
            self._folded = frozenset(catalogue.servers)
        self._seen = self._seen or bool(catalogue.tools)
        text = self._list.text
        before = self.rows.row
        rows = tree(catalogue, text, self._folded, self._offerings)
        names = [row.name for row in rows]
        sought = before.name if before is not None else None
        wanted = (self._wanted, "tool", "")
        if wanted in names:
            self._wanted = ""
            self.rows.set_rows(rows, names.index(wanted))
        else:
            self.rows.renew(rows, names.index(sought) if sought in names else 0)
        if text and not rows:
            self.rows.empty_text = "No tool matches the filter\nEsc forgets it"
        shown = sum(row.tool is not None for row in rows)
        total = sum(len(tools) for tools in catalogue.tools.values())
        # Where servers are folded the tools are there all the same.
        how_many = f"{shown:,} of {total:,}" if text else f"{total:,}"
        self.query_one("#tools-pane", Pane).set_title(
            f"Tools · {how_many} · {count(len(catalogue.servers), 'server')}"
        )
        self._describe()

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        row = self.rows.row
        idle = self.idle_actions
        if idle != self._idle:  # the line of keys says what can be done here
            self._idle = idle
            self.refresh_bindings()
        pane = self.query_one("#tool-pane", Pane)
        said = self.query_one("#about", QuietLine)
        if row is None:
            said.put(Content(""))
            pane.set_title("")
            return
        is_read = self._read is not None and row.name == self._read
        pane.set_class(is_read, "-read")
        if row.beside is not None:
            said.put(about_beside(row.beside))
            keys = (
                "F6 to it · Enter reads again" if is_read else "Enter reads it · y copies the call"
            )
            pane.set_title(clean_line(f"{row.server.name} · {address_of(row.beside)}", 60), keys)
        elif row.tool is None:
            with suppress(KeyError):  # the configuration may just have lost it
                health = self._runtime.upstream.health(row.server.name)
                waiting = []
                if row.server.name in self._folded:  # else its rows stand beside the page
                    tools = self._runtime.upstream.catalogue().tools.get(row.server.name, {})
                    waiting = [name for name, tool in tools.items() if not tool.approved]
                said.put(about_server(row.server, health, waiting))
            pane.set_title(clean_line(row.server.name), "Enter folds · r reconnects · e its log")
        else:
            known = self._statistics.get(row.tool.full_name, (Content(""), None, ""))
            said.put(about_tool(row.tool, *known))
            pane.set_title(clean_line(row.tool.full_name), "Enter inserts the call · t tries it")
            self._count(row.tool)

    def _look_again(self) -> None:
        """Servers go on while one looks: they write to stderr, answer, are lost."""
        row = self.rows.row
        if row is not None and row.tool is None and row.beside is None:
            self._describe()

    @work(exclusive=True, group="tools-statistics", exit_on_error=False)
    async def _count(self, tool: ToolInfo) -> None:
        """Say how the tool's last calls went and what they gave, once the cursor stays on it."""
        await asyncio.sleep(_REST_S)
        try:
            found = await asyncio.to_thread(
                self._runtime.history.tool_statistics, tool.server, tool.name
            )
            said, whole = statistics_line(found), whole_error(found)
        except HistoryError as error:
            said, whole = Content.styled(clean_line(str(error)), "$text-error"), ""
        seen = await self._seen_results.of(tool)
        known = self._statistics[tool.full_name] = (said, seen, whole)
        row = self.rows.row
        if row is not None and row.tool is not None and row.tool.full_name == tool.full_name:
            self.query_one("#about", QuietLine).put(about_tool(row.tool, *known))

    @on(ScreenResume)
    def _back(self) -> None:
        """A tool may just have been tried."""
        self._describe()

    @on(RowList.Selected)
    def _selected(self) -> None:
        row = self.rows.row
        if row is None:
            return
        if row.tool is not None:
            self.dismiss(call_text(row.tool))
            return
        if row.beside is not None:
            self._read_beside(row)
            return
        self._folded ^= {row.server.name}
        self.show_tools()

    @work(exclusive=True, group="tools-read", exit_on_error=False)
    async def _read_beside(self, row: ToolRow) -> None:
        """Read a resource, or get a prompt, into the pane beside its row."""
        assert row.beside is not None
        asked = await request_for(self.app, row.beside)
        if asked is None:
            return
        request, title = asked
        done = await self._runtime.engine.run(request)
        view = self.query_one("#read", JsonView)
        view.show(done.value if done.error is None else done.error.to_json(), title)
        self._read = row.name
        self._describe()

    def action_fold(self, fold: bool) -> None:
        """The server of the row: hide its tools, or show them; what is shown already is gone into."""
        row = self.row
        if row is None:
            return
        name = row.server.name
        if not fold and name not in self._folded:
            self.rows.action_move(row.tool is None and row.beside is None)
            return
        self._folded = self._folded | {name} if fold else self._folded - {name}
        self.show_tools()
        if fold:
            names = [each.server.name for each in self.rows.rows]
            self.rows.move_to(names.index(name))

    def action_fold_all(self, fold: bool) -> None:
        servers = self._runtime.upstream.catalogue().servers
        self._folded = frozenset(servers) if fold else frozenset()
        self.show_tools()

    def action_scroll_page(self, by: int) -> None:
        """Half of what is seen of the page beside the list."""
        page = self.query_one("#tool-pane VerticalScroll", VerticalScroll)
        page.scroll_relative(y=by * max(1, page.size.height // 2), animate=False)

    def action_filter(self) -> None:
        self._list.filter()

    @on(Input.Changed, "#tools-filter")
    def _filter(self) -> None:
        self.show_tools()
        wanted = most_likely(self.rows.rows, self._list.text) if self._list.text else None
        if wanted is not None:
            self.rows.move_to(wanted)

    def action_back(self) -> None:
        if not self._list.leave():
            self.dismiss(None)

    def action_copy(self) -> None:
        row = self.rows.row
        if row is None or (row.tool is None and row.beside is None):
            return
        call = call_text(row.tool) if row.tool is not None else ""
        self.app.copy_to_clipboard(request_of(row.beside) if row.beside is not None else call)
        self.notify("The call was sent to the terminal's clipboard", markup=False)

    def action_try(self) -> None:
        row = self.rows.row
        if row is not None and row.tool is not None:
            screen = TryScreen(self._runtime, row.tool, self.app.left_forms)
            self.app.push_screen(screen, self._insert)

    def _insert(self, call: str | None) -> None:
        """What was tried goes into the script."""
        if call is not None:
            self.dismiss(call)
