"""The history: one SQLite file that several processes write and read at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from workbench.core.model import Event
from workbench.core.paths import make_private
from workbench.core.records import HistoryError
from workbench.history.logfile import LogFile
from workbench.history.opening import explaining, open_for_writing
from workbench.history.owner import is_alive
from workbench.history.pruning import delete_executions, prune_step, transaction
from workbench.history.reading import SqliteReader
from workbench.history.writer import Writer
from workbench.text.redact import Redactor

FILE_NAME = "history.sqlite3"


class SqliteHistory(SqliteReader):
    """Reads the file, and removes executions from it (``ports.HistoryKeeper``)."""

    def __init__(self, path: Path, *, max_age_days: int = 90, max_size_mb: int = 1024) -> None:
        super().__init__(path)
        self._max_age_days = max_age_days
        self._max_size_mb = max_size_mb

    def delete(self, execution_id: str) -> None:
        """Remove one execution. Raises UnknownExecution; HistoryError where it cannot be written."""
        n = self.number_of(execution_id)
        with explaining(self.path):
            connection = open_for_writing(self.path)
            try:
                with transaction(connection):
                    delete_executions(connection, [n])
            finally:
                connection.close()

    def prune(self, max_age_days: int | None = None, max_size_mb: int | None = None) -> int:
        """Remove old executions now; how many went. Raises HistoryError where it cannot be written."""
        days = max_age_days if max_age_days is not None else self._max_age_days
        size = max_size_mb if max_size_mb is not None else self._max_size_mb
        before = self.count()
        with explaining(self.path):
            connection = open_for_writing(self.path)
            try:
                more = True
                while more:  # in steps, so that no other writer waits long
                    with transaction(connection):
                        more = prune_step(connection, days, size)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()
        return before - self.count()


class Store(SqliteHistory):
    """Also writes events (``ports.Recorder``)."""

    def __init__(
        self,
        path: Path,
        *,
        redactor: Redactor | None = None,
        max_age_days: int = 90,
        max_size_mb: int = 1024,
        log: Path | None = None,
    ) -> None:
        """Open or make the file; old executions are pruned in the background.

        log: main.log; None: beside the file. A file that cannot be opened does not raise: nothing is
        recorded then, and ``problem`` says why.
        """
        super().__init__(path, max_age_days=max_age_days, max_size_mb=max_size_mb)
        self._problem: str | None = None
        self._writer: Writer | None = None
        try:
            make_private(path.parent)
            writing, checkpointer = open_for_writing(path), open_for_writing(path)
        except (HistoryError, OSError) as error:
            self._problem = str(error)
            return
        self._writer = Writer(
            writing,
            checkpointer,
            redactor=redactor if redactor is not None else Redactor(),
            log=LogFile(log if log is not None else path.parent / "main.log"),
            prune=self._prune,
        )
        self._writer.put(_mark_interrupted)
        self._writer.put(self._prune)

    @property
    def problem(self) -> str | None:
        """Why nothing is recorded, or None."""
        return self._problem or (self._writer.problem if self._writer is not None else None)

    def record(self, event: Event) -> None:
        """Take an event for writing. Never blocks, never raises."""
        if self._writer is not None:
            self._writer.put(event)

    async def committed(self) -> None:
        """Return when everything recorded so far is in the file (or cannot be written)."""
        if self._writer is not None:
            await self._writer.committed()

    def close(self) -> None:
        """Write what is queued, close the file."""
        super().close()  # first: the last connection that closes empties the log, and it must be able to
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _prune(self, connection: sqlite3.Connection) -> None:
        """One step, in the writer's transaction; the next one follows in its turn."""
        writer = self._writer
        if prune_step(connection, self._max_age_days, self._max_size_mb) and writer is not None:
            writer.put(self._prune)


def _mark_interrupted(connection: sqlite3.Connection) -> None:
    """Mark what runs by its record, though its process is gone."""
    owners = connection.execute("SELECT DISTINCT owner FROM executions WHERE status = 'running'")
    for (owner,) in owners.fetchall():
        if not is_alive(owner):
            connection.execute(
                "UPDATE executions SET status = 'interrupted' WHERE status = 'running' AND owner = ?",
                (owner,),
            )
