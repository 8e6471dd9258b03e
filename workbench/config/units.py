"""Numbers of settings with their units: as people say them, and as they may type them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.model import JsonValue
from workbench.util.dataclass import dataclass

_SIZES = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_TYPED = re.compile(r"\s*([\d_,]+(?:\.\d+)?)\s*([A-Za-z]+)\s*")
_BYTES = {"bytes": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_BYTES |= {unit.lower(): size for unit, size in _SIZES}
_TIMES = {"ms": 1, "s": 1000, "sec": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000}


@dataclass(frozen=True, slots=True)
class Unit:
    """What the number of a key counts, and what may be typed behind one."""

    counts: str
    factors: Mapping[str, int]
    """By what is typed, in small letters."""
    example: str
    named: str
    """What may be typed, in words."""


_UNITS: Mapping[str, Unit] = {
    "_ms": Unit("milliseconds", _TIMES, "30 s or 2 min", "ms, s, min or h"),
    "_bytes": Unit("bytes", _BYTES, "16 MiB", "bytes, kB, MB, GB, KiB, MiB or GiB"),
    "_mb": Unit("MB", {"mb": 1, "gb": 1024}, "1 GB", "MB or GB"),
    "_days": Unit(
        "days",
        {"days": 1, "day": 1, "weeks": 7, "week": 7, "years": 365, "year": 365},
        "2 weeks",
        "days, weeks or years",
    ),
}
"""By how a key ends."""


def unit_of(key: str) -> Unit | None:
    """Of the number that a key of this name has; None: it counts nothing that has one."""
    return next((unit for end, unit in _UNITS.items() if key.endswith(end)), None)


def in_words(key: str, value: JsonValue) -> str:
    """A key's number with its unit, as people say it: ``16 MiB``, ``30 s``; empty where that says no more."""
    unit = unit_of(key)
    if unit is None or not isinstance(value, int) or isinstance(value, bool):
        return ""
    if unit.counts == "bytes":
        for name, size in _SIZES:
            if value >= size:
                return f"{value / size:,.1f}".removesuffix(".0") + f" {name}"
        return f"{value} bytes"
    if unit.counts == "milliseconds":
        return f"{value / 1000:g} s" if value >= 1000 else f"{value} ms"
    return f"{value:,} {unit.counts}"


def without_unit(key: str, text: str) -> str:
    """What was typed as the number that is kept: ``30 s`` is ``30000``. As it is where it is no such text."""
    unit, found = unit_of(key), _TYPED.fullmatch(text)
    if unit is None or found is None:
        return text
    factor = unit.factors.get(found[2].lower())
    if factor is None:
        return text
    number = float(found[1].replace("_", "").replace(",", "")) * factor
    return str(int(number)) if number.is_integer() else text
