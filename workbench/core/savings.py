"""What an execution cost a model in tokens, and what it kept away from it: estimates, never exact.

``answer``: what went to whoever asked. ``results``: what the calls returned, which a client that calls tools
itself would have read. ``definitions``: the tools that the servers offered, whose definitions such a client
sends with every turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field

from workbench.core.model import JsonValue
from workbench.text.tokens import SAMPLED, TOKENIZER, estimate
from workbench.util.dataclass import dataclass

_FRAME = 50
"""Tokens of a result beside value, error, console and warnings: id, times, names of members."""
_LINE = 7
"""Of a console line beside its text."""
_MEDIA = ('"image"', '"audio"')
_BASE64 = re.compile(r'"data": ?"[A-Za-z0-9+/=]{64,}"')
_LOOKED_AT = 300_000
"""Characters that are cut into pieces for one sum (about 20 ms); past them the rate so far is taken on."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one execution."""

    answer: int
    results: int
    definitions: int | None
    """None: it was not noted (an older Workbench), or nothing was live (a replay)."""

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "answer": self.answer,
            "results": self.results,
            "definitions": self.definitions,
            "tokenizer": TOKENIZER,
            "estimate": True,
        }


@dataclass(frozen=True, slots=True)
class Saved:
    """One execution among many, or some that have this in common."""

    day: str
    """When it began, by UTC: ``2026-11-25``."""
    client: str | None
    script: str | None
    tokens: Tokens
    """Their sums."""
    servers: tuple[tuple[str, int, int, int], ...] = ()
    """Name, executions that called it, calls, tokens of results."""
    runs: int = 1


@dataclass(slots=True)
class Sum:
    """Tokens of many texts."""

    _characters: int = 0
    _counted: int = 0
    _looked_at: int = 0
    _tokens: int = 0

    def add(self, text: str) -> None:
        """JSON, or a line. Images and audio are sent as such: their bytes are no text of a model's."""
        if any(kind in text for kind in _MEDIA):
            text = _BASE64.sub('"data":""', text)
        self._characters += len(text)
        if self._looked_at < _LOOKED_AT:
            self._looked_at += min(len(text), SAMPLED)
            self._counted += len(text)
            self._tokens += estimate(text)

    @property
    def tokens(self) -> int:
        if not self._counted:
            return 0
        return round(self._tokens * self._characters / self._counted)


def answer_tokens(texts: Iterable[str | None], lines: Iterable[str], limit: int | None) -> int:
    """Of a result with these parts (JSON of value, error and warnings) and console lines; limit: what it was
    held to (``max_answer_tokens``), None: nothing."""
    total, count = Sum(), 0
    for text in texts:
        if text is not None:
            total.add(text)
    for line in lines:
        total.add(line)
        count += 1
    return framed(total.tokens, count, limit)


def framed(tokens: int, lines: int, limit: int | None) -> int:
    """Of a result whose parts and ``lines`` of console have so many."""
    whole = _FRAME + tokens + _LINE * lines
    return whole if limit is None else min(whole, limit)


def result_tokens(calls: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, int, int], ...]:
    """``(server, calls, tokens)`` for each server, from server and JSON text of each call's result or error."""
    counts: dict[str, int] = {}
    sums: dict[str, Sum] = {}
    for server, text in calls:
        counts[server] = counts.get(server, 0) + 1
        if text is not None:
            sums.setdefault(server, Sum()).add(text)
    return tuple(
        (server, number, sums[server].tokens if server in sums else 0)
        for server, number in counts.items()
    )


# -- many executions -----------------------------------------------------------------------


@dataclass(slots=True)
class Group:
    """What executions have in common, and their sums."""

    name: str | None
    runs: int = 0
    calls: int = 0
    answer: int | None = 0
    """None: an answer has no server."""
    results: int = 0
    definitions: int | None = 0

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "name": self.name,
            "runs": self.runs,
            "tool_calls": self.calls,
            "answer": self.answer,
            "results": self.results,
            "definitions": self.definitions,
        }


@dataclass(slots=True)
class Totals:
    """Sums over executions, and by what they have in common."""

    total: Group = field(default_factory=lambda: Group(None))
    days: dict[str | None, Group] = field(default_factory=dict)
    servers: dict[str | None, Group] = field(default_factory=dict)
    clients: dict[str | None, Group] = field(default_factory=dict)
    scripts: dict[str | None, Group] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Saved]) -> Totals:
        totals = cls()
        for row in rows:
            groups = (
                totals.total,
                _in(totals.days, row.day),
                _in(totals.clients, row.client),
                _in(totals.scripts, row.script),
            )
            for group in groups:
                group.runs += row.runs
                group.calls += sum(calls for _, _, calls, _ in row.servers)
                group.answer = (group.answer or 0) + row.tokens.answer
                group.results += row.tokens.results
                group.definitions = (group.definitions or 0) + (row.tokens.definitions or 0)
            for server, runs, calls, tokens in row.servers:
                group = _in(totals.servers, server)
                group.answer = group.definitions = None
                group.runs += runs
                group.calls += calls
                group.results += tokens
        return totals

    def tables(self) -> tuple[list[Group], list[Group], list[Group], list[Group]]:
        """By day, the newest first; by server, client and script, the most results first."""
        days = sorted(self.days.values(), key=lambda group: group.name or "", reverse=True)
        servers, clients, scripts = (
            sorted(groups.values(), key=_most)
            for groups in (self.servers, self.clients, self.scripts)
        )
        return days, servers, clients, scripts

    def to_json(self) -> dict[str, JsonValue]:
        whole = self.total.to_json()
        del whole["name"]
        tables = zip(("days", "servers", "clients", "scripts"), self.tables(), strict=True)
        told = {name: [group.to_json() for group in groups] for name, groups in tables}
        return {"tokenizer": TOKENIZER, "estimate": True, **whole, **told}


def _in(groups: dict[str | None, Group], name: str | None) -> Group:
    return groups.setdefault(name, Group(name))


def _most(group: Group) -> tuple[int, int]:
    return (-group.results, -group.runs)
