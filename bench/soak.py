"""Hours in minutes: good and hostile scripts, several clients over HTTP, a configuration that changes, and a
terminal UI in a terminal of its own that follows.

python -m bench.soak [--seconds 1800] [--plot FILE.svg] [--history-mb 256]

Fails where a record is lost, something is not answered, or memory, descriptors or processes grow; where the
slowest answers become slower than those that need no script do. The history is held to a size that it reaches:
what is removed for that is told from what is lost (bench/accounts.py).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bench.accounts import Accounts, accounts
from bench.plot import Panel, plotted
from tests.hostile.corpus import cases, kinds
from tests.support.processes import descriptors, family_of, pss_mb
from tests.support.serving import ENVELOPE, RAW_SERVER, Served, headers_over_http
from tests.support.terminals import Pty, environment_of

_TOKEN = "a-token-for-the-soak"
_CLIENTS = 4
_SAMPLES = 60
_GOOD = (
    "1 + 1",
    "let n = 0; for (let i = 0; i < 20; i++) n += call_tool('test', 'echo', { i }).ok; n",
    "(await Promise.all(Array.from({ length: 30 }, (_, i) => tools.test.echo({ i })))).length",
    "const rows = Array.from({ length: 2000 }, (_, i) => ({ i, name: 'row ' + i })); rows.filter(r => r.i % 7 === 0).length",
    "call_tool('test', 'echo', { text: 'x'.repeat(200000) }).result.text.length",
    "for (let i = 0; i < 200; i++) console.log('line', i); await sleep(5); 'done'",
    "call_tool('test', 'fail', {}).error.code",
)
# What may grow while it warms up is let grow; from a third of the time on it must not.
_MOST_GROWTH = 0.12
_WARM_S, _WARMING_MB = 300.0, 96
"""A shorter run is over before everything is warm: caches, large results, screens that are opened."""
_MOST_MORE = 6
_MOST_SLOWER = 2.0
"""How much the p99 may grow from the second third to the last, beside that of what needs no script: a machine has
other work, too."""
_SAID_OF_P99 = 20
"""A sample with fewer trivial scripts has no p99 worth the name."""
_HUNG_UP = 129
_SIDEBAR, _HISTORY, _DOWN, _OPEN, _BACK = b"\x1b[20~", b"\x14", b"\x1b[B\x1b[B", b"\r", b"\x1b"
_SCREEN = (_SIDEBAR, _HISTORY, _DOWN, _OPEN, _BACK, _BACK)
"""What somebody does at the terminal UI meanwhile: a replay is opened from the history, and left."""
_OF_HISTORY = b"Filter"
"""In the keys of the history's screen: elsewhere Enter may run a script."""


