"""An MCP server over streamable HTTP on the SDK, with a bearer token, for the tests of our client."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError

_NAMES = ["echo", "fail", "big", "list", "grow", "hang", "hung", "ask", "roots"]
_BUS = InMemorySubscriptionBus()
_HANGING: list[str] = []
_CANCELLED: list[str] = []


def _text(words: str, **more: Any) -> types.CallToolResult:
    content = types.TextContent(type="text", text=words)
    return types.CallToolResult(content=[content], **more)


async def on_list_tools(_ctx: Any, _params: Any) -> types.ListToolsResult:
    tools = [types.Tool(name=name, input_schema={"type": "object"}) for name in _NAMES]
    return types.ListToolsResult(tools=tools)


async def on_call_tool(ctx: Any, params: types.CallToolRequestParams) -> Any:
    args = params.arguments or {}
    match params.name:
        case "echo":
            await ctx.session.report_progress(1, 2, "half")
            return _text(json.dumps(args), structured_content=args)
        case "fail":
            return _text("it failed", is_error=True)
        case "big":
            return _text("x" * args["bytes"])
        case "list":
            modern = ctx.session.protocol_version >= "2026"
            value: Any = [1, 2]
            return _text("[1, 2]", structured_content=value if modern else {"result": value})
        case "grow":
            _NAMES.append(args["name"])
            await _BUS.publish(ToolsListChanged())
            await ctx.session.send_tool_list_changed()
            return _text("grew")
        case "hang":
            _HANGING.append(args["name"])
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                _CANCELLED.append(args["name"])
                raise
        case "ask" | "roots":
            return await _asking(ctx, params)
        case "hung":
            name = args["name"]
            counted = {"began": name in _HANGING, "cancelled": name in _CANCELLED}
            return _text("counted", structured_content=counted)
    raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")


async def _asking(ctx: Any, params: Any) -> Any:
    """A question to the client: in the answer by the newest protocol, beside it by the older one."""
    message = (params.arguments or {}).get("message", "")
    schema: Any = {"type": "object", "properties": {"city": {"type": "string"}}}
    if ctx.session.protocol_version < "2026":
        if params.name == "ask":
            told = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
        else:
            told = await ctx.session.list_roots()
    elif params.input_responses:
        assert params.request_state == "kept"
        told = params.input_responses["q"]
    else:
        question: Any = types.ListRootsRequest()
        if params.name == "ask":
            form = types.ElicitRequestFormParams(message=message, requested_schema=schema)
            question = types.ElicitRequest(params=form)
        return types.InputRequiredResult(input_requests={"q": question}, request_state="kept")
    if params.name == "ask":
        return _text(
            json.dumps(
                told.model_dump(exclude_none=True, by_alias=True, include={"action", "content"})
            )
        )
    return _text(json.dumps([str(root.uri) for root in told.roots]))


async def on_list_resources(_ctx: Any, _params: Any) -> types.ListResourcesResult:
    return types.ListResourcesResult(resources=[types.Resource(uri="web://tree", name="tree")])


async def on_list_templates(_ctx: Any, _params: Any) -> types.ListResourceTemplatesResult:
    template = types.ResourceTemplate(uri_template="web://blob/{n}", name="blob")
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def on_read_resource(_ctx: Any, params: Any) -> types.ReadResourceResult:
    content: Any
    if params.uri == "web://tree":
        content = types.TextResourceContents(
            uri=params.uri,
            mime_type="application/tree+json; charset=utf-8",
            text='{"leaves": ["ä"]}',
        )
    elif params.uri.startswith("web://blob/"):
        data = base64.b64encode(params.uri.removeprefix("web://blob/").encode()).decode()
        content = types.BlobResourceContents(uri=params.uri, mime_type="image/png", blob=data)
    else:
        raise MCPError(types.INVALID_PARAMS, "Resource not found")
    return types.ReadResourceResult(contents=[content])


async def on_list_prompts(_ctx: Any, _params: Any) -> types.ListPromptsResult:
    return types.ListPromptsResult(prompts=[types.Prompt(name="greet")])


async def on_get_prompt(_ctx: Any, params: Any) -> types.GetPromptResult:
    content = types.TextContent(type="text", text=f"Greet {(params.arguments or {})['name']}")
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=content)])


class _Server(Server[Any]):
    def create_initialization_options(self, *_args: Any, **_more: Any) -> Any:
        return super().create_initialization_options(NotificationOptions(tools_changed=True))


def main(port: int) -> None:
    """Serve until killed."""
    server = _Server(
        "web",
        on_list_tools=on_list_tools,
        on_call_tool=on_call_tool,
        on_list_resources=on_list_resources,
        on_list_resource_templates=on_list_templates,
        on_read_resource=on_read_resource,
        on_list_prompts=on_list_prompts,
        on_get_prompt=on_get_prompt,
        on_subscriptions_listen=ListenHandler(_BUS),
    )
    app = server.streamable_http_app(host="127.0.0.1")

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            if headers.get(b"authorization") != b"Bearer right":
                start = {"type": "http.response.start", "status": 401, "headers": []}
                await send(start)
                await send({"type": "http.response.body", "body": b"who are you?"})
                return
        await app(scope, receive, send)

    uvicorn.run(guarded, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    main(int(sys.argv[1]))
