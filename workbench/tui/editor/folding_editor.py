"""An editor whose blocks can be folded: its keys, the sign beside the number, what stands for hidden lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widgets.text_area import Location, Selection
from textual.worker import WorkType

from workbench.text.plurals import count
from workbench.tui.editor.folding import Folds, KeptFold
from workbench.tui.glyphs import AsciiFilter, to_ascii
from workbench.tui.textual_private import EditorBase
from workbench.tui.widgets.mouse import only_asks

if TYPE_CHECKING:
    from workbench.tui.editor.blocks import Block
    from workbench.tui.editor.fast_document import Change
    from workbench.tui.editor.highlighting import Language

_SIGN_CELLS = 2
"""Between the number of a line and its text: a mark, and the sign of a fold."""
_FOLDED, _FOLDABLE = "▸", "▾"
FOLD_CLASSES = frozenset({"code-area--fold", "code-area--fold-sign"})
FOLD_RULES = """
    CodeArea {
        & > .code-area--fold { color: $foreground 55%; }
        & > .code-area--fold-sign { color: $accent; text-style: bold; }
    }
"""
"""How what stands for hidden lines looks, as rules for the style sheet."""


class FoldingEditor(EditorBase):
    """Hides lines of blocks. The cursor is never in one: where it is put there, the block opens."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.folds = Folds()
        self._blocks: tuple[Block, ...] | None = None
        """Those of the text as it is; None: not read yet."""
        self._texts = 0
        """How many texts there were: each edit makes another."""
        self._signs: frozenset[int] = frozenset()
        """Rows that could be folded, while the pointer is where their signs stand."""
        super().__init__(*args, **kwargs)

    # -- the text --------------------------------------------------------------------------

    def forget_folds(self) -> None:
        """Another text, or the same in another language."""
        self.folds.forget()
        self._blocks, self._signs = None, frozenset()
        self._texts += 1

    def text_changed(self, changes: Sequence[Change]) -> bool:
        """The document's text changed; whether other lines look different."""
        self._blocks = None
        self._texts += 1
        signs, self._signs = self._signs, frozenset()
        if self.folds.edited(changes):
            self.wrapped_document.hide(self.folds.hidden())
            return True
        return bool(signs)

    async def find_blocks(self) -> tuple[Block, ...]:
        """The blocks of the text, read in a thread; none where it is changed meanwhile."""
        if self._blocks is None:
            from workbench.tui.editor.blocks import find_blocks

            text, number = "\n".join(self.document.source_lines), self._texts
            language = cast("Language", self.language or "text")
            found = await asyncio.to_thread(find_blocks, text, language)
            if number != self._texts:
                return ()
            self._blocks = found
        return self._blocks

    # -- folding ---------------------------------------------------------------------------

    async def action_fold(self) -> None:
        """Fold the block around the cursor, or open what is folded on its line."""
        row = self.cursor_location[0]
        if not self.folds.unfold(row):
            block = self.folds.innermost(await self.find_blocks(), row)
            if block is None:
                return
            self._fold([block])
        self._show_folds()

    async def action_fold_all(self) -> None:
        self._fold(await self.find_blocks())
        self._show_folds()

    def action_unfold_all(self) -> None:
        self.folds.forget()
        self._show_folds()

    def _fold(self, blocks: Iterable[Block]) -> None:
        self.folds.fold(blocks)
        hidden = self.folds.hidden()

        def out_of_it(place: Location) -> Location:
            row = next((top - 1 for top, end in hidden if top <= place[0] <= end), place[0])
            return place if row == place[0] else (row, len(self.document.get_line(row)))

        start, end = map(out_of_it, self.selection)
        if (start, end) != self.selection:
            self.selection = Selection(start, end)

    def _show_folds(self) -> None:
        self.hide_lines(self.folds.hidden())
        if self.is_mounted:
            self.record_cursor_width()
            self.scroll_cursor_visible()
            self.refresh_bindings()

    def reveal(self, *rows: int) -> None:
        """Open whatever hides one of some rows."""
        if self.folds.reveal(rows):
            self.hide_lines(self.folds.hidden())

    def validate_selection(self, selection: Selection) -> Selection:
        self.reveal(selection.start[0], selection.end[0])
        return selection

    def kept_folds(self) -> tuple[KeptFold, ...]:
        """What is folded, to be put back when the same text is shown again."""
        return self.folds.kept(self.document.source_lines)

    def restore_folds(self, kept: Iterable[KeptFold]) -> None:
        """Fold what was folded, as far as the text is the same there; it may not be mounted yet."""
        self.folds.restore(kept, self.document.source_lines)
        self._fold(())
        self._show_folds()

    @property
    def is_at_fold(self) -> bool:
        """Whether lines are folded behind the cursor's."""
        return self.cursor_location[0] in self.folds

    # -- deleting --------------------------------------------------------------------------

    def _open_beside_cursor(self) -> None:
        """Before something is deleted beside the cursor: it must not be what is not seen."""
        if self.selection.is_empty:
            self.reveal(*range(self.cursor_location[0] - 1, self.cursor_location[0] + 2))

    def action_delete_left(self) -> None:
        if self.cursor_at_start_of_line:
            self._open_beside_cursor()
        super().action_delete_left()

    def action_delete_word_left(self) -> None:
        if self.cursor_at_start_of_line:
            self._open_beside_cursor()
        super().action_delete_word_left()

    def action_delete_to_start_of_line(self) -> None:
        if self.cursor_at_start_of_line:
            self._open_beside_cursor()
        super().action_delete_to_start_of_line()

    def action_delete_right(self) -> None:
        if self.cursor_at_end_of_line:
            self._open_beside_cursor()
        super().action_delete_right()

    def action_delete_word_right(self) -> None:
        if self.cursor_at_end_of_line:
            self._open_beside_cursor()
        super().action_delete_word_right()

    # -- painting --------------------------------------------------------------------------

    def tail_of(self, row: int) -> str:
        """What stands behind a line for those that are hidden below it."""
        hidden = self.wrapped_document.hidden_below(row)
        return "" if hidden is None else f" ⋯ {count(hidden[1] - hidden[0] + 1, 'line')}"

    def with_tail(self, strip: Strip, y: int) -> Strip:
        """A row of the widget, and what stands in it for hidden lines."""
        found = self._tail_at(y)
        if found is None:
            return strip
        x, tail = found
        strip = strip.adjust_cell_length(max(strip.cell_length, x + len(tail)), self.rich_style)
        under = next((style for _, style, _ in strip.crop(x, x + 1) if style is not None), None)
        style = self.get_component_rich_style("code-area--fold", partial=True)
        if under is not None:
            style = under + style
        return Strip.join(
            [
                strip.crop(0, x),
                Strip([Segment(self.in_our_signs(tail), style)]),
                strip.crop(x + len(tail)),
            ]
        )

    def _tail_at(self, y: int) -> tuple[int, str] | None:
        """Where in a row of the widget what stands for hidden lines begins, and what that is."""
        lines = self.wrapped_document
        if not lines.hidden:
            return None
        row = lines.row_at(y + self.scroll_offset.y)
        tail = "" if row is None else self.tail_of(row)
        if row is None or not tail or y + self.scroll_offset.y != lines.rows_of(row)[-1]:
            return None
        width = self.scrollable_content_region.width
        end = self.gutter_width + lines.last_width(row) - self.scroll_offset.x
        if self.soft_wrap:  # to be read whole: nothing of it is covered
            return end, tail if end + len(tail) <= width else tail[1]
        # The last cell says that the line is cut.
        return max(self.gutter_width, min(end, width - 1 - len(tail))), tail

    def with_sign(self, strip: Strip, y: int) -> Strip:
        """A row of the widget, and the sign beside its number where it is folded, or could be."""
        if not (self.folds or self._signs) or self.gutter_width < _SIGN_CELLS:
            return strip
        lines = self.wrapped_document
        row = lines.row_at(y + self.scroll_offset.y)
        if row is None or y + self.scroll_offset.y != lines.rows_of(row)[0]:
            return strip
        sign = _FOLDED if row in self.folds else _FOLDABLE if row in self._signs else ""
        if not sign:
            return strip
        x = self.gutter_width - 1
        under = next((style for _, style, _ in strip.crop(x, x + 1) if style is not None), None)
        name = "code-area--fold-sign" if sign == _FOLDED else "code-area--fold"
        style = self.get_component_rich_style(name, partial=True)
        if under is not None:
            style = under + style
        return Strip.join(
            [strip.crop(0, x), Strip([Segment(self.in_our_signs(sign), style)]), strip.crop(x + 1)]
        )

    def in_our_signs(self, text: str) -> str:
        """A sign of ours as the terminal can show it."""
        in_ascii = any(isinstance(each, AsciiFilter) for each in self.app.get_line_filters())
        return to_ascii(text) if in_ascii else text

    # -- the pointer -----------------------------------------------------------------------

    def is_at_signs(self, event: events.MouseEvent) -> bool:
        """Whether the pointer is between the numbers and the text."""
        return self.gutter_width - _SIGN_CELLS <= event.x < self.gutter_width

    async def fold_clicked(self, event: events.MouseDown) -> bool:
        """Fold or open what is pointed at; False: that is something else."""
        row = self.wrapped_document.row_at(event.y + self.scroll_offset.y)
        if row is None or only_asks(event):
            return False
        tail = self._tail_at(event.y)
        if self.is_at_signs(event):
            if not self.folds.unfold(row):
                block = next((one for one in await self.find_blocks() if one.row == row), None)
                if block is None:
                    return False
                self._fold([block])
        elif tail is None or not tail[0] < event.x < tail[0] + len(tail[1]):
            return False
        else:
            self.folds.unfold(row)
        self._show_folds()
        return True

    def signs_pointed_at(self, event: events.MouseMove | None) -> None:
        """Show which lines can be folded while the pointer is where their signs stand; None: it left."""
        if event is not None and self.is_at_signs(event):
            if self._blocks is None or not self._signs:
                work: WorkType[None] = self._show_signs
                self.run_worker(work, group="folds", exclusive=True, exit_on_error=False)
        elif self._signs:
            self._show_signs_of(frozenset())

    async def _show_signs(self) -> None:
        self._show_signs_of(frozenset(block.row for block in await self.find_blocks()))

    def _show_signs_of(self, rows: frozenset[int]) -> None:
        changed, self._signs = self._signs ^ rows, rows
        self.paint(changed)
