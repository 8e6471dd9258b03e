"""Terminals with few colours, and with other encodings than UTF-8."""

from __future__ import annotations

from itertools import product

import pytest
from rich.cells import cell_len
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from tests.tui.contrast import ratio
from workbench.tui.readable import ReadableFilter, readable
from workbench.tui.terminal_variants import (
    EncodableFilter,
    as_shown,
    ground_of_256,
    is_utf8,
    suited,
)
from workbench.tui.themes import load_themes, theme_folders

_THEMES = load_themes(theme_folders()[:1])[0]
_STATES = ("success", "error", "warning", "primary")


def shown(color: str | None, system: str) -> ColorTriplet:
    assert color is not None
    return as_shown(ColorTriplet(*Color.parse(color).rgb), system)


@pytest.mark.parametrize("theme", _THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("system", ["256", "standard"])
class TestFewColours:
    def test_states_are_told_apart(self, theme: Theme, system: str) -> None:
        variant = suited(theme, system)
        states = {shown(getattr(variant, role), system) for role in _STATES}
        assert len(states) == len(_STATES)
        assert shown(variant.foreground, system) not in states

    def test_grounds_stay_grey(self, theme: Theme, system: str) -> None:
        variant = suited(theme, system)
        for role in ("background", "surface", "panel"):
            color = shown(getattr(variant, role), system)
            assert max(color) - min(color) == 0, role

    def test_words_can_be_read_on_a_chosen_row(self, theme: Theme, system: str) -> None:
        variant = suited(theme, system)
        assert variant.background is not None
        row = Color.parse(variant.background).blend(Color.parse(variant.primary), 0.35)
        for role in ("foreground", *_STATES):
            style = Style(color=getattr(variant, role), bgcolor=row.hex6)
            fixed = readable(style, 4.5, system)
            assert fixed.color is not None
            assert fixed.bgcolor is not None
            color = as_shown(fixed.color.get_truecolor(), system)
            background = as_shown(fixed.bgcolor.get_truecolor(), system)
            assert ratio(color, background) >= 4.5, role


@pytest.mark.parametrize(
    ("theme", "system"),
    [(theme, "256") for theme in _THEMES]
    + [(theme, "standard") for theme in _THEMES if theme.dark],
    ids=lambda given: given if isinstance(given, str) else given.name,
)
def test_verdicts_stand_on_a_tint_of_their_hue(theme: Theme, system: str) -> None:
    """Mixed with the background they were one grey for all in 256 colours, or of another hue. Sixteen colours
    have no light tints.
    """
    variables = suited(theme, system).to_color_system().generate()
    tints = {
        role: shown(variables[f"{role}-muted"], system) for role in ("success", "error", "warning")
    }
    least = {role: min(tint) for role, tint in tints.items()}
    hues = {role: [part > least[role] for part in tint] for role, tint in tints.items()}
    assert hues["error"] == [True, False, False]
    assert hues["success"] == [False, True, False]
    assert hues["warning"] == [True, True, False]


def test_the_row_under_the_cursor_keeps_its_hue() -> None:
    """A blend of blue and the ground is nearest to a grey of the 256 colours, and Rich made teal of a fainter."""
    focused, other = ColorTriplet(65, 79, 107), ColorTriplet(49, 57, 73)
    red, green, blue = ground_of_256(focused)
    assert blue > max(red, green)
    for faint in (other, ColorTriplet(70, 74, 80), ColorTriplet(56, 51, 34)):
        assert len(set(ground_of_256(faint))) == 1, "a faint tint stays faint"
    for levels in product((0, 8, 28, 95, 135, 238, 255), repeat=3):
        ground = ground_of_256(ColorTriplet(*levels))
        assert as_shown(ground, "256") == ground, "a colour that the terminal has"
        if set(levels) <= {0, 95, 135, 255} and len(set(levels)) > 1:
            assert ground == levels
    style = Style(color="#ffffff", bgcolor="#414f6b")
    line = [Segment("word", style), Segment("   ", style), Segment("plain")]
    for system, changed in (("256", True), (None, False), ("standard", False)):
        readable = ReadableFilter(lambda: 4.5, lambda system=system: system)  # type: ignore[misc]
        painted = readable.apply(line, Color(0, 0, 0))
        grounds = {each.style.bgcolor for each in painted if each.style is not None}
        assert len(grounds) == 1, "words and blanks of a row alike"
        assert (grounds != {style.bgcolor}) is changed


def test_true_colours_are_as_they_were_chosen() -> None:
    for theme in _THEMES:
        assert suited(theme, "truecolor") is theme
        assert suited(theme, None) is theme


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "koi8-r"])
def test_what_the_encoding_has_not_keeps_its_width(encoding: str) -> None:
    text = "é ✔ 漢 я …"
    (segment,) = EncodableFilter(encoding).apply([Segment(text)], Color(0, 0, 0))
    segment.text.encode(encoding)
    assert cell_len(segment.text) == cell_len(text)


def test_which_encodings_show_everything() -> None:
    assert is_utf8("utf-8")
    assert is_utf8("UTF8")
    assert not is_utf8("ANSI_X3.4-1968")
