"""``workbench stats``: tokens that went to models, and tokens that stayed away from them."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_OK, Failure
from workbench.cli.history import opened_history
from workbench.cli.output import note, print_json, print_table
from workbench.cli.parsing import command
from workbench.text.plurals import count

if TYPE_CHECKING:
    from workbench.core.savings import Group

_DAY_S = 86_400
_MOST_DAYS = 36_500
_SHOWN = 15
_MANY = 1_000
_BY = ("day", "server", "client", "script")


def add_parser(groups: Any, name: str) -> None:
    parser = command(
        groups, name, "Tokens that went to models, and those that stayed away from them.",
        "workbench stats --days 7 --by script", run=stats,
    )  # fmt: skip
    parser.add_argument("--days", type=int, default=30, metavar="N", help="the last N days (30)")
    parser.add_argument("--by", choices=_BY, help="one of the tables, whole")
    parser.add_argument("--json", action="store_true")


def stats(arguments: argparse.Namespace) -> int:
    from workbench.core.savings import Totals

    if not 1 <= arguments.days <= _MOST_DAYS:
        raise Failure(f"--days must be from 1 to {_MOST_DAYS}")
    with opened_history(arguments) as store:
        rows = store.saved(time.time() - arguments.days * _DAY_S, _say_counting)
    totals = Totals.of(rows)
    if arguments.json:
        print_json({"days_back": arguments.days, **totals.to_json()})
        return EXIT_OK
    whole = totals.total
    made = f"{count(whole.runs, 'run')}, {count(whole.calls, 'call')} of tools"
    print(f"The last {count(arguments.days, 'day')}: {made}")
    print(f"  answers that went to whoever asked   {whole.answer or 0:>14,} tokens")
    print(f"  results of calls, to scripts instead {whole.results:>14,} tokens")
    print(f"  definitions of tools not sent        {whole.definitions or 0:>14,} tokens")
    print("Estimates of o200k_base; definitions count once for each run.")
    tables = zip(_BY, totals.tables(), strict=True)
    for by, groups in tables:
        if arguments.by in (None, by) and whole.runs:
            _print_groups(by, groups, whole=arguments.by is not None)
    return EXIT_OK


def _print_groups(by: str, groups: Iterable[Group], *, whole: bool) -> None:
    groups = list(groups)
    shown = groups if whole else groups[:_SHOWN]
    print()
    print_table(
        (by, "runs", "calls", "answers", "results", "definitions"),
        [
            (
                "—" if group.name is None else group.name,
                group.runs,
                group.calls,
                _number(group.answer),
                _number(group.results),
                _number(group.definitions),
            )
            for group in shown
        ],
    )
    if len(groups) > len(shown):
        print(f"… and {len(groups) - len(shown)} more: --by {by}")


def _number(tokens: int | None) -> str:
    return "" if tokens is None else f"{tokens:,}"


def _say_counting(left: int) -> None:
    if left > _MANY:
        note(f"{left:,} runs were not counted before: some are now, the others by their length")
