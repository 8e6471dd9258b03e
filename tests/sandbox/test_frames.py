"""Frames cut from a stream, whatever pieces it comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.sandbox.frames import LARGE, FrameReader, FrameTooLarge, length_of, pack

SIZES = st.lists(
    st.sampled_from((0, 1, 5, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 7)), min_size=1, max_size=5
)
PIECES = st.lists(st.sampled_from((1, 3, 4, 1000, LARGE, 200_000)), min_size=1, max_size=6)


@given(SIZES, PIECES)
def test_frames_come_out_as_they_went_in(sizes: list[int], pieces: list[int]) -> None:
    sent = [
        bytes((number + at) % 251 for at in range(7)) * (size // 7 + 1)
        for number, size in enumerate(sizes)
    ]
    sent = [body[:size] for body, size in zip(sent, sizes, strict=True)]
    stream = b"".join(map(pack, sent))
    reader, got, at, turn = FrameReader(), [], 0, 0
    while at < len(stream):
        # Single bytes would take long in a large one: there they begin and end it.
        piece = pieces[turn % len(pieces)]
        if piece < 1000 and at % LARGE > 20:
            piece = 1000
        got += reader.feed(stream[at : at + piece])
        at, turn = at + piece, turn + 1
    assert got == sent


def test_what_stands_in_front_of_a_body_is_the_same_whether_it_is_copied_or_not() -> None:
    assert pack(b"body") == length_of(4) + b"body"


def test_a_frame_past_the_limit_is_refused_before_it_comes() -> None:
    with pytest.raises(FrameTooLarge):
        FrameReader(limit=LARGE).feed(length_of(LARGE + 1))


@pytest.mark.parametrize("step", [1000, 3 * LARGE])
def test_a_large_frame_may_be_read_into_where_it_stays(step: int) -> None:
    body = bytes(at % 251 for at in range(3 * LARGE))
    stream, reader = pack(body), FrameReader()
    assert (reader.is_between, reader.feed(stream[:100])) == (True, [])
    assert (reader.is_between, reader.feed(stream[100 : LARGE + 9])) == (False, [])
    at, got = LARGE + 9, []
    while not reader.is_between:
        with reader.room() as room:
            size = min(len(room), step)
            room[:size] = stream[at : at + size]
        got += reader.filled(size)
        at += size
    assert (at, got) == (len(stream), [body])
    assert reader.feed(pack(b"next")) == [b"next"]
