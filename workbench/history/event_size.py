"""How heavy events are: whether writing them takes a moment, or long enough to be somebody else's work."""

from __future__ import annotations

from workbench.core.events import (
    ConsoleCut,
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import JsonValue
from workbench.text.jsontext import encoded

LIGHT = 32_768
"""Bytes of JSON; about 0.3 ms to serialise, look for secrets, and insert."""


def weight_of(event: Event) -> int:
    """Bytes of what an event carries as JSON, about. Written once more for that: 0.1 to 0.7 ms a megabyte,
    where looking through its values took 10."""
    if (
        isinstance(event, ToolCallStarted | ToolCallFinished | ExecutionFinished)
        and event.size is not None
    ):
        return 1 + event.size
    return 1 + sum(_size(value) for value in _payload(event) if value is not None)


def _payload(event: Event) -> tuple[JsonValue, ...]:
    match event:
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
        case ExecutionQueued() | ExecutionRunning() | ConsoleCut():
            return ()


def _size(value: JsonValue) -> int:
    if isinstance(value, str):
        return len(value)
    try:
        return len(encoded(value))
    except ValueError:  # too deep: it cannot be written either
        return LIGHT
