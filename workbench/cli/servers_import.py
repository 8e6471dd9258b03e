"""``workbench servers import``: what other MCP clients have configured, taken over."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.changing import edit, keeps_demo, print_demo_stays
from workbench.cli.common import EXIT_OK, EXIT_USAGE, config_file, open_config
from workbench.cli.output import hanging, note, print_json, print_table
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.upstream.importers.planning import Planned

_INDENT = "  "
_TABLES = ("mcpServers", "servers", "mcp", "mcp_servers", "context_servers", "extensions")


def import_servers(arguments: argparse.Namespace) -> int:
    """Every server is taken over or says why not; one that cannot be stops no other."""
    from workbench.config.editing import add_servers
    from workbench.upstream.importers.finding import read_clients
    from workbench.upstream.importers.planning import plan

    found = read_clients(arguments.files)
    file, keep_demo = config_file(arguments), keeps_demo(arguments)
    there = open_config(arguments).servers if keep_demo else {}
    planned = plan(found.servers, there)
    new = [row.settings for row in planned if row.state == "new"]
    demo_stays = False
    if new and not arguments.dry_run:
        demo_stays = edit(lambda: add_servers(file, new, keep_demo=keep_demo))
    state = "would be added" if arguments.dry_run else "added"
    if arguments.json:
        print_json([_row(row, state) for row in planned])
    else:
        _print(planned, state, file, arguments.files)
        if demo_stays:
            print_demo_stays()
    for problem in found.unreadable:
        note(problem)
    return EXIT_USAGE if found.unreadable and arguments.files else EXIT_OK


def _row(row: Planned, added: str) -> dict[str, object]:
    from workbench.config.editing import server_table

    return {
        "name": row.settings.name,
        "source": f"{row.server.source.product}: {row.server.source.path}",
        "state": added if row.state == "new" else row.state,
        "settings": server_table(row.settings) if row.state != "skipped" else {},
        "problems": list(row.problems),
    }


def _print(planned: Sequence[Planned], added: str, file: Path, read: Sequence[str]) -> None:
    if not planned:
        looked = f"; looked for in it: {', '.join(_TABLES)}" if read else ""
        print(f"no server of another client was found{looked}", file=sys.stderr)
        return
    rows = [_row(row, added) for row in planned]
    offs = [row.state == "new" and not row.settings.enabled for row in planned]
    print_table(
        ("name", "state", "from"),
        [
            (row["name"], f"{row['state']}{', disabled' if off else ''}", row["source"])
            for row, off in zip(rows, offs, strict=True)
        ],
    )
    for row in planned:
        for problem in row.problems:
            head = f"{clean_line(row.settings.name)}: "
            print(hanging(head, clean_line(problem)))
    if any(row.state == "new" for row in planned):
        where = "they are in" if added == "added" else "they would go into"
        print(f"{where} {clean_line(str(file))}, quarantined:")
        print(f"{_INDENT}look at their tools with: workbench tools list")
        print(f"{_INDENT}and let them be called with: workbench servers quarantine --off NAME …")
