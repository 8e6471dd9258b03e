from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from workbench.config import ServerSettings
from workbench.upstream.importers import clients as importing
from workbench.upstream.importers import jsonc
from workbench.upstream.importers.clients import CannotImport, ImportedServer, Product, Source
from workbench.upstream.importers.planning import plan

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
                "url": {"url": "http://g/mcp"},
                "old": {"url": "http://g/sse", "type": "sse"},
            }
        }
    )
    new, plain, old = _read(tmp_path, ".gemini/settings.json", text)
    assert new.settings == ServerSettings(
        "g",
        url="http://g/mcp",
        headers={"K": "${KEY}"},
        call_timeout_ms=5_000,
        allow_tools=("a",),
        deny_tools=("b",),
    )
    assert plain.settings == ServerSettings("url", url="http://g/mcp")
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


@pytest.mark.parametrize(
    ("product", "place"),
    [
        (
            "Cline",
            ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        ),
        ("Cline", ".cline/data/settings/cline_mcp_settings.json"),
        ("LM Studio", ".lmstudio/mcp.json"),
        ("Junie", ".junie/mcp/mcp.json"),
        ("JetBrains AI", ".ai/mcp/mcp.json"),
        ("Continue", ".continue/mcpServers/mcp.json"),
    ],
)
def test_clients_that_write_as_claude_does(tmp_path: Path, product: str, place: str) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text('{"mcpServers": {"c": {"command": "x", "args": ["1"], "disabled": true}}}')
    (source,) = importing.sources(home=tmp_path, folder=tmp_path / "none", platform="linux")
    for one in (source, file):
        (found,) = importing.read(one)
        assert found.source.product == product
        assert found.settings == ServerSettings("c", "x", ("1",), enabled=False)


def test_continue(tmp_path: Path) -> None:
    text = """
    name: Local
    schema: v1
    defaults: &defaults {command: npx, connectionTimeout: 2000}
    mcpServers:
      - name: Browser search
        <<: *defaults
        args: ["-y", "@playwright/mcp@latest", --token, "${{ secrets.org/BROWSER_TOKEN }}"]
        env: {DEBUG: yes, ON: true, AT: 12:30, N: 010, DAY: 2026-11-26}
      - name: remote
        type: streamable-http
        url: https://h/mcp
        apiKey: ${{ inputs.KEY }}
        requestOptions: {headers: {X-Team: core}}
      - {name: old, type: sse, url: "https://h/sse"}
      - uses: someone/block
      - a word
    """
    for name in (".continue/config.yaml", ".continue/mcpServers/some.yml", "elsewhere.yaml"):
        browser, remote, old, block, word = _read(tmp_path, name, text)
        assert browser.source.product == "Continue"
        assert browser.settings == ServerSettings(
            "Browser-search",
            "npx",
            ("-y", "@playwright/mcp@latest", "--token", "${BROWSER_TOKEN}"),
            env={"DEBUG": "yes", "ON": "true", "AT": "12:30", "N": "010", "DAY": "2026-11-26"},
            connect_timeout_ms=2_000,
        )
        headers = {"X-Team": "core", "Authorization": "Bearer ${KEY}"}
        assert remote.settings == ServerSettings("remote", url="https://h/mcp", headers=headers)
        assert not old.settings.enabled
        assert block.refused is not None
        assert "hub" in block.refused
        assert word.refused == "it is no table of settings"


def test_continues_older_file(tmp_path: Path) -> None:
    transport = {"type": "stdio", "command": "uvx", "args": ["m"]}
    document = {"experimental": {"modelContextProtocolServers": [{"transport": transport}, 7]}}
    found = _one(tmp_path, ".continue/config.json", json.dumps(document))
    assert found.settings == ServerSettings("continue-1", "uvx", ("m",))


