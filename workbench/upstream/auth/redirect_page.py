"""Where the browser comes back to after a login: one page on this machine, for as long as a login takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from workbench.util.dataclass import dataclass
from workbench.util.loopback import is_loopback_authority

PATH = "/callback"
_HEAD_S = 10.0
_MOST_HEAD = 32 << 10
_DONE = "You are logged in as far as the browser goes: go back to the terminal."
_REFUSED = "The login was not made: the terminal says why."
_STRANGE = "This page waits for one login, and this is not it."


@dataclass(frozen=True, slots=True)
class Return:
    """What the authorization server gave the browser to bring back. Its code is in no ``repr``."""

    query: dict[str, str]

    def __repr__(self) -> str:
        return f"Return({', '.join(sorted(self.query))})"


class RedirectPage:
    """The page. ``expect`` the state of the login first: what comes with another one is not heard."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._state: str | None = None
        self._returned: asyncio.Future[Return] = asyncio.get_running_loop().create_future()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def expect(self, state: str | None) -> None:
        self._state = state

    async def returned(self) -> Return:
        """Wait for the browser, or for ``take``."""
        return await asyncio.shield(self._returned)

    def take(self, address: str) -> bool:
        """The address that a browser ended at, given by hand. False: it is not of this login."""
        try:
            query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        except ValueError:
            return False
        if self._state is None or query.get("state") != self._state:
            return False
        if "code" not in query and "error" not in query:
            return False
        if not self._returned.done():
            self._returned.set_result(Return(query))
        return True

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of a browser."""
        try:
            async with asyncio.timeout(_HEAD_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                status, words = self._answer(head)
                body = words.encode()
                writer.write(
                    f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\n"
                    f"content-length: {len(body)}\r\ncache-control: no-store\r\n"
                    "referrer-policy: no-referrer\r\nconnection: close\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a browser that asks for nothing gets nothing
        finally:
            writer.close()

    def _answer(self, head: str) -> tuple[str, str]:
        first, *lines = head.split("\r\n")
        words = first.split(" ")
        pairs = [line.partition(":") for line in lines]
        hosts = [value.strip() for name, _, value in pairs if name.strip().lower() == "host"]
        good = len(words) == 3 and words[0] == "GET" and len(hosts) == 1
        if not good or not is_loopback_authority(hosts[0], self.port):
            return "400 Bad Request", _STRANGE
        if urlsplit(words[1]).path != PATH:
            return "404 Not Found", _STRANGE
        if not self.take(words[1]):
            return "400 Bad Request", _STRANGE
        refused = "error" in parse_qs(urlsplit(words[1]).query)
        return "200 OK", _REFUSED if refused else _DONE


@asynccontextmanager
async def listening(port: int = 0) -> AsyncIterator[RedirectPage]:
    """Open the page; port: 0 for any. Raises OSError."""
    loopback = RedirectPage(port)
    server = await asyncio.start_server(loopback.handle, "127.0.0.1", port, limit=_MOST_HEAD)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()
