"""Making many objects at once without the collector looking through all of them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000
_MANY_AT_START = 500_000
"""All that a start makes."""
_USUAL = (700, 10, 10)
"""What CPython begins with."""


def start_without_collector() -> None:
    """A process that starts makes only what stays (modules, classes, the first screen): the collector looks at
    it so seldom that no start waits for it, and ``started`` goes on as usual. A command that never says so
    keeps more garbage meanwhile, some MB at most."""
    gc.set_threshold(_MANY_AT_START, *_USUAL[1:])


def started() -> None:
    """The collector goes on as usual, where it was held back."""
    if gc.get_threshold()[0] == _MANY_AT_START:
        gc.set_threshold(*_USUAL)


@contextmanager
def without_collector() -> Iterator[None]:
    """For a burst of allocations that makes no cycles, such as parsing: three times as fast.

    Every 700 new containers the collector looks at the youngest, and in the end at all there are; what a
    parser makes cannot be garbage while it is being made. Afterwards it counts as old at once: looking
    through a million new containers, as the youngest and then as the younger, holds everybody for 0.2 s.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if gc.get_count()[0] > _MANY:
                gc.freeze()
                gc.unfreeze()  # what was frozen is of the oldest generation then, without a look at it
            gc.enable()
