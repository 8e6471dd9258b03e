"""Top-level ``await`` and ``return``: a script that needs them is wrapped into an async function.

The value of the script is the completion value of its last statement as ECMA-262 (section 14, "runtime
semantics: evaluation") defines it: expression statements give it, also inside blocks, branches, loops,
``try`` and ``switch``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from workbench.sandbox.child.grammars import end_of, expression_of, words_outside
from workbench.sandbox.child.starting.drafting import Draft

_LOOPS = frozenset(
    {"for_statement", "for_in_statement", "while_statement", "do_statement", "with_statement"}
)
_LISTS = frozenset({"statement_block", "switch_statement"})
_TAKEN = re.compile(r"\$value(?=(\$*))")
"""Only looked at: the last of the signs behind it may begin another."""
_RESET = _LOOPS | {"if_statement", "switch_statement", "try_statement"}


def needs_wrapping(root: Node, source: bytes) -> bool:
    """Whether ``await`` or ``return`` stands outside every function."""
    return any(
        _is_word(node)
        for word in (b"await", b"return")
        for node in words_outside(root, source, word)
    )


def _is_word(node: Node) -> bool:
    # The bare words, so that a text with a syntax error is told by them too; and `await (x)` looks like a
    # call of a function named await.
    return node.type in {"await", "return"} or (node.type == "identifier" and node.text == b"await")


def unused_name(text: str) -> str:
    """A name for the value that the script has not."""
    if "$" not in text:
        return "$value"
    longest = max(map(len, _TAKEN.findall(text)), default=-1)
    return "$value" + "$" * (longest + 1)


def wrapped(text: str, name: str, value: str) -> str:
    """The script, one line down, inside an async function whose promise resolves to the script's value.

    name: of the variable that ``assign_completion`` assigns; value: what is returned at the end.
    """
    # An argument, for the engine reads ahead to the end of what is in brackets to see whether an arrow follows:
    # around all of the script that is twice its text. No argument has a name, which stacks show.
    return (
        '(f => Object.defineProperty(f, "name", {value: "<eval>"}))'
        f"(async ({name}) => {{\n{text}\n;return {value}}})()"
    )


def wrapped_otherwise(text: str) -> str:
    """The same inside a function that ends in another way and is never made. A text that closes what
    ``wrapped`` puts around it goes on with ``,`` or ``)``: neither may stand behind this one."""
    return f"if (0) 0 ? async function () {{\n{text}\n;return 0}} : 0;"


def assign_completion(root: Node, name: str, draft: Draft) -> None:
    """Assign each statement that can give the completion value to ``name``, which the script does not use.

    A branch, loop, ``try`` or ``switch`` that completes without a value has the value undefined, not that of
    what stands before it: so ``name`` is emptied where one begins.
    """
    emptied = f"{name}=void 0;"
    closings: list[int] = []
    directives = True
    pending: list[Node] = []
    for child in root.named_children:
        if directives and _is_directive(child):
            continue
        directives = directives and child.type in {"comment", "hash_bang_line"}
        if _has_own_value(child):
            draft.insert(child.start_byte, emptied)
        pending.append(child)
    while pending:
        node = pending.pop()
        if node.type in {"expression_statement", "export_statement"}:
            expression = (
                expression_of(node)
                if node.type == "expression_statement"
                else node.child_by_field_name("value")
            )
            if expression is None:
                continue
            draft.insert(expression.start_byte, f"{name}=(")
            draft.insert(end_of(expression), ")")
            continue
        if node.type == "catch_clause" and (body := node.child_by_field_name("body")) is not None:
            draft.insert(body.start_byte + 1, emptied)
        for child in _completing_children(node):
            if _has_own_value(child):
                if node.type in _LISTS:
                    draft.insert(child.start_byte, emptied)
                elif node.type in _LOOPS:  # each time round
                    draft.insert(child.start_byte, "{" + emptied)
                    closings.append(end_of(child))
            pending.append(child)
    for end in reversed(closings):
        draft.insert(end, "}")


def enclose_object(root: Node, draft: Draft, opening: str = ";(") -> bool:
    """Bring the ``{…}`` that a script ends with into brackets: for a script that does not parse as it stands,
    where it is a block to the engine. False: it ends otherwise."""
    last = next((node for node in reversed(root.named_children) if node.type != "comment"), None)
    if last is not None and last.type == "expression_statement":
        last = expression_of(last)
    if last is None or last.type not in {"object", "statement_block"}:
        return False
    draft.insert(last.start_byte, opening)
    draft.insert(end_of(last), ")")
    return True


def _has_own_value(node: Node) -> bool:
    """Whether a statement completes with undefined where nothing in it has a value."""
    while node.type == "labeled_statement":
        body = node.child_by_field_name("body")
        if body is None:
            return False
        node = body
    return node.type in _RESET


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
