"""Large JSON is parsed in pieces, and gives the same as the parser that takes it whole."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from workbench.text import json_pieces, jsontext

pytestmark = pytest.mark.anyio
_ROWS = [{"id": n, "t": "a }, { [b], [", "n": [[1, 2], {"x": [{}, {}]}], "e": '"\\'} for n in range(200)]  # fmt: skip
_LISTS: list[Any] = [[n, [n], "],["] for n in range(400)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "LARGE", 100)
    monkeypatch.setattr(json_pieces, "_PIECE", 300)


async def _turns(text: str) -> tuple[Any, int]:
    """The value, and how often others had their turn meanwhile."""
    turns = 0
    running = True

    async def other() -> None:
        nonlocal turns
        while running:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    value = await json_pieces.loads(text)
    running = False
    await task
    return value, turns


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "value",
    [
        _ROWS,
        _LISTS,
        {"rows": _ROWS, "more": 1},
        {"a": [{"b": 1}], "result": {"rows": _ROWS}, "z": [[1]]},
        {"first": _LISTS, "text": "[{ }]"},
    ],
)
async def test_long_lists_are_parsed_with_turns_between(value: Any, indent: int | None) -> None:
    found, turns = await _turns(json.dumps(value, indent=indent))
    assert found == value
    assert turns > 10


@pytest.mark.parametrize(
    "value",
    [
        ["a }, {"] * 200,
        list(range(500)),
        "x" * 1000,
        {str(n): {"a": [n]} for n in range(200)},
        {"a": _ROWS[:20], "b": "text", "c": _ROWS},
    ],
)
async def test_what_cannot_be_taken_apart_is_parsed_whole(value: Any) -> None:
    assert await json_pieces.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text.replace("}, {", "},, {"),
        lambda text: text[:-1] + ",]",
        lambda text: "[," + text[1:],
        lambda text: text.replace('"id": 150', '"id": 1.5.0'),
        lambda text: text + "]",
        lambda text: f"{{{text}: 1}}",
        lambda text: text.replace('}, {"id": 3,', '}, ] [ {"id": 3,'),
    ],
)
async def test_what_is_no_json_is_none(spoil: Any) -> None:
    text = spoil(json.dumps(_ROWS))
    with pytest.raises(ValueError, match="line 1 column"):
        jsontext.loads(text)
    with pytest.raises(ValueError, match="line 1 column"):
        await json_pieces.loads(text)


@pytest.mark.slow
async def test_any_damage_is_judged_as_it_is_by_the_whole() -> None:
    chance = random.Random(7)
    text = json.dumps({"head": [[1]], "rows": _ROWS[:12], "tail": [{}]})
    for _ in range(3_000):
        at = chance.randrange(len(text))
        damaged = text[:at] + chance.choice(["", "]", "[", "}", "{", ",", '"', "\\"]) + text[at + chance.randrange(3) :]  # fmt: skip
        try:
            expected = jsontext.loads(damaged)
        except ValueError:
            with pytest.raises(ValueError):  # noqa: PT011  (the parser's own)
                await json_pieces.loads(damaged)
        else:
            assert await json_pieces.loads(damaged) == expected
