"""Files damaged at random: every question has an answer or a HistoryError, and recording goes on or says why."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core.test_history_ports import call, end, start, write
from workbench.core.events import ConsoleLine, HostReading
from workbench.core.model import LogLine
from workbench.core.ports import HistoryKeeper
from workbench.history import Follower, HistoryError, Store
from workbench.history.store import SqliteHistory

pytestmark = pytest.mark.anyio


@pytest.fixture
async def whole(tmp_path: Path) -> bytes:
    store = Store(tmp_path / "whole.sqlite3")
    for number in range(10):
        name = f"e{number}"
        calls = [event for seq in range(1, 6) for event in call(name, seq)]
        console = ConsoleLine(name, LogLine("log", "hello"))
        reading = HostReading(name, "clock", [[1, 2]])
        await write(store, start(name, "code" * 50), *calls, console, reading, end(name, "x" * 200))
    store.close()
    return store.path.read_bytes()


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """Some bytes are other ones, in the first page (the header, the list of tables) or anywhere."""
    content = bytearray(whole)
    most = rng.choice([100, 4096, len(content)])
    for _ in range(rng.choice([1, 3, 20, 200])):
        content[rng.randrange(most)] = rng.randrange(256)
    return bytes(content)


def questions(history: HistoryKeeper) -> list[Callable[[], object]]:
    asked: list[Callable[[], object]] = [
        lambda: [row.to_json() for row in history.list_executions(limit=100)],
        lambda: history.list_executions(status="interrupted", texts=["zz"], order="calls"),
        lambda: (history.problem, history.writing_problem(), history.count(), history.newest()),
        lambda: Follower(history).poll(),
        lambda: history.tool_statistics("demo", "echo"),
        lambda: history.past_calls("demo", "echo"),
        lambda: history.prune(max_age_days=36_500),
    ]
    for ask in (history.recording, history.console, history.calls, history.standing):
        asked += [lambda ask=ask, n=n: ask(f"e{n}") for n in range(10)]  # type: ignore[misc]
    asked += [lambda n=n: history.recording(f"e{n}").to_json() for n in range(10)]  # type: ignore[misc]
    return asked


@pytest.mark.slow
async def test_nothing_but_a_history_error_comes_of_damage(whole: bytes, tmp_path: Path) -> None:
    rng = random.Random(7)
    told = answered = 0
    for number in range(40):
        path = tmp_path / f"{number}" / "h.sqlite3"
        path.parent.mkdir()
        path.write_bytes(damaged(whole, rng))
        history = SqliteHistory(path)
        for question in questions(history):
            try:
                question()
                answered += 1
            except HistoryError:
                told += 1
        history.close()
        store = Store(path)
        await write(store, start("new"), *call("new", 1), end("new"))
        note = await store.kept("new")
        assert note is not None or store.standing("new").status == "ok"
        store.close()
    assert told > 100
    assert answered > 100
