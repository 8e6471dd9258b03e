"""Hours in minutes: good and hostile scripts, several clients over HTTP, a configuration that changes.

python -m bench.soak [--seconds 1800] [--plot FILE.svg]

Fails where a record is lost, something is not answered, or memory, descriptors or processes grow.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bench.plot import Panel, plotted
from tests.hostile.corpus import cases, kinds
from tests.hostile.leftovers import children_of, descriptors
from tests.support.serving import ENVELOPE, RAW_SERVER, Served
from workbench.history import Store

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
_MOST_MORE = 6


@dataclass
class Soak:
    """What was seen."""

    seconds: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    descriptors: list[float] = field(default_factory=list)
    processes: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    took: list[float] = field(default_factory=list)
    """Milliseconds of the trivial script, since the last sample."""

    def sample(self, pid: int, since: float) -> None:
        """Look at the server's processes."""
        family = _family(pid)
        took = sorted(self.took) or [0.0]
        self.took = []
        self.seconds.append(time.monotonic() - since)
        self.memory_mb.append(sum(_pss(one) for one in family) / 1024)
        self.descriptors.append(descriptors(pid))
        self.processes.append(len(family))
        self.p50.append(took[len(took) // 2])
        self.p99.append(took[min(len(took) - 1, int(len(took) * 0.99))])

    def problems(self) -> list[str]:
        """What grew, and what is lost; nothing: all is well."""
        found = [f"{self.lost} of {len(self.delivered)} records are lost"] if self.lost else []
        third = len(self.seconds) // 3
        for name, values, allowed in (
            ("memory (MB)", self.memory_mb, _MOST_GROWTH * _middle(self.memory_mb) + 16),
            ("descriptors", self.descriptors, _MOST_MORE),
            ("processes", self.processes, _MOST_MORE),
        ):
            before, after = _middle(values[third : 2 * third]), _middle(values[2 * third :])
            if after - before > allowed:
                found.append(f"{name} grew from {before:.0f} to {after:.0f}")
        if self.ends.get("SANDBOX_CRASHED"):
            found.append(f"{self.ends['SANDBOX_CRASHED']} workers crashed")
        return found


def _middle(values: list[float]) -> float:
    """The median: a memory bomb that runs just now is no growth."""
    return statistics.median(values) if values else 0.0


def _family(pid: int) -> list[int]:
    try:
        return [pid, *(one for child in children_of(pid) for one in _family(child))]
    except OSError:
        return []


def _pss(pid: int) -> int:
    """kB."""
    try:
        found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def configure(folder: Path, turn: int) -> None:
    """The configuration of one turn: limits change, the server stays."""
    text = (
        f"enable_code_execution = true\ncode_execution_pool_size = {3 + turn % 2}\n"
        f"code_execution_memory_mb = {48 + turn % 2}\n[servers.test]\n"
        f"command = {json.dumps(sys.executable)}\nargs = {json.dumps([str(RAW_SERVER)])}\n"
        "[history]\nmax_size_mb = 1000000\n"
    )
    fresh = folder / "workbench.new"
    fresh.write_text(text)
    fresh.replace(folder / "workbench.toml")


def _request(code: str, timeout_ms: int) -> dict[str, Any]:
    arguments = {"code": code, "options": {"timeout_ms": timeout_ms}}
    params = {"name": "code_execution", "arguments": arguments, "_meta": ENVELOPE}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


async def _client(seen: Soak, url: str, chance: random.Random, ends: float) -> None:
    hostile = [
        (case.script, 150 if kind == "endless" else 20_000)
        for kind in kinds()
        for case in cases(kind)
    ]
    headers = {
        "Authorization": f"Bearer {_TOKEN}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "code_execution",
    }
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        while time.monotonic() < ends:
            if chance.random() < 0.2:
                code, timeout_ms = chance.choice(hostile)
            else:
                code, timeout_ms = chance.choice(_GOOD), 20_000
            text = json.dumps(_request(code, timeout_ms))
            began = time.monotonic()
            answer = await http.post(
                url, content=text, headers={"Content-Type": "application/json"}
            )
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


async def soak(folder: Path, seconds: float, *, seed: int = 1) -> Soak:
    """Serve in a folder, for so long."""
    seen = Soak()
    configure(folder, 0)
    async with Served(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=_TOKEN) as served:
        url = (await served.stderr_line()).split()[-1]
        pid = (await served.process()).pid
        began = time.monotonic()
        ends = began + seconds
        clients = [
            asyncio.create_task(_client(seen, url, random.Random(seed * 100 + n), ends))
            for n in range(_CLIENTS)
        ]
        turn = 0
        while time.monotonic() < ends and not any(client.done() for client in clients):
            await asyncio.sleep(seconds / _SAMPLES)
            seen.sample(pid, began)
            turn += 1
            configure(folder, turn)
        await asyncio.gather(*clients)
        await served.close_stdin()
    store = Store(folder / "data" / "history.sqlite3")
    try:
        known = {row.execution_id for row in store.list_executions(limit=10_000_000)}
    finally:
        store.close()
    seen.lost = sum(id_ not in known for id_ in seen.delivered)
    return seen


def drawn(seen: Soak) -> str:
    """The figures over time, as SVG."""
    return plotted(
        [
            Panel("memory of all processes, MB", {"": seen.memory_mb}),
            Panel("open descriptors of the server", {"": seen.descriptors}),
            Panel("processes", {"": seen.processes}),
            Panel("1 + 1 over HTTP, ms", {"median": seen.p50, "p99": seen.p99}),
        ],
        seen.seconds,
        "seconds",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(soak(Path(folder), given.seconds))
    ends = ", ".join(f"{count} {name}" for name, count in sorted(seen.ends.items()))
    print(f"{len(seen.delivered)} executions in {seen.seconds[-1]:.0f} s: {ends}")
    for name, values in (
        ("memory of all processes, MB", seen.memory_mb),
        ("descriptors", seen.descriptors),
        ("processes", seen.processes),
        ("1 + 1, median, ms", seen.p50),
        ("1 + 1, p99, ms", seen.p99),
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
