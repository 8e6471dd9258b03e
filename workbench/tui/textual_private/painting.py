"""An app that writes to the terminal only what changed there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.app import App, ScreenStackError
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.events import Event, Mount, Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

from workbench.tui.textual_private.kept_rows import let_go_of_widgets
from workbench.tui.textual_private.key_parser import read_keys_with_ours
from workbench.tui.textual_private.placing import cut_between_signs, render_in_place
from workbench.tui.textual_private.stylesheet import SheetParsedOnce
from workbench.tui.textual_private.terminal_driver import with_care
from workbench.tui.textual_private.watched_workers import WatchedWorkers


class AppBase(App[int]):
    """An app that writes to the terminal only what changed there, and whose own bugs are told by
    ``on_crash``, not by Textual's panel."""

    def __init__(self) -> None:
        super().__init__()
        let_go_of_widgets()
        cut_between_signs()
        self.stylesheet = SheetParsedOnce(variables=self.get_css_variables())
        self._workers = WatchedWorkers(self, self._work_failed)
        self._painted = Painted()
        self._painted_size = Size()
        self.work_failed: Callable[[Exception], object] = lambda error: None
        """Told of work in the background that ended with an error, while the app goes on. Must not raise."""
        self.after_painting: Callable[[], object] = lambda: None
        """Done after each painting of the terminal."""
        self.paints_at_once = False
        """Whether the next painting does not wait for its beat: it shows what a key did."""
        self.typed_at = 0.0
        """When a key or a paste came last, by the monotonic clock."""

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """Those that are seen behind the one on top. Textual has the next one among them also where the one on
        top covers it: what changed below was laid out, and painted all of that one anew."""
        top = self._screen_stack[-1] if self._screen_stack else None
        covers = top is None or (not top.is_modal and top.styles.background.a == 1)
        return [] if covers else super()._background_screens

    def get_driver_class(self) -> type[Driver]:
        """The driver of this platform, reading keys with our parser, also those that were typed before."""
        driver = super().get_driver_class()
        read_keys_with_ours()
        return with_care(driver)

    def _show_anew(self) -> None:
        """The terminal is ours again, and empty."""
        self._painted.forget()
        self.refresh(layout=True)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """As Textual's, which leaves the terminal to others for good where what is done meanwhile fails."""
        failed: Exception | None = None
        with super().suspend():
            try:
                yield
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed

    def on_crash(self) -> None:
        """A bug ends the app: what is still to be done. Must not raise."""

    def _work_failed(self, error: Exception) -> None:
        if self.is_running and not self._exit:  # while the app ends what it works with goes
            self.work_failed(error)

    def _handle_exception(self, error: Exception) -> None:
        """While the app ends its screens go, also one that is still being made: that it does not find
        what it is made of is no bug, and the exit code stays what it was left with."""
        if not (self._exit and isinstance(error, NoMatches | ScreenStackError)):
            super()._handle_exception(error)

    @property
    def crashed(self) -> Exception | None:
        """What ended the app, where it was a bug of ours."""
        return self._exception

    def shown_lines(self) -> list[list[Segment]]:
        """What is on the screen, line by line; nothing while the app ends."""
        if not self.screen_stack:
            return []
        # A screen over others draws them, where it knows of them, and keeps what it drew for the next painting.
        visible_screen_stack.set(self._background_screens)
        return [list(line) for line in self.screen._compositor.render_strips()]

    def write_to_terminal(self, sequence: str) -> None:
        """An escape sequence that is no painting."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Every painting goes to the terminal through here."""
        # Rows of another width are broken by the terminal, which moves what stood below: until the
        # layout has the terminal's size, and when it gets it, nothing is known to be shown.
        self.paints_at_once = False
        size = screen._compositor.size
        if size != self._painted_size or size != self.size:
            self._painted.forget()
            self._painted_size = size
        update: Any = renderable
        if isinstance(update, LayoutUpdate):
            update = _WholeScreen(update, self._painted)
        elif isinstance(update, ChopsUpdate) and not self.is_inline:
            update = _Changes(update, self._painted)
        super()._display(screen, update)
        self.after_painting()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Mount):
            self.app_resume_signal.subscribe(self, lambda _: self._show_anew(), immediate=True)
        elif isinstance(event, Resize):
            self._painted.forget()
        await super().on_event(event)

    def _fatal_error(self) -> None:
        """Textual would print a panel with every local variable: secrets among them."""
        self.on_crash()
        self._close_messages_no_wait()


