"""Real ``workbench --serve`` processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.serving import Served, write_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a workbench.toml that enables code execution, without servers."""
    write_config(tmp_path)
    return tmp_path


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Served]]:
    """Starts ``workbench --serve`` in a folder; what is left of it ends with the test."""
    async with AsyncExitStack() as stack:

        def start_in(folder: Path, *flags: str, **environ: str) -> Served:
            served = Served(folder, *flags, **environ)
            stack.push_async_callback(served.kill)
            return served

        yield start_in
