"""The data that crosses layers: requests, limits, calls, outcomes, executions, and their events.

Everything is frozen and imports nothing of ours, so that every room may speak it.
Times: ``*_ms`` are milliseconds; ``*_at`` are seconds since the epoch (UTC).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from workbench.util.dataclass import dataclass

JsonValue: TypeAlias = Any
"""A value as ``json.loads`` gives it: None, bool, int, float, str, list or dict."""

Isolation: TypeAlias = Literal["run", "client"]
"""Whose scripts may run in one process: those of one client, or each has its own."""
Source: TypeAlias = Literal["tui", "serve", "cli", "replay"]
Status: TypeAlias = Literal[
    "running", "ok", "error", "timeout", "cancelled", "crashed", "interrupted"
]
QueryKind: TypeAlias = Literal[
    "list", "search", "describe", "describe_all", "servers", "resolve", "suggest", "zone"
]
CallKind: TypeAlias = Literal["tool", "resource", "prompt"]
"""What a call asks a server for. A call for no tool has the protocol's method in place of a tool's name."""
Offer: TypeAlias = Literal["resources", "prompts"]
OFFERS: tuple[Offer, ...] = ("resources", "prompts")
"""What a server may say that it has, beside tools."""
METHODS: dict[CallKind, frozenset[str]] = {
    "resource": frozenset({"resources/read", "resources/list"}),
    "prompt": frozenset({"prompts/get", "prompts/list"}),
}
LogLevel: TypeAlias = Literal["log", "info", "warn", "error", "debug"]


class ErrorCode(StrEnum):
    """Every code of an error (docs/code_execution/api-reference.md)."""

    # of one call (envelope codes)
    INVALID_ARGS = "INVALID_ARGS"
    NOT_FOUND = "NOT_FOUND"
    SERVER_NOT_ALLOWED = "SERVER_NOT_ALLOWED"
    SERVER_QUARANTINED = "SERVER_QUARANTINED"
    TOOL_NOT_APPROVED = "TOOL_NOT_APPROVED"
    TOOL_DENIED = "TOOL_DENIED"
    MAX_TOOL_CALLS_EXCEEDED = "MAX_TOOL_CALLS_EXCEEDED"
    UPSTREAM_ERROR = "UPSTREAM_ERROR"
    # of a call or an execution
    TIMEOUT = "TIMEOUT"
    SERIALIZATION_ERROR = "SERIALIZATION_ERROR"
    # of an execution
    SYNTAX_ERROR = "SYNTAX_ERROR"
    RUNTIME_ERROR = "RUNTIME_ERROR"
    MEMORY_LIMIT_EXCEEDED = "MEMORY_LIMIT_EXCEEDED"
    CANCELLED = "CANCELLED"
    SANDBOX_CRASHED = "SANDBOX_CRASHED"
    QUEUE_FULL = "QUEUE_FULL"
    QUEUE_TIMEOUT = "QUEUE_TIMEOUT"
    INVALID_REQUEST = "INVALID_REQUEST"
    DISABLED = "DISABLED"
    # of a replay
    DIVERGED = "DIVERGED"


def known_code(value: object) -> ErrorCode:
    """A code of a record; one of a newer Workbench is shown as the general one."""
    try:
        return ErrorCode(str(value))
    except ValueError:
        return ErrorCode.RUNTIME_ERROR


def status_of(error: ScriptError | None) -> Status:
    """The status of a finished execution, from its error."""
    if error is None:
        return "ok"
    if error.code == ErrorCode.TIMEOUT and not error.from_call:
        return "timeout"
    if error.code == ErrorCode.CANCELLED:
        return "cancelled"
    if error.code == ErrorCode.SANDBOX_CRASHED:
        return "crashed"
    return "error"


LEAST = "at least "


def least(status: str, error_code: str | None) -> str:
    """``LEAST`` before what was counted in a worker that may have been killed, and so had no last word; nothing
    before what is known to the last one."""
    by_itself = status in ("ok", "error") and error_code not in _MAY_BE_KILLED
    return "" if by_itself else LEAST


_MAY_BE_KILLED = (ErrorCode.MEMORY_LIMIT_EXCEEDED, ErrorCode.MAX_TOOL_CALLS_EXCEEDED)


# -- what is asked -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force for one execution."""

    timeout_ms: int = 120_000
    max_tool_calls: int = 0
    """0 means unlimited."""
    max_parallel: int = 8
    memory_mb: int = 64
    max_code_bytes: int = 1 << 20
    max_input_bytes: int = 16 << 20
    max_result_bytes: int = 16 << 20
    allowed_servers: tuple[str, ...] | None = None
    """None: every configured server. Empty: none."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many workers, and how long and wide the queue for them is."""

    size: int = 10
    queue_size: int = 1000
    queue_timeout_ms: int = 60_000
    isolation: Isolation = "run"
    """``client``: a worker may run some scripts of one client, one after the other (SECURITY.md)."""


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """What a request itself sets; None: not given, the configuration decides."""

    timeout_ms: int | None = None
    max_tool_calls: int | None = None
    max_parallel: int | None = None
    allowed_servers: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Only the options that were given, as JSON (for the record)."""
        out: dict[str, JsonValue] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if value is not None:
                out[f.name] = list(value) if isinstance(value, tuple) else value
        return out


@dataclass(frozen=True, slots=True)
class ExecutionRequest:
    """One script to run."""

    code: str
    input: JsonValue = field(default_factory=dict)
    options: ExecutionOptions = ExecutionOptions()
    source: Source = "cli"
    client: str | None = None
    """Who asked, for a served execution: the MCP client's name."""
    script: str | None = None
    """The script's name (file name without folder), where it has one."""
    execution_id: str | None = None
    """Chosen by the caller, or None: the engine makes a UUID."""
    original_id: str | None = None
    """The execution that this one replays."""
    answer_limit: int | None = None
    """Tokens that the answer is held to, of a served execution; None: it is told whole."""
    session: str = ""
    """What the requests of a served client have in common while it stays; "": nothing tells it from others."""


