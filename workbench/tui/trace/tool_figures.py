"""What each tool cost a run: calls, failures, times, bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from workbench.core.events import ToolCallFinished
from workbench.core.model import JsonValue, ToolCall
from workbench.core.savings import Sum
from workbench.text.jsontext import dumps
from workbench.text.sanitize import clean_line
from workbench.tui.trace.folds import figures_of
from workbench.util.dataclass import dataclass

Calls: TypeAlias = Iterable[tuple[ToolCall, ToolCallFinished | None]]


@dataclass(frozen=True, slots=True)
class ToolFigures:
    """Of the calls of one tool: those that were let through to its server, as the history counts them.
    Times in milliseconds, of calls that ended; bytes of JSON text."""

    tool: str
    calls: int
    refused: int
    """Not let through, besides."""
    failed: int
    median_ms: float
    p95_ms: float
    total_ms: float
    bytes_in: int
    """Of results."""
    tokens: int
    """About, of results: what they would have cost a model."""


def tool_figures(calls: Calls) -> list[ToolFigures]:
    """One row a tool, what took longest first. Large results take time: not for the event loop."""
    by_tool: dict[str, list[tuple[ToolCall, ToolCallFinished | None]]] = {}
    for call, finished in calls:
        name = f"{clean_line(call.server)}.{clean_line(call.tool)}"
        by_tool.setdefault(name, []).append((call, finished))
    found = []
    for name, made in by_tool.items():
        refused = sum(
            finished is not None and not finished.outcome.dispatched for _, finished in made
        )
        ended = [
            finished for _, finished in made if finished is not None and finished.outcome.dispatched
        ]
        spent = [finished.duration_ms for finished in ended]
        figures = figures_of(spent)
        size, tokens = _cost_of(
            finished.outcome.result for finished in ended if finished.outcome.ok
        )
        found.append(
            ToolFigures(
                name,
                len(made) - refused,
                refused,
                sum(not finished.outcome.ok for finished in ended),
                figures.median_ms,
                figures.p95_ms,
                sum(spent),
                size,
                tokens,
            )
        )
    return sorted(found, key=lambda row: -row.total_ms)


def _cost_of(results: Iterable[JsonValue]) -> tuple[int, int]:
    """Bytes of results as JSON, and about how many tokens they are."""
    size, tokens = 0, Sum()
    for result in results:
        text = dumps(result)
        size += len(text.encode("utf-8", "surrogatepass"))
        tokens.add(text)
    return size, tokens.tokens
