"""The list of offers: as wide as what it says of them, where there is room."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset

from workbench.tui.editor.completion_popup import CompletionPopup
from workbench.tui.editor.hints.offers import Completion

pytestmark = pytest.mark.anyio

DOC = "Which issues are listed, by their state"


class PopupApp(App[None]):
    def compose(self) -> ComposeResult:
        yield CompletionPopup(lambda: None)


@pytest.mark.parametrize(("width", "is_whole"), [(80, True), (40, False)])
async def test_what_is_said_of_a_short_offer_has_its_room(width: int, is_whole: bool) -> None:
    """“Which is…” stood below open and closed, beside an empty screen."""
    app = PopupApp()
    async with app.run_test(size=(width, 20)) as pilot:
        popup = app.query_one(CompletionPopup)
        popup.open([Completion("open", "open", doc=DOC), Completion("all", "all")], Offset(2, 2))
        await pilot.pause()
        first = str(popup.content).splitlines()
        assert (f" {DOC}" in first) is is_whole
        assert len({len(line.rstrip()) < width for line in first}) == 1
        before = popup.size.width
        popup.move(1)
        await pilot.pause()
        assert popup.size.width == before, "it does not jump while one chooses"
