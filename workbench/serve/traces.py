"""One execution for a model: ``get_execution``, whole in little or a part of it, and what cancels one."""

from __future__ import annotations

import asyncio
import uuid

from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue
from workbench.core.ports import History
from workbench.core.records import HistoryError, UnknownExecution
from workbench.serve.answers import bounded_trace, page
from workbench.serve.media import take_out
from workbench.serve.preview import preview
from workbench.serve.requests import ANSWER_TOKENS, WAIT_MS
from workbench.serve.told import Misasked, NothingFound, Told, Unreadable
from workbench.serve.value_paths import BadPath, UnreadablePath, find
from workbench.text.jsontext import dumps
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line

_CALLS = 100
_SHOWN_ID = 60
_MOST_VALUE = 4_000
"""Characters of a value that a trace shows whole where it is not asked for the full one."""
_LITTLE = 400
"""Tokens of one that is larger."""

EXECUTION_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {
        "execution_id": {"type": "string"},
        "path": {
            "type": "string",
            "description": "A part: $.items[100:200] of the value, logs[0:50], calls[3].result.",
        },
        "calls_from": {"type": "integer"},
        "full": {"type": "boolean"},
        "wait_ms": {"type": "integer", "description": "If it runs, wait for its end."},
    },
    "required": ["execution_id"],
    "additionalProperties": False,
}
EXECUTION_CHECK = SchemaCheck(
    {
        **EXECUTION_SCHEMA,
        "properties": {
            "execution_id": {"type": "string"},
            "path": {"type": "string", "minLength": 1, "maxLength": 2000},
            "calls_from": {"type": "integer", "minimum": 1},
            "full": {"type": "boolean"},
            "wait_ms": WAIT_MS,
            "max_answer_tokens": ANSWER_TOKENS,
        },
    }
)
CANCEL_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"execution_id": {"type": "string"}},
    "required": ["execution_id"],
    "additionalProperties": False,
}


async def trace(
    history: History,
    most: int,
    execution_id: str,
    path: str | None = None,
    calls_from: int = 1,
    full: bool = False,
) -> Told:
    """The shape of ``history show``, with ``calls_total``; large values cut unless ``full``. With ``path``, the
    part that it leads to.

    Raises UnknownExecution, Misasked, NothingFound and Unreadable. Only a whole id is taken: ids are not to be
    guessed by their beginnings.
    """
    wanted = whole_id(execution_id)
    await history.committed()
    try:
        recording = await asyncio.to_thread(history.recording, wanted)
        shown: dict[str, JsonValue] = recording.to_json()
    except UnknownExecution:
        raise
    except (HistoryError, ValueError, LookupError, TypeError) as error:
        raise Unreadable(f"the record of {wanted} cannot be read: {error}") from error
    if path is not None:
        return _part(wanted, shown, path, most)
    ended = shown["status"] != "running"
    shown = {"ok": shown["status"] == "ok" if ended else None, **shown, "running": not ended}
    calls = shown["calls"]
    shown["calls_total"] = len(calls)
    # Of one that runs the next call may be asked for before it comes.
    if calls_from > max(1, len(calls) + (not ended)):
        made = count(len(calls), "call")
        raise NothingFound(f"the run made {made}: calls_from {calls_from} is past the last")
    shown["calls"] = calls[calls_from - 1 : calls_from - 1 + _CALLS]
    shown["value"], blocks = take_out(shown["value"])
    if not full:
        for name in ("value", "input"):
            shown[name] = _cut(shown[name], "$" if name == "value" else name)
        shown["calls"] = [
            {key: _cut(value, f"calls[{call['seq'] - 1}].{key}") for key, value in call.items()}
            for call in shown["calls"]
        ]
    return Told(bounded_trace(shown, most), blocks=tuple(blocks))


def whole_id(execution_id: str) -> str:
    """An execution's id in its one spelling. Raises NothingFound."""
    try:
        return str(uuid.UUID(execution_id))
    except ValueError:
        raise NothingFound(
            f"execution_id {clean_line(execution_id, _SHOWN_ID)!r} is not the whole id of an execution, "
            "a UUID as code_execution gives it"
        ) from None


def _part(execution_id: str, shown: dict[str, JsonValue], path: str, most: int) -> Told:
    running = f"{execution_id} is still running: " if shown["status"] == "running" else ""
    failed = f"{execution_id} failed ({shown['error']['code']}): " if shown["error"] else ""
    roots = {name: shown[name] for name in ("value", "logs", "calls", "error", "input", "code")}
    roots["value"], blocks = take_out(roots["value"])
    try:
        found = find(roots, path)
    except UnreadablePath as error:
        raise Misasked(str(error)) from error
    except BadPath as error:
        raise NothingFound(f"{running or failed}{error}") from error
    if running and found.path.startswith(("$", "error")):
        raise NothingFound(f"{running}it has a value or an error when it has ended")
    told = page(execution_id, found, most)
    attached = _attached_in(told.get("value"))
    return Told(
        told, blocks=tuple(block for number, block in enumerate(blocks, 1) if number in attached)
    )


def _attached_in(value: JsonValue) -> set[int]:
    """The numbers of the images and audio that a part mentions."""
    numbers: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("attached"), int):
                numbers.add(each["attached"])
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return numbers


def _cut(value: JsonValue, path: str) -> JsonValue:
    if not isinstance(value, str | list | dict):
        return value
    return value if len(dumps(value)) <= _MOST_VALUE else preview(value, _LITTLE, path)
