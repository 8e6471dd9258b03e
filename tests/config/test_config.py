"""workbench.toml: precedence, problems with their line, editing in place, following."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workbench.config import ConfigError, ServerSettings, find, load
from workbench.config.editing import (
    add_servers,
    remove_server,
    set_servers,
    set_value,
    unset_value,
)
from workbench.config.watching import Watcher


def write(folder: Path, text: str) -> Path:
    path = folder / "workbench.toml"
    path.write_text(text)
    return path


def test_no_file_means_defaults_and_the_demo_server() -> None:
    config = load(None, environ={})
    assert config.enable_code_execution is False
    assert config.limits.timeout_ms == 120_000
    assert config.pool.size == 10
    assert list(config.servers) == ["demo"]
    assert str(config.origins["max_code_bytes"]) == "default"


def test_precedence_is_flag_environment_file_default(tmp_path: Path) -> None:
    path = write(
        tmp_path, "code_execution_timeout_ms = 1000\ncode_execution_pool_size = 3\nmax_code_bytes=7"
    )
    environ = {"WORKBENCH_CODE_EXECUTION_TIMEOUT_MS": "2000", "WORKBENCH_MAX_CODE_BYTES": "8"}
    config = load(path, environ, {"code_execution_timeout_ms": 3000})
    assert (config.limits.timeout_ms, config.limits.max_code_bytes, config.pool.size) == (
        3000,
        8,
        3,
    )
    assert config.origins["max_code_bytes"].where == "WORKBENCH_MAX_CODE_BYTES"
    assert config.origins["code_execution_pool_size"].where == f"{path}:2"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "code_execution_timeout_ms = 0",
            1,
            ["code_execution_timeout_ms", "from 1 to 600000", "not 0"],
        ),
        ("\ncode_execution_timeout_ms = 600001", 2, ["600000"]),
        ("code_execution_timeout_ms = true", 1, ["whole number", "true"]),
        ("code_execution_timeout_ms = '5'", 1, ["whole number"]),
        ("code_execution_pool_size = 101", 1, ["from 1 to 100"]),
        ("code_execution_max_parallel = 33", 1, ["from 1 to 32"]),
        ("code_execution_memory_mb = 7", 1, ["from 8 to 2048"]),
        ("code_execution_queue_size = -1", 1, ["0 or more"]),
        ("max_answer_tokens = 100000000000000000000", 1, ["at most 9223372036854775807"]),
        ("enable_code_execution = 1", 1, ["true or false"]),
        ("a = 1\ncode_execution_timeout = 5", 2, ["unknown key", "code_execution_timeout_ms"]),
        ("[history]\nmax_age_days = 0", 2, ["history.max_age_days"]),
        ("[history]\nmax_days = 1", 2, ["unknown key 'history.max_days'"]),
        ("history = 3", 1, ["history must be a table"]),
        ("[history]\nredact = ['token']", 2, ["history.redact must be a table"]),
        ("keys = 'x'", 1, ["keys must be a table"]),
        ("[history.redact]\nkeys = ['(']", 2, ["regular expression"]),
        ("[servers.a]\nargs = []", 1, ["either command or url", "neither"]),
        ("[servers.a]\ncommand = 'x'\nurl = 'y'", 1, ["both"]),
        ("[servers.a]\ncommand = 'x'\nenviron = {}", 3, ["unknown key servers.a.environ"]),
        ("[servers.a]\ncommand = 'x'\ncall_timeout_ms = 'soon'", 3, ["call_timeout_ms"]),
        ("[servers.a]\ncommand = 'x'\nenv = { A = 1 }", 3, ["table of strings"]),
        (
            "[servers.a]\ncommand = 'x'\nenv = { 'A=B' = 'x' }",
            3,
            ["servers.a.env.A=B is not the name"],
        ),
        (
            '[servers.a]\nurl = "https://h"\nheaders = { Authorization = "Bearer x\\n" }',
            3,
            ["headers.Authorization must not hold a line end"],
        ),
        (
            "[servers.a]\nurl = 'https://h'\nheaders = { 'My Header' = 'x' }",
            3,
            ["headers.My Header is not the name"],
        ),
        ("[servers.'a b']\ncommand = 'x'", 1, ["server name"]),
        ("servers = 3", 1, ["servers must be tables"]),
        ("[servers.a]\nurl = 'not a url'", 2, ["servers.a.url", "https://", "'not a url'"]),
        ("[servers.a]\nurl = 'ftp://h/mcp'", 2, ["https://"]),
        ("[servers.a]\nurl = 'http:///mcp'", 2, ["https://"]),
        ("[servers.a]\nurl = 'http://h:x/mcp'", 2, ["https://"]),
        ("[servers.a]\nurl = 'http://[::1/mcp'", 2, ["https://"]),
        ('[servers.a]\nurl = "http://h/\\u0007"', 2, ["https://"]),
        (
            "[servers.demo]\ndemo = true\ncommand = 'x'",
            3,
            ["demo = true stands instead of command"],
        ),
        ("[ui]\nicons = 'emoji'", 2, ["one of unicode, ascii"]),
        ("[keys]\nrun = 5", 2, ["keys.run"]),
    ],
)
def test_problem_names_file_line_key_and_range(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    message = str(caught.value)
    assert f"{path}:{line}:" in message
    for word in words:
        assert word in message


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "max_code_bytes = 0\nmax_input_bytes = 0\nwhat = 1")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert len(str(caught.value).splitlines()) == 3


def test_broken_toml_names_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 2"):
        load(write(tmp_path, "a = 1\nb ="), environ={})


def test_a_number_that_python_does_not_read_is_a_problem_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "max_code_bytes = " + "9" * 5000)
    with pytest.raises(ConfigError, match=rf"{re.escape(str(path))}: .*digits"):
        load(path, environ={})


def test_bad_environment_names_the_variable() -> None:
    with pytest.raises(ConfigError, match="WORKBENCH_CODE_EXECUTION_POOL_SIZE"):
        load(None, environ={"WORKBENCH_CODE_EXECUTION_POOL_SIZE": "many"})


def test_find_prefers_explicit_then_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, "")
    assert find(None) == path
    with pytest.raises(ConfigError, match="no such configuration file"):
        find(tmp_path / "other.toml")


def test_references_stay_references_until_expanded(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "[servers.a]\ncommand = '${BIN}'\nargs = ['${X:-def}', '$Y']\nenv = { T = 'Bearer ${TOKEN}' }",
    )
    server = load(path, environ={"BIN": "never"}).servers["a"]
    assert server.command == "${BIN}"
    expanded = server.expanded({"BIN": "npx"})
    assert (expanded.command, expanded.args) == ("npx", ("def", "$Y"))
    assert expanded.env == {"T": "Bearer ${TOKEN}"}
    assert server.unset({"BIN": "npx"}) == ["TOKEN"]


def test_set_keeps_comments_and_refuses_what_would_not_load(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "# mine\ncode_execution_pool_size = 3 # few\n\n[servers.a] # first\ncommand = 'x'\n",
    )
    set_value(path, "code_execution_pool_size", "5")
    set_value(path, "history.max_age_days", "7")
    set_value(path, "enable_code_execution", "true")
    text = path.read_text()
    assert "# mine" in text
    assert "# few" in text
    assert "# first" in text
    config = load(path, environ={})
    assert (config.pool.size, config.history.max_age_days, config.enable_code_execution) == (
        5,
        7,
        True,
    )
    for key, value in (("code_execution_pool_size", "0"), ("code_execution_pool", "1")):
        with pytest.raises(ConfigError):
            set_value(path, key, value)
    assert load(path, environ={}) == config


def test_new_file_is_private_and_servers_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "workbench.toml"
    one = ServerSettings("one", command="npx", args=("-y", "x"), env={"K": "${K}"})
    add_servers(path, [one], keep_demo=False)
    add_servers(path, [ServerSettings("two", url="http://localhost:1/mcp", headers={"A": "b"})])
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    set_servers(path, ["one"], "quarantined", True)
    config = load(path, environ={})
    assert config.servers["one"].quarantined
    assert config.servers["one"].args == ("-y", "x")
    with pytest.raises(ConfigError, match="already"):
        add_servers(
            path, [ServerSettings("three", command="x"), ServerSettings("one", command="x")]
        )
    assert load(path, environ={}) == config
    remove_server(path, "one")
    assert list(load(path, environ={}).servers) == ["two"]
    with pytest.raises(ConfigError, match="no server 'twoo'; did you mean 'two'"):
        remove_server(path, "twoo")


@pytest.mark.anyio
async def test_watcher_tells_changes_and_errors(tmp_path: Path) -> None:
    path = write(tmp_path, "code_execution_pool_size = 3")
    told: asyncio.Queue[object] = asyncio.Queue()
    watcher = Watcher(load(path, environ={}), changed=told.put_nowait, failed=told.put_nowait)
    watcher.start()
    try:
        await asyncio.sleep(0)
        set_value(path, "code_execution_pool_size", "4")
        config = await asyncio.wait_for(told.get(), 5)
        assert config.pool.size == 4  # type: ignore[attr-defined]
        path.write_text("code_execution_pool_size = ")
        assert "line 1" in str(await asyncio.wait_for(told.get(), 5))
        path.unlink()
        assert "is gone" in str(await asyncio.wait_for(told.get(), 5))
    finally:
        watcher.stop()


@pytest.mark.anyio
async def test_watcher_finds_a_file_that_is_made_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    told: asyncio.Queue[object] = asyncio.Queue()
    watcher = Watcher(load(None, environ={}), changed=told.put_nowait, failed=told.put_nowait)
    watcher.start()
    try:
        await asyncio.sleep(0)
        set_value(tmp_path / "workbench.toml", "code_execution_pool_size", "4")
        config = await asyncio.wait_for(told.get(), 10)
        assert config.pool.size == 4  # type: ignore[attr-defined]
        assert config.path == tmp_path / "workbench.toml"  # type: ignore[attr-defined]
    finally:
        watcher.stop()


def test_a_key_is_taken_out_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "workbench.toml"
    path.write_text('# mine\nmax_code_bytes = 5\n[ui]\nicons = "ascii" # plain\ntheme = "x"\n')
    unset_value(path, "ui.icons")
    unset_value(path, "max_code_bytes")
    unset_value(path, "history.redact.keys")
    assert path.read_text() == '# mine\n[ui]\ntheme = "x"\n'
    unset_value(tmp_path / "none.toml", "ui.icons")
    assert not (tmp_path / "none.toml").exists()


def test_set_reaches_the_keys_of_a_server(tmp_path: Path) -> None:
    file = tmp_path / "workbench.toml"
    file.write_text('[servers.raw]  # mine\ncommand = "python"\n')
    set_value(file, "servers.raw.args", '["-m", "x y"]')
    set_value(file, "servers.raw.enabled", "false")
    set_value(file, "servers.raw.env.TOKEN", "${TOKEN}")
    set_value(file, "servers.new.url", "http://localhost:1/mcp")
    set_value(file, "servers.new.headers.Authorization", "Bearer ${TOKEN}")
    set_value(file, "history.redact.keys", '["a,b", "c"]')
    servers = tomllib.loads(file.read_text())["servers"]
    assert servers["raw"] == {
        "command": "python", "args": ["-m", "x y"], "enabled": False, "env": {"TOKEN": "${TOKEN}"},
    }  # fmt: skip
    assert servers["new"]["headers"] == {"Authorization": "Bearer ${TOKEN}"}
    assert tomllib.loads(file.read_text())["history"]["redact"]["keys"] == ["a,b", "c"]
    assert "# mine" in file.read_text()
    before = file.read_text()
    for name, text, said in (
        ("servers.nope.enabled", "true", "no server 'nope'"),
        ("servers.raw.enabld", "true", "'enabled'"),
        ("servers.raw.call_timeout_ms", "0", "from 1 to 3600000"),
        ("servers.raw.url", "http://x", "either command or url"),
        ("history.redact.keys", "[", "no JSON array"),
        ("history.redact.keys", "[1]", "list of strings"),
        ("history.redact.keys", '["a{99999999999}"]', "repetition number is too large"),
        ("history.redact.values", f'["{"(" * 5_000}{")" * 5_000}"]', "no regular expression"),
    ):
        with pytest.raises(ConfigError, match=re.escape(said)):
            set_value(file, name, text)
    assert file.read_text() == before


@pytest.mark.anyio
async def test_a_change_between_reading_and_watching_is_seen(tmp_path: Path) -> None:
    path = write(tmp_path, "code_execution_pool_size = 3")
    told: asyncio.Queue[object] = asyncio.Queue()
    watcher = Watcher(load(path, environ={}), changed=told.put_nowait, failed=told.put_nowait)
    path.write_text("code_execution_pool_size = 4")
    watcher.start()
    try:
        config = await asyncio.wait_for(told.get(), 10)
        assert config.pool.size == 4  # type: ignore[attr-defined]
    finally:
        watcher.stop()


@pytest.mark.anyio
async def test_a_listener_that_fails_does_not_end_watching(tmp_path: Path) -> None:
    path = write(tmp_path, "code_execution_pool_size = 3")
    told: asyncio.Queue[object] = asyncio.Queue()

    def listen(news: object) -> None:
        told.put_nowait(news)
        raise RuntimeError("a screen's bug")

    watcher = Watcher(load(path, environ={}), changed=listen, failed=listen)
    watcher.start()
    try:
        for size in (4, 5):
            set_value(path, "code_execution_pool_size", str(size))
            config = await asyncio.wait_for(told.get(), 10)
            assert config.pool.size == size  # type: ignore[attr-defined]
        path.write_text("code_execution_pool_size = ")
        assert "line 1" in str(await asyncio.wait_for(told.get(), 10))
        path.write_text("a = " + "[" * 100_000)
        assert "nested too deep" in str(await asyncio.wait_for(told.get(), 10))
        path.write_text("code_execution_pool_size = 6")
        assert (await asyncio.wait_for(told.get(), 10)).pool.size == 6  # type: ignore[attr-defined]
    finally:
        watcher.stop()


def test_a_byte_order_mark_and_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "workbench.toml"
    path.write_bytes(
        b"\xef\xbb\xbf# mine\r\nmax_code_bytes = 5 # small\r\n\r\n[ui]\r\nicons = 'ascii'\r\n"
    )
    assert load(path, environ={}).limits.max_code_bytes == 5
    set_value(path, "max_code_bytes", "6")
    set_value(path, "history.max_age_days", "7")
    add_servers(path, [ServerSettings("one", command="npx", args=("-y",))])
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# mine\r\nmax_code_bytes = 6 # small\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    config = load(path, environ={})
    assert (config.limits.max_code_bytes, config.history.max_age_days) == (6, 7)
    assert list(config.servers) == ["demo", "one"]


def test_a_line_end_of_another_kind_is_not_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "# a\u2028b\x85c\nmax_code_bytes = 0")
    with pytest.raises(ConfigError, match="toml:2: max_code_bytes"):
        load(path, environ={})


def test_a_file_that_is_no_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "workbench.toml"
    path.write_bytes("max_code_bytes = 5".encode("utf-16"))
    for read in (lambda: load(path, environ={}), lambda: set_value(path, "max_code_bytes", "6")):
        with pytest.raises(ConfigError, match="no UTF-8 text"):
            read()


def test_setting_through_a_link_changes_what_it_leads_to(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("max_code_bytes = 5\n")
    link = tmp_path / "workbench.toml"
    link.symlink_to(real)
    set_value(link, "max_code_bytes", "6")
    assert link.is_symlink()
    assert real.read_text() == "max_code_bytes = 6\n"


def test_many_changes_at_once_lose_none(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    keys = ["max_code_bytes", "max_input_bytes", "max_result_bytes", "history.max_age_days"]
    with ThreadPoolExecutor(8) as threads:
        for future in [threads.submit(set_value, path, key, "77") for key in keys * 4]:
            future.result()
    config = load(path, environ={})
    assert [config.values[key] for key in keys] == [77] * 4


@pytest.mark.parametrize("url", ["${URL}", "${URL:-http://h}/mcp", "https://${HOST}:${PORT}/mcp"])
def test_a_reference_may_stand_for_any_part_of_an_address(tmp_path: Path, url: str) -> None:
    path = write(tmp_path, f"[servers.a]\nurl = '{url}'")
    assert load(path, environ={}).servers["a"].url == url


@pytest.mark.parametrize("text", [None, "", "max_code_bytes = 5\n"])
def test_the_demo_server_stays_until_it_is_removed(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "workbench.toml"
    if text is not None:
        path.write_text(text)
    add_servers(path, [ServerSettings("one", command="x")])
    config = load(path, environ={})
    assert list(config.servers) == ["demo", "one"]
    assert config.servers["demo"] == load(None, environ={}).servers["demo"]
    assert "demo = true" in path.read_text()
    assert sys.executable not in path.read_text()
    remove_server(path, "demo")
    remove_server(path, "one")
    assert load(path, environ={}).servers == {}
    add_servers(path, [ServerSettings("two", command="x")])
    assert list(load(path, environ={}).servers) == ["two"]


def test_the_demo_server_that_no_file_names_can_be_changed_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "workbench.toml"
    set_servers(path, ["demo"], "quarantined", True)
    demo = load(path, environ={}).servers["demo"]
    assert demo.quarantined
    assert demo.demo
    path.unlink()
    remove_server(path, "demo")
    assert load(path, environ={}).servers == {}
    path.unlink()
    set_value(path, "servers.one.url", "http://localhost:1/mcp")
    assert list(load(path, environ={}).servers) == ["demo", "one"]
    path.unlink()
    add_servers(path, [ServerSettings("demo", command="x")])
    assert load(path, environ={}).servers["demo"].command == "x"
