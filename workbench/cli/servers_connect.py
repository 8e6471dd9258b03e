"""``workbench servers connect | disconnect CLIENT``: Workbench as a server of another client."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_OK, Failure, open_config
from workbench.cli.output import note
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.upstream.importers.connecting import Change, Client


def add_parsers(actions: Any) -> None:
    for name, summary, run in (
        ("connect", "Write Workbench into another client's file, as one of its servers.", connect),
        ("disconnect", "Take Workbench out of another client's file.", disconnect),
    ):
        parser = command(
            actions, name, summary, f"workbench servers {name} cursor --dry-run", run=run
        )
        parser.add_argument(
            "client", metavar="CLIENT",
            help="claude-code, claude-desktop, cline, codex, cursor, gemini, jetbrains, junie, lmstudio, "
            "opencode, vscode, windsurf, zed",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="show, change nothing")


def connect(arguments: argparse.Namespace) -> int:
    from workbench.config.trust import held_servers
    from workbench.upstream.importers.connecting import connected
    from workbench.util.own_python import own_module

    config = open_config(arguments)
    client = _client(arguments.client)
    if held_servers(
        config
    ):  # named with --config, as the client will, the file would count as trusted
        raise Failure(
            f"{config.path} is not trusted yet, and {arguments.client} would start its servers: "
            "look at what they run with: workbench trust"
        )
    words = [*own_module("workbench"), "--serve"]
    if config.path is not None:  # the client starts it in a folder of its own
        words += ["--config", str(config.path.resolve())]
    code = _change(
        arguments, client, lambda: connected(client, words), "Workbench is in it already"
    )
    if not config.enable_code_execution:
        note("it serves no scripts yet: workbench config set enable_code_execution true")
    return code


def disconnect(arguments: argparse.Namespace) -> int:
    from workbench.upstream.importers.connecting import disconnected

    client = _client(arguments.client)
    return _change(arguments, client, lambda: disconnected(client), "Workbench is not in it")


def _change(
    arguments: argparse.Namespace, client: Client, make: Callable[[], Change], nothing: str
) -> int:
    from workbench.upstream.importers.connecting import CannotConnect, write

    try:
        change = make()
        if change.after == change.before:
            print(clean_line(f"{change.file}: {nothing}"))
            return EXIT_OK
        _print_difference(change)
        if arguments.dry_run:
            return EXIT_OK
        backup = write(change)
    except CannotConnect as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{error.filename or client.file}: {error.strerror}") from error
    print(clean_line(f"wrote {change.file}; start {client.product} anew"))
    if backup is not None:
        print(clean_line(f"  as it was before: {backup}"))
    return EXIT_OK


def _print_difference(change: Change) -> None:
    """The lines that go and come, not those around them: they are somebody's own, secrets too."""
    import difflib

    lines = difflib.unified_diff(
        change.before.splitlines(),
        change.after.splitlines(),
        str(change.file),
        "",
        n=0,
        lineterm="",
    )
    print(clean_line(f"{change.file}:"))
    for line in list(lines)[2:]:
        if not line.startswith("@@"):
            print(f"  {clean_line(line)}")


def _client(name: str) -> Client:
    from workbench.catalogue.suggestions import near_names, suggestion
    from workbench.upstream.importers.connecting import clients

    known = clients()
    if name not in known:
        near = near_names(name, known)
        raise Failure(f"no client {name!r}{suggestion(near, known, 'the clients are')}")
    return known[name]
