"""What a client sends, read: a message, or what is wrong with it and whose it is."""

from __future__ import annotations

from workbench.core.model import JsonValue
from workbench.mcp.framing import Line
from workbench.mcp.messages import (
    INVALID_REQUEST,
    PARSE_ERROR,
    RpcError,
    TooMuch,
    decode,
    id_at_an_edge,
)
from workbench.util.dataclass import dataclass

_EDGE = 1000


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A JSON-RPC message: a request, a notification or an answer."""

    members: dict[str, JsonValue]
    odd_numbers: bool
    """It held NaN, Infinity or a number past the range of a double; each is None in ``members``."""
    nearly_json: bool
    """A strict parser refuses the text as it came."""


@dataclass(frozen=True, slots=True)
class NoMessage:
    """The error with which a text is answered: with its id all the same, where it has one, as somebody
    may wait."""

    request_id: JsonValue
    error: RpcError


def read(text: Line) -> ClientMessage | NoMessage:
    """The message that a text is."""
    try:
        decoded = decode(text)
    except ValueError as error:
        request_id = id_at_an_edge(text[:_EDGE], text[-_EDGE:])
        if isinstance(error, TooMuch):
            return refused(request_id, f"the message is {error}")
        return NoMessage(request_id, RpcError(PARSE_ERROR, f"not JSON: {error}"))
    message = decoded.value
    if isinstance(message, list):  # of 2025-03-26 only, and no client sends them
        return refused(None, "batches are not taken: send each message by itself")
    if not isinstance(message, dict):
        return refused(None, "not a JSON-RPC 2.0 message")
    request_id, method = message.get("id"), message.get("method")
    if message.get("jsonrpc") != "2.0":  # its id is another's where it is an answer
        return refused(request_id if method else None, "not a JSON-RPC 2.0 message")
    if isinstance(method, str):
        if "id" in message and not is_id(request_id):
            return refused(None, "id must be a string or an integer")
    elif "result" not in message and "error" not in message:
        return refused(request_id, "the message has no method")
    return ClientMessage(message, decoded.odd_numbers, decoded.nearly_json)


def refused(request_id: JsonValue, words: str) -> NoMessage:
    """The refusal of what is no request that can be answered."""
    return NoMessage(request_id if is_id(request_id) else None, RpcError(INVALID_REQUEST, words))


def is_id(value: JsonValue) -> bool:
    """A string or an integer; ``true`` is none, though it equals 1."""
    return isinstance(value, str | int) and not isinstance(value, bool)
