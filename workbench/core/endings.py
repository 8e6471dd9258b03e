"""How a run ended, from what its worker says: no value and no error larger than the limits allow."""

from __future__ import annotations

from workbench.core.model import ErrorCode, JsonValue, Limits, ScriptError
from workbench.sandbox.host.frame_checks import Done, Failed
from workbench.text.jsontext import MAX_DEPTH, dumps, encoded
from workbench.text.sizes import cut_to, size_of
from workbench.util.dataclass import dataclass

_LEAST_ERROR_BYTES = 512
"""Of an error's texts, however small ``max_result_bytes`` is."""


@dataclass(frozen=True, slots=True)
class End:
    value: JsonValue = None
    error: ScriptError | None = None
    heap: int | None = None
    cpu_ms: float | None = None
    logs_dropped: int = 0
    unawaited: int = 0
    size: int | None = None
    """Bytes of the value as JSON, where it was written already."""


def end_of(done: Done, limits: Limits) -> End:
    """The worker holds to the limits as well; but it is not trusted."""
    error, size = None, None
    if done.error is not None:
        error = _script_error(done.error, limits)
    else:
        problem, size = _measured(done, limits)
        if problem is not None:
            error = ScriptError(ErrorCode.SERIALIZATION_ERROR, problem)
    return End(
        done.value if error is None else None,
        error,
        done.heap,
        done.cpu_ms,
        done.logs_dropped,
        done.unawaited,
        size if error is None else None,
    )


def memory_ended(limits: Limits, what: str) -> ScriptError:
    """``what`` waits for a script outgrew its memory."""
    return ScriptError(
        ErrorCode.MEMORY_LIMIT_EXCEEDED,
        f"the script used more than its {limits.memory_mb} MB of memory: {what} too many; "
        "await calls as they are made",
    )


def _measured(done: Done, limits: Limits) -> tuple[str | None, int | None]:
    """Why nobody can be given this value, or None; and its size, where it had to be written for that."""
    most = limits.max_result_bytes
    if done.size <= min(most, MAX_DEPTH):  # neither too large nor too deep
        return None, None
    try:
        size = len(encoded(done.value))
    except ValueError as error:
        return f"the value is {error}", None
    if size <= most:
        return None, size
    return f"the value is {size} bytes of JSON; max_result_bytes allows {most}", size


def _script_error(failed: Failed, limits: Limits) -> ScriptError:
    """A script's failure; its texts together are no larger than a value may be."""
    most = max(limits.max_result_bytes, _LEAST_ERROR_BYTES)
    message, stack = failed.message, failed.stack
    if size_of(message) + size_of(stack or "") > most:
        for_stack = min(size_of(stack or ""), most // 4)
        message = cut_to(message, most - for_stack)
        stack = cut_to(stack, for_stack) if stack is not None else None
    details = failed.details
    if details is not None and size_of(dumps(details)) > most:
        details = None
    return ScriptError(
        code=failed.code,
        message=message,
        stack=stack,
        line=failed.line,
        column=failed.column,
        from_call=failed.from_call,
        details=details,
    )
