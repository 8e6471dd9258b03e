"""A script and its tree, made once for all who ask: the site of a failure in it, lines as they should be."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from tree_sitter import Node

from workbench.sandbox.child.grammars import Grammars, Path, path_to
from workbench.sandbox.child.starting import fences

_MOST_SHOWN = 300
_LONGEST = 1 << 16
_DEEPEST = 200
_ASYNC_FUNCTION = re.compile(
    r"\basync\s++function\s++([\w$]++)|(?<![\w$])([\w$]++)\s*+=\s*+(?=async\b)"
)


class Script:
    """The text of one script; what is made of it is made once, when it is first asked for."""

    def __init__(self, grammars: Grammars, code: str) -> None:
        self._grammars = grammars
        self._text = code

    @cached_property
    def code(self) -> str:
        """Without a fence and what stands beside it; every position stays."""
        try:
            return fences.unfenced(self._text)
        except fences.NotAScript:
            return self._text

    @cached_property
    def source(self) -> bytes:
        return self.code.encode()

    @cached_property
    def root(self) -> Node:
        root = self._grammars.javascript_tree(self.source)
        if root.has_error:
            typed = self._grammars.typescript_tree(self.source)
            if not typed.has_error:
                return typed
        return root

    @cached_property
    def is_large(self) -> bool:
        """Whether it is longer, or nested deeper, than is looked through node by node: a node's parent is
        looked for from the root each time."""
        if len(self.source) > _LONGEST:
            return True
        cursor = self.root.walk()
        while cursor.depth <= _DEEPEST:
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return False
        return True

    @cached_property
    def async_functions(self) -> frozenset[str]:
        """The names of its own functions that are async."""
        return frozenset(found[1] or found[2] for found in _ASYNC_FUNCTION.finditer(self.code))

    def parses(self, code: str) -> bool:
        """Whether it would be a script, with types or without."""
        source = code.encode()
        if not self._grammars.javascript_tree(source).has_error:
            return True
        return not self._grammars.typescript_tree(source).has_error

    @cached_property
    def lines(self) -> list[str]:
        return self.code.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins, in bytes."""
        return list(accumulate((len(line.encode()) + 1 for line in self.lines[:-1]), initial=0))

    def offset_of(self, line: int | None, column: int | None) -> int | None:
        """A place in bytes; None: the script has no such line."""
        if line is None or column is None or not 1 <= line <= len(self.lines):
            return None
        return self._starts[line - 1] + len(self.lines[line - 1][: column - 1].encode())

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte."""
        line = bisect_right(self._starts, offset)
        before = self.source[self._starts[line - 1] : offset]
        return line, len(before.decode("utf-8", "replace")) + 1


class FailureSite:
    """line, column: of the failure, from 1, in characters; None where it has no place."""

    def __init__(self, script: Script, line: int | None, column: int | None) -> None:
        self.script = script
        self.code = script.code
        self.source = script.source
        self.line = line
        self.offset = script.offset_of(line, column)
        """The failure's place in bytes."""

    @property
    def root(self) -> Node:
        return self.script.root

    def path(self) -> Path:
        """The nodes around the failure, from the root down; empty where it has no place."""
        if self.offset is None or self.offset >= len(self.source):
            return []
        return path_to(self.root, self.offset)

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte."""
        return self.script.place_of(offset)

    def line_text(self) -> str:
        """The line of the failure."""
        lines = self.script.lines
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
