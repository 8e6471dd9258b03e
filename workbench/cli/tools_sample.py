"""``workbench tools sample SERVER TOOL``: a tool is called once, so that its result type is known."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.cli import tools_call
from workbench.cli.code import exit_code, run_once
from workbench.cli.common import EXIT_OK, Failure, data_dir, open_config, open_servers
from workbench.cli.error_pages import with_pages
from workbench.cli.output import note, print_json
from workbench.cli.parsing import Parser
from workbench.cli.servers import read_catalogue
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.catalogue.tools import Catalogue, SeenTypes, ToolInfo
    from workbench.core.model import Execution


def add_arguments(parser: Parser) -> None:
    tools_call.add_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask, whatever the tool does")
    parser.add_argument("--json", action="store_true")


def sample(arguments: argparse.Namespace) -> int:
    """Exit 0 the type is known, 1 the call failed or was not wanted, 2 bad usage."""
    from workbench.catalogue.missing import Missing

    request = tools_call.request_of(arguments)
    config = open_servers(arguments)
    catalogue = read_catalogue(arguments)
    tool = catalogue.spelled(*tools_call.named_tool(arguments, catalogue.servers))
    if isinstance(tool, Missing):
        raise Failure(tool.message)
    if tool.output_schema is not None:
        note(f"{clean_line(tool.full_name)} declares its result type: there is nothing to learn")
        _print_sample(arguments, catalogue, tool, None)
        return EXIT_OK
    _ask(arguments, tool)
    execution, ended_by = asyncio.run(run_once(arguments, config, request))
    for warning in execution.warnings:
        note(f"warning: {warning}")
    if execution.error is not None:
        note(f"{clean_line(tool.full_name)}: {execution.error.code}: {execution.error.message}")
    _print_sample(arguments, catalogue, tool, execution)
    return exit_code(execution, ended_by)


@contextmanager
def seen_types(arguments: argparse.Namespace) -> Iterator[SeenTypes]:
    """The result types that the history knows."""
    from workbench.core.runtime import open_history

    history = open_history(open_config(arguments), data_dir(arguments))
    try:
        yield history.seen_type
    finally:
        history.close()


def _ask(arguments: argparse.Namespace, tool: ToolInfo) -> None:
    """Nothing that may change the world is called unasked. Raises Failure."""
    if arguments.yes or (tool.annotations or {}).get("readOnlyHint") is True:
        return
    name = clean_line(tool.full_name)
    doubt = f"{name} does not say that it only reads (readOnlyHint): it may change something"
    if arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Failure(f"{doubt}; to call it all the same, give --yes")
    try:
        agreed = input(f"{doubt}. Call it once? [y]es, [n]o: ").strip().lower()[:1] == "y"
    except EOFError:
        agreed = False
    if not agreed:
        raise Failure(f"{name} was not called", exit_code=1)


def _print_sample(
    arguments: argparse.Namespace,
    catalogue: Catalogue,
    tool: ToolInfo,
    execution: Execution | None,
) -> None:
    with seen_types(arguments) as seen:
        declared = catalogue.typescript(tool, seen)
    if not arguments.json:
        print(declared)
        return
    error = execution.error if execution is not None else None
    print_json(
        with_pages(
            {
                "server": tool.server,
                "tool": tool.name,
                "execution_id": execution.execution_id if execution is not None else None,
                "typescript": declared,
                "error": error.to_json() if error is not None else None,
            }
        )
    )
