"""Near names: what someone may have meant by a name that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MOST = 3
_LONGEST = 128
_CLOSENESS = 0.6
_LISTED = 12
_SEPARATORS = re.compile(r"[\W_]+")


def near_names(wrong: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of ``known`` that look like ``wrong``, the nearest first.

    Case and separators do not count: ``listIssues`` is ``list_issues``.
    """
    by_bare: dict[str, list[str]] = {}
    for name in known:
        by_bare.setdefault(bare(name), []).append(name)
    wanted = bare(wrong[:_LONGEST])
    if wanted in by_bare:
        return tuple(by_bare[wanted][:_MOST])
    import difflib  # only a wrong name needs it

    close = difflib.get_close_matches(wanted, by_bare, n=_MOST, cutoff=_CLOSENESS)
    if wanted:
        close += [bare for bare in by_bare if bare.startswith(wanted) and bare not in close]
    names = [name for bare in close for name in by_bare[bare]]
    return tuple(names[:_MOST])


def suggestion(near: Iterable[str], known: Iterable[str], what: str) -> str:
    """The end of a message: ``; did you mean 'a' or 'b'?``, else what there is, else nothing."""
    quoted = [repr(name) for name in near]
    if quoted:
        return f"; did you mean {' or '.join(quoted)}?"
    names = sorted(known)
    if not names:
        return ""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"; {what}: {', '.join(names[:_LISTED])}{more}"


def bare(name: str) -> str:
    """A name without case and separators: two names that look alike have the same."""
    return _SEPARATORS.sub("", name.casefold()) or name
