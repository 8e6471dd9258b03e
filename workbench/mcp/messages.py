"""What both ends of the protocol share: versions, codes, and messages as text.

What the other side sends is outside data. ``decode`` never raises anything but ``ValueError``, holds a
message that is not quite JSON to what can be read of it, and refuses one that would fill the memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

import orjson

from workbench.core.model import JsonValue
from workbench.text import jsontext
from workbench.util.allocating import without_collector
from workbench.util.dataclass import dataclass

MODERN_VERSIONS = ("2026-07-28",)
HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
MISSING_CAPABILITY = -32021
UNSUPPORTED_VERSION = -32022
ADDRESS_FIRST = -32042
"""Refused until a person has been at an address that the error's data names (2025-11-25)."""

META = "io.modelcontextprotocol/"
VERSION_KEY = META + "protocolVersion"
CLIENT_KEY = META + "clientInfo"
CAPABILITIES_KEY = META + "clientCapabilities"
SERVER_KEY = META + "serverInfo"
LOG_LEVEL_KEY = META + "logLevel"
SUBSCRIPTION_KEY = META + "subscriptionId"

GROWTH = 12
"""How many bytes of memory a byte of a message may become (JSON as programs write it: 5 to 10)."""

_OBJECT, _LIST, _MEMBER, _VALUE = 150, 64, 20, 40
"""What an object, a list, a member and a value each take, in bytes, beside their text."""
_BURST = 65_536
"""From this length on a message may be a burst of objects."""
_DEAREST = 100
"""No JSON takes more than so many times its length."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN = rb'"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"'
_ID = rb'"id"\s*:\s*(?:(\d{1,18})|"([^"\\]{1,200})")\s*'
_ID_AT_HEAD = re.compile(rb"\s*\{(?:\s*" + _PLAIN + rb"\s*,)*\s*" + _ID + rb"[,}]")
_ID_AT_TAIL = re.compile(_ID + rb"(?:,\s*" + _PLAIN + rb"\s*)*\}\s*$")


NO_CODE: Final = ""
"""In place of the code of an error that came without one."""


class RpcError(Exception):
    """An error answer of the other side, or one to send: code, message and data as on the wire."""

    def __init__(
        self, code: int, message: str, data: JsonValue = None, *, sent_code: JsonValue = None
    ) -> None:
        """sent_code: what the other side gave as code where that is no whole number; ``NO_CODE``: none."""
        super().__init__(message)
        self.code = code
        self.sent_code = sent_code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, JsonValue]:
        """The ``error`` member of an answer."""
        told: dict[str, JsonValue] = {"code": self.code, "message": self.message}
        return told if self.data is None else {**told, "data": self.data}


class Failure(Exception):
    """A request that got no answer that can be used. Which one tells the class, not a code."""


class ConnectionLost(Failure):
    """The other side is gone, or this request's connection to it."""


class Unreachable(ConnectionLost):
    """There is nobody to send it to: no byte of the request went out."""


class SessionLost(ConnectionLost):
    """The other side is there and knows our session no more."""


class RequestTimeout(Failure):
    """Not answered in time."""


class LoginNeeded(Failure):
    """The server wants a person to log in, by whatever protocol it is asked."""


class Malformed(Failure):
    """Answered with what is no answer."""


class NotJson(Malformed):
    """The result holds numbers that JSON has not (NaN, Infinity, 1e400)."""


class NoCommonVersion(Failure):
    """The two sides speak no version of the protocol in common."""


class TooLarge(Malformed):
    """The answer is larger than we take."""


class TooMuch(ValueError):
    """JSON, but with more levels or values than we hold."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A line's value, and what was wrong with it."""

    value: JsonValue
    odd_numbers: bool = False
    """It held NaN, Infinity or a number past the range of a double; each is None in ``value``."""
    nearly_json: bool = False
    """A strict parser refuses the line as it came."""


def request(
    request_id: JsonValue, method: str, params: Mapping[str, JsonValue] | None
) -> dict[str, JsonValue]:
    """A request as a message."""
    return {"jsonrpc": "2.0", "id": request_id, **notice(method, params)}


def notification(method: str, params: Mapping[str, JsonValue] | None) -> dict[str, JsonValue]:
    """A notification as a message."""
    return {"jsonrpc": "2.0", **notice(method, params)}


def notice(method: str, params: Mapping[str, JsonValue] | None) -> dict[str, JsonValue]:
    """What a request and a notification have in common."""
    return {"method": method, "params": dict(params)} if params else {"method": method}


