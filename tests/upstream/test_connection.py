"""What becomes of servers that fail, and of the calls on them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import LINUX, state_of
from tests.support.servers import (
    ODD_SERVER,
    OLDER,
    call,
    demo_settings,
    managing,
    odd_settings,
    raw_settings,
    script_settings,
    until,
)
from workbench.config import ServerSettings
from workbench.core.events import ToolCallNote
from workbench.core.model import ErrorCode, Limits, ToolCall
from workbench.core.policy import Policy
from workbench.upstream import Manager, connection

pytestmark = pytest.mark.anyio


def _error(manager: Manager, server: str) -> str:
    return manager.catalogue().servers[server].error or ""


def _state(manager: Manager, server: str) -> str:
    return manager.catalogue().servers[server].state


async def _another_state(manager: Manager, server: str) -> None:
    before = _state(manager, server)
    await until(lambda: _state(manager, server) != before)


def _is_ready(manager: Manager, server: str) -> bool:
    return _state(manager, server) == "ready"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not LINUX or state_of(pid) != "Z"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (ServerSettings("s", "no-such-command-here"), "command not found: 'no-such-command-here'"),
        (
            ServerSettings("s", sys.executable, cwd="/no/such/folder"),
            "no such folder: cwd '/no/such/folder'",
        ),
        (ServerSettings("s", str(ODD_SERVER.parent)), "not allowed to run"),
        (
            odd_settings("dead-at-start", "s"),
            "the server exited with code 3; stderr: fatal: no API key",
        ),
        (
            script_settings("s", "import os; os.kill(os.getpid(), 9)"),
            "the server was ended by SIGKILL",
        ),
        (odd_settings("mute", "s", connect_timeout_ms=400), "not connected within 0.4 s"),
        (
            odd_settings("noise", "s", connect_timeout_ms=2_500),  # Python takes a while to start
            "it printed what is no message: 'hello, this is no protocol'",
        ),
        (ServerSettings("s", "no-such-${NAME_X}"), "(variables that are not set: NAME_X)"),
        (ServerSettings("s", "null\0byte"), "cannot run 'null\\x00byte'"),
    ],
    ids=lambda value: str(value.command)[-20:] if isinstance(value, ServerSettings) else "",
)
async def test_a_server_that_cannot_be_used_says_why(settings: ServerSettings, reason: str) -> None:
    async with managing(settings) as manager:
        await manager.settled("s")
        assert _state(manager, "s") == "failed"
        assert reason in _error(manager, "s")
        outcome = await call(manager, "s", "t")
    assert outcome.error is not None
    assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
    assert reason in outcome.error.message
    assert not outcome.dispatched


async def test_bad_servers_do_not_delay_a_good_one() -> None:
    bad = [
        odd_settings("mute", "mute"),
        odd_settings("noise", "noise"),
        odd_settings("dead-at-start", "dead"),
        ServerSettings("none", "no-such-command"),
    ]
    async with managing(*bad, raw_settings()) as manager:
        await manager.start()
        await asyncio.wait_for(manager.settled("raw"), 10)
        assert (await call(manager, "raw", "echo", {"a": 1})).result == {"a": 1}
        assert _state(manager, "mute") == "connecting"
        began = time.monotonic()
    assert time.monotonic() - began < 15  # two seconds, and what a loaded machine adds


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("dies-in-call", "the server exited with code 7; stderr: fatal: out of luck"),
        ("killed-in-call", "the server was ended by SIGKILL"),
        ("closes-stdout", "the server closed its output"),
    ],
)
async def test_a_server_that_dies_in_a_call(how: str, reason: str) -> None:
    async with managing(odd_settings(how)) as manager:
        await manager.settled("odd")
        outcome = await call(manager, "odd", "plain")
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
        assert outcome.error.message == f"odd.plain: {reason}"
        assert outcome.dispatched  # it may have been sent: it is never sent again
        again = await call(manager, "odd", "plain")
        assert again.dispatched, "the server was started anew for the next call"


async def test_a_killed_server_is_started_again() -> None:
    raw = str(ODD_SERVER.with_name("raw_server.py"))
    code = (
        "import os, runpy, sys\n"
        "print(os.getpid(), file=sys.stderr)\n"
        f"runpy.run_path({raw!r}, run_name='__main__')"
    )
    async with managing(script_settings("raw", code)) as manager:
        await manager.settled("raw")
        await until(lambda: manager.health("raw").stderr)
        os.kill(int(manager.health("raw").stderr[-1]), signal.SIGKILL)
        await until(lambda: _state(manager, "raw") != "ready")
        assert "plain" not in manager.catalogue().tools["raw"]
        assert "echo" in manager.catalogue().tools["raw"], "its tools stay known"
        assert (await call(manager, "raw", "echo", {"n": 2})).result == {"n": 2}
        assert _error(manager, "raw") == ""


async def test_a_killed_server_is_started_again_over_the_sdk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.upstream.routes._OWN_PIPES", False)
    raw = str(ODD_SERVER.with_name("raw_server.py"))
    code = (
        "import os, pathlib, runpy\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        f"runpy.run_path({raw!r}, run_name='__main__')"
    )
    async with managing(script_settings("raw", code)) as manager:
        await manager.settled("raw")
        assert _error(manager, "raw") == ""
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        await until(lambda: _state(manager, "raw") != "ready")
        assert (await call(manager, "raw", "echo", {"n": 2})).result == {"n": 2}
        assert _error(manager, "raw") == ""


async def test_a_call_right_after_the_end_of_a_server_waits_for_the_next_one() -> None:
    async with managing(raw_settings()) as manager:
        await manager.settled("raw")
        route = manager._servers["raw"].connection._route
        assert route is not None
        assert route.gone is not None
        ended = asyncio.create_task(route.gone.wait())
        route.kill()
        await ended  # its owner has not had its turn yet
        assert (await call(manager, "raw", "echo", {"n": 2})).result == {"n": 2}


async def test_a_call_has_its_time(tmp_path: Path) -> None:
    noted = tmp_path / "cancelled"
    settings = odd_settings("hangs-in-call", call_timeout_ms=200)
    settings = ServerSettings(**{**_fields(settings), "args": (*settings.args, str(noted))})
    async with managing(settings) as manager:
        await manager.settled("odd")
        outcome = await call(manager, "odd", "plain")
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.TIMEOUT
        assert outcome.error.message == "odd.plain: not answered within the call timeout of 200 ms"
        assert outcome.dispatched
        await until(noted.exists)
        assert _state(manager, "odd") == "ready"


async def test_cancelling_a_call_reaches_the_server(tmp_path: Path) -> None:
    noted = tmp_path / "cancelled"
    settings = odd_settings("hangs-in-call")
    settings = ServerSettings(**{**_fields(settings), "args": (*settings.args, str(noted))})
    async with managing(settings) as manager:
        await manager.settled("odd")
        task = asyncio.create_task(call(manager, "odd", "plain"))
        await until(noted.with_suffix(".asked").exists)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(noted.exists)


def _fields(settings: ServerSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


async def test_garbage_between_messages_does_no_harm() -> None:
    async with managing(odd_settings("garbage")) as manager:
        await manager.settled("odd")
        for _ in range(3):
            assert (await call(manager, "odd", "plain")).result == "fine"


async def test_bad_text_costs_only_itself() -> None:
    async with managing(odd_settings("bad-utf8")) as manager:
        await manager.settled("odd")
        for _ in range(2):
            assert (await call(manager, "odd", "plain")).result == "a\ufffd\ufffdb"


async def test_an_answer_over_many_lines_times_out() -> None:
    async with managing(odd_settings("pretty", call_timeout_ms=300)) as manager:
        await manager.settled("odd")
        outcome = await call(manager, "odd", "plain")
        assert outcome.error is not None
        assert outcome.error.code == ErrorCode.TIMEOUT


@pytest.mark.parametrize("size", [0, 1_000, 1_000_000, 20_000_000])
async def test_results_of_any_size(size: int) -> None:
    async with managing(odd_settings("big")) as manager:
        await manager.settled("odd")
        assert (await call(manager, "odd", "plain", {"bytes": size})).result == "x" * size


async def test_large_arguments_to_a_server_that_is_slow_to_read() -> None:
    async with managing(raw_settings()) as manager:
        await manager.settled("raw")
        args = [{"n": n, "text": "y" * 3_000_000} for n in range(4)]
        outcomes = await asyncio.gather(*(call(manager, "raw", "echo", one) for one in args))
        assert [outcome.result for outcome in outcomes] == args


async def test_a_flood_of_progress_is_thinned() -> None:
    notes: list[ToolCallNote] = []
    async with managing(odd_settings("floods")) as manager:
        await manager.settled("odd")
        assert (await call(manager, "odd", "plain", notes=notes)).result == "fine"
    assert 100 <= len(notes) < 1_000
    assert [note.progress for note in notes[:3]] == [0, 1, 2]


async def test_log_messages_reach_the_call_under_way() -> None:
    notes: list[ToolCallNote] = []
    async with managing(odd_settings("logs")) as manager:
        await manager.settled("odd")
        await call(manager, "odd", "plain", notes=notes)
    assert [note.text for note in notes] == [f"warning: db: line {n}" for n in range(3)]
    assert {note.kind for note in notes} == {"log"}


async def test_a_server_may_ask_and_goes_on_without() -> None:
    async with managing(odd_settings("asks")) as manager:
        await manager.settled("odd")
        assert (await call(manager, "odd", "plain")).result == "fine"


async def test_a_lost_session_is_made_anew() -> None:
    states: list[str] = []
    async with managing(odd_settings("no-session")) as manager:
        manager.subscribe(lambda name: states.append(_state(manager, name)))
        await manager.settled("odd")
        outcome = await call(manager, "odd", "plain")
        assert outcome.error is not None
        assert "Session not found" in outcome.error.message
        await until(lambda: states.count("ready") >= 2)


async def test_closing_leaves_no_process(tmp_path: Path) -> None:
    """Neither the server nor what it started, though both want to stay."""
    pid_file = tmp_path / "pid"
    settings = odd_settings("grandchild")
    settings = ServerSettings(**{**_fields(settings), "args": (*settings.args, str(pid_file))})
    async with managing(settings, odd_settings("stays", "stays"), raw_settings()) as manager:
        await asyncio.gather(*(manager.settled(name) for name in ("odd", "stays", "raw")))
        began = time.monotonic()
    assert time.monotonic() - began < 15  # nobody else ends what stays
    await until(lambda: not _alive(int(pid_file.read_text(encoding="utf-8"))))


async def test_nothing_is_started_after_closing() -> None:
    async with managing(raw_settings()) as manager:
        await manager.settled("raw")
    outcome = await call(manager, "raw", "echo")
    assert outcome.error is not None
    assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
    await manager.start()
    await manager.settled()
    await manager.reconnect("raw")
    assert _state(manager, "raw") == "stopped"


async def test_closing_while_connecting(tmp_path: Path) -> None:
    """At every moment of a start: nothing is left, nothing hangs."""
    for n in range(0, 24, 2):
        pid_file = tmp_path / str(n)
        code = (
            f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        )
        async with managing(script_settings("s", code)) as manager:
            await manager.start()
            await asyncio.sleep(n / 500)
        assert _state(manager, "s") == "stopped"
    written = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    await until(lambda: not any(_alive(int(pid)) for pid in written if pid))


async def test_stderr_is_kept() -> None:
    code = (
        "import sys\n"
        "for n in range(500): print(f'line {n}', file=sys.stderr)\n"
        "print('x' * 9000, file=sys.stderr)\n"
        "sys.stdin.read()"
    )
    async with managing(script_settings("s", code, connect_timeout_ms=2_000)) as manager:
        await manager.start()
        await until(lambda: len(manager.health("s").stderr) >= 200)
        await until(lambda: manager.health("s").stderr[-1].startswith("x"))
        lines = manager.health("s").stderr
    assert len(lines) <= 201
    assert "line 499" in lines
    assert max(map(len, lines)) <= 2_000


async def test_the_environment_of_a_server() -> None:
    code = "import os, sys; print(sorted(k for k in os.environ if k.startswith('WB_')), file=sys.stderr)"
    environ = {"PATH": os.environ["PATH"], "WB_SECRET": "s", "WB_GIVEN": "g"}
    plain = script_settings("plain", code, env={"WB_OWN": "${WB_GIVEN}"})
    inheriting = script_settings("inheriting", code, inherit_env=True)
    async with managing(plain, inheriting, environ=environ) as manager:
        await asyncio.gather(manager.settled("plain"), manager.settled("inheriting"))
        assert manager.health("plain").stderr[0] == "['WB_OWN']"
        assert manager.health("inheriting").stderr[0] == "['WB_GIVEN', 'WB_SECRET']"


async def test_variables_are_expanded_when_connecting() -> None:
    code = "import os, sys; print(os.environ['OWN'], sys.argv[1], file=sys.stderr)"
    settings = ServerSettings(
        "s", "${PYTHON}", ("-c", code, "${ARG:-default}"), env={"OWN": "<${TOKEN}>"}
    )
    environ = {"PYTHON": sys.executable, "TOKEN": "t0k"}
    async with managing(settings, environ=environ) as manager:
        await manager.settled("s")
        assert manager.health("s").stderr[0] == "<t0k> default"


@pytest.mark.slow
@pytest.mark.parametrize("how", OLDER)
async def test_a_server_that_the_newest_protocol_is_too_much_for_is_started_anew(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most one start is lost to it, in the first process that meets it."""
    monkeypatch.setattr("workbench.upstream.transports.client_session._DISCOVER_S", 0.3)
    starts = tmp_path / "starts"
    settings = odd_settings(how, connect_timeout_ms=2_000)
    settings = ServerSettings(**{**_fields(settings), "args": (*settings.args, str(starts))})
    counts = []
    for name in ("odd", "odd", "named anew"):
        named = ServerSettings(**{**_fields(settings), "name": name})
        async with managing(named, data_dir=tmp_path / "data") as manager:
            await manager.start()
            await until(partial(_is_ready, manager, name))
        counts.append(len(starts.read_text(encoding="utf-8").splitlines()))
    lost = 0 if how == "silent-when-asked" else 1
    assert counts == [1 + lost, 2 + lost, 3 + lost]


