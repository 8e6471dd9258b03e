"""What an error says, taken apart for the card: words, place in the script, near names, stack."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.catalogue.suggestions import near_names
from workbench.core.explanations import EXPLANATIONS
from workbench.core.model import ErrorCode, ScriptError
from workbench.util.dataclass import dataclass

_QUOTED = r"""(?:'[^']*'|"[^"]*")"""
_NEAR = re.compile(rf"({_QUOTED})[^'\"]*; did you mean ({_QUOTED}(?: or {_QUOTED})*)\?")
_NOT_DEFINED = re.compile(r"ReferenceError: (?:'([^']+)'|(\S+)) is not defined")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_HERE: Mapping[ErrorCode, str] = {
    ErrorCode.INVALID_ARGS: "The Tools screen shows what the tool takes.",
    ErrorCode.NOT_FOUND: "The Tools screen has all servers and tools.",
    ErrorCode.SERVER_NOT_ALLOWED: "Who ran it left this server out; run from here it may call all.",
    ErrorCode.SERVER_QUARANTINED: "The Tools screen shows its tools and releases it, or trusts its folder.",
    ErrorCode.TOOL_NOT_APPROVED: "The Tools screen shows both definitions, side by side, and approves.",
    ErrorCode.UPSTREAM_ERROR: "The Tools screen has the server's state and what it wrote.",
    ErrorCode.SYNTAX_ERROR: "",
    ErrorCode.RUNTIME_ERROR: "",
    ErrorCode.INVALID_REQUEST: "",
    ErrorCode.DISABLED: "Settings switch it on; a running server follows.",
    ErrorCode.DIVERGED: "",
}
"""What helps on the screen, where the command line and agents are told something else; empty: the card itself
shows all that does."""
_AROUND = 1
_LONGEST_CODE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fix:
    """A name that may be meant: what stands there, and what would be right."""

    wrong: str
    right: str


def fixes(error: ScriptError, code: str) -> tuple[Fix, ...]:
    """The near names that the message has; for an unknown variable those of the script."""
    found = [
        Fix(match[1][1:-1], right[1:-1])
        for match in _NEAR.finditer(error.message)
        for right in re.findall(_QUOTED, match[2])
    ]
    unknown = _NOT_DEFINED.search(error.message)
    if not found and unknown is not None:
        wrong = unknown[1] or unknown[2]
        names = dict.fromkeys(_WORD.findall(code[:_LONGEST_CODE]))
        names.pop(wrong, None)
        found = [Fix(wrong, right) for right in near_names(wrong, names)]
    return tuple(fix for fix in found if place_of(fix.wrong, code, error.line) is not None)


def place_of(word: str, code: str, line: int | None) -> tuple[int, int] | None:
    """Row and column, from 0, where a word stands in a script: nearest to a line (from 1)."""
    whole = re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])")
    at = (line or 1) - 1
    rows = code.split("\n")
    for row in sorted(range(len(rows)), key=lambda row: abs(row - at)):
        match = whole.search(rows[row])
        if match is not None:
            return row, match.start()
    return None


@dataclass(frozen=True, slots=True)
class ExcerptLine:
    """A line of the script; ``caret``: the column, from 0, that the error names in it."""

    number: int
    text: str
    caret: int | None = None


def excerpt(error: ScriptError, code: str) -> list[ExcerptLine]:
    """The line of the error with its neighbours; nothing where it has no place."""
    rows = code.split("\n")
    if error.line is None or not 1 <= error.line <= len(rows):
        return []
    first, last = max(1, error.line - _AROUND), min(len(rows), error.line + _AROUND)
    return [
        ExcerptLine(
            number,
            rows[number - 1].rstrip("\r"),
            max(0, (error.column or 1) - 1) if number == error.line and error.column else None,
        )
        for number in range(first, last + 1)
        if number == error.line or rows[number - 1].strip()
    ]


def frames(error: ScriptError) -> list[str]:
    """The lines of the stack, without the message that it repeats."""
    lines = (error.stack or "").split("\n")
    return [line.strip() for line in lines if line.strip().startswith("at ")]


def cure(code: ErrorCode) -> str:
    """What helps here against errors of this kind, as plain words; empty: nothing more than is shown."""
    if code in _HERE:
        return _HERE[code]
    explanation = EXPLANATIONS.get(code)
    return explanation.cure.replace("`", "") if explanation is not None else ""


def whole_text(error: ScriptError) -> str:
    """All of an error as text, for the clipboard."""
    where = f" at {error.line}:{error.column}" if error.line is not None else ""
    stack = [f"    {frame}" for frame in frames(error)]
    return "\n".join([f"{error.code}{where}", error.message, *stack])
