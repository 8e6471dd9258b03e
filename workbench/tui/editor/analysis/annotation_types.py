"""What a type of TypeScript says of a value: ``Issue[]`` with ``interface Issue { id: number }``."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.keyed_types import Iterated, Keyed, Mapped, SetOf
from workbench.tui.editor.analysis.script_places import text_of
from workbench.tui.editor.analysis.value_types import Items, Promised, Record, Shaped, Type, either

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = {"string": "string", "number": "number", "boolean": "boolean"}
_DEEPEST = 8
_MOST = 5_000
"""Types that are read: each may name several others, and these again."""
_PARTS = {"interface_declaration": "body", "type_alias_declaration": "value"}
"""Where what a type is stands in its declaration."""
_LISTS = frozenset({"Array", "ReadonlyArray"})
_ITERATORS = frozenset({"Iterator", "Iterable", "IterableIterator"})
_SAME = frozenset({"Partial", "Required", "Readonly", "NonNullable", "Awaited"})


class Annotations:
    """What the types that one script writes out say."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._read = 0

    def of(self, node: Node | None, depth: int = 0) -> Type | None:
        """node: a type, or what writes it behind its colon. None: it says nothing."""
        if node is None or depth > _DEEPEST or self._read >= _MOST:
            return None
        self._read += 1
        children = [each for each in node.named_children if each.type != "comment"]
        kind = node.type
        if kind in ("type_annotation", "parenthesized_type", "readonly_type"):
            return self.of(children[0], depth + 1) if children else None
        if kind == "predefined_type":
            name = _PLAIN.get(text_of(node))
            return None if name is None else Shaped.of({"type": name})
        if kind == "array_type":
            return Items(self.of(children[0], depth + 1)) if children else None
        if kind == "tuple_type":
            return Items(None, tuple(self.of(each, depth + 1) for each in children))
        if kind in ("union_type", "intersection_type"):
            return either(self.of(each, depth + 1) for each in children)
        if kind == "literal_type":
            text = text_of(node)
            return Shaped.of({"enum": [text[1:-1]]}) if text[:1] in ("'", '"') else None
        if kind in ("object_type", "interface_body"):
            return self._object(children, depth)
        if kind == "generic_type":
            return self.generic(node, depth)
        if kind != "type_identifier":
            return None
        return self.of(self._declared.get(text_of(node)), depth + 1)

    def _object(self, children: list[Node], depth: int) -> Type:
        parts, optional = {}, set[str]()
        for each in children:
            name = each.child_by_field_name("name")
            if each.type == "property_signature" and name is not None:
                text = text_of(name).strip("\"'")
                parts[text] = partial(self.of, each.child_by_field_name("type"), depth + 1)
                if any(child.type == "?" for child in each.children):
                    optional.add(text)
        return Record(parts, frozenset(optional))

    def generic(self, node: Node, depth: int = 0) -> Type | None:
        """What a name with types behind it says, of a type or of what ``new`` makes."""
        name, given = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
        name = name or node.child_by_field_name("constructor")
        types = [] if given is None else given.named_children
        called = "" if name is None else text_of(name)
        if not types:
            return None
        last = self.of(types[-1], depth + 1)
        if called in _LISTS:
            return Items(last)
        if called == "Promise":
            return Promised(last)
        if called == "Set":
            return SetOf(last)
        if called in ("Map", "Record"):
            first = self.of(types[0], depth + 1)
            return Mapped(first, last) if called == "Map" else Keyed(last)
        if called in _ITERATORS:
            return Iterated(last)
        return last if called in _SAME else None

    @cached_property
    def _declared(self) -> dict[str, Node]:
        """What each type is that the script declares outside of everything else; the first of a name."""
        found: dict[str, Node] = {}
        for each in self._root.named_children:
            exported = each.type == "export_statement"
            inner = each.child_by_field_name("declaration") if exported else each
            part = None if inner is None else _PARTS.get(inner.type)
            if inner is None or part is None:
                continue
            name, said = (inner.child_by_field_name(field) for field in ("name", part))
            if name is not None and said is not None:
                found.setdefault(text_of(name), said)
        return found
