"""A list drawn line by line, for screens whose rows are many: history, tools, settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from workbench.tui.commands import bindings
from workbench.tui.widgets.line_view import PaintedView, Part, invitation
from workbench.tui.widgets.mouse import only_asks
from workbench.tui.widgets.whole_row import ROOMY, More, WholeRow, is_cut, words_of

T = TypeVar("T")
Draw = Callable[[T, int], list[Part]]
"""(row, width) -> its parts: (text, style name), all of it safe to show."""
_NEAR_END = 20


class RowList(PaintedView, Generic[T], can_focus=True):
    """Rows of anything, with a cursor. The first line is a heading that stays."""

    PARTS = "rows"

    DEFAULT_CSS = """
    RowList {
        background: $background;
        & > .rows--heading, & > .rows--dim { color: $foreground 60%; }
        & > .rows--strong { text-style: bold; }
        & > .rows--cursor { background: $primary 20%; }
        & > .rows--ok { color: $success; }
        & > .rows--error { color: $error; }
        & > .rows--warning { color: $warning; }
        & > .rows--accent { color: $accent; }
        &:focus > .rows--cursor { background: $primary 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"rows--{name}"
        for name in ("heading", "dim", "strong", "cursor", "ok", "error", "warning", "accent")
    }

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    empty_text: reactive[str] = reactive("Nothing here")

    class Highlighted(Message):
        """The cursor is on another row."""

        def __init__(self, rows: RowList[Any]) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> RowList[Any]:
            return self.rows

    class Selected(Highlighted):
        """Enter, or a click on the row under the cursor."""

    class Cut(Highlighted):
        """The row under the cursor has too little room now, or has enough again."""

    class NearEnd(Highlighted):
        """The last rows are in sight: more may be fetched."""

    class NearStart(Highlighted):
        """The first rows are in sight: there may be some before them."""

    class HeadingClicked(Highlighted):
        """A click on the heading, so many cells from its start."""

        def __init__(self, rows: RowList[Any], x: int) -> None:
            super().__init__(rows)
            self.x = x

    class EdgeWanted(Highlighted):
        """Home or End: the cursor is on the first or the last row that is here."""

        def __init__(self, rows: RowList[Any], direction: int) -> None:
            super().__init__(rows)
            self.direction = direction

    def __init__(
        self, draw: Draw[T], heading: Callable[[int], str], *, id: str, one_click: bool = False
    ) -> None:
        """one_click: a click opens, as in the file lists of editors; else the second one does."""
        super().__init__(id=id)
        self._one_click = one_click
        self._draw = draw
        self._heading = heading
        self.more_of: Callable[[T], More | None] | None = None
        """Reads all the words of a row, where those that are drawn may not be all; None: they are."""
        self.rows: list[T] = []
        self.cursor = 0
        self._was_cut = False

    @property
    def row(self) -> T | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def put_before(self, rows: Sequence[T]) -> None:
        """More rows before those that are here: the same ones are seen, the cursor is on the same one."""
        self.rows = [*rows, *self.rows]
        self.cursor += len(rows)
        self._resize()
        top = self.scroll_offset.y + len(rows)
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def set_rows(self, rows: Sequence[T], cursor: int = 0) -> None:
        """Show other rows, with the one at the cursor in sight."""
        self._take(rows, cursor)
        self._show_cursor()

    def renew(self, rows: Sequence[T], cursor: int | None = None) -> None:
        """The same list as it is now; cursor: where its row is now, None: where it was. What is seen stays: who
        looks at other rows than the cursor's (a wheel brings there) is not called back."""
        top, before = self.scroll_offset.y, self.cursor
        was_seen = top <= before < top + max(1, self.size.height - 1)
        self._take(rows, before if cursor is None else cursor)
        if top and self.cursor != before:
            wanted = max(0, top + self.cursor - before)
            self.scroll_to(y=wanted, animate=False, immediate=True, force=True)
        if was_seen:
            self._show_cursor()
        else:
            self._look_if_cut()

    def _take(self, rows: Sequence[T], cursor: int) -> None:
        self.rows = list(rows)
        self.cursor = min(max(0, cursor), max(0, len(self.rows) - 1))
        self._resize()

    def lay_out(self) -> None:
        self._resize()
        self._show_cursor()

    def _resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows) + 1)
        self.refresh()

    def _show_cursor(self) -> None:
        self._look_if_cut()
        if self.size.height:
            self.keep_in_sight(self.cursor, max(1, self.size.height - 1))

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if self.rows and new + self.size.height >= len(self.rows) - _NEAR_END:
            self.post_message(self.NearEnd(self))
        if self.rows and new < old and new < _NEAR_END:
            self.post_message(self.NearStart(self))

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        index = min(max(0, index), len(self.rows) - 1)
        if not self.rows or index == self.cursor:
            return
        self.cursor = index
        self._show_cursor()
        self.refresh()
        self.post_message(self.Highlighted(self))
        if index >= len(self.rows) - _NEAR_END:
            self.post_message(self.NearEnd(self))
        if index < _NEAR_END:
            self.post_message(self.NearStart(self))

    def move_to_next(self, wanted: Callable[[T], bool], direction: int = 1) -> bool:
        """Put the cursor on the next row that is wanted; past the last one comes the first. False: none is."""
        for step in range(1, len(self.rows) + 1):
            index = (self.cursor + direction * step) % len(self.rows)
            if wanted(self.rows[index]):
                self.move_to(index)
                return True
        return False

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.part_style("")
        if y == 0:
            return self.strip_of([(self._heading(width), "heading")], width, base)
        index = self.scroll_offset.y + y - 1
        if index >= len(self.rows):
            if not self.rows:
                return self.strip_of(invitation(self.empty_text, y, self.size), width, base)
            return Strip.blank(width, base)
        parts = self._draw(self.rows[index], width - 2)
        return self.listed(parts, width, selected=index == self.cursor)

    def action_move(self, by: int) -> None:
        self.move_to(self.cursor + by)

    def action_edge(self, direction: int) -> None:
        """To the last row, or (-1) the first."""
        self.move_to(len(self.rows) - 1 if direction > 0 else 0)
        self.post_message(self.EdgeWanted(self, direction))

    def action_page(self, direction: int) -> None:
        self.move_to(self.cursor + direction * max(1, self.size.height - 2))

    # -- what is cut -----------------------------------------------------------------------

    @property
    def is_cut(self) -> bool:
        """Whether words of the row under the cursor are cut for lack of room."""
        width = self.scrollable_content_region.width
        if self.row is None or not width:
            return False
        drawn = self._draw(self.row, width - 2)
        return is_cut(drawn, words_of(self._draw(self.row, ROOMY)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "whole" or self.is_cut

    def _look_if_cut(self) -> None:
        """Its key is offered only where it shows more."""
        before, self._was_cut = self._was_cut, self.is_cut
        if self._was_cut != before:
            self.post_message(self.Cut(self))
            if self.has_focus:
                self.refresh_bindings()

    def action_whole(self) -> None:
        """All that the row says, over the screen."""
        if self.row is not None:
            more = self.more_of(self.row) if self.more_of is not None else None
            self.app.push_screen(WholeRow(words_of(self._draw(self.row, ROOMY)), more))

    def action_select(self) -> None:
        if self.rows:
            self.post_message(self.Selected(self))

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.get_content_offset_capture(self).y - 1
        x, y = event.get_content_offset_capture(self)
        if y == 0 and not only_asks(event):
            self.post_message(self.HeadingClicked(self, x))
        if y < 1 or index >= len(self.rows):
            return
        if index != self.cursor or only_asks(event):
            self.move_to(index)
        elif not self._one_click:
            self.action_select()
        if self._one_click and not only_asks(event):
            self.action_select()
