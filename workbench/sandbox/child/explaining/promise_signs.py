"""Signs that a script may have Promises that it reads as their values: cheap, for each script is looked at."""

from __future__ import annotations

import re

_STORED = re.compile(
    r"\b(?:const|let|var)\s++(?:([A-Za-z_$][\w$]*+)|\{[^{}=]*+\})\s*+=\s*+tools\s*+[.\[][^=;\n(]*+\("
)
_MEMBER = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*+)\s*+\??\.(?!then\b|catch\b|finally\b|[.\d])")
_MAY_BE_READ = "= tools"
_RACE = re.compile(r"\bPromise\s*+\.\s*+(?:race|any)\b")


def may_give_promises(code: str) -> bool:
    """Cheap: whether it is worth to look."""
    return "tools" in code or "async" in code


def has_a_race(code: str) -> bool:
    """Whether it may end before what it waited for."""
    return _RACE.search(code) is not None


def is_read(code: str) -> bool:
    """By signs, cheap: whether a member of what a variable was given without ``await`` is read."""
    if _MAY_BE_READ not in code:
        return False
    stored = [(found[1], found.end()) for found in _STORED.finditer(code)]
    if not stored:
        return False
    last = {found[1]: found.start() for found in _MEMBER.finditer(code)}
    return any(name is None or last.get(name, -1) >= end for name, end in stored)
