"""Where the lines of a document stand on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

from rich.cells import cell_len
from textual.expand_tabs import get_tab_widths
from textual.widgets.text_area import Location, WrappedDocument

T = TypeVar("T")


class LineMap(WrappedDocument):
    """Where the lines of a document stand on the screen; knows its height without adding it up.

    Without wrapping every line is one row, which is worked out for the lines that are asked for: for 20 000
    lines that are pasted it held the event loop for 25 ms.
    """

    _rows = 0
    """Rows, where lines are not wrapped."""

    @property
    def height(self) -> int:
        """As of the last call of ``wrap`` or ``wrap_range``: who asks in between draws all lines anew."""
        return len(self._offset_to_line_info) if self._width else self._rows

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Where each line begins."""
        if width:
            super().wrap(width, tab_width)
            return
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
        self._wrap_offsets, self._line_index_to_offsets, self._offset_to_line_info = as_lists[:3]
        self._tab_width_cache = as_lists[3]

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """As ``wrap``, after an edit."""
        if self._width:
            super().wrap_range(start, old_end, new_end)
        else:
            self._rows = self.document.line_count

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

    def row_at(self, y: int) -> int | None:
        """The line of the document that is drawn in row ``y`` of the text; None: below its end."""
        infos = self._offset_to_line_info
        return infos[y][0] if y < len(infos) else None

    def rows_of(self, line: int) -> Sequence[int]:
        """The rows of the text in which a line is drawn; none where there is no such line."""
        rows = self._line_index_to_offsets
        return rows[line] if 0 <= line < len(rows) else ()

    def last_width(self, line: int) -> int:
        """Cells of what stands in the last row of a line."""
        sections = self.get_sections(line)
        return cell_len(sections[-1].expandtabs(self._tab_width)) if sections else 0


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
