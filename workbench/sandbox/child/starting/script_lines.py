"""The outline of a script from its lines: the same answers as those of ``script_outline``, for scripts that
are written one statement a line, at a third of its cost.

Texts and comments become blanks; of what is left, brackets that close on the line where they open tell
nothing, and are taken out in C. The few that remain say how deep each line stands, and in what. Nothing is
guessed: where lines do not decide, there is no outline here. Standard library only.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from workbench.sandbox.child.starting.signs import (
    BEFORE_REGEX,
    BEGINNINGS,
    BLANKED_GROUP,
    DECLARATION,
    DIVIDES,
    GOES_ON,
    LABEL,
    LITERALS,
    NAME,
    PATTERN,
    READ,
    STATEMENTS,
    WORD_BEFORE,
    calls,
    places,
)

_NO_BRACKETS = bytes(sign for sign in range(256) if chr(sign) not in "(){}[]\n")
_PAIRS = (b"()", b"[]", b"{}")
_CLOSING = {")": "(", "}": "{", "]": "["}
_DEEPEST = 12
_MOST_LINES = 2_000
_MOST_ROUNDS = 30
_MOST_WORDS = 200
_LONGEST_WORD = 40
_BEFORE_PATTERN = frozenset("(,=:[!&|?{;")
_SEEN = re.compile(r"[^\n]")
_MEMBER = re.compile(r"[ \t]*\??\.[A-Za-z_$#]")
_BLOCK = re.compile(r"\s*(?:\}\s*)?(?:else|try|do|finally|catch)")
_BLOCK_WITH_HEAD = re.compile(
    r"\s*(?:\}\s*)?(?:(?:else\s+)?(?:if|while|switch|catch|for(?:\s+await)?))\b"
)
_FUNCTION = re.compile(r"[\s\S]*(?:=>|\bfunction\b[^{}]*\))")
"""What stands before the brace of a block; of a function."""
_HEAD_OF_STATEMENT = re.compile(r"\s*(?:(?:async\s+)?function|for|while|if|switch|try)\b")
_INNER = re.compile(r"[{}]|=>|\bfunction\b|\bclass\b")
_ONE_BLOCK = re.compile(r"(?:if|for|while)\b[^{}]*\)\s*\{[^{}]*|try\s*\{[^{}]*")
"""The start of a line up to a word: what may begin a function there; a block that does not."""
_END = "; \t\r\n"
_LONE = re.compile(
    r"\s*+(?:(?P<function>(?:async[ \t]++)?function[ \t]++[A-Za-z_$][\w$]*+)|async\b)?+[ \t]*+(?=\()"
)
_LONE_BODY = re.compile(r"[ \t]*+(?P<arrow>=>)?+[ \t]*+\{[ \t]*+\r?\n")
"""What stands before the parameters of a lone function, and behind them."""

Around = tuple["Around | None", int, str]
"""An open bracket: the one around it, its line, its sign."""


class Lines(NamedTuple):
    """What the lines tell. Places are characters of the text."""

    waits: bool
    returns: bool
    value: tuple[int, int] | None
    lone: str
    awaited: tuple[tuple[int, str], ...]


class _Doubt(Exception):
    """The lines alone do not tell."""


def code_of(text: str) -> str | None:
    """``blanked``; None: signs alone do not tell what is a text."""
    try:
        return blanked(text)
    except _Doubt:
        return None


def _ends_with_brace(text: str) -> bool:
    return text.rstrip(_END).endswith("}")


def read_lines(text: str, code: str | None = None) -> Lines | None:
    """None: they do not decide.

    code: what ``code_of`` gives, where it is known.
    """
    if _ends_with_brace(text) and _LONE.match(text) is None:
        return None  # no expression is last
    try:
        code = blanked(text) if code is None else code
        brackets = _Brackets(code)
        if _ends_with_brace(code):
            return _lone(code, brackets)
        value, returns = _last_statement(code, brackets)
        awaited = _awaited(code)
        return Lines(returns or _waits(code, brackets), returns, value, "", awaited)
    except _Doubt:
        return None


def blanked(text: str) -> str:
    """The text with blanks for its comments, texts and patterns: as long, with the line ends of its code.

    Raises _Doubt.
    """
    parts: list[str] = []
    done, position, comment_end = 0, 0, -1
    # A search for one sign is fifty times as fast as one for four: none goes on behind the last of them.
    last = max(map(text.rfind, BEGINNINGS))
    while position <= last and (found := LITERALS.search(text, position)) is not None:
        at, position = found.span()
        sign = text[at]
        if position == at + 1:
            if sign != "/":
                raise _Doubt
            pattern = _pattern_end(text, at, comment_end)
            if pattern is None:
                continue
            position = pattern
        elif sign == "/" and text[at + 1] in "/*":
            comment_end = position
        elif sign == "`" and _is_read(text[at:position]):
            raise _Doubt
        parts.append(text[done:at])
        done = position
        if position == comment_end:
            comment = text[at:position]
            parts.append(_SEEN.sub(" ", comment) if "\n" in comment else " " * len(comment))
        else:
            parts.append(f'"{" " * (position - at - 2)}"')
    if not done:
        return text
    parts.append(text[done:])
    return "".join(parts)


def _pattern_end(text: str, at: int, comment_end: int) -> int | None:
    """Where the regular expression ends that a slash begins; None: it divides. Raises _Doubt."""
    if DIVIDES.match(text, at) is not None:
        return None
    end = len(text[:at].rstrip())
    before = text[end - 1 : end]
    if end <= comment_end:
        raise _Doubt
    if before == "]" or before.isalnum() or before in {"_", "$"}:
        word = WORD_BEFORE.search(text, max(0, end - _LONGEST_WORD), end)
        if word is None or word[0] not in BEFORE_REGEX:
            return None
    elif before not in _BEFORE_PATTERN:
        raise _Doubt
    pattern = PATTERN.match(text, at)
    if pattern is None:
        raise _Doubt
    return pattern.end()


def _is_read(template: str) -> bool:
    """Whether what is put into a template matters."""
    return "${" in template and ("await" in template or bool(calls(template)))


class _Brackets:
    """Those that are open where a line begins."""

    def __init__(self, code: str) -> None:
        skeleton = code.encode().translate(None, _NO_BRACKETS)
        for _ in range(_MOST_ROUNDS):
            size = len(skeleton)
            for pair in _PAIRS:
                skeleton = skeleton.replace(pair, b"")
            if len(skeleton) == size:
                break
        self._code = code
        self.around: list[Around | None] = [None]
        self.opened: dict[int, int] = {}
        """By the line where the outermost bracket ends: the line where it began."""
        self._kinds: dict[int, str] = {}
        node: Around | None = None
        line = depth = 0
        for sign in skeleton.decode():
            if sign == "\n":
                line += 1
                self.around.append(node)
            elif sign in "({[":
                node = (node, line, sign)
                depth += 1
                if depth > _DEEPEST:
                    raise _Doubt
            else:
                if node is None or node[2] != _CLOSING[sign]:
                    raise _Doubt
                depth -= 1
                if node[0] is None:
                    self.opened[line] = node[1]
                node = node[0]
        if node is not None or line > _MOST_LINES:
            raise _Doubt

    def start_of(self, line: int) -> int:
        """Looked for, not kept: what is asked of a few lines would be of all."""
        at = 0
        for _ in range(line):
            at = self._code.find("\n", at) + 1
        return at

    def line(self, number: int) -> str:
        at = self.start_of(number)
        end = self._code.find("\n", at)
        return self._code[at:] if end < 0 else self._code[at:end]

    def is_outside(self, line: int) -> bool | None:
        """Whether blocks alone are around where the line begins; False: a function is; None: nobody knows."""
        known = True
        node = self.around[line]
        while node is not None:
            node, opened, sign = node
            kind = self.kind(opened) if sign == "{" else ""
            if kind == "function":
                return False
            known = known and kind == "block"
        return True if known else None

    def kind(self, line: int) -> str:
        """Of the brace at the end of a line: ``block``, ``function``; "": another, or nobody knows."""
        found = self._kinds.get(line)
        if found is None:
            head = self.line(line).rstrip()
            found = self._kinds[line] = _kind(head[:-1]) if head.endswith("{") else ""
        return found


def _kind(head: str) -> str:
    head = head.rstrip()
    if _FUNCTION.fullmatch(head) is not None:
        return "function"
    if _BLOCK.fullmatch(head) is not None:
        return "block"
    word = _BLOCK_WITH_HEAD.match(head)
    group = None if word is None else BLANKED_GROUP.match(head, word.end())
    return "block" if group is not None and group.end() == len(head) else ""


def _ends_statement(code: str, brackets: _Brackets, start: int, line: int) -> bool:
    """Whether what stands before the first sign of a line, at ``start``, certainly ends there."""
    before = code[:start].rstrip()
    sign = before[-1:]
    if sign in {"", ";"}:
        return True
    if sign != "}":
        return False
    word = NAME.match(code, start)
    if word is not None:
        return word[0] not in GOES_ON
    # A sign may go on with what the brace closes, unless that is a statement.
    last = line - code.count("\n", len(before), start)
    opened = brackets.opened.get(last)
    if opened is None or brackets.around[opened] is not None or brackets.line(last).strip() != "}":
        return False
    head = brackets.line(opened)
    if _HEAD_OF_STATEMENT.match(head) is None or brackets.kind(opened) == "":
        return False
    above = code[: brackets.start_of(opened)].rstrip()
    return above[-1:] in {"", ";", "}"}


def _last_statement(code: str, brackets: _Brackets) -> tuple[tuple[int, int] | None, bool]:
    """Where the expression stands that is the last statement; whether a ``return`` is, instead.

    Raises _Doubt.
    """
    end = len(code.rstrip())
    if code[end - 1 : end] == ";":
        end = len(code[: end - 1].rstrip())
    if end == 0 or code[end - 1] == ";":
        raise _Doubt
    line = code.count("\n", 0, end)
    following = end
    while True:
        at = code.rfind("\n", 0, following) + 1
        is_outer = brackets.around[line] is None
        if (is_outer or line in brackets.opened) and code.find(";", at, following) >= 0:
            raise _Doubt
        if is_outer and code[at:following].strip() and _MEMBER.match(code, at) is None:
            break
        if at == 0:
            raise _Doubt
        following, line = at - 1, line - 1
    start = at + len(code[at:following]) - len(code[at:following].lstrip())
    if not _ends_statement(code, brackets, start, line):
        raise _Doubt
    word = NAME.match(code, start)
    is_alone = not code[:start].replace(";", "").strip()
    if is_alone and (word is None or word[0] != "await"):
        raise _Doubt  # it may be one function
    if word is not None and word[0] == "return":
        return None, True
    if code[start] in "{@#." or (word is not None and word[0] in STATEMENTS):
        raise _Doubt
    if LABEL.match(code, start) is not None or DECLARATION.match(code, start) is not None:
        raise _Doubt
    return (start, end), False


def _lone(code: str, brackets: _Brackets) -> Lines | None:
    """Those of a function that is all of the script; None: it is none, or not written as one. Raises _Doubt."""
    head = _LONE.match(code)
    group = None if head is None else BLANKED_GROUP.match(code, head.end())
    body = None if group is None else _LONE_BODY.match(code, group.end())
    if head is None or body is None or (head["function"] is None) == (body["arrow"] is None):
        return None
    start, end = len(code) - len(code.lstrip()), len(code.rstrip(_END))
    first, last = (code.count("\n", 0, at) for at in (start, end))
    # Within it nothing begins that is not around it, too.
    if brackets.opened != {last: first} or code[code.rfind("\n", 0, end) + 1 : end].strip() != "}":
        return None
    kind = "arrow" if head["function"] is None else "function"
    return Lines(False, False, (start, end), kind, _awaited(code))


def _waits(code: str, brackets: _Brackets) -> bool:
    """Whether ``await`` or ``return`` stands outside of every function. Raises _Doubt."""
    decided, looked = True, 0
    for word in ("await", "return"):
        found = list(places(code, word))
        # The last one first: what a script does itself mostly stands behind its functions.
        for at in (*found[-1:], *found[:-1]):
            is_outside = _is_outside(code, brackets, at, at + len(word))
            looked += 1
            if is_outside:
                return True
            decided = decided and is_outside is not None
            if looked > _MOST_WORDS:
                raise _Doubt
    if not decided:
        raise _Doubt
    return False


def _is_outside(code: str, brackets: _Brackets, at: int, end: int) -> bool | None:
    """As ``_Brackets.is_outside``, of a word in a line."""
    begin = code.rfind("\n", 0, at) + 1
    line = code.count("\n", 0, begin)
    before = code[begin:at]
    head = before.lstrip()
    if code[at - 1 : at] == "." or code.startswith(":", end):
        return None  # a name, not the word
    if "}" in head:
        return None
    outside = brackets.is_outside(line)
    if not outside:
        return outside
    if _INNER.search(head) is not None and (
        _ONE_BLOCK.fullmatch(head) is None or _INNER.search(head.replace("{", "")) is not None
    ):
        return None
    start = begin + len(before) - len(head)
    begins_block = code[:start].rstrip()[-1:] == "{"
    return True if begins_block or _ends_statement(code, brackets, start, line) else None


def _awaited(code: str) -> tuple[tuple[int, str], ...]:
    """The calls that are awaited as they stand. Raises _Doubt where there is another."""
    awaited = []
    for at, name in calls(code):
        if code[at - 1 : at] == ".":
            if code[at - 3 : at] == "...":
                raise _Doubt
            continue  # a member of that name
        end = len(code[:at].rstrip())
        before = WORD_BEFORE.search(code, max(0, end - _LONGEST_WORD), end)
        group = BLANKED_GROUP.match(code, at + len(name))
        if before is None or before[0] != "await" or group is None:
            raise _Doubt
        if READ.match(code, group.end()) is not None:
            raise _Doubt
        awaited.append((at, name))
    return tuple(awaited)