def test_goose(tmp_path: Path) -> None:
    text = """
    GOOSE_MODE: smart_approve
    extensions:
      developer: {type: builtin, name: developer, enabled: true, bundled: true}
      files:
        type: stdio
        name: files
        enabled: true
        cmd: npx
        args: [-y, pkg, /tmp]
        envs: {ROOT: /tmp}
        env_keys: [API_KEY]
        timeout: 300
        available_tools: []
      remote:
        type: streamable_http
        uri: https://h/mcp
        headers: {Authorization: Bearer $TOKEN}
        enabled: false
        available_tools: [read]
      broken: 3
    """
    for name in (".config/goose/config.yaml", "elsewhere.yml"):
        developer, files, remote, broken = _read(tmp_path, name, text)
        assert developer.source.product == "Goose"
        assert developer.refused is not None
        assert "part of Goose itself" in developer.refused
        env = {"ROOT": "/tmp", "API_KEY": "${API_KEY}"}
        assert files.settings == ServerSettings(
            "files", "npx", ("-y", "pkg", "/tmp"), env=env, call_timeout_ms=300_000
        )
        assert remote.settings == ServerSettings(
            "remote",
            url="https://h/mcp",
            headers={"Authorization": "Bearer ${TOKEN}"},
            enabled=False,
            allow_tools=("read",),
        )
        assert broken.refused == "it is no table of settings"


def test_claude_codes_plugins(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    plugins = home / ".claude" / "plugins"
    installed: dict[str, Any] = {}

    def plugin(name: str, files: dict[str, Any], **install: Any) -> Path:
        root = plugins / "cache" / name
        for file, content in files.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(json.dumps(content))
        installed[f"{name}@market"] = [{"scope": "user", "installPath": str(root), **install}]
        return root

    server = {"command": "${CLAUDE_PLUGIN_ROOT}/run", "args": ["--db"]}
    bare = plugin("bare", {".mcp.json": {"a": server, "version": 1}})
    inline = plugin("inline", {".claude-plugin/plugin.json": {"mcpServers": {"b": server}}})
    named = {".claude-plugin/plugin.json": {"mcpServers": "./m.json"}, "m.json": {"mcpServers": {"c": server}}}  # fmt: skip
    plugin("named", named)
    plugin("outside", {".claude-plugin/plugin.json": {"mcpServers": "../named/m.json"}})
    plugin("off", {".mcp.json": {"d": server}})
    plugin("elsewhere", {".mcp.json": {"e": server}}, projectPath=str(tmp_path / "other"))
    (plugins / "installed_plugins.json").write_text(json.dumps({"plugins": installed}))
    (home / ".claude" / "settings.json").write_text('{"enabledPlugins": {"off@market": false}}')
    found = [
        one
        for source in importing.sources(home=home, folder=folder, platform="linux")
        for one in importing.read(source)
    ]
    assert [one.name for one in found] == ["a", "b", "c"]
    assert found[0].settings.command == f"{bare}/run"
    assert found[1].settings.command == f"{inline}/run"
    assert {one.source.product for one in found} == {"Claude Code"}


def _doubled(levels: int) -> str:
    """YAML in which each line stands for ten of the line before."""
    lines = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)]  # fmt: skip
    return "\n".join(["a0: &a0 [x]", *lines])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: [", "not YAML", id="cut"),
        pytest.param("a: !!python/object/apply:os.system [id]", "not YAML", id="object"),
        pytest.param("- a", "not a table", id="list"),
        pytest.param(_doubled(19), "200,000 values", id="bomb"),
        pytest.param(_doubled(40), "aliases", id="aliases"),
        pytest.param("a: !!timestamp 2026-11-26", "a date, which no setting is", id="date"),
        pytest.param("a: &a [*a]", "holds itself", id="cycle"),
        pytest.param("[" * 20_000, "not YAML", id="deep"),
        pytest.param("a: " + "x" * 600_000, "longer than", id="long"),
    ],
)
def test_yaml_that_is_none_or_too_much(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CannotImport, match=message):
        _read(tmp_path, "config.yaml", text)


