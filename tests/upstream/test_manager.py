"""The manager: its catalogue, its calls, and changes while it runs. Real servers."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.changing_server import SERVER
from tests.support.servers import (
    call,
    demo_settings,
    managing,
    odd_settings,
    raw_settings,
    script_settings,
    until,
)
from workbench.catalogue.missing import Missing
from workbench.catalogue.tools import ToolInfo
from workbench.config import ServerSettings
from workbench.core.events import ToolCallNote
from workbench.core.model import ErrorCode
from workbench.upstream import Manager

pytestmark = pytest.mark.anyio


def _tools(manager: Manager, server: str) -> set[str]:
    return set(manager.catalogue().tools.get(server, ()))


def _tool(manager: Manager, server: str, name: str) -> ToolInfo:
    found = manager.catalogue().find(server, name)
    assert isinstance(found, ToolInfo), found
    return found


async def test_the_demo_server_end_to_end() -> None:
    notes: list[ToolCallNote] = []
    async with managing(demo_settings()) as manager:
        assert manager.catalogue().servers["demo"].state == "new"
        await manager.settled()
        info = manager.catalogue().servers["demo"]
        assert (info.state, info.tools, info.transport) == ("ready", 17, "stdio")
        listed = await call(manager, "demo", "list_issues", {"limit": 2})
        assert listed.result["total"] == 19
        assert (await call(manager, "demo", "list_channels")).result[0]["name"] == "general"
        assert (await call(manager, "demo", "list_labels")).result[0]["name"] == "bug"
        assert "issues are open" in (await call(manager, "demo", "daily_summary")).result
        assert (await call(manager, "demo", "echo", {"value": None})).result is None
        refused = await call(manager, "demo", "deploy", {"service": "x"})
        assert refused.error is not None
        assert refused.error.code == ErrorCode.UPSTREAM_ERROR
        assert refused.error.message.startswith("demo.deploy: deploy of 'x' refused")
        report = await call(manager, "demo", "export_report", {"steps": 3, "delay_ms": 1}, notes)
        assert report.result["pages"] == 3
        assert report.upstream_ms is not None
        assert report.upstream_ms >= 3
        assert [(note.progress, note.total, note.text) for note in notes] == [
            (n, 3, f"part {n} of 3") for n in (1, 2, 3)
        ]
    assert manager.catalogue().servers["demo"].state == "stopped"


async def test_nothing_is_connected_before_it_is_asked_for() -> None:
    async with managing(raw_settings("a"), raw_settings("b")) as manager:
        await manager.settled("a")
        assert manager.catalogue().servers["a"].state == "ready"
        assert manager.catalogue().servers["b"].state == "new"
        assert (await call(manager, "b", "echo", {"x": 1})).result == {"x": 1}


async def test_many_calls_at_once() -> None:
    async with managing(raw_settings("a"), raw_settings("b")) as manager:
        await manager.settled()
        outcomes = await asyncio.gather(
            *(call(manager, "ab"[n % 2], "echo", {"n": n}) for n in range(1_000))
        )
        assert [outcome.result["n"] for outcome in outcomes] == list(range(1_000))


async def test_calls_to_what_is_not_there() -> None:
    async with managing(raw_settings(), raw_settings("off", enabled=False)) as manager:
        for server, code, words in (
            ("nowhere", ErrorCode.NOT_FOUND, "is not configured"),
            ("off", ErrorCode.UPSTREAM_ERROR, "is disabled"),
        ):
            outcome = await call(manager, server, "echo")
            assert outcome.error is not None
            assert outcome.error.code == code
            assert words in outcome.error.message
            assert not outcome.dispatched
        await manager.settled()
        assert manager.catalogue().servers["off"].state == "disabled"
        unknown = await call(manager, "raw", "nothing")
        assert unknown.error is not None
        assert unknown.error.message == "raw.nothing: Unknown tool: nothing"
        assert unknown.error.details == {"code": -32602}


async def test_settled_of_an_unknown_server_returns() -> None:
    async with managing() as manager:
        await manager.settled("nowhere")
        await manager.settled()


async def test_definitions_are_repaired_and_flagged() -> None:
    async with managing(odd_settings("bad-definitions")) as manager:
        await manager.settled("odd")
        problems = {tool.name[:12]: tool.problems for tool in manager.catalogue()}
        assert set(problems) == {
            *("plain", "no_schema", "text_schema", "odd_output", "with space ☃"),
            *("", "x" * 12, "task"),
        }
        assert problems["plain"] == ("the server lists it twice: the first one counts",)
        assert problems["no_schema"] == ("it has no input schema: any arguments are passed on",)
        assert problems["text_schema"][0].startswith("its input schema has type 'string'")
        assert problems["odd_output"] == ("its output schema describes no object: left out",)
        assert problems["with space ☃"] == ()
        assert problems[""] == ("it has no name",)
        assert problems["x" * 12][0].startswith("its name is longer than")
        assert problems["task"][0].startswith("it runs as a task only")
        assert (await call(manager, "odd", "no_schema", {"any": 1})).ok


@pytest.mark.parametrize(
    ("how", "count"), [("pages", 5), ("endless-pages", 100), ("same-cursor", 1)]
)
async def test_listings_in_pages(how: str, count: int) -> None:
    async with managing(odd_settings(how)) as manager:
        await manager.settled("odd")
        assert manager.catalogue().servers["odd"].tools == count


async def test_shapes_of_results() -> None:
    async with managing(odd_settings("structured")) as manager:
        await manager.settled("odd")
        wrong = await call(manager, "odd", "wrong")
        assert wrong.result == {"n": "text"}
        assert "does not match its output schema" in wrong.warnings[0]
        missing = await call(manager, "odd", "missing")
        assert (missing.result, len(missing.warnings)) == ("x", 1)
        assert (await call(manager, "odd", "list")).result == [1, 2]
        assert (await call(manager, "odd", "wrapped")).result == [1, 2]
        assert (await call(manager, "odd", "string_content")).result == "just text"
        assert (await call(manager, "odd", "no_content")).result == []
        assert (await call(manager, "odd", "unknown_block")).result == [
            {"type": "hologram", "data": 1}
        ]
        malformed = await call(manager, "odd", "not_object")
        assert malformed.error is not None
        assert "malformed answer" in malformed.error.message


@pytest.mark.parametrize("levels", [200, 450])
async def test_a_definition_without_measure_costs_no_other(tmp_path: Path, levels: int) -> None:
    """More levels than can be written again, too."""
    deep = '{"type": "object", "properties": {"a": ' * levels + "{}" + "}}" * levels
    good = '{"name": "good", "inputSchema": {"type": "object"}}'
    (tmp_path / "tools.json").write_text(f'[{good}, {{"name": "deep", "inputSchema": {deep}}}]')
    server = f"import sys\nsys.setrecursionlimit(10_000)\n{SERVER}"
    settings = script_settings("s", server, protocol="legacy")
    settings = replace(settings, args=(*settings.args, str(tmp_path / "tools.json")))
    async with managing(settings) as manager:
        await manager.settled("s")
        assert manager.catalogue().servers["s"].state == "ready"
        assert _tool(manager, "s", "good").problems == ()
        assert (
            "its inputSchema is nested too deeply: left out" in _tool(manager, "s", "deep").problems
        )


async def test_changed_tools_are_listed_again() -> None:
    heard: list[str] = []
    async with managing(odd_settings("grows")) as manager:
        stop = manager.subscribe(heard.append)
        await manager.settled("odd")
        assert _tools(manager, "odd") == {"plain"}
        await call(manager, "odd", "plain")
        await until(lambda: _tools(manager, "odd") == {"plain", "new_2"})
        assert set(heard) == {"odd"}
        stop()
        count = len(heard)
        await call(manager, "odd", "plain")
        await until(lambda: "new_3" in _tools(manager, "odd"))
        assert len(heard) == count


async def test_a_listener_that_fails_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def bad(name: str) -> None:
        raise ValueError(name)

    async with managing(raw_settings()) as manager:
        manager.subscribe(bad)
        await manager.settled("raw")
        assert (await call(manager, "raw", "echo", {"a": 1})).ok
    assert "a listener failed" in caplog.text


async def test_denied_tools_are_not_there() -> None:
    settings = raw_settings(deny_tools=("fa*", "sleep"))
    async with managing(settings, raw_settings("few", allow_tools=("echo",))) as manager:
        await manager.settled()
        assert _tools(manager, "raw") == {"echo", "add"}
        assert _tools(manager, "few") == {"echo"}
        missing = manager.catalogue().find("raw", "fail")
        assert isinstance(missing, Missing)
        assert "denied by the configuration" in missing.message


async def test_a_changed_definition_waits_for_approval(tmp_path: Path) -> None:
    settings = odd_settings("rug-pull")
    async with managing(settings, data_dir=tmp_path) as manager:
        await manager.settled("odd")
        assert _tool(manager, "odd", "plain").approved
        await call(manager, "odd", "plain")
        await until(lambda: not _tool(manager, "odd", "plain").approved)
        assert _tool(manager, "odd", "new_2").approved, "a tool seen first is approved"
        assert _tool(manager, "odd", "plain").description == "shown 2"
        assert manager.approve("odd") == ["plain"]
        assert _tool(manager, "odd", "plain").approved
        assert manager.approve("odd") == []


async def test_approval_given_by_another_process_is_noticed(tmp_path: Path) -> None:
    settings = odd_settings("rug-pull")
    async with managing(settings, data_dir=tmp_path) as manager:
        await manager.settled("odd")
        await call(manager, "odd", "plain")
        await until(lambda: not _tool(manager, "odd", "plain").approved)
        other = Manager([settings], data_dir=tmp_path)
        assert not _tool(other, "odd", "plain").approved, "known from the kept listing"
        other.approve("odd", ["plain"])
        await other.close()
        await until(lambda: _tool(manager, "odd", "plain").approved)


async def test_a_definition_that_changed_between_two_processes(tmp_path: Path) -> None:
    listing = raw_settings("s")
    async with managing(listing, data_dir=tmp_path) as manager:
        await manager.settled("s")
    pins = tmp_path / "approved_tools.json"
    document = json.loads(pins.read_text(encoding="utf-8"))
    (server,) = document["servers"].values()
    echo = server["tools"]["echo"]
    echo.update(forms=["another"], definition={**echo["definition"], "description": "another"})
    pins.write_text(json.dumps(document), encoding="utf-8")
    async with managing(listing, data_dir=tmp_path) as manager:
        assert not _tool(manager, "s", "echo").approved
        refused = await call(manager, "s", "echo", {})
        assert refused.error is not None
        assert refused.error.code == ErrorCode.TOOL_NOT_APPROVED
        assert not refused.dispatched


async def test_a_quarantined_server_can_be_looked_at_and_is_not_pinned(tmp_path: Path) -> None:
    settings = raw_settings(quarantined=True)
    async with managing(settings, data_dir=tmp_path) as manager:
        await manager.settled("raw")
        assert manager.catalogue().servers["raw"].quarantined
        assert _tools(manager, "raw") == {"echo", "sleep", "add", "fail"}
        assert not (tmp_path / "approved_tools.json").exists()
        await manager.configure([replace(settings, quarantined=False)])
        assert (tmp_path / "approved_tools.json").exists()
        assert manager.catalogue().servers["raw"].state == "ready"


async def test_tools_are_known_before_the_server_answered(tmp_path: Path) -> None:
    async with managing(raw_settings(), data_dir=tmp_path) as manager:
        await manager.settled("raw")
        before = manager.catalogue().hash()
    async with managing(raw_settings(), data_dir=tmp_path) as manager:
        info = manager.catalogue().servers["raw"]
        assert (info.cached, info.state, info.tools) == (True, "new", 4)
        assert manager.catalogue().hash() == before
        await asyncio.wait_for(manager.settled(), 5)
        assert (await call(manager, "raw", "echo", {"a": 1})).result == {"a": 1}
        assert not manager.catalogue().servers["raw"].cached


async def test_a_server_started_another_way_has_no_kept_listing(tmp_path: Path) -> None:
    async with managing(raw_settings(), data_dir=tmp_path) as manager:
        await manager.settled("raw")
    other = replace(raw_settings(), env={"X": "1"})
    async with managing(other, data_dir=tmp_path) as manager:
        assert manager.catalogue().servers["raw"].tools == 0


async def test_a_call_that_a_kept_listing_let_through_is_confirmed(tmp_path: Path) -> None:
    """The tool was there in the last process and is gone in this one."""
    async with managing(odd_settings("grows"), data_dir=tmp_path) as manager:
        await manager.settled("odd")
        await call(manager, "odd", "plain")
        await until(lambda: "new_2" in _tools(manager, "odd"))
    async with managing(odd_settings("grows"), data_dir=tmp_path) as manager:
        assert "new_2" in _tools(manager, "odd")
        outcome = await call(manager, "odd", "new_2")
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.NOT_FOUND
        assert not outcome.dispatched


async def test_configure_adds_changes_and_removes_without_disturbing_others() -> None:
    stay, change, go = raw_settings("stay"), raw_settings("change"), raw_settings("go")
    async with managing(stay, change, go) as manager:
        await manager.start()
        await manager.settled()
        slow = asyncio.create_task(call(manager, "stay", "sleep", {"ms": 400}))
        lost = asyncio.create_task(call(manager, "go", "sleep", {"ms": 20_000}))
        await asyncio.sleep(0.05)
        changed = replace(change, env={"NEW": "1"})
        await manager.configure([stay, changed, raw_settings("new")])
        assert list(manager.catalogue().servers) == ["stay", "change", "new"]
        await asyncio.gather(manager.settled("new"), manager.settled("change"))
        assert (await call(manager, "new", "echo", {"a": 1})).ok
        assert (await call(manager, "change", "echo", {"a": 1})).ok
        assert (await slow).result == "slept"
        ended = await asyncio.wait_for(lost, 10)
        assert ended.error is not None
        assert ended.error.code == ErrorCode.UPSTREAM_ERROR


async def test_configure_of_what_is_no_connection_matter_keeps_the_connection() -> None:
    states: list[str] = []
    settings = raw_settings()
    async with managing(settings) as manager:
        await manager.settled("raw")
        manager.subscribe(lambda name: states.append(manager.catalogue().servers[name].state))
        changed = replace(settings, quarantined=True, call_timeout_ms=50, deny_tools=("fail",))
        await manager.configure([changed])
        assert set(states) == {"ready"}
        assert manager.catalogue().servers["raw"].quarantined
        assert "fail" not in _tools(manager, "raw")
        outcome = await call(manager, "raw", "sleep", {"ms": 5_000})
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.TIMEOUT


async def test_disabling_and_enabling() -> None:
    settings = raw_settings()
    async with managing(settings) as manager:
        await manager.start()
        await manager.settled("raw")
        await manager.configure([replace(settings, enabled=False)])
        assert manager.catalogue().servers["raw"].state == "disabled"
        assert _tools(manager, "raw") == set()
        await manager.configure([settings])
        assert (await call(manager, "raw", "echo", {"a": 1})).ok


async def test_reconnect() -> None:
    states: list[str] = []
    async with managing(raw_settings()) as manager:
        await manager.settled("raw")
        manager.subscribe(lambda name: states.append(manager.catalogue().servers[name].state))
        await manager.reconnect("raw")
        assert states[-1] == "ready"
        assert "connecting" in states
        assert (await call(manager, "raw", "echo", {"a": 1})).ok


async def test_twenty_five_servers() -> None:
    names = [f"server{n}" for n in range(25)]
    async with managing(*(raw_settings(name) for name in names)) as manager:
        await manager.settled()
        states = {info.state for info in manager.catalogue().servers.values()}
        assert states == {"ready"}
        outcomes = await asyncio.gather(
            *(call(manager, name, "echo", {"name": name}) for name in names)
        )
        assert [outcome.result["name"] for outcome in outcomes] == names


async def test_closing_twice_and_calling_after_it() -> None:
    manager = Manager([raw_settings()])
    await manager.settled("raw")
    await manager.close()
    await manager.close()
    assert manager.catalogue().servers["raw"].state == "stopped"


def test_importing_and_making_a_manager_is_light() -> None:
    code = (
        "import sys\n"
        "from workbench.config import ServerSettings\n"
        "from workbench.upstream import Manager\n"
        "Manager([ServerSettings('a', 'b')]).catalogue()\n"
        "heavy = ('mcp', 'mcp_types', 'pydantic', 'anyio', 'httpx2', 'jsonschema_rs', 'textual')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_settings_with_both_eras_are_told_apart() -> None:
    """A server of the newest protocol says that its tools changed in another way."""
    settings = ServerSettings(
        "modern", sys.executable, (str(Path(__file__).with_name("modern_server.py")),)
    )
    async with managing(settings) as manager:
        await manager.settled("modern")
        assert _tools(manager, "modern") == {"grow"}
        assert (await call(manager, "modern", "grow")).ok
        await until(lambda: _tools(manager, "modern") == {"grow", "grown"})


async def test_the_bound_of_an_answer_follows_the_configuration() -> None:
    settings = odd_settings("big")
    async with managing(settings, max_answer_bytes=1_000_000) as manager:
        await manager.settled("odd")
        for most, size, good in (
            (None, 900_000, True),
            (1_000, 2_000, False),
            (5_000, 2_000, True),
        ):
            if most is not None:
                await manager.configure([settings], max_answer_bytes=most)
            outcome = await call(manager, "odd", "plain", {"bytes": size})
            assert outcome.ok is good
            if outcome.error is not None:
                assert f"max_upstream_bytes ({most} bytes)" in outcome.error.message
        assert manager.catalogue().servers["odd"].state == "ready"


_RESTLESS = """
import json, sys
n = 0
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    answer = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {"listChanged": True}},
              "serverInfo": {"name": "x", "version": "1"}}
    if asked["method"] == "tools/list":
        n += 1
        answer = {"tools": [{"name": f"t{n}", "inputSchema": {"type": "object"}}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer}), flush=True)
    if asked["method"] == "tools/list":
        print('{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}', flush=True)
"""


async def test_a_server_whose_tools_change_all_the_time_leaves_the_loop_to_others() -> None:
    """What is done with a listing is done in everybody's time: the longer it takes, the longer it rests."""
    settings = script_settings("x", _RESTLESS, protocol="legacy")
    listed: dict[str, tuple[float, float]] = {}
    async with managing(settings) as manager:

        def hear(_: str) -> None:
            name = next(iter(manager.catalogue().tools["x"]), "")
            if name and name not in listed:
                began = time.monotonic()
                time.sleep(0.03)
                listed[name] = began, time.monotonic()

        manager.subscribe(hear)
        await manager.settled("x")
        await until(lambda: len(listed) >= 4)
    times = list(listed.values())
    for (began, ended), (following, _) in itertools.pairwise(times[1:]):
        assert following - ended >= 5 * (ended - began)
