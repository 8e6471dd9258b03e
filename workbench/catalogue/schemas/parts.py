"""What is looked up in a schema again and again: the targets of references, patterns, long lists of options."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple

from workbench.catalogue.schemas.values import scalar
from workbench.core.model import JsonValue
from workbench.util.digits import whole

_OLD = ("draft-03", "draft-04", "draft-06", "draft-07")
_LONGEST_PATTERN = 4_096
PATTERN_BYTES = 1 << 20
_BACKTRACKS = 10_000
_MOST_NODES = 50_000
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_NOWHERE = object()
_PLAIN = frozenset({str, int, float, type(None)})
"""Among which those are equal that JSON Schema calls equal."""
_NAMES = (("$id", ""), ("id", ""), ("$anchor", "#"), ("$dynamicAnchor", "#"))


class Pattern:
    """A regular expression of a schema; it takes time linear in the text, or gives up."""

    def __init__(self, source: Any) -> None:
        self._may_give_up = False
        self._validator = self._compiled(source)

    def matches(self, text: str) -> bool | None:
        """Whether the pattern is found in a text; None: that cannot be told."""
        if self._validator is None:
            return None
        if not self._may_give_up:
            return bool(self._validator.is_valid(text))
        errors = list(self._validator.iter_errors(text))
        if any("error" in error.kind.as_dict() for error in errors):
            return None
        return not errors

    def _compiled(self, source: Any) -> Any:
        from jsonschema_rs import FancyRegexOptions, RegexOptions, validator_for

        if not isinstance(source, str) or len(source) > _LONGEST_PATTERN:
            return None
        for options in (
            RegexOptions(size_limit=PATTERN_BYTES),
            FancyRegexOptions(backtrack_limit=_BACKTRACKS, size_limit=PATTERN_BYTES),
        ):
            try:
                return validator_for({"pattern": source}, pattern_options=options, offline=True)
            except ValueError:
                self._may_give_up = True
        return None


class Options(NamedTuple):
    """The values of an ``enum``."""

    plain: frozenset[Hashable]
    """Texts and numbers as they are, where there is nothing else: a pair for each takes ten times as long."""
    scalars: frozenset[Hashable]
    """Else: what ``scalar`` makes of those that are no lists and objects."""
    others: tuple[JsonValue, ...]

    def has(self, value: JsonValue) -> bool:
        """Whether a value that is neither list nor object is among them."""
        own = scalar(value)
        return own in self.scalars or (type(value) in _PLAIN and value in self.plain)


def _sorted(options: list[JsonValue]) -> Options:
    if _PLAIN.issuperset(map(type, options)):
        return Options(frozenset(options), frozenset(), ())
    scalars = frozenset(one for option in options if (one := scalar(option)) is not None)
    return Options(frozenset(), scalars, tuple(one for one in options if scalar(one) is None))


class Parts:
    """A schema with what was looked up in it. Threads may share it."""

    def __init__(self, root: Any) -> None:
        self.root = root
        draft = root.get("$schema") if isinstance(root, dict) else None
        self.is_old = isinstance(draft, str) and any(old in draft for old in _OLD)
        """Nothing beside a reference counts."""
        self._targets: dict[str, Any] = {}
        self._named: dict[str, Any] | None = None
        self._patterns: dict[str, Pattern] = {}
        self._unusable: set[str] = set()
        self._options: dict[int, Options] = {}

    def target(self, reference: Any) -> Any | None:
        """The schema that a reference means; None where there is none. Nothing is ever fetched."""
        if not isinstance(reference, str):
            return None
        if reference not in self._targets:
            self._targets[reference] = self._found(reference)
        return self._targets[reference]

    def matches(self, pattern: Any, text: str) -> bool | None:
        """Whether a pattern matches anywhere in a text; None: it cannot be used."""
        if not isinstance(pattern, str) or pattern in self._unusable:
            return None
        if pattern not in self._patterns:
            self._patterns[pattern] = Pattern(pattern)
        found = self._patterns[pattern].matches(text)
        if found is None:
            # It took ten milliseconds: the next text is not worth as much again.
            self._unusable.add(pattern)
        return found

    @property
    def given_up(self) -> int:
        """How many patterns turned out to be of no use; each took its time."""
        return len(self._unusable)

    def is_sorted(self, options: list[JsonValue]) -> bool:
        """Whether ``options`` costs no more than a look."""
        return id(options) in self._options

    def options(self, options: list[JsonValue]) -> Options:
        """The values of an ``enum``, which is a part of the schema."""
        if id(options) not in self._options:
            self._options[id(options)] = _sorted(options)
        return self._options[id(options)]

    def _found(self, reference: str) -> Any | None:
        where, hash_sign, fragment = reference.partition("#")
        resource = self.root if not where else self._names().get(where)
        if not fragment or resource is None:
            return resource
        if fragment.startswith("/"):
            return _at(resource, fragment)
        return self._names().get(hash_sign + fragment)

    def _names(self) -> dict[str, Any]:
        """Sub-schemas by ``$id`` and by ``#anchor``."""
        if self._named is None:
            named: dict[str, Any] = {}
            for node in _nodes(self.root):
                for keyword, mark in _NAMES:
                    name = node.get(keyword)
                    if isinstance(name, str):
                        named.setdefault(mark + name.removesuffix("#"), node)
            self._named = named
        return self._named


def _at(resource: Any, pointer: str) -> Any | None:
    """The sub-schema at a JSON pointer, which may be percent-encoded."""
    from urllib.parse import unquote

    node = resource
    for step in unquote(pointer)[1:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(name, _NOWHERE)
        elif isinstance(node, list) and (index := whole(name)) is not None and index < len(node):
            node = node[index]
        else:
            return None
        if node is _NOWHERE:
            return None
    return node if isinstance(node, dict | bool) else None


def _nodes(root: Any) -> Iterator[dict[str, Any]]:
    pending = [root]
    for _ in range(_MOST_NODES):
        if not pending:
            return
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending += [inner for inner in node.values() if isinstance(inner, dict | list)]
        else:
            pending += [inner for inner in node if isinstance(inner, dict | list)]


def is_plain(parts: Parts, most: int) -> bool:
    """Whether a schema, with every reference written out, has at most ``most`` lists and objects in it."""
    count = 0

    def grows(node: Any, within: frozenset[int]) -> bool:
        nonlocal count
        count += 1
        if count > most or id(node) in within or len(within) > most:
            return True
        inside = within | {id(node)}
        if isinstance(node, list):
            if len(node) > most:
                return True
            return any(isinstance(one, dict | list) and grows(one, inside) for one in node)
        for keyword, inner in node.items():
            if keyword in _REFERENCES:
                inner = parts.target(inner)
            if isinstance(inner, dict | list) and grows(inner, inside):
                return True
        return False

    root = parts.root
    return isinstance(root, dict) and not grows(root, frozenset())
