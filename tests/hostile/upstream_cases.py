"""What upstream servers do wrong, as data: the answer, and how the call or the connecting must end.

An end is ``ok``, or an error code, or for connecting ``ready`` or ``failed``; words behind it are a part of
the message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Steps = list[dict[str, Any]]
_HEAD = '{"jsonrpc":"2.0","id":$ID,'
_TEXT = {"content": [{"type": "text", "text": "x"}]}


@dataclass(frozen=True)
class Misdeed:
    """``steps``: of the puppet (puppet.py)."""

    name: str
    steps: Steps
    end: str
    said: str = ""


def _result(name: str, value: Any, end: str = "ok", said: str = "") -> Misdeed:
    """Answers a call with this result."""
    return Misdeed(f"result {name}", [{"say": f'{_HEAD}"result":{json.dumps(value)}}}'}], end, said)


def _says(name: str, *lines: str, end: str = "TIMEOUT", said: str = "") -> Misdeed:
    """Writes these lines and nothing else."""
    return Misdeed(f"says {name}", [{"say": line} for line in lines], end, said)


def _first(name: str, *steps: dict[str, Any]) -> Misdeed:
    """Does this and then answers as it should."""
    return Misdeed(
        f"first {name}", [*steps, {"say": f'{_HEAD}"result":{json.dumps(_TEXT)}}}'}], "ok"
    )


def _notes(kind: str, *params: Any) -> Steps:
    """Notifications with these parameters."""
    method = f"notifications/{kind}"
    return [
        {"say": json.dumps({"jsonrpc": "2.0", "method": method, "params": one})} for one in params
    ]


def _pings(*ids: Any) -> Steps:
    return [{"say": json.dumps({"jsonrpc": "2.0", "id": one, "method": "ping"})} for one in ids]


def _error(name: str, error: Any, end: str = "UPSTREAM_ERROR", said: str = "") -> Misdeed:
    return Misdeed(f"error {name}", [{"say": f'{_HEAD}"error":{json.dumps(error)}}}'}], end, said)


CALLS = [
    # results of another shape
    _result("null", None, "UPSTREAM_ERROR", "not an object"),
    _result("number", 5, "UPSTREAM_ERROR", "not an object"),
    _result("text", "x", "UPSTREAM_ERROR", "not an object"),
    _result("list", [1], "UPSTREAM_ERROR", "not an object"),
    _result("true", True, "UPSTREAM_ERROR", "not an object"),
    _result("empty", {}),
    _result("content null", {"content": None}),
    _result("content text", {"content": "x"}),
    _result("content object", {"content": {"type": "text", "text": "x"}}),
    _result("content number", {"content": 7}),
    _result("block null", {"content": [None]}),
    _result("block text", {"content": ["x"]}),
    _result("block without type", {"content": [{}]}),
    _result("block of number type", {"content": [{"type": 5}]}),
    _result("block of unknown type", {"content": [{"type": "hologram", "data": "x"}]}),
    _result("text null", {"content": [{"type": "text", "text": None}]}),
    _result("text number", {"content": [{"type": "text", "text": 5}]}),
    _result("text missing", {"content": [{"type": "text"}]}),
    _result("image without data", {"content": [{"type": "image"}]}),
    _result("image that is none", {"content": [{"type": "image", "data": "?", "mimeType": 5}]}),
    _result("resource without resource", {"content": [{"type": "resource"}]}),
    _result("resource null", {"content": [{"type": "resource", "resource": None}]}),
    _result("link without address", {"content": [{"type": "resource_link"}]}),
    _result("many blocks", {"content": [{"type": "text", "text": str(n)} for n in range(5000)]}),
    _result("structured list", {"content": [], "structuredContent": [1, 2]}),
    _result("structured null", {"content": [], "structuredContent": None}),
    _result("structured text", {"content": [], "structuredContent": "x"}),
    _result("meta of another shape", {**_TEXT, "_meta": 5}),
    _result("error that is text", {**_TEXT, "isError": "yes"}),
    _result("error that is one", {**_TEXT, "isError": 1}),
    _result("an error without words", {"content": [], "isError": True}, "UPSTREAM_ERROR"),
    _result("an error with blocks of no kind", {"content": [5], "isError": True}, "UPSTREAM_ERROR"),
    _result("asks the user", {"resultType": "input_required", "content": []}, "UPSTREAM_ERROR"),
    _result("unknown kind of result", {"resultType": 5, **_TEXT}),
    _result("a task", {"task": {"taskId": "1", "status": "working"}}),
    _result("hostile text", {"content": [{"type": "text", "text": "\x1b]52;c;aGk=\x07\u202e\x00"}]}),
    _result("lone surrogate", {"content": [{"type": "text", "text": "\ud800"}]}),
    _result("names of prototypes", {"content": [], "structuredContent": {"__proto__": {"x": 1}, "constructor": 1}}),
    _result("deep", {"content": [], "structuredContent": {"a": json.loads("[" * 400 + "]" * 400)}}, "SERIALIZATION_ERROR", "levels deep"),
    _result("json in text", {"content": [{"type": "text", "text": '{"a": [1, 2'}]}),
    _result("numbers past all", {"content": [{"type": "text", "text": '{"a": 1e999, "b": ' + "9" * 5000 + "}"}]}),
    # lines that are no answers
    _says("nothing"),
    _says("no JSON", "hello", "{", "[", "\x00"),
    _says("JSON of another kind", "5", '"x"', "null", "[]", "{}", "true"),
    _says("an answer to nobody", '{"jsonrpc":"2.0","id":999999,"result":{}}', end="UPSTREAM_ERROR", said="of no request"),
    _says("an answer with an id of its own", '{"jsonrpc":"2.0","id":{"a":1},"result":{}}', end="UPSTREAM_ERROR"),
    _says("an answer without id", '{"jsonrpc":"2.0","result":{}}'),
    _says("a request of the same id", f'{_HEAD}"method":"ping"}}'),
    _says("an answer over two lines", '{"jsonrpc":"2.0","id":$ID,', '"result":{}}', end="UPSTREAM_ERROR", said="malformed"),
    _says("neither result nor error", f'{_HEAD}"x":1}}', end="UPSTREAM_ERROR", said="neither a result nor an error"),
    _says("both result and error", f'{_HEAD}"result":{{}},"error":{{"code":1,"message":"x"}}}}', end="UPSTREAM_ERROR"),
    _says("NaN", f'{_HEAD}"result":{{"content":[],"n":NaN}}}}', end="SERIALIZATION_ERROR"),
    _says("Infinity", f'{_HEAD}"result":{{"content":[],"n":[-Infinity]}}}}', end="SERIALIZATION_ERROR"),
    _says("too deep", f'{_HEAD}"result":{{"content":[],"structuredContent":{"[" * 2_000}{"]" * 2_000}}}}}', end="UPSTREAM_ERROR", said="nested too deeply"),
    _says("deeper than a reader", f'{_HEAD}"result":{"[" * 200000}', end="UPSTREAM_ERROR"),
    _says("a key twice", f'{_HEAD}"result":5,"result":{json.dumps(_TEXT)}}}', end="ok"),
    _says("another version", f'{{"jsonrpc":"1.0","id":$ID,"result":{json.dumps(_TEXT)}}}', end="ok"),
    _says("no version", f'{{"id":$ID,"result":{json.dumps(_TEXT)}}}', end="ok"),
    _says("the id as text", f'{{"jsonrpc":"2.0","id":"$ID","result":{json.dumps(_TEXT)}}}', end="ok"),
    _says("the id as a fraction", f'{{"jsonrpc":"2.0","id":$ID.0,"result":{json.dumps(_TEXT)}}}', end="ok"),
    _says("a batch", f'[{_HEAD}"result":{json.dumps(_TEXT)}}}]', end="ok"),
    _says("a batch with rubbish", f'[5, {{}}, null, {_HEAD}"result":{json.dumps(_TEXT)}}}]', end="ok"),
    _says("the answer twice", *[f'{_HEAD}"result":{json.dumps(_TEXT)}}}'] * 2, end="ok"),
    # errors of another shape
    _error("null", None, said="malformed"),
    _error("text", "broken"),
    _error("number", 5),
    _error("empty", {}),
    _error("list", []),
    _error("without code", {"message": "no"}, said="no"),
    _error("without message", {"code": -32000}),
    _error("code text", {"code": "E_FAIL", "message": "no"}, said="no"),
    _error("code huge", {"code": 10**400, "message": "no"}),
    _error("message object", {"code": 1, "message": {"a": 1}}),
    _error("message endless", {"code": 1, "message": "x" * 3_000_000}),
    _error("data huge", {"code": 1, "message": "no", "data": "x" * 3_000_000}),
    _error("hostile words", {"code": 1, "message": "\x1b[2Jgone\u202e"}),
    _error("session lost", {"code": -32600, "message": "Session not found"}),
    _error("cancelled", {"code": -32800, "message": "Request cancelled"}),
    _error("our own codes", {"code": -32001, "message": "Request timed out"}),
    _error("a parse error", {"code": -32700, "message": "Parse error"}),
    # before the answer
    _first("noise", {"say": "Listening on stdio"}, {"say": "[DEBUG] {"}),
    _first("blank lines", {"many": ["", 1000]}),
    _first("bytes of no text", {"bytes": "ff fe 00 80 c3 28 0a".replace(" ", "")}),
    _first("a byte order mark", {"bytes": "efbbbf0a"}),
    _first("carriage returns", {"bytes": "0d0a0d0d0a"}),
    _first("a flood of progress", {"many": ['{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}', 5000]}),
    _first("progress of another shape", *_notes("progress", None, [], {}, {"progressToken": {}}, {"progressToken": 1, "progress": "x"})),
    _first("a flood of log lines", {"many": ['{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"x"}}', 5000]}),
    _first("log lines of another shape", *_notes("message", None, [], {"level": 5}, {"data": {}})),
    _first("notifications of no kind", {"many": ['{"jsonrpc":"2.0","method":"x/y"}', 100]}, {"say": '{"jsonrpc":"2.0","method":5}'}, {"say": '{"jsonrpc":"2.0","method":null}'}),
    _first("changes without end", {"many": ['{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}', 500]}),
    _first("asks for a sample", {"say": '{"jsonrpc":"2.0","id":"s","method":"sampling/createMessage","params":{"messages":[]}}'}),
    _first("asks for folders", {"say": '{"jsonrpc":"2.0","id":"r","method":"roots/list"}'}),
    _first("asks the user", {"say": '{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{}}'}),
    _first("pings with ids of all kinds", *_pings(0, -1, 1.5, "x", "", None, [], {}, "y" * 900)),
    _first("cancels what nobody asked", {"say": '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'}),
    _first("stderr", {"err": "x" * 200_000 + "\n\x1b[2J"}),
    _first("stderr of no text", {"err": "\x00\x01" * 1000}),
    # the end
    Misdeed("exits", [{"exit": 0}], "UPSTREAM_ERROR", "code 0"),
    Misdeed("exits with words", [{"err": "out of luck\n"}, {"exit": 7}], "UPSTREAM_ERROR", "out of luck"),
    Misdeed("is killed", [{"kill": 9}], "UPSTREAM_ERROR", "SIGKILL"),
    Misdeed("crashes", [{"kill": 11}], "UPSTREAM_ERROR", "SIGSEGV"),
    Misdeed("closes stdout", [{"close": "stdout"}, {"wait": 60}], "UPSTREAM_ERROR"),
    Misdeed("half an answer and the end", [{"bytes": b'{"jsonrpc":"2.0"'.hex()}, {"exit": 1}], "UPSTREAM_ERROR"),
    Misdeed("answers and ends", [{"say": f'{_HEAD}"result":{json.dumps(_TEXT)}}}'}, {"exit": 0}], "ok"),
    Misdeed("a line that never ends", [{"bytes": "78" * 1_500_000}, {"exit": 1}], "UPSTREAM_ERROR", "code 1"),
]  # fmt: skip


def _listed(name: str, tools: Any, end: str = "ready", said: str = "", **more: Any) -> Misdeed:
    """Lists these tools."""
    line = f'{_HEAD}"result":{json.dumps({"tools": tools, **more})}}}'
    return Misdeed(f"lists {name}", [{"say": line}], end, said)


_TOOL = {"name": "plain", "inputSchema": {"type": "object"}}


def _deep(levels: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


LISTINGS = [
    _listed("null", None),
    _listed("text", "x"),
    _listed("an object", {"a": _TOOL}),
    _listed("nothing", []),
    _listed("things that are no tools", [None, 5, "x", [], _TOOL]),
    _listed("a tool without name", [{"inputSchema": {}}, _TOOL]),
    _listed("a name of another type", [{"name": 5}, {"name": None}, {"name": {}}, _TOOL]),
    _listed("hostile names", [{"name": "\x1b[2J"}, {"name": "../../x"}, {"name": "a\nb"}, {"name": ""}, _TOOL]),
    _listed("endless names", [{"name": "x" * 100_000}, _TOOL]),
    _listed("one name twice", [_TOOL, {**_TOOL, "description": "other"}]),
    _listed("a schema that is null", [{"name": "a", "inputSchema": None}, _TOOL]),
    _listed("a schema that is true", [{"name": "a", "inputSchema": True}, _TOOL]),
    _listed("a schema of no type", [{"name": "a", "inputSchema": {"type": 5, "properties": []}}, _TOOL]),
    _listed("a schema that names itself", [{"name": "a", "inputSchema": {"$ref": "#"}}, _TOOL]),
    _listed("a schema in a circle", [{"name": "a", "inputSchema": {"$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}}, "$ref": "#/$defs/x"}}, _TOOL]),
    _listed("a schema from elsewhere", [{"name": "a", "inputSchema": {"$ref": "http://127.0.0.1:1/x.json"}}, _TOOL]),
    _listed("a schema of a file", [{"name": "a", "inputSchema": {"$ref": "file:///etc/passwd"}}, _TOOL]),
    _listed("a deep schema", [{"name": "a", "inputSchema": _deep(300)}, _TOOL]),
    _listed("a broken pattern", [{"name": "a", "inputSchema": {"properties": {"x": {"pattern": "("}}}}, _TOOL]),
    _listed("a burning pattern", [{"name": "a", "inputSchema": {"properties": {"x": {"pattern": "^(a+)+$"}}}}, _TOOL]),
    _listed("requirements of no kind", [{"name": "a", "inputSchema": {"required": 5, "enum": "x", "anyOf": {}}}, _TOOL]),
    _listed("notes of another shape", [{**_TOOL, "annotations": 5, "title": [], "description": {}, "icons": "x", "_meta": 1}]),
    _listed("an endless description", [{**_TOOL, "description": "x" * 500_000}]),
    _listed("a hostile description", [{**_TOOL, "description": "\x1b]0;x\x07\u202e\U000e0041"}]),
    _listed("many tools", [{**_TOOL, "name": f"t{n}"} for n in range(3000)]),
    _listed("a cursor of another type", [_TOOL], nextCursor=5),
    _listed("the same page for ever", [_TOOL], nextCursor="again"),
    Misdeed("refuses to list", [{"say": f'{_HEAD}"error":{{"code":-32603,"message":"no list today"}}}}'}], "failed", "no list today"),
    Misdeed("dies when it lists", [{"err": "boom\n"}, {"exit": 4}], "failed", "boom"),
    Misdeed("lists rubbish first", [{"say": "x"}, {"say": f'{_HEAD}"result":{{"tools":[{json.dumps(_TOOL)}]}}}}'}], "ready"),
]  # fmt: skip


def _greets(name: str, result: Any, end: str = "failed", said: str = "") -> Misdeed:
    return Misdeed(
        f"greets {name}", [{"say": f'{_HEAD}"result":{json.dumps(result)}}}'}], end, said
    )


_HELLO = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"}}  # fmt: skip

GREETINGS = [
    _greets("with null", None),
    _greets("with nothing", {}, said="no protocol version"),
    _greets("with a list", []),
    _greets("with another version", {**_HELLO, "protocolVersion": "1999-01-01"}, "failed", "1999-01-01"),
    _greets("with a version that is a number", {**_HELLO, "protocolVersion": 5}),
    _greets("without capabilities", {**_HELLO, "capabilities": None}, "ready"),
    _greets("with capabilities of another shape", {**_HELLO, "capabilities": {"tools": 5}}, "ready"),
    _greets("without a name", {**_HELLO, "serverInfo": None}, "ready"),
    _greets("with a hostile name", {**_HELLO, "serverInfo": {"name": "\x1b[2J", "version": 5}}, "ready"),
    _greets("with endless instructions", {**_HELLO, "instructions": "x" * 500_000}, "ready"),
    Misdeed("refuses", [{"say": f'{_HEAD}"error":{{"code":-32600,"message":"not today"}}}}'}], "failed", "not today"),
    Misdeed("greets and dies", [{"exit": 5}], "failed", "code 5"),
]  # fmt: skip
