"""Where the lines of a document stand on the screen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any, TypeVar, overload

from rich.cells import cell_len
from textual.expand_tabs import get_tab_widths
from textual.geometry import Offset
from textual.widgets.text_area import DocumentNavigator, Location, WrappedDocument

from workbench.tui.textual_private.placing import sign_edge

T = TypeVar("T")
Rows = tuple[int, int]
"""First and last line of some that are hidden."""


class LineMap(WrappedDocument):
    """Where the lines of a document stand on the screen; knows its height without adding it up.

    Without wrapping every line is one row, which is worked out for the lines that are asked for: for 20 000
    lines that are pasted it held the event loop for 25 ms.

    Lines can be hidden: all that is said of rows is of those that are shown.
    """

    _rows = 0
    """Rows, where lines are not wrapped."""
    _hidden: Sequence[Rows] = ()
    _gaps: _Gaps | None = None
    """Of the rows that are hidden; None: not known yet."""
    _every_row: Sequence[Any] = ()
    _rows_of_every_line: Sequence[Any] = ()

    @property
    def height(self) -> int:
        """As of the last call of ``wrap`` or ``wrap_range``: who asks in between draws all lines anew."""
        every = len(self._every_row) if self._width else self._rows
        return every - self._hidden_rows().count

    # -- what is hidden ----------------------------------------------------------------

    @property
    def hidden(self) -> Sequence[Rows]:
        """Lines that take no rows: apart from each other, in order, never the first nor the last of all."""
        return self._hidden

    def hide(self, lines: Sequence[Rows]) -> None:
        """Hide these lines, show all others."""
        self._hidden = lines
        self._view()

    def hiding(self, line: int) -> Rows | None:
        """The lines that are hidden together with one; None: it is shown."""
        at = bisect_right(self._hidden, line, key=_top) - 1
        return self._hidden[at] if at >= 0 and line <= self._hidden[at][1] else None

    def hidden_below(self, line: int) -> Rows | None:
        """The lines that are hidden right below one."""
        at = bisect_left(self._hidden, line + 1, key=_top)
        found = self._hidden[at] if at < len(self._hidden) else None
        return found if found is not None and found[0] == line + 1 else None

    def _hidden_rows(self) -> _Gaps:
        if self._gaps is None:
            rows = self._rows_of_every_line
            last = len(rows) - 1
            self._gaps = _Gaps(
                [
                    (rows[top][0], rows[min(end, last)][-1])
                    for top, end in self._hidden
                    if top <= last
                ]
            )
        return self._gaps

    # -- Textual's own, replaced -------------------------------------------------------

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Where each line begins."""
        if width:
            super().wrap(width, tab_width)
        else:
            self._width = width
            self._rows = self.document.line_count
            self._tab_width = tab_width or self._tab_width
            # Lists, as TextArea sees them: it reads items and lengths.
            as_lists: Any = (
                _Each(self._lines, lambda _: []),
                _Each(self._lines, lambda row: [row]),
                _Each(self._lines, lambda row: (row, 0)),
                _Each(self._lines, self._tabs),
            )
            self._wrap_offsets, self._line_index_to_offsets, self._offset_to_line_info = as_lists[
                :3
            ]
            self._tab_width_cache = as_lists[3]
        self._every_row = self._offset_to_line_info
        self._rows_of_every_line = self._line_index_to_offsets
        self._view()

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """As ``wrap``, after an edit."""
        if self._width:
            every: Any = self._rows_of_every_line, self._every_row
            self._line_index_to_offsets, self._offset_to_line_info = every
            super().wrap_range(start, old_end, new_end)
        else:
            self._rows = self.document.line_count
        self._view()

    def _view(self) -> None:
        """TextArea and what is inherited read of the rows that are shown, as if there were no others."""
        self._gaps = None
        shown: Any = (self._every_row, self._rows_of_every_line)
        if self._hidden:
            shown = (
                _Each(self._height_now, lambda y: self._every_row[self._hidden_rows().whole(y)]),
                _Each(lambda: len(self._rows_of_every_line), self._shown_rows),
            )
        self._offset_to_line_info, self._line_index_to_offsets = shown

    def _height_now(self) -> int:
        return len(self._every_row) - self._hidden_rows().count

    def _shown_rows(self, line: int) -> list[int]:
        """The rows of a line; of a hidden one the last before it, so often as it has some."""
        gaps = self._hidden_rows()
        return [gaps.shown(row) for row in self._rows_of_every_line[line]]

    def get_sections(self, line_index: int) -> list[str]:
        """The rows of a line, as texts."""
        text, ends = self.document.get_line(line_index), self.get_offsets(line_index)
        return [text[start:end] for start, end in pairwise((0, *ends, len(text)))]

    def offset_to_location(self, offset: Offset) -> Location:
        if self._hidden and not self._width:
            row = self.row_at(min(max(offset.y, 0), self._height_now() - 1))
            offset = Offset(offset.x, row or 0)
        return self.beside_signs(super().offset_to_location(offset), -1)

    def beside_signs(self, place: Location, direction: int) -> Location:
        """A place that is not within a sign: before it (-1) or behind."""
        row, column = place
        return row, sign_edge(self.document.get_line(row), column, direction)

    def _lines(self) -> int:
        return self.document.line_count

    def _tabs(self, row: int) -> list[int]:
        """Cells of each tab of a line; the end of the line counts as one of none."""
        line = self.document.get_line(row)
        if "\t" in line:
            return [width for _, width in get_tab_widths(line, self._tab_width)]
        return [0] if line else []

    @property
    def tab_width(self) -> int:
        """Cells from one tab stop to the next."""
        return self._tab_width

    # -- where is what -----------------------------------------------------------------

    def row_at(self, y: int) -> int | None:
        """The line of the document that is drawn in row ``y`` of the text; None: below its end."""
        infos = self._offset_to_line_info
        return infos[y][0] if y < len(infos) else None

    def rows_of(self, line: int) -> Sequence[int]:
        """The rows of the text in which a line is drawn; none where it is hidden, or there is no such line."""
        rows = self._line_index_to_offsets
        return rows[line] if 0 <= line < len(rows) and self.hiding(line) is None else ()

    def rows_for(self, line: int) -> Sequence[int]:
        """The rows of a line; of a hidden one those of the line that stands for it."""
        hidden = self.hiding(line)
        return self.rows_of(line if hidden is None else hidden[0] - 1)

    def last_width(self, line: int) -> int:
        """Cells of what stands in the last row of a line."""
        sections = self.get_sections(line)
        return cell_len(sections[-1].expandtabs(self._tab_width)) if sections else 0


