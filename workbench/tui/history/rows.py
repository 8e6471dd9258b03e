"""One execution on a line of the history, as wide as there is room."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rich.cells import cell_len

from workbench.core.savings import Tokens
from workbench.history import ExecutionRow
from workbench.text.sanitize import clean_line
from workbench.tui.widgets.line_view import Part, cells, fit
from workbench.tui.wording import SIGNS, duration, tokens_short
from workbench.util.dataclass import dataclass

_LEAST_SCRIPT, _MOST_SCRIPT = 12, 200
_TOKENS = 13
_ROOM_FOR_TOKENS = 110
_ROOM_FOR_DAY = 126
"""Below, what began today has the time of day alone."""
_ROOM_FOR_CODE = 40
"""Below, the message of a failure stands without its code: it says more in as many cells."""
_LEAST_WHY = 14
_ROOM_FOR_INLINE = 24
_SOURCE = 7
_GAPS = 16
"""Cells between the columns, with signs and calls."""
_INLINE = " " * 60
"""As much room as there may be: the beginning of the code stands there."""
_MOST_NAME = 24
"""Cells of the column of ids where names are longer than those."""
_ROOM_FOR_CALLS = 72
"""Below, why runs failed takes the place of how many calls they made."""
PINNED = "•"
_PINNED = "pinned "
_STYLES = {"ok": "ok", "running": "accent", "error": "error", "crashed": "error"}


@dataclass(frozen=True, slots=True)
class Longest:
    """Cells of what is longest in a list: its columns are as wide as that, where there is room."""

    name: int = 0
    status: int = 11
    time: int = 9
    source: int = _SOURCE
    """Of who ran it, without the client."""
    client: int = _MOST_SCRIPT
    """Of who ran it, with the client."""
    script: int = _MOST_SCRIPT
    today: bool = False
    """Whether all began today."""
    failed: bool = True
    """Whether any failed: it says why."""
    pinned: bool = False
    """Whether any is pinned: it says so."""

    @classmethod
    def of(cls, rows: Sequence[ExecutionRow]) -> Longest:
        return cls(
            max((cell_len(row.name) for row in rows if row.name), default=0),
            max((len(row.state) for row in rows), default=0),
            max((9 if row.status == "running" else len(spent(row)) for row in rows), default=0),
            max((cell_len(row.source) for row in rows), default=0),
            max((cell_len(_source(row)) for row in rows), default=0),
            max((cell_len(row.script or _INLINE) for row in rows), default=0),
            all(when(row.started_at).endswith("today") for row in rows),
            any(row.error_code for row in rows),
            any(row.pinned for row in rows),
        )


_ROOMY = Longest()


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; the rest is for why the run failed."""

    run: int
    when: int
    status: int
    calls: int
    time: int
    script: int
    source: int = 0
    """0: who ran it stands in what is left, not why it failed."""
    clients: bool = False
    tokens: int = 0
    """0: there is no room for them."""
    pinned: int = 0
    """0: a sign alone."""

    @classmethod
    def of(cls, width: int, longest: Longest = _ROOMY) -> Columns:
        """Where runs failed, why stands in some words: what is named, pinned, counted gives way to it."""
        if width >= _ROOM_FOR_CALLS or not longest.failed:
            short = replace(longest, name=min(longest.name, 12), pinned=False)
            for known, tokens in ((longest, _TOKENS), (short, _TOKENS), (short, 0)):
                found = cls._roomy(width, known, tokens if shows_tokens(width) else 0)
                if not longest.failed or found.rest(width) >= _LEAST_WHY:
                    return found
        run, began, status = 8 if longest.name else 4, 5, min(7, longest.status)
        left = width - (run + began + status + longest.time + _GAPS - 3)
        script = max(6, min(longest.script, left * 2 // 5))
        return cls(run, began, status, 0, longest.time, script, max(4, longest.source))

    @classmethod
    def _roomy(cls, width: int, longest: Longest, tokens: int) -> Columns:
        named = longest.name
        if width < 64:
            return cls(8, 8, 2, 5, 8, 8) if named else cls(4, 8, 5, 5, 8, 9)
        roomy = width >= 96
        run = max(8, min(named, max(_MOST_NAME, width // 8) if roomy else 12))
        if width < 80 and not named:
            run = 4  # it can be typed so: what is left says why a run failed
        began = 15 if width >= _ROOM_FOR_DAY else 8 if longest.today else 11
        status = max(longest.status, len("Status") - 2)
        took = max(7, longest.time)
        pinned = len(_PINNED) if roomy and longest.pinned else 0
        left = width - (
            run + pinned + began + status + took + (tokens + 2 if tokens else 0) + _GAPS
        )
        source = max(4, min(longest.client, left // 4) if roomy else longest.source)
        # Two fifths of what is left for the script, the rest for who ran it and why it failed.
        least = left * 3 // 5 if longest.failed else source + 2
        script = min(max(_LEAST_SCRIPT, longest.script), max(20 if roomy else 11, left - least))
        return cls(run, began, status, 5, took, script, source, roomy, tokens, pinned)

    def rest(self, width: int) -> int:
        """Cells for why a run failed."""
        tokens = self.tokens + 2 if self.tokens else 0
        taken = self.run + self.pinned + self.when + self.status + self.calls + self.time + tokens
        return width - (taken + self.script + self.source + 13)


def heading(width: int, longest: Longest = _ROOMY) -> str:
    """The names of the columns of ``row_line``."""
    at = Columns.of(width - 2, longest)
    text = (
        f"  {fit('Run', at.run + at.pinned)}  {'When':<{at.when}} {fit('Status', at.status + 2)} "
    )
    text += f"{'Calls':>{at.calls}} " if at.calls else ""
    text += f"{'Time':>{at.time}}  "
    if at.tokens:
        text += f"{'Tokens / away':>{at.tokens}}  "
    text += fit("Script", max(0, min(at.script, width - len(text)))) + "  "
    return (
        text + fit("From", at.source or 4) + ("  Failure" if at.source and longest.failed else "")
    )


def row_line(
    row: ExecutionRow,
    width: int,
    *,
    marked: bool = False,
    tokens: Tokens | None = None,
    longest: Longest = _ROOMY,
) -> list[Part]:
    """One execution on a line. tokens: once they were counted. longest: as for ``Columns.of``."""
    at = Columns.of(width, longest)
    began = when(row.started_at)
    if len(began) > at.when:
        began = began.split()[0][: at.when]
    called = clean_line(row.name) if row.name else row.execution_id[: min(8, at.run)]
    sign = "*" if marked else PINNED if row.pinned else " "
    parts: list[Part] = [
        (fit(called, at.run), "strong" if marked else "accent" if row.name else "dim"),
        (f"{sign} ", "strong" if marked else "accent"),
        (fit(_PINNED if row.pinned else "", at.pinned), "dim"),
        (f"{began:<{at.when}} ", ""),
        (f"{sign_of(row.state)} {fit(row.state, at.status)} ", style_of(row.state)),
        (f"{row.tool_calls:>{at.calls}} " if at.calls else "", ""),
        (f"{spent(row):>{at.time}}  ", ""),
    ]
    if at.tokens:
        said = ""
        if tokens is not None:
            said = f"{tokens_short(tokens.answer)} / {tokens_short(tokens.results)}"
        parts.append((f"{said:>{at.tokens}}  ", "dim"))
    room = width - cells(parts)
    named = script_name(row, at.script)
    parts.append((fit(named, max(0, min(at.script, room))) + "  ", ""))
    room -= at.script + 2
    if room > 0:
        said = _source(row) if at.clients else row.source
        if cell_len(said) > at.source > 0 and row.client:
            said = clean_line(row.client)
        said = fit(said, at.source or len(said))
        if row.error_code:
            said += f"  {_why(row, room - cell_len(said) - 2)}"
        parts.append((fit(said, room), "dim"))
    return parts


def _source(row: ExecutionRow) -> str:
    """Who ran it: the face, and the client that it served."""
    return f"{row.source} ({clean_line(row.client)})" if row.client else row.source


def script_name(row: ExecutionRow, room: int = 500) -> str:
    """What was run; of no script its code, which in so few cells stands alone: it tells runs apart."""
    code = row.code_start.strip()
    inline = code if code and room < _ROOM_FOR_INLINE else f"inline: {code}"
    return clean_line(row.script or inline, 500)


def sign_of(status: str) -> str:
    """The sign of a status, whatever a record has there."""
    return SIGNS.get(status, "?")  # type: ignore[call-overload, no-any-return]


def style_of(status: str) -> str:
    """The style of a status, whatever a record has there."""
    return _STYLES.get(status, "warning")


def _why(row: ExecutionRow, room: int) -> str:
    """Why a run failed, as it tells most in so many cells: ``NOT_FOUND: no such tool``."""
    message = clean_line(row.error_message or "").removeprefix("ToolError: ")
    whole = f"{row.error_code}: {message}" if message else str(row.error_code)
    return whole if room >= min(_ROOM_FOR_CODE, cell_len(whole)) else message or whole


def spent(row: ExecutionRow) -> str:
    """How long a run took; one that runs: so far; one that waits for a worker: how long it waits."""
    if row.status == "running":
        began = row.started_at + (row.queued_ms or 0.0) / 1000
        return duration(max(0.0, (time.time() - began) * 1000))
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
    return width >= _ROOM_FOR_TOKENS
