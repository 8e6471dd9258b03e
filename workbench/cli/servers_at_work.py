"""``workbench servers logs | restart | bench NAME``: a server at work."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.changing import edit
from workbench.cli.common import EXIT_FAILED, EXIT_OK, Failure, data_dir, open_config, open_servers
from workbench.cli.common import parse_json as parse
from workbench.cli.output import note, print_json, print_table
from workbench.cli.parsing import add_server_option, command
from workbench.cli.servers_doctor import known
from workbench.text.plurals import count

if TYPE_CHECKING:
    from workbench.catalogue.tools import ToolInfo
    from workbench.config import Config
    from workbench.upstream import Manager

_POLL_S = 0.2
_PARALLEL = 8
_STARTS = 3


def add_parsers(actions: Any) -> None:
    logs = command(
        actions, "logs", "What a server wrote to stderr, and what became of it.",
        "workbench servers logs github -f", run=show_logs,
    )  # fmt: skip
    logs.add_argument("name", metavar="NAME")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until it is interrupted")
    logs.add_argument("--lines", type=int, default=100, metavar="N", help="the last N (100)")
    add_server_option(logs)
    restarting = command(
        actions, "restart", "Start a server anew in every running Workbench.",
        "workbench servers restart github", run=restart,
    )  # fmt: skip
    restarting.add_argument("name", metavar="NAME")
    measuring = command(
        actions, "bench", "How long a server takes to start and to answer.",
        "workbench servers bench github --tool get_me --calls 50", run=bench,
    )  # fmt: skip
    measuring.add_argument("name", metavar="NAME")
    measuring.add_argument("--tool", metavar="TOOL", help="default: one that only reads")
    measuring.add_argument("--args", metavar="JSON", default="{}", help="its arguments")
    measuring.add_argument("--calls", type=int, default=100, metavar="N")
    measuring.add_argument("--json", action="store_true")
    add_server_option(measuring)


def show_logs(arguments: argparse.Namespace) -> int:
    """The last lines of the server's log, the older file before the newer one."""
    from workbench.upstream.server_log import log_file

    if arguments.lines < 0:
        raise Failure("--lines must be a whole number from 0")
    config = open_config(arguments)
    settings = config.servers[known(config, arguments.name)]
    file = log_file(data_dir(arguments), settings)
    last: deque[str] = deque(maxlen=arguments.lines)
    at = 0
    for one in (file.with_suffix(".log.1"), file):
        text, at = _text(one, 0)
        last.extend(text.splitlines())
    for line in last:
        print(line)
    if not last and not arguments.follow:
        note(
            f"{arguments.name} has written nothing yet, and was never started with this data folder"
        )
    while arguments.follow:
        sys.stdout.flush()
        time.sleep(_POLL_S)
        text, at = _text(file, at)
        sys.stdout.write(text)
    return EXIT_OK


def restart(arguments: argparse.Namespace) -> int:
    from workbench.upstream.restarts import ask_for_restart

    config = open_config(arguments)
    settings = config.servers[known(config, arguments.name)]
    folder = data_dir(arguments)
    edit(lambda: ask_for_restart(folder, settings))
    print(f"asked: who runs {arguments.name} with the data folder {folder} starts it anew")
    print("  (terminal UIs and served Workbenches look twice a second; commands start their own)")
    return EXIT_OK


def bench(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.calls <= 100_000:
        raise Failure("--calls must be a whole number from 1 to 100000")
    args = parse(arguments.args, "--args")
    if not isinstance(args, dict):
        raise Failure("--args must be a JSON object")
    config = open_servers(arguments)
    known(config, arguments.name)
    report = asyncio.run(
        _measure(config, data_dir(arguments), arguments.name, arguments.tool, args, arguments.calls)
    )
    if arguments.json:
        print_json(report)
    else:
        print(f"{arguments.name}.{report['tool']}: {count(report['calls'], 'call')}")
        figures = [(key, value) for key, value in report.items() if key.endswith(("_ms", "_s"))]
        print_table(("figure", "value"), [*figures, ("failed calls", report["failed"])])
    if report["failed"]:
        note(f"{report['failed']} of the calls failed: {report['error']}")
    return EXIT_FAILED if report["failed"] else EXIT_OK


async def _measure(
    config: Config, folder: Path, name: str, tool: str | None, args: dict[str, Any], calls: int
) -> dict[str, Any]:
    from workbench.core.model import ToolCall
    from workbench.upstream import Manager

    starts: list[float] = []
    for _ in range(_STARTS):
        manager = Manager.of(config, folder)
        began = time.perf_counter()
        await manager.settled(name)
        starts.append(_ms(began))
        if len(starts) < _STARTS:
            await manager.close()
    try:
        chosen = _tool(manager, name, tool)
        failures: list[str] = []

        async def call(number: int) -> float:
            began = time.perf_counter()
            outcome = await manager.call(
                ToolCall("bench", number, name, chosen.name, args), lambda _: None
            )
            if outcome.error is not None:
                failures.append(outcome.error.message)
            return _ms(began)

        alone = [await call(number) for number in range(1, calls + 1)]
        left = iter(range(1, calls + 1))
        began = time.perf_counter()

        async def lane() -> None:
            for number in left:
                await call(number)

        await asyncio.gather(*(lane() for _ in range(_PARALLEL)))
        together = time.perf_counter() - began
    finally:
        await manager.close()
    import statistics

    return {
        "server": name,
        "tool": chosen.name,
        "calls": calls,
        "start_ms": round(statistics.median(starts), 1),
        "call_median_ms": round(statistics.median(alone), 2),
        "call_p95_ms": round(sorted(alone)[int(0.95 * (len(alone) - 1))], 2),
        "call_most_ms": round(max(alone), 2),
        "parallel_calls_per_s": round(calls / together, 1),
        "failed": len(failures),
        "error": failures[0] if failures else None,
    }


def _tool(manager: Manager, name: str, wanted: str | None) -> ToolInfo:
    """The tool to call, under the same rules as a script. Raises Failure."""
    from workbench.catalogue.missing import Missing
    from workbench.upstream.examination import is_harmless

    catalogue = manager.catalogue()
    server = catalogue.servers[name]
    if server.state != "ready":
        raise Failure(f"{name} is {server.state}: {server.error}", EXIT_FAILED)
    if server.quarantined:
        raise Failure(f"{name} is quarantined: nothing is called", EXIT_FAILED)
    if wanted is not None:
        found = catalogue.find(name, wanted)
        if isinstance(found, Missing):
            raise Failure(found.message)
        if not found.approved:
            raise Failure(f"{found.full_name}: {found.hold}", EXIT_FAILED)
        return found
    for tool in catalogue.tools[name].values():
        if tool.approved and is_harmless(tool.annotations, tool.input_schema):
            return tool
    raise Failure("no tool says that it only reads and needs no argument: name one with --tool")


def _text(file: Path, start: int) -> tuple[str, int]:
    """What was written since, as far as its last line is whole; and where that ends."""
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(start if start <= size else 0)  # smaller: it is another file
            data = opened.read()
            whole = data[: data.rfind(b"\n") + 1]
            return whole.decode("utf-8", "replace"), opened.tell() - len(data) + len(whole)
    except FileNotFoundError:
        return "", 0


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000
