"""The command palette: one line a command with its key; also themes, tools, scripts, runs and settings by name.

A sign in front asks for one kind, as in editors: ``>`` commands, ``/`` scripts, ``@`` tools, ``#`` runs,
``:`` settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input, Static

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.matching import score
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import LineInput
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList
from workbench.util.dataclass import dataclass

_MOST_SHOWN = 200
_TYPED_S = 0.15
_MENU_WIDTH = 44
_MENU_EDGES = 7
"""Its frame, the line to type in, the help, and what keeps them apart."""
PREFIXES: Mapping[str, str] = {
    ">": "command", "/": "script", "@": "tool", "#": "run", ":": "setting",
}  # fmt: skip
"""The kind that a sign in front asks for."""
FindRuns = Callable[[str], Awaitable[Sequence["Entry"]]]
"""Runs that have a text somewhere, the newest first."""


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
    """What it is, where it is no command: ``theme``, ``filter``, a kind of ``PREFIXES``."""
    place: str = ""
    """The pane that a command is of."""
    only_typed: bool = False
    """There are many of these: they are listed only when something is typed."""


def asked_for(typed: str) -> tuple[str, str]:
    """The kind that the sign in front asks for (empty: any), and the words behind it."""
    kind = PREFIXES.get(typed[:1], "")
    return (kind, typed[1:]) if kind else ("", typed)


def fitting(entries: Iterable[Entry], typed: str, recent: Sequence[str]) -> list[Entry]:
    """What fits, best first; of equals the last used first, then in the order in which they come."""
    kind, words = asked_for(typed)
    if kind:
        others = PREFIXES.values()
        entries = [
            entry
            for entry in entries
            if entry.kind == kind or (kind == "command" and entry.kind not in others)
        ]
    order = {name: place for place, name in enumerate(recent)}
    found = []
    for place, entry in enumerate(entries):
        if not typed.strip() and entry.only_typed:
            continue
        points = score(words, f"{entry.title} {entry.kind or entry.place}")
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
    PaletteScreen #palette-help { height: auto; min-height: 1; max-height: 5; padding: 0 2;
        color: $foreground 70%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("palette")]

    def __init__(
        self,
        entries: Sequence[Entry],
        recent: Sequence[str] = (),
        find_runs: FindRuns | None = None,
        at: Offset | None = None,
    ) -> None:
        """find_runs: asked for what is typed behind ``#``. at: it stands there, as a menu."""
        super().__init__()
        self._entries = list(entries)
        self._recent = recent
        self._find_runs = find_runs
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Commands"
            yield LineInput(
                placeholder="a command, or / script  @ tool  # run  : setting  > commands only",
                id="palette-line",
            )
            yield RowList[Entry](_line, self._heading, id="palette-rows", one_click=True)
            yield Static(id="palette-help", markup=False)

    def on_mount(self) -> None:
        if self._at is not None:
            self._stand_at(self._at)
        self.query_one(Input).focus()
        self._fill()

    def _stand_at(self, at: Offset) -> None:
        """Small, where somebody pointed to, as far as there is room below and beside."""
        width = min(_MENU_WIDTH, self.size.width)
        height = min(len(self._entries) + _MENU_EDGES, self.size.height)
        x, y = min(at.x, self.size.width - width), min(at.y, self.size.height - height)
        dialog = self.query_one(".dialog")
        self.styles.align = "left", "top"
        dialog.styles.width, dialog.styles.height = width, height
        dialog.styles.max_width = dialog.styles.max_height = "100%"
        dialog.styles.margin = y, 0, 0, x
        self.query_one(Input).placeholder = "words narrow them down"

    @property
    def rows(self) -> RowList[Entry]:
        return self.query_one("#palette-rows", RowList)

    def add(self, entries: Sequence[Entry]) -> None:
        """More entries, e.g. those that had to be read first; those that are there already stay."""
        known = {entry.id for entry in self._entries}
        self._entries += [entry for entry in entries if entry.id not in known]
        if any(line.value for line in self.query(Input)):  # none: it is not there yet, or has left
            self._fill()

    def _heading(self, width: int) -> str:
        return ""

    @on(Input.Changed)
    def _fill(self) -> None:
        typed = self.query_one(Input).value
        kind, words = asked_for(typed)
        self.query_one(".dialog").border_title = f"{kind.capitalize()}s" if kind else "Commands"
        self.rows.empty_text = "Nothing is called that"
        if kind and not any(entry.kind == kind for entry in self._entries):
            self.rows.empty_text = f"The main screen has the {kind}s"
        self.rows.set_rows(fitting(self._entries, typed, self._recent), 0)
        self._show_help()
        if kind == "run" and words.strip() and self._find_runs is not None:
            self._add_found(self._find_runs, words)

    @work(exclusive=True, exit_on_error=False)
    async def _add_found(self, find: FindRuns, words: str) -> None:
        """Below those that are called so, the runs that have the words somewhere."""
        await asyncio.sleep(_TYPED_S)
        found = await find(words)
        if asked_for(self.query_one(Input).value) == ("run", words):
            shown = self.rows.rows
            known = {entry.id for entry in shown}
            self.rows.renew([*shown, *(one for one in found if one.id not in known)])
            self._show_help()

    @on(RowList.Highlighted)
    @on(RowList.Cut)
    def _show_help(self) -> None:
        entry = self.rows.row
        said = clean_line(entry.help) if entry is not None else ""
        if entry is not None and self.rows.is_cut:
            said = f"{clean_line(entry.title)}\n{said}"
        self.query_one("#palette-help", Static).update(said)
        self.post_message(self.Highlighted(entry))

    @on(Input.Submitted)
    @on(RowList.Selected)
    def _chosen(self) -> None:
        if self.rows.row is not None:
            self.dismiss(self.rows.row)

    def action_move(self, by: int) -> None:
        self.rows.action_move(by)


def _line(entry: Entry, width: int) -> list[Part]:
    right = entry.keys or entry.kind or entry.place
    room = max(0, width - cell_len(right) - 3)
    return [
        (fit(clean_line(entry.title), room) + "  ", ""),
        (right + " ", "accent" if entry.keys else "dim"),
    ]
