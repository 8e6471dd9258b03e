"""One execution on a line of the history, as wide as there is room."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.core.savings import Tokens
from workbench.history import ExecutionRow
from workbench.text.sanitize import clean_line
from workbench.tui.widgets.line_view import Part, cells, fit
from workbench.tui.wording import SIGNS, duration, tokens_short

_FIXED = 60
"""Cells of a wide line before the script."""
_NARROW = 41
"""Cells of a narrow line beside run, time of day and script: what each takes, and the gaps."""
_TOKENS = 15
_ROOM_FOR_TOKENS = 110
_LEAST_SCRIPT, _MOST_SCRIPT = 12, 200
_SOURCE = 7
_MOST_NAME = 24
"""Cells of the column of ids where names are longer than those."""
PINNED = "•"
_MORE = "…"
"""There is no room to say why it failed: the whole row does."""
_STYLES = {"ok": "ok", "running": "accent", "error": "error", "crashed": "error"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; the rest is for where the run came from."""

    run: int
    when: int
    status: int
    calls: int
    time: int
    script: int
    note: bool = False
    """Whether client and error are named."""
    tokens: int = 0
    """0: there is no room for them."""

    @classmethod
    def of(cls, width: int, named: int = 0, longest: int = _MOST_SCRIPT) -> Columns:
        """named: cells of the longest name among the runs. longest: of the longest script's."""
        if width < 64:
            return cls(8, 8, 2, 5, 8, 8) if named else cls(4, 8, 5, 5, 8, 9)
        if width < 96:
            run, when = max(8, min(named, 12)), 8 if named > 8 else 15
            return cls(run, when, 9, 5, 9, max(11, width - run - when - _NARROW))
        tokens = _TOKENS if width >= _ROOM_FOR_TOKENS else 0
        run = max(8, min(named, max(_MOST_NAME, width // 8)))
        left = width - _FIXED - (run - 8) - (tokens + 2 if tokens else 0)
        # At most half of what is left for the script, the rest for who ran it and why it failed.
        script = min(max(_LEAST_SCRIPT, longest), max(20, left // 2))
        return cls(run, 15, 11, 5, 9, script, note=True, tokens=tokens)


def heading(width: int, named: int = 0, longest: int = _MOST_SCRIPT) -> str:
    """The names of the columns of ``row_line``."""
    at = Columns.of(width - 2, named, longest)
    text = f"  {fit('Run', at.run)}  {'When':<{at.when}} {fit('Status', at.status + 2)} "
    text += f"{'Calls':>{at.calls}} {'Time':>{at.time}}  "
    if at.tokens:
        text += f"{'Tokens / away':>{at.tokens}}  "
    return text + fit("Script", max(0, min(at.script, width - len(text)))) + "  From"


def row_line(
    row: ExecutionRow,
    width: int,
    *,
    marked: bool = False,
    tokens: Tokens | None = None,
    named: int = 0,
    longest: int = _MOST_SCRIPT,
) -> list[Part]:
    """One execution on a line. tokens: once they were counted. named, longest: as for ``Columns.of``."""
    at = Columns.of(width, named, longest)
    began = when(row.started_at)
    if len(began) > at.when:
        began = began.split()[0]
    called = clean_line(row.name) if row.name else row.execution_id[: min(8, at.run)]
    sign = "*" if marked else PINNED if row.pinned else " "
    parts: list[Part] = [
        (fit(called, at.run), "strong" if marked else "accent" if row.name else "dim"),
        (f"{sign} ", "strong" if marked else "accent"),
        (f"{began:<{at.when}} ", ""),
        (f"{sign_of(row.status)} {fit(row.status, at.status)} ", style_of(row.status)),
        (f"{row.tool_calls:>{at.calls}} {spent(row):>{at.time}}  ", ""),
    ]
    if at.tokens:
        said = ""
        if tokens is not None:
            said = f"{tokens_short(tokens.answer)} / {tokens_short(tokens.results)}"
        parts.append((f"{said:>{at.tokens}}  ", "dim"))
    room = width - cells(parts)
    parts.append((fit(script_name(row), max(0, min(at.script, room))) + "  ", ""))
    room -= at.script + 2
    if room > 0:
        said = row.source
        if at.note:
            said += f" ({clean_line(row.client)})" if row.client else ""
            said = f"{said:<{_SOURCE}}"
            said += f"  {failure(row)}" if row.error_code else ""
            said += "  pinned" if row.pinned else ""
        elif row.error_code:
            said += _MORE
        parts.append((fit(said, room), "dim"))
    return parts


def script_name(row: ExecutionRow) -> str:
    """What was run."""
    return clean_line(row.script or f"inline: {row.code_start.strip()}", 500)


def sign_of(status: str) -> str:
    """The sign of a status, whatever a record has there."""
    return SIGNS.get(status, "?")  # type: ignore[call-overload, no-any-return]


def style_of(status: str) -> str:
    """The style of a status, whatever a record has there."""
    return _STYLES.get(status, "warning")


def failure(row: ExecutionRow) -> str:
    """Why a run failed: ``NOT_FOUND: no such tool``."""
    message = clean_line(row.error_message or "")
    return f"{row.error_code}: {message}" if message else row.error_code or ""


def spent(row: ExecutionRow) -> str:
    """How long a run took; one that runs: so far."""
    if row.status == "running":
        return duration(max(0.0, (time.time() - row.started_at) * 1000))
    return "" if row.duration_ms is None else duration(row.duration_ms)


def when(at: float, now: float | None = None) -> str:
    """``12:04:11 today``, else ``11-22 12:04``, with the year where it is another."""
    then = datetime.fromtimestamp(at, UTC).astimezone()
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone()
    if then.date() == today.date():
        return f"{then:%H:%M:%S} today"
    return f"{then:%m-%d %H:%M}" if then.year == today.year else f"{then:%y-%m-%d}"


def shows_tokens(width: int) -> bool:
    """Whether lines of this width have room for tokens."""
    return Columns.of(width).tokens > 0