def answer_of(message: Mapping[str, JsonValue], odd_numbers: bool = False) -> dict[str, JsonValue]:
    """The result in an answer. Raises RpcError for an error answer, Malformed for what is neither."""
    error = message.get("error")
    if error is not None:
        raise _rpc_error(error)
    if "result" not in message:
        raise Malformed("malformed answer: neither a result nor an error")
    result = message["result"]
    if not isinstance(result, dict):
        raise Malformed("malformed answer: the result is not an object")
    if odd_numbers:
        raise NotJson("the result is not JSON: it holds NaN, Infinity or a number out of range")
    return result


def encode(message: Mapping[str, JsonValue]) -> bytes:
    """A message as one line, without its end."""
    return jsontext.encoded(message)


def encode_line(message: Mapping[str, JsonValue]) -> bytes:
    """A message as one line with its end."""
    return jsontext.encoded_line(message)


def decode(line: bytes | bytearray, most_memory: int | None = None) -> Decoded:
    """The value of a line, also of one that is nearly JSON (bad UTF-8, NaN, lone surrogates).

    most_memory: about how many bytes the value may take. Raises ValueError with what is wrong,
    TooMuch where it is JSON that cannot be held.
    """
    if most_memory is not None and is_heavy(line, most_memory):
        raise TooMuch("it holds more values than are taken")
    try:
        if len(line) < _BURST:
            return Decoded(orjson.loads(line))
        with without_collector():
            return Decoded(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        if error.msg.startswith(
            "depth limit"
        ):  # other readers go on for as long as their stack lasts
            raise TooMuch("nested too deeply") from None
        # .NET and PowerShell begin their output with a byte order mark
        text = line.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return Decoded(jsontext.loads(text), nearly_json=True)
    except RecursionError:
        raise TooMuch("nested too deeply") from None
    except ValueError:
        pass
    return _decode_nearly_json(text)


def is_heavy(text: str | bytes | bytearray, most_memory: int) -> bool:
    """Whether the value of a JSON text would take more than about ``most_memory`` bytes.

    The worst that a text can be is far more than its length (``[{},{},…]``), and a parser asks nobody.
    """
    if len(text) * _DEAREST <= most_memory:
        return False
    if isinstance(text, str):
        text = text.encode("utf-8", "replace")
    if _memory(text) <= most_memory:
        return False
    return _memory(_STRING.sub(b"", text)) + len(text) > most_memory


def id_at_an_edge(head: bytes | bytearray, tail: bytes | bytearray = b"") -> int | str | None:
    """The id of a message of which only its two ends are known, where it can be read there.

    Only the message's own: what is named ``id`` deeper in it is passed over.
    """
    found = _ID_AT_HEAD.match(head) or _ID_AT_TAIL.search(tail)
    if found is None:
        return None
    return int(found[1]) if found[1] is not None else found[2].decode("utf-8", "replace")


def _memory(text: bytes | bytearray) -> int:
    return (
        len(text)
        + text.count(b"{") * _OBJECT
        + text.count(b"[") * _LIST
        + text.count(b",") * _VALUE
        + text.count(b":") * _MEMBER
    )


def _decode_nearly_json(text: str) -> Decoded:
    odd: list[str] = []

    def number(digits: str) -> float | None:
        value = float(digits)
        if value - value == 0:
            return value
        odd.append(digits)
        return None

    def whole(digits: str) -> int | float | None:
        value = number(digits)
        return value if value is None else int(digits)

    def constant(name: str) -> None:
        odd.append(name)

    try:
        value = json.loads(text, parse_float=number, parse_int=whole, parse_constant=constant)
    except RecursionError:
        raise TooMuch("nested too deeply") from None
    # Written and read once more for the lone surrogates.
    return Decoded(json.loads(jsontext.dumps(value)), odd_numbers=bool(odd), nearly_json=True)


def _rpc_error(error: JsonValue) -> RpcError | Malformed:
    if not isinstance(error, dict):
        return Malformed(f"malformed error answer: {_shown(error)}")
    code, message = error.get("code"), error.get("message")
    if not isinstance(message, str):
        message = "no message" if message is None else f"no message, but {_shown(message)}"
    message, data = message or "no message", error.get("data")
    if isinstance(code, int) and not isinstance(code, bool):
        return RpcError(code, message, data)
    sent = code if isinstance(code, str | float) else NO_CODE
    return RpcError(INTERNAL_ERROR, message, data, sent_code=sent)


def _shown(value: JsonValue) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return f"{json.dumps(value):.300}"
