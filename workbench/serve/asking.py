"""Questions of upstream servers, forwarded to the client whose execution made the server ask."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from workbench.core.elicitation import CANCELLED, DECLINED, Elicit, Elicitation, Reply
from workbench.core.model import JsonValue

_MOST_AT_ONCE = 32


class Forwarding:
    """Knows which client started which execution (``put`` is an ``Elicit``)."""

    def __init__(self) -> None:
        self._clients: dict[str, Elicit] = {}

    @contextmanager
    def of(self, execution_id: str, client: Elicit | None) -> Iterator[None]:
        """While it runs, its questions go to ``client``; None: there is nobody to be asked."""
        if client is not None:
            self._clients[execution_id] = client
        try:
            yield
        finally:
            self._clients.pop(execution_id, None)

    async def put(self, asked: Elicitation) -> Reply:
        """Ask the client; declined where it is not known, or takes no questions."""
        client = self._clients.get(asked.execution_id or "")
        return DECLINED if client is None else await client(asked)


class Beside:
    """Questions put to a client in requests of ours, beside its calls: protocols with a handshake."""

    def __init__(self, send: Callable[[dict[str, JsonValue]], None]) -> None:
        self._send = send
        self.modes: frozenset[str] = frozenset()
        """Of questions that the client takes."""
        self._waiting: dict[JsonValue, asyncio.Future[JsonValue]] = {}
        self._count = 0

    async def put(self, asked: Elicitation) -> Reply:
        """An ``Elicit``; the question is taken back when this is cancelled."""
        if mode_of(asked) not in self.modes:
            return DECLINED
        self._count += 1
        request_id = f"question-{self._count}"
        answer = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        self._send({"id": request_id, "method": "elicitation/create", "params": question(asked)})
        try:
            return reply_of(await answer)
        except asyncio.CancelledError:
            params = {"requestId": request_id, "reason": "nobody waits for the answer any more"}
            self._send({"method": "notifications/cancelled", "params": params})
            raise
        finally:
            del self._waiting[request_id]

    def take_answer(self, request_id: JsonValue, result: JsonValue) -> None:
        """An answer of the client; an error is none."""
        answer = self._waiting.get(request_id)
        if answer is not None and not answer.done():
            answer.set_result(result)


class Pending:
    """Questions of one call for a client that is told of them in an answer, and answers in a request."""

    def __init__(self, modes: frozenset[str] = frozenset()) -> None:
        """modes: of questions that the client takes."""
        self._modes = modes
        self._waiting: dict[str, tuple[Elicitation, asyncio.Future[Reply]]] = {}
        self._count = 0
        self._over = False
        self.asked = asyncio.Event()
        """Set while there is a question."""

    async def put(self, asked: Elicitation) -> Reply:
        """An ``Elicit``: waits for the client's answer."""
        if self._over or mode_of(asked) not in self._modes or len(self._waiting) >= _MOST_AT_ONCE:
            return DECLINED
        self._count += 1
        key = f"question-{self._count}"
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[key] = (asked, answer)
        self.asked.set()
        try:
            return await answer
        finally:
            self._settled(key)

    async def asked_or_done(
        self, work: asyncio.Future[JsonValue], most_s: float | None = None
    ) -> None:
        """Return when there is a question, when ``work`` has ended, or after ``most_s``."""
        asked = asyncio.ensure_future(self.asked.wait())
        try:
            await asyncio.wait((work, asked), timeout=most_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()

    def requests(self) -> dict[str, JsonValue]:
        """What is asked now, as ``inputRequests``."""
        return {
            key: {"method": "elicitation/create", "params": question(asked, named=False)}
            for key, (asked, _) in self._waiting.items()
        }

    def take(self, responses: JsonValue) -> None:
        """``inputResponses`` of the client; what nobody waits for (any more) is passed over."""
        given: Mapping[str, JsonValue] = responses if isinstance(responses, dict) else {}
        for key in self._waiting.keys() & given.keys():
            _, answer = self._waiting[key]
            if not answer.done():
                answer.set_result(reply_of(given[key]))
            self._settled(key)

    def close(self) -> None:
        """The client asks for nothing more: what is asked from here on is declined."""
        self._over = True
        for key, (_, answer) in list(self._waiting.items()):
            if not answer.done():
                answer.set_result(CANCELLED)
            self._settled(key)

    def _settled(self, key: str) -> None:
        self._waiting.pop(key, None)
        if not self._waiting:
            self.asked.clear()


def modes_of(capabilities: JsonValue) -> frozenset[str]:
    """The modes of questions that a client declares to take: ``form``, ``url``."""
    declared = capabilities.get("elicitation") if isinstance(capabilities, dict) else None
    if not isinstance(declared, dict):
        return frozenset()
    named = frozenset(mode for mode in ("form", "url") if isinstance(declared.get(mode), dict))
    return named or frozenset({"form"})  # as clients of 2025-06-18 declare it


def mode_of(asked: Elicitation) -> str:
    """What the protocol calls this kind of question."""
    return "form" if asked.url is None else "url"


def question(asked: Elicitation, *, named: bool = True) -> dict[str, JsonValue]:
    """The parameters of ``elicitation/create``: a client's user is told which server it is.

    named: a question of an address has a name of its own, as protocols up to 2025-11-25 have it.
    """
    told: dict[str, JsonValue] = {"message": f"{asked.server} asks: {asked.message}"}
    if asked.url is None:
        schema = asked.schema
        fields = schema.get("properties")
        whole = {"type": "object", "properties": fields if isinstance(fields, dict) else {}}
        return {**told, "requestedSchema": {**schema, **whole}}
    told |= {"mode": "url", "url": asked.url}
    return {**told, "elicitationId": asked.elicitation_id or str(uuid.uuid4())} if named else told


def reply_of(answer: JsonValue) -> Reply:
    """What a client answered."""
    if not isinstance(answer, dict):
        return CANCELLED
    action, content = answer.get("action"), answer.get("content")
    if action == "accept":
        return Reply("accept", content if isinstance(content, dict) else {})
    return DECLINED if action == "decline" else CANCELLED