def test_jetbrains_before_2025_3(tmp_path: Path) -> None:
    text = f"""<project><component name="Other"><option name="name" value="no" /></component>
    <component name="McpProjectServerCommands" modifiable="true">
      <McpServerCommand sourceId="UserConfigurationSource">
        <option name="allowedToolsNames" />
        <option name="enabled" value="false" />
        <option name="name" value="nx" />
        <option name="programPath" value="C:\\bin\\npx.cmd" />
        <option name="arguments" value="-y &quot;a b&quot; C:\\x $PROJECT_DIR$/src" />
        <option name="workingDirectory" value="$PROJECT_DIR$" />
        <envs><env name="API_KEY" value="{_GITHUB}" /><env name="LOG" value="debug" /></envs>
      </McpServerCommand>
      <McpServerCommand><option name="name" value="" /><option name="programPath" value="" /></McpServerCommand>
      <commands>
        <McpServerCommand>
          <option name="name" value="later" /><option name="programPath" value="uvx" />
          <option name="arguments" value="it's &quot;open" />
        </McpServerCommand>
        <McpServerConfigurationProperties><option name="name" value="state" /></McpServerConfigurationProperties>
      </commands>
      <urls><McpServerURL>
        <option name="name" value="remote" /><option name="url" value="https://x.test/mcp" />
        <option name="headers"><map><entry key="X-Team" value="a" /></map></option>
      </McpServerURL></urls>
    </component></project>"""
    nx, later, remote = _read(tmp_path, ".idea/workspace.xml", text)
    assert nx.source.product == "JetBrains AI"
    assert nx.settings.command == "C:\\bin\\npx.cmd"
    assert nx.settings.args == ("-y", "a b", "C:\\x", f"{tmp_path}/src")
    assert (nx.settings.cwd, nx.settings.enabled) == (str(tmp_path), False)
    assert nx.settings.env == {"API_KEY": "${API_KEY}", "LOG": "debug"}
    assert later.settings.args == ("it's", '"open')
    assert remote.settings.url == "https://x.test/mcp"
    assert remote.settings.headers == {"X-Team": "a"}
    assert _read(tmp_path, "llm.mcpServers.xml", "<application />") == []
    bomb = '<!DOCTYPE a [<!ENTITY b "x">]><application>&b;</application>'
    for odd, said in ((bomb, "it declares entities"), ("<a", "not XML")):
        with pytest.raises(CannotImport, match=said):
            _read(tmp_path, "llm.mcpServers.xml", odd)


