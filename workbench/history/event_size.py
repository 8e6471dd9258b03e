"""How heavy events are: whether writing them takes a moment, or long enough to be somebody else's work."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.core.model import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    JsonValue,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)

LIGHT = 32_768
"""Characters and values together; about 0.3 ms to serialise, look for secrets, and insert."""


def weight_of(event: Event) -> int:
    """Characters and values of an event. Texts are counted whole; what has more values than ``LIGHT``
    is not looked through to its end, so for that the weight is a floor."""
    weight = 1
    for value in _payload(event):
        if value is None:
            continue
        weight += len(value) if isinstance(value, str) else _weigh(value)
    return weight


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
        case ExecutionRunning():
            return ()


def _weigh(value: JsonValue) -> int:
    looked_at = weight = 0
    pending: list[Iterable[JsonValue]] = [(value,)]
    while pending and looked_at < LIGHT:
        for item in pending.pop():
            if looked_at >= LIGHT:
                break
            looked_at += 1
            if isinstance(item, str):
                weight += len(item)
            elif isinstance(item, dict):
                pending += (item, item.values())
            elif isinstance(item, list | tuple):
                pending.append(item)
    return weight + looked_at
