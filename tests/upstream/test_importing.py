from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.config import ServerSettings
from workbench.upstream.importers import clients as importing
from workbench.upstream.importers import jsonc
from workbench.upstream.importers.clients import CannotImport, ImportedServer, Product, Source

_GITHUB = "ghp_" + "a1B2c3D4e5" * 4


def _read(
    tmp_path: Path, name: str, text: str, product: Product | None = None
) -> list[ImportedServer]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return importing.read(Source(product, path) if product is not None else path)


def _one(tmp_path: Path, name: str, text: str, product: Product | None = None) -> ImportedServer:
    (found,) = _read(tmp_path, name, text, product)
    return found


def _entry(tmp_path: Path, **entry: Any) -> ImportedServer:
    """One server of Claude Code."""
    return _one(tmp_path, ".mcp.json", json.dumps({"mcpServers": {"s": entry}}))


def test_claude_code(tmp_path: Path) -> None:
    text = """{"mcpServers": {
        "a": {"command": "npx", "args": ["-y", "pkg@1", "${DIR:-/tmp}"], "env": {"K": "${KEY}"}},
        "b": {"type": "http", "url": "https://${HOST}/mcp", "headers": {"Authorization": "Bearer ${T}"}}
    }}"""
    stdio, http = _read(tmp_path, ".mcp.json", text)
    assert stdio.settings == ServerSettings(
        "a", "npx", ("-y", "pkg@1", "${DIR:-/tmp}"), env={"K": "${KEY}"}
    )
    assert http.settings == ServerSettings(
        "b", url="https://${HOST}/mcp", headers={"Authorization": "Bearer ${T}"}
    )
    assert stdio.problems == http.problems == ()
    assert stdio.source.product == "Claude Code"


def test_claude_code_local_scope_wins(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "mcpServers": {"s": {"command": "user"}, "t": {"command": "user"}},
            "projects": {"/work": {"mcpServers": {"s": {"command": "local"}}}},
        }
    )
    found = _read(tmp_path, ".claude.json", text)
    assert {one.settings.name: one.settings.command for one in found} == {"s": "local", "t": "user"}


def test_vs_code(tmp_path: Path) -> None:
    text = """{
      // a comment, and "quotes" in it
      "inputs": [{"type": "promptString", "id": "api-key", "password": true}],
      "servers": {
        "v": {"type": "stdio", "command": "node", "args": ["${workspaceFolder}/s.js",],
              "env": {"A": "${input:api-key}", "B": "${env:KEY}", "H": "${userHome}"}},
        "w": {"type": "http", "url": "http://x//y"}, /* the end */
      },
    }"""
    node, web = _read(tmp_path, ".vscode/mcp.json", text)
    assert node.settings.args == (f"{tmp_path}/s.js",)
    assert node.settings.env == {"A": "${INPUT_API_KEY}", "B": "${KEY}", "H": "${HOME}"}
    assert node.problems == ("it asks for the input 'api-key': set the variable INPUT_API_KEY",)
    assert web.settings.url == "http://x//y"
    assert web.source.product == "VS Code"


def test_codex(tmp_path: Path) -> None:
    text = """
        [mcp_servers.s]
        command = "uvx"
        args = ["m"]
        env_vars = ["KEY", "OTHER"]
        startup_timeout_sec = 20
        tool_timeout_sec = 30.5
        enabled_tools = ["q"]
        disabled_tools = ["r"]
        [mcp_servers.s.env]
        Z = "1"
        [mcp_servers.h]
        url = "https://h/mcp"
        bearer_token_env_var = "TOK"
        http_headers = { X = "1" }
        env_http_headers = { Y = "YVAR" }
        enabled = false
    """
    stdio, http = _read(tmp_path, "config.toml", text)
    assert stdio.settings == ServerSettings(
        "s",
        "uvx",
        ("m",),
        env={"Z": "1", "KEY": "${KEY}", "OTHER": "${OTHER}"},
        connect_timeout_ms=20_000,
        call_timeout_ms=30_500,
        allow_tools=("q",),
        deny_tools=("r",),
    )
    assert http.settings == ServerSettings(
        "h",
        url="https://h/mcp",
        headers={"X": "1", "Y": "${YVAR}", "Authorization": "Bearer ${TOK}"},
        enabled=False,
    )


def test_cursor(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "mcpServers": {
                "c": {"url": "http://h/mcp", "headers": {"X": "${env:TOK}"}},
                "off": {"command": "x", "disabled": True},
            }
        }
    )
    web, off = _read(tmp_path, ".cursor/mcp.json", text)
    assert web.settings.headers == {"X": "${TOK}"}
    assert not off.settings.enabled
    assert off.source.product == "Cursor"


