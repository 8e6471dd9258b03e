"""A TOML document: where something stands in its text, and what is in it by dotted names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.core.model import JsonValue


def line_of(text: str, key: str) -> int:
    """The line (from 1) in which ``key`` (dotted) is set, or its table begins; 1 where unknown."""
    table = ""
    best = 1
    for number, line in enumerate(text.split("\n"), 1):
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        if header:
            table = _bare(header[1])
            if key == table or key.startswith(table + "."):
                best = number
            if key == table:
                return number
            continue
        setting = re.match(
            r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*=", line
        )
        if setting:
            name = _bare(setting[1])
            full = f"{table}.{name}" if table else name
            if key == full:
                return number
            if key.startswith(full + "."):
                best = number
    return best


def holds_nul(value: Any) -> bool:
    """No command line, variable or header can."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(holds_nul(part) for part in (*value, *value.values()))
    return isinstance(value, list | tuple) and any(holds_nul(part) for part in value)


def _bare(dotted: str) -> str:
    return re.sub(r"\s*\.\s*", ".", dotted).replace('"', "").replace("'", "")


def look_up(document: Mapping[str, Any], name: str) -> tuple[bool, JsonValue]:
    value: Any = document
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False, None
        value = value[part]
    return True, value


def leaves(document: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Every value that is no table, with its dotted name; empty tables too."""
    found: list[tuple[str, Any]] = []
    for name, value in document.items():
        full = f"{prefix}{name}"
        if isinstance(value, dict):
            found += leaves(value, full + ".") or [(full, value)]
        else:
            found.append((full, value))
    return found
