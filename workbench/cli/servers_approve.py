"""``workbench servers approve``: what changed in a server's tools, side by side, and whether it may."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_OK, Failure
from workbench.cli.output import print_json
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.catalogue.changes import Change
    from workbench.upstream import Manager

_NARROWEST, _WIDEST = 60, 200
_QUESTION = "approve {}? [y]es, [n]o, [a]ll of them, [q]uit: "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help="default: all that wait")
    parser.add_argument("--show", action="store_true", help="only show what changed")
    parser.add_argument(
        "--yes", action="store_true", help="do not ask (without a terminal it does not)"
    )
    parser.add_argument(
        "--varying",
        action="store_true",
        help="these tools' texts differ at each start: approve them whatever their texts say",
    )
    parser.add_argument("--json", action="store_true", help="what changed, as JSON")


def approve(manager: Manager, arguments: argparse.Namespace) -> int:
    """Show the tools that wait, and approve the chosen ones. Raises Failure."""
    name = arguments.name
    known = manager.catalogue().tools.get(name, {})
    for tool in arguments.tools:
        if tool not in known:
            from workbench.catalogue.suggestions import near_names, suggestion

            near = suggestion(near_names(tool, known), known, "its tools are")
            raise Failure(f"server {name!r} has no tool {clean_line(repr(tool))}{near}")
    info = manager.catalogue().servers[name]
    if info.state == "failed" and not known:
        raise Failure(f"server {name!r} is not connected: {info.error}")
    waiting = manager.changes(name)
    changes = [one for one in waiting if not arguments.tools or one.tool in arguments.tools]
    if not arguments.json:
        _show(changes)
    chosen = [] if arguments.show else _chosen(changes, arguments)
    if not arguments.show and arguments.varying:
        chosen = arguments.tools or chosen
    _pin(manager, name, chosen, arguments.varying)
    if arguments.json:
        rows = [{**one.to_json(), "approved": one.tool in chosen} for one in changes]
        print_json(rows)
    elif chosen:
        print(f"approved: {', '.join(map(clean_line, chosen))}")
    elif not changes:
        print("nothing had changed")
    elif not arguments.show:
        print("nothing was approved")
    if info.quarantined and not arguments.json:
        print(f"{name} stays in quarantine until: workbench servers quarantine {name} --off")
    return EXIT_OK


def _pin(manager: Manager, name: str, tools: Sequence[str], varying: bool) -> None:
    if not tools:
        return
    try:
        manager.approve(name, tools, varying=varying)
    except OSError as error:
        raise Failure(f"the approval cannot be kept: {error.strerror or error}") from error


def _chosen(changes: Sequence[Change], arguments: argparse.Namespace) -> list[str]:
    """All of them, or those that the person at the terminal says."""
    everything = [change.tool for change in changes]
    if arguments.yes or arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return everything
    chosen: list[str] = []
    for index, tool in enumerate(everything):
        answer = _asked(tool)
        if answer == "a":
            return chosen + everything[index:]
        if answer == "q":
            break
        if answer == "y":
            chosen.append(tool)
    return chosen


def _asked(tool: str) -> str:
    try:
        return input(_QUESTION.format(clean_line(tool))).strip().lower()[:1]
    except EOFError:
        return "q"


# -- how it looks --------------------------------------------------------------------------


def _show(changes: Sequence[Change]) -> None:
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size((100, 24)).columns))
    for change in changes:
        print(clean_line(f"{change.server}.{change.tool}: {change.hold}"))
        for line in _lines(change, width):
            print(line)
        if change.may_vary:
            print(
                f"  it was seen in {change.forms} forms: if its server changes it at each start, approve it "
                "with --varying"
            )
        print()


def _lines(change: Change, width: int) -> Iterator[str]:
    from workbench.catalogue.side_by_side import side_by_side

    for line in side_by_side(change, width - 4):
        if line.kind == "pair":
            yield f"  {line.left:<{(width - 7) // 2}} │ {line.right}".rstrip()
        else:
            yield f"  {line.left}{f'  ! {line.risks}' if line.risks else ''}"


def run(arguments: argparse.Namespace) -> int:
    from workbench.cli.servers import with_manager

    def use(manager: Manager) -> Any:
        return approve(manager, arguments)

    return int(with_manager(arguments, use, only=arguments.name))
