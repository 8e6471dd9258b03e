"""The ports: where a tool's answer comes from, where the record goes, and who is asked about it.

``upstream.Manager`` answers from live servers, ``replay.RecordedTools`` from a recording, a test from
a dict; ``history.Store`` keeps records in a SQLite file. The engine and the faces know only these
protocols. What scripts run in is ``core.worker_ports``. What an adapter of each must do is in tests/core/:
another one has to pass the same tests.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, Unpack

from workbench.core.events import Event, ToolCallNote
from workbench.core.records import (
    LAST_CALLS,
    CallRow,
    ExecutionRow,
    Order,
    PastCall,
    RanScript,
    Recording,
    ScriptRow,
    Standing,
    ToolStatistics,
    Wanted,
)

if TYPE_CHECKING:
    from workbench.catalogue.inference import SeenType
    from workbench.catalogue.tools import Catalogue, ToolInfo
    from workbench.core.model import CatalogueQuery, JsonValue, LogLine, Outcome, ToolCall
    from workbench.core.savings import Saved, Tokens

NoteListener = Callable[[ToolCallNote], None]


class Tools(Protocol):
    """Answers the calls of one execution. One instance may serve many executions at once."""

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        """Answer one call. Never raises for a failed call; cancelling the task cancels the call."""
        ...

    def at_once(self, call: ToolCall) -> Outcome | None:
        """The answer where there is nothing to wait for; ``call`` is not asked then. None: ask it."""
        ...

    def meant(self, call: ToolCall) -> ToolCall:
        """A call by names as a script spells them, with the names of the tool that it means, as far as that
        is known now; the call as it is where they are a tool's, or nobody's."""
        ...

    async def query(self, execution_id: str, query: CatalogueQuery) -> JsonValue:
        """Answer a catalogue query as an envelope ``{"ok": …}``; no upstream call."""
        ...

    def catalogue_hash(self) -> str | None:
        """A hash of the tool definitions in force, or None where none are known yet."""
        ...


class ReplayGuide(Protocol):
    """Decides in a replay where the recorded order of results says nothing (``replay.RecordedTools``)."""

    def is_answering(self) -> bool:
        """Whether the answer to a call that was issued is being looked up."""
        ...

    def may_end_sleep(self) -> bool:
        """The script waits, and no result is due: whether a sleep may end that the order does not know."""
        ...

    def stalled(self) -> None:
        """The script waits for what the recording has no end of."""
        ...


class Upstream(Protocol):
    """The live servers, as policy and faces see them (implemented by ``upstream.Manager``)."""

    def catalogue(self) -> Catalogue:
        """What is known now: an immutable snapshot, cheap to take."""
        ...

    async def settled(self, server: str | None = None) -> None:
        """Wait until a server (or every server) is connected or has failed its first attempt.

        Bounded by the server's connect timeout. Starts connecting where nothing has yet. One server
        that is being connected again is waited for within its call timeout, too; for "every server",
        one whose tools are known from an earlier process is not waited for.
        """
        ...

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        """Send one call, without any policy. Never raises for a failed call."""
        ...


class Recorder(Protocol):
    """Where events go to stay."""

    def record(self, event: Event) -> None:
        """Take an event for writing. Never blocks, never raises."""
        ...

    async def committed(self) -> None:
        """Return when everything recorded so far would survive the end of this process.

        Where that is not possible for the time being, it returns after some seconds.
        """
        ...

    async def kept(self, execution_id: str) -> str | None:
        """``committed`` for one execution: None where its record is kept, else why it is not (yet).

        For the result's warnings. Asked once, when the execution has ended.
        """
        ...


class HistoryReader(Protocol):
    """What was executed. Every question may come from any thread, and waits for no other question.

    Each raises HistoryError where the history cannot be read. A history that is not there yet has no
    executions. What was committed before a question, by any process, is in its answer.
    """

    @property
    def place(self) -> str:
        """Where it is kept, in words for a user: a file's path."""
        ...

    @property
    def problem(self) -> str | None:
        """Why it cannot be used as it should, or None."""
        ...

    def list_executions(
        self,
        *,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
        order: Order = "newest",
        offset: int = 0,
        backwards: bool = False,
        **wanted: Unpack[Wanted],
    ) -> list[ExecutionRow]:
        """The newest executions first, or the longest, or those with most calls.

        before: the ``n`` of the last row of the page before, where the newest come first; for other
        orders, offset: the rows of the pages before. after: only those whose ``n`` is larger.
        backwards: so many from the end, in the same order; offset counts from there.
        """
        ...

    def list_scripts(self, **wanted: Unpack[Wanted]) -> list[ScriptRow]:
        """The executions that are asked for by their scripts; first the one whose newest is the newest."""
        ...

    def rows(self, numbers: Iterable[int]) -> list[ExecutionRow]:
        """The rows of executions by their ``n``, in no order; those that are gone are left out."""
        ...

    def count(self) -> int:
        """How many executions there are."""
        ...

    def newest(self) -> int:
        """The ``n`` of the newest execution, 0 where there is none."""
        ...

    def resolve(self, prefix: str) -> str:
        """The one id that begins with ``prefix``, or the id of the one that has this name. Raises
        UnknownExecution."""
        ...

    def standing(self, execution_id: str) -> Standing:
        """How it stands now. Raises UnknownExecution."""
        ...

    def calls(
        self, execution_id: str, *, after: int = 0, ended_of: Collection[int] = ()
    ) -> list[CallRow]:
        """The calls past number ``after``, and those of ``ended_of`` that have ended, in order.

        Raises UnknownExecution.
        """
        ...

    def console(self, execution_id: str, offset: int = 0) -> list[LogLine]:
        """Console lines of an execution after the first ``offset``. Raises UnknownExecution."""
        ...

    def ran(self, execution_id: str) -> RanScript:
        """What it ran and how it failed, read without its calls. Raises UnknownExecution, CorruptRecord."""
        ...

    def recording(self, prefix: str) -> Recording:
        """Everything of the one execution whose id begins so, or that has this name, as of one moment.

        Raises UnknownExecution, and CorruptRecord for one that is damaged.
        """
        ...

    def tool_statistics(
        self, server: str, tool: str, last: int = LAST_CALLS
    ) -> ToolStatistics | None:
        """How a tool's last calls went, replays left out; None: there are none."""
        ...

    def past_calls(self, server: str, tool: str, last: int = LAST_CALLS) -> list[PastCall]:
        """A tool's last calls that have ended, newest first, replays left out, each with what it was given;
        without those whose arguments are over 100,000 characters of JSON."""
        ...

    def seen_type(self, tool: ToolInfo) -> SeenType | None:
        """What the results of the tool, as it is defined now, were like in the last executions; replays left
        out. None: nothing was seen, or the history cannot be read."""
        ...

    def watch(self) -> HistoryWatch:
        """For who polls: whether there is news."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class HistoryWatch(Protocol):
    """Tells who polls whether there is news, for some microseconds a question."""

    generation: int
    """Other when the history was deleted or replaced: numbers (``n``) read before mean nothing now."""

    def changed(self) -> bool:
        """Whether anything was committed since the last question; yes at the first.

        Raises HistoryError.
        """
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class HistoryKeeper(HistoryReader, Protocol):
    """A history from which executions can be removed, and in which they are marked to stay."""

    def saved(self, since: float, counting: Callable[[int], None]) -> list[Saved]:
        """What every execution that ended, and began after ``since`` (seconds since the epoch), cost and
        saved in tokens; replays left out.

        What was not counted before is counted now and remembered where it can be; of very many, some are
        counted and the others judged by their length. ``counting`` is told how many there are. Raises
        HistoryError where it cannot be read.
        """
        ...

    def tokens_of(self, execution_ids: Sequence[str]) -> dict[str, Tokens]:
        """What these executions cost and saved, as far as they ended: counted now (1 ms each, about) where
        they were not. Raises HistoryError where it cannot be read."""
        ...

    def writing_problem(self) -> str | None:
        """Why nothing could be recorded there now, or None. Changes nothing."""
        ...

    def delete(self, execution_id: str) -> None:
        """Remove one execution. Raises UnknownExecution; HistoryError where it cannot be written."""
        ...

    def pin(self, execution_id: str, pinned: bool = True) -> None:
        """Keep an execution, however old or large, or no longer. Raises UnknownExecution; HistoryError where
        it cannot be written."""
        ...

    def name(self, execution_id: str, name: str | None) -> None:
        """Give an execution a name, which also pins it; None: take it away, and leave the pin.

        Raises NotNamed (``name_problem``; another one has it), UnknownExecution; HistoryError where it
        cannot be written.
        """
        ...

    def prune(self, max_age_days: int | None = None, max_size_mb: int | None = None) -> int:
        """Remove old executions now; how many went. Never one that runs or is pinned, nor the newest.

        None: as configured. Raises HistoryError where it cannot be written.
        """
        ...


class History(HistoryKeeper, Recorder, Protocol):
    """What a runtime has: it keeps records, answers about them, and removes them."""

    def give_up(self) -> None:
        """``close`` does not wait any longer for what is in the way of writing."""
        ...
