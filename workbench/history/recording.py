"""A recording: everything that a replay needs of one execution, also as a file of its own.

The file is JSON, described by recording.schema.json beside this module. Reading is bounded and
evaluates nothing; what is corrupt, cut or newer is refused, never guessed at.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

from workbench.core.model import JsonValue
from workbench.core.records import CallRow, Recording
from workbench.text.jsontext import canonical, dumps, loads
from workbench.text.sanitize import clean_line
from workbench.util.files import write_whole

FORMAT = "workbench-recording"
VERSION = 1
MAX_FILE_BYTES = 512 << 20
_APART = ("calls", "seed", "clock", "order", "answers", "warnings", "missing", "foreign")


class RecordingError(Exception):
    """A file that is no recording that can be replayed; the message says why."""


def write_recording(recording: Recording, path: Path) -> None:
    """Write the portable file. Raises OSError."""
    body: dict[str, Any] = {
        name: getattr(recording, name) for name in Recording.__slots__ if name not in _APART
    }
    if recording.warnings:  # a Workbench that knew no warnings reads the files that have none
        body["warnings"] = recording.warnings
    if recording.missing is not None:
        body["missing"] = recording.missing
    body["readings"] = {
        "seed": recording.seed,
        "clock": recording.clock,
        "order": recording.order,
        "answers": recording.answers,
    }
    body["calls"] = [_call_to_file(call) for call in recording.calls]
    body = loads(dumps(body))
    document = {"format": FORMAT, "version": VERSION, "checksum": _checksum(body), **body}
    write_whole(path, (dumps(document) + "\n").encode())


def read_recording(path: Path) -> Recording:
    """Read a portable file. Raises RecordingError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise RecordingError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MB")
        document = loads(path.read_bytes())
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RecordingError(f"{path}: not JSON, or cut off: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RecordingError(f"{path}: not a Workbench recording")
    version = document.get("version")
    if not isinstance(version, int) or version < 1:
        raise RecordingError(f"{path}: it has no version")
    if version > VERSION:
        raise RecordingError(
            f"{path}: made by a newer Workbench (recording version {version}, this one reads {VERSION})"
        )
    body = {
        name: value
        for name, value in document.items()
        if name not in ("format", "version", "checksum")
    }
    try:
        if document.get("checksum") != _checksum(body):
            raise RecordingError(f"{path}: corrupt: its content does not match its checksum")
        problem = _schema_problem(document)
        if problem is not None:
            raise RecordingError(f"{path}: corrupt: {problem}")
        return _from_body(body)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RecordingError(f"{path}: corrupt: {type(error).__name__} {error}") from error


def _schema_problem(document: JsonValue) -> str | None:
    """Where the document does not follow the published schema, or None."""
    import jsonschema_rs

    schema = resources.files("workbench.history").joinpath("recording.schema.json").read_bytes()
    error = next(iter(jsonschema_rs.validator_for(loads(schema)).iter_errors(document)), None)
    if error is None:
        return None
    place = "/".join(str(part) for part in error.instance_path)
    return f"{place or 'the file'}: {clean_line(error.message, 200)}"


def _from_body(body: dict[str, Any]) -> Recording:
    readings = body.pop("readings")
    calls = tuple(_call_from_file(call) for call in body.pop("calls"))
    numbers = [call.seq for call in calls]
    whole = "missing" not in body
    if numbers != (list(range(1, len(calls) + 1)) if whole else sorted(set(numbers))):
        raise ValueError("the calls are not numbered from 1")
    if not isinstance(body["code"], str) or not isinstance(body["limits"], dict):
        raise TypeError("code or limits")
    a, b, c, d = (int(number) for number in readings["seed"])
    body["logs"] = tuple(
        {"level": line["level"], "text": str(line["text"]), "at_ms": float(line["at_ms"])}
        for line in body["logs"]
    )
    body["warnings"] = tuple(body.get("warnings", ()))
    return Recording(
        **body,
        seed=(a, b, c, d),
        clock=tuple((int(ms), int(times)) for ms, times in readings["clock"]),
        order=tuple(int(operation) for operation in readings["order"]),
        answers=tuple(readings["answers"]),
        calls=calls,
        foreign=True,
    )


_PAYLOADS = ("args", "result", "content", "error")


def _call_to_file(call: CallRow) -> dict[str, JsonValue]:
    out = {name: getattr(call, name) for name in CallRow.__slots__ if not name.endswith("_text")}
    return {**out, **{name: getattr(call, name) for name in _PAYLOADS}}


def _call_from_file(call: dict[str, Any]) -> CallRow:
    def text(name: str, absent: bool) -> str | None:
        value = call.pop(name)
        return None if absent and value is None else dumps(value)

    args = text("args", absent=False)
    result = text("result", absent=not call["ok"])
    content, error = text("content", absent=True), text("error", absent=True)
    call["warnings"] = tuple(call["warnings"])
    for name in ("seq", "started_ms"):
        call[name] + 0  # a number, or a TypeError
    return CallRow(
        args_text=args or "null",
        result_text=result,
        content_text=content,
        error_text=error,
        **call,
    )


def _checksum(body: dict[str, JsonValue]) -> str:
    return "sha256:" + hashlib.sha256(canonical(body).encode()).hexdigest()
