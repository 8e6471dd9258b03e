"""What is read back from a history, whatever keeps it: rows of a list, calls, whole executions.

As JSON they are what ``workbench history`` prints. Frozen, and nothing of a database: an adapter makes these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypedDict

from workbench.core.model import CallKind, JsonValue, Readings, least
from workbench.core.record_errors import CorruptRecord as CorruptRecord
from workbench.core.record_errors import HistoryError as HistoryError
from workbench.core.record_errors import NotNamed as NotNamed
from workbench.core.record_errors import UnknownExecution as UnknownExecution
from workbench.core.waits import state_of, waits_in_words, waits_to_json
from workbench.text.jsontext import dumps, loads
from workbench.text.sanitize import clean_line
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.core.savings import Tokens

Order: TypeAlias = Literal["newest", "longest", "calls"]
"""What a list of executions begins with."""

LAST_CALLS = 200
"""The calls that statistics are of, unless another number is asked for."""
MOST_NAME = 60
"""Characters of the name of an execution."""
_LIKE_AN_ID = re.compile(r"[0-9a-f-]+", re.ASCII)


def name_problem(name: str) -> str | None:
    """Why an execution cannot have this name, or None. A name is taken wherever an id is, so it must not read
    like the beginning of one."""
    if not name or name != name.strip():
        return "a name has at least one character, and no space at its ends"
    if len(name) > MOST_NAME:
        return f"a name has at most {MOST_NAME} characters, not {len(name)}"
    if clean_line(name) != name:
        return "a name is one line of characters that can be seen"
    if _LIKE_AN_ID.fullmatch(name):
        return f"{name} reads like the beginning of an id: a name has a letter past f, or a capital one"
    return None


class Wanted(TypedDict, total=False):
    """Which executions are asked for; what is left out, or None, asks for nothing."""

    status: str | None
    """As it is shown: ``interrupted`` also where its process is gone."""
    source: str | None
    client: str | None
    """The whole name of the client that was served."""
    tool: str | None
    """``tool`` or ``server.tool``: those that called it. ``*`` and ``?`` are those of file names."""
    script: str | None
    """The script's whole name."""
    script_like: str | None
    """A name with ``*`` and ``?``."""
    inline: bool | None
    """Those of no script that has a name, or only the others."""
    pinned: bool | None
    texts: Sequence[str]
    """Each is somewhere in it: in the script's name, code, client, id, name, input, value, error, console, or
    in arguments, result or error of a call. Letters of ASCII in either case; none has a special meaning."""
    since: float | None
    """When it began, in seconds since the epoch."""
    until: float | None
    over_ms: float | None
    """How long it took."""
    under_ms: float | None


