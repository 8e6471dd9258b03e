"""Workbench beside others on one upstream server, in one run, by turns; the tables of docs/performance.md.

python -m bench.compare [--rounds 5] [--only NAME …]

Each peer is installed from PyPI into an environment of its own under build/compare. What cannot be
installed or does not start is said and left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.serving import RAW_SERVER, write_config

_HERE = Path(__file__).parent
_WORK = _HERE.parents[1] / "build" / "compare"
_PATIENCE_S = 8.0
"""When a runaway script or a memory bomb counts as never ended."""
_TIMEOUT_MS, _MEMORY_MB = 500, 64
_MOST_MEMORY_MB = 1500

JAVASCRIPT = {
    "1 + 1": "return 1 + 1",
    "1 call": "return [await call_tool('raw', 'add', { left: 1, right: 1 })].length",
    "10 calls": "for (let i = 0; i < 10; i++) await call_tool('raw', 'add', { left: i, right: 1 }); return 10",
    "100 calls": "for (let i = 0; i < 100; i++) await call_tool('raw', 'add', { left: i, right: 1 }); return 100",
    "50 in parallel, 20 ms each": "return (await Promise.all(Array.from({ length: 50 }, () => call_tool('raw', 'sleep', { ms: 20 })))).length",
    "runaway, limit 500 ms": "let x = 0; while (true) { x = (x + 1) % 1000 }",
    "memory bomb, limit 64 MB": "const a = []; while (true) { a.push(new Array(1000).fill(a.length + 0.5)) }",
}
PYTHON = {
    "1 + 1": "return 1 + 1",
    "1 call": "await call_tool(ADD, {'left': 1, 'right': 1})\nreturn 1",
    "10 calls": "for i in range(10):\n    await call_tool(ADD, {'left': i, 'right': 1})\nreturn 10",
    "100 calls": "for i in range(100):\n    await call_tool(ADD, {'left': i, 'right': 1})\nreturn 100",
    "50 in parallel, 20 ms each": "import asyncio\nreturn len(await asyncio.gather(*[call_tool(SLEEP, {'ms': 20}) for i in range(50)]))",
    "runaway, limit 500 ms": "x = 0\nwhile True:\n    x = (x + 1) % 1000\n",
    "memory bomb, limit 64 MB": "a = []\nwhile True:\n    a.append([len(a) + 0.5] * 1000)\n",
}
_TOKENS = "definitions of the tools, tokens"
_ROUNDS = {"1 + 1": 10, "1 call": 5, "10 calls": 3, "100 calls": 1, "50 in parallel, 20 ms each": 2}


@dataclass
class Peer:
    """How to install and start one, and how it is asked."""

    name: str
    packages: tuple[str, ...]
    words: tuple[str, ...]
    scripts: Mapping[str, str]
    served: bool = False
    """An MCP server; else a host of bench/compare/host.py."""
    tool: str = ""
    own_timeouts: bool = False
    """The limits come with each script; else they are the server's."""
    found: dict[str, list[float] | str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        return (
            _WORK / self.name.replace(" ", "-") / "bin" / "python"
            if self.packages
            else Path(sys.executable)
        )

    def install(self) -> None:
        """Raises CalledProcessError."""
        if self.packages and not self.python.exists():
            uv = [sys.executable, "-m", "uv"]
            subprocess.run([*uv, "venv", "-q", str(self.python.parents[1])], check=True)
            subprocess.run(
                [*uv, "pip", "install", "-q", "--python", str(self.python), *self.packages],
                check=True,
            )


def _python(add: str, sleep: str, end: str) -> dict[str, str]:
    made = {}
    for name, code in PYTHON.items():
        code = code.replace("ADD", add).replace("SLEEP", sleep)
        made[name] = code if end == "return" else re.sub(r"^return (.*)$", r"\1", code, flags=re.M)
    return made


_SYNC = {
    name: code.replace("await ", "") for name, code in JAVASCRIPT.items() if "Promise" not in code
}
PEERS = (
    Peer("Workbench", (), ("-m", "workbench", "--serve"), JAVASCRIPT, True, "code_execution", True),
    Peer("FastMCP CodeMode", ("fastmcp[code-mode]",), (str(_HERE / "fastmcp_server.py"), str(RAW_SERVER)), _python("'add'", "'sleep'", "return"), True, "execute"),
    Peer("pydantic-monty", ("pydantic-monty",), (str(_HERE / "host.py"), "monty", str(RAW_SERVER)), _python("'raw', 'add'", "'raw', 'sleep'", "value")),
    Peer("mini-racer", ("mini-racer",), (str(_HERE / "host.py"), "mini_racer", str(RAW_SERVER)), JAVASCRIPT),
    Peer("quickjs", ("quickjs",), (str(_HERE / "host.py"), "quickjs", str(RAW_SERVER)), _SYNC),
)  # fmt: skip


class Running:
    """One started peer."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self._peer, self._folder, self._last = peer, folder, 0

    async def __aenter__(self) -> Running:
        write_config(self._folder, raw=True)
        words = [str(self._peer.python), *self._peer.words]
        if self._peer.name == "Workbench":
            words += [
                "--config",
                str(self._folder / "workbench.toml"),
                "--data-dir",
                str(self._folder),
            ]
        self.process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 24,
            env={**os.environ, "TIMEOUT_MS": str(_TIMEOUT_MS), "MEMORY_MB": str(_MEMORY_MB)},
            start_new_session=True,
        )
        if self._peer.served:
            hello = {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "compare", "version": "1"},
            }
            await self._asked("initialize", hello)
            await self._write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def run(self, code: str, *, timeout_ms: int = 30_000) -> str:
        """ "" for a value, else what went wrong."""
        if not self._peer.served:
            await self._write({"code": code, "timeout_ms": timeout_ms, "memory_mb": _MEMORY_MB})
            return str((await self._line()).get("error", ""))
        options = {"options": {"timeout_ms": timeout_ms}} if self._peer.own_timeouts else {}
        answer = await self._asked(
            "tools/call", {"name": self._peer.tool, "arguments": {"code": code, **options}}
        )
        result = answer.get("result", answer)
        return json.dumps(result)[:200] if result.get("isError") or "code" in result else ""

    async def _asked(self, method: str, params: Any) -> dict[str, Any]:
        self._last += 1
        await self._write({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        while True:
            message = await self._line()
            if message.get("id") == self._last and "method" not in message:
                return message

    async def _write(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        await self.process.stdin.drain()

    async def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise EOFError("it has ended")
        message: dict[str, Any] = json.loads(line)
        return message

    def memory_mb(self) -> float:
        """PSS of all its processes but the upstream server."""
        total, waiting = 0, [self.process.pid]
        while waiting:
            pid = waiting.pop()
            try:
                if (
                    RAW_SERVER.name in Path(f"/proc/{pid}/cmdline").read_text()
                    and pid != self.process.pid
                ):
                    continue
                found = re.search(
                    r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M
                )
                total += int(found[1]) if found else 0
                for task in Path(f"/proc/{pid}/task").iterdir():
                    waiting += map(int, (task / "children").read_text().split())
            except OSError:
                continue
        return total / 1024

    async def tokens(self) -> float:
        """Of the definitions of its tools, as a model's context gets them: o200k_base, exactly."""
        import toktok

        answer = await self._asked("tools/list", {})
        tools = [
            {key: tool.get(key) for key in ("name", "description", "inputSchema")}
            for tool in answer["result"]["tools"]
        ]
        (count,) = toktok.batch_count([json.dumps(tools, ensure_ascii=False)], "o200k_base")
        return float(count)


async def _timed(running: Running, code: str, **more: int) -> float:
    began = time.perf_counter()
    wrong = await running.run(code, **more)
    if wrong:
        raise RuntimeError(wrong)
    return (time.perf_counter() - began) * 1000


async def _ended(running: Running, code: str) -> float | str:
    """Milliseconds until a script that never ends is answered; else what became of it."""
    began = time.perf_counter()
    asked = asyncio.create_task(running.run(code, timeout_ms=_TIMEOUT_MS))
    while not asked.done():
        if time.perf_counter() - began > _PATIENCE_S:
            asked.cancel()
            return "never"
        if running.memory_mb() > _MOST_MEMORY_MB:
            asked.cancel()
            return f"past {_MOST_MEMORY_MB} MB"
        await asyncio.sleep(0.01)
    try:
        asked.result()
    except (EOFError, ConnectionError, ValueError):
        return "the process ends"
    return (time.perf_counter() - began) * 1000


async def measure(peer: Peer, kept: Mapping[str, Running]) -> None:
    """One turn of one peer."""
    running = kept[peer.name]
    for scenario, times in _ROUNDS.items():
        if scenario not in peer.scripts or isinstance(peer.found.get(scenario), str):
            continue
        try:
            for _ in range(times):
                values = peer.found.setdefault(scenario, [])
                assert isinstance(values, list)
                values.append(await _timed(running, peer.scripts[scenario]))
        except (RuntimeError, EOFError, ValueError) as error:
            print(f"{peer.name}: {scenario}: {error}", file=sys.stderr)
            peer.found[scenario] = "fails"


async def alone(peer: Peer) -> None:
    """What needs processes of its own: starting, memory, scripts that never end."""
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            async with Running(peer, Path(folder)) as running:
                await running.run(peer.scripts["1 call"])
                took = (time.perf_counter() - began) * 1000
                starts = peer.found.setdefault("start to the first script with a call", [])
                assert isinstance(starts, list)
                starts.append(took)
                await asyncio.sleep(1)
                memory = peer.found.setdefault("idle memory, MB", [])
                assert isinstance(memory, list)
                memory.append(running.memory_mb())
    for scenario in ("runaway, limit 500 ms", "memory bomb, limit 64 MB"):
        with tempfile.TemporaryDirectory() as folder:
            async with Running(peer, Path(folder)) as running:
                await running.run(peer.scripts["1 call"])
                end = await _ended(running, peer.scripts[scenario])
                peer.found[scenario] = [end] if isinstance(end, float) else end


def table(peers: list[Peer]) -> str:
    """Markdown; medians in ms."""
    rows = [*JAVASCRIPT, "start to the first script with a call", "idle memory, MB", _TOKENS]
    lines = [
        "| median, ms | " + " | ".join(peer.name for peer in peers) + " |",
        "|---" * (len(peers) + 1) + "|",
    ]
    for row in rows:
        cells = []
        for peer in peers:
            value = peer.found.get(row, "–")
            cells.append(
                value
                if isinstance(value, str)
                else f"{statistics.median(value):.{1 if statistics.median(value) < 100 else 0}f}"
            )
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


async def compare(peers: list[Peer], rounds: int) -> None:
    """By turns, each peer's server kept from turn to turn."""
    with tempfile.TemporaryDirectory() as folder:
        kept: dict[str, Running] = {}
        try:
            for peer in list(peers):
                own = Path(folder) / peer.name
                own.mkdir()
                try:
                    kept[peer.name] = await Running(peer, own).__aenter__()
                    await kept[peer.name].run(peer.scripts["1 call"])
                    if peer.served:
                        peer.found[_TOKENS] = [await kept[peer.name].tokens()]
                except (OSError, EOFError, ValueError) as error:
                    print(f"{peer.name} does not start: {error}", file=sys.stderr)
                    peers.remove(peer)
            for turn in range(rounds):
                for peer in peers[turn % len(peers) :] + peers[: turn % len(peers)]:
                    await measure(peer, kept)
        finally:
            for running in kept.values():
                await running.__aexit__()
    for peer in peers:
        await alone(peer)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.compare")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*")
    given = parser.parse_args()
    peers = []
    for peer in PEERS:
        if given.only and peer.name not in given.only:
            continue
        try:
            peer.install()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{peer.name} cannot be installed: {error}", file=sys.stderr)
            continue
        peers.append(peer)
    busy = os.getloadavg()[0]
    asyncio.run(compare(peers, given.rounds))
    print(table(peers))
    print(
        f"\n{os.cpu_count()} cores, load {busy:.1f} before and {os.getloadavg()[0]:.1f} after, {given.rounds} rounds by turns"
    )


if __name__ == "__main__":
    main()
