"""What a server's entry in another client's configuration means here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeGuard

from workbench.config import ServerSettings
from workbench.config.editing import server_problem
from workbench.config.schema import SERVER_KEYS
from workbench.upstream.importers.left_out import left_out
from workbench.upstream.importers.names import spelled
from workbench.upstream.importers.ourselves import is_workbench
from workbench.upstream.importers.texts import Texts
from workbench.upstream.importers.variables import Variables, is_variable, masked
from workbench.util.dataclass import dataclass
from workbench.util.digits import is_finite
from workbench.util.files import read_regular
from workbench.util.here import expanded
from workbench.util.os_differences import split_command

Product: TypeAlias = Literal[
    "Claude Code",
    "Claude Desktop",
    "Cline",
    "Codex",
    "Continue",
    "Cursor",
    "Gemini CLI",
    "Goose",
    "JetBrains AI",
    "Junie",
    "LM Studio",
    "opencode",
    "VS Code",
    "Windsurf",
    "Zed",
]
Entry: TypeAlias = Mapping[str, Any]

_DEFAULTS = ServerSettings("")
_FLAG = re.compile(r"-[\w-]*\Z")
_MOST_ENV_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration file of another client."""

    product: Product
    path: Path


@dataclass(frozen=True, slots=True)
class ImportedServer:
    """One server as it would be added, and what to look at before."""

    name: str
    """As its client calls it."""
    settings: ServerSettings
    source: Source
    problems: tuple[str, ...] = ()
    refused: str | None = None
    """Why it cannot be added."""


def translate(name: str, entry: Any, source: Source, variables: Variables) -> ImportedServer:
    """A server as its client has it, as ours. Never raises: what cannot be ours says so."""
    spelling = spelled(name)
    reason = _unusable(name, entry)
    if reason is not None:
        return ImportedServer(name, ServerSettings(spelling), source, refused=reason)
    texts = Texts(source.path, source.product, spelling, variables)
    if spelling != name:
        texts.problems.append(f"it is called {name!r} there")
    command, args, env = _process(entry, texts)
    url = next((entry[k] for k in ("httpUrl", "url", "serverUrl") if entry.get(k)), None)
    old = "the old HTTP+SSE transport" if entry.get("type") == "sse" else None
    if old is not None:
        texts.problems.append(f"it uses {old}, which is not supported: it is added disabled")
    texts.problems.extend(left_out(entry, spelling))
    include = entry.get("enabled_tools", entry.get("includeTools", _listed_tools(entry)))
    exclude = next(
        (entry[k] for k in ("disabled_tools", "excludeTools", "disabledTools") if k in entry), None
    )
    timeouts = _timeouts(entry, texts)
    settings = ServerSettings(
        name=spelling,
        command=command,
        args=tuple(args),
        env=env,
        cwd=_folder(entry, command, args, texts),
        url=texts.value(str(url), "", "the URL") if url is not None and command is None else None,
        headers=_headers(entry, texts),
        enabled=old is None and _is_enabled(entry),
        allow_tools=tuple(map(_word, include)) if isinstance(include, list) else None,
        deny_tools=tuple(map(_word, exclude)) if isinstance(exclude, list) else (),
        call_timeout_ms=timeouts.get("call_timeout_ms", _DEFAULTS.call_timeout_ms),
        connect_timeout_ms=timeouts.get("connect_timeout_ms", _DEFAULTS.connect_timeout_ms),
    )
    problems = tuple(dict.fromkeys(texts.problems))
    return ImportedServer(name, settings, source, problems, _refusal(entry, settings))


def hidden(settings: ServerSettings) -> tuple[ServerSettings, Mapping[str, str]]:
    """Settings of ours with a variable in place of each secret; and what the variables stand for."""
    variables = Variables()
    texts = Texts(Path(), "", settings.name, variables)
    shown = replace(
        settings,
        args=tuple(_args(list(settings.args), texts)),
        env={key: texts.value(value, key, "") for key, value in settings.env.items()},
        headers={key: texts.value(value, key, "") for key, value in settings.headers.items()},
        url=texts.value(settings.url, "", "") if settings.url is not None else None,
    )
    return shown, variables.secrets


def without_secrets(settings: ServerSettings) -> ServerSettings:
    """Settings of ours as they may be shown: ``«secret»`` in place of each secret, references as they are."""
    shown, secrets = hidden(settings)
    return replace(
        shown,
        args=tuple(masked(text, secrets) for text in shown.args),
        env={key: masked(text, secrets) for key, text in shown.env.items()},
        headers={key: masked(text, secrets) for key, text in shown.headers.items()},
        url=masked(shown.url, secrets) if shown.url is not None else None,
    )


