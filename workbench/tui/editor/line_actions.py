"""The keys of an editor for whole lines and words."""

from __future__ import annotations

from textual.widgets.text_area import Selection

from workbench.tui.editor import text_edits
from workbench.tui.editor.code_typing import Typing
from workbench.tui.editor.folding_editor import FoldingEditor


class LineActions(FoldingEditor):
    """Indents, comments, moves, duplicates and joins lines; nothing where the text is only read."""

    typing: Typing

    def select(self, selection: Selection) -> None:
        """Select, and bring the end into view."""
        raise NotImplementedError

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
