"""Why a script that gives nothing, or not all, may have been meant to give something."""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.explaining import result_advice, tool_advice
from workbench.sandbox.child.explaining.call_parts import arguments_of
from workbench.sandbox.child.explaining.callbacks import (
    BLOCK_OF_NAMES,
    ending_with_return,
    returns,
)
from workbench.sandbox.child.explaining.read_as_result import (
    leftmost_of,
    of_a_promise,
    of_an_envelope,
)
from workbench.sandbox.child.explaining.script_tree import FailureSite, Script
from workbench.sandbox.child.explaining.tool_advice import Ask
from workbench.sandbox.child.explaining.unwrapping import read_of_result, taken_from_result
from workbench.sandbox.child.grammars import awaited, expression_of, statements, text_of, words
from workbench.sandbox.child.starting.entry_points import function_in

_DECLARATIONS = frozenset(
    {"function_declaration", "generator_function_declaration", "class_declaration",
     "lexical_declaration", "variable_declaration", "import_statement", "export_statement"}
)  # fmt: skip
_OF_VARIABLES = frozenset({"lexical_declaration", "variable_declaration"})
_CALLABLE = frozenset({"identifier", "member_expression", "subscript_expression"})
_BECAUSE = "the value is null because"


def remarks(script: Script, failed_call: str | None, ask: Ask | None) -> str | None:
    """What to say of a script whose value is undefined; None: it needs no word.

    failed_call: code and words of the last envelope that was not ok."""
    root, source = script.root, script.source
    top = statements(root)
    if root.has_error or not top:
        return None
    given = _given(top[-1])
    if given is not None:
        told = _of_nothing(FailureSite(script, None, None), given, failed_call, ask)
        return None if told is None else f"{_BECAUSE} {told}"
    if (told := _returning_nothing(FailureSite(script, None, None), top)) is not None:
        return f"{_BECAUSE} {told}"
    last = _declared(top[-1])
    if all(statement.type in _DECLARATIONS for statement in top):
        declared = [function_in(_declared(statement)) for statement in top]
        # What is called "main" is the script; else the last one: those before it are helpers.
        main = next((found for found in declared if _named(found, source) == "main"), None)
        for found in (main, declared[-1]):
            name = _named(found, source)
            if found is None or not name:
                continue
            if sum(1 for _ in words(root, source, name.encode())) == 1:
                argument = "input" if _takes(found[1]) else ""
                return f"{_BECAUSE} {name}() is never called; end with: await {name}({argument})"
    if last.type not in _OF_VARIABLES:
        return None
    variables = [child for child in last.named_children if child.type == "variable_declarator"]
    variable = variables[-1].child_by_field_name("name") if variables else None
    if variable is None or variable.type != "identifier":
        return None
    shown = text_of(variable, source)
    return f"{_BECAUSE} the script ends with a declaration; end with: {shown}"


def _returning_nothing(site: FailureSite, top: list[Node]) -> str | None:
    """Of a lone function, or one that is called at the end, which gives nothing and prints nothing."""
    if "console" in site.code:
        return None
    functions = [found for found in map(function_in, map(_declared, top)) if found is not None]
    called = awaited(expression_of(top[-1]) or top[-1])
    if top[-1].type == "return_statement" and top[-1].named_children:
        called = awaited(top[-1].named_children[0])
    name = None
    if called is not None and called.type == "call_expression" and not arguments_of(called):
        function = called.child_by_field_name("function")
        name = None if function is None else site.text(function)
    for declared, function in functions:
        is_it = declared is not None and site.text(declared) == name
        body = function.child_by_field_name("body")
        if not (is_it or len(top) == 1) or body is None or body.type != "statement_block":
            continue
        if returns(body):
            return None
        told = f"{name}() returns nothing" if is_it else "the function returns nothing"
        fixed = ending_with_return(site, body)
        return told if fixed is None else f"{told}; write: {fixed}"
    return None


def _given(statement: Node) -> Node | None:
    """The variable, or the member of something, that a script ends with."""
    given = expression_of(statement)
    if statement.type == "return_statement" and statement.named_children:
        given = statement.named_children[0]
    given = awaited(given)
    return given if given is not None and given.type in _CALLABLE else None


def _of_nothing(
    site: FailureSite, given: Node, failed_call: str | None, ask: Ask | None
) -> str | None:
    """Why what a script ends with is undefined."""
    variable = leftmost_of(given)
    if failed_call is not None and site.text(given).endswith((".result", "?.result")):
        return f"the call failed ({failed_call}): look at ok and error first"
    if given.type != "identifier":
        told = (
            tool_advice.as_array(site)
            or of_a_promise(site, given)
            or of_an_envelope(site, given, None)
            or result_advice.has_something_else(site, given, ask)
            or read_of_result(site, given, ask)
        )
        if told is not None:
            return told
    return None if variable.type != "identifier" else taken_from_result(site, variable, ask)


_BEHIND_STATEMENT = re.compile(r";\s*+(?://[^\n]*+\n\s*+)*+\Z")
_MOST_SHOWN = 300
_MOST_BETWEEN = 500
"""Characters between a statement and the block behind it."""


def of_a_block(code: str) -> str | None:
    """Of a script that ends with ``{ total, issues }``, which is a block and has the value of its last name."""
    at = code.rfind("{")
    found = None if at < 0 else BLOCK_OF_NAMES.match(code, at)
    if found is None or code[found.end() :].strip("; \t\r\n"):
        return None
    if _BEHIND_STATEMENT.search(code, max(0, at - _MOST_BETWEEN), at) is None:
        return None
    names = found[1].replace(",", " ").split()
    shown = f"({{ {', '.join(names)} }})"
    if len(shown) > _MOST_SHOWN:
        return None  # nobody gives so many names
    return f"{{…}} at the end is a block, so the value is {names[-1]} alone; for an object end with: {shown}"


_SETTLED = re.compile(r"\b(?:status|value|reason)\b")


def of_settled(code: str) -> str | None:
    """Of a script that reads what allSettled gives as the results."""
    if "allSettled" not in code or _SETTLED.search(code) is not None:
        return None
    gives = "Promise.allSettled gives {status, value} or {status, reason} for each"
    return f"{gives}: take value where status is 'fulfilled'"


_FUNCTION = re.compile(r"the value is not JSON: \$(?:\.([\w$]+))? is a function \(")
_PROMISES = re.compile(r"the value is not JSON: \$\[\d+\] is a Promise \(")


def uncalled(site: FailureSite, message: str) -> str | None:
    """Of a value that is a function, an object with one, or a list of Promises: the last line with the call."""
    found = _FUNCTION.match(message)
    top = statements(site.root)
    last = _given(top[-1]) if top else None
    if last is None:
        return None
    if _PROMISES.match(message) is not None:
        waited = f"await Promise.all({site.text(last)})"
        return f"write: {site.line_with(last.start_byte, waited, last.end_byte)}"
    if found is None:
        return None
    name = leftmost_of(last)
    if (
        name.type == "identifier"
        and len(re.findall(rf"\b{re.escape(site.text(name))}\b", site.code)) == 1
    ):
        return None  # not of the script's own
    member = "" if found[1] is None else f".{found[1]}"
    called = f"await {site.text(last)}{member}(input)"
    return f"write: {site.line_with(last.start_byte, called, last.end_byte)}"


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
