"""The library on real workers: running, following, calling, replaying."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from workbench import (
    ConfigError,
    ErrorCode,
    ExecutionFinished,
    Outcome,
    RecordingError,
    ToolCallFinished,
    ToolFailure,
    UnknownExecution,
    Workbench,
    load_recording,
    save_recording,
)

pytestmark = pytest.mark.anyio
DEMO = {"servers": {"demo": {"command": sys.executable, "args": ["-m", "workbench.demo"]}}}


async def test_a_script_runs_against_given_tools() -> None:
    async def slow(args: dict[str, Any]) -> int:
        await asyncio.sleep(0)
        return int(args["n"]) * 2

    tools = {"math": {"double": slow, "pi": 3.14, "half": lambda args: args["n"] / 2}}
    async with Workbench(tools=tools) as workbench:
        execution = await workbench.run(
            "[await tools.math.double({n: input.n}), await tools.math.pi({}), await tools.math.half({n: 1})]",
            input={"n": 21},
        )
    assert execution.value == [42, 3.14, 0.5]
    assert execution.tool_calls == 3


async def test_a_given_tool_fails_as_it_says() -> None:
    def refuse(args: dict[str, Any]) -> None:
        raise ToolFailure("closed", code="TIMEOUT", details={"until": 9})

    tools = {"shop": {"buy": refuse, "look": KeyError("shelf")}}
    async with Workbench(tools=tools) as workbench:
        execution = await workbench.run(
            "[call_tool('shop', 'buy', {}).error, call_tool('shop', 'look', {}).error]"
        )
    assert execution.value == [
        {"code": "TIMEOUT", "message": "closed", "details": {"until": 9}},
        {"code": "UPSTREAM_ERROR", "message": "KeyError: 'shelf'"},
    ]


async def test_given_tools_stand_behind_the_same_policy() -> None:
    async with Workbench(tools={"a": {"x": 1}, "b": {"y": 2}}) as workbench:
        execution = await workbench.run(
            "[call_tool('b', 'y', {}), call_tool('a', 'z', {}), call_tool('a', 'x', {}), call_tool('a', 'x', {})]"
            ".map(e => e.ok || e.error.code)",
            allowed_servers=("a",),
            max_tool_calls=1,
        )
    assert execution.value == ["SERVER_NOT_ALLOWED", "NOT_FOUND", True, "MAX_TOOL_CALLS_EXCEEDED"]


async def test_tools_of_one_run_stand_in_for_those_of_the_workbench() -> None:
    async with Workbench(tools={"a": {"x": 1}}) as workbench:
        code = "call_tool('a', 'x', {}).result"
        assert (await workbench.run(code, tools={"a": {"x": 2}})).value == 2
        assert (await workbench.run(code)).value == 1


async def test_events_come_while_the_script_runs_and_the_end_is_last() -> None:
    async with Workbench(tools={"a": {"x": 1}}) as workbench:
        events = [event async for event in workbench.stream("call_tool('a', 'x', {}); 5")]
    assert any(isinstance(event, ToolCallFinished) for event in events)
    assert isinstance(events[-1], ExecutionFinished)
    assert events[-1].execution.value == 5


async def test_leaving_the_stream_cancels_the_script() -> None:
    async with Workbench(tools={"a": {"x": 1}}) as workbench:
        async with aclosing(workbench.stream("call_tool('a', 'x', {}); for (;;) {}")) as events:
            async for event in events:
                execution_id = event.execution_id
                if isinstance(event, ToolCallFinished):
                    break
        assert (await workbench.recording(execution_id)).status == "cancelled"


async def test_servers_of_a_mapping_are_connected_listed_and_called() -> None:
    async with Workbench(DEMO) as workbench:
        names = {tool.full_name for tool in await workbench.list_tools()}
        outcome = await workbench.call("demo", "get_issue", {"id": 101})
        missing = await workbench.call("demo", "get_isue", {"id": 101})
    assert "demo.get_issue" in names
    assert outcome.ok
    assert outcome.result["id"] == 101
    assert missing.error is not None
    assert missing.error.code == ErrorCode.NOT_FOUND
    assert "get_issue" in missing.error.message


async def test_a_run_is_replayed_here_and_from_its_file(tmp_path: Path) -> None:
    code = "const a = await tools.dice.roll({}); a + 1"
    async with Workbench(tools={"dice": {"roll": lambda args: 4}}) as workbench:
        execution = await workbench.run(code)
        recording = await workbench.recording(execution.execution_id)
        save_recording(recording, tmp_path / "roll.json")
        edited = await workbench.replay(recording, code=code.replace("roll({})", "roll({n: 2})"))
    assert edited.verdict == "diverged"
    async with Workbench() as elsewhere:
        replayed = await elsewhere.replay(tmp_path / "roll.json")
        assert replayed.verdict == "identical"
        assert replayed.execution.value == 5
        with pytest.raises(UnknownExecution):
            await elsewhere.recording(execution.execution_id)


async def test_the_configuration_is_checked_as_the_file_is() -> None:
    with pytest.raises(ConfigError, match=r"^configuration: code_execution_timeout_ms"):
        Workbench({"code_execution_timeout_ms": 0})
    with pytest.raises(TypeError, match="a mapping or a Config, not str"):
        Workbench("workbench.toml")  # type: ignore[arg-type]


async def test_a_workbench_that_is_not_open_says_how() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Workbench().run("1")


async def test_the_history_of_a_data_folder_stays(tmp_path: Path) -> None:
    async with Workbench(tools={}, data_dir=tmp_path) as workbench:
        execution = await workbench.run("1 + 1")
    async with Workbench.from_file(_file(tmp_path), data_dir=tmp_path) as again:
        assert (await again.recording(execution.execution_id)).value == 2


def _file(folder: Path) -> Path:
    file = folder / "workbench.toml"
    file.write_text("[servers]\n")
    return file


def test_a_file_that_is_no_recording_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(RecordingError, match="not a Workbench recording"):
        load_recording(tmp_path / "x.json")


def test_given_tools_of_another_shape_are_refused() -> None:
    with pytest.raises(TypeError, match=r"'a'.*map tool names"):
        Workbench(tools={"a": 1})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="map servers to their tools, not int"):
        Workbench(tools=5)  # type: ignore[arg-type]
    shapes: list[Any] = [{5: {}}, {"": {}}, {"s": {5: 1}}, {"s": {"": 1}}]
    for odd in shapes:
        with pytest.raises(TypeError, match="names of servers and tools are texts"):
            Workbench(tools=odd)


async def test_what_is_of_another_type_is_refused_by_name_at_each_door() -> None:
    async with Workbench() as workbench:
        with pytest.raises(TypeError, match="allowed_servers is a list of names, not int"):
            await workbench.run("1", allowed_servers=5)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="on_event is a function, not int"):
            await workbench.run("1", on_event=5)  # type: ignore[arg-type]
        execution = await workbench.run("1")
        recording = await workbench.recording(execution.execution_id)
        with pytest.raises(TypeError, match="code is a string, not int"):
            await workbench.replay(recording, code=5)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="rule is one of stop, live, fail-call, not 'nope'"):
            await workbench.replay(recording, rule="nope")  # type: ignore[arg-type]


async def test_a_given_tool_may_say_how_its_call_ended() -> None:
    outcomes = {"ok": Outcome(True, {"a": 1}), "no": Outcome.failed(ErrorCode.TIMEOUT, "late")}
    async with Workbench(
        tools={"t": {"end": lambda args: outcomes[str(args["how"])]}}
    ) as workbench:
        execution = await workbench.run("['ok', 'no'].map(how => call_tool('t', 'end', {how}))")
        with pytest.raises(TypeError, match="server is a string, not int"):
            await workbench.call(1, "end")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="execution_id is a string, not NoneType"):
            await workbench.recording(None)  # type: ignore[arg-type]
    good, bad = execution.value
    assert good["result"] == {"a": 1}
    assert bad["error"] == {"code": "TIMEOUT", "message": "late"}


async def test_a_name_alone_is_no_list_of_servers() -> None:
    async with Workbench(tools={"a": {"x": 1}}) as workbench:
        with pytest.raises(TypeError, match=r"\['a'\]"):
            await workbench.run("1", allowed_servers="a")
        code = "call_tool('a', 'x', {}).ok"
        assert (await workbench.run(code, allowed_servers=["a"])).value is True


async def test_what_a_given_tool_gives_is_json_or_a_failed_call() -> None:
    gives: dict[str, Any] = {
        "bytes": {"a": [1, b"x"]}, "nan": lambda _: {"n": float("nan")}, "far": [10**400],
        "pair": (1, 2), "failure": ToolFailure("no", details={1, 2}),
    }  # fmt: skip
    loop: list[Any] = []
    loop.append(loop)
    async with Workbench(tools={"a": {**gives, "loop": loop}}) as workbench:
        code = "Object.keys(input).map(t => { const e = call_tool('a', t); return e.result ?? e.error.message })"
        told = (await workbench.run(code, input=dict.fromkeys([*gives, "loop"], 0))).value
        assert told == [
            "a.bytes: the result is not JSON: $.a[1] is of type bytes",
            "a.nan: the result is not JSON: $.n is nan",
            "a.far: the result is not JSON: $[0] is out of the range of numbers",
            [1, 2],
            "no",
            "a.loop: the result is not JSON: it is nested too deeply, or holds itself",
        ]
        refused = await workbench.call("a", "pair", {"x": {1}})
        assert refused.error is not None
        assert refused.error.code == "SERIALIZATION_ERROR"


@pytest.mark.parametrize("given", [b"x", {"a": float("inf")}, [object()]])
async def test_an_input_that_is_not_json_is_refused_and_recorded(given: Any) -> None:
    async with Workbench() as workbench:
        refused = await workbench.run("input", input=given)
        assert refused.error is not None
        assert refused.error.code == "INVALID_REQUEST"
        assert "input is not JSON: $" in refused.error.message
        assert await workbench.recording(refused.execution_id)


async def test_a_script_is_a_string() -> None:
    async with Workbench() as workbench:
        with pytest.raises(TypeError, match="code is a string, not bytes"):
            await workbench.run(b"1")  # type: ignore[arg-type]
