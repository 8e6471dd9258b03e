"""A worker that was taken over: whatever it says, its own execution ends, and nobody else notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.pools import pool_of, processes_of
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import ConsoleCut, Event
from workbench.core.model import ErrorCode, Execution, ExecutionRequest, Limits, PoolSettings
from workbench.sandbox.host import frame_checks, zygote_process
from workbench.sandbox.host import worker as workers

pytestmark = pytest.mark.anyio

_PROGRAM = zygote_process.PROGRAM
_ROGUE = """
from workbench.sandbox.child import runner

def serve(self, channel, steps):
    channel.receive()
    {body}
    channel.receive()  # nothing comes: it is there until it is ended

runner.Runner.serve = serve
runner.Runner.rehearse = lambda self, *_: None
from workbench.sandbox.child import zygote
zygote.warm_up = lambda *_: None
main()
"""


async def _run(
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    limits: Limits | None = None,
    told: list[Event] | None = None,
) -> tuple[Execution, DictTools]:
    """An execution on a worker that runs ``body`` in place of the script."""
    program = _PROGRAM.replace("main()\n", _ROGUE.replace("{body}", body))
    monkeypatch.setattr(zygote_process, "PROGRAM", program)
    engine = Engine(limits=limits or Limits(timeout_ms=60_000), pool=PoolSettings(size=1))
    tools = DictTools()
    try:
        listener = None if told is None else told.append
        return await engine.run(ExecutionRequest("1"), tools=tools, listener=listener), tools
    finally:
        await engine.close()


async def test_one_that_goes_on_after_its_result_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        """channel.send('{"t":"done","ok":true,"value":1}'); """
        "from workbench.util import system; system.set_alarm(0)\n    while True: pass"
    )
    program = _PROGRAM.replace("main()\n", _ROGUE.replace("{body}", body))
    monkeypatch.setattr(zygote_process, "PROGRAM", program)
    monkeypatch.setattr(workers, "_LINGERS_S", 0.05)
    engine = Engine(limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=1))
    try:
        assert (await engine.run(ExecutionRequest("1"), tools=DictTools())).value == 1
        await until(lambda: processes_of(engine) == set(pool_of(engine).worker_pids()))
    finally:
        await engine.close()


CALL = {"t": "call", "op": 1, "server": "test", "tool": "echo", "args": {}}
DONE = {"t": "done", "ok": True, "value": 1}
FAILED = {"t": "done", "ok": False, "code": "RUNTIME_ERROR", "message": "x"}
LOG = {"t": "log", "level": "log", "text": "x"}
DROPPED = {"t": "dropped", "lines": 1}
QUERY = {"t": "query", "kind": "list"}
CONTENT = {"t": "content", "seq": 1}
FORM = {"t": "form", "text": "1", "columns": "", "is_lone": False}
BATCH = {"t": "batch", "width": 0, "calls": [CALL]}


def _with(frame: dict[str, Any], member: str, *values: Any) -> list[dict[str, Any]]:
    return [{**frame, member: value} for value in values]


BAD: list[Any] = [
    None,
    [],
    "text",
    {},
    *_with({}, "t", None, ["call"], {"a": 1}, "nothing"),
    *_with(CALL, "op", None, "1", -1, 1.5, True, 2**63, []),
    *_with(CALL, "server", None, 1, [], {}, "x" * 2000),
    *_with(CALL, "tool", None, 1, [], {}, "x" * 2000),
    *_with(CALL, "args", None, [], "x", 3),
    *_with(CALL, "line", "1", -1, 1.5, [], 2**70),
    *_with(CALL, "refused", "x", [], {}, {"code": 1, "message": "x"}),
    *_with(CALL, "refused", {"code": "CANCELLED", "message": "x"}, {"code": "NOT_FOUND"}),
    *_with(CALL, "clock", 5, "x", [1], [[1]], [[1, 2, 3]], [["1", 1]]),
    *_with(CALL, "clock", [[1, 0]], [[1, -1]], [[1.5, 1]], [[2**70, 1]]),
    *_with(BATCH, "calls", None, {}, [], [1], [CALL] * 101, [{**CALL, "op": "x"}]),
    *_with(BATCH, "width", None, "x", -1, 33, 2**70),
    *_with(FORM, "text", None, 1, []),
    *_with(FORM, "columns", None, 1, {}),
    *_with(FORM, "is_lone", None, 1, "true"),
    *_with(QUERY, "kind", None, [], {}, "drop"),
    *_with(QUERY, "server", 1, [], {}),
    *_with({**QUERY, "kind": "search", "query": "x"}, "limit", "x", -1, 1.5),
    *_with(CALL, "bare", None, 1, "true"),
    *_with(CONTENT, "seq", None, "1", -1, 1.5, True, 2**63, []),
    *_with({"t": "sleep", "op": 1}, "ms", None, "x", -1, True, []),
    *_with(LOG, "level", None, 1, [], {}, "fatal"),
    *_with(LOG, "text", None, 1, [], {}),
    *_with(DROPPED, "lines", None, "x", -1, 1.5, True, 2**63, []),
    *_with(DONE, "ok", None, 1, "true"),
    *_with(DONE, "heap", "x", -1, 1.5, 2**63, 2**400, []),
    *_with(DONE, "cpu_ms", None, "x", -1, []),
    *_with(DONE, "logs_dropped", None, "x", -1, 2**63),
    *_with(DONE, "unawaited", None, "x", -1, 2**63),
    *_with(DONE, "warnings", "x", [1], ["x"] * 101),
    *_with(FAILED, "code", None, 1, [], "NOTHING", "CANCELLED", "TIMEOUT", "DISABLED"),
    *_with({**FAILED, "from_call": True}, "code", "SANDBOX_CRASHED", "CANCELLED"),
    *_with(FAILED, "message", None, 1, [], {}),
    *_with(FAILED, "stack", 1, [], {}),
    *_with(FAILED, "line", "1", -1, 1.5),
    *_with(FAILED, "from_call", None, 1, "x"),
]


@pytest.mark.parametrize("frame", BAD, ids=[json.dumps(frame)[:60] for frame in BAD])
def test_a_frame_of_another_shape_stays_at_the_door(frame: Any) -> None:
    with pytest.raises(frame_checks.BrokenProtocol):
        frame_checks.read(json.dumps(frame).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 5000 + b"]" * 5000,
        b'{"t":"log","level":"log","text":NaN}',
        b'{"t":"sleep","op":1,"ms":1e999}',
    ],
)
def test_what_is_no_json_stays_at_the_door(body: bytes) -> None:
    with pytest.raises(frame_checks.BrokenProtocol):
        frame_checks.read(body)


@pytest.mark.parametrize("frame", [CALL, DONE, FAILED, LOG, DROPPED, QUERY, CONTENT, BATCH])
def test_frames_as_they_should_be_pass(frame: Any) -> None:
    frame_checks.read(json.dumps(frame).encode())


@pytest.mark.parametrize(
    "frame", [{**CALL, "op": "x"}, {**DONE, "heap": 2**63}, {**CALL, "clock": 5}, {"t": []}]
)
async def test_an_execution_whose_worker_talks_nonsense_has_crashed(
    monkeypatch: pytest.MonkeyPatch, frame: Any
) -> None:
    execution, tools = await _run(monkeypatch, f"channel.send({json.dumps(frame)!r})")
    assert execution.status == "crashed"
    assert execution.error is not None
    assert "protocol" in execution.error.message
    assert not tools.calls


async def test_a_content_that_nobody_kept_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    asks = f"channel.send({json.dumps(CONTENT)!r}); got = channel.receive_blocking().decode()[2:]"
    done = f"channel.send({json.dumps({**DONE, 'value': 'GOT'})!r}.replace('GOT', got))"
    execution, _ = await _run(monkeypatch, f"{asks}; {done}")
    assert execution.value == "null"


async def test_the_console_s_caps_hold_in_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"channel.send({json.dumps({**LOG, 'text': 'TEXT'})!r}.replace('TEXT', 'x' * 60_000))"
    done = f"channel.send({json.dumps(DONE)!r})"
    execution, _ = await _run(monkeypatch, f"[{line} for _ in range(2000)]; {done}")
    assert execution.ok
    assert sum(len(line.text) for line in execution.logs) <= 4 << 20
    assert len(execution.logs) + execution.logs_dropped == 2000
    short, _ = await _run(
        monkeypatch, f"[channel.send({json.dumps(LOG)!r}) for _ in range(12_000)]; {done}"
    )
    assert (len(short.logs), short.logs_dropped) == (10_000, 2_000)


async def test_how_many_lines_were_dropped_is_told_seldom_however_often_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And at the end is no less than it was."""
    says = '[channel.send(\'{"t":"dropped","lines":%d}\' % n) for n in range(20_000)]'
    lies = f"channel.send({json.dumps({**DONE, 'logs_dropped': 5})!r})"
    told: list[Event] = []
    execution, _ = await _run(monkeypatch, f"{says}; {lies}", told=told)
    cut = [event.dropped for event in told if isinstance(event, ConsoleCut)]
    assert cut[0] == 1
    assert len(cut) < 100
    assert execution.logs_dropped == 19_999


async def test_a_value_and_an_error_past_the_limit_are_held_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = Limits(timeout_ms=60_000, max_result_bytes=1000)
    done = json.dumps({**DONE, "value": "é" * 501}, ensure_ascii=False)
    execution, _ = await _run(monkeypatch, f"channel.send({done!r})", limits)
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SERIALIZATION_ERROR
    assert "1004 bytes" in execution.error.message
    failed = json.dumps(
        {**FAILED, "message": "é" * 5000, "stack": "s" * 5000, "details": ["d"] * 999}
    )
    execution, _ = await _run(monkeypatch, f"channel.send({failed!r})", limits)
    assert execution.error is not None
    assert len(json.dumps(execution.error.to_json(), ensure_ascii=False).encode()) < 1200


async def test_a_value_nested_too_deeply_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = '{"t":"done","ok":true,"value":' + "[" * 1000 + "]" * 1000 + "}"
    execution, _ = await _run(monkeypatch, f"channel.send({deep!r})")
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SERIALIZATION_ERROR


async def test_a_frame_past_every_limit_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = "import os; os.write(channel._descriptor, b'\\x7f\\xff\\xff\\xff' + b'x' * 1000)"
    execution, _ = await _run(monkeypatch, body)
    assert execution.status == "crashed"
