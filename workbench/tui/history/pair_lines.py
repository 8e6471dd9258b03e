"""The rows of two runs side by side: what differs before the calls, each pair of calls, how both ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from rich.cells import cell_len

from workbench.core.model import JsonValue
from workbench.history import CallRow, Recording
from workbench.replay import Pair, json_difference
from workbench.text.plurals import agrees, count
from workbench.text.sanitize import clean_line
from workbench.tui.history.text_sides import code_difference
from workbench.tui.values.one_line import arguments
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.wording import duration
from workbench.util.dataclass import dataclass

_MS = 9
_MOST_ARGS = 2_000
"""Characters of arguments that are read for a line."""


@dataclass(frozen=True, slots=True)
class End:
    """The last row: how both ended."""

    diff: list[JsonValue]


@dataclass(frozen=True, slots=True)
class Before:
    """A row above the calls: the scripts, or what they were given, where the runs do not have the same."""

    what: Literal["code", "input"]
    diff: list[JsonValue]


Line: TypeAlias = Pair | Before | End


def pair_line(row: Line, width: int) -> list[Part]:
    """``≠ #1 demo.echo 12 ms │ #1 demo.echo 14 ms │ +2 ms``."""
    side = max((width - 2 - _MS - 1) // 2, 8)
    if isinstance(row, Before):
        places = count(len(row.diff), "line" if row.what == "code" else "place")
        verb = agrees(len(row.diff), "differ")
        return [("≠ ", "warning"), (f"{row.what}: {places} {verb}", "warning")]
    if isinstance(row, End):
        sign, name = ("≠ ", "warning") if row.diff else ("= ", "ok")
        said = "value, error and console"
        return [(sign, name), (said, name if row.diff else "")]
    a_ms, b_ms = (call.duration_ms if call is not None else None for call in (row.a, row.b))
    delta = "" if a_ms is None or b_ms is None else signed(b_ms - a_ms)
    name = "warning" if row.diff else ""
    return [
        ("≠ " if row.diff else "= ", "warning" if row.diff else "ok"),
        (_half(row.a, row.b, side - 1) + "│", name if row.a is not None else "dim"),
        (_half(row.b, row.a, side - 1) + "│", name if row.b is not None else "dim"),
        (f"{delta:>{_MS}}", "dim"),
    ]


def calls_compared(pairs: Sequence[Pair]) -> str:
    """How many calls differ; of those that were let through, as the history counts them, the refused apart."""
    different = sum(bool(pair.diff) for pair in pairs)
    made = sum(was_let_through(pair.a) or was_let_through(pair.b) for pair in pairs)
    refused = len(pairs) - made
    calls = count(made, "call") if made or not refused else count(refused, "refused call")
    if made and refused:
        calls += f" and {refused:,} refused"
    if different:
        return f"{different:,} of {calls} {agrees(different, 'differ')}"
    if not pairs:
        return "no calls"
    return f"{calls}, {'the same' if len(pairs) == 1 else 'all the same'}"


def was_let_through(call: CallRow | None) -> bool:
    """Whether there is such a call, and a server was asked."""
    return call is not None and call.dispatched


def before_calls(a: Recording, b: Recording) -> list[Before]:
    """What differs before any call: the script by its lines, the input by its members."""
    found = []
    code = code_difference(a.code, b.code)
    if code:
        found.append(Before("code", code))
    given = json_difference(a.input, b.input)
    if given:
        found.append(Before("input", given))
    return found


def _half(call: CallRow | None, other: CallRow | None, width: int) -> str:
    """A call in so many cells; arguments that the other has otherwise come first."""
    if call is None:
        return fit("  no such call", width)
    spent = took(call.duration_ms)
    sign = "…" if call.ok is None else "✔" if call.ok else "✘"
    room = max(width - len(spent) - 2, 4)
    args = clean_line(call.args_text[:_MOST_ARGS])
    if len(call.args_text) <= _MOST_ARGS:
        before = None
        if other is not None and len(other.args_text) <= _MOST_ARGS:
            before = other.args
        args = arguments(call.args, before, room)
    said = f"{sign} {call_name(call)}  {args}"
    if cell_len(said) > room:  # which server it is stands above the values, too
        said = f"{sign} #{call.seq} {clean_line(call.tool, 60)}  {args}"
    return fit(f"{fit(said, room)} {spent} ", width)


def pairs_heading(width: int) -> str:
    side = max((width - 4 - _MS - 1) // 2, 8)
    return f"    {fit('a', side)}{fit('b', side)}{'b − a':>{_MS}}"


def call_name(call: CallRow) -> str:
    return f"#{call.seq} {clean_line(f'{call.server}.{call.tool}', 60)}"


def took(ms: float | None) -> str:
    return "" if ms is None else duration(ms)


def signed(ms: float) -> str:
    """With its sign, where what is shown is not nothing."""
    said = duration(abs(ms))
    return said if said == duration(0) else f"{'+' if ms > 0 else '−'}{said}"
