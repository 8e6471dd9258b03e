"""A stdio MCP server that does what it is told, byte by byte. Standard library only.

Its plan is the JSON in the file of argument 1: for a method (or ``start``) a list of steps. The tool ``act`` takes the
steps from its arguments, ``plain`` answers as it should. A step is one member: ``say`` (a line; ``$ID``
stands for the request's id), ``many`` (a line and how often), ``bytes`` (hexadecimal), ``err`` (to stderr),
``exit``, ``kill`` (with that signal), ``close`` (stdin, stdout), ``wait`` (seconds), ``eat`` (stdin unread).
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

OBJECT = {"type": "object"}
TOOLS = [{"name": "plain", "inputSchema": OBJECT}, {"name": "act", "inputSchema": OBJECT}]
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"tools": {"listChanged": True}},
    "serverInfo": {"name": "puppet", "version": "1"},
}


def act(steps: list[dict[str, Any]], request_id: Any = None) -> None:
    """Take the steps."""
    out = sys.stdout.buffer
    for step in steps:
        match next(iter(step.items())):
            case "say", line:
                out.write(line.replace("$ID", json.dumps(request_id)).encode() + b"\n")
            case "many", (line, times):
                out.write((line.replace("$ID", json.dumps(request_id)).encode() + b"\n") * times)
            case "bytes", digits:
                out.write(bytes.fromhex(digits))
            case "err", text:
                os.write(2, text.encode())
            case "exit", code:
                out.flush()
                os._exit(code)
            case "kill", number:
                out.flush()
                os.kill(os.getpid(), number)
            case "close", name:
                out.flush()
                os.close({"stdin": 0, "stdout": 1}[name])
            case "wait", seconds:
                out.flush()
                time.sleep(seconds)
            case "eat", _:
                while os.read(0, 1 << 16):
                    pass
    out.flush()


def answer(request_id: Any, result: Any) -> dict[str, Any]:
    """The step that answers a request."""
    return {"say": json.dumps({"jsonrpc": "2.0", "id": request_id, "result": result})}


def main() -> None:
    """Serve until stdin ends."""
    plan = json.loads(Path(sys.argv[1]).read_text()) if len(sys.argv) > 1 else {}
    act(plan.get("start", []))
    for line in sys.stdin.buffer:
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if not isinstance(message, dict) or "id" not in message or "method" not in message:
            continue
        request_id, method = message["id"], message["method"]
        params = message.get("params") or {}
        if method in plan:
            act(plan[method], request_id)
        elif method == "initialize":
            act([answer(request_id, HELLO)])
        elif method == "tools/list":
            act([answer(request_id, {"tools": TOOLS})])
        elif method == "tools/call" and params["name"] == "act":
            act(params["arguments"]["steps"], request_id)
        elif method == "tools/call":
            act([answer(request_id, {"content": [{"type": "text", "text": "fine"}]})])
        else:
            error = {"code": -32601, "message": "Method not found"}
            act([{"say": json.dumps({"jsonrpc": "2.0", "id": request_id, "error": error})}])


if __name__ == "__main__":
    main()
