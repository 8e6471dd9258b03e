"""Replay: identical where nothing changed, and exact about where something did."""

from __future__ import annotations

import random
import socket
from typing import Any

import pytest

from tests.replay.conftest import Again, Record
from tests.support.tools import DictTools, result
from workbench.core import contents
from workbench.core.model import ErrorCode, Outcome, ToolCall
from workbench.replay import align, compare, json_difference
from workbench.replay.difference import changed_lines

pytestmark = pytest.mark.anyio

IDENTICAL = [
    "1 + 1",
    "await Promise.all([3, 2, 1].map(n => tools.test.sleep({ ms: n * 5, r: Math.random() })))",
    "await Promise.race([30, 10, 20].map(ms => tools.test.sleep({ ms })))",
    "const seen = []; await Promise.all([25, 5, 15].map(async ms => { await tools.test.sleep({ ms }); "
    "seen.push([ms, Date.now(), Math.random()]); await sleep(ms / 5); seen.push(ms) })); seen",
    "const r = call_tools([{ server: 'test', tool: 'sleep', args: { ms: 9 } }, { server: 'test', tool: 'fail' }]); r",
    "const a = tools.test.sleep({ ms: 20 }); const s = call_tool('test', 'echo', { t: Date.now() }); [await a, s]",
    "try { await tools.test.fail() } catch (e) { console.error(e); [e.code, String(e.stack)] }",
    "await tools.test.fail({ t: new Date().toISOString() })",
    "console.log(Date.now(), Math.random()); throw new Error('x' + Math.random())",
    "list_tools().map(t => t.tool).concat(search_tools('x').length)",
    "const end = Date.now() + 30; let n = 0; while (Date.now() < end) n++; n",
    "tools.test.forever(); 'not awaited'",
    "call_tool('test', 'echo', 5)",
    "({ f() {} })",
    "let x = ;",
    "(function f() { f() })()",
]


@pytest.mark.parametrize("code", IDENTICAL, ids=[code[:50] for code in IDENTICAL])
async def test_replay_is_identical(record: Record, again: Again, code: str) -> None:
    recording = await record(code)
    assert recording.status in ("ok", "error")
    for _ in range(2):
        replayed = await again(recording)
        assert replayed.divergence is None
        assert replayed.verdict == "identical"
        assert replayed.execution.value == recording.value


@pytest.mark.parametrize("recorded_with", [1, 1 << 30])
@pytest.mark.parametrize("replayed_with", [1, 1 << 30])
async def test_a_content_that_was_kept_back_is_no_reading(
    record: Record,
    again: Again,
    monkeypatch: pytest.MonkeyPatch,
    recorded_with: int,
    replayed_with: int,
) -> None:
    """When it was asked for is the script's doing: whether it was is in no record."""
    code = (
        "const waits = [sleep(1), tools.test.sleep({ ms: 2 })];"
        "const [a, b] = call_tools([1, 2].map(n => ({ server: 'test', tool: 'echo', args: { n } })));"
        "const seen = [Date.now(), a.content, Math.random()]; await Promise.race(waits);"
        "seen.push(b.content[0].text, Date.now()); await Promise.all(waits); console.log(a); [seen, a, b]"
    )
    monkeypatch.setattr(contents, "_LARGE", recorded_with)
    recording = await record(code)
    monkeypatch.setattr(contents, "_LARGE", replayed_with)
    replayed = await again(recording)
    assert replayed.verdict == "identical"
    assert replayed.execution.value == recording.value
    assert replayed.execution.value[1]["content"] == [{"type": "text", "text": "echo"}]


async def test_replay_needs_no_server_and_does_not_sleep(
    record: Record, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = DictTools()
    recording = await record("await sleep(400); await tools.test.sleep({ ms: 300 })", tools=tools)
    made: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *a: made.append(a))
    replayed = await again(recording)
    assert replayed.verdict == "identical"
    assert made == []
    assert len(tools.calls) == 1
    patient = await again(recording, code=recording.code.replace("400", "400_000"))
    assert patient.divergence is None
    assert patient.execution.status == "ok"


