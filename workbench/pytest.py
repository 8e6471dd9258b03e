"""A pytest plugin: recordings as tests, and scripts against given tools (docs/library.md).

It comes with the package: ``workbench_run`` and ``workbench_replay`` are there in every test. Both are
plain functions, in tests with and without an event loop of their own; one workbench serves a session.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest

from workbench.core.model import JsonValue

if TYPE_CHECKING:
    from workbench.core.model import Execution, JsonValue
    from workbench.history import Recording
    from workbench.library import Workbench
    from workbench.library.workbench import FilePath, GivenToolsMapping
    from workbench.replay import Replayed

_T = TypeVar("_T")


class RunScript(Protocol):
    """``workbench_run(code, tools={…}, input={…}, …)``: keyword arguments as of ``Workbench.run``."""

    def __call__(
        self, code: str, *, tools: GivenToolsMapping | None = None, **options: Any
    ) -> Execution:
        """Run a script against given outcomes of tools; its execution."""
        ...


class ReplayRecording(Protocol):
    """``workbench_replay(file, code=…, input=…)``: as of ``Workbench.replay``.

    The test fails where the replay is not identical, with what differs, unless ``check=False``.
    """

    def __call__(
        self, recording: Recording | FilePath, *, check: bool = True, **options: Any
    ) -> Replayed:
        """Replay a recording; what came of it."""
        ...


class _Session:
    """A workbench in an event loop of its own thread, opened at the first use."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="workbench-pytest")
        self._workbench: Workbench | None = None

    def do(self, what: Callable[[Workbench], Coroutine[Any, Any, _T]]) -> _T:
        if self._workbench is None:
            from workbench.library import Workbench

            self._thread.start()
            self._workbench = self._wait(Workbench(tools={}).__aenter__())
        return self._wait(what(self._workbench))

    def close(self) -> None:
        if self._workbench is not None:
            self._wait(self._workbench.__aexit__(None, None, None))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@pytest.fixture(scope="session")
def _workbench_session() -> Iterator[_Session]:
    session = _Session()
    yield session
    session.close()


@pytest.fixture
def workbench_run(_workbench_session: _Session) -> RunScript:
    """Run a script against the tools that are given: ``{server: {tool: value | function}}``."""

    def run(code: str, *, tools: GivenToolsMapping | None = None, **options: Any) -> Execution:
        given: Mapping[str, Mapping[str, JsonValue]] = tools if tools is not None else {}
        return _workbench_session.do(lambda bench: bench.run(code, tools=given, **options))

    return run


@pytest.fixture
def workbench_replay(_workbench_session: _Session) -> ReplayRecording:
    """Replay a recording; the test fails where it is not identical."""

    def replay(recording: Recording | FilePath, *, check: bool = True, **options: Any) -> Replayed:
        replayed = _workbench_session.do(lambda bench: bench.replay(recording, **options))
        if check and replayed.verdict != "identical":
            pytest.fail(_explained(replayed), pytrace=False)
        return replayed

    return replay


def _explained(replayed: Replayed) -> str:
    from workbench.text.jsontext import dumps

    lines = [f"the replay {replayed.verdict} from execution {replayed.original.execution_id}"]
    divergence = replayed.divergence
    if divergence is not None:
        where = f"call #{divergence.call}" if divergence.call is not None else "its end"
        lines += [f"at {where}: {divergence.cause}", dumps(divergence.to_json())]
    if replayed.error is not None:
        lines.append(dumps(replayed.error))
    return "\n".join(lines)
