"""Texts of frames that the worker makes itself, where the prelude does not, and how much they take."""

from __future__ import annotations

import json
import sys
from typing import Any

from workbench.sandbox.child.starting.starter import NotAScript

_LEAST_ERROR = 512
_ESCAPED = (*map(chr, range(32)), '"', "\\")
"""What JSON does not take as it is, within a text."""

encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def failure(code: str, message: str) -> str:
    """The ``done`` frame of a script that failed so."""
    return f'{{"t":"done","ok":false,"code":"{code}","message":{encode(message)}}}'


def not_a_script(error: NotAScript) -> str:
    """The ``done`` frame for a text that is no script."""
    failed = failure("SYNTAX_ERROR", f"SyntaxError: {error}")
    return f'{failed[:-1]},"line":{error.line},"column":{error.column}}}'


def memory_failure(limit: int) -> str:
    """The ``done`` frame of a script that took all its memory; limit: bytes."""
    return failure(
        "MEMORY_LIMIT_EXCEEDED", f"the script used more than its {limit >> 20} MB of memory"
    )


def short(done: str, most: int) -> str:
    """A failure whose texts are not past all bounds (``most`` bytes, about); the parent counts them exactly."""
    most = max(most, _LEAST_ERROR)
    if len(done) <= most:
        return done
    data: dict[str, Any] = json.loads(done)
    for name in ("message", "stack"):
        text = data.get(name)
        if text is not None and len(text) > most:
            data[name] = f"{text[:most]}… (cut: {len(text)} characters)"
    if len(encode(data.get("details"))) > most:
        del data["details"]
    return compact(data)


def compact(value: Any) -> str:
    """As the engine itself writes it: only what must be is escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_plain(text: str) -> bool:
    """Whether JSON takes a text as it is, between two quotes (of ASCII: whatever else there is may not be)."""
    # The C library finds a letter so quickly that 34 of them take half as long as one pass by a table.
    return text.isascii() and not any(map(text.__contains__, _ESCAPED))


def size_of(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def passing(text: str) -> int:
    """Bytes that a text of the script takes on its way out: here, as UTF-8 before, and if not ASCII behind."""
    return sys.getsizeof(text) + size_of(text) * (1 if text.isascii() else 2)
