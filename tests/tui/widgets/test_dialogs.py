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

from tests.tui.conftest import until
from workbench import tui
from workbench.catalogue.offerings import PromptInfo
from workbench.core.elicitation import Elicitation
from workbench.tui.dialogs.address import AddressScreen
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.dialogs.elicitation import ElicitScreen
from workbench.tui.dialogs.help import HelpScreen
from workbench.tui.dialogs.jump import JumpScreen
from workbench.tui.dialogs.palette import Entry, PaletteScreen
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.forms.text_entry import TextEntryScreen
from workbench.tui.tools.importing import ImportScreen
from workbench.tui.tools.looking import LookScreen
from workbench.tui.tools.prompting import PromptScreen
from workbench.tui.values.text_screen import TextScreen
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.key_footer import KeyFooter

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


async def test_the_line_of_keys_has_those_of_the_screen_on_top() -> None:
    """Below a dialog stood the keys of what it covers, none of which did anything."""
    app = Bare()
    async with app.run_test(size=(60, 20)) as pilot:
        screens: list[GuardedModal[Any]] = [
            PickScreen("Pick", NAMES),
            ChoiceScreen("Really?", {"no": "No", "yes": "Yes"}),
            LookScreen("It would start:", NAMES, no="Back", yes="Add it"),
            PaletteScreen([Entry(name, name, lambda: None) for name in NAMES]),
            ElicitScreen(Elicitation("server", "What?")),
            PromptScreen(PromptInfo("server", "prompt")),
            JumpScreen(tuple),
            HelpScreen({}, ""),
            ImportScreen(Path("nowhere.toml"), {}),
            TextEntryScreen("", "A field", "text"),
            TextScreen("text", "A text"),
        ]
        for screen in screens:
            await app.push_screen(screen)
            await pilot.pause()
            (footer,) = screen.query(KeyFooter)
            assert screen.get_widget_at(0, 19)[0] is footer, screen
            assert all(
                region.bottom < 20 for each in screen.query(".dialog") if (region := each.region)
            )
            await until(lambda: footer.entries, f"the keys of {screen}")  # noqa: B023
            keys = screen.active_bindings
            assert all(keys[entry.key].node.screen is screen for entry in footer.entries)
            app.pop_screen()


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
