"""Two executions side by side: calls aligned, arguments, results, value and timing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.core.model import JsonValue
from workbench.history import CallRow, Recording
from workbench.replay.aligning import common_pairs
from workbench.replay.difference import json_difference
from workbench.replay.recorded_tools import Divergence, asked, key, side
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A call of one execution and its like in the other; None: it has none."""

    a: CallRow | None
    b: CallRow | None
    diff: list[JsonValue]
    """Of arguments and outcome; empty: they are the same."""


def compare_calls(a: Recording, b: Recording) -> list[Pair]:
    """Every call of either, aligned."""
    return [Pair(left, right, _difference(left, right)) for left, right in align(a, b)]


def compare_ends(a: Recording, b: Recording) -> list[JsonValue]:
    """The difference of value, error and console."""
    return json_difference(end_of(a), end_of(b))


def align(a: Recording, b: Recording) -> list[tuple[CallRow | None, CallRow | None]]:
    """Pairs of calls in order; one side is None where the other execution made no such call."""
    keys_a = [key(call) for call in a.calls]
    keys_b = [key(call) for call in b.calls]
    pairs: list[tuple[CallRow | None, CallRow | None]] = []
    i = j = 0
    for at_a, at_b in (*common_pairs(keys_a, keys_b), (len(keys_a), len(keys_b))):
        pairs += _changed(a.calls[i:at_a], b.calls[j:at_b])
        if at_a < len(keys_a):
            pairs.append((a.calls[at_a], b.calls[at_b]))
        i, j = at_a + 1, at_b + 1
    return pairs


def _changed(
    left: Sequence[CallRow], right: Sequence[CallRow]
) -> Iterator[tuple[CallRow | None, CallRow | None]]:
    """Between calls that are in both: other arguments to the same tool are one call that changed."""
    i = j = 0
    while i < len(left) or j < len(right):
        both = i < len(left) and j < len(right)
        if both and asked(left[i]) == asked(right[j]):
            yield left[i], right[j]
            i, j = i + 1, j + 1
        elif len(left) - i >= len(right) - j:
            yield left[i], None
            i += 1
        else:
            yield None, right[j]
            j += 1


def compare(a: Recording, b: Recording) -> dict[str, JsonValue]:
    """``{same, calls: [{a, b, same, diff}], value_diff, timing}``: what ``workbench diff --json`` prints."""
    pairs = compare_calls(a, b)
    value = compare_ends(a, b)
    return {
        "same": not value and not any(pair.diff for pair in pairs),
        "calls": [
            {
                "a": _shown(pair.a),
                "b": _shown(pair.b),
                "same": not pair.diff,
                "diff": pair.diff or None,
            }
            for pair in pairs
        ],
        "value_diff": value or None,
        "timing": {
            "a_ms": a.duration_ms,
            "b_ms": b.duration_ms,
            "delta_ms": None
            if a.duration_ms is None or b.duration_ms is None
            else b.duration_ms - a.duration_ms,
        },
    }


def first_divergence(a: Recording, b: Recording) -> Divergence | None:
    """Where ``b`` first differs from ``a``: a call, its outcome, or the end. None: nowhere."""
    for left, right in align(a, b):
        diff = _difference(left, right)
        if diff:
            shown = right if right is not None else left
            assert shown is not None
            return Divergence(
                call=shown.seq,
                expected=None if left is None else side(left),
                actual=None if right is None else side(right),
                diff=diff,
                line=right.line if right is not None else None,
                original_line=left.line if left is not None else None,
                cause="live servers answered otherwise" if left and right else "another call",
            )
    diff = compare_ends(a, b)
    return Divergence(None, diff=diff, cause="live servers answered otherwise") if diff else None


def _difference(left: CallRow | None, right: CallRow | None) -> list[JsonValue]:
    if left is not None and right is not None and _texts(left) == _texts(right):
        return []  # as most are: nothing need be parsed
    return json_difference(_content(left), _content(right))


def _texts(call: CallRow) -> tuple[object, ...]:
    return (*asked(call), call.args_text, call.ok, call.result_text, call.error_text)


def _content(call: CallRow | None) -> JsonValue:
    if call is None:
        return None
    return {**side(call), "ok": call.ok, "result": call.result, "error": call.error}


def _shown(call: CallRow | None) -> JsonValue:
    return None if call is None else call.to_json()


def end_of(recording: Recording) -> JsonValue:
    """``{value, error, logs}`` as they are compared."""
    error = recording.error
    return {
        "value": recording.value,
        "error": None if error is None else {"code": error["code"], "message": error["message"]},
        "logs": [[line["level"], line["text"]] for line in recording.logs],
    }
