"""The demo as an MCP server on stdio.

On the same server side as ``workbench --serve``, not on the SDK: the first run waits for it, and the
SDK's import alone takes half a second.
"""

from __future__ import annotations

import asyncio

from workbench.catalogue.validation import SchemaCheck, argument_problems
from workbench.core.model import JsonValue
from workbench.demo.resources import beside_tools
from workbench.demo.tools import TOOLS, Answer, DemoTool, Missing
from workbench.demo.world import World
from workbench.serve.server_session import Session
from workbench.serve.stdio import own_stdio
from workbench.serve.tool_provider import Caller, UnknownTool

_LONGEST_LINE = 64 << 20
_GRACE_S = 0.2


class DemoProvider:
    """The demo's tools over a world of their own (a ``ToolProvider``)."""

    instructions = "A made-up issue tracker, chat and clock to try scripts on."

    def __init__(self) -> None:
        self.world = World.fresh()
        self._tools = {tool.name: tool for tool in TOOLS}
        self._checks = {tool.name: SchemaCheck(tool.input_schema) for tool in TOOLS}

    def listing(self) -> list[JsonValue]:
        return [_definition(tool) for tool in TOOLS]

    async def call(self, name: str, arguments: JsonValue, caller: Caller) -> JsonValue:
        tool = self._tools.get(name)
        if tool is None:
            raise UnknownTool(f"Unknown tool: {name}")
        problems = argument_problems(self._checks[name], arguments)
        if problems:
            return _result(Answer("; ".join(problems), is_error=True))

        def progress(done: float, total: float, text: str) -> None:
            if caller.progress is not None:
                caller.progress(done, text, total)

        try:
            answer = tool.handler(self.world, arguments, progress)
            return _result(answer if isinstance(answer, Answer) else await answer)
        except Missing as error:
            return _result(Answer(str(error), is_error=True))


def main() -> None:
    """Serve on stdin and stdout until stdin ends."""
    asyncio.run(_serve())


async def _serve() -> None:
    provider = DemoProvider()
    session = Session(provider, name="workbench-demo", more=beside_tools(provider.world))
    async with own_stdio(session, _LONGEST_LINE) as lines:
        session.attach(lines)
        await lines.ended.wait()
        await session.finish(_GRACE_S)


def _definition(tool: DemoTool) -> JsonValue:
    definition = {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "annotations": {
            "readOnlyHint": tool.kind == "read",
            "destructiveHint": tool.kind == "destructive",
            "idempotentHint": tool.kind == "read",
            "openWorldHint": False,
        },
    }
    return definition if tool.output is None else {**definition, "outputSchema": tool.output}


def _result(answer: Answer) -> JsonValue:
    result = {
        "content": [{"type": "text", "text": answer.text}],
        "isError": answer.is_error,
    }
    return (
        result if answer.structured is None else {**result, "structuredContent": answer.structured}
    )
