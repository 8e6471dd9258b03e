"""An editor that paints only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Offset, Size
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from workbench.tui.textual_private.drawn_rows import Moved, RowLook, keep_rows
from workbench.tui.textual_private.kept_rows import KeptRows
from workbench.tui.textual_private.line_map import LineMap, LineNavigator
from workbench.tui.textual_private.scrolling import SteadyBars
from workbench.tui.textual_private.text_document import Move, TextDocument

_BY_A_KEY = 2
"""So many columns, at most, one key more makes necessary to scroll."""
_FURTHER = 8
"""So many more are scrolled then."""
_GUTTER_END = 2
"""Cells between the number of a line and its text."""


class EditorBase(TextArea, SteadyBars, inherit_bindings=False):
    """A TextArea that paints only what changed, with documents and lines of its subclass."""

    MOST_SEARCHED: ClassVar[int] = 20_000
    """Characters that are looked at for a matching bracket."""
    cursor_blink: reactive[bool] = reactive(False, init=False)
    """Off: a screen at rest writes nothing, which a slow line and a laptop's battery feel."""
    document: TextDocument
    wrapped_document: LineMap
    navigator: LineNavigator
    selection: reactive[Selection] = reactive(
        Selection(), init=False, always_update=True, repaint=False
    )
    """As TextArea's, but only the lines that look different are painted: ``watch_selection``."""

    virtual_size: Reactive[Size] = Reactive(Size(), repaint=False)
    """As Textual's, but a text that is longer or wider lays nothing out anew: ``watch_virtual_size``."""

    _shape_before = (0, 0)
    """The rows that the text took before the next edit (a line more, or one that is wrapped anew, moves all
    below it), and the cells of its numbers."""
    _room = 0
    """The rows that it had before it was given others."""
    _unseen_cursor = False
    """The cursor moved while the editor was not seen."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._styles_cache = KeptRows()

    # -- what a subclass says ----------------------------------------------------------

    def new_document(self, text: str) -> tuple[TextDocument, LineMap]:
        """The document of a text that is loaded."""
        raise NotImplementedError

    def document_opened(self) -> None:
        """Another text was loaded."""

    def changed_rows(self) -> set[int] | None:
        """After an edit: the rows that look different now, where their lines stood before; None: any may."""
        return None

    def row_look(self, line: int) -> object:
        """What the rows of a line show of others; they are drawn anew where it is another."""
        return None

    def rows_beside(self, rows: set[int]) -> set[int]:
        """Rows of which that may be another after some changed."""
        return set()

    def shown_again(self) -> None:
        """It is seen again, and its cursor moved meanwhile."""

    def draw_line(self, y: int) -> Strip:
        """Row ``y`` of the widget; neighbours of one style are one piece, which is fewer bytes."""
        return super()._render_line(y).simplify()

    def theme_changed(self) -> None:
        """The colours are others."""

    @property
    def step(self) -> str:
        """What a level of indentation is made of."""
        return " " * self.indent_width

    # -- what it can do ----------------------------------------------------------------

    def paint(self, rows: Iterable[int] | None = None) -> None:
        """Draw rows of the text anew (None: all), also those that were drawn before."""
        self.forget_painted(rows)
        self._refresh_rows(rows)

    def _refresh_rows(self, rows: Iterable[int] | None) -> None:
        if rows is None:
            self.refresh()
            return
        top, height = self.scroll_offset.y, self.size.height
        for y in {y for row in rows for y in self.wrapped_document.rows_for(row)}:
            if top <= y < top + height:
                self.refresh_lines(y)

    def watch_virtual_size(self, before: Size, now: Size) -> None:
        """Nothing moves but the scrollbars, unless one comes or goes, which lays out; the rows that look
        different are painted by who changes the text."""
        self._scroll_update(now)
        if self.styles.auto_dimensions:
            self.refresh(layout=True)

    def watch_show_vertical_scrollbar(self) -> None:
        """Rows have another width now."""
        self.forget_painted()

    def edit(self, edit: Edit) -> EditResult:
        with self._cursor_followed():
            result = super().edit(edit)
        if edit.text and result.replaced_text:
            # Else what is typed over a selection is two steps back: its first character, and the others.
            self.history._previously_replaced = False
        return result

    def undo(self) -> None:
        with self._cursor_followed():
            super().undo()

    def redo(self) -> None:
        with self._cursor_followed():
            super().redo()

    @contextmanager
    def _cursor_followed(self) -> Iterator[None]:
        """Textual scrolls to the cursor while the text is still thought to be as long as it was: what was put
        in below the last line that is seen was not shown until the next key."""
        size = self.virtual_size
        yield
        if self.virtual_size != size:
            self.scroll_cursor_visible()

    def watch_selection(self, before: Selection, selection: Selection) -> None:
        """Paint what was selected before and what is now."""
        rows: Iterable[int] = (before.end[0], selection.end[0])
        if not (before.is_empty and selection.is_empty):
            places = [place[0] for place in (*before, *selection)]
            rows = range(min(places), max(places) + 1)
        self._refresh_rows(rows)

    def hide_lines(self, lines: Sequence[tuple[int, int]]) -> None:
        """Show all lines but these: first and last of some, apart from each other, in order. The cursor, and
        the first and the last line, are in none."""
        self.wrapped_document.hide(lines)
        self._shape_before = self._shape
        self._refresh_size()
        self._cursor_offset = self.wrapped_document.location_to_offset(self.cursor_location)
        self.paint()

    def bring_into_view(self, place: Location, top: int | None = None) -> None:
        """Scroll the row of a place to the middle if it is out of sight; sideways not at all.

        top: the first row that was seen before, where something may have scrolled meanwhile.
        """
        top = self.scroll_offset.y if top is None else top
        height = self.scrollable_content_region.height
        y = self.wrapped_document.location_to_offset(place).y
        if not top <= y < top + height:
            self.scroll_to(y=max(0, y - height // 2), animate=False, immediate=True, force=True)

    def show_line_start(self, place: Location) -> None:
        """Scroll back to the starts of lines, where a place is seen from there."""
        x = self.wrapped_document.location_to_offset(place).x
        if x < self.scrollable_content_region.width - self.gutter_width:
            self.scroll_to(x=0, animate=False, immediate=True, force=True)

    def forget_painted(self, rows: Iterable[int] | None = None) -> None:
        """Draw rows of the text anew (None: all) when they are next shown."""
        if rows is None:
            self._line_cache.clear()
            return
        wanted = {y for row in rows for y in self.wrapped_document.rows_for(row)}
        for look in list(self._line_cache.keys()):
            if RowLook(*look).row in wanted:
                self._line_cache.discard(look)

    @property
    def cursor_line_background(self) -> Any:
        """The background of the line with the cursor (of a ``rich.style.Style``)."""
        line: Style | None = self._theme.cursor_line_style if self._theme else None
        return line.bgcolor if line else None

    def type_text(self, text: str, start: Location, end: Location) -> EditResult | None:
        """Put a text where a key would; None where the editor is read-only."""
        return self._replace_via_keyboard(text, start, end)

    def restart_blink(self) -> None:
        self._restart_blink()

    # -- Textual's own, replaced -------------------------------------------------------

    def _set_document(self, text: str, language: str | None) -> None:
        """As TextArea does it, without tree-sitter."""
        self._highlight_query = None
        self.document, self.wrapped_document = self.new_document(text)
        self.navigator = LineNavigator(self.wrapped_document)
        self._line_cache.clear()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()
        self.document_opened()

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Where it is not seen there is no room to scroll in, and any column would be out of it."""
        if self.is_mounted and not self.region.area:
            self._unseen_cursor = True
            return Offset(0, 0)
        left = self.scroll_offset.x
        scrolled = super().scroll_cursor_visible(center, animate)
        if 0 < abs(self.scroll_offset.x - left) <= _BY_A_KEY and not animate:
            self._scroll_on(self.scroll_offset.x - left)
        return scrolled

    def _scroll_on(self, by: int) -> None:
        """A key scrolled sideways: some columns further, so that not each of the next draws every row anew."""
        room = self.scrollable_content_region.width - self.gutter_width
        step = min(_FURTHER, room // 4)
        left = self.scroll_offset.x + (step if by > 0 else -step)
        left = min(max(0, left), round(self.max_scroll_x))
        self.scroll_to(x=left, animate=False, immediate=True, force=True)

    @property
    def text_width(self) -> int:
        """Cells that the longest line takes, with its number; lines are not wrapped."""
        return self.document.get_size(self.indent_width).width + self.gutter_width

    def on_resize(self, event: events.Resize) -> None:
        """An error below the text, a bar or a smaller terminal takes rows: the cursor stays in sight."""
        row = (
            self.wrapped_document.location_to_offset(self.cursor_location).y - self.scroll_offset.y
        )
        was_seen = 0 <= row < self._room
        self._room = self.scrollable_content_region.height
        if was_seen:
            event.prevent_default()
            super()._on_resize()
            self.scroll_cursor_visible()

    def on_show(self) -> None:
        if self._unseen_cursor:
            self._unseen_cursor = False
            self.shown_again()

    def _build_highlight_map(self) -> None:
        """Called after every change: forget the painted rows that it changed, not all of them."""
        rows, before = self.changed_rows(), self._shape_before
        self._shape_before = self._shape
        moves, self.document.moves = self.document.moves, []
        moved = bool(moves) or self._shape != before
        if rows and moved and self._shape[1] == before[1]:
            self._paint_from(rows, moves, self._shape[0] - before[0])
        else:
            self.paint(None if moved else rows)
        self._refresh_rows(self.rows_beside(rows or set()))

    @property
    def _shape(self) -> tuple[int, int]:
        return self.wrapped_document.height, self.gutter_width

    def _paint_from(self, changed: set[int], moves: Sequence[Move], by: int) -> None:
        """Paint the rows of changed lines and all below them; those that only moved, by so many rows, are not
        drawn anew."""
        lines = self.wrapped_document
        first = min(lines.rows_for(min(changed)), default=0)
        top, height = self.scroll_offset.y, self.size.height
        moved, others = None, set[int]()
        if len(moves) == 1 and not lines.hidden and (behind := lines.rows_of(moves[0].line)):
            moved = Moved(behind[0], by, moves[0].by)
            # Where they stood before, too.
            places = changed | {line + moves[0].by for line in changed}
            others = {y for line in places for y in lines.rows_of(line)}
        digits = self.gutter_width - _GUTTER_END
        keep_rows(self._line_cache, first, moved, range(top, top + height), others, digits)
        if first < top + height:
            self.refresh_lines(max(first, top), top + height - max(first, top))

    def _rewrap_and_refresh_virtual_size(self) -> None:
        """Also after the painting of another width or of a scrollbar that came."""
        super()._rewrap_and_refresh_virtual_size()
        self._shape_before = self._shape
        self.refresh()

    def _refresh_size(self) -> None:
        """Undo and redo come here with the new text and the old cursor: a scrollbar that goes then looks
        for the cursor where there is no line any more (ValueError in 8.2.8)."""
        start, end = self.selection
        last = self.document.line_count - 1
        if max(start[0], end[0]) > last:
            place = (last, len(self.document.get_line(last)))
            self.selection = Selection(min(start, place), min(end, place))
        lines = self.wrapped_document
        if self.soft_wrap:
            self.virtual_size = Size(0, lines.height)
        else:
            # A cell is for the cursor at the end of the longest line; where lines are cut one can go beyond it.
            width, room = self.text_width + 1, self.scrollable_content_region.width
            self.virtual_size = Size(width + (_FURTHER if width > room else 0), lines.height)
        self._refresh_scrollbars()

    def get_cursor_word_left_location(self) -> Location:
        return self._whole(super().get_cursor_word_left_location(), -1)

    def get_cursor_word_right_location(self) -> Location:
        return self._whole(super().get_cursor_word_right_location(), 1)

    def _whole(self, place: Location, direction: int) -> Location:
        """A place that is shown, and not within a sign."""
        return self.wrapped_document.beside_signs(self.navigator.shown(place, direction), direction)

    def render_line(self, y: int) -> Strip:
        """As TextArea's, which draws all rows anew where a bracket has another partner, or the cursor moves in
        wrapped lines."""
        left, top = self.scroll_offset
        line = self.wrapped_document.row_at(top + y)
        selection, bracket = self.selection, self.matching_bracket_location
        own: object = None
        if line is not None and selection.contains_line(line):
            own = selection, bracket, self._draw_cursor
        elif bracket is not None and line == bracket[0] and selection.is_empty:
            own = bracket
        beside = None if line is None else self.row_look(line)
        shown = self.show_line_numbers, self.read_only, self.show_cursor, self.suggestion
        common = left, self.size, self.soft_wrap, self.theme, *shown
        look = RowLook(top + y, own, beside, common)
        drawn: Strip | None = self._line_cache.get(look)
        if drawn is None:
            drawn = self._line_cache[look] = self.draw_line(y)
        return drawn

    def _render_line(self, y: int) -> Strip:
        return self.draw_line(y)

    def _app_theme_changed(self) -> None:
        self.theme_changed()
        super()._app_theme_changed()

    def _yield_character_locations(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations(start), self.MOST_SEARCHED)

    def _yield_character_locations_reverse(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations_reverse(start), self.MOST_SEARCHED)
