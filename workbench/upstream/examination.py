"""What is wrong with one server: each step on the way to its first answer, up to the one that fails."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from workbench.core.elicitation import declined
from workbench.core.model import JsonValue
from workbench.mcp.peer import LONGEST_ANSWER
from workbench.text.plurals import count
from workbench.upstream.client_side import ClientSide
from workbench.upstream.routes import Ears, Route, route_to
from workbench.upstream.server_log import ServerLog
from workbench.upstream.transports.link import StartAfresh
from workbench.upstream.transports.process import StderrRing, child_environment
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.upstream.auth.logins import Logins
    from workbench.upstream.transports.link import Link, Way

StepName: TypeAlias = Literal[
    "settings", "variables", "command", "start", "handshake", "listing", "call"
]
StepState: TypeAlias = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Step:
    name: StepName
    state: StepState
    evidence: str
    """What was seen: a path, a version, a count; of a failed step the server's own words."""
    cure: str | None = None
    """Of a failed step: what most likely helps."""
    took_ms: float = 0.0

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "step": self.name,
            "state": self.state,
            "evidence": self.evidence,
            "cure": self.cure,
            "took_ms": round(self.took_ms, 1),
        }


_CURES: tuple[tuple[str, str], ...] = (
    (
        r"E404|404 Not Found.*registry|No matching distribution|was not found in the package registry",
        "no such package: check its name and version",
    ),
    (r"could not determine executable", "the package has no program of its own: name it in args"),
    (
        r"ModuleNotFoundError|Cannot find module|No module named",
        "a module is missing: install what the server needs, or name the Python or folder (cwd) that has it",
    ),
    (
        r"\b401\b|\b403\b|[Uu]nauthorized|[Ff]orbidden|invalid.token",
        'it wants to know who you are: workbench servers login, or headers = { Authorization = "Bearer ${X}" }',
    ),
    (
        r"(?i)(api.?key|token|credential|environment variable|env(ironment)? var)",
        'it misses a variable: env = { NAME = "${NAME}" } (or inherit_env = true)',
    ),
    (r"\b404\b|\b405\b", "nothing speaks MCP at this address: check its path (often /mcp)"),
    (
        r"ECONNREFUSED|[Cc]onnection refused|ConnectError|All connection attempts failed",
        "nothing listens there: start the server, check host and port",
    ),
    (
        r"ENOTFOUND|EAI_AGAIN|getaddrinfo|Name or service|Temporary failure|nodename",
        "the host's name cannot be resolved: check it, the network, a proxy",
    ),
    (
        r"EACCES|EPERM|[Pp]ermission denied|not allowed to run",
        "make it executable, or name its interpreter as the command",
    ),
    (r"no such folder", "correct cwd"),
    (
        r"not connected within|no answer|timed out|TimeoutError",
        "its first start may download it: run the command once by hand, or raise connect_timeout_ms",
    ),
    (
        r"(?i)usage:|unrecognized|unknown option|missing .*argument",
        "its arguments are wrong: run the command by hand to see what it wants",
    ),
)
_OTHERWISE = "run its command by hand, and see what it says"
_INSTALL = {
    "npx": "install Node.js",
    "npm": "install Node.js",
    "node": "install Node.js",
    "uvx": "install uv",
    "uv": "install uv",
    "docker": "install Docker",
    "bunx": "install Bun",
    "deno": "install Deno",
}


async def examine(
    settings: ServerSettings,
    environ: Mapping[str, str],
    logins: Logins | None = None,
    log: ServerLog | None = None,
) -> list[Step]:
    """The steps in order; the last one is the one that failed, or the first call. Never raises for a server.

    log: where what the server says on the way is kept, and what became of it.
    """
    log = log if log is not None else ServerLog(None, settings)
    log.write_state("examined")
    examined = _Examined(settings, environ, logins, log)
    with contextlib.suppress(_Stop):
        await examined.go()
    last = examined.steps[-1]
    log.write_state(f"examined, up to its {last.name}: {last.state}: {last.evidence}")
    return examined.steps


class _Stop(Exception):
    """A step failed: what comes after it cannot be tried."""