# -- tool calls ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call as the script issued it."""

    execution_id: str
    seq: int
    """From 1, in the order in which the script issued its calls."""
    server: str
    tool: str
    args: JsonValue
    """An object; anything else only where the call was refused for it."""
    line: int | None = None
    column: int | None = None
    """Where in the user's own text the call was made, both from 1."""
    started_ms: float = 0.0
    """Since the execution began to run."""
    spelled: bool = False
    """The names are as the script spells them after ``tools.``; another tool may be meant."""
    blocks: bool = False
    """The script stands still until it is answered."""
    kind: CallKind = "tool"

    @property
    def label(self) -> str:
        """``server.tool``, for messages."""
        return f"{self.server}.{self.tool}"


@dataclass(frozen=True, slots=True)
class CallError:
    """Why a call failed, as a script and the record have it."""

    code: ErrorCode
    message: str
    details: JsonValue = None

    def to_json(self) -> dict[str, JsonValue]:
        """``{code, message, details?}``."""
        out: dict[str, JsonValue] = {"code": str(self.code), "message": self.message}
        if self.details is not None:
            out["details"] = self.details
        return out


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended: ``result`` when ``ok``, else ``error``."""

    ok: bool
    result: JsonValue = None
    content: list[JsonValue] | None = None
    """The raw MCP content list, where the upstream gave one."""
    error: CallError | None = None
    dispatched: bool = True
    """False: refused before it reached the upstream, so it does not use the budget."""
    upstream_ms: float | None = None
    """Time between sending to the upstream and its answer, without our own queues."""
    warnings: tuple[str, ...] = ()
    """What was wrong with the upstream's answer though it could be used."""
    definition: str | None = None
    """Names the definition of the tool that answered (``catalogue.definitions``); None: it is not known."""

    @classmethod
    def failed(
        cls,
        code: ErrorCode,
        message: str,
        details: JsonValue = None,
        *,
        content: list[JsonValue] | None = None,
        dispatched: bool = True,
        upstream_ms: float | None = None,
    ) -> Outcome:
        """The outcome of a call that did not succeed."""
        return cls(
            ok=False,
            error=CallError(code, message, details),
            content=content,
            dispatched=dispatched,
            upstream_ms=upstream_ms,
        )

    @property
    def is_its_text(self) -> bool:
        """Whether the content is one block, the text that is the result, and nothing more; with its members in
        the usual order, since a script sees it."""
        if not isinstance(self.result, str) or self.content is None:
            return False
        usual = {"type": "text", "text": self.result}
        return self.content == [usual] and list(self.content[0]) == list(usual)

    def envelope(self) -> dict[str, JsonValue]:
        """What ``call_tool`` returns to the script."""
        if self.error is not None:
            return {"ok": False, "error": self.error.to_json()}
        out: dict[str, JsonValue] = {"ok": True, "result": self.result}
        if self.content is not None:
            out["content"] = self.content
        return out


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """A script's question to the catalogue; answered by the host, no upstream call.

    kind ``resolve``: the tool that ``query`` names in whatever way; ``suggest``: like ``search``, of what is
    known now; ``zone``: of no catalogue, the time zone ``query`` at ``at`` ms (core.timezones).
    """

    kind: QueryKind
    server: str | None = None
    tool: str | None = None
    query: str | None = None
    limit: int | None = None
    names: tuple[str | tuple[str, str], ...] = ()
    """Of ``describe_all``: a name, or server and tool."""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """What a replay gives a script instead of chance, time and the order of the network."""

    seed: tuple[int, int, int, int]
    clock: tuple[tuple[int, int], ...] = ()
    """Run-length encoded: (ms since the epoch, how many readings in a row gave it)."""
    order: tuple[int, ...] = ()
    """Operations in the order in which their results were handed to the script."""


