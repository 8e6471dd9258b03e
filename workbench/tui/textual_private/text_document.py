"""The lines of a text that is edited: what ends one, and what is drawn for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from textual.widgets.text_area import Document, EditResult, Location


class Move(NamedTuple):
    """Lines stand elsewhere after a change."""

    line: int
    """The first of them, now."""
    by: int
    """So many lines further down than before."""


class TextDocument(Document):
    """The lines of a text. What is drawn and measured are the *shown* lines: of the same length, but with a
    visible character for each that a terminal would obey or that has no width.

    Only ``\\n`` (``\\r\\n`` where the text has no other) ends a line: Textual would also split at form feeds,
    U+0085, U+2028 and U+2029, and join with newlines what it split.
    """

    def __init__(self, text: str) -> None:
        self._newline = newline_of(text)
        self._lines = text.split(self._newline)
        self._shown = self.shown_lines(self._lines)
        self.moves: list[Move] = []
        """How lines came to stand in other places, since somebody took them."""

    def shown_lines(self, lines: Sequence[str]) -> list[str]:
        """Lines as they are drawn."""
        return [self.shown(line) for line in lines]

    def shown(self, line: str) -> str:
        """A line as it is drawn; as long as the line."""
        return line

    @property
    def lines(self) -> list[str]:
        """The shown lines."""
        return self._shown

    def get_line(self, index: int) -> str:
        """A shown line."""
        return self._shown[index]

    def __getitem__(self, line_index: Any) -> Any:
        return self._shown[line_index]

    @property
    def source_lines(self) -> list[str]:
        """The lines as they are in the text."""
        return self._lines

    def source_line(self, index: int) -> str:
        """A line as it is in the text."""
        return self._lines[index]

    def lines_of(self, text: str) -> list[str]:
        """The lines that a text has when it is put into this one."""
        return (text.replace("\r\n", "\n") if self._newline == "\r\n" else text).split("\n")

    def get_text_range(self, start: Location, end: Location) -> str:
        """The text between two places; Textual's adds it up line by line, which takes seconds of 20 000."""
        (top, left), (bottom, right) = sorted((start, end))
        if top == bottom:
            return self._lines[top][left:right] if top < len(self._lines) else ""
        last = [self._lines[bottom][:right]] if bottom < len(self._lines) else []
        inside = self._lines[top + 1 : bottom]
        return self._newline.join([self._lines[top][left:], *inside, *last])

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Put a text in the place of a range; where it ends, and what was there."""
        (top, left), (bottom, right) = sorted((start, end))
        replaced = self.get_text_range((top, left), (bottom, right))
        new = self.lines_of(text)
        before = self._lines[top][:left] if top < len(self._lines) else ""
        after = self._lines[bottom][right:] if bottom < len(self._lines) else ""
        new[0] = before + new[0]
        column = len(new[-1])
        new[-1] += after
        if by := len(new) - (bottom + 1 - top):
            self.moves.append(Move(top + len(new), by))
        self._lines[top : bottom + 1] = new
        self._shown[top : bottom + 1] = self.shown_lines(new)
        return EditResult((top + len(new) - 1, column), replaced)


def newline_of(text: str) -> Any:
    """What ends the lines of a text: ``\\r\\n`` only where nothing else does."""
    pairs = text.count("\r\n")
    return "\r\n" if pairs and pairs == text.count("\n") == text.count("\r") else "\n"
