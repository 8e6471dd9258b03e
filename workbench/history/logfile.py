"""main.log: one line an execution, for people with grep."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from workbench.core.events import Event, ExecutionFinished, ExecutionStarted
from workbench.core.paths import make_private
from workbench.core.records import iso
from workbench.text.sanitize import clean_line

_SHOWN_CODE = 500
_KEPT_CODE = 1000
_ROTATE_BYTES = 16 << 20
_MOST_LINES = 10_000
"""That wait for a file that cannot be written."""


def log_line(
    finished_at: float,
    execution_id: str,
    status: str,
    duration_ms: float,
    tools_called: tuple[str, ...],
    code: str,
) -> str:
    """When it ended, UTC, and the line (docs/files.md)."""
    shown = clean_line(code[:_SHOWN_CODE].replace("\n", "\\n"))
    tools = ",".join(clean_line(tool) for tool in tools_called)
    return (
        f"{iso(finished_at)} [code_execution] execution_id={execution_id} status={status} "
        f"duration={duration_ms:.3f} tools_called=[{tools}] code={shown}"
    )


class LogFile:
    """Appends a line for each execution that ended; past 16 MB the file becomes ``main.log.1``.

    It has its line whether the history could be written or not.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = os.fspath(path)
        self._codes: dict[str, tuple[str, bool]] = {}
        """Of the executions under way: the code, and whether it is masked."""
        self._ended: deque[ExecutionFinished] = deque(maxlen=_MOST_LINES)
        self._writing = threading.Lock()

    def saw(self, event: Event) -> None:
        """Take notice of an event, from any thread."""
        if isinstance(event, ExecutionStarted):
            self._codes[event.execution_id] = (event.request.code, False)
        elif isinstance(event, ExecutionFinished):
            self._ended.append(event)

    def masked(self, execution_id: str, code: str) -> None:
        """The code of an execution as it may be written; that saves masking it again."""
        if execution_id in self._codes:
            self._codes[execution_id] = (code[:_KEPT_CODE], True)

    def write(self, mask: Callable[[str], str]) -> None:
        """Append the lines that wait, unless another thread does. Raises OSError; they go on waiting."""
        if self._ended and self._writing.acquire(blocking=False):
            try:
                self._write(list(self._ended), mask)
            finally:
                self._writing.release()

    def _write(self, ended: list[ExecutionFinished], mask: Callable[[str], str]) -> None:
        lines: list[str] = []
        for event in ended:
            code, is_masked = self._codes.get(event.execution_id, ("", True))
            done = event.execution
            lines.append(
                log_line(
                    event.finished_at,
                    done.execution_id,
                    done.status,
                    done.duration_ms,
                    done.tools_called,
                    code if is_masked else mask(code),
                )
            )
        self._append(lines)
        for event in ended:
            self._ended.popleft()
            self._codes.pop(event.execution_id, None)

    def _append(self, lines: list[str]) -> None:
        with contextlib.suppress(FileNotFoundError):  # none yet, or another process was quicker
            if os.stat(self._name).st_size > _ROTATE_BYTES:
                self._path.replace(self._path.with_suffix(".log.1"))
        text = memoryview("".join(line + "\n" for line in lines).encode())
        descriptor = self._opened()
        try:
            while text:  # all at once, unless the disk is full
                text = text[os.write(descriptor, text) :]
        finally:
            os.close(descriptor)

    def _opened(self) -> int:
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY
        try:
            return os.open(self._name, flags, 0o600)
        except FileNotFoundError:  # the history may be in another folder, which made its own only
            make_private(self._path.parent)
            return os.open(self._name, flags, 0o600)
