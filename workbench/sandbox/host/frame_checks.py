"""What a worker says, checked against its shape at the door: a worker that was taken over says anything.

``read`` gives a message or raises ``BrokenProtocol``; behind it every member has its type and its range.
(Messages are tuples: a frozen dataclass takes 2.5 µs to make, and a call's round trip is some 100.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, cast, get_args

from workbench.core.model import METHODS, CallKind, ErrorCode, JsonValue, LogLevel, QueryKind
from workbench.sandbox.frames import Frame
from workbench.sandbox.job import Form
from workbench.text.jsontext import loads
from workbench.util.allocating import without_collector

MOST_NAME = 1_024
"""Characters of a server's or tool's name; the worker refuses longer ones."""
_MOST_BATCH = 100
_MOST_WIDTH = 32
_MOST_WARNINGS = 100
_MOST_WHOLE = 2**53 - 1
_BURST = 65_536
"""From this length on a frame may be a burst of objects."""
_LEVELS = frozenset(get_args(LogLevel))
_MOST_DESCRIBED = 50
_LATEST_MS = 8.64e15
_QUERIES = frozenset(get_args(QueryKind))
_OF_A_CALL = frozenset(ErrorCode) - {
    ErrorCode.SYNTAX_ERROR,
    ErrorCode.RUNTIME_ERROR,
    ErrorCode.MEMORY_LIMIT_EXCEEDED,
    ErrorCode.CANCELLED,
    ErrorCode.SANDBOX_CRASHED,
    ErrorCode.QUEUE_FULL,
    ErrorCode.QUEUE_TIMEOUT,
    ErrorCode.INVALID_REQUEST,
    ErrorCode.DISABLED,
}
_OF_A_SCRIPT = frozenset(
    {
        ErrorCode.SYNTAX_ERROR,
        ErrorCode.RUNTIME_ERROR,
        ErrorCode.SERIALIZATION_ERROR,
        ErrorCode.MEMORY_LIMIT_EXCEEDED,
    }
)
"""The parent's own verdicts (TIMEOUT, CANCELLED, …) are not a worker's to give."""


class BrokenProtocol(Exception):
    """The frame is none that a worker of ours sends; the message says what is wrong with it."""


class Call(NamedTuple):
    operation: int
    """0: the script blocks on it."""
    server: str
    tool: str
    args: JsonValue
    line: int | None
    column: int | None
    refused: tuple[ErrorCode, str] | None
    """It cannot be made, and why."""
    size: int
    """Bytes of its frame."""
    spelled: bool = False
    """The names are as the script spells them after ``tools.``."""
    kind: CallKind = "tool"
    bare: bool = False
    """The script gets the result, and no envelope with its content."""


class Batch(NamedTuple):
    calls: tuple[Call, ...]
    width: int
    """0: as configured."""


class Query(NamedTuple):
    kind: QueryKind
    server: str | None
    tool: str | None
    query: str | None
    limit: int | None
    names: tuple[str | tuple[str, str], ...]
    at: float | None


class Content(NamedTuple):
    """The script, which blocks on it, looks at a content that was kept back."""

    seq: int


class Sleep(NamedTuple):
    operation: int
    ms: float


class Log(NamedTuple):
    level: LogLevel
    text: str


class Dropped(NamedTuple):
    """So many lines of the console were not sent, so far."""

    lines: int


class Idle(NamedTuple):
    """The script waits and has nothing else to do."""


class Failed(NamedTuple):
    code: ErrorCode
    message: str
    stack: str | None
    line: int | None
    column: int | None
    from_call: bool
    details: JsonValue


class Done(NamedTuple):
    value: JsonValue
    error: Failed | None
    heap: int | None
    cpu_ms: float | None
    logs_dropped: int
    unawaited: int
    warnings: tuple[str, ...]
    size: int
    """Bytes of its frame."""
    again: bool
    """The worker says that it could run another script."""


Message: TypeAlias = Form | Call | Batch | Query | Content | Sleep | Log | Dropped | Idle | Done
Readings: TypeAlias = list[list[int]]
"""Of the clock: ``[ms since the epoch, how many in a row gave it]``."""
_Frame: TypeAlias = dict[str, Any]


def read(body: Frame) -> tuple[Message, Readings | None]:
    """A frame's message, and the clock readings since the last one. Raises BrokenProtocol."""
    try:
        if len(body) < _BURST:
            frame = loads(body)  # its texts have no lone surrogates
        else:
            with without_collector():
                frame = loads(body)
    except ValueError as error:
        raise BrokenProtocol(f"a frame is not JSON: {error}") from None
    if not isinstance(frame, dict):
        raise BrokenProtocol("a frame is not an object")
    kind = frame.get("t")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BrokenProtocol("a frame is of no known kind")
    return reader(frame, len(body)), _clock(frame)


