"""``workbench tools list | search | show | types | call | sample``: what the upstream servers offer."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.cli import tools_call, tools_sample
from workbench.cli.common import EXIT_OK, Failure
from workbench.cli.output import print_json, print_table
from workbench.cli.parsing import add_server_option, command
from workbench.cli.servers import read_catalogue, say_failures
from workbench.cli.tools_sample import seen_types


def add_parser(groups: Any, name: str) -> None:
    tools = command(groups, name, "Tools of the upstream servers.", "workbench tools list")
    actions = tools.add_subparsers(dest="action", required=True)
    listing = command(
        actions, "list", "List every tool.", "workbench tools list --json", run=list_tools
    )
    how = listing.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true")
    how.add_argument("--format", choices=("table", "json", "types"), default="table")
    searching = command(
        actions,
        "search",
        "Find tools by what they do.",
        "workbench tools search 'open bugs'",
        run=search,
    )
    searching.add_argument("query", metavar="Q")
    searching.add_argument("--limit", type=int, default=10, metavar="N")
    searching.add_argument("--json", action="store_true")
    showing = command(
        actions,
        "show",
        "One tool with its schemas.",
        "workbench tools show demo list_issues",
        run=show,
    )
    showing.names_a_tool = True
    showing.add_argument("server_name", metavar="SERVER")
    showing.add_argument("tool", metavar="TOOL")
    showing.add_argument("--json", action="store_true")
    declaring = command(
        actions, "types", "TypeScript declarations of all tools.",
        "workbench tools types > tools.d.ts", run=types,
    )  # fmt: skip
    calling = command(
        actions, "call", "Call one tool; the result is JSON on stdout.",
        "workbench tools call demo list_issues state=open limit=5\n"
        "  workbench tools call demo list_issues --args '{\"limit\": 5}'",
        run=tools_call.call,
    )  # fmt: skip
    tools_call.add_arguments(calling)
    sampling = command(
        actions, "sample", "Call a tool once, to learn what it gives; asks first unless it only reads.",
        "workbench tools sample demo get_issue id=101", run=tools_sample.sample,
    )  # fmt: skip
    tools_sample.add_arguments(sampling)
    for parser in (listing, searching, showing, declaring):
        add_server_option(parser)


def list_tools(arguments: argparse.Namespace) -> int:
    catalogue = read_catalogue(arguments)
    if arguments.json or arguments.format == "json":
        print_json([tool.to_json() for tool in catalogue])
    elif arguments.format == "types":
        with seen_types(arguments) as seen:
            print(catalogue.types(seen))
    else:
        _print_tools(list(catalogue))
    say_failures(catalogue)
    return EXIT_OK


def search(arguments: argparse.Namespace) -> int:
    if arguments.limit < 1:
        raise Failure("--limit must be a whole number from 1")
    catalogue = read_catalogue(arguments)
    found = catalogue.search(arguments.query, arguments.limit)
    if arguments.json:
        print_json([tool.to_json() for tool in found])
    else:
        _print_tools(found)
    say_failures(catalogue)
    return EXIT_OK


def show(arguments: argparse.Namespace) -> int:
    from workbench.catalogue.missing import Missing

    catalogue = read_catalogue(arguments)
    tool = catalogue.find(*tools_call.named_tool(arguments, catalogue.servers))
    if isinstance(tool, Missing):
        say_failures(catalogue)
        raise Failure(tool.message)
    if arguments.json:
        print_json(tool.to_json())
    else:
        from workbench.catalogue.annotations import in_words

        words = in_words(tool.annotations)
        if words:
            print(f"// its server says: {', '.join(words)}")
        with seen_types(arguments) as seen:
            print(catalogue.typescript(tool, seen))
    return EXIT_OK


def types(arguments: argparse.Namespace) -> int:
    catalogue = read_catalogue(arguments)
    with seen_types(arguments) as seen:
        print(catalogue.types(seen))
    say_failures(catalogue)
    return EXIT_OK


def _print_tools(tools: list[Any]) -> None:
    from workbench.catalogue.annotations import in_words

    print_table(
        ("tool", "its server says", "description"),
        [
            (
                tool.full_name,
                ", ".join(in_words(tool.annotations)),
                (tool.description.splitlines() or [""])[0],
            )
            for tool in tools
        ],
    )
