"""``workbench servers doctor [NAME]``: which step on the way to a server fails, and what most likely helps."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.common import EXIT_FAILED, EXIT_OK, Failure, data_dir, open_servers
from workbench.cli.output import hanging, print_json
from workbench.cli.parsing import add_server_option
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.upstream.examination import Step

_SIGNS = {"ok": "✔", "failed": "✘", "skipped": "–"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="one server; default: all")
    parser.add_argument("--json", action="store_true")
    add_server_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0: every server answers; 1: one does not."""
    config = open_servers(arguments)
    names = list(config.servers) if arguments.name is None else [known(config, arguments.name)]
    found = asyncio.run(_examine(config, names, data_dir(arguments)))
    if arguments.json:
        print_json(
            [
                {
                    "name": name,
                    "ok": not _failed(steps),
                    "steps": [step.to_json() for step in steps],
                }
                for name, steps in found.items()
            ]
        )
    else:
        for name, steps in found.items():
            _print(name, steps)
    return EXIT_FAILED if any(map(_failed, found.values())) else EXIT_OK


def known(config: Config, name: str) -> str:
    """The name of a configured server. Raises Failure."""
    if name not in config.servers:
        from workbench.catalogue.suggestions import near_names, suggestion

        near = near_names(name, config.servers)
        raise Failure(f"no server {name!r}{suggestion(near, config.servers, 'there is')}")
    return name


async def _examine(config: Config, names: list[str], folder: Path) -> dict[str, list[Step]]:
    from workbench.config import nesting
    from workbench.upstream.auth.logins import Logins
    from workbench.upstream.examination import examine
    from workbench.upstream.server_log import ServerLog

    environ = {**os.environ, nesting.VARIABLE: nesting.marker(os.environ, config.path)}
    logins = Logins(folder)
    servers = [config.servers[name] for name in names]
    examined = [examine(one, environ, logins, ServerLog(folder, one)) for one in servers]
    return dict(zip(names, await asyncio.gather(*examined), strict=True))


def _failed(steps: list[Step]) -> bool:
    return any(step.state == "failed" for step in steps)


def _print(name: str, steps: list[Step]) -> None:
    print(f"{clean_line(name)}: {'does not answer' if _failed(steps) else 'works'}")
    for step in steps:
        took = f" ({step.took_ms:.0f} ms)" if step.state == "ok" and step.took_ms >= 1 else ""
        print(hanging(f"  {_SIGNS[step.state]} {step.name:10} ", clean_line(step.evidence) + took))
        if step.cure is not None:
            print(f"    {'':10} → {clean_line(step.cure)}")
