"""What a script declares that can be seen at its cursor, the nearest first.

A script that is being written rarely parses: the tree has what it understood of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.tui.editor.renaming import grammars
from workbench.tui.editor.script_reading import index_of, text_before
from workbench.tui.editor.script_scopes import Declared, Scope, read_names
from workbench.tui.editor.text_edits import is_word

_LONGEST = 40_000
"""Of a longer text only what stands right before the cursor is read."""
_TYPES = frozenset({"type", "interface"})


def local_names(text: str, cursor: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Each name with its kind: ``const``, ``parameter``, ``function`` …"""
    if len(text) > _LONGEST:
        text = text_before(text, cursor)
        place = len(text)
    else:
        place = index_of(text, cursor)
    if not is_word(text[place - 1 : place]):  # a name will stand there
        text, place = f"{text[:place]}_{text[place:]}", place + 1
    source = text.encode(errors="replace")
    at = len(text[:place].encode(errors="replace"))
    names = read_names(grammars().typescript_tree(source), at)
    seen = set[str]()
    for scope in reversed(names.scopes):
        if not _is_around(scope, at, source):
            continue
        for name, declared in sorted(scope.declared.items(), key=lambda each: -each[1].at):
            if name not in seen and _is_seen(name, declared, at):
                seen.add(name)
                yield name, declared.kind


def _is_around(scope: Scope, at: int, source: bytes) -> bool:
    if scope.outer is None:
        return True
    closed = source[scope.end - 1 : scope.end] == b"}"
    return scope.start < at and (at < scope.end or (at == scope.end and not closed))


def _is_seen(name: str, declared: Declared, at: int) -> bool:
    if declared.kind in _TYPES:
        return False
    if declared.kind == "function":
        return not declared.at <= at <= declared.at + len(name.encode())
    return max(declared.at + len(name.encode()), declared.ready) < at
