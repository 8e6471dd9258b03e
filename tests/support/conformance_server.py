"""The tools that the conformance suite asks for by name, on Workbench's own HTTP serving stack.

``python -m tests.support.conformance_server`` prints its URL. Only the tools and the missing token are
the fixture's; server, application, security checks and listening are those of ``workbench --serve --http``.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

from workbench.core.model import JsonValue
from workbench.mcp.messages import INTERNAL_ERROR, RpcError
from workbench.serve.access import Access
from workbench.serve.binding import Binding
from workbench.serve.http import HttpApp, Listening
from workbench.serve.mcp_server import Context, ProviderServer
from workbench.serve.tasks import Tasks
from workbench.serve.tool_provider import Caller

_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA="
_OBJECT: JsonValue = {"type": "object"}
_SCHEMA_2020: JsonValue = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "address",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "allOf": [{"anyOf": [{"required": ["name"]}, {"required": ["address"]}]}],
    "if": {"required": ["address"]},
    "then": {"properties": {"name": {"minLength": 1}}},
    "else": {"required": ["name"]},
    "additionalProperties": False,
}
_HEADER_SCHEMA: JsonValue = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    "required": ["region"],
}
_LOGS = ("Tool execution started", "Tool processing data", "Tool execution completed")


def _text(text: str) -> JsonValue:
    return {"type": "text", "text": text}


def _result(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)])


def _resource(uri: str, mime_type: str, text: str) -> JsonValue:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": text}}


_IMAGE: JsonValue = {"type": "image", "data": _PNG, "mimeType": "image/png"}
_CONTENT: dict[str, list[JsonValue]] = {
    "test_simple_text": [_text("This is a simple text response for testing.")],
    "test_image_content": [_IMAGE],
    "test_audio_content": [{"type": "audio", "data": _WAV, "mimeType": "audio/wav"}],
    "test_embedded_resource": [
        _resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        _text("Multiple content types test:"),
        _IMAGE,
        _resource("test://mixed-content-resource", "application/json", '{"test":"data"}'),
    ],
    "test_reconnection": [_text("ok")],
    "test_streaming_elicitation": [_text("ok")],
    "test_custom_header": [_text("ok")],
}
_NAMES = [
    *_CONTENT,
    "test_error_handling",
    "test_tool_with_progress",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_missing_capability",
    "test_trigger_tool_change",
    "test_sampling",
    "test_elicitation",
    "greet",
]
_TASKS = frozenset({"slow_compute", "failing_job", "protocol_error_job"})


class Fixtures:
    """The provider."""

    instructions = "Fixtures of the conformance suite."

    def listing(self) -> list[JsonValue]:
        schemas = dict.fromkeys([*_NAMES, *sorted(_TASKS)], _OBJECT) | {
            "test_custom_header": _HEADER_SCHEMA,
            "json_schema_2020_12_tool": _SCHEMA_2020,
        }
        return [
            {"name": name, "description": name, "inputSchema": schema}
            for name, schema in schemas.items()
        ]

    async def call(self, name: str, arguments: JsonValue, caller: Caller) -> JsonValue:
        if name == "test_error_handling":
            text = "This tool intentionally returns an error for testing"
            return {"content": [_text(text)], "isError": True}
        if name == "test_tool_with_progress":
            for step in (0, 50, 100):
                assert caller.progress is not None
                caller.progress(step, f"{step} of 100", 100)
            return {"content": [_text("done")]}
        if name == "greet":
            return {"content": [_text(f"Hello, {arguments['name']}!")]}
        if name == "slow_compute":
            await asyncio.sleep(arguments["seconds"])
            return {"content": [_text("computed")]}
        if name in _TASKS:
            await asyncio.sleep(0.05)
        if name == "failing_job":
            return {"content": [_text("it did not work")], "isError": True}
        if name == "protocol_error_job":
            raise RpcError(INTERNAL_ERROR, "the job cannot be done")
        return {"content": _CONTENT[name]}


class FixtureServer(ProviderServer):
    """Adds what Workbench's own tools do not do: logging, sampling, elicitation."""

    def __init__(self) -> None:
        fixtures = Fixtures()
        tasks = Tasks(fixtures.call, _TASKS, after_s=0)
        super().__init__(fixtures, tasks, on_set_logging_level=self._set_level)

    async def call_tool(self, ctx: Context, params: types.CallToolRequestParams) -> Any:
        arguments = params.arguments or {}
        if params.name == "test_missing_capability":
            needed: JsonValue = {"requiredCapabilities": {"sampling": {}}}
            raise MCPError(
                types.MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool needs sampling", needed
            )
        if params.name == "test_trigger_tool_change":
            self.list_changed()
            return _result("done")
        if params.name in ("test_tool_with_logging", "test_logging_tool"):
            for words in _LOGS:
                await ctx.session.send_log_message("info", words, related_request_id=ctx.request_id)
                await asyncio.sleep(0.05)
            return _result("done")
        if params.name == "test_sampling":
            asked = types.SamplingMessage(
                role="user", content=types.TextContent(type="text", text=arguments["prompt"])
            )
            answer = await ctx.session.create_message(
                [asked], max_tokens=100, related_request_id=ctx.request_id
            )
            return _result(f"LLM response: {answer.content}")
        if params.name == "test_elicitation":
            form = {
                "type": "object",
                "properties": {"username": {"type": "string"}, "email": {"type": "string"}},
                "required": ["username", "email"],
            }
            told = await ctx.session.elicit_form(
                arguments["message"], form, related_request_id=ctx.request_id
            )
            return _result(f"User response: {told.action} {told.content}")
        if params.name not in (*_NAMES, *_TASKS):
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
        return await super().call_tool(ctx, params)

    async def _set_level(self, _ctx: Any, _params: Any) -> types.EmptyResult:
        return types.EmptyResult()


class OpenAccess(Access):
    """Without a token: the suite cannot send one."""

    def without_token(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        return None


async def main() -> None:
    """Serve until stdin is closed or the process is killed."""
    warnings.filterwarnings("ignore", category=MCPDeprecationWarning)
    binding = Binding(
        "127.0.0.1", 0, "unused", generated=False, max_body_bytes=4 << 20, loopback=True
    )
    app = HttpApp(FixtureServer(), binding)
    app.access = OpenAccess(binding)
    async with Listening(app, binding) as listening:
        print(listening.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
