"""What a burst of allocations leaves to the collector."""

from __future__ import annotations

import gc
import json

import pytest

from workbench.util.allocating import start_without_collector, started, without_collector


@pytest.mark.slow
def test_what_a_burst_made_is_not_looked_through_as_if_it_were_young() -> None:
    text = json.dumps([{"a": [number]} for number in range(100_000)])
    gc.collect()
    with without_collector():
        made = json.loads(text)
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert len(gc.get_objects(generation=0)) < 1_000
    assert len(gc.get_objects(generation=2)) > 200_000
    assert len(made) == 100_000


def test_the_collector_is_held_back_while_a_process_starts() -> None:
    before = gc.get_threshold()
    try:
        start_without_collector()
        held = gc.get_threshold()
        assert gc.isenabled()
        assert held[0] > before[0]
        started()
        assert gc.get_threshold() != held
        gc.set_threshold(123, 4, 5)
        started()
        assert gc.get_threshold() == (123, 4, 5), "whoever chose another is asked nothing"
    finally:
        gc.set_threshold(*before)
