"""``workbench servers``: list, add, remove, quarantine; the other actions have modules of their own."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.cli import (
    servers_approve,
    servers_at_work,
    servers_connect,
    servers_doctor,
    servers_login,
    servers_sync,
)
from workbench.cli.changing import edit, keeps_demo, print_demo_stays
from workbench.cli.common import EXIT_OK, Failure, config_file, data_dir, open_servers
from workbench.cli.output import note, print_json, print_table
from workbench.cli.parsing import add_server_option, command
from workbench.cli.servers_import import import_servers
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.catalogue.tools import Catalogue, ServerInfo
    from workbench.upstream import Manager


_NONE = (
    "no server is configured: workbench servers add NAME -- COMMAND …, or workbench servers import; "
    "workbench --demo looks round with the demo server"
)


def add_parser(groups: Any, name: str) -> None:
    servers = command(groups, name, "Upstream servers.", "workbench servers list")
    actions = servers.add_subparsers(dest="action", required=True)
    listing = command(
        actions, "list", "Connect every server and say how it went.",
        "workbench servers list --json", run=list_servers,
    )  # fmt: skip
    listing.add_argument("--json", action="store_true")
    add_server_option(listing)
    adding = command(
        actions, "add", "Add a server to the configuration file.",
        "workbench servers add github --env 'TOKEN=${GITHUB_TOKEN}' -- npx -y some-mcp-server\n"
        "  workbench servers add wiki http://localhost:8080/mcp",
        run=add,
    )  # fmt: skip
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--url", metavar="URL", help="a streamable HTTP server")
    adding.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    adding.add_argument("--header", action="append", default=[], metavar="NAME=VALUE")
    adding.add_argument("--cwd", metavar="DIR")
    adding.add_argument(
        "command_line", nargs="*", metavar="COMMAND", help="a stdio server, after --; or its URL"
    )
    removing = command(
        actions, "remove", "Remove a server from the file.", "workbench servers remove github",
        run=remove,
    )  # fmt: skip
    removing.add_argument("name", metavar="NAME")
    importing = command(
        actions, "import", "Take servers over from another MCP client's configuration.",
        "workbench servers import .mcp.json --dry-run", run=import_servers,
    )  # fmt: skip
    importing.add_argument("files", nargs="*", metavar="FILE", help="default: those found here")
    importing.add_argument("--dry-run", action="store_true", help="show, change nothing")
    importing.add_argument("--json", action="store_true")
    servers_sync.add_parser(actions)
    examining = command(
        actions, "doctor", "Which step on the way to a server fails, and what most likely helps.",
        "workbench servers doctor github", run=servers_doctor.run,
    )  # fmt: skip
    servers_doctor.add_arguments(examining)
    servers_at_work.add_parsers(actions)
    servers_connect.add_parsers(actions)
    approving = command(
        actions, "approve", "Show what changed in a server's tools, and approve it as it is now.",
        "workbench servers approve github create_issue", run=servers_approve.run,
    )  # fmt: skip
    servers_approve.add_arguments(approving)
    quarantining = command(
        actions, "quarantine", "Refuse every call to a server.",
        "workbench servers quarantine github --off", run=quarantine,
    )  # fmt: skip
    quarantining.add_argument("names", nargs="+", metavar="NAME")
    quarantining.add_argument("--off", action="store_true", help="release it")
    servers_login.add_commands(actions)


def with_manager(
    arguments: argparse.Namespace, use: Callable[[Manager], Any], only: str | None = None
) -> Any:
    """Connect the servers (or one), wait for each, and use the manager; ``use`` may be a coroutine function."""
    config = open_servers(arguments)
    if only is not None and only not in config.servers:
        from workbench.catalogue.suggestions import near_names, suggestion

        near = near_names(only, config.servers)
        raise Failure(f"no server {only!r}{suggestion(near, config.servers, 'there is')}")

    async def run() -> Any:
        from workbench.upstream import Manager

        manager = Manager.of(config, data_dir(arguments))
        try:
            wanted = [only] if only is not None else list(config.servers)
            await asyncio.gather(*(manager.settled(name) for name in wanted))
            used = use(manager)
            return await used if inspect.isawaitable(used) else used
        finally:
            await manager.close()

    return asyncio.run(run())


def read_catalogue(arguments: argparse.Namespace) -> Catalogue:
    """What all servers offer now; that there are none is said, with what to do about it."""
    catalogue: Catalogue = with_manager(arguments, lambda manager: manager.catalogue())
    if not catalogue.servers:
        note(_NONE)
    return catalogue


def say_failures(catalogue: Catalogue, only: str | None = None) -> None:
    """On stderr: what is wrong with the servers, or with the one."""
    for server in catalogue.servers.values():
        if server.error is not None and only in (None, server.name):
            note(f"server {clean_line(server.name)}: {clean_line(server.error)}")


def list_servers(arguments: argparse.Namespace) -> int:
    servers = read_catalogue(arguments).servers.values()
    if arguments.json:
        print_json([server.to_json() for server in servers])
        return EXIT_OK
    print_table(
        ("name", "transport", "state", "tools", "note"),
        [
            (
                server.name,
                server.transport,
                server.state,
                server.tools,
                _note(server),
            )
            for server in servers
        ],
    )
    return EXIT_OK


def _note(server: ServerInfo) -> str | None:
    waiting = "waits" if server.waiting == 1 else "wait"
    notes = [
        "quarantined" if server.quarantined and server.state != "untrusted" else None,
        f"{server.waiting} of its tools {waiting} for approval" if server.waiting else None,
        server.error,
        "the demo that comes with Workbench" if server.demo else None,
    ]
    return "; ".join(note for note in notes if note) or None


def add(arguments: argparse.Namespace) -> int:
    from workbench.config import ServerSettings
    from workbench.config.editing import add_servers
    from workbench.config.trust import how_it_runs
    from workbench.upstream.importers.entries import without_secrets

    url, words = arguments.url, [*arguments.command_line, *arguments.rest]
    if url is None and words and "://" in words[0]:
        url, *words = words
    if bool(words) == bool(url):
        raise Failure("give either a URL or, after --, a command with its arguments")
    settings = ServerSettings(
        name=arguments.name,
        command=words[0] if words else None,
        args=tuple(words[1:]),
        url=url,
        env=_pairs(arguments.env, "--env", _VARIABLE),
        headers=_pairs(arguments.header, "--header", _HEADER),
        cwd=arguments.cwd,
    )
    file, keep_demo = config_file(arguments), keeps_demo(arguments)
    demo_stays = edit(lambda: add_servers(file, [settings], keep_demo=keep_demo))
    print(
        clean_line(f"added {settings.name} to {file}: {how_it_runs(without_secrets(settings))[0]}")
    )
    print("its tools are trusted as they are when it first connects; those that change wait for")
    print(f"  workbench servers approve {settings.name}")
    if demo_stays:
        print_demo_stays()
    return EXIT_OK


def remove(arguments: argparse.Namespace) -> int:
    from workbench.config.editing import remove_server

    file = config_file(arguments)
    edit(lambda: remove_server(file, arguments.name))
    print(f"removed {arguments.name} from {file}")
    return EXIT_OK


def quarantine(arguments: argparse.Namespace) -> int:
    from workbench.config.editing import set_servers

    file, held = config_file(arguments), not arguments.off
    edit(lambda: set_servers(file, arguments.names, "quarantined", held))
    for name in arguments.names:
        print(f"{name} is {'quarantined: every call is refused' if held else 'released'}")
    return EXIT_OK


_VARIABLE = re.compile("([^=]+)=(.*)", re.DOTALL)
_HEADER = re.compile(r"([^\s:=]+)(?:=|\s*:\s*)(.*)", re.DOTALL)
"""``Name: value`` too, as curl and other clients take it."""


def _pairs(words: list[str], flag: str, form: re.Pattern[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        found = form.fullmatch(word)
        if found is None:
            raise Failure(f"{flag} takes NAME=VALUE, not {word!r}")
        pairs[found[1]] = found[2]
    return pairs
