"""Large JSON text parsed in a thread, in pieces: a parser in C keeps the interpreter, and with it the screen,
until it is done (70 ms for 5 MB)."""

from __future__ import annotations

import json
import re

from workbench.core.model import JsonValue

_SPACE = re.compile(r"[ \t\n\r]*")
_DEPTH = 2
"""Containers down to this depth are read item by item; what is below is one piece."""

_decode = json.JSONDecoder().raw_decode


def parse_gently(text: str) -> JsonValue:
    """The value of a JSON text. Raises ValueError with the position."""
    value, end = _value(text, _after_space(text, 0), _DEPTH)
    end = _after_space(text, end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


def _value(text: str, at: int, depth: int) -> tuple[JsonValue, int]:
    first = text[at : at + 1]
    if depth and first == "[":
        return _list(text, at + 1, depth)
    if depth and first == "{":
        return _dict(text, at + 1, depth)
    return _decode(text, at)


def _list(text: str, at: int, depth: int) -> tuple[JsonValue, int]:
    found: list[JsonValue] = []
    at = _after_space(text, at)
    if text[at : at + 1] == "]":
        return found, at + 1
    while True:
        item, at = _value(text, at, depth - 1)
        found.append(item)
        at = _after_space(text, at)
        if text[at : at + 1] == "]":
            return found, at + 1
        at = _after_space(text, _past(text, at, ","))


def _dict(text: str, at: int, depth: int) -> tuple[JsonValue, int]:
    found: dict[str, JsonValue] = {}
    at = _after_space(text, at)
    if text[at : at + 1] == "}":
        return found, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting a name in double quotes", text, at)
        name, at = _decode(text, at)
        at = _after_space(text, _past(text, _after_space(text, at), ":"))
        found[name], at = _value(text, at, depth - 1)
        at = _after_space(text, at)
        if text[at : at + 1] == "}":
            return found, at + 1
        at = _after_space(text, _past(text, at, ","))


def _past(text: str, at: int, what: str) -> int:
    if text[at : at + 1] != what:
        raise json.JSONDecodeError(f"Expecting {what!r}", text, at)
    return at + 1


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
