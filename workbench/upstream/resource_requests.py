"""What a server has beside tools, resources and prompts: how it is asked, and what its answers mean."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.core.model import CallKind, ErrorCode, JsonValue, Outcome, ToolCall
from workbench.mcp.conversation import Progress
from workbench.mcp.messages import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    Failure,
    RequestTimeout,
    RpcError,
)
from workbench.text.jsontext import dumps
from workbench.upstream import results
from workbench.upstream.transports.link import Link

if TYPE_CHECKING:
    from workbench.catalogue.offerings import Offerings

_RESOURCE_NOT_FOUND = -32002
"""Until 2025-11-25; the newest protocol has the code of wrong parameters for it."""
_JSON = re.compile(r"\s*(?:application/(?:[^;]+\+)?json|text/json)\s*(?:;.*)?", re.IGNORECASE)
_WORDS: dict[CallKind, str] = {"resource": "resources", "prompt": "prompts"}


class NotThere(RpcError):
    """The server has no such resource or prompt; ``near``: names that may have been meant."""

    def __init__(self, error: RpcError, words: str, near: tuple[str, ...]) -> None:
        super().__init__(error.code, words, error.data, sent_code=error.sent_code)
        self.near = near


async def ask(link: Link, call: ToolCall, timeout: float, progress: Progress) -> dict[str, Any]:
    """The answer to a call for no tool, as the server gave it; of a listing, all its pages.

    ``timeout`` in seconds. Raises RpcError (NotThere among them) or Failure.
    """
    limit = asyncio.timeout(timeout)
    try:
        async with limit:
            return await _ask(link, call, timeout, progress)
    except TimeoutError:
        if not limit.expired():
            raise
        raise RequestTimeout(f"{call.tool} was not answered within {timeout:g} s") from None


async def offerings_of(server: str, send: Callable[[ToolCall], Awaitable[Outcome]]) -> Offerings:
    """Everything that a server has beside tools, or why that cannot be known. Never raises."""
    from workbench.catalogue.offerings import Offerings, read_prompts, read_resources

    listings: tuple[tuple[CallKind, str], ...] = (
        ("resource", "resources/list"),
        ("prompt", "prompts/list"),
    )
    asked = (send(ToolCall("", 1, server, method, {}, kind=kind)) for kind, method in listings)
    resources, prompts = await asyncio.gather(*asked)
    problems = [one.error.message for one in (resources, prompts) if one.error is not None]
    return Offerings(
        read_resources(server, resources.result or {}),
        read_prompts(server, prompts.result or {}),
        "; ".join(dict.fromkeys(problems)) or None,
    )


async def outcome_of(answer: dict[str, Any], call: ToolCall, upstream_ms: float) -> Outcome:
    """The outcome of what ``ask`` gave."""
    if results.is_too_deep(answer):
        return results.too_deep(call.label, upstream_ms)
    if call.tool == "resources/read":
        return replace(await _read(answer), upstream_ms=upstream_ms)
    shown = {name: value for name, value in answer.items() if name not in _WIRE}
    return Outcome(ok=True, result=shown, upstream_ms=upstream_ms)


def failure_of(error: RpcError | Failure, call: ToolCall, timeout_ms: int) -> Outcome:
    """The outcome of a call that got no result."""
    failed = results.failure_of(error, call.label, timeout_ms)
    assert failed.error is not None
    if isinstance(error, NotThere):
        near: dict[str, JsonValue] = {"near": list(error.near)} if error.near else {}
        details = {**near, **(failed.error.details or {})}
        return Outcome.failed(ErrorCode.NOT_FOUND, failed.error.message, details)
    if isinstance(error, RpcError) and error.code == METHOD_NOT_FOUND:
        return Outcome.failed(
            ErrorCode.NOT_FOUND,
            f"server {call.server!r} has no {_WORDS[call.kind]}",
            failed.error.details,
        )
    return failed


_WIRE = frozenset({"_meta", "resultType", "ttlMs", "cacheScope"})
"""Members of an answer that belong to the protocol."""


async def _ask(link: Link, call: ToolCall, timeout: float, progress: Progress) -> dict[str, Any]:
    if call.tool == "resources/list":
        if not link.offers("resources"):
            return {"resources": [], "templates": []}
        resources = await link.list_all("resources/list", "resources")
        return {"resources": resources, "templates": await _templates(link)}
    if call.tool == "prompts/list":
        found = await link.list_all("prompts/list", "prompts") if link.offers("prompts") else []
        return {"prompts": found}
    if call.tool == "prompts/get":
        given = {name: _as_text(value) for name, value in call.args["arguments"].items()}
        params = {"name": call.args["name"], "arguments": given}
    else:
        params = {"uri": call.args["uri"]}
    try:
        return await link.ask(call.tool, params, timeout, progress)
    except RpcError as error:
        if error.code not in (INVALID_PARAMS, _RESOURCE_NOT_FOUND):
            raise
        raise await _explained(link, call, error) from None


async def _templates(link: Link) -> list[dict[str, Any]]:
    try:
        return await link.list_all("resources/templates/list", "resourceTemplates")
    except RpcError as error:
        if error.code == METHOD_NOT_FOUND:  # most servers have none
            return []
        raise


async def _explained(link: Link, call: ToolCall, error: RpcError) -> RpcError:
    """A refusal of what was named: NotThere where that is why, with the names that there are."""
    try:
        if call.tool == "prompts/get":
            name, what = call.args["name"], "prompt"
            rows = await link.list_all("prompts/list", "prompts")
            known = [row["name"] for row in rows if isinstance(row.get("name"), str)]
            if name in known:
                return error
        else:
            name, what = call.args["uri"], "resource"
            rows = await link.list_all("resources/list", "resources")
            known = [row["uri"] for row in rows if isinstance(row.get("uri"), str)]
    except (RpcError, Failure):
        return error if call.tool == "prompts/get" else NotThere(error, error.message, ())
    near = near_names(name, known)
    told = suggestion(near, known, f"its {what}s are")
    return NotThere(error, f"{error.message}{told}" if name not in known else error.message, near)


def _as_text(value: JsonValue) -> str:
    """An argument of a prompt: the protocol knows texts only."""
    return value if isinstance(value, str) else dumps(value)


async def _read(answer: dict[str, Any]) -> Outcome:
    """The value of what was read: JSON where its type says so, else the text; blobs and several as they are."""
    contents = answer.get("contents")
    if not isinstance(contents, list):
        problem = "the answer has no list of contents"
        return Outcome(ok=True, result=[], content=[], warnings=(problem,))
    only = contents[0] if len(contents) == 1 else None
    text = only.get("text") if isinstance(only, dict) else None
    if not isinstance(only, dict) or not isinstance(text, str):
        return Outcome(ok=True, result=contents, content=contents)
    mime = only.get("mimeType")
    if not (isinstance(mime, str) and _JSON.fullmatch(mime)):
        return Outcome(ok=True, result=text, content=contents)
    parsed, problem = await results.json_in(text)
    notes = (f"the resource is no JSON, as its type {mime[:100]!r} says: {problem}",)
    return Outcome(ok=True, result=parsed, content=contents, warnings=notes if problem else ())
