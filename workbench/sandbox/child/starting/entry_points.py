"""A script as models hand it over: as a module that exports it, as a lone function (``fences`` has fences).

What is around the script is blanked, so that every position stays.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.grammars import end_of, expression_of, statements, text_of, unwrapped
from workbench.sandbox.child.starting.drafting import Draft

_LONE = re.compile(
    r"(?:\s|//[^\n]*\n|(?>/\*[\s\S]*?\*/))*+(?:export\s+)?"
    r"(?:async\b|function\b|const\b|let\b|\(|[A-Za-z_$][\w$]*\s*=>)"
)
_LONE_FUNCTIONS = frozenset({"arrow_function", "function_declaration", "function_expression"})
_TOKENS = re.compile(
    r"//[^\n]*|/\*[\s\S]*?\*/|'(?:[^'\\\n]|\\[\s\S])*'|\"(?:[^\"\\\n]|\\[\s\S])*\"|[`'\"/(){}\[\];]"
)
_AFTER = re.compile(
    r"(?:[\s;]|//[^\n]*(?:\n|\Z)|(?>/\*[\s\S]*?\*/))*+(?:(?P<word>[A-Za-z_$][\w$]*)|[^\s;])"
)
"""From the end of a statement to the first word or sign of another one: comments are passed, and none is given
back to be such a sign."""
_GO_ON = frozenset({None, "as", "satisfies", "in", "instanceof"})
"""What may still be of the statement: these words, and signs."""
_NAMED_EXPORT = re.compile(r"(?:module\.)?exports\.[\w$]+\Z")
_ENTRIES = frozenset({"main", "run", "execute", "handler"})
"""Names of a function that is the script, whoever declares it (run.js has them, too)."""
BYTE_ORDER_MARK = "\ufeff"


def may_export(text: str) -> bool:
    """Cheap: whether it is worth to look."""
    return "export" in text


def may_be_lone(text: str) -> bool:
    """Cheap: whether it is worth to look. Most scripts begin as a lone function would: their first statement is
    not their last one, which is seen without a tree."""
    return (
        ("=>" in text or "function" in text or "({" in text)
        and _LONE.match(text) is not None
        and not _goes_on(text)
    )


def _goes_on(text: str) -> bool:
    """Whether there is certainly something behind the first statement."""
    depth = 0
    for token in _TOKENS.finditer(text):
        sign = token[0]
        # A template, a regular expression, a text without end: only a parser knows.
        if sign in "`/'\"":
            return False
        if sign in "([{":
            depth += 1
            continue
        if sign in ")]}":
            depth -= 1
        if depth < 0:
            return False
        if depth == 0 and sign in "};" and (after := _AFTER.match(text, token.end())) is not None:
            # After a brace the statement may go on: a type of the result, a call, an operator.
            return sign == ";" or after["word"] not in _GO_ON
    return False


def open_exports(root: Node, draft: Draft) -> str | None:
    """Take ``export``, ``export default`` and ``module.exports =`` away.

    Gives the name of the function or class that it exports, whose value is to be the script's; "" where
    the value stands in its place as an expression; None: the script exports no value.
    """
    entry: str | None = None
    listed: list[str] = []
    for statement in statements(root):
        if statement.type == "export_statement":
            entry = _open_export(statement, draft, entry)
            listed += _listed(statement, draft.source)
        else:
            entry = _open_module_exports(statement, draft, entry)
    if entry is None and listed:
        functions = filter(None, map(function_in, statements(root)))
        named = {text_of(name, draft.source) for name, _ in functions if name is not None}
        entry = next((name for name in listed if name in named), None)
    return entry


def _open_export(statement: Node, draft: Draft, entry: str | None) -> str | None:
    value = statement.child_by_field_name("value")
    declaration = statement.child_by_field_name("declaration")
    if statement.child_by_field_name("source") is not None:
        return entry  # `export … from`: there are no modules, and the parser says so
    if value is not None:
        draft.blank(statement.start_byte, value.start_byte)
        draft.insert(value.start_byte, "(")
        draft.insert(end_of(value), ")")
        return ""
    if declaration is not None:
        draft.blank(statement.start_byte, declaration.start_byte, ";")
        name = declaration.child_by_field_name("name")
        is_default = any(child.type == "default" for child in statement.children)
        if is_default and name is not None:
            return text_of(name, draft.source)
        return entry
    draft.blank(statement.start_byte, statement.end_byte, ";")  # export { a, b }
    return entry or _as_default(statement, draft.source)


def _as_default(statement: Node, source: bytes) -> str | None:
    """``x`` of ``export { x as default }``."""
    for clause in statement.named_children:
        for specifier in clause.named_children if clause.type == "export_clause" else ():
            name, alias = map(specifier.child_by_field_name, ("name", "alias"))
            if name is not None and alias is not None and text_of(alias, source) == "default":
                return text_of(name, source)
    return None


def _listed(statement: Node, source: bytes) -> list[str]:
    """The one name that ``export { main }`` lists; nothing: it lists more, or what another module has."""
    clause = next((node for node in statement.named_children if node.type == "export_clause"), None)
    names = [] if clause is None else clause.named_children
    name = names[0].child_by_field_name("name") if len(names) == 1 else None
    if name is None or statement.child_by_field_name("source") is not None:
        return []
    return [text_of(name, source)]


def _open_module_exports(statement: Node, draft: Draft, entry: str | None) -> str | None:
    assignment = expression_of(statement)
    if assignment is None or assignment.type != "assignment_expression":
        return entry
    target, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if target is None or value is None:
        return entry
    name = text_of(target, draft.source)
    is_named = _NAMED_EXPORT.match(name) is not None and value.type in _LONE_FUNCTIONS
    if name != "module.exports" and not (is_named and entry is None):
        return entry
    draft.blank(assignment.start_byte, value.start_byte)
    draft.insert(value.start_byte, "(")
    draft.insert(end_of(value), ")")
    return ""


def function_in(statement: Node) -> tuple[Node | None, Node] | None:
    """The function that a statement declares, or is, with its name; None: it is another statement."""
    if statement.type == "function_declaration":
        return statement.child_by_field_name("name"), statement
    if statement.type == "lexical_declaration":
        declared = [one for one in statement.named_children if one.type == "variable_declarator"]
        name = declared[0].child_by_field_name("name") if len(declared) == 1 else None
        value = unwrapped(declared[0].child_by_field_name("value")) if declared else None
        if name is None or value is None or value.type not in _LONE_FUNCTIONS:
            return None
        return name, value
    expression = unwrapped(expression_of(statement))
    if expression is None or expression.type not in _LONE_FUNCTIONS:
        return None
    return None, expression


def open_lone_function(root: Node, draft: Draft) -> str | None:
    """Whether the script is one function, or an object of some, and nothing else: its value is then that.

    Gives the name of a variable that holds it; "" where it stands in its place as an expression; None: it is
    no lone function.
    """
    all_statements = statements(root)
    if len(all_statements) != 1:
        return None
    only = all_statements[0]
    is_exported = only.type == "export_statement"
    if is_exported:
        only = only.child_by_field_name("declaration") or only
    given = unwrapped(expression_of(only))
    if given is not None and given.type == "object":
        return ""  # run.js sees whether it has the one function to call
    found = function_in(only)
    if found is None:
        return None
    name, function = found
    if only.type == "lexical_declaration" and name is not None:
        text = text_of(name, draft.source)
        return text if is_exported or text in _ENTRIES else None
    if function.type != "arrow_function":  # as a statement it gives no value, and needs a name
        draft.insert(function.start_byte, "(")
        draft.insert(end_of(function), ")")
    return ""
