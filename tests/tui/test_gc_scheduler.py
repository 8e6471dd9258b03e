"""Full collections wait for a quiet moment, and the interpreter gets them back."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from workbench.tui import gc_scheduler as collecting
from workbench.tui.gc_scheduler import Collector


@pytest.fixture
def full_collections() -> Iterator[list[int]]:
    """Counts the full collections; gives the interpreter's settings back."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    found: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "stop" and about["generation"] == 2:
            found.append(about["collected"])

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)
    gc.set_threshold(*before)
    gc.unfreeze()


def due() -> None:
    for _ in range(collecting._DUE + 1):
        gc.collect(1)


@pytest.mark.slow
def test_a_full_collection_waits_for_a_quiet_moment(
    full_collections: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = Collector()
    collector.start()
    full_collections.clear()
    due()
    collector.saw_input()
    collector.collect_if_quiet()
    assert full_collections == []
    monkeypatch.setattr(collecting, "_QUIET_S", 0.0)
    collector.collect_if_quiet()
    assert len(full_collections) == 1
    collector.collect_if_quiet()
    assert len(full_collections) == 1, "nothing new to collect"


@pytest.mark.slow
def test_who_types_without_end_is_interrupted_at_last(
    full_collections: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "_OVERDUE", collecting._DUE)
    collector = Collector()
    collector.start()
    full_collections.clear()
    due()
    collector.saw_input()
    collector.collect_if_quiet()
    assert len(full_collections) == 1


@pytest.mark.slow
def test_the_interpreter_gets_its_settings_back(full_collections: list[int]) -> None:
    before = gc.get_threshold()
    collector = Collector()
    collector.collect_if_quiet()
    collector.start()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold()[2] > before[2]
    collector.stop()
    collector.start()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


@pytest.mark.slow
def test_two_apps_in_one_process_leave_what_they_found(full_collections: list[int]) -> None:
    before = gc.get_threshold()
    first, second = Collector(), Collector()
    first.start()
    second.start()
    first.stop()
    second.stop()
    assert gc.get_threshold() == before
