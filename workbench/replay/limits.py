"""The limits of a replay: the recorded ones where they decide what a script does, but for its time."""

from __future__ import annotations

from dataclasses import fields, replace

from workbench.core.model import Limits
from workbench.core.request_checks import OPTION_RANGES
from workbench.history import Recording

_SLOWER = 5
"""So many times as long may a machine take as the one that recorded."""
_AT_LEAST_MS = 5_000
_MOST_MS = OPTION_RANGES["timeout_ms"][1] or 0


def recorded_limits(recording: Recording, owner: Limits) -> Limits:
    """The limits that were in force; those that a newer version added have their defaults.

    owner: what this machine's owner allows. A recording of somebody else's gets no more than that.
    """
    known = {field.name for field in fields(Limits)}
    given = {name: value for name, value in recording.limits.items() if name in known}
    allowed = given.pop("allowed_servers", None)
    numbers = {name: int(value) for name, value in given.items()}
    limits = Limits(**numbers, allowed_servers=None if allowed is None else tuple(allowed))
    return _held_to(owner, limits) if recording.foreign else limits


def replay_limits(recording: Recording, owner: Limits, *, asks_servers: bool = False) -> Limits:
    """``recorded_limits``, with the time that a replay may take.

    A replay waits for nothing, so it ends sooner than the execution did, unless the machine is slower: that
    is no difference. asks_servers: it does wait, for real servers.
    """
    limits = recorded_limits(recording, owner)
    most = owner.timeout_ms if recording.foreign else _MOST_MS
    ran = recording.duration_ms
    if ran is None:  # its process was killed: it may have computed up to its limit
        ran = limits.timeout_ms
    wanted = _AT_LEAST_MS + _SLOWER * ran
    if recording.complete:  # to what it ran to within its limit, an edited one may have it, too
        wanted = max(wanted, limits.timeout_ms)
    if asks_servers:
        wanted = max(wanted, owner.timeout_ms)
    return replace(limits, timeout_ms=int(min(most, wanted)))


def _held_to(owner: Limits, limits: Limits) -> Limits:
    calls = [most for most in (limits.max_tool_calls, owner.max_tool_calls) if most]
    return replace(
        limits,
        timeout_ms=min(limits.timeout_ms, owner.timeout_ms),
        max_tool_calls=min(calls, default=0),
        max_parallel=min(limits.max_parallel, owner.max_parallel),
        memory_mb=min(limits.memory_mb, owner.memory_mb),
        max_code_bytes=min(limits.max_code_bytes, owner.max_code_bytes),
        max_input_bytes=min(limits.max_input_bytes, owner.max_input_bytes),
        max_result_bytes=min(limits.max_result_bytes, owner.max_result_bytes),
    )
