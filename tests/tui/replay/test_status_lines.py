"""What the first line of a replay says where there is little room."""

from __future__ import annotations

import pytest
from textual.content import Content

from tests.tui.replay.test_seeking import recorded
from workbench.tui.replay.status_lines import header_parts, words_of_others
from workbench.tui.widgets.quiet_line import ranked


@pytest.mark.parametrize("came_to", ["", "identical"])
def test_what_others_run_stays_where_the_name_of_the_program_goes(came_to: str) -> None:
    parts = header_parts(recorded(3), 3, came_to, live=False)
    said = "… claude-code: triage.js, 31 calls alt+w"
    line = ranked(parts, [words_of_others(Content(said))], 78).plain
    assert line.endswith(said)
    assert "REPLAY" in line
    assert "OK" in line
    assert "workbench" not in line
    assert "run 0042aaaa" in ranked(parts, [], 78).plain
    assert "workbench" in ranked(parts, [], 78).plain
