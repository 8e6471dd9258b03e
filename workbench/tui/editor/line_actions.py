"""The keys of an editor for whole lines and words."""

from __future__ import annotations

from textual.widgets.text_area import Selection

from workbench.tui.editor import text_edits
from workbench.tui.editor.code_typing import Typing
from workbench.tui.editor.guided_editor import GuidedEditor
from workbench.tui.textual_private import newline_of


class LineActions(GuidedEditor):
    """Indents, comments, moves, duplicates and joins lines; nothing where the text is only read."""

    typing: Typing

    def select(self, selection: Selection) -> None:
        """Select, and bring the end into view."""
        raise NotImplementedError

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor at a place (both from 1; what is outside is brought inside)."""
        row = min(max(1, line), self.document.line_count) - 1
        column = min(max(1, column) - 1, len(self.document.get_line(row)))
        self.select(Selection.cursor((row, column)))

    def put_lines(self, text: str) -> bool:
        """Another text, as one step of the undo history that changes the lines from the first to the last that
        differ; False: it is the text that there is."""
        before, after = self.document.source_lines, self.document.lines_of(text)
        if before == after:
            return False
        top = min(text_edits.first_difference(before, after), len(before) - 1, len(after) - 1)
        alike = text_edits.first_difference(before[:top:-1], after[:top:-1])
        bottom = len(before) - alike
        self.history.checkpoint()
        self.replace(
            "\n".join(after[top : len(after) - alike]),
            (top, 0),
            (bottom - 1, len(before[bottom - 1])),
        )
        return True

    def replace_all(self, text: str) -> None:
        """Another text, as an edit that can be undone; the cursor stays where it can."""
        row, column = self.cursor_location
        if self.put_lines(text):
            self.go_to(row + 1, column + 1)

    def take_over(self, text: str) -> None:
        """What another program made of the text; with other ends of lines nothing before can be undone."""
        if newline_of(text) == self.document.newline:
            self.replace_all(text)
            return
        row, column = self.cursor_location
        self.text = text
        self.go_to(row + 1, column + 1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        nothing_to_do = self.read_only and action in ("cut", "paste")
        return not nothing_to_do and super().check_action(action, parameters)

    def action_outdent(self) -> None:
        if not self.read_only:
            self.typing.outdent()

    def action_toggle_comment(self) -> None:
        if not self.read_only and self.language != "json":
            self.typing.toggle_comment()

    def action_move_lines(self, by: int) -> None:
        """Swap the selected lines with the one above or below."""
        if not self.read_only:
            self.typing.move_lines(by)

    def action_duplicate(self) -> None:
        """The selected lines once more, below them."""
        if not self.read_only:
            self.typing.duplicate_lines()

    def action_join(self) -> None:
        """The selected lines, or this one and the next, as one line."""
        if not self.read_only:
            self.typing.join_lines()

    def action_next_occurrence(self) -> None:
        """Select the word at the cursor; what is selected, where it stands next."""
        found = text_edits.next_occurrence(self.document.source_lines, *self.selection)
        if found is not None:
            self.select(Selection(*found))
