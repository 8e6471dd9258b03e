"""A recording: everything that a replay needs of one execution, also as a file of its own.

The file is JSON, described by recording.schema.json beside this module. Reading is bounded and
evaluates nothing; what is corrupt, cut or newer is refused, never guessed at.
"""

from __future__ import annotations

import hashlib
import stat
from codecs import BOM_UTF8
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Any

from workbench.core.model import ErrorCode, JsonValue
from workbench.core.records import CallRow, Recording
from workbench.text.jsontext import canonical, dumps, loads
from workbench.text.sanitize import clean_line
from workbench.util.files import write_whole

FORMAT = "workbench-recording"
VERSION = 1
MAX_FILE_BYTES = 256 << 20
_MOST_VALUES = 10_000_000
"""By their commas and brackets: some 64 bytes of memory each, however short they are written."""
_APART = frozenset(
    ("calls", "seed", "clock", "order", "answers", "warnings", "missing",
     *(field.name for field in fields(Recording) if not field.compare))
)  # fmt: skip
"""Elsewhere in the file; and what is no part of a recording, which no comparison looks at: an older Workbench
takes no member that it does not know."""


class RecordingError(Exception):
    """A file that is no recording that can be replayed; the message says why."""


def write_recording(recording: Recording, path: Path) -> None:
    """Write the portable file. Raises OSError."""
    write_whole(path, (dumps(portable(recording)) + "\n").encode())


def portable(recording: Recording) -> dict[str, Any]:
    """What the portable file holds."""
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
    return {"format": FORMAT, "version": VERSION, "checksum": _checksum(body), **body}


def read_recording(path: Path) -> Recording:
    """Read a portable file. Raises RecordingError, whatever the file is."""
    try:
        document = loads(_content_of(path).removeprefix(BOM_UTF8))  # an editor's
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
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
        problem = _schema_problem(document)
        if problem is not None:
            raise RecordingError(f"{path}: corrupt: {problem}")
        if document.get("checksum") != _checksum(body):
            raise RecordingError(f"{path}: corrupt: its content does not match its checksum")
        return _from_body(body)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RecordingError(f"{path}: corrupt: {type(error).__name__} {error}") from error


def _content_of(path: Path) -> bytes:
    """The bytes of a regular file that is not too much. Raises OSError, RecordingError."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for who writes into it
        raise RecordingError(f"{path}: not a file")
    if found.st_size > MAX_FILE_BYTES:
        raise RecordingError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MB")
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if sum(content.count(mark) for mark in (b",", b"[", b"{")) > _MOST_VALUES:
        raise RecordingError(f"{path}: more than {_MOST_VALUES} values")
    return content


def _schema_problem(document: dict[str, Any]) -> str | None:
    """Where the document does not follow the published schema, or None."""
    import jsonschema_rs

    schema = resources.files("workbench.history").joinpath("recording.schema.json").read_bytes()
    validator = jsonschema_rs.validator_for(loads(schema))
    error = next(iter(validator.iter_errors(_without_payloads(document))), None)
    if error is None:
        return None
    place = "/".join(str(part) for part in error.instance_path)
    return f"{place or 'the file'}: {clean_line(error.message, 200)}"


def _without_payloads(document: dict[str, Any]) -> dict[str, Any]:
    """What the schema says something of: values of tools and scripts, which may be large, are not copied."""
    calls = document.get("calls")
    if isinstance(calls, list):
        calls = [
            {**call, **{name: _hollow(call[name]) for name in _PAYLOADS if name in call}}
            if isinstance(call, dict)
            else call
            for call in calls
        ]
    out = {**document, "calls": calls} if "calls" in document else dict(document)
    for name in ("input", "value"):
        if name in out:
            out[name] = _hollow(out[name])
    return out


def _hollow(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return []
    if isinstance(value, dict):  # of an error, what it must have
        return {name: item for name, item in value.items() if not isinstance(item, list | dict)}
    return value


def _from_body(body: dict[str, Any]) -> Recording:
    readings = body.pop("readings")
    calls = tuple(_call_from_file(call) for call in body.pop("calls"))
    numbers = [call.seq for call in calls]
    whole = "missing" not in body
    if numbers != (list(range(1, len(calls) + 1)) if whole else sorted(set(numbers))):
        raise ValueError("the calls are not numbered from 1")
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
    if call.kind == "tool":  # a Workbench that knew no other reads the files that have none
        del out["kind"]
    return {**out, **{name: getattr(call, name) for name in _PAYLOADS}}


def _call_from_file(call: dict[str, Any]) -> CallRow:
    def text(name: str, absent: bool) -> str | None:
        value = call.pop(name)
        return None if absent and value is None else dumps(value)

    args = text("args", absent=False)
    result = text("result", absent=not call["ok"])
    content, error = text("content", absent=True), text("error", absent=True)
    if error is not None:
        ErrorCode(loads(error)["code"])
    for name in ("seq", "line", "column", "settled"):  # JSON may write them as 1.0
        call[name] = None if call[name] is None else int(call[name])
    call["warnings"] = tuple(call["warnings"])
    return CallRow(
        args_text=args or "null",
        result_text=result,
        content_text=content,
        error_text=error,
        **call,
    )


def _checksum(body: dict[str, JsonValue]) -> str:
    return "sha256:" + hashlib.sha256(canonical(body).encode()).hexdigest()
