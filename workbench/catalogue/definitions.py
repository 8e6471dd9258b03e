"""A tool's definition as its server says it, and the form in which two of them are compared.

Servers make parts of a definition from sets, whose order is another one at each start: lists that mean sets,
and enumerations within a text. Others write into it when they started. What differs in nothing but such an
order or moment is the same definition.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from workbench.catalogue.tools import ToolInfo
from workbench.core.model import JsonValue
from workbench.text.jsontext import canonical

_NESTED = frozenset({dict, list})
_PLAIN = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]*\Z').match
"""Text that JSON writes as it is."""
_SETS = frozenset({"required", "enum", "type", "examples", "default", "anyOf", "oneOf", "allOf"})
_TEXTS = frozenset({"description", "title", "default", "examples", "$comment"})
_ID_DIGITS = 16
_SIGN = r"[./@:+-]"
_WORD = rf"{_SIGN}*+[\w*]++(?:{_SIGN}++[\w*]++)*+"
_ITEM = rf"(?:'[^'\n]{{0,80}}'|\"[^\"\n]{{0,80}}\"|{_WORD})"
# Possessive, and from the beginning of a word only: linear in any text.
_ENUMERATION = re.compile(rf"(?<![\w*./@:+-]){_ITEM}(?:[ \t]*+,[ \t]*+{_ITEM})++")
_ITEMS = re.compile(_ITEM)
_LEADS_IN = frozenset(":=([{'\"`")
_ENDS = frozenset(".;)]}'\"`\n\r")
_BLANK = frozenset(" \t\n\r")
_BULLETS = re.compile(
    r"^(?P<room>[ \t]*+)[-*•][ \t]++\S[^\n]*+(?:\n(?P=room)[-*•][ \t]++\S[^\n]*+)++"
    r"(?P<more>(?=\n(?P=room)[ \t]++\S))?",
    re.MULTILINE,
)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9}+)?)?"
_MOMENT = re.compile(
    rf"(?<!\d){_DATE}[T ]{_TIME}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?(?!\d)|\A{_DATE}\Z"
)
"""A time of a day, or a text that is a date: a date within a text may be what a tool speaks of."""
_SOME_MOMENT = "0000-00-00T00:00"


def definition(tool: ToolInfo) -> dict[str, JsonValue]:
    """Everything that the server says about the tool, as it says it."""
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
        "annotations": tool.annotations,
    }


def form_of(tool: ToolInfo) -> str:
    """A hash of the definition that depends on no order of what means a set, and on no moment in its texts."""
    if tool._form is None:
        object.__setattr__(tool, "_form", form_of_definition(definition(tool)))
    return tool._form or ""


def form_of_definition(defined: dict[str, JsonValue]) -> str:
    """The same of what ``definition`` gave."""
    return _hash(_ordered(defined, "", _text))


def definition_id(tool: ToolInfo) -> str:
    """Names the definition in a record: calls with the same one were answered by the same tool."""
    return form_of(tool)[:_ID_DIGITS]


def structure_of(tool: ToolInfo) -> str:
    """The same of the definition without its texts: names, types, what is required, annotations."""
    return _hash(_ordered(definition(tool), "", lambda _: ""))


def _ordered(value: JsonValue, keyword: str, text: Callable[[str], str]) -> JsonValue:
    if isinstance(value, dict):
        return {name: _ordered(inner, name, text) for name, inner in value.items()}
    if isinstance(value, list):
        plain = keyword not in _TEXTS and _NESTED.isdisjoint(map(type, value))
        inner = value if plain else [_ordered(item, keyword, text) for item in value]
        return _sorted(inner) if keyword in _SETS else inner
    if isinstance(value, str) and keyword in _TEXTS:
        return text(value)
    return value


def _sorted(items: list[JsonValue]) -> list[JsonValue]:
    """Values in the order of their canonical text."""
    # The same order for a fraction of the time: a hundred thousand are sorted in some milliseconds.
    kinds = set(map(type, items))
    if kinds == {int}:
        return sorted(items, key=str)
    if kinds == {str} and _PLAIN(together := "".join(map(str, items))):
        # What goes before the quotation mark at the end of a text: a blank and "!".
        if " " in together or "!" in together:
            return sorted(items, key=lambda item: f'{item}"')
        return sorted(items)
    return sorted(items, key=canonical)


def _text(text: str) -> str:
    """The text with its enumerations of single words and its bulleted lists in order, all moments the same."""
    # One stands in the place of all: without, words could grow together, and one could come and go.
    text = _MOMENT.sub(_SOME_MOMENT, text)
    text = _BULLETS.sub(_bullets_in_order, text)
    return _ENUMERATION.sub(lambda found: _words_in_order(found, text), text)


def _bullets_in_order(found: re.Match[str]) -> str:
    """Items that something belongs to stay where they are: in another order it would belong to others."""
    lines = found[0].split("\n")
    if found["more"] is not None or any(line.rstrip().endswith(":") for line in lines):
        return found[0]
    return "\n".join(sorted(lines))


def _words_in_order(found: re.Match[str], text: str) -> str:
    """Words of a sentence stay as they are: "do not delete, ask" is not "do not ask, delete"."""
    start, end = found.span()
    while start and text[start - 1] in _BLANK:
        start -= 1
    after = text[end : end + 1]
    if (start and text[start - 1] not in _LEADS_IN) or (after and after not in _ENDS):
        return found[0]
    return ", ".join(sorted(_ITEMS.findall(found[0])))


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
