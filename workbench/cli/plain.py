"""``code exec --plain``: a run as lines of words while it happens, for screen readers, pipes and logs."""

from __future__ import annotations

import json
from collections.abc import Callable

from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import Execution, JsonValue
from workbench.text.plurals import count
from workbench.text.sanitize import clean, clean_line

_WIDTH = 100
_LONGEST = 4000


class PlainTrace:
    """A listener of an execution: each event becomes a line, every state a word."""

    def __init__(self, write: Callable[[str], None], script: str | None) -> None:
        self._write = write
        self._script = script or "inline script"
        self._calls = self._failed = 0
        self._waits = False
        self._last: dict[tuple[str, str], JsonValue] = {}

    def __call__(self, event: Event) -> None:
        from workbench.tui.values import one_line

        match event:
            case ExecutionStarted():
                self._write(f"run {event.execution_id[:8]} of {clean_line(self._script)}")
            case ExecutionQueued():
                self._waits = True
                self._write("waits for a worker")
            case ExecutionRunning() if self._waits:
                self._write(f"runs, after {event.queued_ms:.0f} ms of waiting")
            case ToolCallStarted(call=call):
                self._calls += 1
                tool = call.server, call.tool
                args = one_line.arguments(call.args, self._last.get(tool), _WIDTH)
                self._last[tool] = call.args
                where = f", line {call.line}" if call.line is not None else ""
                name = clean_line(f"{call.server}.{call.tool}")
                self._write(f"call {call.seq}: {name} {args}{where}".replace(" ,", ","))
            case ToolCallNote():
                self._write(f"call {event.seq}: {clean_line(event.words, _WIDTH)}")
            case ToolCallFinished(call=call, outcome=outcome):
                took = f"{event.duration_ms:.0f} ms"
                if outcome.error is None:
                    came = one_line.result(outcome.result, _WIDTH)
                    self._write(f"call {call.seq}: ok after {took}: {came}")
                else:
                    self._failed += 1
                    error = f"{outcome.error.code}: {clean_line(outcome.error.message, _LONGEST)}"
                    self._write(f"call {call.seq}: failed after {took}: {error}")
            case ConsoleLine(line=line):
                self._write(f"{line.level}: {clean_line(line.text, _LONGEST)}")
            case ExecutionFinished(execution=execution):
                self._end(execution)
            case _:
                pass

    def _end(self, execution: Execution) -> None:
        error = execution.error
        if error is None:
            self._write("result:")
            self._write(clean(json.dumps(execution.value, ensure_ascii=False, indent=2)))
        else:
            where = f" at line {error.line}" if error.line is not None else ""
            where += f", column {error.column}" if error.line and error.column else ""
            self._write(f"error {error.code}{where}:")
            self._write(clean(error.message))
        calls = count(self._calls, "call")
        self._write(
            f"{execution.status} after {execution.duration_ms:.0f} ms, {calls}, {self._failed:,} failed"
        )
