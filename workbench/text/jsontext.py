"""JSON text, fast: orjson, with the standard library where a value is beyond it."""

from __future__ import annotations

import json

import orjson

from workbench.core.model import JsonValue
from workbench.text.sanitize import encodable


def dumps(value: JsonValue) -> str:
    """Compact JSON text. Lone surrogates become U+FFFD; NaN and infinities become null.

    Raises ``ValueError`` for what is nested too deeply (some 900 levels) or holds itself.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers over 64 bits, lone surrogates, more than 254 levels
        pass
    try:
        return encodable(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def loads(text: str | bytes) -> JsonValue:
    """Parse JSON text; lone surrogates become U+FFFD. Raises ``ValueError`` with the position."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "surrogate" not in error.msg:
            raise
        decoded = json.loads(text)
        return orjson.loads(encodable(json.dumps(decoded, ensure_ascii=False)))


def canonical(value: JsonValue) -> str:
    """One text for equal values: keys sorted. For comparing and hashing.

    Raises ``ValueError`` for what is nested too deeply or holds itself.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        pass
    try:
        return encodable(
            json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
