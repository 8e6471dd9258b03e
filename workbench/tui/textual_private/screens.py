"""A screen that draws only the rows that are painted, and paints what a key did at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from textual import events
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from workbench.tui.textual_private.painting import AppBase

R = TypeVar("R")

_TYPING_S = 0.2
"""So long after a key another one is expected."""
_MEANWHILE_S = 0.25
"""So often what yields to keys is painted while somebody types, between them."""
_NEXT_PART_S = 0.02
"""Between its parts, each of which is a painting."""
_PATIENCE_S = 1.0
"""Where there is nothing between them, so often."""


class ScreenBase(Screen[R]):
    """As Textual's, quicker from a key to its painting.

    Textual paints at a beat of 60 a second: what a key did waited up to 17 ms where something else was painted
    just before.
    """

    def __init__(
        self, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name, id, classes)
        self._compositor = _RowCompositor()
        self.yielding: Callable[[], Sequence[Widget]] = tuple
        """What changes by itself now: while keys come it is painted some times a second, with what it holds,
        and not together with what a key did; unless it has the focus."""
        self._yielded_at = 0.0
        """When all of it was painted last."""
        self._yielded: set[Widget] = set()
        """What of it was painted since."""
        self._yielding_timer: Timer | None = None
        self._is_opening = True
        """Until it was told of its first size, for which it was laid out before."""
        self._is_laid_out = False
        self._styled_for = Size()
        """The size of the terminal when its first styles were made."""

    def _post_register(self, app: App[object]) -> None:
        """The classes of its size are there before the first styles are made. Textual makes all of them again
        when the screen comes to the front, and once more, with the layout and the painting, when it is told its
        size."""
        super()._post_register(app)
        self._styled_for = app.size
        self.update_classes(self._size_classes(app), update=False)

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        event.refresh_styles = event.refresh_styles and not self._is_opening

    def _compositor_refresh(self) -> None:
        """What is laid out for the first time is painted once its widgets have done what they do when they know
        their size: all of it was painted twice, and no key came between the layout and that."""
        if not self._is_laid_out:
            self._is_laid_out = True
            self.refresh()
        elif not self._repaint_required:  # else all of it is painted next
            super()._compositor_refresh()

    def lay_out(self) -> None:
        """Lay out what is there now: widgets do what they do when they know their size before it is painted."""
        self._layout_required = False
        self._refresh_layout()

    def _size_classes(self, app: App[object]) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for cells, own, common in (
            (app.size.width, self.HORIZONTAL_BREAKPOINTS, app.HORIZONTAL_BREAKPOINTS),
            (app.size.height, self.VERTICAL_BREAKPOINTS, app.VERTICAL_BREAKPOINTS),
        ):
            breakpoints = (common if own is None else own) or []
            there = self._get_breakpoint_classes(cells, breakpoints)
            found |= {name: name in there for _, name in breakpoints}
        return found

    def _screen_resized(self, size: Size) -> None:
        """What is laid out for this size stays: the screen that opens, and those behind it.

        Those come first: else a dialog was painted over what is behind it as that was laid out before.
        A size that the terminal has no longer is that of no layout: each tells of its own, so two of them
        would follow each other for ever.
        """
        size = self.app.size
        if not self.stack_updates:  # it is not shown yet
            self._is_opening = self._is_opening and size == self._styled_for
            return
        known = size == self._compositor.size
        opening, self._is_opening = self._is_opening, False
        for behind in self.app._background_screens if self is self.app.screen else ():
            behind._screen_resized(size)
        if not known:
            super()._screen_resized(size)
        elif not opening and self is self.app.screen:
            self.refresh()  # the terminal may have lost what was shown

    async def _on_idle(self, event: events.Idle) -> None:
        changed = self._dirty_widgets or self._layout_required or self._scroll_required
        if changed and isinstance(self.app, AppBase) and self.app.paints_at_once:
            self._on_timer_update()
        # Textual's own is called next: it waits for the beat where something is left to paint.

    def _on_timer_update(self) -> None:
        later = self._put_off()
        self._dirty_widgets -= later
        super()._on_timer_update()
        self._dirty_widgets |= later
        if later and self._yielding_timer is None:
            soon = _NEXT_PART_S if self._yielded else _MEANWHILE_S
            self._yielding_timer = self.set_timer(soon, self._yielded_long)

    def _yielded_long(self) -> None:
        self._yielding_timer = None
        self.check_idle()

    def _put_off(self) -> set[Widget]:
        """What is not painted now."""
        now, app = time.monotonic(), self.app
        if (
            isinstance(app, AppBase)
            and now < app.typed_at + _TYPING_S
            and not (self._layout_required or self._repaint_required)
        ):
            later = self._yielding_and_changed()
            waits = now - self._yielded_at
            if waits <= (_PATIENCE_S if app.paints_at_once else _MEANWHILE_S):
                return set().union(*later.values())
            # One after the other, each in a painting of its own: a key waits for no more than one.
            part = next((each for each in later if each not in self._yielded), None)
            if part is not None:
                self._yielded.add(part)
                del later[part]
            else:
                self._yielded.clear()
                self._yielded_at = now
            return set().union(*later.values())
        self._yielded.clear()
        self._yielded_at = now
        return set()

    def _yielding_and_changed(self) -> dict[Widget, set[Widget]]:
        """What is to be painted, by the part that yields and has not the focus; the foremost part first."""
        focus = self.focused.ancestors_with_self if self.focused is not None else ()
        found: dict[Widget, set[Widget]] = {}
        for part in self.yielding():
            if part in focus:
                continue
            changed = {each for each in self._dirty_widgets if part in each.ancestors_with_self}
            if changed:
                found[part] = changed
        return found


class _RowCompositor(Compositor):
    """Draws the rows that are painted, of the widgets that are seen there. Textual's draws every widget whole
    where one row of one changed, also those behind it, and all between the first and the last changed row."""

    _bands: tuple[Region, ...] | None = None
    """What is painted; None: what the caller says."""

    def render_partial_update(self) -> ChopsUpdate | None:
        screen = self.size.region
        self._bands = tuple(_bands(region.intersection(screen) for region in self._dirty_regions))
        try:
            return super().render_partial_update()
        finally:
            self._bands = None

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        screen = self.size.region
        bands = self._bands if self._bands is not None else (crop or screen,)
        covered: list[list[Region]] = [[] for _ in bands]
        for widget, (region, clip) in self.visible_widgets.items():  # the foremost first
            seen = region.intersection(clip)
            for band, before in zip(bands, covered, strict=True):
                part = seen.intersection(band)
                if not part or any(each.contains_region(part) for each in before):
                    continue
                before.append(part)
                # Whole rows: they are divided where widgets begin and end, not where a painting does.
                rows = seen.intersection(Region(0, band.y, screen.width, band.height))
                yield rows, clip, widget.render_lines(rows.translate(-region.offset))


def _bands(regions: Iterable[Region]) -> Iterable[Region]:
    """Parts of the screen that hold the regions: those that overlap, or go on in the same columns, are in one.
    What lies beside another, or below it in other columns, is not: the rows of a trace that grows would draw
    those of the editor beside it."""
    bands: list[Region] = []
    for region in sorted((each for each in regions if each), key=lambda each: each.y):
        joined = region
        while (other := next((each for each in bands if _is_one(each, joined)), None)) is not None:
            bands.remove(other)
            joined = joined.union(other)
        bands.append(joined)
    return bands


def _is_one(above: Region, below: Region) -> bool:
    goes_on = above.column_span == below.column_span and above.bottom == below.y
    return goes_on or bool(above.intersection(below))
