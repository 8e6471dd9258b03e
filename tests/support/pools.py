"""The pool of an engine as the adapter that it is: its processes, for tests that look at those."""

from __future__ import annotations

from workbench.core.engine import Engine
from workbench.sandbox.host.pool import Pool


def pool_of(engine: Engine) -> Pool:
    """The forked workers of an engine."""
    assert isinstance(engine.pool, Pool)
    return engine.pool


def processes_of(engine: Engine) -> set[int]:
    """The workers that live, whether the pool still knows of them or not."""
    server = pool_of(engine)._server
    return set(server._workers) if server is not None else set()
