"""The writer: turns events into commits, at once where someone waits, else gathered in a thread.

It never fails an execution, and it loses nothing that it can keep: what cannot be written now (the file is
locked, the disk is full, the file is damaged or of another program) waits and is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.model import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.paths import make_private
from workbench.core.records import HistoryError
from workbench.history.event_size import LIGHT, weight_of
from workbench.history.inserting import Inserter
from workbench.history.logfile import LogFile
from workbench.history.opening import (
    BUSY_MS,
    TROUBLE,
    Locked,
    NoRoom,
    explained,
    explaining,
    identity,
    open_for_writing,
)
from workbench.history.pending import Item, Lacking, Pending, Weighed
from workbench.history.pruning import Pruner, transaction
from workbench.text.redact import Redactor

_log = logging.getLogger(__name__)
_BATCH = 2_000
_PROBE = 50
"""Of what waits while the file cannot be written: all of it would be prepared at each attempt in vain."""
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
_LOG_KEPT_BYTES = 8 << 20
"""What the database's log may keep of the disk between checkpoints."""
_STEP_PAUSE_S = 0.005
"""Between two steps of pruning: other processes get their turn."""
_CHECKPOINT_BUSY_MS = 100
_STEP_WRITES = 1_000_000
"""What a step of pruning may add to the database's log, about."""
_IDLE_S = 600.0
_LOOK_S = 2.0
"""How often a file that could not be used is looked at though nothing waits for it."""

PATIENCE_S = 5.0
"""How long a result waits for a file that is locked. Past it, it is delivered, and says so."""
CLOSE_S = 60.0
"""How long a process that wants to end waits for a file that is locked."""
_ROOM_S = 1.0
_FIRST_PAUSE_S = 0.025
_LONGEST_PAUSE_S = 1.0
"""Between two attempts."""
_MOST_NOTES = 2_000
_SHOWN_IDS = 10
MOST_WAITING = 32_000_000
"""Characters kept in memory while the file cannot be written."""
MOST_QUEUED = 256_000_000
"""Characters kept in memory while it is written, but more slowly than events come."""


