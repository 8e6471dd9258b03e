"""Rows of the tables become records: each column by its name, each value of the type it must have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from workbench.core.model import CallKind, ErrorCode, JsonValue
from workbench.core.records import (
    CallRow,
    CorruptRecord,
    ExecutionRow,
    RanScript,
    Recording,
    Standing,
)
from workbench.history.owner import is_alive
from workbench.history.waiting import FOR_ANSWER, FOR_WORKER, waited_ms, waits_for
from workbench.text.jsontext import loads

T = TypeVar("T")

_AT_ONCE = 500
"""Values in one statement."""
CALLS_MADE = (
    # The count is stored with the end; one that has none is counted.
    "CASE WHEN status IN ('running', 'interrupted') "
    "THEN (SELECT coalesce(max(seq), 0) FROM calls WHERE calls.execution = executions.n) "
    "ELSE tool_calls END"
)
ROW_COLUMNS = (
    "n, id, source, client, script, status, owner, started_at, duration_ms, queued_ms, "
    f"{CALLS_MADE} AS calls_made, error_code, original_id, substr(code, 1, 200) AS code_start, "
    # In a damaged record it may be no JSON.
    "CASE WHEN json_valid(error) THEN substr(json_extract(error, '$.message'), 1, 300) END AS error_message"
)
STANDING_COLUMNS = "n, status, owner, started_at, queued_ms, logs_dropped"
RAN_COLUMNS = "code, substr(input, 1, 1000) AS input_start, error"
RUNNING_OWNERS = (
    "SELECT owner, max(CASE WHEN typeof(started_at) IN ('real', 'integer') THEN started_at END) "
    "FROM executions WHERE status = 'running' GROUP BY owner"
)
"""Who runs something by the record, and when the newest of it began."""
CORRUPT = "CORRUPT"
"""The error code of a row in a list whose record is damaged; ``show`` says where."""


def marks(values: Sequence[object]) -> str:
    """A question mark for each value, for ``IN (…)``."""
    return ",".join("?" * len(values))


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many values at once as fit into one statement."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def shown_status(status: str, owner: str, started_at: float) -> str:
    """``running`` only while its process lives."""
    gone = status == "running" and not is_alive(owner, started_at)
    return "interrupted" if gone else status


class Columns:
    """One row by its columns' names. A value of another type raises CorruptRecord."""

    def __init__(
        self, row: sqlite3.Row, what: str, texts: Mapping[object, object] | None = None
    ) -> None:
        """what: names the row in messages. texts: by what stands in their places (large_texts.py)."""
        self._row = row
        self._what = what
        self._texts = texts or {}
        self._names = frozenset(row.keys())

    def has(self, name: str) -> bool:
        """Whether the file has the column: one that an older Workbench made may not."""
        return name in self._names

    def text(self, name: str) -> str:
        value: str = self._of(name, str, "text")
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self._value(name) is None else self.text(name)

    def number(self, name: str) -> float:
        value: float = self._of(name, (int, float), "a number")
        return value

    def number_or_none(self, name: str) -> float | None:
        return None if self._value(name) is None else self.number(name)

    def whole(self, name: str) -> int:
        value: int = self._of(name, int, "a whole number")
        return value

    def whole_or_none(self, name: str) -> int | None:
        return None if self._value(name) is None else self.whole(name)

    def json_text(self, name: str, types: type | tuple[type, ...] = object) -> str:
        """JSON text, looked through once so that who parses it later need not expect the worst."""
        text = self.text(name)
        self._parsed(name, text, types)
        return text

    def json_text_or_none(self, name: str, types: type | tuple[type, ...] = object) -> str | None:
        return None if self._value(name) is None else self.json_text(name, types)

    def json(self, name: str, types: type | tuple[type, ...] = object) -> JsonValue:
        return self._parsed(name, self.text(name), types)

    def json_or_none(self, name: str, types: type | tuple[type, ...] = object) -> JsonValue:
        """Also None for a column that an older file does not have."""
        return self.json(name, types) if self.has(name) and self._value(name) is not None else None

    def corrupt(self, problem: str) -> CorruptRecord:
        return CorruptRecord(f"{self._what} is corrupt: {problem}")

    def _value(self, name: str) -> JsonValue:
        if name not in self._names:
            raise self.corrupt(f"it has no column {name}")
        value = self._row[name]
        return self._texts.get(value, value) if isinstance(value, bytes) else value

    def _parsed(self, name: str, text: str, types: type | tuple[type, ...]) -> JsonValue:
        try:
            value = loads(text)
        except ValueError as error:
            raise self.corrupt(f"{name} is no JSON: {error}") from error
        if not isinstance(value, types):
            raise self.corrupt(f"{name} is of another type: {type(value).__name__}")
        return value

    def _of(self, name: str, types: type | tuple[type, ...], words: str) -> JsonValue:
        value = self._value(name)
        if not isinstance(value, types):
            raise self.corrupt(f"{name} is not {words}")
        return value