def test_gemini(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "mcpServers": {
                "g": {
                    "httpUrl": "http://g/mcp",
                    "timeout": 5000,
                    "headers": {"K": "$KEY"},
                    "includeTools": ["a"],
                    "excludeTools": ["b"],
                },
                "old": {"url": "http://g/sse"},
            }
        }
    )
    new, old = _read(tmp_path, ".gemini/settings.json", text)
    assert new.settings == ServerSettings(
        "g",
        url="http://g/mcp",
        headers={"K": "${KEY}"},
        call_timeout_ms=5_000,
        allow_tools=("a",),
        deny_tools=("b",),
    )
    assert not old.settings.enabled
    assert "HTTP+SSE" in old.problems[0]


@pytest.mark.parametrize("table", ['{"mcp": {"o": ENTRY}}', '{"mcp": {"servers": {"o": ENTRY}}}'])
def test_opencode(tmp_path: Path, table: str) -> None:
    entry = '{"type": "local", "command": ["npx", "-y", "z"], "environment": {"E": "1"}}'
    found = _one(tmp_path, "opencode.jsonc", table.replace("ENTRY", entry))
    assert found.settings == ServerSettings("o", "npx", ("-y", "z"), env={"E": "1"})
    assert found.source.product == "opencode"


def test_claude_desktop(tmp_path: Path) -> None:
    text = '{"mcpServers": {"d": {"command": "uvx", "args": ["m"]}}, "globalShortcut": ""}'
    found = _one(tmp_path, "Claude/claude_desktop_config.json", text)
    assert found.settings == ServerSettings("d", "uvx", ("m",))
    assert found.source.product == "Claude Desktop"


def test_windsurf(tmp_path: Path) -> None:
    text = '{"mcpServers": {"w": {"serverUrl": "https://w/mcp"}}}'
    found = _one(tmp_path, "windsurf/mcp_config.json", text)
    assert found.settings.url == "https://w/mcp"
    assert found.source.product == "Windsurf"


@pytest.mark.parametrize(
    "entry",
    [
        '{"command": "zed-server", "args": ["1"], "env": {"A": "b"}}',
        '{"command": {"path": "zed-server", "args": ["1"], "env": {"A": "b"}}, "settings": {}}',
    ],
)
def test_zed(tmp_path: Path, entry: str) -> None:
    text = '{"theme": "One", "context_servers": {"z": ENTRY}}'.replace("ENTRY", entry)
    found = _one(tmp_path, "settings.json", text)
    assert found.settings == ServerSettings("z", "zed-server", ("1",), env={"A": "b"})


@pytest.mark.parametrize(
    ("entry", "place", "imported", "variable"),
    [
        ({"env": {"GITHUB_TOKEN": _GITHUB}}, "env", "${GITHUB_TOKEN}", "GITHUB_TOKEN"),
        ({"env": {"github": _GITHUB}}, "env", "${S_GITHUB}", "S_GITHUB"),
        ({"env": {"DB_PASSWORD": "hunter22"}}, "env", "${DB_PASSWORD}", "DB_PASSWORD"),
        (
            {"url": "http://x/mcp", "headers": {"Authorization": "Bearer abcdefghijkl1234"}},
            "headers",
            "Bearer ${S_AUTHORIZATION}",
            "S_AUTHORIZATION",
        ),
        (
            {"url": "http://x/mcp", "headers": {"X-Api-Key": "0123456789"}},
            "headers",
            "${S_X_API_KEY}",
            "S_X_API_KEY",
        ),
        ({"args": ["--api-key", "s3cr3t-value"]}, "args", "${S_API_KEY}", "S_API_KEY"),
        ({"args": ["--token=s3cr3t-value"]}, "args", "--token=${S_TOKEN}", "S_TOKEN"),
        ({"args": [_GITHUB]}, "args", "${S_SECRET}", "S_SECRET"),
    ],
)
def test_secrets_are_not_copied(
    tmp_path: Path, entry: dict[str, Any], place: str, imported: str, variable: str
) -> None:
    found = _entry(tmp_path, **({"command": "x"} if "url" not in entry else {}), **entry)
    value = getattr(found.settings, place)
    assert (list(value.values()) if isinstance(value, dict) else value)[-1] == imported
    assert variable in found.problems[0]
    assert "is not copied" in found.problems[0]


