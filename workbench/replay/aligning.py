"""The items that two sequences have in common, in order: in time for thousands of each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import TypeAlias

_MOST_PAIRS = 300_000
_Chain: TypeAlias = "tuple[int, int, _Chain | None]"


def common_pairs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """``(i, j)`` with ``a[i] == b[j]``, both ascending: a longest common subsequence.

    Equal head and tail are taken off; between them by Hunt and Szymanski, O(r log n) for r pairs of equal
    items. Where equal items are so many that r would be quadratic, the k-th of a kind is only paired with the
    k-th of its kind: still a common subsequence, perhaps not the longest.
    """
    head = 0
    most = min(len(a), len(b))
    while head < most and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < most - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    middle = _longest(a[head : len(a) - tail], b[head : len(b) - tail])
    return [
        *((index, index) for index in range(head)),
        *((head + i, head + j) for i, j in middle),
        *((len(a) - back, len(b) - back) for back in range(tail, 0, -1)),
    ]


def _longest(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    places: dict[Hashable, list[int]] = {}
    for j, item in enumerate(b):
        places.setdefault(item, []).append(j)
    ends: list[int] = []
    """For each length, the least place in b at which a common subsequence so long ends."""
    chains: list[_Chain] = []
    for i, js in enumerate(_candidates(a, places)):
        for j in js:
            length = bisect_left(ends, j)
            chain: _Chain = (i, j, chains[length - 1] if length else None)
            if length == len(ends):
                ends.append(j)
                chains.append(chain)
            else:
                ends[length] = j
                chains[length] = chain
    found: list[tuple[int, int]] = []
    last = chains[-1] if chains else None
    while last is not None:
        found.append(last[:2])
        last = last[2]
    return found[::-1]


def _candidates(
    a: Sequence[Hashable], places: dict[Hashable, list[int]]
) -> Iterator[Sequence[int]]:
    """For each item of a, its places in b, the last first."""
    if sum(len(places.get(item, ())) for item in a) <= _MOST_PAIRS:
        for item in a:
            yield places.get(item, ())[::-1]
        return
    seen: dict[Hashable, int] = {}
    for item in a:
        number = seen[item] = seen.get(item, -1) + 1
        yield places.get(item, ())[number : number + 1]