def test_windsurf(tmp_path: Path) -> None:
    text = """{"mcpServers": {"w": {"serverUrl": "https://w/mcp", "disabledTools": ["drop"],
        "headers": {"A": "Bearer ${file:~/.token}"}}}}"""
    found = _one(tmp_path, "windsurf/mcp_config.json", text)
    assert found.settings.url == "https://w/mcp"
    assert found.settings.deny_tools == ("drop",)
    assert found.settings.headers == {"A": "Bearer ${file:~/.token}"}
    assert found.problems == ()
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
        ("MAX_TOKEN", "4096"),
        ("KEY_PATH", "/etc/keys/some-key-of-2026.pem"),
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
        ({"type": "sse", "url": "http://x"}, "HTTP+SSE"),
        ({"command": "x", "args": ["${weird:thing:more}"]}, "the reference ${weird:thing:more}"),
        ({"command": "x", "timeout": 10**9}, "call_timeout_ms must be a whole number from 1"),
        ({"command": "x", "envFile": "/no/such/file"}, "cannot be read"),
    ],
)
def test_problems_are_told(tmp_path: Path, entry: dict[str, Any], problem: str) -> None:
    found = _entry(tmp_path, **entry)
    assert any(problem in told for told in found.problems), found.problems


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({}, "neither a command nor a URL"),
        ({"command": ""}, "neither a command nor a URL"),
        ({"source": "extension", "settings": {}}, "an extension of Zed"),
        ({"type": "ws", "url": "ws://x"}, "https://host/mcp"),
        ({"url": "unix:/run/x.sock"}, "https://host/mcp"),
        ({"command": "x", "args": ["a\0b"]}, "NUL"),
        ({"command": "x", "env": {"A": "\ud800"}}, "no Unicode"),
        ({"command": "workbench", "args": ["--serve"]}, "Workbench itself"),
        ({"command": "/opt/bin/workbench", "args": ["--config", "x", "--serve"]}, "Workbench itself"),
        ({"command": "C:\\Tools\\Workbench.EXE", "args": ["--serve"]}, "Workbench itself"),
        ({"command": "python3.13", "args": ["-P", "-m", "workbench", "--serve"]}, "Workbench itself"),
        ({"command": "uvx", "args": ["workbench-mcp@latest", "--serve"]}, "Workbench itself"),
        ({"command": "uvx", "args": ["--from", "workbench-mcp[web]", "workbench", "--serve"]}, "Workbench itself"),
        ({"command": "sh", "args": ["-c", "exec workbench --serve"]}, "Workbench itself"),
        ({"command": "cmd", "args": ["/c", "workbench", "--serve"]}, "Workbench itself"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_says_why(
    tmp_path: Path, entry: dict[str, Any], reason: str
) -> None:
    refused = _entry(tmp_path, **entry).refused
    assert refused is not None
    assert reason in refused


@pytest.mark.parametrize(
    "entry",
    [
        {"command": "workbench-tools", "args": ["--serve"]},
        {"command": "npx", "args": ["-y", "some-server", "workbench"]},
        {"command": "python", "args": ["-m", "workbench.demo"]},
        {"command": "some-server", "args": ["--serve", "/home/amy/workbench"]},
    ],
)
def test_what_only_sounds_like_workbench_is_taken_over(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    assert _entry(tmp_path, **entry).refused is None


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
    ("entry", "problem"),
    [
        (
            {
                "type": "http",
                "url": "https://x/mcp",
                "oauth": {"clientId": "16-ab.c", "callbackPort": 3118},
            },
            "its login (oauth) is not taken over; where it wants one: "
            "workbench servers login s --client-id 16-ab.c",
        ),
        (
            {"url": "https://x/mcp", "auth": "oauth", "scopes": ["read"]},
            "its login (auth, scopes) is not taken over; where it wants one: workbench servers login s",
        ),
        (
            {"url": "https://x/mcp", "headersHelper": "/bin/headers", "sandbox": {"network": {}}},
            "not taken over: headersHelper, sandbox",
        ),
        ({"command": "x", "alwaysAllow": ["t"], "trust": True, "icon": "i", "later": None}, None),
    ],
)
def test_what_has_no_place_here_is_named(
    tmp_path: Path, entry: dict[str, Any], problem: str | None
) -> None:
    assert _entry(tmp_path, **entry).problems == (() if problem is None else (problem,))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"command": 'npx -y "a b"'}, ("npx", "-y", "a b")),
        ({"command": "npx", "args": "-y pkg"}, ("npx", "-y", "pkg")),
        ({"command": "a 'b"}, ("a 'b",)),
        ({"command": "/opt/my tools/run"}, ("/opt/my tools/run",)),
        ({"command": "C:\\Program Files\\node.exe"}, ("C:\\Program Files\\node.exe",)),
        ({"command": "my tool", "args": ["-y"]}, ("my tool", "-y")),
    ],
)
def test_a_command_written_as_a_line(
    tmp_path: Path, entry: dict[str, Any], words: tuple[str, ...]
) -> None:
    settings = _entry(tmp_path, **entry).settings
    assert (settings.command, *settings.args) == words


def test_a_command_written_as_a_line_keeps_the_paths_of_its_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.util.os_differences.sys.platform", "win32")
    settings = _entry(tmp_path, command=r"npx -y C:\srv\a.js").settings
    assert settings.args == ("-y", r"C:\srv\a.js")


def test_no_secret_of_a_line_that_cannot_be_read_is_copied(tmp_path: Path) -> None:
    found = _entry(tmp_path, command=f"npx x --api-key sk-{'a1' * 20}'")
    assert found.settings.command == "npx x --api-key ${S_API_KEY}'"
    assert found.problems == (
        "the secret in the command is not copied: set the variable S_API_KEY",
    )


def test_an_environment_that_is_a_list(tmp_path: Path) -> None:
    env = [{"name": "A", "value": 1}, "B=x=y", {"value": "lost"}, "none"]
    assert _entry(tmp_path, command="x", env=env).settings.env == {"A": "1", "B": "x=y"}


@pytest.mark.parametrize(("tools", "allowed"), [(["*"], None), (["a"], ("a",)), ({"a": {}}, None)])
def test_the_tools_that_copilot_lists(
    tmp_path: Path, tools: Any, allowed: tuple[str, ...] | None
) -> None:
    found = _entry(tmp_path, command="x", tools=tools)
    assert found.settings.allow_tools == allowed


def test_keys_of_yaml_are_texts(tmp_path: Path) -> None:
    text = "mcpServers:\n  7: {command: x, 1: a, env: {true: 1, 2024-01-01: d}}\n"
    found = _one(tmp_path, "librechat.yaml", text)
    assert (found.name, found.problems) == ("7", ("not taken over: 1",))
    assert found.settings.env == {"true": "1", "2024-01-01": "d"}


