"""What is asked in front of everything can be answered on any terminal: its buttons are on the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widgets import Button

from tests.tui.conftest import until
from workbench import tui
from workbench.catalogue.offerings import PromptArgument, PromptInfo
from workbench.core.elicitation import Elicitation
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.address import AddressScreen
from workbench.tui.dialogs.elicitation import ElicitScreen
from workbench.tui.forms.rows import FormRows
from workbench.tui.tools.prompting import PromptScreen

pytestmark = pytest.mark.anyio

LONG = "Words that go on and on. " * 60
FIELDS = {f"field{number}": {"type": "string", "description": LONG} for number in range(20)}
ARGUMENTS = tuple(PromptArgument(name, LONG, required=True) for name in FIELDS)
ASKED: list[Callable[[], Screen[Any]]] = [
    lambda: ElicitScreen(Elicitation("srv", LONG, {"type": "object", "properties": FIELDS})),
    lambda: AddressScreen(Elicitation("srv", LONG), "https://x.test/" + "a" * 2000),
    lambda: PromptScreen(PromptInfo("srv", "prompt", description=LONG, arguments=ARGUMENTS)),
]


class Bare(App[None]):
    CSS_PATH = str(Path(tui.__file__).with_name("styles") / "workbench.tcss")
    HORIZONTAL_BREAKPOINTS = WorkbenchApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = WorkbenchApp.VERTICAL_BREAKPOINTS


def answerable(screen: Screen[Any]) -> bool:
    buttons = all(
        button.region.area and button.region == screen.find_widget(button).visible_region
        for button in screen.query(Button)
    )
    return buttons and all(rows.size.height >= 3 for rows in screen.query(FormRows))


async def test_its_buttons_are_seen_and_its_words_can_be_scrolled() -> None:
    app = Bare()
    async with app.run_test(size=(120, 40)) as pilot:
        for asked in ASKED:
            for size in ((120, 40), (80, 24), (60, 20), (120, 40)):
                screen = asked()
                await app.push_screen(screen)
                await pilot.resize_terminal(*size)  # it has another size meanwhile
                await pilot.pause()
                await until(partial(answerable, screen), f"{screen} at {size}")
                await app.pop_screen()
