"""A value too large for a model, made small: its shape, its counts, its beginning. Always valid JSON.

A preview is ``{"truncated": true, "type": "array", "length": 5000, "keys": […], "head": […]}``; those inside
a ``head`` may be previews too, and ``path`` says where the whole of each is (``paths``). Nothing is looked at
that could not be shown, so the time does not grow with the value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice

from workbench.core.model import JsonValue
from workbench.serve.value_paths import member
from workbench.text.jsontext import dumps
from workbench.text.sanitize import shortened
from workbench.text.tokens import cost, estimate

_FRAME = 40
"""Tokens of a preview without its keys and its head."""
_MARK = 16
"""Tokens of a preview that shows nothing: what is no larger stands for itself."""
_LEAST = 24
_SIGN = 40
"""Characters that say how much is cut: to cut no more than that would gain nothing."""
_DEEPEST = 20
_MOST_KEYS = 40
_LONGEST_KEY = 80
_LOOKED_AT = 20
_ITEM = 0.9
_MEMBER = 2.0
_AROUND = 0.3
_WORD = 0.6
"""Tokens of the signs at an item, at a member and around all of them, and of ``null`` beside a comma: ``","``
is one token, ``":"`` is one, and most brackets are of one with those."""
_DEAREST = 4
"""Tokens of a character at most: of a control character, six signs in JSON."""
_DEAREST_VALUE = 30
"""Of a number, or of what stands around any value."""
_BITS = 64
"""Longer whole numbers have any length."""
LEVELS = 120
"""Levels that an answer has at most. The JSON readers of clients end at 128 (Rust) or 200 (Python), and what
they cannot read they wait for; a message has two around it, a part of an answer up to four."""
_INNER = LEVELS - 4


def measure(value: JsonValue, enough: float, levels: int = _INNER) -> float:
    """About how many tokens a value is as JSON; what is over ``enough`` is not counted on. Endless, where it
    has more than ``levels``."""
    total = 0.0
    waiting = [iter((value,))]
    while waiting and total <= enough:
        if len(waiting) > levels + 1:
            return math.inf
        each = next(waiting[-1], waiting)
        if each is waiting:
            waiting.pop()
        elif isinstance(each, str):
            total += text_tokens(each, enough - total)
        elif isinstance(each, Mapping):
            total += _AROUND
            waiting.append(_members(each))
        elif isinstance(each, list | tuple):
            total += _AROUND + _ITEM * min(len(each), enough)
            waiting.append(iter(each))
        elif isinstance(each, _Key):
            total += _MEMBER + text_tokens(each.name, enough - total)
        else:
            total += _WORD if each is None or isinstance(each, bool) else cost(repr(each))
    return total


def fits(value: JsonValue, tokens: float, levels: int = _INNER) -> bool:
    """Whether ``measure`` finds it within so many tokens; most answers are so small that nothing is counted."""
    return _surely_fits(value, tokens, levels) or measure(value, tokens, levels) <= tokens


def _surely_fits(value: JsonValue, tokens: float, levels: int) -> bool:
    """Whether it would fit even if each of its characters were as dear as can be, and each of its lists and
    objects stood in the one before."""
    left = tokens
    deep = 0
    waiting = [value]
    while waiting and left >= 0:
        each = waiting.pop()
        left -= _DEAREST_VALUE
        if isinstance(each, str):
            left -= _DEAREST * len(each)
        elif isinstance(each, int):
            if each.bit_length() > _BITS:
                return False
        elif each is None or isinstance(each, float):
            continue
        elif isinstance(each, (dict, Mapping)):  # a dict is told at once
            deep += 1
            left -= 2 * _DEAREST_VALUE * len(each)
            if left >= 0:
                left -= _DEAREST * sum(map(len, each))
                waiting += each.values()
        elif isinstance(each, list | tuple):
            deep += 1
            left -= len(each)
            if left >= 0:
                waiting += each
    return left >= 0 and deep <= levels


def _levels(depth: int) -> int:
    """Levels that are left for a value in so many previews: each is an object with a ``head``."""
    return _INNER - 2 * depth


def text_tokens(text: str, enough: float) -> float:
    """Of a text as JSON writes it; its quotes are of one with the signs around it."""
    if len(text) > 200 * max(enough, 100):
        return len(text) / 200  # no text takes less
    return cost(dumps(text)[1:-1])


def preview(value: JsonValue, tokens: float, path: str = "$", depth: int = 0) -> JsonValue:
    """``value`` itself where it fits into ``tokens`` or is tiny, else a preview of about that size."""
    if fits(value, max(tokens, _MARK), _levels(depth)):
        return value
    if isinstance(value, str):
        kind = "string"
    elif isinstance(value, Mapping):
        kind = "object"
    elif isinstance(value, list | tuple):
        kind = "array"
    else:
        return value
    shown: dict[str, JsonValue] = {
        "truncated": True,
        "type": kind,
        "length": len(value),
        "path": path,
    }
    left = tokens - _FRAME
    if left < _LEAST or depth > _DEEPEST:
        return shown
    if isinstance(value, str):
        shown |= _ends(value, left)
    elif isinstance(value, Mapping):
        shown["keys"], used = _keys(value, left / 4)
        shown["head"] = _head_of_object(value, left - used, path, depth)
    else:
        used = 0.0
        inside = [item for item in value[:_LOOKED_AT] if isinstance(item, Mapping)]
        if inside:
            shown["keys"], used = _keys({key: None for item in inside for key in item}, left / 4)
        shown["head"] = _head_of_array(value, left - used, path, depth)
    return shown


def cut_middle(text: str, tokens: float) -> str:
    """A text of at most about ``tokens``, its beginning and its end kept: a message, a stack, a script."""
    if text_tokens(text, tokens) <= tokens:
        return text
    ends = _ends(text, max(tokens - 12, _LEAST))
    gone = len(text) - len(ends["head"]) - len(ends["tail"])
    if gone <= _SIGN:
        return text
    return f"{ends['head']} … ({gone} characters cut) … {ends['tail']}"


def share(costs: Sequence[float], tokens: float) -> list[float]:
    """What each part may take: the small ones what they need, the large ones alike of what is left."""
    shares = [0.0] * len(costs)
    left = tokens
    order = sorted(range(len(costs)), key=costs.__getitem__)
    for number, index in enumerate(order):
        shares[index] = min(costs[index], left / (len(order) - number))
        left -= shares[index]
    return shares


class _Key:
    """The name of a member, among the values that are measured."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def _members(value: Mapping[str, JsonValue]) -> JsonValue:
    for name, inside in value.items():
        yield _Key(name)
        yield inside