async def test_legacy_only_when_asked() -> None:
    async with managing(demo_settings(protocol="legacy"), demo_settings("modern")) as manager:
        await asyncio.gather(manager.settled("demo"), manager.settled("modern"))
        notes: list[ToolCallNote] = []
        for server in ("demo", "modern"):
            assert (await call(manager, server, "echo", {"value": [1]})).result == [1]
            await call(manager, server, "export_report", {"steps": 2, "delay_ms": 0}, notes)
        assert len(notes) == 4


async def test_a_server_that_hangs_again_and_again_is_waited_for_within_the_call_timeout() -> None:
    """Whatever the moment of the call: never NOT_FOUND, and nothing waits for ever."""
    settings = odd_settings("mute", connect_timeout_ms=600, call_timeout_ms=200)
    async with managing(settings) as manager:
        policy = Policy(manager, Limits())
        issued = ToolCall("x", 1, "odd", "plain", {})
        seen: set[str] = set()
        while seen != {"failed", "connecting"}:
            outcome = await policy.call(issued, lambda _: None)
            assert outcome.error is not None
            assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
            assert not outcome.dispatched
            assert "not connected within 0.6 s" in outcome.error.message
            seen.add("connecting" if "it is connecting" in outcome.error.message else "failed")
            await _another_state(manager, "odd")


