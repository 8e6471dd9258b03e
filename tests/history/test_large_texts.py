"""Large texts have rows of their own, written once; a file of an older Workbench, which has none, is read the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.history.events import finished, started, write
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.catalogue.definitions import definition_id
from workbench.catalogue.tools import ToolInfo
from workbench.core.engine import Engine
from workbench.core.events import ToolCallFinished, ToolCallStarted
from workbench.core.model import ExecutionRequest, Limits, Outcome, PoolSettings, ToolCall
from workbench.core.records import CorruptRecord
from workbench.core.savings import Totals
from workbench.history import Store, inserting, token_counts
from workbench.history.store import SqliteHistory
from workbench.replay import replay
from workbench.text.redact import Redactor

pytestmark = pytest.mark.anyio

MB = 1 << 20
TOOL = ToolInfo("test", "give", "Gives it.")
SCRIPTS = (
    "call_tool('test', 'give', { of: ('fir' + 'st ').repeat(22_000) }).result",
    "const r = call_tool('test', 'give', { of: ('seco' + 'nd ').repeat(19_000) }).result; [r, r].length",
    "await tools.test.echo({ secret: 'x'.repeat(200_000), of: ('thi' + 'rd ').repeat(22_000) })",
    "await tools.test.give({ of: 'small' })",
    "('fou' + 'rth ').repeat(19_000)",
    "call_tool('test', 'say', { word: 'fif' + 'th ' }).content[0].text.length",
)
LIMITS = Limits(max_result_bytes=16 << 20)


async def record(store: Store, scripts: Sequence[str] = SCRIPTS) -> list[str]:
    async def give(call: ToolCall) -> Outcome:
        text = [{"type": "text", "text": "in content only"}]
        return Outcome(True, call.args, content=text, definition=definition_id(TOOL))

    async def say(call: ToolCall) -> Outcome:
        text = str(call.args["word"]) * 30_000
        return Outcome(True, text, content=[{"type": "text", "text": text}])

    engine = Engine(limits=LIMITS, pool=PoolSettings(size=1), recorder=store)
    tools = DictTools(give=give, say=say)
    try:
        for script in scripts:
            assert (await engine.run(ExecutionRequest(script), tools=tools)).ok
    finally:
        await engine.close()
    return [row.execution_id for row in reversed(store.list_executions())]


def asked(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def answers(history: SqliteHistory, ids: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Everything that is said of some executions, but for what differs from run to run."""
    told: list[Any] = []
    for id_ in ids:
        of = history.recording(id_)
        told.append((of.value, of.masked, of.status, of.tokens.answer, of.tokens.results))
        told += [(call.args, call.result, call.content, call.error) for call in of.calls]
        told += [(call.args, call.result) for call in history.calls(id_)]
        told += [call.result for call in history.calls(id_, after=1, ended_of=[1])]
    words = ("first ", "second ", "third ", "fourth ", "fifth ", "in content only")
    told += [len(history.list_executions(texts=[word])) for word in words]
    told.append(history.seen_type(TOOL))
    told.append([call.args for call in history.past_calls("test", "give")])
    for counted in (token_counts.COUNTED, 2):  # by their lengths, the others
        with monkeypatch.context() as context, history._asked() as connection:
            assert connection is not None
            context.setattr(token_counts, "COUNTED", counted)
            rows = token_counts.read_some(connection, ids)
            found = token_counts.count(connection, rows)
            told.append([(each.answer, each.servers) for each in found])
    return told


