"""A value held against a schema, step by step, within a budget.

A schema is outside data: a few lines of it can ask for more work than there is time, and one wrong word in it
says nothing of the rest. So every step is counted, nothing is copied, and what cannot be understood is noted
and passes: the server judges what is in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from workbench.catalogue.schemas import rules
from workbench.catalogue.schemas.parts import Parts
from workbench.catalogue.schemas.values import scalar
from workbench.core.model import JsonValue
from workbench.text.sanitize import shortened
from workbench.util.dataclass import dataclass

Path: TypeAlias = tuple[str | int, ...]

_MOST_FAULTS = 50
_DEEPEST = 200
_TEXT_A_STEP = 256
_SHOWN = 60
_REFERENCES = ("$ref",)


_A_PATTERN_GIVEN_UP = 40_000
"""Steps for each after the first: it takes about ten milliseconds to learn that one is of no use."""


class OutOfBudget(Exception):
    """The check takes more steps than it may."""


class Enough(Exception):
    """So many faults are found that the rest is of no interest."""


class Fault(NamedTuple):
    """One thing that is wrong."""

    keyword: str
    path: Path
    """Where in the value."""
    node: Mapping[str, Any]
    """The sub-schema whose keyword failed."""
    value: JsonValue
    """What is there."""
    names: tuple[str, ...] = ()
    """Of ``required``: the missing field; of ``additionalProperties``: the first unknown ones."""
    more: int = 0
    """How many unknown fields there are beside those."""


class Spot(NamedTuple):
    """A value at its place, and the schema that it is held against."""

    value: JsonValue
    node: dict[str, Any]
    path: Path
    faults: list[Fault] | None
    """Where faults are told; None: the first one ends the check."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a walk found."""

    faults: tuple[Fault, ...]
    doubts: tuple[str, ...]
    """What in the schema cannot be understood, in words: it was passed over."""


def walk(parts: Parts, value: JsonValue, budget: int) -> Findings:
    """The faults of a value, at most fifty. Raises OutOfBudget after ``budget`` steps."""
    walker = Walk(parts, budget)
    faults: list[Fault] = []
    try:
        walker.check(parts.root, value, (), faults)
    except Enough:
        pass
    except RecursionError:
        raise OutOfBudget from None
    return Findings(tuple(faults), tuple(walker.doubts))


class Walk:
    """One value on its way through one schema."""

    def __init__(self, parts: Parts, budget: int) -> None:
        self.parts = parts
        self.doubts: dict[str, None] = {}
        self._left = budget
        self._depth = 0
        self._doubted = 0
        self._gave_up = False
        self._known: dict[tuple[int, int], bool | None] = {}
        """Whether a value fits the target of a reference: asked once, however often it is referred to."""
        self._following: set[tuple[int, int]] = set()
        """What is being asked just now."""

    def check(self, schema: Any, value: JsonValue, path: Path, faults: list[Fault] | None) -> bool:
        """Whether a value fits a schema."""
        self._left -= 1
        if self._left < 0 or self._depth >= _DEEPEST:
            raise OutOfBudget
        if not isinstance(schema, dict):
            return schema is not False or self.fault(Spot(value, {}, path, faults), "false")
        if value is None and schema.get("nullable") is True:  # OpenAPI's word for it
            return True
        spot = Spot(value, schema, path, faults)
        good = True
        self._depth += 1
        for keyword in _REFERENCES if self.parts.is_old and "$ref" in schema else schema:
            rule = rules.RULES.get(keyword)
            if rule is not None and not rule(self, schema[keyword], spot):
                good = False
                if faults is None:
                    break
        self._depth -= 1
        return good

    def fits(self, schema: Any, value: JsonValue) -> bool | None:
        """Whether a value fits, where nobody asks why; None: as far as the schema can be understood."""
        doubted = self._doubted
        if not self.check(schema, value, (), None):
            return False
        return True if self._doubted == doubted else None

    def follow(self, reference: Any, spot: Spot) -> bool:
        """``check`` against what a reference means."""
        target = self.parts.target(reference)
        if target is None:
            return self.doubt(f"the reference {_cut(reference)} leads nowhere")
        place = (id(target), id(spot.value))
        if place in self._following:
            return self.doubt(f"the reference {_cut(reference)} leads back to itself")
        if place in self._known:
            known = self._known[place]
            if known is None:
                self._doubted += 1
            if known is not False or spot.faults is None:
                return known is not False
        doubted = self._doubted
        self._following.add(place)
        good = self.check(target, spot.value, spot.path, spot.faults)
        self._following.discard(place)
        self._known[place] = None if good and self._doubted > doubted else good
        return good

    def same(self, left: JsonValue, right: JsonValue) -> bool:
        """Whether two values are the same JSON."""
        self.spend(1)
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(self.same, left, right))
        if isinstance(left, dict) and isinstance(right, dict):
            return left.keys() == right.keys() and all(
                self.same(item, right[name]) for name, item in left.items()
            )
        plain = scalar(left)
        return plain is not None and plain == scalar(right)

    def matches(self, pattern: Any, text: str) -> bool:
        """Whether a text matches a pattern; True where that cannot be told."""
        self.spend(1 + len(text) // _TEXT_A_STEP)
        given_up = self.parts.given_up
        found = self.parts.matches(pattern, text)
        if self.parts.given_up > given_up:
            self.spend(_A_PATTERN_GIVEN_UP if self._gave_up else 0)
            self._gave_up = True
        return self.doubt(f"the pattern {_cut(pattern)} cannot be used") if found is None else found

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise OutOfBudget

    def fault(self, spot: Spot, keyword: str, names: tuple[str, ...] = (), more: int = 0) -> bool:
        """Tell that a keyword does not hold; False."""
        if spot.faults is not None:
            spot.faults.append(Fault(keyword, spot.path, spot.node, spot.value, names, more))
            if len(spot.faults) >= _MOST_FAULTS:
                raise Enough
        return False

    def doubt(self, words: str) -> bool:
        """Note what cannot be understood, and let it pass; True."""
        self._doubted += 1
        if len(self.doubts) < _MOST_FAULTS:
            self.doubts[words] = None
        return True

    def unclear(self, keyword: str, operand: Any) -> bool:
        return self.doubt(f"{keyword!r} cannot be {_cut(operand)}")


def _cut(value: Any) -> str:
    text = repr(value[:_SHOWN] if isinstance(value, str) else value)
    return shortened(text, _SHOWN)
