"""Typing in an editor: pairs, indentation, comments, moving lines; what each means is in ``text_edits``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import Location, Selection

from workbench.tui.commands import bindings
from workbench.tui.editor import text_edits
from workbench.tui.textual_private import EditorBase

_FREED = {"ctrl+a", "ctrl+f", "ctrl+g", "f6", "f7"}
"""Keys of TextArea that mean something else here."""
_DECLARED = {"undo", "redo"}
"""Actions of TextArea that are commands here, with names."""


def editor_bindings() -> Iterator[BindingType]:
    """Textual's own keys of the cursor, and the commands of an editor."""
    own = [*bindings("editor")]
    taken = _FREED | {key for binding in own for key in binding.key.split(",")}
    for binding in TextArea.BINDINGS:
        if isinstance(binding, Binding) and binding.action not in _DECLARED:
            keys = [key for key in binding.key.split(",") if key not in taken]
            if keys:
                yield replace(binding, key=",".join(keys))
    yield from own


class Typing:
    """What keys, pastes and clicks do to the text of an editor for a language with brackets."""

    def __init__(self, area: EditorBase, typed: Callable[[str], None]) -> None:
        """typed: is told each character after it was typed, and nothing after a deletion."""
        self._area = area
        self._on_typed = typed

    def _around(self) -> tuple[str, str]:
        """The cursor's line, before and after it."""
        row, column = self._area.cursor_location
        line = self._area.document.source_line(row)
        return line[:column], line[column:]

    def key(self, event: events.Key) -> bool:
        """Type what a key means, where that is more than a character; False: it is not."""
        start, end = self._area.selection
        before, after = self._around()
        if event.key == "enter":
            first, second = text_edits.new_line(before, after, self._area.step)
            self._insert_around(first, second)
            return True
        if event.key == "tab":
            if start[0] == end[0]:
                self._area.type_text(self._to_next_stop(min(start, end)), start, end)
                return True
            self._change_lines(lambda lines: text_edits.indented(lines, self._area.step))
            return True
        if event.key == "backspace" and start == end and text_edits.deletes_pair(before, after):
            row, column = end
            self._area.replace(
                "", (row, column - 1), (row, column + 1), maintain_selection_offset=False
            )
            self._on_typed("")
            return True
        typed = event.character
        if not event.is_printable or typed is None:
            return False
        if start != end and typed in text_edits.PAIRS:
            self._surround(typed, text_edits.PAIRS[typed])
        elif start == end and text_edits.steps_over(typed, after):
            self._area.move_cursor((end[0], end[1] + 1))
        elif start == end and text_edits.closes_itself(typed, before, after):
            self._insert_around(typed, text_edits.PAIRS[typed])
        elif typed in text_edits.CLOSERS and start == end and before.endswith(self._area.step):
            row, column = end
            if before.strip():
                self._area.type_text(typed, start, end)
            else:
                self._area.type_text(typed, (row, column - len(self._area.step)), end)
        else:
            self._area.type_text(typed, start, end)
        self._on_typed(typed)
        return True

    def _to_next_stop(self, place: Location) -> str:
        step = self._area.step
        if step == "\t":
            return step
        return " " * (len(step) - self._area.get_column_width(*place) % len(step))

    def _insert_around(self, first: str, second: str) -> None:
        result = self._area.type_text(first + second, *self._area.selection)
        if result is not None and second:
            lines = second.count("\n")
            row, column = result.end_location
            if lines:
                row -= lines
                column = len(self._area.document.source_line(row))
            else:
                column -= len(second)
            self._area.move_cursor((row, column))

    def _surround(self, opening: str, closing: str) -> None:
        start, end = sorted(self._area.selection)
        text = self._area.get_text_range(start, end)
        self._area.replace(opening + text + closing, start, end, maintain_selection_offset=False)
        shift = 1 if start[0] == end[0] else 0
        self._area.selection = Selection((start[0], start[1] + 1), (end[0], end[1] + shift))

    def paste(self, text: str) -> None:
        """Put in what was pasted, whatever system its line ends are of."""
        self._area.type_text(text.replace("\r\n", "\n").replace("\r", "\n"), *self._area.selection)

    def click(self, place: Location, times: int) -> None:
        """Twice: the word; three times: the line."""
        row, column = place
        if times == 2:
            start, end = text_edits.word_at(self._area.document.source_line(row), column)
            beside = self._area.wrapped_document.beside_signs
            self._area.selection = Selection(beside((row, start), -1), beside((row, end), 1))
        elif times >= 3:
            self._area.select_line(row)

    # -- whole lines -----------------------------------------------------------------------

    def _rows(self) -> tuple[int, int]:
        """First and last row of the selection; a last row without a selected character is out."""
        (top, _), (bottom, column) = sorted(self._area.selection)
        return top, bottom - 1 if bottom > top and column == 0 else bottom

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Change whole lines of the selection as one step of the undo history."""
        top, bottom = self._rows()
        lines = [self._area.document.source_line(row) for row in range(top, bottom + 1)]
        changed = change(lines)
        if changed == lines:
            return
        start, end = self._area.selection
        self._area.history.checkpoint()
        self._area.replace(
            "\n".join(changed),
            (top, 0),
            (bottom, len(lines[-1])),
            maintain_selection_offset=False,
        )

        def moved(place: Location) -> Location:
            row, column = place
            if not top <= row <= bottom or column == 0:
                return place
            shift = len(changed[row - top]) - len(lines[row - top])
            return row, max(0, column + shift)

        self._area.selection = Selection(moved(start), moved(end))

    def outdent(self) -> None:
        self._change_lines(lambda lines: text_edits.outdented(lines, self._area.step))

    def toggle_comment(self) -> None:
        self._change_lines(text_edits.comment_toggled)

    def duplicate_lines(self) -> None:
        """The lines of the selection once more below them; the selection goes along."""
        top, bottom = self._rows()
        lines = [self._area.document.source_line(row) for row in range(top, bottom + 1)]
        end = (bottom, len(lines[-1]))
        selected = self._area.selection
        self._area.history.checkpoint()
        text = "\n" + "\n".join(lines)
        self._area.replace(text, end, end, maintain_selection_offset=False)
        start, end = ((row + len(lines), column) for row, column in selected)
        self._area.selection = Selection(start, end)

    def join_lines(self) -> None:
        """The lines of the selection, or the cursor's and the next, as one; a blank between them."""
        top, bottom = self._rows()
        bottom = max(bottom, top + 1)
        if bottom >= self._area.document.line_count:
            return
        lines = [self._area.document.source_line(row) for row in range(top, bottom + 1)]
        joined, column = text_edits.joined(lines)
        self._area.history.checkpoint()
        self._area.replace(
            joined, (top, 0), (bottom, len(lines[-1])), maintain_selection_offset=False
        )
        self._area.selection = Selection.cursor((top, column))

    def move_lines(self, by: int) -> None:
        """Swap the selected lines with the one above or below."""
        top, bottom = self._rows()
        other = top - 1 if by < 0 else bottom + 1
        if not 0 <= other < self._area.document.line_count:
            return
        (start_row, start), (end_row, end) = self._area.selection
        block = [self._area.document.source_line(row) for row in range(top, bottom + 1)]
        swapped = [self._area.document.source_line(other)]
        lines = block + swapped if by < 0 else swapped + block
        first, last = min(top, other), max(bottom, other)
        self._area.replace(
            "\n".join(lines),
            (first, 0),
            (last, len(self._area.document.source_line(last))),
            maintain_selection_offset=False,
        )
        self._area.selection = Selection((start_row + by, start), (end_row + by, end))
