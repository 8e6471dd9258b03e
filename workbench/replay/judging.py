"""What a replay that is over has shown: where it differs from its record, and why it may."""

from __future__ import annotations

import re
from collections.abc import Callable

from workbench.core.engine_version import engine_version
from workbench.core.model import ErrorCode, Execution, ExecutionRequest, JsonValue
from workbench.history import Recording
from workbench.replay.course import Course
from workbench.replay.difference import json_difference
from workbench.replay.recorded_tools import Divergence, End, side
from workbench.text.masks import MARK
from workbench.text.redact import Redactor

_NOT_RUN = frozenset(
    {
        ErrorCode.SANDBOX_CRASHED,
        ErrorCode.INVALID_REQUEST,
        ErrorCode.QUEUE_FULL,
        ErrorCode.QUEUE_TIMEOUT,
        ErrorCode.DISABLED,
    }
)
_PLACE = re.compile(r"\bscript\.js:\d+:\d+\b")
_WAITED = (" while waiting for call ", " while sleeping")


def has_failed(recording: Recording, execution: Execution) -> bool:
    """The replay itself did not come to its end; that says nothing of the script."""
    error = execution.error
    return error is not None and error.code in _NOT_RUN and recording.error_code != str(error.code)


def find_divergence(
    recording: Recording,
    execution: Execution,
    course: Course,
    ended: End | None,
    *,
    redactor: Redactor,
    edited: bool = False,
) -> Divergence | None:
    """What a replay whose calls were those of the record did not do, or did otherwise. None: nothing.

    Of a record that was cut, everything counts that lies before the cut, and nothing that lies past it.
    edited: another script ran: where in it an error was made is none of what is compared.
    """
    missing = course.missing
    if missing is not None:
        return Divergence(
            missing.seq,
            expected=side(missing),
            original_line=missing.line,
        )
    if recording.complete:
        return _compare(recording, execution, redactor, with_end=ended is None, edited=edited)
    lines = course.counted_lines
    if recording.missing is not None:
        lines = 0
    elif ended == "stalled" and _was_waiting(recording):
        lines = len(
            execution.logs
        )  # it waits where the recorded one did: all that it printed counts
    by_itself = ended is None and execution.status != "timeout"
    too_early = by_itself and (not course.is_over or _was_waiting(recording))
    divergence = _compare(
        recording, execution, redactor, with_end=too_early, lines=lines, edited=edited
    )
    no_script = execution.error is not None and execution.error.code == ErrorCode.SYNTAX_ERROR
    if divergence is None and by_itself and (too_early or no_script):
        status: JsonValue = {
            "path": "$.status",
            "expected": recording.status,
            "actual": execution.status,
        }
        divergence = Divergence(None, diff=[status])
    return divergence


def _was_waiting(recording: Recording) -> bool:
    """Whether the record says that the script waited for an answer or slept when it was cut."""
    said = str(recording.error["message"]) if recording.error is not None else ""
    return recording.status == "timeout" and any(words in said for words in _WAITED)


def _compare(
    recording: Recording,
    execution: Execution,
    redactor: Redactor,
    *,
    with_end: bool,
    lines: int | None = None,
    edited: bool,
) -> Divergence | None:
    """The console (the replay's first ``lines`` lines) and, ``with_end``, value and error, masked as the
    record is.
    """
    recorded = recording.logs if recording.missing is None else ()
    # A mask is not as long as what it stands for, so what ran is not placed as the recorded script was.
    shown = placeless if MARK in recording.code else str
    expected: dict[str, JsonValue] = {
        "logs": [[line["level"], shown(line["text"])] for line in recorded]
    }
    actual: dict[str, JsonValue] = {
        "logs": [
            [line.level, shown(redactor.text(line.text)[0])] for line in execution.logs[:lines]
        ]
    }
    if with_end:
        error = execution.error
        expected["value"], actual["value"] = recording.value, redactor.value(execution.value)
        expected["error"] = _essence(recording.error, shown)
        actual["error"] = _essence(
            None if error is None else redactor.value(error.to_json()), shown
        )
    difference = json_difference(expected, actual)
    if edited:
        difference = [one for one in difference if one["path"] != "$.error.stack"]
    if not difference:
        return None
    line = execution.error.line if execution.error is not None else None
    original_line = recording.error.get("line") if recording.error is not None else None
    return Divergence(None, diff=difference, line=line, original_line=original_line)


def _essence(error: dict[str, JsonValue] | None, shown: Callable[[str], str]) -> JsonValue:
    """Of an error, what a replay must give again."""
    if error is None:
        return None
    stack = error.get("stack")
    return {
        "code": error["code"],
        "message": error["message"],
        "stack": None if stack is None else shown(stack),
    }


def placeless(text: str) -> str:
    """A text with stacks in it, without the places in the script."""
    return _PLACE.sub("script.js", text)


def cause_of(recording: Recording, request: ExecutionRequest, divergence: Divergence) -> str:
    """The likeliest reason, in the order of how sure it is."""
    if request.code != recording.code:
        return "edited script"
    if json_difference(recording.input, request.input):
        return "changed input"
    if recording.masked:
        return "masked record"
    if recording.engine != engine_version():
        return f"recorded by another engine ({recording.engine})"
    if recording.status == "interrupted" or recording.missing is not None:
        return "incomplete record"
    return "unknown"


def notes_on(recording: Recording) -> tuple[str, ...]:
    """What limits the verdict."""
    notes = []
    if recording.missing is not None:
        notes.append(
            f"the record is not whole ({recording.missing}); replayed up to what is missing"
        )
    elif not recording.complete:
        notes.append(f"the recorded execution was cut ({recording.status}); replayed up to there")
    if recording.masked:
        notes.append("the record was masked: the script was given «masked …» in place of secrets")
    if recording.logs_dropped:
        dropped = f"{recording.least}{recording.logs_dropped}"
        notes.append(f"{dropped} console lines past the cap were never recorded")
    if recording.engine != engine_version():
        notes.append(f"recorded by {recording.engine}, replayed by {engine_version()}")
    return tuple(notes)
