"""A script as models hand it over: as a module that exports it, as a lone function (``fences`` has fences).

What is around the script is blanked, so that every position stays.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.drafting import Draft
from workbench.sandbox.child.grammars import expression_of, statements, text_of, unwrapped

_LONE = re.compile(
    r"(?:\s|//[^\n]*\n|/\*[\s\S]*?\*/)*(?:export\s+)?(?:async\b|function\b|\(|[A-Za-z_$][\w$]*\s*=>)"
)
_LONE_FUNCTIONS = frozenset({"arrow_function", "function_declaration", "function_expression"})
BYTE_ORDER_MARK = "\ufeff"


def may_export(text: str) -> bool:
    """Cheap: whether it is worth to look."""
    return "export" in text


def may_be_lone(text: str) -> bool:
    """Cheap: whether it is worth to look."""
    return ("=>" in text or "function" in text) and _LONE.match(text) is not None


def open_exports(root: Node, draft: Draft) -> str | None:
    """Take ``export``, ``export default`` and ``module.exports =`` away.

    Gives the name of the function or class that it exports, whose value is to be the script's; "" where
    the value stands in its place as an expression; None: the script exports no value.
    """
    entry: str | None = None
    for statement in statements(root):
        if statement.type == "export_statement":
            entry = _open_export(statement, draft, entry)
        else:
            entry = _open_module_exports(statement, draft, entry)
    return entry


def _open_export(statement: Node, draft: Draft, entry: str | None) -> str | None:
    value = statement.child_by_field_name("value")
    declaration = statement.child_by_field_name("declaration")
    if statement.child_by_field_name("source") is not None:
        return entry  # `export … from`: there are no modules, and the parser says so
    if value is not None:
        draft.blank(statement.start_byte, value.start_byte)
        draft.insert(value.start_byte, "(")
        draft.insert(value.end_byte, ")")
        return ""
    if declaration is not None:
        draft.blank(statement.start_byte, declaration.start_byte, ";")
        name = declaration.child_by_field_name("name")
        is_default = any(child.type == "default" for child in statement.children)
        if is_default and name is not None:
            return text_of(name, draft.source)
        return entry
    draft.blank(statement.start_byte, statement.end_byte, ";")  # export { a, b }
    return entry


def _open_module_exports(statement: Node, draft: Draft, entry: str | None) -> str | None:
    assignment = expression_of(statement)
    if assignment is None or assignment.type != "assignment_expression":
        return entry
    target, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if target is None or value is None or text_of(target, draft.source) != "module.exports":
        return entry
    draft.blank(assignment.start_byte, value.start_byte)
    draft.insert(value.start_byte, "(")
    draft.insert(value.end_byte, ")")
    return ""


def open_lone_function(root: Node, draft: Draft) -> bool:
    """Whether the script is one function, and nothing else: its value is then that function."""
    all_statements = statements(root)
    if len(all_statements) != 1:
        return False
    only = all_statements[0]
    if only.type == "export_statement":
        only = only.child_by_field_name("declaration") or only
    expression = unwrapped(expression_of(only))
    function = only if only.type == "function_declaration" else expression
    if function is None or function.type not in _LONE_FUNCTIONS:
        return False
    if function.type != "arrow_function":  # as a statement it gives no value, and needs a name
        draft.insert(function.start_byte, "(")
        draft.insert(function.end_byte, ")")
    return True
