"""One line of the trace: what has too little room has what its neighbours leave."""

from __future__ import annotations

import pytest

from workbench.tui.trace.line import VIEWS, Columns, View, call_line
from workbench.tui.trace.rows import CallRow
from workbench.tui.widgets.line_view import Part, cells

_LENGTHS = (0, 1, 6, 20, 36, 80, 120)


def _line(columns: Columns, args: str, came: str) -> list[Part]:
    row = CallRow(1, "demo", "get_issue", args, 1, 0.0, 0, "ok", 3.0, came)
    return call_line(row, columns, now_ms=3.0, scale=10.0, selected=False)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [46, 58, 78, 84, 98, 118, 198])
def test_nothing_is_cut_while_there_is_room(width: int, view: View) -> None:
    columns = Columns.of(width, view)
    most = columns.name + columns.result
    for args in ("a" * length for length in _LENGTHS):
        for came in ("r" * length for length in _LENGTHS):
            line = _line(columns, args, came)
            assert cells(line) == width
            text = "".join(part for part, _ in line)
            shown_args, shown = text.count("a"), text.count("r")
            needed = len("demo.get_issue") + len(args) + len(came) + 2 * bool(args) + 3
            if needed <= most:
                assert (shown_args, shown) == (len(args), len(came)), text
            elif columns.result and shown_args < len(args):
                half = columns.result // 2 - 2
                assert shown >= min(len(came), half), "the result has half a column"
                assert shown_args + shown >= most - len("demo.get_issue") - 8, "no cell is free"


def test_columns_stay_where_both_fit_into_theirs() -> None:
    columns = Columns.of(78, "summary")
    starts = {
        "".join(text for text, _ in _line(columns, args, "result")).index("result")
        for args in ("", "id=1", "id=109")
    }
    assert len(starts) == 1