class Painted:
    """What the terminal shows: the pieces of each row that were written, so that no cell is written twice.

    Textual paints a whole widget where one letter of it, or of its title, changed: 20 to 40 kB a key.
    """

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, tuple[int, Strip]]] = {}
        """Row -> first cell -> (cell after the last, what stands there)."""

    def forget(self) -> None:
        """Somebody else may have written to the terminal, or its size is another."""
        self._rows.clear()

    def put(self, y: int, x: int, piece: Strip) -> Strip | None:
        """A piece stands from a cell on now; what stood there before, where it was as long."""
        row = self._rows.setdefault(y, {})
        end = x + piece.cell_length
        before = row.get(x)
        if before is None or before[0] != end:
            for start, (stop, _) in list(row.items()):
                if start < end and x < stop:
                    del row[start]
        row[x] = end, piece
        return before[1] if before is not None and before[0] == end else None


class _WholeScreen(CompositorUpdate):
    """A painting of everything: written as it is."""

    def __init__(self, update: LayoutUpdate, painted: Painted) -> None:
        self._update, self._painted = update, painted

    def render_segments(self, console: Console) -> str:
        self._painted.forget()
        written = []
        for y, line in enumerate(self._update.strips, self._update.region.y):
            x = self._update.region.x
            written.append(Control.move_to(x, y).segment.text)
            for strip in line:
                self._painted.put(y, x, strip)
                written.append(render_in_place(strip, x, console))
                x += strip.cell_length
        return "".join(written)


class _Changes(CompositorUpdate):
    """A painting of some regions: only the cells of lines that differ are written."""

    def __init__(self, update: ChopsUpdate, painted: Painted) -> None:
        self._update, self._painted = update, painted

    def render_segments(self, console: Console) -> str:
        written = []
        for y, first, last in self._update.spans:
            line = self._update.chops[y]
            for end, (x, whole) in zip(self._update.chop_ends[y], line.items(), strict=False):
                if whole is None or x >= last or end <= first:
                    continue
                stop = min(end, last)
                piece = whole if stop == end else whole.crop(0, stop - x)
                at, changed = changed_cells(self._painted.put(y, x, piece), piece, console)
                if changed is not None:
                    written.append(Control.move_to(x + at, y).segment.text)
                    written.append(render_in_place(changed, x + at, console))
        return "".join(written)


def changed_cells(before: Strip | None, now: Strip, console: Console) -> tuple[int, Strip | None]:
    """Where what stands in a row begins to look different, and what to write from there; None: nothing.

    Rows with a character of another width are written whole: terminals do not agree on where its next one is.
    """
    if before is None:
        return 0, now
    if before is now or before.render(console) == now.render(console):
        return 0, None
    if not (before.text.isascii() and now.text.isascii()) and not (
        _is_plain(before) and _is_plain(now)
    ):
        return 0, now
    length = now.cell_length
    start = _alike(before, now, console)
    same = _alike(before, now, console, from_end=True)
    end = max(length - same, start + 1)
    return start, now.crop(start, min(end, length))


def _is_plain(strip: Strip) -> bool:
    """Whether each character of it takes one cell."""
    return len(strip.text) == strip.cell_length and all(
        cell_len(each) == 1 for each in set(strip.text)
    )


def _alike(one: Strip, other: Strip, console: Console, *, from_end: bool = False) -> int:
    """How many cells two rows look alike, from their start or their end."""
    order = -1 if from_end else 1
    cells = 0
    for left, right in zip([*one][::order], [*other][::order], strict=False):
        if not _look_alike(left, right, console):
            break
        texts = left.text[::order], right.text[::order]
        if texts[0] == texts[1]:
            cells += len(texts[0])
            continue
        cells += sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))
        )
        break
    return cells


def _look_alike(one: Segment, other: Segment, console: Console) -> bool:
    """Whether they would be alike if they said the same."""
    styles = one.style, other.style
    if styles[0] is styles[1]:
        return True
    system = console._color_system or ColorSystem.TRUECOLOR
    # A strip for each, which would do as well, took ten times as long: thirty milliseconds for a screen.
    looks = ["" if style is None else Strip.render_style(style, " ", system) for style in styles]
    return (looks[0] or " ") == (looks[1] or " ")
