"""What workbench.toml may say: every key once, with its type, default, range and meaning.

Reading, ``config show``, the settings screen and docs/configuration.md all come from ``KEYS``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from workbench.config.references import asks_outside, resolved, unresolved
from workbench.config.units import unit_of
from workbench.core.model import JsonValue, Limits, PoolSettings
from workbench.text.sanitize import shortened
from workbench.text.sizes import MOST_WHOLE
from workbench.util.dataclass import dataclass

Stamp: TypeAlias = tuple[int, ...]
Trust: TypeAlias = Literal["pin", "first-use", "always"]
Kind: TypeAlias = Literal["bool", "int", "str", "list"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``name`` is dotted where it stands in a table: ``history.max_age_days``."""

    name: str
    kind: Kind
    default: JsonValue
    help: str
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    are_patterns: bool = False
    """Each item of the list is a regular expression."""

    @property
    def environment(self) -> str:
        """The environment variable that sets it."""
        return "WORKBENCH_" + self.name.replace(".", "_").upper()

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind == "bool":
            return "true or false"
        if self.kind == "int":
            if self.most is not None:
                return f"a whole number from {self.least} to {self.most}"
            return f"a whole number, {self.least} or more"
        return "a list of strings" if self.kind == "list" else "a string"

    def problem(self, value: JsonValue) -> str | None:
        """Why ``value`` may not be its value, or None."""
        good = False
        if self.kind == "bool":
            good = isinstance(value, bool)
        elif self.kind == "int":
            good = isinstance(value, int) and not isinstance(value, bool)
            good = good and (self.least is None or value >= self.least)
            good = good and (self.most is None or value <= self.most)
            if good and value > MOST_WHOLE:
                return f"{self.name} must be at most {MOST_WHOLE}, not {_shown(value)}"
        elif self.kind == "str":
            good = isinstance(value, str) and (not self.choices or value in self.choices)
        elif self.kind == "list":
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not good:
            unit = unit_of(self.name)
            counts = f" ({unit.counts})" if unit is not None else ""
            return f"{self.name} must be {self.allowed}{counts}, not {_shown(value)}"
        return self._wrong_pattern(value) if self.are_patterns else None

    def _wrong_pattern(self, value: JsonValue) -> str | None:
        for pattern in value if isinstance(value, list) else ():
            try:
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                return f"{self.name}: {_shown(pattern)} is no regular expression: {error}"
        return None


def _shown(value: JsonValue) -> str:
    text = "true" if value is True else "false" if value is False else repr(value)
    return shortened(text, 60)


_LIMITS = Limits()
_POOL = PoolSettings()

