"""What is read from the history: rows for lists, whole executions, calls. JSON as in the contract."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.core.model import JsonValue
from workbench.history.owner import is_alive
from workbench.text.jsontext import loads

CALLS_OF_ROW = (
    # The count is stored with the end; one that has none is counted.
    "CASE WHEN status IN ('running', 'interrupted') "
    "THEN (SELECT coalesce(max(seq), 0) FROM calls WHERE calls.execution = executions.n) "
    "ELSE tool_calls END"
)
ROW_COLUMNS = (
    "n, id, source, client, script, status, owner, started_at, duration_ms, "
    f"{CALLS_OF_ROW}, error_code, original_id, substr(code, 1, 200)"
)


def iso(at: float | None) -> str | None:
    """Seconds since the epoch as ISO 8601 UTC with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown_status(status: str, owner: str) -> str:
    """``running`` only while its process lives."""
    return "interrupted" if status == "running" and not is_alive(owner) else status


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One execution in a list."""

    n: int
    execution_id: str
    source: str
    client: str | None
    script: str | None
    status: str
    started_at: float
    duration_ms: float | None
    tool_calls: int
    error_code: str | None
    original_id: str | None
    code_start: str
    owner: str

    @classmethod
    def of(cls, row: tuple[JsonValue, ...]) -> ExecutionRow:
        (
            n,
            id_,
            source,
            client,
            script,
            status,
            owner,
            started,
            duration,
            calls,
            code,
            original,
            text,
        ) = row
        return cls(
            n, id_, source, client, script, shown_status(status, owner), started, duration, calls, code,
            original, text, owner,
        )  # fmt: skip

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


CALL_COLUMNS = (
    "seq, server, tool, args, line, column_, started_ms, duration_ms, upstream_ms, ok, result, content, "
    "error, dispatched, settled, warnings"
)


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

    @classmethod
    def of(cls, row: tuple[JsonValue, ...]) -> CallRow:
        seq, server, tool, args, line, column, started, duration, upstream, ok = row[:10]
        result, content, error, dispatched, settled, warnings = row[10:]
        return cls(
            seq,
            server,
            tool,
            args,
            line,
            column,
            started,
            duration,
            upstream,
            None if ok is None else bool(ok),
            result,
            content,
            error,
            dispatched is None or bool(dispatched),
            settled,
            tuple(loads(warnings)) if warnings else (),
        )

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
        """A call of ``history show`` in the contract, section 5."""
        return {
            "seq": self.seq,
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


def read_calls(
    connection: sqlite3.Connection, n: int, offset: int = 0, limit: int = -1
) -> list[CallRow]:
    """Calls of execution ``n`` in order."""
    cursor = connection.execute(
        f"SELECT {CALL_COLUMNS} FROM calls WHERE execution = ? AND seq > ? ORDER BY seq LIMIT ?",
        (n, offset, limit),
    )
    return [CallRow.of(row) for row in cursor]
