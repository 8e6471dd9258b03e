"""What a server says is kept, and a server can be started anew from outside."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hostile import HOSTILE
from tests.support.servers import RAW_SERVER, managing, raw_settings, script_settings
from tests.support.shell import Shell
from workbench.upstream.restarts import ask_for_restart
from workbench.upstream.server_log import ServerLog, log_file

RAW = f"raw={sys.executable} {RAW_SERVER}"


@pytest.mark.anyio
async def test_stderr_and_states_are_kept_in_a_file(tmp_path: Path) -> None:
    code = f"import sys; sys.stderr.write('\\x1b[31ma\\x1b[0m\\n\\nkey ghp_{'a1B2' * 9}\\nlast'); sys.exit(3)"
    server = script_settings("x", code)
    async with managing(server, data_dir=tmp_path) as manager:
        await manager.settled("x")
    text = log_file(tmp_path, server).read_text()
    said = [line.split(" ", 2)[2] for line in text.splitlines()]
    assert said[:2] == ["[workbench] connecting", "a"]
    assert any(
        line.startswith("[workbench] failed: the server exited with code 3") for line in said
    )
    assert "ghp_a1B2" not in text
    assert log_file(tmp_path, server).stat().st_mode & 0o077 == 0


def test_a_flood_is_cut_and_says_so_and_the_file_stays_small(tmp_path: Path) -> None:
    server = raw_settings()
    log = ServerLog(tmp_path, server)
    log.write_stderr(["x" * 5_000] * 100_000)
    log.write_stderr([HOSTILE])
    file = log_file(tmp_path, server)
    assert file.with_suffix(".log.1").exists() or file.stat().st_size < 1 << 20
    for _ in range(3):
        one = ServerLog(tmp_path, server)
        one._second = -1  # the next second
        one._left_out = 7
        one.write_stderr(["y" * 2_000] * 200)
    kept = "".join(path.read_text() for path in file.parent.iterdir())
    assert "7 lines left out" in kept
    assert sum(path.stat().st_size for path in file.parent.iterdir()) < 3 << 20


@pytest.mark.anyio
async def test_a_wish_from_outside_starts_the_server_anew(tmp_path: Path) -> None:
    server = raw_settings()
    states: asyncio.Queue[str] = asyncio.Queue()
    ask_for_restart(tmp_path, server)  # of before: past
    async with managing(
        server, raw_settings("other", env={"A": "1"}), data_dir=tmp_path
    ) as manager:
        await manager.start()
        await manager.settled("raw")
        await asyncio.sleep(0)
        manager.subscribe(
            lambda name: states.put_nowait(f"{name} {manager.catalogue().servers[name].state}")
        )
        # The manager looks for the first time when it starts: what comes later is a wish.
        for _ in range(2):
            await asyncio.sleep(0)
        ask_for_restart(tmp_path, server)
        while await states.get() != "raw connecting":
            pass
        while await states.get() != "raw ready":
            pass


@pytest.mark.slow
def test_logs_are_shown_and_benchmarks_measured(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert shell("servers", "logs", "raw", "--server", RAW).stdout == ""
    report = shell.json(
        "servers", "bench", "raw", "--server", RAW, "--tool", "add", "--calls", "5",
        "--args", json.dumps({"left": 1, "right": 2}), "--json",
    )  # fmt: skip
    assert (report["tool"], report["calls"], report["failed"]) == ("add", 5, 0)
    assert report["call_median_ms"] > 0
    assert report["parallel_calls_per_s"] > 0
    shown = shell("servers", "logs", "raw", "--server", RAW, "--lines", "2").stdout
    assert re.fullmatch(r"(\S+Z \d+ \[workbench\] \w+\n){2}", shown)
    (file,) = shell.data.rglob("*.log")
    with file.open("a") as log:
        log.write("the first line\nhalf a ")
    words = ("servers", "logs", "raw", "--server", RAW, "--lines", "1", "--follow")
    with subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(shell.data), *words],
        stdout=subprocess.PIPE, text=True, cwd=tmp_path,
    ) as following:  # fmt: skip
        try:
            assert following.stdout is not None
            assert following.stdout.readline() == "the first line\n"
            with file.open("a") as log:
                log.write("line\n")
            assert following.stdout.readline() == "half a line\n"
        finally:
            following.kill()
    assert shell("servers", "bench", "raw", "--server", RAW).returncode == 2
    assert shell("servers", "restart", "demo").returncode == 0
