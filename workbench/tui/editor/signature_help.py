"""The arguments of the call that is being written, in a line or two beside the cursor's: it takes no focus and
no key but Escape, and stands where neither the line at the cursor nor the offers are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.timer import Timer
from textual.widgets import Static
from textual.widgets.text_area import Location

from workbench.tui.editor.call_stops import Stops, stops_in
from workbench.tui.widgets.quiet_line import same_words

if TYPE_CHECKING:
    from workbench.tui.editor.hints.call_signature import CallSignature
    from workbench.tui.editor.hints.offers import Completion
    from workbench.tui.textual_private import EditorBase

SignatureFinder: TypeAlias = "Callable[[str, tuple[int, int]], CallSignature | None]"

_SOON_S = 0.05
"""What is typed is painted first: the help follows, at most so often."""
_WIDEST = 110


def row_for(cursor: int, rows: int, height: int, offers: range) -> int | None:
    """The row for help that takes so many rows on a screen of a height: above the cursor's, else below it,
    but where the offers are; None: there is no room."""
    for first in (cursor - rows, cursor + 1):
        taken = range(max(first, offers.start), min(first + rows, offers.stop))
        if first >= 0 and first + rows <= height and not taken:
            return first
    return None


def _call_of(shown: CallSignature) -> tuple[str, int]:
    """Which call it is, wherever in its arguments the cursor is."""
    return shown.name.partition(" ›")[0], shown.row


class SignaturePopup(Static):
    """Shows the arguments of one call."""

    DEFAULT_CSS = """
    SignaturePopup {
        overlay: screen;
        constrain: inside none;
        position: absolute;
        display: none;
        width: auto;
        height: auto;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        background: $panel;
        color: $foreground;
        padding: 0 1;
    }
    """

    def show_at(self, at: Offset, said: Content, widest: int) -> None:
        """Show lines at a place of the screen; where they stand there already nothing is laid out anew."""
        same = same_words(self.content, said)
        if same and self.display and at == self.absolute_offset:
            return
        self.styles.max_width = widest
        self.absolute_offset = at
        self.update(said)
        self.display = True


class SignatureHelp:
    """Shows the call at the cursor while its arguments are typed, until the cursor leaves it."""

    finder: SignatureFinder | None = None
    """Gives the call whose arguments a place of a text is in."""

    def __init__(
        self, area: EditorBase, rows: Callable[[int], range], may_show: Callable[[], bool]
    ) -> None:
        """rows: those of the screen that offers take, the cursor being on one. may_show: whether nothing
        else is shown of the call."""
        self._area = area
        self._rows, self._may_show = rows, may_show
        self.stops = Stops(area)
        self._waiting: Timer | None = None
        self._dismissed: tuple[str, int] | None = None
        """The call for which nobody wants to see it any more."""
        self.shown: CallSignature | None = None
        """The call that it follows; there may be no room for it just now."""
        self.popup: SignaturePopup | None = None
        """Made when there is something to show first."""

    @property
    def is_open(self) -> bool:
        return self.shown is not None and self.popup is not None and bool(self.popup.display)

    @property
    def is_waiting(self) -> bool:
        """Whether it will look soon what the cursor is in."""
        return self._waiting is not None

    def typed(self) -> None:
        """Something was typed: show the call that it belongs to."""
        if self.finder is not None and self._waiting is None:
            self._waiting = self._area.set_timer(_SOON_S, self._show)

    def moved(self) -> None:
        """The cursor, the text below it or what stands beside it moved: follow, if it is shown."""
        if self.shown is not None or self.stops.is_active:
            self.typed()

    def taken(self, offer: Completion, start: Location) -> None:
        """An offer was put in at a place: what is to be filled in of it is gone to."""
        if offer.args:
            place = (start[0], start[1] + offer.insert.rfind(offer.args))
            self.stops.begin(place, stops_in(offer.args), len(offer.args))
        self.typed()

    def key(self, event: events.Key) -> bool:
        """A key in the editor: Escape closes the help for this call and ends what is to be filled in, which
        Tab goes through; every other key goes on (False)."""
        self.moved()
        ended = self.stops.key(event)
        if event.key == "escape" and self.shown is not None and self.is_open:
            self._dismissed = _call_of(self.shown)
            self.hide()
            return True
        return ended

    def leave(self) -> None:
        """The editor is left."""
        self.stops.end()
        self.hide()

    def hide(self) -> None:
        self.shown = None
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if self.popup is not None:
            self.popup.display = False

    def _show(self) -> None:
        self._waiting = None
        area = self._area
        self.stops.still_there()
        call = None
        if self.finder is not None and area.has_focus and self._may_show():
            call = self.finder(area.text, area.cursor_location)
        if call is None:
            self._dismissed = None
            self.hide()
        elif self._dismissed != _call_of(call):
            self._put(call)

    def _put(self, call: CallSignature) -> None:
        area = self._area
        x, y = area.cursor_screen_offset
        width, height = area.app.size
        room = min(_WIDEST, width - 4)
        from workbench.tui.editor.hints.call_signature import in_a_line

        lines = [in_a_line(call, room)]
        beside = " · ".join(said for said in (self.stops.said, call.doc) if said)
        if beside:
            lines.append(Content.styled(beside, "$foreground 75% italic"))
        row = row_for(y, len(lines), height, self._rows(y))
        self.shown = call
        if row is None or not area.region.contains(x, y):
            if self.popup is not None:
                self.popup.display = False
            return
        text = area.document.source_line(area.cursor_location[0])
        indent = len(text) - len(text.lstrip())
        left = area.region.x + area.gutter_width + indent - area.scroll_offset.x
        if self.popup is None:
            self.popup = SignaturePopup(markup=False)
            area.screen.mount(self.popup)
        at = Offset(max(area.region.x, left - 1), row)
        self.popup.show_at(at, Content("\n").join(lines), room + 2)
