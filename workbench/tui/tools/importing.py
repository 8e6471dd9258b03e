"""Take servers over from other clients' files: what would be added, and what to look at before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.config import ConfigError, ServerSettings
from workbench.config.editing import add_servers
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.tools.adding import preview
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.upstream.importers.finding import Found
    from workbench.upstream.importers.planning import Planned


class ImportScreen(GuardedModal[list[str] | None]):
    """Nothing is changed before the marked ones are added. Dismissed with what is to be said of that."""

    DEFAULT_CSS = """
    ImportScreen { align: center middle; background: $background 60%; }
    ImportScreen #import-panes { width: 96%; height: 92%; background: $surface; }
    ImportScreen #import-servers, ImportScreen #import-one { width: 1fr; }
    ImportScreen VerticalScroll { padding: 0 1; }
    ImportScreen.-narrow #import-panes { layout: vertical; }
    ImportScreen.-narrow #import-servers, ImportScreen.-narrow #import-one { height: 1fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("importing")]

    def __init__(self, file: Path, there: Mapping[str, ServerSettings]) -> None:
        """file: what they are added to, whether it exists or not. there: what is configured."""
        super().__init__()
        self._file = file
        self._there = there
        self._marked: set[str] = set()
        self._is_adding = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="import-panes"):
            with Pane(id="import-servers"):
                yield RowList["Planned"](self._line, lambda _: "  Server", id="import-rows")
            with Pane(id="import-one"), VerticalScroll():
                yield Static(id="import-text", markup=False)

    @property
    def rows(self) -> RowList[Planned]:
        return self.query_one("#import-rows", RowList)

    def on_mount(self) -> None:
        self.rows.empty_text = "Reading other clients' files …"
        self.rows.focus()
        self._read()

    @work(exclusive=True, group="import", exit_on_error=False)
    async def _read(self) -> None:
        from workbench.upstream.importers.finding import read_clients
        from workbench.upstream.importers.planning import plan

        found = await asyncio.to_thread(read_clients)
        planned = plan(found.servers, self._there)
        self._marked = {row.settings.name for row in planned if row.state == "new"}
        self.rows.empty_text = "No server of another client was found"
        self.rows.set_rows(sorted(planned, key=lambda row: row.state != "new"))
        self._describe_row()
        self._say_unreadable(found)

    def _say_unreadable(self, found: Found) -> None:
        for problem in found.unreadable[:3]:
            self.notify(clean_line(problem, 300), severity="warning", markup=False)

    def _line(self, row: Planned, width: int) -> list[Part]:
        new = row.state == "new"
        mark = "[x] " if row.settings.name in self._marked and new else "[ ] " if new else "    "
        end = f" {row.server.source.product if new else row.state} "
        sign = " !" if new and row.problems else ""
        name = fit(mark + clean_line(row.settings.name) + sign, max(0, width - len(end)))
        return [(name, "" if new else "dim"), (end, "dim" if row.state != "skipped" else "warning")]

    @on(RowList.Highlighted)
    def _describe_row(self) -> None:
        row = self.rows.row
        chosen = len(self._marked)
        new = sum(one.state == "new" for one in self.rows.rows)
        self.query_one("#import-servers", Pane).set_title(
            f"Import · {chosen} of {new} new", "Space marks · Enter adds the marked"
        )
        lines = [] if row is None else list(_lines_of(row, self._file))
        self.query_one("#import-text", Static).update(Content("\n").join(lines))
        if row is not None:
            self.query_one("#import-one", Pane).set_title(clean_line(row.server.name, 60))

    def action_mark(self) -> None:
        row = self.rows.row
        if row is not None and row.state == "new":
            self._marked ^= {row.settings.name}
            self.rows.action_move(1)
            self.rows.refresh()
            self._describe_row()

    @on(RowList.Selected)
    def action_add(self) -> None:
        """A second Enter neither gives up what is written nor writes it again."""
        servers = [row.settings for row in self.rows.rows if row.settings.name in self._marked]
        if not servers:
            self.notify("None is marked", markup=False)
        elif not self._is_adding:
            self._is_adding = True
            self._add(servers)

    @work(group="import-add", exit_on_error=False)
    async def _add(self, servers: Sequence[ServerSettings]) -> None:
        try:
            await asyncio.to_thread(add_servers, self._file, servers)
        except (ConfigError, OSError) as error:
            self.notify(clean_line(str(error), 300), severity="error", markup=False)
        else:
            self.dismiss([server.name for server in servers])
        finally:
            self._is_adding = False


def _lines_of(row: Planned, file: Path) -> Iterator[Content]:
    source = row.server.source
    yield Content.styled(clean_line(f"{source.product}: {source.path}"), "$foreground 70%")
    yield Content("")
    if row.state != "skipped":
        yield from map(Content, preview(row.settings))
        yield Content("")
    for problem in row.problems:
        yield Content.styled(f"! {clean_line(problem, 400)}", "$text-warning")
    if row.problems:
        yield Content("")
    if row.state == "new":
        said = f"It would be added to {file}, quarantined: no call reaches it until you release it (x)."
        yield Content(clean_line(said))
    else:
        yield Content(f"{row.state.capitalize()}: it is not added.")
