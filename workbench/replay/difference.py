"""The difference of two JSON values, and of two scripts, as data."""

from __future__ import annotations

import re

from workbench.core.model import JsonValue
from workbench.replay.aligning import common_pairs

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*\Z")
_MOST = 200


def json_difference(expected: JsonValue, actual: JsonValue, path: str = "$") -> list[JsonValue]:
    """``[{path, expected, actual}, …]``; a side that has no such member is left out.

    Empty: the values are equal. At most 200 entries, the last then says how many more there are.
    """
    found: list[JsonValue] = []
    pending: list[tuple[str, JsonValue, JsonValue]] = [(path, expected, actual)]
    while pending:
        where, left, right = pending.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            members = list(dict.fromkeys([*left, *right]))
            for name in reversed(members):
                step = f".{name}" if _IDENTIFIER.match(name) else f"[{name!r}]"
                if name not in left:
                    found.append({"path": where + step, "actual": right[name]})
                elif name not in right:
                    found.append({"path": where + step, "expected": left[name]})
                else:
                    pending.append((where + step, left[name], right[name]))
        elif isinstance(left, list) and isinstance(right, list):
            for index in reversed(range(max(len(left), len(right)))):
                step = f"[{index}]"
                if index >= len(left):
                    found.append({"path": where + step, "actual": right[index]})
                elif index >= len(right):
                    found.append({"path": where + step, "expected": left[index]})
                else:
                    pending.append((where + step, left[index], right[index]))
        elif not same(left, right):
            found.append({"path": where, "expected": left, "actual": right})
    if len(found) > _MOST:
        return [*found[:_MOST], {"path": path, "more": len(found) - _MOST}]
    return found


def same(left: JsonValue, right: JsonValue) -> bool:
    """Equal as JSON: 1 is 1.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def changed_lines(before: str, after: str) -> tuple[list[int], list[int]]:
    """The lines (from 1) of one script that the other has not, and the other way round."""
    left, right = before.splitlines(), after.splitlines()
    common = common_pairs(left, right)
    kept, kept_new = {i for i, _ in common}, {j for _, j in common}
    gone = [i + 1 for i in range(len(left)) if i not in kept]
    return gone, [j + 1 for j in range(len(right)) if j not in kept_new]
