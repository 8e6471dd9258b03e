"""The engine: one way to run a script, whoever asks. Knows no screen and no protocol.

(Interface first; the lead is writing the body.)
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.model import (
    Event,
    Execution,
    ExecutionRequest,
    Limits,
    PoolSettings,
    ScriptError,
)
from workbench.seam import Recorder, Tools, Upstream

Listener = Callable[[Event], None]


class Engine:
    """Runs scripts on a pool of workers. Every step is an event; the recorder gets them first."""

    def __init__(
        self,
        *,
        limits: Limits,
        pool: PoolSettings,
        upstream: Upstream | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Start the zygote and the warm workers (about 60 ms). ``run`` starts it when needed."""
        raise NotImplementedError

    async def close(self) -> None:
        """Cancel what runs, record it, end every worker. Within 2 s."""
        raise NotImplementedError

    async def run(
        self,
        request: ExecutionRequest,
        *,
        tools: Tools | None = None,
        listener: Listener | None = None,
        seed: tuple[int, int, int, int] | None = None,
        clock: list[list[int]] | None = None,
    ) -> Execution:
        """Run one script to its end; returns for every failure of the script or the request.

        tools: where calls are answered, without policy (a recording, a test);
        None: the live upstream behind policy.
        listener: called in the event loop with every event of this execution.
        seed, clock: a recording's; None: fresh ones. With a clock, ``sleep`` is instant.
        Cancelling the task cancels the execution, records it as CANCELLED, and raises CancelledError.
        """
        raise NotImplementedError

    def cancel(self, execution_id: str) -> bool:
        """Cancel a running execution: its ``run`` returns CANCELLED. False: not running here."""
        raise NotImplementedError

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event of every execution of this engine; returns the way to stop."""
        raise NotImplementedError

    async def check(self, code: str) -> ScriptError | None:
        """Syntax only; nothing runs. None: the script parses."""
        raise NotImplementedError

    def configure(self, *, limits: Limits, pool: PoolSettings) -> None:
        """Take new settings: for new executions; the pool is resized without disturbing others."""
        raise NotImplementedError
