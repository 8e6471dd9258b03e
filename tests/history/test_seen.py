"""Result types from what is on record: of the same definition, of several runs, masked, bounded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.tools import DictTools
from workbench.catalogue.definitions import definition_id
from workbench.catalogue.tool_types import type_text
from workbench.catalogue.tools import ToolInfo
from workbench.core.engine import Engine
from workbench.core.model import ExecutionRequest, Limits, Outcome, PoolSettings, ToolCall
from workbench.history import Store
from workbench.history.seen import RESULTS

pytestmark = pytest.mark.anyio

GIVE = ToolInfo("test", "give", "Gives what it is given.")
OTHER = replace(GIVE, description="Gives something else now.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "history.sqlite3")
    yield store
    store.close()


async def record(store: Store, *scripts: str, tool: ToolInfo = GIVE, source: str = "cli") -> None:
    """Runs scripts whose ``give(x)`` is answered by a tool of that definition."""

    async def give(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=call.args["x"], definition=definition_id(tool))

    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    try:
        for script in scripts:
            request = ExecutionRequest(
                f"const give = x => call_tool('test', 'give', {{x}}); {script}",
                source=source,  # type: ignore[arg-type]
            )
            execution = await engine.run(request, tools=DictTools(give=give))
            assert execution.ok, execution.error
    finally:
        await engine.close()


def told(store: Store, tool: ToolInfo = GIVE) -> tuple[str, int] | None:
    seen = store.seen_type(tool)
    return None if seen is None else (type_text(seen.schema), seen.runs)


async def test_results_of_several_runs_are_merged(store: Store) -> None:
    assert told(store) is None
    await record(store, "give({id: 1})", "give({id: 2, by: 'ann'}); give({id: 3})")
    assert told(store) == ("{ id: number; by?: string }", 2)
    assert told(store, replace(GIVE, server="elsewhere")) is None
    assert told(store, replace(GIVE, name="take")) is None


async def test_another_definition_is_another_tool(store: Store) -> None:
    await record(store, "give(1)")
    await record(store, "give('a')", tool=OTHER)
    assert told(store) == ("number", 1)
    assert told(store, OTHER) == ("string", 1)
    shuffled = replace(GIVE, input_schema={"type": "object", "required": ["a", "b"]})
    await record(store, "give(null)", tool=shuffled)
    same = replace(GIVE, input_schema={"type": "object", "required": ["b", "a"]})
    assert told(store, same) == ("null", 1), "the order of a set is no other definition"


async def test_what_says_nothing_of_the_tool_is_left_out(store: Store) -> None:
    await record(store, "give('from a replay')", source="replay")
    assert told(store) is None
    await record(store, "call_tool('test', 'fail', {}); give(1)")
    assert told(store, replace(GIVE, name="fail")) is None
    store.delete(store.list_executions()[0].execution_id)
    assert told(store) is None, "what was removed is not known any more"


async def test_masked_values_stay_strings(store: Store) -> None:
    await record(store, *["give({password: 1234567, state: 'open'})"] * 12)
    assert told(store) == ("{ password: string; state: string }", 12)


async def test_one_run_with_many_calls_does_not_hide_the_others(store: Store) -> None:
    await record(store, "give('early')", "for (let n = 0; n < 300; n++) give(n)")
    assert told(store) == ("string | number", 2)


async def test_much_is_read_in_part(store: Store) -> None:
    await record(store, "give('x'.repeat(3e6))", "give({small: 1})")
    assert told(store) == ("{ small: number }", 1)


async def test_a_file_of_an_older_workbench_is_read_and_brought_up_to_date(store: Store) -> None:
    await record(store, "give(1)")
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("ALTER TABLE calls DROP COLUMN definition")
    assert told(store) is None
    with closing(sqlite3.connect(store.path)) as connection, connection:
        assert "definition" not in {r[1] for r in connection.execute("PRAGMA table_info(calls)")}
    again = Store(store.path)
    try:
        await record(again, "give(2)")
        assert told(again) == ("number", 1)
    finally:
        again.close()


async def test_a_file_that_cannot_be_read_has_no_types(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite3").write_bytes(b"no database" * 500)
    store = Store(tmp_path / "history.sqlite3")
    try:
        assert told(store) is None
    finally:
        store.give_up()
        store.close()


async def test_the_last_calls_are_found_without_reading_the_others(store: Store) -> None:
    await record(store, "give(1)")
    with closing(sqlite3.connect(store.path)) as connection, connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {RESULTS}", ("give", "test", 5, "x"))
        rows = [row[3] for row in plan]
    assert [row for row in rows if "calls_by_tool" in row and "COVERING" in row]
    assert not [row for row in rows if "TEMP B-TREE" in row]
