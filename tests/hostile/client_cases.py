"""What clients do wrong, as data: what they send to ``workbench --serve``, and what must come back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.support.serving import ENVELOPE

_PARSE, _REQUEST, _METHOD, _PARAMS = -32700, -32600, -32601, -32602


@dataclass(frozen=True)
class Line:
    """``data`` on stdin; ``answers``: each an error code, a code of ours, or ``ok``."""

    name: str
    data: bytes
    answers: tuple[int | str, ...] = ()


def _ask(name: str, message: Any, *answers: int | str) -> Line:
    return Line(name, json.dumps(message).encode() + b"\n", answers)


def _raw(name: str, data: bytes, *answers: int | str) -> Line:
    return Line(name, data + b"\n", answers)


def _request(request_id: Any, method: Any, params: Any = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def _tool(name: str, arguments: Any, *answers: int | str, tool: Any = "code_execution") -> Line:
    params = {"name": tool, "arguments": arguments, "_meta": ENVELOPE}
    return _ask(name, _request(f"t-{name}", "tools/call", params), *answers)


def _run(name: str, *answers: int | str, **arguments: Any) -> Line:
    return _tool(name, {"code": "1", **arguments}, *answers)


def _modern(request_id: Any, method: Any, **params: Any) -> dict[str, Any]:
    return _request(request_id, method, {**params, "_meta": ENVELOPE})


LINES = [
    # no messages
    _raw("nothing", b""),
    _raw("blanks", b"   \t  "),
    _raw("a word", b"hello", _PARSE),
    _raw("half of JSON", b'{"jsonrpc":"2.0","id":1,', _PARSE),
    _raw("JSON and more", b'{"jsonrpc":"2.0","id":1,"method":"ping"} x', _PARSE),
    _raw("no text", b"\xff\xfe\x00\x80", _PARSE),
    _raw("zeros", b"\x00" * 1000, _PARSE),
    _raw("NaN", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}', _PARAMS),
    _raw("a head of HTTP", b"POST /mcp HTTP/1.1\r", _PARSE),
    _raw("deep lists", b"[" * 100_000, _REQUEST),
    _raw("deep objects", b'{"a":' * 100_000, _REQUEST),
    _raw("endless number", b"9" * 100_000, _REQUEST),
    # JSON of another shape
    _ask("null", None, _REQUEST),
    _ask("number", 5, _REQUEST),
    _ask("text", "x", _REQUEST),
    _ask("empty object", {}, _REQUEST),
    _ask("empty list", [], _REQUEST),
    _ask("batch", [_modern(1, "tools/list")], _REQUEST),
    _ask("batch of rubbish", [1, 2], _REQUEST),
    # requests of another shape
    _ask("no method", {"jsonrpc": "2.0", "id": 1}, _REQUEST),
    _ask("method null", _request(2, None), _REQUEST),
    _ask("method number", _request(3, 5), _REQUEST),
    _ask("method list", _request(4, ["ping"]), _REQUEST),
    _ask("method empty", _modern(5, ""), _METHOD),
    _ask("method unknown", _modern(6, "tools/destroy"), _METHOD),
    _ask("method endless", _modern(7, "x" * 1_000_000), _METHOD),
    _ask("method hostile", _modern(8, "\x1b[2J\u202e"), _METHOD),
    _ask("method of prototypes", _modern(9, "__class__"), _METHOD),
    _ask("params text", _request(10, "tools/list", "x"), _PARAMS),
    _ask("params list", _request(11, "tools/list", [1]), _PARAMS),
    _ask("params number", _request(12, "tools/call", 5), _PARAMS),
    _ask("id null", _modern(None, "tools/list"), _REQUEST),
    _ask("id object", _modern({"a": 1}, "tools/list"), _REQUEST),
    _ask("id list", _modern([1], "tools/list"), _REQUEST),
    _ask("id true", _modern(True, "tools/list"), _REQUEST),
    _ask("id fraction", _modern(1.5, "tools/list"), _REQUEST),
    _ask("id negative", _modern(-1, "tools/list"), "ok"),
    _ask("id huge", _modern(2**53, "tools/list"), "ok"),
    _ask("id empty", _modern("", "tools/list"), "ok"),
    _ask("id endless", _modern("x" * 100_000, "tools/list"), "ok"),
    _ask("version wrong", {**_modern(13, "tools/list"), "jsonrpc": "1.0"}, _REQUEST),
    _ask("version missing", {"id": 14, "method": "ping"}, _REQUEST),
    _ask("version number", {**_modern(15, "tools/list"), "jsonrpc": 2.0}, _REQUEST),
    _ask("an answer to nobody", {"jsonrpc": "2.0", "id": 77, "result": {}}),
    _ask("an error to nobody", {"jsonrpc": "2.0", "id": 78, "error": {"code": 1, "message": "x"}}),
    _ask("a notice of no kind", {"jsonrpc": "2.0", "method": "notifications/x"}),
    _ask("a notice of another shape", {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": 5}),
    _ask("cancels nothing", {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 999}}),
    _ask("cancels an object", {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": {}}}),
    _ask("progress of nothing", {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}),
    _ask("meta text", _request(16, "tools/list", {"_meta": "x"}), "ok"),
    _ask("meta version unknown", _request(17, "tools/list", {"_meta": {**ENVELOPE, "io.modelcontextprotocol/protocolVersion": "2099-01-01"}}), -32022),
    _ask("meta version number", _request(18, "tools/list", {"_meta": {**ENVELOPE, "io.modelcontextprotocol/protocolVersion": 5}}), _PARAMS),
    _ask("meta client hostile", _request(19, "tools/list", {"_meta": {**ENVELOPE, "io.modelcontextprotocol/clientInfo": {"name": "\x1b[2J" * 1000, "version": "x"}}}), "ok"),
    _ask("cursor of nobody", _modern(20, "tools/list", cursor="x" * 1000), _PARAMS),
    _ask("resources", _modern(21, "resources/read", uri="file:///etc/passwd"), _METHOD),
    _ask("prompts", _modern(22, "prompts/get", name="x"), _METHOD),
    _ask("sampling", _modern(23, "sampling/createMessage", messages=[]), _METHOD),
    # tools
    _tool("no such tool", {}, _PARAMS, tool="code_executioner"),
    _tool("tool null", {}, _PARAMS, tool=None),
    _tool("tool number", {}, _PARAMS, tool=5),
    _tool("tool endless", {}, _PARAMS, tool="x" * 100_000),
    _tool("tool hostile", {}, _PARAMS, tool="../../\x1b[2J"),
    _tool("arguments null", None, "INVALID_REQUEST"),
    _tool("arguments text", "x", _PARAMS),
    _tool("arguments list", [1], _PARAMS),
    _tool("no arguments", {}, "INVALID_REQUEST"),
    _tool("code null", {"code": None}, "INVALID_REQUEST"),
    _tool("code number", {"code": 5}, "INVALID_REQUEST"),
    _tool("code object", {"code": {}}, "INVALID_REQUEST"),
    _tool("code and script", {"code": "1", "script": "x"}, "INVALID_REQUEST"),
    _tool("script a path", {"script": "../../etc/passwd"}, "INVALID_REQUEST"),
    _tool("script absolute", {"script": "/etc/passwd"}, "INVALID_REQUEST"),
    _tool("script hostile", {"script": "\x00\x1b"}, "INVALID_REQUEST"),
    _tool("code too long", {"code": "1" * 2_000_000}, "INVALID_REQUEST"),
    _tool("code of broken text", {"code": "'\ud800'.length"}, "ok"),
    _run("more than is known", "INVALID_REQUEST", evil=1),
    _run("options null", "ok", options=None),
    _run("options text", "INVALID_REQUEST", options="x"),
    _run("options list", "INVALID_REQUEST", options=[]),
    _run("option unknown", "INVALID_REQUEST", options={"sudo": True}),
    _run("timeout zero", "INVALID_REQUEST", options={"timeout_ms": 0}),
    _run("timeout negative", "INVALID_REQUEST", options={"timeout_ms": -5}),
    _run("timeout huge", "INVALID_REQUEST", options={"timeout_ms": 10**18}),
    _run("timeout true", "INVALID_REQUEST", options={"timeout_ms": True}),
    _run("timeout fraction", "INVALID_REQUEST", options={"timeout_ms": 1.5}),
    _run("calls huge", "ok", options={"max_tool_calls": 10**30}),
    _run("parallel huge", "INVALID_REQUEST", options={"max_parallel": 10_000}),
    _run("servers text", "INVALID_REQUEST", options={"allowed_servers": "*"}),
    _run("servers of no text", "INVALID_REQUEST", options={"allowed_servers": [None]}),
    _run("wait negative", "INVALID_REQUEST", options={"wait_ms": -1}),
    _run("detached text", "INVALID_REQUEST", options={"detached": "yes"}),
    _run("input deep", "INVALID_REQUEST", input=json.loads("[" * 900 + "]" * 900)),
    _run("input of prototypes", "ok", input={"__proto__": {"x": 1}, "constructor": 5}),
    _run("input hostile", "ok", input={"\x1b[2J\u202e": "\ud800"}),
    _tool("a run of nobody", {"execution_id": "nothing"}, "NOT_FOUND", tool="get_execution"),
    _tool("a run of no text", {"execution_id": {}}, "INVALID_ARGS", tool="get_execution"),
    _tool("cancels a run of nobody", {"execution_id": "x"}, "NOT_FOUND", tool="cancel_execution"),
    _tool("a search of no text", {"query": 5}, "INVALID_ARGS", tool="search_tools"),
    _tool("a search of everything", {"query": '"; DROP TABLE x; -- * NEAR('}, "ok", tool="search_tools"),
    _tool("describes nothing", {}, _PARAMS, tool="describe_tool"),
]  # fmt: skip


@dataclass(frozen=True)
class Post:
    """A request over HTTP, whole, with ``$TOKEN``; ``status`` of the answer, 0: 400, or only an end."""

    name: str
    data: bytes
    status: int
    code: int | None = None
    """Of the JSON-RPC error in the body."""


def _http(
    name: str,
    status: int,
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/mcp",
    code: int | None = None,
    length: str | None = None,
    **headers: str | None,
) -> Post:
    given: dict[str, str | None] = {
        "Host": "127.0.0.1",
        "Authorization": "Bearer $TOKEN",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Content-Length": length if length is not None else str(len(body)),
        "Connection": "close",
    }
    given |= {key.replace("_", "-"): value for key, value in headers.items()}
    lines = "".join(f"{key}: {value}\r\n" for key, value in given.items() if value is not None)
    return Post(
        name, f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body, status, code
    )


_LIST = json.dumps(_modern(1, "tools/list")).encode()

POSTS = [
    _http("no token", 401, _LIST, Authorization=None),
    _http("an empty token", 401, _LIST, Authorization="Bearer "),
    _http("another token", 401, _LIST, Authorization="Bearer x"),
    _http("the token in another case", 401, _LIST, Authorization="Bearer A-TOKEN-FOR-THE-TESTS"),
    _http("the token as a password", 401, _LIST, Authorization="Basic eDp4"),
    _http("the token with more", 401, _LIST, Authorization="Bearer $TOKEN x"),
    _http("a token that is no text", 401, _LIST, Authorization="Bearer \xff\xfe"),
    _http("another host", 421, _LIST, Host="evil.example"),
    _http("a host that looks like ours", 421, _LIST, Host="127.0.0.1.evil.example"),
    _http("a host with a user", 421, _LIST, Host="127.0.0.1@evil.example"),
    _http("an empty host", 421, _LIST, Host=""),
    _http("another page", 403, _LIST, Origin="http://evil.example"),
    _http("the page of a file", 403, _LIST, Origin="null"),
    _http("a page that looks like ours", 403, _LIST, Origin="http://localhost.evil.example"),
    _http("another path", 404, _LIST, path="/"),
    _http("a path upwards", 404, _LIST, path="/mcp/../../etc/passwd"),
    _http("a path of no text", 404, _LIST, path="/%ff%00"),
    _http("PUT", 405, _LIST, method="PUT"),
    _http("PATCH", 405, _LIST, method="PATCH"),
    _http("TRACE", 405, method="TRACE"),
    _http("a method of nobody", 405, method="BREW"),
    _http("no body", 400),
    _http("a word", 400, b"hello", code=_PARSE),
    _http("half of JSON", 400, b'{"jsonrpc":', code=_PARSE),
    _http("no text", 400, b"\xff\xfe\x00", code=_PARSE),
    _http("a list", 400, b"[]", code=_REQUEST),
    _http("a number", 400, b"5", code=_REQUEST),
    _http("null", 400, b"null", code=_REQUEST),
    _http("deep", 400, b"[" * 100_000, code=_REQUEST),
    _http("an empty object", 400, b"{}", code=_REQUEST),
    _http("another kind of content", 400, _LIST, Content_Type="text/plain"),
    _http("no kind of content", 400, _LIST, Content_Type=None),
    _http("a kind that is none", 400, _LIST, Content_Type="\x01"),
    _http("takes pictures only", 406, _LIST, Accept="image/png"),
    _http("a length that is no number", 400, _LIST, length="x"),
    _http("a negative length", 400, _LIST, length="-5"),
    _http("a length past all", 413, _LIST, length="99999999999999"),
    _http("a session of nobody", 404, json.dumps(_request(1, "tools/list", {})).encode(), Mcp_Session_Id="nobody"),
    _http("a session of no text", 404, json.dumps(_request(1, "tools/list", {})).encode(), Mcp_Session_Id="\xff" * 100),
    _http("ends a session of nobody", 404, method="DELETE", Mcp_Session_Id="nobody"),
    _http("a version of nobody", 400, _LIST, MCP_Protocol_Version="2099-01-01"),
    _http("a header without end", 0, _LIST, X_Long="x" * 200_000),
    _http("a path without end", 0, _LIST, path="/" + "x" * 200_000),
    Post("no HTTP", b"hello\r\n\r\n", 400),
    Post("JSON as it is", _LIST + b"\r\n\r\n", 400),
    Post("the hello of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n", 400),
    Post("a header without a colon", b"POST /mcp HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n", 400),
    Post("two lengths", b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    Post("a length and pieces", b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer $TOKEN\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    Post("pieces of no size", b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer $TOKEN\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    Post("an older HTTP", b"POST /mcp HTTP/0.9\r\n\r\n", 401),
    Post("no host at all", b"POST /mcp HTTP/1.1\r\nAuthorization: Bearer $TOKEN\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 400),
]  # fmt: skip
