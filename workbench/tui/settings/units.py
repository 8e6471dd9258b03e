"""Numbers of settings with their units: as people say them, and as they may type them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.config import Key
from workbench.core.model import JsonValue

_SIZES = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_TYPED = re.compile(r"\s*([\d_,]+(?:\.\d+)?)\s*([A-Za-z]+)\s*")
_BYTES = {"b": 1, "bytes": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_BYTES |= {unit.lower(): size for unit, size in _SIZES}
_TIMES = {"ms": 1, "s": 1000, "sec": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000}
_UNITS: Mapping[str, tuple[str, Mapping[str, int], str]] = {
    "_ms": ("milliseconds", _TIMES, "30 s or 2 min"),
    "_bytes": ("bytes", _BYTES, "16 MiB"),
    "_mb": ("MB", {"mb": 1, "gb": 1024}, "1 GB"),
    "_days": ("days", {"days": 1, "day": 1, "weeks": 7, "week": 7, "years": 365}, "2 weeks"),
}
"""By how a key ends: what its number counts, what may be typed behind one, an example."""


def in_words(key: Key, value: JsonValue) -> str:
    """A number with its unit, as people say it: ``16 MiB``, ``30 s``; empty where that says no more."""
    if key.kind != "int" or not isinstance(value, int):
        return ""
    if key.name.endswith("_bytes"):
        for unit, size in _SIZES:
            if value >= size:
                return f"{value / size:,.1f}".removesuffix(".0") + f" {unit}"
        return f"{value} bytes"
    if key.name.endswith("_ms"):
        return f"{value / 1000:g} s" if value >= 1000 else f"{value} ms"
    for end, unit in (("_mb", "MB"), ("_days", "days")):
        if key.name.endswith(end):
            return f"{value:,} {unit}"
    return ""


def allowed_in_words(key: Key) -> str:
    """What a key may be: ``a whole number of milliseconds, 1 to 600,000; also 30 s or 2 min``."""
    unit = _unit(key)
    if unit is None or key.kind != "int":
        return key.allowed
    counts, _, example = unit
    bounds = f"{key.least:,} to {key.most:,}" if key.most is not None else f"{key.least:,} or more"
    return f"{counts}, {bounds}; or with a unit: {example}"


def without_unit(key: Key, text: str) -> str:
    """What was typed as the number that is kept: ``30 s`` is ``30000``. As it is where it is no such text."""
    unit = _unit(key)
    found = _TYPED.fullmatch(text)
    if unit is None or key.kind != "int" or found is None:
        return text
    factor = unit[1].get(found[2].lower())
    if factor is None:
        return text
    number = float(found[1].replace("_", "").replace(",", "")) * factor
    return str(int(number)) if number.is_integer() else text


def _unit(key: Key) -> tuple[str, Mapping[str, int], str] | None:
    return next((unit for end, unit in _UNITS.items() if key.name.endswith(end)), None)
