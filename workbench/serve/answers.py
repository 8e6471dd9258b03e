"""What goes back to a model, held to ``max_answer_tokens``: the same shapes, and the way to what was cut.

Whole where it fits. Else the parts share the room (small ones whole, large ones alike), a value becomes a
preview, console lines and messages lose their middle, and ``cut`` lists what is missing. Tokens are an
estimate of o200k_base (``text.tokens``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.core.model import JsonValue
from workbench.serve.preview import LEVELS, cut_middle, fits, fitting, measure, preview, share
from workbench.serve.value_paths import Found, member
from workbench.text.jsontext import depth_over, dumps
from workbench.text.tokens import estimate

_FRAME = 150
"""Tokens of an answer beside its parts, with the notes on what was cut."""
_ANY_SIZE = 1 << 40
_TRIES = 4
_LINE = 12
"""Tokens of a console line beside its text."""
_PAGE = 100


def bounded_execution(shown: dict[str, JsonValue], most: int) -> dict[str, JsonValue]:
    """The result of an execution in at most about ``most`` tokens; 0: as it is."""
    room = _room(shown, most)
    if room is None:
        return shown
    way = f'get_execution(execution_id="{shown["execution_id"]}", '
    parts = ("value", "logs", "error", "warnings")
    return _held(shown, room, lambda tokens: _cut_parts(shown, parts, tokens, way))


def bounded_trace(shown: dict[str, JsonValue], most: int) -> dict[str, JsonValue]:
    """``history show`` in at most about ``most`` tokens; 0: as it is."""
    room = _room(shown, most)
    if room is None:
        return shown
    way = f'get_execution(execution_id="{shown["execution_id"]}", '
    parts = ("code", "input", "value", "error", "logs", "calls")
    return _held(shown, room, lambda tokens: _cut_parts(shown, parts, tokens, way))


def page(execution_id: str, found: Found, most: int) -> dict[str, JsonValue]:
    """What a path leads to, as much as fits: ``{execution_id, path, type, length, value}``; ``next`` is the
    path of what follows."""
    whole = found.part()
    told: dict[str, JsonValue] = {"execution_id": execution_id, "path": found.path}
    if not isinstance(whole, str | list | tuple | Mapping):
        return {**told, "type": _kind(whole), "value": whole}
    told |= {"type": _kind(whole), "length": len(found.whole)}
    if found.sliced:
        told["from"] = found.start
    if fits(whole, most - _FRAME, LEVELS - 1) if most else not depth_over(whole, LEVELS - 1):
        return {**told, "value": whole}

    def fill(tokens: float) -> dict[str, JsonValue]:
        value, taken = _filled(whole, tokens, found)
        more = {} if taken >= len(whole) else {"next": _rest(found, taken, len(whole))}
        return {**told, "value": value, **more}

    return _held({}, most or _ANY_SIZE, fill)


def _room(whole: dict[str, JsonValue], most: int) -> int | None:
    """The tokens that an answer is held to; None: it may go as it is. Its levels have a limit of their own."""
    if most:
        return None if fits(whole, most, LEVELS) else most
    return _ANY_SIZE if depth_over(whole, LEVELS) else None


def _held(
    whole: dict[str, JsonValue], most: int, make: Callable[[float], dict[str, JsonValue]]
) -> dict[str, JsonValue]:
    """What ``make`` gives with as many tokens as make the whole answer fit: parts only estimate it."""
    tokens = float(most - _FRAME)
    answer = whole
    for _ in range(_TRIES):
        answer = make(max(tokens, 0.0))
        size = estimate(dumps(answer))
        if size <= most:
            break
        tokens *= max(0.3, 0.95 * most / size)
    return answer


def _cut_parts(
    shown: Mapping[str, JsonValue], names: tuple[str, ...], tokens: float, way: str
) -> dict[str, JsonValue]:
    present = [name for name in names if name in shown]
    costs = [measure(shown[name], tokens) for name in present]
    rest = {name: value for name, value in shown.items() if name not in present}
    room = share(costs, tokens - measure(rest, tokens))
    out = dict(shown)
    notes: list[str] = []
    for name, cost, part in zip(present, costs, room, strict=True):
        if cost > part:
            out[name], note = _CUTTERS[name](shown[name], part)
            if out[name] != shown[name]:
                notes.append(note.replace("{way}", way))
    return {**out, "cut": notes} if notes else out


def _cut_value(name: str) -> Callable[[JsonValue, float], tuple[JsonValue, str]]:
    path = "$" if name == "value" else name

    def cut(value: JsonValue, tokens: float) -> tuple[JsonValue, str]:
        small = preview(value, tokens, path)
        if small is value:
            return value, ""
        if isinstance(value, list):
            shown = len(small["head"]) if "head" in small else 0
            start = shown if shown and small["head"][-1] is value[shown - 1] else max(0, shown - 1)
            more = _quoted(f"{path}[{start}:{start + _PAGE}]")
            return (
                small,
                f"{name}: {shown} of {len(value)} items are shown; the rest: {{way}}path={more})",
            )
        if isinstance(value, str):
            start = len(small.get("head", ""))
            more = _quoted(f"{path}[{start}:{start + 100 * _PAGE}]")
            return (
                small,
                f"{name}: a part of {len(value)} characters is shown; the rest: {{way}}path={more})",
            )
        larger = _largest(value)
        more = _quoted(path + larger)
        return (
            small,
            f"{name}: a preview is shown; the parts: {{way}}path={more}), as `path` says where it is cut",
        )

    return cut


def _largest(value: JsonValue) -> str:
    """The step to the member that was most likely cut."""
    if not isinstance(value, Mapping):
        return ""
    sized = [
        (len(inside), name)
        for name, inside in value.items()
        if isinstance(inside, str | list | Mapping) and len(name) <= 60
    ]
    if not sized:
        return f"[0:{_PAGE}]"
    size, name = max(sized)
    return member(name) + (f"[0:{_PAGE}]" if size > _PAGE and isinstance(value[name], list) else "")


def _cut_logs(logs: list[JsonValue], tokens: float) -> tuple[list[JsonValue], str]:
    """The first and the last lines, each of bounded length; a line in between says what is gone."""
    longest = max(tokens / 4, 30.0)
    head: list[JsonValue] = []
    tail: list[JsonValue] = []
    left = tokens - 2 * _LINE
    first, last = 0, len(logs)
    while first < last:
        from_end = len(tail) * 2 < len(head)  # two lines of the beginning, one of the end
        line = logs[last - 1] if from_end else logs[first]
        line = {**line, "text": cut_middle(str(line["text"]), longest)}
        cost = measure(line, left) + 1
        if cost > left:
            break
        left -= cost
        if from_end:
            tail.append(line)
            last -= 1
        else:
            head.append(line)
            first += 1
    gone = last - first
    if gone:
        rest = f"logs[{first}:{min(last, first + _PAGE)}]"
    else:  # every line is there: what is missing is the middle of long ones
        at = max(range(len(logs)), key=lambda at: len(logs[at]["text"]), default=0)
        rest = f"logs[{at}].text"
    more = _quoted(rest)
    # A program reads this number: no comma in it.
    cut = f"… {gone} {'line' if gone == 1 else 'lines'} cut …"
    between = [{"level": "info", "text": cut, "truncated": True}] if gone else []
    told = f"logs: {gone} of {len(logs)} lines are left out" if gone else "logs: long lines are cut"
    return [*head, *between, *reversed(tail)], f"{told}; the rest: {{way}}path={more})"


def _cut_error(error: JsonValue, tokens: float) -> tuple[JsonValue, str]:
    if not isinstance(error, Mapping):
        return error, ""
    names = [name for name in ("message", "stack", "details") if error.get(name) is not None]
    fixed = {name: value for name, value in error.items() if name not in names}
    costs = [measure(error[name], tokens) for name in names]
    room = share(costs, max(0.0, tokens - measure(fixed, tokens) - 10 * len(names)))
    out: dict[str, JsonValue] = dict(error)
    for name, part in zip(names, room, strict=True):
        if name == "details":
            out[name] = preview(error[name], part, "error.details")
        else:
            out[name] = cut_middle(str(error[name]), part)
    return out, 'error: cut in the middle; the whole: {way}path="error")'


def _cut_warnings(warnings: list[str], tokens: float) -> tuple[list[str], str]:
    kept: list[str] = []
    for text in warnings:
        shown = cut_middle(text, tokens / 3)
        tokens -= measure(shown, tokens)
        if tokens < 0:
            break
        kept.append(shown)
    return kept, f"warnings: {len(kept)} of {len(warnings)} are shown"


def _cut_code(code: str, tokens: float) -> tuple[str, str]:
    return cut_middle(code, tokens), 'code: cut in the middle; the whole: {way}path="code")'


def _cut_calls(calls: list[JsonValue], tokens: float) -> tuple[list[JsonValue], str]:
    """As many calls as fit, each with its arguments and its result in little."""
    each = max(60.0, tokens / max(1, min(len(calls), 12)))
    shown: list[JsonValue] = []
    left = tokens
    for call in calls:
        small = call if fits(call, each) else _small_call(call, each)
        cost = measure(small, left) + 1
        if cost > left and shown:
            break
        shown.append(small)
        left -= cost
    number = calls[len(shown)]["seq"] if len(shown) < len(calls) else None
    told = f"calls: {len(shown)} of {len(calls)} are shown in little"
    more = f"; the others: {{way}}calls_from={number})" if number else ""
    first = calls[0]["seq"] - 1 if calls else 0
    return shown, f'{told}{more}; a whole one: {{way}}path="calls[{first}]")'


def _small_call(call: Mapping[str, JsonValue], tokens: float) -> dict[str, JsonValue]:
    large = [name for name in ("args", "result", "content", "error") if call.get(name) is not None]
    if call.get("result") is not None and "content" in large:
        large.remove("content")  # it is the result once more, as the server sent it
    fixed = {name: value for name, value in call.items() if name not in (*large, "content")}
    costs = [measure(call[name], tokens) for name in large]
    room = share(costs, max(0.0, tokens - measure(fixed, tokens)))
    where = f"calls[{call['seq'] - 1}]"
    out: dict[str, Any] = dict(fixed)
    for name, part in zip(large, room, strict=True):
        out[name] = preview(call[name], part, f"{where}.{name}")
    return out


_CUTTERS: dict[str, Callable[[Any, float], tuple[JsonValue, str]]] = {
    "value": _cut_value("value"),
    "input": _cut_value("input"),
    "logs": _cut_logs,
    "error": _cut_error,
    "warnings": _cut_warnings,
    "code": _cut_code,
    "calls": _cut_calls,
}


def _filled(whole: JsonValue, tokens: float, found: Found) -> tuple[JsonValue, int]:
    """The first parts that fit, and how many they are; the first alone as a preview where it is too large."""
    if isinstance(whole, str):
        text = fitting(whole, tokens) or whole[:1]
        return text, len(text)
    left = tokens
    if isinstance(whole, Mapping):
        members: dict[str, JsonValue] = {}
        for name, inside in whole.items():
            left -= measure({name: inside}, left)
            if left < 0:
                break
            members[name] = inside
        if members or not whole:
            return members, len(members)
        name = next(iter(whole))
        return {name: preview(whole[name], tokens, found.path + member(name))}, 1
    items: list[JsonValue] = []
    for item in whole:
        left -= measure(item, left) + 1
        if left < 0:
            break
        items.append(item)
    if items or not whole:
        return items, len(items)
    return [preview(whole[0], tokens, f"{found.path}[{found.start}]")], 1


def _rest(found: Found, taken: int, size: int) -> str:
    start = found.start + taken
    end = found.start + size
    return f"{found.path}[{start}:{end}]"


def _quoted(path: str) -> str:
    text: str = dumps(path)
    return text


def _kind(value: JsonValue) -> str:
    kinds = {
        "str": "string",
        "dict": "object",
        "list": "array",
        "tuple": "array",
        "bool": "boolean",
    }
    return "null" if value is None else kinds.get(type(value).__name__, "number")
