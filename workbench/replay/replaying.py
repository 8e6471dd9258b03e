"""Replaying a recording: offline, with the recorded answers, clock and chance; then the comparison."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal

from workbench.core.engine import Engine, Listener
from workbench.core.events import Event, ExecutionStarted
from workbench.core.model import ErrorCode, Execution, ExecutionRequest, JsonValue, ScriptError
from workbench.core.ports import Tools
from workbench.history import Recording
from workbench.replay.difference import same
from workbench.replay.judging import cause_of, find_divergence, has_failed, notes_on
from workbench.replay.limits import replay_limits
from workbench.replay.recorded_tools import Divergence, End, RecordedTools, Rule
from workbench.text.redact import Redactor
from workbench.util.dataclass import dataclass

_PAST_THE_CUT_S = 2.0
"""What a script may compute after the last thing that the record knows."""
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
    renewed: Recording | None = None
    """The record of a run on the live servers."""

    def to_json(self) -> dict[str, JsonValue]:
        """What ``workbench replay --json`` prints."""
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
    edited = request.code != recording.code or not same(given, recording.input)
    ended: End | None = None
    running_id = ""
    timer: asyncio.TimerHandle | None = None
    loop = asyncio.get_running_loop()

    def end(why: End) -> None:
        nonlocal ended
        if ended is None:
            ended = why
            loop.call_soon(engine.cancel, running_id, _end_of(recording, tools.divergence))

    tools = RecordedTools(recording, rule=rule, live=live, redactor=redactor, on_end=end)
    course = tools.course

    def listen(event: Event) -> None:
        nonlocal running_id, timer
        running_id = event.execution_id
        tools.take(event)
        if not recording.complete and course.is_over and not isinstance(event, ExecutionStarted):
            # What it does from here on lies past the cut; of an edited one, what it prints is shown.
            if course.is_done and not edited:
                end("cut")
            elif timer is None:
                timer = loop.call_later(_PAST_THE_CUT_S, end, "cut")
        if listener is not None:
            listener(event)

    execution = await engine.run(
        request,
        tools=tools,
        listener=listen,
        replay=recording.readings,
        guide=tools,
        limits=replay_limits(recording, engine.limits, asks_servers=live is not None),
    )
    if timer is not None:
        timer.cancel()
    if not recording.complete and not edited:
        execution = replace(execution, logs=execution.logs[: course.counted_lines])
    divergence = tools.divergence or find_divergence(
        recording, execution, course, ended, redactor=redactor, edited=edited
    )
    if divergence is not None:
        divergence = replace(divergence, cause=cause_of(recording, request, divergence))
    error: JsonValue = None
    if ended is None or (ended == "cut" and recording.complete):
        error = execution.error.to_json() if execution.error is not None else None
    if not recording.complete and divergence is None:
        error = recording.error
    notes = notes_on(recording)
    if ended is None and has_failed(recording, execution):
        return Replayed("failed", execution, recording, divergence, notes, error)
    verdict: Literal["identical", "diverged"] = "identical" if divergence is None else "diverged"
    return Replayed(verdict, execution, recording, divergence, notes, error)


def _end_of(recording: Recording, divergence: Divergence | None) -> ScriptError | None:
    """How a replay ends that is ended here: where it left its record it says so (nobody cancelled it), else as
    the recorded run did. None: of that nothing is known."""
    if divergence is None:
        return ScriptError.from_json(recording.error) if recording.error is not None else None
    what = f"call #{divergence.call}" if divergence.call is not None else "it"
    said = f"{what} is not as the record has it: the replay stopped there"
    return ScriptError(ErrorCode.DIVERGED, said, line=divergence.line)
