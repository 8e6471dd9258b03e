"""What a script declares that can be seen at its cursor, the nearest first.

A script that is being written rarely parses: the tree has what it understood of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.tui.editor.analysis.cursor_tree import CursorTree
from workbench.tui.editor.analysis.script_scopes import Declared, Scope, read_names

_TYPES = frozenset({"type", "interface"})


def local_names(tree: CursorTree) -> Iterator[tuple[str, str]]:
    """Each name with its kind: ``const``, ``parameter``, ``function`` …"""
    yield from ((name, kind) for name, kind in _seen(tree) if kind not in _TYPES)


def local_types(tree: CursorTree) -> Iterator[tuple[str, str]]:
    """Each type that the script declares, with its kind."""
    yield from ((name, kind) for name, kind in _seen(tree) if kind in {*_TYPES, "class", "enum"})


def _seen(tree: CursorTree) -> Iterator[tuple[str, str]]:
    at, seen = tree.at, set[str]()
    for scope in reversed(read_names(tree.as_it_is, at).scopes):
        if not _is_around(scope, at, tree.source):
            continue
        nearest = sorted(scope.declared.items(), key=lambda each: (each[1].at > at, -each[1].at))
        for name, declared in nearest:
            if name not in seen and _is_seen(name, declared, at):
                seen.add(name)
                yield name, declared.kind


def _is_around(scope: Scope, at: int, source: bytes) -> bool:
    if scope.outer is None:
        return True
    closed = source[scope.end - 1 : scope.end] == b"}"
    return scope.start < at and (at < scope.end or (at == scope.end and not closed))


def _is_seen(name: str, declared: Declared, at: int) -> bool:
    end = declared.at + len(name.encode())
    if declared.kind in {*_TYPES, "function"}:
        return not declared.at <= at <= end
    return max(end, declared.ready) < at
