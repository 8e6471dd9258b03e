"""Large JSON texts parsed bit by bit, with the event loop between: a parser in C lets nobody in meanwhile.

What can be taken apart is one long list of objects or lists, alone or somewhere in an object, which is what
megabytes of JSON are. Where it is cut is guessed, and proved by parsing: a piece between brackets is JSON
only if it was cut between two items of that list, and the rest is JSON only if a text may stand where the
list stood.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterator
from itertools import islice

import orjson

from workbench.core.model import JsonValue
from workbench.text import jsontext

LARGE = 1 << 20
"""Characters from which it is worth it: 5 to 10 ms."""
_PIECE = 1 << 18
_FARTHEST = 1 << 21
"""A piece ends within so many characters, or the text is not taken apart: the search takes 7 ms a megabyte."""
_BETWEEN = re.compile(r"[}\]](\s*,\s*)(?=[\[{])")
_OPENING = re.compile(r"\[\s*[\[{]")
_CLOSING = re.compile(r"[}\]]\s*\]")
_EDGE = 4_096
"""The long list begins and ends within so many characters of the ends of the text, or is not found."""
_MOST_TRIED = 16
_HOLE = f"\x00{secrets.token_hex(16)}"
"""Stands for the list; nobody can guess it, so no text has it."""


async def loads(text: str) -> JsonValue:
    """Like ``jsontext.loads``. Raises ``ValueError`` with the position."""
    if len(text) < LARGE:
        return jsontext.loads(text)
    for start, end in _candidates(text):
        frame = _frame(text[:start], text[end:])
        if frame is None:
            continue
        items = await _items(text, start + 1, end - 1)
        if items is not None and frame == _HOLE:
            return items
        if items is not None and _fill(frame, items):
            return frame
    return jsontext.loads(text)


def _candidates(text: str) -> Iterator[tuple[int, int]]:
    """Where the long list may stand, from its bracket to past the other one; the widest first."""
    starts = [found.start() for found in _OPENING.finditer(text, 0, _EDGE)]
    ends = [found.end() for found in _CLOSING.finditer(text, len(text) - _EDGE)]
    pairs = [(start, end) for start in starts for end in reversed(ends)]
    return iter(pairs[:_MOST_TRIED])


def _frame(before: str, after: str) -> JsonValue | None:
    """What stands around the list, with a hole in its place; None: it is no JSON, so there is no list."""
    try:
        frame: JsonValue = orjson.loads(f"{before}{jsontext.dumps(_HOLE)}{after}")
    except orjson.JSONDecodeError:
        return None
    return frame


async def _items(text: str, at: int, end: int) -> list[JsonValue] | None:
    """The items between the brackets; None: it is no list of JSON values, or cannot be taken apart."""
    items: list[JsonValue] = []
    while end - at > _PIECE:
        latest = min(end, at + _FARTHEST)
        for cut in islice(_BETWEEN.finditer(text, at + _PIECE, latest), _MOST_TRIED):
            found = _parsed(text[at : cut.start(1)])
            await asyncio.sleep(0)
            if found is not None:
                break
        else:  # within items, or within one very large item
            return None
        items += found
        at = cut.end(1)
    found = _parsed(text[at:end])
    return None if found is None else [*items, *found]


def _parsed(piece: str) -> list[JsonValue] | None:
    """The items of a piece; None: it is not cut between two of them. There is always one."""
    try:
        found: list[JsonValue] = orjson.loads(f"[{piece}]")
    except orjson.JSONDecodeError:
        return None
    return found or None


def _fill(frame: JsonValue, items: list[JsonValue]) -> bool:
    """Put the items where the hole is. False: it is a name there, where no list can stand."""
    pending: list[JsonValue] = [frame]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            for key, value in part.items():
                if value == _HOLE:
                    part[key] = items
                    return True
            pending += part.values()
        elif isinstance(part, list):
            if _HOLE in part:
                part[part.index(_HOLE)] = items
                return True
            pending += part
    return False
