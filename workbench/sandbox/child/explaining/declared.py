"""Names that are declared otherwise than they are used: with ``const`` and set again, or twice."""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import all_nodes

_READ_ONLY = re.compile(r"TypeError: '(.+)' is read-only\Z")
_TWICE = "redefinition of lexical identifier"
_BLOCKS = frozenset({"program", "statement_block"})


def set_again(site: FailureSite, message: str) -> str | None:
    """Of ``const total = 0; total += 1``: the line with ``let``."""
    found = _READ_ONLY.match(message)
    if found is None:
        return None
    for node in all_nodes(site.root):
        if node.type != "lexical_declaration" or not site.text(node).startswith("const"):
            continue
        names = [each.child_by_field_name("name") for each in node.named_children]
        if any(name is not None and site.text(name) == found[1] for name in names):
            line, _ = site.place_of(node.start_byte)
            fixed = site.line_with(node.start_byte, "let", node.start_byte + len("const"))
            return f"line {line} declares it with const; write: {fixed}"
    return None


def declared_twice(site: FailureSite, message: str) -> str | None:
    """Of ``const r = 1; const r = 2``: which name, and where it was declared before."""
    if _TWICE not in message:
        return None
    for block in all_nodes(site.root):
        if block.type not in _BLOCKS:
            continue
        seen: dict[str, int] = {}
        for name in (name for statement in block.named_children for name in _names(statement)):
            text = site.text(name)
            if text in seen:
                before, line = (site.place_of(at)[0] for at in (seen[text], name.start_byte))
                return f"{text} is declared in line {before} already: give that of line {line} another name"
            seen[text] = name.start_byte
    return None


def _names(statement: Node) -> list[Node]:
    """What a statement declares."""
    declared = statement.child_by_field_name("name")
    if statement.type in {"function_declaration", "class_declaration"} and declared is not None:
        return [declared]
    if statement.type != "lexical_declaration":
        return []
    patterns = [each.child_by_field_name("name") for each in statement.named_children]
    return [
        name
        for pattern in patterns
        if pattern is not None
        for name in all_nodes(pattern)
        if name.type == "shorthand_property_identifier_pattern"
        or (name.type == "identifier" and not _is_default(name))
    ]


def _is_default(name: Node) -> bool:
    around = name.parent
    return around is not None and around.child_by_field_name("right") == name
