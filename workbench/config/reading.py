"""Finding and reading workbench.toml: every problem at once, each with its line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.config.schema import (
    KEYS,
    SERVER_KEYS,
    SERVER_TABLES,
    Config,
    HistorySettings,
    Key,
    Origin,
    ServerSettings,
    ServeSettings,
    Stamp,
    UiSettings,
)
from workbench.config.toml_documents import holds_nul, leaves, line_of, look_up
from workbench.config.units import unit_of, without_unit
from workbench.core import paths
from workbench.core.model import JsonValue, Limits, PoolSettings
from workbench.text.jsontext import loads
from workbench.text.sanitize import shortened
from workbench.util.files import read_regular
from workbench.util.here import expanded, here
from workbench.util.own_python import own_module

FILE_NAME = "workbench.toml"
DEMO = "demo"
"""The name of the demo server where nothing is configured."""
_MOST_BYTES = 16 << 20
_TABLES = ("servers", "history", "ui", "keys", "serve")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x01-\x08\x0a-\x1f\x7f]")  # NUL is told of everything
_SERVER_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


class ConfigError(Exception):
    """The configuration cannot be used; the message has a line for every problem."""


def find(explicit: Path | None = None) -> Path | None:
    """``--config FILE``, else ./workbench.toml, else the user's; None where there is none.

    Raises ConfigError where the explicit one does not exist.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigError(f"{explicit}: no such configuration file")
        return explicit
    for candidate in (here() / FILE_NAME, paths.config_dir() / FILE_NAME):
        if candidate.is_file():
            return candidate
    return None


def load(
    path: Path | None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, JsonValue] | None = None,
) -> Config:
    """The configuration in force: flags, then environment, then file, then defaults.

    path: None means that there is no file. Where nothing is said of servers, the bundled demo server
    is configured; an empty ``[servers]`` means none.
    overrides: key -> value, of flags that were given. Raises ConfigError.
    """
    if path is None:
        return parse("", None, environ, overrides)
    before = stamp(path)  # taken first: a change while it is read is a change since then
    return replace(parse(read_text(path), path, environ, overrides), stamp=before)


