"""``workbench servers sync``: what differs between the other clients' files and ours."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_FAILED, EXIT_OK, EXIT_USAGE, open_config
from workbench.cli.output import hanging, note, print_json
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.upstream.importers.differing import Client, Row

_ADVICE = (
    "  take over what is only there:  workbench servers import --dry-run",
    "  give a client what is here:    workbench servers connect CLIENT --dry-run",
)


def add_parser(actions: Any) -> None:
    parser = command(
        actions, "sync", "Say what differs between other clients' files and ours; change nothing.",
        "workbench servers sync\n"
        "  workbench servers sync .mcp.json --json      # exit 0: nothing differs, 1: something does",
        run=run,
    )  # fmt: skip
    parser.add_argument("files", nargs="*", metavar="FILE", help="default: those found here")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0: nothing differs; 1: something does; 2: a file that was named cannot be read."""
    from workbench.upstream.importers.differing import compared
    from workbench.upstream.importers.finding import read_clients

    found = read_clients(arguments.files)
    ours = open_config(arguments).servers
    clients = compared(found.servers, ours, found.secrets, found.products)
    if arguments.json:
        print_json([_json(client) for client in clients])
    else:
        _print(clients)
    for problem in found.unreadable:
        note(problem)
    if found.unreadable and arguments.files:
        return EXIT_USAGE
    return EXIT_FAILED if any(client.differs for client in clients) else EXIT_OK


def _json(client: Client) -> dict[str, object]:
    return {
        "client": client.product,
        "through_workbench": client.through_workbench,
        "differs": client.differs,
        "servers": [row.to_json() for row in client.rows],
    }


def _print(clients: Sequence[Client]) -> None:
    if not clients:
        print("no server of another client was found")
        return
    for client in clients:
        files = dict.fromkeys(str(row.file) for row in client.rows if row.file is not None)
        print(clean_line(": ".join(filter(None, (client.product, ", ".join(files))))))
        for line in _lines(client):
            print(line)
    if any(client.differs for client in clients):
        for line in _ADVICE:
            print(line)
    else:
        print("nothing differs")


def _lines(client: Client) -> Iterator[str]:
    same = [row.there for row in client.rows if row.state == "same" and not row.note]
    if same:
        yield hanging("  same: ", clean_line(", ".join(map(str, same))))
    for row in client.rows:
        if row.state != "same" or row.note:
            yield from _row(row)
    if client.through_workbench:
        yield "  Workbench is a server of it: what is here reaches it that way"


def _row(row: Row) -> Iterator[str]:
    name = clean_line(str(row.there if row.there is not None else row.here))
    yield hanging(f"  {row.state}: ", f"{name} ({clean_line(row.note)})" if row.note else name)
    for one in row.differences:
        yield f"    {clean_line(one.key)}"
        for side, text in (("there", one.there), ("here", one.here)):
            yield hanging(f"      {side + ':':<6} ", clean_line(text) if text is not None else "—")
