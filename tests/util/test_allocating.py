"""What a burst of allocations leaves to the collector."""

from __future__ import annotations

import gc
import json

import pytest

from workbench.util.allocating import without_collector


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
