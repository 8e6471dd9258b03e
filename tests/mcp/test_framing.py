"""Bytes to lines, whatever pieces they come in, and lines that are longer than is held."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.mcp.framing import Line, LineSplitter, LongLine

LINES = st.lists(st.binary(min_size=1, max_size=20).filter(lambda line: b"\n" not in line))
SIZES = st.lists(st.integers(min_value=1, max_value=7), min_size=1)


def in_pieces(splitter: LineSplitter, data: bytes, sizes: list[int]) -> None:
    at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        splitter.feed(data[at : at + size])
        at += size
        turn += 1


@given(LINES, SIZES)
def test_lines_do_not_depend_on_the_pieces(lines: list[bytes], sizes: list[int]) -> None:
    got: list[Line] = []
    splitter = LineSplitter(got.append, 1000, lambda _: None)
    in_pieces(splitter, b"".join(line + b"\n" for line in lines), sizes)
    assert got == [line for line in lines if line.strip()]


@given(LINES, SIZES)
def test_a_line_that_is_too_long_is_told_by_its_ends_and_skipped(
    lines: list[bytes], sizes: list[int]
) -> None:
    got: list[Line] = []
    ended: list[LongLine] = []
    splitter = LineSplitter(got.append, 10, lambda line: ended.append(line) if line.ended else None)
    in_pieces(splitter, b"".join(line + b"\n" for line in lines), sizes)
    assert got == [line for line in lines if line.strip() and len(line) <= 10]
    assert [line.size for line in ended] == [len(line) for line in lines if len(line) > 10]
    assert all(
        line.tail == long
        for line, long in zip(ended, [one for one in lines if len(one) > 10], strict=True)
    )


def test_a_long_line_is_told_each_time_it_has_doubled() -> None:
    """Not with every piece: a server that sends megabytes without a line's end would be told of so often."""
    told: list[tuple[int, bool]] = []
    splitter = LineSplitter(lambda _: None, 10, lambda line: told.append((line.size, line.ended)))
    in_pieces(splitter, b"x" * 100 + b"\n", [1])
    assert told == [(11, False), (22, False), (44, False), (88, False), (100, True)]
