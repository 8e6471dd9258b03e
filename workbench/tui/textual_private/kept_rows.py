"""Rows that were made ready for the terminal once, wherever in their widget they are drawn next."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from textual._styles_cache import StylesCache
from textual.cache import LRUCache
from textual.color import Color
from textual.css.styles import RenderStyles
from textual.geometry import Size, Spacing
from textual.strip import Strip

_KEPT = 256
"""Rows: some screens of them."""


def let_go_of_widgets() -> None:
    """The styles of a background are kept for the next row (Textual's own ``lru_cache``) without the widget
    that asked: what the last thousand had drawn stayed in memory, and made each full collection longer."""
    if isinstance(StylesCache.__dict__["get_inner_outer"], staticmethod):
        return
    method: Any = StylesCache.get_inner_outer
    made = lru_cache(1024)(partial(method.__wrapped__, None))
    StylesCache.get_inner_outer = staticmethod(made)  # type: ignore[assignment,method-assign]


class KeptRows(StylesCache):
    """For a widget that gives the same strip for a row as long as that looks the same.

    Textual keeps what it made of row ``y`` of a widget until that scrolls; then all its rows go through styles
    and filters and are cut again, which was most of what a scrolling cursor took.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: LRUCache[tuple[object, ...], tuple[Strip, Strip]] = LRUCache(_KEPT)
        """The drawn strip is kept with what was made of it: no other has its ``id`` meanwhile."""

    def render_line(  # type: ignore[override]
        self,
        styles: RenderStyles,
        y: int,
        size: Size,
        content_size: Size,
        padding: Spacing,
        base_background: Color,
        background: Color,
        draw: Callable[[int], Strip],
        *rest: Any,
    ) -> Strip:
        def made(draw: Callable[[int], Strip]) -> Strip:
            ground = base_background, background
            return super(KeptRows, self).render_line(
                styles, y, size, content_size, padding, *ground, draw, *rest
            )

        row = y - styles.gutter.top
        # The first and the last may have an outline.
        if not (0 < y < size.height - 1 and 0 <= row < content_size.height):
            return made(draw)
        drawn = draw(row)
        _, _, *look = rest  # without the titles of the frame
        look += styles._cache_key, size.width, content_size.width, base_background, background
        key = id(drawn), *look
        kept = self._made.get(key)
        if kept is None:
            kept = drawn, made(lambda _: drawn)
            self._made[key] = kept
        return kept[1]
