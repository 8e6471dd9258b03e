"""``workbench trust``: let the servers of a folder's own workbench.toml start."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_FAILED, EXIT_OK, Failure
from workbench.cli.output import print_json
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line
from workbench.util.here import here

if TYPE_CHECKING:
    from workbench.config import Config, ServerSettings


def add_parser(groups: Any, name: str) -> None:
    parser = command(
        groups, name, "Let the servers of this folder's workbench.toml start.",
        "workbench trust                  # shows what would run, and asks at a terminal", run=run,
    )  # fmt: skip
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="default: this one")
    parser.add_argument("--show", action="store_true", help="only show what would run")
    parser.add_argument(
        "--yes", action="store_true", help="do not ask (without a terminal it does not)"
    )
    parser.add_argument("--forget", action="store_true", help="trust the folder no longer")
    parser.add_argument("--json", action="store_true", help="the servers, as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0: they start; 1: the person said no."""
    config = _folders_config(Path(arguments.folder) if arguments.folder else here())
    servers = [] if arguments.forget else [one for one in config.servers.values() if not one.demo]
    waiting = [one for one in servers if one.held]
    if not arguments.json:
        _show(config, servers)
    agreed = not arguments.show and (arguments.forget or not waiting or _agreed(arguments))
    if agreed:
        _keep(config, servers)
    if arguments.json:
        print_json([_row(one, trusted=agreed or not one.held) for one in servers])
    elif arguments.forget:
        print(f"{clean_line(str(config.path))} is not trusted any more")
    elif agreed:
        print("they start" if waiting else "nothing new: they start already")
    elif not arguments.show:
        print("nothing was changed")
        return EXIT_FAILED
    return EXIT_OK


def _folders_config(folder: Path) -> Config:
    from workbench.config import FILE_NAME, ConfigError
    from workbench.config.opening import read_config

    file = folder / FILE_NAME
    if not file.is_file():
        raise Failure(f"there is no {FILE_NAME} in {folder}")
    try:
        return read_config(file, found=True)
    except ConfigError as error:
        raise Failure(str(error)) from error


def _keep(config: Config, servers: list[ServerSettings]) -> None:
    from workbench.config.trust import trust, trust_file

    assert config.path is not None
    try:
        trust(config.path, servers, only=True)
    except OSError as error:
        raise Failure(f"{trust_file()}: {error.strerror or error}") from error


def _show(config: Config, servers: list[ServerSettings]) -> None:
    from workbench.config.trust import what_would_run

    if servers:
        print(f"{clean_line(str(config.path))} would start:")
    for line in what_would_run(servers):
        print(f"  {line}")


def _agreed(arguments: argparse.Namespace) -> bool:
    if arguments.yes or arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    try:
        return input("trust them? [y]es, [n]o: ").strip().lower()[:1] == "y"
    except EOFError:
        return False


def _row(server: ServerSettings, *, trusted: bool) -> dict[str, Any]:
    return {
        "name": server.name,
        "command": server.command,
        "args": list(server.args),
        "cwd": server.cwd,
        "url": server.url,
        "trusted": trusted,
    }
