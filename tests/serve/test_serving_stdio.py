"""``workbench --serve`` as a client over stdio finds it: both eras, refusals, changes, the way out."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import command_line, family_of, state_of
from tests.support.serving import HANDSHAKE, RAW_SERVER, Served, command, write_config
from workbench.history import Store

pytestmark = pytest.mark.anyio
Start = Callable[..., Served]


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Path, Served]]:
    """One server for the tests that leave it as it is, and its folder."""
    folder = tmp_path_factory.mktemp("shared")
    write_config(folder)
    async with Served(folder) as served:
        yield folder, served


def listed(result: dict[str, list[dict[str, str]]]) -> list[str]:
    return [tool["name"] for tool in result["tools"]]


def recorded(folder: Path, execution_id: str) -> tuple[str, str, str | None]:
    """Status, source and client of an execution in the history file."""
    store = Store(folder / "data" / "history.sqlite3")
    try:
        recording = store.recording(execution_id)
        return recording.status, recording.source, recording.client
    finally:
        store.close()


def statuses(folder: Path) -> list[str]:
    store = Store(folder / "data" / "history.sqlite3")
    try:
        return [row.status for row in store.list_executions()]
    finally:
        store.close()


async def test_handshake_era(folder: Path, start: Start) -> None:
    served = start(folder)
    hello = await served.ask("initialize", HANDSHAKE)
    assert hello["protocolVersion"] == "2025-11-25"
    assert hello["capabilities"]["tools"] == {"listChanged": True}
    await served.notify("notifications/initialized")
    assert await served.ask("ping") == {}
    assert listed(await served.ask("tools/list"))[0] == "code_execution"
    result = await served.call("code_execution", {"code": "1 + 1"}, modern=False)
    assert result["isError"] is False
    told = result["structuredContent"]
    assert (told["ok"], told["value"]) == (True, 2)
    assert json.loads(result["content"][0]["text"]) == told
    assert recorded(folder, told["execution_id"]) == ("ok", "serve", "raw-legacy")


@pytest.mark.parametrize("isolation", ["run", "client"])
async def test_which_run_of_its_worker_it_was_is_told_where_it_was_not_alone(
    folder: Path, start: Start, isolation: str
) -> None:
    write_config(folder, more=f'code_execution_isolation = "{isolation}"')
    served = start(folder)
    told = []
    for _ in range(2):
        ran = (await served.call("code_execution", {"code": "1"}))["structuredContent"]
        assert "worker_run" not in ran
        given = {"execution_id": ran["execution_id"]}
        shown = (await served.call("get_execution", given))["structuredContent"]
        told.append((shown.get("isolation"), shown.get("worker_run")))
    assert told == ([("client", 1), ("client", 2)] if isolation == "client" else [(None, None)] * 2)


async def test_envelope_era(folder: Path, start: Start) -> None:
    served = start(folder)
    found = await served.ask("server/discover", modern=True)
    assert found["supportedVersions"] == ["2026-07-28"]
    tools = await served.ask("tools/list", modern=True)
    assert (tools["ttlMs"], tools["cacheScope"]) == (0, "private")
    result = await served.call("code_execution", {"code": "input.n * 2", "input": {"n": 21}})
    assert result["resultType"] == "complete"
    assert result["structuredContent"]["value"] == 42
    execution_id = result["structuredContent"]["execution_id"]
    assert recorded(folder, execution_id) == ("ok", "serve", "raw-modern")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({}, "neither code nor script"),
        ({"code": "1", "script": "x"}, "both given"),
        ({"code": 1}, "'code'"),
        ({"code": "1", "option": {}}, "'option'"),
        ({"code": "1", "options": {"timeout": 5}}, "'timeout'"),
        ({"code": "1", "options": {"timeout_ms": 0}}, "'options.timeout_ms'"),
        ({"code": "1", "options": {"timeout_ms": "5"}}, "'options.timeout_ms'"),
        ({"code": "1", "options": {"max_parallel": 33}}, "'options.max_parallel'"),
        ({"code": "1", "options": {"max_tool_calls": -1}}, "'options.max_tool_calls'"),
        ({"code": "1", "options": {"allowed_servers": "raw"}}, "'options.allowed_servers'"),
        ({"code": "1", "options": {"allowed_servers": [1]}}, "'options.allowed_servers[0]'"),
        ({"script": "../secret"}, "not a path"),
        ({"script": "no_such_script"}, "no_such_script"),
    ],
)
async def test_bad_arguments_are_refused_by_name_and_recorded(
    shared: tuple[Path, Served], arguments: dict[str, object], named: str
) -> None:
    folder, served = shared
    result = await served.call("code_execution", arguments)
    told = result["structuredContent"]
    assert result["isError"] is True
    assert told["error"]["code"] == "INVALID_REQUEST"
    assert named in told["error"]["message"]
    assert recorded(folder, told["execution_id"])[0] == "error"


async def test_a_saved_script_runs_by_its_name(folder: Path, start: Start) -> None:
    (folder / "scripts").mkdir()
    (folder / "scripts" / "twice.js").write_text("input.n * 2")
    served = start(folder)
    result = await served.call("code_execution", {"script": "twice", "input": {"n": 4}})
    assert result["structuredContent"]["value"] == 8


async def test_unknown_tools_and_broken_messages_end_nothing(folder: Path, start: Start) -> None:
    served = start(folder)
    error = await served.call("code_executio", {"code": "1"})
    assert error["code"] == -32602
    assert "code_execution" in error["message"]
    await served.write(b"no json\n[1]\n\n" + b'{"jsonrpc":"2.0","id":9}\n')
    assert [(await served.answer(None))["error"]["code"] for _ in range(2)] == [-32700, -32600]
    assert (await served.answer(9))["error"]["code"] == -32600
    assert (await served.ask("nope", modern=True))["code"] == -32601
    old = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2031-01-01"}}
    assert (await served.ask("tools/list", old, modern=True))["code"] == -32022
    assert (await served.call("code_execution", {"code": "3"}))["structuredContent"]["value"] == 3


async def test_progress_tells_of_every_call_and_of_what_servers_tell(
    folder: Path, start: Start
) -> None:
    write_config(folder, raw=True)
    served = start(folder)
    code = "call_tool('raw', 'sleep', {steps: 2}); call_tool('raw', 'fail', {}); 'done'"
    params = {"name": "code_execution", "arguments": {"code": code}, "_meta": {"progressToken": 7}}
    result = await served.ask("tools/call", params, modern=True)
    assert result["structuredContent"]["value"] == "done"
    told = [note["params"] for note in served.notes]
    assert [each["progress"] for each in told] == [1, 2, 3, 4, 5, 6]
    assert {each["progressToken"] for each in told} == {7}
    words = [each["message"] for each in told]
    assert words[:3] == [
        "#1 raw.sleep started",
        "#1 raw.sleep: 1/2 step",
        "#1 raw.sleep: 2/2 step",
    ]
    assert words[3].startswith("#1 raw.sleep ok after ")
    assert words[5].startswith("#2 raw.fail failed with UPSTREAM_ERROR")


async def test_cancelled_run_is_recorded_and_frees_its_worker(folder: Path, start: Start) -> None:
    write_config(folder, raw=True, more="code_execution_pool_size = 1")
    served = start(folder)
    code = "call_tool('raw', 'sleep', {ms: 60000})"
    params = {"name": "code_execution", "arguments": {"code": code}, "_meta": {"progressToken": 1}}
    request_id = await served.send("tools/call", params, modern=True)
    await served.note("notifications/progress")
    await served.notify("notifications/cancelled", {"requestId": request_id, "reason": "enough"})
    result = await served.call("code_execution", {"code": "'next'"})
    assert result["structuredContent"]["value"] == "next"
    assert not any(note.get("id") == request_id for note in served.notes)
    assert sorted(statuses(folder)) == ["cancelled", "ok"]


async def test_disabled_is_not_listed_and_says_how_to_enable(tmp_path: Path, start: Start) -> None:
    write_config(tmp_path, enabled=False)
    served = start(tmp_path)
    assert "code_execution" not in listed(await served.ask("tools/list", modern=True))
    result = await served.call("code_execution", {"code": "1"})
    told = result["structuredContent"]
    assert result["isError"] is True
    assert told["error"]["code"] == "DISABLED"
    assert "enable_code_execution true" in told["error"]["message"]
    assert told["execution_id"]


@pytest.mark.parametrize("modern", [True, False])
async def test_the_tool_appears_and_leaves_with_the_file(
    tmp_path: Path, start: Start, modern: bool
) -> None:
    write_config(tmp_path, enabled=False)
    served = start(tmp_path)
    if modern:
        wanted = {"notifications": {"toolsListChanged": True}}
        listen = await served.send("subscriptions/listen", wanted, modern=True)
        await served.note("notifications/subscriptions/acknowledged")
    else:
        await served.ask("initialize", HANDSHAKE)
        await served.notify("notifications/initialized")
    for enabled in (True, False):
        write_config(tmp_path, enabled=enabled)
        told = await served.note("notifications/tools/list_changed")
        if modern:
            mark = told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"]
            assert mark == listen
        names = listed(await served.ask("tools/list", modern=modern))
        assert ("code_execution" in names) is enabled


@pytest.mark.slow
async def test_a_change_of_the_file_does_not_drop_a_running_script(
    folder: Path, start: Start
) -> None:
    write_config(folder, raw=True)
    served = start(folder)
    await served.ask("initialize", HANDSHAKE)
    code = "const r = call_tool('raw', 'sleep', {ms: 1500}); r.ok"
    params = {"name": "code_execution", "arguments": {"code": code}, "_meta": {"progressToken": 1}}
    request_id = await served.send("tools/call", params)
    await served.note("notifications/progress")
    write_config(folder, raw=True, more="code_execution_memory_mb = 33\nmax_code_bytes = 10")
    while "33 MB" not in (await served.ask("tools/list"))["tools"][0]["description"]:
        await served.note("notifications/tools/list_changed")
    late = await served.call("code_execution", {"code": "'longer than ten'"}, modern=False)
    assert "max_code_bytes" in late["structuredContent"]["error"]["message"]
    done = await served.answer(request_id)
    assert done["result"]["structuredContent"]["value"] is True


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("how", ["eof", "SIGINT", "SIGTERM", "SIGHUP"])
async def test_ends_in_time_with_a_run_in_progress(folder: Path, start: Start, how: str) -> None:
    write_config(folder, raw=True)
    served = start(folder)
    code = "call_tool('raw', 'sleep', {ms: 60000})"
    params = {"name": "code_execution", "arguments": {"code": code}, "_meta": {"progressToken": 1}}
    request_id = await served.send("tools/call", params, modern=True)
    await served.note("notifications/progress")
    children = family_of((await served.process()).pid)[1:]
    assert children
    if how == "eof":
        await served.close_stdin()
    else:
        await served.signal(signal.Signals[how])
        answer = await served.answer(request_id)
        assert answer["result"]["structuredContent"]["error"]["code"] == "CANCELLED"
    assert await served.exit_code() == 0
    assert statuses(folder) == ["cancelled"]
    assert not [pid for pid in children if state_of(pid) != "Z"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("flags", [(), ("--http", "127.0.0.1:0")])
async def test_a_server_that_will_not_go_and_signals_in_a_row_do_not_change_the_end(
    folder: Path, start: Start, flags: tuple[str, ...]
) -> None:
    """Clients send SIGTERM again, and a terminal SIGINT to everybody: the exit stays clean."""
    stubborn = folder / "stubborn.py"
    stubborn.write_text(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"try:\n    exec(open({str(RAW_SERVER)!r}).read())\nfinally:\n    signal.pause()\n"
    )
    path = write_config(folder)
    table = f"[servers.stubborn]\ncommand = {json.dumps(sys.executable)}\n"
    path.write_text(path.read_text() + table + f"args = {json.dumps([str(stubborn)])}\n")
    served = start(folder, *flags, WORKBENCH_TOKEN="a-token-for-the-tests")
    pid = (await served.process()).pid
    async with asyncio.timeout(60):
        while not any("stubborn.py" in command_line(child) for child in family_of(pid)):
            if not flags:
                await served.call("code_execution", {"code": "1"})
            await asyncio.sleep(0.02)
    children = family_of(pid)[1:]
    while state_of(pid) != "Z":
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGINT)
        await asyncio.sleep(0.01)
    assert await served.exit_code() == 0
    assert not [child for child in children if state_of(child) != "Z"]


def test_piped_requests_are_answered_before_the_end(folder: Path) -> None:
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HANDSHAKE},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "code_execution", "arguments": {"code": "6 * 7"}},
        },
    ]
    text = "".join(json.dumps(message) + "\n" for message in asked)
    done = subprocess.run(
        command(folder), input=text, capture_output=True, text=True, timeout=60, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["value"] == 42


@pytest.mark.skipif(os.name != "posix", reason="a regular file as stdin")
def test_requests_from_a_file_are_answered(folder: Path) -> None:
    call = {"name": "code_execution", "arguments": {"code": "[1, 'é']"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    (folder / "in").write_text(json.dumps(message) + "\n")
    with (folder / "in").open("rb") as source, (folder / "out").open("wb") as sink:
        subprocess.run(command(folder), stdin=source, stdout=sink, timeout=60, check=True)
    answer = json.loads((folder / "out").read_text(encoding="utf-8"))
    assert answer["result"]["structuredContent"]["value"] == [1, "é"]


async def test_nothing_but_protocol_is_on_stdout(folder: Path, start: Start) -> None:
    """A server that prints garbage, a console that is used, a file that breaks: every line is a message."""
    noisy = folder / "noisy.py"
    noisy.write_text(f"print('noise', flush=True)\nexec(open({str(RAW_SERVER)!r}).read())\n")
    path = write_config(folder)
    table = f"[servers.noisy]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps([str(noisy)])}\n"
    path.write_text(path.read_text() + table)
    served = start(folder)
    code = "console.log('hello'); call_tool('noisy', 'echo', {x: 1}).result"
    result = await served.call("code_execution", {"code": code})
    assert result["structuredContent"]["value"] == {"x": 1}
    assert result["structuredContent"]["logs"] == [{"level": "log", "text": "hello"}]
    path.write_text("this is = not toml [")
    assert "workbench.toml" in await served.stderr_line()
    assert (await served.call("code_execution", {"code": "1"}))["structuredContent"]["value"] == 1
    await served.close_stdin()
    assert await served.exit_code() == 0
    assert (await served.rest())[0] == ""


async def test_sixty_at_once_on_a_pool_of_ten(folder: Path, start: Start) -> None:
    served = start(folder)
    ids = [
        await served.send(
            "tools/call", {"name": "code_execution", "arguments": {"code": f"{n}"}}, modern=True
        )
        for n in range(60)
    ]
    answers = [await served.next() for _ in ids]
    values = {each["id"]: each["result"]["structuredContent"]["value"] for each in answers}
    assert [values[request_id] for request_id in ids] == list(range(60))
    assert set(statuses(folder)) == {"ok"}


async def test_servers_come_and_go_with_the_file(folder: Path, start: Start) -> None:
    served = start(folder)
    listen = {"notifications": {"toolsListChanged": True}}
    await served.send("subscriptions/listen", listen, modern=True)
    await served.note("notifications/subscriptions/acknowledged")

    async def outcome() -> Any:
        code = {"code": "call_tool('raw', 'add', {left: 40, right: 2})"}
        return (await served.call("code_execution", code))["structuredContent"]["value"]

    assert (await outcome())["error"]["code"] == "NOT_FOUND"
    write_config(folder, raw=True)
    await served.note("notifications/tools/list_changed")
    assert (await outcome())["result"] == {"sum": 42}
    found = await served.call("search_tools", {"query": "adds numbers"})
    assert found["structuredContent"]["tools"][0]["tool"] == "add"
    write_config(folder)
    while "raw" in (await served.ask("tools/list", modern=True))["tools"][0]["description"]:
        await served.note("notifications/tools/list_changed")
    assert (await outcome())["error"]["code"] == "NOT_FOUND"


@pytest.mark.slow
async def test_the_list_changes_once_when_a_server_becomes_known_and_is_the_same_ever_after(
    folder: Path, start: Start
) -> None:
    write_config(folder, raw=True)
    first = start(folder)
    unknown = await first.ask("tools/list", modern=True)
    assert "Servers (tools): raw (unknown)." in unknown["tools"][0]["description"]
    await first.ask("initialize", HANDSHAKE)
    await first.call("code_execution", {"code": "call_tool('raw', 'echo', {}).ok"})
    await first.note("notifications/tools/list_changed")
    known = await first.ask("tools/list", modern=True)
    assert "Servers (tools): raw (4)." in known["tools"][0]["description"]
    assert known["tools"][1:] == unknown["tools"][1:]
    await first.kill()
    second = start(folder)
    assert (await second.ask("tools/list", modern=True))["tools"] == known["tools"]
    await second.call("code_execution", {"code": "call_tool('raw', 'echo', {}).ok"})
    assert (await second.ask("tools/list", modern=True))["tools"] == known["tools"]


def long_call(request_id: object, at: str, size: int) -> bytes:
    """A call with a large input; the id stands at the ``head`` or the ``tail``."""
    params = {"name": "code_execution", "arguments": {"code": "input.length", "input": "é" * size}}
    head = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}
    tail = {"method": "tools/call", "params": params, "jsonrpc": "2.0", "id": request_id}
    return json.dumps(head if at == "head" else tail).encode() + b"\n"


@pytest.mark.parametrize("at", ["head", "tail"])
async def test_a_message_over_the_limit_is_answered_with_its_id(
    folder: Path, start: Start, at: str
) -> None:
    write_config(folder, more="max_input_bytes = 1000\nmax_code_bytes = 1000")
    served = start(folder)
    await served.ask("initialize", HANDSHAKE)
    await served.write(long_call("mine", at, 1 << 20))
    answer = await served.next()
    assert (answer["id"], answer["error"]["code"]) == ("mine", -32600)
    assert "INVALID_REQUEST" in answer["error"]["message"]
    assert "max_input_bytes" in answer["error"]["message"]
    result = await served.call("code_execution", {"code": "1"}, modern=False)
    assert result["structuredContent"]["value"] == 1, "the next message is read"


async def test_larger_limits_are_followed_by_a_running_server(folder: Path, start: Start) -> None:
    write_config(folder, more="max_input_bytes = 1000\nmax_code_bytes = 1000")
    served = start(folder)
    await served.ask("initialize", HANDSHAKE)
    write_config(folder, more="max_input_bytes = 20000000\nmax_result_bytes = 77")
    while "77 bytes" not in (await served.ask("tools/list"))["tools"][0]["description"]:
        await served.note("notifications/tools/list_changed")
    await served.write(long_call(99, "head", 1 << 20))  # written with 6 bytes a letter
    answer = await served.answer(99)
    assert answer["result"]["structuredContent"]["value"] == 1 << 20


async def test_the_end_of_the_server_ends_detached_runs_too(folder: Path, start: Start) -> None:
    served = start(folder)
    options = {"detached": True, "wait_ms": 0}
    told = await served.call("code_execution", {"code": "await sleep(600000)", "options": options})
    assert told["structuredContent"]["running"] is True
    await served.close_stdin()
    assert await served.exit_code() == 0
    assert statuses(folder) == ["cancelled"]
    assert (await served.rest())[1] == ""
