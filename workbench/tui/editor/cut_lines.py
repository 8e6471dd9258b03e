"""Signs at the edges of an editor where a line goes on: what is cut is never taken for the end."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.editor.folding_editor import FoldingEditor

BEFORE, AFTER = "‹", "›"


def with_cut_signs(area: FoldingEditor, strip: Strip, y: int, style: Style) -> Strip:
    """The row ``y`` of the widget with a sign in its first or last cell where its text goes on there; not on
    the cursor."""
    row = area.wrapped_document.row_at(y + area.scroll_offset.y)
    if area.soft_wrap or row is None:
        return strip
    first, left = area.gutter_width, area.scroll_offset.x
    last = area.scrollable_content_region.width - 1
    width = area.wrapped_document.last_width(row)
    cursor = -1
    if area.cursor_location[0] == row:
        text = area.document.get_line(row)[: area.cursor_location[1]]
        cursor = first + cell_len(text.expandtabs(area.wrapped_document.tab_width)) - left
    if left and width and cursor != first < last:
        strip = _with_sign(strip, area.in_our_signs(BEFORE), first, style)
    if first < last and first + width - left > last + 1 and cursor != last:
        strip = _with_sign(strip, area.in_our_signs(AFTER), last, style)
    return strip


def _with_sign(strip: Strip, sign: str, at: int, style: Style) -> Strip:
    """A sign in a cell, on the background that it has."""
    if strip.cell_length <= at:
        return strip
    before, cell, *rest = strip.divide((at, at + 1, strip.cell_length))
    under = next((segment.style for segment in cell if segment.style), None)
    style += Style(bgcolor=under.bgcolor if under else None)
    return Strip.join([before, Strip([Segment(sign, style)]), *rest])
