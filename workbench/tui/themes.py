"""Colour themes from TOML files: those that come with Workbench and the user's own.

A file maps one to one to Textual's ``Theme``. A bad file is reported and left out: a bad colour would
otherwise be accepted here and end the app when the theme is chosen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.core import paths
from workbench.tui.readable import LEAST, VARIABLE

DEFAULT = "workbench-dark"
_KNOWN = {field.name for field in fields(Theme)}
_TEXTS = {"name"}
_FLAGS = {"dark", "ansi"}
_NUMBERS = {"luminosity_spread", "text_alpha"}


class ThemeError(Exception):
    """A file is no theme; the message names the file, the key and what would be right."""


def least_contrast(theme: Theme) -> float:
    """What words must stand out from their background: ``least-contrast`` of the theme's variables."""
    try:
        return max(LEAST, float(theme.variables.get(VARIABLE, LEAST)))
    except ValueError:
        return LEAST


def unknown_theme(name: str, known: Iterable[str]) -> str:
    """What to say of a name that no theme has."""
    return f"there is no theme {name!r}{suggestion(near_names(name, known), (), '')}"


def theme_folders() -> list[Path]:
    """The bundled themes, then ``themes`` in the user's configuration folder (which wins)."""
    return [paths.bundled("themes"), paths.config_dir() / "themes"]


def load_themes(folders: Iterable[Path]) -> tuple[list[Theme], list[str]]:
    """Every good theme of the folders, a later folder's replacing an earlier's; and the problems."""
    themes: dict[str, Theme] = {}
    problems = []
    for folder in folders:
        for file in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(file)
            except ThemeError as error:
                problems.append(str(error))
            else:
                themes[theme.name] = theme
    return list(themes.values()), problems


def read_theme(file: Path) -> Theme:
    """Read and check one file. Raises ThemeError."""
    try:
        with file.open("rb") as stream:
            values = tomllib.load(stream)
    except (OSError, ValueError) as error:
        raise ThemeError(f"{file.name}: {error}") from None
    values.setdefault("name", file.stem)
    for key, value in values.items():
        problem = _problem(key, value)
        if problem is not None:
            raise ThemeError(f"{file.name}: {problem}")
    if "primary" not in values:
        raise ThemeError(f"{file.name}: primary is missing; give it a colour, e.g. '#7aa2f7'")
    return Theme(**values)


def _problem(key: str, value: Any) -> str | None:
    if key not in _KNOWN:
        return f"{key!r} is no key of a theme; they are {', '.join(sorted(_KNOWN))}"
    if key in _TEXTS:
        return None if isinstance(value, str) and value else f"{key} must be a text"
    if key in _FLAGS:
        return None if isinstance(value, bool) else f"{key} must be true or false"
    if key in _NUMBERS:
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        return None if good else f"{key} must be a number from 0 to 1"
    if key == "variables":
        if not isinstance(value, dict):
            return "variables must be a table of names and texts"
        texts = {name: text for name, text in value.items() if not isinstance(text, str)}
        return f"variables.{next(iter(texts))} must be a text" if texts else None
    if not isinstance(value, str):
        return f"{key} must be a colour, e.g. '#7aa2f7'"
    try:
        Color.parse(value)
    except ColorParseError:
        return f"{key} must be a colour, e.g. '#7aa2f7', not {value!r}"
    return None
