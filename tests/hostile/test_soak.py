"""The soak (``make soak``) for a minute: nothing grows, nothing is lost."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.accounts import accounts
from bench.soak import drawn, soak
from tests.history.filling import fill
from tests.support.processes import LINUX
from tests.support.servers import until
from workbench.history import Store

pytestmark = pytest.mark.anyio


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not LINUX, reason="looks at /proc")
async def test_good_and_hostile_scripts_of_several_clients(tmp_path: Path) -> None:
    seen = await soak(tmp_path, 60, history_mb=16)
    assert seen.problems() == []
    assert seen.accounts is not None
    assert seen.accounts.removed > 0, "the history reached its size"
    assert seen.ends["ok"] > 30
    assert len(seen.ends) >= 4, "hostile ones are among them"
    assert ElementTree.fromstring(drawn(seen)).tag.endswith("svg")


async def test_what_is_removed_for_its_size_is_told_from_what_is_lost(tmp_path: Path) -> None:
    """A history that reached its size counted as one that lost 3 372 records."""
    path = tmp_path / "history.sqlite3"
    store = Store(path, max_size_mb=1)
    answered = [f"{200_000}-{number}" for number in range(12)]
    try:
        await fill(store, 12, 200_000)
        await until(lambda: not store._writer._pruner.due)
        found = accounts(path, answered)
        assert found.missing == found.removed > 0
        assert (found.recorded, found.problems()) == (12, [])
        assert accounts(path, [*answered, "never-there"]).problems() == ["1 of 13 records are lost"]
        assert accounts(path, answered[:-1]).problems() == [
            "1 are on record that nobody was answered"
        ]
    finally:
        store.close()
