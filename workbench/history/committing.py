"""Transactions: what was recorded goes into the file that the history's path leads to now.

The file is opened anew where it was deleted or replaced. What one value of an event is at fault for costs that
value; what is wrong with the file is raised, and nothing is half done.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.paths import make_private
from workbench.core.records import HistoryError
from workbench.history.database import BUSY_MS, Locked, explained, explaining
from workbench.history.inserting import Inserter
from workbench.history.open_file import LOG_KEPT_BYTES, OpenFile
from workbench.history.pending import Item, Lacking, Weighed
from workbench.history.pruning import Pruner, transaction
from workbench.history.trouble import is_of_the_file

_log = logging.getLogger(__name__)
_CHECKPOINT_EVERY = 256
_CHECKPOINT_CHARACTERS = 16_000_000
_STEP_WRITES = 1_000_000
"""What a step of pruning may add to the database's log, about."""


class Committer:
    """Owns the open file. One at a time uses it; the writer's lock sees to that."""

    def __init__(
        self, path: Path, rows: Inserter, pruner: Pruner, note: Callable[[str, str], None]
    ) -> None:
        """Opens nothing yet. note: is told of an execution that is not wholly recorded, and why."""
        self.file: OpenFile | None = None
        self._path = path
        self._rows = rows
        self._pruner = pruner
        self._note = note
        self._replaced = False
        """Whether the file that has the executions under way is gone."""
        self._commits = 0

    # -- the file --------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the file is open, and the path still leads to it."""
        return self.file is not None and self.file.is_there

    def open(self) -> None:
        """Have the file open that the path leads to now. Raises HistoryError."""
        if self.file is not None:
            if self.file.is_there:
                return
            _log.warning("history: %s was deleted or replaced; a new one is written", self._path)
            self.file.remove_log()
            self.lose()
            self._replaced = True
        with explaining(self._path.parent):
            make_private(self._path.parent)
        file = OpenFile(self._path)
        try:
            # Nothing is written, so no lock is waited for, where no execution is under way.
            writes = (
                transaction(file.connection) if self._rows.any_open else contextlib.nullcontext()
            )
            with explaining(self._path), writes:
                self._rows.move_to(file.connection, replaced=self._replaced)
        except BaseException:
            file.close()
            raise
        self.file, self._replaced = file, False
        self._pruner.prune_soon()

    def lose(self) -> None:
        """Close it; ``open`` opens it again."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def close(self) -> None:
        """For good."""
        if self.file is not None:
            with contextlib.suppress(sqlite3.Error):
                self.file.connection.execute("PRAGMA optimize")
            self.lose()

    # -- writing ---------------------------------------------------------------------------

    def commit(self, items: Iterable[Item], *, wait: bool) -> None:
        """Write in one transaction. Raises what SQLite raises; then ``undo`` is due.

        wait: for another process that writes.
        """
        if self.file is None:
            raise HistoryError(f"{self._path} is not open")
        connection = self.file.connection
        self._rows.begin()
        if not wait:
            connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            if not wait:
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        before = self._rows.written
        for item in items:
            if isinstance(item, Lacking):
                self._rows.lacks(item.execution_id, item.what)
            else:
                self._rows.take(item)
        self._rows.flush()
        connection.execute("COMMIT")
        self._rows.begin()
        self._commits += 1
        self._pruner.wrote(self._rows.written - before)

    def undo(self) -> None:
        """Nothing of a ``commit`` that raised is left."""
        if self.file is not None:
            with contextlib.suppress(sqlite3.Error):
                self.file.connection.execute("ROLLBACK")
        self._rows.restore()

    def write(self, items: deque[Weighed], *, wait: bool) -> None:
        """Write all, and take what is written out of ``items``. Raises what is wrong with the file."""
        try:
            self.commit([item for item, _ in items], wait=wait)
        except Exception as error:
            self.undo()
            if is_of_the_file(error):
                raise
        else:
            items.clear()
        while items:  # one by one, so that only what is at fault is lost
            item, _ = items[0]
            try:
                self.commit([item], wait=True)
            except Exception as error:
                self.undo()
                if is_of_the_file(error):
                    raise
                self._store_without(item, error)
            items.popleft()

    def _store_without(self, item: Item, error: Exception) -> None:
        """Store at least that it was, where its payload cannot be stored."""
        why = f"{type(item).__name__} could not be stored: {error}"
        self._note(item.execution_id, why)
        if isinstance(item, Lacking):
            return
        bare = without_payload(item, str(error))
        try:
            self.commit([Lacking(item.execution_id, why), bare], wait=True)
        except Exception as again:
            self.undo()
            if is_of_the_file(again):
                raise
            # Its id is used already, say: what follows of it has no row to belong to.

    def store_outlines(self, error: HistoryError, items: Iterable[Item]) -> None:
        """On a full disk there is often room for a few words: that an execution began, and how it ended.

        The whole of it goes on waiting.
        """
        for item in items:
            if self.file is None:
                return
            self._rows.begin()
            try:
                with transaction(self.file.connection):
                    if not self._rows.knows(item.execution_id):
                        if isinstance(item, ExecutionStarted):
                            self._rows.take_early(item)
                    elif isinstance(item, ExecutionFinished):
                        self._rows.note_end(item, f"its end is not stored: {error}")
            except (sqlite3.Error, ValueError):
                self._rows.restore()
            else:
                self._rows.begin()

    # -- upkeep ----------------------------------------------------------------------------

    def prune_some(self) -> None:
        """One step of pruning, where one is due."""
        if self.file is None or not self._pruner.due:
            return
        try:
            self._pruner.step(self.file.connection)
        except sqlite3.Error as error:  # not now: it is tried again, and writing says what is wrong
            self._pruner.rest()
            if not isinstance(explained(self._path, error), Locked):
                self.lose()
        self._rows.written += _STEP_WRITES

    @property
    def is_checkpoint_due(self) -> bool:
        """Whether the database's log has grown."""
        return self._commits >= _CHECKPOINT_EVERY or self._rows.written >= _CHECKPOINT_CHARACTERS

    def checkpoint(self, alone: threading.Lock) -> None:
        """Move what was committed into the file proper; a sync, so never in an event loop.

        alone: is held where commits must wait; not held by the caller.
        """
        self._commits = self._rows.written = 0
        if self.file is None:
            return
        with contextlib.suppress(sqlite3.Error):  # a reader is in the way: the next one will do
            self.file.checkpoint("PASSIVE")
            if self.file.log_bytes() > LOG_KEPT_BYTES:
                # Others committed meanwhile, so the log goes on: keep them out for the little that is left.
                with alone:
                    self.file.checkpoint("RESTART")


def without_payload(event: Event, why: str) -> Event:
    """The event with nothing in it that may be what cannot be stored."""
    note = f"«not stored: {why}»"
    match event:
        case ExecutionStarted(request=request):
            return replace(event, request=replace(request, input=note))
        case ToolCallStarted(call=call):
            return replace(event, call=replace(call, args=note))
        case ToolCallFinished(call=call, outcome=outcome):
            error = None
            if outcome.error is not None:
                error = replace(outcome.error, message=note, details=None)
            bare = replace(outcome, result=note, content=None, error=error, warnings=())
            return replace(event, call=replace(call, args=note), outcome=bare)
        case ExecutionFinished(execution=execution):
            error_of = execution.error
            if error_of is not None:
                error_of = replace(error_of, message=note, stack=None, details=None)
            bare_end = replace(execution, value=note, error=error_of, warnings=())
            return replace(event, execution=bare_end)
        case ConsoleLine(line=line):
            return replace(event, line=replace(line, text=note))
        case HostReading():
            return replace(event, data=[] if event.kind != "catalogue" else {"ok": False})
        case _:
            return event
