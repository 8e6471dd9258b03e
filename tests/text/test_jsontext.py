"""What is written can be read again, whatever the Python and however much of the stack is in use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from workbench.text.jsontext import MAX_DEPTH, canonical, dumps, loads
from workbench.text.sizes import cut_to, size_of


def _nested(levels: int, innermost: Any = 1) -> Any:
    value = innermost
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize("write", [dumps, canonical])
@pytest.mark.parametrize("innermost", [1, 2**63, "\ud800"])
@pytest.mark.parametrize("levels", [1, 254, 255, 500, MAX_DEPTH])
def test_every_depth_that_is_written_is_read(
    write: Callable[[Any], str], levels: int, innermost: Any
) -> None:
    text = write(_nested(levels, innermost))
    assert write(loads(text)) == text


@pytest.mark.parametrize("write", [dumps, canonical])
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 1_000, 5_000, 200_000])
def test_what_could_not_be_read_again_is_not_written(
    write: Callable[[Any], str], levels: int
) -> None:
    with pytest.raises(ValueError, match="deeper than 800 levels"):
        write(_nested(levels))


def test_what_holds_itself_is_not_written() -> None:
    value: list[Any] = []
    value.extend((value, value))
    with pytest.raises(ValueError, match="deeper"):
        dumps(value)


@pytest.mark.parametrize("levels", [1_025, 200_000])
@pytest.mark.parametrize("innermost", ["1", '"\\ud800"'])
def test_text_that_is_too_deep_is_a_value_error(levels: int, innermost: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads("[" * levels + innermost + "]" * levels)


def test_little_stack_is_no_other_error() -> None:
    def at_depth(frames: int) -> str:
        return dumps(_nested(700)) if frames == 0 else at_depth(frames - 1)

    with suppress(ValueError):  # from Python 3.12 on there is always enough
        assert loads(at_depth(sys.getrecursionlimit() - 200)) == _nested(700)


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("abc", 3), ("é", 2), ("€", 3), ("😀", 4), ("\ud800", 3)]
)
def test_sizes_are_bytes(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("most", range(60))
def test_a_cut_text_is_never_larger_than_it_may_be(most: int) -> None:
    text = "é" * 40
    assert size_of(cut_to(text, most)) <= most
    assert cut_to(text, 80) == text
    assert cut_to("é" * 40, 40).endswith("(cut: 40 characters)")
