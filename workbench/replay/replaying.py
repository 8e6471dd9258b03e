"""Replaying a recording: offline, with the recorded answers, clock and chance; then the comparison."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields, replace
from typing import Literal

from workbench.core.engine import Engine, Listener, engine_version
from workbench.core.model import (
    ErrorCode,
    Event,
    Execution,
    ExecutionRequest,
    JsonValue,
    Limits,
    ToolCall,
    ToolCallStarted,
)
from workbench.core.ports import Tools
from workbench.history import CallRow, Recording
from workbench.replay.difference import json_difference
from workbench.replay.recorded_tools import Divergence, RecordedTools, Rule, side
from workbench.text.redact import Redactor

_CUT_TIMEOUT_MS = 2_000
"""What a script that was cut may compute after its last recorded step."""
NOT_GIVEN = object()
"""No other input: None is one."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay and its verdict."""

    verdict: Literal["identical", "diverged", "failed"]
    execution: Execution
    original: Recording
    divergence: Divergence | None = None
    notes: tuple[str, ...] = ()
    """What limits the verdict: the record was cut, masked, made by another engine."""
    error: JsonValue = None

    def to_json(self) -> dict[str, JsonValue]:
        """What ``workbench replay --json`` prints (contract, section 5)."""
        return {
            "verdict": self.verdict,
            "execution_id": self.execution.execution_id,
            "original_id": self.original.execution_id,
            "value": self.execution.value,
            "error": self.error,
            "logs": [line.to_json() for line in self.execution.logs],
            "divergence": self.divergence.to_json() if self.divergence is not None else None,
            "notes": list(self.notes),
        }


async def replay(
    engine: Engine,
    recording: Recording,
    *,
    redactor: Redactor,
    code: str | None = None,
    input: JsonValue = NOT_GIVEN,
    rule: Rule = "stop",
    live: Tools | None = None,
    listener: Listener | None = None,
    execution_id: str | None = None,
) -> Replayed:
    """Run the recorded script again from its record and compare.

    code, input: instead of the recorded ones (edit and replay). rule: what a call does that the record
    does not know; ``live`` answers it under the rule ``live``. Nothing else reaches an upstream.
    listener, execution_id: as in ``Engine.run``.
    """
    given = recording.input if input is NOT_GIVEN else input
    request = ExecutionRequest(
        code=recording.code if code is None else code,
        input=given,
        source="replay",
        script=recording.script,
        execution_id=execution_id,
        original_id=recording.execution_id,
    )
    stopped = cut = False
    running_id = ""

    def end() -> None:
        asyncio.get_running_loop().call_soon(engine.cancel, running_id)

    def on_cut() -> None:
        nonlocal cut
        cut = True
        end()

    def on_stop() -> None:
        nonlocal stopped
        stopped = True
        end()

    tools = RecordedTools(
        recording, rule=rule, live=live, redactor=redactor, on_cut=on_cut, on_stop=on_stop
    )
    calls: list[ToolCall] = []

    def listen(event: Event) -> None:
        nonlocal running_id
        running_id = event.execution_id
        if isinstance(event, ToolCallStarted):
            calls.append(event.call)
        if listener is not None:
            listener(event)

    limits = recorded_limits(recording)
    was_cut = not recording.complete
    if was_cut:
        limits = replace(limits, timeout_ms=min(limits.timeout_ms, _CUT_TIMEOUT_MS))
    execution = await engine.run(
        request, tools=tools, listener=listen, replay=recording.readings, limits=limits
    )
    divergence = tools.divergence or _missing_call(recording, calls, cut_short=was_cut)
    if was_cut and execution.error is not None and execution.error.code == ErrorCode.TIMEOUT:
        cut = True  # it computes on, as it did when it was cut
    if divergence is None:
        divergence = _compare(recording, execution, redactor, cut=was_cut and cut)
    if divergence is not None:
        divergence = replace(divergence, cause=_cause(recording, request, divergence))
    error: JsonValue = execution.error.to_json() if execution.error is not None else None
    if stopped or (was_cut and cut):
        error = recording.error if not stopped else None
    failed = execution.error is not None and execution.error.code in (
        ErrorCode.SANDBOX_CRASHED,
        ErrorCode.INVALID_REQUEST,
        ErrorCode.QUEUE_FULL,
        ErrorCode.QUEUE_TIMEOUT,
    )
    if (
        failed
        and not was_cut
        and recording.error_code != str(execution.error and execution.error.code)
    ):
        return Replayed("failed", execution, recording, divergence, _notes(recording), error)
    verdict: Literal["identical", "diverged"] = "identical" if divergence is None else "diverged"
    return Replayed(verdict, execution, recording, divergence, _notes(recording), error)


