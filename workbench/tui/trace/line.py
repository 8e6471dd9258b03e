"""One line of the trace: which columns there are and what stands in them. Pure text and class names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.cells import cell_len

from workbench.tui.glyphs import CALL_SIGNS
from workbench.tui.trace import waterfall
from workbench.tui.trace.model import CallRow, ConsoleRow, EndRow
from workbench.tui.widgets.line_view import Part, fit

View: TypeAlias = Literal["waterfall", "start", "summary"]

_NUMBER, _STATUS, _START, _MS = 6, 10, 9, 8
_ROOMY = 110
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns for one width of the widget; 0: the column is not there."""

    word: int
    name: int
    start: int
    middle: int
    view: View

    @classmethod
    def of(cls, width: int, view: View) -> Columns:
        word = _STATUS if width >= _ROOMY else 0
        start = _START if view == "start" or width >= _ROOMY else 0
        rest = max(0, width - _NUMBER - 3 - word - start - _MS)
        middle = (
            0 if view == "start" else max(0, int(rest * (0.45 if view == "waterfall" else 0.6)))
        )
        return cls(word, max(0, rest - middle - 1), start, middle, view)


def header_line(columns: Columns, scale: float) -> list[Part]:
    """The names of the columns, with the waterfall's ruler."""
    text = f"{'#':>{_NUMBER}} S " + ("Status".ljust(columns.word) if columns.word else "")
    text += fit("Tool", columns.name) + " "
    if columns.start:
        text += f"{'start':>{columns.start - 1}} "
    if columns.view == "summary":
        text += fit("Summary", columns.middle)
    elif columns.middle:
        text += waterfall.header(scale, columns.middle)
    return [(text + f"{'ms':>{_MS}}", "header")]


def call_line(
    row: CallRow, columns: Columns, *, now_ms: float, scale: float, selected: bool
) -> list[Part]:
    """One call. now_ms: where the end of a running call is taken to be."""
    pointer = "▶" if selected else " "
    quiet = row.status in ("ok", "running", "pending")
    parts: list[Part] = [
        (f"{pointer}{row.seq:>{_NUMBER - 1}} ", "number"),
        (CALL_SIGNS.get(row.status, "?") + " ", row.status),
    ]
    if columns.word:
        parts.append((row.status.ljust(columns.word), row.status))
    said = row.args
    if columns.view != "summary" and not quiet:
        said = row.summary if columns.word else f"{row.status}: {row.summary}"
    elif row.status == "running" and row.summary:
        said = row.summary
    name = " " * min(row.lane, _DEEPEST) + f"{row.server}.{row.tool}"
    if columns.view == "summary":
        parts.append((fit(name, columns.name) + " ", ""))
    else:
        parts += _two(name, said, columns.name, "dim" if quiet else row.status)
    end_ms = now_ms if row.duration_ms is None else row.started_ms + row.duration_ms
    if columns.start:
        parts.append((f"{_start(row.started_ms):>{columns.start - 1}} ", "dim"))
    if columns.view == "summary":
        parts.append((fit(_summary(row, columns), columns.middle), "dim" if quiet else row.status))
    elif columns.middle:
        before, inside, after = waterfall.bar(row.started_ms, end_ms, scale, columns.middle)
        parts += [(before, "track"), (inside, f"bar-{row.status}"), (after, "track")]
    spent = "" if row.status == "pending" else f"{max(0.0, end_ms - row.started_ms):.0f}"
    parts.append((f"{spent:>{_MS}}", "running" if row.duration_ms is None else "ms"))
    return parts


def console_line(row: ConsoleRow, width: int, *, selected: bool) -> list[Part]:
    """One console line of the script."""
    room = max(0, width - _NUMBER - 3 - 6)
    pointer = "▶" if selected else " "
    if not row.level:  # of a replay that has not come there yet
        return [
            (f"{pointer:<{_NUMBER}} ·", "pending"),
            (" " * room, "dim"),
        ]
    if isinstance(row, EndRow):
        return [(f"{pointer:<{_NUMBER}} ✘ ", "error"), (fit(row.text, room + 6), "error")]
    style = {"warn": "warn", "error": "error"}.get(row.level, "dim")
    return [
        (f"{pointer:<{_NUMBER}} › ", "dim"),
        (f"{row.level:<6}", style),
        (fit(row.text, room), style),
    ]


def _two(name: str, said: str, width: int, style: str) -> list[Part]:
    """A name and, in the room that is left, what is said of it; ends with one space."""
    left = width - cell_len(name) - 2
    if left < 4 or not said:
        return [(fit(name, width) + " ", "")]
    return [(name + "  ", ""), (fit(said, left) + " ", style)]


def _summary(row: CallRow, columns: Columns) -> str:
    if row.status in ("ok", "running", "pending"):
        return row.summary or row.args
    return row.summary if columns.word else f"{row.status}: {row.summary}"


def _start(ms: float) -> str:
    return f"+{ms:.0f}ms" if ms < 10_000 else f"+{ms / 1000:.1f}s"