def read_text(path: Path) -> str:
    """The text of a configuration file as it is, byte order mark and line ends too. Raises ConfigError."""
    try:
        return read_regular(path, _MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: it is no UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error


def stamp(path: Path) -> Stamp | None:
    """What changes whenever the file is written or replaced; None where it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def parse(
    text: str,
    path: Path | None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, JsonValue] | None = None,
) -> Config:
    """``load`` of a text that would stand in the file ``path``. Raises ConfigError."""
    text = text.removeprefix("\ufeff")  # Notepad's
    try:
        document = tomllib.loads(text)
    except ValueError as error:  # also of a number with more digits than Python reads
        # tomllib says "(at line 2, column 4)", but "(at end of document)" names no line.
        line = text.rstrip("\n").count("\n") + 1
        problem = str(error).replace("at end of document", f"at line {line}, the end of the file")
        raise ConfigError(f"{path}: {problem}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: its arrays or tables are nested too deep") from error
    reader = _Reader(document, text, path)
    return reader.read(os.environ if environ is None else environ, overrides or {})


class _Reader:
    def __init__(self, document: dict[str, Any], text: str, path: Path | None) -> None:
        self._document = document
        self._text = text
        self._path = path
        self._problems: list[str] = []

    def read(self, environ: Mapping[str, str], overrides: Mapping[str, JsonValue]) -> Config:
        self._refuse_unknown()
        values: dict[str, JsonValue] = {}
        origins: dict[str, Origin] = {}
        for key in KEYS:
            values[key.name], origins[key.name] = self._value(key, environ, overrides)
        servers = self._servers()
        bindings = self._bindings()
        if self._problems:
            raise ConfigError("\n".join(self._problems))
        base = self._path.parent if self._path is not None else here()
        return Config(
            path=self._path,
            enable_code_execution=values["enable_code_execution"],
            limits=Limits(
                timeout_ms=values["code_execution_timeout_ms"],
                max_tool_calls=values["code_execution_max_tool_calls"],
                max_parallel=values["code_execution_max_parallel"],
                memory_mb=values["code_execution_memory_mb"],
                max_code_bytes=values["max_code_bytes"],
                max_input_bytes=values["max_input_bytes"],
                max_result_bytes=values["max_result_bytes"],
            ),
            pool=PoolSettings(
                size=values["code_execution_pool_size"],
                queue_size=values["code_execution_queue_size"],
                queue_timeout_ms=values["code_execution_queue_timeout_ms"],
                isolation=values["code_execution_isolation"],
            ),
            max_upstream_bytes=values["max_upstream_bytes"],
            max_answer_tokens=values["max_answer_tokens"],
            servers=servers,
            stand_in="servers" not in self._document,
            history=HistorySettings(
                path=_path(values["history.path"], base),
                max_age_days=values["history.max_age_days"],
                max_size_mb=values["history.max_size_mb"],
                required=values["history.required"],
                redact_keys=tuple(values["history.redact.keys"]),
                redact_values=tuple(values["history.redact.values"]),
            ),
            scripts_dir=_path(values["scripts_dir"], base),
            ui=UiSettings(
                theme=values["ui.theme"],
                icons=values["ui.icons"],
                guides=values["ui.guides"],
                notify=values["ui.notify"],
            ),
            serve=ServeSettings(
                host=values["serve.host"],
                port=values["serve.port"],
                token_env=values["serve.token_env"],
                max_body_bytes=values["serve.max_body_bytes"],
            ),
            keys=bindings,
            values=values,
            origins=origins,
        )

    # -- values ----------------------------------------------------------------------------

    def _value(
        self, key: Key, environ: Mapping[str, str], overrides: Mapping[str, JsonValue]
    ) -> tuple[JsonValue, Origin]:
        if key.name in overrides:
            value = overrides[key.name]
            self._check(key, value, "command line")
            return value, Origin("flag", "command line")
        if key.environment in environ:
            where, value = f"environment variable {key.environment}", key.default
            try:
                value = from_text(key, environ[key.environment])
            except ConfigError as error:
                self._problems.append(f"{where}: {error}")
            else:
                self._check(key, value, where)
            return value, Origin("environment", key.environment)
        found, value = look_up(self._document, key.name)
        if found:
            where = self._place(key.name)
            self._check(key, value, where)
            return value, Origin("file", where)
        return key.default, Origin("default")

    def _check(self, key: Key, value: JsonValue, where: str) -> None:
        problem = key.problem(value)
        if problem is not None:
            self._problems.append(f"{where}: {problem}")

    # -- what nobody knows -----------------------------------------------------------------

    def _refuse_unknown(self) -> None:
        known = [key.name for key in KEYS]
        for name, value in leaves(self._document):
            top = name.split(".", 1)[0]
            if top in ("servers", "keys") and isinstance(self._document[top], dict):
                continue
            is_table = name in _TABLES or any(key.startswith(name + ".") for key in known)
            if is_table and not isinstance(value, dict):
                self._problem(name, f"{name} must be a table: [{name}]")
            elif name not in known and not is_table:
                near = near_names(name, known)
                self._problem(name, f"unknown key {name!r}" + suggestion(near, (), ""))

    # -- tables ----------------------------------------------------------------------------

    def _bindings(self) -> dict[str, str]:
        table = self._document.get("keys", {})
        if not isinstance(table, dict):
            return {}
        for name, value in table.items():
            if not isinstance(value, str):
                self._problem(
                    f"keys.{name}", f"keys.{name} must be a string of keys, like 'f5,ctrl+r'"
                )
        return dict(table)

    def _servers(self) -> dict[str, ServerSettings]:
        if "servers" not in self._document:  # so that a first run does something
            return {DEMO: demo_server()}
        table = self._document.get("servers", {})
        if not isinstance(table, dict):
            self._problem("servers", "servers must be tables: [servers.NAME]")
            return {}
        servers = {}
        for name, raw in table.items():
            before = len(self._problems)
            settings = self._server(name, raw)
            if settings is not None and len(self._problems) == before:
                servers[name] = settings
        return servers

    def _server(self, name: str, raw: Any) -> ServerSettings | None:
        where = f"servers.{name}"
        if not isinstance(raw, dict):
            self._problem(where, f"{where} must be a table: [{where}]")
            return None
        if not is_server_name(name):
            self._problem(
                where, f"server name {name!r} must be 1 to 64 of letters, digits, '_', '-' and '.'"
            )
        known = {key.name: key for key in SERVER_KEYS}
        given: dict[str, Any] = {}
        for key, value in raw.items():
            if key in SERVER_TABLES:
                if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
                    given[key] = value
                    for entry, text in value.items():
                        if (problem := _ENTRY_PROBLEMS[key](entry, text)) is not None:
                            self._problem(f"{where}.{key}", f"{where}.{key}.{entry} {problem}")
                else:
                    self._problem(f"{where}.{key}", f"{where}.{key} must be a table of strings")
            elif key not in known:
                near = near_names(key, [*known, *SERVER_TABLES])
                self._problem(
                    f"{where}.{key}", f"unknown key {where}.{key}" + suggestion(near, (), "")
                )
            else:
                problem = known[key].problem(value)
                if problem is not None:
                    self._problem(f"{where}.{key}", f"servers.{name}.{problem}")
                given[key] = tuple(value) if isinstance(value, list) else value
        for key, value in given.items():
            if holds_nul(value):
                self._problem(f"{where}.{key}", f"{where}.{key} must not hold the character NUL")
        if given.get("demo") is True:
            self._check_demo(where, given)
        elif ("command" in given) == ("url" in given):
            which = "both" if "command" in given else "neither"
            self._problem(where, f"{where} must have either command or url, it has {which}")
        if not given.get("command", "x") or not given.get("url", "x"):
            self._problem(where, f"{where}: command or url is empty")
        url = given.get("url")
        if isinstance(url, str) and url and (problem := url_problem(url)) is not None:
            self._problem(f"{where}.url", f"{where}.url {problem}")
        try:
            return ServerSettings(name=name, **given)
        except TypeError:
            return None

    def _check_demo(self, where: str, given: dict[str, Any]) -> None:
        own = demo_server()
        for key in ("command", "args", "url"):
            if key in given:
                self._problem(f"{where}.{key}", f"{where}: demo = true stands instead of {key}")
        given.update(command=own.command, args=own.args)

    def _problem(self, key: str, message: str) -> None:
        self._problems.append(f"{self._place(key)}: {message}")

    def _place(self, key: str) -> str:
        # What a program gives as a mapping has no lines.
        return f"{self._path}:{self._line(key)}" if self._path is not None else "configuration"

    def _line(self, key: str) -> int:
        return line_of(self._text, key)


def is_server_name(name: str) -> bool:
    return _SERVER_NAME.match(name) is not None


def demo_server() -> ServerSettings:
    """The bundled demo server, used where nothing is configured."""
    command, *args = own_module("workbench.demo")
    return ServerSettings(DEMO, command=command, args=tuple(args), demo=True)


def header_problem(name: str, value: str) -> str | None:
    """Why this cannot be a header of a request, or None."""
    if _HEADER_NAME.fullmatch(name) is None:
        return "is not the name of a header: letters, digits and '-'"
    if _CONTROL.search(value) is not None:
        return "must not hold a line end or another control character"
    return None


def variable_problem(name: str, value: str) -> str | None:
    """Why this cannot be a variable of the environment, or None."""
    return "is not the name of a variable" if not name or "=" in name else None


_ENTRY_PROBLEMS = {"headers": header_problem, "env": variable_problem}


def url_problem(url: str) -> str | None:
    """Why this cannot be the address of a server, or None; ``${VAR}`` may stand for any part of it."""
    if re.match(r"\$\{[^}]*\}", url):
        return None
    try:
        parts = urlsplit(re.sub(r"\$\{[^}]*\}", "1", url))
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if good and not re.search(r"[\s\x00-\x1f\x7f]", url):
        return None
    return f"must be an address like https://host/mcp, not {url[:100]!r}"


def from_text(key: Key, text: str) -> JsonValue:
    """A value as it stands in an environment variable or on the command line, or as it is typed.

    A list is a JSON array, or its items with commas between; a number may have its unit: ``30 s``.
    Raises ConfigError.
    """
    if key.kind == "bool":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower(), text)
    if key.kind == "int":
        try:
            return int(without_unit(key.name, text).strip().replace("_", ""))
        except ValueError:
            unit = unit_of(key.name)
            if unit is None:
                return text
        told = f"{key.allowed} ({unit.counts}), or a number with {unit.named}"
        raise ConfigError(f"{key.name} must be {told}, not {shortened(repr(text), 60)}")
    if key.kind == "list" and text.lstrip().startswith("["):
        try:
            return loads(text)
        except ValueError as error:
            raise ConfigError(f"{key.name}: {text!r} is no JSON array: {error}") from error
    if key.kind == "list":
        return [item for item in text.split(",") if item]
    return text


def _path(text: str, base: Path) -> Path | None:
    if not text:
        return None
    path = expanded(os.path.expandvars(text))
    return path if path.is_absolute() else base / path
