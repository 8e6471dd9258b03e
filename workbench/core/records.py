"""What is read back from a history, whatever keeps it: rows of a list, calls, whole executions.

JSON as in the contract, section 5. Frozen, and nothing of a database: an adapter makes these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from workbench.core.model import CallKind, JsonValue, Readings
from workbench.text.jsontext import dumps, loads

if TYPE_CHECKING:
    from workbench.core.savings import Tokens

Order: TypeAlias = Literal["newest", "longest", "calls"]
"""What a list of executions begins with."""

LAST_CALLS = 200
"""The calls that statistics are of, unless another number is asked for."""


class HistoryError(Exception):
    """The history cannot be used; the message says why."""


class UnknownExecution(HistoryError):
    """No execution has this id, or several begin with it."""


class CorruptRecord(HistoryError):
    """There is a record, but it is damaged; the message says where. It is never guessed at."""


def iso(at: float | None) -> str | None:
    """Seconds since the epoch as ISO 8601 UTC with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One execution in a list."""

    n: int
    """Grows with each execution; only this history knows it."""
    execution_id: str
    source: str
    client: str | None
    script: str | None
    status: str
    """``running`` only while the process that runs it lives."""
    started_at: float
    duration_ms: float | None
    tool_calls: int
    error_code: str | None
    original_id: str | None
    code_start: str
    owner: str
    """The process that ran it, as ``history.owner`` names processes."""

    def to_json(self) -> dict[str, JsonValue]:
        """The row of ``history list`` in the contract, section 5."""
        return {
            "execution_id": self.execution_id,
            "source": self.source,
            "client": self.client,
            "script": self.script,
            "status": self.status,
            "started_at": iso(self.started_at),
            "duration_ms": self.duration_ms,
            "tool_calls": self.tool_calls,
            "error_code": self.error_code,
        }


@dataclass(frozen=True, slots=True)
class CallRow:
    """One recorded call. Payloads stay JSON text until they are asked for: there can be many."""

    seq: int
    server: str
    tool: str
    args_text: str
    line: int | None
    column: int | None
    started_ms: float
    duration_ms: float | None
    upstream_ms: float | None
    ok: bool | None
    """None: it was under way when the execution ended, or still is."""
    result_text: str | None
    content_text: str | None
    error_text: str | None
    dispatched: bool
    settled: int | None
    warnings: tuple[str, ...] = ()
    kind: CallKind = "tool"

    @property
    def args(self) -> JsonValue:
        return loads(self.args_text)

    @property
    def result(self) -> JsonValue:
        return None if self.result_text is None else loads(self.result_text)

    @property
    def content(self) -> list[JsonValue] | None:
        return None if self.content_text is None else loads(self.content_text)

    @property
    def error(self) -> dict[str, JsonValue] | None:
        return None if self.error_text is None else loads(self.error_text)

    def to_json(self) -> dict[str, JsonValue]:
        """A call of ``history show`` in the contract, section 5; ``kind`` where it asked for no tool."""
        return {
            "seq": self.seq,
            **({} if self.kind == "tool" else {"kind": self.kind}),
            "server": self.server,
            "tool": self.tool,
            "args": self.args,
            "line": self.line,
            "started_ms": self.started_ms,
            "duration_ms": self.duration_ms,
            "ok": self.ok,
            "result": self.result,
            "content": self.content,
            "error": self.error,
            "settled": self.settled,
        }


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded execution, with everything that a replay needs."""

    execution_id: str
    source: str
    client: str | None
    script: str | None
    original_id: str | None
    code: str
    input: JsonValue
    options: dict[str, JsonValue]
    limits: dict[str, JsonValue]
    engine: str
    catalogue_hash: str | None
    status: str
    started_at: float
    finished_at: float | None
    queued_ms: float | None
    duration_ms: float | None
    tool_calls: int
    value: JsonValue
    error: dict[str, JsonValue] | None
    error_code: str | None
    logs: tuple[dict[str, JsonValue], ...]
    """``{level, text, at_ms}`` each."""
    logs_dropped: int
    masked: bool
    """Something was masked before it was stored: what the script saw is not all here."""
    seed: tuple[int, int, int, int]
    clock: tuple[tuple[int, int], ...]
    order: tuple[int, ...]
    answers: tuple[JsonValue, ...]
    """Envelopes of the catalogue queries, in order."""
    calls: tuple[CallRow, ...]
    warnings: tuple[str, ...] = ()
    """Of the execution's result."""
    missing: str | None = None
    """What of it could not be recorded (a full disk, a file that was deleted), or None: it is whole."""
    answer_limit: int | None = field(default=None, compare=False)
    """Tokens that the answer was held to."""
    definition_tokens: int | None = field(default=None, compare=False)
    """Of the tools on offer. Neither is in a file: they speak of whom the answer went to."""
    foreign: bool = field(default=False, compare=False)
    """It came in a file: whoever made it does not decide what this machine may be put to."""

    @property
    def readings(self) -> Readings:
        return Readings(self.seed, self.clock, self.order)

    @property
    def complete(self) -> bool:
        """It ran to its own end, so a replay can be compared as a whole."""
        return self.status in ("ok", "error") and self.missing is None

    @property
    def tokens(self) -> Tokens:
        """What it cost a model, and what it kept away from it; counted anew at each question."""
        from workbench.core.savings import Tokens, answer_tokens, result_tokens

        value = dumps(self.value) if self.error is None else None
        error = dumps(self.error) if self.error else None
        parts = (value, error, dumps(list(self.warnings)) if self.warnings else None)
        lines = (str(line["text"]) for line in self.logs)
        calls = ((call.server, call.result_text or call.error_text) for call in self.calls)
        return Tokens(
            answer_tokens(parts, lines, self.answer_limit),
            sum(tokens for *_, tokens in result_tokens(calls)),
            self.definition_tokens,
        )

    def to_json(self) -> dict[str, JsonValue]:
        """What ``history show`` prints (contract, section 5)."""
        shown: dict[str, JsonValue] = {
            "execution_id": self.execution_id,
            "source": self.source,
            "client": self.client,
            "script": self.script,
            "status": self.status,
            "started_at": iso(self.started_at),
            "duration_ms": self.duration_ms,
            "tool_calls": self.tool_calls,
            "error_code": self.error_code,
            "code": self.code,
            "input": self.input,
            "options": self.options,
            "limits": self.limits,
            "engine": self.engine,
            "catalogue_hash": self.catalogue_hash,
            "finished_at": iso(self.finished_at),
            "value": self.value,
            "error": self.error,
            "logs": [{"level": line["level"], "text": line["text"]} for line in self.logs],
            "calls": [call.to_json() for call in self.calls],
            "tokens": self.tokens.to_json() if self.status != "running" else None,
        }
        warnings = list(self.warnings)
        if self.missing is not None:
            warnings.append(f"this record is not whole: {self.missing}")
        if warnings:  # as in the result: there when there is something to know
            shown["warnings"] = warnings
        return shown


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of a tool that has ended: what it was given, and how that went."""

    execution_id: str
    source: str
    script: str | None
    at: float
    """When it was made, seconds since the epoch."""
    args: dict[str, JsonValue]
    """As they are on record: secrets are masked."""
    ok: bool
    duration_ms: float | None


@dataclass(frozen=True, slots=True)
class ToolStatistics:
    """Of a tool's last finished calls, replays left out."""

    calls: int
    failed: int
    p50_ms: float
    p95_ms: float
    last_at: float
    """When the execution of the newest began, seconds since the epoch."""
    last_error: str | None
    """JSON text of the newest error among them."""

    @classmethod
    def of(cls, calls: Sequence[tuple[Any, ...]]) -> ToolStatistics | None:
        """From ``(duration_ms, ok, started_at, error)`` of each, newest first; None: there are none."""
        if not calls:
            return None
        durations = sorted(took or 0.0 for took, *_ in calls)
        errors = [error for *_, error in calls if error is not None]
        return cls(
            len(calls),
            sum(not ok for _, ok, *_ in calls),
            percentile(durations, 50),
            percentile(durations, 95),
            calls[0][2],
            errors[0] if errors else None,
        )

    @property
    def error_rate(self) -> float:
        """From 0 to 1."""
        return self.failed / self.calls


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The nearest rank: the least value that ``percent`` of them do not exceed. Not for an empty one."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(1, rank) - 1]
