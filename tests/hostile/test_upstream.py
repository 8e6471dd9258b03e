"""Upstream servers that misbehave (upstream_cases.py): each call ends with its code, the next one works.

More of it, by mechanism: tests/mcp/test_peer.py, tests/upstream/.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.upstream_cases import CALLS, GREETINGS, LISTINGS, Misdeed
from tests.support.processes import LINUX, children_of, descriptors, resident_bytes
from tests.support.servers import call, managing, until
from workbench.config import ServerSettings
from workbench.core.model import Outcome
from workbench.upstream import Manager

pytestmark = pytest.mark.anyio

_PUPPET = Path(__file__).with_name("puppet.py")
_MANY = 12


def _puppet(name: str, plan: Path | None = None, **more: Any) -> ServerSettings:
    args = (str(_PUPPET), *([str(plan)] if plan is not None else ()))
    return ServerSettings(name, sys.executable, args, protocol="legacy", **more)


def _wrong(misdeed: Misdeed, outcome: Outcome) -> str | None:
    ended = "ok" if outcome.error is None else str(outcome.error.code)
    message = "" if outcome.error is None else outcome.error.message
    if ended == misdeed.end and misdeed.said in message and len(message) < 20_000:
        return None
    return f"{misdeed.name}: {ended} {message[:200]!r}, not {misdeed.end} {misdeed.said!r}"


def test_the_corpus_is_as_large_as_is_said() -> None:
    names = [misdeed.name for misdeed in (*CALLS, *LISTINGS, *GREETINGS)]
    assert len(names) >= 140
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_call_ends_as_it_must_and_the_next_works() -> None:
    """One server for all; those that wait for an answer wait at the end, together."""
    wrong: list[str] = []
    silent = [misdeed for misdeed in CALLS if misdeed.end == "TIMEOUT"]

    async def misdo(manager: Manager, misdeed: Misdeed) -> None:
        await manager.settled("puppet")
        outcome = await call(manager, "puppet", "act", {"steps": misdeed.steps})
        if (told := _wrong(misdeed, outcome)) is not None:
            wrong.append(told)
        await manager.settled("puppet")
        for _ in range(
            2
        ):  # the first may meet a server that has ended, and that nobody has noticed yet
            after = await call(manager, "puppet", "plain")
            if after.result == "fine":
                return
        wrong.append(f"after {misdeed.name}: {after}")

    children, open_before = _own()
    async with managing(_puppet("puppet"), max_answer_bytes=2_000_000) as manager:
        await manager.settled("puppet")
        for misdeed in CALLS:
            if misdeed not in silent:
                await misdo(manager, misdeed)
    async with managing(_puppet("puppet", call_timeout_ms=300)) as manager:
        for misdeed in silent:
            await misdo(manager, misdeed)
    assert not wrong, "\n".join(wrong)
    await until(lambda: _own()[0] <= children)
    await until(lambda: _own()[1] <= open_before)


def _own() -> tuple[int, int]:
    """Children and open descriptors of this process."""
    return (len(children_of(os.getpid())), descriptors()) if LINUX else (0, 0)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("method", "misdeeds"), [("tools/list", LISTINGS), ("initialize", GREETINGS)]
)
async def test_who_cannot_be_connected_disturbs_nobody(
    method: str, misdeeds: list[Misdeed], tmp_path: Path
) -> None:
    wrong: list[str] = []
    before = resident_bytes() if LINUX else 0
    for start in range(0, len(misdeeds), _MANY):
        some = misdeeds[start : start + _MANY]
        bad = []
        for n, misdeed in enumerate(some):
            plan = tmp_path / f"{start}-{n}.json"
            plan.write_text(json.dumps({method: misdeed.steps}))
            bad.append(_puppet(f"s{n}", plan))
        async with managing(_puppet("good"), *bad) as manager:
            assert (await call(manager, "good", "plain")).result == "fine"
            await manager.settled()
            for n, misdeed in enumerate(some):
                server = manager.catalogue().servers[f"s{n}"]
                ended = "ready" if server.state == "ready" else "failed"  # it is tried again
                told = server.error or ""
                if (
                    ended != misdeed.end
                    or bool(told) is (ended == "ready")
                    or misdeed.said not in told
                ):
                    wrong.append(f"{misdeed.name}: {server.state} {server.error!r}")
            assert (await call(manager, "good", "plain")).result == "fine"
    assert not wrong, "\n".join(wrong)
    if LINUX:
        assert resident_bytes() - before < 100 << 20