def _form(frame: _Frame, _size: int) -> Form:
    return Form(_text(frame, "text"), _text(frame, "columns"), _flag(frame, "is_lone"))


def _call(frame: _Frame, size: int) -> Call:
    refused = frame.get("refused")
    if refused is not None:
        if not isinstance(refused, dict):
            raise _wrong("refused")
        refused = (_code(refused, _OF_A_CALL), _text(refused, "message"))
    server, tool, args = _text(frame, "server"), _text(frame, "tool"), frame.get("args")
    if len(server) > MOST_NAME or len(tool) > MOST_NAME:
        raise _wrong("server or tool")
    if not isinstance(args, dict) and refused is None:
        raise _wrong("args")
    return Call(
        _whole(frame, "op"),
        server,
        tool,
        args,
        _optional_whole(frame, "line"),
        _optional_whole(frame, "column"),
        refused,
        size,
        _flag(frame, "spelled", False),
        "tool" if "kind" not in frame else _kind(frame, tool),
        "bare" in frame and _flag(frame, "bare"),
    )


def _kind(frame: _Frame, method: str) -> CallKind:
    """Of a call for something else than a tool: the kind that its method belongs to."""
    kind = frame["kind"]
    if not isinstance(kind, str) or method not in METHODS.get(cast("CallKind", kind), ()):
        raise _wrong("kind")
    return cast("CallKind", kind)


def _batch(frame: _Frame, size: int) -> Batch:
    width, calls = _whole(frame, "width"), frame.get("calls")
    if width > _MOST_WIDTH:
        raise _wrong("width")
    if not isinstance(calls, list) or not 1 <= len(calls) <= _MOST_BATCH:
        raise _wrong("calls")
    if not all(isinstance(call, dict) for call in calls):
        raise _wrong("calls")
    share = size // len(calls)
    return Batch(tuple(_call(call, share) for call in calls), width)


def _query(frame: _Frame, _size: int) -> Query:
    kind = frame.get("kind")
    if not isinstance(kind, str) or kind not in _QUERIES:
        raise _wrong("kind")
    return Query(
        cast("QueryKind", kind),
        _optional_text(frame, "server"),
        _optional_text(frame, "tool"),
        _optional_text(frame, "query"),
        _optional_whole(frame, "limit"),
        _names(frame),
        _moment(frame),
    )


def _names(frame: _Frame) -> tuple[str | tuple[str, str], ...]:
    names = frame.get("names", [])
    if not isinstance(names, list) or len(names) > _MOST_DESCRIBED:
        raise _wrong("names")
    found: list[str | tuple[str, str]] = []
    for name in names:
        if isinstance(name, dict):
            found.append((_text(name, "server"), _text(name, "tool")))
        elif isinstance(name, str):
            found.append(name)
        else:
            raise _wrong("names")
    return tuple(found)


def _moment(frame: _Frame) -> float | None:
    """Milliseconds since the epoch, before or after it, as far as a Date goes."""
    value = frame.get("at")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong("at")
    if not -_LATEST_MS <= value <= _LATEST_MS:
        raise _wrong("at")
    return float(value)


def _content(frame: _Frame, _size: int) -> Content:
    return Content(_whole(frame, "seq"))


