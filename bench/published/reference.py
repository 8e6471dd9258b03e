"""What the SDK's own client gets from a server: what Workbench has to get too."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass, field
from typing import Any, Literal

from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters, stdio_client

_S = 90


@dataclass
class Reference:
    """Its tools, by name, and what two of them answered."""

    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None


async def ask(
    target: StdioServerParameters | str, chosen: list[tuple[str, dict[str, Any]]]
) -> Reference:
    """List and call with the SDK's client, of either era; ``error`` says why where it cannot."""
    reference = await _attempt(target, chosen, "auto")
    return reference if reference.error is None else await _attempt(target, chosen, "legacy")


async def _attempt(
    target: StdioServerParameters | str,
    chosen: list[tuple[str, dict[str, Any]]],
    mode: Literal["auto", "legacy"],
) -> Reference:
    reference = Reference()
    try:
        async with asyncio.timeout(_S):
            await _ask(target, chosen, reference, mode)
    except TimeoutError:
        reference.error = f"no answer within {_S} s"
    except BaseException as error:  # the SDK raises groups of groups
        if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
            raise
        reference.error = _innermost(error)
    return reference


async def _ask(
    target: StdioServerParameters | str,
    chosen: list[tuple[str, dict[str, Any]]],
    reference: Reference,
    mode: Literal["auto", "legacy"],
) -> None:
    with tempfile.TemporaryFile("w+") as stderr:
        server: Any = target if isinstance(target, str) else stdio_client(target, errlog=stderr)
        async with Client(server, read_timeout_seconds=60, mode=mode) as client:
            cursor = None
            while True:
                page = await client.list_tools(cursor=cursor)
                for tool in page.tools:
                    reference.tools[tool.name] = tool.model_dump(by_alias=True, mode="json")
                cursor = page.next_cursor
                if not cursor:
                    break
            reference.calls = chosen or harmless(reference.tools)
            for name, args in reference.calls:
                try:
                    answer = await client.call_tool(name, args)
                    reference.answers.append(answer.model_dump(by_alias=True, mode="json"))
                except MCPError as error:  # a refused call is an answer too
                    reference.answers.append({"refused": _innermost(error)})
                except Exception as error:  # the client's own check of an answer that came
                    reference.answers.append({"unchecked": _innermost(error)})


def harmless(tools: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Two tools that only read, with the least arguments that their schemas ask for."""

    def rank(item: tuple[str, dict[str, Any]]) -> tuple[bool, bool, int]:
        name, tool = item
        hints = tool.get("annotations") or {}
        words = name.lower().replace("-", "_")
        reads = hints.get("readOnlyHint") is True or any(
            word in words
            for word in ("get", "list", "read", "search", "echo", "status", "describe")
        )
        risky = hints.get("destructiveHint") is True and not hints.get("readOnlyHint")
        risky = risky or any(
            word in words
            for word in ("delete", "create", "write", "send", "login", "remove", "open", "install",
                         "feedback", "run", "exec", "kill", "interview", "browser", "update")
        )  # fmt: skip
        required = (tool.get("inputSchema") or {}).get("required") or []
        return risky, not reads, len(required)

    best = sorted(tools.items(), key=rank)[:2]
    return [(name, _least(tool.get("inputSchema") or {})) for name, tool in best]


def _least(schema: dict[str, Any], depth: int = 0) -> Any:
    """A value that a schema of an object's members asks for, as small as can be."""
    properties = schema.get("properties") or {}
    required = schema.get("required") or []
    return {name: _value(properties.get(name) or {}, depth) for name in required}


def _value(schema: dict[str, Any], depth: int) -> Any:
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return _value(schema[key][0], depth)
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return _least(schema, depth + 1) if depth < 3 else {}
    if kind == "array":
        return [_value(schema.get("items") or {}, depth + 1)] if schema.get("minItems") else []
    if kind in ("integer", "number"):
        return max(1, int(schema.get("minimum", 1)))
    if kind == "boolean":
        return False
    return {"uri": "https://example.com", "date": "2026-01-02"}.get(schema.get("format", ""), "UTC")


def _innermost(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"


def stdio(
    command: str, args: tuple[str, ...], env: dict[str, str], cwd: str
) -> StdioServerParameters:
    """The server as the SDK starts it."""
    return StdioServerParameters(
        command=command,
        args=list(args),
        env={"PATH": os.environ["PATH"], "HOME": cwd, **env},
        cwd=cwd,
    )