@dataclass
class Soak:
    """What was seen."""

    seconds: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    descriptors: list[float] = field(default_factory=list)
    processes: list[float] = field(default_factory=list)
    screen_mb: list[float] = field(default_factory=list)
    """Of the terminal UI and all its processes."""
    screen_descriptors: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    base_p99: list[float] = field(default_factory=list)
    """Of a request that needs no script, from the same clients."""
    load: list[float] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    accounts: Accounts | None = None
    screen_ended: int | None = None
    """The exit code of the terminal UI, whose terminal goes at the end."""
    took: list[float] = field(default_factory=list)
    """Milliseconds of the trivial script, since the last sample."""
    base_took: list[float] = field(default_factory=list)
    enough: bool = True
    """Whether every sample had trivial scripts enough for a p99."""

    def sample(self, pid: int, screen: int, since: float) -> None:
        """Look at the processes of the server and of the terminal UI."""
        family = family_of(pid)
        took, base = sorted(self.took), sorted(self.base_took)
        self.enough = self.enough and len(took) >= _SAID_OF_P99
        self.took, self.base_took = [], []
        self.seconds.append(time.monotonic() - since)
        self.memory_mb.append(pss_mb(family))
        self.descriptors.append(descriptors(pid))
        self.processes.append(len(family))
        self.screen_mb.append(pss_mb(family_of(screen)))
        self.screen_descriptors.append(descriptors(screen))
        self.p50.append(_quantile(took, 0.5, self.p50))
        self.p99.append(_quantile(took, 0.99, self.p99))
        self.base_p99.append(_quantile(base, 0.99, self.base_p99))
        self.load.append(os.getloadavg()[0])

    def beside(self) -> list[float]:
        """The p99 of the trivial script in that of what needs none."""
        return [
            mine / (base or mine or 1) for mine, base in zip(self.p99, self.base_p99, strict=True)
        ]

    def problems(self) -> list[str]:
        """What grew, and what is lost; nothing: all is well."""
        found = self.accounts.problems() if self.accounts is not None else ["it did not end"]
        if self.screen_ended != _HUNG_UP:
            found.append(f"the terminal UI ended with {self.screen_ended}")
        third = len(self.seconds) // 3
        warming = 16 if self.seconds and self.seconds[-1] > _WARM_S else _WARMING_MB
        for name, values, allowed in (
            ("memory (MB)", self.memory_mb, _MOST_GROWTH * _middle(self.memory_mb) + warming),
            ("descriptors", self.descriptors, _MOST_MORE),
            ("processes", self.processes, _MOST_MORE),
            (
                "memory of the terminal UI (MB)",
                self.screen_mb,
                _MOST_GROWTH * _middle(self.screen_mb) + warming,
            ),
            ("descriptors of the terminal UI", self.screen_descriptors, _MOST_MORE),
        ):
            before, after = _calm(values[third : 2 * third]), _calm(values[2 * third :])
            if after - before > allowed:
                found.append(f"{name} grew from {before:.0f} to {after:.0f}")
        beside = self.beside()
        before, after = _middle(beside[third : 2 * third]), _middle(beside[2 * third :])
        if self.enough and after > before * _MOST_SLOWER:
            found.append(f"the p99 grew from {before:.1f} to {after:.1f} times the baseline's")
        if self.ends.get("SANDBOX_CRASHED"):
            found.append(f"{self.ends['SANDBOX_CRASHED']} workers crashed")
        return found


def _calm(values: list[float]) -> float:
    """The lower quartile: what there is when no memory bomb runs."""
    return _quantile(sorted(values), 0.25, [])


def _middle(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def _quantile(ordered: list[float], part: float, before: list[float]) -> float:
    """Of what was seen since the last sample; of nothing: what it was then."""
    if not ordered:
        return before[-1] if before else 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def configure(folder: Path, turn: int, history_mb: int) -> None:
    """The configuration of one turn: limits change, the server stays."""
    text = (
        f"enable_code_execution = true\ncode_execution_pool_size = {3 + turn % 2}\n"
        f"code_execution_memory_mb = {48 + turn % 2}\n[servers.test]\n"
        f"command = {json.dumps(sys.executable)}\nargs = {json.dumps([str(RAW_SERVER)])}\n"
        f"[history]\nmax_size_mb = {history_mb}\n"
    )
    fresh = folder / "workbench.new"
    fresh.write_text(text)
    fresh.replace(folder / "workbench.toml")


def _request(code: str, timeout_ms: int) -> dict[str, Any]:
    arguments = {"code": code, "options": {"timeout_ms": timeout_ms}}
    params = {"name": "code_execution", "arguments": arguments, "_meta": ENVELOPE}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


_LISTING = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": ENVELOPE}}
)


async def _client(seen: Soak, url: str, chance: random.Random, ends: float) -> None:
    hostile = [
        (case.script, 150 if kind == "endless" else 20_000)
        for kind in kinds()
        for case in cases(kind)
    ]
    calling = {"Mcp-Method": "tools/call", "Mcp-Name": "code_execution"}
    async with httpx2.AsyncClient(headers=headers_over_http(_TOKEN), timeout=60) as http:
        while time.monotonic() < ends:
            if chance.random() < 0.2:
                began = time.monotonic()
                listed = await http.post(
                    url, content=_LISTING, headers={"Mcp-Method": "tools/list"}
                )
                seen.base_took.append((time.monotonic() - began) * 1000)
                assert _answered(listed.text)["tools"]
            if chance.random() < 0.2:
                code, timeout_ms = chance.choice(hostile)
            else:
                code, timeout_ms = chance.choice(_GOOD), 20_000
            text = json.dumps(_request(code, timeout_ms))
            began = time.monotonic()
            answer = await http.post(url, content=text, headers=calling)
            result = _answered(answer.text)
            told = result["structuredContent"]
            if code == _GOOD[0]:
                seen.took.append((time.monotonic() - began) * 1000)
            if told.get("execution_id"):
                seen.delivered.append(told["execution_id"])
            end = "ok" if told.get("ok") else str(told["error"]["code"])
            seen.ends[end] = seen.ends.get(end, 0) + 1


