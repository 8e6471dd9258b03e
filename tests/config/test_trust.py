"""A folder's own workbench.toml: its servers start once they are trusted, and wait again when they change."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.servers import until
from workbench.config import Config, ServerSettings, find, load, open_config
from workbench.config.editing import add_servers, set_servers, set_value
from workbench.config.trust import held_servers, trust, trust_file
from workbench.config.watching import Watcher
from workbench.core.runtime import open_runtime

_DEMO = f"command = '{sys.executable}'\nargs = ['-m', 'workbench.demo']\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workbench.toml of the current folder, with two servers."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    path = folder / "workbench.toml"
    path.write_text(f"[servers.a]\n{_DEMO}[servers.b]\nurl = 'http://localhost:1/mcp'\n")
    return path


def _held(config: Config | None = None) -> list[str]:
    return [one.name for one in held_servers(config if config is not None else open_config())]


def test_a_folders_servers_wait_until_they_are_trusted(file: Path) -> None:
    config = open_config()
    assert config.path == file
    assert _held(config) == ["a", "b"]
    trust(file, config.servers.values())
    assert _held() == []
    assert not any(server.held for server in open_config().servers.values())


def test_a_file_that_is_named_by_hand_and_the_users_own_are_trusted(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _held(open_config(file)) == []
    assert _held(load(file)) == []
    users = tmp_path / "user" / "workbench" / "workbench.toml"
    users.parent.mkdir(parents=True)
    file.rename(users)
    assert find() == users
    assert _held() == []
    monkeypatch.chdir(users.parent)
    assert _held() == []


def test_a_server_that_changes_waits_again_and_the_others_do_not(file: Path) -> None:
    trust(file, open_config().servers.values())
    text = file.read_text()
    for changed in ("args = ['-m', 'other']", "cwd = '/'", "env = { LD_PRELOAD = 'x' }"):
        file.write_text(text.replace("args = ['-m', 'workbench.demo']", changed))
        assert _held() == ["a"]
    file.write_text(text.replace("localhost:1", "evil.example"))
    assert _held() == ["b"]
    file.write_text(text + "headers = { X = '${HOME}' }\n")
    assert _held() == ["b"]
    file.write_text(text.replace("[servers.a]", "[servers.renamed]") + "call_timeout_ms = 5\n")
    assert _held() == []
    file.write_text(text + f"[servers.new]\n{_DEMO}")
    assert _held() == [], "the same command under another name"


def test_another_folder_with_the_same_file_is_another(file: Path, tmp_path: Path) -> None:
    trust(file, open_config().servers.values())
    other = tmp_path / "clone"
    other.mkdir()
    (other / "workbench.toml").write_text(file.read_text())
    os.chdir(other)
    assert _held() == ["a", "b"]


def test_what_our_own_commands_write_is_trusted_and_nothing_else(file: Path) -> None:
    add_servers(file, [ServerSettings("mine", command="x")])
    set_value(file, "servers.url.url", "http://localhost:2/mcp")
    set_servers(file, ["a"], "quarantined", True)
    set_value(file, "max_code_bytes", "5")
    assert _held() == ["a", "b"]
    set_value(file, "servers.a.args", '["-m", "workbench.demo", "x"]')
    assert _held() == ["b"]


def test_mending_a_broken_file_trusts_nothing_in_it(file: Path) -> None:
    text = file.read_text()
    file.write_text("code_execution_pool_size = 0\n" + text)
    set_value(file, "code_execution_pool_size", "1")
    assert _held() == ["a", "b"]


def test_a_new_file_of_ours_is_trusted(file: Path) -> None:
    file.unlink()
    add_servers(file, [ServerSettings("mine", command="x")])
    assert _held() == []
    assert list(open_config().servers) == ["demo", "mine"]


def test_the_demo_server_needs_no_trust(file: Path) -> None:
    file.write_text("[servers.demo]\ndemo = true\n")
    assert _held() == []
    file.write_text("max_code_bytes = 5\n")
    assert _held() == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"folders": 3}', '{"folders": {"x": 3}}'])
def test_a_damaged_list_of_trusted_folders_trusts_nobody(file: Path, text: str) -> None:
    trust(file, open_config().servers.values())
    trust_file().write_text(text)
    assert _held() == ["a", "b"]
    trust(file, open_config().servers.values())
    assert _held() == []


def test_trust_can_be_taken_back(file: Path) -> None:
    servers = list(open_config().servers.values())
    trust(file, servers)
    trust(file, servers[:1], only=True)
    assert _held() == ["b"]
    trust(file, [], only=True)
    assert json.loads(trust_file().read_text())["folders"] == {}


@pytest.mark.anyio
async def test_a_running_workbench_notices_trust_and_its_loss(file: Path) -> None:
    told: asyncio.Queue[Config] = asyncio.Queue()
    config = open_config()
    watcher = Watcher(config, changed=told.put_nowait, failed=lambda _: None)
    trust(file, config.servers.values())  # between reading and the watcher's start
    watcher.start()
    try:
        assert _held(await asyncio.wait_for(told.get(), 10)) == []
        file.write_text(file.read_text().replace("workbench.demo", "something.else"))
        assert _held(await asyncio.wait_for(told.get(), 10)) == ["a"]
    finally:
        watcher.stop()


@pytest.mark.anyio
async def test_a_held_server_is_started_once_it_is_trusted(file: Path, tmp_path: Path) -> None:
    file.write_text(f"[servers.a]\n{_DEMO}")
    config = open_config()
    async with open_runtime(config, data_dir=tmp_path / "d", connect=True, watch=True) as runtime:
        info = runtime.upstream.catalogue().servers["a"]
        assert (info.state, info.tools) == ("untrusted", 0)
        await runtime.upstream.reconnect("a")
        assert runtime.upstream.catalogue().servers["a"].state == "untrusted"
        trust(file, config.servers.values())
        await until(lambda: runtime.upstream.catalogue().servers["a"].state == "ready", 60)
        file.write_text(f"[servers.a]\n{_DEMO}cwd = '/'\n")
        await until(lambda: runtime.upstream.catalogue().servers["a"].state == "untrusted", 60)
