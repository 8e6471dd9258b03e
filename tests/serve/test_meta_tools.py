"""``search_tools``, ``describe_tools``, ``get_execution`` on a real runtime with the demo server."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import toktok

from workbench.config import Config, demo_server
from workbench.core.model import JsonValue
from workbench.core.runtime import Runtime, open_runtime
from workbench.serve import meta_tools as discovery
from workbench.serve.tool_provider import Caller, UnknownTool
from workbench.serve.toolset import Toolset
from workbench.text.jsontext import dumps

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    locked = replace(demo_server(), name="locked", quarantined=True)
    config = Config(enable_code_execution=True, servers={"demo": demo_server(), "locked": locked})
    folder: Path = tmp_path_factory.mktemp("data")
    async with open_runtime(config, data_dir=folder, connect=True) as opened:
        await opened.upstream.settled()
        yield opened


async def ask(runtime: Runtime, asked: str, /, **arguments: JsonValue) -> JsonValue:
    result = await Toolset(runtime).call(asked, arguments, Caller(client="test"))
    assert result["isError"] is (result["structuredContent"].get("ok") is False)
    return result["structuredContent"]


async def test_search_ranks_and_is_short(runtime: Runtime) -> None:
    found = await ask(runtime, "search_tools", query="create a new issue", limit=3)
    assert found["tools"][0]["tool"] == "create_issue"
    assert len(found["tools"]) == 3
    assert all(len(tool["description"]) <= 200 for tool in found["tools"])


async def test_models_read_text_and_programs_json(runtime: Runtime) -> None:
    async def both(asked: str, **arguments: JsonValue) -> tuple[str, JsonValue]:
        result = await Toolset(runtime).call(asked, arguments, Caller(client="test"))
        return result["content"][0]["text"], result["structuredContent"]

    text, found = await both("search_tools", query="create a new issue", limit=2)
    first, second, total = text.splitlines()
    assert first.startswith("demo.create_issue: ")
    assert found["tools"][1]["tool"] in second
    assert total == f"(2 of {found['total']} tools)"
    text, described = await both("describe_tools", tools=["demo.now", "demo.nowt"])
    assert text.startswith(described["tools"][0]["typescript"])
    assert f"// {described['missing'][0]['message']}" in text


async def test_the_text_takes_a_fifth_fewer_tokens_than_the_json(runtime: Runtime) -> None:
    queries = ("create an issue", "who is assigned", "chat message", "time", "labels of issues")
    tools = [f"demo.{tool.name}" for tool in runtime.upstream.catalogue()]
    asked: list[tuple[str, dict[str, JsonValue]]] = [
        *(("search_tools", {"query": query}) for query in queries),
        *(("describe_tools", {"tools": tools[at : at + 3]}) for at in range(0, len(tools), 3)),
    ]
    counts: dict[str, list[int]] = {"search_tools": [0, 0], "describe_tools": [0, 0]}
    for name, arguments in asked:
        result = await Toolset(runtime).call(name, arguments, Caller(client="test"))
        both = [result["content"][0]["text"], dumps(result["structuredContent"])]
        for place, count in enumerate(toktok.batch_count(both, "o200k_base")):
            counts[name][place] += int(count)
    for text, structured in counts.values():
        assert text < 0.8 * structured


async def test_descriptions_without_room_are_named(runtime: Runtime) -> None:
    tools = [f"demo.{tool.name}" for tool in runtime.upstream.catalogue()] * 5
    told = await discovery.describe(runtime.upstream, runtime.history.seen_type, 1500, tools[:50])
    kept = len(told.structured["tools"])
    assert 0 < kept < 50
    assert told.structured["left_out"] == tools[kept:50]
    assert told.text is not None
    assert "ask for them apart" in told.text


async def test_quarantined_servers_are_not_shown(runtime: Runtime) -> None:
    found = await ask(runtime, "search_tools", query="issue", limit=50)
    assert {tool["server"] for tool in found["tools"]} == {"demo"}
    described = await ask(runtime, "describe_tools", tools=["locked.get_issue"])
    assert described["tools"] == []
    ran = await ask(
        runtime, "code_execution", code="call_tool('locked', 'get_issue').error.message"
    )
    assert described["missing"][0]["message"] == ran["value"]


async def test_describe_declares_and_names_near_ones(runtime: Runtime) -> None:
    wanted = ["demo.get_issue", {"server": "demo", "tool": "now"}, "demo.get_isue", "nothing"]
    told = await ask(runtime, "describe_tools", tools=wanted)
    assert [tool["tool"] for tool in told["tools"]] == ["get_issue", "now"]
    assert "tools.demo.get_issue(args: {" in told["tools"][0]["typescript"]
    missed = {entry["name"]: entry for entry in told["missing"]}
    assert "demo.get_issue" in missed["demo.get_isue"]["near"]
    assert "nothing" in missed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("get_issue", None),
        ("tools.demo.get_issue", None),
        ("mcp__demo__get_issue", None),
        ("tools.get_issue", None),
        ("get_isue", "did you mean 'demo.get_issue'"),
        ("demo", "'demo' is a server; its tools are: "),
        ("deemo.get_issue", "did you mean 'demo.get_issue'"),
        ("zzzz", "no tool 'zzzz'"),
    ],
)
async def test_describe_knows_every_spelling_of_a_name(
    runtime: Runtime, name: str, message: str | None
) -> None:
    told = await ask(runtime, "describe_tools", tools=[name])
    if message is None:
        assert [(tool["server"], tool["tool"]) for tool in told["tools"]] == [("demo", "get_issue")]
    else:
        assert message in told["missing"][0]["message"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("execute_code", "code_execution"),
        ("code_executon", "code_execution"),
        ("run_script", "code_execution"),
        ("describe_tool", "describe_tools"),
        ("list_tools", "search_tools"),
    ],
)
async def test_tools_are_near_by_the_names_they_have_elsewhere(
    runtime: Runtime, name: str, meant: str
) -> None:
    with pytest.raises(UnknownTool, match=f"did you mean '{meant}'"):
        await ask(runtime, name)


@pytest.mark.parametrize("given", [5, "text", [1], None, {"a": 1}, True])
async def test_input_is_declared_an_object_and_any_json_is_taken(
    runtime: Runtime, given: JsonValue
) -> None:
    schema = Toolset(runtime).listing()[0]["inputSchema"]["properties"]["input"]
    assert schema["type"] == "object"
    ran = await ask(runtime, "code_execution", code="input", input=given, script=None, options=None)
    assert (ran["ok"], ran["value"]) == (True, given)


async def test_null_is_absent_and_unknown_servers_are_told(runtime: Runtime) -> None:
    options = {"timeout_ms": None, "allowed_servers": ["demmo"]}
    ran = await ask(runtime, "code_execution", code="1", options=options)
    assert ran["warnings"] == ["allowed_servers: no server 'demmo'; did you mean 'demo'?"]
    told = await ask(runtime, "search_tools", query="issue", limit=None)
    assert told["tools"]


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("search_tools", {}, "query"),
        ("search_tools", {"query": 3}, "query"),
        ("search_tools", {"query": "x", "limit": 0}, "limit"),
        ("describe_tools", {"tools": []}, "tools"),
        ("describe_tools", {"tool": ["x"]}, "tools"),
        ("search_tools", {"query": "x", "limit": "ten"}, "field 'limit' must be a whole number"),
        ("describe_tools", {"tools": "demo.now"}, "field 'tools' must be an array"),
        ("describe_tools", {"tools": ["demo.now", 5]}, "field 'tools[1]'"),
        ("describe_tools", {"tools": [{"server": "demo", "tool": 3}]}, "'tools[0].tool'"),
        ("get_execution", {"execution_id": "12"}, "UUID"),
        ("get_execution", {"execution_id": ["12"]}, "field 'execution_id' must be a string"),
        ("get_execution", {"execution_id": "12", "calls_from": 1.5}, "field 'calls_from'"),
        ("get_execution", {"execution_id": "12", "full": "yes"}, "field 'full'"),
        ("get_execution", {"execution_id": "00000000-0000-4000-8000-000000000000"}, "00000000"),
    ],
)
async def test_bad_questions_are_refused_by_name(
    runtime: Runtime, tool: str, arguments: dict[str, JsonValue], named: str
) -> None:
    told = await ask(runtime, tool, **arguments)
    assert named in told["error"]["message"]


@pytest.mark.slow
async def test_a_run_is_shown_with_its_calls(runtime: Runtime) -> None:
    code = "for (let i = 0; i < 120; i++) call_tool('demo', 'echo', {value: 'x'.repeat(5000)}); 'y'"
    ran = await ask(runtime, "code_execution", code=code)
    shown = await ask(
        runtime, "get_execution", execution_id=ran["execution_id"], max_answer_tokens=0
    )
    assert (shown["source"], shown["client"], shown["value"]) == ("serve", "test", "y")
    assert (shown["ok"], shown["running"]) == (True, False)
    assert (len(shown["calls"]), shown["calls_total"]) == (100, 120)
    assert shown["calls"][0]["result"]["truncated"] is True
    rest = await ask(
        runtime, "get_execution", execution_id=ran["execution_id"], calls_from=120, full=True
    )
    (last,) = rest["calls"]
    assert last["seq"] == 120
    assert last["args"] == {"value": "x" * 5000}
    past = await ask(runtime, "get_execution", execution_id=ran["execution_id"], calls_from=121)
    assert past["error"]["code"] == "NOT_FOUND"
    assert "the run made 120 calls" in past["error"]["message"]
    ran = await ask(runtime, "code_execution", code="1")
    none = await ask(runtime, "get_execution", execution_id=ran["execution_id"], calls_from=1)
    assert (none["ok"], none["calls"]) == (True, [])


async def test_an_id_may_be_written_in_any_way_but_not_in_part(runtime: Runtime) -> None:
    ran = await ask(runtime, "code_execution", code="1")
    whole = ran["execution_id"]
    for written in (whole, whole.upper(), whole.replace("-", "")):
        shown = await ask(runtime, "get_execution", execution_id=written)
        assert shown["execution_id"] == whole
    told = await ask(runtime, "get_execution", execution_id=whole[:8])
    assert told["error"]["code"] == "NOT_FOUND"
    assert "not the whole id" in told["error"]["message"]


@pytest.mark.parametrize("damage", ["pages", "row"])
async def test_a_damaged_history_is_a_clear_error_and_scripts_still_run(
    tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "history.sqlite3"
    async with open_runtime(Config(enable_code_execution=True), data_dir=tmp_path) as runtime:
        ran = await ask(runtime, "code_execution", code="1")
        await runtime.history.committed()
        with closing(sqlite3.connect(file)) as other:
            if damage == "row":
                other.execute("UPDATE executions SET input = '{broken'")
                other.commit()
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if damage == "pages":
            with file.open("r+b") as pages:
                pages.write(b"x" * file.stat().st_size)
        told = await ask(runtime, "get_execution", execution_id=ran["execution_id"])
        assert told["error"]["code"] == "RUNTIME_ERROR"
        assert f"the record of {ran['execution_id']} cannot be read" in told["error"]["message"]
        assert (await ask(runtime, "code_execution", code="6 * 7"))["value"] == 42


async def test_the_listing_is_the_same_from_call_to_call(runtime: Runtime) -> None:
    toolset = Toolset(runtime)
    assert toolset.listing() == toolset.listing()
    assert [tool["name"] for tool in toolset.listing()] == [
        "code_execution",
        "search_tools",
        "describe_tools",
        "get_execution",
        "cancel_execution",
    ]
    size = {"anthropic/maxResultSizeChars": 48_000}
    assert all(tool["_meta"] == size for tool in toolset.listing())


async def test_an_execution_tells_what_it_saved(runtime: Runtime) -> None:
    code = "(await tools.demo.list_issues({})).total"
    ran = await ask(runtime, "code_execution", code=code)
    tokens = (await ask(runtime, "get_execution", execution_id=ran["execution_id"]))["tokens"]
    assert 0 < tokens["answer"] < 200 < tokens["results"]
    assert tokens["definitions"] > 2_000
    assert (tokens["tokenizer"], tokens["estimate"]) == ("o200k_base", True)
