"""What the title of a trace says of its calls."""

from __future__ import annotations

from textual.content import Content

from workbench.tui.trace.rows import Totals
from workbench.tui.wording import chip, count


def calls_made(totals: Totals) -> Content:
    """For the title of a trace: `` · 31 calls``, with chips of those that failed and of those that were
    refused, and how much of the console was not kept; nothing for nothing."""
    parts = [count(totals.calls, "call")] if totals.calls or totals.refused else []
    if totals.unsent:
        parts.append(f"{totals.unsent:,} not sent")
    if totals.dropped:
        parts.append(f"{count(totals.dropped, 'console line')} dropped")
    said = Content("".join(f" · {part}" for part in parts))
    for number, word in ((totals.failed, "✘"), (totals.refused, "refused")):
        if number:
            said += Content(" ") + chip(f"{number:,} {word}", "$error")
    return said
