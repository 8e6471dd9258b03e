"""What a tool's answer means: the unwrapped value, or the failure."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from workbench.catalogue.tools import ToolInfo
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import ErrorCode, JsonValue, Outcome
from workbench.mcp.messages import (
    GROWTH,
    NO_CODE,
    Failure,
    NotJson,
    RequestTimeout,
    RpcError,
    is_heavy,
)
from workbench.mcp.peer import LONGEST_ANSWER
from workbench.text import json_pieces, jsontext
from workbench.util.allocating import without_collector

DEEPEST = 250
"""Levels of an answer that everything after us can hold: the script, the record, the screens."""
_NO_WORDS = "the tool failed and gave no reason"
_MOST_WORDS = 65_536
_LONG_TEXT = 65_536
_FEW = 100


async def outcome_of(
    answer: dict[str, JsonValue],
    tool: ToolInfo | None,
    label: str,
    upstream_ms: float | None = None,
) -> Outcome:
    """The outcome of a ``tools/call`` answer as the server sent it.

    tool: its definition, where one is known: tells wrapped results, checks structured ones.
    label: ``server.tool``, for messages.
    """
    # Writing a megabyte only to learn its size takes half a millisecond.
    size = _size_of_texts(answer)
    if size is None:
        size = _size_unless_too_deep(answer)
    if size is None:
        return too_deep(label, upstream_ms)
    if size >= json_pieces.LARGE:
        await asyncio.sleep(0)
    content, warnings = _content(answer)
    if answer.get("resultType") == "input_required":
        return Outcome.failed(
            ErrorCode.UPSTREAM_ERROR,
            f"{label}: the server asks its user for more input, which a script cannot give",
            content=content,
            upstream_ms=upstream_ms,
        )
    structured = answer.get("structuredContent")
    if answer.get("isError") is True:
        return Outcome.failed(
            ErrorCode.UPSTREAM_ERROR,
            f"{label}: {_cut(_words(content, structured))}",
            {"structuredContent": structured} if structured is not None else None,
            content=content,
            upstream_ms=upstream_ms,
        )
    if tool is not None and tool.output_check is not None:
        if structured is None:
            warnings.append("the tool has an output schema and gave no structured content")
        else:
            warnings += await _mismatches(tool.output_check, structured)
    return Outcome(
        ok=True,
        result=await _unwrapped(structured, content, tool),
        content=content,
        upstream_ms=upstream_ms,
        warnings=tuple(warnings),
    )


async def _mismatches(check: SchemaCheck, structured: JsonValue) -> list[str]:
    verdict = await check.judged(structured)
    found = [
        f"the result does not match its output schema: {problem}"
        for problem in verdict.problems[:1]
    ]
    return [*found, *(f"of its output schema: {note}" for note in verdict.notes)]


def failure_of(error: RpcError | Failure, label: str, timeout_ms: int) -> Outcome:
    """The outcome of a call that got no result."""
    if isinstance(error, RequestTimeout):
        _, _, more = str(error).partition("; ")
        message = f"{label}: not answered within the call timeout of {timeout_ms} ms"
        return Outcome.failed(ErrorCode.TIMEOUT, f"{message}; {more}" if more else message)
    if isinstance(error, NotJson):
        return Outcome.failed(ErrorCode.SERIALIZATION_ERROR, f"{label}: {error}")
    if isinstance(error, Failure):
        return Outcome.failed(ErrorCode.UPSTREAM_ERROR, f"{label}: {_cut(str(error))}")
    sent = error.code if error.sent_code is None else error.sent_code
    details: dict[str, JsonValue] = {"code": sent} if sent != NO_CODE else {}
    if error.data is not None:
        deep = is_too_deep(error.data)
        details["data"] = f"(nested more than {DEEPEST} levels deep)" if deep else error.data
    return Outcome.failed(
        ErrorCode.UPSTREAM_ERROR, f"{label}: {_cut(error.message)}", details or None
    )


def too_deep(label: str, upstream_ms: float | None) -> Outcome:
    """The outcome of a call whose answer ``is_too_deep``."""
    return Outcome.failed(
        ErrorCode.SERIALIZATION_ERROR,
        f"{label}: the result is nested more than {DEEPEST} levels deep",
        upstream_ms=upstream_ms,
    )


def _cut(words: str) -> str:
    if len(words) <= _MOST_WORDS:
        return words
    return f"{words[:_MOST_WORDS]}… ({len(words)} characters in all)"


def is_too_deep(value: JsonValue) -> bool:
    """Whether it has more levels than ``DEEPEST``."""
    return _size_unless_too_deep(value) is None


def _size_of_texts(answer: dict[str, JsonValue]) -> int | None:
    """Bytes of its JSON, about, of an answer that is a long text in few objects; None: of any other."""
    content = answer.get("content")
    if not (isinstance(content, list) and content and len(_text(content[0]) or "") >= _LONG_TEXT):
        return None
    size, looked_at = 0, 0
    pending: list[JsonValue] = [answer]
    while pending:
        outer = pending.pop()
        looked_at += len(outer)
        if looked_at > _FEW:  # so none is deeper than that either
            return None
        for inner in outer.values() if isinstance(outer, dict) else outer:
            if isinstance(inner, str):
                size += len(inner)
            elif isinstance(inner, dict | list):
                pending.append(inner)
    return size


def _size_unless_too_deep(value: JsonValue) -> int | None:
    """Bytes of its JSON, 0 where they are not known; None where it has more levels than ``DEEPEST``."""
    try:
        return len(orjson.dumps(value))  # a microsecond, and it ends where json.dumps is slow
    except TypeError:
        return None if jsontext.depth_over(value, DEEPEST) else 0


async def _unwrapped(
    structured: JsonValue, content: list[JsonValue], tool: ToolInfo | None
) -> JsonValue:
    if structured is not None:
        if (
            tool is not None
            and tool.wraps_result
            and isinstance(structured, dict)
            and structured.keys() == {"result"}
        ):
            return structured["result"]
        return structured
    if len(content) == 1:
        text = _text(content[0])
        if text is not None:
            await _turn_of_others(text)  # it was received just now, which took a while, too
            return await _parsed(text)
    return content


async def _parsed(text: str) -> JsonValue:
    """The value of a text that is as a whole a JSON object or array, else the text."""
    stripped = text.strip()
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return text
    return (await json_in(text))[0]


async def json_in(text: str) -> tuple[JsonValue, str]:
    """The value of a JSON text and nothing; the text and what is wrong, where it is none or too large.

    A large one is taken in pieces, and between its steps others have their turn: megabytes take a while.
    """
    stripped = text.strip()
    if is_heavy(stripped, LONGEST_ANSWER * GROWTH):
        return text, "it holds more values than are taken"
    await _turn_of_others(stripped)
    try:
        with without_collector():
            value = await json_pieces.loads(stripped)
    except (ValueError, RecursionError) as error:
        return text, str(error)
    await _turn_of_others(stripped)
    deep = is_too_deep(value)
    await _turn_of_others(stripped)
    return (text, "it is nested too deeply") if deep else (value, "")


async def _turn_of_others(text: str) -> None:
    """After a step on a text that took a while."""
    if len(text) >= json_pieces.LARGE:
        await asyncio.sleep(0)


def _content(answer: dict[str, JsonValue]) -> tuple[list[JsonValue], list[str]]:
    """The content list, and what was wrong with it."""
    content = answer.get("content")
    if isinstance(content, list):
        return content, []
    if content is None:
        missing = "structuredContent" not in answer and answer.get("resultType") in (
            None,
            "complete",
        )
        return [], ["the result has no content"] if missing else []
    text = content if isinstance(content, str) else jsontext.dumps(content)
    return [{"type": "text", "text": text}], ["the content is not a list of blocks"]


def _text(block: JsonValue) -> str | None:
    if isinstance(block, dict) and block.get("type") == "text":
        text = block.get("text")
        if isinstance(text, str):
            return text
    return None


def _words(content: list[JsonValue], structured: JsonValue) -> str:
    texts: list[Any] = [_text(block) for block in content]
    words = "\n".join(text for text in texts if text)
    if words:
        return words
    return jsontext.dumps(structured) if structured is not None else _NO_WORDS