class _Examined:
    def __init__(
        self,
        settings: ServerSettings,
        environ: Mapping[str, str],
        logins: Logins | None,
        log: ServerLog,
    ) -> None:
        self._written = settings
        self._settings = settings.expanded(environ)
        self._environ = environ
        self._logins = logins
        self._stderr = StderrRing(log.write_stderr)
        self._route: Route | None = None
        self._began = time.perf_counter()
        self.steps: list[Step] = []

    async def go(self) -> None:
        self._look_at_settings()
        self._look_at_variables()
        self._look_for_command()
        seconds = self._settings.connect_timeout_ms / 1000
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                try:
                    await self._through("probe")
                except StartAfresh:
                    self.steps = [one for one in self.steps if one.name != "start"]
                    await self._through("initialize")
        except _Stop:
            raise
        except Exception as error:  # whatever it is, it is what the examination is about
            done = {one.name for one in self.steps}
            step: StepName = "start"
            if "handshake" in done:
                step = "listing"
            elif "start" in done or self._settings.url is not None:
                step = "handshake"
            self._fail(step, self._words(error, seconds if deadline.expired() else None))

    async def _through(self, way: Way) -> None:
        """Start, handshake, listing and first call. Raises what keeps it from going on."""
        settings = self._settings
        route = self._route = route_to(
            settings,
            child_environment(self._environ, settings.env, inherit=settings.inherit_env),
            self._stderr,
            LONGEST_ANSWER,
            Ears(lambda *_: None, lambda: None, lambda _: None, ClientSide(settings, declined)),
            self._logins,
        )
        if self._written.protocol == "legacy":
            way = "legacy"
        async with route.open() as link:
            if settings.url is None:
                self._done("start", "its process runs")
            await link.negotiate(way)
            called = f", {link.server}" if link.server else ""
            self._done("handshake", f"MCP {link.protocol_version}{called}")
            tools, repaired = await link.list_tools()
            mended = f", {len(repaired)} of them mended" if repaired else ""
            self._done("listing", f"{count(len(tools), 'tool')}{mended}")
            route.served = True
            await self._call(link, tools)

    async def _call(self, link: Link, tools: list[dict[str, Any]]) -> None:
        """The first tool that says that it only reads, and needs no argument."""
        if self._written.quarantined:
            self.steps.append(Step("call", "skipped", "it is quarantined: nothing is called"))
            return
        name = next(
            (
                str(tool["name"])
                for tool in tools
                if is_harmless(tool.get("annotations"), tool.get("inputSchema"))
            ),
            None,
        )
        if name is None:
            why = "no tool says that it only reads and needs no argument"
            self.steps.append(Step("call", "skipped", why))
            return
        try:
            answer = await link.call_tool(
                name, {}, self._settings.call_timeout_ms / 1000, lambda *_: None
            )
        except Exception as error:
            self._fail("call", f"{name}: {self._words(error, None)}")
        refused = "it answered with an error of its own" if answer.get("isError") else "it answered"
        self._done("call", f"{name}: {refused}")

    def _look_at_settings(self) -> None:
        settings = self._written
        if settings.held:
            self._fail("settings", "it is not trusted yet", "workbench trust")
        if not settings.enabled:
            self._fail("settings", "it is switched off", "enabled = true")
        self._done("settings", "quarantined" if settings.quarantined else "enabled")

    def _look_at_variables(self) -> None:
        unset = self._written.unset(self._environ)
        if unset:
            self._fail("variables", f"not there: {', '.join(unset)}", _set(unset[0]))
        self._done("variables", "all that it refers to are set")

    def _look_for_command(self) -> None:
        command = self._settings.command
        if command is None:
            return
        env = child_environment(
            self._environ, self._settings.env, inherit=self._settings.inherit_env
        )
        found = shutil.which(command, path=env.get("PATH"))
        if found is None:
            cure = _INSTALL.get(command, "write the whole path of the program, or correct its name")
            self._fail("command", f"there is no program {command!r} on the PATH", cure)
        self._done("command", str(found))

    def _words(self, error: BaseException, late: float | None) -> str:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        words = str(error) or type(error).__name__
        if late is not None:
            words = f"not connected within {late:g} s"
            return self._route.explained(words) if self._route is not None else words
        return words

    def _done(self, name: StepName, evidence: str) -> None:
        self._add(Step(name, "ok", evidence))

    def _fail(self, name: StepName, evidence: str, cure: str | None = None) -> None:
        self._add(Step(name, "failed", evidence, cure or likely_cure(evidence)))
        raise _Stop

    def _add(self, step: Step) -> None:
        now = time.perf_counter()
        took, self._began = (now - self._began) * 1000, now
        self.steps.append(Step(step.name, step.state, step.evidence, step.cure, took))


def _set(reference: str) -> str:
    """How what a reference leads to comes to be there."""
    kind, colon, name = reference.partition(":")
    if colon and kind == "keyring":
        return f"workbench secrets set {name}"
    if colon:
        return f"write the file {name}, or correct its path"
    return f"set it where Workbench is started ({kind}=…), or give a default: ${{{kind}:-…}}"


def likely_cure(evidence: str) -> str:
    """What most likely helps against an error in these words."""
    return next((cure for words, cure in _CURES if re.search(words, evidence)), _OTHERWISE)


def is_harmless(annotations: object, schema: object) -> bool:
    """Whether a tool says that it only reads, and needs no argument."""
    reads = isinstance(annotations, dict) and annotations.get("readOnlyHint") is True
    return reads and isinstance(schema, dict) and not schema.get("required")
