"""How heavy an event is for who writes it."""

from __future__ import annotations

from workbench.core.events import ExecutionFinished, ToolCallFinished, ToolCallStarted
from workbench.core.model import Execution, Outcome, ToolCall
from workbench.history.event_size import LIGHT, weight_of


def test_an_event_weighs_what_its_json_does_however_many_values_it_has() -> None:
    call = ToolCall("run", 1, "demo", "echo", {"list": [[]] * 500_000})
    assert weight_of(ToolCallStarted("run", call)) > 1_000_000


def test_both_the_result_and_the_content_of_a_call_count() -> None:
    call = ToolCall("run", 1, "demo", "echo", {})
    outcome = Outcome(ok=True, result="x" * 1000, content=[{"type": "text", "text": "x" * 1000}])
    weight = weight_of(ToolCallFinished("run", call, outcome, 1.0, 1))
    assert 2000 < weight < 2100


def test_what_cannot_be_written_as_json_weighs_something() -> None:
    deep: list[object] = []
    for _ in range(2000):
        deep = [deep]
    for odd in (deep, {"n": 10**400}):
        call = ToolCall("run", 1, "demo", "echo", odd)
        assert 400 < weight_of(ToolCallStarted("run", call)) <= LIGHT + 1


def test_a_call_whose_frame_was_measured_is_not_written_to_be_weighed() -> None:
    call = ToolCall("run", 1, "demo", "echo", {"text": "x" * 100})
    assert weight_of(ToolCallStarted("run", call, 5_000)) == 5_001
    done = Execution("run", "ok", value={"a": [1] * 1000})
    assert weight_of(ExecutionFinished("run", done, 0.0, size=7_000)) == 7_001
