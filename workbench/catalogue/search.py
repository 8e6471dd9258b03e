"""Ranked search over tools: BM25 by SQLite's FTS5, in memory."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.catalogue.tools import ToolInfo

_WORD = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOST_WORDS = 32
# The weight of a hit in: server, name, title, description, fields of the arguments.
_WEIGHTS = "2.0, 10.0, 5.0, 3.0, 1.0"


def words(text: str) -> list[str]:
    """The words of a name or a sentence: ``listIssues_v2`` is ``list issues v2``."""
    return [word.lower() for word in _WORD.findall(_HUMPS.sub(" ", text))]


class ToolIndex:
    """An index over a fixed set of tools."""

    def __init__(self, tools: Iterable[ToolInfo]) -> None:
        self._tools = list(tools)
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "create virtual table tools using fts5 (server, name, title, description, fields, "
            "tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3')"
        )
        self._database.executemany(
            "insert into tools (rowid, server, name, title, description, fields) values (?,?,?,?,?,?)",
            [(number, *_columns(tool)) for number, tool in enumerate(self._tools)],
        )

    def search(self, query: str, limit: int) -> list[ToolInfo]:
        """The best matches, best first. Any text is a query; one without a word finds nothing."""
        wanted = words(query)[:_MOST_WORDS]
        if not wanted or limit < 1:
            return []
        # Every word is a quoted prefix, so nothing in it is FTS5 syntax.
        expression = " OR ".join(f'"{word}"*' for word in wanted)
        rows = self._database.execute(
            f"select rowid from tools where tools match ? order by bm25(tools, {_WEIGHTS}), rowid",
            (expression,),
        )
        found = [self._tools[number] for (number,) in rows]
        # The name itself is what was meant; the sort is stable.
        found.sort(key=lambda tool: wanted not in (words(tool.name), _full_name(tool)))
        return found[:limit]


def _full_name(tool: ToolInfo) -> list[str]:
    return [*words(tool.server), *words(tool.name)]


def _columns(tool: ToolInfo) -> tuple[str, str, str, str, str]:
    properties = tool.input_schema.get("properties")
    fields = properties if isinstance(properties, dict) else {}
    told = [
        f"{name} {field.get('description', '')}" if isinstance(field, dict) else name
        for name, field in fields.items()
    ]
    texts = (tool.server, tool.name, tool.title or "", tool.description, " ".join(told))
    return tuple(" ".join(words(text)) for text in texts)  # type: ignore[return-value]
