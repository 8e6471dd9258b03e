"""What a worker is asked to do: one frame, a line of JSON and then code and input as they are.

Both sides use this module, so it imports little; the parent's ``Limits`` are only read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from workbench.model import Limits

PRELUDE_VERSION = 1
"""Recorded with every execution: a replay under another prelude may differ, and says so."""

_Clock: TypeAlias = "tuple[tuple[int, int], ...]"


@dataclass(frozen=True, slots=True)
class Job:
    mode: Literal["run", "check", "report"]
    timeout_ms: int
    memory_bytes: int
    max_result_bytes: int
    seed: tuple[int, int, int, int] = (1, 2, 3, 4)
    """Each below 2**31: the binding cuts larger integers."""
    clock: _Clock | None = None
    """A recording's readings: the job is a replay."""
    code: str = ""
    input: str = "{}"

    @classmethod
    def run(
        cls,
        code: str,
        input_json: str,
        limits: Limits,
        *,
        seed: tuple[int, int, int, int],
        clock: _Clock | None = None,
    ) -> bytes:
        return cls("run", *_numbers(limits), seed, clock, code, input_json)._pack()

    @classmethod
    def check(cls, code: str, limits: Limits) -> bytes:
        """Parse, run nothing."""
        return cls("check", *_numbers(limits), code=code)._pack()

    @classmethod
    def report(cls, limits: Limits) -> bytes:
        """Say which hardening steps are in force."""
        return cls("report", *_numbers(limits))._pack()

    def _pack(self) -> bytes:
        code = self.code.encode()
        head = {
            "mode": self.mode,
            "timeout_ms": self.timeout_ms,
            "memory_bytes": self.memory_bytes,
            "max_result_bytes": self.max_result_bytes,
            "seed": self.seed,
            "clock": self.clock,
            "code_bytes": len(code),
        }
        return json.dumps(head).encode() + b"\n" + code + self.input.encode()

    @classmethod
    def unpack(cls, body: bytes) -> Job:
        line, _, rest = body.partition(b"\n")
        head = json.loads(line)
        cut = head.pop("code_bytes")
        return cls(**head, code=rest[:cut].decode(), input=rest[cut:].decode())


def _numbers(limits: Limits) -> tuple[int, int, int]:
    return limits.timeout_ms, limits.memory_mb << 20, limits.max_result_bytes
