"""Renaming what a script declares: every use of it, and nothing else of the same name.

Pure: from the text. Where a new name would mean something else at one of its uses, it is refused.
"""

from __future__ import annotations

from workbench.tui.editor.analysis.script_scopes import Names, Scope, Use, read_names
from workbench.tui.editor.analysis.syntax import script_tree
from workbench.util.dataclass import dataclass

_RESERVED = frozenset(
    (
        *("arguments", "await", "break", "case", "catch", "class", "const", "continue"),
        *("debugger", "default", "delete", "do", "else", "enum", "eval", "export"),
        *("extends", "false", "finally", "for", "function", "if", "implements", "import"),
        *("in", "instanceof", "interface", "let", "new", "null", "package", "private"),
        *("protected", "public", "return", "static", "super", "switch", "this", "throw"),
        *("true", "try", "typeof", "undefined", "var", "void", "while", "with"),
        *("yield",),
    )
)
_ENTRIES = frozenset({"main", "run", "execute", "handler"})
"""What a function at the top is called by, where it is the script."""


_DEEPEST = 200
"""Scopes within scopes: each use of a name is looked for through all of them."""


class NotRenamed(Exception):
    """The message says why."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to put in the place of characters ``start`` to ``end`` of the script."""

    start: int
    end: int
    text: str


class Renaming:
    """One name of a script, to be renamed; ``use``: one of the places where it stands."""

    def __init__(self, source: bytes, names: Names, use: Use, home: Scope) -> None:
        self._source = source
        self._names = names
        self._home = home
        self.old = use.name
        self.uses = [
            each
            for each in names.uses
            if each.name == use.name and each.scope.of_name(use.name) is home
        ]

    @property
    def _is_at_top(self) -> bool:
        return self._home.outer is None

    def problem(self, new: str) -> str | None:
        """Why it cannot be called so; None: it can."""
        if new == self.old:
            return None
        if not new.replace("$", "_").isidentifier():
            return f"{new} is no name: letters, digits, _ and $, and no digit first"
        if new in _RESERVED:
            return f"{new} is a word of the language"
        if self._is_at_top and not {new, self.old}.isdisjoint(_ENTRIES):
            name = new if new in _ENTRIES else self.old
            return f"{name} is what a script is called by: it would run otherwise then"
        taken = self._taken(new)
        if taken is not None:
            return f"{new} is declared in line {self._line(taken)} already"
        return self._captured(new)

    def _taken(self, new: str) -> int | None:
        """Where the same scope declares it."""
        for scope in self._names.scopes:
            together = scope is self._home or scope.head is self._home or scope is self._home.head
            if together and new in scope.declared:
                return scope.declared[new].at
        return None

    def _captured(self, new: str) -> str | None:
        """A use whose name would mean something else."""
        for use in self.uses:
            nearer = use.scope.of_name(new)
            if nearer is not None and nearer is not self._home and nearer.is_in(self._home):
                line, declared = self._line(use.start), self._line(nearer.declared[new].at)
                return f"in line {line}, {new} would be the one that line {declared} declares"
        for use in self._names.uses:
            if use.name == new and use.scope.is_in(self._home):
                meant = use.scope.of_name(new)
                if meant is None or not meant.is_in(self._home):
                    return f"{new} means something else in line {self._line(use.start)}"
        return None

    def edits(self, new: str) -> list[Edit]:
        """In the order of the text."""
        found, at, chars = [], 0, 0
        for use in sorted(self.uses, key=lambda each: each.start):
            chars += _length(self._source[at : use.start])
            at = use.start
            end = chars + _length(self._source[use.start : use.end])
            text = new
            if use.form == "shorthand":
                text = f"{self.old}: {new}"
            elif use.form == "import":
                text = f"{self.old} as {new}"
            elif use.form == "export":
                text = f"{new} as {self.old}"
            found.append(Edit(chars, end, text))
        return found

    def _line(self, at: int) -> int:
        return self._source.count(b"\n", 0, at) + 1


def _length(part: bytes) -> int:
    return len(part.decode(errors="replace"))


def renaming_at(text: str, at: int) -> Renaming:
    """The name at a character of a script. Raises NotRenamed."""
    source = text.encode(errors="replace")
    root = script_tree(source)
    if root.has_error:
        raise NotRenamed("The script does not parse as it is: what its names mean is not known")
    place = len(text[:at].encode(errors="replace"))
    names = read_names(root)
    if max(scope.depth for scope in names.scopes) > _DEEPEST:
        raise NotRenamed(f"The script nests more than {_DEEPEST} scopes deep")
    use = next((each for each in names.uses if each.start <= place <= each.end), None)
    if use is None:
        raise NotRenamed("Put the cursor on a name that the script declares")
    home = use.scope.of_name(use.name)
    if home is None:
        raise NotRenamed(f"{use.name} is not declared in this script")
    in_a_block = source[home.start : home.start + 1] == b"{" and not home.holds_var
    is_function = home.declared[use.name].kind == "function"
    reaches_out = any(
        each.name == use.name and each.scope.of_name(use.name) is None for each in names.uses
    )
    if in_a_block and is_function and reaches_out:
        raise NotRenamed(f"{use.name} is used outside of the block that declares it")
    return Renaming(source, names, use, home)


def renamed(text: str, edits: list[Edit]) -> str:
    """The text after edits, which are in its order."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))


def moved(at: int, edits: list[Edit]) -> int:
    """Where a cursor stands after them: in its name no further than that goes."""
    grown = 0
    for edit in edits:
        if edit.end < at:
            grown += len(edit.text) - (edit.end - edit.start)
        elif edit.start < at:
            grown += min(0, len(edit.text) - (at - edit.start))
    return at + grown