KEYS: tuple[Key, ...] = (
    Key(
        "enable_code_execution",
        "bool",
        False,
        "Offer the code_execution tool to MCP clients. The TUI and the command line always run.",
    ),
    Key(
        "code_execution_timeout_ms",
        "int",
        _LIMITS.timeout_ms,
        "Wall clock of one execution, in ms.",
        1,
        600_000,
    ),
    Key(
        "code_execution_max_tool_calls",
        "int",
        _LIMITS.max_tool_calls,
        "Calls that one execution may dispatch; 0 is unlimited.",
        0,
    ),
    Key("code_execution_pool_size", "int", _POOL.size, "Executions that run at once.", 1, 100),
    Key(
        "code_execution_max_parallel",
        "int",
        _LIMITS.max_parallel,
        "Width of a call_tools batch.",
        1,
        32,
    ),
    Key("code_execution_memory_mb", "int", _LIMITS.memory_mb, "Memory of one script, MB.", 8, 2048),
    Key(
        "code_execution_queue_size",
        "int",
        _POOL.queue_size,
        "Executions that may wait for a worker.",
        0,
    ),
    Key(
        "code_execution_queue_timeout_ms",
        "int",
        _POOL.queue_timeout_ms,
        "How long an execution waits for a worker, in ms.",
        0,
    ),
    Key(
        "code_execution_isolation",
        "str",
        _POOL.isolation,
        "What has a process of its own: each run, or (faster, less apart) up to 8 runs of one client.",
        choices=("run", "client"),
    ),
    Key("max_code_bytes", "int", _LIMITS.max_code_bytes, "Largest script, in bytes.", 1),
    Key("max_input_bytes", "int", _LIMITS.max_input_bytes, "Largest input, in bytes of JSON.", 1),
    Key("max_result_bytes", "int", _LIMITS.max_result_bytes, "Largest value, in bytes of JSON.", 1),
    Key(
        "max_answer_tokens",
        "int",
        8000,
        "What a served client gets of one execution, in tokens (an estimate of o200k_base); 0 is no limit.",
        0,
    ),
    Key(
        "max_upstream_bytes",
        "int",
        64 << 20,
        "Largest answer of a server, in bytes, decompressed.",
        1,
    ),
    Key(
        "scripts_dir", "str", "", "Folder of scripts that have a name (default: scripts beside it)."
    ),
    Key("history.path", "str", "", "History file (default: history.sqlite3 in the data folder)."),
    Key("history.max_age_days", "int", 90, "Executions older than this are removed.", 1, 36_500),
    Key("history.max_size_mb", "int", 1024, "Oldest executions go when the file is larger.", 1),
    Key(
        "history.required",
        "bool",
        False,
        "Nothing runs that cannot be recorded (--require-history).",
    ),
    Key(
        "history.redact.keys",
        "list",
        [],
        "Regular expressions of member names to mask.",
        are_patterns=True,
    ),
    Key(
        "history.redact.values",
        "list",
        [],
        "Regular expressions of text to mask.",
        are_patterns=True,
    ),
    Key("ui.theme", "str", "", "Theme of the terminal UI (default: workbench-dark)."),
    Key("ui.icons", "str", "unicode", "Status signs.", choices=("unicode", "ascii")),
    Key("ui.guides", "bool", True, "Lines at the levels of indentation in editors."),
    Key(
        "ui.notify",
        "str",
        "off",
        "What tells of runs that fail unseen: a bell, or a notification by the terminal's escape sequence.",
        choices=("off", "bell", "osc9", "osc777"),
    ),
    Key("serve.host", "str", "127.0.0.1", "Address of --http when none is given."),
    Key("serve.port", "int", 8321, "Port of --http when none is given.", 1, 65_535),
    Key("serve.token_env", "str", "WORKBENCH_TOKEN", "Variable that holds the bearer token."),
    Key("serve.max_body_bytes", "int", 24 << 20, "Largest HTTP request body, in bytes.", 1),
)

SERVER_KEYS: tuple[Key, ...] = (
    Key("command", "str", None, "Program of a stdio server."),
    Key("args", "list", [], "Its arguments."),
    Key("cwd", "str", None, "Its working folder."),
    Key("url", "str", None, "Address of a streamable HTTP server."),
    Key("description", "str", "", "A few words of what it is for, for agents."),
    Key("enabled", "bool", True, "Connect it."),
    Key("quarantined", "bool", False, "Refuse every call to it."),
    Key(
        "trust",
        "str",
        "first-use",
        "When a tool's definition is approved unseen.",
        choices=("pin", "first-use", "always"),
    ),
    Key("call_timeout_ms", "int", 60_000, "Time for one call, in ms.", 1, 3_600_000),
    Key("connect_timeout_ms", "int", 30_000, "Time to connect, in ms.", 1, 600_000),
    Key("allow_tools", "list", None, "Only these tools (names or patterns with *)."),
    Key("deny_tools", "list", [], "Not these tools (names or patterns with *)."),
    Key("protocol", "str", "auto", "MCP era.", choices=("auto", "legacy")),
    Key("inherit_env", "bool", False, "Give it the whole environment."),
    Key("roots", "list", None, "Folders that it is told it may work in (none: [])."),
    Key(
        "elicitation",
        "str",
        "decline",
        "Whether it may ask a person while it works.",
        choices=("decline", "ask"),
    ),
    Key("demo", "bool", False, "The demo server that comes with Workbench, instead of a command."),
)
SERVER_TABLES = ("env", "headers")
"""Tables of strings in a server's table."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One upstream server, as it stands in the file: ``${VAR}`` is still a reference."""

    name: str
    command: str | None = None
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    url: str | None = None
    description: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    quarantined: bool = False
    trust: Trust = "first-use"
    """``pin``: a tool waits until its owner approved it; ``always``: its definition may change."""
    call_timeout_ms: int = 60_000
    connect_timeout_ms: int = 30_000
    allow_tools: tuple[str, ...] | None = None
    deny_tools: tuple[str, ...] = ()
    protocol: str = "auto"
    inherit_env: bool = False
    roots: tuple[str, ...] | None = None
    """None: the folders that its arguments name, else the working folder; where it is elsewhere, none."""
    elicitation: str = "decline"
    """``ask``: what it asks is put to a person."""
    demo: bool = False
    """It is the demo server that comes with Workbench; the file has neither command nor url then."""
    held: bool = False
    """It stands in a folder's own file that nobody has trusted yet: it is not started. Never in a file."""

    @property
    def starts(self) -> bool:
        """Whether it is connected at all."""
        return self.enabled and not self.held

    def expanded(self, environ: Mapping[str, str]) -> ServerSettings:
        """Its references replaced (config/references.py); one that leads to nothing stays as it is written."""

        def text(value: str) -> str:
            return resolved(value, environ)

        return replace(
            self,
            command=text(self.command) if self.command is not None else None,
            args=tuple(text(arg) for arg in self.args),
            env={name: text(value) for name, value in self.env.items()},
            cwd=text(self.cwd) if self.cwd is not None else None,
            roots=tuple(text(root) for root in self.roots) if self.roots is not None else None,
            url=text(self.url) if self.url is not None else None,
            headers={name: text(value) for name, value in self.headers.items()},
        )

    def unset(self, environ: Mapping[str, str]) -> list[str]:
        """What it refers to that is not there: variables without default, ``keyring:NAME``, ``file:PATH``."""
        return unresolved(self._texts(), environ)

    @property
    def asks_outside(self) -> bool:
        """Whether ``expanded`` asks a keyring or reads a file, which may take a while."""
        return asks_outside(self._texts())

    def _texts(self) -> list[str]:
        texts = [
            self.command or "",
            self.cwd or "",
            self.url or "",
            *self.args,
            *(self.roots or ()),
        ]
        return [*texts, *self.env.values(), *self.headers.values()]


