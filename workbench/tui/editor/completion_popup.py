"""The list of offers at the cursor. It never takes the focus: the editor passes keys on to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import Static

from workbench.tui.widgets.line_view import fit
from workbench.tui.widgets.mouse import only_asks

if TYPE_CHECKING:
    from workbench.tui.editor.hints.offers import Completion

_ROWS = 8
_LABEL, _DETAIL, _DOC = 28, 48, 64
"""Cells of the widest."""


class CompletionPopup(Static):
    """Shows offers; the editor moves through them and takes one."""

    DEFAULT_CSS = """
    CompletionPopup {
        overlay: screen;
        constrain: inside none;
        position: absolute;
        display: none;
        width: auto;
        height: auto;
        background: $panel;
        color: $foreground;
        & > .popup--selected { background: $primary 40%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"popup--selected"}

    def __init__(self, accept: Callable[[], None]) -> None:
        """accept: called when an offer is clicked (it is then the selected one)."""
        super().__init__(markup=False)
        self._accept = accept
        self.offers: list[Completion] = []
        self.index = 0
        self._at = Offset()
        self._height = 0

    @property
    def is_open(self) -> bool:
        return bool(self.offers)

    @property
    def offer(self) -> Completion:
        return self.offers[self.index]

    def open(self, offers: Sequence[Completion], at: Offset) -> None:
        """Show offers below a place of the screen, above it where there is no room; without offers, close."""
        label = self.offer.label if self.offers else ""
        self.offers = list(offers)
        self.index = next((i for i, offer in enumerate(self.offers) if offer.label == label), 0)
        self._at = at
        self.display = self.is_open
        self._draw()

    def rows(self, cursor: int) -> range:
        """The rows of the screen that it takes, the cursor being on one; none while it is closed."""
        if not self.is_open:
            return range(0)
        below = cursor + 1 + self._height <= self.app.size.height
        first = cursor + 1 if below else max(0, cursor - self._height)
        return range(first, first + self._height)

    def close(self) -> None:
        self.offers = []
        self.index = 0
        self.display = False

    def move(self, by: int) -> None:
        self.index = (self.index + by) % len(self.offers)
        self._draw()

    def _first(self) -> int:
        return min(max(0, self.index - _ROWS // 2), max(0, len(self.offers) - _ROWS))

    def _draw(self) -> None:
        if not self.offers:
            return
        room = max(24, self.app.size.width - 6)
        label = min(max(len(offer.label) for offer in self.offers), _LABEL, room - 4)
        detail = min(max(len(offer.detail) for offer in self.offers), _DETAIL, room - label - 4)
        # As wide as what it says of any of them, so that it stays where it is while one chooses.
        said = min(max(len(offer.doc) for offer in self.offers) + 1, _DOC, room)
        width = max(label + detail + 4, said)
        detail = width - label - 4
        selected = self.get_visual_style("popup--selected")
        lines = []
        first = self._first()
        for index, offer in enumerate(self.offers[first : first + _ROWS], first):
            pointer = "▸" if index == self.index else " "
            line = Content.assemble(
                f"{pointer}{fit(offer.label, label)}  ",
                (fit(offer.detail, detail) + " ", "$foreground 60%"),
            )
            lines.append(line.stylize(selected) if index == self.index else line)
        if self.offer.doc:
            lines.append(Content.styled(fit(" " + self.offer.doc, width), "$foreground 75% italic"))
        if len(self.offers) > _ROWS:
            count = f" {self.index + 1} of {len(self.offers)}"
            lines.append(Content.styled(fit(count, width), "$foreground 50%"))
        self._height = len(lines)
        self.absolute_offset = Offset(self._at.x, self.rows(self._at.y).start)
        self.update(Content("\n").join(lines))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        index = self._first() + event.y
        if event.y < _ROWS and index < len(self.offers):
            self.index = index
            if not only_asks(event):
                self._accept()
