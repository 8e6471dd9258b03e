"""Top-level ``await`` and ``return``: a script that needs them is wrapped into an async function.

Runs in the worker (it parses hostile text), so it imports the standard library and tree_sitter only.

The wrapped text keeps every line of the script where it was; what is inserted within a line is
listed, so that the prelude can map columns back. The value of the script is the completion value of
its last statement as ECMA-262 (section 14, "runtime semantics: evaluation") defines it: expression
statements give it, also inside blocks, branches, loops, ``try`` and ``switch``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import machinery
from typing import NamedTuple

from tree_sitter import Language, Node, Parser

_FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
        "class_static_block",
        "field_definition",
    }
)
_LOOPS = frozenset(
    {"for_statement", "for_in_statement", "while_statement", "do_statement", "with_statement"}
)


class Wrapped(NamedTuple):
    """A script inside an async function whose promise resolves to the script's value."""

    code: str
    columns: str
    """JSON for the prelude: ``{line: [[column, length], …]}``, the text inserted in each line;
    columns count UTF-8 bytes of the wrapped text from 0."""


class TopLevel:
    """Holds the parser; made once in the zygote."""

    def __init__(self) -> None:
        self._parser = Parser(Language(_grammar()))

    def wrap(self, code: str, prefix: str = "", *, plainly: bool = False) -> Wrapped | None:
        """The script wrapped, or None where it has neither top-level ``await`` nor ``return``.

        prefix: goes in front of everything, on the first line. plainly: without what makes the value,
        so that nothing of ours stands in the way of a syntax error's place.
        """
        source = code.encode()
        root = self._parser.parse(source).root_node
        if not _needs_wrapping(root):
            return None
        name = "$value"
        while name in code:
            name += "$"
        # A member of an object literal gives the arrow function the name that stacks show.
        insertions = [(0, f'{prefix}({{"<eval>": async ({name}) => {{')]
        if not plainly:
            _assign_completion(root, source, name, insertions)
        if source.startswith(b"#!"):
            source = b"//" + source[2:]
        insertions.sort(key=lambda item: item[0])
        text, columns = _insert(source, insertions)
        return Wrapped(
            code=text.decode() + f'\n;return {name}}}}})["<eval>"]()',
            columns=json.dumps(columns, separators=(",", ":")),
        )


def _grammar() -> object:
    """The grammar of tree_sitter_javascript, loaded without its package.

    The package imports importlib.resources and with it random, whose fork handler would cost every
    worker a tenth of a millisecond.
    """
    package = machinery.PathFinder.find_spec("tree_sitter_javascript")
    if package is None or package.origin is None:
        raise ImportError("tree_sitter_javascript is not installed")
    folder = os.path.dirname(package.origin)
    for suffix in machinery.EXTENSION_SUFFIXES:
        file = os.path.join(folder, f"_binding{suffix}")
        if os.path.exists(file):
            name = "tree_sitter_javascript._binding"
            loader = machinery.ExtensionFileLoader(name, file)
            module = loader.create_module(machinery.ModuleSpec(name, loader, origin=file))
            loader.exec_module(module)
            language: object = module.language()
            return language
    raise ImportError(f"tree_sitter_javascript has no binding for this Python in {folder}")


def _needs_wrapping(root: Node) -> bool:
    """Whether ``await`` or ``return`` stands outside every function. Not recursive: text is hostile."""
    cursor = root.walk()
    while True:
        node = cursor.node
        assert node is not None
        kind = node.type
        # The bare words, so that a text with a syntax error is told by them too; and `await (x)`
        # looks like a call of a function named await.
        if kind in {"await", "return"} or (kind == "identifier" and node.text == b"await"):
            return True
        if kind not in _FUNCTIONS and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False


def _assign_completion(
    root: Node, source: bytes, name: str, insertions: list[tuple[int, str]]
) -> None:
    """Assign each statement that can give the completion value to ``name``."""
    directives = True
    pending: list[Node] = []
    for child in root.named_children:
        if directives and _is_directive(child):
            continue
        directives = directives and child.type in {"comment", "hash_bang_line"}
        if child.type in _LOOPS or child.type in {
            "if_statement",
            "switch_statement",
            "try_statement",
        }:
            insertions.append((child.start_byte, f"{name}=void 0;"))
        pending.append(child)
    while pending:
        node = pending.pop()
        if node.type == "expression_statement":
            expression = next((c for c in node.named_children if c.type != "comment"), None)
            if expression is None:
                continue
            insertions.append((expression.start_byte, f"{name}=("))
            insertions.append((expression.end_byte, ")"))
        else:
            pending.extend(_completing_children(node))


def _is_directive(node: Node) -> bool:
    return (
        node.type == "expression_statement"
        and node.named_child_count == 1
        and node.named_children[0].type == "string"
    )


def _completing_children(node: Node) -> Iterator[Node]:
    """The statements inside ``node`` whose value becomes the value of ``node``."""
    kind = node.type
    if kind in {"statement_block", "else_clause", "catch_clause"}:
        for child in node.named_children:
            if child.type != "finally_clause":
                yield child
    elif kind == "if_statement":
        yield from _fields(node, "consequence", "alternative")
    elif kind in _LOOPS or kind == "labeled_statement":
        yield from _fields(node, "body")
    elif kind == "try_statement":
        yield from _fields(node, "body", "handler")
    elif kind == "switch_statement":
        for body in _fields(node, "body"):
            for case in body.named_children:
                yield from case.children_by_field_name("body")


def _fields(node: Node, *names: str) -> Iterator[Node]:
    for name in names:
        child = node.child_by_field_name(name)
        if child is not None:
            yield child


def _insert(
    source: bytes, insertions: list[tuple[int, str]]
) -> tuple[bytes, dict[int, list[list[int]]]]:
    parts: list[bytes] = []
    columns: dict[int, list[list[int]]] = {}
    position = 0
    line, column = 1, 0  # of the text written so far
    for at, text in insertions:
        piece = source[position:at]
        parts.append(piece)
        newlines = piece.count(b"\n")
        if newlines:
            line += newlines
            column = len(piece) - piece.rfind(b"\n") - 1
        else:
            column += len(piece)
        inserted = text.encode()
        columns.setdefault(line, []).append([column, len(inserted)])
        column += len(inserted)
        parts.append(inserted)
        position = at
    parts.append(source[position:])
    return b"".join(parts), columns
