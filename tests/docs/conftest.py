"""One runtime on the demo server for all pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import RunScript
from workbench.config import Config, demo_server
from workbench.core.model import Execution, ExecutionOptions, ExecutionRequest
from workbench.core.runtime import open_runtime


@pytest.fixture(scope="module")
async def demo_runs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunScript]:
    config = Config(servers={"demo": demo_server()})
    async with open_runtime(config, data_dir=tmp_path_factory.mktemp("data")) as runtime:

        async def run(code: str, **options: Any) -> Execution:
            return await runtime.engine.run(
                ExecutionRequest(code, options=ExecutionOptions(**options))
            )

        yield run
