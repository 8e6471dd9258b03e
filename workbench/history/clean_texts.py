"""Large texts in which nothing had to be masked: a result that a script hands on as its value, or to the next
tool, is the same text again, and is not looked through again (2 to 3 ms for each megabyte)."""

from __future__ import annotations

from collections import deque

from workbench.core.model import JsonValue
from workbench.text.redact import Redactor

_LEAST = 1 << 16
_MOST = 16 << 20
"""Characters that are kept; less for a moment than the values themselves, which wait to be written."""


class CleanTexts:
    """What one redactor found clean last."""

    def __init__(self) -> None:
        self._redactor: Redactor | None = None
        self._texts: deque[str] = deque()
        self._size = 0

    def json(self, redactor: Redactor, value: JsonValue) -> tuple[str, bool]:
        """A JSON text with its secrets masked, as ``Redactor.json`` gives it."""
        if redactor is not self._redactor:  # what another one looked for is not what this one does
            self.forget()
            self._redactor = redactor
        text, masked = redactor.json(value, clean=self._texts)
        if not masked and _LEAST <= len(text) <= _MOST and text not in self._texts:
            self._texts.append(text)
            self._size += len(text)
            while self._size > _MOST:
                self._size -= len(self._texts.popleft())
        return text, masked

    def forget(self) -> None:
        """Keep nothing: nobody is about to come with one of them."""
        self._texts.clear()
        self._size = 0
