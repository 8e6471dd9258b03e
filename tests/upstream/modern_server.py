"""A server on the SDK that changes its tools and says so to a client that listens (2026-07-28)."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

_NAMES = ["grow"]
_BUS = InMemorySubscriptionBus()


async def on_list_tools(_ctx: Any, _params: Any) -> types.ListToolsResult:
    tools = [types.Tool(name=name, input_schema={"type": "object"}) for name in _NAMES]
    return types.ListToolsResult(tools=tools)


async def on_call_tool(ctx: Any, _params: Any) -> types.CallToolResult:
    _NAMES.append("grown")
    await _BUS.publish(ToolsListChanged())
    await ctx.session.send_log_message("info", "grew", related_request_id=ctx.request_id)
    return types.CallToolResult(content=[types.TextContent(type="text", text="grew")])


def build() -> Server[Any]:
    """The server."""
    return Server(
        "modern",
        on_list_tools=on_list_tools,
        on_call_tool=on_call_tool,
        on_subscriptions_listen=ListenHandler(_BUS),
    )


async def _stdio() -> None:
    server = build()
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _http(port: int) -> None:
    import uvicorn

    app = build().streamable_http_app(host="127.0.0.1")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _http(int(sys.argv[1]))
    else:
        asyncio.run(_stdio())
