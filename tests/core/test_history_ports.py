"""What every adapter of ``Recorder``, ``HistoryReader``, ``HistoryWatch`` and ``HistoryKeeper`` must do."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.history_adapters import ADAPTERS, HistoryAdapter
from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import (
    CallError,
    ErrorCode,
    Execution,
    ExecutionOptions,
    ExecutionRequest,
    JsonValue,
    Limits,
    LogLine,
    Outcome,
    ScriptError,
    ToolCall,
)
from workbench.core.ports import History, HistoryKeeper
from workbench.core.records import HistoryError, RanScript, Standing, UnknownExecution
from workbench.history import CallFollower, ExecutionFollower, Follower
from workbench.text.jsontext import dumps

pytestmark = pytest.mark.anyio
LIMITS = Limits(timeout_ms=1234, allowed_servers=("demo",))
NOW = time.time()


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest, tmp_path: Path) -> HistoryAdapter:
    made: HistoryAdapter = request.param(tmp_path)
    return made


@pytest.fixture
def history(adapter: HistoryAdapter) -> Iterator[History]:
    opened = adapter.open()
    yield opened
    opened.close()


@pytest.fixture
def reader(adapter: HistoryAdapter, history: History) -> Iterator[HistoryKeeper]:
    opened = adapter.reader()
    yield opened
    opened.close()


def start(id_: str, code: str = "1", at: float = NOW, **request: JsonValue) -> ExecutionStarted:
    asked = ExecutionRequest(code, **request)
    return ExecutionStarted(id_, asked, LIMITS, "engine 1", "hash", (1, 2, 3, 4), at)


def end(id_: str, value: JsonValue = 1, **done: JsonValue) -> ExecutionFinished:
    return ExecutionFinished(
        id_, Execution(id_, **{"status": "ok", "value": value, **done}), NOW + 1
    )


def call(id_: str, seq: int, tool: str = "echo", **outcome: JsonValue) -> list[Event]:
    made = ToolCall(id_, seq, "demo", tool, {"n": seq}, seq, 2, float(seq))
    ended = Outcome(**{"ok": True, "result": {"n": seq}, "content": [], **outcome})
    return [ToolCallStarted(id_, made), ToolCallFinished(id_, made, ended, 5.0, seq)]


async def write(history: History, *events: Event) -> None:
    for event in events:
        history.record(event)
    await history.committed()


async def test_a_history_without_executions_answers(reader: HistoryKeeper) -> None:
    assert (reader.problem, reader.writing_problem()) == (None, None)
    assert (reader.list_executions(), reader.rows([1]), reader.count(), reader.newest()) == (
        [],
        [],
        0,
        0,
    )
    assert reader.tool_statistics("demo", "echo") is None
    assert reader.past_calls("demo", "echo") == []
    assert reader.prune() == 0
    asks = (reader.resolve, reader.standing, reader.calls, reader.console, reader.ran)
    for ask in (*asks, reader.recording):
        with pytest.raises(UnknownExecution, match="no execution has the id 'x'"):
            ask("x")


async def test_an_execution_comes_back_as_it_was(history: History, reader: HistoryKeeper) -> None:
    failed = CallError(ErrorCode.UPSTREAM_ERROR, "boom", {"why": ["x"]})
    error = ScriptError(ErrorCode.RUNTIME_ERROR, "Error: é\u0000", "at 1", 3, 7, details={"a": 1})
    given: JsonValue = {"deep": [[None, True, 1.5, "\U0001f600", 2**53]], "": ""}
    request = {
        "input": given, "source": "serve", "client": "bot", "script": "x.js", "original_id": "o",
        "options": ExecutionOptions(timeout_ms=1234, allowed_servers=("demo",)),
    }  # fmt: skip
    await write(
        history,
        start("one", "let é = 1;\n", **request),
        ExecutionRunning("one", 1.0),
        ConsoleLine("one", LogLine("warn", "line\n1", 1.0)),
        ConsoleLine("one", LogLine("log", "2", 2.0)),
        HostReading("one", "clock", [[5, 2], [6, 1]]),
        HostReading("one", "order", [2, 1]),
        HostReading("one", "catalogue", {"ok": True, "result": []}),
        *call("one", 1, upstream_ms=4.0, warnings=("odd",)),
        ToolCallNote("one", 2, "progress", "half", 0.5, 1.0),
        *call("one", 2, ok=False, result=None, content=None, error=failed, dispatched=False),
        ToolCallStarted("one", ToolCall("one", 3, "demo", "slow", {}, None, None, 9.0)),
        end("one", None, status="error", error=error, queued_ms=1.0, duration_ms=12.5, tool_calls=2,
            logs_dropped=4, warnings=("beware",)),
    )  # fmt: skip
    assert await history.kept("one") is None
    recording = reader.recording("one")
    assert reader.ran("one") == RanScript("let é = 1;\n", dumps(given), recording.error)
    assert recording.to_json() == {
        "execution_id": "one", "source": "serve", "client": "bot", "script": "x.js", "status": "error",
        "started_at": recording.to_json()["started_at"], "duration_ms": 12.5, "tool_calls": 2,
        "error_code": "RUNTIME_ERROR", "code": "let é = 1;\n", "input": given,
        "options": {"timeout_ms": 1234, "allowed_servers": ["demo"]},
        "limits": recording.limits, "engine": "engine 1", "catalogue_hash": "hash",
        "finished_at": recording.to_json()["finished_at"], "value": None, "error": error.to_json(),
        "logs": [{"level": "warn", "text": "line\n1"}, {"level": "log", "text": "2"}],
        "calls": [row.to_json() for row in recording.calls],
        "warnings": ["beware"],
        "tokens": {
            "answer": recording.tokens.answer, "definitions": None, "estimate": True,
            "results": recording.tokens.results, "tokenizer": "o200k_base",
        },
    }  # fmt: skip
    assert recording.limits["timeout_ms"] == 1234
    assert (recording.original_id, recording.queued_ms, recording.logs_dropped) == ("o", 1.0, 4)
    assert (recording.started_at, recording.finished_at) == (NOW, NOW + 1)
    assert (recording.masked, recording.missing, recording.complete) == (False, None, True)
    assert recording.seed == (1, 2, 3, 4)
    assert (recording.clock, recording.order) == (((5, 2), (6, 1)), (2, 1))
    assert recording.answers == ({"ok": True, "result": []},)
    good, bad, open_ = recording.calls
    assert (good.args, good.result, good.content, good.error) == ({"n": 1}, {"n": 1}, [], None)
    assert (good.line, good.column, good.started_ms, good.duration_ms) == (1, 2, 1.0, 5.0)
    assert (good.upstream_ms, good.dispatched, good.settled, good.warnings) == (
        4.0,
        True,
        1,
        ("odd",),
    )
    assert (bad.ok, bad.error, bad.content, bad.dispatched) == (
        False,
        failed.to_json(),
        None,
        False,
    )
    assert (open_.ok, open_.result, open_.duration_ms, open_.settled) == (None, None, None, None)


async def test_executions_are_listed_newest_first_filtered_and_paged(
    history: History, reader: HistoryKeeper
) -> None:
    for number in range(6):
        id_ = f"e{number}"
        await write(
            history,
            start(id_, f"code 100%_{number}", source="tui" if number % 2 else "cli", client=f"c{number}"),
            *[event for seq in range(1, number + 1) for event in call(id_, seq, f"t{number}")],
            end(id_, duration_ms=float(10 - number), tool_calls=number),
        )  # fmt: skip
    ids = ["e5", "e4", "e3", "e2", "e1", "e0"]
    rows = reader.list_executions()
    assert [row.execution_id for row in rows] == ids
    assert [row.n for row in rows] == sorted((row.n for row in rows), reverse=True)
    assert reader.newest() == rows[0].n
    assert reader.count() == 6

    def listed(**wanted: JsonValue) -> list[str]:
        return [row.execution_id for row in reader.list_executions(**wanted)]

    assert listed(limit=2) == ids[:2]
    assert listed(limit=2, before=rows[1].n) == ids[2:4]
    assert listed(source="tui") == ["e5", "e3", "e1"]
    assert listed(tool="t3") == listed(tool="demo.t3") == ["e3"]
    assert listed(tool="other.t3") == []
    dotted = ToolCall("d", 1, "my.server", "ns.echo", {}, None, None, 1.0)
    await write(history, start("d", at=NOW - 10), ToolCallStarted("d", dotted), end("d"))
    assert listed(tool="my.server.ns.echo") == listed(tool="ns.echo") == ["d"]
    assert listed(tool="echo") == listed(tool="my.server") == listed(tool="my.server.echo") == []
    assert listed(tool="." * 100_000) == []
    reader.delete("d")
    assert listed(texts=["100%_2"]) == ["e2"]
    assert listed(texts=["1000_2"]) == listed(texts=["100%%"]) == []
    assert listed(texts=["c4"]) == listed(texts=["e4"]) == ["e4"]
    assert listed(order="longest", limit=2, offset=1) == ["e1", "e2"]
    assert listed(order="calls", limit=2) == ["e5", "e4"]
    assert listed(status="ok", source="cli", texts=["code"]) == ["e4", "e2", "e0"]
    assert {row.execution_id for row in reader.rows([rows[0].n, rows[5].n, 10**6])} == {"e5", "e0"}
    assert (rows[0].code_start, rows[0].client, rows[0].tool_calls) == ("code 100%_5", "c5", 5)


async def test_ids_are_found_by_their_beginning(history: History, reader: HistoryKeeper) -> None:
    await write(history, start("abc-1"), start("abd-2"), start("ab"))
    assert (reader.resolve("abc"), reader.resolve("ab")) == ("abc-1", "ab")
    assert reader.recording("abd").execution_id == "abd-2"
    for wrong in ("a", "", "b", "abc-11", "%", "ab_"):
        with pytest.raises(UnknownExecution):
            reader.resolve(wrong)


async def test_what_runs_is_followed(history: History, reader: HistoryKeeper) -> None:
    rows = Follower(reader)
    assert rows.poll() == []
    await write(history, start("run"))
    assert [(row.status, row.tool_calls) for row in rows.poll()] == [("running", 0)]
    one, calls = ExecutionFollower(reader, "run"), CallFollower(reader, "run")
    assert one.poll() == []
    first, second = call("run", 1), call("run", 2)
    await write(history, first[0], ConsoleLine("run", LogLine("log", "a", 1.5)), *second)
    assert [row.tool_calls for row in rows.poll()] == [2]
    assert one.poll() == [first[0], ConsoleLine("run", LogLine("log", "a", 1.5)), *second]
    assert calls.poll() == [first[0], *second]
    assert one.poll() == calls.poll() == rows.poll() == []
    assert reader.calls("run", after=1) == reader.calls("run")[1:]
    assert reader.calls("run", after=2, ended_of={1, 2}) == reader.calls("run")[1:]
    await write(history, first[1], end("run", tool_calls=2))
    assert one.poll() == calls.poll() == [first[1]]
    assert one.ended
    assert [row.status for row in rows.poll()] == ["ok"]
    rows.close()


async def test_what_a_run_waits_for_is_told_while_it_does(
    history: History, reader: HistoryKeeper
) -> None:
    """A worker, with how many before it in its process; then the answers to what servers ask."""
    rows = Follower(reader)

    async def states(*events: Event) -> list[str]:
        await write(history, *events)
        changed = [(row.execution_id, row.state, row.waits_behind) for row in rows.poll()]
        return [f"{name} {state}{'' if n is None else n}" for name, state, n in changed]

    first, second = call("b", 1), call("b", 2)
    asked = [ToolCallNote("b", seq, "asks", "asks: Which?") for seq in (1, 2)]
    answered = [ToolCallNote("b", seq, "answered", "asks no longer") for seq in (1, 2)]
    assert await states(start("a"), ExecutionRunning("a", 0.1)) == ["a running"]
    queued: list[Event] = [start("b"), ExecutionQueued("b"), start("c"), ExecutionQueued("c")]
    assert await states(*queued) == ["b queued0", "c queued1"]
    assert reader.standing("c").waits == "waits for a worker, 1 before it"
    assert await states(ExecutionRunning("b", 7.5)) == ["b running", "c queued0"]
    assert await states(first[0], second[0], *asked) == ["b asking"]
    assert reader.standing("b") == Standing("running", asks=True)
    assert reader.recording("b").to_json()["asking"] is True
    assert await states(answered[0]) == [], "the other one is still asked"
    assert await states(answered[1]) == ["b running"]
    assert (reader.standing("b"), reader.standing("c").waits_behind) == (
        Standing("running", 7.5),
        0,
    )
    assert await states(asked[0], first[1], second[1], end("b", queued_ms=7.5)) == ["b ok"]
    assert reader.recording("b").queued_ms == 7.5
    assert await states(end("c", status="cancelled", queued_ms=9.0)) == ["c cancelled"]
    assert reader.standing("c") == Standing("cancelled", 9.0)
    rows.close()


async def test_a_watch_tells_of_every_commit_and_of_nothing_else(
    history: History, reader: HistoryKeeper
) -> None:
    watch = reader.watch()
    assert watch.changed()
    assert not watch.changed()
    await write(history, start("a"))
    assert watch.changed()
    assert not watch.changed()
    reader.list_executions()
    assert not watch.changed()
    generation = watch.generation
    await write(history, end("a"))
    assert watch.changed()
    assert watch.generation == generation
    watch.close()


async def test_only_a_living_process_has_something_running(
    adapter: HistoryAdapter, history: History, reader: HistoryKeeper
) -> None:
    await write(history, start("mine"))
    assert reader.standing("mine").status == "running"
    assert [row.status for row in reader.list_executions(status="running")] == ["running"]
    assert reader.list_executions(status="interrupted") == []


async def test_secrets_are_masked(history: History, reader: HistoryKeeper) -> None:
    token = "ghp_" + "a1B2" * 9
    made = ToolCall("s", 1, "demo", "echo", {"internal_id": "hidden-1", "n": 1})
    await write(
        history,
        start("s", f"'{token}'", input={"password": "hidden-2"}),
        ConsoleLine("s", LogLine("log", "CORP-12345")),
        ToolCallStarted("s", made),
        ToolCallFinished("s", made, Outcome(True, result={"api_key": "hidden-3"}), 1.0, 1),
        end("s", {"authorization": "hidden-4"}),
    )
    recording = reader.recording("s")
    assert recording.masked
    shown = str(recording.to_json())
    for secret in (token, "CORP-12345", "hidden-1", "hidden-2", "hidden-3", "hidden-4"):
        assert secret not in shown
    assert recording.calls[0].args["n"] == 1


async def test_questions_wait_for_no_other_question(
    history: History, reader: HistoryKeeper
) -> None:
    await write(history, start("a"), *call("a", 1), end("a"))
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(100):
            if [row.execution_id for row in reader.list_executions()] != ["a"]:
                wrong.append("list")
            if len(reader.recording("a").calls) != 1:
                wrong.append("recording")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(100):
        await write(history, ConsoleLine("a", LogLine("log", str(number))))
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert wrong == []


async def test_several_processes_record_at_once(adapter: HistoryAdapter, history: History) -> None:
    other = adapter.open()
    for number in range(20):
        await write(history, start(f"a{number}"), end(f"a{number}"))
        await write(other, start(f"b{number}"), end(f"b{number}"))
    assert await other.kept("b19") is None
    other.close()
    assert history.count() == 40
    assert len({row.n for row in history.list_executions()}) == 40


async def test_statistics_are_of_the_last_calls(history: History, reader: HistoryKeeper) -> None:
    failed = CallError(ErrorCode.UPSTREAM_ERROR, "boom")
    await write(history, start("a"), *call("a", 1), *call("a", 2), end("a"))
    await write(history, start("b", at=NOW + 5))
    await write(history, *call("b", 1, ok=False, result=None, error=failed), end("b"))
    await write(history, start("r", source="replay"), *call("r", 1), end("r"))
    statistics = reader.tool_statistics("demo", "echo")
    assert statistics is not None
    assert (statistics.calls, statistics.failed, statistics.p50_ms) == (3, 1, 5.0)
    assert (statistics.last_at, "boom" in (statistics.last_error or "")) == (NOW + 5, True)
    assert reader.tool_statistics("demo", "echo", last=1) == replace(statistics, calls=1, failed=1)
    past = reader.past_calls("demo", "echo")
    assert [(one.execution_id, one.args, one.ok) for one in past] == [
        ("b", {"n": 1}, False),
        ("a", {"n": 2}, True),
        ("a", {"n": 1}, True),
    ]
    assert (past[0].at, past[0].duration_ms) == (NOW + 5 + 0.001, 5.0)
    assert reader.past_calls("demo", "echo", last=1) == past[:1]


async def test_executions_are_removed(history: History, reader: HistoryKeeper) -> None:
    await write(history, start("old"), *call("old", 1), end("old"), start("new"), end("new"))
    reader.delete("old")
    with pytest.raises(UnknownExecution):
        reader.delete("old")
    assert [row.execution_id for row in history.list_executions()] == ["new"]
    assert reader.tool_statistics("demo", "echo") is None
    await write(history, start("runs"))
    assert reader.prune(max_age_days=0) == 1
    assert [row.execution_id for row in reader.list_executions()] == ["runs"]
    await write(history, end("runs"))
    assert history.standing("runs").status == "ok"


async def test_pinned_executions_stay_and_names_are_as_good_as_ids(
    history: History, reader: HistoryKeeper
) -> None:
    for id_ in ("a1", "b2", "c3"):
        await write(history, start(id_, at=NOW - 10), end(id_))
    reader.pin("a1")
    reader.name("b2", "before the move")
    marked = {row.label: (row.pinned, row.name) for row in history.list_executions()}
    assert marked == {
        "a1": (True, None), "before the move": (True, "before the move"), "c3": (False, None)
    }  # fmt: skip
    assert [row.execution_id for row in reader.list_executions(pinned=True)] == ["b2", "a1"]
    assert [row.execution_id for row in reader.list_executions(pinned=False)] == ["c3"]
    assert [row.execution_id for row in reader.list_executions(texts=["THE move"])] == ["b2"]
    assert reader.resolve("before the move") == "b2"
    recording = reader.recording("before the move")
    assert (recording.execution_id, recording.name, recording.pinned) == (
        *("b2", "before the move", True),
    )
    shown = recording.to_json()
    assert (shown["name"], shown["pinned"]) == ("before the move", True)
    assert reader.prune(max_age_days=0, max_size_mb=0) == 1
    assert [row.execution_id for row in history.list_executions()] == ["b2", "a1"]

    # A name belongs to one; which is said where it is taken, and where it is none.
    with pytest.raises(HistoryError, match="b2 has the name before the move already"):
        reader.name("a1", "before the move")
    for name in ("", " x", "x" * 61, "two\nlines", "\x1b[31m", "3f9a", "0-1"):
        with pytest.raises(HistoryError, match=r"name|id"):
            reader.name("a1", name)
    reader.name("a1", "other")
    reader.name("b2", None)
    reader.name("a1", "before the move")
    assert [(row.name, row.pinned) for row in reader.list_executions()] == [
        (None, True), ("before the move", True),
    ]  # fmt: skip
    reader.pin("b2", False)
    shown = reader.recording("b2").to_json()
    assert {"name", "pinned"}.isdisjoint(shown)
    for change in (reader.pin, lambda id_: reader.name(id_, "more")):
        with pytest.raises(UnknownExecution):
            change("zz")
    reader.delete("a1")
    reader.name("b2", "before the move")  # it is free again
    with pytest.raises(UnknownExecution):
        reader.resolve("a1")


async def test_texts_are_found_wherever_they_stand(history: History, reader: HistoryKeeper) -> None:
    failed = CallError(ErrorCode.UPSTREAM_ERROR, 'kaput 5 "times"')
    wrong = ScriptError(ErrorCode.RUNTIME_ERROR, "TypeError: übel")
    await write(
        history,
        *(start("a1", "return needle_1", client="robot", script="s.js"), end("a1")),
        *(start("b2", input={"key": "hay stack"}), *call("b2", 1, result={"t": 'say "hi" C:\\x'})),
        end("b2", value=["at the end"]),
        *(start("c3"), *call("c3", 1, ok=False, result=None, error=failed)),
        ConsoleLine("c3", LogLine("log", "printed", 1.0)),
        end("c3", status="error", value=None, error=wrong),
    )

    def found(*texts: str) -> list[str]:
        return [row.execution_id for row in reader.list_executions(texts=texts)]

    for text, where in (
        *(("Needle_1", "a1"), ("robot", "a1"), ("s.js", "a1")),
        *(("hay stack", "b2"), ('say "hi"', "b2"), ("C:\\x", "b2"), ("at the end", "b2")),
        *(('5 "times"', "c3"), ("übel", "c3"), ("printed", "c3")),
    ):
        assert found(text) == [where], text
    assert found("hay", "end") == ["b2"]
    assert found("hay", "robot") == found("needle-1") == found("n%1") == []


async def test_executions_are_grouped_by_their_scripts(
    history: History, reader: HistoryKeeper
) -> None:
    assert reader.list_scripts() == []
    for number, (script, took, status) in enumerate(
        (("a.js", 10, "ok"), ("a.js", 30, "error"), (None, 5, "ok"), ("a.js", 20, "timeout"))
    ):
        error = None if status == "ok" else ScriptError(ErrorCode.TIMEOUT, "late")
        await write(history, start(f"e{number}", script=script))
        await write(history, end(f"e{number}", status=status, duration_ms=took, error=error))
    await write(history, start("e4", script="a.js"))
    rows = reader.list_scripts()
    assert [(row.script, row.runs, row.failed, row.median_ms) for row in rows] == [
        ("a.js", 4, 2, 20.0), (None, 1, 0, 5.0),
    ]  # fmt: skip
    assert [row.last.execution_id for row in rows] == ["e4", "e2"]
    assert [row.runs for row in reader.list_scripts(status="ok")] == [1, 1]
    assert [row.execution_id for row in reader.list_executions(script="a.js")] == [
        *("e4", "e3", "e1", "e0"),
    ]
    assert [row.execution_id for row in reader.list_executions(inline=True)] == ["e2"]
    assert len(reader.list_executions(inline=False)) == 4
    newest = reader.list_executions()
    assert reader.list_executions(after=newest[2].n) == newest[:2]


async def test_questions_of_what_no_file_can_hold_are_answered(
    history: History, reader: HistoryKeeper
) -> None:
    """An argument of a command line that is no UTF-8 has lone surrogates."""
    odd = "\udcff"
    await write(history, start("a1", script=f"{odd}.js"), *call("a1", 1, tool=odd), end("a1"))
    for ask in (reader.resolve, reader.standing, reader.calls, reader.console, reader.recording):
        with pytest.raises(UnknownExecution):
            ask(odd)
    for change in (reader.delete, reader.pin, lambda id_: reader.name(id_, "x")):
        with pytest.raises(UnknownExecution):
            change(odd)
    with pytest.raises(HistoryError, match="can be seen"):
        reader.name("a1", odd)
    for found in (
        reader.list_executions(tool=odd),
        reader.list_executions(tool=f"demo.{odd}"),
        reader.list_executions(script=f"{odd}.js"),
        reader.list_executions(texts=[odd]),
        [row.last for row in reader.list_scripts(script=f"{odd}.js")],
    ):
        assert [row.execution_id for row in found] == ["a1"]
    assert reader.list_executions(status=odd) == reader.list_executions(source=odd) == []


async def test_what_cannot_be_kept_is_said_and_harms_nobody(
    adapter: HistoryAdapter, history: History
) -> None:
    await write(history, start("a"), end("a"))
    adapter.break_it()
    history.record(start("b"))
    history.record(end("b"))
    assert "not recorded" in (await history.kept("b") or "")
    assert history.problem is not None
    reader = adapter.reader()
    assert reader.problem is not None
    assert reader.writing_problem() is not None
    for ask in (reader.list_executions, reader.count, reader.newest, lambda: reader.recording("a")):
        with pytest.raises(HistoryError):
            ask()
    with pytest.raises(HistoryError):
        Follower(reader)