def _ends(text: str, tokens: float) -> dict[str, str]:
    """The beginning and the end that fit, three to one."""
    return {"head": fitting(text, tokens * 3 / 4), "tail": fitting(text, tokens / 4, end=True)}


def fitting(text: str, tokens: float, *, end: bool = False) -> str:
    """The beginning (or the end) of a text that takes at most about ``tokens`` as JSON."""
    size = min(len(text), int(tokens * 8))
    while size > 0:
        part = text[-size:] if end else text[:size]
        cost = estimate(dumps(part))
        if cost <= tokens:
            return part
        size = min(size - 1, int(size * max(0.3, tokens / cost)))
    return ""


def _keys(value: Mapping[str, JsonValue], tokens: float) -> tuple[list[str], float]:
    """The names of the first members, and what they take."""
    keys: list[str] = []
    used = 0.0
    for name in islice(value, _MOST_KEYS):
        shown = shortened(name, _LONGEST_KEY)
        cost = estimate(shown) + 1 + _ITEM
        if used + cost > tokens:
            break
        keys.append(shown)
        used += cost
    return keys, used


def _head_of_array(
    value: Sequence[JsonValue], tokens: float, path: str, depth: int
) -> list[JsonValue]:
    head: list[JsonValue] = []
    left = tokens
    for index, item in enumerate(value):
        taken = measure(item, left, _levels(depth + 1)) + _ITEM
        if taken > left:
            if not head and left > _LEAST:
                head.append(preview(item, left, f"{path}[{index}]", depth + 1))
            break
        head.append(item)
        left -= taken
    return head


def _head_of_object(
    value: Mapping[str, JsonValue], tokens: float, path: str, depth: int
) -> dict[str, JsonValue]:
    names = [name for name in islice(value, _MOST_KEYS) if len(name) <= _LONGEST_KEY]
    names = names[: max(1, int(tokens / _LEAST))]
    around = [estimate(name) + 1 + _MEMBER for name in names]
    costs = [measure(value[name], tokens, _levels(depth + 1)) for name in names]
    shares = share(costs, tokens - sum(around))
    return {
        name: preview(value[name], part, path + member(name), depth + 1)
        for name, part in zip(names, shares, strict=True)
    }
