"""Images and audio in a value: what they are in words, and as a file for the system's viewer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.wording import size
from workbench.util.dataclass import dataclass

_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/webm": ".weba",
}
"""Types that a viewer only shows. An SVG is none: what shows it may run the scripts in it."""


class NotOpened(Exception):
    """Why something is not handed to a viewer, in words for a person."""


@dataclass(frozen=True, slots=True)
class Media:
    """One image or piece of audio. ``data`` is base64, as it came."""

    kind: str
    mime: str
    data: str

    @property
    def words(self) -> str:
        """``image · image/png · 12 kB``."""
        count = max(0, len(self.data) * 3 // 4 - self.data[-2:].count("="))
        return f"{self.kind} · {clean_line(self.mime, 60)} · {size(count)}"

    @property
    def ending(self) -> str:
        """Of a file that holds it. Raises NotOpened."""
        ending = _ENDINGS.get(self.mime.lower())
        if ending is None:
            raise NotOpened(f"{clean_line(self.mime, 60)} is opened by hand: x saves it")
        return ending

    def content(self) -> bytes:
        """Its bytes. Raises NotOpened."""
        try:
            return base64.b64decode(self.data, validate=True)
        except binascii.Error as error:
            raise NotOpened(f"it is not what it says: {error}") from error


def media_of(value: JsonValue) -> Media | None:
    """A content block, or the blob of a resource; None: anything else."""
    if not isinstance(value, Mapping):
        return None
    mime, kind = value.get("mimeType"), value.get("type")
    data = value.get("data") if kind in ("image", "audio") else value.get("blob")
    if not isinstance(mime, str) or not isinstance(data, str):
        return None
    for known in ("image", "audio"):
        if mime.lower().startswith(f"{known}/"):
            return Media(known, mime, data)
    return None


def media_alone(value: JsonValue) -> Media | None:
    """That of a list with nothing else in it."""
    return media_of(value[0]) if isinstance(value, list) and len(value) == 1 else None
