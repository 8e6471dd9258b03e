"""Functions in braces that give nothing: ``i => { id: i.id }``, and a ``return`` that was left out.

Nothing fails there: ``map`` gives a list of nothing, ``filter`` an empty one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import (
    CALLBACKS,
    arguments_of,
    method_of,
    parameters_of,
)
from workbench.sandbox.child.explaining.result_advice import only_reads
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import Ask
from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes, awaited, expression_of

_TAKE_A_VALUE = frozenset(
    {"map", "flatMap", "filter", "find", "findIndex", "findLast", "some", "every", "reduce", "sort", "toSorted",
     "from", "then"}
)  # fmt: skip
_AS_OBJECT = re.compile(r"=>\s*\{(?=\s*(?:[\w$]+|\"[^\"\n]*\"|'[^'\n]*')\s*[:,}]|\s*\.\.\.)")
BLOCK_OF_NAMES = re.compile(
    r"\{\s*+([A-Za-z_$][\w$]*+(?:\s*+,\s*+[A-Za-z_$][\w$]*+)*+)\s*+,?\s*+\}"
)
"""``{ a, b }``, which is an object to who wrote it."""
_AS_LOOPS = frozenset({"map", "flatMap", "from", "then"})
_AROUND = frozenset(
    {"parenthesized_expression", "await_expression", "arguments", "call_expression"}
)
_CONTROL = frozenset(
    {"if_statement", "for_statement", "for_in_statement", "while_statement", "do_statement", "try_statement",
     "switch_statement"}
)  # fmt: skip
_CHANGES = frozenset(
    {"assignment_expression", "augmented_assignment_expression", "update_expression"}
)
_ACTS = re.compile(r"console\s*\.\s*\w+|sleep|[^()]*\.\s*(?:push|unshift|set|add|delete)")
_MOST_TRIED = 8
_MOST_LETTERS = 400
_EMPTY = re.compile(r'\{"t":"done","ok":true,"value":(?:null|\[\]|0|""|false|\{\})[,}]')
_OF_NULLS = re.compile(r"\[null(?:,null)*(?:\]|,?n?u?l?l?\Z)")
"""What a value has where a function gave nothing."""


def gave_nothing(done: str) -> bool:
    """Cheap: whether the value is one that a script gives where it had nothing. The beginning will do."""
    return _EMPTY.match(done) is not None or (
        "[null" in done and _OF_NULLS.search(done) is not None
    )


def of_an_object(site: FailureSite) -> str | None:
    """Of ``i => { id: i.id, title: i.title }``, which is a block: the line with brackets around the object."""
    found = [(at, end) for at, end in _blocks(site.code) if _may_be_object(site.code[at:end])]
    if not found or site.script.is_large:
        return None
    # What has several of them parses with all in brackets; some may be blocks that were meant.
    for tried in (found, found[:1])[: len(found)]:
        if site.script.parses(_in_brackets(site.code, tried)):
            start, end = tried[0]
            at, after = (len(site.code[:place].encode()) for place in (start, end))
            line, _ = site.place_of(at)
            fixed = site.line_with(at, f"({site.code[start:end]})", after)
            return f"{{…}} behind => in line {line} is a block; for an object write: {fixed}"
    return None


def _blocks(code: str) -> Iterator[tuple[int, int]]:
    """Where bodies of arrow functions stand that begin as an object does."""
    for found in islice(_AS_OBJECT.finditer(code), _MOST_TRIED):
        start = found.end() - 1
        if (end := _closing(code, start)) is not None:
            yield start, end


def _may_be_object(body: str) -> bool:
    if len(body) > _MOST_LETTERS or ";" in body:
        return False
    return BLOCK_OF_NAMES.fullmatch(body) is not None or ":" in body or "..." in body


def _in_brackets(code: str, places: list[tuple[int, int]]) -> str:
    text, behind = "", 0
    for start, end in places:
        if start >= behind:
            text += f"{code[behind:start]}({code[start:end]})"
            behind = end
    return text + code[behind:]


def without_return(site: FailureSite, ask: Ask | None) -> str | None:
    """Of a function given to ``map`` and the like that has no ``return``: the line with one. None: there is
    none, or it is there for what it does."""
    if site.script.is_large or site.root.has_error:
        return None
    if (told := of_an_object(site)) is not None:
        return told
    for call in all_nodes(site.root):
        called = method_of(call)
        if called is None or called.name not in _TAKE_A_VALUE:
            continue
        statement = _whole(call).parent
        is_kept = statement is None or statement.type != "expression_statement"
        if not is_kept and statement is not None and statement.next_named_sibling is not None:
            continue  # a loop: nobody wants its value
        for given in arguments_of(call)[:2]:
            body = given.child_by_field_name("body") if given.type in CALLBACKS else None
            if body is None or body.type != "statement_block" or not body.named_children:
                continue
            if returns(body):
                continue
            if called.name in _AS_LOOPS and _is_loop(site, body, ask, is_kept=is_kept):
                continue
            return _told(site, called.name, given, body)
    return None


def _whole(call: Node) -> Node:
    """A call with what waits for it: ``await Promise.all(list.map(…))``."""
    node = call
    while (parent := node.parent) is not None and parent.type in _AROUND:
        node = parent
    return node


def _is_loop(site: FailureSite, body: Node, ask: Ask | None, *, is_kept: bool) -> bool:
    """Whether a function is there for what it does last: it says, changes or keeps something. A call, too,
    where nobody keeps what comes of it, but of a tool that only reads."""
    last = next((node for node in reversed(body.named_children) if node.type != "comment"), None)
    if last is None or last.type in _CONTROL:
        return last is not None
    done = awaited(expression_of(last))
    if done is None or done.type != "call_expression":
        return done is not None and done.type in _CHANGES
    function = done.child_by_field_name("function")
    called = "" if function is None else site.text(function)
    if _ACTS.fullmatch(called) is not None:
        return True
    is_tool = re.match(r"tools\s*[.\[]|call_tool\b", called) is not None
    is_own = function is not None and function.type == "identifier"
    return not is_kept and (not only_reads(site, done, ask) if is_tool else is_own)


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
