"""One member of a JSON file put in or taken out; every other letter, comments too, stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from workbench.upstream.importers import jsonc
from workbench.util.dataclass import dataclass

_SPACE = re.compile(r"(?:\s++|//[^\n]*+|/\*.*?\*/)*+", re.DOTALL)
_COMMENT_AT_END = re.compile(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/)?[ \t]*(?=\r?\n)")
_STRING = re.compile(r'"(?:\\.|[^"\\])*+"')
_SCALAR = re.compile(r"[^\s,\]}/]++")


class CannotEdit(ValueError):
    """The text is not what it must be; the message says where."""


@dataclass(slots=True)
class _Member:
    key: str
    start: int
    value: int
    end: int


@dataclass(slots=True)
class _Object:
    start: int
    end: int = 0
    """Of its closing brace."""
    members: list[_Member] = field(default_factory=list)


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with ``value`` at the path; objects on the way are made. Raises CannotEdit, ValueError."""
    wanted = jsonc.loads(text)
    _put_in(wanted, path, value)
    changed = _put(text, path, value)
    if jsonc.loads(changed) != wanted:
        raise CannotEdit("its form is not one that can be changed safely")
    return changed


def remove(text: str, path: Sequence[str]) -> str:
    """The text without the member at the path; as it is where there is none. Raises CannotEdit, ValueError."""
    wanted = jsonc.loads(text)
    holder = wanted
    for key in path[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or path[-1] not in holder:
        return text
    del holder[path[-1]]
    found = _object(text, _skip(text, 0))
    for key in path[:-1]:
        found = _object(text, _last(found, key).value)
    changed = _without(text, _last(found, path[-1]))
    if jsonc.loads(changed) != wanted:
        raise CannotEdit("its form is not one that can be changed safely")
    return changed


def _put(text: str, path: Sequence[str], value: Any) -> str:
    found = _object(text, _skip(text, 0))
    for depth, key in enumerate(path):
        member = next((one for one in reversed(found.members) if one.key == key), None)
        if member is None:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _inserted(text, found, key, value)
        if depth == len(path) - 1:
            written = _written(value, _indent_at(text, member.start), _step(text))
            return text[: member.value] + written + text[member.end :]
        found = _object(text, member.value)
    raise CannotEdit("the path is empty")


def _put_in(document: Any, path: Sequence[str], value: Any) -> None:
    for key in path[:-1]:
        if not isinstance(document, dict):
            break
        document = document.setdefault(key, {})
    if not isinstance(document, dict):
        raise CannotEdit(f"{'.'.join(path[:-1])} in it is no object")
    document[path[-1]] = value


def _inserted(text: str, found: _Object, key: str, value: Any) -> str:
    line = _line_end(text)
    step = _step(text)
    outer = _indent_at(text, found.start)
    indent = _indent_at(text, found.members[-1].start) if found.members else outer + step
    member = f"{line}{indent}{json.dumps(key)}: {_written(value, indent, step)}"
    if not found.members:
        inner = text[found.start + 1 : found.end].rstrip()
        return text[: found.start + 1] + inner + member + line + outer + text[found.end :]
    at = found.members[-1].end
    after = _skip(text, at)
    if text[after] == ",":  # one too many, as editors allow it
        at = _behind_comment(text, after + 1)
        return text[:at] + member + "," + text[at:]
    behind = _behind_comment(text, at)
    return text[:at] + "," + text[at:behind] + member + text[behind:]


def _behind_comment(text: str, at: int) -> int:
    """A comment in the rest of the line belongs to what stands before it."""
    rest = _COMMENT_AT_END.match(text, at)
    return rest.end() if rest is not None else at


def _without(text: str, member: _Member) -> str:
    """Its comma goes with it, and its line where nothing else stands in it."""
    start, end = member.start, member.end
    after = _skip(text, end)
    if text[after] == ",":
        end = after + 1
    else:
        comma = _comma_before(text, start)
        if comma is not None:
            text = text[:comma] + text[comma + 1 :]
            start, end = start - 1, end - 1
    before = len(text[:start].rstrip(" \t"))
    rest = re.compile(r"[ \t]*\r?\n").match(text, end)
    if rest is not None and text[:before].endswith("\n"):
        return text[:before] + text[rest.end() :]
    return text[:start] + text[end:]


def _comma_before(text: str, place: int) -> int | None:
    """Of the comma before a member; comments may hold commas, too."""
    at, comma = 0, None
    while at < place:
        space = _skip(text, at)
        if space >= place:
            break
        string = _STRING.match(text, space)
        if string is not None:
            at = string.end()
            continue
        comma = space if text[space] == "," else comma if text[space] not in "{[" else None
        at = space + 1
    return comma


def _object(text: str, at: int) -> _Object:
    if text[at : at + 1] != "{":
        raise CannotEdit("what should hold the servers is no object")
    found = _Object(at)
    at = _skip(text, at + 1)
    while text[at] != "}":
        key = _STRING.match(text, at)
        if key is None:
            raise CannotEdit(f"no name of a member at character {at}")
        value = _skip(text, _skip(text, key.end()) + 1)
        end = _value_end(text, value)
        found.members.append(_Member(json.loads(key.group()), at, value, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    found.end = at
    return found


def _value_end(text: str, at: int) -> int:
    string = _STRING.match(text, at)
    if string is not None:
        return string.end()
    if text[at] not in "{[":
        scalar = _SCALAR.match(text, at)
        if scalar is None:
            raise CannotEdit(f"no value at character {at}")
        return scalar.end()
    depth = 0
    while True:
        string = _STRING.match(text, at)
        if string is not None:
            at = _skip(text, string.end())
            continue
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
        at = _skip(text, at + 1)


def _last(found: _Object, key: str) -> _Member:
    return next(one for one in reversed(found.members) if one.key == key)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _written(value: Any, indent: str, step: str) -> str:
    text = json.dumps(value, indent=step, ensure_ascii=False)
    return text.replace("\n", "\n" + indent)


def _indent_at(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _step(text: str) -> str:
    found = re.search(r"^([ \t]+)\"", text, re.MULTILINE)
    return found[1] if found is not None else "  "


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