def execution_row(row: sqlite3.Row) -> ExecutionRow:
    """A row of a list, without its place among those that wait. A damaged one is listed all the same, with the
    code ``CORRUPT``."""
    columns = Columns(row, f"the record of {row['id']}")
    try:
        owner, queued_ms = columns.text("owner"), columns.number_or_none("queued_ms")
        began = _moment(columns, "started_at")
        status = shown_status(columns.text("status"), owner, began)
        return ExecutionRow(
            n=columns.whole("n"),
            execution_id=columns.text("id"),
            source=columns.text("source"),
            client=columns.text_or_none("client"),
            script=columns.text_or_none("script"),
            status=status,
            started_at=began,
            duration_ms=columns.number_or_none("duration_ms"),
            tool_calls=columns.whole("calls_made"),
            error_code=columns.text_or_none("error_code"),
            original_id=columns.text_or_none("original_id"),
            code_start=columns.text("code_start"),
            owner=owner,
            error_message=columns.text_or_none("error_message"),
            queued_ms=waited_ms(queued_ms),
            waits_behind=0 if waits_for(status, queued_ms) == FOR_WORKER else None,
            asks=waits_for(status, queued_ms) == FOR_ANSWER,
        )
    except CorruptRecord:
        return ExecutionRow(
            n=int(row["n"]),
            execution_id=str(row["id"]),
            source="cli",
            client=None,
            script=None,
            status="error",
            started_at=0.0,
            duration_ms=None,
            tool_calls=0,
            error_code=CORRUPT,
            original_id=None,
            code_start="",
            owner="",
        )


_KINDS: dict[str, CallKind] = {"resource": "resource", "prompt": "prompt"}


def call_row(row: sqlite3.Row, execution_id: str, texts: Mapping[object, object]) -> CallRow:
    """A call with its payloads, and the large ones apart. Raises CorruptRecord."""
    columns = Columns(row, f"call {row['seq']} in the record of {execution_id}", texts)
    ok = columns.whole_or_none("ok")
    dispatched = columns.whole_or_none("dispatched")
    error = columns.json_or_none("error", dict)
    if error is not None and not _is_error(error):
        raise columns.corrupt("error has no message, or no code that is known")
    return CallRow(
        seq=columns.whole("seq"),
        server=columns.text("server"),
        tool=columns.text("tool"),
        args_text=columns.json_text("args"),
        line=columns.whole_or_none("line"),
        column=columns.whole_or_none("column_"),
        started_ms=columns.number("started_ms"),
        duration_ms=columns.number_or_none("duration_ms"),
        upstream_ms=columns.number_or_none("upstream_ms"),
        ok=None if ok is None else bool(ok),
        result_text=columns.json_text_or_none("result"),
        content_text=columns.json_text_or_none("content", list),
        error_text=columns.text_or_none("error"),
        dispatched=dispatched is None or bool(dispatched),
        settled=columns.whole_or_none("settled"),
        warnings=_texts(columns, "warnings"),
        kind=_kind(columns),
    )


def _kind(columns: Columns) -> CallKind:
    """What was asked for; a file that an older Workbench made has calls of tools only."""
    kind = columns.text_or_none("kind") if columns.has("kind") else None
    if kind is None:
        return "tool"
    if kind not in _KINDS:
        raise columns.corrupt(f"kind is none that is known: {kind!r:.40}")
    return _KINDS[kind]


