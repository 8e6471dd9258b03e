"""Functions in braces that give nothing: ``i => { id: i.id }``, and a ``return`` that was left out.

Nothing fails there: ``map`` gives a list of nothing, ``filter`` an empty one.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import (
    CALLBACKS,
    arguments_of,
    method_of,
    parameters_of,
)
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes

_TAKE_A_VALUE = frozenset(
    {"map", "flatMap", "filter", "find", "findIndex", "findLast", "some", "every", "reduce", "sort", "toSorted",
     "from"}
)  # fmt: skip
_AS_OBJECT = re.compile(r"=>\s*\{(?=\s*(?:[\w$]+|\"[^\"\n]*\"|'[^'\n]*')\s*[:,}]|\s*\.\.\.)")
_NAMES = re.compile(r"\{\s*[A-Za-z_$][\w$]*(?:\s*,\s*[A-Za-z_$][\w$]*)*\s*,?\s*\}\Z")
_MOST_TRIED = 8
_MOST_LETTERS = 400
_EMPTY = re.compile(r'\{"t":"done","ok":true,"value":(?:null|\[\]|0|""|false|\{\})[,}]')
_OF_NULLS = re.compile(r"\[null(?:,null)*\]")
"""What a value has where a function gave nothing."""


def gave_nothing(done: str) -> bool:
    """Cheap: whether the value is one that a script gives where it had nothing."""
    return _EMPTY.match(done) is not None or (
        "[null" in done and _OF_NULLS.search(done) is not None
    )


def of_an_object(site: FailureSite) -> str | None:
    """Of ``i => { id: i.id, title: i.title }``, which is a block: the line with brackets around the object."""
    for found in list(_AS_OBJECT.finditer(site.code))[:_MOST_TRIED]:
        start = found.end() - 1
        end = _closing(site.code, start)
        if end is None or end - start > _MOST_LETTERS or ";" in site.code[start:end]:
            continue
        body = site.code[start:end]
        whole = f"{site.code[:start]}({body}){site.code[end:]}"
        if not (_is_block_of_names(body) or ":" in body or "..." in body):
            continue
        if site.script.parses(whole):
            at, after = (len(site.code[:place].encode()) for place in (start, end))
            line, _ = site.place_of(at)
            fixed = site.line_with(at, f"({body})", after)
            return f"{{…}} behind => in line {line} is a block; for an object write: {fixed}"
    return None


def _is_block_of_names(body: str) -> bool:
    return _NAMES.match(body) is not None


def without_return(site: FailureSite) -> str | None:
    """Of a function given to ``map`` and the like that has no ``return``: the line with one."""
    if site.script.is_large or site.root.has_error:
        return None
    if (told := of_an_object(site)) is not None:
        return told
    for call in all_nodes(site.root):
        called = method_of(call)
        if called is None or called.name not in _TAKE_A_VALUE:
            continue
        statement = call.parent
        if (
            statement is not None
            and statement.type == "expression_statement"
            and statement.next_named_sibling is not None
        ):
            continue  # a loop: nobody wants its value
        for given in arguments_of(call)[:2]:
            body = given.child_by_field_name("body") if given.type in CALLBACKS else None
            if body is None or body.type != "statement_block" or not body.named_children:
                continue
            if not returns(body):
                return _told(site, called.name, given, body)
    return None


def returns(body: Node) -> bool:
    """Whether a function gives something, or throws."""
    return any(
        (node.type == "return_statement" and node.named_child_count > 0)
        or node.type == "throw_statement"
        for child in body.named_children
        for node in ([child] if child.type in FUNCTIONS else all_nodes(child, into_functions=False))
    )


def _told(site: FailureSite, method: str, function: Node, body: Node) -> str | None:
    line, _ = site.place_of(function.start_byte)
    told = f"the function given to {method} in line {line} returns nothing"
    given = parameters_of(function) if method == "reduce" else []
    fixed = ending_with_return(site, body, site.text(given[0]) if given else None)
    return told if fixed is None else f"{told}; write: {fixed}"


def ending_with_return(site: FailureSite, body: Node, instead: str | None = None) -> str | None:
    """The line of the last statement of a body, with what it gives; None: it is not seen what that is."""
    last = next((node for node in reversed(body.named_children) if node.type != "comment"), None)
    if last is None:
        return None
    if instead is not None or last.type in {"lexical_declaration", "variable_declaration"}:
        names = [node.child_by_field_name("name") for node in last.named_children]
        name = instead or (site.text(names[-1]) if names and names[-1] is not None else "")
        if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
            return None
        end = "" if site.text(last).endswith(";") else ";"
        return site.line_with(last.end_byte, f"{end} return {name};")
    if last.type != "expression_statement":
        return None
    return site.line_with(last.start_byte, "return ")


def _closing(code: str, start: int) -> int | None:
    """Behind the brace that closes the one at ``start``; texts are not looked into."""
    depth = 0
    for at in range(start, min(len(code), start + _MOST_LETTERS)):
        depth += {"{": 1, "}": -1}.get(code[at], 0)
        if depth == 0:
            return at + 1
    return None
