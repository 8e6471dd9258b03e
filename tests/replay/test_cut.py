"""A run that was cut replays up to the cut: what lies before it counts, what lies past it never happens."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.replay.conftest import Again, Record
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import ConsoleLine, Event, ToolCallFinished
from workbench.core.model import (
    ExecutionOptions,
    ExecutionRequest,
    Limits,
    PoolSettings,
)
from workbench.core.records import Recording
from workbench.history import Store
from workbench.replay import Replayed, replay_limits

pytestmark = pytest.mark.anyio

_SPIN = "let x = 0; for (let k = 0; k < 2e6; k++) x += k;"
# name: script, and how many calls and lines the record has at the least
CUT: dict[str, str] = {
    "computes from the start": "while (true) {}",
    "computes after a line": "console.log(1); while (true) {}",
    "computes after a call": "await tools.test.echo({}); while (true) {}",
    "computes between blocking calls": f"for (;;) {{ call_tool('test', 'echo', {{}}); {_SPIN} }}",
    "computes between calls": f"for (;;) {{ await tools.test.echo({{}}); {_SPIN} }}",
    "prints while it computes": f"for (let i = 0; ; i++) {{ {_SPIN} console.log(i) }}",
    "asks the catalogue while it computes": f"for (;;) {{ list_tools(); {_SPIN} }}",
    "sleeps": "await tools.test.echo({}); console.log('a'); await sleep(9000); console.log('b'); await tools.test.echo({ x: 1 }); 5",
    "sleeps first": "await sleep(9000); await tools.test.echo({ x: 1 }); console.log('b')",
    "polls": "for (;;) { const r = await tools.test.echo({ poll: 1 }); if (r.done) break; await sleep(20) } 1",
    "waits for a call": "console.log(1); await tools.test.forever()",
    "blocks on a call": "console.log(1); call_tool('test', 'forever'); console.log(2)",
    "blocks on a batch": "console.log(1); call_tools([{ server: 'test', tool: 'echo' }, { server: 'test', tool: 'forever' }])",
    "waits for two calls": "await tools.test.echo({}); await Promise.all([tools.test.forever({ a: 1 }), tools.test.forever({ a: 2 })])",
    "prints while a call runs": "const p = tools.test.forever({}); console.log('x'); await sleep(1); console.log('y'); await p",
    "races": "for (let i = 0; ; i++) console.log(await Promise.race([tools.test.sleep({ ms: 9, i }), sleep(5), tools.test.sleep({ ms: 3, i })]) ?? 'slept')",
    "many at once": "await Promise.all([1, 2, 3].map(async n => { for (let i = 0; ; i++) { await tools.test.sleep({ ms: n * 3, i }); console.log(n, i) } }))",
}  # fmt: skip


async def cut_after(engine: Engine, code: str, after: Callable[[Event], bool]) -> str:
    """Run ``code`` and cancel it when ``after`` says so of an event; its execution id."""
    cut = f"cut-{uuid.uuid4()}"  # the store is that of other tests, too
    reached = asyncio.Event()

    def listen(event: Event) -> None:
        if after(event):
            reached.set()

    request = ExecutionRequest(code, execution_id=cut, options=ExecutionOptions(timeout_ms=100_000))
    running = asyncio.ensure_future(engine.run(request, tools=DictTools(), listener=listen))
    running.add_done_callback(lambda _: reached.set())
    await reached.wait()
    assert engine.cancel(cut), "it ended before"
    await running
    return cut


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("rule", ["stop", "live"])
async def test_a_run_that_timed_out_replays_to_its_cut(
    record: Record, again: Again, name: str, rule: str
) -> None:
    recording = await record(CUT[name], options=ExecutionOptions(timeout_ms=300))
    assert recording.status == "timeout"
    live = DictTools()
    replayed = await again(recording, rule=rule, live=live if rule == "live" else None)
    assert replayed.divergence is None
    assert replayed.verdict == "identical"
    assert live.calls == []
    shown = [line["text"] for line in recording.logs]
    assert [line.text for line in replayed.execution.logs] == shown
    assert replayed.to_json()["error"]["code"] == "TIMEOUT"
    assert replayed.execution.status == "timeout"
    assert replayed.execution.error is not None
    assert replayed.execution.error.to_json() == recording.error
    assert "was cut (timeout)" in replayed.notes[0]


_ENDLESS = [
    name for name in CUT if name in ("polls", "races", "many at once", "prints while it computes")
]


@pytest.mark.parametrize("name", _ENDLESS)
@pytest.mark.parametrize("number", [1, 2, 5])
async def test_a_run_that_was_cancelled_replays_to_its_cut(
    replay_engine: Engine, store: Store, again: Again, name: str, number: int
) -> None:
    seen = 0

    def after(event: Event) -> bool:
        nonlocal seen
        seen += isinstance(event, ToolCallFinished | ConsoleLine)
        return seen >= number

    cut = await cut_after(replay_engine, CUT[name], after)
    recording = store.recording(cut)
    assert recording.status == "cancelled"
    replayed = await again(recording)
    assert replayed.divergence is None


@pytest.mark.slow
@pytest.mark.parametrize("name", _ENDLESS)
@pytest.mark.parametrize("number", [1, 2, 5, 9])
async def test_a_run_whose_process_was_killed_replays_to_its_cut(
    replay_engine: Engine, store: Store, again: Again, name: str, number: int
) -> None:
    """Only what was told until then is in its record: nothing is written when it ends."""
    kept: list[Event] = []
    seen = 0

    def after(event: Event) -> bool:
        nonlocal seen
        if seen < number:
            kept.append(event)
        seen += isinstance(event, ToolCallFinished | ConsoleLine)
        return seen >= number

    silent = Engine(limits=replay_engine.limits, pool=PoolSettings(size=1))
    try:
        cut = await cut_after(silent, CUT[name], after)
    finally:
        await silent.close()
    for event in kept:
        store.record(event)
    assert await store.kept(cut) is None
    recording = replace(store.recording(cut), status="interrupted")
    assert recording.finished_at is None
    replayed = await again(recording)
    assert replayed.divergence is None
    assert len(replayed.execution.logs) == len(recording.logs)


async def test_a_run_whose_process_was_killed_has_as_long_as_it_may_have_computed(
    record: Record,
) -> None:
    recording = await record("1")
    killed = replace(
        recording,
        status="interrupted",
        duration_ms=None,
        limits={**recording.limits, "timeout_ms": 60_000},
    )
    assert replay_limits(killed, Limits(timeout_ms=5_000)).timeout_ms > 60_000


async def test_a_run_that_was_stopped_has_no_more_time_than_it_needs(record: Record) -> None:
    """One that ended by itself may take all that its limit allowed: edited, it may go on where it did not."""
    recording = await record("1")
    ended = replace(recording, duration_ms=10.0, limits={**recording.limits, "timeout_ms": 60_000})
    stopped = replace(ended, status="cancelled")
    assert replay_limits(ended, Limits()).timeout_ms == 60_000
    assert replay_limits(stopped, Limits()).timeout_ms == 5_050


# -- edited --------------------------------------------------------------------------------

_BASE = "const a = await tools.test.echo({ n: 1 });\nconsole.log('got', a.n);\nawait tools.test.forever({});"
_SLEEPS = "const a = await tools.test.echo({ n: 1 });\nawait sleep(9000);\nawait tools.test.echo({ n: 2 });"
_COMPUTES = "await tools.test.echo({ n: 1 });\nconsole.log('got');\nwhile (true) {}"

# what was recorded, what is replayed, and where it diverges: a call's number, "end", or None for nowhere
EDITED: list[tuple[str, str, int | str | None]] = [
    (_BASE, "// a comment\n" + _BASE, None),
    (_BASE, "const b = 5;\n" + _BASE.replace("const a", "let a"), None),
    (_BASE, "while (true) {}", 1),
    (_BASE, "await tools.test.echo({ n: 1 }); console.log('got', 1); while (true) {}", 2),
    (_BASE, "await tools.test.echo({ n: 2 }); while (true) {}", 1),
    (_BASE, _BASE.replace("console.log('got', a.n);", ""), "end"),
    (_BASE, _BASE.replace("'got'", "'had'"), "end"),
    (_BASE, _BASE.replace("await tools.test.forever", "console.log('more'); await tools.test.forever"), "end"),
    (_BASE, _BASE.replace("await tools.test.forever({})", "const p = tools.test.forever({}); console.log('more'); await p"), "end"),
    (_BASE, _BASE.replace("await tools.test.forever({})", "tools.test.forever({}); 5"), "end"),
    (_BASE, "const a = await tools.test.echo({ n: 1 }); console.log('got', a.n); 5", 2),
    (_BASE, _BASE.replace("tools.test.forever({})", "tools.test.forever({ x: 1 })"), 2),
    (_BASE, _BASE.replace("await tools.test.forever", "await sleep(50); await tools.test.forever"), None),
    (_BASE, _BASE.replace("await tools.test.forever({})", "call_tool('test', 'forever')"), None),
    (_BASE, _BASE.replace("console.log('got', a.n);", "console.log('got', a.n); await tools.test.echo({ n: 9 });"), 2),
    (_BASE, _BASE + " await tools.test.echo({ n: 3 });", None),
    (_BASE, "let x = ;", 1),
    (_SLEEPS, "const a = await tools.test.echo({ n: 1 }); console.log(a); await sleep(9000); await tools.test.echo({ n: 9 });", "end"),
    (_SLEEPS, "const a = await tools.test.echo({ n: 1 }); await tools.test.echo({ n: 9 });", None),
    (_SLEEPS, "throw new Error('early')", 1),
    (_COMPUTES, _COMPUTES.replace("while (true) {}", "console.log('more'); await tools.test.echo({ n: 7 })"), None),
    (_COMPUTES, "console.log('first'); " + _COMPUTES, "end"),
    (_COMPUTES, "const p = tools.test.echo({ n: 1 }); tools.test.echo({ n: 7 }); await p; console.log('got')", 2),
    ("await tools.test.echo({ n: 1 }); await tools.test.forever()", "tools.test.echo({ n: 1 }); tools.test.forever(); tools.test.echo({ n: 7 })", None),
    (_COMPUTES, "await tools.test.echo({ n: 1 }); 7", "end"),
    ("while (true) {}", "let x = ;", "end"),
    ("while (true) {}", "await tools.test.echo({})", None),
]  # fmt: skip


async def cut_at_its_end(record: Record, code: str) -> Recording:
    """A run that timed out in what its code does for ever; a busy machine may need longer to get there."""
    reached = code.split("await sleep(9000)")[0]
    for limit in (400, 2_000, 10_000):
        recording = await record(code, options=ExecutionOptions(timeout_ms=limit))
        assert recording.status == "timeout"
        if len(recording.calls) >= reached.count("tools.test.") and len(
            recording.logs
        ) >= reached.count("console.log"):
            break
    return recording


@pytest.mark.slow
@pytest.mark.parametrize(("code", "edited", "where"), EDITED)
async def test_an_edited_replay_counts_what_lies_before_the_cut(
    record: Record, again: Again, code: str, edited: str, where: int | str | None
) -> None:
    recording = await cut_at_its_end(record, code)
    replayed = await again(recording, code=edited)
    if where is None:
        assert replayed.divergence is None
        assert replayed.verdict == "identical"
        live = DictTools()  # past the cut, nothing is asked for
        assert (await again(recording, code=edited, rule="live", live=live)).divergence is None
        assert live.calls == []
    else:
        assert replayed.verdict == "diverged"
        assert replayed.divergence is not None
        assert replayed.divergence.call == (None if where == "end" else where)
        assert replayed.divergence.cause == "edited script"


@pytest.mark.slow
async def test_a_late_line_is_shown_though_it_lies_past_the_cut(
    record: Record, again: Again
) -> None:
    recording = await cut_at_its_end(record, _COMPUTES)
    edited = _COMPUTES.replace("while", "console.log('late');\nwhile")
    replayed = await again(recording, code=edited)
    assert replayed.verdict == "identical"
    assert [line.text for line in replayed.execution.logs] == ["got", "late"]


# -- complete ------------------------------------------------------------------------------


async def test_a_complete_record_is_not_held_to_its_time_limit(
    record: Record, again: Again
) -> None:
    recording = await record(
        f"{_SPIN} console.log('done'); x > 0", options=ExecutionOptions(timeout_ms=2_000)
    )
    assert recording.status == "ok"
    slower = replace(recording, limits={**recording.limits, "timeout_ms": 1})
    replayed = await again(slower)
    assert replayed.verdict == "identical"


async def test_an_answer_that_nobody_waited_for_is_a_divergence_at_once(
    record: Record, again: Again
) -> None:
    recording = await record("tools.test.forever({ a: 1 }); 'not awaited'")
    for edited in ("await tools.test.forever({ a: 1 })", "call_tool('test', 'forever', { a: 1 })"):
        replayed: Replayed = await again(recording, code=edited)
        assert replayed.divergence is not None
        assert replayed.divergence.call == 1
        assert replayed.divergence.diff == [
            {"path": "$.answer", "expected": "not waited for", "actual": "waited for"}
        ]
        assert replayed.execution.error is not None
        assert replayed.execution.error.code == "DIVERGED"


async def test_what_exceeds_its_memory_may_do_so_at_another_call(
    record: Record, again: Again
) -> None:
    recording = await record(
        "const a = []; for (let i = 0; ; i++) { call_tool('test', 'echo', {}); a.push('x'.repeat(4e6) + i) }"
    )
    assert recording.error_code == "MEMORY_LIMIT_EXCEEDED"
    shorter = replace(recording, calls=recording.calls[:-2])
    assert (await again(shorter)).verdict == "identical"


# -- somebody else's -----------------------------------------------------------------------


@pytest.mark.slow
async def test_the_limits_of_a_foreign_recording_are_held_to_the_owners(
    record: Record, again: Again, replay_engine: Engine
) -> None:
    recording = await record("1 + 1")
    wide = {**recording.limits, "memory_mb": 2_000, "timeout_ms": 10**12, "max_parallel": 32}
    foreign = replace(recording, limits=wide, foreign=True, code="while (true) {}")
    replayed = await again(foreign)
    assert replayed.execution.error is not None
    assert replayed.execution.error.code == "TIMEOUT"
    hungry = replace(foreign, code="const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))")
    replayed = await again(hungry)
    assert replayed.execution.error is not None
    assert replayed.execution.error.code == "MEMORY_LIMIT_EXCEEDED"
    assert str(replay_engine.limits.memory_mb) in replayed.execution.error.message


async def test_a_masked_value_is_never_sent(record: Record, again: Again) -> None:
    recording = await record(
        "await tools.test.echo({ password: input.password }); 1", input={"password": "hunter2"}
    )
    assert recording.masked
    live = DictTools()
    edited = "await tools.test.echo({ password: input.password, more: 1 })"
    replayed = await again(recording, code=edited, rule="live", live=live)
    assert live.calls == []
    assert replayed.execution.error is not None
    assert "masked" in replayed.execution.error.message
    given = await again(
        recording, code=edited, input={"password": "hunter2"}, rule="live", live=live
    )
    assert [call.args["password"] for call in live.calls] == ["hunter2"]
    assert given.execution.error is None
