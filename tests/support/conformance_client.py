"""A client for the conformance suite: our upstream side, told by the suite which calls to make."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from workbench.config import ServerSettings
from workbench.core.model import ToolCall
from workbench.upstream import Manager

_SAMPLES = {"string": "text", "number": 5, "integer": 42, "boolean": True, "array": []}


def _sample(schema: dict[str, Any]) -> Any:
    """Some value that fits a schema."""
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") != "object":
        return _SAMPLES.get(str(schema.get("type")), "text")
    return {name: _sample(part) for name, part in schema.get("properties", {}).items()}


async def main(url: str) -> None:
    """Connect, list, make the calls that the suite wants, or one of each tool."""
    wanted = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}")).get("toolCalls")
    manager = Manager([ServerSettings("s", url=url)])
    await manager.settled("s")
    if wanted is None:
        tools = manager.catalogue().tools["s"].values()
        wanted = [{"name": one.name, "arguments": _sample(one.input_schema)} for one in tools]
    for one in wanted:
        call = ToolCall("x", 1, "s", one["name"], one.get("arguments", {}))
        await manager.call(call, lambda _: None)
    await manager.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[-1]))
