from __future__ import annotations

import gc

import orjson
import pytest

from workbench.mcp.messages import decode
from workbench.util.allocating import without_collector


def test_the_collector_is_given_back_as_it_was() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="x"), without_collector():
        raise ValueError("x")
    assert gc.isenabled()
    gc.disable()
    try:
        with without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_large_answer_is_read_without_looking_for_garbage_meanwhile() -> None:
    line = orjson.dumps([{"n": [n]} for n in range(50_000)])
    seen: list[str] = []

    def collected(phase: str, _info: object) -> None:
        seen.append(phase)

    gc.callbacks.append(collected)
    try:
        value = decode(line).value
        during = list(seen)
    finally:
        gc.callbacks.remove(collected)
    assert len(value) == 50_000
    assert during.count("start") <= 1, "once, when all is read"