class Writer:
    """Owns the writing connections. Everything is kept in order and written once."""

    def __init__(self, path: Path, *, redactor: Redactor, log: LogFile, pruner: Pruner) -> None:
        """Opens the file at once where that can be done; ``problem`` says what is in the way."""
        self.problem: str | None = None
        """Why events are not written now, or None."""
        self.under_way: set[str] = set()
        """Executions that were started here and have not ended."""
        self._path = path
        self._log = log
        self._pruner = pruner
        self._rows = Inserter(redactor, log.masked)
        self._pending = Pending()
        self._dropping: set[str] = set()
        """Executions under way of which nothing more is kept but their end."""
        self._notes: dict[str, str] = {}
        """What a result has to say of its record, until it asks."""
        self._file: _File | None = None
        self._replaced = False
        """Whether the file that has the executions under way is gone."""
        self._trouble: _Trouble | None = None
        self._awaited = False
        """Whether the thread was told of what is pending, or will be."""
        self._news = threading.Event()
        self._writing = threading.Lock()
        """Held from taking events until they are committed or put back."""
        self._commits = 0
        self._spared_until = 0.0
        self._log_problem = False
        self._closing: float | None = None
        """Since when, by the monotonic clock."""
        try:
            self._open()
        except HistoryError as error:
            self._in_trouble(error)
        self._thread = threading.Thread(target=self._run, name="history writer", daemon=True)
        self._thread.start()

    def configure(self, redactor: Redactor) -> None:
        """Mask with another redactor whatever is not written yet."""
        self._rows.redactor = redactor

    def prune(self, max_age_days: int, max_size_mb: int) -> None:
        """Bring the file within other limits, in the background."""
        self._pruner.limit(max_age_days, max_size_mb)
        self._news.set()

    @property
    def is_idle(self) -> bool:
        """Whether everything put so far is written, and nobody waits."""
        return self._pending.is_done(self._pending.ticket())

    def put(self, event: Event) -> None:
        """Take an event; it is written within ``_GATHER_S``. Never blocks, never raises."""
        self._log.saw(event)
        if isinstance(event, ExecutionStarted):
            self.under_way.add(event.execution_id)
        elif isinstance(event, ExecutionFinished):
            self.under_way.discard(event.execution_id)
        elif isinstance(event, ExecutionRunning):
            return
        if event.execution_id in self._dropping:
            self._put_end(event, self._notes.get(event.execution_id, ""))
        else:
            weight = weight_of(event)
            if self._pending.weight + weight > self._most:
                self._drop(event)
            else:
                self._pending.put(event, weight)
        if not self._awaited:  # waking the thread for every event would cost more than writing it
            self._awaited = True
            try:
                asyncio.get_running_loop().call_later(_GATHER_S, self._wake)
            except RuntimeError:  # no event loop here
                self._news.set()

    async def committed(self) -> None:
        """Return when everything put so far is in the file, or cannot be written for the time being."""
        if not self._commit_here() and self._thread.is_alive():
            await self._pending.wait(self._news)

    async def kept(self, execution_id: str) -> str | None:
        """``committed``; what the result has to say of its record, None where it is in the file."""
        ticket = self._pending.ticket()
        await self.committed()
        note = self._notes.pop(execution_id, None)
        if note is not None:
            return f"this run is not wholly recorded: {note}"
        if self._pending.is_done(ticket):
            return None
        reason = self.problem or f"{self._path} is not written"
        return (
            f"this run is not recorded: {reason}. It is kept in memory and written when that is over, as "
            "long as this process runs"
        )

    def close(self) -> None:
        """Write what is queued, end the thread. What cannot be written is waited for, or said."""
        self._closing = time.monotonic()
        if self._trouble is not None and isinstance(self._trouble.error, Locked):
            _log.warning("waiting up to %d s to record what ran: %s", CLOSE_S, self._trouble.error)
        self._news.set()
        self._thread.join()

    def give_up(self) -> None:
        """Who closes does not wait any longer for a file that cannot be written."""
        self._closing = time.monotonic() - CLOSE_S
        self._news.set()

    @property
    def _most(self) -> int:
        return MOST_QUEUED if self._trouble is None else MOST_WAITING

    def _drop(self, event: Event) -> None:
        """There is no room for what waits: of this execution nothing more is kept but its end."""
        reason = self.problem or f"{self._path} is written more slowly than events come"
        self._dropping.add(event.execution_id)
        self._note(event.execution_id, reason)
        self._pending.put(Lacking(event.execution_id, reason), 1)
        self._put_end(event, reason)

    def _put_end(self, event: Event, reason: str) -> None:
        if isinstance(event, ExecutionFinished):
            self._dropping.discard(event.execution_id)
            self._pending.put(_without_payload(event, reason), 1)

    def _note(self, execution_id: str, why: str) -> None:
        if len(self._notes) > _MOST_NOTES:
            self._notes.pop(next(iter(self._notes)))
        self._notes[execution_id] = why
        _log.warning("history: the record of %s is not whole: %s", execution_id, why)

    # -- where the events come from ----------------------------------------------------------

    def _wake(self) -> None:
        self._awaited = False
        if len(self._pending) and not self._commit_here():
            self._news.set()

    def _commit_here(self) -> bool:
        """Commit what is pending now if that is quick: few small events, nobody else writes, no trouble."""
        if len(self._pending) > _FEW or self._pending.weight > LIGHT or self._trouble is not None:
            return False
        began = time.monotonic()
        if began < self._spared_until or not self._writing.acquire(blocking=False):
            return False
        try:
            items = self._pending.take(_FEW)
            if items:
                try:
                    if self._file is None or not self._file.is_there:
                        raise HistoryError("to be opened first")
                    self._commit([item for item, _ in items], wait=False)
                except Exception:  # whatever it is, the thread meets it too, and can take its time
                    self._undo()
                    self._pending.put_back(items)
                    return False
                self._pending.done(len(items))
            self._write_log()
            if self._is_checkpoint_due() or self._pruner.due:
                self._news.set()
        finally:
            self._writing.release()
        if time.monotonic() - began > _SLOW_S:
            self._spared_until = began + _SLOW_PAUSE_S
        return not len(self._pending)

    # -- the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._has_ended():
            self._news.wait(self._pause())
            self._news.clear()
            try:
                with self._writing:
                    self._write_some()
                    self._write_log()
                    self._prune_some()
                self._pending.resolve(release=self._trouble is not None and self._trouble.is_known)
                if self._is_checkpoint_due():
                    self._checkpoint()
            except Exception:  # a bug of ours must not end the thread that everybody waits for
                _log.exception("the history's writer")
                self._pending.resolve(release=True)
                self._pruner.rest()
        self._pending.resolve(release=True)
        self._say_what_is_lost()
        if self._file is not None:
            with contextlib.suppress(sqlite3.Error):
                self._file.connection.execute("PRAGMA optimize")
            self._lose_file()

    def _has_ended(self) -> bool:
        """Whether nobody wants anything more, or nothing more can be done for them."""
        if self._closing is None:
            return False
        trouble = self._trouble
        if not len(self._pending):
            return True
        if trouble is None or trouble.last < self._closing:
            return False  # one more attempt
        return time.monotonic() >= self._closing + trouble.worth_waiting_s

    def _pause(self) -> float:
        """How long there is nothing to do, unless there is news."""
        if self._trouble is not None:
            return self._trouble.pause if len(self._pending) else _LOOK_S
        if len(self._pending) or self._closing is not None:
            return 0.0
        return _STEP_PAUSE_S if self._file is not None and self._pruner.due else _IDLE_S

    def _write_some(self) -> None:
        items = deque(self._pending.take(_BATCH if self._trouble is None else _PROBE))
        taken = len(items)
        if not taken and (self._trouble is None or isinstance(self._trouble.error, NoRoom)):
            return
        try:
            self._open()
            self._write(items)
        except Exception as error:
            self._undo()
            if not isinstance(error, (*TROUBLE, HistoryError)):
                _log.exception("the history's writer")
            self._in_trouble(explained(self._path, error), [item for item, _ in items])
        else:
            self._out_of_trouble()
        self._pending.done(taken - len(items))
        self._pending.put_back(items)

    def _write(self, items: deque[Weighed]) -> None:
        """Write all, and take what is written out of ``items``. Raises what is wrong with the file."""
        wait = self._trouble is None or not self._trouble.is_known
        try:
            self._commit([item for item, _ in items], wait=wait)
        except Exception as error:
            self._undo()
            if _is_of_the_file(error):
                raise
        else:
            items.clear()
        while items:  # one by one, so that only what is at fault is lost
            item, _ = items[0]
            try:
                self._commit([item], wait=True)
            except Exception as error:
                self._undo()
                if _is_of_the_file(error):
                    raise
                self._store_without(item, error)
            items.popleft()

    def _store_without(self, item: Item, error: Exception) -> None:
        """Store at least that it was, where its payload cannot be stored."""
        why = f"{type(item).__name__} could not be stored: {error}"
        self._note(item.execution_id, why)
        if isinstance(item, Lacking):
            return
        bare = _without_payload(item, str(error))
        try:
            self._commit([Lacking(item.execution_id, why), bare], wait=True)
        except Exception as again:
            self._undo()
            if _is_of_the_file(again):
                raise
            # Its id is used already, say: what follows of it has no row to belong to.

    def _prune_some(self) -> None:
        if self._file is None or self._closing is not None or not self._pruner.due:
            return
        try:
            self._pruner.step(self._file.connection)
        except sqlite3.Error as error:  # not now: it is tried again, and writing says what is wrong
            self._pruner.rest()
            if not isinstance(explained(self._path, error), Locked):
                self._lose_file()
        self._rows.written += _STEP_WRITES

    def _is_checkpoint_due(self) -> bool:
        return self._commits >= _CHECKPOINT_EVERY or self._rows.written >= _CHECKPOINT_CHARACTERS

    def _checkpoint(self) -> None:
        """Move what was committed into the file proper; a sync, so never in an event loop."""
        self._commits = self._rows.written = 0
        if self._file is None:
            return
        with contextlib.suppress(sqlite3.Error):  # a reader is in the way: the next one will do
            self._file.checkpoint("PASSIVE")
            if self._file.log_bytes() > _LOG_KEPT_BYTES:
                # Others committed meanwhile, so the log goes on: keep them out for the little that is left.
                with self._writing:
                    self._file.checkpoint("RESTART")

    def _open(self) -> None:
        """Have the file open that the path leads to now. Raises HistoryError."""
        if self._file is not None:
            if self._file.is_there:
                return
            _log.warning("history: %s was deleted or replaced; a new one is written", self._path)
            self._file.remove_log()
            self._lose_file()
            self._replaced = True
        with explaining(self._path.parent):
            make_private(self._path.parent)
        file = _File(self._path)
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
        self._file, self._replaced = file, False
        self._pruner.look()

    def _lose_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    # -- trouble -----------------------------------------------------------------------------

    def _in_trouble(self, error: HistoryError, items: Sequence[Item] = ()) -> None:
        """Nothing can be written for the time being; ``items`` are the next to be."""
        trouble = self._trouble = _Trouble.after(self._trouble, error)
        if isinstance(error, NoRoom):
            self._store_outlines(error, items)
        elif not isinstance(error, Locked):
            self._lose_file()
        if trouble.is_known and self.problem != str(error):
            self.problem = str(error)
            _log.warning("the history is not written: %s", error)

    def _out_of_trouble(self) -> None:
        if self.problem is not None:
            _log.warning("the history is written again: %s", self._path)
        self._trouble = self.problem = None

    def _store_outlines(self, error: HistoryError, items: Sequence[Item]) -> None:
        """On a full disk there is often room for a few words: that an execution began, and how it ended.

        The whole of it goes on waiting.
        """
        for item in (*items, *self._pending.rest()):
            if self._file is None:
                return
            self._rows.begin()
            try:
                with transaction(self._file.connection):
                    if not self._rows.knows(item.execution_id):
                        if isinstance(item, ExecutionStarted):
                            self._rows.take_early(item)
                    elif isinstance(item, ExecutionFinished):
                        self._rows.note_end(item, f"its end is not stored: {error}")
            except (sqlite3.Error, ValueError):
                self._rows.restore()
            else:
                self._rows.begin()

    def _say_what_is_lost(self) -> None:
        ids = dict.fromkeys(item.execution_id for item in self._pending.rest())
        if ids:
            shown = ", ".join(list(ids)[:_SHOWN_IDS]) + (", …" if len(ids) > _SHOWN_IDS else "")
            _log.warning("history: %d of what ran is not (wholly) recorded: %s", len(ids), shown)

    # -- both, holding the lock ----------------------------------------------------------------

    def _commit(self, items: Sequence[Item], *, wait: bool) -> None:
        """Write in one transaction. Raises what SQLite raises; then ``_undo`` is due."""
        assert self._file is not None
        connection = self._file.connection
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

    def _undo(self) -> None:
        if self._file is not None:
            with contextlib.suppress(sqlite3.Error):
                self._file.connection.execute("ROLLBACK")
        self._rows.restore()

    def _write_log(self) -> None:
        try:
            self._log.write(lambda code: self._rows.redactor.text(code)[0])
        except OSError as error:
            if not self._log_problem:
                _log.warning("main.log is not written: %s", error)
            self._log_problem = True
        else:
            self._log_problem = False


