"""What a client hears of a script: that it waits for a worker, every call that starts and ends, and what its
servers tell meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from workbench.core.events import (
    Event,
    ExecutionQueued,
    ExecutionRunning,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import ToolCall
from workbench.serve.tool_provider import Progress
from workbench.text.sanitize import clean_line

_MOST_NAME = 120
_MOST_TEXT = 500


def narrate(report: Progress) -> Callable[[Event], None]:
    """A listener that reports waiting, calls and their servers' own progress.

    The number reported counts messages, so it only grows, as the protocol asks, however many calls run
    in parallel; a server's own numbers are in the text.
    """
    running: dict[int, str] = {}
    told = 0
    waits = False

    def listen(event: Event) -> None:
        nonlocal told, waits
        if isinstance(event, ToolCallStarted):
            running[event.call.seq] = label = _label(event.call)
            words = f"{label} started"
        elif isinstance(event, ToolCallFinished):
            label = running.pop(event.call.seq, "") or _label(event.call)
            error = event.outcome.error
            end = "ok" if error is None else f"failed with {error.code}"
            words = f"{label} {end} after {event.duration_ms:.0f} ms"
        elif isinstance(event, ToolCallNote) and event.kind == "progress" and event.seq in running:
            words = f"{running[event.seq]}: {_how_far(event)}"
        elif isinstance(event, ExecutionQueued):
            waits, words = True, "waits for a worker"
        elif isinstance(event, ExecutionRunning) and waits:
            words = f"runs, after {event.queued_ms:.0f} ms of waiting for a worker"
        else:
            return
        told += 1
        report(told, words)

    return listen


def _label(call: ToolCall) -> str:
    return f"#{call.seq} {clean_line(f'{call.server}.{call.tool}', _MOST_NAME)}"


def _how_far(note: ToolCallNote) -> str:
    """``3/10 reading``, ``3 reading``, ``3/10``."""
    return f"{note.far} {clean_line(note.text, _MOST_TEXT)}".strip()
