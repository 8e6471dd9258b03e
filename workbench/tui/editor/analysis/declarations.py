"""Where a script declares a name, and what of which value it is: ``b`` of ``const [, { a: b }] = pair``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.script_scopes import Scope, read_names
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

Step: TypeAlias = str | int | None
"""A member, an item; None: the rest of an array or an object."""

_MOST_USES = 300
_MANY = 6
"""Places that are looked at one by one; for more, all names of the script are read."""
_PASSED = frozenset({"required_parameter", "optional_parameter", "rest_pattern"})
_FUNCTIONS = frozenset(
    {
        *("function_declaration", "generator_function_declaration", "function_expression"),
        *("generator_function", "arrow_function", "method_definition"),
    }
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """kind: what ``node`` is: a declarator of ``const`` and the like, the head of ``for (… of …)``, a function
    with the parameter ``index``, or a function that has the name itself."""

    kind: Literal["variable", "loop", "parameter", "function"]
    node: Node
    steps: tuple[Step, ...] = ()
    """From the value to the name, through patterns."""
    index: int = 0
    parameter: Node | None = None
    """As it is written, with its type and default."""
    around: tuple[Node, ...] = ()
    """The nodes that ``node`` is in, the root first."""


class Declarations:
    """The declarations of one tree."""

    def __init__(self, root: Node, source: bytes) -> None:
        self._root = root
        self._source = source
        self._scopes: dict[int, Scope] = {}
        self._of_uses: dict[int, Scope] | None = None
        """The scope of each place where a name stands, once many were asked for."""
        self._declared: dict[str, bool] = {}

    def of(self, name: str, at: int) -> Declaration | None:
        """What a name means at a byte; None: no declaration of the script."""
        from workbench.sandbox.child.grammars import path_to

        if not self._may_declare(name):
            return None
        declared = self._declared_at(name, at)
        return None if declared is None else declared_by(path_to(self._root, declared))

    def _declared_at(self, name: str, at: int) -> int | None:
        """The byte of the declaration that a name means at another."""
        scope = self._scope_at(at).of_name(name)
        return None if scope is None else scope.declared[name].at

    def uses_of(self, name: Node) -> Iterator[list[Node]]:
        """The paths to where the name that is declared there is used, the last first."""
        text = text_of(name)
        declared = self._declared_at(text, name.start_byte)
        for path in self.uses(text, len(self._source)):
            at = path[-1].start_byte
            if at != name.start_byte and self._declared_at(text, at) == declared:
                yield path

    def uses(self, name: str, before: int, after: int = 0) -> Iterator[list[Node]]:
        """The paths to where a name stands before a byte, the nearest first, and behind another."""
        from workbench.sandbox.child.grammars import path_to

        word, at = name.encode(), before
        for _ in range(_MOST_USES):
            at = self._source.rfind(word, after, at)
            if at < 0:
                return
            path = path_to(self._root, at)
            if path[-1].byte_range == (at, at + len(word)):
                yield path

    def _may_declare(self, name: str) -> bool:
        """Whether a name stands anywhere but before a dot or brackets: cheap, and mostly all there is to know
        of ``tools`` and the like."""
        if name not in self._declared:
            word = re.escape(name).encode()
            found = re.search(
                rb"(?:(?<![\w$.])|(?<=\.\.\.))%b(?![\w$])(?!\s*(?:\.(?!\.)|\?\.|\[|\())"
                rb"|function[\s*]+%b(?![\w$])" % (word, word),
                self._source,
            )
            self._declared[name] = found is not None
        return self._declared[name]

    def _scope_at(self, at: int) -> Scope:
        if len(self._scopes) >= _MANY:
            if self._of_uses is None:
                uses = read_names(self._root).uses
                self._of_uses = {each.start: each.scope for each in uses}
            if at in self._of_uses:
                return self._of_uses[at]
        if at not in self._scopes:
            around = [
                each
                for each in read_names(self._root, at).scopes
                if each.start <= at <= each.end or each.outer is None
            ]
            self._scopes[at] = max(around, key=lambda each: each.depth)
        return self._scopes[at]


def declared_by(path: list[Node]) -> Declaration | None:
    """What declares the name at the end of a path, by the patterns around it."""
    steps: list[Step] = []
    for index in range(len(path) - 2, -1, -1):
        node, inner = path[index], path[index + 1]
        kind, around = node.type, tuple(path[:index])
        if kind == "variable_declarator":
            return Declaration("variable", node, tuple(reversed(steps)), 0, None, around)
        if kind == "for_in_statement":
            return Declaration("loop", node, tuple(reversed(steps)), 0, None, around)
        if kind in _FUNCTIONS:
            return _of_function(node, inner, tuple(reversed(steps)), around)
        if kind == "formal_parameters":
            if index == 0 or path[index - 1].type not in _FUNCTIONS:
                return None
            given = [each for each in node.named_children if each.type != "comment"]
            at = next((n for n, each in enumerate(given) if each.id == inner.id), 0)
            function, around = path[index - 1], tuple(path[: index - 1])
            return Declaration("parameter", function, tuple(reversed(steps)), at, inner, around)
        if kind == "object_pattern":
            step = _step_of(inner)
            if step is not None:
                steps.append(step)
        elif kind == "array_pattern":
            if inner.type == "rest_pattern":
                steps.append(None)
            else:
                commas = (each for each in node.children if each.type == ",")
                steps.append(sum(each.end_byte <= inner.start_byte for each in commas))
        elif kind not in _PASSED and not kind.endswith(("assignment_pattern", "pair_pattern")):
            return None
    return None


def _of_function(
    node: Node, inner: Node, steps: tuple[Step, ...], around: tuple[Node, ...]
) -> Declaration:
    lone = node.child_by_field_name("parameter")  # x => …
    if lone is not None and lone.id == inner.id:
        return Declaration("parameter", node, steps, 0, inner, around)
    return Declaration("function", node, (), 0, None, around)


def _step_of(part: Node) -> str | None:
    """The member that a part of an object's pattern takes."""
    if part.type == "pair_pattern":
        key = part.child_by_field_name("key")
        return None if key is None else key_text(key)
    if part.type == "object_assignment_pattern":
        left = part.child_by_field_name("left")
        return None if left is None else key_text(left)
    return None if part.type == "rest_pattern" else key_text(part)


def key_text(key: Node) -> str | None:
    """The name of a member as it is written; None: it is computed."""
    text = text_of(key)
    if key.type == "string":
        return text[1:-1]
    return None if key.type == "computed_property_name" else text
