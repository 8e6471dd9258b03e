"""A framed part of the screen: its frame says what is in it and whether it has the focus."""

from __future__ import annotations

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message

from workbench.tui.widgets.quiet_line import same_words

_BETWEEN = " · "
_BEFORE_TITLE = 3
"""Cells of the frame in front of the words in its upper edge: a corner, a line, a space."""


class Pane(Vertical):
    """A numbered pane. Both titles are ``Content``: a file name must not be read as markup."""

    ALLOW_SELECT = False
    """Its frame is dragged, not read; what is in it is selected in its own widget."""
    DEFAULT_CSS = """
    Pane {
        border: round $foreground 20%;
        border-title-color: $foreground 70%;
        border-subtitle-color: $text-muted;
        height: 1fr;
        &:focus-within { border: heavy $primary; border-title-color: $foreground;
            border-title-style: bold; }
        &.-handle { border: round $accent; }
        &.-handle:focus-within { border: heavy $accent; }
    }
    """

    class Resized(Message):
        """It has another size: what its frame says may have to be shorter, or may be longer."""

    _words: tuple[Content, Content] | None = None
    """What its frame says where there is room for all of it."""
    _below: Content | None = None
    """What its lower edge says now."""

    def set_title(self, title: str | Content, subtitle: str | Content = "") -> None:
        """The words in the upper and in the lower edge."""
        words, before = (_line(title), _line(subtitle)), self._words
        # Textual paints the whole widget for a title, also for the same one.
        if before is None or not all(map(same_words, before, words)):
            self._words = words
            self.border_title = words[0]
            self._put_subtitle()

    def _put_subtitle(self) -> None:
        """As many of the words in the lower edge, between dots, as there is room for."""
        words = self._words[1] if self._words is not None else Content("")
        shown, *parts = words.split(_BETWEEN)
        for part in parts:
            longer = Content(_BETWEEN).join([shown, part])
            if self.title_room and longer.cell_length > self.title_room:
                break
            shown = longer
        if not same_words(self._below, shown):
            self._below = shown
            self.border_subtitle = shown

    def on_resize(self) -> None:
        self._put_subtitle()
        self.post_message(self.Resized())

    def place_of(self, words: str) -> Offset | None:
        """The cell of the screen before words in the upper edge; None: they are not seen there."""
        title = self._words[0].plain if self._words is not None else ""
        at = title.find(words)
        before = cell_len(title[:at])
        if at < 0 or not self.region.area or before + cell_len(words) > self.title_room:
            return None
        return Offset(self.region.x + _BEFORE_TITLE - 1 + before, self.region.y)

    @property
    def title_room(self) -> int:
        """Cells for the words in its frame."""
        return max(0, self.outer_size.width - 6)


def _line(text: str | Content) -> Content:
    return text if isinstance(text, Content) else Content(text)
