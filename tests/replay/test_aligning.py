"""Aligning: a longest common subsequence, in a moment for thousands of calls."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.replay.conftest import Again, Record
from workbench.history import CallRow
from workbench.replay import compare
from workbench.replay.aligning import common_pairs
from workbench.replay.comparing import first_divergence

pytestmark = pytest.mark.anyio


def _longest(a: str, b: str) -> int:
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            best = max(lengths[i][j + 1], lengths[i + 1][j])
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if left == right else best
    return lengths[-1][-1]


def test_what_two_sequences_have_in_common_is_the_longest_there_is() -> None:
    chance = random.Random(7)
    for _ in range(1_000):
        a, b = ("".join(chance.choices("abcd", k=chance.randint(0, 9))) for _ in range(2))
        pairs = common_pairs(a, b)
        assert all(a[i] == b[j] for i, j in pairs)
        assert pairs == sorted(pairs)
        assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
        assert len(pairs) == _longest(a, b), (a, b)


def test_thousands_in_another_order_or_all_alike_are_aligned() -> None:
    """The cubic alignment took minutes for these: the test's own time limit would end it."""
    chance = random.Random(7)
    shuffled = chance.sample(range(20_000), 20_000)
    assert len(common_pairs(range(20_000), shuffled)) > 200
    two = [chance.choices("ab", k=20_000) for _ in range(2)]
    assert len(common_pairs(*two)) > 5_000
    assert common_pairs(["x"] * 20_000, ["x"] * 19_000) == [(n, n) for n in range(19_000)]


async def test_a_diff_of_four_thousand_reordered_calls(record: Record) -> None:
    one = await record("call_tool('test', 'echo', { n: 1 }); 0")

    def calls(numbers: list[int]) -> tuple[CallRow, ...]:
        row = one.calls[0]
        return tuple(
            replace(row, seq=seq, args_text=f'{{"n":{n}}}', result_text=f'{{"n":{n}}}')
            for seq, n in enumerate(numbers, 1)
        )

    numbers = list(range(4_000))
    a = replace(one, calls=calls(numbers))
    b = replace(one, calls=calls(random.Random(7).sample(numbers, 4_000)))
    compared = compare(a, b)
    assert compared["same"] is False
    pairs = compared["calls"]
    assert sorted(call["a"]["seq"] for call in pairs if call["a"]) == list(range(1, 4_001))
    assert sorted(call["b"]["seq"] for call in pairs if call["b"]) == list(range(1, 4_001))
    assert first_divergence(a, b) is not None


# -- what is compared ----------------------------------------------------------------------


async def test_the_error_of_a_call_is_compared(record: Record) -> None:
    a = await record("const r = call_tool('test', 'fail', {}); 1")
    row = a.calls[0]
    assert row.error is not None
    b = replace(a, calls=(replace(row, error_text='{"code":"TIMEOUT","message":"late"}'),))
    call = compare(a, b)["calls"][0]
    assert call["same"] is False
    assert {"path": "$.error.code", "expected": "UPSTREAM_ERROR", "actual": "TIMEOUT"} in call[
        "diff"
    ]
    assert compare(a, b)["same"] is False
    found = first_divergence(a, b)
    assert found is not None
    assert found.call == 1


async def test_the_console_is_compared(record: Record) -> None:
    a = await record("console.log('one'); console.warn('two'); 1")
    text = replace(a, logs=(a.logs[0], {**a.logs[1], "text": "three"}))
    level = replace(a, logs=(a.logs[0], {**a.logs[1], "level": "log"}))
    fewer = replace(a, logs=a.logs[:1])
    for b in (text, level, fewer):
        compared = compare(a, b)
        assert compared["same"] is False
        assert compared["value_diff"][0]["path"].startswith("$.logs[1]")
        assert first_divergence(a, b) is not None
    assert compare(a, a)["same"] is True


async def test_an_error_with_another_message_is_another_end(record: Record, again: Again) -> None:
    a = await record("throw new Error('one')")
    assert a.error is not None
    b = replace(a, error={**a.error, "message": "Error: two"})
    assert compare(a, b)["value_diff"] == [
        {"path": "$.error.message", "expected": "Error: one", "actual": "Error: two"}
    ]
    replayed = await again(b)
    assert replayed.verdict == "diverged"
    assert replayed.divergence is not None
    assert replayed.divergence.diff[0]["path"] == "$.error.message"
