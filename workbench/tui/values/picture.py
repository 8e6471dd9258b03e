"""An image as coloured half cells: two pixels, one above the other, in every cell of a terminal.

Decoding needs Pillow (the extra ``pictures``), and happens only where somebody asks to see an image.
"""

from __future__ import annotations

import io
from typing import TypeAlias

from workbench.tui.values.media import Media, NotOpened
from workbench.util.dataclass import dataclass

Rgb: TypeAlias = tuple[int, int, int]

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_PNG = b"\x89PNG\r\n\x1a\n"
_AROUND = 12
"""Bytes of a part of a PNG beside what it holds: length, name, checksum."""
_MOST_PIXELS = 50_000_000
_MOST_TIMES = 4
"""A small picture is made so many times larger at most."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of cells, each the colour of its upper and of its lower half."""

    rows: tuple[tuple[tuple[Rgb, Rgb], ...], ...]
    size: tuple[int, int]
    """Of the image itself, in pixels."""


def picture_of(media: Media, columns: int, rows: int, background: Rgb) -> Picture:
    """The image in so many cells at most; what is transparent has the background. Takes up to a second:
    not for an event loop. Raises NotOpened."""
    content = media.content()
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        said = "pip install 'workbench-mcp[pictures]' shows images here; o opens it in a viewer"
        raise NotOpened(said) from None
    try:
        with Image.open(io.BytesIO(_without_extras(content)), formats=_FORMATS) as image:
            size = image.size
            if size[0] * size[1] > _MOST_PIXELS or not all(size):
                raise NotOpened(f"{size[0]:,} × {size[1]:,} pixels are too many to show here")
            scale = min(columns / size[0], 2 * rows / size[1], _MOST_TIMES)
            width, height = (max(1, round(one * scale)) for one in size)
            height += height % 2
            image.draft(
                "RGB", (width, height)
            )  # a large JPEG is decoded no larger than it is shown
            how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
            small = image.convert("RGBA").resize((width, height), how)
        ground = Image.new("RGBA", small.size, (*background, 255))
        raw = Image.alpha_composite(ground, small).convert("RGB").tobytes()
    except NotOpened:
        raise
    except UnidentifiedImageError:
        raise NotOpened(
            f"it cannot be shown: it reads like none of {', '.join(_FORMATS)}"
        ) from None
    except Exception as error:  # a decoder on outside data fails in ways that nobody lists
        raise NotOpened(f"it cannot be shown: {type(error).__name__}: {error}") from None
    pixels = [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 3)]
    lines = [pixels[at : at + width] for at in range(0, len(pixels), width)]
    cells = tuple(tuple(zip(*lines[at : at + 2], strict=True)) for at in range(0, height, 2))
    return Picture(cells, size)


def _without_extras(content: bytes) -> bytes:
    """A PNG without its profiles and texts, which are not looked at here; as it is where it is none.

    Pillow refuses all of it where one of those is broken, as in the image that the reference servers send;
    browsers show it.
    """
    if not content.startswith(_PNG):
        return content
    kept, at = [_PNG], len(_PNG)
    while at + _AROUND <= len(content):
        end = at + _AROUND + int.from_bytes(content[at : at + 4])
        name = content[at + 4 : at + 8]
        if name[:1].isupper() or name == b"tRNS":
            kept.append(content[at:end])
        at = end
    return b"".join(kept)
