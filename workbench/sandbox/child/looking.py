"""A failed script under a lens: its tree, the place of the failure, lines as they should be."""

from __future__ import annotations

from functools import cached_property

from tree_sitter import Node

from workbench.sandbox.child.grammars import Grammars, Path, path_to

_MOST_SHOWN = 160


class Look:
    """line, column: of the failure, from 1, in characters; None where it has no place."""

    def __init__(self, grammars: Grammars, code: str, line: int | None, column: int | None) -> None:
        self._grammars = grammars
        self.code = code
        self.source = code.encode()
        self.line = line
        self.column = column

    @cached_property
    def root(self) -> Node:
        root = self._grammars.javascript_tree(self.source)
        if root.has_error:
            typed = self._grammars.typescript_tree(self.source)
            if not typed.has_error:
                return typed
        return root

    @cached_property
    def offset(self) -> int | None:
        """The failure's place in bytes."""
        if self.line is None or self.column is None:
            return None
        lines = self.code.split("\n")
        if not 1 <= self.line <= len(lines):
            return None
        before = sum(len(line.encode()) + 1 for line in lines[: self.line - 1])
        return before + len(lines[self.line - 1][: self.column - 1].encode())

    def path(self) -> Path:
        """The nodes around the failure, from the root down; empty where it has no place."""
        if self.offset is None or self.offset >= len(self.source):
            return []
        return path_to(self.root, self.offset)

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte."""
        before = self.source[:offset].decode("utf-8", "replace")
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    def line_text(self) -> str:
        """The line of the failure."""
        lines = self.code.split("\n")
        return lines[self.line - 1] if self.line is not None and self.line <= len(lines) else ""

    def at_end(self) -> bool:
        """Whether the failure is behind everything that the script says."""
        return self.offset is not None and self.offset >= len(self.code.rstrip().encode())

    def line_with(self, offset: int, text: str, upto: int | None = None) -> str:
        """The line of a byte with ``text`` in front of it, or in place of what stands up to ``upto``."""
        start = self.source.rfind(b"\n", 0, offset) + 1
        after = offset if upto is None else upto
        end = self.source.find(b"\n", after)
        end = len(self.source) if end < 0 else end
        line = self.source[start:offset] + text.encode() + self.source[after:end]
        shown = line.decode("utf-8", "replace").strip()
        return shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 1] + "…"
