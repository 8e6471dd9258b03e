"""How a run ended, in the words of the line below the panes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.wording import COLOURS, SIGNS, costs, error_line, error_place, summed_up

if TYPE_CHECKING:
    from workbench.core.model import Execution
    from workbench.tui.main.host import Host
    from workbench.tui.trace.live_run import LiveRun


def end_words(
    host: Host, run: LiveRun, execution: Execution, *, in_front: bool
) -> tuple[str, str, Sequence[str]]:
    """What is said, its colour, and more of it for where there is room. in_front: trace and detail show it."""
    if execution.error is not None:
        whose = "" if in_front or execution.error.line else f"{clean_line(run.script, 40)}: "
        said = whose + error_line(execution.error, run.script)
        if in_front and host.shows_run:  # trace and detail have its message
            said = f"{error_place(execution.error, run.script)} · 4 Detail says it whole"
        return f"{SIGNS[execution.status]} {said}", COLOURS[run.status], ()
    done = summed_up(execution, run.upstream_ms)
    if host.shows_all:  # time and calls stand in the first line and above the trace
        done = costs(execution, run.upstream_ms) or ["done"]
    if execution.warnings:  # 4 Detail has them
        done.insert(0, count(len(execution.warnings), "warning"))
    return f"✔ {clean_line(run.script, 40)}: {done[0]}", COLOURS["ok"], done[1:]