@dataclass(frozen=True, slots=True)
class HistorySettings:
    path: Path | None = None
    max_age_days: int = 90
    max_size_mb: int = 1024
    required: bool = False
    """Nothing runs that cannot be recorded."""
    redact_keys: tuple[str, ...] = ()
    redact_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UiSettings:
    theme: str = ""
    icons: str = "unicode"
    guides: bool = True
    notify: str = "off"


@dataclass(frozen=True, slots=True)
class ServeSettings:
    host: str = "127.0.0.1"
    port: int = 8321
    token_env: str = "WORKBENCH_TOKEN"
    max_body_bytes: int = 24 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from."""

    kind: Literal["default", "file", "environment", "flag"]
    where: str = ""
    """``FILE:LINE``, the variable's name, or the flag."""

    def __str__(self) -> str:
        return self.where or self.kind


@dataclass(frozen=True, slots=True)
class AtHand:
    """Servers that were typed on the command line, for this process."""

    servers: tuple[ServerSettings, ...] = ()
    alone: bool = False
    """Instead of the configured ones, not beside them."""


@dataclass(frozen=True)
class Config:
    """The configuration in force."""

    path: Path | None = None
    """The file it was read from; None: there is none."""
    stamp: Stamp | None = field(default=None, compare=False)
    """The state of the file just before it was read."""
    found: bool = False
    """It is the current folder's own file, which nobody named: its servers start once they are trusted."""
    enable_code_execution: bool = False
    limits: Limits = field(default_factory=Limits)
    pool: PoolSettings = field(default_factory=PoolSettings)
    max_upstream_bytes: int = 64 << 20
    max_answer_tokens: int = 8000
    """Of what a served client gets; 0: no limit."""
    servers: Mapping[str, ServerSettings] = field(default_factory=dict)
    stand_in: bool = False
    """Nothing is said of servers: the demo server stands in for them."""
    at_hand: AtHand = AtHand()
    history: HistorySettings = HistorySettings()
    scripts_dir: Path | None = None
    ui: UiSettings = UiSettings()
    serve: ServeSettings = ServeSettings()
    keys: Mapping[str, str] = field(default_factory=dict)
    """Own key bindings of the terminal UI: command id -> keys."""
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    """Every key of ``KEYS`` with its value."""
    origins: Mapping[str, Origin] = field(default_factory=dict)

    @property
    def flags(self) -> dict[str, JsonValue]:
        """What the command line gave; it still wins when the file is read again."""
        return {
            name: self.values[name]
            for name, origin in self.origins.items()
            if origin.kind == "flag"
        }
