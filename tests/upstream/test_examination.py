"""``servers doctor``: the step that fails is named, with what was seen and what helps."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.servers import OLDER, demo_settings, odd_settings, raw_settings, script_settings
from workbench.config import ServerSettings
from workbench.upstream.examination import examine
from workbench.upstream.server_log import ServerLog, read_log

pytestmark = pytest.mark.anyio


async def test_a_server_that_works() -> None:
    steps = await examine(demo_settings(), os.environ)
    assert [step.name for step in steps] == [
        "settings", "variables", "command", "start", "handshake", "listing", "call",
    ]  # fmt: skip
    assert {step.state for step in steps} == {"ok"}
    assert steps[2].evidence == sys.executable
    assert steps[-2].evidence.startswith("17 tools")
    assert all(step.cure is None and step.took_ms >= 0 for step in steps)


@pytest.mark.parametrize("how", OLDER[:2])
async def test_an_older_server_works_too(how: str, tmp_path: Path) -> None:
    server = odd_settings(how)
    steps = await examine(
        replace(server, args=(*server.args, str(tmp_path / "starts"))), os.environ
    )
    assert [step.name for step in steps].count("start") == 1
    assert "failed" not in {step.state for step in steps}


async def test_nothing_that_may_do_harm_is_called() -> None:
    last = (await examine(raw_settings(), os.environ))[-1]
    assert (last.name, last.state) == ("call", "skipped")
    held = (await examine(demo_settings(quarantined=True), os.environ))[-1]
    assert (held.state, held.evidence) == ("skipped", "it is quarantined: nothing is called")


async def test_what_a_server_says_meanwhile_is_in_its_log(tmp_path: Path) -> None:
    settings = script_settings("s", "import sys; sys.exit('out of luck')")
    await examine(settings, os.environ, log=ServerLog(tmp_path, settings))
    first, *said, end = read_log(tmp_path, settings).splitlines()
    assert first.endswith("[workbench] examined")
    assert said[0].endswith("out of luck")
    assert "examined, up to its handshake: failed: " in end


@pytest.mark.parametrize(
    ("settings", "step", "evidence", "cure"),
    [
        (demo_settings(enabled=False), "settings", "switched off", "enabled = true"),
        (demo_settings(held=True), "settings", "not trusted", "workbench trust"),
        (
            demo_settings(env={"A": "${NOT_SET_ANYWHERE}"}),
            "variables",
            "NOT_SET_ANYWHERE",
            "${NOT_SET_ANYWHERE:-…}",
        ),
        (
            demo_settings(env={"A": "${file:/no/such/file}"}),
            "variables",
            "/no/such/file",
            "write the file",
        ),
        (ServerSettings("x", "no-such-program"), "command", "no-such-program", "whole path"),
        (raw_settings(cwd="/no/such/folder"), "start", "no such folder", "correct cwd"),
        (
            script_settings("x", "import no_such_module_at_all"),
            "handshake",
            "ModuleNotFoundError",
            "a module is missing",
        ),
        (
            script_settings("x", "raise SystemExit('GITHUB_TOKEN is required: set your API key')"),
            "handshake",
            "GITHUB_TOKEN",
            "env = {",
        ),
        (
            script_settings("x", "import time; time.sleep(99)", connect_timeout_ms=300),
            "handshake",
            "not connected within 0.3 s",
            "connect_timeout_ms",
        ),
        (
            ServerSettings("x", url="http://127.0.0.1:9/mcp"),
            "handshake",
            "",
            "nothing listens there",
        ),
    ],
)
async def test_the_step_that_fails(
    settings: ServerSettings, step: str, evidence: str, cure: str
) -> None:
    last = (await examine(replace(settings, name="x"), os.environ))[-1]
    assert (last.name, last.state) == (step, "failed"), last
    assert evidence in last.evidence
    assert cure in (last.cure or ""), last
