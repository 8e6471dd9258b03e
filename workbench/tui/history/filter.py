"""The filter language of the history: ``status:error yesterday >1s "two words"``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias, get_args

from workbench.core.model import Source, Status
from workbench.core.paths import SCRIPT_SUFFIXES
from workbench.core.records import Wanted
from workbench.text.sanitize import clean_line

_QUOTED = r'"((?:[^"]|"")*)"'
_TERM = re.compile(
    rf"(status|source|client|tool|script|last|is):(?:{_QUOTED}|(\S+))|{_QUOTED}|(\S+)"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_LIKE_DAYS = re.compile(r"[\d.-]*(?:\d{4}-\d+|\.\.)[\d.-]*")
_ONE_OF: dict[str, tuple[str, ...]] = {
    "status": get_args(Status), "source": get_args(Source), "is": ("pinned", "inline"),
}  # fmt: skip
_Field: TypeAlias = Literal["status", "source", "client", "tool", "script"]
_FIELDS: dict[str, _Field] = {
    "status": "status", "source": "source", "client": "client", "tool": "tool", "script": "script",
}  # fmt: skip

HINT = "/ words · status:error · tool:name · script:a.js · is:pinned · today · 2026-11-20.. · last:2h · >1s"


def wanted_of(text: str, now: Callable[[], datetime] = datetime.now) -> Wanted:
    """What a filter asks for. Each word, and what stands in quotes, has to be somewhere in the run; a quote
    that is meant stands twice there.

    Days are those of this place: ``today``, ``yesterday``, ``2026-11-20``, ``2026-11-20..``,
    ``..2026-11-22``, ``last:2h``. ``>1s`` and ``<50ms`` are how long it took. What is half typed is a word.
    """
    wanted: Wanted = {}
    words = []
    for key, in_quotes, plain, quoted, word in _TERM.findall(text):
        value = _unquoted(in_quotes) or plain
        if key == "script" and ("*" in plain or "?" in plain):
            wanted["script_like"] = plain
        elif key:
            if not _take(wanted, key, value, now):
                words.append(f"{key}:{value}")
        elif quoted:
            words.append(_unquoted(quoted))
        elif (days := _days(word, now().date())) is not None:
            wanted["since"], wanted["until"] = days
        elif word[:1] in ("<", ">") and (spent := _seconds(word[1:])) is not None:
            wanted["over_ms" if word[0] == ">" else "under_ms"] = spent * 1000
        elif word:
            words.append(word)
    if words:
        wanted["texts"] = words
    return wanted


def doubt_of(text: str) -> str:
    """What of a filter looks like a term and is none, and what would be; empty: nothing."""
    for key, in_quotes, plain, quoted, word in _TERM.findall(text):
        value = _unquoted(in_quotes) or plain
        right = ""
        if key in _ONE_OF and value not in _ONE_OF[key]:
            right = f"it is one of {', '.join(_ONE_OF[key])}"
        elif key == "last" and _seconds(value) is None:
            right = "a time is written last:30m, last:2h or last:7d"
        elif key == "script" and not value.endswith(SCRIPT_SUFFIXES) and "*" not in plain:
            right = f"names of scripts have their ending: {value}.js, or {value}.*"
        elif not quoted and word[:1] in ("<", ">") and _seconds(word[1:]) is None:
            right = "how long it took is written >1s, <50ms, >2m"
        elif not quoted and _LIKE_DAYS.fullmatch(word) and _days(word, date.min) is None:
            right = "days are written 2026-11-20, 2026-11-20.. or ..2026-11-22"
        if right:
            return f"{f'{key}:{value}' if key else word}: {right}"
    return ""


def nothing_found(text: str) -> str:
    """What stands where a filter leaves no run."""
    said = ["No run matches the filter", clean_line(doubt_of(text), 300)]
    return "\n".join([*filter(None, said), "/ changes it, Esc forgets it"])


def script_filter(script: str | None) -> str:
    """The filter that leaves one script's runs; None: those of no script that has a name."""
    if script is None:
        return "is:inline"
    return f"script:{_as_value(script)}"


def client_filter(client: str) -> str:
    """The filter that leaves the runs of one served client."""
    return f"client:{_as_value(client)}"


def _as_value(name: str) -> str:
    return name if re.fullmatch(r'[^\s"*?]+', name) else text_filter(name)


def text_filter(text: str) -> str:
    """The filter that leaves the runs that have a text somewhere."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _unquoted(text: str) -> str:
    return text.replace('""', '"')


def _take(wanted: Wanted, key: str, value: str, now: Callable[[], datetime]) -> bool:
    """Take a term with a key. False: it is none."""
    if key in _FIELDS:
        wanted[_FIELDS[key]] = value
    elif key == "is" and value in ("pinned", "inline"):
        wanted["pinned" if value == "pinned" else "inline"] = True
    elif key == "last" and (span := _seconds(value)) is not None:
        wanted["since"] = now().timestamp() - span
    else:
        return False
    return True


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
