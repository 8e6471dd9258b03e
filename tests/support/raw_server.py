"""A stdio MCP server written by hand: standard library only, starts in 20 ms, answers in 30 µs.

Speaks the handshake of 2025-11-25. Tools: ``echo`` (any arguments, given back), ``sleep`` (``ms``;
other calls are answered meanwhile; ``steps``: tells its progress so often before), ``add`` (checked
arguments) and ``fail``.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

TOOLS: list[dict[str, Any]] = [
    {"name": "echo", "description": "Gives back", "inputSchema": {"type": "object"}},
    {
        "name": "sleep",
        "description": "Answers later",
        "inputSchema": {"type": "object", "properties": {"ms": {"type": "number"}}},
    },
    {
        "name": "add",
        "description": "Adds two numbers",
        "inputSchema": {
            "type": "object",
            "properties": {"left": {"type": "number"}, "right": {"type": "number"}},
            "required": ["left", "right"],
            "additionalProperties": False,
        },
    },
    {"name": "fail", "description": "Fails", "inputSchema": {"type": "object"}},
]

_write = threading.Lock()


def send(message: dict[str, Any]) -> None:
    """Write one message."""
    line = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode() + b"\n"
    with _write:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def text(words: str, **more: Any) -> dict[str, Any]:
    """A result of one text block."""
    return {"content": [{"type": "text", "text": words}], **more}


def initialized() -> dict[str, Any]:
    """The result of ``initialize``."""
    return {
        "protocolVersion": "2025-11-25",
        "capabilities": {"tools": {"listChanged": True}},
        "serverInfo": {"name": "raw", "version": "1"},
    }


def _call(request_id: Any, name: str, args: dict[str, Any], token: Any) -> None:
    if name == "echo":
        send({"id": request_id, "result": text(json.dumps(args), structuredContent=args)})
    elif name == "sleep":
        steps = args.get("steps", 0)
        for step in range(1, steps + 1):
            far = {"progressToken": token, "progress": step, "total": steps, "message": "step"}
            send({"method": "notifications/progress", "params": far})
        answer = {"id": request_id, "result": text("slept")}
        timer = threading.Timer(args.get("ms", 0) / 1000, send, (answer,))
        timer.daemon = True
        timer.start()
    elif name == "add":
        send({"id": request_id, "result": text(json.dumps({"sum": args["left"] + args["right"]}))})
    elif name == "fail":
        send({"id": request_id, "result": text("it failed", isError=True)})
    else:
        send({"id": request_id, "error": {"code": -32602, "message": f"Unknown tool: {name}"}})


def main() -> None:
    """Serve until stdin ends."""
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "id" not in message:
            continue
        method, params = message.get("method"), message.get("params", {})
        if method == "tools/call":
            token = params.get("_meta", {}).get("progressToken")
            _call(message["id"], params["name"], params.get("arguments") or {}, token)
        elif method == "initialize":
            send({"id": message["id"], "result": initialized()})
        elif method == "tools/list":
            send({"id": message["id"], "result": {"tools": TOOLS}})
        else:
            send({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})


if __name__ == "__main__":
    main()
