"""Textual's text document, quick enough for scripts of thousands of lines.

Textual 8.2.8 joins the whole text and adds up the height of every line for each line that it paints, and
measures every line on each key (field notes, 3.4). These subclasses keep what does not change.
They touch private names; tests/tui/test_fast_document.py fails when Textual changes them.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from textual.document._document import Document, EditResult, Location
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Size

Listener = Callable[[int, int, int, str], None]
"""(first line, lines removed, lines added, text of the first line before)"""


class FastDocument(Document):
    """Keeps the joined text and the lines' widths; tells a listener which lines changed."""

    def __init__(self, text: str, listener: Listener | None = None) -> None:
        super().__init__(text)
        self._listener = listener
        self._text: str | None = None
        self._widths: list[int] = []
        self._measured_with = -1

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = super().text
        return self._text

    def get_size(self, tab_width: int) -> Size:
        if self._measured_with != tab_width:
            self._widths = [cell_len(line.expandtabs(tab_width)) for line in self._lines]
            self._measured_with = tab_width
        return Size(max(self._widths, default=0), len(self._lines))

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        top, bottom = min(start, end)[0], max(start, end)[0]
        before = len(self._lines)
        first = self._lines[top]
        result = super().replace_range(start, end, text)
        removed = bottom - top + 1
        added = len(self._lines) - before + removed
        self._text = None
        if self._measured_with >= 0:
            self._widths[top : top + removed] = [
                cell_len(line.expandtabs(self._measured_with))
                for line in self._lines[top : top + added]
            ]
        if self._listener is not None:
            self._listener(top, removed, added, first)
        return result


class FastWrappedDocument(WrappedDocument):
    """Knows its height without adding it up."""

    @property
    def height(self) -> int:
        return len(self._offset_to_line_info)
