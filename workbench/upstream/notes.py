"""Progress and log messages that a server sends while a call runs, bounded on their way to a screen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from workbench.core.events import ToolCallNote
from workbench.core.model import ToolCall
from workbench.core.ports import NoteListener
from workbench.text.jsontext import dumps
from workbench.text.sanitize import cut

_FREE = 100
_MOST_LOGS = 1_000
_LONGEST = 4_000
_INTERVAL_S = 0.05


class NoteTap:
    """The notes of one call: the first hundred at once, then one of progress in 50 ms.

    A server may send tens of thousands; what is dropped is progress that newer progress overtakes.
    """

    __slots__ = ("_call", "_last", "_listener", "_logs", "_progressed", "until")

    def __init__(self, call: ToolCall, listener: NoteListener) -> None:
        self._call = call
        self._listener = listener
        self._progressed = 0
        self._logs = 0
        self._last = 0.0
        self.until: float | None = None
        """When the call is given up, in seconds since the epoch, once it was sent."""

    @property
    def execution_id(self) -> str:
        return self._call.execution_id

    def progress(self, done: float, total: float | None, text: str | None) -> None:
        self._progressed += 1
        if self._progressed > _FREE and done != total:
            now = time.monotonic()
            if now - self._last < _INTERVAL_S:
                return
            self._last = now
        self._emit("progress", text or "", done, total)

    def log(self, text: str) -> None:
        self._logs += 1
        if self._logs <= _MOST_LOGS:
            self._emit("log", text)
        elif self._logs == _MOST_LOGS + 1:
            self._emit("log", f"more than {_MOST_LOGS} messages: the rest is dropped")

    @contextmanager
    def asking(self, question: str) -> Iterator[None]:
        """While somebody is asked."""
        self._emit("asks", f"asks: {question}")
        try:
            yield
        finally:
            self._emit("answered", "asks no longer")

    def _emit(
        self,
        kind: Literal["progress", "log", "asks", "answered"],
        text: str,
        done: float | None = None,
        total: float | None = None,
    ) -> None:
        call = self._call
        self._listener(
            ToolCallNote(call.execution_id, call.seq, kind, cut(text, _LONGEST), done, total)
        )


def log_text(params: Mapping[str, Any]) -> str:
    """A server's log message on one line: ``warning: name: text``; data that is no text as JSON."""
    data = params.get("data")
    try:
        text = data if isinstance(data, str) else dumps(data)
    except ValueError as error:
        text = str(error)
    name, level = params.get("logger"), params.get("level")
    said_by = f"{name}: " if isinstance(name, str) and name else ""
    return f"{level if isinstance(level, str) else 'info'}: {said_by}{text}"
