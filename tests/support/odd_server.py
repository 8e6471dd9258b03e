"""A stdio MCP server that misbehaves in the way its argument names. Standard library only."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from hostile import HOSTILE  # type: ignore[import-not-found]
from raw_server import initialized, send, text  # type: ignore[import-not-found]

OBJECT = {"type": "object"}
PLAIN = {"name": "plain", "inputSchema": OBJECT}
_shown = 0


def _tools() -> list[dict[str, Any]]:
    match HOW:
        case "bad-definitions":
            return [
                PLAIN,
                {"name": "no_schema"},
                {"name": "text_schema", "inputSchema": {"type": "string"}},
                {"name": "odd_output", "inputSchema": OBJECT, "outputSchema": {"type": "array"}},
                {"name": "plain", "inputSchema": OBJECT, "description": "the second"},
                {"name": "with space ☃", "inputSchema": OBJECT},
                {"name": "", "inputSchema": OBJECT},
                {"name": "x" * 200, "inputSchema": OBJECT},
                {"inputSchema": OBJECT},
                {"name": "task", "inputSchema": OBJECT, "execution": {"taskSupport": "required"}},
            ]
        case "hostile":
            # Another definition at every start: approval has something to say.
            said = f"{HOSTILE} {os.getpid()}"
            schema = {"type": "object", "properties": {HOSTILE: {"description": said}}}
            return [
                PLAIN,
                {"name": f"t{HOSTILE}", "description": said, "title": said, "inputSchema": schema},
            ]
        case "changes" | "rug-pull" | "grows":
            global _shown
            _shown += 1
            first = {**PLAIN, "description": f"shown {_shown}"} if HOW == "rug-pull" else PLAIN
            if _shown == 1:
                return [first]
            return [first, {"name": f"new_{_shown}", "inputSchema": OBJECT}]
        case "structured":
            integer = {"type": "object", "properties": {"n": {"type": "integer"}}}
            wrapper = {"type": "object", "properties": {"result": {}}}
            return [
                {"name": "wrong", "inputSchema": OBJECT, "outputSchema": integer},
                {"name": "missing", "inputSchema": OBJECT, "outputSchema": integer},
                {"name": "list", "inputSchema": OBJECT},
                {"name": "wrapped", "inputSchema": OBJECT, "outputSchema": wrapper},
                {"name": "string_content", "inputSchema": OBJECT},
                {"name": "no_content", "inputSchema": OBJECT},
                {"name": "unknown_block", "inputSchema": OBJECT},
                {"name": "not_object", "inputSchema": OBJECT},
            ]
    return [PLAIN]


def _structured(name: str) -> Any:
    return {
        "wrong": text("x", structuredContent={"n": "text"}),
        "missing": text("x"),
        "list": text("x", structuredContent=[1, 2]),
        "wrapped": text("x", structuredContent={"result": [1, 2]}),
        "string_content": {"content": "just text"},
        "no_content": {},
        "unknown_block": {"content": [{"type": "hologram", "data": 1}]},
        "not_object": [1],
    }[name]


def _call(request_id: Any, name: str, params: dict[str, Any]) -> None:
    answer = {"id": request_id, "result": text("fine")}
    match HOW:
        case "structured":
            answer["result"] = _structured(name)
        case "dies-in-call":
            print("fatal: out of luck", file=sys.stderr, flush=True)
            os._exit(7)
        case "killed-in-call":
            os.kill(os.getpid(), 9)
        case "closes-stdout":
            os.close(1)
            time.sleep(30)
        case "hangs-in-call":
            Path(sys.argv[2]).with_suffix(".asked").touch()
            return
        case "bad-utf8":
            head = json.dumps({"jsonrpc": "2.0", "id": request_id})[:-1]
            tail = b', "result": {"content": [{"type": "text", "text": "a\xff\xfeb"}]}}\n'
            sys.stdout.buffer.write(head.encode() + tail)
            sys.stdout.buffer.flush()
            return
        case "floods-with-pings":
            for n in range(10_000_000):
                send({"id": n, "method": "ping"})
        case "floods-with-ids":
            for _ in range(100_000):
                send({"id": "x" * 500_000, "method": "ping"})
        case "floods-with-endless":
            while True:
                sys.stdout.buffer.write(b"x" * 100_000)
        case "floods-with-values":
            answer["result"] = {"content": [], "structuredContent": {"n": [{}] * 230_000}}
        case "floods-with-large":
            answer["result"] = text("x" * 2_000_000)
        case "floods":
            token = params["_meta"]["progressToken"]
            for n in range(20_000):
                news = {"progressToken": token, "progress": n, "total": 20_000}
                send({"method": "notifications/progress", "params": news})
        case "logs":
            for n in range(3):
                line = {"level": "warning", "logger": "db", "data": f"line {n}"}
                send({"method": "notifications/message", "params": line})
        case "garbage":
            print("Listening on stdio!\n{'a': 1}\n[DEBUG] x", flush=True)
        case "pretty":
            print(json.dumps({"jsonrpc": "2.0", **answer}, indent=2), flush=True)
            return
        case "big":
            answer["result"] = text("x" * params["arguments"]["bytes"])
        case "changes" | "rug-pull" | "grows":
            send({"method": "notifications/tools/list_changed"})
        case "asks":
            send({"id": "q1", "method": "sampling/createMessage", "params": {"messages": []}})
            send({"id": "q2", "method": "ping"})
        case "no-session":
            answer = {"id": request_id, "error": {"code": -32600, "message": "Session not found"}}
    send(answer)


def _list(params: dict[str, Any]) -> dict[str, Any]:
    if HOW == "pages":
        page = int(params.get("cursor", 0))
        listing: dict[str, Any] = {"tools": [{"name": f"tool_{page}", "inputSchema": OBJECT}]}
        return {**listing, "nextCursor": str(page + 1)} if page < 4 else listing
    if HOW == "endless-pages":
        page = int(params.get("cursor", 0))
        tool = {"name": f"tool_{page}", "inputSchema": OBJECT}
        return {"tools": [tool], "nextCursor": str(page + 1)}
    if HOW == "same-cursor":
        return {"tools": [PLAIN], "nextCursor": "again"}
    return {"tools": _tools()}


def _noted(message: dict[str, Any]) -> None:
    """Keep what was cancelled where a test can read it."""
    if message["method"] == "notifications/cancelled":
        with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
            file.write(f"{message['params']['requestId']}\n")


def main() -> None:
    """Serve until stdin ends."""
    if HOW == "dead-at-start":
        print("fatal: no API key", file=sys.stderr, flush=True)
        sys.exit(3)
    if HOW == "mute":
        time.sleep(60)
    if HOW == "noise":
        print("hello, this is no protocol", flush=True)
        time.sleep(60)
    if HOW.endswith("-when-asked"):
        with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
            file.write("started\n")
    if HOW == "grandchild":
        Path(sys.argv[2]).write_text(str(_grandchild()), encoding="utf-8")
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "method" not in message:
            continue
        if "id" not in message:
            if len(sys.argv) > 2:
                _noted(message)
            continue
        method, params = message["method"], message.get("params", {})
        if method == "server/discover" and HOW.endswith("-when-asked"):
            _asked_too_much(message["id"])
        elif method == "tools/call":
            _call(message["id"], params["name"], params)
        elif method == "initialize":
            offers: dict[str, Any] = {"resources": {}, "prompts": {}} if HOW == "hostile" else {}
            result = initialized()
            send(
                {
                    "id": message["id"],
                    "result": {**result, "capabilities": {**result["capabilities"], **offers}},
                }
            )
        elif HOW == "hostile" and method.startswith(("resources/", "prompts/")):
            send({"id": message["id"], **_beside_tools(method, params)})
        elif method == "tools/list":
            send({"id": message["id"], "result": _list(params)})
        else:
            send({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})
    if HOW == "stays":
        time.sleep(60)


def _beside_tools(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Every text of resources and prompts is hostile; odd ones stand among them."""
    shown = {"name": HOSTILE, "title": HOSTILE, "description": HOSTILE, "mimeType": HOSTILE}
    argument = {"name": HOSTILE, "description": HOSTILE, "required": True}
    match method:
        case "resources/list":
            rows = [
                {**shown, "uri": f"x://{HOSTILE}"},
                {"uri": 5},
                5,
                {"uri": "x://y", "size": "big"},
            ]
            return {"result": {"resources": rows}}
        case "resources/templates/list":
            return {
                "result": {"resourceTemplates": [{**shown, "uriTemplate": f"x://{HOSTILE}/{{id}}"}]}
            }
        case "resources/read" if params["uri"].startswith("x://"):
            return {
                "result": {
                    "contents": [{"uri": params["uri"], "mimeType": HOSTILE, "text": HOSTILE}]
                }
            }
        case "prompts/list":
            return {"result": {"prompts": [{**shown, "arguments": [argument, 5]}, {"name": 5}]}}
        case "prompts/get" if params["name"].startswith("p"):
            message = {"role": HOSTILE, "content": {"type": "text", "text": HOSTILE}}
            return {"result": {"description": HOSTILE, "messages": [message]}}
    return {"error": {"code": -32602, "message": HOSTILE}}


def _asked_too_much(request_id: Any) -> None:
    """What servers of the older era do that are asked for the newest one."""
    if HOW == "exits-when-asked":
        print("ExpectedInitializeRequest", file=sys.stderr, flush=True)
        sys.exit(1)
    if HOW == "fails-when-asked":
        send({"id": request_id, "error": {"code": -32000, "message": "Server not initialized"}})
        sys.exit(0)
    if HOW == "wedged-when-asked":
        time.sleep(60)


def _grandchild() -> int:
    """A process that outlives its parent and holds its pipes, as wrappers leave them behind."""
    import subprocess

    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid


if __name__ == "__main__":
    HOW = sys.argv[1]
    main()
