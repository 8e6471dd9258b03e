"""Which of all runs are listed: some that follow on each other, read page by page from the start or the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from workbench.core.ports import HistoryReader
from workbench.core.records import ScriptRow, Wanted
from workbench.history import ExecutionRow, Order
from workbench.util.dataclass import dataclass

_PAGE = 200
ORDERS: dict[Order, str] = {"newest": "newest", "longest": "longest", "calls": "most calls"}
"""In the order that they are gone through."""

Line: TypeAlias = ExecutionRow | ScriptRow
Where: TypeAlias = Literal["first", "next", "same", "previous", "last"]
"""The first page or the last one; the one behind or before what is listed; what is listed, as it is now."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is listed, and whether nothing stands before it and behind it."""

    runs: Sequence[ExecutionRow] = ()
    at_start: bool = True
    at_end: bool = True


def read_page(
    history: HistoryReader, wanted: Wanted, order: Order, listed: Listed, where: Where
) -> tuple[list[ExecutionRow], Listed]:
    """A page, and what is listed with it."""
    runs = listed.runs
    if where == "same":
        where = "first" if listed.at_start else "last"
        limit = max(_PAGE, len(runs))
    else:
        limit = _PAGE
    by_number = order == "newest"
    goes_on = where in ("next", "previous")
    backwards = where in ("previous", "last")
    page = history.list_executions(
        limit=limit,
        before=runs[-1].n if where == "next" and by_number else None,
        after=runs[0].n if where == "previous" and by_number else None,
        order=order,
        offset=len(runs) if goes_on and not by_number else 0,
        backwards=backwards,
        **wanted,
    )
    whole = len(page) < limit
    if where == "next":
        return page, Listed([*runs, *page], listed.at_start, whole)
    if where == "previous":
        return page, Listed([*page, *runs], whole, listed.at_end)
    return page, Listed(page, whole or not backwards, whole or backwards)


def is_same(row: Line, other: Line | None) -> bool:
    """Whether both are of one run, or of one script."""
    if isinstance(row, ExecutionRow):
        return isinstance(other, ExecutionRow) and row.n == other.n
    return isinstance(other, ScriptRow) and row.script == other.script