def _top(lines: Rows) -> int:
    return lines[0]


class LineNavigator(DocumentNavigator):
    """Where the cursor goes: over lines that are hidden."""

    def __init__(self, lines: LineMap) -> None:
        super().__init__(lines)
        self._map = lines

    def get_location_left(self, location: Location) -> Location:
        return self._map.beside_signs(self.shown(super().get_location_left(location), -1), -1)

    def get_location_right(self, location: Location) -> Location:
        return self._map.beside_signs(self.shown(super().get_location_right(location), 1), 1)

    def get_location_above(self, location: Location) -> Location:
        return self._across(location, super().get_location_above(location), -1)

    def get_location_below(self, location: Location) -> Location:
        return self._across(location, super().get_location_below(location), 1)

    def shown(self, target: Location, direction: int) -> Location:
        """A place, or, where it is hidden, the end of the line before that or the start of the one behind."""
        hidden = self._map.hiding(target[0])
        if hidden is None:
            return target
        before = hidden[0] - 1
        return (before, len(self._document[before])) if direction < 0 else (hidden[1] + 1, 0)

    def _across(self, start: Location, target: Location, direction: int) -> Location:
        """The place that was meant, or, where it is hidden, as far right in the next line that is not."""
        row, column = self.shown(target, direction)
        if (row, column) != target:
            cells = max(self._map.location_to_offset(start).x, self.last_x_offset)
            section = -1 if direction < 0 else 0
            column = self._map.get_target_document_column(row, cells, section)
        return self._map.beside_signs((row, column), -1)


class _Gaps:
    """Rows that are left out: what remains is numbered on."""

    def __init__(self, gaps: Sequence[Rows]) -> None:
        self._tops = [top for top, _ in gaps]
        self._ends = [end for _, end in gaps]
        self._upto = [0, *accumulate(end - top + 1 for top, end in gaps)]
        """How many are left out before each gap, and in all."""
        self._shown_tops = [top - out for top, out in zip(self._tops, self._upto, strict=False)]

    @property
    def count(self) -> int:
        """How many rows are left out."""
        return self._upto[-1]

    def whole(self, row: int) -> int:
        """Which row of all a row is that remains."""
        return row + self._upto[bisect_right(self._shown_tops, row)]

    def shown(self, row: int) -> int:
        """Which of those that remain a row of all is; of one that is left out, the one before."""
        at = bisect_right(self._tops, row)
        if at and row <= self._ends[at - 1]:
            return self._shown_tops[at - 1] - 1
        return row - self._upto[at]


class _Each(Sequence[T]):
    """So many items, each made when it is read."""

    def __init__(self, count: Callable[[], int], item: Callable[[int], T]) -> None:
        self._count, self._item = count, item

    def __len__(self) -> int:
        return self._count()

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        places = range(len(self))[index]
        return [self._item(n) for n in places] if isinstance(places, range) else self._item(places)
