"""The runs of one script on a line: how many, how many failed, how long in the middle, the newest."""

from __future__ import annotations

from workbench.core.records import ScriptRow
from workbench.text.sanitize import clean_line
from workbench.tui.history.rows import sign_of, style_of, when
from workbench.tui.widgets.line_view import Part, cells, fit
from workbench.tui.wording import duration

_RUNS, _FAILED, _MEDIAN, _WHEN, _STATUS = 8, 8, 9, 15, 13
_LEAST = 12
_ROOM_FOR_STATUS = 72


def _script_width(width: int) -> int:
    """What is left for the script, within what names need."""
    beside = _RUNS + _FAILED + _MEDIAN + _WHEN + 6
    if width >= _ROOM_FOR_STATUS:
        beside += _STATUS
    return max(_LEAST, min(max(60, width // 2), width - beside))


def group_heading(width: int) -> str:
    """The names of the columns of ``group_line``."""
    script = _script_width(width - 2)
    text = (
        f"  {fit('Script', script)} {'Runs':>{_RUNS}} {'Failed':>{_FAILED}} {'Median':>{_MEDIAN}}  "
    )
    return text + ("Last run" if width >= _ROOM_FOR_STATUS else "Last")


def group_line(row: ScriptRow, width: int) -> list[Part]:
    """A script with its runs."""
    name = clean_line(row.script, 500) if row.script is not None else "(inline scripts)"
    median = "" if row.median_ms is None else duration(row.median_ms)
    last = row.last
    parts: list[Part] = [
        (fit(name, _script_width(width)) + " ", "" if row.script is not None else "dim"),
        (f"{row.runs:>{_RUNS},} ", ""),
        (f"{row.failed:>{_FAILED},} ", "error" if row.failed else "dim"),
        (f"{median:>{_MEDIAN}}  ", ""),
    ]
    room = width - cells(parts)
    parts.append((fit(when(last.started_at), min(_WHEN, max(0, room))) + " ", ""))
    if room >= _WHEN + 4:
        said = f"{sign_of(last.state)} {last.state}"
        parts.append((fit(said, room - _WHEN - 1), style_of(last.state)))
    return parts
