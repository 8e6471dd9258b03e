"""The box of a small screen, whose title is never cut."""

from __future__ import annotations

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from workbench.text.sanitize import clean_line

_FRAME = 6
"""Cells of a frame's line that its title cannot have."""


class TitledBox(Vertical):
    """A title stands in the frame; one that is too long for it whole above what is in the box."""

    DEFAULT_CSS = """
    TitledBox > .whole-title { display: none; height: auto; max-height: 6; padding: 0 1; text-style: bold; }
    TitledBox > .whole-title.-shown { display: block; }
    """

    def __init__(self, title: str) -> None:
        self._title = clean_line(title, 400)
        self._whole = Static(self._title, markup=False, classes="whole-title")
        super().__init__(self._whole, classes="dialog")
        self.border_title = Content(self._title)

    def on_resize(self) -> None:
        fits = cell_len(self._title) <= self.outer_size.width - _FRAME
        self.border_title = Content(self._title if fits else "")
        self._whole.set_class(not fits, "-shown")
