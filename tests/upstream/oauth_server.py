"""An MCP server that wants a login: the SDK's, guarded by FastMCP's authorization server, in one process.

Beside them doors for tests: ``/expire`` ends every access token, ``/forget`` the refresh tokens too, ``/seen``
tells how often each path was asked for. The tool ``write`` wants a right that a first login does not have.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import mcp_types as types
import uvicorn
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.server.lowlevel.server import Server
from pydantic import AnyHttpUrl

_SEEN: Counter[str] = Counter()


async def on_list_tools(_ctx: Any, _params: Any) -> types.ListToolsResult:
    names = ("echo", "write")
    tools = [types.Tool(name=name, input_schema={"type": "object"}) for name in names]
    return types.ListToolsResult(tools=tools)


async def on_call_tool(_ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    args = params.arguments or {}
    content = types.TextContent(type="text", text=json.dumps(args))
    return types.CallToolResult(content=[content], structured_content=args)


def main(port: int, how: str) -> None:
    """Serve until killed. how: ``closed`` registers no clients."""
    base = f"http://127.0.0.1:{port}"
    registration = ClientRegistrationOptions(
        enabled=how != "closed", valid_scopes=["read", "write"], default_scopes=["read", "write"]
    )
    provider = InMemoryOAuthProvider(
        base_url=base, client_registration_options=registration, required_scopes=["read"]
    )
    server = Server[Any]("guarded", on_list_tools=on_list_tools, on_call_tool=on_call_tool)
    app = server.streamable_http_app(
        host="127.0.0.1",
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(base),
            resource_server_url=AnyHttpUrl(f"{base}/mcp"),
            client_registration_options=registration,
            required_scopes=["read"],
            validate_token_resource=False,
        ),
        auth_server_provider=provider,
        token_verifier=provider,
    )

    async def answered(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    def may_write(headers: dict[bytes, bytes]) -> bool:
        token = headers.get(b"authorization", b"").decode().removeprefix("Bearer ")
        known = provider.access_tokens.get(token)
        return known is None or "write" in known.scopes

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = scope["path"]
        _SEEN[path] += 1
        if path == "/seen":
            await answered(send, 200, json.dumps(_SEEN).encode())
            return
        if path in ("/expire", "/forget"):
            provider.access_tokens.clear()
            if path == "/forget":
                provider.refresh_tokens.clear()
            await answered(send, 200, b"done")
            return
        if path == "/mcp" and scope["method"] == "POST":
            first = await receive()
            if b'"write"' in first.get("body", b"") and not may_write(dict(scope["headers"])):
                challenge = b'Bearer error="insufficient_scope", scope="write"'
                await answered(send, 403, b"", (b"www-authenticate", challenge))
                return
            pending = [first]

            async def again() -> Any:
                return pending.pop() if pending else await receive()

            await app(scope, again, send)
            return
        await app(scope, receive, send)

    uvicorn.run(guarded, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
