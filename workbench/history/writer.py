"""The writer: turns events into commits, at once where someone waits, else gathered in a thread.

It never fails an execution, and it loses nothing that it can keep: what cannot be written now (the file is
locked, the disk is full, the file is damaged or of another program) waits and is tried again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from workbench.core.events import (
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
)
from workbench.core.records import HistoryError
from workbench.history.committing import Committer, without_payload
from workbench.history.database import TROUBLE, Locked, NoRoom, explained
from workbench.history.event_size import LIGHT, weight_of
from workbench.history.inserting import Inserter
from workbench.history.logfile import LogFile
from workbench.history.pending import Item, Lacking, Pending
from workbench.history.pruning import Pruner
from workbench.history.trouble import CLOSE_S, Trouble
from workbench.text.redact import Redactor

_log = logging.getLogger(__name__)
_BATCH = 2_000
_PROBE = 50
"""Of what waits while the file cannot be written: all of it would be prepared at each attempt in vain."""
_GATHER_S = 0.04
"""How long events that nobody waits for are gathered into one commit."""
_MUCH = 1 << 18
"""So many bytes are not gathered any longer: masked and written while the script goes on with them, they are in
nobody's way, who would wait for it at the end."""
_FEW = 150
"""So many events are committed where they came from (0.2 ms for 5, 1 ms for 100); handing them to a thread
takes longer, and a thread that writes keeps the event loop waiting for the interpreter."""
_SLOW_S = 0.02
_SLOW_PAUSE_S = 10.0
"""After a commit that slow (a busy disk) the caller's event loop is spared this long."""
_STEP_PAUSE_S = 0.005
"""Between two steps of pruning: other processes get their turn."""
_IDLE_S = 600.0
_LOOK_S = 2.0
"""How often a file that could not be used is looked at though nothing waits for it."""
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
        self._waiting: set[str] = set()
        """Those of them that wait for a worker: of others it is not written that they run."""
        self._path = path
        self._log = log
        self._pruner = pruner
        self._rows = Inserter(redactor, log.masked)
        self._pending = Pending()
        self._dropping: set[str] = set()
        """Executions under way of which nothing more is kept but their end."""
        self._notes: dict[str, str] = {}
        """What a result has to say of its record, until it asks."""
        self._committer = Committer(path, self._rows, pruner, self._note)
        self._trouble: Trouble | None = None
        self._awaited = False
        """Whether the thread was told of what is pending, or will be."""
        self._news = threading.Event()
        self._writing = threading.Lock()
        """Held from taking events until they are committed or put back."""
        self._spared_until = 0.0
        self._log_problem = False
        self._closing: float | None = None
        """Since when, by the monotonic clock."""
        try:
            self._committer.open()
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
            self._waiting.discard(event.execution_id)
        elif isinstance(event, ExecutionQueued):
            self._waiting.add(event.execution_id)
        elif isinstance(event, ExecutionRunning):
            if event.execution_id not in self._waiting:
                return
            self._waiting.discard(event.execution_id)
        if event.execution_id in self._dropping:
            self._put_end(event, self._notes.get(event.execution_id, ""))
        else:
            weight = weight_of(event)
            if self._pending.weight + weight > self._most:
                self._drop(event)
            else:
                self._pending.put(event, weight)
                if self._trouble is None and self._pending.weight > _MUCH:
                    self._news.set()
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
            self._pending.put(without_payload(event, reason), 1)

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
                    if not self._committer.is_open:
                        raise HistoryError("to be opened first")
                    self._committer.commit([item for item, _ in items], wait=False)
                except Exception:  # whatever it is, the thread meets it too, and can take its time
                    self._committer.undo()
                    self._pending.put_back(items)
                    return False
                self._pending.done(len(items))
            self._write_log()
            if self._committer.is_checkpoint_due or self._pruner.due:
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
                    if self._closing is None:
                        self._committer.prune_some()
                self._pending.resolve(release=self._trouble is not None and self._trouble.is_known)
                if self._committer.is_checkpoint_due:
                    self._committer.checkpoint(self._writing)
            except Exception:  # a bug of ours must not end the thread that everybody waits for
                _log.exception("the history's writer")
                self._pending.resolve(release=True)
                self._pruner.rest()
        self._pending.resolve(release=True)
        self._say_what_is_lost()
        self._committer.close()

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
        return _STEP_PAUSE_S if self._committer.file is not None and self._pruner.due else _IDLE_S

    def _write_some(self) -> None:
        items = deque(self._pending.take(_BATCH if self._trouble is None else _PROBE))
        taken = len(items)
        if not taken and (self._trouble is None or isinstance(self._trouble.error, NoRoom)):
            return
        try:
            self._committer.open()
            wait = self._trouble is None or not self._trouble.is_known
            self._committer.write(items, wait=wait)
        except Exception as error:
            self._committer.undo()
            if not isinstance(error, (*TROUBLE, HistoryError)):
                _log.exception("the history's writer")
            self._in_trouble(explained(self._path, error), [item for item, _ in items])
        else:
            self._out_of_trouble()
        self._pending.done(taken - len(items))
        self._pending.put_back(items)

    # -- trouble -----------------------------------------------------------------------------

    def _in_trouble(self, error: HistoryError, items: Sequence[Item] = ()) -> None:
        """Nothing can be written for the time being; ``items`` are the next to be."""
        trouble = self._trouble = Trouble.after(self._trouble, error)
        if isinstance(error, NoRoom):
            self._committer.store_outlines(error, (*items, *self._pending.rest()))
        elif not isinstance(error, Locked):
            self._committer.lose()
        if trouble.is_known and self.problem != str(error):
            self.problem = str(error)
            _log.warning("the history is not written: %s", error)

    def _out_of_trouble(self) -> None:
        if self.problem is not None:
            _log.warning("the history is written again: %s", self._path)
        self._trouble = self.problem = None

    def _say_what_is_lost(self) -> None:
        ids = dict.fromkeys(item.execution_id for item in self._pending.rest())
        if ids:
            shown = ", ".join(list(ids)[:_SHOWN_IDS]) + (", …" if len(ids) > _SHOWN_IDS else "")
            _log.warning("history: %d of what ran is not (wholly) recorded: %s", len(ids), shown)

    # -- the log ---------------------------------------------------------------------------

    def _write_log(self) -> None:
        try:
            self._log.write(lambda code: self._rows.redactor.text(code)[0])
        except OSError as error:
            if not self._log_problem:
                _log.warning("main.log is not written: %s", error)
            self._log_problem = True
        else:
            self._log_problem = False
