"""The places of a call that was just put in where something is to be filled in: Tab goes from one to the next.

They move with the edits around them; Escape, or a cursor that leaves the arguments, ends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from textual import events
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from workbench.tui.editor.text_edits import PAIRS

if TYPE_CHECKING:
    from workbench.tui.editor.analysis.js_literals import Span
    from workbench.tui.textual_private import EditorBase

Range: TypeAlias = tuple[Location, Location]


def stops_in(literal: str) -> tuple[Span, ...]:
    """Where the values stand in arguments as ``tool_calls.literal`` writes them: a string and what is empty
    from within, so that its quotes or brackets stay."""
    from workbench.tui.editor.analysis.js_literals import read_literal
    from workbench.tui.editor.analysis.syntax import typescript_tree

    source = f"({literal})".encode(errors="replace")
    root = typescript_tree(source)
    if root.has_error:
        return ()  # it is longer than anybody goes through
    written = read_literal(root.named_children[0].named_children[0].named_children[0]).spans
    holders = {path[:-1] for path in written if path}

    def place(byte: int) -> int:
        return len(source[1:byte].decode(errors="replace"))

    inner = (span for path, span in written.items() if path not in holders)
    spans = sorted((place(start), place(end)) for start, end in inner)
    return tuple(
        (start + 1, end - 1) if literal[start : start + 1] in ('"', "[", "{") else (start, end)
        for start, end in spans
    )


def carried(place: Range, top: Location, bottom: Location, end: Location) -> Range:
    """Where a range of a text is after ``top`` to ``bottom`` was replaced by what ends at ``end``: what is
    typed at either edge of it belongs to it."""

    def moved(each: Location) -> Location:
        row = each[0] + end[0] - bottom[0]
        return (row, each[1] + end[1] - bottom[1]) if each[0] == bottom[0] else (row, each[1])

    first, last = place
    if first > top:
        first = moved(first) if first >= bottom else top
    if last >= bottom:
        last = moved(last)
    elif last > top:
        last = end
    return first, max(first, last)


class Stops:
    """The places to fill in of the call that was put in last."""

    def __init__(self, area: EditorBase) -> None:
        self._area = area
        self._places: list[Range] = []
        self._call: Range = ((0, 0), (0, 0))
        """The arguments, with their brackets."""

    @property
    def is_active(self) -> bool:
        return bool(self._places)

    @property
    def said(self) -> str:
        """Which of them the cursor is in, and what keys do; empty: there are none."""
        if not self._places:
            return ""
        start, end = sorted(self._area.selection)
        here = (n for n, (a, b) in enumerate(self._places, 1) if a <= start and end <= b)
        number = next(here, None)
        of = f" {number} of {len(self._places)}" if number and len(self._places) > 1 else ""
        return f"to fill in{of} · Tab next · Esc ends"

    def begin(self, start: Location, stops: Sequence[Span], length: int) -> None:
        """Go to the first of some places, counted in characters from ``start``; the arguments take ``length``
        characters from the first bracket to the last, all on one line."""
        row, column = start
        self._places = [((row, column + a), (row, column + b)) for a, b in stops]
        self._call = (start, (row, column + length))
        if self._places:
            self._go(self._places[0])

    def end(self) -> None:
        self._places = []

    def edited(self, edit: Edit, result: EditResult) -> None:
        """Text was edited: the places move with it."""
        if self._places:
            change = (edit.top, edit.bottom, result.end_location)
            self._places = [carried(place, *change) for place in self._places]
            self._call = carried(self._call, *change)

    def still_there(self) -> bool:
        """Whether there are any, the cursor in the arguments: one that left them ended them."""
        start, end = self._call
        if self._places and not start < self._area.cursor_location < end:
            self.end()
        return bool(self._places)

    def key(self, event: events.Key) -> bool:
        """A key in the editor; False: it goes on to mean what it means."""
        if not self.still_there():
            return False
        if event.key == "tab":
            self._next()
        elif event.key == "shift+tab":
            self._back()
        elif event.key == "escape":
            self.end()
        else:
            self._clear_for(event.character)
            return False
        return True

    def _go(self, place: Range) -> None:
        self._area.selection = Selection(*place)
        self._area.record_cursor_width()
        self._area.bring_into_view(place[1])

    def _next(self) -> None:
        cursor = max(self._area.selection)
        following = next((place for place in self._places if place[0] > cursor), None)
        if following is not None:
            self._go(following)
            return
        row, column = self._call[1]
        closed = self._area.document.source_line(row)[column : column + 1] == ")"
        self.end()
        after = (row, column + closed)
        self._go((after, after))

    def _back(self) -> None:
        cursor = min(self._area.selection)
        before = [place for place in self._places if place[1] < cursor]
        self._go(before[-1] if before else self._places[0])

    def _clear_for(self, typed: str | None) -> None:
        """An opening bracket or quote replaces what stands there, too: else it would be put around it."""
        start, end = sorted(self._area.selection)
        if typed in PAIRS and start != end and (start, end) in self._places:
            self._area.replace("", start, end, maintain_selection_offset=False)
