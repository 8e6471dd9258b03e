"""Offers: what is put in for each, in which order they stand, and those of servers, tools and values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from workbench.catalogue.tool_types import member, type_text
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.editor.analysis.schema_walk import Place
from workbench.tui.matching import SCATTERED, score
from workbench.util.dataclass import dataclass

_MOST = 200
_SIGNATURE = 200


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer. ``insert`` replaces the ``prefix`` characters before the cursor."""

    label: str
    insert: str
    detail: str = ""
    """Type or signature, one line."""
    doc: str = ""
    """First line of the description."""
    prefix: int = 0
    back: int = 0
    """So many characters before the end of what was put in the cursor stands then."""
    args: str = ""
    """The arguments within ``insert``, whose values are to be filled in; empty: there are none."""
    of_call: bool = False
    """A name or a value that a tool has there: offered unasked."""


Rows: TypeAlias = Iterable[tuple[str, str, str, str]]
"""(label, insert, detail, doc)"""


def offers(rows: Rows, prefix: str, *, of_call: bool = False) -> list[Completion]:
    """Those that begin with the prefix, then those that hold it, then those that have its letters in this
    order (``listd``: list_directory), without regard to case."""
    found: list[tuple[int, Completion]] = []
    for label, text, detail, doc in rows:
        points = score(prefix, label)
        if points is not None:
            offer = Completion(
                clean_line(label),
                text,
                clean_line(detail),
                clean_line(doc),
                len(prefix),
                of_call=of_call,
            )
            found.append((points, offer))
    found.sort(key=lambda each: each[0])
    if (
        found and found[0][0] < SCATTERED
    ):  # letters that are apart are a guess: only without better ones
        found = [each for each in found if each[0] < SCATTERED]
    best = [offer for _, offer in found[:_MOST]]
    if len(best) == 1 and best[0].insert == prefix:
        return []
    return best


def member_offers(rows: Rows, prefix: str, *, of_call: bool = False) -> list[Completion]:
    """As ``offers`` after a dot; a name that is no identifier replaces the dot by brackets."""
    found = []
    for offer in offers(rows, prefix, of_call=of_call):
        access = member(offer.insert)
        is_name = access.startswith(".")
        found.append(offer if is_name else replace(offer, insert=access, prefix=offer.prefix + 1))
    return found


def server_rows(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str]]:
    for name in {**catalogue.servers, **catalogue.tools}:
        info = catalogue.servers.get(name)
        tools = count(len(catalogue.tools.get(name, ())), "tool")
        state = "" if info is None or info.state == "ready" else f", {info.state}"
        yield name, name, f"server, {tools}{state}", (info.error or "") if info else ""


def tool_rows(catalogue: Catalogue, server: str) -> Iterator[tuple[str, str, str, str]]:
    for tool in catalogue.tools.get(server, {}).values():
        yield tool.name, tool.name, arguments_text(tool), first_line(tool.description)


def arguments_text(tool: ToolInfo) -> str:
    """A tool's arguments on one line: ``({ text: string, limit?: number })``."""
    return f"({type_text(tool.input_schema, most=_SIGNATURE)})"


def value_offers(place: Place, typed: str, quote: str) -> list[Completion] | None:
    """The values that a place names, within quotes or without; None where it names none: any expression may
    stand there."""
    choices = place.values()
    return quoted_offers(choices, typed, quote, place.description()) if choices else None


def quoted_offers(
    choices: Iterable[object], typed: str, quote: str, said: str = ""
) -> list[Completion]:
    """Values as a script writes them, within quotes or without."""
    rows = []
    for choice in islice(choices, _MOST):
        if quote and not isinstance(choice, str):
            continue
        label = choice if isinstance(choice, str) else json.dumps(choice)
        text = _quoted_for(label, quote) if quote else json.dumps(choice, ensure_ascii=False)
        rows.append((label, text, "", first_line(said)))
    return offers(rows, typed, of_call=True)


def _quoted_for(text: str, quote: str) -> str:
    """A text as it stands inside quotes of a kind."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    return inside.replace(quote, "\\" + quote)


def first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
