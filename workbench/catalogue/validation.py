"""Checking a value against a JSON Schema that a server sent, with messages that say what is right.

The schema is outside data: the check has a budget, a small one in the event loop and a larger one beside it.
What takes more is not checked, and said so; the server decides then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from workbench.catalogue.schemas.parts import PATTERN_BYTES, Parts, is_plain
from workbench.catalogue.schemas.walk import OutOfBudget, Path, walk
from workbench.catalogue.schemas.words import explain, kind_of, placed
from workbench.core.model import JsonValue

_IN_THE_LOOP = 1_000
"""Steps; one takes about a microsecond."""
_BESIDE_IT = 50_000
_A_PART_OF_THE_VALUE = 8
_MOST = 200_000
_QUICK_NODES = 300
_QUICK_VALUES = 100
_QUICK_TEXT = 10_000
_QUICK_FROM = 256
"""Checks that find nothing. The library takes 25 ms to be imported and a schema up to 0.3 to be compiled; each
check is 10 to 20 µs shorter then. Where the walk finds something it is asked at once: it knows the keywords of
the draft that a schema names, the walk those of all."""


class Verdict(NamedTuple):
    """What a check found."""

    problems: tuple[str, ...] = ()
    """What is wrong with the value, most important first."""
    notes: tuple[str, ...] = ()
    """What was not checked, and why."""


_GOOD = Verdict()
_TOO_LONG = Verdict(notes=("checking it against the schema takes too long: it is not checked",))


class SchemaCheck:
    """One schema; what is looked up in it is kept."""

    __slots__ = ("_asked", "_parts", "_quick")

    def __init__(self, schema: Mapping[str, JsonValue]) -> None:
        self._parts = Parts(schema)
        self._asked = 0
        self._quick: Any = None
        """jsonschema-rs, for a schema that cannot ask for much; False: this one can."""

    def verdict(self, value: JsonValue) -> Verdict:
        """The verdict on a value, for who can wait for it: up to half a second for the worst."""
        if self._is_good(value):
            return _GOOD
        try:
            return self._within(value, _IN_THE_LOOP)
        except OutOfBudget:
            return self._at_length(value)

    async def judged(self, value: JsonValue) -> Verdict:
        """``verdict`` in an event loop: what takes long is looked at beside it."""
        if self._is_good(value):
            return _GOOD
        try:
            return self._within(value, _IN_THE_LOOP)
        except OutOfBudget:
            import asyncio  # most commands run no event loop

            return await asyncio.to_thread(self._at_length, value)

    def at_a_glance(self, value: JsonValue) -> Verdict:
        """``verdict`` within a millisecond, for who asks at every key; what takes longer is not checked."""
        try:
            return _GOOD if self._is_good(value) else self._within(value, _IN_THE_LOOP)
        except OutOfBudget:
            return _TOO_LONG

    def placed(self, value: JsonValue) -> tuple[tuple[Path, str], ...]:
        """As ``at_a_glance``, each problem with its place: of the first fifty one a place."""
        try:
            if self._is_good(value):
                return ()
            return placed(walk(self._parts, value, _IN_THE_LOOP).faults, self._parts.root)
        except OutOfBudget:
            return ()

    def problems(self, value: JsonValue) -> tuple[str, ...]:
        """What is wrong with ``value``; empty: nothing that was found."""
        return self.verdict(value).problems

    def _at_length(self, value: JsonValue) -> Verdict:
        budget = _BESIDE_IT + _A_PART_OF_THE_VALUE * _size(value, _MOST)
        try:
            return self._within(value, min(budget, _MOST))
        except OutOfBudget:
            return _TOO_LONG

    def _is_good(self, value: JsonValue) -> bool:
        """A quick yes to what nearly every call is: a few values, and right."""
        if not _is_small(value):
            return False
        if self._quick is None:
            self._asked += 1
            if self._asked < _QUICK_FROM and self._has_nothing_to_say(value):
                return True
            self._quick = self._compiled()
        try:
            return self._quick is not False and bool(self._quick.is_valid(value))
        except (ValueError, TypeError, OverflowError):
            return False

    def _has_nothing_to_say(self, value: JsonValue) -> bool:
        try:
            return self._within(value, _IN_THE_LOOP) == _GOOD
        except OutOfBudget:
            return False

    def _compiled(self) -> Any:
        from jsonschema_rs import RegexOptions, validator_for

        if not is_plain(self._parts, _QUICK_NODES):
            return False
        try:
            # Patterns that take linear time only; the walk has a bound for the others.
            linear = RegexOptions(size_limit=PATTERN_BYTES)
            return validator_for(self._parts.root, offline=True, pattern_options=linear)
        except (ValueError, TypeError, OverflowError):
            return False

    def _within(self, value: JsonValue, budget: int) -> Verdict:
        found = walk(self._parts, value, budget)
        problems = explain(found.faults, self._parts.root) if found.faults else ()
        notes = tuple(f"{doubt}: it is not checked" for doubt in found.doubts)
        return Verdict(problems, notes)


def argument_problems(check: SchemaCheck, args: JsonValue) -> tuple[str, ...]:
    """What is wrong with the arguments of a call, in words for who wrote the script."""
    return _no_object(args) or check.problems(args)


async def judge_arguments(check: SchemaCheck, args: JsonValue) -> Verdict:
    """``argument_problems`` in an event loop, with what was not checked."""
    wrong = _no_object(args)
    return Verdict(wrong) if wrong else await check.judged(args)


def _no_object(args: JsonValue) -> tuple[str, ...]:
    if isinstance(args, dict):
        return ()
    return (f"arguments must be an object, not {kind_of(args)}",)


def _size(value: JsonValue, most: int) -> int:
    """How many values there are in it, up to ``most``."""
    count = 1
    pending: list[Any] = [value]
    while pending and count < most:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item.values()
            count += len(item)
        elif isinstance(item, list):
            pending += item
            count += len(item)
    return count


def _is_small(value: JsonValue) -> bool:
    values = text = 0
    pending: list[Any] = [value]
    while pending:
        item = pending.pop()
        values += 1
        if isinstance(item, str):
            text += len(item)
        elif isinstance(item, dict):
            values += len(item)
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        if len(pending) + values > _QUICK_VALUES or text > _QUICK_TEXT:
            return False
    return True
