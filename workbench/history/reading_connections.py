"""Read-only connections to the history file: one lent to each question, one kept by who polls."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.core.records import HistoryError
from workbench.history.database import (
    TROUBLE,
    Identity,
    NoHistory,
    explained,
    identity,
    open_for_reading,
)

_IDLE = 2
"""Connections that are kept for the next question; a busy moment opens more and closes them again."""


class Connections:
    """Read-only connections to one file, each lent to one question at a time."""

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._file: Identity | None = None

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection | None]:
        """None where there is no history yet. Raises HistoryError, also for SQLite's errors within."""
        try:
            file, connection = self._take()
        except NoHistory:
            file = connection = None
        sound = False
        try:
            yield connection
            sound = True
        except HistoryError:
            sound = True  # the answer, not the file
            raise
        except TROUBLE as error:
            raise explained(self._path(), error) from error
        finally:
            if connection is not None:
                self._give_back(file, connection if sound else None)
                if not sound:
                    connection.close()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> tuple[Identity | None, sqlite3.Connection]:
        file = identity(self._path())
        stale: list[sqlite3.Connection] = []
        connection = None
        with self._lock:
            if file != self._file:
                stale, self._idle, self._file = self._idle, [], file
            elif self._idle:
                connection = self._idle.pop()
        for other in stale:
            other.close()
        return file, connection if connection is not None else open_for_reading(self._path())

    def _give_back(self, file: Identity | None, connection: sqlite3.Connection | None) -> None:
        with self._lock:
            if connection is not None and file == self._file and len(self._idle) < _IDLE:
                self._idle.append(connection)
                return
        if connection is not None:
            connection.close()


class SqliteWatch:
    """Tells who polls whether there is news (``ports.HistoryWatch``): some microseconds a question."""

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: Identity | None = None
        self._version: int | None = None
        self.generation = 0
        """Other when the file was deleted or replaced: what was read from it before means nothing now."""

    def changed(self) -> bool:
        """Whether anything was written since the last question; yes at the first. Raises HistoryError."""
        with self._lock:
            file = identity(self._path())
            if file != self._file or self._connection is None:
                self._close()
                self.generation += file != self._file
                is_news = file != self._file or file is not None
                self._file = file
                if not is_news:
                    return False
                try:
                    self._connection = open_for_reading(self._path())
                except NoHistory:
                    return self._version_is(None)
            try:
                row = self._connection.execute("PRAGMA data_version").fetchone()
            except TROUBLE as error:
                self._close()
                raise explained(self._path(), error) from error
            return self._version_is(int(row[0]))

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._version = None

    def _version_is(self, version: int | None) -> bool:
        before, self._version = self._version, version
        return version != before
