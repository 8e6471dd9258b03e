"""Members that a script asks for because they may not be there: ``if (!r.next_cursor)``,
``'items' in r ? r.items : r.issues``."""

from __future__ import annotations

import re
from collections.abc import Collection

from tree_sitter import Node

from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import FUNCTIONS, all_nodes

_CHOICES = frozenset({"ternary_expression", "if_statement"})
_AROUND = frozenset({"parenthesized_expression", "unary_expression"})
_NOTHING = re.compile(r"null|undefined|['\"]undefined['\"]|void 0")
_IF_NOT = re.compile(r"\(*\s*!|.*[^!]==")
_LEAVES = re.compile(r"\b(?:return|throw|break|continue)\b")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


def is_asked_whether(site: FailureSite, member: Node, there: Collection[str]) -> bool:
    """Whether ``r.name``, which is not there, is asked for with an answer for that, too.

    there: the members that it has.
    """
    owner, name = member.child_by_field_name("object"), member.child_by_field_name("property")
    if owner is None or name is None:
        return False
    return _is_expected_absent(site, member, site.text(name), there) or _has_an_alternative(
        site, member, site.text(owner), site.text(name), there
    )


def _is_expected_absent(site: FailureSite, member: Node, name: str, there: Collection[str]) -> bool:
    """Of ``!r.next_cursor`` and ``r.next_cursor === undefined``; not where it has one that is named alike, nor
    of what a loop leaves out for it: that is all, then."""
    test = member
    while (outer := test.parent) is not None and outer.type in _AROUND:
        test = outer
    sides: list[Node] = []
    if outer is not None and outer.type == "binary_expression":
        sides = [side for side in outer.named_children if side != test]
    is_compared = any(_NOTHING.fullmatch(site.text(side)) for side in sides)
    if not is_compared and not site.text(test).lstrip("( ").startswith("!"):
        return False
    words = set(_words(name))
    if any(words.intersection(_words(other)) for other in there):
        return False
    choice = next((node for node in _around(member) if node.type in _CHOICES), None)
    then = None if choice is None else choice.child_by_field_name("consequence")
    return then is None or re.match(r"\{?\s*continue\b", site.text(then)) is None


def _has_an_alternative(
    site: FailureSite, member: Node, owner: str, name: str, there: Collection[str]
) -> bool:
    """Whether a choice by that member reads one that is there on its other side."""
    for choice in _around(member):
        condition = choice.child_by_field_name("condition") if choice.type in _CHOICES else None
        asked = "" if condition is None else site.text(condition)
        if owner not in asked or re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", asked) is None:
            continue
        then, other = (choice.child_by_field_name(part) for part in ("consequence", "alternative"))
        if _IF_NOT.match(asked) is not None and then is not None:
            sides = [then]
        elif other is not None:
            sides = [other]
        elif then is not None and _LEAVES.search(site.text(then)) is not None:
            sides = _behind(choice)
        else:
            continue
        if any(_reads(site, side, owner, there) for side in sides):
            return True
    return False


def _reads(site: FailureSite, within: Node, owner: str, there: Collection[str]) -> bool:
    read = (
        (node.child_by_field_name("object"), node.child_by_field_name("property"))
        for node in all_nodes(within)
        if node.type == "member_expression"
    )
    return any(
        of is not None and name is not None and site.text(of) == owner and site.text(name) in there
        for of, name in read
    )


def _around(node: Node) -> list[Node]:
    """What is around a node, from the inside, within its function."""
    found = []
    outer = node.parent
    while outer is not None and outer.type not in FUNCTIONS:
        found.append(outer)
        outer = outer.parent
    return found


def _behind(statement: Node) -> list[Node]:
    found = []
    while (following := statement.next_named_sibling) is not None:
        found.append(following)
        statement = following
    return found


def _words(name: str) -> list[str]:
    """``next``, ``cursor`` of ``nextCursor`` and of ``next_cursor``."""
    return [word.lower() for word in _WORDS.findall(name)]
