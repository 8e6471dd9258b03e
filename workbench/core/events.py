"""What happens in an execution, as events in the order in which it gives them. Frozen, as the model is."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, TypeAlias

from workbench.core.model import (
    Execution,
    ExecutionRequest,
    JsonValue,
    Limits,
    LogLine,
    Outcome,
    ToolCall,
)
from workbench.util.dataclass import dataclass

_MOST_DIGITS = 1e15


@dataclass(frozen=True, slots=True)
class ExecutionStarted:
    """Accepted. It may still wait for a worker: see ``ExecutionQueued`` and ``ExecutionRunning``."""

    execution_id: str
    request: ExecutionRequest
    limits: Limits
    engine: str
    """Engine and prelude version, e.g. ``quickjs-ng 0.17.0.2 / prelude 1``."""
    catalogue_hash: str | None
    seed: tuple[int, int, int, int]
    """Of ``Math.random``; four 32-bit integers."""
    started_at: float


@dataclass(frozen=True, slots=True)
class ExecutionQueued:
    """It waits for a worker. Not told of one that gets its worker at once."""

    execution_id: str


@dataclass(frozen=True, slots=True)
class ExecutionRunning:
    """A worker took the execution: it no longer waits."""

    execution_id: str
    queued_ms: float


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A script issued a call."""

    execution_id: str
    call: ToolCall
    size: int | None = field(default=None, compare=False, repr=False)
    """Bytes of its arguments as JSON, about, where they are known."""


@dataclass(frozen=True, slots=True)
class ToolCallNote:
    """What came while a call ran: progress, a log message; that it ``asks`` a person something, and
    then that this is over (``answered``)."""

    execution_id: str
    seq: int
    kind: Literal["progress", "log", "asks", "answered"]
    text: str
    progress: float | None = None
    total: float | None = None

    @property
    def far(self) -> str:
        """How far it is: ``3/10``, ``3``, or nothing."""
        if self.progress is None:
            return ""
        return _number(self.progress) + ("" if self.total is None else f"/{_number(self.total)}")

    @property
    def words(self) -> str:
        """``3/10 reading``: many servers send no text, but how far they are."""
        return f"{self.far} {self.text}".strip()


def _number(value: float) -> str:
    """A whole one with all its digits: servers count bytes, too."""
    return f"{value:.0f}" if value == value // 1 and abs(value) < _MOST_DIGITS else f"{value:g}"


@dataclass(frozen=True, slots=True)
class ToolCallFinished:
    """A call has its outcome."""

    execution_id: str
    call: ToolCall
    outcome: Outcome
    duration_ms: float
    settled: int
    """From 1, in the order in which outcomes were handed to the script; 0: it never was (the
    script ended first)."""
    size: int | None = field(default=None, compare=False, repr=False)
    """Bytes of the outcome as JSON, where it was written already."""


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """A script wrote a line."""

    execution_id: str
    line: LogLine


@dataclass(frozen=True, slots=True)
class ConsoleCut:
    """The console is full: so many lines, or more, were not kept so far. Told again when it is a tenth more."""

    execution_id: str
    dropped: int


@dataclass(frozen=True, slots=True)
class HostReading:
    """Something that differs between runs and that a replay must give again.

    kind ``clock``: ``data`` is ``[[ms, times], …]``, clock readings run-length encoded, in order;
    kind ``order``: ``data`` is a list of operation numbers in the order in which their results were
    handed to the script (asynchronous calls and sleeps share one count from 1; a blocking call
    is 0 and is not listed);
    kind ``catalogue``: ``data`` is the answer to the next catalogue query, ``{"ok": …}`` envelope.
    """

    execution_id: str
    kind: Literal["clock", "order", "catalogue"]
    data: JsonValue


@dataclass(frozen=True, slots=True)
class ExecutionFinished:
    """The last event of an execution: how it ended."""

    execution_id: str
    execution: Execution
    finished_at: float
    catalogue_hash: str | None = None
    """As of the end: servers that connect on demand are known only then."""
    definition_tokens: int | None = None
    """About how many tokens the definitions of the tools on offer are; None: nothing was live."""
    size: int | None = field(default=None, compare=False, repr=False)
    """Bytes of its value as JSON, where it was written already."""


Event: TypeAlias = (
    ExecutionStarted
    | ExecutionQueued
    | ExecutionRunning
    | ToolCallStarted
    | ToolCallNote
    | ToolCallFinished
    | ConsoleLine
    | ConsoleCut
    | HostReading
    | ExecutionFinished
)
