"""What a script asks for and cannot do itself, and the tools that could: those that take what it needs and say
that they do it. A word in a description alone is no reason to be named: every list has a `page`."""

from __future__ import annotations

from typing import NamedTuple

from workbench.catalogue.search import words
from workbench.catalogue.tools import Catalogue, ToolInfo

_LOOKED_AT = 50


class Deed(NamedTuple):
    """What a script may ask for, as words (of ``search.words``) by which tools that can do it are found."""

    does: frozenset[str]
    """One of them is in the name or the description of a tool that can."""
    takes: frozenset[str]
    """One of them is in the name of one of its arguments."""


def _deed(does: str, takes: str) -> Deed:
    return Deed(frozenset(does.split()), frozenset(takes.split()))


_DEEDS = {
    "fetch": _deed(
        "fetch fetches http https browse browses scrape scrapes crawl crawls download downloads curl navigate"
        " visit request requests retrieve retrieves web webpage website",
        "url urls uri href link",
    ),
    "read": _deed(
        "read reads open opens load loads cat write writes save saves file files",
        "path paths file files filename filepath",
    ),
    "run": _deed(
        "run runs execute executes exec shell bash command terminal", "command commands cmd script"
    ),
    "query": _deed(
        "query queries sql select execute executes database", "sql query statement statements"
    ),
    "send": _deed("send sends mail mails email emails", "to recipient recipients mail email"),
}
"""By the first word of what is looked for."""


def able(catalogue: Catalogue, about: str, most: int) -> list[ToolInfo]:
    """The tools that could do it, the likeliest first; none where no tool says so."""
    deed = _DEEDS.get(about.partition(" ")[0])
    if deed is None:
        return catalogue.search(about, most) if about else []
    asked = " ".join(sorted(deed.does | deed.takes))
    found = [tool for tool in catalogue.search(asked, _LOOKED_AT) if _can(tool, deed)]
    # What its name says counts before what its description says.
    found.sort(key=lambda tool: deed.does.isdisjoint(words(tool.name)))
    return found[:most]


def _can(tool: ToolInfo, deed: Deed) -> bool:
    properties = tool.input_schema.get("properties")
    fields = properties if isinstance(properties, dict) else {}
    if all(deed.takes.isdisjoint(words(str(name))) for name in fields):
        return False
    return not deed.does.isdisjoint(words(f"{tool.name} {tool.description or ''}"))
