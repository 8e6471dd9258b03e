"""main.log: one line an execution, for people with grep."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from workbench.text.sanitize import clean_line

_SHOWN_CODE = 500
_ROTATE_BYTES = 16 << 20


def log_line(
    finished_at: float,
    execution_id: str,
    status: str,
    duration_ms: float,
    tools_called: tuple[str, ...],
    code: str,
) -> str:
    """When it ended, UTC, and the line as the contract, section 5, gives it."""
    shown = clean_line(code[:_SHOWN_CODE].replace("\n", "\\n"))
    tools = ",".join(clean_line(tool) for tool in tools_called)
    ended = datetime.fromtimestamp(finished_at, UTC).isoformat(timespec="milliseconds")
    return (
        f"{ended.replace('+00:00', 'Z')} [code_execution] execution_id={execution_id} status={status} "
        f"duration={duration_ms:.3f} tools_called=[{tools}] code={shown}"
    )


class LogFile:
    """Appends lines; past 16 MB the file becomes ``main.log.1``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, lines: list[str]) -> None:
        """Raises OSError."""
        with contextlib.suppress(FileNotFoundError):  # none yet, or another process was quicker
            if self._path.stat().st_size > _ROTATE_BYTES:
                self._path.replace(self._path.with_suffix(".log.1"))
        descriptor = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
