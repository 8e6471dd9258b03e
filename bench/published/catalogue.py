"""The list of published servers, and how each is installed: npm packages and Python environments of their own."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LIST = Path(__file__).with_name("servers.toml")
_INSTALL_S = 600


class NotInstalled(Exception):
    """The registry or the package refused; the message is the installer's last words."""


@dataclass(frozen=True, slots=True)
class Published:
    """One entry of servers.toml."""

    name: str
    registry: str
    package: str
    version: str
    program: str
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    http: str | None = None
    sdk: str | None = None
    subset: bool = False
    beside: tuple[str, ...] = ()
    """Requirements installed with it (an SDK of before a break that the package does not exclude)."""
    calls: tuple[tuple[str, dict[str, object]], ...] = ()

    @property
    def folder_name(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", f"{self.registry}-{self.package}-{self.version}".lower())


def published() -> Iterator[Published]:
    """Every entry, in the order of the file."""
    for name, entry in tomllib.loads(LIST.read_text("utf-8")).items():
        registry = "npm" if "npm" in entry else "pypi"
        package = entry[registry]
        yield Published(
            name,
            registry,
            package,
            entry["version"],
            entry.get("bin", package.split("/")[-1]),
            tuple(entry.get("args", ())),
            entry.get("env", {}),
            entry.get("http"),
            entry.get("sdk"),
            entry.get("subset", False),
            tuple(entry.get("beside", ())),
            tuple((tool, args) for tool, args in entry.get("calls", {}).items()),
        )


def install(server: Published, cache: Path) -> Path:
    """Install it where it is not yet; the path of its program. Raises NotInstalled."""
    folder = cache / server.folder_name
    done = folder / ".installed"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(
            lock, fcntl.LOCK_EX
        )  # several entries may be of one package, several runs at once
        if not done.exists():
            _install(server, folder)
            done.touch()
    if server.registry == "npm":
        return folder / "node_modules" / ".bin" / server.program
    return _in_venv(folder, server.program)


def _install(server: Published, folder: Path) -> None:
    if server.registry == "npm":
        quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
        package = f"{server.package}@{server.version}"
        _run("npm", "install", "--prefix", str(folder), *quiet, package)
        return
    uv = (sys.executable, "-m", "uv")
    # An installation that broke off left its environment: it is made anew.
    _run(*uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder / "venv"))
    python = str(_in_venv(folder, "python"))
    _run(
        *uv,
        "pip",
        "install",
        "-q",
        "--python",
        python,
        f"{server.package}=={server.version}",
        *server.beside,
    )


def sdk_of(server: Published, cache: Path) -> str:
    """Which library it is made with, and that library's version, read off what was installed."""
    if server.sdk is not None:
        return server.sdk
    folder = cache / server.folder_name
    if server.registry == "pypi":
        found = {
            re.sub(r"[-_.]+", "-", match[1]).lower(): match[2]
            for file in folder.glob("venv/lib/*/site-packages/*.dist-info")
            if (match := re.fullmatch(r"(.+)-([^-]+)\.dist-info", file.name))
        }
        names = [("fastmcp", "FastMCP"), ("mcp", "Python SDK")]
        said = [f"{title} {found[name]}" for name, title in names if name in found]
        return said[0] if said else "?"
    modules = folder / "node_modules"
    # The package's own copy is the one that is used; bundled ones are not to be seen.
    names = [("fastmcp", "FastMCP (TypeScript)"), ("@modelcontextprotocol/server", "TypeScript SDK"),
             ("@modelcontextprotocol/sdk", "TypeScript SDK")]  # fmt: skip
    for name, title in names:
        for base in (modules / server.package / "node_modules", modules):
            file = base / name / "package.json"
            if file.exists():
                return f"{title} {json.loads(file.read_text('utf-8'))['version']}"
    return "bundled"


def _in_venv(folder: Path, program: str) -> Path:
    return folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / program


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_INSTALL_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"not installed within {_INSTALL_S} s") from error
    if done.returncode != 0:
        raise NotInstalled(" ".join(done.stderr.strip().split())[-300:])
