"""The title of a small screen is read whole, in its frame or below it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from tests.tui.conftest import until
from workbench.tui.dialogs.titled_box import TitledBox

pytestmark = pytest.mark.anyio


class Boxes(App[None]):
    """A box of 40 cells, whose frame has room for 34."""

    CSS = "TitledBox { width: 40; max-width: 100%; height: auto; border: round white; }"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._said = title

    def compose(self) -> ComposeResult:
        with TitledBox(self._said):
            yield Input()


@pytest.mark.parametrize(
    ("title", "below"),
    [("w" * 34, False), ("w" * 35, True), ("字" * 17, False), ("字" * 18, True)],
    ids=["fits", "one too many", "wide letters", "too many wide letters"],
)
async def test_a_title_is_in_the_frame_or_whole_in_the_box(title: str, below: bool) -> None:
    app = Boxes(title)
    async with app.run_test(size=(60, 20)) as pilot:
        box = app.query_one(TitledBox)
        whole = app.query_one(".whole-title")
        await until(lambda: whole.display is below, "where it has room")
        await pilot.pause()
        picture = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert title in picture
        assert "…" not in picture
        assert str(box.border_title) == ("" if below else title)
        if not below:
            await pilot.resize_terminal(30, 20)
            await until(lambda: whole.display and not box.border_title, "there is less room now")
