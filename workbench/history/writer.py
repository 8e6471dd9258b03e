"""The writer: turns events into commits, at once where someone waits, else gathered in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from workbench.core.model import Event, ExecutionFinished
from workbench.history.event_size import is_light
from workbench.history.inserting import Inserter, Snapshot
from workbench.history.logfile import LogFile
from workbench.history.opening import BUSY_MS
from workbench.text.redact import Redactor

_log = logging.getLogger(__name__)
_BATCH = 2_000
_PRUNE_EVERY = 500
_GATHER_S = 0.01
"""How long events that nobody waits for are gathered into one commit."""
_FEW = 150
"""So many events are committed where they came from (0.2 ms for 5, 1 ms for 100); handing them to a thread
takes longer, and a thread that writes keeps the event loop waiting for the interpreter."""
_SLOW_S = 0.02
_SLOW_PAUSE_S = 10.0
"""After a commit that slow (a busy disk) the caller's event loop is spared this long."""
_CHECKPOINT_EVERY = 256
_CHECKPOINT_CHARACTERS = 16_000_000

Job = Callable[[sqlite3.Connection], None]


class _Mark:
    """Asks to be told when everything before it is committed."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.future: asyncio.Future[None] = loop.create_future()

    def resolve(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


_Item: TypeAlias = "Event | _Mark | Job | None"
"""What the queue holds; None ends the thread."""


class _Busy(Exception):
    """Another process writes at this moment."""


class Writer:
    """Owns the writing connection. Never fails an execution: trouble is kept in ``problem``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        checkpointer: sqlite3.Connection,
        *,
        redactor: Redactor,
        log: LogFile,
        prune: Job,
    ) -> None:
        self.problem: str | None = None
        self._connection = connection
        # A connection of its own: a checkpoint syncs, and commits go on meanwhile.
        self._checkpointer = checkpointer
        self._rows = Inserter(connection, redactor)
        self._log = log
        self._prune = prune
        self._queue: deque[_Item] = deque()
        self._awaited = False
        """Whether the thread was told of what is in the queue, or will be."""
        self._news = threading.Event()
        self._writing = threading.Lock()
        """Held from taking events out of the queue until they are committed."""
        self._late: deque[ExecutionFinished] = deque(maxlen=_BATCH)
        self._commits = 0
        self._spared_until = 0.0
        self._thread = threading.Thread(target=self._run, name="history writer", daemon=True)
        self._thread.start()

    def put(self, item: Event | Job) -> None:
        """Take an event, or a job to run on the connection in its turn; written within ``_GATHER_S``."""
        self._queue.append(item)
        if not self._awaited:  # waking the thread for every event would cost more than writing it
            self._awaited = True
            try:
                asyncio.get_running_loop().call_later(_GATHER_S, self._wake)
            except RuntimeError:  # no event loop here
                self._news.set()

    async def committed(self) -> None:
        """Return when everything put so far is committed."""
        if self._commit_here():
            return
        mark = _Mark(asyncio.get_running_loop())
        self._queue.append(mark)
        self._news.set()
        await mark.future

    def close(self) -> None:
        """Write what is queued, end the thread."""
        self._queue.append(None)
        self._news.set()
        self._thread.join()
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA optimize")
        self._checkpointer.close()
        self._connection.close()

    # -- where the events come from ----------------------------------------------------------

    def _wake(self) -> None:
        self._awaited = False
        if self._queue and not self._commit_here():
            self._news.set()

    def _commit_here(self) -> bool:
        """Commit the queue now if that is quick: few small events, and nobody else writes."""
        queue = self._queue
        if len(queue) > _FEW or not is_light(queue):
            return False
        began = time.monotonic()
        if began < self._spared_until or not self._writing.acquire(blocking=False):
            return False
        try:
            batch = list(queue)
            queue.clear()
            try:
                self._write(batch, patient=False)
            except _Busy:
                queue.extendleft(reversed(batch))
                return False
            if self._is_checkpoint_due():
                self._news.set()
        finally:
            self._writing.release()
        if time.monotonic() - began > _SLOW_S:
            self._spared_until = began + _SLOW_PAUSE_S
        return True

    # -- the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going:
            self._news.wait()
            self._news.clear()
            with self._writing:
                batch: list[_Item] = []
                while self._queue and len(batch) < _BATCH:
                    batch.append(self._queue.popleft())
                going = None not in batch
                if batch:
                    self._write(batch, patient=True)
            for item in batch:
                if isinstance(item, _Mark):
                    item.resolve()
            if self._is_checkpoint_due():
                self._checkpoint()
            if len(batch) == _BATCH:
                self._news.set()

    def _is_checkpoint_due(self) -> bool:
        return self._commits >= _CHECKPOINT_EVERY or self._rows.written >= _CHECKPOINT_CHARACTERS

    def _checkpoint(self) -> None:
        """Move what was committed into the file proper; a sync, so never in an event loop."""
        self._commits = self._rows.written = 0
        with contextlib.suppress(sqlite3.Error):  # a reader is in the way: the next one will do
            self._checkpointer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    # -- both, holding the lock ----------------------------------------------------------------

    def _write(self, batch: list[_Item], *, patient: bool) -> None:
        """Commit a batch. Raises _Busy, with nothing changed, where it is not ``patient``."""
        items: list[Event | Job] = [
            item for item in batch if item is not None and not isinstance(item, _Mark)
        ]
        items += self._late
        before = self._rows.snapshot()
        try:
            self._commit(items, patient=patient)
            self._late.clear()
            self.problem = None
        except sqlite3.OperationalError as error:  # a full disk, a file that went away: run on
            self._undo(before)
            self._lose(f"history is not written: {error}")
            ends = [item for item in items if isinstance(item, ExecutionFinished)]
            self._late.clear()
            self._late.extend(end for end in ends if end.execution_id in before)
        except _Busy:
            raise
        except Exception as error:  # one value that cannot be stored must not cost the others
            self._undo(before)
            self._late.clear()
            self._write_singly(items, error)
        self._write_log()
        if self._rows.finished >= _PRUNE_EVERY:
            self._rows.finished = 0
            self.put(self._prune)

    def _commit(self, items: Sequence[Event | Job], *, patient: bool = True) -> None:
        self._begin(patient)
        for item in items:
            if callable(item):
                item(self._connection)
            else:
                self._rows.take(item)
        self._rows.flush()
        self._connection.execute("COMMIT")
        self._commits += 1

    def _begin(self, patient: bool) -> None:
        if patient:
            self._connection.execute("BEGIN IMMEDIATE")
            return
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise _Busy from error
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def _write_singly(self, items: Sequence[Event | Job], first: Exception) -> None:
        """Write a batch that failed, item by item, so that only what is at fault is lost."""
        self._lose(f"history: something could not be stored: {type(first).__name__}: {first}")
        self._rows.lines.clear()
        for item in items:
            before = self._rows.snapshot()
            try:
                self._commit([item])
            except Exception as error:
                self._undo(before)
                self._lose(f"history: {type(item).__name__} is lost: {error}")
                if isinstance(item, ExecutionFinished) and not isinstance(
                    error, sqlite3.OperationalError
                ):
                    self._commit_without_value(item, error)

    def _commit_without_value(self, event: ExecutionFinished, why: Exception) -> None:
        """Record at least how an execution ended whose value cannot be stored."""
        before = self._rows.snapshot()
        bare = replace(event, execution=replace(event.execution, value=f"«not stored: {why}»"))
        try:
            self._commit([bare])
        except Exception as error:
            self._undo(before)
            self._lose(f"history: the end of {event.execution_id} is lost: {error}")

    def _undo(self, before: Snapshot) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
        self._rows.restore(before)

    def _lose(self, problem: str) -> None:
        self.problem = problem
        _log.warning("%s", problem)

    def _write_log(self) -> None:
        if not self._rows.lines:
            return
        lines, self._rows.lines = self._rows.lines, []
        try:
            self._log.append(lines)
        except OSError as error:
            self._lose(f"main.log is not written: {error}")