async def test_edited_script_shows_where_it_diverges(record: Record, again: Again) -> None:
    code = "const a = call_tool('test', 'echo', { id: 1 });\nconst b = call_tool('test', 'echo', { id: 2, q: ['x'] });\nb.result"
    recording = await record(code)
    edited = "// a comment\n" + code.replace("'x'", "'y'")
    divergence = (await again(recording, code=edited)).divergence
    assert divergence is not None
    assert divergence.to_json() == {
        "call": 2,
        "expected": {"server": "test", "tool": "echo", "args": {"id": 2, "q": ["x"]}},
        "actual": {"server": "test", "tool": "echo", "args": {"id": 2, "q": ["y"]}},
        "diff": [{"path": "$.args.q[0]", "expected": "x", "actual": "y"}],
        "line": 3,
        "original_line": 2,
        "cause": "edited script",
    }


async def test_missing_and_extra_calls(record: Record, again: Again) -> None:
    recording = await record(
        "call_tool('test', 'echo', { a: 1 }); call_tool('test', 'echo', { a: 2 }); 0"
    )
    fewer = (await again(recording, code="call_tool('test', 'echo', { a: 1 }); 0")).divergence
    assert fewer is not None
    assert (fewer.call, fewer.actual) == (2, None)
    more = await again(recording, code=recording.code + "; call_tool('test', 'echo', { a: 3 }); 0")
    assert more.divergence is not None
    assert (more.divergence.call, more.divergence.expected) == (3, None)


async def test_late_console_log_sees_the_recorded_world(record: Record, again: Again) -> None:
    tools = DictTools(secret=result({"answer": 42}))
    recording = await record("const r = await tools.test.secret({}); r.answer", tools=tools)
    replayed = await again(
        recording, code="const r = await tools.test.secret({}); console.log(r); r.answer"
    )
    assert replayed.execution.value == 42
    assert [line.text for line in replayed.execution.logs] == ["{answer: 42}"]
    assert replayed.divergence is not None
    assert replayed.divergence.call is None


async def test_rules_for_calls_that_the_record_does_not_know(record: Record, again: Again) -> None:
    recording = await record("const a = call_tool('test', 'echo', { n: 1 }).result; a")
    edited = (
        "const extra = call_tool('test', 'echo', { new: true }); "
        "const a = call_tool('test', 'echo', { n: 1 }).result; [extra, a]"
    )
    stopped = await again(recording, code=edited)
    assert stopped.execution.value is None
    assert stopped.execution.error is not None
    assert stopped.execution.error.code == ErrorCode.DIVERGED, "nobody cancelled it"
    assert stopped.execution.error.message.startswith("call #1 is not as the record has it")
    failed = await again(recording, code=edited, rule="fail-call")
    assert failed.execution.value[0]["error"]["code"] == ErrorCode.DIVERGED
    assert failed.execution.value[1] == {"n": 1}
    live = DictTools()
    answered = await again(recording, code=edited, rule="live", live=live)
    assert answered.execution.value[0]["result"] == {"new": True}
    assert [call.args for call in live.calls] == [{"new": True}]
    for replayed in (stopped, failed, answered):
        assert replayed.verdict == "diverged"
        assert replayed.divergence is not None
        assert replayed.divergence.call == 1


async def test_changed_input_is_a_cause(record: Record, again: Again) -> None:
    recording = await record("call_tool('test', 'echo', { id: input.id }); 0", input={"id": 1})
    divergence = (await again(recording, input={"id": 2})).divergence
    assert divergence is not None
    assert divergence.cause == "changed input"


async def test_masked_record_says_so(record: Record, again: Again) -> None:
    tools = DictTools(login=result({"token": "hunter2", "id": 5}))
    code = (
        "const s = await tools.test.login({}); await tools.test.echo({ token: s.token, id: s.id })"
    )
    recording = await record(code, tools=tools)
    replayed = await again(recording)
    assert replayed.verdict == "identical"
    assert any("masked" in note for note in replayed.notes)
    shown = await record("const s = await tools.test.login({}); s.token.length", tools=tools)
    divergence = (await again(shown)).divergence
    assert divergence is not None
    assert divergence.cause == "masked record"


