"""Boxes over the screen: what is typed in one can be read, and each has the room that its own style asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from workbench import tui
from workbench.catalogue.offerings import PromptInfo
from workbench.core.elicitation import Elicitation
from workbench.tui.dialogs.address import AddressScreen
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.dialogs.elicitation import ElicitScreen
from workbench.tui.dialogs.palette import Entry, PaletteScreen
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.tools.prompting import PromptScreen

pytestmark = pytest.mark.anyio

NAMES = [f"name {number}" for number in range(40)]
SCREENS: list[tuple[int, Callable[[], Screen[Any]]]] = [
    (84, lambda: PaletteScreen([Entry(name, name, lambda: None) for name in NAMES])),
    (84, lambda: PickScreen("Pick", NAMES)),
    (64, lambda: LineScreen("Name", names=NAMES)),
]
"""With the width of each."""


class Bare(App[int]):
    """Nothing but the stylesheet that would win over a screen's own."""

    CSS_PATH = str(Path(tui.__file__).with_name("styles") / "workbench.tcss")


async def test_what_is_typed_can_be_read() -> None:
    app = Bare()
    async with app.run_test(size=(120, 24)) as pilot:
        for width, screen in SCREENS:
            await app.push_screen(screen())
            await pilot.press(*"abc")
            line = app.screen.query_one(Input)
            assert line.value == "abc"
            assert line.content_size.height == 1, type(app.screen)
            assert app.screen.query_one(".dialog").outer_size.width == width
            gone = app.screen
            await app.pop_screen()
            if isinstance(gone, PaletteScreen):
                gone.add([Entry("late", "late", lambda: None)])  # a server that connects meanwhile


async def test_titles_of_dialogs_are_no_markup() -> None:
    """Names of fields, of filters and of servers stand in them."""
    app = Bare()
    async with app.run_test() as pilot:
        screens: list[Screen[Any]] = [
            PickScreen("[/x] before", ["a"]),
            LineScreen("Keep [/x] as"),
            ElicitScreen(Elicitation("[/x]", "[/x]")),
            AddressScreen(Elicitation("[/x]", "[/x]"), "https://x.test/[/x]"),
            PromptScreen(PromptInfo("[/x]", "[/x]", description="[/x]")),
        ]
        for screen in screens:
            await app.push_screen(screen)
            await pilot.pause()
            title = screen.query(Vertical).first().border_title
            assert title is not None
            assert "[/x]" in Content.from_markup(title).plain
            app.pop_screen()
