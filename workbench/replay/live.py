"""A recorded script once more on the real servers, compared with the record."""

from __future__ import annotations

from workbench.history import Recording
from workbench.model import ExecutionRequest, JsonValue
from workbench.replay.comparing import first_divergence
from workbench.replay.replaying import Replayed, recorded_limits
from workbench.runtime import Runtime

_NOT_GIVEN = object()


async def run_live(
    runtime: Runtime,
    recording: Recording,
    *,
    code: str | None = None,
    input: JsonValue = _NOT_GIVEN,
) -> Replayed:
    """Run it under policy, record it, and compare calls, results, value and console."""
    execution = await runtime.engine.run(
        ExecutionRequest(
            code=recording.code if code is None else code,
            input=recording.input if input is _NOT_GIVEN else input,
            source="replay",
            script=recording.script,
            original_id=recording.execution_id,
        ),
        seed=recording.seed,  # chance is no difference between servers
        limits=recorded_limits(recording),
    )
    divergence = first_divergence(recording, runtime.history.recording(execution.execution_id))
    error = execution.error.to_json() if execution.error is not None else None
    return Replayed(
        "identical" if divergence is None else "diverged",
        execution,
        recording,
        divergence,
        ("run on the live servers",),
        error,
    )