def _unusable(name: str, entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return "it is no table of settings"
    try:
        json.dumps([name, entry], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "there is text in it that is no Unicode"
    refused = entry.get("refused") if entry.keys() == {"refused"} else None
    return refused if isinstance(refused, str) else None


def _refusal(entry: Entry, settings: ServerSettings) -> str | None:
    if settings.command is None and settings.url is None:
        if entry.get("source") == "extension":
            return "an extension of Zed starts it: there is no command to take over"
        return "it has neither a command nor a URL"
    if settings.command is not None and is_workbench(settings.command, settings.args):
        return "it is Workbench itself"
    return server_problem(settings)


def _is_enabled(entry: Entry) -> bool:
    return entry.get("enabled", True) is not False and entry.get("disabled") is not True


def _process(entry: Entry, texts: Texts) -> tuple[str | None, list[str], dict[str, str]]:
    command, args = entry.get("command"), entry.get("args")
    env = entry.get("env", entry.get("environment"))
    if isinstance(command, dict):  # Zed, before 2025
        args, env, command = command.get("args"), command.get("env"), command.get("path")
    if isinstance(args, str):
        args = _words(args)
    if isinstance(command, str) and not args and _is_a_line(command):
        command = _words(command)
    if isinstance(command, list):  # opencode
        command, args = (command[0], command[1:]) if command else (None, None)
    if isinstance(env, list):
        env = _pairs(env)
    own = {
        str(key): texts.value(_word(value), str(key), f"env {key}")
        for key, value in (env.items() if isinstance(env, dict) else ())
        if value is not None
    }
    forwarded = entry.get("env_vars")
    for name in forwarded if isinstance(forwarded, list) else ():
        key = str(name["name"] if isinstance(name, dict) and "name" in name else name)
        own.setdefault(key, f"${{{key}}}")
    for key in _keys_of_env_file(entry.get("envFile"), texts):
        own.setdefault(key, f"${{{key}}}")
    words = [_word(arg) for arg in args] if isinstance(args, list) else []
    command = texts.value(_word(command), "", "the command") if command else None
    return command, _args(words, texts), own


def _is_a_line(command: str) -> bool:
    """Whether a command has its arguments in it (``npx -y server``), and is no path with blanks."""
    first, blank, _ = command.strip().partition(" ")
    return bool(blank) and not any(sign in first for sign in "/\\$%")


def _words(line: str) -> list[str]:
    """As its system quotes them; what it could not read is one word."""
    try:
        return split_command(line)
    except ValueError:
        return [line]


def _pairs(env: list[Any]) -> dict[str, Any]:
    """``{"name": …, "value": …}`` and ``NAME=value``, as some clients list them."""
    pairs: dict[str, Any] = {}
    for each in env:
        if isinstance(each, dict) and "name" in each:
            pairs[str(each["name"])] = each.get("value")
        elif isinstance(each, str) and "=" in each:
            name, _, value = each.partition("=")
            pairs[name] = value
    return pairs


def _listed_tools(entry: Entry) -> Any:
    """``tools``, where it lists the only ones that may be called (GitHub Copilot)."""
    tools = entry.get("tools")
    return None if isinstance(tools, list) and "*" in tools else tools


def _args(args: list[str], texts: Texts) -> list[str]:
    """Arguments; the value of an option like ``--api-key`` is a secret."""
    out: list[str] = []
    before = ""
    for arg in args:
        flag, equals, value = arg.partition("=")
        if equals and _FLAG.match(flag):
            out.append(f"{flag}={texts.value(value, flag, f'argument {flag}')}")
        elif _FLAG.match(before) and not _FLAG.match(arg):
            out.append(texts.value(arg, before, f"argument {before}"))
        else:
            out.append(texts.argument(arg))
        before = arg
    return out


def _folder(entry: Entry, command: str | None, args: list[str], texts: Texts) -> str | None:
    """Where it is started: a project's relative paths are meant from the project's folder."""
    cwd = entry.get("cwd", entry.get("working_directory"))
    if isinstance(cwd, str) and cwd:
        folder = texts.plain(cwd)
        return folder if "${" in folder else str(texts.folder / expanded(folder))
    relative = ("./", "../", ".\\", "..\\")
    if any(text.startswith(relative) for text in (command or "", *args)):
        return str(texts.folder)
    return None


def _headers(entry: Entry, texts: Texts) -> dict[str, str]:
    headers: dict[str, str] = {}
    for key in ("headers", "http_headers"):
        given = entry.get(key)
        for name, value in given.items() if isinstance(given, dict) else ():
            headers[str(name)] = texts.value(_word(value), str(name), f"header {name}")
    from_environment = entry.get("env_http_headers")
    if isinstance(from_environment, dict):
        headers.update({str(k): f"${{{v}}}" for k, v in from_environment.items()})
    token = entry.get("bearer_token_env_var")
    if isinstance(token, str):
        headers["Authorization"] = f"Bearer ${{{token}}}"
    return headers


def _timeouts(entry: Entry, texts: Texts) -> dict[str, int]:
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
            texts.problems.append(problem)
            del out[key.name]
    return out


def _keys_of_env_file(name: Any, texts: Texts) -> list[str]:
    """The names in an env file; its values stay there."""
    if not isinstance(name, str):
        return []
    try:
        path = texts.folder / name.replace("${workspaceFolder}", str(texts.folder))
        text = read_regular(path, _MOST_ENV_BYTES).decode(errors="replace")
    except (OSError, ValueError):
        texts.problems.append(f"its env file {name} cannot be read")
        return []
    lines = [line.split("=", 1)[0] for line in text.split("\n") if "=" in line]
    names = [
        key for line in lines if is_variable(key := line.strip().removeprefix("export ").strip())
    ]
    texts.problems.append(f"its env file is not copied: set {', '.join(names)} in the environment")
    return names


def _word(value: Any) -> str:
    """A value as it stands in the file: ``true``, not ``True``."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_number(value: Any) -> TypeGuard[int | float]:
    """Also of milliseconds, where it is of seconds: what is beyond all floats is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and is_finite(value * 1000)
