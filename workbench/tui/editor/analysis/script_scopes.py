"""The names of a script: where each is declared, in which scope, and where it is used.

Pure: from a tree of tree-sitter. No function here recurses: a text nests as deep as it is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

Form: TypeAlias = Literal["", "shorthand", "import", "export"]
"""How a use stands for two names at once: ``{a}`` in an object or a pattern, ``import {a}``, ``export {a}``."""


@dataclass(frozen=True, slots=True)
class Declared:
    """at: its first declaration, in bytes. kind: ``const``, ``parameter``, ``function`` …
    ready: where the value that it begins with ends; 0: it has none."""

    at: int
    kind: str
    ready: int = 0


@dataclass(slots=True, eq=False)
class Scope:
    """Where names are declared together. start, end: in bytes."""

    outer: Scope | None
    start: int
    end: int
    holds_var: bool = False
    head: Scope | None = None
    """Of the body of a function or a ``catch``: the scope of its parameters; their names are taken here."""
    declared: dict[str, Declared] = field(default_factory=dict)
    depth: int = field(init=False)
    """How many scopes are around it."""

    def __post_init__(self) -> None:
        self.depth = 0 if self.outer is None else self.outer.depth + 1

    def of_name(self, name: str) -> Scope | None:
        """The scope that declares what a name means here; None: none does."""
        scope: Scope | None = self
        while scope is not None and name not in scope.declared:
            scope = scope.outer
        return scope

    def for_var(self) -> Scope:
        scope = self
        while not scope.holds_var and scope.outer is not None:
            scope = scope.outer
        return scope

    def is_in(self, other: Scope) -> bool:
        scope: Scope | None = self
        while scope is not None and scope is not other:
            scope = scope.outer
        return scope is other


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a name stands, its declaration included. start, end: in bytes."""

    name: str
    start: int
    end: int
    scope: Scope
    form: Form = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Scopes and uses in the order of the text."""

    scopes: list[Scope]
    uses: list[Use]


_Into: TypeAlias = "tuple[Scope, str] | tuple[Scope, str, int] | None"
"""Where what stands there is declared, as what, and where it is ready; None: it is used, not declared."""
_Item: TypeAlias = "tuple[Node, Scope, _Into, Form]"

_LEAVES = frozenset(
    {
        "identifier",
        "type_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    }
)
_FUNCTIONS = frozenset(
    {
        *("function_declaration", "generator_function_declaration", "function_signature"),
        *("function_expression", "generator_function", "arrow_function"),
        *("method_definition", "method_signature", "abstract_method_signature"),
        *("function_type", "constructor_type", "call_signature", "construct_signature"),
    }
)
_NAMED_OUTSIDE = frozenset(
    {"function_declaration", "generator_function_declaration", "function_signature"}
)
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_TYPES = frozenset({"interface_declaration", "type_alias_declaration"})
_BLOCKS = frozenset({"statement_block", "switch_body", "for_statement", "for_in_statement"})
_PATTERNS = frozenset({"object_pattern", "array_pattern", "rest_pattern", "formal_parameters"})
_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})
_DECLARING = frozenset(
    {
        *_FUNCTIONS,
        *_CLASSES,
        *_TYPES,
        *("lexical_declaration", "variable_declaration", "enum_declaration", "internal_module"),
        *("import_statement", "import_clause", "named_imports", "import_specifier"),
        *("namespace_import", "export_statement"),
    }
)
"""What declares a name for its surroundings."""


def read_names(root: Node, at: int | None = None) -> Names:
    """All names of a script; at: only scopes around a byte, and what they declare."""
    top = Scope(None, root.start_byte, root.end_byte, holds_var=True)
    names = Names([top], [])
    waiting: list[_Item] = [(root, top, None, "")]
    while waiting:
        node, scope, into, form = waiting.pop()
        if node.type in _LEAVES:
            name = (node.text or b"").decode("utf-8", "replace")
            shorthand: Form = "shorthand" if node.type.startswith("shorthand") else form
            names.uses.append(Use(name, node.start_byte, node.end_byte, scope, shorthand))
            if into is not None:
                _declare(into, name, node.start_byte)
            continue
        items = list(_inside(node, scope, into, names.scopes))
        if at is not None:
            items = [each for each in items if _matters(each, at)]
        waiting += reversed(items)
    return names


def _matters(item: _Item, at: int) -> bool:
    node, scope, into, _ = item
    if node.start_byte <= at <= node.end_byte:
        return True
    home = scope if into is None else into[0]
    return home.start <= at <= home.end and (into is not None or node.type in _DECLARING)


def _declare(into: tuple[Scope, str] | tuple[Scope, str, int], name: str, at: int) -> None:
    scope, kind, *ready = into
    if scope.head is not None and scope.holds_var and name in scope.head.declared:
        return  # ``var`` of a parameter's name is the parameter
    scope.declared.setdefault(name, Declared(at, kind, *ready))


def _inside(node: Node, scope: Scope, into: _Into, scopes: list[Scope]) -> Iterator[_Item]:
    """What stands in a node, each with its scope and whether it is declared."""
    kind = node.type
    children = node.named_children
    if kind in _FUNCTIONS:
        yield from _function(node, scope, scopes)
    elif kind in ("lexical_declaration", "variable_declaration"):
        first = node.children[0].type if node.children else "let"
        home = scope.for_var() if kind == "variable_declaration" else scope
        for child in children:
            yield from _only(child, "name", scope, (home, first, child.end_byte))
    elif kind in _CLASSES or kind in _TYPES:
        own = _opened(scopes, scope, node)
        home = own if kind == "class" else scope
        yield from _only(node, "name", own, (home, "class" if kind in _CLASSES else "type"))
    elif kind in ("enum_declaration", "internal_module"):
        yield from _only(node, "name", scope, (scope, kind.partition("_")[0]))
    elif kind == "for_in_statement":
        own = _opened(scopes, scope, node)
        word = node.child_by_field_name("kind")
        said = "" if word is None else word.type
        home = own.for_var() if said == "var" else own
        right = node.child_by_field_name("right")
        ready = 0 if right is None else right.end_byte
        yield from _only(node, "left", own, (home, said, ready) if said else None)
    elif kind in _BLOCKS:
        own = _opened(scopes, scope, node)
        yield from ((child, own, None, "") for child in children)
    elif kind == "catch_clause":
        own = _opened(scopes, scope, node)
        yield from _only(node, "parameter", own, (own, "caught"), scopes)
    elif kind == "class_static_block":
        own = _opened(scopes, scope, node, holds_var=True)
        for child in children:
            yield from ((each, own, None, "") for each in child.named_children)
    elif kind in _PATTERNS and into is not None:
        yield from ((child, scope, into, "") for child in children)
    elif kind in _PARAMETERS and into is not None:
        own_property = any(child.type == "accessibility_modifier" for child in children)
        yield from _only(node, "pattern", scope, None if own_property else into)
    elif kind in ("assignment_pattern", "object_assignment_pattern"):
        yield from _only(node, "left", scope, into)
    elif kind == "pair_pattern":
        yield from _only(node, "value", scope, into)
    elif kind == "type_parameter":
        yield from _only(node, "name", scope, (scope, "type"))
    elif kind in ("import_specifier", "export_specifier"):
        yield from _specifier(node, scope)
    elif kind in ("import_clause", "namespace_import"):
        imported = (scope, "import")
        yield from ((c, scope, imported if c.type == "identifier" else None, "") for c in children)
    elif kind == "export_statement" and node.child_by_field_name("source") is not None:
        return  # of another module
    elif kind in ("index_signature", "tuple_parameter", "nested_type_identifier"):
        name = node.child_by_field_name("name")
        yield from ((c, scope, None, "") for c in children if name is None or c.id != name.id)
    elif kind == "ERROR":  # a function that is not closed yet stands there in pieces
        parameter = (scope, "parameter")
        for child in children:
            yield child, scope, parameter if child.type == "formal_parameters" else None, ""
    else:
        yield from ((child, scope, None, "") for child in children)


def _only(
    node: Node, name: str, scope: Scope, into: _Into, scopes: list[Scope] | None = None
) -> Iterator[_Item]:
    """What stands in a node: the part ``name`` is declared, the others are used.
    scopes: its body has a scope of its own, in which the names of ``scope`` are taken."""
    part = node.child_by_field_name(name)
    body = node.child_by_field_name("body") if scopes is not None else None
    for child in node.named_children:
        if part is not None and child.id == part.id:
            yield child, scope, into, ""
        elif body is not None and scopes is not None and child.id == body.id:
            own = _opened(scopes, scope, body, head=scope)
            yield from ((each, own, None, "") for each in body.named_children)
        else:
            yield child, scope, None, ""


def _function(node: Node, scope: Scope, scopes: list[Scope]) -> Iterator[_Item]:
    name = node.child_by_field_name("name")
    if name is not None and node.type in ("function_expression", "generator_function"):
        scope = _opened(scopes, scope, node)  # its name is known inside alone
        yield name, scope, (scope, "function"), ""
    elif name is not None:
        is_declared = node.type in _NAMED_OUTSIDE
        yield name, scope, (scope, "function") if is_declared else None, ""
    own = _opened(scopes, scope, node, holds_var=True)
    given = [node.child_by_field_name(each) for each in ("parameters", "parameter")]
    heads = {each.id for each in given if each is not None}
    body = node.child_by_field_name("body")
    for child in node.named_children:
        if name is not None and child.id == name.id:
            continue
        if child.id in heads:
            yield child, own, (own, "parameter"), ""
        elif body is not None and child.id == body.id and body.type == "statement_block":
            inner = _opened(scopes, own, body, holds_var=True, head=own)
            yield from ((each, inner, None, "") for each in body.named_children)
        else:
            yield child, own, None, ""


def _specifier(node: Node, scope: Scope) -> Iterator[_Item]:
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    if node.type == "import_specifier":
        if alias is not None:
            yield alias, scope, (scope, "import"), ""
        elif name is not None:
            yield name, scope, (scope, "import"), "import"
    elif name is not None:
        yield name, scope, None, "export" if alias is None else ""


def _opened(
    scopes: list[Scope],
    outer: Scope,
    node: Node,
    *,
    holds_var: bool = False,
    head: Scope | None = None,
) -> Scope:
    scope = Scope(outer, node.start_byte, node.end_byte, holds_var, head)
    scopes.append(scope)
    return scope
