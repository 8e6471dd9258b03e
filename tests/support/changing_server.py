"""An MCP server over stdio whose tools are what a file holds: ``python -c SERVER TOOLS_FILE``."""

from __future__ import annotations

SERVER = """
import json, sys
definitions = json.load(open(sys.argv[1], encoding="utf-8"))
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    if message["method"] == "initialize":
        answer["result"] = {
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
            "serverInfo": {"name": "changing", "version": "1"},
        }
    elif message["method"] == "tools/list":
        answer["result"] = {"tools": definitions}
    elif message["method"] == "tools/call":
        answer["result"] = {"content": [{"type": "text", "text": "done"}]}
    else:
        answer["error"] = {"code": -32601, "message": "no such method"}
    print(json.dumps(answer), flush=True)
"""
