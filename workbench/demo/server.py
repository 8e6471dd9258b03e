"""The demo as an MCP server on stdio, on the SDK's low-level server: both protocol eras."""

from __future__ import annotations

import asyncio
from typing import Any

import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from workbench import __version__
from workbench.arguments import SchemaCheck, argument_problems
from workbench.demo.tools import TOOLS, Answer, DemoTool, Missing
from workbench.demo.world import World

_TOOLS = {tool.name: tool for tool in TOOLS}


def build() -> Server[Any]:
    """A server with a world of its own."""
    world = World.fresh()
    checks = {tool.name: SchemaCheck(tool.input_schema) for tool in TOOLS}
    listing = types.ListToolsResult(tools=[_definition(tool) for tool in TOOLS])

    async def on_list_tools(_ctx: Any, _params: Any) -> types.ListToolsResult:
        return listing

    async def on_call_tool(ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = _TOOLS.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
        args = params.arguments or {}
        problems = argument_problems(checks[params.name], args)
        if problems:
            return _result(Answer("; ".join(problems), is_error=True))
        try:
            answer = tool.handler(world, args, ctx.session.report_progress)
            return _result(answer if isinstance(answer, Answer) else await answer)
        except Missing as error:
            return _result(Answer(str(error), is_error=True))

    return Server(
        "workbench-demo",
        version=__version__,
        instructions="A made-up issue tracker, chat and clock to try scripts on.",
        on_list_tools=on_list_tools,
        on_call_tool=on_call_tool,
    )


def main() -> None:
    """Serve on stdin and stdout until stdin ends."""
    asyncio.run(_serve())


async def _serve() -> None:
    server = build()
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _definition(tool: DemoTool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.kind == "read",
            destructive_hint=tool.kind == "destructive",
            idempotent_hint=tool.kind == "read",
            open_world_hint=False,
        ),
    )


def _result(answer: Answer) -> types.CallToolResult:
    result = types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.text)], is_error=answer.is_error
    )
    if answer.structured is not None:
        result.structured_content = answer.structured
    return result
