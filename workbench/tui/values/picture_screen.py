"""An image over the screen."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.values.media import Media, NotOpened
from workbench.tui.values.picture import Picture, picture_of
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.pane import Pane
from workbench.util.one_thread import OneThread


class PictureView(Widget, can_focus=True):
    """Draws it in half cells, in the middle; what is in the way of that in words."""

    DEFAULT_CSS = "PictureView { height: 1fr; background: $background; color: $foreground; }"

    def __init__(self, media: Media) -> None:
        super().__init__()
        self._media = media
        self.picture: Picture | None = None
        self._said = "…"
        self._decoder = OneThread()

    def on_resize(self) -> None:
        self._draw()

    @work(exclusive=True, exit_on_error=False)
    async def _draw(self) -> None:
        if not self.size:
            return
        ground = self.background_colors[1].rgb
        try:
            self.picture = await self._decoder.run(
                partial(picture_of, self._media, *self.size, ground)
            )
        except NotOpened as error:
            self.picture, self._said = None, clean_line(str(error), 400)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        base = self.rich_style
        if self.picture is None:
            text = self._said if y == height // 2 else ""
            return Strip([Segment(text[:width].center(width), base)])
        rows = self.picture.rows
        row = y - (height - len(rows)) // 2
        if not 0 <= row < len(rows):
            return Strip.blank(width, base)
        left = (width - len(rows[row])) // 2
        cells = [Segment("▄", _style(upper, lower)) for upper, lower in rows[row]]
        return Strip([Segment(" " * left, base), *cells]).adjust_cell_length(width, base)


class PictureScreen(GuardedModal[Literal["open", "text"] | None]):
    """Shows it until Esc; dismissed with another way in which it is wanted."""

    DEFAULT_CSS = """
    PictureScreen { align: center middle; background: $background 60%; }
    PictureScreen > Pane { width: 96%; height: 92%; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("picture")]

    def __init__(self, media: Media, title: str) -> None:
        super().__init__()
        self._media = media
        self._title = clean_line(title, 60)

    def compose(self) -> ComposeResult:
        with Pane() as pane:
            words = f"{self._title} · {self._media.words}" if self._title else self._media.words
            pane.set_title(words, "o the system's viewer · v as text · Esc closes")
            yield PictureView(self._media)

    def on_mount(self) -> None:
        self.query_one(PictureView).focus()


def _style(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Style:
    return Style.parse("rgb({},{},{}) on rgb({},{},{})".format(*lower, *upper))
