"""The one door of the command line: whatever is written to stdout or stderr passes here.

``guarded`` puts a stream that cleans in the place of both, so that argparse, logging, libraries and every
``print`` go through it. A stream cannot know which newline is a field's own: outside text that belongs on
one line goes through ``clean_line`` where the line is made.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean, clean_json, clean_line

_GAP = "  "
_MOST_CELL = 72


class CannotWrite(Exception):
    """stdout takes nothing any more (a full disk); the message says why."""


class CleanStream(io.TextIOBase):
    """A text stream that makes what is written safe, and never fails for what its encoding lacks."""

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner
        if isinstance(inner, io.TextIOWrapper):
            inner.reconfigure(errors="backslashreplace")

    def __del__(self) -> None:
        """What it writes to is another's: it is neither flushed nor closed by the end of this."""

    def write(self, text: str) -> int:
        self._put(clean(text))
        return len(text)

    def write_json(self, text: str) -> None:
        """JSON keeps its value: what is unsafe is escaped."""
        self._put(clean_json(text, self.encoding))

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._inner.encoding or "utf-8"

    @property
    def buffer(self) -> Any:
        return self._inner.buffer

    def flush(self) -> None:
        """Raises BrokenPipeError and CannotWrite."""
        try:
            self._inner.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CannotWrite(error.strerror or str(error)) from error

    def isatty(self) -> bool:
        return self._inner.isatty()

    def fileno(self) -> int:
        return self._inner.fileno()

    def writable(self) -> bool:
        return True

    def _put(self, text: str) -> None:
        try:
            self._inner.write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CannotWrite(error.strerror or str(error)) from error


@contextmanager
def guarded() -> Iterator[None]:
    """stdout and stderr are clean streams; all three are there, also where one was closed before we started.
    Raises BrokenPipeError and CannotWrite."""
    before = sys.stdin, sys.stdout, sys.stderr
    with (
        _or_nowhere(sys.stdin, "r") as sys.stdin,
        _or_nowhere(sys.stdout, "w") as out,
        _or_nowhere(sys.stderr, "w") as err,
    ):
        cleaning = CleanStream(out)
        sys.stdout, sys.stderr = cleaning, CleanStream(err)
        try:
            try:
                yield
            finally:
                cleaning.flush()
        except (BrokenPipeError, CannotWrite):
            _forget(out)
            raise
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
            _settle(err)


@contextmanager
def _or_nowhere(stream: TextIO | None, mode: Literal["r", "w"]) -> Iterator[TextIO]:
    """Python has None for what is closed. Opened first, it takes that place: else the next file would, and what
    a library writes to stderr would be written into the history."""
    if stream is not None:
        yield stream
        return
    with Path(os.devnull).open(mode, encoding="utf-8") as nowhere:
        yield nowhere


def log_to_stderr() -> None:
    """Warnings of ours and of libraries: a line each, as safe as the rest."""
    root = logging.getLogger()
    if not root.handlers:
        handler = _StderrHandler(logging.WARNING)
        handler.setFormatter(_LineFormatter("workbench: %(message)s"))
        root.addHandler(handler)


def print_json(value: JsonValue) -> None:
    """Indented for a person, on one line for a program."""
    if sys.stdout.isatty():
        text = json.dumps(value, indent=2, ensure_ascii=False)
    else:
        from workbench.text.jsontext import dumps

        text = dumps(value)
    if isinstance(sys.stdout, CleanStream):
        sys.stdout.write_json(text)
    else:
        sys.stdout.write(clean_json(text))
    sys.stdout.write("\n")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Aligned columns, one line a row; long cells are cut for a person only."""
    most = _MOST_CELL if sys.stdout.isatty() else None
    cells = [list(headers)]
    cells += [[clean_line(_cell(cell), most) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    for row in cells:
        line = _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def hanging(head: str, text: str) -> str:
    """Text of several lines behind a head: no line of it can be taken for one of ours."""
    return head + clean(text).replace("\n", "\n" + " " * len(head))


def note(text: str) -> None:
    """A message on stderr that says who speaks; its further lines are indented."""
    sys.stderr.write("workbench: " + clean(text).replace("\n", "\n  ") + "\n")


class _StderrHandler(logging.Handler):
    """To what stderr is at the time: the terminal UI puts its own stream in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError, CannotWrite):  # nobody reads it any more
            sys.stderr.write(self.format(record) + "\n")


class _LineFormatter(logging.Formatter):
    """A message holds what clients and servers send: it stays on its line; a traceback has its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return clean_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return clean(super().formatException(ei))


def _cell(value: object) -> str:
    """As the configuration file and JSON spell it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _settle(stream: TextIO) -> None:
    """Nothing is left in it: the interpreter would try again at its exit, and make of a terminal that is gone
    an exit code of its own (120)."""
    try:
        stream.flush()
    except OSError:
        _forget(stream)


def _forget(stream: TextIO) -> None:
    """What is left in the stream cannot be written: the interpreter must not try again at its exit."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
