"""Syntax colours for the editor: Pygments' tokens as spans of each line."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

Span: TypeAlias = tuple[int, int, str]
"""(start, end, kind) within one line, in characters."""
Spans: TypeAlias = tuple[Span, ...]
Language: TypeAlias = Literal["javascript", "typescript", "json", "text"]

KINDS = (
    *("keyword", "constant", "string", "number", "comment", "function", "builtin", "property"),
    *("operator", "regex", "error"),
)
"""The kinds of text that a theme colours: component classes ``code-area--KIND``."""

_ASK_EVERY = 256
_TYPE = re.compile(
    r"(?:string|number|boolean|any|unknown|never|void|null|object|bigint|symbol|readonly|[A-Z]\w*)\Z"
)
"""What stands for a type; the lexer takes every value behind a colon for one."""
_OPEN = {"comment": "*/", "string": "`"}
"""How a token that goes over several lines ends."""


@cache
def _json() -> Lexer:
    from pygments.lexers.data import JsonLexer

    return JsonLexer()


@cache
def _javascript() -> Lexer:
    from pygments.lexers.javascript import JavascriptLexer

    return JavascriptLexer()


@cache
def _typescript() -> Lexer:
    from pygments.lexers.javascript import TypeScriptLexer

    return TypeScriptLexer()


@cache
def _text() -> Lexer:
    from pygments.lexers.special import TextLexer

    return TextLexer()


_LEXERS = {"javascript": _javascript, "typescript": _typescript, "json": _json, "text": _text}


def language_of(name: str) -> Language:
    """The language of a script by the name of its file: ``triage.ts``."""
    return "typescript" if name.endswith((".ts", ".mts", ".cts")) else "javascript"


def is_ready(language: str) -> bool:
    """Whether the lexer was used before; the first time costs 50 ms, at the start two frames."""
    return _LEXERS[language].cache_info().currsize > 0


@cache
def _kind(token: _TokenType) -> str:
    from pygments.token import (
        Comment,
        Error,
        Keyword,
        Name,
        Number,
        Operator,
        String,
    )

    for parent, kind in (
        (Comment, "comment"),
        (Keyword.Constant, "constant"),
        (Keyword.Type, "type"),
        (Keyword, "keyword"),
        (Operator.Word, "keyword"),
        (String.Regex, "regex"),
        (String, "string"),
        (Number, "number"),
        (Name.Builtin, "builtin"),
        (Name.Function, "function"),
        (Name.Tag, "property"),
        (Name.Exception, "builtin"),
        (Operator, "operator"),
        (Error, "error"),
    ):
        if token in parent:
            return kind
    return ""


def highlight(text: str, language: str, go_on: Callable[[], bool] = lambda: True) -> list[Spans]:
    """The spans of every line of a text (lines as ``str.split("\\n")`` has them).

    go_on: asked after every some hundred tokens; False ends it with what there is.
    """
    lines: list[list[Span]] = [[]]
    column = 0
    tokens = _LEXERS[language]().get_tokens_unprocessed(text)
    for count, (_, token, value) in enumerate(tokens):
        if count % _ASK_EVERY == 0 and not go_on():
            break
        kind = _kind(token)
        if kind == "type":
            kind = "builtin" if _TYPE.match(value) else ""
        if "\n" not in value:
            if kind:
                lines[-1].append((column, column + len(value), kind))
            column += len(value)
            continue
        first, *rest = value.split("\n")
        if kind and first:
            lines[-1].append((column, column + len(first), kind))
        lines += [[(0, len(part), kind)] if kind and part else [] for part in rest]
        column = len(rest[-1])
    return [tuple(line) for line in lines]


def highlight_line(line: str, language: str, entry: str = "") -> Spans:
    """The spans of one line alone, until the whole text is read again.

    entry: the kind of the token that goes on from the line above (a block comment, a template).
    """
    if not entry:
        return highlight(line, language)[0] if line else ()
    end = line.find(_OPEN.get(entry, "\0"))
    if end < 0:
        return ((0, len(line), entry),) if line else ()
    end += len(_OPEN[entry])
    rest = highlight(line[end:], language)[0]
    return ((0, end, entry), *((start + end, stop + end, kind) for start, stop, kind in rest))


def entry_of(line: str, spans: Spans) -> str:
    """The kind of a token that goes on from the line above, where this line's spans show one.

    A line that begins with a comment or a string without its opening mark continues one.
    """
    if not spans or spans[0][0] != 0 or spans[0][2] not in _OPEN:
        return ""
    kind = spans[0][2]
    begins = ("/*", "//") if kind == "comment" else ("'", '"', "`")
    return "" if line.startswith(begins) else kind
