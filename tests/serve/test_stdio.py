"""Bytes to lines, whatever pieces they come in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.serve.stdio import LineSplitter

LINES = st.lists(st.binary(min_size=1, max_size=20).filter(lambda line: b"\n" not in line))


@given(LINES, st.lists(st.integers(min_value=1, max_value=7), min_size=1))
def test_lines_do_not_depend_on_the_pieces(lines: list[bytes], sizes: list[int]) -> None:
    got: list[bytes] = []
    splitter = LineSplitter(got.append, 1000)
    data = b"".join(line + b"\n" for line in lines)
    at = 0
    for turn in range(len(data)):
        size = sizes[turn % len(sizes)]
        splitter.feed(data[at : at + size])
        at += size
    assert got == [line for line in lines if line.strip()]


def test_a_line_that_is_too_long_is_told_and_skipped() -> None:
    got: list[bytes] = []
    splitter = LineSplitter(got.append, 10)
    for _ in range(5):
        splitter.feed(b"12345")
    splitter.feed(b"6\nnext\n")
    assert got == [b"", b"next"]
