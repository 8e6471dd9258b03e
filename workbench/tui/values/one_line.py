"""Values in few words, on one line and safe to show: never more of them is read than is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from rich.cells import cell_len, set_cell_size

from workbench.core.model import JsonValue
from workbench.text.jsontext import dumps
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line, shortened

BRIEF = 120
"""Characters of a value in a row of the trace."""
_MOST_MEMBERS = 12
_TITLES = ("title", "name", "message", "summary", "subject", "text", "error")
_WIDE = chr(0x1100)
"""No character before it takes two cells."""
_PLURAL = re.compile(r"[A-Za-z_]{2,}[a-rtv-z]s", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z_$][\w$]*")


def brief(value: JsonValue, width: int = BRIEF) -> str:
    """The beginning of a value as one line of JSON; ``{}`` and null are empty."""
    if value is None or value == {}:
        return ""
    return clean_line(dumps(_pruned(value, width))[:width])


def preview(value: JsonValue, width: int) -> str:
    """A value as one would tell of it, in at most so many cells: ``{id: 103, title: "Dark…"}``."""
    return _within(_written(value, max(4, width), 2), width)


def arguments(args: JsonValue, before: JsonValue = None, width: int = BRIEF) -> str:
    """Arguments of a call as ``id=109 state="open"``: what differs from the call before comes first."""
    if args is None or args == {}:
        return ""
    if not isinstance(args, dict):
        return preview(args, width)
    last: Mapping[str, JsonValue] = before if isinstance(before, dict) else {}
    names = [name for name, _ in zip(args, range(_MOST_MEMBERS), strict=False)]
    changed = [name for name in names if name not in last or not _same(args[name], last[name])]
    parts: list[str] = []
    room = width
    for name in changed + [name for name in names if name not in changed]:
        if room <= 0:
            break
        key = _key(name, room)
        parts.append(f"{key}={_written(args[name], max(8, room - len(key) - 1), 1)}")
        room -= len(parts[-1]) + 1
    more = len(args) > len(parts) and room > 2
    return clean_line(_within(" ".join(parts) + (" …" if more else ""), width))


def result(value: JsonValue, width: int = BRIEF) -> str:
    """What came of a call, in short: ``8 issues``, ``"Add keyboard…"``, ``null``, ``{rows: 1}``."""
    if isinstance(value, list):
        return _within(count(len(value), "item"), width) if value else "[]"
    if isinstance(value, dict):
        lists = [(name, part) for name, part in _first(value) if isinstance(part, list)]
        if len(lists) == 1 and len(value) <= _MOST_MEMBERS:
            name, part = lists[0]
            said = count(len(part), _singular(name)) if _PLURAL.fullmatch(name) else ""
            said = said or f"{_key(name, width)}: {count(len(part), 'item')}"
            return clean_line(_within(said, width))
        for name in _TITLES:
            title = value.get(name)
            if isinstance(title, str) and title and len(value) > 1:
                return clean_line(_within(_written(title, width, 0), width))
    return clean_line(preview(value, width))


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us")) else name


def _same(one: JsonValue, other: JsonValue) -> bool:
    """Whether both are the same; large ones only by their beginnings."""
    if isinstance(one, str) and isinstance(other, str):
        return one[:BRIEF] == other[:BRIEF]
    if isinstance(one, dict | list) and isinstance(other, dict | list):
        return type(one) is type(other) and (one is other or brief(one) == brief(other))
    return type(one) is type(other) and one == other


def _written(value: JsonValue, width: int, depth: int) -> str:
    """A value of about so many characters; members of members are left out below ``depth``."""
    if isinstance(value, str):
        if len(value) + 2 <= width:
            return clean_line(json.dumps(value, ensure_ascii=False))
        return clean_line(json.dumps(value[: max(1, width - 3)], ensure_ascii=False)[:-1] + '…"')
    if isinstance(value, dict):
        if not value:
            return "{}"
        if depth <= 0:
            return "{…}"
        parts = []
        room = width - 2
        for name, item in _first(value):
            if room <= 2:
                break
            parts.append(f"{_key(name, room)}: {_written(item, max(6, min(room, 24)), depth - 1)}")
            room -= len(parts[-1]) + 2
        return "{" + ", ".join(parts) + (", …}" if len(parts) < len(value) else "}")
    if isinstance(value, list):
        if not value:
            return "[]"
        if depth <= 0:
            return f"[{len(value):,}]"
        parts = []
        room = width - 2
        for item in value[:_MOST_MEMBERS]:
            if room <= 2:
                break
            parts.append(_written(item, max(6, min(room, 24)), depth - 1))
            room -= len(parts[-1]) + 2
        return "[" + ", ".join(parts) + (", …]" if len(parts) < len(value) else "]")
    return json.dumps(value)


def _key(name: str, width: int) -> str:
    short = shortened(name, max(2, width))
    return clean_line(short if _PLAIN.fullmatch(name) else json.dumps(short, ensure_ascii=False))


def _within(text: str, width: int) -> str:
    """Text in at most so many cells; an open bracket or quote is closed again behind the cut."""
    if len(text) <= width and max(text.replace("…", ""), default="") < _WIDE:
        return text  # without measuring, which would keep every text in a cache
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return set_cell_size(text, max(0, width))
    end = text[-1] if text[-1] in '}]"' and width > 3 else ""
    return set_cell_size(text, width - 1 - len(end)).rstrip(" ,…") + "…" + end


def _first(value: dict[str, JsonValue]) -> list[tuple[str, JsonValue]]:
    return [item for item, _ in zip(value.items(), range(_MOST_MEMBERS), strict=False)]


def _pruned(value: JsonValue, width: int, depth: int = 4) -> JsonValue:
    """A value with only as much in it as ``width`` characters can show: payloads may be huge."""
    if isinstance(value, str):
        return value[:width]
    if depth == 0:
        return "…" if isinstance(value, dict | list) else value
    if isinstance(value, dict):
        return {str(k)[:width]: _pruned(item, width, depth - 1) for k, item in _first(value)}
    if isinstance(value, list):
        return [_pruned(item, width, depth - 1) for item in value[:_MOST_MEMBERS]]
    return value
