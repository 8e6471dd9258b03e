"""The last word on a run: a failure says what would be right, a null says why it is one.

Works on the text of a ``done`` frame, on its way out of the worker.
"""

from __future__ import annotations

import json
import os
from typing import Any

from workbench.sandbox.child.explaining import (
    advice,
    as_sent,
    callbacks,
    empty_results,
    placeless,
    promise_signs,
    unawaited,
)
from workbench.sandbox.child.explaining.absent_members import absent_member
from workbench.sandbox.child.explaining.script_tree import FailureSite, Script
from workbench.sandbox.child.explaining.tool_advice import Ask
from workbench.sandbox.child.frame_texts import encode

_NOTHING = '{"t":"done","ok":true,"value":null,"undefined":true'
_VALUE = '{"t":"done","ok":true'
_FAILED = '{"t":"done","ok":false'
_BLANKS = ',"blanks":true}'
_UNDEFINED = "undefined"
_PROMISE = "[object Promise]"
_OBJECT = "[object Object]"
_AS_TEXT = (
    f"the value holds {_OBJECT}, which is an object as text: take its members, or JSON.stringify it"
)
_LONGEST = 1 << 20
_LOOKED_AT = 1 << 16
"""Characters of a value: what went wrong in silence did so from the first of many on."""


def explained(script: Script, done: str, ask: Ask | None, in_flight: int = 0) -> str:
    """The frame with what can be added to it.

    ask: None where nobody is to be asked. in_flight: calls that were not answered yet, as the script ended.
    """
    try:
        if done.startswith(_NOTHING):
            return _null_explained(script, done, ask, in_flight)
        has_blanks = done.endswith(_BLANKS)
        if has_blanks:
            done = f"{done[: -len(_BLANKS)]}}}"
        if done.startswith(_VALUE) and len(done) <= _LONGEST:
            return _with_warning(done, _of_a_value(script, done, in_flight, has_blanks, ask))
        if done.startswith(_FAILED) and len(done) <= _LONGEST:
            return _failure_explained(script, done, ask)
    except Exception as error:  # a help that fails must not take the result with it
        os.write(2, f"advice: {error!r}\n".encode())
    return done


def is_left_by_a_race(script: Script) -> bool:
    """Whether calls that were not answered as the script ended are those that lost a race: of no other of its
    calls it is seen that nobody waits for it."""
    try:
        return promise_signs.has_a_race(script.code) and _of_a_promise(script, or_left=True) is None
    except Exception as error:  # as above
        os.write(2, f"advice: {error!r}\n".encode())
    return False


def _null_explained(script: Script, done: str, ask: Ask | None, in_flight: int) -> str:
    data: dict[str, Any] = json.loads(done)
    told = empty_results.remarks(script, data.get("failed_call"), ask)
    told = told or _of_a_promise(script, or_left=in_flight > 0)
    site = FailureSite(script, None, None)
    told = told or callbacks.without_return(site, ask) or absent_member(site, ask)
    return _with_warning(done, told)


def _of_a_value(
    script: Script, done: str, in_flight: int, has_blanks: bool, ask: Ask | None
) -> str | None:
    """What may be wrong with a script that gave a value: by signs, for most need no word."""
    code, head = script.code, done[:_LOOKED_AT]
    told = empty_results.of_a_block(code) or as_sent.of_a_text(code, ask)
    if told is None and (in_flight or _PROMISE in head or promise_signs.is_read(code)):
        told = _of_a_promise(script, or_left=False)
    if told is not None:
        return told
    site = FailureSite(script, None, None)
    if is_nothing := callbacks.gave_nothing(head):
        told = callbacks.without_return(site, ask) or empty_results.of_settled(code)
    if told is None and (is_nothing or has_blanks or _UNDEFINED in head):
        told = absent_member(site, ask)
    return _AS_TEXT if told is None and _OBJECT in head else told


def _of_a_promise(script: Script, *, or_left: bool) -> str | None:
    if not promise_signs.may_give_promises(script.code):
        return None
    return unawaited.promise_read(FailureSite(script, None, None), or_left=or_left)


def _with_warning(done: str, remark: str | None) -> str:
    if remark is None:
        return done
    data: dict[str, Any] = json.loads(done)
    data["warnings"] = [*data.get("warnings", ()), remark]
    return encode(data)


def _failure_explained(script: Script, done: str, ask: Ask | None) -> str:
    given: dict[str, Any] = json.loads(done)
    data = placeless.placed(FailureSite(script, given.get("line"), given.get("column")), given)
    told = advice.advise(FailureSite(script, data.get("line"), data.get("column")), data, ask)
    if told is None:
        return done if data is given else encode(data)
    stack = data.get("stack")
    if isinstance(stack, str) and stack.startswith(data["message"]):
        data["stack"] = told.message + stack[len(data["message"]) :]
    data["message"] = told.message
    if told.line is not None:
        data["line"], data["column"] = told.line, told.column
    return encode(data)
