"""A replay on the runtime's engine: from the record, with the upstreams out of reach but by rule."""

from __future__ import annotations

from workbench.core.engine import Listener
from workbench.core.model import JsonValue
from workbench.core.policy import Policy
from workbench.core.runtime import Runtime
from workbench.history import Recording
from workbench.replay.limits import recorded_limits
from workbench.replay.recorded_tools import Rule
from workbench.replay.replaying import NOT_GIVEN, Replayed, replay
from workbench.text.redact import Redactor


async def run_offline(
    runtime: Runtime,
    recording: Recording,
    *,
    code: str | None = None,
    input: JsonValue = NOT_GIVEN,
    rule: Rule = "stop",
    listener: Listener | None = None,
    execution_id: str | None = None,
) -> Replayed:
    """``replay`` with what the runtime knows. Only the rule ``live`` gives it the upstreams.

    listener, execution_id: as in ``Engine.run``, for who shows the replay while it runs.
    """
    settings = runtime.config.history
    live = (
        Policy(runtime.upstream, recorded_limits(recording, runtime.engine.limits))
        if rule == "live"
        else None
    )
    return await replay(
        runtime.engine,
        recording,
        redactor=Redactor(settings.redact_keys, settings.redact_values),
        code=code,
        input=input,
        rule=rule,
        live=live,
        listener=listener,
        execution_id=execution_id,
    )