def test_what_a_person_fills_in(tmp_path: Path) -> None:
    text = "mcpServers:\n  s:\n    url: https://x/mcp\n    headers: {X-User: '{{THE_USER}}'}\n"
    found = _one(tmp_path, "librechat.yaml", text)
    assert found.settings.headers == {"X-User": "${THE_USER}"}
    assert found.problems == ("it asks for THE_USER: set the variable THE_USER",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"s": {"command": "x"}}'),
        ("a.json", '{"mcp_servers": {"s": {"command": "x"}}}'),
        ("a.json", '{"amp.url": "u", "amp.mcpServers": {"s": {"command": "x"}}}'),
        ("a.json", '{"mcpServers": [{"name": "s", "command": "x"}]}'),
        ("a.toml", '[[mcp_servers]]\nname = "s"\ncommand = "x"\n'),
    ],
)
def test_lists_of_clients_that_are_not_known(tmp_path: Path, name: str, text: str) -> None:
    assert _one(tmp_path, name, text).settings == ServerSettings("s", "x")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"mcpServers": []}',
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


@pytest.mark.parametrize(
    "name", ["timeout", "tool_timeout_sec", "startup_timeout_sec", "startup_timeout_ms"]
)
@pytest.mark.parametrize(
    "number", [10**400, 1.7e308, float("inf"), float("nan")], ids=["whole", "float", "inf", "nan"]
)
def test_a_time_beyond_all_numbers_does_no_harm(tmp_path: Path, name: str, number: float) -> None:
    found = _entry(tmp_path, command="x", **{name: number})
    assert found.settings == ServerSettings("s", "x")


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


# -- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("My Server", "My-Server"),
        ("plugin:db:pg", "plugin-db-pg"),
        ("@21st-dev/magic", "21st-dev-magic"),
        ("日本", "server"),
        ("café", "cafe"),
        ("", "server"),
        ("a" * 300, "a" * 48),
        ("ok_1.2-3", "ok_1.2-3"),
        ("\x1b[31m\u202e", "31m"),
    ],
)
def test_every_name_can_be_spelled(tmp_path: Path, name: str, spelling: str) -> None:
    (found,) = _read(tmp_path, ".mcp.json", json.dumps({"mcpServers": {name: {"command": "x"}}}))
    assert found.settings.name == spelling
    assert found.refused is None
    assert bool(found.problems) == (name != spelling)


def test_one_that_is_no_table_stops_no_other(tmp_path: Path) -> None:
    bad, good = _read(tmp_path, "a.json", '{"mcpServers": {"s": "x", "t": {"command": "y"}}}')
    assert bad.refused == "it is no table of settings"
    assert good.refused is None


def _found(
    name: str, command: str, product: Product = "Claude Code", **more: Any
) -> ImportedServer:
    settings = ServerSettings(name, command, **more)
    return ImportedServer(name, settings, Source(product, Path("/x")))


def test_servers_of_one_name_get_names_of_their_own() -> None:
    found = [
        _found("api", "one"),
        _found("api", "one", "Cursor"),
        _found("api", "two", "Cursor"),
        _found("api", "three", "Cursor"),
    ]
    first = plan(found, {"api": ServerSettings("api", "zero")})
    assert [(row.settings.name, row.state) for row in first] == [
        ("api-claude-code", "new"), ("api-claude-code", "already there"),
        ("api-cursor", "new"), ("api-2", "new"),
    ]  # fmt: skip
    assert all(row.settings.quarantined for row in first if row.state == "new")
    there = {row.settings.name: row.settings for row in first}
    again = plan(found, {"api": ServerSettings("api", "zero"), **there})
    assert [row.state for row in again] == ["already there"] * 4


def test_settings_that_the_owner_changed_are_not_imported_again() -> None:
    there = ServerSettings("api", "one", env={"A": "2"}, deny_tools=("x",))
    (row,) = plan([_found("api", "one", env={"A": "1"})], {"api": there})
    assert row.state == "already there"
    assert row.problems == ("its settings here are other ones",)


# -- what is in an entry -------------------------------------------------------------------