async def test_every_question_has_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a file of a Workbench that knew nothing of them, which is brought up to date, and goes on."""
    new, old = Store(tmp_path / "new.sqlite3"), Store(tmp_path / "old.sqlite3")
    ids = await record(new)
    with monkeypatch.context() as context:
        context.setattr(inserting, "LARGE", 1 << 40)
        old_ids = await record(old)
    expected = answers(new, ids, monkeypatch)
    assert expected[0][0] == {"of": "first " * 22_000}
    assert [1, 1, 1, 1, 0] in [expected[at : at + 5] for at in range(len(expected))]
    for history in (new, old):
        history.close()
    assert len(asked(new.path, "SELECT 1 FROM texts")) == 5
    assert asked(new.path, "SELECT max(length(content)) FROM calls") == [(42,)], "not once more"
    assert asked(old.path, "SELECT 1 FROM texts") == []
    asked(old.path, "DROP TABLE texts")
    older = SqliteHistory(old.path)
    assert answers(older, old_ids, monkeypatch) == expected
    older.close()
    assert asked(old.path, "SELECT 1 FROM sqlite_schema WHERE name = 'texts'") == []
    both = Store(old.path)
    added = (await record(both, SCRIPTS[:1]))[-1]
    engine = Engine(limits=LIMITS, pool=PoolSettings(size=1))
    try:
        for id_ in (old_ids[0], old_ids[2], old_ids[-1], added):
            replayed = await replay(engine, both.recording(id_), redactor=Redactor())
            assert replayed.verdict == "identical"
    finally:
        await engine.close()
    assert both.recording(added).value == both.recording(old_ids[0]).value
    both.close()


def call_of(id_: str, args: Any, result: Any) -> tuple[ToolCallStarted, ToolCallFinished]:
    call = ToolCall(id_, 1, "s", "t", args)
    outcome = Outcome(True, result=result)
    return ToolCallStarted(id_, call), ToolCallFinished(id_, call, outcome, 1.0, 1)


async def test_it_is_written_before_the_answer_and_never_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    given = {"of": "g" * MB}
    begun, ended = call_of("a", given, {"got": "r" * MB})
    await write(store, started("a"), begun)
    (call,) = store.calls("a")
    assert call.args == given, "a crash has it"
    await write(store, ended)
    await write(store, finished("a", {"got": "r" * MB}))
    texts = asked(store.path, "SELECT execution, n, length(text) FROM texts")
    assert texts == [(1, 1, MB + 9), (1, 2, MB + 10)]
    recording = store.recording("a")
    assert (recording.calls[0].args, recording.value) == (given, {"got": "r" * MB})
    store.close()


async def test_the_same_text_of_another_execution_is_its_own(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3", max_size_mb=100)
    for events in zip(*((started(id_), finished(id_, "v" * MB)) for id_ in "ab"), strict=True):
        await write(store, *events)
    store.delete("a")
    assert store.recording("b").value == "v" * MB
    store.close()


async def test_what_was_taken_back_is_written_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("twice"), finished("twice"))
    # In one transaction with what cannot be written: the id is used already.
    begun, ended = call_of("a", {"of": "g" * MB}, "g" * MB)
    await write(store, started("a"), begun, started("twice"), ended, finished("a", "g" * MB))
    recording = store.recording("a")
    assert (recording.calls[0].args, recording.value) == ({"of": "g" * MB}, "g" * MB)
    assert recording.calls[0].result == "g" * MB
    store.close()


async def test_a_file_that_is_gone_has_taken_its_texts_along(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"), *call_of("a", {}, "r" * MB))
    store.path.unlink()
    await write(store, finished("a", "r" * MB))
    assert store.recording("a").value == "r" * MB
    store.close()


async def test_they_go_with_their_execution_whoever_removes_it(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await write(
        store, *(event for id_ in "abc" for event in (started(id_), finished(id_, id_ * MB)))
    )
    store.close()
    asked(path, "DELETE FROM executions WHERE id = 'b'")  # as an older Workbench leaves it
    again = Store(path, max_size_mb=100)
    await until(lambda: asked(path, "SELECT execution FROM texts") == [(1,), (3,)])
    again.delete("a")
    await until(lambda: asked(path, "SELECT execution FROM texts") == [(3,)])
    assert again.recording("c").value == "c" * MB
    again.close()


async def test_what_an_older_workbench_left_of_them_goes_before_anything_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "h.sqlite3"
    store = Store(path)
    await write(
        store, *(event for id_ in "abcd" for event in (started(id_), finished(id_, id_ * MB)))
    )
    store.close()
    asked(path, "DELETE FROM executions WHERE id IN ('a', 'b')")
    assert SqliteHistory(path).prune(max_size_mb=3) == 0, "they went before"
    assert asked(path, "SELECT execution FROM texts") == [(3,), (4,)]
    assert asked(path, "SELECT n FROM executions") == [(3,), (4,)]


async def test_a_text_that_is_missing_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path / "h.sqlite3")
    await write(store, started("a"), finished("a", "v" * MB))
    asked(store.path, "DELETE FROM texts")
    with pytest.raises(CorruptRecord, match="value is not text"):
        store.recording("a")
    assert Totals.of(store.saved(0.0, lambda _: None)).total.runs == 1
    store.close()


@pytest.mark.parametrize(
    "content",
    [b"[", b"[]", b"[[1]]", b"[" * 5_000 + b"]" * 5_000],
    ids=lambda one: one[:5].decode(),
)
async def test_what_stands_in_the_place_of_no_text_is_said(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path / "history.sqlite3")
    (id_,) = await record(store, SCRIPTS[-1:])
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE calls SET content = ?", (content,))
    with pytest.raises(CorruptRecord, match="content is not text"):
        store.recording(id_)
    store.close()
