"""What the title of a trace says of its calls."""

from __future__ import annotations

from textual.content import Content

from workbench.text.plurals import count
from workbench.tui.trace.rows import Totals
from workbench.tui.wording import chip


def calls_made(totals: Totals) -> Content:
    """For the title of a trace: `` · 31 calls``, with chips of those that failed and of those that were
    refused, and how much of the console was not kept; nothing for nothing."""
    made = totals.calls or totals.refused
    said = Content(f" · {count(totals.calls, 'call')}" if made else "")
    for number, word in ((totals.failed, "✘"), (totals.refused, "refused")):
        if number:
            said += Content(" ") + chip(f"{number:,} {word}", "$error")
    if totals.unsent:
        said += Content(f" · {totals.unsent:,} not sent")
    if totals.dropped:
        said += Content(f" · {totals.least}{count(totals.dropped, 'line')} dropped")
    return said
