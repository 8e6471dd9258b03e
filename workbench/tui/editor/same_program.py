"""Whether two texts are the same program: their trees, but for what means nothing.

What a formatter may change without a change of meaning is listed here; all else counts as a difference. No
function here recurses: a text nests as deep as it is long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tree_sitter import Node

_PARENTHESES = frozenset({"parenthesized_expression", "parenthesized_type"})
_CHAIN = frozenset(
    {"member_expression", "subscript_expression", "call_expression", "non_null_expression"}
)
"""Where ``(a?.b).c`` is not ``a?.b.c``."""
_WITH_HOLES = frozenset({"array", "array_pattern"})
_BODIES = frozenset({"program", "statement_block", "class_body", "switch_case", "switch_default"})
_WHOLE = frozenset({"string", "number", "regex", "comment"})
_DROPPED: dict[str, frozenset[str]] = {
    "(": frozenset({"arguments", "formal_parameters", *_PARENTHESES}),
    ")": frozenset({"arguments", "formal_parameters", *_PARENTHESES}),
    "|": frozenset({"union_type"}),
    "&": frozenset({"intersection_type"}),
}
"""Signs that the tree says already, and what they are dropped in."""
_ESCAPED_QUOTE = re.compile(r"\\(?:(['\"])|.)", re.DOTALL)
_FLAGS = re.compile(r"\w*\Z")


class _Part(NamedTuple):
    """A kind and a text; for what holds others ``(`` or ``)`` and its kind."""

    kind: str
    text: str
    row: int

    def says(self, other: _Part) -> bool:
        return self[:2] == other[:2]


_Step: TypeAlias = "_Part | tuple[Node, Node]"
"""What comes next: a part, or a node in the one around it."""


def difference(one: Node, other: Node) -> int | None:
    """The first row of a tree, from 0, that says something else than the other one; None: they say the same.

    Alike are: another layout, semicolons where a statement ends, a comma behind the last of a list, quotes,
    parentheses that change no tree, the ways to write a number, and the indents of comments.
    """
    (parts, comments), (others, other_comments) = _read(one), _read(other)
    for part, its in zip(parts, others, strict=False):
        if not part.says(its):
            return part.row
    if len(parts) != len(others):
        return parts[-1].row if parts else 0
    for part, its in zip(comments, other_comments, strict=False):
        if not part.says(its):
            return part.row
    if len(comments) != len(other_comments):
        return comments[-1].row if comments else 0
    return None


def _read(root: Node) -> tuple[list[_Part], list[_Part]]:
    """What a text says, part by part, and its comments."""
    parts: list[_Part] = []
    comments: list[_Part] = []
    source = bytes(root.start_byte) + (root.text or b"")
    steps: list[_Step] = [(root, root)]
    while steps:
        step = steps.pop()
        if isinstance(step, _Part):
            parts.append(step)
            continue
        node, around = step
        if node.type == "comment":
            lines = (line.strip() for line in _text(node).splitlines())
            comments.append(_Part("comment", "\n".join(lines), node.start_point.row))
        elif node.type in _WHOLE or not node.children:
            parts.append(_leaf(node, around))
        else:
            steps.extend(reversed(_steps(node, around, source)))
    return parts, comments


def _steps(node: Node, around: Node, source: bytes) -> list[_Step]:
    """What a node with children says, in order."""
    row = node.start_point.row
    inside: list[_Step] = []
    children = [child for child in node.children if child.end_byte > child.start_byte]
    for at, child in enumerate(children):
        if at:
            inside += _between(node, source[children[at - 1].end_byte : child.start_byte], child)
        if not _says_nothing(children, at, node):
            inside.append((child, node))
    if _is_seen_through(node, around):
        return inside
    if node.type == "new_expression" and node.child_by_field_name("arguments") is None:
        inside += [_Part("(", "arguments", row), _Part(")", "arguments", row)]
    return [_Part("(", node.type, row), *inside, _Part(")", node.type, row)]


def _between(node: Node, gap: bytes, after: Node) -> list[_Step]:
    """A text before a child that none holds: of a template all of it, else what is no blank."""
    said = gap if node.type == "template_string" else gap.strip()
    return [_Part("text", said.decode(errors="replace"), after.start_point.row)] if said else []


def _says_nothing(children: list[Node], at: int, node: Node) -> bool:
    """Whether a child of a node is layout."""
    child, kind = children[at], children[at].type
    if kind == "empty_statement":
        return node.type in _BODIES
    if child.is_named:
        return False
    if kind == ";":
        return node.type != "for_statement"
    if kind == ",":
        return node.type not in _WITH_HOLES or _is_behind_last(children, at)
    return node.type in _DROPPED.get(kind, ())


def _is_behind_last(children: list[Node], at: int) -> bool:
    """Whether a comma of an array stands behind its last item, and not for a hole."""
    said = [child.type for child in children[:at] if child.type != "comment"]
    rest = [child.type for child in children[at + 1 :] if child.type != "comment"]
    return rest == ["]"] and said[-1] not in (",", "[")


def _is_seen_through(node: Node, around: Node) -> bool:
    """Whether a node says no more than what is in it."""
    held = [child for child in node.named_children if child.type != "comment"]
    if node.type in _PARENTHESES and len(held) == 1:
        inner = held[0]
        keeps_chain = inner.type in _CHAIN and around.type in _CHAIN and "?." in _text(inner)
        is_directive = inner.type == "string" and around.type == "expression_statement"
        return not (keeps_chain or is_directive)
    if node.type in ("union_type", "intersection_type"):
        return len(held) == 1  # ``| A``
    if node.type == "formal_parameters" and around.type == "arrow_function":
        return len(held) == 1 and _is_bare(held[0])
    return node.type == "required_parameter" and _is_bare(node)


def _is_bare(node: Node) -> bool:
    """Whether a parameter is a name and nothing else."""
    if node.type == "required_parameter":
        return [child.type for child in node.children] == ["identifier"]
    return node.type == "identifier"


def _leaf(node: Node, around: Node) -> _Part:
    kind, text = node.type, _text(node)
    if kind == "string":
        text = _ESCAPED_QUOTE.sub(lambda found: found[1] or found[0], text[1:-1])
        if around.type in ("pair", "pair_pattern") and around.child_by_field_name("key") == node:
            kind = "property_identifier"
    elif kind == "number":
        text = _number(text)
    elif kind == "regex":
        text = _FLAGS.sub(lambda found: "".join(sorted(found[0])), text, count=1)
    return _Part(kind, text, node.start_point.row)


def _number(text: str) -> str:
    """A number as the engine has it."""
    plain = text.lower().replace("_", "")
    try:
        if plain.endswith("n") or plain[:2] in ("0x", "0o", "0b"):
            return f"{int(plain.removesuffix('n'), 0)}{'n' if plain.endswith('n') else ''}"
        if plain[:1] == "0" and plain.isdigit():
            return plain  # octal, by its first digit
        return repr(float(plain))
    except (ValueError, OverflowError):
        return text


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")
