"""Time zones for scripts: the offset that a zone has at a moment, and the period in which it has it.

A worker cannot read the system's zones, and a replay must not depend on them: each answer is recorded.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from workbench.core.model import ErrorCode, JsonValue, Outcome

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
_STEP = timedelta(days=30)
_MOST_STEPS = 40
"""Months that a period is followed in each direction; a longer one is given in parts."""
_MOST_NAME = 64


@lru_cache(maxsize=512)
def zone_at(name: str, at_ms: int) -> Outcome:
    """``{zone, offset_s, abbreviation, from_ms, to_ms}``: what holds from ``from_ms`` until before ``to_ms``.

    NOT_FOUND for a zone that this machine does not know.
    """
    zone = _zone(name)
    if zone is None:
        return Outcome.failed(
            ErrorCode.NOT_FOUND,
            f"no time zone {name[:_MOST_NAME]!r}: give a name such as 'America/New_York' or 'UTC'",
            dispatched=False,
        )
    moment = min(max(_EPOCH + timedelta(milliseconds=at_ms), _EARLIEST), _LATEST)
    offset = _offset(zone, moment)
    result: dict[str, JsonValue] = {
        "zone": zone.key,
        "offset_s": round(offset[0].total_seconds()),
        "abbreviation": offset[1],
        "from_ms": _edge(zone, moment, offset, -_STEP),
        "to_ms": _edge(zone, moment, offset, _STEP),
    }
    return Outcome(ok=True, result=result)


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    """Zones are found whatever their case, as ECMA-402 (section 6.5) asks."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = _by_lower_case().get(name.lower())
        return zoneinfo.ZoneInfo(known) if known is not None else None


@lru_cache(maxsize=1)
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}


def _offset(zone: zoneinfo.ZoneInfo, moment: datetime) -> tuple[timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(0), local.tzname() or ""


def _edge(
    zone: zoneinfo.ZoneInfo, inside: datetime, offset: tuple[timedelta, str], step: timedelta
) -> int:
    """Where the period around ``inside`` ends, in the direction of ``step``; in ms since the epoch."""
    outside = inside
    for _ in range(_MOST_STEPS):
        try:
            outside = outside + step
        except OverflowError:
            break
        if not _EARLIEST <= outside <= _LATEST:
            outside = _EARLIEST if step < timedelta(0) else _LATEST
        if _offset(zone, outside) != offset:
            break
        inside = outside
        if outside in (_EARLIEST, _LATEST):
            return _ms(outside)
    else:
        return _ms(inside)
    while abs(outside - inside) > timedelta(seconds=1):
        middle = inside + (outside - inside) / 2
        middle = middle.replace(microsecond=0)
        if middle in (inside, outside):
            break
        if _offset(zone, middle) == offset:
            inside = middle
        else:
            outside = middle
    return _ms(max(inside, outside))


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
