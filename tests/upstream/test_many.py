"""Twenty-five servers at once, five of them beyond help: the good ones notice nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.servers import call, managing, raw_settings, script_settings
from workbench.config import ServerSettings

_FOREVER: dict[str, Any] = {"connect_timeout_ms": 600_000}
"""Whoever waited for a bad one would wait past the end of the test."""
_BAD = (
    ServerSettings("dead", "no-such-program-anywhere", (), **_FOREVER),
    script_settings("hanging", "import time; time.sleep(3600)", **_FOREVER),
    script_settings("crashing", "raise SystemExit('no')", **_FOREVER),
    script_settings(
        "garbage", "import time\nwhile True: print('garbage {' * 500); time.sleep(.01)", **_FOREVER
    ),
    script_settings(
        "flooding",
        "import sys, time\nwhile True: sys.stderr.write('x' * 100_000 + '\\n'); time.sleep(.01)",
        **_FOREVER,
    ),
)


@pytest.mark.anyio
async def test_twenty_good_servers_are_usable_beside_five_bad_ones() -> None:
    good = [raw_settings(f"good{number}") for number in range(20)]
    async with managing(*_BAD, *good) as manager:
        await manager.start()
        answers = await asyncio.gather(
            *(call(manager, one.name, "add", {"left": n, "right": 1}) for n, one in enumerate(good))
        )
        assert [answer.result for answer in answers] == [{"sum": n + 1} for n in range(20)]
        servers = manager.catalogue().servers
        assert {one.name for one in good} == {n for n, s in servers.items() if s.state == "ready"}
        # None of the bad ones had come to its end first: nothing waited for them.
        assert {servers[name].state for name in ("hanging", "flooding")} == {"connecting"}
        assert "no-such-program" in str(servers["dead"].error)
        for bad in _BAD:
            assert servers[bad.name].state in ("connecting", "failed"), bad.name
    assert all(server.state == "stopped" for server in manager.catalogue().servers.values())
