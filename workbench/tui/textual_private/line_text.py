"""A line of an editor, of which one row is drawn at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

from rich.style import Style
from rich.text import Span, Text

from workbench.tui.textual_private.placing import sign_edge

_MANY = 16
"""Rows, from which on it pays to make only the one that is drawn."""


class LineText(Text):
    """TextArea divides a wrapped line into all its rows for each row that it draws: in a line of 100 000
    characters a key took 0.4 s. Here it gets the row that it takes, and of the others their tabs.

    What a document shows holds no control characters: they are not looked for again, ten times a key."""

    def __init__(self, text: str) -> None:
        super().__init__(end="", no_wrap=True)
        self._put(text)

    def stylize(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        """Signs as wholes: of a family whose first face is under the cursor the rest was no sign any more."""
        text = self.plain
        if not text.isascii():
            start = sign_edge(text, start, -1)
            end = None if end is None else sign_edge(text, end, 1)
        super().stylize(style, start, end)

    def pad_right(self, count: int, character: str = " ") -> None:
        self._put(self.plain + character * count)

    def _put(self, text: str) -> None:
        self._text, self._length = [text], len(text)

    def divide(self, offsets: Iterable[int]) -> Any:
        ends = [*offsets]
        return super().divide(ends) if len(ends) < _MANY else _Rows(self, ends)


class _Rows(Sequence[Text]):
    def __init__(self, line: Text, ends: list[int]) -> None:
        self._line, self._text = line, line.plain
        self._ends = [0, *ends, len(self._text)]
        self._has_tabs = "\t" in self._text
        self._drawn = False

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> Text: ...
    @overload
    def __getitem__(self, index: slice) -> list[Text]: ...
    def __getitem__(self, index: int | slice) -> Text | list[Text]:
        """The row that is asked for first as it looks; of the others what counts their tabs."""
        if isinstance(index, slice):
            return [self[n] for n in range(len(self))[index]]
        if self._drawn and not self._has_tabs:
            return Text()
        start, end = self._ends[index], self._ends[index + 1]
        row = Text(self._text[start:end], style=self._line.style)
        if not self._drawn:
            self._drawn = True
            row.spans = [
                Span(max(0, first - start), min(end, last) - start, style)
                for first, last, style in self._line.spans
                if first < end and last > start
            ]
        return row
