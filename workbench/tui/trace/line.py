"""One line of the trace: which columns there are and what stands in them. Pure text and class names."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from rich.cells import cell_len

from workbench.tui.glyphs import CALL_SIGNS
from workbench.tui.trace import waterfall
from workbench.tui.trace.folds import Fold
from workbench.tui.trace.rows import CallRow, ConsoleRow, EndRow
from workbench.tui.widgets.line_view import Part, cells, fit
from workbench.tui.wording import duration
from workbench.util.dataclass import dataclass

View: TypeAlias = Literal["waterfall", "start", "summary"]
VIEWS: tuple[View, ...] = get_args(View)

_STATUS, _START, _MS = 10, 9, 7
_LEAST_NUMBER = 4
_ROOMY = 110
_RESULTS = 84
"""So wide, results have a column of their own beside bars; else they follow the arguments where there is
room."""
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns for one width of the widget; 0: the column is not there."""

    number: int
    word: int
    name: int
    result: int
    start: int
    middle: int
    """Of the bars."""
    view: View

    @classmethod
    def of(cls, width: int, view: View, calls: int = 0) -> Columns:
        """calls: the largest number that is shown."""
        number = max(_LEAST_NUMBER, len(str(calls)) + 1)
        word = _STATUS if width >= _ROOMY else 0
        start = _START if view == "start" or width >= _ROOMY else 0
        rest = max(0, width - number - 3 - word - start - _MS)
        middle = int(rest * 0.32) if view == "waterfall" else 0
        result = int(rest * (0.5 if view == "summary" else 0.28 if width >= _RESULTS else 0))
        return cls(number, word, max(0, rest - middle - result - 1), result, start, middle, view)


def header_line(columns: Columns, scale: float) -> list[Part]:
    """The names of the columns, with the waterfall's ruler."""
    text = f"{'#':>{columns.number}} S " + ("Status".ljust(columns.word) if columns.word else "")
    text += fit("Tool", columns.name) + " " + fit("Result", columns.result)
    if columns.start:
        text += f"{'start':>{columns.start - 1}} "
    if columns.middle:
        text += waterfall.header(scale, columns.middle)
    return [(text + f"{'ms':>{_MS}}", "header")]


def call_line(
    row: CallRow, columns: Columns, *, now_ms: float, scale: float, selected: bool, hue: int = 0
) -> list[Part]:
    """One call. now_ms: where the end of a running call is taken to be. hue: its server's."""
    quiet = row.is_quiet
    parts = _beginning(str(row.seq), row.status, columns, selected=selected)
    indent = " " * min(row.lane, _DEEPEST)
    name: list[Part] = [(indent + row.server, f"hue-{hue}"), (f".{row.tool}", "")]
    came = row.summary if row.status == "ok" or (row.status == "running" and row.summary) else ""
    if not quiet:
        said = [row.summary] if columns.word else [row.status, row.summary]
        came = ": ".join(filter(None, said))
    style = "dim" if quiet else row.status
    if columns.result:
        room = _boundary(name, row.args, came, columns)
        parts += _with_rest(name, room, [(row.args, "dim")])
        parts.append((fit(came, columns.name + columns.result - room - 1) + " ", style))
    elif quiet:
        parts += _with_rest(
            name, columns.name, [(row.args, "dim"), (came and f"→ {came}", "result")]
        )
    else:
        parts += _with_rest(name, columns.name, [(came, style)])
    end_ms = now_ms if row.duration_ms is None else row.started_ms + row.duration_ms
    if columns.start:
        parts.append((f"{_start(row.started_ms):>{columns.start - 1}} ", "dim"))
    spent_ms = max(0.0, end_ms - row.started_ms)
    if columns.middle:
        parts += _bar(
            row.started_ms, end_ms, scale, columns.middle, _tint(row.status, spent_ms, hue)
        )
    spent = "" if row.status == "pending" else f"{spent_ms:.0f}"
    parts.append((f"{spent:>{_MS}}", "running" if row.duration_ms is None else "ms"))
    return parts


