"""Where guides stand at the levels of indentation, and that they are drawn over nothing but blanks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import until
from tests.tui.editor.editor_app import EditorApp, lines
from workbench.config import Config
from workbench.config.schema import UiSettings
from workbench.tui.app import WorkbenchApp
from workbench.tui.editor.indent_guides import blank_beside, guides, indent_step

TEXT = ["if (a) {", "  b(", "    c", "", "    d", "", "  )", "", "}", "", "e"]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (TEXT, "  "),
        (["{", "    a", "    {", "        b", "      c", "}"], "    "),
        (["{", "\ta", "\t{", "\t\tb"], "\t"),
        (["a", "b"], None),
    ],
    ids=["two", "four", "tabs", "none"],
)
def test_a_text_says_how_it_is_indented(text: list[str], step: str | None) -> None:
    assert indent_step(text, 4) == step


def test_guides_stand_at_each_level_and_go_through_blank_lines() -> None:
    standing = [[*guides(TEXT, row, 2, 2)] for row in range(len(TEXT))]
    assert standing == [[], [0], [0, 2], [0, 2], [0, 2], [0, 2], [0], [0], [], [], []]
    assert [*guides(["\t\ta"], 0, 4, 4)] == [0, 4]
    assert [*guides(["   a"], 0, 2, 2)] == [0]


def test_blank_lines_beside_some_are_drawn_as_they_are() -> None:
    assert blank_beside(TEXT, {4}) == {3, 5}
    assert blank_beside(TEXT, {0}) == set()
    assert blank_beside(TEXT, {4, 6}) == {3, 5, 7}
    assert blank_beside(TEXT, {3, 4, 5}) == set()
    assert blank_beside(["", "", "a", "", "", ""], {2, 4}) == {0, 1, 3, 5}


def test_of_many_lines_those_at_the_ends_are_looked_beside() -> None:
    """20 000 that are pasted lie between two that were there."""
    looked: list[int] = []

    class Lines(list[str]):
        def __getitem__(self, at: Any) -> Any:
            looked.append(at)
            return super().__getitem__(at)

    lines = Lines(["", *["a", ""] * 5_000, "", "b"])
    assert blank_beside(lines, set(range(1, 10_001))) == {0, 10_001}
    assert len(looked) <= 3


@pytest.mark.anyio
async def test_guides_are_drawn_and_are_no_text() -> None:
    app = EditorApp("\n".join(TEXT))
    async with app.run_test(size=(40, 14)) as pilot:
        area = app.area
        first = area.gutter_width

        def drawn() -> list[str]:
            return [line[first:].rstrip() for line in lines(area)]

        assert drawn()[:9] == [
            *("if (a) {", "│ b(", "│ │ c", "│ │", "│ │ d", "│ │", "│ )", "│", "}"),
        ]
        # The cursor stands on no guide.
        area.go_to(3, 3)
        await pilot.pause()
        assert drawn()[2] == "│   c"
        await pilot.press("ctrl+a", "ctrl+c")
        assert app.clipboard == "\n".join(TEXT)
        assert drawn()[2] == "│ │ c"
        # Blank lines go with those beside them.
        area.go_to(5, 5)
        await pilot.press("shift+tab")
        await until(lambda: drawn()[3:6] == ["│ │", "│ d", "│"])
        # Sideways they go along.
        area.replace("x" * 60, (2, 5), (2, 5))
        area.go_to(3, 60)
        area.scroll_to(x=1, animate=False, immediate=True)
        assert drawn()[5:7] == ["", "‹)"]
        app.add_class("-no-guides")
        area.notify_style_update()
        assert "│" not in "".join(drawn())


@pytest.mark.anyio
async def test_lines_that_come_say_anew_how_a_text_is_indented() -> None:
    """The first line that was indented held for all that was put in later."""
    app = EditorApp("if (a) {\n  b();\n}\n")
    async with app.run_test(size=(40, 14)):
        area = app.area
        assert area.step == "  "
        area.insert("{\n    a();\n    {\n        b();\n    }\n}\n", (3, 0))
        assert area.step == "    "
        area.undo()
        assert area.step == "  "


def test_the_setting_takes_them_away(tmp_path: Path) -> None:
    for wanted in (True, False):
        app = WorkbenchApp(Config(ui=UiSettings(guides=wanted)), data_dir=tmp_path)
        assert app.has_class("-no-guides") != wanted
