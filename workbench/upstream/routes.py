"""The ways to a server: our own pipes to a child process, the SDK's where there are none, HTTP."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from workbench.upstream.client_side import ClientSide
from workbench.upstream.transports.client_session import Session
from workbench.upstream.transports.process import StderrRing, StdioServer
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.config import ServerSettings
    from workbench.upstream.auth.bearer import Bearer
    from workbench.upstream.auth.logins import Logins
    from workbench.upstream.transports.http_channel import HttpChannel
    from workbench.upstream.transports.link import Link

_EXIT_CODE_S = 0.3
_OWN_PIPES = hasattr(os, "killpg")


@dataclass(frozen=True, slots=True)
class Ears:
    """What is heard from a server beside its answers."""

    notified: Callable[[str, dict[str, Any]], None]
    """Method and parameters of a notification."""
    changed: Callable[[], None]
    """Its tools changed."""
    logged: Callable[[str], None]
    """A line of its log."""
    asked: ClientSide
    """Answers what it asks."""


class Route(Protocol):
    """One way to one server, for one start of it."""

    gone: asyncio.Event | None
    """Set when the server is; None: nothing tells before a request fails."""
    served: bool
    """It was connected: on leaving it is given time to end by itself. Set by the owner."""

    def open(self) -> AbstractAsyncContextManager[Link]:
        """Start the server or reach for it; on leaving nothing of it is left."""
        ...

    def bound(self, longest: int) -> None:
        """How many bytes one answer may have from now on."""
        ...

    async def last_words(self) -> str:
        """Why it is gone, once it is."""
        ...

    def explained(self, message: str) -> str:
        """The message and what the server said on other ways."""
        ...

    def kill(self) -> None:
        """End its process now, where it is ours."""
        ...


def route_to(
    settings: ServerSettings,
    env: Mapping[str, str],
    stderr: StderrRing,
    longest: int,
    ears: Ears,
    logins: Logins | None,
) -> Route:
    """The way to a server whose settings are expanded. env: of a child process. logins: what is kept."""
    if settings.command is None:
        return _Http(settings, longest, ears, logins)
    if _OWN_PIPES:
        return _Pipes(settings, env, stderr, longest, ears)
    return _SdkStdio(settings, env, ears)


class _Pipes:
    def __init__(
        self,
        settings: ServerSettings,
        env: Mapping[str, str],
        stderr: StderrRing,
        longest: int,
        ears: Ears,
    ) -> None:
        self._settings = settings
        self._env = env
        self._stderr = stderr
        self._longest = longest
        self._ears = ears
        self._server: StdioServer | None = None
        self.gone: asyncio.Event | None = None
        self.served = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Link]:
        settings = self._settings
        assert settings.command is not None
        self._stderr.mark()
        server = self._server = await StdioServer.start(
            settings.command,
            settings.args,
            env=self._env,
            cwd=settings.cwd,
            stderr=self._stderr,
            on_notification=self._ears.notified,
            longest=self._longest,
            on_request=self._ears.asked.answer,
        )
        self.gone = server.gone
        try:
            yield Session(server.peer, self._ears.asked)
        finally:
            await server.stop(patient=self.served and not server.gone.is_set())

    def bound(self, longest: int) -> None:
        self._longest = longest
        if self._server is not None:
            self._server.peer.longest = longest

    async def last_words(self) -> str:
        assert self._server is not None
        return await self._server.last_words(_EXIT_CODE_S)

    def explained(self, message: str) -> str:
        if self._server is None:
            return message
        garbage = self._server.peer.garbage
        if garbage:
            message += f"; it printed what is no message: {garbage[-1]!r}"
        return self._server.with_stderr(message)

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()


class _Remote:
    """What has no process of ours."""

    gone: asyncio.Event | None = None
    served = False

    async def last_words(self) -> str:
        return "the connection is over"

    def explained(self, message: str) -> str:
        return message

    def kill(self) -> None:
        pass


class _Http(_Remote):
    def __init__(
        self, settings: ServerSettings, longest: int, ears: Ears, logins: Logins | None
    ) -> None:
        self._logins = logins
        self._settings = settings
        self._longest = longest
        self._ears = ears
        self._channel: HttpChannel | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Link]:
        assert self._settings.url is not None
        # Imported beside the event loop: it takes a while, and who has no such server never pays for it.
        http_channel, bearer = await asyncio.to_thread(_http)
        channel = self._channel = http_channel(
            self._settings.url,
            self._settings.headers,
            self._ears.notified,
            longest=self._longest,
            bearer=bearer(self._settings, self._logins),
            on_request=self._ears.asked.answer,
        )
        try:
            yield Session(channel, self._ears.asked)
        finally:
            await channel.close()

    def bound(self, longest: int) -> None:
        self._longest = longest
        if self._channel is not None:
            self._channel.longest = longest


class _SdkStdio(_Remote):
    """The SDK ends the process with the session."""

    def __init__(self, settings: ServerSettings, env: Mapping[str, str], ears: Ears) -> None:
        self._settings = settings
        self._env = env
        self._ears = ears

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Link]:
        open_stdio = await asyncio.to_thread(_sdk_stdio)
        gone = self.gone = asyncio.Event()
        async with open_stdio(
            self._settings.command,
            list(self._settings.args),
            dict(self._env),
            self._settings.cwd,
            changed=self._ears.changed,
            ended=gone.set,
            log=self._ears.logged,
            asked=self._ears.asked,
        ) as link:
            yield link

    def bound(self, longest: int) -> None:
        """Nothing: the SDK has no bound on answers."""


def _http() -> tuple[type[HttpChannel], type[Bearer]]:
    from workbench.upstream.auth.bearer import Bearer
    from workbench.upstream.transports.http_channel import HttpChannel

    return HttpChannel, Bearer


def _sdk_stdio() -> Callable[..., AbstractAsyncContextManager[Link]]:
    from workbench.upstream.transports.sdk import open_stdio

    return open_stdio