# -- how it ended --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScriptError:
    """Why an execution failed. Line and column are from 1, in the user's own text."""

    code: ErrorCode
    message: str
    stack: str | None = None
    line: int | None = None
    column: int | None = None
    from_call: bool = False
    """An uncaught ToolError: the code is the failed call's."""
    details: JsonValue = None

    def to_json(self) -> dict[str, JsonValue]:
        """The ``error`` object of a result; keys without a value are left out."""
        out: dict[str, JsonValue] = {"code": str(self.code), "message": self.message}
        for name in ("stack", "line", "column", "details"):
            value = getattr(self, name)
            if value is not None:
                out[name] = value
        return out

    @classmethod
    def from_json(cls, error: Mapping[str, JsonValue]) -> ScriptError:
        """The other way, for one from a record: of what is no error object, as much as there is."""
        line, column, stack = error.get("line"), error.get("column"), error.get("stack")
        return cls(
            known_code(error.get("code")),
            str(error.get("message", "")),
            stack if isinstance(stack, str) else None,
            line if isinstance(line, int) else None,
            column if isinstance(column, int) else None,
            details=error.get("details"),
        )


@dataclass(frozen=True, slots=True)
class LogLine:
    """One console line of a script."""

    level: LogLevel
    text: str
    at_ms: float = 0.0

    def to_json(self) -> dict[str, JsonValue]:
        """``{level, text}``."""
        return {"level": self.level, "text": self.text}


@dataclass(frozen=True, slots=True)
class Execution:
    """A finished execution."""

    execution_id: str
    status: Status
    value: JsonValue = None
    error: ScriptError | None = None
    logs: tuple[LogLine, ...] = ()
    tool_calls: int = 0
    """Calls that were dispatched to an upstream (the budget's count)."""
    tools_called: tuple[str, ...] = ()
    """``server.tool`` in the order of first use."""
    queued_ms: float = 0.0
    duration_ms: float = 0.0
    """Wall clock while it ran; the wait for a worker is ``queued_ms``."""
    cpu_ms: float | None = None
    memory_bytes: int | None = None
    """Peak of the script's own heap, where the worker could tell."""
    logs_dropped: int = 0
    """Console lines past the cap: counted, not kept."""
    warnings: tuple[str, ...] = ()
    """What deserves to be known though it failed nothing: an unawaited call, a cut console, …"""
    worker_run: int | None = None
    """Which run of its worker it was, from 1, where isolation is by client; None: it had one of its own."""
    recorded: bool = True
    """False: its end is not in the history (yet); ``warnings`` says why."""

    @property
    def ok(self) -> bool:
        """Whether it ended without an error."""
        return self.error is None

    @property
    def least(self) -> str:
        """What stands before ``logs_dropped``: ``at least `` or nothing."""
        return least(self.status, None if self.error is None else self.error.code)

    def to_json(self) -> dict[str, JsonValue]:
        """The result as JSON (docs/code_execution/api-reference.md)."""
        out: dict[str, JsonValue] = {"ok": self.ok}
        if self.error is None:
            out["value"] = self.value
        else:
            out["error"] = self.error.to_json()
        out["execution_id"] = self.execution_id
        out["duration_ms"] = round(self.duration_ms, 3)
        out["tool_calls"] = self.tool_calls
        out["logs"] = [line.to_json() for line in self.logs]
        if self.logs_dropped:
            out["logs_dropped"] = self.logs_dropped
        if self.warnings:
            out["warnings"] = list(self.warnings)
        return out
