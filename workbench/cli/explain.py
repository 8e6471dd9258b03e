"""``workbench explain CODE``: what an error code means and what to do about it."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.cli.common import EXIT_OK, Failure
from workbench.cli.error_pages import page_of
from workbench.cli.output import print_json, print_table
from workbench.cli.parsing import command, near

_OF = {
    "call": "of a call",
    "execution": "of an execution",
    "both": "of a call or an execution",
    "replay": "of a call in a replay",
}

_FLAGS = {
    "timeout_ms": "timeout",
    "max_tool_calls": "max-tool-calls",
    "allowed_servers": "allowed-servers",
}


def add_parser(groups: Any, name: str) -> None:
    explain = command(
        groups, name, "What an error code means.", "workbench explain TOOL_NOT_APPROVED", run=show
    )
    explain.add_argument(
        "code", metavar="CODE", nargs="?", help="without it: every code, a line each"
    )
    explain.add_argument("--json", action="store_true")


def show(arguments: argparse.Namespace) -> int:
    """The explanation of a code, or all of them. Raises Failure for an unknown code."""
    from workbench.core.explanations import EXPLANATIONS

    if arguments.code is None:
        if arguments.json:
            print_json([_json(one) for one in EXPLANATIONS.values()])
        else:
            print_table(("code", "when"), ((one.code, one.when) for one in EXPLANATIONS.values()))
        return EXIT_OK
    found = EXPLANATIONS.get(arguments.code.upper())
    if found is None:
        raise Failure(
            f"no code {arguments.code!r}{near(arguments.code.upper(), EXPLANATIONS, 'there are')}"
        )
    if arguments.json:
        print_json(_json(found))
        return EXIT_OK
    print(f"{found.code} ({_OF[found.of]})\n\n{found.when}\n\nWhat to do: {found.cure}")
    if found.example is not None:
        flags = (f"  --{_FLAGS[name]} {_shown(value)}" for name, value in found.options.items())
        given = "".join(flags)
        print(f"\nExample:\n  {found.example}{given}")
    print(f"\n{page_of(found.code)}")
    return EXIT_OK


def _shown(value: object) -> str:
    return "''" if value == () else str(value)


def _json(one: Any) -> dict[str, Any]:
    return {
        "code": str(one.code),
        "of": one.of,
        "when": one.when,
        "cure": one.cure,
        "example": one.example,
        "docs": page_of(one.code),
    }
