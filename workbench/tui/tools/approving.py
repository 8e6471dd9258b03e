"""Approve changed definitions: what was approved and what there is now, side by side, tool by tool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.catalogue.changes import Change
from workbench.catalogue.side_by_side import Line, side_by_side
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.tools.pages import gone
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp
    from workbench.upstream import Manager

_LEAST_WIDTH = 40
_LOOK_TWICE = "  ! look twice "


class ApproveScreen(GuardedModal[None]):
    """The tools of one server that wait; one, some or all are approved."""

    app: WorkbenchApp

    DEFAULT_CSS = """
    ApproveScreen { align: center middle; background: $background 60%; }
    ApproveScreen #approve-panes { width: 96%; height: 92%; background: $surface; }
    ApproveScreen #approve-tools { height: 2fr; }
    ApproveScreen #approve-change { height: 3fr; }
    ApproveScreen VerticalScroll { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("approving")]

    def __init__(self, upstream: Manager, server: str, tool: str | None = None) -> None:
        """tool: the one that is shown first."""
        super().__init__()
        self._upstream = upstream
        self._server = server
        self._first = tool
        self._name_cells = 0
        self._renewed = 0.0
        """When the rows were last made anew by an approval: of ``KeyOrder.moment``."""
        self._marked: set[tuple[str, str]] = set()
        """Tools and the form of their definition: one that the server sends meanwhile was not looked at."""

    def compose(self) -> ComposeResult:
        with Vertical(id="approve-panes"):
            with Pane(id="approve-tools"):
                yield RowList[Change](self._line, self._heading, id="approve-rows")
            with Pane(id="approve-change"), VerticalScroll():
                yield Static(id="approve-text", markup=False)

    @property
    def rows(self) -> RowList[Change]:
        return self.query_one("#approve-rows", RowList)

    def on_mount(self) -> None:
        self.rows.focus()
        self._show()

    def on_resize(self) -> None:
        self._describe()

    def _show(self) -> None:
        try:
            changes = self._upstream.changes(self._server)
        except KeyError:
            self.notify(gone(self._server), severity="warning", markup=False)
            changes = []
        if not changes:
            self.dismiss()
            return
        names = [change.tool for change in changes]
        self._marked &= set(map(_seen, changes))
        sought = self.rows.row.tool if self.rows.row is not None else self._first
        self._name_cells = max(cell_len(clean_line(name)) for name in names)
        self.rows.renew(changes, names.index(sought) if sought in names else None)
        pane = self.query_one("#approve-tools", Pane)
        pane.styles.max_height = len(changes) + 3  # no more than it needs: a head and a frame
        pane.set_title(
            f"{clean_line(self._server, 40)} · {len(changes)} to approve",
            f"{len(self._marked)} marked" if self._marked else "Space marks",
        )
        self._describe()

    def _heading(self, width: int) -> str:
        return "  " + fit("    Tool", self._beside_name(width)) + "What waits"

    def _beside_name(self, width: int) -> int:
        """Cells up to where it is said what waits: of the widest name, of half a line at most."""
        return min(self._name_cells + len("[ ]   "), max(0, width // 2))

    def _line(self, change: Change, width: int) -> list[Part]:
        mark = "[x] " if _seen(change) in self._marked else "[ ] "
        sign = _LOOK_TWICE if change.risks else ""
        beside = self._beside_name(width)
        name = fit(mark + clean_line(change.tool), beside - 2) + "  "
        words = fit(clean_line(change.words), max(0, width - beside - len(sign)))
        return [(name, ""), (words, "dim"), (sign, "warning")]

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        change = self.rows.row
        if change is None or not self.query("#approve-text"):
            return
        pane = self.query_one("#approve-change", Pane)
        text = self.query_one("#approve-text", Static)
        width = max(_LEAST_WIDTH, text.container_size.width or pane.size.width - 4)
        text.update(Content("\n").join(_lines_of(change, width)))
        pane.set_title(clean_line(change.tool))
        pane.query_one(VerticalScroll).scroll_home(animate=False)

    @on(RowList.Selected)
    def action_mark(self) -> None:
        change = self.rows.row
        if change is None:
            return
        self._marked ^= {_seen(change)}
        self.rows.action_move(1)
        self._show()

    def action_approve(self) -> None:
        """The marked tools; where none is, the one under the cursor."""
        self._approve(self._chosen())

    def action_approve_all(self) -> None:
        self._approve([change.tool for change in self.rows.rows])

    def action_approve_varying(self) -> None:
        self._approve(self._chosen(), varying=True)

    def _chosen(self) -> list[str]:
        at_cursor = [self.rows.row.tool] if self.rows.row is not None else []
        return sorted(tool for tool, _ in self._marked) or at_cursor

    def _approve(self, tools: list[str], *, varying: bool = False) -> None:
        if not tools:
            return
        if self.app.key_order.was_typed_before(self._renewed):
            self.notify(
                "Not approved: it was not on the screen when that was pressed", markup=False
            )
            return
        try:
            self._upstream.approve(self._server, tools, varying=varying, seen=self.rows.rows)
        except KeyError:  # the configuration, or the server, may just have lost or changed it
            self.notify("The server has changed: look again", severity="warning", markup=False)
        except OSError as error:
            problem = f"The approval cannot be kept: {error.strerror or error}"
            self.notify(clean_line(problem), severity="error", markup=False)
        else:
            whatever = ", whatever their texts say from now on" if varying else ""
            said = f"Approved{whatever}: {', '.join(tools)}"
            self.notify(clean_line(said, 300), markup=False)
        self._show()
        self._renewed = self.app.key_order.moment()


def _seen(change: Change) -> tuple[str, str]:
    return change.tool, change.form


def _lines_of(change: Change, width: int) -> Iterator[Content]:
    yield Content.styled(clean_line(change.hold), "$foreground 70%")
    yield Content("")
    if change.may_vary:
        said = f"It was seen in {change.forms} forms: if its server changes it at each start, v approves it so"
        yield Content.styled(said, "$text-warning")
        yield Content("")
    first = True
    for line in side_by_side(change, width):
        yield _drawn(line, heading=first and not change.is_new)
        first = False


def _drawn(line: Line, *, heading: bool) -> Content:
    if line.kind == "pair":
        left = Content.styled(line.left, "bold" if heading else "$text-error")
        right = Content.styled(line.right, "bold" if heading else "$text-success")
        return left + Content.styled(" │ ", "$foreground 70%") + right
    if line.kind == "text":
        return Content(line.left)
    risks = Content.styled(f"  ! {line.risks}", "$text-warning") if line.risks else Content("")
    return Content.styled(line.left, "bold") + risks
