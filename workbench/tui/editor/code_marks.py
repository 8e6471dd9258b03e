"""What stands beside the text of an editor: markers of problems, notes, the line pointed at, matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widgets.text_area import Location

from workbench.text.sanitize import clean_line
from workbench.tui.editor.cut_lines import with_cut_signs
from workbench.tui.editor.folding_editor import FoldingEditor
from workbench.tui.widgets.hues import HUES, LineNote
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Marker:
    """Something wrong at a place. Line and column are from 1."""

    line: int
    column: int | None
    kind: Literal["error", "warning"]
    message: str
    stale: bool = False
    """The text was edited since."""


MARK_CLASSES = frozenset(
    f"code-area--{name}"
    for name in (
        *("mark-error", "mark-warning", "mark-stale", "note", "match", "match-current"),
        *("tint-error", "tint-warning", "tint-line"),
        *(f"hue-{number}" for number in range(HUES)),
    )
)
MARK_RULES = """
    CodeArea {
        & > .code-area--mark-error { color: $error; text-style: bold; }
        & > .code-area--mark-warning { color: $warning; text-style: bold; }
        & > .code-area--mark-stale { color: $foreground 45%; }
        & > .code-area--tint-error { background: $error 18%; }
        & > .code-area--tint-warning { background: $warning 15%; }
        & > .code-area--tint-line { background: $primary 22%; }
        & > .code-area--note { color: $foreground 50%; }
        & > .code-area--match { background: $warning 40%; }
        & > .code-area--match-current { background: $warning; color: $background; }
    }
