"""Workbench beside others on one upstream server, in one run, by turns; the tables of docs/performance.md.

python -m bench.compare [--rounds 5] [--only NAME …] [--plot FILE.svg] [--list]

Each peer is installed from PyPI or npm into a folder of its own under build/compare. What cannot be
installed or does not start is said and left out. Every script's value is checked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.compare.peers import PEERS, Peer
from bench.compare.running import TIMEOUT_MS, Failed, Running
from bench.compare.scripts import AT_ONCE, BOMB, PARALLEL, RUNAWAY
from bench.plot import barred

_PATIENCE_S = 8.0
"""When a runaway script or a memory bomb counts as never ended."""
_MOST_MEMORY_MB = 1500
_TIMES = {"1 + 1": 10, "1 call": 5, "10 calls": 3, "100 calls": 1, PARALLEL: 2}
"""In each round."""
_AT_ONCE, _OF = 10, 40
_CONCURRENT = f"{_AT_ONCE} executions at once, {AT_ONCE} each: a second"
_START = "start to the first script with a call"
_MEMORY = "idle memory, MB"
_TOKENS = "definitions of the tools, tokens"
ROWS = (*_TIMES, _CONCURRENT, RUNAWAY, BOMB, _START, _MEMORY, _TOKENS)


def _note(peer: Peer, row: str, value: float) -> None:
    values = peer.found.setdefault(row, [])
    assert isinstance(values, list)
    values.append(value)


async def _turn(peer: Peer, running: Running) -> None:
    """One turn of one peer."""
    for row, times in _TIMES.items():
        if row not in peer.scripts or isinstance(peer.found.get(row), str):
            continue
        try:
            for _ in range(times):
                began = time.perf_counter()
                await running.run(row)
                _note(peer, row, (time.perf_counter() - began) * 1000)
        except (Failed, EOFError) as error:
            print(f"{peer.name}: {row}: {error}", file=sys.stderr)
            peer.found[row] = "fails"
    if AT_ONCE in peer.scripts and not isinstance(peer.found.get(_CONCURRENT), str):
        try:
            _note(peer, _CONCURRENT, await _at_once(running))
        except (Failed, EOFError) as error:
            print(f"{peer.name}: {_CONCURRENT}: {error}", file=sys.stderr)
            peer.found[_CONCURRENT] = "fails"


async def _at_once(running: Running) -> float:
    """Executions a second."""
    left = iter(range(_OF))

    async def some() -> None:
        for _ in left:
            await running.run(AT_ONCE)

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    return _OF / (time.perf_counter() - began)


async def _ended(running: Running, row: str) -> float | str:
    """Milliseconds until a script that never ends is answered; else what became of it."""
    began = time.perf_counter()
    asked = asyncio.create_task(running.run(row, timeout_ms=TIMEOUT_MS))
    while not asked.done():
        if time.perf_counter() - began > _PATIENCE_S:
            asked.cancel()
            return "never"
        if running.memory_mb() > _MOST_MEMORY_MB:
            asked.cancel()
            return f"past {_MOST_MEMORY_MB} MB"
        await asyncio.sleep(0.01)
    took = (time.perf_counter() - began) * 1000
    error = asked.exception()
    if isinstance(error, EOFError | ConnectionError):
        return "the process ends"
    return took


async def _alone(peer: Peer) -> None:
    """What needs processes of its own: starting, memory, scripts that never end."""
    for _ in range(3):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            began = time.perf_counter()
            async with Running(peer, Path(folder)) as running:
                _note(peer, _START, (time.perf_counter() - began) * 1000)
                await asyncio.sleep(1)
                _note(peer, _MEMORY, running.memory_mb())
    for row in (RUNAWAY, BOMB):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            async with Running(peer, Path(folder), limited=True) as running:
                end = await _ended(running, row)
                peer.found[row] = [end] if isinstance(end, float) else end


async def _tokens(running: Running) -> float:
    """Of the definitions of its tools, as a model's context gets them: o200k_base, exactly."""
    import toktok

    keys = ("name", "description", "inputSchema")
    tools = [{key: tool.get(key) for key in keys} for tool in await running.tools()]
    (count,) = toktok.batch_count([json.dumps(tools, ensure_ascii=False)], "o200k_base")
    return float(count)


def table(peers: list[Peer]) -> str:
    """Markdown; medians in ms unless a row says otherwise."""
    lines = [
        "| median, ms | " + " | ".join(peer.name for peer in peers) + " |",
        "|---" * (len(peers) + 1) + "|",
        "| scripts are | " + " | ".join(peer.language for peer in peers) + " |",
    ]
    for row in ROWS:
        cells = [_cell(peer.found.get(row, "–")) for peer in peers]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: list[float] | str) -> str:
    if isinstance(value, str):
        return value
    middle = statistics.median(value)
    return f"{middle:.{1 if middle < 100 else 0}f}"


def drawn(peers: list[Peer]) -> str:
    """The rows of the table as bars, an SVG."""
    panels: list[tuple[str, dict[str, float | str]]] = []
    for row in ROWS:
        found = {peer.name: peer.found.get(row, "–") for peer in peers}
        panels.append(
            (
                row if row in (_CONCURRENT, _MEMORY, _TOKENS) else f"{row}, ms",
                {
                    name: one if isinstance(one, str) else float(statistics.median(one))
                    for name, one in found.items()
                },
            )
        )
    return barred(panels)


async def compare(peers: list[Peer], rounds: int) -> None:
    """By turns, each peer's server kept from turn to turn."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kept: dict[str, Running] = {}
        try:
            for peer in list(peers):
                own = Path(folder) / peer.folder.name
                own.mkdir()
                started = Running(peer, own)
                try:
                    kept[peer.name] = await started.__aenter__()
                    if peer.tool:
                        peer.found[_TOKENS] = [await _tokens(kept[peer.name])]
                except (OSError, EOFError, Failed, TimeoutError) as error:
                    why = started.wrong or f"{type(error).__name__}: {error}"
                    print(f"{peer.name} does not work here: {why}", file=sys.stderr)
                    peers.remove(peer)
            for turn in range(rounds):
                first = turn % max(1, len(peers))
                for peer in peers[first:] + peers[:first]:
                    await _turn(peer, kept[peer.name])
        finally:
            for running in kept.values():
                await running.__aexit__()
    for peer in peers:
        await _alone(peer)


def _installed(chosen: Mapping[str, Peer]) -> list[Peer]:
    peers = []
    for peer in chosen.values():
        try:
            peer.install()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{peer.name} cannot be installed: {error}", file=sys.stderr)
        else:
            peers.append(peer)
    return peers


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.compare")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=[peer.name for peer in PEERS], metavar="NAME")
    parser.add_argument("--plot", type=Path, metavar="FILE")
    parser.add_argument("--list", action="store_true", help="who is compared")
    given = parser.parse_args()
    if given.list:
        print("\n".join(peer.name for peer in PEERS))
        return
    chosen = {peer.name: peer for peer in PEERS if not given.only or peer.name in given.only}
    peers = _installed(chosen)
    busy = os.getloadavg()[0]
    asyncio.run(compare(peers, given.rounds))
    print(table(peers))
    if given.plot is not None:
        given.plot.write_text(drawn(peers), encoding="utf-8")
    print(
        f"\n{os.cpu_count()} cores, load {busy:.1f} before and {os.getloadavg()[0]:.1f} after, "
        f"{given.rounds} rounds by turns"
    )


if __name__ == "__main__":
    main()