class _File:
    """The open file: a connection to write, one for checkpoints, and which file it was."""

    def __init__(self, path: Path) -> None:
        """Raises HistoryError."""
        self._path = path
        self._name = os.fspath(path)
        self._log = path.with_name(f"{path.name}-wal")
        self.connection = open_for_writing(path)
        try:
            # A connection of its own: a checkpoint syncs, and commits go on meanwhile.
            self.checkpointer = open_for_writing(path)
            with explaining(path):
                self.connection.execute(f"PRAGMA journal_size_limit = {_LOG_KEPT_BYTES}")
                self.checkpointer.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_BUSY_MS}")
        except BaseException:
            self.connection.close()
            raise
        self.identity = identity(path)
        self._log_identity = identity(self._log)

    @property
    def is_there(self) -> bool:
        """Whether the path still leads to it."""
        return identity(self._name) == self.identity

    def checkpoint(self, mode: str) -> None:
        """Raises sqlite3.Error."""
        self.checkpointer.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    def log_bytes(self) -> int:
        """What the database's log takes of the disk."""
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def remove_log(self) -> None:
        """The database's log and index belong to the file that went: they would damage the new one."""
        if self._log_identity is not None and identity(self._log) == self._log_identity:
            for name in ("-wal", "-shm"):
                with contextlib.suppress(OSError):
                    self._path.with_name(f"{self._path.name}{name}").unlink()

    def close(self) -> None:
        self.checkpointer.close()
        self.connection.close()


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why nothing can be written; times by the monotonic clock."""

    error: HistoryError
    since: float
    last: float
    tries: int

    @classmethod
    def after(cls, before: _Trouble | None, error: HistoryError) -> _Trouble:
        now = time.monotonic()
        if before is not None and type(before.error) is type(error):
            return cls(error, before.since, now, before.tries + 1)
        return cls(error, now, now, 1)

    @property
    def is_known(self) -> bool:
        """A lock is nothing to speak of before it has lasted."""
        return not isinstance(self.error, Locked) or self.last - self.since >= PATIENCE_S

    @property
    def pause(self) -> float:
        """Before the next attempt."""
        return min(_FIRST_PAUSE_S * (1 << min(self.tries, 20)), _LONGEST_PAUSE_S)

    @property
    def worth_waiting_s(self) -> float:
        """For a process that wants to end."""
        if isinstance(self.error, Locked):
            return CLOSE_S
        return _ROOM_S if isinstance(self.error, NoRoom) else 0.0


def _is_of_the_file(error: Exception) -> bool:
    """Whether it is the file that cannot be written, not the one value."""
    if isinstance(error, HistoryError | OSError | UnicodeDecodeError | sqlite3.OperationalError):
        return True
    return type(error) is sqlite3.DatabaseError  # its subclasses speak of values


def _without_payload(event: Event, why: str) -> Event:
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
