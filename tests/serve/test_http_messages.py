"""Bodies of HTTP requests, before the SDK reads them."""

from __future__ import annotations

from typing import Any

import orjson
import pydantic_core
import pytest

from workbench.serve.client_messages import NoMessage, read
from workbench.serve.http_messages import Body, as_sdk_reads, is_json_post

pytestmark = pytest.mark.anyio


def ping(params: str, request_id: str = "7") -> bytes:
    return f'{{"jsonrpc":"2.0","id":{request_id},"method":"ping","params":{params}}}'.encode()


def _as_sdk_reads(body: bytes) -> bytes | NoMessage:
    message = read(body)
    return message if isinstance(message, NoMessage) else as_sdk_reads(body, message)


@pytest.mark.parametrize(
    ("body", "request_id", "code", "words"),
    [
        (b"{", None, -32700, "not JSON"),
        (b"[]", None, -32600, "batches are not taken: send each message by itself"),
        (ping("{}", "1.5"), None, -32600, "id must be"),
        (ping("{}", "null"), None, -32600, "id must be"),
        (b'{"jsonrpc":"2.0","id":"a"}', "a", -32600, "no method"),
        (b'{"id":7,"method":"ping"}', 7, -32600, "not a JSON-RPC"),
        (ping('{"a":' + "[" * 198 + "]" * 198 + "}"), 7, -32600, "nested deeper than"),
        (ping("[" * 100_000), 7, -32600, "nested too deeply"),
    ],
)
def test_what_is_no_message_is_answered_with_its_id(
    body: bytes, request_id: Any, code: int, words: str
) -> None:
    read = _as_sdk_reads(body)
    assert isinstance(read, NoMessage)
    assert (read.request_id, read.error.code) == (request_id, code)
    assert words in read.error.message


@pytest.mark.parametrize(
    ("body", "params"),
    [
        (ping('{"a":"\\ud800"}'), {"a": "\ufffd"}),
        (b"\xef\xbb\xbf" + ping("{}"), {}),
        (ping("{}").replace(b"{}", b'{"a":"\xff"}'), {"a": "\ufffd"}),
    ],
)
def test_what_only_the_sdk_s_parser_refuses_is_written_anew(body: bytes, params: Any) -> None:
    with pytest.raises(ValueError, match="line 1"):
        pydantic_core.from_json(body)
    read = _as_sdk_reads(body)
    assert isinstance(read, bytes)
    assert pydantic_core.from_json(read)["params"] == params


def test_the_deepest_message_that_is_taken_is_one_that_the_sdk_reads() -> None:
    deep = ping('{"a":' + "[" * 197 + "]" * 197 + "}")
    assert _as_sdk_reads(deep) is deep
    assert pydantic_core.from_json(deep) == orjson.loads(deep)


def test_numbers_that_json_does_not_have_are_left_to_who_knows_the_request() -> None:
    body = ping('{"a":NaN}')
    assert _as_sdk_reads(body) is body


@pytest.mark.parametrize(
    ("method", "kind", "is_one"),
    [
        ("POST", b"application/json", True),
        ("POST", b"Application/JSON; charset=utf-8", True),
        ("POST", b"text/plain", False),
        ("GET", b"application/json", False),
    ],
)
def test_only_bodies_that_the_sdk_would_read_are_looked_at(
    method: str, kind: bytes, is_one: bool
) -> None:
    assert is_json_post(method, [(b"host", b"x"), (b"content-type", kind)]) is is_one
    assert not is_json_post(method, [])


@pytest.mark.parametrize("size", [10, 3 << 20])
async def test_a_body_in_pieces_arrives_whole(size: int) -> None:
    text = ping('{"a":"' + "x" * size + '"}')
    half = len(text) // 2
    pieces: list[Any] = [
        {"type": "http.request", "body": text[:half], "more_body": True},
        {"type": "http.request", "body": text[half:], "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return pieces.pop(0)

    body = Body(receive)
    assert await body.look() is None
    arrived, more = b"", True
    while more:
        message = await body.receive()
        arrived += message["body"]
        more = message["more_body"]
    assert arrived == text
    assert (await body.receive())["type"] == "http.disconnect"


async def test_a_client_that_goes_away_meanwhile_is_passed_on() -> None:
    pieces: list[Any] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return pieces.pop(0)

    body = Body(receive)
    assert await body.look() is None
    assert (await body.receive())["body"] == b"{"
    assert (await body.receive())["type"] == "http.disconnect"
