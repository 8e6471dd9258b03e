"""What a server's entry in another client's configuration means here.

References to variables stay references, in our spelling ``${NAME}``; what looks like a secret is not
copied: it becomes a reference too, and the preview says which variable to set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeGuard

from workbench.config import ServerSettings
from workbench.config.schema import SERVER_KEYS

Product: TypeAlias = Literal[
    "Claude Code",
    "Claude Desktop",
    "Codex",
    "Cursor",
    "Gemini CLI",
    "opencode",
    "VS Code",
    "Windsurf",
    "Zed",
]
Entry: TypeAlias = Mapping[str, Any]

_DEFAULTS = ServerSettings("")
_SECRET_NAME = re.compile(
    r"(?i)(^|[^a-z])(api[-_]?key|access[-_]?key|token|secret|password|passwd|authorization|cookie"
    r"|credentials?|private[-_]?key|pat)($|[^a-z])"
)
_SECRET_VALUE = re.compile(
    r"gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|(?i:bearer\s+)[\w.~+/-]{12,}|glpat-[\w-]{16,}"
)
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):([^/@\s]+)(?=@)")
_URL_SECRET = re.compile(r"(?<=[?&])([\w-]+)=([^&#\s$]+)")
_REFERENCE = re.compile(r"\$\{([^}]*)\}|\$([A-Za-z_]\w*)")
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_NOT_IN_A_NAME = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration file of another client."""

    product: Product
    path: Path


@dataclass(frozen=True, slots=True)
class ImportedServer:
    """One server as it would be added, and what to look at before."""

    settings: ServerSettings
    source: Source
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What is known while one entry is read."""

    source: Source
    name: str
    problems: list[str] = field(default_factory=list)


def translate(name: str, entry: Entry, source: Source) -> ImportedServer:
    """A server as its client has it, as ours."""
    reading = _Reading(source, name)
    command, args, env = _process(entry, reading)
    url = next((entry[k] for k in ("httpUrl", "url", "serverUrl") if entry.get(k)), None)
    enabled = entry.get("enabled", True) is not False and entry.get("disabled") is not True
    if command is None and url is None:
        reading.problems.append("it has neither a command nor a URL")
        enabled = False
    old = _old_transport(entry, reading)
    if old is not None:
        reading.problems.append(f"it uses {old}, which is not supported: it is added disabled")
        enabled = False
    include = entry.get("enabled_tools", entry.get("includeTools"))
    exclude = entry.get("disabled_tools", entry.get("excludeTools"))
    cwd, timeouts = entry.get("cwd"), _timeouts(entry, reading)
    settings = ServerSettings(
        name=reading.name,
        command=command,
        args=tuple(args),
        env=env,
        cwd=_text(cwd, reading) if isinstance(cwd, str) else None,
        url=_url(str(url), reading) if url is not None and command is None else None,
        headers=_headers(entry, reading),
        enabled=enabled,
        allow_tools=tuple(map(str, include)) if isinstance(include, list) else None,
        deny_tools=tuple(map(str, exclude)) if isinstance(exclude, list) else (),
        call_timeout_ms=timeouts.get("call_timeout_ms", _DEFAULTS.call_timeout_ms),
        connect_timeout_ms=timeouts.get("connect_timeout_ms", _DEFAULTS.connect_timeout_ms),
    )
    return ImportedServer(settings, reading.source, tuple(dict.fromkeys(reading.problems)))


def _process(entry: Entry, reading: _Reading) -> tuple[str | None, list[str], dict[str, str]]:
    command, args = entry.get("command"), entry.get("args")
    env = entry.get("env", entry.get("environment"))
    if isinstance(command, dict):  # Zed, before 2025
        args, env, command = command.get("args"), command.get("env"), command.get("path")
    if isinstance(command, list):  # opencode
        command, args = (command[0], command[1:]) if command else (None, None)
    own = {
        str(key): _secret(str(value), str(key), reading, f"env {key}")
        for key, value in (env.items() if isinstance(env, dict) else ())
        if value is not None
    }
    forwarded = entry.get("env_vars")
    for name in forwarded if isinstance(forwarded, list) else ():
        key = str(name["name"] if isinstance(name, dict) and "name" in name else name)
        own.setdefault(key, f"${{{key}}}")
    for key in _keys_of_env_file(entry.get("envFile"), reading):
        own.setdefault(key, f"${{{key}}}")
    texts = [str(arg) for arg in args] if isinstance(args, list) else []
    command = _text(str(command), reading) if command else None
    return command, _args(texts, reading), own


def _args(args: list[str], reading: _Reading) -> list[str]:
    """Arguments; the value of a flag like ``--api-key`` is a secret."""
    out: list[str] = []
    before = ""
    for arg in args:
        flag, equals, value = arg.partition("=")
        if equals and flag.startswith("-"):
            out.append(f"{flag}={_secret(value, flag, reading, f'argument {flag}')}")
        elif before.startswith("-") and "=" not in before and not arg.startswith("-"):
            out.append(_secret(arg, before, reading, f"argument {before}"))
        else:
            out.append(_secret(arg, "", reading, "an argument"))
        before = arg
    return out


def _headers(entry: Entry, reading: _Reading) -> dict[str, str]:
    headers: dict[str, str] = {}
    for key in ("headers", "http_headers"):
        given = entry.get(key)
        for name, value in given.items() if isinstance(given, dict) else ():
            headers[str(name)] = _secret(str(value), str(name), reading, f"header {name}")
    from_environment = entry.get("env_http_headers")
    if isinstance(from_environment, dict):
        headers.update({str(k): f"${{{v}}}" for k, v in from_environment.items()})
    token = entry.get("bearer_token_env_var")
    if isinstance(token, str):
        headers["Authorization"] = f"Bearer ${{{token}}}"
    return headers


def _url(url: str, reading: _Reading) -> str:
    text = _text(url, reading)

    def password(match: re.Match[str]) -> str:
        return f"{match[1]}:{_secret(match[2], 'password', reading, 'the URL')}"

    def parameter(match: re.Match[str]) -> str:
        return f"{match[1]}={_secret(match[2], match[1], reading, f'the URL ({match[1]})')}"

    return _URL_SECRET.sub(parameter, _URL_PASSWORD.sub(password, text))


def _timeouts(entry: Entry, reading: _Reading) -> dict[str, int]:
    """Call and connect timeouts in ms, where the entry has them."""
    out: dict[str, int] = {}
    plain, per_call = entry.get("timeout"), entry.get("tool_timeout_sec")
    if _is_number(per_call):
        out["call_timeout_ms"] = int(per_call * 1000)
    elif _is_number(plain):  # milliseconds in most clients, seconds in some
        out["call_timeout_ms"] = int(plain if plain >= 1000 else plain * 1000)
    start_ms, start_s = entry.get("startup_timeout_ms"), entry.get("startup_timeout_sec")
    if _is_number(start_ms):
        out["connect_timeout_ms"] = int(start_ms)
    elif _is_number(start_s):
        out["connect_timeout_ms"] = int(start_s * 1000)
    for key in SERVER_KEYS:
        value = out.get(key.name)
        if value is not None and (problem := key.problem(value)) is not None:
            reading.problems.append(problem)
            del out[key.name]
    return out


def _old_transport(entry: Entry, reading: _Reading) -> str | None:
    kind = entry.get("type")
    if kind == "sse":
        return "the old HTTP+SSE transport"
    if kind == "ws":
        return "a WebSocket"
    if reading.source.product == "Gemini CLI" and entry.get("url") and not entry.get("httpUrl"):
        return None if kind == "http" else "the old HTTP+SSE transport"
    url = entry.get("url")
    return "a Unix socket" if isinstance(url, str) and url.startswith("unix:") else None


def _keys_of_env_file(name: Any, reading: _Reading) -> list[str]:
    """The names in an env file; its values stay there."""
    if not isinstance(name, str):
        return []
    path = Path(name.replace("${workspaceFolder}", str(_workspace(reading.source.path))))
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        reading.problems.append(f"its env file {name} cannot be read")
        return []
    keys = [line.split("=", 1)[0].removeprefix("export ").strip() for line in lines if "=" in line]
    names = [key for key in keys if _NAME.match(key)]
    reading.problems.append(
        f"its env file is not copied: set {', '.join(names)} in the environment"
    )
    return names


# -- references and secrets ----------------------------------------------------------------


def _secret(text: str, name: str, reading: _Reading, where: str) -> str:
    """The text with references in our spelling; a literal secret becomes a reference."""
    text = _text(text, reading)
    if "${" in text or not text:
        return text
    by_value = _SECRET_VALUE.search(text)
    if by_value is None and not (_SECRET_NAME.search(name) and len(text) > 3):
        return text
    variable = name if _NAME.match(name) and name.isupper() else _variable(reading.name, name)
    reading.problems.append(f"the secret in {where} is not copied: set the variable {variable}")
    scheme = re.match(r"(?i)(bearer|basic|token)\s+", text)
    return f"{scheme.group() if scheme else ''}${{{variable}}}"


def _variable(server: str, name: str) -> str:
    """A variable's name for a secret: ``github`` and ``Authorization`` give GITHUB_AUTHORIZATION."""
    words = _NOT_IN_A_NAME.sub("_", f"{server}_{name.strip('-') or 'secret'}").strip("_").upper()
    return words if not words[:1].isdigit() else f"MCP_{words}"


