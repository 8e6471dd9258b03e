"""Parts of an execution by a path: ``$.items[100:200]`` of its value, ``logs[0:50]``, ``calls[3].result.text``.

``$`` is the value; a path may begin with another member of the execution (``logs``, ``calls``, ``error``,
``input``, ``code``) instead. Steps are ``.name``, ``["any name"]``, ``[5]``, ``[-1]`` and ``[100:200]``; a
slice is of the items of an array, the characters of a text, or the members of an object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.core.model import JsonValue
from workbench.text.plurals import plural
from workbench.text.sanitize import clean_line
from workbench.util.dataclass import dataclass

_NAME = re.compile(r"[A-Za-z_$][\w$-]*")
_STEP = re.compile(
    r"\.(?P<name>[^\s.\[\]]+)|\[\s*(?P<start>-?\d{1,15})?\s*(?P<colon>:)\s*(?P<end>-?\d{1,15})?\s*\]"
    r"|\[\s*(?P<index>-?\d{1,15})\s*\]"
    r"""|\[\s*(?P<quoted>"(?:[^"\\]|\\.)*")\s*\]|\[\s*'(?P<single>[^'\\]*)'\s*\]"""
)
_ROOT = re.compile(r"\$|[a-z_]+")
_SHOWN = 80

Step: TypeAlias = "str | int | slice"


class BadPath(Exception):
    """The path leads to nothing; the message says what would be right."""


class UnreadablePath(BadPath):
    """What is given is no path."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to: ``whole[start:end]`` where it ends in a slice, else ``whole``."""

    path: str
    """Of ``whole``, in one spelling."""
    whole: JsonValue
    start: int = 0
    end: int | None = None
    """None: to the end."""
    sliced: bool = False

    def part(self) -> JsonValue:
        """The items, characters or members that are meant."""
        if not self.sliced:
            return self.whole
        if isinstance(self.whole, Mapping):
            return dict(islice(self.whole.items(), self.start, self.end))
        return self.whole[self.start : self.end]


def member(name: str) -> str:
    """A member's step in a path."""
    return f".{name}" if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


def find(roots: Mapping[str, JsonValue], path: str) -> Found:
    """Where ``path`` leads. ``roots``: the members of an execution; ``value`` is ``$``.

    Raises BadPath, UnreadablePath.
    """
    root, steps = _parse(path)
    if root == "$" and steps and isinstance(steps[0], str):
        value, first = roots["value"], steps[0]
        # ``$.value.items`` is said too: the value wins where it has such a member.
        if not (isinstance(value, Mapping) and first in value) and first in roots:
            root, steps = first, steps[1:]
    if root == "value":
        root = "$"
    name = "value" if root == "$" else root
    if name not in roots:
        known = ["$", *(one for one in roots if one != "value")]
        raise UnreadablePath(
            f"a path begins with $ (the value) or a member of the execution, not {_shown(root)!r}"
            f"{suggestion(near_names(root, known), known, 'there is')}"
        )
    here, where = roots[name], root
    for number, step in enumerate(steps):
        if isinstance(step, slice):
            if number < len(steps) - 1:
                raise UnreadablePath(f"path {_shown(path)!r}: nothing may follow the slice")
            return _slice(here, where, step)
        here, where = _into(here, where, step)
    return Found(where, here)


def _parse(path: str) -> tuple[str, list[Step]]:
    text = path.strip()
    begins = _ROOT.match(text)
    if begins is None:
        raise UnreadablePath(
            f"path {_shown(path)!r} must begin with $ (the value) or with a name such as logs or calls"
        )
    steps: list[Step] = []
    at = begins.end()
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise UnreadablePath(
                f"path {_shown(path)!r} cannot be read from {_shown(text[at:])!r} on: use .name, "
                '["a name"], [5] or [100:200]'
            )
        steps.append(_step(step, path))
        at = step.end()
    return begins[0], steps


def _step(found: re.Match[str], path: str) -> Step:
    if found["colon"]:
        start, end = found["start"], found["end"]
        return slice(int(start) if start else None, int(end) if end else None)
    if found["index"]:
        return int(found["index"])
    if found["quoted"]:
        try:
            return str(json.loads(found["quoted"]))
        except ValueError as error:
            raise UnreadablePath(
                f"path {_shown(path)!r}: {found['quoted']} is not a JSON string"
            ) from error
    return str(found["name"] if found["name"] is not None else found["single"])


def _into(here: JsonValue, where: str, step: str | int) -> tuple[JsonValue, str]:
    if isinstance(step, int):
        if not isinstance(here, list | tuple):
            raise BadPath(f"{where} is {_kind(here)}, not an array: [{step}] leads to nothing")
        if not -len(here) <= step < len(here):
            raise BadPath(f"{where} has {_size(here)}: there is no [{step}]")
        index = step % len(here)
        return here[index], f"{where}[{index}]"
    if not isinstance(here, Mapping):
        raise BadPath(f"{where} is {_kind(here)}, not an object: it has no {_shown(step)!r}")
    if step not in here:
        known = list(islice(here, 1000))
        near = suggestion(near_names(step, known), known, "its keys are")
        raise BadPath(f"{where} has no {_shown(step)!r}{clean_line(near, 400)}")
    return here[step], where + member(step)


def _slice(here: JsonValue, where: str, step: slice) -> Found:
    if not isinstance(here, list | tuple | str | Mapping):
        raise BadPath(f"{where} is {_kind(here)}: it has no parts to take a slice of")
    length = len(here)
    start, end, _ = step.indices(length)
    asked = step.start or 0
    if asked and asked >= length:
        raise BadPath(f"{where} has {_size(here)}: [{asked}:] begins past its end")
    if step.stop is not None and end < start:
        raise UnreadablePath(f"{where}: the slice [{asked}:{step.stop}] ends before it begins")
    return Found(where, here, start, end, sliced=True)


def _kind(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "an array" if isinstance(value, list | tuple) else "an object"


def _size(value: Mapping[str, JsonValue] | Sequence[JsonValue]) -> str:
    kind = "item"
    if isinstance(value, str):
        kind = "character"
    elif isinstance(value, Mapping):
        kind = "member"
    return f"{len(value)} {kind if len(value) == 1 else plural(kind)}"


def _shown(text: str) -> str:
    return clean_line(text, _SHOWN)