def _answered(text: str) -> dict[str, Any]:
    """The result in a body, or in the last event of a stream."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    message: dict[str, Any] = json.loads(lines[-1] if lines else text)
    result: dict[str, Any] = message["result"]
    return result


async def soak(folder: Path, seconds: float, *, seed: int = 1, history_mb: int = 256) -> Soak:
    """Serve in a folder, for so long, and follow it in a terminal UI."""
    seen = Soak()
    configure(folder, 0, history_mb)
    async with Served(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=_TOKEN) as served:
        url = (await served.stderr_line()).split()[-1]
        pid = (await served.process()).pid
        with _screen(folder) as screen:
            enough = threading.Event()
            draining = asyncio.create_task(asyncio.to_thread(screen.drain, enough))
            began = time.monotonic()
            ends = began + seconds
            clients = [
                asyncio.create_task(_client(seen, url, random.Random(seed * 100 + n), ends))
                for n in range(_CLIENTS)
            ]
            turn = 0
            while time.monotonic() < ends and not any(client.done() for client in clients):
                await asyncio.sleep(seconds / _SAMPLES)
                seen.sample(pid, screen.pid, began)
                configure(folder, turn := turn + 1, history_mb)
                _press(screen, _SCREEN[turn % len(_SCREEN)])
            await asyncio.gather(*clients)
            enough.set()
            await draining
            screen.hang_up()
            seen.screen_ended = await asyncio.to_thread(screen.wait)
        await served.signal(signal.SIGTERM)
        await served.exit_code()
    seen.accounts = accounts(folder / "data" / "history.sqlite3", seen.delivered)
    return seen


def _press(screen: Pty, key: bytes) -> None:
    if key == _HISTORY:
        screen.forget()
    if key not in (_DOWN, _OPEN) or _OF_HISTORY in screen.seen:
        screen.send(key)


def _screen(folder: Path) -> Pty:
    words = ["--config", str(folder / "workbench.toml"), "--data-dir", str(folder / "data")]
    environment = environment_of(folder, TERM="xterm-256color", COLORTERM="truecolor")
    return Pty([sys.executable, "-m", "workbench", *words], environment, 120, 40)


def drawn(seen: Soak) -> str:
    """The figures over time, as SVG."""
    return plotted(
        [
            Panel("memory of all processes, MB", {"": seen.memory_mb}),
            Panel("open descriptors of the server", {"": seen.descriptors}),
            Panel("processes", {"": seen.processes}),
            Panel("memory of the terminal UI that follows, MB", {"": seen.screen_mb}),
            Panel("1 + 1 over HTTP, ms", {"median": seen.p50, "p99": seen.p99}),
            Panel("p99 beside that of tools/list, times", {"": seen.beside()}),
            Panel("load of the machine", {"": seen.load}),
        ],
        seen.seconds,
        "seconds",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--history-mb", type=int, default=256)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(soak(Path(folder), given.seconds, history_mb=given.history_mb))
    ends = ", ".join(f"{count} {name}" for name, count in sorted(seen.ends.items()))
    print(f"{len(seen.delivered)} executions in {seen.seconds[-1]:.0f} s: {ends}")
    print(f"records: {seen.accounts}")
    for name, values in (
        ("memory of all processes, MB", seen.memory_mb),
        ("descriptors", seen.descriptors),
        ("processes", seen.processes),
        ("1 + 1, median, ms", seen.p50),
        ("1 + 1, p99, ms", seen.p99),
        ("tools/list, p99, ms", seen.base_p99),
        ("p99 beside it, times", seen.beside()),
        ("terminal UI, memory, MB", seen.screen_mb),
        ("terminal UI, descriptors", seen.screen_descriptors),
        ("load of the machine", seen.load),
    ):
        third = max(1, len(values) // 3)
        parts = [_middle(values[n * third : (n + 1) * third]) for n in range(3)]
        print(f"{name:32}" + "".join(f"{part:10.1f}" for part in parts) + "   (thirds)")
    if given.plot is not None:
        given.plot.write_text(drawn(seen), encoding="utf-8")
    problems = seen.problems()
    print("\n".join(problems) or "nothing grew, nothing is lost")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
