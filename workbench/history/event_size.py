"""How heavy events are: whether writing them takes a moment, or long enough to be somebody else's work."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.core.model import (
    ConsoleLine,
    ExecutionFinished,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    JsonValue,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)

_LIGHT = 32_768
"""Characters and values together; about 0.3 ms to serialise, look for secrets, and insert."""


def is_light(items: Iterable[object]) -> bool:
    """Whether these are only events, and small ones together."""
    left = _LIGHT
    for item in items:
        for value in _payload(item):
            if value is None:
                continue
            left = left - len(value) if isinstance(value, str) else _take(value, left)
        if left < 0:
            return False
    return True


def _payload(item: object) -> tuple[JsonValue, ...]:
    match item:
        case ToolCallStarted(call=call):
            return (call.args,)
        case ToolCallFinished(outcome=outcome):  # its arguments were weighed when it started
            error = outcome.error.to_json() if outcome.error is not None else None
            return (outcome.result, outcome.content, error)
        case ExecutionStarted(request=request):
            return (request.code, request.input)
        case ExecutionFinished(execution=execution):
            error = execution.error.to_json() if execution.error is not None else None
            return (execution.value, error)
        case ConsoleLine(line=line):
            return (line.text,)
        case HostReading(data=data):
            return (data,)
        case ToolCallNote(text=text):
            return (text,)
        case ExecutionRunning():
            return ()
    return (" " * (_LIGHT + 1),)  # a job, or a mark: not ours to judge


def _take(value: JsonValue, left: int) -> int:
    """What is left of a budget after ``value``; stops looking when nothing is."""
    pending: list[Iterable[JsonValue]] = [(value,)]
    while pending and left >= 0:
        for item in pending.pop():
            left -= 1
            if isinstance(item, str):
                left -= len(item)
            elif isinstance(item, dict):
                pending += (item, item.values())
            elif isinstance(item, list | tuple):
                pending.append(item)
            if left < 0:
                break
    return left
