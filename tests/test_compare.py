"""What `make compare` runs on Workbench itself: each script gives the value that proves that it ran."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.compare.__main__ import drawn, table
from bench.compare.peers import PEERS
from bench.compare.running import Failed, Running
from bench.compare.scripts import EXPECTED


@pytest.mark.anyio
@pytest.mark.slow
async def test_every_script_of_the_comparison_gives_its_value(tmp_path: Path) -> None:
    own = PEERS[0]
    async with Running(own, tmp_path) as running:
        for name in EXPECTED:
            await running.run(name)
        assert running.memory_mb() > 10
        assert {tool["name"] for tool in await running.tools()} >= {"code_execution"}
        own_value = own.value
        own.value = lambda result: "other"
        with pytest.raises(Failed, match="gave 'other'"):
            await running.run("1 + 1")
        own.value = own_value
    assert "| 1 + 1 |" in table([own])
    assert own.name in "".join(ElementTree.fromstring(drawn([own])).itertext())


def test_everybody_runs_what_they_can_of_the_same_scripts() -> None:
    for peer in PEERS:
        assert "1 + 1" in peer.scripts
        assert set(EXPECTED) & set(peer.scripts) == set(peer.scripts) - {
            "runaway, limit 500 ms",
            "memory bomb, limit 64 MB",
        }