def fold_line(
    row: CallRow, fold: Fold, columns: Columns, *, scale: float, selected: bool, hue: int = 0
) -> list[Part]:
    """All calls of a line that repeats, as one."""
    status = "running" if fold.running else "error" if fold.failed else "ok"
    parts = _beginning("▸", status, columns, selected=selected)
    figures = fold.figures()
    said: list[Part] = [(f"× {fold.count:,}", "fold")]
    if figures.count:
        said += [
            (f" p50 {_ms(figures.median_ms)}", "dim"),
            (f" p95 {_ms(figures.p95_ms)}", "dim"),
        ]
    if fold.failed:
        said.insert(1, (f" {fold.failed:,} ✘", "error"))
    room = columns.name + columns.result
    needed = len(row.server) + len(row.tool) + 3 + sum(len(text) for text, _ in said)
    with_bar = columns.view == "waterfall" and columns.middle and room >= needed
    if not with_bar:  # the figures say more than a bar
        room += columns.middle
    if needed > room and figures.count:
        del said[-2]  # whole words or none: the slow ones say more than the middle
    parts += _with_rest([(row.server, f"hue-{hue}"), (f".{row.tool}", "")], room, said)
    if columns.start:
        parts.append((f"{_start(fold.first_ms):>{columns.start - 1}} ", "dim"))
    last_ms = max(fold.last_ms, fold.first_ms)
    if with_bar:
        tint = "running" if fold.running else status if status == "error" else f"hue-{hue}"
        style = tint if tint.startswith("hue") else f"bar-{tint}"
        parts += _bar(fold.first_ms, last_ms, scale, columns.middle, style)
    parts.append((f"{last_ms - fold.first_ms:>{_MS}.0f}", "ms"))
    return parts


def console_line(
    row: ConsoleRow, width: int, *, selected: bool, number: int = _LEAST_NUMBER
) -> list[Part]:
    """One console line of the script."""
    room = max(0, width - number - 3 - 6)
    pointer = "▶" if selected else " "
    if not row.level:  # of a replay that has not come there yet
        return [(f"{pointer:<{number}} ·", "pending"), (" " * room, "dim")]
    if isinstance(row, EndRow):
        return [(f"{pointer:<{number}} ✘ ", "error"), (fit(row.text, room + 6), "error")]
    style = {"warn": "warn", "error": "error"}.get(row.level, "dim")
    return [
        (f"{pointer:<{number}} › ", "dim"),
        (f"{row.level:<6}", style),
        (fit(row.text, room), style),
    ]


def _beginning(number: str, status: str, columns: Columns, *, selected: bool) -> list[Part]:
    pointer = "▶" if selected else " "
    parts: list[Part] = [
        (f"{pointer}{number:>{columns.number - 1}} ", "number"),
        (CALL_SIGNS.get(status, "?") + " ", status),
    ]
    if columns.word:
        parts.append((status.ljust(columns.word), status))
    return parts


def _with_rest(name: list[Part], width: int, said: list[Part]) -> list[Part]:
    """A name and, in the room that is left, what is said of it; ends with one space."""
    left = width - cells(name)
    if left < 0:
        return [*_cut(name, width), (" ", "")]
    parts = list(name)
    for text, style in said:
        if not text:
            continue
        text = "  " + text if len(parts) == len(name) else " " + text.removeprefix(" ")
        if left < min(cell_len(text), 6):
            break
        parts.append((fit(text, min(left, cell_len(text))), style))
        left -= min(left, cell_len(text))
    parts.append((" " * (left + 1), ""))
    return parts


def _boundary(name: list[Part], args: str, came: str, columns: Columns) -> int:
    """Cells of a call before what came of it: as the columns are; where the one needs more than its column, as
    far as the other can spare it. Of both too long, the arguments leave half a column."""
    before, result = cells(name) + cell_len(args) + 2 * bool(args) + 1, cell_len(came) + 1
    both = columns.name + columns.result
    if before > columns.name:
        return min(before, both - min(result, columns.result // 2))
    return max(before, min(columns.name, both - result))


def _cut(parts: list[Part], width: int) -> list[Part]:
    """Parts that need more cells than there are: each keeps its style, the last one ends with ``…``."""
    shown: list[Part] = []
    for number, (text, style) in enumerate(parts):
        needed = cell_len(text) + (number < len(parts) - 1)
        if needed > width:
            return [*shown, (fit(text + "…", width), style)]
        shown.append((text, style))
        width -= cell_len(text)
    return shown


def _bar(start_ms: float, end_ms: float, scale: float, width: int, tint: str) -> list[Part]:
    before, inside, after = waterfall.bar(start_ms, end_ms, scale, width)
    return [(before, "track"), (inside, tint), (after, "track")]


def _tint(status: str, spent_ms: float, hue: int) -> str:
    """The style of a bar: its server's hue, warmer where it took long, red where it failed."""
    if status not in ("ok", "running"):
        return f"bar-{status}"
    warm = waterfall.warmth(spent_ms)
    return f"bar-{warm}" if warm else f"hue-{hue}" if status == "ok" else "bar-running"


def _ms(ms: float) -> str:
    return duration(ms) if ms >= 1 or ms == 0 else "<1 ms"


def _start(ms: float) -> str:
    return f"+{ms:.0f}ms" if ms < 10_000 else f"+{ms / 1000:.1f}s"
