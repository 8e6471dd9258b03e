"""Typing in an editor: pairs, indentation, comments, moving lines; what each means is in ``editing``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from workbench.tui.editor import editing
from workbench.tui.editor.code_marks import MarkedArea

_FREED = {"ctrl+a", "ctrl+f", "ctrl+g", "f6", "f7"}
"""Keys of TextArea that mean something else here (tui.md, section 6)."""


_DECLARED = {"undo", "redo"}
"""Actions of TextArea that are commands here, with names."""


def _kept_bindings() -> Iterator[BindingType]:
    """Textual's own keys of the cursor."""
    for binding in TextArea.BINDINGS:
        if isinstance(binding, Binding) and binding.action not in _DECLARED:
            keys = [key for key in binding.key.split(",") if key not in _FREED]
            if keys:
                yield replace(binding, key=",".join(keys))


class TypingArea(MarkedArea):
    """An editor that helps to type a language with brackets."""

    BINDINGS: ClassVar[list[BindingType]] = [*_kept_bindings()]

    class Edited(Message):
        """The user (or an undo) changed the text; loading a text does not count."""

        def __init__(self, area: TypingArea) -> None:
            super().__init__()
            self.area = area

        @property
        def control(self) -> TypingArea:
            return self.area

    def edit(self, edit: Edit) -> EditResult:
        result = super().edit(edit)
        self.post_message(self.Edited(self))
        return result

    def replace_all(self, text: str) -> None:
        """Another text, as an edit that can be undone; the cursor stays where it can."""
        if self.text != text:
            row, column = self.cursor_location
            self.replace(text, (0, 0), self.document.end)
            self.go_to(row + 1, column + 1)

    def undo(self) -> None:
        super().undo()
        self.post_message(self.Edited(self))

    def redo(self) -> None:
        super().redo()
        self.post_message(self.Edited(self))

    # -- keys ------------------------------------------------------------------------------

    @property
    def _unit(self) -> str:
        return "\t" if self.indent_type == "tabs" else " " * self.indent_width

    def _around(self) -> tuple[str, str]:
        """The cursor's line, before and after it."""
        row, column = self.cursor_location
        line = self.document.source_line(row)
        return line[:column], line[column:]

    def key_taken(self, key: str) -> bool:
        """Whether something open over the editor took a key before it (a subclass has that)."""
        return False

    def was_typed(self, typed: str = "") -> None:
        """After a character, or (without one) after a deletion."""

    async def on_key(self, event: events.Key) -> None:
        if self.key_taken(event.key):
            event.stop()
            event.prevent_default()
            return
        if event.key == "escape":
            event.prevent_default()  # TextArea would move the focus; the screen decides
            return
        if self.read_only or not self._typed(event):
            return
        self.restart_blink()
        event.stop()
        event.prevent_default()

    def _typed(self, event: events.Key) -> bool:
        """Keys that mean more than a character; False: not one of them."""
        start, end = self.selection
        before, after = self._around()
        if event.key == "enter":
            first, second = editing.new_line(before, after, self._unit)
            self._insert_around(first, second)
            return True
        if event.key == "tab":
            if start[0] == end[0]:
                return False
            self._change_lines(lambda lines: editing.indented(lines, self._unit))
            return True
        if event.key == "backspace" and start == end and editing.deletes_pair(before, after):
            row, column = end
            self.replace("", (row, column - 1), (row, column + 1), maintain_selection_offset=False)
            self.was_typed()
            return True
        typed = event.character
        if not event.is_printable or typed is None:
            return False
        if start != end and typed in editing.PAIRS:
            self._surround(typed, editing.PAIRS[typed])
        elif start == end and editing.steps_over(typed, after):
            self.move_cursor((end[0], end[1] + 1))
        elif start == end and editing.closes_itself(typed, before, after):
            self._insert_around(typed, editing.PAIRS[typed])
        elif typed in editing.CLOSERS and start == end and before.endswith(self._unit):
            row, column = end
            if before.strip():
                self.type_text(typed, start, end)
            else:
                self.type_text(typed, (row, column - len(self._unit)), end)
        else:
            self.type_text(typed, start, end)
        self.was_typed(typed)
        return True

    def _insert_around(self, first: str, second: str) -> None:
        result = self.type_text(first + second, *self.selection)
        if result is not None and second:
            lines = second.count("\n")
            row, column = result.end_location
            if lines:
                row -= lines
                column = len(self.document.source_line(row))
            else:
                column -= len(second)
            self.move_cursor((row, column))

    def _surround(self, opening: str, closing: str) -> None:
        start, end = sorted(self.selection)
        text = self.get_text_range(start, end)
        self.replace(opening + text + closing, start, end, maintain_selection_offset=False)
        shift = 1 if start[0] == end[0] else 0
        self.selection = Selection((start[0], start[1] + 1), (end[0], end[1] + shift))

    async def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.read_only:
            text = event.text.replace("\r\n", "\n").replace("\r", "\n")
            self.type_text(text, *self.selection)

    def action_go_to_end(self, last: bool, select: bool = False) -> None:
        """To the end of the text (or its start)."""
        self.move_cursor(self.document.end if last else (0, 0), select=select)

    def on_click(self, event: events.Click) -> None:
        """Twice: the word; three times: the line."""
        row, column = self.get_target_document_location(event)
        if event.chain == 2:
            start, end = editing.word_at(self.document.source_line(row), column)
            self.selection = Selection((row, start), (row, end))
        elif event.chain >= 3:
            self.select_line(row)

    # -- whole lines -----------------------------------------------------------------------

    def _rows(self) -> tuple[int, int]:
        """First and last row of the selection; a last row without a selected character is out."""
        (top, _), (bottom, column) = sorted(self.selection)
        return top, bottom - 1 if bottom > top and column == 0 else bottom

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Change whole lines of the selection as one step of the undo history."""
        top, bottom = self._rows()
        lines = [self.document.source_line(row) for row in range(top, bottom + 1)]
        changed = change(lines)
        if changed == lines:
            return
        start, end = self.selection
        self.history.checkpoint()
        self.replace(
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

        self.selection = Selection(moved(start), moved(end))

    def action_outdent(self) -> None:
        if not self.read_only:
            self._change_lines(lambda lines: editing.outdented(lines, self._unit))

    def action_toggle_comment(self) -> None:
        if not self.read_only and self.language != "json":
            self._change_lines(editing.comment_toggled)

    def action_move_lines(self, by: int) -> None:
        """Swap the selected lines with the one above or below."""
        top, bottom = self._rows()
        other = top - 1 if by < 0 else bottom + 1
        if self.read_only or not 0 <= other < self.document.line_count:
            return
        (start_row, start), (end_row, end) = self.selection
        block = [self.document.source_line(row) for row in range(top, bottom + 1)]
        swapped = [self.document.source_line(other)]
        lines = block + swapped if by < 0 else swapped + block
        first, last = min(top, other), max(bottom, other)
        self.replace(
            "\n".join(lines),
            (first, 0),
            (last, len(self.document.source_line(last))),
            maintain_selection_offset=False,
        )
        self.selection = Selection((start_row + by, start), (end_row + by, end))