def test_secrets_in_a_url_are_not_copied(tmp_path: Path) -> None:
    url = "https://amy:hunter22@h/mcp?api_key=0123456789&page=2"
    found = _entry(tmp_path, url=url)
    assert found.settings.url == "https://amy:${S_PASSWORD}@h/mcp?api_key=${S_API_KEY}&page=2"
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_TOKENS", "4096"),
        ("TOKENIZER", "cl100k"),
        ("KEYBOARD", "qwertz"),
        ("PATH_TO_KEYS", "/etc/keys"),
        ("PYTHONPATH", "/src"),
    ],
)
def test_what_only_sounds_like_a_secret_is_copied(tmp_path: Path, name: str, value: str) -> None:
    found = _entry(tmp_path, command="x", env={name: value})
    assert found.settings.env == {name: value}
    assert found.problems == ()


def test_an_env_file_gives_its_names_only(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("# c\nexport A=1\nB = two\n", encoding="utf-8")
    found = _entry(tmp_path, command="x", envFile=str(tmp_path / "secrets.env"))
    assert found.settings.env == {"A": "${A}", "B": "${B}"}
    assert found.problems[0].endswith("set A, B in the environment")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({}, "neither a command nor a URL"),
        ({"command": ""}, "neither a command nor a URL"),
        ({"type": "sse", "url": "http://x"}, "HTTP+SSE"),
        ({"type": "ws", "url": "ws://x"}, "a WebSocket"),
        ({"command": "x", "args": ["${weird:thing:more}"]}, "the reference ${weird:thing:more}"),
        ({"command": "x", "timeout": 10**9}, "call_timeout_ms must be a whole number from 1"),
        ({"command": "x", "envFile": "/no/such/file"}, "cannot be read"),
    ],
)
def test_problems_are_told(tmp_path: Path, entry: dict[str, Any], problem: str) -> None:
    found = _entry(tmp_path, **entry)
    assert any(problem in told for told in found.problems), found.problems


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "", "not JSON"),
        ("a.json", "[1]", "not a table of settings"),
        ("a.json", '{"a": }', "line 1 column 7"),
        ("a.toml", "a = ", "not TOML"),
        ("a.json", "[" * 100_000, "not JSON"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(CannotImport, match=message):
        _read(tmp_path, name, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match="No such file"):
        importing.read(tmp_path / "none.json")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"mcpServers": []}',
        '{"mcpServers": {"s": "x"}}',
        '{"mcpServers": null, "projects": [1], "theme": "dark"}',
    ],
)
def test_files_without_servers(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, "a.json", text) == []


def test_values_of_wrong_types_do_no_harm(tmp_path: Path) -> None:
    found = _entry(
        tmp_path,
        command=7,
        args={"a": 1},
        env=["x"],
        headers="h",
        cwd=3,
        timeout=True,
        envFile=5,
        enabled_tools="x",
        disabled_tools={"a": 1},
        env_vars="x",
    )
    assert found.settings == ServerSettings("s", "7")


def test_sources_are_the_files_that_exist(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    for path in (
        home / ".claude.json",
        home / ".codex" / "config.toml",
        home / ".config" / "Claude" / "claude_desktop_config.json",
        folder / ".mcp.json",
        folder / ".vscode" / "mcp.json",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    found = importing.sources(home=home, folder=folder, platform="linux")
    assert [(one.product, one.path.name) for one in found] == [
        ("Claude Code", ".mcp.json"),
        ("Claude Code", ".claude.json"),
        ("Claude Desktop", "claude_desktop_config.json"),
        ("VS Code", "mcp.json"),
        ("Codex", "config.toml"),
    ]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_sources_on_other_systems(tmp_path: Path, platform: str) -> None:
    assert importing.sources(home=tmp_path, folder=tmp_path, platform=platform) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "// no comment", }', {"a": "// no comment"}),
        ('{"a": "x, }" /* , */, "b": [1, 2, // c\n]}', {"a": "x, }", "b": [1, 2]}),
        ('\ufeff{"a": "\\"/*"}', {"a": '"/*'}),
        ("[1,]", [1]),
    ],
)
def test_jsonc(text: str, value: Any) -> None:
    assert jsonc.loads(text) == value


@pytest.mark.parametrize("text", ['{"a": 1,, }', "/* open", ""])
def test_what_is_no_jsonc(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the message is the standard library's)
        jsonc.loads(text)


def test_places_of_errors_stay_right() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        jsonc.loads('{\n  // comment\n  "a": 1, /* x\n y */ "b": oops\n}')
    assert (caught.value.lineno, caught.value.colno) == (4, 12)
