from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from workbench.config import Config, ConfigError, open_config, servers_at_hand
from workbench.config.watching import Watcher


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("npx -y @modelcontextprotocol/server-filesystem /tmp", "filesystem", 4),
        ("npx -y @scope/server-github@1.2.3", "github", 3),
        ("npx @upstash/context7-mcp@latest", "context7", 2),
        ("npx -y @playwright/mcp", "playwright", 3),
        ("uvx mcp-server-time --local-timezone 'Europe/Zurich'", "time", 4),
        ("uv run --with fastmcp server.py", "fastmcp", 5),
        ("python -m mcp_server_fetch", "fetch", 3),
        ("/usr/bin/python3.11 ./my tools.py", "my", 3),
        ("node 'dist/my server.js'", "my-server", 2),
        ("docker run -i --rm ghcr.io/github/github-mcp-server", "github", 5),
        ("./run", "run", 1),
        ("mine=./x --serve", "mine", 2),
    ],
)
def test_a_command_is_a_server_with_a_telling_name(text: str, name: str, words: int) -> None:
    (server,) = servers_at_hand([text])
    assert (server.name, 1 + len(server.args)) == (name, words)
    assert server.command == text.partition("=")[2].split()[0] if "=" in text else True


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://mcp.deepwiki.com/mcp", "deepwiki"),
        ("https://api.githubcopilot.com/mcp/?x=1", "githubcopilot"),
        ("http://localhost:8080/mcp", "localhost"),
        ("http://127.0.0.1:8080/mcp", "127.0.0.1"),
        ("http://[::1]:8080/mcp", "1"),
        ("wiki=http://localhost/mcp?a=b", "wiki"),
    ],
)
def test_an_address_is_a_server(text: str, name: str) -> None:
    (server,) = servers_at_hand([text])
    assert server.name == name
    assert server.url == text.removeprefix("wiki=")


def test_variables_before_the_command_are_its_own() -> None:
    (server,) = servers_at_hand(["TOKEN='a b' X=${HOME} npx thing"])
    assert (server.command, server.args) == ("npx", ("thing",))
    assert dict(server.env) == {"TOKEN": "a b", "X": "${HOME}"}


@pytest.mark.parametrize(
    ("text", "name"),
    [("env A=1 B=2 npx -y some-thing", "some-thing"), ("env A=1", "env"), ("-x", "x")],
)
def test_words_that_name_nothing_give_no_name(text: str, name: str) -> None:
    (server,) = servers_at_hand([text])
    assert server.name == name


def test_each_has_a_name_of_its_own() -> None:
    names = [one.name for one in servers_at_hand(["npx a", "npx a", "a=x", "npx a"])]
    assert names == ["a-2", "a-3", "a", "a-4"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([""], "a command or an address"),
        (["A=b"], "a command or an address"),
        (["npx 'x"], "No closing quotation"),
        (["ftp://x/y"], "must be an address like"),
        (["a=x", "a=y"], "two servers are named 'a'"),
        (["x \0"], "NUL"),
    ],
)
def test_what_is_no_server_is_refused(texts: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        servers_at_hand(texts)


def test_alone_or_beside_those_of_a_file_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    typed = servers_at_hand(["npx typed"])
    assert list(open_config(servers=typed).servers) == ["typed"]
    file = tmp_path / "workbench.toml"
    file.write_text("code_execution_pool_size = 3\n[servers.a]\ncommand = 'x'\n")
    found = open_config(servers=typed)
    assert (list(found.servers), found.pool.size) == (["typed"], 3)
    assert not found.servers["typed"].held
    assert list(open_config(file, servers=typed).servers) == ["a", "typed"]
    file.write_text("")
    assert list(open_config(file, servers=typed).servers) == ["typed"]
    assert list(open_config(file).servers) == ["demo"]


def test_a_change_of_the_file_does_not_lose_them(tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text("[servers.a]\ncommand = 'x'\n")
    config = open_config(file, servers=servers_at_hand(["npx typed"]))

    async def changed() -> Config:
        heard: asyncio.Queue[Config] = asyncio.Queue()
        watcher = Watcher(config, changed=heard.put_nowait, failed=pytest.fail)
        watcher.start()
        try:
            file.write_text("[servers.b]\ncommand = 'x'\n")
            return await heard.get()
        finally:
            watcher.stop()

    assert list(asyncio.run(changed()).servers) == ["b", "typed"]
