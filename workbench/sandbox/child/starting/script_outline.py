"""The outline of a script from its brackets, without a tree: whether it waits outside of its functions, where
its last statement stands, and which calls are awaited as they stand.

Most scripts that wait are plain: `const`, loops, and a last line that is the value. For these a tree costs ten
times what it tells. Nothing is guessed: where signs alone do not decide, there is no outline, and the tree is
asked (``starting``). One pass, linear in the text. Standard library only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from workbench.sandbox.child.starting.script_lines import read_lines
from workbench.sandbox.child.starting.signs import (
    BEFORE_REGEX,
    DECLARATION,
    DIVIDES,
    GOES_ON,
    LABEL,
    NAME,
    PATTERN,
    READ,
    SPACE_AND_COMMENTS,
    STATEMENTS,
    TEMPLATE,
    TOKENS,
    WORD_BEFORE,
    calls,
    may_be_read,
)

_LONGEST_WORD = 40
_CLOSING = {")": "(", "}": "{", "]": "["}
_BLOCK_HEADS = frozenset({"if", "for", "while", "switch", "catch", "with"})
_BLOCK_WORDS = frozenset({"else", "try", "finally", "do"})
_ARROW = re.compile(r"(?:async\b[ \t]*)?(?:\(\)|[A-Za-z_$][\w$]*)[ \t]*=>\s*")
_MAY_END = re.compile(r"\n\s*(?!\??\.[A-Za-z_$#])")
"""A line end behind which no member of the same expression stands."""


class Outline(NamedTuple):
    """Places are characters of the text."""

    waits: bool
    """``await`` or ``return`` stands outside of every function."""
    returns: bool
    """A ``return`` outside of everything ends it: no statement gives the value."""
    value: tuple[int, int] | None
    """The last statement, an expression, or the lone function; None: it is another, or nobody knows."""
    lone: str | None
    """Whether all of it is one function: ``arrow`` or ``function``; "" it is not; None: nobody knows."""
    awaited: tuple[tuple[int, str], ...]
    """The names of calls that are awaited, and whose value is not read before."""


class _Doubt(Exception):
    """The signs alone do not tell."""


def outline(text: str, code: str | None = None) -> Outline | None:
    """None: only a tree knows. code: as ``read_lines`` takes it, of a text that may be read."""
    if code is None and not may_be_read(text):
        return None
    lines = read_lines(text, code)
    if lines is not None:
        return Outline(*lines)
    return read_signs(text)


def read_signs(text: str) -> Outline | None:
    """From each bracket, where lines do not tell."""
    try:
        return _Reader(text).read()
    except _Doubt:
        return None


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._called = [at for at, _ in calls(text)]
        """Where the name of a call stands, in a text or comment, too."""
        self._open: list[tuple[int, str, bool]] = []
        """Each bracket: where it stands; a sign, ``block``, ``function``, ``object`` or ``${``; ``_arrow``
        around it."""
        self._functions = 0
        self._arrow = False
        self._arrows = 0
        """Here, and in how many brackets around: behind a ``=>`` whose body has no braces."""
        self._comments: dict[int, int] = {}
        """By its end: where a comment begins."""
        self._closed = (-1, -1)
        """The last pair of brackets."""
        self._begin_statement(0)
        self._spans: list[tuple[int, int]] = []
        """What is in brackets or a template, of the statement that begins at ``_start``."""
        self._last: tuple[int, int, list[tuple[int, int]]] | None = None
        self._statements = 0
        self._waits = self._may_wait = self._returns = False
        self._calls: dict[int, tuple[int, str]] = {}
        """By the place of their bracket: calls whose end has not come."""
        self._awaited: list[tuple[int, str]] = []

    def read(self) -> Outline:
        text, position = self._text, 0
        while position >= 0:
            position = self._read_on(position)
        if self._open or (self._may_wait and not self._waits):
            raise _Doubt
        self._boundary(len(text), len(text))
        lone = self._lone()
        value = self._last[:2] if lone and self._last is not None else self._value()
        return Outline(self._waits, self._returns, value, lone, tuple(self._awaited))

    def _read_on(self, position: int) -> int:
        """Where to go on; -1: that was the end."""
        text, begun, body = self._text, -1, -1
        for found in TOKENS.finditer(text, position):
            at, end = found.span()
            kind = found.lastgroup
            if kind == "group":
                if at == body and not self._has_call(at, end):
                    if not self._open:
                        self._declared(begun, end)
                elif not self._passes(at, end):
                    self._begin(at)
                    return at + 1
                continue
            if kind == "function":  # with its parameters
                if self._has_call(at, end):
                    raise _Doubt
                begun, body = at, end
                self._closed = (text.index("(", at), self._before(end))
                continue
            if kind == "comment":
                self._comments[end] = at
                continue
            sign = text[at]
            if sign == ";":
                if not self._open:
                    self._boundary(at, end)
                self._arrow = False
            elif sign == "=":
                if not text.startswith("{", self._behind(end)):
                    self._arrow = True
            elif sign in "({[":
                self._begin(at)
            elif sign in ")}]":
                if self._end(at, sign):
                    return self._template(end)
            elif sign == "`":
                return self._template(end)
            elif sign == "/":
                return self._slash(at)
            elif sign not in "'\"":
                self._word(at, end)
            elif end == at + 1:
                raise _Doubt
        return -1

    def _has_call(self, at: int, end: int) -> bool:
        following = bisect_left(self._called, at)
        return following < len(self._called) and self._called[following] < end

    def _behind(self, at: int) -> int:
        """Where the next thing stands, behind space and comments."""
        found = SPACE_AND_COMMENTS.match(self._text, at)
        return at if found is None else found.end()

    def _before(self, at: int) -> int:
        """The end of what stands before ``at``, without space and comments."""
        text, comments = self._text, self._comments
        while at > 0:
            if text[at - 1].isspace():
                at -= 1
            elif at in comments:
                at = comments[at]
            else:
                break
        return at

    def _word_before(self, end: int) -> str:
        """The word that ends at ``end``; "" where it is a member, a number or no word."""
        found = WORD_BEFORE.search(self._text, max(0, end - _LONGEST_WORD), end)
        return "" if found is None else found[0]

    # -- brackets --------------------------------------------------------------------------

    def _passes(self, at: int, end: int) -> bool:
        """Whether a pair of brackets is passed by: what is in it changes nothing."""
        text = self._text
        if self._has_call(at, end):
            return False
        is_brace = text[at] == "{"
        kind = "" if not is_brace or (self._open and self._functions) else self._brace(at)
        if self._functions == 0 and kind != "function":
            waits = text.find("await", at, end) >= 0
            # Within other brackets a return stands in a function.
            if waits or (is_brace and text.find("return", at, end) >= 0):
                return False
        self._closed = (at, end)
        self._end_call(at, end)
        if not self._open:
            self._spans.append((at, end - 1))
            if is_brace and self._is_boundary(kind, end):
                self._boundary(end, end)
        return True

    def _begin(self, at: int) -> None:
        sign = self._text[at]
        kind = self._brace(at) if sign == "{" else sign
        self._functions += kind == "function"
        self._go_into(at, kind)

    def _go_into(self, at: int, kind: str) -> None:
        self._open.append((at, kind, self._arrow))
        self._arrows += self._arrow
        self._arrow = False

    def _brace(self, at: int) -> str:
        end = self._before(at)
        before = self._text[end - 1] if end else ";"
        if before == ")":
            opened, closed = self._closed
            if end != closed or "\n" in self._text[end:at]:
                raise _Doubt
            head = self._word_before(self._before(opened))
            if head not in _BLOCK_HEADS and head != "await":  # for await (…)
                return "function"
            if self._open and self._open[-1][1] not in {"block", "function"}:
                raise _Doubt  # a method of that name
            return "block"
        if before == ">":
            if self._text[end - 2 : end] != "=>":
                raise _Doubt
            return "function"
        if before.isalnum() or before in "_$":
            word = self._word_before(end)
            if word == "static":
                raise _Doubt
            return "block" if word in _BLOCK_WORDS else "object"
        return "block" if before in ";}{" else "object"

    def _end(self, at: int, sign: str) -> bool:
        """Whether it ends what is put into a template."""
        if not self._open:
            raise _Doubt
        opened, kind, self._arrow = self._open.pop()
        self._arrows -= self._arrow
        if not self._open:
            self._spans.append((opened, at))
        if kind == "${":
            if sign != "}":
                raise _Doubt
            return True
        if self._text[opened] != _CLOSING[sign]:
            raise _Doubt
        self._closed = (opened, at + 1)
        self._functions -= kind == "function"
        self._end_call(opened, at + 1)
        if not self._open and sign == "}" and self._is_boundary(kind, at + 1):
            self._boundary(at + 1, at + 1)
        return False

    def _end_call(self, opened: int, end: int) -> None:
        """Brackets end that may be those of a call that is awaited."""
        call = self._calls.pop(opened, None)
        if call is not None:
            if READ.match(self._text, self._behind(end)) is not None:
                raise _Doubt
            self._awaited.append(call)

    def _template(self, position: int) -> int:
        """From within a template to where it ends, or where something is put in."""
        found = TEMPLATE.match(self._text, position)
        end = position if found is None else found.end()
        if not self._open:
            self._spans.append((position, end))
        if self._text.startswith("`", end):
            return end + 1
        if not self._text.startswith("${", end):
            raise _Doubt
        self._go_into(end, "${")
        return end + 2

    def _slash(self, at: int) -> int:
        """Behind a division, or a regular expression."""
        end, text = self._before(at), self._text
        if DIVIDES.match(text, at) is not None:
            return at + 1
        before = text[end - 1 : end]
        if before in {"}", ">"} or text[max(0, end - 2) : end] in {"++", "--"}:
            raise _Doubt
        if before == ")":
            opened, closed = self._closed
            if end != closed or self._word_before(self._before(opened)) in _BLOCK_HEADS:
                raise _Doubt
            return at + 1
        is_word = before.isalnum() or before in {"_", "$"}
        if before in {"]", "'", '"', "`"} or (
            is_word and self._word_before(end) not in BEFORE_REGEX
        ):
            return at + 1
        found = PATTERN.match(text, at)
        if found is None:
            raise _Doubt
        return found.end()

    # -- words and statements --------------------------------------------------------------

    def _word(self, at: int, end: int) -> None:
        text = self._text
        before = self._before(at)
        sign = text[before - 1 : before]
        if sign == "." and text[max(0, before - 3) : before] != "...":
            return  # a member of that name
        following = self._behind(end)
        if text.startswith(":", following):
            raise _Doubt
        word = text[at:end]
        if word not in {"await", "return"}:
            if self._word_before(before) != "await" or not text.startswith("(", following):
                raise _Doubt
            self._calls[following] = (at, word)
        elif self._functions:
            return
        elif self._arrow or self._arrows:
            self._may_wait = True
        else:
            self._waits = True
            if word == "return" and not self._open and sign in {"", ";", "}"}:
                self._returns = True

    def _is_boundary(self, kind: str, end: int) -> bool:
        """Whether a statement certainly ends with a brace."""
        text, at = self._text, self._behind(end)
        word = NAME.match(text, at)
        if word is not None and word[0] in GOES_ON:
            return False
        if kind == "block" or self._declares:
            return True
        return word is not None and "\n" in text[end:at]

    def _declared(self, at: int, end: int) -> None:
        """A function stands outside of everything: as a statement, or within one."""
        if self._start == at:
            self._last = (at, end, [(at, end)])
            self._statements += 1
            self._begin_statement(end)
        else:
            self._spans.append((at, end))

    def _boundary(self, end: int, following: int) -> None:
        """A statement ends; the next one begins at ``following``."""
        if self._start < end:
            self._last = (self._start, self._before(end), self._spans)
            self._statements += 1
        self._begin_statement(following)
        self._spans = []
        self._arrow = False

    def _begin_statement(self, at: int) -> None:
        """The next statement is looked at once, however many braces are in it."""
        self._start = self._behind(at)
        self._declares = DECLARATION.match(self._text, self._start) is not None

    def _lone(self) -> str | None:
        if self._statements != 1 or self._last is None or self._returns:
            return ""
        start, end, spans = self._last
        if spans == [(start, end)]:
            is_generator = "*" in self._text[start : self._text.index("(", start)]
            return "" if is_generator else "function"
        (opened, closed), parameters = spans[-1] if spans else (-1, -1), spans[:-1]
        if closed != end - 1:
            return None
        text = self._text
        if text[opened] == "(":
            if self._is_arrow(start, spans):
                return None  # its body has no braces
            behind = self._before(opened)
            before = text[behind - 1 : behind]
            is_called = before.isalnum() or before in {"_", "$"}
            is_word = is_called and self._word_before(behind) in BEFORE_REGEX
            return "" if before == ")" or (is_called and not is_word) else None
        head = text[start:opened]
        if len(parameters) == 1:
            head = text[start : parameters[0][0]] + "()" + text[parameters[0][1] + 1 : opened]
        return "arrow" if _ARROW.fullmatch(head) is not None else None

    def _is_arrow(self, start: int, spans: list[tuple[int, int]]) -> bool:
        """Whether an arrow stands outside of the brackets, or may."""
        starts = (start, *(closed for _, closed in spans))
        ends = (opened for opened, _ in spans)
        return any(
            self._text.find("=>", at, end) >= 0 for at, end in zip(starts, ends, strict=False)
        )

    def _value(self) -> tuple[int, int] | None:
        if self._last is None:
            return None
        start, end, spans = self._last
        text = self._text
        word = NAME.match(text, start)
        if text[start] in "{@#." or (word is not None and word[0] in STATEMENTS):
            return None
        if LABEL.match(text, start) is not None or DECLARATION.match(text, start) is not None:
            return None
        at = start
        for opened, closed in [*spans, (end, end)]:
            if _MAY_END.search(text, at, opened) is not None:
                return None  # a statement may end with a line
            at = closed
        return start, end
