"""The live trace: following, moving, filtering. How it is drawn is in ``drawing``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.timer import Timer

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.trace import view_messages
from workbench.tui.trace.arrangement import TraceArrangement
from workbench.tui.trace.filter import FilterError, parse_filter
from workbench.tui.trace.rows import CallRow, ConsoleRow, EndRow
from workbench.tui.trace.trace_model import TraceModel
from workbench.tui.widgets.mouse import only_asks

if TYPE_CHECKING:
    from workbench.core.events import Event

_STEP_S = 0.02
_TICK_S = 0.1


class TraceView(TraceArrangement, can_focus=True):
    """The calls of one execution. Feed it with ``begin`` and ``apply``."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace")]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._filter_before = ""
        self._sought = ""
        self._announced: int | None = None
        """The call that was last told of: not again, unless the user goes there."""
        self._ticker: Timer | None = None
        self._shown_before: int | None = None
        """Rows that were shown before what was taken last; None: all that was taken is shown."""

    def on_mount(self) -> None:
        self._ticker = self.set_interval(_TICK_S, self._tick, pause=True)

    # -- data ------------------------------------------------------------------------------

    def begin(self, execution_id: str | None) -> None:
        """Forget the rows; from now on show the execution of this id (None: whatever comes)."""
        self.model.begin(execution_id)
        self.show_model(self.model)

    def show_model(self, model: TraceModel) -> None:
        """Show the rows of another execution, from its end."""
        self.model = model
        self.cursor = self._announced = self._shown_before = None
        self._unseen = 0
        self.follow = True
        self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self._refilter()
        if self.has_focus:
            self.refresh_bindings()

    def apply(self, events: Sequence[Event]) -> None:
        """Take events and show what they change; cheap enough for 20 times a second."""
        self.take(events)
        self.show_taken()

    def take(self, events: Sequence[Event]) -> None:
        """Take events; what they change is shown with ``show_taken``."""
        self.will_change()
        was_empty = not self.model.rows
        self.model.apply(events)
        if was_empty and self.model.rows and self.has_focus:
            self.refresh_bindings()

    def will_change(self) -> None:
        """The model takes events; what they change is shown with ``show_taken``."""
        if self._shown_before is None:
            self._shown_before = len(self.model.shown)

    def show_taken(self) -> None:
        """Show what the events changed that were taken since."""
        self._refilter()
        if not self.follow and self._shown_before is not None:
            self._unseen += max(0, len(self.model.shown) - self._shown_before)
        self._shown_before = None

    def set_filter(self, text: str) -> str | None:
        """Filter the rows; what is wrong with the filter, or None."""
        try:
            self.model.shown.set_filter(text)
        except FilterError as error:
            self._problem = clean_line(str(error))
            self.refresh()
            return self._problem
        self._problem = ""
        if text:
            self._sought = text
        self._refilter()
        return None

    def select(self, seq: int) -> bool:
        """Put the cursor on a call, unfolding its line; False: it is not shown."""
        index = self.model.place(seq)
        if index is None:
            return False
        if self.model.shown.standing_for(index) != index:
            self.model.shown.fold(index, False)
            self._resize()
        position = self.model.shown.position(index)
        if position >= len(self.model.shown) or self.model.shown[position] != index:
            return False
        self.follow = False
        self._go(position)
        return True

    @property
    def selected(self) -> CallRow | None:
        """The call under the cursor."""
        row = self.model.rows[self.cursor] if self.cursor is not None else None
        return row if isinstance(row, CallRow) else None

    def _refilter(self) -> None:
        self.model.shown.step(_STEP_S)
        if self.cursor is not None:
            self.cursor = self.model.shown.standing_for(self.cursor)
        self._resize()
        if self.follow and self.model.shown:
            self._go(len(self.model.shown) - 1)
        self._find_cursor()
        if self._ticker is not None and (
            self.model.totals.running or self.model.shown.progress < 1
        ):
            self._ticker.resume()

    def _tick(self) -> None:
        stepped = self.model.shown.step(_STEP_S)
        if stepped:
            self._resize()
            if self.follow and self.model.shown:
                self._go(len(self.model.shown) - 1)
            self._find_cursor()
        elif not self.model.totals.running and self._ticker is not None:
            self._ticker.pause()
        self.refresh()

    # -- the cursor ------------------------------------------------------------------------

    def _find_cursor(self) -> None:
        """A filter may have hidden the row under the cursor: it goes to the nearest, once it was typed."""
        shown = self.model.shown
        if self.cursor is None or self._prompt.is_open or not shown or shown.progress < 1:
            return
        at = min(shown.position(self.cursor), len(shown) - 1)
        if shown[at] != shown.standing_for(self.cursor):
            self._go(at)

    def lay_out(self) -> None:
        self._resize()
        if self.cursor is not None:
            self._show_cursor()

    def _go(self, position: int) -> None:
        """Move the cursor to a shown position."""
        shown = self.model.shown
        if not shown:
            return
        index = shown[min(max(position, 0), len(shown) - 1)]
        moved = index != self.cursor
        self.cursor = index
        self._show_cursor()
        self.refresh()
        row = self.selected
        if moved and row is not None and row.seq != self._announced:
            self._announced = row.seq
            self.post_message(view_messages.CallHighlighted(self, row.seq))

    def _show_cursor(self) -> None:
        if self.cursor is None or not self.size.height:
            return
        position = self.model.shown.position(self.cursor)
        # How the run ended is never the one row below those that are seen.
        below = int(position == len(self.model.shown) - 2)
        self.keep_in_sight(position, self._page, below)

    @property
    def _position(self) -> int:
        return -1 if self.cursor is None else self.model.shown.position(self.cursor)

    # -- keys and mouse --------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """While a filter is typed, keys belong to it."""
        took = self._prompt.key(event)
        if took == "typed":
            self.set_filter(self._prompt.text or "")
        elif took == "done":
            self._prompt.close()
            self._refilter()
        elif took == "given up":
            self._prompt.close()
            self.set_filter(self._filter_before)

    def on_paste(self, event: events.Paste) -> None:
        if self._prompt.paste(event):
            self.set_filter(self._prompt.text or "")

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return self._prompt.takes(character)

    def on_blur(self) -> None:
        if self._prompt.is_open:
            self._prompt.close()
            self._resize()

    def on_mouse_scroll_up(self) -> None:
        self.follow = False

    def on_click(self, event: events.Click) -> None:
        y = event.get_content_offset_capture(self).y
        pill = self._pill()
        on_pill = pill and event.x >= self.scrollable_content_region.width - len(pill)
        if on_pill and y == self.size.height - 1 - bool(self._footer()):
            self.action_follow()
            return
        top = self._top
        position = self.scroll_offset.y + y - top
        if 0 < y < top:
            self._go_to_time(event.get_content_offset_capture(self).x)
            return
        if y < top or position >= len(self.model.shown):
            return
        again = self._position == position
        self._announced = None
        self.follow = False
        self._go(position)
        if again and not only_asks(event):
            self.action_open()

    def _go_to_time(self, x: int) -> None:
        """To the first call that began where the overview was clicked, or after that."""
        left, width = self._overview_room()
        at_ms = (x - left) / max(1, width) * self._scale
        self.put_in_order("made")
        found = self.model.shown.find(
            -1, 1, lambda row: row.started_ms >= at_ms and row.status != "pending"
        )
        if found is not None:
            self._announced = None
            self.follow = False
            self._resize()
            self._go(found)

    def watch_follow(self, follow: bool) -> None:
        if follow:
            self._unseen = 0
        self.refresh()

    def action_move(self, by: int) -> None:
        self._announced = None
        last = len(self.model.shown) - 1
        target = self._position + by
        self.follow = by > 0 and self.follow and target >= last
        self._go(min(max(target, 0), last))

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(1, self._page - 1))

    def action_first(self) -> None:
        self.follow = False
        self._go(0)

    def action_follow(self) -> None:
        """To the end, and stay there while calls come."""
        self.follow = self.model.shown.order == "made"
        self._go(len(self.model.shown) - 1)

    def action_toggle_follow(self) -> None:
        if self.follow:
            self.follow = False
        else:
            self.put_in_order("made")
            self.action_follow()

    def action_error(self, direction: int) -> None:
        """The next or previous call that did not end well."""
        self._seek(direction, lambda row: not row.is_quiet, "no error there", ends=True)

    def action_match(self, direction: int) -> None:
        """The next or previous call that the last filter matches, also when all rows are shown."""
        if self._sought:
            self._seek(direction, parse_filter(self._sought).call, "no match there")

    def _seek(
        self,
        direction: int,
        wanted: Callable[[CallRow], bool],
        otherwise: str,
        *,
        ends: bool = False,
    ) -> None:
        found = self.model.shown.find(self._position, direction, wanted, ends=ends)
        if found is None:
            self._show_briefly(otherwise)
            return
        self.follow = False
        self._resize()
        self._go(found)

    def action_filter(self) -> None:
        self._filter_before = self.model.shown.filter.text
        self._prompt.open(self._filter_before)
        self._resize()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Without a filter, Escape belongs to the screen.
        is_changed = self.model.shown.filter or self.model.shown.order != "made"
        return action != "clear_filter" or bool(is_changed or self._problem)

    def action_clear_filter(self) -> None:
        """Show all rows, in the order in which they were made."""
        self.set_filter("")
        self.put_in_order("made")

    def action_summary(self) -> None:
        self.post_message(view_messages.FiguresRequested(self))

    def action_open(self) -> None:
        row = self.model.rows[self.cursor] if self.cursor is not None else None
        if self.cursor is not None and self.model.shown.folded_at(self.cursor) is not None:
            self.action_fold()
        elif isinstance(row, CallRow):
            self.post_message(view_messages.CallOpened(self, row.seq))
        elif isinstance(row, EndRow):
            self.post_message(view_messages.EndOpened(self, row.line, row.column))
        elif isinstance(row, ConsoleRow) and row.level and self.cursor is not None:
            number = self.model.console_number(self.cursor)
            self.post_message(view_messages.ConsoleOpened(self, number))

    def action_copy(self) -> None:
        """The call, with its arguments and what came of it; a console line as it is."""
        row = self.selected
        if row is not None:
            self.post_message(view_messages.CopyRequested(self, row.seq))
        elif self.cursor is not None:
            is_end = isinstance(self.model.rows[self.cursor], EndRow)
            number = None if is_end else self.model.console_number(self.cursor)
            self.post_message(view_messages.LineCopyRequested(self, number))
