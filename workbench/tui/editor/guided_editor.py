"""An editor that shows how deep its lines are indented."""

from __future__ import annotations

from collections.abc import Set

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.editor.folding_editor import FoldingEditor
from workbench.tui.editor.indent_guides import SIGN, blank_beside, guides, indent_step, put_signs

GUIDE_CLASS = "code-area--guide"
GUIDE_RULES = "CodeArea > .code-area--guide { color: $foreground 20%; }"
"""How they look, as a rule for the style sheet."""
WITHOUT = "-no-guides"
"""A class of the app in which none are wanted."""


class GuidedEditor(FoldingEditor):
    """Guides are drawn over blanks: the text has none."""

    _step: str | None = None
    """A level of the text's indentation; None: no line is indented."""
    _guide: Segment | None = None
    """A guide as it is drawn, an empty one where none are wanted; None: not looked up yet."""

    def measure_guides(self) -> None:
        """Another text."""
        self._step = indent_step(self.document.source_lines, self.indent_width)

    def measure_changed(self, top: int, removed: int, added: int) -> None:
        """Some lines are others. The first that are indented say how the text is, until lines come or go."""
        lines = self.document.source_lines
        if max(removed, added) == 1:
            if self._step is not None:
                return
            lines = lines[max(0, top - 1) : top + added + 1]
        step = indent_step(lines, self.indent_width)
        if step is not None and step != self._step:
            self._step = step
            self.forget_painted()
            self.refresh()

    @property
    def step(self) -> str:
        return super().step if self._step is None else self._step

    def rows_beside(self, rows: Set[int]) -> set[int]:
        return blank_beside(self.document.source_lines, rows)

    def row_look(self, line: int) -> object:
        """The guides of a line without text are of the indentation of those above and below."""
        is_blank = not self.document.source_line(line).strip()
        return self._guides_of(line) if is_blank else None

    def _guides_of(self, line: int) -> range:
        tab = self.indent_width
        return guides(self.document.source_lines, line, len(self.step.expandtabs(tab)), tab)

    def with_guides(self, strip: Strip, y: int) -> Strip:
        """The row ``y`` of the widget with the guides of its line; not on the cursor."""
        guide = self._guide
        if guide is None:
            guide = self._guide = self._looked_up()
        top, lines = self.scroll_offset, self.wrapped_document
        row = lines.row_at(y + top.y)
        if not guide.text or row is None or y + top.y != lines.rows_of(row)[0]:
            return strip
        cells = self._guides_of(row)
        if not cells:
            return strip
        hidden = -1
        if self.has_focus and row == self.cursor_location[0]:
            hidden = self.get_column_width(*self.cursor_location)
        shift = self.gutter_width - top.x
        shown = [shift + cell for cell in cells if cell >= top.x and cell != hidden]
        return put_signs(strip, shown, guide) if shown else strip

    def _looked_up(self) -> Segment:
        wanted = not self.app.has_class(WITHOUT)
        colour = self.get_component_rich_style(GUIDE_CLASS).color
        return Segment(self.in_our_signs(SIGN) if wanted else "", Style(color=colour))

    def notify_style_update(self) -> None:
        self._guide = None
        super().notify_style_update()

    def theme_changed(self) -> None:
        self._guide = None
        super().theme_changed()
