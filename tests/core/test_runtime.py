"""What a face opens: it follows the configuration file, the history's settings too."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.config import load
from workbench.core.model import ErrorCode, ExecutionRequest
from workbench.core.records import HistoryError
from workbench.core.runtime import open_runtime
from workbench.history.store import SqliteHistory

pytestmark = pytest.mark.anyio


def save(file: Path, text: str) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(f"[servers]\n{text}")
    fresh.replace(file)


async def test_a_running_process_follows_what_is_to_be_masked(tmp_path: Path) -> None:
    file = tmp_path / "workbench.toml"
    save(file, "")
    request = ExecutionRequest("input", input={"ticket": "CORP-12345", "owner_name": "Ada"})
    async with open_runtime(load(file), data_dir=tmp_path, watch=True) as runtime:
        plain = await runtime.engine.run(request, tools=DictTools())
        heard: list[object] = []
        runtime.on_config(heard.append)
        save(file, "[history.redact]\nvalues = ['CORP-\\d+']\nkeys = ['owner_name']\n")
        await until(lambda: heard)
        masked = await runtime.engine.run(request, tools=DictTools())
        shown = runtime.history.recording(plain.execution_id)
        assert shown.input == request.input
        shown = runtime.history.recording(masked.execution_id)
        assert shown.input == {"ticket": "«masked token»", "owner_name": "«masked owner_name»"}
        assert "CORP-12345" not in (tmp_path / "main.log").read_text()


async def test_a_running_process_follows_where_the_history_is(tmp_path: Path) -> None:
    file = tmp_path / "workbench.toml"
    save(file, "")
    tools = DictTools()
    async with open_runtime(load(file), data_dir=tmp_path, watch=True) as runtime:
        first = await runtime.engine.run(ExecutionRequest("1"), tools=tools)
        # One that runs meanwhile goes on into the file in which it began.
        async_run = ExecutionRequest("await tools.test.forever()", execution_id="under-way")
        running = asyncio.ensure_future(runtime.engine.run(async_run, tools=tools))
        await until(lambda: runtime.history.list_executions(status="running"))
        save(file, "[history]\npath = 'elsewhere/h.sqlite3'\n")
        await until(lambda: runtime.history.place.endswith("elsewhere/h.sqlite3"))
        second = await runtime.engine.run(ExecutionRequest("2"), tools=tools)
        assert second.warnings == ()
        runtime.engine.cancel("under-way")
        assert (await running).warnings == ()
        third = await runtime.engine.run(ExecutionRequest("3"), tools=tools)
        rows = [row.execution_id for row in runtime.history.list_executions()]
        assert rows == [third.execution_id, second.execution_id]
        before = SqliteHistory(tmp_path / "history.sqlite3")
        shown = {row.execution_id: row.status for row in before.list_executions()}
        assert shown == {first.execution_id: "ok", "under-way": "cancelled"}
        before.close()
    assert len((tmp_path / "main.log").read_text().splitlines()) == 4


async def test_a_required_history_is_required_of_every_run(tmp_path: Path) -> None:
    file = tmp_path / "workbench.toml"
    save(file, "[history]\nrequired = true\n")
    history = tmp_path / "history.sqlite3"
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"garbage " * 1000)
    tools = DictTools()
    async with open_runtime(load(file), data_dir=tmp_path) as runtime:
        assert (await runtime.engine.run(ExecutionRequest("1"), tools=tools)).ok
        garbage.replace(history)
        code = ExecutionRequest("await tools.test.echo({})")
        refused = await runtime.engine.run(code, tools=tools)
        assert refused.error is not None
        assert refused.error.code == ErrorCode.DISABLED
        assert "--require-history" in refused.error.message
        assert "is no history" in refused.error.message
        assert tools.calls == []
        history.unlink()
        assert (await runtime.engine.run(code, tools=tools)).ok
    history.write_bytes(b"garbage " * 1000)
    with pytest.raises(HistoryError, match="is no history"):
        async with open_runtime(load(file), data_dir=tmp_path):
            pass
