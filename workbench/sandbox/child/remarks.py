"""Why a script that gives nothing may have been meant to give something."""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child import fences
from workbench.sandbox.child.grammars import Grammars, expression_of, statements, text_of, words
from workbench.sandbox.child.handing import function_in
from workbench.sandbox.child.looking import Look

_DECLARATIONS = frozenset(
    {"function_declaration", "generator_function_declaration", "class_declaration",
     "lexical_declaration", "variable_declaration", "import_statement", "export_statement"}
)  # fmt: skip
_OF_VARIABLES = frozenset({"lexical_declaration", "variable_declaration"})
_CALLABLE = frozenset({"identifier", "member_expression"})
_BECAUSE = "the value is null because"


def remarks(grammars: Grammars, code: str) -> str | None:
    """What to say of a script whose value is undefined; None: it needs no word."""
    try:
        source = fences.unfenced(code).encode()
    except fences.NotAScript:
        return None
    root = grammars.javascript_tree(source)
    if root.has_error:
        root = grammars.typescript_tree(source)
    top = statements(root)
    if root.has_error or not top:
        return None
    last = _declared(top[-1])
    if all(statement.type in _DECLARATIONS for statement in top):
        declared = [function_in(_declared(statement)) for statement in top]
        # What is called "main" is the script; else the last one: those before it are helpers.
        mains = [found for found in declared if _named(found, source) == "main"]
        for found in (*mains, declared[-1]):
            name = _named(found, source)
            if found is None or not name:
                continue
            if sum(1 for _ in words(root, source, name.encode())) == 1:
                given = "input" if _takes(found[1]) else ""
                return f"{_BECAUSE} {name}() is never called; end with: await {name}({given})"
    if last.type not in _OF_VARIABLES:
        return None
    variables = [child for child in last.named_children if child.type == "variable_declarator"]
    variable = variables[-1].child_by_field_name("name") if variables else None
    if variable is None or variable.type != "identifier":
        return None
    shown = text_of(variable, source)
    return f"{_BECAUSE} the script ends with a declaration; end with: {shown}"


_FUNCTION = re.compile(r"the value is not JSON: \$(?:\.([\w$]+))? is a function \(")


def uncalled(look: Look, message: str) -> str | None:
    """Of a value that is a function, or an object with one: the last line with the call."""
    found = _FUNCTION.match(message)
    top = statements(look.root)
    last = expression_of(top[-1]) if top else None
    if found is None or last is None or last.type not in _CALLABLE:
        return None
    member = "" if found[1] is None else f".{found[1]}"
    called = f"await {look.text(last)}{member}(input)"
    return f"write: {look.line_with(last.start_byte, called, last.end_byte)}"


def _declared(statement: Node) -> Node:
    """The declaration behind ``export``."""
    if statement.type != "export_statement":
        return statement
    return statement.child_by_field_name("declaration") or statement


def _named(found: tuple[Node | None, Node] | None, source: bytes) -> str:
    name = None if found is None else found[0]
    return "" if name is None else text_of(name, source)


def _takes(function: Node) -> bool:
    """Whether it has a parameter."""
    given = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    return given is not None and (given.type == "identifier" or given.named_child_count > 0)
