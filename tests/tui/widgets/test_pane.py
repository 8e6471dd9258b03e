"""The frame of a pane, and lines around it: painted anew where they look different, by as little as a style."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.quiet_line import QuietLine

pytestmark = pytest.mark.anyio


class LineApp(App[None]):
    CSS = "#beside { width: 1fr; } #mark { width: auto; }"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield QuietLine("what is told", id="beside")
            yield QuietLine(id="mark")


class FrameApp(App[None]):
    def compose(self) -> ComposeResult:
        yield QuietLine()
        yield Pane()


def two(bold: int) -> Content:
    return Content(" │ ").join(
        Content.styled(name, "bold") if at == bold else Content(name)
        for at, name in enumerate(("one.js", "two.js"))
    )


async def test_the_same_words_in_another_style_are_other_words() -> None:
    """Content compares its text alone: of the open scripts the one before stayed marked as that in front."""
    app = FrameApp()
    async with app.run_test():
        pane, line = app.query_one(Pane), app.query_one(QuietLine)
        for bold in (0, 1, 0):
            said = two(bold)
            pane.set_title(said, said)
            line.put(said)
            assert pane.border_title == pane.border_subtitle == said.markup, bold
            assert isinstance(line.content, Content)
            assert line.content.is_same(said), bold


async def test_a_line_as_wide_as_its_words_gives_room_back() -> None:
    """It grew with them, and stayed so: beside fewer words others were cut for nothing."""
    app = LineApp()
    async with app.run_test(size=(80, 24)) as pilot:
        mark = app.query_one("#mark", QuietLine)
        for said in ("two runs of others", "one", "none", "three of them"):
            mark.put(Content(said))
            await pilot.pause()
            assert mark.size.width == len(said)
            assert app.query_one("#beside").size.width == 80 - len(said)