def recorded_limits(recording: Recording) -> Limits:
    """The limits that were in force; those that a newer version added have their defaults."""
    known = {field.name for field in fields(Limits)}
    given = {name: value for name, value in recording.limits.items() if name in known}
    allowed = given.get("allowed_servers")
    given["allowed_servers"] = None if allowed is None else tuple(allowed)
    return Limits(**given)


def _missing_call(
    recording: Recording, calls: list[ToolCall], *, cut_short: bool
) -> Divergence | None:
    """The first recorded call that the replay did not make, if it made fewer."""
    if len(calls) >= len(recording.calls) or cut_short:
        return None
    missing: CallRow = recording.calls[len(calls)]
    return Divergence(
        call=missing.seq,
        expected=side(missing.server, missing.tool, missing.args),
        original_line=missing.line,
    )


def _compare(
    recording: Recording, execution: Execution, redactor: Redactor, *, cut: bool
) -> Divergence | None:
    """Console and value, masked as the record is. Of a cut one, only what came before the cut."""
    expected: dict[str, JsonValue] = {
        "logs": [[line["level"], line["text"]] for line in recording.logs]
    }
    actual: dict[str, JsonValue] = {
        "logs": [[line.level, redactor.text(line.text)[0]] for line in execution.logs]
    }
    if cut:
        least = min(len(expected["logs"]), len(actual["logs"]))
        expected["logs"], actual["logs"] = expected["logs"][:least], actual["logs"][:least]
    else:
        expected["value"] = recording.value
        actual["value"] = redactor.value(execution.value)
        expected["error"] = _essence(recording.error)
        actual["error"] = _essence(
            None if execution.error is None else redactor.value(execution.error.to_json())
        )
    difference = json_difference(expected, actual)
    if not difference:
        return None
    line = execution.error.line if execution.error is not None else None
    original_line = recording.error.get("line") if recording.error is not None else None
    return Divergence(None, diff=difference, line=line, original_line=original_line)


def _essence(error: dict[str, JsonValue] | None) -> JsonValue:
    """Of an error, what a replay must give again: places are compared apart."""
    if error is None:
        return None
    return {"code": error["code"], "message": error["message"], "stack": error.get("stack")}


def _cause(recording: Recording, request: ExecutionRequest, divergence: Divergence) -> str:
    """The likeliest reason, in the order of how sure it is."""
    if request.code != recording.code:
        return "edited script"
    if json_difference(recording.input, request.input):
        return "changed input"
    if recording.masked:
        return "masked record"
    if recording.engine != engine_version():
        return f"recorded by another engine ({recording.engine})"
    if recording.status == "interrupted":
        return "incomplete record"
    return "unknown"


def _notes(recording: Recording) -> tuple[str, ...]:
    notes = []
    if not recording.complete:
        notes.append(f"the recorded execution was cut ({recording.status}); replayed up to there")
    if recording.masked:
        notes.append("the record was masked: the script was given «masked …» in place of secrets")
    if recording.logs_dropped:
        notes.append(f"{recording.logs_dropped} console lines past the cap were never recorded")
    if recording.engine != engine_version():
        notes.append(f"recorded by {recording.engine}, replayed by {engine_version()}")
    return tuple(notes)
