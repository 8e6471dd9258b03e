"""What both bindings do alike, from start to end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.serving import HANDSHAKE, write_config

pytestmark = pytest.mark.anyio
SERVED = """\
import gc, sys, threading, time
from workbench.__main__ import main

def told():
    while gc.get_threshold()[0] < 10_000:
        time.sleep(0.001)
    while gc.get_threshold()[0] > 10_000:
        time.sleep(0.02)
    print("the collector runs", file=sys.stderr, flush=True)

threading.Thread(target=told, daemon=True).start()
sys.argv[:] = ["workbench", *sys.argv[1:]]
sys.exit(main())
"""


@pytest.mark.parametrize("http", [False, True], ids=["stdio", "http"])
async def test_the_collector_is_held_back_only_for_the_start(tmp_path: Path, http: bool) -> None:
    """Over HTTP it was for good: each run is a cycle, and 2.5 MB a second stayed beside 70 of them."""
    config = write_config(tmp_path)
    more = ["--http", "127.0.0.1:0"] if http else []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVED, "--config", str(config), "--data-dir", str(tmp_path), "--serve", *more,
        stdin=-1, stdout=-1, stderr=-1, env={**os.environ, "WORKBENCH_TOKEN": "t" * 32},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stderr is not None
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HANDSHAKE}
    process.stdin.write(json.dumps(hello).encode() + b"\n")
    said = b""
    async with asyncio.timeout(20):
        while b"the collector runs" not in said:
            said += await process.stderr.read(4096) or b"the collector runs: it ended"
    assert b"it ended" not in said
    process.terminate()
    await process.communicate()
