"""Resources and prompts in a script: one rule with ``call_tool``, and a record that replays."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunScript
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ExecutionRequest, Limits, Outcome, PoolSettings, ToolCall
from workbench.history import Recording, Store, read_recording, write_recording
from workbench.replay import replay
from workbench.text.redact import Redactor

pytestmark = pytest.mark.anyio

ASKED = [
    ("read_resource('test', 'a://b')", "resource", "resources/read", {"uri": "a://b"}),
    ("list_resources('test')", "resource", "resources/list", {}),
    ("get_prompt('test', 'p')", "prompt", "prompts/get", {"name": "p", "arguments": {}}),
    ("get_prompt('test', 'p', { n: 1 })", "prompt", "prompts/get", {"name": "p", "arguments": {"n": 1}}),
    ("list_prompts('test')", "prompt", "prompts/list", {}),
]  # fmt: skip
LINKS = [
    "{ type: 'resource_link', uri: 'a://b', name: 'b' }",
    "{ type: 'resource', resource: { uri: 'a://b', text: 'x' } }",
    "list_resources('test').result.resources[0]",
]
WRONG = [
    ("read_resource('test')", "read_resource(server, uri) takes an address"),
    ("read_resource('test', {})", "read_resource(server, uri) takes an address"),
    ("read_resource('test', { get uri() { throw 1 } })", "read_resource(server, uri) takes an address"),
    ("await read_resource('test', '')", "read_resource(server, uri) takes an address"),
    ("read_resource(5, 'a://b')", "server must be the name of a server"),
    ("list_resources()", "server must be the name of a server"),
    ("get_prompt('test')", "get_prompt(server, name, args) takes a prompt's name"),
    ("get_prompt('test', 'p', [1])", "get_prompt(server, name, args) takes a prompt's name"),
    ("get_prompt('test', 'p', { n: 1n })", "get_prompt(server, name, args) takes a prompt's name"),
]  # fmt: skip


def answering(meeting: int = 1) -> DictTools:
    """Answers every method; a read, when ``meeting`` of them are under way."""
    together = asyncio.Event()
    tools = DictTools()

    async def read(call: ToolCall) -> Outcome:
        if len(tools.calls) >= meeting:
            together.set()
        await together.wait()
        return Outcome(ok=True, result=call.args["uri"], content=[{"uri": call.args["uri"]}])

    async def listed(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result={"resources": [{"uri": "a://b"}], "templates": []})

    async def other(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=call.args)

    more = {"resources/read": read, "resources/list": listed}
    tools.answers |= {**more, "prompts/get": other, "prompts/list": other}
    return tools


@pytest.mark.parametrize("awaited", ["", "await "])
async def test_each_asks_the_server(run: RunScript, awaited: str) -> None:
    tools = answering()
    code = f"[{', '.join(awaited + asked for asked, *_ in ASKED)}].map(e => e.ok)"
    done = await run(code, tools=tools)
    assert (done.error, done.value) == (None, [True] * len(ASKED))
    told = [(call.kind, call.tool, call.args, call.blocks) for call in tools.calls]
    assert told == [(kind, method, args, not awaited) for _, kind, method, args in ASKED]
    assert {call.server for call in tools.calls} == {"test"}
    assert done.tools_called[0] == "test.resources/read"


async def test_what_is_combined_runs_in_parallel(run: RunScript) -> None:
    code = "const rs = await Promise.all([1, 2, 3].map(n => read_resource('test', 'a://' + n))); rs.map(r => r.result)"
    assert (await run(code, tools=answering(3))).value == ["a://1", "a://2", "a://3"]
    shadowed = (
        f"const read_resource = n => n; await Promise.all([1].map(read_resource)); {code[:0]}"
    )
    assert (await run(shadowed, tools=answering())).value == [1]


async def test_links_are_followed(run: RunScript) -> None:
    code = f"[{', '.join(LINKS)}].map(link => read_resource('test', link).result)"
    assert (await run(code, tools=answering())).value == ["a://b"] * 3


@pytest.mark.parametrize(("code", "words"), WRONG)
async def test_what_cannot_be_asked_says_what_would_be_right(
    run: RunScript, code: str, words: str
) -> None:
    tools = answering()
    done = await run(code, tools=tools)
    assert done.value["ok"] is False, done
    assert done.value["error"]["code"] == "INVALID_ARGS"
    assert words in done.value["error"]["message"]
    assert (tools.calls, done.tool_calls) == ([], 0)


async def test_an_envelope_read_as_the_result_is_explained(run: RunScript) -> None:
    done = await run("const r = read_resource('test', 'a://b');\nr.rows.length", tools=answering())
    assert done.error is not None
    assert "r is what read_resource gives, {ok, result}" in done.error.message


async def test_a_failed_envelope_becomes_the_error_that_a_tool_would_throw(run: RunScript) -> None:
    code = """
    const plain = call_tool("test", "fail"), [first, second] = call_tools([
      { server: "test", tool: "echo" }, { server: "test", tool: "fail" },
    ]);
    const of = [plain, first, second, await call_tool("test", "fail"), { ok: false, error: { message: "m" } }, 5];
    plain.error.code = "TIMEOUT";
    console.log(of.map(ToolError.of).map(e => e && [e.code, e.server, e.tool, e.message, e.details?.why]));
    throw ToolError.of(plain);
    """
    done = await run(code)
    fail = "['UPSTREAM_ERROR', 'test', 'fail', 'boom', 'asked to']"
    assert done.logs[0].text.replace('"', "'").replace("\n", "").replace("  ", " ").count(fail) >= 1
    assert done.error is not None
    assert (done.error.code, done.error.from_call, done.error.line) == ("UPSTREAM_ERROR", True, 8)


# -- the record ------------------------------------------------------------------------------

CODE = """
const [a, b] = await Promise.all([read_resource("test", "a://1"), read_resource("test", "a://2")]);
[a.result, b.result, get_prompt("test", "p").ok, call_tool("test", "resources/read", { uri: "a://3" }).ok]
"""
KINDS = ["resource", "resource", "prompt", "tool"]


async def recorded(path: Path) -> Recording:
    store = Store(path)
    engine = Engine(limits=Limits(timeout_ms=5_000), pool=PoolSettings(size=1), recorder=store)
    try:
        done = await engine.run(ExecutionRequest(CODE), tools=answering())
        assert done.error is None, done.error
        return store.recording(done.execution_id)
    finally:
        await engine.close()
        store.close()


async def replayed(recording: Recording, **changed: Any) -> Any:
    engine = Engine(limits=Limits(timeout_ms=5_000), pool=PoolSettings(size=1))
    try:
        return await replay(engine, recording, redactor=Redactor(), **changed)
    finally:
        await engine.close()


async def test_the_record_says_what_was_asked_and_replays(tmp_path: Path) -> None:
    recording = await recorded(tmp_path / "h.sqlite3")
    assert [call.kind for call in recording.calls] == KINDS
    shown = [call.to_json() for call in recording.calls]
    assert [row.get("kind") for row in shown] == [*KINDS[:3], None]
    assert list(shown[3]) == [name for name in shown[0] if name != "kind"]
    write_recording(recording, tmp_path / "r.json")
    assert read_recording(tmp_path / "r.json").calls == recording.calls
    again = await replayed(recording)
    assert (again.verdict, again.execution.value) == ("identical", recording.value)


async def test_a_divergence_names_the_kind(tmp_path: Path) -> None:
    recording = await recorded(tmp_path / "h.sqlite3")
    edited = CODE.replace(
        'call_tool("test", "resources/read", { uri: "a://3" })', 'read_resource("test", "a://3")'
    )
    divergence = (await replayed(recording, code=edited)).divergence
    assert divergence.call == 4
    assert divergence.diff == [{"path": "$.kind", "actual": "resource"}]
    moved = CODE.replace("a://2", "a://9")
    divergence = (await replayed(recording, code=moved)).divergence
    assert divergence.expected == {
        "kind": "resource", "server": "test", "tool": "resources/read", "args": {"uri": "a://2"},
    }  # fmt: skip
    assert divergence.diff == [{"path": "$.args.uri", "expected": "a://2", "actual": "a://9"}]


async def test_a_file_of_an_older_workbench_is_read_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    recording = await recorded(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE calls DROP COLUMN kind")
    older = Store(path)
    try:
        read = older.recording(recording.execution_id)
        assert [call.kind for call in read.calls] == ["tool"] * 4
    finally:
        older.close()
    newer = await recorded(path)
    assert [call.kind for call in newer.calls] == KINDS
