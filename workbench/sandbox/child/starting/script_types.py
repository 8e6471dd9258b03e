"""The types of a script, found by its signs: where these tell all of them, no tree is needed to erase them.

Each pattern takes what is no JavaScript where it stands, or would leave none if it were taken: a script without
types is never made into another one. What no pattern takes stays, and the engine finds that it does not parse;
then the tree is asked (``starting``). All that could stay and still parse is a list of types in front of a call
(``a<b>(c)`` compares, too): where one may be left, there is no answer here. Texts, templates and comments are
blanked first, as for the outline. Linear in the text. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from workbench.sandbox.child.starting.drafting import blanked as blanks
from workbench.sandbox.child.starting.script_lines import code_of
from workbench.sandbox.child.starting.signs import BEFORE_REGEX, WORD_BEFORE, may_be_read

_NAME = r"[A-Za-z_$][\w$]*+"
_NO_TYPE = (
    "as|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|"
    "finally|for|function|if|import|in|instanceof|is|let|new|of|return|satisfies|static|super|switch|throw|try|"
    "var|while|with|yield"
)
"""Words that begin no type here."""
_OPERATORS = "keyof|readonly|typeof|unique"
_IS = r"=(?![=>])"
_IN_TYPE = r"[^(){}\[\]`/+*%=~^@#!?\\]++|=>|\?(?=\s*+[:(,)])"
"""None of the signs of an expression."""
_IN_VALUE = r"[^(){}\[\]]++"


def _inside(plain: str, levels: int) -> str:
    """What is in brackets, which nest so deep and no deeper."""
    inside = plain
    for _ in range(levels):
        inside = rf"{plain}|[({{\[](?:{inside})*+[)}}\]]"
    return f"(?:{inside})*+"


def _type(word: str) -> str:
    group = rf"[({{\[]{_inside(_IN_TYPE, 2)}[)}}\]](?:(?<=\))\s*+=>\s*+{_NAME})?+"
    one = (
        rf"(?:(?:{_OPERATORS})[ ])*+(?:{word}|\" *+\"|-?\d++|{group})"
        rf"(?:\[(?:\" *+\"|{_NAME}|\d++)?+\])*+"
    )
    # The next of a union stands behind a sign, the first one not right behind what may end a type.
    return rf"(?>(?:\|\s*+)?+(?:(?:\s*+[|&](?![|&=])\s*+|(?<![\w$)\]}}\">])){one})++)"


def _list(word: str) -> str:
    """Of types, in pointed brackets."""
    return rf"<(?:\s*+{_type(word)}\s*+(?:extends\s|,|(?=>)))++>"


_NAMED = rf"(?!(?:{_NO_TYPE})\b){_NAME}(?:\.{_NAME})*+"
_IN_POINTED = rf"[^(){{}}\[\]<>`/+*%=~^@#!;\\]++|=>|[({{\[]{_inside(_IN_TYPE, 1)}[)}}\]]"
_POINTED = rf"<(?:{_IN_POINTED}|<(?:{_IN_POINTED}|<(?:{_IN_POINTED})*+>)*+>)*+>"
"""What is in these is not looked at where nothing but a type can stand: less to compile."""
_TYPE = _type(rf"{_NAMED}(?:{_POINTED})?+")
_GROUP = rf"[({{\[]{_inside(_IN_VALUE, 2)}[)}}\]]"
_TARGET = rf"(?:{_NAME}|[{{\[]{_inside(_IN_VALUE, 2)}[}}\]])"
"""A name, or what takes a value apart."""

_KIND = re.compile(rf"const\b|{_TYPE}")
_ANNOTATION = re.compile(rf"\s*+:\s*+(?:(?:asserts[ ])?+{_NAME}[ ]is[ ])?+{_TYPE}")
_DEFAULT = rf"(?:{_IS}(?:[^(){{}}\[\],]++|{_GROUP})*+)?+"
_PARAMETER = re.compile(
    rf"\s*+(?:\.\.\.)?+{_TARGET}(?P<type>\??+\s*+:\s*+{_TYPE})?+\s*+{_DEFAULT}(?=[,)])"
)
_PLAIN_NAMED = rf"(?:(?:string|number|boolean)(?![\w$.])|(?!(?:{_OPERATORS})[ ]){_NAMED})"
_PLAIN_TYPE = rf"{_PLAIN_NAMED}(?:<(?:[\w$., |]++|\[\])*+>)?+(?:\[\])*+"
_PLAIN_PARAMETER = (
    rf"\s*+(?:\.\.\.)?+{_NAME}(\??+\s*+:\s*+{_PLAIN_TYPE})?+\s*+(?:{_IS}[^(){{}}\[\],:]++)?+"
)


def _plain_parameters(most: int) -> str:
    """The types of so many parameters, and of the result, each a group."""
    listed = _PLAIN_PARAMETER
    for _ in range(most - 1):
        listed = rf"{_PLAIN_PARAMETER}(?:,{listed})?+"
    # A colon within the brackets is that of a type: no value here holds one.
    result = rf"([ \t]*+:[ \t]*+{_PLAIN_TYPE})?+"
    return rf"(?=[^(){{}}\[\]:]*+:){listed}\){result}(?=[ \t]*+(?:=>|\{{))"


_PARAMETERS = re.compile(
    rf"\((?:{_plain_parameters(4)}|(?P<other>)(?:[^(){{}}\[\]:]++|{_GROUP})*+"
    rf"(?::{_inside(_IN_VALUE, 3)}\)(?=\s*+(?:=>|[{{:]))|\)(?=\s*+:)))"
)
"""Brackets that hold a colon, as parameters with types do, or have one behind them: those that hold nothing
out of the ordinary, with their types as groups, and others."""
_OTHER = _PARAMETERS.groups
_BODY = re.compile(r"[ \t]*+(?P<arrow>=>)|\s*+\{")
_VARIABLES = tuple(
    (
        f"{word} ",
        re.compile(rf"{word}(?<![\w$.]{word})[ \t]++{_TARGET}!?(?=[ \t]*+:)"),
    )
    for word in ("const", "let", "var")
)
_BEHIND_VARIABLE = re.compile(rf"\s*+{_IS}|[ \t]*+(?:[;,]|\r?\n(?!\s*+[|&.<])|\Z)")
_BEHIND_CAST = re.compile(
    r"[ \t]*+(?:[;,)\]}:?]|&&|\|\||[!=]==?|(?:as|satisfies|of|in)\b|\Z"
    r"|\r?\n(?!\s*+[|&.<(\[\"`+\-/*,]))"
)
"""No line goes on with what a cast ends: without it, it would go on with the value."""
_DECLARES = re.compile(r"(?:const|let|var|function|class)[ \t]+[\w$]+\Z")
_ARGUMENTS = re.compile(rf"{_list(rf'{_NAMED}(?:{_list(_NAMED)})?+')}(?=\()")
_SURE = re.compile(r"!(?=[.\[(]|[ \t]*+(?:[\]){};,]|as\b|\Z|\r?\n))")
"""``x!``: behind a name, or brackets."""
_SURE_BEHIND_CALL = re.compile(r"!(?=\.[A-Za-z_$]|[\]);,])")
_HEAD = r"[\w$ .,<>|&\[\]\"]"
_INTERFACE = re.compile(rf"interface[ ]+{_NAME}{_HEAD}{{0,300}}+(?=\{{)")
_ALIAS = re.compile(rf"type[ ]+{_NAME}(?:<{_HEAD}{{0,200}}>)?[ ]*+{_IS}\s*+")
_BEHIND_ALIAS = re.compile(r"[ \t]*+(?:;|(?=\r?\n(?!\s*+[|&.<(\[\"])|\Z))")
_LEFT = re.compile(r">(?<!=>)[ \t\r]*+[(\"\n]")
"""What ends a list of types in front of a call."""
_PUT_IN = re.compile(r"\$\{[^{}`]*+")
_TWO_WAYS = re.compile(r"!\s*+/(?![/*])")
"""A slash that divides ``x!``, or begins a pattern behind a ``!``."""
_LONGEST_WORD = 40
_OTHERS = re.compile(r"[^\x00-\x7f]+")
_LINE_END = re.compile(r"\r?\n")
_SHORT = 64
_SPACES = tuple(bytearray(b" " * size) for size in range(_SHORT))
"""Made once: bytes of another kind are copied once more where they are put in."""

Span = tuple[int, int]
"""A place in the text: characters."""


class Untyped(NamedTuple):
    """A script without its types: as many bytes, each line where it was."""

    text: str
    code: str
    """The same with blanks for its texts, comments and patterns (``script_lines``)."""


def untyped(text: str) -> Untyped | None:
    """As it is where there are no types; None: only a tree tells what is one."""
    code = code_of(text) if may_be_read(text) else None
    if code is None or _may_be_misread(text):
        return None
    if "port" in code and ("import" in code or "export" in code):
        return None
    found = chain(_functions(code), _variables(code), _casts(code), _arguments(code), _sure(code))
    plain, rest = _without(text, code, _statements(code), found)
    if rest is None or ("<" in rest and _LEFT.search(rest) is not None):
        return None
    return Untyped(plain, rest)


def _may_be_misread(text: str) -> bool:
    """Whether a sign has two readings, or a list of types may stand in a template."""
    if "!" in text and _TWO_WAYS.search(text) is not None:
        return True
    return "`" in text and any("<" in inner and ">" in inner for inner in _PUT_IN.findall(text))


def _without(
    text: str, code: str, statements: Iterable[Span], spans: Iterable[Span]
) -> tuple[str, str | None]:
    """Both with blanks of as many bytes; a statement leaves a semicolon, so that the one before it ends."""
    source = bytearray(text.encode("ascii", "replace"))  # a byte for each character
    rest = bytearray(code.encode("ascii", "replace"))
    for start, end in statements:
        source[start:end] = rest[start:end] = b";" + blanks(rest[start + 1 : end])
    for start, end in spans:
        size = end - start
        blank = _SPACES[size] if size < _SHORT else bytearray(b" " * size)
        source[start:end] = rest[start:end] = blank
    for blanked, before in ((source, text), (rest, code)):
        if blanked.count(b"\n") < before.count("\n"):  # few types go over a line's end
            for found in _LINE_END.finditer(before):
                blanked[slice(*found.span())] = found[0].encode()
    plain = source.decode()
    if text.isascii():
        return plain, rest.decode()
    plain = _with_others_of(text, plain)
    return plain, rest.decode() if len(plain) == len(text) and code.isascii() else code_of(plain)


def _with_others_of(text: str, plain: str) -> str:
    """With the characters that are not ASCII where they were, and for blanked ones as many blanks as bytes."""
    parts: list[str] = []
    position = 0
    for found in _OTHERS.finditer(text):
        start, end = found.span()
        is_blank = plain[start] == " "
        parts += (plain[position:start], " " * len(found[0].encode()) if is_blank else found[0])
        position = end
    return "".join((*parts, plain[position:]))


def _statements(code: str) -> Iterator[Span]:
    """Interfaces and names of types, each at the start of a line."""
    for word, end_of in _STATEMENTS:
        at = code.find(word)
        while at >= 0:
            end = -1
            if not code[code.rfind("\n", 0, at) + 1 : at].strip(" \t"):
                end = end_of(code, at)
                if end >= 0:
                    yield at, end
            at = code.find(word, max(end, at + len(word)))


def _interface_end(code: str, at: int) -> int:
    head = _INTERFACE.match(code, at)
    body = None if head is None else _KIND.match(code, head.end())
    return -1 if body is None else body.end()


def _alias_end(code: str, at: int) -> int:
    head = _ALIAS.match(code, at)
    kind = None if head is None else _KIND.match(code, head.end())
    end = None if kind is None else _BEHIND_ALIAS.match(code, kind.end())
    return -1 if end is None else end.end()


_STATEMENTS: tuple[tuple[str, Callable[[str, int], int]], ...] = (
    ("interface ", _interface_end),
    ("type ", _alias_end),
)


def _functions(code: str) -> Iterator[Span]:
    """The types of parameters and results."""
    for found in _PARAMETERS.finditer(code):
        last = found.lastindex
        if last is not None and last != _OTHER:  # the same as below, by one match
            for span in found.regs[1 : last + 1]:
                if span[0] >= 0:
                    yield span
            continue
        end = behind = found.end()
        result = _ANNOTATION.match(code, end)
        if result is not None:
            behind = result.end()
        body = _BODY.match(code, behind)
        if body is None:
            continue
        typed = _parameters(code, found.start() + 1, end)
        yield from typed
        is_arrow = body["arrow"] is not None
        if result is not None and _is_result(result[0], is_arrow=is_arrow, is_typed=bool(typed)):
            yield end, behind


def _parameters(code: str, position: int, end: int) -> list[Span]:
    """Those of one function that have types; none: they are no parameters, or signs do not tell them."""
    spans: list[Span] = []
    while (one := _PARAMETER.match(code, position, end)) is not None:
        kind = one.span("type")
        if kind[0] >= 0:
            spans.append(kind)
        position = one.end() + 1
        if position == end:
            return spans
        if code[position - 1] == ")":
            return []
    return [] if code[position : end - 1].strip() else spans


def _is_result(written: str, *, is_arrow: bool, is_typed: bool) -> bool:
    """Whether what stands behind brackets is a type, and no part of ``a ? (b) : c => d`` or ``case (b): {}``.

    is_typed: what is in the brackets can be nothing but parameters.
    """
    kind = written.lstrip()[1:].strip()
    # The arrow must stand on the line of the brackets. Behind brackets it may be that of a type which goes on:
    # the engine reads ``function f() => { …`` as well, and the body of the function as a block of its own.
    if is_arrow and ("\n" in written or kind[-1] == ")"):
        return False
    if is_typed:
        return True
    if "\n" in written or kind[0] in "{(":
        return False
    return not is_arrow or ("=>" not in kind and (kind == "void" or not kind.isidentifier()))


def _variables(code: str) -> Iterator[Span]:
    for word, pattern in _VARIABLES:
        if word not in code:
            continue
        for found in pattern.finditer(code):
            start = found.end()
            kind = _ANNOTATION.match(code, start)
            if kind is not None and _BEHIND_VARIABLE.match(code, kind.end()) is not None:
                yield start - (code[start - 1] == "!"), kind.end()


def _casts(code: str) -> Iterator[Span]:
    """``x as T``, ``x satisfies T``"""
    for word in (" as ", " satisfies "):
        at = code.find(word)
        while at >= 0:
            kind = _KIND.match(code, at + len(word)) if _ends_value(code, at) else None
            if kind is not None and _BEHIND_CAST.match(code, kind.end()) is not None:
                yield at, kind.end()
            at = code.find(word, at + len(word) - 1)


def _ends_value(code: str, end: int) -> bool:
    if code[end - 1 : end] in {")", "]", "}", '"', "!"}:
        return True
    return _is_name(code, end) and _DECLARES.search(code, max(0, end - _LONGEST_WORD), end) is None


def _arguments(code: str) -> Iterator[Span]:
    """Lists of types in front of a call."""
    for found in _ARGUMENTS.finditer(code):
        if _is_name(code, found.start()):
            yield found.span()


def _is_name(code: str, end: int) -> bool:
    """Whether a name ends there, and no word behind which an expression begins."""
    before = code[end - 1 : end]
    if not before.isalnum() and before not in {"_", "$"}:
        return False
    word = WORD_BEFORE.search(code, max(0, end - _LONGEST_WORD), end)
    return word is None or word[0] not in BEFORE_REGEX


def _sure(code: str) -> Iterator[Span]:
    """``x!``, ``a[0]!``, ``f()!``"""
    for found in _SURE.finditer(code):
        at = found.start()
        before = code[at - 1 : at]
        if before == ")":
            is_sure = _SURE_BEHIND_CALL.match(code, at) is not None
        else:
            is_sure = before == "]" or _is_name(code, at)
        if is_sure:
            yield at, at + 1
