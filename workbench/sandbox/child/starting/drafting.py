"""A script on its way to the engine: changes that keep every line where it was.

What is blanked or overwritten keeps its bytes; what is inserted within a line is listed, so that the
prelude can map columns back. Runs in the worker: standard library only.
"""

from __future__ import annotations

_BLANKS = bytes(sign if chr(sign) in "\r\n" else ord(" ") for sign in range(256))


def blanked(text: bytes | bytearray) -> bytes | bytearray:
    """Spaces, and the line ends of ``text``."""
    return text.translate(_BLANKS)


class Draft:
    """The text of a script, with changes. Positions are bytes of the text as it was given."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._text = bytearray(source)
        self._insertions: list[tuple[int, str]] = []

    @property
    def text(self) -> bytes:
        """The text as it stands, without insertions: as long as ``source``."""
        return bytes(self._text)

    def blank(self, start: int, end: int, first: str = " ") -> None:
        """Spaces instead of ``start`` to ``end``, lines stay lines; ``first``: what stands at the start."""
        if start >= end:
            return
        self._text[start:end] = blanked(self.source[start:end])
        if first != " ":
            self._text[start] = ord(first)

    def is_changed(self, at: int) -> bool:
        """Whether the byte ``at`` is another than in ``source``."""
        return self._text[at] != self.source[at]

    def overwrite(self, start: int, text: str) -> None:
        """Other text of the same length."""
        self._text[start : start + len(text)] = text.encode()

    def insert(self, at: int, text: str) -> None:
        """Text in front of the byte ``at``; what is inserted at one place stays in order."""
        self._insertions.append((at, text))

    def without_insertions(self) -> Draft:
        """The same with nothing inserted: for the exact place of a syntax error."""
        draft = Draft(self.source)
        draft._text[:] = self._text
        return draft

    def render(self) -> tuple[str, str]:
        """The text, and JSON for the prelude: ``{line: [[column, length], …]}``, the text inserted in each
        line; columns count UTF-8 bytes of the rendered text from 0. Empty where nothing was inserted."""
        if not self._insertions:
            return self._text.decode(), ""
        self._insertions.sort(key=lambda item: item[0])
        parts: list[bytes | bytearray] = []
        columns: dict[int, list[tuple[int, int]]] = {}
        position = 0
        line, column = 1, 0  # of the text written so far
        for at, text in self._insertions:
            piece = self._text[position:at]
            parts.append(piece)
            newlines = piece.count(b"\n")
            if newlines:
                line += newlines
                column = len(piece) - piece.rfind(b"\n") - 1
            else:
                column += len(piece)
            inserted = text.encode()
            columns.setdefault(line, []).append((column, len(inserted)))
            column += len(inserted)
            parts.append(inserted)
            position = at
        parts.append(self._text[position:])
        lines = (
            f'"{number}":[{",".join(f"[{column},{length}]" for column, length in pieces)}]'
            for number, pieces in columns.items()
        )
        # Written here: an encoder of JSON is not in the memory of a fresh fork.
        return b"".join(parts).decode(), f"{{{','.join(lines)}}}"
