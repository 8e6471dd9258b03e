"""The port of what runs JavaScript in a worker: ``quickjs_engine`` is its adapter.

Nothing else names an engine. What an adapter must do is in tests/sandbox/child/test_script_engine.py. Standard
library only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

Host: TypeAlias = Callable[["str | None"], "str | None"]
"""What the prelude calls with a message (run.js and its siblings); it never raises. None: there was no memory
for the message."""


class ScriptEngine(Protocol):
    """One context with the prelude in it, for one script. Only flat texts and numbers cross.

    What the prelude cannot tell as the script's own failure comes out of any method as one of ``failures``.
    """

    failures: tuple[type[Exception], ...]

    def ran_out_of_memory(self, failure: Exception) -> bool:
        """Whether a failure means that the heap was too full even to describe it."""
        ...

    def limit_memory(self, most: int) -> None:
        """The heap may have so many bytes from now on."""
        ...

    def used_memory(self) -> int:
        """Bytes of the heap that are in use."""
        ...

    def init(self, a: int, b: int, c: int, d: int, given: str) -> None:
        """The seed of ``Math.random`` and the text of the input; once, before ``run``."""
        ...

    def run(self, text: str, own: str, columns: str, is_lone: bool) -> bool:
        """Run a script as ``starting`` wrapped it; False: it does not parse, and nothing of it ran."""
        ...

    def step(self) -> bool:
        """Run one job of a promise; False: there is none."""
        ...

    def ended(self) -> bool:
        """Whether the script is over: what it left behind may still run."""
        ...

    def close(self) -> str:
        """The text of the ``done`` frame: nothing runs any more."""
        ...

    def settle(self, operation: int, answer: str) -> None:
        """Hand over what an asynchronous request was answered."""
        ...


class EngineMaker(Protocol):
    """Makes engines that have nothing in common."""

    def __call__(self, host: Host, *, plain: bool) -> ScriptEngine:
        """plain: errors keep the stack text that the engine itself writes."""
        ...