async def test_a_masked_script_fails_where_it_failed(record: Record, again: Again) -> None:
    """A mask is longer than the secret: what stands behind it in the line moves."""
    code = "const o = {password: 'hunter2'}; try { null.x } catch (e) { console.log(e) } throw new Error('as ever')"
    recording = await record(code)
    assert "«masked password»" in recording.code
    replayed = await again(recording)
    assert replayed.verdict == "identical", replayed.divergence


async def test_an_edited_script_may_fail_on_another_line(record: Record, again: Again) -> None:
    recording = await record("throw new Error('as ever')")
    edited = await again(recording, code="// why\nfunction f() { throw new Error('as ever') }\nf()")
    assert edited.verdict == "identical", edited.divergence
    otherwise = await again(recording, code="throw new Error('otherwise')")
    assert otherwise.divergence is not None
    assert [one["path"] for one in otherwise.divergence.diff] == ["$.error.message"]


async def test_comparing_two_executions(record: Record) -> None:
    a = await record("for (const n of [1, 2, 3]) call_tool('test', 'echo', { n }); 1")
    b = await record("for (const n of [1, 3, 4]) call_tool('test', 'echo', { n }); 2")
    pairs = [(x and x.args["n"], y and y.args["n"]) for x, y in align(a, b)]
    assert pairs == [(1, 1), (2, None), (3, 3), (None, 4)]
    compared = compare(a, b)
    assert compared["same"] is False
    assert [call["same"] for call in compared["calls"]] == [True, False, True, False]
    assert compared["value_diff"] == [{"path": "$.value", "expected": 1, "actual": 2}]
    assert compare(a, a)["same"] is True


def test_json_difference() -> None:
    assert json_difference({"a": [1, {"b c": 2}]}, {"a": [1, {"b c": 3}, 4], "d": None}) == [
        {"path": "$.d", "actual": None},
        {"path": "$.a[2]", "actual": 4},
        {"path": "$.a[1]['b c']", "expected": 2, "actual": 3},
    ]
    assert json_difference(1, 1.0) == []
    assert json_difference(1, True) == [{"path": "$", "expected": 1, "actual": True}]


def generated(seed: int) -> str:
    """A script of calls, parallelism, time, randomness and errors."""
    chance = random.Random(seed)
    steps = []
    for number in range(chance.randint(1, 6)):
        ms = chance.randint(0, 12)
        steps.append(
            chance.choice(
                [
                    f"out.push(await tools.test.sleep({{ ms: {ms}, r: Math.random() }}));",
                    f"out.push(await Promise.all([{ms}, {12 - ms}, 3].map(ms => tools.test.sleep({{ ms, t: Date.now() }}))));",
                    f"out.push(await Promise.race([{ms}, 6].map(ms => tools.test.sleep({{ ms }}))));",
                    f"await sleep({ms}); out.push(Date.now());",
                    "try { await tools.test.fail({ n: out.length }) } catch (e) { out.push(e.code) }",
                    f"out.push(call_tools([1, 2].map(n => ({{ server: 'test', tool: 'sleep', args: {{ ms: n * {ms} }} }}))));",
                    f"console.log({number}, Math.random(), new Date());",
                    f"tools.test.sleep({{ ms: {ms} }}).then(v => out.push(v));",
                    "if (Math.random() < 0.1) throw new Error('unlucky ' + out.length);",
                ]
            )
        )
    return "const out = [];\n" + "\n".join(steps) + "\nreturn out"


@pytest.mark.slow
async def test_generated_scripts_replay_identical(record: Record, again: Again) -> None:
    for seed in range(200):
        code = generated(seed)
        recording = await record(code)
        replayed = await again(recording)
        assert replayed.divergence is None, (seed, code, replayed.divergence)


async def test_a_bug_in_a_tool_is_an_upstream_error(record: Record) -> None:
    async def broken(call: ToolCall) -> Outcome:
        raise ZeroDivisionError("bug")

    recording = await record(
        "call_tool('test', 'broken').error.code", tools=DictTools(broken=broken)
    )
    assert recording.value == "UPSTREAM_ERROR"


def test_changed_lines_of_two_scripts() -> None:
    assert changed_lines("a\nb\nc", "a\nx\nc\nd") == ([2], [2, 4])
    assert changed_lines("same", "same") == ([], [])