def _sleep(frame: _Frame, _size: int) -> Sleep:
    return Sleep(_whole(frame, "op"), _number(frame, "ms"))


def _log(frame: _Frame, _size: int) -> Log:
    level = frame.get("level")
    if not isinstance(level, str) or level not in _LEVELS:
        raise _wrong("level")
    return Log(cast("LogLevel", level), _text(frame, "text"))


def _dropped(frame: _Frame, _size: int) -> Dropped:
    return Dropped(_whole(frame, "lines"))


def _idle(_frame: _Frame, _size: int) -> Idle:
    return Idle()


def _done(frame: _Frame, size: int) -> Done:
    warnings = frame.get("warnings", [])
    if not isinstance(warnings, list) or len(warnings) > _MOST_WARNINGS:
        raise _wrong("warnings")
    if not all(isinstance(text, str) for text in warnings):
        raise _wrong("warnings")
    ok = _flag(frame, "ok")
    return Done(
        frame.get("value") if ok else None,
        None if ok else _failed(frame),
        _optional_whole(frame, "heap"),
        _number(frame, "cpu_ms") if "cpu_ms" in frame else None,
        _whole(frame, "logs_dropped", 0),
        _whole(frame, "unawaited", 0),
        tuple(warnings),
        size,
        _flag(frame, "again", False),
    )


def _failed(frame: _Frame) -> Failed:
    from_call = _flag(frame, "from_call", False)
    return Failed(
        _code(frame, _OF_A_CALL if from_call else _OF_A_SCRIPT),
        _text(frame, "message"),
        _optional_text(frame, "stack"),
        _optional_whole(frame, "line"),
        _optional_whole(frame, "column"),
        from_call,
        frame.get("details"),
    )


def _clock(frame: _Frame) -> Readings | None:
    readings = frame.get("clock")
    if readings is None:
        return None
    if not isinstance(readings, list):
        raise _wrong("clock")
    for run in readings:
        if not (isinstance(run, list) and len(run) == 2):
            raise _wrong("clock")
        ms, times = run
        if not (_is_whole(ms) and _is_whole(times) and times >= 1):
            raise _wrong("clock")
    return readings


# -- members -------------------------------------------------------------------------------


def _wrong(name: str) -> BrokenProtocol:
    return BrokenProtocol(f"a frame's {name} is not what it must be")


def _is_whole(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST_WHOLE


def _whole(frame: _Frame, name: str, default: int | None = None) -> int:
    value = frame.get(name, default)
    if type(value) is int and 0 <= value <= _MOST_WHOLE:
        return value
    raise _wrong(name)


def _optional_whole(frame: _Frame, name: str) -> int | None:
    value = frame.get(name)
    if value is None or (type(value) is int and 0 <= value <= _MOST_WHOLE):
        return value
    raise _wrong(name)


def _number(frame: _Frame, name: str) -> float:
    value = frame.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name)
    if not (value >= 0 and math.isfinite(value)):
        raise _wrong(name)
    return float(value)


def _text(frame: _Frame, name: str) -> str:
    value = frame.get(name)
    if type(value) is not str:
        raise _wrong(name)
    return value


def _optional_text(frame: _Frame, name: str) -> str | None:
    return None if frame.get(name) is None else _text(frame, name)


def _flag(frame: _Frame, name: str, default: bool | None = None) -> bool:
    value = frame.get(name, default)
    if type(value) is not bool:
        raise _wrong(name)
    return value


def _code(frame: _Frame, allowed: frozenset[ErrorCode]) -> ErrorCode:
    value = frame.get("code")
    if not isinstance(value, str) or value not in allowed:
        raise _wrong("code")
    return ErrorCode(value)


_READERS: dict[str, Callable[[_Frame, int], Message]] = {
    "form": _form,
    "call": _call,
    "batch": _batch,
    "query": _query,
    "content": _content,
    "sleep": _sleep,
    "log": _log,
    "dropped": _dropped,
    "idle": _idle,
    "done": _done,
}
