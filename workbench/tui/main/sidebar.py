"""The sidebar: scripts, tools and the last runs, beside the panes or (where there is little room) over them.

Open by itself where there is much room; it reads nothing before it is shown.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message

from workbench.core.scripts import samples_instead, script_names
from workbench.history import HistoryError
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.wording import SIGNS, Shown
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.catalogue.tools import Catalogue, ToolInfo
    from workbench.history import ExecutionRow
    from workbench.tui.app import WorkbenchApp

Kind: TypeAlias = Literal["title", "script", "server", "tool", "run", "note"]
_RUNS = 15
_MOST_NAME = 60
_LOOK_S = 2.0
"""How often it is read anew while it is shown."""
_STYLES: dict[Shown, str] = {
    "ok": "ok",
    "running": "accent",
    "queued": "accent",
    "asking": "accent",
}


@dataclass(frozen=True, slots=True)
class SidebarRow:
    kind: Kind
    text: str
    target: str = ""
    """A script's name, a server's, a run's id."""
    sign: str = ""
    style: str = ""
    tool: ToolInfo | None = None


def sidebar_rows(
    scripts: list[str],
    catalogue: Catalogue | None,
    runs: list[ExecutionRow],
    unfolded: frozenset[str] = frozenset(),
    samples: list[str] | None = None,
) -> list[SidebarRow]:
    """All lines. catalogue: None where the servers are not open yet; unfolded: servers whose tools are
    listed; samples: those that lack their server, where there is no other script."""
    rows = [SidebarRow("title", "Scripts")]
    rows += [SidebarRow("script", clean_line(name), name) for name in scripts]
    if not scripts:
        rows.append(SidebarRow("note", "none"))
    if samples:
        rows.append(SidebarRow("title", "Samples"))
        rows.append(SidebarRow("note", "need the server demo"))
        rows += [SidebarRow("script", clean_line(name), name) for name in samples]
    rows.append(SidebarRow("title", "Tools"))
    if catalogue is None:
        rows.append(SidebarRow("note", "not open yet"))
    elif not catalogue.servers:
        rows.append(SidebarRow("note", "no servers"))
    else:
        for server in catalogue.servers.values():
            opened = server.name in unfolded
            text = f"{clean_line(server.name)} {server.tools}"
            style = "error" if server.state == "failed" else "strong"
            rows.append(SidebarRow("server", text, server.name, "▾" if opened else "▸", style))
            if opened:
                tools = catalogue.tools.get(server.name, {}).values()
                rows += [SidebarRow("tool", clean_line(tool.name), tool=tool) for tool in tools]
    rows.append(SidebarRow("title", "Recent runs"))
    rows += [_run_row(run) for run in runs]
    if not runs:
        rows.append(SidebarRow("note", "none"))
    return rows


def _run_row(run: ExecutionRow) -> SidebarRow:
    from workbench.tui.history.rows import when

    status = cast(Shown, run.state)
    at = when(run.started_at)
    if at.endswith("today"):
        at = at[:5]
    what = clean_line(run.name or run.script or run.code_start.strip() or "inline", _MOST_NAME)
    text = f"{at} {what}"
    return SidebarRow("run", text, run.execution_id, SIGNS[status], _STYLES.get(status, "error"))


def _line(row: SidebarRow, width: int) -> list[Part]:
    match row.kind:
        case "title":
            return [(fit(row.text, width), "accent")]
        case "note":
            return [(fit(f"  {row.text}", width), "dim")]
        case "server":
            return [(fit(f"{row.sign} {row.text}", width), row.style)]
        case "run":
            return [(f"{row.sign} ", row.style), (fit(row.text, max(0, width - 2)), "")]
        case "tool":
            return [(fit(f"    {row.text}", width), "")]
        case _:
            return [(fit(f"  {row.text}", width), "")]


class Sidebar(Pane):
    """Hidden until ``show``; tells what was chosen."""

    class Chosen(Message):
        """A script, a tool or a run."""

        def __init__(self, row: SidebarRow) -> None:
            super().__init__()
            self.row = row

    class Left(Message):
        """Escape was pressed: whoever is in it wants back."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("sidebar")]
    app: WorkbenchApp

    def __init__(self) -> None:
        super().__init__(id="sidebar")
        self.display = False
        self._unfolded: frozenset[str] = frozenset()
        self._scripts: list[str] = []
        self._samples: list[str] = []
        self._runs: list[ExecutionRow] = []
        self._trouble = ""
        """What the history said last time, and is said once."""
        self._reads = False

    def compose(self) -> ComposeResult:
        yield RowList[SidebarRow](
            _line, lambda _: "Enter opens · Esc closes", id="sidebar-rows", one_click=True
        )

    def on_mount(self) -> None:
        self.set_title("Sidebar")
        self.rows.empty_text = "Reading…"
        self.set_interval(_LOOK_S, self._read_if_shown)

    @property
    def rows(self) -> RowList[SidebarRow]:
        return self.query_one("#sidebar-rows", RowList)

    def beside(self, size: Size) -> Size:
        """What is left of a screen for the panes."""
        width = self.styles.width
        taken = int(width.value) if self.display and width is not None else 0
        return Size(max(0, size.width - taken), size.height)

    def show(self) -> None:
        """Show it, with what there is now."""
        self.display = True
        self._read_if_shown()

    def _read_if_shown(self) -> None:
        if self.display and not self._reads:
            self._read()

    @work(exit_on_error=False)
    async def _read(self) -> None:
        """Folder and history are read in a thread, one reading after the other: a slow disk ends each."""
        self._reads = True
        try:
            await self._read_all()
        finally:
            self._reads = False
        self._fill()

    async def _read_all(self) -> None:
        self._scripts = await asyncio.to_thread(script_names, self.app.config)
        self._samples = await asyncio.to_thread(samples_instead, self.app.config)
        runtime = self.app.runtime_now
        if runtime is not None:
            trouble = ""
            try:
                self._runs = await asyncio.to_thread(runtime.history.list_executions, limit=_RUNS)
            except HistoryError as error:
                trouble = str(error)
            if trouble and trouble != self._trouble:
                self.app.show_toast(trouble, "warning")
            self._trouble = trouble

    def _fill(self) -> None:
        runtime = self.app.runtime_now
        catalogue = runtime.upstream.catalogue() if runtime is not None else None
        rows = sidebar_rows(self._scripts, catalogue, self._runs, self._unfolded, self._samples)
        before = self.rows.row
        if rows == self.rows.rows:
            return
        same = [
            index
            for index, row in enumerate(rows)
            if before is not None
            and (row.kind, row.target, row.tool) == (before.kind, before.target, before.tool)
        ]
        first = 1 if before is None else None
        self.rows.renew(rows, same[0] if len(same) == 1 else first)

    @on(RowList.Selected)
    def _selected(self, event: RowList.Selected) -> None:
        event.stop()
        row = self.rows.row
        if row is None or row.kind in ("title", "note"):
            return
        if row.kind == "server":
            self._unfolded ^= {row.target}
            self._fill()
        else:
            self.post_message(self.Chosen(row))

    def action_leave(self) -> None:
        self.post_message(self.Left())