def test_values_are_spelled_as_their_file_spells_them(tmp_path: Path) -> None:
    found = _entry(
        tmp_path, command="x", args=[1, True, 1.5], env={"DEBUG": True, "N": 1, "O": {"a": None}}
    )
    assert found.settings.args == ("1", "true", "1.5")
    assert found.settings.env == {"DEBUG": "true", "N": "1", "O": '{"a": null}'}


def test_a_projects_paths_mean_the_projects_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    text = json.dumps(
        {
            "servers": {
                "a": {"command": "x", "args": ["./s.js"], "env": {"R": "${workspaceFolder}/d"}},
                "b": {"command": "x", "cwd": "sub"},
                "c": {"command": "x", "cwd": "${workspaceFolder}/sub"},
                "d": {"command": "x", "cwd": "${env:THERE}"},
                "e": {"command": "npx"},
            }
        }
    )
    _read(project, ".vscode/mcp.json", text)
    monkeypatch.chdir(tmp_path)
    found = importing.read(Path("project/.vscode/mcp.json"))
    assert [one.settings.cwd for one in found] == [
        str(project), str(project / "sub"), str(project / "sub"), "${THERE}", None,
    ]  # fmt: skip
    assert found[0].settings.env == {"R": f"{project}/d"}


def test_gemini_with_its_mcp_section(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "mcp": {"allowed": ["a", "b"], "excluded": ["b"]},
            "mcpServers": {name: {"command": "x", "args": ["$KEY"]} for name in "abc"},
        }
    )
    for name in (".gemini/settings.json", "elsewhere.json"):
        found = _read(tmp_path, name, text)
        assert {one.source.product for one in found} == {"Gemini CLI"}
        assert [one.settings.enabled for one in found] == [True, False, False]
        assert found[0].settings.args == ("${KEY}",)


def test_vs_codes_user_settings(tmp_path: Path) -> None:
    found = _one(tmp_path, "settings.json", '{"mcp": {"servers": {"v": {"command": "x"}}}}')
    assert (found.source.product, found.settings.command) == ("VS Code", "x")


def test_opencodes_references(tmp_path: Path) -> None:
    entry = {
        "type": "remote",
        "url": "https://h/{env:TENANT}/mcp",
        "headers": {"Authorization": "Bearer {env:TOKEN}", "X-Key": "{file:~/.secrets/my-key}"},
    }
    found = _one(tmp_path, "opencode.json", json.dumps({"mcp": {"o": entry}}))
    assert found.settings.url == "https://h/${TENANT}/mcp"
    assert found.settings.headers == {"Authorization": "Bearer ${TOKEN}", "X-Key": "${O_MY_KEY}"}
    assert found.problems == (
        "it reads the file ~/.secrets/my-key: set the variable O_MY_KEY to what is in it",
    )


# -- secrets -------------------------------------------------------------------------------

_UUID = "3f2b8c1e-9d4a-4e6f-8a7b-1c2d3e4f5a6b"
_HEX = "8f14e45fceea167a5a36dedd4bea2543"


