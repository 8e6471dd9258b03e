"""The settings as rows: each key with its value, where that comes from, and what may be wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from textual.content import Content

from workbench.config import KEYS, Config, Key
from workbench.config.units import in_words, unit_of
from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.widgets.line_view import Part, fit
from workbench.util.dataclass import dataclass

_NAME = max(len(key.name) for key in KEYS)
_VALUE, _ORIGIN = 22, 8
_WIDE = 60
"""With this many cells beside the name there is room for whole paths."""
_STYLES = {"default": "dim", "file": "accent", "environment": "warning", "flag": "warning"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key with its value in force."""

    key: Key
    value: JsonValue
    origin: str
    kind: str
    """``default``, ``file``, ``environment`` or ``flag``."""
    problem: str = ""
    """Why the value is not in force although it may stand there; safe to show."""
    in_force: str = ""
    """What is in force where nothing is set, if the screen alone knows; safe to show."""


_NOTHING: Mapping[str, str] = MappingProxyType({})


def settings_of(
    config: Config,
    text: str = "",
    problems: Mapping[str, str] = _NOTHING,
    in_force: Mapping[str, str] = _NOTHING,
) -> list[Setting]:
    """The keys whose name or help holds every word, in the order of the schema.

    problems: by key, what is wrong with a value that only a screen can tell. in_force: by key, what only a
    screen can tell is in force where nothing is set.
    """
    words = text.lower().split()
    found = []
    for key in KEYS:
        if all(word in f"{key.name} {key.help}".lower() for word in words):
            origin = config.origins.get(key.name)
            kind = origin.kind if origin else "default"
            value = config.values.get(key.name, key.default)
            problem = problems.get(key.name, "")
            chosen = "" if value else in_force.get(key.name, "")
            found.append(Setting(key, value, str(origin or "default"), kind, problem, chosen))
    return found


def allowed_in_words(key: Key) -> str:
    """What a key may be: ``milliseconds, 1 to 600,000; or with a unit: 30 s or 2 min``."""
    unit = unit_of(key.name)
    if unit is None:
        return key.allowed
    bounds = f"{key.least:,} to {key.most:,}" if key.most is not None else f"{key.least:,} or more"
    return f"{unit.counts}, {bounds}; or with a unit: {unit.example}"


def value_text(value: JsonValue) -> str:
    """A value as one types it: lists with commas, as JSON where an item has one."""
    if isinstance(value, list):
        if any("," in str(item) for item in value):
            return json.dumps(value, ensure_ascii=False)
        return ",".join(str(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


def _widths(width: int) -> tuple[int, int]:
    """Of the value and of where it comes from: that is never cut, the value is, and said below."""
    room = max(0, width - _NAME - 4)
    origin = min(room, _ORIGIN if room < _WIDE else room - _VALUE)
    return room - origin, origin


def row_line(setting: Setting, width: int) -> list[Part]:
    """A setting as a line of the list."""
    value, origin = _widths(width)
    changed = setting.value != setting.key.default
    text = clean_line(value_text(setting.value)) or setting.in_force or "–"
    style = "error" if setting.problem else "strong" if changed else ""
    size = in_words(setting.key.name, setting.value)
    if size.partition(" ")[0].replace(",", "") == text:
        text = size
    elif size and len(text) + len(size) + 2 <= value:
        text += f"  {size}"
    said = clean_line(setting.origin)
    if len(said) > origin:  # the end of a path has the line
        wide = setting.kind == "file" and origin > _ORIGIN
        said = "…" + said[1 - origin :] if wide else short_origin(setting)
    return [
        (fit(setting.key.name, min(_NAME, max(0, width - 4))) + "  ", ""),
        (fit(("✘ " if setting.problem else "") + text, value) + "  ", style),
        (fit(said, origin), _STYLES.get(setting.kind, "dim")),
    ]


def short_origin(setting: Setting) -> str:
    """Where a value comes from, in at most ``_ORIGIN`` cells: ``default``, ``line 12``, ``variable``."""
    if setting.kind == "file":
        line = setting.origin.rpartition(":")[2]
        return f"line {line}" if line.isdecimal() else "file"
    return {"environment": "variable"}.get(setting.kind, setting.kind)


def about(setting: Setting) -> Content:
    """What a key means, what it may be, where its value comes from."""
    key = setting.key
    default = in_words(key.name, key.default) or value_text(key.default)
    value = clean_line(value_text(setting.value)) or "nothing"
    if setting.in_force:
        value += f": {setting.in_force} is shown, as chosen last"
    allowed = allowed_in_words(key) + (
        f"; default {default}" if default else "; not set by default"
    )
    size = in_words(key.name, setting.value)
    if size.partition(" ")[0].replace(",", "") == value:
        value, size = size, ""
    lines = [
        Content.styled(f"{key.name} = {value}", "bold") + Content(f"  {size}" if size else ""),
        Content(key.help),
        Content(allowed),
    ]
    if setting.problem:
        lines.insert(1, Content.styled(f"✘ {setting.problem}", "$text-error"))
    if setting.kind in ("environment", "flag"):
        said = f"{clean_line(setting.origin)} wins over the file"
        return Content("\n").join([*lines, Content.styled(said, "$text-warning")])
    source = f"set in {clean_line(setting.origin)}" if setting.kind == "file" else "not set"
    lines.append(Content.styled(f"{source}; variable {key.environment}", "dim"))
    return Content("\n").join(lines)


def heading(width: int) -> str:
    value, origin = _widths(width - 2)
    return "  " + fit("Setting", _NAME) + "  " + fit("Value", value) + "  " + fit("From", origin)
