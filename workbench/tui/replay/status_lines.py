"""The first line of a replay and its line of words."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from workbench.core.records import Standing
from workbench.core.waits import ASKING, QUEUED
from workbench.history import Recording
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.replay.timeline import execution_of
from workbench.tui.widgets.quiet_line import Words
from workbench.tui.wording import Shown, chip, duration, judged, local_time, verdict

_CAN_DO = "Nothing is sent · v verify · E edit and replay · c compare live · R run live"
_LIVE = "It still runs and is followed · , steps back · End follows again · E edits a copy"


def header_parts(
    recording: Recording,
    calls: int,
    came_to: str,
    *,
    live: bool,
    standing: Standing | None = None,
) -> list[Words]:
    """What it is and how it ended. calls: made so far, as the history counts them.

    came_to: ``identical`` or ``diverged``, where it was run again. standing: now, of one that still runs.
    """
    queued = recording.queued_ms or 0.0
    state: Shown = execution_of(recording).status
    if standing is not None and standing.waits:
        state = ASKING if standing.asks else QUEUED
    return [
        Words(Content.styled("workbench", "bold $primary"), 5),
        Words(chip("LIVE" if live else "REPLAY", "$accent" if live else "$warning")),
        Words(verdict(state, recording.duration_ms), 1),
        *([Words(Content(f"queued {duration(queued)}"), 8)] if queued >= 1 else []),
        *([Words(judged(came_to), 3)] if came_to else []),
        Words(Content(clean_line(recording.script or "inline", 40)), 4),
        Words(Content(f"run {clean_line(recording.label)}"), 6),
        Words(Content(local_time(recording.started_at)), 7),
        Words(Content(count(max(calls, 0 if live else recording.tool_calls), "call")), 8),
        Words(Content(f"by {clean_line(recording.client or recording.source, 30)}"), 9),
    ]


def words_of_others(said: Content) -> Words:
    """What others run meanwhile: of what is shown only the verdict stays before it where there is no room."""
    return Words(said, 2)


def status_line(
    verdict: str, breakpoints: Iterable[int], *, live: bool, waits: str = ""
) -> Content:
    """What the last replay came to, or what can be done. waits: what one that is followed waits for."""
    following = f"It {waits}, and is followed · E edits a copy" if waits else _LIVE
    said = verdict or (following if live else _CAN_DO)
    stops = ", ".join(f"#{seq}" for seq in sorted(breakpoints))
    return Content(said + (f" · breakpoints {stops}" if stops else ""))
