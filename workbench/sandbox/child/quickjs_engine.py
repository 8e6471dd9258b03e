"""quickjs-ng behind the port of an engine, and what its binding's traps need.

Only flat strings cross and the host function never raises: docs/decisions/0001-engine.md.
"""

from __future__ import annotations

# The C module behind `quickjs`, without its thread pools: logging and threading, which they import,
# have fork handlers that would cost every worker 0.4 ms.
import _quickjs as quickjs

from workbench.sandbox.child import prelude
from workbench.sandbox.child.rejections import RejectionTracker
from workbench.sandbox.child.script_engine import EngineMaker, Host

_STACK_BYTES = 4 << 20


class QuickJs:
    """A fresh context with the prelude in it (``engine.ScriptEngine``)."""

    failures: tuple[type[Exception], ...] = (quickjs.JSException,)

    def __init__(self, source: str, host: Host, *, plain: bool, tracks_rejections: bool) -> None:
        """source: of the prelude."""
        context = self._context = quickjs.Context()
        context.set_max_stack_size(_STACK_BYTES)
        context.add_callable("$host", host)
        hold = context.eval("(f, base, plain) => { globalThis.$ = f($host, base, plain); }")
        hold(context.eval(prelude.lowered(source)), prelude.BASE, plain)
        # The engine's own functions, called as they are: a step costs no call of ours.
        self.init, self.run, self.settle, self.ended, self.close, rejected = (
            context.eval(f"$.{name}")
            for name in ("init", "run", "settle", "ended", "close", "rejected")
        )
        self.step = context.execute_pending_job
        self.limit_memory = context.set_memory_limit
        self._tracker = RejectionTracker(context, rejected) if tracks_rejections else None
        context.eval("delete globalThis.$; delete globalThis.$host; undefined")

    def used_memory(self) -> int:
        used: int = self._context.memory()["malloc_size"]
        return used

    def ran_out_of_memory(self, failure: Exception) -> bool:
        message = str(failure)
        return message.startswith(("null", "(Failed")) or "out of memory" in message


def maker(*, tracks_rejections: bool = False) -> EngineMaker:
    """tracks_rejections: the engine can be asked to tell of them (``rejections.possible``)."""
    source = prelude.source()

    def make(host: Host, *, plain: bool) -> QuickJs:
        return QuickJs(source, host, plain=plain, tracks_rejections=tracks_rejections)

    return make