"""
"""How each mark looks, as rules for the style sheet."""


class Marks:
    """Marks on the lines of an editor, that move with them."""

    def __init__(self, area: FoldingEditor, style: Callable[[str], Style]) -> None:
        """style: of a component class, without its background."""
        self._area = area
        self._style = style
        self.forget()

    def forget(self) -> None:
        """Another text."""
        self._markers: dict[int, Marker] = {}
        self._notes: dict[int, LineNote] = {}
        self._pointed: int | None = None
        self._matches: dict[int, list[tuple[int, int, bool]]] = {}

    def lines_changed(self, top: int, removed: int, added: int, first: str) -> set[int]:
        """Keep markers and notes with their lines; other rows that look different for it, of those that stand
        where they stood."""
        shift = added - removed
        if shift:
            end = top + removed
            if removed == 1 and self._area.document.source_line(top + shift) == first:
                end = top  # lines were put in above it

            def moved(number: int) -> int:
                return number + shift if number > end else min(number, top + added)

            # Those of lines that became one: the first's wins.
            markers, notes = (sorted(all_, reverse=True) for all_ in (self._markers, self._notes))
            self._markers = {moved(n): replace(self._markers[n], line=moved(n)) for n in markers}
            self._notes = {moved(n): self._notes[n] for n in notes}
        others = {number - 1 for number, marker in self._markers.items() if not marker.stale}
        if others:
            self._markers = {n: replace(m, stale=True) for n, m in self._markers.items()}
        others |= self._matches.keys()
        if self._pointed:
            others.add(self._pointed - 1)
        self._matches = {}
        self._pointed = None
        return others

    # -- painting --------------------------------------------------------------------------

    def stylize(self, text: Text, row: int) -> None:
        """Underline what is wrong in a line's text, and show what a search found."""
        marker = self._markers.get(row + 1)
        if marker is not None and marker.column is not None and not marker.stale:
            line = text.plain
            start = min(marker.column - 1, max(0, len(line) - 1))
            end = start + 1
            while end < len(line) and (line[end].isalnum() or line[end] in "_$"):
                end += 1
            text.stylize(self._style(f"mark-{marker.kind}") + Style(underline=True), start, end)
        for start, end, current in self._matches.get(row, ()):
            name = "code-area--match-current" if current else "code-area--match"
            style = self._area.get_component_rich_style(name)
            text.stylize(style if current else Style(bgcolor=style.bgcolor), start, end)

    def on_line(self, strip: Strip, y: int) -> Strip:
        """The row ``y`` of the widget with its signs, tint and note."""
        strip = with_cut_signs(self._area, strip, y, self._style("note"))
        if not (self._markers or self._notes or self._pointed):
            return strip
        area = self._area
        y += area.scroll_offset.y
        row = area.wrapped_document.row_at(y)
        if row is None:
            return strip
        rows = area.wrapped_document.rows_of(row)
        number = row + 1
        marker = self._markers.get(number)
        note = self._notes.get(number)
        tint = ""
        if number == self._pointed:
            tint = "line"
        elif marker is not None and not marker.stale:
            tint = marker.kind
        if tint:
            strip = self._tinted(strip, f"code-area--tint-{tint}")
        hidden = area.wrapped_document.hidden_below(row)
        if hidden is not None:
            marker, note = self._with_hidden(marker, note, hidden)
        if y == rows[0] and (marker is not None or number == self._pointed):
            strip = self._with_sign(strip, *self._sign_of(marker))
        elif y == rows[0] and note is not None and note.hue is not None:
            strip = self._with_sign(strip, "▌", f"hue-{note.hue}")
        return self._with_note(strip, number, note) if note is not None and y == rows[-1] else strip

    def _with_hidden(
        self, marker: Marker | None, note: LineNote | None, hidden: tuple[int, int]
    ) -> tuple[Marker | None, LineNote | None]:
        """What a line shows for itself and for those that are hidden below it (rows from 0): the worst of what
        is wrong, and its own note, else theirs."""
        below = range(hidden[0] + 1, hidden[1] + 2)
        markers = [one for number, one in self._markers.items() if number in below]
        if marker is not None:
            markers.insert(0, marker)
        markers.sort(key=lambda one: (one.stale, one.kind != "error"))
        notes = [self._notes[number] for number in sorted(self._notes) if number in below]
        if note is None and notes:
            hues = {one.hue for one in notes}
            alike = len({one.text for one in notes}) == 1
            text = notes[0].text if alike else f"{len(notes)} lines with calls"
            note = LineNote(text, hues.pop() if len(hues) == 1 else None)
        return next(iter(markers), None), note

    def _sign_of(self, marker: Marker | None) -> tuple[str, str]:
        if marker is None:
            return "▶", "mark-warning"
        sign = "✘" if marker.kind == "error" else "!"
        return sign, "mark-stale" if marker.stale else f"mark-{marker.kind}"

    def _tinted(self, strip: Strip, name: str) -> Strip:
        base = self._area.rich_style.bgcolor
        plain = {None, base, self._area.cursor_line_background}
        tint = Style(bgcolor=self._area.get_component_rich_style(name).bgcolor)
        return Strip(
            [
                Segment(text, (style or Style()) + tint)
                if style is None or style.bgcolor in plain
                else Segment(text, style)
                for text, style, _ in strip
            ],
            strip.cell_length,
        )

    def _with_sign(self, strip: Strip, sign: str, name: str) -> Strip:
        """A sign between the number and the text, in the style of a component class."""
        segments = list(strip)
        gutter = segments[0]
        if self._area.gutter_width < 3 or len(gutter.text) < 3:
            return strip
        style = self._style(name)
        background = Style(bgcolor=gutter.style.bgcolor if gutter.style else None)
        segments[:1] = [
            Segment(gutter.text[:-2], gutter.style),
            Segment(self._area.in_our_signs(sign), (gutter.style or Style()) + style + background),
            Segment(" ", gutter.style),
        ]
        return Strip(segments, strip.cell_length)

    def _with_note(self, strip: Strip, number: int, beside: LineNote) -> Strip:
        """A quiet note at the right edge; over the end of a line that is too long, but where the cursor
        is, lines are wrapped to be read whole, or what stands for hidden lines would be covered."""
        width = self._area.scrollable_content_region.width
        used = self._area.gutter_width + self._area.wrapped_document.last_width(number - 1)
        tail = self._area.tail_of(number - 1)
        used += len(tail)
        note = beside.text
        if width - len(note) - 1 < used - self._area.scroll_offset.x + 2:
            note = f"… {note}"
            here = number == self._area.cursor_location[0] + 1
            if here or tail or self._area.soft_wrap or len(note) > width // 2:
                return strip
        note = self._area.in_our_signs(note)
        at = width - len(note) - 1
        note = note.ljust(max(width, strip.cell_length) - at)
        strip = strip.adjust_cell_length(max(width, strip.cell_length), self._area.rich_style)
        under = (
            next((s.style for s in reversed(list(strip)) if s.style), None) or self._area.rich_style
        )
        name = "note" if beside.hue is None else f"hue-{beside.hue}"
        own = self._area.get_component_rich_style(f"code-area--{name}")
        style = own + Style(bgcolor=under.bgcolor)
        return Strip.join(
            [strip.crop(0, at), Strip([Segment(note, style)]), strip.crop(at + len(note))]
        )

    # -- what others put beside the text ---------------------------------------------------

    def set_markers(self, markers: Iterable[Marker]) -> None:
        """Mark what is wrong: replaces all markers. One a line: the first error wins."""
        chosen: dict[int, Marker] = {}
        for marker in markers:
            there = chosen.get(marker.line)
            if there is None or (there.kind != "error" and marker.kind == "error"):
                chosen[marker.line] = marker
        before, self._markers = self._markers, chosen
        self._paint_changed(before, chosen)

    @property
    def markers(self) -> list[Marker]:
        """The markers, moved with their lines by edits, from the top."""
        return [self._markers[line] for line in sorted(self._markers)]

    def set_line_notes(self, notes: Mapping[int, LineNote]) -> None:
        """Put a note at the right of lines (numbers from 1), ``3 calls 41 ms``; in the hue of a server where it
        has one, with a mark of it beside the number."""
        cleaned = {line: replace(note, text=clean_line(note.text)) for line, note in notes.items()}
        before, self._notes = self._notes, cleaned
        self._paint_changed(before, cleaned)

    def _paint_changed(self, before: Mapping[int, object], now: Mapping[int, object]) -> None:
        """Draw the lines (numbers from 1) that carry something else now."""
        numbers = before.keys() | now.keys()
        self._area.paint(
            [number - 1 for number in numbers if before.get(number) != now.get(number)]
        )

    def point_at(self, line: int | None) -> None:
        """Point at a line (from 1) and bring it into view; None: at none."""
        if line == self._pointed:
            return
        before, self._pointed = self._pointed, line
        if line is not None and 1 <= line <= self._area.document.line_count:
            self._area.bring_into_view((line - 1, 0))
        self._area.paint([number - 1 for number in (before, line) if number is not None])

    def set_matches(
        self, matches: Iterable[tuple[Location, Location]], current: Location | None = None
    ) -> None:
        """Show what a search found; ``current``: the start of the one that is gone to."""
        found: dict[int, list[tuple[int, int, bool]]] = {}
        for start, end in matches:
            for row in range(start[0], end[0] + 1):
                first = start[1] if row == start[0] else 0
                last = end[1] if row == end[0] else len(self._area.document.get_line(row))
                found.setdefault(row, []).append((first, last, start == current))
        before, self._matches = self._matches, found
        rows = before.keys() | found.keys()
        self._area.paint([row for row in rows if before.get(row) != found.get(row)])
