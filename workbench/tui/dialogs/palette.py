"""The command palette: one line a command with its key; also themes, tools, scripts and runs by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.matching import score
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import LineInput
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList

_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Something that can be done by name."""

    id: str
    """Under which it is remembered as the last one that was done."""
    title: str
    run: Callable[[], object]
    keys: str = ""
    """As people write them."""
    help: str = ""
    kind: str = ""
    """What it is, where it is no command: ``theme``, ``tool``, ``script``, ``run``, a pane's name."""
    only_typed: bool = False
    """There are many of these: they are listed only when something is typed."""


def fitting(entries: Iterable[Entry], typed: str, recent: Sequence[str]) -> list[Entry]:
    """What fits, best first; of equals the last used first, then in the order in which they come."""
    order = {name: place for place, name in enumerate(recent)}
    found = []
    for place, entry in enumerate(entries):
        if not typed.strip() and entry.only_typed:
            continue
        points = score(typed, f"{entry.title} {entry.kind}")
        if points is not None:
            found.append((points, order.get(entry.id, len(order)), place, entry))
    return [entry for *_, entry in sorted(found, key=lambda each: each[:3])[:_MOST_SHOWN]]


class PaletteScreen(GuardedModal[Entry | None]):
    """Gives what was chosen; it is not done here."""

    class Highlighted(Message):
        """Another entry is under the cursor (None: none fits)."""

        def __init__(self, entry: Entry | None) -> None:
            super().__init__()
            self.entry = entry

    DEFAULT_CSS = """
    PaletteScreen { align: center top; background: $background 60%; }
    PaletteScreen > .dialog { margin-top: 2; width: 84; height: 24; max-height: 90%; padding: 0 1; }
    PaletteScreen Input, PaletteScreen Input:focus { border: none; padding: 0 1; height: 1; }
    PaletteScreen RowList { background: $surface; margin-top: 1; }
    PaletteScreen #palette-help { height: 1; padding: 0 2; color: $foreground 70%;
        text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("palette")]

    def __init__(self, entries: Sequence[Entry], recent: Sequence[str] = ()) -> None:
        super().__init__()
        self._entries = list(entries)
        self._recent = recent

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Commands"
            yield LineInput(
                placeholder="a command, a theme, a tool, a script, a run", id="palette-line"
            )
            yield RowList[Entry](_line, self._heading, id="palette-rows", one_click=True)
            yield Static(id="palette-help", markup=False)

    def on_mount(self) -> None:
        self.rows.empty_text = "Nothing is called that"
        self.query_one(Input).focus()
        self._fill()

    @property
    def rows(self) -> RowList[Entry]:
        return self.query_one("#palette-rows", RowList)

    def add(self, entries: Sequence[Entry]) -> None:
        """More entries, e.g. those that had to be read first."""
        self._entries += entries
        if self.is_attached and self.query_one(Input).value:
            self._fill()

    def _heading(self, width: int) -> str:
        return ""

    @on(Input.Changed)
    def _fill(self) -> None:
        typed = self.query_one(Input).value
        self.rows.set_rows(fitting(self._entries, typed, self._recent), 0)
        self._show_help()

    @on(RowList.Highlighted)
    def _show_help(self) -> None:
        entry = self.rows.row
        self.query_one("#palette-help", Static).update(clean_line(entry.help) if entry else "")
        self.post_message(self.Highlighted(entry))

    @on(Input.Submitted)
    @on(RowList.Selected)
    def _chosen(self) -> None:
        if self.rows.row is not None:
            self.dismiss(self.rows.row)

    def action_move(self, by: int) -> None:
        self.rows.action_move(by)


def _line(entry: Entry, width: int) -> list[Part]:
    right = entry.keys or entry.kind
    room = max(0, width - cell_len(right) - 3)
    return [
        (fit(clean_line(entry.title), room) + "  ", ""),
        (right + " ", "accent" if entry.keys else "dim"),
    ]
