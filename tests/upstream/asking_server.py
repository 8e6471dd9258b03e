"""A server that asks a person while it works."""

from __future__ import annotations

ASKS = """
import json, sys
waiting = {}
def send(message): print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    if "method" not in m:
        number = waiting.pop(m["id"], None)
        if number is not None:
            text = json.dumps({k: m[k] for k in ("result", "error") if k in m})
            send({"id": number, "result": {"content": [{"type": "text", "text": text}]}})
    elif m["method"] == "initialize":
        offered = m["params"]["capabilities"]
        send({"id": m["id"], "result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
              "serverInfo": {"name": "asks", "version": "1"}, "instructions": json.dumps(offered)}})
    elif m["method"] == "tools/list":
        send({"id": m["id"], "result": {"tools": [{"name": "ask", "inputSchema": {"type": "object"}}]}})
    elif m["method"] == "tools/call":
        asked = m["params"]["arguments"]
        waiting["q"] = m["id"]
        send({"id": "q", "method": asked["method"], "params": asked.get("params", {})})
        if asked.get("endless"):
            for n in range(100): send({"id": f"e{n}", "method": "elicitation/create", "params": asked["params"]})
    elif m["method"] == "notifications/cancelled":
        send({"method": "notifications/cancelled", "params": {"requestId": "q"}})
    elif "id" in m:
        send({"id": m["id"], "error": {"code": -32601, "message": "no"}})
"""


FORM = {
    "message": "Which city?",
    "requestedSchema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
