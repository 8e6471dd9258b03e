"""JSON text, fast: orjson, with the standard library where a value is beyond it."""

from __future__ import annotations

import json

import orjson

from workbench.core.model import JsonValue
from workbench.text.sanitize import encodable

MAX_DEPTH = 800
"""Levels that are written. orjson reads 1024, on every Python; what the standard library reads and writes
differs from version to version, and with the stack that is in use."""


def dumps(value: JsonValue) -> str:
    """Compact JSON text. Lone surrogates become U+FFFD; NaN and infinities become null.

    Raises ``ValueError`` for what is nested deeper than ``MAX_DEPTH`` or holds itself.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers over 64 bits, lone surrogates, more than 254 levels
        return _standard(value, sort_keys=False)


def encoded(value: JsonValue) -> bytes:
    """``dumps`` in UTF-8, without a copy of a text that is large."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _standard(value, sort_keys=False).encode()


def encoded_line(value: JsonValue) -> bytes:
    """``encoded`` with a line's end: put behind it, it would be a copy of the whole."""
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return _standard(value, sort_keys=False).encode() + b"\n"


def loads(text: str | bytes | bytearray) -> JsonValue:
    """Parse JSON text; lone surrogates become U+FFFD. Raises ``ValueError`` with the position."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "surrogate" not in error.msg:
            raise
    try:
        decoded = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    return orjson.loads(_standard(decoded, sort_keys=False))


def canonical(value: JsonValue) -> str:
    """One text for equal values: keys sorted. For comparing and hashing.

    Raises ``ValueError`` for what is nested deeper than ``MAX_DEPTH`` or holds itself.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return _standard(value, sort_keys=True)


def _standard(value: JsonValue, *, sort_keys: bool) -> str:
    _check_depth(value)
    try:
        text = json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)
    except RecursionError:  # little of the stack is left
        raise _too_deep() from None
    return encodable(text)


def _check_depth(value: JsonValue) -> None:
    """Depth first, so that a value that holds itself is soon found out."""
    open_levels = [iter((value,))]
    while open_levels:
        for item in open_levels[-1]:
            if isinstance(item, dict):
                open_levels.append(iter(item.values()))
            elif isinstance(item, list | tuple):
                open_levels.append(iter(item))
            else:
                continue
            if len(open_levels) > MAX_DEPTH + 1:
                raise _too_deep()
            break
        else:
            open_levels.pop()


def _too_deep() -> ValueError:
    return ValueError(f"nested deeper than {MAX_DEPTH} levels")


def depth_over(value: JsonValue, most: int) -> bool:
    """Whether the lists and objects of a list or an object are nested in more than ``most`` levels."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
