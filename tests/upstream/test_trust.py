"""Trust on a real server whose definitions change: what is pinned when, and what waits."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.changing_server import SERVER
from tests.support.servers import call, managing
from workbench.config import ServerSettings
from workbench.core.model import ErrorCode
from workbench.upstream import Manager

pytestmark = pytest.mark.anyio


def _define(folder: Path, **descriptions: str) -> None:
    tools = [
        {"name": name, "description": text, "inputSchema": {"type": "object"}}
        for name, text in descriptions.items()
    ]
    (folder / "tools.json").write_text(json.dumps(tools))


def _settings(folder: Path, name: str = "s", **more: Any) -> ServerSettings:
    args = ("-c", SERVER, str(folder / "tools.json"))
    return ServerSettings(name, sys.executable, args, protocol="legacy", **more)


async def _again(manager: Manager, folder: Path, **descriptions: str) -> None:
    _define(folder, **descriptions)
    await manager.reconnect("s")


def _waiting(manager: Manager) -> int:
    return manager.catalogue().servers["s"].waiting


async def test_what_is_denied_waits_for_nobody(tmp_path: Path) -> None:
    _define(tmp_path, read="1", delete="1")
    settings = _settings(tmp_path, deny_tools=("del*",))
    async with managing(settings, data_dir=tmp_path / "data") as manager:
        await manager.settled("s")
        await _again(manager, tmp_path, read="2", delete="2")
        assert [change.tool for change in manager.changes("s")] == ["read"]
        assert _waiting(manager) == 1
        assert manager.approve("s") == ["read"]
        assert _waiting(manager) == 0
        await manager.configure([replace(settings, deny_tools=())])
        assert [change.tool for change in manager.changes("s")] == ["delete"], (
            "it was never approved"
        )
        await manager.configure([replace(settings, enabled=False)])
        assert _waiting(manager) == 0


async def test_a_quarantined_server_is_pinned_when_it_is_released(tmp_path: Path) -> None:
    _define(tmp_path, a="1")
    held = _settings(tmp_path, quarantined=True)
    async with managing(held, data_dir=tmp_path / "data") as manager:
        await manager.settled("s")
        await _again(manager, tmp_path, a="2")  # nobody approved anything yet
        assert _waiting(manager) == 0
        await manager.configure([replace(held, quarantined=False)])
        assert (await call(manager, "s", "a")).error is None
        await _again(manager, tmp_path, a="3")
        assert _waiting(manager) == 1
        await manager.configure([held])
        assert _waiting(manager) == 1, "what was approved before counts in quarantine, too"


async def test_what_was_approved_in_quarantine_is_what_may_be_called(tmp_path: Path) -> None:
    _define(tmp_path, a="1", b="1")
    held = _settings(tmp_path, quarantined=True, trust="pin")
    async with managing(held, data_dir=tmp_path / "data") as manager:
        await manager.settled("s")
        manager.approve("s", ["a"])
        await manager.configure([replace(held, quarantined=False)])
        assert (await call(manager, "s", "a")).error is None
        found = manager.catalogue().tools["s"]
        assert [tool.approved for tool in found.values()] == [True, False]


async def test_two_servers_of_one_name_and_one_server_of_two_names(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        _define(tmp_path / folder, a=folder)
    data = tmp_path / "data"
    async with managing(_settings(tmp_path / "one"), data_dir=data) as manager:
        await manager.settled("s")
    async with managing(_settings(tmp_path / "two"), data_dir=data) as manager:
        await manager.settled("s")
        assert _waiting(manager) == 0, "it is another server"
    _define(tmp_path / "one", a="changed")
    async with managing(_settings(tmp_path / "one", "renamed"), data_dir=data) as manager:
        await manager.settled("renamed")
        assert manager.catalogue().servers["renamed"].waiting == 1, "it is the same server"


async def test_a_definition_of_before_is_not_called_once_it_changed(tmp_path: Path) -> None:
    """A listing of an earlier process lets a call through; the server's own has the last word."""
    _define(tmp_path, a="1")
    data = tmp_path / "data"
    async with managing(_settings(tmp_path), data_dir=data) as manager:
        await manager.settled("s")
    _define(tmp_path, a="2")
    async with managing(_settings(tmp_path), data_dir=data) as manager:
        assert manager.catalogue().tools["s"]["a"].approved
        refused = await call(manager, "s", "a")
        assert refused.error is not None
        assert refused.error.code == ErrorCode.TOOL_NOT_APPROVED


async def test_always_and_back(tmp_path: Path) -> None:
    _define(tmp_path, a="1")
    always = _settings(tmp_path, trust="always")
    async with managing(always, data_dir=tmp_path / "data") as manager:
        await manager.settled("s")
        await _again(manager, tmp_path, a="2")
        assert (await call(manager, "s", "a")).error is None
        await manager.configure([replace(always, trust="pin")])
        assert _waiting(manager) == 1, "nobody approved it"