def _text(text: str, reading: _Reading) -> str:
    """A text with its product's references in our spelling."""
    return _REFERENCE.sub(lambda match: _reference(match, reading), text)


def _reference(match: re.Match[str], reading: _Reading) -> str:
    inner, bare = match.groups()
    product = reading.source.product
    if bare is not None:
        return f"${{{bare}}}" if product == "Gemini CLI" else match.group()
    kind, colon, rest = inner.partition(":")
    if colon and kind in ("env", "input") and not rest.startswith("-"):
        if kind == "env":
            return f"${{{rest}}}"
        variable = "INPUT_" + _NOT_IN_A_NAME.sub("_", rest).upper()
        reading.problems.append(f"it asks for the input {rest!r}: set the variable {variable}")
        return f"${{{variable}}}"
    folder = _workspace(reading.source.path)
    known = {
        "workspaceFolder": str(folder),
        "workspaceFolderBasename": folder.name,
        "CLAUDE_PROJECT_DIR": str(folder),
        "userHome": "${HOME}",
        "pathSeparator": os.sep,
        "/": os.sep,
    }
    if inner in known:
        return known[inner]
    if not _NAME.match(inner.split(":-", 1)[0]):
        reading.problems.append(f"the reference ${{{inner}}} is not known")
    return match.group()


def _workspace(path: Path) -> Path:
    """The folder that a project's file speaks for."""
    return path.parent.parent if path.parent.name.startswith(".") else path.parent


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
