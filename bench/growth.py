"""What each step of ten costs: executions on record, tools, servers, clients. Nothing may be worse than linear, and
reading a page is constant.

python -m bench.growth
"""

from __future__ import annotations

import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx2

from bench.catalogue import made
from bench.history import fill, run_of
from tests.support.serving import ENVELOPE, RAW_SERVER, Served, headers_over_http, write_config
from workbench.catalogue.tools import Catalogue
from workbench.config import ServerSettings
from workbench.core.model import ToolCall
from workbench.history import Store
from workbench.upstream import Manager

_ROUNDS = 9
_EXECUTIONS = (100, 1_000, 10_000, 100_000)
_TOOLS = (10, 100, 1_000, 10_000)
_SERVERS = (1, 10, 100)
_CLIENTS = (2, 20, 200)
_REQUESTS = 400
_TOKEN = "of-the-growth-table"


@dataclass
class Table:
    """Rows of figures, a column a size."""

    what: str
    sizes: Sequence[int]
    rows: dict[str, list[float]] = field(default_factory=dict)

    def put(self, name: str, ms: float) -> None:
        """The next column of a row."""
        self.rows.setdefault(name, []).append(ms)

    def print(self) -> None:
        """In milliseconds; behind them, what the last step of ten multiplied."""
        print(f"\n{self.what:44}" + "".join(f"{size:>12,}" for size in self.sizes) + f"{'step':>9}")
        for name, values in self.rows.items():
            shown = "".join(f"{value:12.3f}" for value in values)
            print(f"{name + ', ms':44}{shown}{values[-1] / values[-2]:8.1f} ×", flush=True)


def middle(work: Callable[[], object], rounds: int = _ROUNDS) -> float:
    """The median milliseconds."""
    values = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        values.append((time.perf_counter() - began) * 1000)
    return statistics.median(values)


async def executions() -> Table:
    """Reading and writing beside what is on record."""
    table = Table("executions on record", _EXECUTIONS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "history.sqlite3")
        there = 0
        for size in _EXECUTIONS:
            await fill(store, there, size)
            there = size
            page = store.list_executions(limit=50)
            middle_row = store.list_executions(limit=1, offset=size // 2, order="newest")[0]
            table.put("the newest page", middle(lambda: store.list_executions(limit=50)))
            before = middle_row.n
            older = partial(store.list_executions, limit=50, before=before)
            table.put("a page in the middle", middle(older))
            opened = page[-1].execution_id
            table.put("open one", middle(partial(store.recording, opened)))
            rare = f"page: {size - 7}}}"
            found = partial(store.list_executions, limit=50, texts=(rare,))
            table.put("search for words of one of them", middle(found, 3))
            table.put("record one, kept", await _recorded(store, size))
        store.close()
    return table


async def _recorded(store: Store, size: int) -> float:
    values = []
    for number in range(50):
        name = f"at-{size}-{number}"
        began = time.perf_counter()
        for event in run_of(name, number):
            store.record(event)
        await store.kept(name)
        values.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.002)
    return statistics.median(values)


def tools() -> Table:
    """Finding, completing and naming beside the number of tools."""
    table = Table("tools", _TOOLS)
    for size in _TOOLS:
        catalogue = made(size)
        began = time.perf_counter()
        catalogue.search("x")
        table.put("index, once", (time.perf_counter() - began) * 1000)
        table.put("search", middle(partial(catalogue.search, "create an issue", 10)))
        table.put("a tool by a model's spelling", middle(partial(_spelled, catalogue)))
    return table


def _spelled(catalogue: Catalogue) -> object:
    server, tools = next(iter(catalogue.tools.items()))
    return catalogue.spelled(server, next(iter(tools)).replace("_", "-"))


async def servers() -> Table:
    """Connecting, and a call of one, beside the number of servers."""
    table = Table("servers", _SERVERS)
    for size in _SERVERS:
        began = time.perf_counter()
        manager = Manager(
            [
                ServerSettings(f"raw{number}", sys.executable, (str(RAW_SERVER),))
                for number in range(size)
            ]
        )
        await manager.settled()
        table.put("all connected", (time.perf_counter() - began) * 1000)
        times = []
        for _ in range(100):
            call = ToolCall("growth", 1, "raw0", "echo", {})
            began = time.perf_counter()
            await manager.call(call, lambda _: None)
            times.append((time.perf_counter() - began) * 1000)
        table.put("a call of one", statistics.median(times))
        await manager.close()
    return table


async def clients() -> Table:
    """Scripts of so many clients over HTTP, each with one request under way."""
    table = Table("clients over HTTP", _CLIENTS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_config(folder, more="code_execution_queue_size = 1000")
        async with Served(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=_TOKEN) as served:
            url = (await served.stderr_line()).split()[-1]
            for size in _CLIENTS:
                table.put("each request", await _requests(url, size))
            await served.signal(signal.SIGTERM)
            await served.exit_code()
    return table


async def _requests(url: str, number: int) -> float:
    """Milliseconds of a request, where so many are under way: of the whole, divided by how many there were."""
    params = {"name": "code_execution", "arguments": {"code": "1"}, "_meta": ENVELOPE}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    calling = {"Mcp-Method": "tools/call", "Mcp-Name": "code_execution"}
    headers = headers_over_http(_TOKEN) | calling

    async def client(http: httpx2.AsyncClient, count: int) -> None:
        for _ in range(count):
            answer = await http.post(url, content=body)
            assert '"ok":true' in answer.text.replace("\\", ""), answer.text

    async with AsyncExitStack() as stack:
        each = [
            await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=60))
            for _ in range(number)
        ]
        rounds = max(1, _REQUESTS // number)
        await asyncio.gather(*(client(http, 1) for http in each))
        began = time.perf_counter()
        await asyncio.gather(*(client(http, rounds) for http in each))
        return (time.perf_counter() - began) * 1000 / (rounds * number)


async def main() -> None:
    """The tables."""
    (await executions()).print()
    tools().print()
    (await servers()).print()
    (await clients()).print()


if __name__ == "__main__":
    asyncio.run(main())