def iso(at: float | None) -> str | None:
    """Seconds since the epoch as ISO 8601 UTC with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(value: float | None) -> float | None:
    """A span as every face tells it: to the microsecond."""
    return None if value is None else round(value, 3)


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
    name: str | None = None
    """The one that a user gave it."""
    pinned: bool = False
    """It is kept, however old or large."""
    error_message: str | None = None
    """The beginning of it."""
    queued_ms: float | None = None
    """How long it waited for a worker; None where that is not known, and while it waits."""
    waits_behind: int | None = None
    """It waits for a worker, and so many of its process before it; None: it does not wait."""
    asks: bool = False
    """A server asked a person something for it, and waits for the answer."""

    @property
    def state(self) -> str:
        """Its status for people: ``queued`` or ``asking`` while it waits."""
        return state_of(self.status, self.waits_behind, self.asks)

    @property
    def label(self) -> str:
        """What it is called where there is little room: its name, else the beginning of its id."""
        return self.name or self.execution_id[:8]

    def to_json(self) -> dict[str, JsonValue]:
        """The row of ``history list --json``."""
        return {
            **_summary(self),
            **waits_to_json(self.waits_behind, self.asks),
            **marks_to_json(self.name, self.pinned),
        }


def _summary(run: ExecutionRow | Recording) -> dict[str, JsonValue]:
    """What a list and a page say of an execution first."""
    return {
        "execution_id": run.execution_id,
        "source": run.source,
        "client": run.client,
        "script": run.script,
        "status": run.status,
        "started_at": iso(run.started_at),
        "duration_ms": milliseconds(run.duration_ms),
        "tool_calls": run.tool_calls,
        "error_code": run.error_code,
    }


class Standing(NamedTuple):
    """How an execution stands at this moment."""

    status: str
    """``running`` only while the process that runs it lives."""
    queued_ms: float | None = None
    waits_behind: int | None = None
    asks: bool = False
    """All three as in ``ExecutionRow``."""
    logs_dropped: int = 0

    @property
    def waits(self) -> str:
        """What it waits for, in words; empty: it does not."""
        return waits_in_words(self.waits_behind, self.asks)


def marks_to_json(name: str | None, pinned: bool) -> dict[str, JsonValue]:
    """``name`` and ``pinned``, where there is something to know."""
    shown: dict[str, JsonValue] = {} if name is None else {"name": name}
    return {**shown, "pinned": True} if pinned else shown


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """The executions of one script together."""

    script: str | None
    """None: of no script that has a name."""
    runs: int
    failed: int
    """Ended in another way than well; those that still run have not."""
    median_ms: float | None
    """Of how long those took that ended; None: none has."""
    last: ExecutionRow
    """The newest."""


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
        """A call of ``history show --json``; ``kind`` where it asked for no tool."""
        return {
            "seq": self.seq,
            **({} if self.kind == "tool" else {"kind": self.kind}),
            "server": self.server,
            "tool": self.tool,
            "args": self.args,
            "line": self.line,
            "started_ms": milliseconds(self.started_ms),
            "duration_ms": milliseconds(self.duration_ms),
            "ok": self.ok,
            "result": self.result,
            "content": self.content,
            "error": self.error,
            "settled": self.settled,
        }


@dataclass(frozen=True, slots=True)
class RanScript:
    """What an execution ran and how it failed, without all that it did."""

    code: str
    input_start: str
    """The beginning of its input, as JSON."""
    error: dict[str, JsonValue] | None


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
    worker_run: int | None = field(default=None, compare=False)
    """Which run of its worker it was, where isolation was by client; None: it had a process of its own. In no
    file: nothing that it did depends on it."""
    foreign: bool = field(default=False, compare=False)
    """It came in a file: whoever made it does not decide what this machine may be put to."""
    name: str | None = field(default=None, compare=False)
    """The one that a user gave it, and whether it is kept: of this history, in no file."""
    pinned: bool = field(default=False, compare=False)
    waits_behind: int | None = field(default=None, compare=False)
    asks: bool = field(default=False, compare=False)
    """Both as in ``ExecutionRow``."""

    @property
    def label(self) -> str:
        """What it is called where there is little room: its name, else the beginning of its id."""
        return self.name or self.execution_id[:8]

    @property
    def least(self) -> str:
        """What stands before ``logs_dropped``: ``at least `` or nothing."""
        return least(self.status, self.error_code)

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
        calls = (
            (call.server, call.result_text or call.error_text)
            for call in self.calls
            if call.dispatched
        )
        return Tokens(
            answer_tokens(parts, lines, self.answer_limit),
            sum(tokens for *_, tokens in result_tokens(calls)),
            self.definition_tokens,
        )

    def _isolation(self) -> dict[str, JsonValue]:
        """Where it had no process of its own."""
        if self.worker_run is None:
            return {}
        return {"isolation": "client", "worker_run": self.worker_run}

    def to_json(self) -> dict[str, JsonValue]:
        """What ``history show --json`` prints."""
        shown: dict[str, JsonValue] = {
            **_summary(self),
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
            **waits_to_json(self.waits_behind, self.asks),
            **self._isolation(),
            **marks_to_json(self.name, self.pinned),
        }
        warnings = list(self.warnings)
        if self.missing is not None:
            warnings.append(f"this record is not whole: {self.missing}")
        if warnings:  # as in the result: there when there is something to know
            shown["warnings"] = warnings
        return shown


class FinishedCall(NamedTuple):
    """What statistics need of a call."""

    duration_ms: float | None
    ok: bool
    started_at: float
    """When its execution began."""
    error: str | None
    """JSON text."""


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
    def of(cls, calls: Sequence[FinishedCall]) -> ToolStatistics | None:
        """Of calls, newest first; None: there are none."""
        if not calls:
            return None
        durations = sorted(call.duration_ms or 0.0 for call in calls)
        errors = [call.error for call in calls if call.error is not None]
        return cls(
            len(calls),
            sum(not call.ok for call in calls),
            percentile(durations, 50),
            percentile(durations, 95),
            calls[0].started_at,
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
