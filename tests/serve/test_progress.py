"""What is told while a script runs."""

from __future__ import annotations

from workbench.core.events import (
    ExecutionQueued,
    ExecutionRunning,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import Outcome, ToolCall
from workbench.serve.progress import narrate


def call(seq: int, tool: str = "t") -> ToolCall:
    return ToolCall("e", seq, "s", tool, {})


def test_numbers_grow_whatever_servers_say_and_texts_are_clean() -> None:
    told: list[tuple[float, str]] = []
    listen = narrate(lambda done, text, total=None: told.append((done, text)))
    listen(ToolCallStarted("e", call(1)))
    listen(ToolCallStarted("e", call(2, "a\x1b[2Jb")))
    listen(ToolCallNote("e", 1, "progress", "far\nalong", 90, 100))
    listen(ToolCallNote("e", 2, "progress", "", 0.5, None))
    listen(ToolCallNote("e", 2, "log", "info: not progress"))
    listen(ToolCallNote("e", 1, "progress", "back again", 2, None))
    listen(ToolCallFinished("e", call(1), Outcome(ok=True, result=1), 1.4, 1))
    listen(ToolCallNote("e", 1, "progress", "too late", 100, 100))
    assert [number for number, _ in told] == list(range(1, 7))
    words = [text for _, text in told]
    assert words[0] == "#1 s.t started"
    assert words[1].startswith("#2 s.a")
    assert "\x1b" not in words[1]
    assert words[2].startswith("#1 s.t: 90/100 far")
    assert "\n" not in words[2]
    assert words[3].endswith(": 0.5")
    assert words[4] == "#1 s.t: 2 back again"
    assert words[5] == "#1 s.t ok after 1 ms"


def test_who_waits_for_a_worker_hears_so_and_when_it_has_one() -> None:
    told: list[str] = []
    listen = narrate(lambda done, text, total=None: told.append(text))
    listen(ExecutionRunning("e", 0.1))
    assert told == [], "at once"
    listen(ExecutionQueued("e"))
    listen(ExecutionRunning("e", 2100.4))
    assert told == ["waits for a worker", "runs, after 2100 ms of waiting for a worker"]
