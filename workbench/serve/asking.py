"""Questions of upstream servers, forwarded to the client whose execution made the server ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.core.elicitation import CANCELLED, DECLINED, Elicit, Elicitation, Reply
from workbench.core.model import JsonValue


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


def question(asked: Elicitation) -> dict[str, JsonValue]:
    """The parameters of ``elicitation/create``: a client's user is told which server it is."""
    return {"message": f"{asked.server} asks: {asked.message}", "requestedSchema": asked.schema}


def reply_of(answer: JsonValue) -> Reply:
    """What a client answered."""
    if not isinstance(answer, dict):
        return CANCELLED
    action, content = answer.get("action"), answer.get("content")
    if action == "accept":
        return Reply("accept", content if isinstance(content, dict) else {})
    return DECLINED if action == "decline" else CANCELLED
