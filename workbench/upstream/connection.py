"""One server: a task that owns its connection, keeps it, and makes it again when it is lost.

Only the owner task opens and closes; callers in other tasks only wait and call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.catalogue.tools import ServerState
from workbench.core.elicitation import Elicit
from workbench.core.model import OFFERS, Offer
from workbench.mcp.messages import Failure, RpcError, SessionLost
from workbench.upstream.client_side import ClientSide
from workbench.upstream.notes import NoteTap, log_text
from workbench.upstream.pulse import Pulse
from workbench.upstream.routes import Ears, Route, route_to
from workbench.upstream.transports.link import StartAfresh
from workbench.upstream.transports.process import CannotStart, StderrRing, child_environment
from workbench.util.back_off import BackOff
from workbench.util.semaphore import Semaphore

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.upstream.auth.logins import Logins
    from workbench.upstream.eras import Eras
    from workbench.upstream.server_log import ServerLog
    from workbench.upstream.transports.link import Link, Way

_T = TypeVar("_T")
OnTools = Callable[[list[dict[str, Any]], dict[str, list[str]]], None]

_log = logging.getLogger(__name__)
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 30.0
_HEALTHY_S = 30.0
_DEBOUNCE_S = 0.1
_RESTS = 10
"""So many times as long as its last listing took here, before the next: all servers share the loop."""
_CLOSE_S = 1.8
_KILL_S = 0.2
_MOST_IN_FLIGHT = 256
_OFFERS_CHANGED = frozenset(f"notifications/{offer}/list_changed" for offer in OFFERS)


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
        logins: Logins | None,
        log: ServerLog,
        longest: int,
        on_state: Callable[[], None],
        on_tools: OnTools,
        on_offers: Callable[[], None],
        elicit: Elicit,
    ) -> None:
        """eras, logins: what is known of servers from before. longest: bytes of one answer, decompressed.

        on_state: ``state`` or ``error`` changed. on_tools: a listing came, with its repairs.
        on_offers: resources or prompts changed. elicit: puts a question of the server to somebody.
        """
        self.settings = settings
        self._eras = eras
        self._logins = logins
        self._longest = longest
        self.state: ServerState = "new"
        self.error: str | None = None
        self._log = log
        self.stderr = StderrRing(log.write_stderr)
        self.protocol_version: str | None = None
        self.offers: tuple[Offer, ...] = ()
        """What the server has beside tools."""
        self.about: str | None = None
        """What the server says that it is for; None before it connected."""
        self.pulse = Pulse()
        self._environ = environ
        self._on_state = on_state
        self._on_tools = on_tools
        self._on_offers = on_offers
        self._elicit = elicit
        self._link: Link | None = None
        self._route: Route | None = None
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
        self._back_off = BackOff(_FIRST_DELAY_S, _LONGEST_DELAY_S, _HEALTHY_S)
        self._failed_attempts = 0
        """In a row that never got to ``ready``."""
        self._was_ready = False
        self._wedged = False
        """The last attempt came to nothing after the question for the newest protocol."""
        self._places = Semaphore(_MOST_IN_FLIGHT)
        self._underway: dict[int, NoteTap] = {}

    @property
    def longest(self) -> int:
        """Bytes of one answer of the server, decompressed; a change counts from the next one on."""
        return self._longest

    @longest.setter
    def longest(self, longest: int) -> None:
        self._longest = longest
        if self._route is not None:
            self._route.bound(longest)

    def start(self) -> None:
        """Begin to connect, if nothing has yet and it is not closed. Returns at once."""
        if self._owner is None and not self._closed:
            self._ending = False
            self._decided.clear()
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
            self._back_off.reset()
            self._failed_attempts = 0
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
        if self._route is not None:
            self._route.kill()

    async def call(
        self, send: Callable[[Link], Awaitable[dict[str, Any]]], timeout: float, tap: NoteTap
    ) -> tuple[dict[str, Any], float]:
        """Send one call on the link, once there is one; the raw answer, and how many ms it took.

        A call that was refused because the server knows the session no more was not carried out: it is
        sent once more, in a new one. Raises RpcError, and NotConnected when nothing was sent.
        """
        async with self._places:
            try:
                return await self._send(send, timeout, tap)
            except SessionLost:
                return await self._send(send, timeout, tap)

    async def _send(
        self, send: Callable[[Link], Awaitable[dict[str, Any]]], timeout: float, tap: NoteTap
    ) -> tuple[dict[str, Any], float]:
        if self._is_gone():  # its owner has not been told yet
            self._drop_link()
        link = self._link
        if link is None:
            link = await self._connected(timeout)
        key = id(tap)
        self._underway[key] = tap
        tap.until = time.time() + timeout
        began = time.perf_counter()
        try:
            answer = await send(link)
        except (RpcError, SessionLost) as error:
            self._check_session(link, error)
            raise
        finally:
            self._underway.pop(key, None)
        took = (time.perf_counter() - began) * 1000
        self.pulse.answered(took)
        return answer, took

    def _check_session(self, link: Link, error: Exception) -> None:
        """Where the link's session is lost, the next call waits for a new one."""
        if _session_is_lost(error) and self._link is link:  # else it is another one already
            self._drop_link()
            self._lost.set()

    def _is_gone(self) -> bool:
        route = self._route
        return route is not None and route.gone is not None and route.gone.is_set()

    def _drop_link(self) -> None:
        """Who calls from now on waits for the next attempt."""
        if self._link is not None:
            self._link = None
            self._decided.clear()

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
            self._route = None
            self._was_ready = False
            self._set("connecting", self.error)
            began = time.monotonic()
            try:
                reason = await self._attempt()
                _log.info("server %s: %s", self.settings.name, reason)
            except Exception as error:  # whatever it is, it is this server's trouble only
                cause = _cause(error)
                reason = str(cause) if isinstance(cause, _EXPECTED) else _words(cause)
                unset = await self._outside(self.settings.unset)
                if unset:
                    reason += f" (variables that are not set: {', '.join(unset)})"
                unexpected = not isinstance(cause, (*_EXPECTED, OSError))
                _log.info("server %s: %s", self.settings.name, reason, exc_info=unexpected)
            finally:
                self._link = None
            pause = self._back_off.after(time.monotonic() - began)
            if not self._was_ready:
                self._failed_attempts += 1
            if not self._ending:
                self._decide("failed", reason)
                await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        """Wait about so long, or until somebody calls."""
        self._retry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds * random.uniform(0.75, 1.25)):
                await self._retry.wait()

    async def _attempt(self) -> str:
        """Connect and serve; why it is over. Raises what kept it from being connected."""
        settings = await self._outside(self.settings.expanded)
        seconds = settings.connect_timeout_ms / 1000
        deadline = asyncio.timeout(seconds)  # encloses the whole life; lifted once connected
        try:
            async with deadline:
                return await self._by_either_era(settings, deadline)
        except TimeoutError:
            if not deadline.expired():
                raise
            late = f"not connected within {seconds:g} s"
            raise NotConnected(self._route.explained(late) if self._route else late) from None

    async def _by_either_era(self, settings: ServerSettings, deadline: asyncio.Timeout) -> str:
        """Ask for the newest protocol unless it is known to be in vain; start anew where that broke it."""
        if settings.protocol == "legacy":
            return await self._serve(settings, deadline, "legacy")
        probe = not (self._wedged or self._eras.is_handshake(self.settings))
        self._wedged = probe
        if probe:
            try:
                return await self._serve(settings, deadline, "probe")
            except StartAfresh as error:
                _log.info("server %s: started anew: %s", self.settings.name, error)
            except Exception:
                self._wedged = False
                raise
        return await self._serve(settings, deadline, "initialize")

    async def _serve(self, settings: ServerSettings, deadline: asyncio.Timeout, way: Way) -> str:
        """From a start to its end: the server is gone, or the session is lost; why."""
        route = self._route = route_to(
            settings,
            child_environment(self._environ, settings.env, inherit=settings.inherit_env),
            self.stderr,
            self._longest,
            Ears(
                self._notified,
                self._changed.set,
                self._logged,
                ClientSide(settings, self._elicit, self._last_sent),
            ),
            self._logins,
        )
        async with route.open() as link:
            await link.negotiate(way)
            self._changed.clear()
            self._listed = False
            helpers: list[asyncio.Task[Any]] = [
                asyncio.create_task(link.watch(self._changed.set)),
                *(asyncio.create_task(event.wait()) for event in (self._lost, route.gone) if event),
            ]
            ends = helpers[1:]
            try:
                await asyncio.sleep(0)  # it is asked for news first: nothing can change unheard
                self.about = link.about
                self.offers = tuple(offer for offer in OFFERS if link.offers(offer))
                self._on_tools(*await link.list_tools())
                self._listed = True
                helpers.append(asyncio.create_task(self._keep_listing(link)))
                deadline.reschedule(None)
                route.served = True
                self._ready(link, way)
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._link = None
                self.pulse.gone()
                self._decided.clear()
                for task in helpers:
                    task.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)
            if self._is_gone():
                return await route.last_words()
            return "the server knows our session no more"

    def _ready(self, link: Link, way: Way) -> None:
        self._link = link
        self.protocol_version = link.protocol_version
        self._wedged = False
        if way != "legacy":
            self._eras.learn(self.settings, link.era, link.server)
        self._failed_attempts = 0
        self._was_ready = True
        self.pulse.ready(link.server)
        self._decide("ready", None)

    async def _keep_listing(self, link: Link) -> None:
        """List the tools again when the server says that they changed."""
        rested = 0.0
        while True:
            await self._changed.wait()
            await asyncio.sleep(max(_DEBOUNCE_S, rested - time.monotonic()))
            self._changed.clear()
            try:
                async with asyncio.timeout(self.settings.connect_timeout_ms / 1000):
                    listing = await link.list_tools()
                began = time.monotonic()
                self._on_tools(*listing)
                ended = time.monotonic()
                rested = ended + _RESTS * (ended - began)
            except (RpcError, Failure, TimeoutError) as error:
                _log.warning("server %s: tools/list: %s", self.settings.name, _words(error))
                self._check_session(link, error)

    async def _outside(self, look_up: Callable[[Mapping[str, str]], _T]) -> _T:
        """Look references up; a keyring may ask its owner first, and everything else goes on meanwhile."""
        if self.settings.asks_outside:
            return await asyncio.to_thread(look_up, self._environ)
        return look_up(self._environ)

    # -- small things ----------------------------------------------------------------------

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        if method == "notifications/tools/list_changed":
            self._changed.set()
        elif method in _OFFERS_CHANGED:
            self._on_offers()
        elif method == "notifications/subscriptions/acknowledged":
            if self._listed:  # it may have changed before the server began to tell
                self._changed.set()
        elif method == "notifications/message":
            self._logged(log_text(params))

    def _logged(self, text: str) -> None:
        """A log message names no call: it goes to the one that was sent last."""
        tap = self._last_sent()
        if tap is not None:
            tap.log(text)

    def _last_sent(self) -> NoteTap | None:
        """The call that the server is probably at."""
        return next(reversed(self._underway.values()), None)

    def _set(self, state: ServerState, error: str | None) -> None:
        if (state, error) != (self.state, self.error):
            self.state, self.error = state, error
            self._log.write_state(f"{state}: {error}" if error else state)
            self._on_state()

    def _decide(self, state: ServerState, error: str | None) -> None:
        self._set(state, error)
        self._tried.set()
        self._decided.set()


_EXPECTED = (NotConnected, CannotStart, RpcError, Failure)


def _cause(error: BaseException) -> BaseException:
    """The first real error in groups of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _session_is_lost(error: Exception) -> bool:
    """A server that was started anew knows no session of before; it has to be connected anew."""
    if not isinstance(error, RpcError):
        return isinstance(error, SessionLost)
    words = error.message.lower()
    return "session" in words and ("not found" in words or "terminated" in words)
