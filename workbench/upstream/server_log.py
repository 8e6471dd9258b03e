"""What a server wrote to stderr and what became of it, in a file of the data folder: ``servers logs``."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config.identity import file_name
from workbench.core.records import iso
from workbench.text.plurals import count
from workbench.text.redact import Redactor
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.config import ServerSettings

_log = logging.getLogger(__name__)
_FOLDER = "server_logs"
_MOST_BYTES = 512 << 10
_MOST_A_SECOND = 300
_WIDTH = 2_000


def log_file(data_dir: Path, settings: ServerSettings) -> Path:
    """The file of a server, whatever its name; the one before it has ``.1`` behind its name."""
    return data_dir / _FOLDER / f"{file_name(settings)}.log"


def read_log(data_dir: Path, settings: ServerSettings) -> str:
    """All that is kept, the oldest first; empty where there is nothing, or it cannot be read."""
    file = log_file(data_dir, settings)
    texts = []
    for one in (file.with_suffix(".log.1"), file):
        try:
            texts.append(one.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return "".join(texts)


class ServerLog:
    """Appends lines; several processes may write to one file. A disk that is full costs the log only.

    Secrets are masked. A flood is cut to some hundred lines a second, and says so.
    """

    def __init__(self, data_dir: Path | None, settings: ServerSettings) -> None:
        self._file = log_file(data_dir, settings) if data_dir is not None else None
        self._redactor = Redactor()
        self._second = 0
        self._written = 0
        self._left_out = 0

    def write_stderr(self, lines: Sequence[str]) -> None:
        """Lines of the server's stderr."""
        self._write([line for line in lines if line.strip()])

    def write_state(self, text: str) -> None:
        """What became of the server, in our words."""
        self._write([f"[workbench] {text}"])

    def _write(self, lines: Sequence[str]) -> None:
        if self._file is None or not lines:
            return
        kept = self._allowed(lines)
        head = f"{iso(time.time())} {os.getpid()} "
        text = "".join(
            f"{head}{clean_line(self._redactor.text(line[:_WIDTH])[0])}\n" for line in kept
        )
        if not text:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                size = os.fstat(handle).st_size
                os.write(handle, text.encode("utf-8", "replace"))
            finally:
                os.close(handle)
            if size > _MOST_BYTES:
                os.replace(self._file, self._file.with_suffix(".log.1"))
        except OSError as error:
            _log.info("cannot write %s: %s", self._file, error)
            self._file = None

    def _allowed(self, lines: Sequence[str]) -> list[str]:
        now = int(time.monotonic())
        kept: list[str] = []
        if now != self._second:
            if self._left_out:
                kept.append(
                    f"[workbench] {count(self._left_out, 'line')} left out: too many at once"
                )
            self._second, self._written, self._left_out = now, 0, 0
        room = max(0, _MOST_A_SECOND - self._written)
        self._written += len(lines[:room])
        self._left_out += len(lines[room:])
        return [*kept, *lines[:room]]