@pytest.mark.parametrize(
    ("entry", "secret"),
    [
        ({"args": ["API_KEY=abcdefghij0123456789"]}, "abcdefghij0123456789"),
        ({"args": ["run", "-e", "DB_PASSWORD=hunter22", "image"]}, "hunter22"),
        ({"args": ["postgresql://amy:hunter22@db/x?sslmode=require"]}, "hunter22"),
        ({"args": ["Server=db;User Id=amy;Password=hunter22;"]}, "hunter22"),
        ({"args": ["--key", _UUID]}, _UUID),
        ({"args": [f"--key={_UUID}"]}, _UUID),
        ({"args": [_HEX]}, _HEX),
        ({"args": ["--config", '{"apiKey": "s3cr3t-value"}']}, "s3cr3t-value"),
        ({"args": ["--config", '{"a": {"password": 8675309421}}']}, "8675309421"),
        ({"args": ["mcp-remote", "https://h/sse", "--header", "Authorization: Bearer abcd1234"]}, "abcd1234"),
        ({"args": ["mcp-remote", "https://h/sse", "--header", "X-Api-Key:s3cr3t-value"]}, "s3cr3t-value"),
        ({"args": ["mcp-remote", f"https://h/s/{_HEX}/sse"]}, _HEX),
        ({"env": {"DATABASE_URL": "mysql://amy:hunter22@db"}}, "hunter22"),
        ({"env": {"SERVICE_KEY": _HEX}}, _HEX),
        ({"env": {"SOME_TOKEN": "hunter22-hunter22"}}, "hunter22"),
        ({"env": {"someToken": "hunter22"}}, "hunter22"),
        ({"args": ["--bot-token", "hunter22"]}, "hunter22"),
        ({"env": {"NOTE": "Bearer " + _HEX + " ${MORE}"}}, _HEX),
        ({"env": {"NPM": "npm_" + "a1B2c3D4e5" * 4}}, "a1B2c3D4e5a1B2"),
        ({"env": {"G": "AIza" + "a1B2c3D4e5" * 3 + "abcde"}}, "a1B2c3D4e5a1B2"),
        ({"env": {"P": "pypi-" + "a1B2c3D4e5" * 5}}, "a1B2c3D4e5a1B2"),
        ({"env": {"TOKEN": "${PREFIX}hunter22"}}, "hunter22"),
        ({"url": f"https://h/api/{_HEX}/mcp"}, _HEX),
        ({"url": f"https://h/mcp?key={_UUID}"}, _UUID),
        ({"url": "https://h/mcp?token=hunter22"}, "hunter22"),
        ({"url": "https://h/mcp", "headers": {"Authorization": "Basic YW15Omh1bnRlcjIy"}}, "YW15Omh1bnRlcjIy"),
        ({"url": "https://h/mcp", "headers": {"Cookie": "session=hunter22"}}, "hunter22"),
    ],
)  # fmt: skip
def test_no_secret_is_copied_wherever_it_stands(
    tmp_path: Path, entry: dict[str, Any], secret: str
) -> None:
    found = _entry(tmp_path, **({"command": "x"} if "url" not in entry else {}), **entry)
    assert found.refused is None
    assert secret not in repr(found.settings)
    assert "${" in repr(found.settings)
    assert any("is not copied: set the variable" in told for told in found.problems)


@pytest.mark.parametrize(
    "args",
    [
        ["-y", "@modelcontextprotocol/server-filesystem@2026.1.2", "/home/amy/projects"],
        ["mcp-server-git", "--repository", "/srv/git/some-long-repository-name-2026"],
        ["--from", "git+https://github.com/some-org/some-repository", "server"],
        ["--model", "claude-sonnet-4-5-20250929"],
        ["https://mcp.example.com/v1/some-long-path-of-words/mcp?page=2&mode=read_only"],
        ["--log-level=debug", "--max-tokens=4096", "--key-bindings", "vim"],
    ],
)
def test_ordinary_arguments_are_copied(tmp_path: Path, args: list[str]) -> None:
    found = _entry(tmp_path, command="npx", args=args)
    assert found.settings.args == tuple(args)
    assert found.problems == ()


def test_two_secrets_never_share_a_variable(tmp_path: Path) -> None:
    servers = {
        "one": {"command": "x", "env": {"API_KEY": "hunter22"}},
        "two": {"command": "x", "env": {"API_KEY": "hunter33"}},
        "three": {"command": "x", "env": {"API_KEY": "hunter22"}},
        "four": {"command": "x", "args": ["--token", "hunter44", "--token", "hunter55"]},
    }
    found = _read(tmp_path, ".mcp.json", json.dumps({"mcpServers": servers}))
    assert [one.settings.env.get("API_KEY") for one in found[:3]] == [
        "${API_KEY}", "${TWO_API_KEY}", "${API_KEY}",
    ]  # fmt: skip
    assert found[3].settings.args == ("--token", "${FOUR_TOKEN}", "--token", "${FOUR_TOKEN_2}")


# -- files that are none -------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are POSIX")
def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(CannotImport, match="no regular file"):
            importing.read(odd)
    for name in ("/dev/zero", str(tmp_path / "pipe"), "a\0b"):
        found = _entry(tmp_path, command="x", envFile=name)
        assert any("cannot be read" in told for told in found.problems)


def test_comments_of_many_slashes_are_read_at_once() -> None:
    text = '{"a": [1, ' + "//" * 5_000 + " x\n 2]}"
    assert jsonc.loads(text) == {"a": [1, 2]}
