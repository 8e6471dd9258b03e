"""Whether a Python value is one that JSON has: what a program gives has come through no parser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import orjson

from workbench.util.digits import is_finite

_LARGE = re.compile(r"\d{309}")
"""What may be a number that no double holds."""
_DEEPEST = 400
_TOO_DEEP = "it is nested too deeply, or holds itself"


def json_problem(value: object) -> str | None:
    """Where the first thing is that is not JSON, and what (``$.a[2] is bytes``); None: it all is.

    Tuples, and what orjson writes as text (times, UUIDs, enumerations), are JSON enough.
    """
    try:
        quick = orjson.dumps(value)
    except TypeError:  # not JSON, or a whole number over 64 bits, a lone surrogate, many levels
        quick = None
    if quick is not None and b"null" not in quick:  # which it writes for NaN, too
        return None
    try:
        text = json.dumps(value, allow_nan=False, default=_by_orjson)
    except RecursionError:
        return _TOO_DEEP
    except (TypeError, ValueError):
        text = ""
    if text and (quick is not None or not _LARGE.search(text)):
        return None
    return next(_problems(value, "$", 0), None)


def _by_orjson(value: object) -> object:
    return orjson.loads(orjson.dumps(value))


def _problems(value: object, path: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield _TOO_DEEP
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str | int | float | None):
                yield f"a key of {path} is of type {type(key).__name__}"
            yield from _problems(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _problems(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, int | float):
        if not is_finite(value):
            yield f"{path} is {value if isinstance(value, float) else 'out of the range of numbers'}"
    elif not isinstance(value, str | None):
        try:
            _by_orjson(value)
        except TypeError:
            yield f"{path} is of type {type(value).__name__}"
