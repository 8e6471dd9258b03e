"""The first line of a replay and its line of words."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from workbench.history import Recording
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.replay.timeline import execution_of
from workbench.tui.wording import chip, judged, local_time, verdict

_CAN_DO = "Nothing is sent · v verify · E edit and replay · c compare live · R run live"
_LIVE = "It still runs and is followed · , steps back · End follows again · E edits a copy"


def header_parts(recording: Recording, calls: int, came_to: str, *, live: bool) -> list[Content]:
    """What it is and how it ended, what matters most first. calls: made so far, as the history counts them.

    came_to: ``identical`` or ``diverged``, where it was run again.
    """
    return [
        Content.styled("workbench", "bold $primary"),
        chip("LIVE" if live else "REPLAY", "$accent" if live else "$warning"),
        verdict(execution_of(recording).status, recording.duration_ms),
        *([judged(came_to)] if came_to else []),
        Content(clean_line(recording.script or "inline", 40)),
        Content(f"run {clean_line(recording.label)}"),
        Content(local_time(recording.started_at)),
        Content(count(max(calls, 0 if live else recording.tool_calls), "call")),
        Content(f"by {clean_line(recording.client or recording.source, 30)}"),
    ]


def status_line(verdict: str, breakpoints: Iterable[int], *, live: bool) -> Content:
    """What the last replay came to, or what can be done."""
    said = verdict or (_LIVE if live else _CAN_DO)
    stops = ", ".join(f"#{seq}" for seq in sorted(breakpoints))
    return Content(said + (f" · breakpoints {stops}" if stops else ""))
