"""Opens everything a face needs, in one place: configuration, upstream, history, engine.

(Interface first; the lead is writing the body.)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine import Engine
from workbench.seam import Upstream

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.history import Store


@dataclass
class Runtime:
    """What a face works with. ``config`` is replaced when the file changes."""

    config: Config
    engine: Engine
    upstream: Upstream
    history: Store
    data_dir: Path

    def on_config(self, listener: Callable[[Config], None]) -> Callable[[], None]:
        """Hear of every accepted change of the configuration; returns the way to stop."""
        raise NotImplementedError

    def on_config_error(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Hear of a file that does not parse: the running configuration is kept."""
        raise NotImplementedError


@asynccontextmanager
async def open_runtime(
    config: Config,
    *,
    data_dir: Path,
    connect: bool = False,
    watch: bool = False,
) -> AsyncIterator[Runtime]:
    """Open the runtime, close everything (workers, upstreams, writer thread) on leaving.

    connect: connect the upstreams at once in the background; else at the first call or query.
    watch: follow changes of the configuration file.
    """
    raise NotImplementedError
    yield
