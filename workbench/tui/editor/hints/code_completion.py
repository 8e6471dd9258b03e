"""What can stand at the cursor of a script: globals, servers, tools, argument names and their values, members.

Pure: from a catalogue, and the tree of the script at its cursor (``cursor_tree``, ``expression_types``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.text.sanitize import clean_line
from workbench.tui.editor.analysis.call_at_cursor import call_here
from workbench.tui.editor.analysis.cursor_tree import CursorTree, read_at
from workbench.tui.editor.analysis.declarations import declared_by, key_text
from workbench.tui.editor.analysis.expression_types import (
    Expressions,
    InputSchema,
    ResultSchemas,
    nothing_given,
    nothing_known,
)
from workbench.tui.editor.analysis.script_places import QUOTES, is_field, text_of
from workbench.tui.editor.analysis.value_types import AllTools, ToolsOf, Type
from workbench.tui.editor.hints.argument_offers import all_arguments, offers_in_call
from workbench.tui.editor.hints.local_names import local_names, local_types
from workbench.tui.editor.hints.offers import (
    Completion,
    Rows,
    member_offers,
    offers,
    quoted_offers,
    server_rows,
    tool_rows,
)
from workbench.tui.editor.hints.script_globals import GLOBALS, MEMBERS, TYPES
from workbench.tui.editor.hints.string_offers import compared_values, in_string
from workbench.tui.editor.hints.tool_calls import arguments_to_fill

if TYPE_CHECKING:
    from tree_sitter import Node

_CALLED = re.compile(r"[\w$]*\s*\(")
_NEW_NAMES = frozenset(
    {
        *("formal_parameters", "required_parameter", "optional_parameter", "array_pattern"),
        *("rest_pattern", "object_pattern", "pair_pattern", "catch_clause", "import_specifier"),
        *("import_clause", "namespace_import", "labeled_statement", "break_statement"),
        *("continue_statement", "enum_declaration", "internal_module", "method_definition"),
        *("class_body", "public_field_definition", "property_signature"),
    }
)
"""Where a name stands that is new, or that nothing is known of."""
_NAMING = frozenset({"class", "function", "interface", "enum", "type", "catch", "import"})
_NAMED = frozenset(
    {
        *("variable_declarator", "function_declaration", "function_expression", "class"),
        *("generator_function_declaration", "class_declaration", "type_alias_declaration"),
        *("interface_declaration", "enum_declaration", "generator_function"),
    }
)
"""What has a name of its own."""


def complete(
    catalogue: Catalogue,
    text: str,
    cursor: tuple[int, int],
    results: ResultSchemas = nothing_known,
    given: InputSchema = nothing_given,
) -> list[Completion]:
    """What can stand at the cursor ``(row, column)``, both from 0; best first."""
    tree = read_at(text, cursor)
    if tree.inside not in ("", *QUOTES):
        return []
    known = Expressions(tree.root, tree.source, catalogue, results, given)
    if tree.inside:
        return in_string(known, tree)
    return _at_name(known, tree)


def _at_name(known: Expressions, tree: CursorTree) -> list[Completion]:
    """Where a name stands, or will."""
    if len(tree.path) < 2 or "identifier" not in tree.leaf.type:
        return []
    parent, leaf = tree.path[-2], tree.leaf
    if parent.type == "ERROR" and (not tree.typed or _is_new(leaf)):
        return []  # behind what is whole
    if parent.type != "member_expression" and tree.source[: tree.at].endswith(b"."):
        return []  # a number
    if parent.type in ("member_expression", "subscript_expression") and not is_field(
        parent, "object", leaf
    ):
        if parent.type == "member_expression":
            return _members(known, tree, parent)
        return offers(_names(tree), tree.typed)
    if leaf.type == "type_identifier":
        return offers(_types(tree), tree.typed)
    if parent.type in ("object_pattern", "pair_pattern"):
        return _in_pattern(known, tree)
    is_own = parent.type in _NAMED and is_field(parent, "name", leaf)
    if is_own or parent.type in _NEW_NAMES or _is_loop_name(parent, leaf):
        return []
    here = call_here(tree, known)
    found = None if here is None else offers_in_call(here, tree, lambda: _own_names(tree))
    if found is not None:
        return found
    if parent.type == "pair" and leaf.type == "property_identifier":
        return []
    first: list[Completion] = []
    if here is not None and here.is_whole and not tree.typed:
        first = [all_arguments(here.tool)]
    elif here is None and len(tree.path) > 2:
        first = quoted_offers(compared_values(known, parent, leaf, tree.path[-3]), tree.typed, "")
    return [*first, *offers(_names(tree), tree.typed)]


def _is_new(leaf: Node) -> bool:
    """Whether the word before says that a name is new, in what does not parse yet."""
    before = leaf.prev_sibling
    if before is not None and before.type == "(":
        before = before.prev_sibling
    return before is not None and before.type in _NAMING


def _is_loop_name(parent: Node, leaf: Node) -> bool:
    declares = parent.type == "for_in_statement" and parent.child_by_field_name("kind") is not None
    lone = parent.type == "arrow_function" and is_field(parent, "parameter", leaf)
    return lone or (declares and is_field(parent, "left", leaf))


# -- members -------------------------------------------------------------------------------


def _members(known: Expressions, tree: CursorTree, expression: Node) -> list[Completion]:
    owner = expression.child_by_field_name("object")
    if owner is None:
        return []
    found = known.of(owner)
    if isinstance(found, AllTools):
        return member_offers(server_rows(known.catalogue), tree.typed, of_call=True)
    if isinstance(found, ToolsOf):
        return _tools(known.catalogue, found, tree)
    if found is None:
        name = text_of(owner)
        rows = MEMBERS.get(name, ()) if known.is_global(owner, *MEMBERS) else ()
        return offers(((each, each, detail, "") for each, detail in rows), tree.typed)
    return member_offers(_member_rows(found), tree.typed)


def _tools(catalogue: Catalogue, of: ToolsOf, tree: CursorTree) -> list[Completion]:
    server = of.server
    if server is None:
        return []
    found = member_offers(tool_rows(catalogue, server), tree.typed, of_call=True)
    if _CALLED.match(tree.after):
        return found
    tools = {clean_line(name): tool for name, tool in catalogue.tools.get(server, {}).items()}
    return [_as_call(offer, tools[offer.label]) for offer in found]


def _as_call(offer: Completion, tool: ToolInfo) -> Completion:
    """A tool is there to be called: what it needs comes with it, to be filled in; where it needs nothing its
    brackets, the cursor between them."""
    args = arguments_to_fill(tool)
    return replace(offer, insert=f"{offer.insert}({args})", back=0 if args else 1, args=args)


def _member_rows(of: Type) -> Rows:
    return ((each.name, each.name, each.detail, each.doc) for each in of.members())


def _in_pattern(known: Expressions, tree: CursorTree) -> list[Completion]:
    """The members of what is taken apart: ``const { | } = await tools.git.log()``."""
    if tree.path[-2].type == "pair_pattern" and not is_field(tree.path[-2], "key", tree.leaf):
        return []
    declared = declared_by(tree.path)
    pattern = next((node for node, _ in tree.around() if node.type == "object_pattern"), None)
    if declared is None or pattern is None or not declared.steps:
        return []
    outer = replace(declared, steps=declared.steps[:-1])
    found = known.of_declared(outer, "", tree.at)
    if found is None:
        return []
    used = {_name_in_pattern(each) for each in pattern.named_children if not _holds(each, tree)}
    rows = (each for each in found.own() if each.name not in used)
    return offers(((e.name, e.name, e.detail, e.doc) for e in rows), tree.typed)


def _name_in_pattern(part: Node) -> str | None:
    key = part.child_by_field_name("key") or part.child_by_field_name("left") or part
    return key_text(key)


def _holds(node: Node, tree: CursorTree) -> bool:
    return node.start_byte <= tree.at <= node.end_byte


# -- names ---------------------------------------------------------------------------------


def _own_names(tree: CursorTree) -> Rows:
    return ((name, name, kind, "") for name, kind in local_names(tree))


def _names(tree: CursorTree) -> Iterator[tuple[str, str, str, str]]:
    """What a name can mean there: what the script declares, the nearest first, then what every script has."""
    own = list(_own_names(tree))
    declared = {name for name, *_ in own}
    yield from own
    yield from ((name, name, detail, doc) for name, detail, doc in GLOBALS if name not in declared)


def _types(tree: CursorTree) -> Iterator[tuple[str, str, str, str]]:
    yield from ((name, name, kind, "") for name, kind in local_types(tree))
    yield from ((name, name, "", "") for name in TYPES)
