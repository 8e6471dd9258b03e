"""The filter language of the history: ``status:error yesterday >1s "two words"``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_TERM = re.compile(r'(status|source|tool|last):(\S+)|"([^"]*)"|(\S+)')
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}

HINT = "/ words · status:error · source:serve · tool:server.name · today · 2026-11-20.. · last:2h · >1s"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter as the store's query takes it."""

    status: str | None = None
    source: str | None = None
    tool: str | None = None
    text: str | None = None
    since: float | None = None
    """Began then or later: seconds since the epoch."""
    until: float | None = None
    """Began before then."""
    over_ms: float | None = None
    under_ms: float | None = None

    @classmethod
    def of(cls, text: str, now: Callable[[], datetime] = datetime.now) -> Wanted:
        """Words together are one text, looked for in scripts, arguments and errors. Days are those of
        this place: ``today``, ``yesterday``, ``2026-11-20``, ``2026-11-20..``, ``..2026-11-22``,
        ``last:2h``. ``>1s`` and ``<50ms`` are how long it took. What is half typed is a word."""
        fields: dict[str, str] = {}
        words = []
        since = until = over = under = None
        for key, value, quoted, word in _TERM.findall(text):
            span = _seconds(value) if key == "last" else None
            if key and key != "last":
                fields[key] = value
            elif span is not None:
                since = now().timestamp() - span
            elif quoted or key:
                words.append(quoted or f"{key}:{value}")
            elif (days := _days(word, now().date())) is not None:
                since, until = days
            elif word[0] in "<>" and (spent := _seconds(word[1:])) is not None:
                if word[0] == ">":
                    over = spent * 1000
                else:
                    under = spent * 1000
            else:
                words.append(word)
        return cls(
            **fields,
            text=" ".join(words) or None,
            since=since,
            until=until,
            over_ms=over,
            under_ms=under,
        )


def _days(word: str, today: date) -> tuple[float | None, float | None] | None:
    """From when until when, in seconds since the epoch; None: it names no days."""
    if word in ("today", "yesterday"):
        day = today if word == "today" else today - timedelta(days=1)
        return _start(day), _start(day + timedelta(days=1))
    first, dots, last = word.partition("..")
    begin, end = _day(first), _day(last)
    if (first and begin is None) or (last and end is None) or (begin is None and end is None):
        return None
    if not dots:
        end = begin
    return (
        None if begin is None else _start(begin),
        None if end is None else _start(end + timedelta(days=1)),
    )


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(day: date) -> float:
    return datetime.combine(day, time()).timestamp()


def _seconds(text: str) -> float | None:
    found = _SPAN.fullmatch(text)
    return None if found is None else float(found[1]) * _SECONDS[found[2]]
