"""Approve changed definitions: what was approved and what there is now, side by side, tool by tool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
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
    from workbench.upstream import Manager

_LEAST_WIDTH = 40


class ApproveScreen(GuardedModal[None]):
    """The tools of one server that wait; one, some or all are approved."""

    DEFAULT_CSS = """
    ApproveScreen { align: center middle; background: $background 60%; }
    ApproveScreen #approve-panes { width: 96%; height: 92%; background: $surface; }
    ApproveScreen #approve-tools { width: 1fr; }
    ApproveScreen #approve-change { width: 3fr; }
    ApproveScreen VerticalScroll { padding: 0 1; }
    ApproveScreen.-narrow #approve-panes { layout: vertical; }
    ApproveScreen.-narrow #approve-tools { width: 1fr; height: 2fr; }
    ApproveScreen.-narrow #approve-change { width: 1fr; height: 3fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("approving")]

    def __init__(self, upstream: Manager, server: str, tool: str | None = None) -> None:
        """tool: the one that is shown first."""
        super().__init__()
        self._upstream = upstream
        self._server = server
        self._first = tool
        self._marked: set[tuple[str, str]] = set()
        """Tools and the form of their definition: one that the server sends meanwhile was not looked at."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="approve-panes"):
            with Pane(id="approve-tools"):
                yield RowList[Change](self._line, lambda _: "  Tool", id="approve-rows")
            with Pane(id="approve-change"), VerticalScroll():
                yield Static(id="approve-text", markup=False)

    @property
    def rows(self) -> RowList[Change]:
        return self.query_one("#approve-rows", RowList)

    def on_mount(self) -> None:
        self.rows.focus()
        self._show()

    def on_resize(self) -> None:
        self._share()
        self._describe()

    def _share(self) -> None:
        """Where the list stands above, it has no more rows than it needs: a head and a frame."""
        needs = len(self.rows.rows) + 3 if self.has_class("-narrow") else None
        self.query_one("#approve-tools").styles.max_height = needs

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
        at = names.index(self._first) if self._first in names else self.rows.cursor
        self._first = None
        self.rows.set_rows(changes, at)
        self._share()
        self.query_one("#approve-tools", Pane).set_title(
            f"{clean_line(self._server, 40)} · {len(changes)} to approve",
            f"{len(self._marked)} marked" if self._marked else "Space marks",
        )
        self._describe()

    def _line(self, change: Change, width: int) -> list[Part]:
        mark = "[x] " if _seen(change) in self._marked else "[ ] "
        sign = f" ! {len(change.risks)}" if change.risks else " new" if change.is_new else ""
        name = fit(mark + clean_line(change.tool), max(0, width - len(sign)))
        return [(name, ""), (sign, "warning" if change.risks else "dim")]

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        change = self.rows.row
        if change is None or not self.query("#approve-text"):
            return
        pane = self.query_one("#approve-change", Pane)
        text = self.query_one("#approve-text", Static)
        width = max(_LEAST_WIDTH, text.container_size.width or pane.size.width - 4)
        text.update(Content("\n").join(_lines_of(change, width)))
        pane.set_title(clean_line(f"{change.tool}: {change.hold}"))
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


def _seen(change: Change) -> tuple[str, str]:
    return change.tool, change.form


def _lines_of(change: Change, width: int) -> Iterator[Content]:
    if change.risks:
        yield Content.styled("Look twice:", "bold $text-warning")
        for risk in change.risks:
            yield Content.styled(f"  ! {clean_line(risk)}", "$text-warning")
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
