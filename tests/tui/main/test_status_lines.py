from __future__ import annotations

import pytest

from workbench.core.model import ToolCall
from workbench.tui.main.status_lines import StatusLine
from workbench.tui.trace.live_run import CallState, LiveRun


@pytest.mark.parametrize(
    ("calls", "most", "said"),
    [(0, 0, "0 calls"), (1, 0, "1 call"), (2, 0, "2 calls"), (1, 9, "1/9 calls")],
)
def test_the_status_line_counts_the_calls_of_a_run(calls: int, most: int, said: str) -> None:
    run = LiveRun("a.js")
    run.queued, run.max_calls = False, most
    for seq in range(1, calls + 1):
        run.calls[seq] = CallState(ToolCall("id", seq, "demo", "now", {}))
    line = StatusLine()
    line.show_run(run, opened=True)
    assert str(line.content).startswith(f"Running · {said} · ")
