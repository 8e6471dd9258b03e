"""Themes are checked when they are read, not when they are chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core import paths
from workbench.tui.themes import DEFAULT, ThemeError, load_themes, read_theme


def test_bundled_themes_are_good() -> None:
    themes, problems = load_themes([paths.bundled("themes")])
    assert problems == []
    assert DEFAULT in {theme.name for theme in themes}
    assert {theme.dark for theme in themes} == {True, False}
    assert len(themes) >= 4


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("primary = 'no-colour'", "primary must be a colour"),
        ("primary = '#123456'\nink = '#000000'", "'ink' is no key of a theme"),
        ("primary = '#123456'\ndark = 'yes'", "dark must be true or false"),
        ("primary = '#123456'\ntext_alpha = 3", "from 0 to 1"),
        ("primary = '#123456'\nvariables = { x = 1 }", "variables.x must be a text"),
        ("dark = true", "primary is missing"),
        ("primary = ", "bad.toml"),
        pytest.param(f"primary = {'9' * 5000}", "bad.toml: .*digits", id="digits"),
    ],
)
def test_bad_theme_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(ThemeError, match=named):
        read_theme(file)


def test_own_theme_wins_and_bad_one_is_reported(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f"name = '{DEFAULT}'\nprimary = '#010203'")
    (tmp_path / "broken.toml").write_text("primary = 7")
    themes, problems = load_themes([paths.bundled("themes"), tmp_path])
    assert {theme.name: theme for theme in themes}[DEFAULT].primary == "#010203"
    assert len(problems) == 1
    assert "broken.toml" in problems[0]
