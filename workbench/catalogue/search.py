"""Ranked search over tools: BM25 by SQLite's FTS5, in memory."""

from __future__ import annotations

import re
import sqlite3
import string
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.catalogue.tools import ToolInfo

_WORD = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOST_WORDS = 32
_SHORTEST_TYPO, _LONGEST_TYPO = 4, 32
_LETTERS = string.ascii_lowercase + string.digits
# The weight of a hit in: server, name, title, description, fields of the arguments.
_WEIGHTS = "2.0, 10.0, 5.0, 3.0, 1.0"


def words(text: str) -> list[str]:
    """The words of a name or a sentence: ``listIssues_v2`` is ``list issues v2``."""
    return [word.lower() for word in _WORD.findall(_HUMPS.sub(" ", text))]


_SAY_NOTHING = frozenset(
    words(
        "a an and are as at be by do for from how i in into is it me my of on or that the their this to was "
        "what when where which who with you your"
    )
)


class ToolIndex:
    """An index over a fixed set of tools."""

    def __init__(self, tools: Iterable[ToolInfo]) -> None:
        self._tools = list(tools)
        self._known: set[str] = set()
        """Every word of every tool, as it is written."""
        self._by_name: dict[tuple[str, ...], list[int]] = {}
        rows = []
        for number, tool in enumerate(self._tools):
            columns = [words(text) for text in _columns(tool)]
            self._known.update(*columns)
            server, name = columns[:2]
            for key in {tuple(name), (*server, *name)}:
                self._by_name.setdefault(key, []).append(number)
            rows.append((number, *map(" ".join, columns)))
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._database.close).atexit = False
        self._database.execute(
            "create virtual table tools using fts5 (server, name, title, description, fields, "
            "tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._database.executemany(
            "insert into tools (rowid, server, name, title, description, fields) values (?,?,?,?,?,?)",
            rows,
        )

    def search(self, query: str, limit: int) -> list[ToolInfo]:
        """The best matches, best first. Any text is a query: a blank one lists, one without a word finds
        nothing; a word that nobody has is taken for the one that is a slip of the finger away."""
        if limit < 1:
            return []
        if not query.strip():
            return self._tools[:limit]
        wanted = words(query)[:_MOST_WORDS]
        if not wanted:
            return []
        telling = [word for word in wanted if word not in _SAY_NOTHING] or wanted
        terms = [self._term(word, last=word == wanted[-1]) for word in telling]
        # The name itself is what was meant.
        found = self._by_name.get(tuple(wanted), [])[:limit]
        found += [number for number in self._ranked(terms, limit) if number not in found]
        return [self._tools[number] for number in found[:limit]]

    def _ranked(self, terms: Iterable[str], limit: int) -> list[int]:
        expression = " OR ".join(term for term in terms if term)
        if not expression:
            return []
        rows = self._database.execute(
            "select rowid from tools where tools match ? "
            f"order by bm25(tools, {_WEIGHTS}), rowid limit ?",
            (expression, 2 * limit),
        )
        return [number for (number,) in rows]

    def _term(self, word: str, *, last: bool) -> str:
        """What is looked for: the word in all its forms, the beginning of a word, or a near one; quoted, so
        that nothing in it is FTS5 syntax. Empty: there is nothing like it."""
        whole, beginning = f'"{word}"', f'"{word}"*'
        if len(word) == 1:  # half of all words begin so
            return f"{whole} OR {{server name}} : {beginning}" if last else whole
        if last or not self._finds(whole):  # the last one may still be typed
            if self._finds(beginning):
                return beginning
            near = [f'"{other}"' for other in _a_slip_away(word) if other in self._known]
            return " OR ".join(near)
        return whole

    def _finds(self, term: str) -> bool:
        found = self._database.execute("select 1 from tools where tools match ? limit 1", (term,))
        return found.fetchone() is not None


def _a_slip_away(word: str) -> set[str]:
    """The word with one letter missing, doubled up, wrong, or changed with its neighbour."""
    if not _SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO:
        return set()
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near = {left + right[1:] for left, right in cuts if right}
    near.update(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    for letter in _LETTERS:
        near.update(left + letter + right[1:] for left, right in cuts if right)
        near.update(left + letter + right for left, right in cuts)
    near.discard(word)
    return near


def _columns(tool: ToolInfo) -> tuple[str, str, str, str, str]:
    properties = tool.input_schema.get("properties")
    fields = properties if isinstance(properties, dict) else {}
    told = [
        f"{name} {field.get('description', '')}" if isinstance(field, dict) else name
        for name, field in fields.items()
    ]
    return tool.server, tool.name, tool.title or "", tool.description, " ".join(told)
