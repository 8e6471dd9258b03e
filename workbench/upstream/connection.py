"""One server: a task that owns its connection, keeps it, and makes it again when it is lost.

Only the owner task opens and closes; callers in other tasks only wait and call.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from workbench.catalogue.tools import ServerState
from workbench.mcp.messages import Failure, RpcError, SessionLost
from workbench.upstream.notes import NoteTap, log_text
from workbench.upstream.transports.link import StartAfresh
from workbench.upstream.transports.process import (
    CannotStart,
    StderrRing,
    StdioServer,
    child_environment,
)
from workbench.upstream.transports.session import Session
from workbench.util.places import Places

if TYPE_CHECKING:
    from types import ModuleType

    from workbench.config import ServerSettings
    from workbench.upstream.eras import Eras
    from workbench.upstream.transports.http import HttpChannel
    from workbench.upstream.transports.link import Link, Way

OnTools = Callable[[list[dict[str, Any]], dict[str, list[str]]], None]

_log = logging.getLogger(__name__)
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 30.0
_HEALTHY_S = 30.0
_DEBOUNCE_S = 0.1
_EXIT_CODE_S = 0.3
_CLOSE_S = 1.8
_KILL_S = 0.2
_MOST_IN_FLIGHT = 256
_OWN_PIPES = hasattr(os, "killpg")


class NotConnected(Exception):
    """There is no connection to send a call on; the message says why."""


class Connection:
    """The connection to one server, whatever becomes of the server."""

    def __init__(
        self,
        settings: ServerSettings,
        environ: Mapping[str, str],
        *,
        eras: Eras,
        longest: int,
        on_state: Callable[[], None],
        on_tools: OnTools,
    ) -> None:
        """eras: what is known of servers from before. longest: bytes of one answer, decompressed.

        on_state: ``state`` or ``error`` changed. on_tools: a listing came, with its repairs.
        """
        self.settings = settings
        self._eras = eras
        self._longest = longest
        self._channel: HttpChannel | None = None
        self.state: ServerState = "new"
        self.error: str | None = None
        self.stderr = StderrRing()
        self.protocol_version: str | None = None
        self._environ = environ
        self._on_state = on_state
        self._on_tools = on_tools
        self._link: Link | None = None
        self._server: StdioServer | None = None
        self._lifecycle = asyncio.Lock()
        """Held while one owner is ended, so that there are never two."""
        self._owner: asyncio.Task[None] | None = None
        self._ending = False
        self._closed = False
        self._tried = asyncio.Event()
        """Set once the first attempt ended."""
        self._decided = asyncio.Event()
        """Clear while an attempt is awaited; set when one ended, either way."""
        self._retry = asyncio.Event()
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._listed = False
        """The tools were listed since the server is connected."""
        self._failures = 0
        """In a row without a long life between them: how long to wait before the next attempt."""
        self._failed_attempts = 0
        """In a row that never got to ``ready``."""
        self._was_ready = False
        self._wedged = False
        """The last attempt came to nothing after the question for the newest protocol."""
        self._places = Places(_MOST_IN_FLIGHT)
        self._underway: dict[int, NoteTap] = {}

    @property
    def longest(self) -> int:
        """Bytes of one answer of the server, decompressed; a change counts from the next one on."""
        return self._longest

    @longest.setter
    def longest(self, longest: int) -> None:
        self._longest = longest
        if self._server is not None:
            self._server.peer.longest = longest
        if self._channel is not None:
            self._channel.longest = longest

    def start(self) -> None:
        """Begin to connect, if nothing has yet and it is not closed. Returns at once."""
        if self._owner is None and not self._closed:
            self._ending = False
            self._set("connecting", None)
            self._owner = asyncio.get_running_loop().create_task(
                self._run(), name=f"upstream {self.settings.name}"
            )

    async def settled(self) -> None:
        """Wait until it is connected or its first attempt failed; connects if nothing has yet."""
        self.start()
        await self._tried.wait()

    async def attempted(self, seconds: float) -> bool:
        """Wait for an attempt that is under way, the first as long as it may take, others ``seconds``.

        False: it still is.
        """
        await self.settled()
        if self._decided.is_set():
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._decided.wait()
        except TimeoutError:
            return False
        return True

    async def reconnect(self) -> None:
        """Drop what there is and connect anew; waits for the attempt."""
        if self._closed:
            return
        async with self._lifecycle:
            await self._end()
            self._failures = self._failed_attempts = 0
            self._tried.clear()
            self.start()
        await self.settled()

    async def close(self) -> None:
        """End the connection and its process, within 2 s, for good."""
        self._closed = True
        async with self._lifecycle:
            await self._end()
        self._decide("stopped", self.error)

    async def _end(self) -> None:
        if self._owner is None:
            return
        self._ending = True
        self._owner.cancel()
        _, late = await asyncio.wait((self._owner,), timeout=_CLOSE_S)
        if late:
            self.kill()
            await asyncio.wait(late, timeout=_KILL_S)
        self._owner = None

    def kill(self) -> None:
        """End its process now."""
        if self._server is not None:
            self._server.kill()

    async def call(
        self, tool: str, args: dict[str, Any], timeout: float, tap: NoteTap
    ) -> tuple[dict[str, Any], float]:
        """Send one call; the raw answer, and how many ms it took.

        Raises RpcError, and NotConnected when nothing was sent.
        """
        async with self._places:
            link = self._link
            if link is None:
                link = await self._connected(timeout)
            key = id(tap)
            self._underway[key] = tap
            began = time.perf_counter()
            try:
                answer = await link.call_tool(tool, args, timeout, tap.progress)
            except (RpcError, SessionLost) as error:
                if _session_is_lost(error):
                    self._lost.set()
                raise
            finally:
                self._underway.pop(key, None)
            return answer, (time.perf_counter() - began) * 1000

    async def _connected(self, seconds: float) -> Link:
        """The link, once there is one: a server that was lost is started again for a call.

        One that could not be connected last time is not waited for, unless it is tried just now.
        """
        for _ in range(2):
            if self.state == "failed":
                if self._failed_attempts:
                    break
                self._decided.clear()
                self._retry.set()
                self._set("connecting", self.error)
            if not await self.attempted(seconds):
                late = f"it is connecting, and was not within the call timeout of {seconds:g} s"
                raise NotConnected(f"{late} ({self.error})" if self.error else late)
            if self._link is not None:
                return self._link
        raise NotConnected(self.error or f"it is {self.state}")

    # -- the owner task --------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._ending:  # a cancel scope that is left just then may eat the cancellation
            self._decided.clear()
            self._lost.clear()
            self._server = None
            self._was_ready = False
            self._set("connecting", self.error)
            began = time.monotonic()
            try:
                await self._attempt()
                reason = "the server knows our session no more"
            except Exception as error:  # whatever it is, it is this server's trouble only
                cause = _cause(error)
                reason = str(cause) if isinstance(cause, _EXPECTED) else _words(cause)
                unset = self.settings.unset(self._environ)
                if unset:
                    reason += f" (variables that are not set: {', '.join(unset)})"
                unexpected = not isinstance(cause, (*_EXPECTED, OSError))
                _log.info("server %s: %s", self.settings.name, reason, exc_info=unexpected)
            finally:
                self._link = None
            healthy = time.monotonic() - began > _HEALTHY_S
            self._failures = 1 if healthy else self._failures + 1
            if not self._was_ready:
                self._failed_attempts += 1
            if not self._ending:
                self._decide("failed", reason)
                await self._back_off()

    async def _back_off(self) -> None:
        delay = min(_FIRST_DELAY_S * 2 ** (self._failures - 1), _LONGEST_DELAY_S)
        self._retry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay * random.uniform(0.75, 1.25)):
                await self._retry.wait()

    async def _attempt(self) -> None:
        """Connect, serve, and return or raise when it is over."""
        settings = self.settings.expanded(self._environ)
        seconds = settings.connect_timeout_ms / 1000
        deadline = asyncio.timeout(seconds)  # encloses the whole life; lifted once connected
        try:
            async with deadline:
                await self._by_either_era(settings, deadline)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise NotConnected(self._late(seconds)) from None

    async def _by_either_era(self, settings: ServerSettings, deadline: asyncio.Timeout) -> None:
        """Ask for the newest protocol unless it is known to be in vain; start anew where that broke it."""
        if settings.protocol == "legacy":
            await self._over(settings, deadline, "legacy")
            return
        probe = not (self._wedged or self._eras.is_handshake(self.settings))
        self._wedged = probe
        if probe:
            try:
                await self._over(settings, deadline, "probe")
                return
            except StartAfresh as error:
                _log.info("server %s: started anew: %s", self.settings.name, error)
            except Exception:
                self._wedged = False
                raise
        await self._over(settings, deadline, "initialize")

    async def _over(self, settings: ServerSettings, deadline: asyncio.Timeout, way: Way) -> None:
        try:
            if settings.command is None:
                await self._over_http(settings, deadline, way)
            elif _OWN_PIPES:
                await self._over_pipes(settings, deadline, way)
            else:
                await self._over_sdk_stdio(settings, deadline, way)
        finally:
            if self._server is not None:
                connected = deadline.when() is None
                await self._server.stop(patient=connected and not self._server.gone.is_set())

    async def _over_pipes(
        self, settings: ServerSettings, deadline: asyncio.Timeout, way: Way
    ) -> None:
        assert settings.command is not None
        self.stderr.mark()
        server = self._server = await StdioServer.start(
            settings.command,
            settings.args,
            env=self._child_environment(settings),
            cwd=settings.cwd,
            stderr=self.stderr,
            on_notification=self._notified,
            longest=self._longest,
        )
        await self._serve(Session(server.peer), deadline, way, server.gone)
        raise NotConnected(await server.last_words(_EXIT_CODE_S))

    async def _over_http(
        self, settings: ServerSettings, deadline: asyncio.Timeout, way: Way
    ) -> None:
        assert settings.url is not None
        http = await _load("http")
        channel = http.HttpChannel(
            settings.url, settings.headers, self._notified, longest=self._longest
        )
        self._channel = channel
        try:
            await self._serve(Session(channel), deadline, way)
        finally:
            self._channel = None
            await channel.close()

    async def _over_sdk_stdio(
        self, settings: ServerSettings, deadline: asyncio.Timeout, way: Way
    ) -> None:
        module = await _load("sdk")
        opened = module.open_stdio(
            settings.command,
            list(settings.args),
            self._child_environment(settings),
            settings.cwd,
            changed=self._changed.set,
            log=self._logged,
        )
        async with opened as link:
            await self._serve(link, deadline, way)

    async def _serve(
        self,
        link: Link,
        deadline: asyncio.Timeout,
        way: Way,
        gone: asyncio.Event | None = None,
    ) -> None:
        """From an open link to its end: ``gone`` is set, or the session is lost."""
        await link.negotiate(way)
        self._changed.clear()
        self._listed = False
        helpers: list[asyncio.Task[Any]] = [asyncio.create_task(link.watch(self._changed.set))]
        try:
            await asyncio.sleep(0)  # it is asked for news first: nothing can change unheard
            self._on_tools(*await link.list_tools())
            self._listed = True
            helpers.append(asyncio.create_task(self._keep_listing(link)))
            deadline.reschedule(None)
            self._ready(link, way)
            ends = [asyncio.create_task(event.wait()) for event in (self._lost, gone) if event]
            helpers += ends
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._link = None
            self._decided.clear()
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    def _ready(self, link: Link, way: Way) -> None:
        self._link = link
        self.protocol_version = link.protocol_version
        self._wedged = False
        if way != "legacy":
            self._eras.learn(self.settings, link.era, link.server)
        self._failed_attempts = 0
        self._was_ready = True
        self._decide("ready", None)

    async def _keep_listing(self, link: Link) -> None:
        """List the tools again when the server says that they changed."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(_DEBOUNCE_S)
            self._changed.clear()
            try:
                async with asyncio.timeout(self.settings.connect_timeout_ms / 1000):
                    self._on_tools(*await link.list_tools())
            except (RpcError, Failure, TimeoutError) as error:
                _log.warning("server %s: tools/list: %s", self.settings.name, _words(error))

    # -- small things ----------------------------------------------------------------------

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        if method == "notifications/tools/list_changed":
            self._changed.set()
        elif method == "notifications/subscriptions/acknowledged":
            if self._listed:  # it may have changed before the server began to tell
                self._changed.set()
        elif method == "notifications/message":
            self._logged(log_text(params))

    def _logged(self, text: str) -> None:
        """A log message names no call: it goes to the one that was sent last."""
        tap = next(reversed(self._underway.values()), None)
        if tap is not None:
            tap.log(text)

    def _child_environment(self, settings: ServerSettings) -> dict[str, str]:
        return child_environment(self._environ, settings.env, inherit=settings.inherit_env)

    def _set(self, state: ServerState, error: str | None) -> None:
        if (state, error) != (self.state, self.error):
            self.state, self.error = state, error
            self._on_state()

    def _decide(self, state: ServerState, error: str | None) -> None:
        self._set(state, error)
        self._tried.set()
        self._decided.set()

    def _late(self, seconds: float) -> str:
        message = f"not connected within {seconds:g} s"
        if self._server is None:
            return message
        garbage = self._server.peer.garbage
        if garbage:
            message += f"; it printed what is no message: {garbage[-1]!r}"
        return self._server.with_stderr(message)


_EXPECTED = (NotConnected, CannotStart, RpcError, Failure)


def _cause(error: BaseException) -> BaseException:
    """The first real error in groups of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _session_is_lost(error: RpcError | SessionLost) -> bool:
    """A server that was started anew knows no session of before; it has to be connected anew."""
    if isinstance(error, SessionLost):
        return True
    words = error.message.lower()
    return "session" in words and ("not found" in words or "terminated" in words)


async def _load(transport: str) -> ModuleType:
    """Import beside the event loop: it takes a while, and who has no such server never pays for it."""
    name = f"workbench.upstream.transports.{transport}"
    return cast("ModuleType", await asyncio.to_thread(importlib.import_module, name))
