"""A real ``workbench --serve`` under load that meets one trouble after the other: its history, its configuration, its
descriptors, itself stopped. Every request is answered, what is not recorded says why, and each is over without a restart.

Each trouble alone, and what is in the file then: tests/history/test_trouble.py, tests/cli/test_history_trouble.py.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import LINUX
from tests.support.servers import until
from tests.support.serving import Served, write_config
from workbench.history.store import SqliteHistory

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not LINUX, reason="limits of another process"),
]
_CALLING = "let n = 0; for (let i = 0; i < 5; i++) n += call_tool('raw', 'echo', { i }).ok; n"
_SETTINGS = "code_execution_pool_size = 3\ncode_execution_queue_timeout_ms = 3000\n"


@dataclass(frozen=True)
class _Place:
    folder: Path
    pid: int

    @property
    def history(self) -> Path:
        return self.folder / "data" / "history.sqlite3"


@contextmanager
def _locked(place: _Place) -> Iterator[None]:
    other = sqlite3.connect(place.history, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def _limited(place: _Place, kind: int, most: int) -> Iterator[None]:
    _, hard = before = resource.prlimit(place.pid, kind)
    resource.prlimit(place.pid, kind, (most, hard))
    try:
        yield
    finally:
        resource.prlimit(place.pid, kind, before)


def _full(place: _Place) -> AbstractContextManager[None]:
    """No file of the server may grow, as on a full disk."""
    return _limited(place, resource.RLIMIT_FSIZE, 4096)


def _no_descriptors(place: _Place) -> AbstractContextManager[None]:
    return _limited(place, resource.RLIMIT_NOFILE, 3)


@contextmanager
def _deleted(place: _Place) -> Iterator[None]:
    shutil.rmtree(place.history.parent)
    yield


@contextmanager
def _garbage(place: _Place) -> Iterator[None]:
    _put(place, lambda file: file.write_bytes(b"no database " * 1000))
    yield
    place.history.unlink()


@contextmanager
def _newer(place: _Place) -> Iterator[None]:
    def make(file: Path) -> None:
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()

    _put(place, make)
    yield
    place.history.unlink()


def _put(place: _Place, make: Callable[[Path], Any]) -> None:
    """Another file stands where the history was, from one moment to the next."""
    fresh = place.history.with_name("fresh")
    make(fresh)
    fresh.replace(place.history)


@contextmanager
def _read_only(place: _Place) -> Iterator[None]:
    """The index cannot be made, as on a read-only file system; and the file was replaced, so it is opened again."""
    index = place.history.with_name("history.sqlite3-shm")
    place.history.unlink()
    index.unlink()
    index.mkdir()
    yield
    index.rmdir()


@contextmanager
def _torn(place: _Place) -> Iterator[None]:
    path = place.folder / "workbench.toml"
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2] + '"')
    yield
    path.write_text(whole)


@contextmanager
def _stopped(place: _Place) -> Iterator[None]:
    os.kill(place.pid, signal.SIGSTOP)
    asyncio.get_running_loop().call_later(1.0, os.kill, place.pid, signal.SIGCONT)
    yield


@dataclass(frozen=True)
class _Trouble:
    of: Callable[[_Place], AbstractContextManager[None]]
    words: str = ""
    """In the warnings of a run that is not recorded; none: all are."""
    codes: tuple[str, ...] = ()
    """How a run may end meanwhile, other than well."""
    new_file: bool = False
    """Whether records of before went with the file, by another's hand."""


_TROUBLES = [
    _Trouble(_locked, "locked by another process"),
    _Trouble(_full, "disk I/O error"),
    _Trouble(_stopped),
    _Trouble(_torn),
    _Trouble(_no_descriptors, "", ("QUEUE_TIMEOUT", "SANDBOX_CRASHED")),
    _Trouble(_newer, "newer Workbench", new_file=True),
    _Trouble(_garbage, "is no history", new_file=True),
    _Trouble(_read_only, "a readonly database", new_file=True),
    _Trouble(_deleted, new_file=True),
]


async def _at_once(served: Served, count: int) -> list[dict[str, Any]]:
    """So many runs at once: what is told of each."""
    params = {"name": "code_execution", "arguments": {"code": _CALLING}}
    ids = [await served.send("tools/call", params, modern=True) for _ in range(count)]
    answers: dict[int, dict[str, Any]] = {}
    while set(answers) != set(ids):
        message = await served.next()
        if "method" not in message:
            answers[message["id"]] = message["result"]["structuredContent"]
    return list(answers.values())


def _on_record(place: _Place) -> set[str]:
    history = SqliteHistory(place.history)
    try:
        return {row.execution_id for row in history.list_executions(limit=1000)}
    finally:
        history.close()


async def test_one_trouble_after_the_other_is_said_and_gone_without_a_restart(
    tmp_path: Path,
) -> None:
    write_config(tmp_path, raw=True, more=_SETTINGS)
    async with Served(tmp_path) as served:
        place = _Place(tmp_path, (await served.process()).pid)
        kept: set[str] = set()
        for trouble in _TROUBLES:
            name = trouble.of.__name__
            assert [told.get("value") for told in await _at_once(served, 2)] == [5, 5], name
            if trouble.new_file:
                kept.clear()
            with trouble.of(place):
                answers = await _at_once(served, 6)
            for told in answers:
                kept.add(told["execution_id"])
                if told["ok"]:
                    assert told["value"] == 5
                else:
                    assert told["error"]["code"] in trouble.codes, (name, told)
                if trouble.words:
                    assert "this run is not" in told["warnings"][0], (name, told)
                    assert trouble.words in told["warnings"][0], (name, told)
                else:
                    assert not told.get("warnings"), (name, told)
            after = await _at_once(served, 3)
            assert [told.get("value") for told in after] == [5, 5, 5], (name, after)
            kept |= {told["execution_id"] for told in after}
            await until(lambda kept=set(kept): kept <= _on_record(place))  # type: ignore[misc]
        await served.close_stdin()
        assert await served.exit_code() == 0