def recording_of(
    row: sqlite3.Row,
    console: Iterable[sqlite3.Row],
    readings: Iterable[sqlite3.Row],
    calls: Iterable[CallRow],
    texts: Mapping[object, object],
) -> Recording:
    """One whole execution, from all columns of its row, and its large texts. Raises CorruptRecord."""
    columns = Columns(row, "the record")
    execution_id = columns.text("id")
    columns = Columns(row, f"the record of {execution_id}", texts)
    seed = columns.json("seed", list)
    if len(seed) != 4 or not all(isinstance(part, int) for part in seed):
        raise columns.corrupt("seed is not four whole numbers")
    error = _error(columns)
    clock, order, answers = _readings(readings, columns)
    made = tuple(calls)
    missing = columns.text_or_none("missing") if columns.has("missing") else None
    if missing is None and [call.seq for call in made] != list(range(1, len(made) + 1)):
        raise columns.corrupt("a call is missing")
    status = shown_status(
        columns.text("status"), columns.text("owner"), _moment(columns, "started_at")
    )
    queued_ms = columns.number_or_none("queued_ms")
    return Recording(
        execution_id=execution_id,
        source=columns.text("source"),
        client=columns.text_or_none("client"),
        script=columns.text_or_none("script"),
        original_id=columns.text_or_none("original_id"),
        code=columns.text("code"),
        input=columns.json("input"),
        options=columns.json("options", dict),
        limits=columns.json("limits", dict),
        engine=columns.text("engine"),
        catalogue_hash=columns.text_or_none("catalogue_hash"),
        status=status,
        started_at=_moment(columns, "started_at"),
        finished_at=_moment_or_none(columns, "finished_at"),
        queued_ms=waited_ms(queued_ms),
        duration_ms=columns.number_or_none("duration_ms"),
        tool_calls=columns.whole("calls_made"),
        value=columns.json_or_none("value"),
        error=error,
        error_code=columns.text_or_none("error_code"),
        logs=tuple(_line(line, execution_id) for line in console),
        logs_dropped=columns.whole("logs_dropped"),
        masked=bool(columns.whole("masked")),
        seed=(seed[0], seed[1], seed[2], seed[3]),
        clock=tuple(clock),
        order=tuple(order),
        answers=tuple(answers),
        calls=made,
        warnings=_texts(columns, "warnings"),
        missing=missing,
        answer_limit=_later(columns, "answer_limit"),
        definition_tokens=_later(columns, "definition_tokens"),
        waits_behind=0 if waits_for(status, queued_ms) == FOR_WORKER else None,
        asks=waits_for(status, queued_ms) == FOR_ANSWER,
        worker_run=_later(columns, "worker_run"),
    )


def ran_script(row: sqlite3.Row, execution_id: str) -> RanScript:
    """What was run, of a row with ``RAN_COLUMNS``. Raises CorruptRecord."""
    columns = Columns(row, f"the record of {execution_id}")
    return RanScript(columns.text("code"), columns.text("input_start"), _error(columns))


def standing_of(row: sqlite3.Row, execution_id: str) -> Standing:
    """Of a row with ``STANDING_COLUMNS``; without its place among those that wait. Raises CorruptRecord."""
    columns = Columns(row, f"the record of {execution_id}")
    queued_ms = columns.number_or_none("queued_ms")
    status = shown_status(
        columns.text("status"), columns.text("owner"), columns.number("started_at")
    )
    waits = waits_for(status, queued_ms)
    behind = 0 if waits == FOR_WORKER else None
    dropped = columns.whole("logs_dropped")
    return Standing(status, waited_ms(queued_ms), behind, waits == FOR_ANSWER, dropped)


def _error(columns: Columns) -> dict[str, JsonValue] | None:
    error: dict[str, JsonValue] | None = columns.json_or_none("error", dict)
    if error is not None and not _is_error(error):
        raise columns.corrupt("error has no message, or no code that is known")
    return error


def _line(row: sqlite3.Row, execution_id: str) -> dict[str, JsonValue]:
    columns = Columns(row, f"the console in the record of {execution_id}")
    return {
        "level": columns.text("level"),
        "text": columns.text("text"),
        "at_ms": columns.number("at_ms"),
    }


def _readings(
    rows: Iterable[sqlite3.Row], of: Columns
) -> tuple[list[tuple[int, int]], list[int], list[JsonValue]]:
    """Clock, order and answers of catalogue queries."""
    clock: list[tuple[int, int]] = []
    order: list[int] = []
    answers: list[JsonValue] = []
    for row in rows:
        columns = Columns(row, f"a reading ({row['kind']})")
        data = columns.json("data")
        try:
            if row["kind"] == "clock":
                clock += [(int(ms), int(times)) for ms, times in data]
            elif row["kind"] == "order":
                order += [int(operation) for operation in data]
            elif row["kind"] == "catalogue":
                answers.append(data)
            else:
                raise of.corrupt(f"it has a reading of an unknown kind, {row['kind']!r}")
        except (TypeError, ValueError) as error:
            raise of.corrupt(f"its {row['kind']} readings: {error}") from error
    return clock, order, answers


def _is_error(error: dict[str, JsonValue]) -> bool:
    return error.get("code") in ErrorCode.__members__ and isinstance(error.get("message"), str)


def _texts(columns: Columns, name: str) -> tuple[str, ...]:
    return tuple(str(text) for text in columns.json_or_none(name, list) or ())


def _later(columns: Columns, name: str) -> int | None:
    """A whole number that an older file does not have."""
    return columns.whole_or_none(name) if columns.has(name) else None


def _moment(columns: Columns, name: str) -> float:
    """Seconds since the epoch that a calendar has."""
    at = columns.number(name)
    if not 0 <= at < YEAR_9999:
        raise columns.corrupt(f"{name} is no moment: {at}")
    return at


def _moment_or_none(columns: Columns, name: str) -> float | None:
    return None if columns.number_or_none(name) is None else _moment(columns, name)


YEAR_9999 = 253_370_764_800
