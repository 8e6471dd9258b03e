"""The history: one SQLite file that several processes write and read at once."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workbench.core.events import Event, ExecutionStarted
from workbench.core.records import HistoryError
from workbench.history.database import explaining, open_for_writing
from workbench.history.logfile import LogFile
from workbench.history.marks import keep_name, keep_pin
from workbench.history.pruning import Pruner, give_back, take_out, transaction
from workbench.history.queries import SqliteReader
from workbench.history.row_decoding import chunks
from workbench.history.writer import Writer
from workbench.text.redact import Redactor

if TYPE_CHECKING:
    from workbench.core.savings import Saved, Tokens
    from workbench.history import token_counts

T = TypeVar("T")

FILE_NAME = "history.sqlite3"
_LOCKED_S = 5.0
"""How long removing waits for another process that writes."""
_PAGES_AT_ONCE = 2_000
MAX_AGE_DAYS, MAX_SIZE_MB = 90, 1024


class SqliteHistory(SqliteReader):
    """Reads the file, and removes executions from it (``ports.HistoryKeeper``)."""

    def __init__(
        self, path: Path, *, max_age_days: int = MAX_AGE_DAYS, max_size_mb: int = MAX_SIZE_MB
    ) -> None:
        """Opens nothing yet."""
        super().__init__(path)
        self._max_age_days = max_age_days
        self._max_size_mb = max_size_mb

    def writing_problem(self) -> str | None:
        """Why nothing could be recorded there now, or None. Changes nothing."""
        existing = next(
            place for place in (self.path, *self.path.absolute().parents) if place.exists()
        )
        if existing != self.path:
            if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
                return None
            return f"{self.path} cannot be made: {existing} cannot be written to"
        try:
            with self._written() as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except HistoryError as error:
            return str(error)
        return None

    def delete(self, execution_id: str) -> None:
        """Remove one execution. Raises UnknownExecution; HistoryError where it cannot be written."""
        n = self.number_of(execution_id)
        pruner = Pruner(self._max_age_days, self._max_size_mb)
        with self._written() as connection:
            _patiently(lambda: _take_out(connection, n))
            while pruner.due:
                _patiently(lambda: pruner.step(connection))

    def pin(self, execution_id: str, pinned: bool = True) -> None:
        """Keep an execution, however old or large, or no longer. Raises UnknownExecution, HistoryError."""
        self._mark(execution_id, lambda connection, n: keep_pin(connection, n, pinned))

    def name(self, execution_id: str, name: str | None) -> None:
        """Name it, which also pins it; None: without a name. Raises NotNamed and as ``pin``."""
        self._mark(execution_id, lambda connection, n: keep_name(connection, n, name))

    def _mark(self, execution_id: str, change: Callable[[sqlite3.Connection, int], None]) -> None:
        n = self.number_of(execution_id)

        def write(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                change(connection, n)

        with self._written() as connection:
            _patiently(lambda: write(connection))

    def prune(self, max_age_days: int | None = None, max_size_mb: int | None = None) -> int:
        """Remove old executions now; how many went. Raises HistoryError where it cannot be written."""
        pruner = Pruner(
            self._max_age_days if max_age_days is None else max_age_days,
            self._max_size_mb if max_size_mb is None else max_size_mb,
        )
        if not self.path.exists():
            return 0
        gone = 0
        with self._written() as connection:
            while pruner.due:  # in steps, so that no other writer waits long
                gone += _patiently(lambda: pruner.step(connection))
            while connection.execute("PRAGMA freelist_count").fetchone()[0]:
                _patiently(lambda: give_back(connection, _PAGES_AT_ONCE))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone

    def saved(self, since: float, counting: Callable[[int], None]) -> list[Saved]:
        """What executions since then cost and saved in tokens; those that were not counted are counted."""
        from workbench.history import token_counts

        with self._asked() as connection:
            if connection is None:
                return []
            known = token_counts.read_sums(connection, since)
            fresh = token_counts.read_fresh(connection, since)
            if fresh:
                counting(len(fresh))
            counted = token_counts.count(connection, fresh)
        self._remember(counted)
        return [*known, *(each.saved for each in counted)]

    def tokens_of(self, execution_ids: Sequence[str]) -> dict[str, Tokens]:
        """What these executions cost and saved in tokens, as far as they ended."""
        from workbench.history import token_counts

        with self._asked() as connection:
            if connection is None:
                return {}
            rows = token_counts.read_some(connection, execution_ids)
            counted = token_counts.count(connection, [row for row in rows if row.answer is None])
            known = token_counts.read_counted(
                connection, [row for row in rows if row.answer is not None]
            )
        self._remember(counted)
        return {each.row.execution_id: each.tokens for each in (*known, *counted)}

    def _remember(self, counted: list[token_counts.Counted]) -> None:
        """What cannot be written (a full disk, say) is counted again next time."""
        if not counted:
            return
        with suppress(HistoryError), self._written() as connection:
            for some in chunks(counted):
                _patiently(lambda some=some: _remember(connection, some))  # type: ignore[misc]

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with explaining(self.path):
            connection = open_for_writing(self.path)
            try:
                yield connection
            finally:
                connection.close()


class Store(SqliteHistory):
    """Also writes events (``ports.Recorder``), and follows changes of its settings."""

    def __init__(
        self,
        path: Path,
        *,
        redactor: Redactor | None = None,
        max_age_days: int = MAX_AGE_DAYS,
        max_size_mb: int = MAX_SIZE_MB,
        log: Path | None = None,
    ) -> None:
        """Open or make the file; old executions are pruned in the background.

        log: main.log; None: beside the file. A file that cannot be opened does not raise: ``problem``
        says why, what is recorded waits in memory, and the file is tried again.
        """
        super().__init__(path, max_age_days=max_age_days, max_size_mb=max_size_mb)
        self._log = LogFile(log if log is not None else path.parent / "main.log")
        self._redactor = redactor if redactor is not None else Redactor()
        self._writer = self._write_to_path()
        self._leaving: dict[str, Writer] = {}
        """Executions under way that began in a file which is not the configured one any more."""
        self._left: list[Writer] = []

    def configure(
        self,
        path: Path,
        *,
        redactor: Redactor,
        max_age_days: int = MAX_AGE_DAYS,
        max_size_mb: int = MAX_SIZE_MB,
    ) -> None:
        """Take new settings. What runs now goes on into the file in which it began."""
        self._max_age_days, self._max_size_mb = max_age_days, max_size_mb
        self._redactor = redactor
        for writer in (self._writer, *self._left):
            writer.configure(redactor)
        if path == self.path:
            self._writer.prune(max_age_days, max_size_mb)
            return
        left, self.path = self._writer, path
        self._leaving |= dict.fromkeys(left.under_way, left)
        self._left.append(left)
        self._writer = self._write_to_path()

    def _write_to_path(self) -> Writer:
        pruner = Pruner(self._max_age_days, self._max_size_mb)
        return Writer(self.path, redactor=self._redactor, log=self._log, pruner=pruner)

    @property
    def problem(self) -> str | None:
        """Why nothing is recorded for the time being, or None."""
        return self._writer.problem

    def record(self, event: Event) -> None:
        """Take an event for writing. Never blocks, never raises."""
        writer = self._writer
        if self._left:
            writer = self._leaving.get(event.execution_id, writer)
            if isinstance(event, ExecutionStarted):
                self._close_left()
        writer.put(event)

    async def committed(self) -> None:
        """Return when everything recorded so far is in the file (or cannot be written)."""
        for writer in (*self._left, self._writer):
            await writer.committed()

    async def kept(self, execution_id: str) -> str | None:
        """``committed``; what the result has to say of its record, None where it is in the file."""
        return await self._leaving.pop(execution_id, self._writer).kept(execution_id)

    def close(self) -> None:
        """Write what is queued, close the file. Waits for a file that is locked, up to a minute."""
        super().close()  # first: the last connection that closes empties the log, and it must be able to
        for writer in (*self._left, self._writer):
            writer.close()

    def give_up(self) -> None:
        """``close`` does not wait any longer."""
        for writer in (*self._left, self._writer):
            writer.give_up()

    def _close_left(self) -> None:
        """Close the files that were left and in which nothing runs any more."""
        for writer in list(self._left):
            if not writer.under_way and writer.is_idle:
                self._left.remove(writer)
                kept = self._leaving.items()
                self._leaving = {id_: other for id_, other in kept if other is not writer}
                writer.close()


def _patiently(work: Callable[[], T]) -> T:
    """Do it again while another process writes. Raises sqlite3.Error."""
    until = time.monotonic() + _LOCKED_S
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise


def _remember(connection: sqlite3.Connection, counted: Sequence[token_counts.Counted]) -> None:
    from workbench.history import token_counts

    with transaction(connection):
        token_counts.keep(connection, counted)


def _take_out(connection: sqlite3.Connection, n: int) -> None:
    with transaction(connection):
        take_out(connection, [n])