async def test_a_call_meets_a_server_that_is_being_connected_again() -> None:
    """It was ready before: its tools are known, the call waits for the connection."""
    async with managing(odd_settings("dies-in-call")) as manager:
        await manager.settled("odd")
        for _ in range(3):
            outcome = await call(manager, "odd", "plain")
            assert outcome.error is not None
            assert "the server exited with code 7" in outcome.error.message
            assert outcome.dispatched


async def test_a_failed_start_shows_the_first_lines_and_the_last() -> None:
    """npm says what is wrong first, and then where its log is."""
    lines = [
        "npm error code E404",
        "npm error 404 Not Found",
        *map(str, range(300)),
        "a",
        "",
        "log",
    ]
    code = f"import sys; print({chr(10).join(lines)!r}, file=sys.stderr); sys.exit(1)"
    async with managing(script_settings("npx", code)) as manager:
        await manager.settled("npx")
        assert _error(manager, "npx") == (
            "the server exited with code 1; stderr: "
            "npm error code E404 | npm error 404 Not Found | … | 299 | a | log"
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("pings", "asks on and on, and reads no answer"),
        ("ids", "asks with ids of more than 1000 characters"),
        ("endless", "a line without end"),
        ("values", "more values than are taken"),
        ("large", "larger than max_upstream_bytes (1000000 bytes)"),
    ],
)
async def test_a_server_that_would_fill_the_memory_fails_its_call_only(
    how: str, words: str
) -> None:
    async with managing(odd_settings(f"floods-with-{how}"), max_answer_bytes=1_000_000) as manager:
        await manager.settled("odd")
        for _ in range(2):
            outcome = await call(manager, "odd", "plain")
            assert outcome.error is not None
            assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
            assert words in outcome.error.message


async def test_a_server_that_failed_all_night_is_tried_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Half a minute between two attempts makes 1 100 of them in nine hours."""
    monkeypatch.setattr(connection, "_FIRST_DELAY_S", 0.0)
    caplog.set_level("INFO", logger=connection.__name__)
    program = tmp_path / "later"
    settings = ServerSettings(name="later", command=str(program))
    async with managing(settings) as manager:
        await manager.start()
        await until(lambda: len(caplog.records) > 1_100)
        program.write_text(f"#!/bin/sh\nexec {sys.executable} -m workbench.demo\n")
        program.chmod(0o700)
        await until(lambda: _is_ready(manager, "later"))
