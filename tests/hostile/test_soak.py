"""The soak (``make soak``) for less than a minute: nothing grows, nothing is lost."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.soak import drawn, soak
from tests.hostile.leftovers import LINUX

pytestmark = pytest.mark.anyio


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not LINUX, reason="looks at /proc")
async def test_good_and_hostile_scripts_of_several_clients(tmp_path: Path) -> None:
    seen = await soak(tmp_path, 30)
    assert seen.problems() == []
    assert seen.ends["ok"] > 30
    assert len(seen.ends) >= 4, "hostile ones are among them"
    assert ElementTree.fromstring(drawn(seen)).tag.endswith("svg")
