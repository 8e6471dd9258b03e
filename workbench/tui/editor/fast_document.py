"""The document of an editor: quick for scripts of thousands of lines, and nothing in it reaches a terminal.

Textual 8.2.8 joins the whole text for each line that it paints, and measures every line on each key (field
notes, 3.4). This one keeps what does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual.geometry import Size
from textual.widgets.text_area import EditResult, Location

from workbench.text.sanitize import clean
from workbench.tui.editor.text_edits import first_difference
from workbench.tui.textual_private import TextDocument

Listener = Callable[[int, int, int, str], None]
"""(first line, lines removed, lines added, text of the first line before)"""
Change = tuple[Location, Location, Location]
"""(start, end of what was replaced, end of what stands there now)"""
ChangeListener = Callable[[Sequence[Change]], None]
"""One change; of lines that are replaced by as many, one in each that differs, from the top."""


class FastDocument(TextDocument):
    """Keeps the joined text and the lines' widths; tells listeners what changed."""

    def __init__(
        self,
        text: str,
        listener: Listener | None = None,
        change_listener: ChangeListener | None = None,
    ) -> None:
        super().__init__(text)
        self._listener = listener
        self._change_listener = change_listener
        self._joined: str | None = text
        self._widths: list[int] = []
        self._measured_with = -1

    def shown(self, line: str) -> str:
        return line if line.isprintable() else clean(line)

    def shown_lines(self, lines: Sequence[str]) -> list[str]:
        # One look at all of them: at each of 20 000 that are pasted it takes 15 ms.
        return [*lines] if "".join(lines).isprintable() else super().shown_lines(lines)

    @property
    def text(self) -> str:
        if self._joined is None:
            self._joined = super().text
        return self._joined

    def get_size(self, tab_width: int) -> Size:
        if self._measured_with != tab_width:
            self._widths = _widths(self.lines, tab_width)
            self._measured_with = tab_width
        return Size(max(self._widths, default=0), self.line_count)

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        top, bottom = min(start, end)[0], max(start, end)[0]
        lines = self.source_lines[top : bottom + 1]
        before = self.line_count
        first = self.source_line(top)
        result = super().replace_range(start, end, text)
        removed = bottom - top + 1
        added = self.line_count - before + removed
        self._joined = None
        if self._measured_with >= 0:
            changed = self.lines[top : top + added]
            self._widths[top : top + removed] = _widths(changed, self._measured_with)
        if self._listener is not None:
            self._listener(top, removed, added, first)
        if self._change_listener is not None:
            changes: list[Change] = [(min(start, end), max(start, end), result.end_location)]
            if before == self.line_count and top < bottom < before:
                changes = _changes(lines, self.source_lines[top : bottom + 1], top)
            self._change_listener(changes)
        return result


def _changes(before: Sequence[str], after: Sequence[str], top: int) -> list[Change]:
    """What differs in lines that stand in the places of others."""
    changes: list[Change] = []
    for row, (old, new) in enumerate(zip(before, after, strict=True), top):
        if old != new:
            left = first_difference(old, new)
            right = first_difference(old[left:][::-1], new[left:][::-1])
            changes.append(((row, left), (row, len(old) - right), (row, len(new) - right)))
    return changes


def _widths(lines: Sequence[str], tab_width: int) -> list[int]:
    """Cells that each line takes."""
    whole = "".join(lines)
    if whole.isascii() and "\t" not in whole:
        return [*map(len, lines)]
    return [_width(line, tab_width) for line in lines]


def _width(line: str, tab_width: int) -> int:
    """Cells that a line takes."""
    text = line.expandtabs(tab_width) if "\t" in line else line
    return len(text) if text.isascii() else cell_len(text)
