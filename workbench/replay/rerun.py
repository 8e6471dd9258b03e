"""A recorded script once more on the real servers, compared with the record."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from workbench.core.model import ExecutionRequest, JsonValue
from workbench.core.runtime import Runtime
from workbench.history import Collector, HistoryError, Recording
from workbench.replay.comparing import first_divergence
from workbench.replay.difference import json_difference
from workbench.replay.limits import recorded_limits
from workbench.replay.replaying import NOT_GIVEN, Replayed
from workbench.text.jsontext import dumps
from workbench.text.masks import MARK
from workbench.text.redact import Redactor


class MaskedRecord(Exception):
    """What would be sent to real servers is masked in the record; the message says what to give again."""


async def run_live(
    runtime: Runtime,
    recording: Recording,
    *,
    code: str | None = None,
    input: JsonValue = NOT_GIVEN,
) -> Replayed:
    """Run it under policy, record it, and compare calls, results, value and console.

    Raises MaskedRecord, before anything runs, where the script or its input holds a masked value: no real
    server is to get ``«masked password»``.
    """
    request = ExecutionRequest(
        code=recording.code if code is None else code,
        input=recording.input if input is NOT_GIVEN else input,
        source="replay",
        script=recording.script,
        original_id=recording.execution_id,
    )
    _refuse_masks(recording, request)
    settings = runtime.config.history
    heard = Collector(Redactor(settings.redact_keys, settings.redact_values))
    execution = await runtime.engine.run(
        request,
        seed=recording.seed,  # chance is no difference between servers
        limits=recorded_limits(recording, runtime.engine.limits),
        listener=heard,
    )
    renewed = await asyncio.to_thread(_record_of, runtime, execution.execution_id, heard)
    divergence = await asyncio.to_thread(first_divergence, recording, renewed)
    if divergence is not None:
        divergence = replace(divergence, cause=_cause(recording, renewed) or divergence.cause)
    error = execution.error.to_json() if execution.error is not None else None
    return Replayed(
        "identical" if divergence is None else "diverged",
        execution,
        recording,
        divergence,
        ("run on the live servers", *execution.warnings),
        error,
        renewed,
    )


def _refuse_masks(recording: Recording, request: ExecutionRequest) -> None:
    if not (recording.masked or recording.foreign):
        return
    for name, text, cure in (
        ("input", dumps(request.input), "give the input again (--input)"),
        ("script", request.code, "give the script again (--code)"),
    ):
        start = text.find(MARK)
        if start >= 0:
            mark = text[start : text.find("»", start) + 1]
            raise MaskedRecord(
                f"the {name} of {recording.execution_id} holds {mark or MARK}, which is not sent to real "
                f"servers: {cure}"
            )


def _record_of(runtime: Runtime, execution_id: str, heard: Collector) -> Recording:
    """From the history; what it could not keep is known all the same."""
    try:
        recording = runtime.history.recording(execution_id)
    except HistoryError:
        return heard.recording()
    return recording if recording.missing is None else heard.recording()


def _cause(recording: Recording, renewed: Recording) -> str | None:
    """What differed before the servers were asked; None: nothing did."""
    if renewed.code != recording.code:
        return "edited script"
    if json_difference(recording.input, renewed.input):
        return "changed input"
    known = recording.catalogue_hash is not None and renewed.catalogue_hash is not None
    if known and recording.catalogue_hash != renewed.catalogue_hash:
        return "changed upstream definition"
    return None
