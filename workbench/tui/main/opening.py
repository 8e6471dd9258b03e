"""What a key asks for before the runtime is open is done as soon as it is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.main.host import Host


def with_runtime(host: Host, go: Callable[[Runtime], object], *, group: str = "navigation") -> None:
    """Do it with the runtime: at once, or as soon as it is open. go: may be a coroutine function.

    group: what is asked for next in it takes the place of this.
    """
    runtime = host.app.runtime_now
    if runtime is not None and not inspect.iscoroutinefunction(go):
        go(runtime)
    else:
        host.run_worker(_go(host, go), group=group, exclusive=True, exit_on_error=False)


async def _go(host: Host, go: Callable[[Runtime], object]) -> None:
    app = host.app
    with app.key_order.hold():  # what is typed next is meant for what opens
        try:
            runtime = await app.runtime()
        except Exception as error:
            app.show_toast(f"The servers and the history are not open: {error}", "error")
            return
        done = go(runtime)
        if inspect.iscoroutine(done):
            await done
