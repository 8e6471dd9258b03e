"""The order in which a replay hands results over."""

from __future__ import annotations

from functools import partial

from workbench.core.gate import Gate


def test_what_the_record_does_not_know_comes_after_it_lowest_first() -> None:
    handed: list[int] = []
    gate = Gate(order=(4, 2))
    for operation in (1, 2, 3, 4):
        gate.issue(operation)
    for operation in (3, 1, 2, 4):  # as their answers happen to be there
        gate.hold(operation, partial(handed.append, operation))
    for _ in range(4):
        gate.script_waits()
    assert handed == [4, 2, 1, 3]


def test_a_result_waits_for_its_turn_and_for_the_script() -> None:
    handed: list[int] = []
    gate = Gate(order=(1, 2))
    gate.issue(1)
    gate.issue(2)
    gate.script_waits()
    gate.hold(2, partial(handed.append, 2))
    assert handed == [], "the first answer is still being looked up"
    gate.hold(1, partial(handed.append, 1))
    assert handed == [1], "one at a time"
    gate.script_waits()
    assert handed == [1, 2]
