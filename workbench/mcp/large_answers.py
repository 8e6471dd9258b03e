"""Answers of megabytes, taken apart with the event loop between: a parser in C lets nobody in meanwhile.

Where the result stands in its message, and where the one of its two large members ends, is guessed and proved
by parsing: what stands there is JSON only if the guess was right. What is not proved is parsed whole.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

from workbench.core.model import JsonValue
from workbench.mcp.messages import Malformed, TooMuch, answer_of, decode, is_heavy
from workbench.text import json_pieces
from workbench.util.allocating import without_collector
from workbench.util.dataclass import dataclass

LARGE = 3 << 20
"""Bytes from which it is worth it: one parse takes up to 30 ms; in pieces it is one copy more."""
_EDGE = 1_000
_VERSION = rb'"jsonrpc"\s*:\s*"2\.0"\s*'
_ID = rb'"id"\s*:\s*(?P<id>\d{1,18}|"[^"\\]{1,200}")\s*'
_BEFORE = re.compile(
    rb"\s*\{\s*(?:" + _VERSION + rb",\s*)?(?:" + _ID + rb",\s*(?:" + _VERSION + rb",\s*)?)?"
    rb'"result"\s*:\s*(?=\{)'
)
_AFTER = re.compile(
    rb"\}\s*(?P<rest>(?:,\s*"
    + _VERSION
    + rb")?(?:,\s*"
    + _ID
    + rb")?(?:,\s*"
    + _VERSION
    + rb")?)\}\s*\Z"
)
_MEMBERS = ('"structuredContent"', '"content"')


@dataclass(frozen=True, slots=True)
class LargeAnswer:
    """An answer that nobody has parsed; ``result_of`` does."""

    id: int | str
    line: bytes | bytearray
    start: int
    """Where its result begins, and ends."""
    end: int


def large_answer(line: bytes | bytearray) -> LargeAnswer | None:
    """A line that is large and looks like an answer. None: it is parsed like any other."""
    if len(line) < LARGE:
        return None
    before = _BEFORE.match(line[:_EDGE])
    at_tail = len(line) - _EDGE
    after = _AFTER.search(line[-_EDGE:])
    if before is None or after is None or (before["id"] is None) is (after["id"] is None):
        return None
    name: bytes = before["id"] or after["id"]
    own = name[1:-1].decode("utf-8", "replace") if name.startswith(b'"') else int(name)
    return LargeAnswer(own, line, before.end(), at_tail + after.start() + 1)


async def result_of(answer: LargeAnswer, most_memory: int) -> dict[str, JsonValue]:
    """What ``decode`` and ``answer_of`` give, and raise, for its line."""
    line = answer.line
    await asyncio.sleep(0)  # it was received just now, which took a while, too
    if is_heavy(line, most_memory):
        raise TooMuch("it holds more values than are taken")
    await asyncio.sleep(0)
    try:
        text = str(memoryview(line)[answer.start : answer.end], "utf-8")
        await asyncio.sleep(0)
        with without_collector():
            return await _members(text)
    except (ValueError, RecursionError):  # NaN, bad UTF-8, a wrong guess
        decoded = decode(line, most_memory)
    if not isinstance(decoded.value, dict) or "method" in decoded.value:
        raise Malformed("malformed answer: it is none")
    return answer_of(decoded.value, decoded.odd_numbers)


async def _members(text: str) -> dict[str, JsonValue]:
    """The members of an object. Raises ValueError."""
    for left, right in _halves(text):
        try:
            if len(left) < len(right):
                first, last = await json_pieces.loads(left), await json_pieces.loads(right)
            else:  # the smaller first: a wrong guess is soon found out
                last, first = await json_pieces.loads(right), await json_pieces.loads(left)
        except ValueError:
            continue
        if first:
            return {**first, **last}
    await asyncio.sleep(0)
    found: dict[str, JsonValue] = await json_pieces.loads(text)
    return found


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """The object as two, where it may be cut: each large member is in one of its own."""
    for name in _MEMBERS:
        first = text.find(name)
        for at in dict.fromkeys((first, text.rfind(name))) if first > 0 else ():
            before = text[max(0, at - _EDGE) : at].rstrip()
            if before.endswith(","):
                comma = at - min(at, _EDGE) + len(before) - 1
                yield text[:comma] + "}", "{" + text[at:]
