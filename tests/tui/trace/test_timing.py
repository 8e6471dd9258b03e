"""Whose time it was: waiting for a worker, the script, the upstream servers, the queue before a call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.events import Event, ExecutionFinished, ToolCallFinished, ToolCallStarted
from workbench.core.model import Execution, Outcome, ToolCall
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.trace.detail_pane import DetailPane
from workbench.tui.trace.live_run import LiveRun
from workbench.tui.wording import costs, duration, summed_up


def call(seq: int, started_ms: float, took_ms: float, upstream_ms: float | None) -> list[Event]:
    issued = ToolCall("x", seq, "demo", "echo", {}, started_ms=started_ms)
    outcome = Outcome(ok=True, upstream_ms=upstream_ms)
    return [
        ToolCallStarted("x", issued),
        ToolCallFinished("x", issued, outcome, took_ms, seq),
    ]


def test_calls_at_the_same_time_count_once() -> None:
    run = LiveRun("a.js")
    run.apply(call(1, 10, 100, 90))  # 20…110 with the upstream
    run.apply(call(2, 50, 100, 80))  # 70…150
    run.apply(call(3, 200, 5, 50))  # of a record: no more than the call itself
    run.apply(call(4, 300, 5, None))  # refused
    assert run.upstream_ms == pytest.approx(130 + 5)
    execution = Execution("x", "ok", queued_ms=7.2, duration_ms=400, cpu_ms=15, tool_calls=4)
    run.apply([ExecutionFinished("x", execution, 0.0)])
    assert run.timing() == {
        "queue_ms": 7.2,
        "duration_ms": 400,
        "upstream_ms": 135,
        "script_ms": 15,
        "other_ms": 250,
    }
    said = summed_up(execution, run.upstream_ms)
    assert " · ".join(said) == "400 ms · 4 calls · queued 7 ms · script 15 ms · upstream 135 ms"
    assert summed_up(execution) == ["400 ms", "4 calls"]


def test_a_time_is_rounded_into_its_unit() -> None:
    said = [duration(ms) for ms in (999.4, 999.6, 59_999.4, 59_999.6)]
    assert said == ["999 ms", "1.000 s", "59.999 s", "1:00"]


def test_little_memory_is_not_none() -> None:
    said = [costs(Execution("x", "ok", memory_bytes=n)) for n in (40_960, 1_677_722)]
    assert said == [["41 kB"], ["1.6 MB"]]


def shown_in(detail: DetailPane) -> Any:
    return {} if detail.timing.shown is None else detail.timing.shown.value


@pytest.mark.slow
@pytest.mark.anyio
async def test_timing_of_a_run_and_of_its_calls(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.sleep({ms: 80}); await tools.demo.echo({value: 1});")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "the run ends")
        await pilot.pause()
        assert "upstream" in str(app.main.query_one("#status").render())
        detail = app.main.detail
        detail.show_tab("timing")
        app.main.go_to("trace")
        await pilot.pause()
        await pilot.press("home")
        await until(lambda: detail.timing.shown is not None, "it is shown")
        await pilot.pause()
        assert detail.front is detail.timing, "moving in the trace leaves it in front"
        assert detail.timing.shown is not None
        value: Any = detail.timing.shown.value
        assert value["run"]["upstream_ms"] >= 80
        assert value["run"]["script_ms"] > 0
        assert value["run"]["duration_ms"] >= value["run"]["upstream_ms"]
        assert value["call"]["call"] == "#1 demo.sleep"
        assert value["call"]["upstream_ms"] >= 80
        assert value["call"]["queue_ms"] >= 0
        await until(lambda: "tokens" in shown_in(detail), "the run's tokens, once they are counted")
        assert shown_in(detail)["tokens"]["results"] > 0
        await app.main.workers.wait_for_complete()
        runtime = app.runtime_now
        assert runtime is not None
        (row,) = runtime.history.list_executions()
        recording = runtime.history.recording(row.execution_id)
        await app.push_screen(ReplayScreen(recording))
        detail = app.screen.query_one(DetailPane)
        await until(lambda: "tokens" in shown_in(detail), "also in its replay")
        assert shown_in(detail)["tokens"] == recording.tokens.to_json()
