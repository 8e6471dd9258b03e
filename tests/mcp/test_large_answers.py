"""A large answer is taken apart with turns of others between, and gives what parsing it whole gives."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.model import JsonValue
from workbench.mcp import large_answers
from workbench.mcp.large_answers import large_answer, result_of
from workbench.mcp.messages import Failure, Malformed, RpcError, TooMuch, answer_of, decode
from workbench.mcp.peer import Peer
from workbench.text import json_pieces

pytestmark = pytest.mark.anyio
_MUCH = 1 << 40
_ROWS = [{"id": n, "content": [{"structuredContent": "}, {"}], "t": ',"content":[{'} for n in range(300)]  # fmt: skip
_TEXT = [{"type": "text", "text": json.dumps(_ROWS)}]
_RESULTS: list[dict[str, JsonValue]] = [
    {"content": _TEXT, "structuredContent": {"rows": _ROWS}},
    {"content": [], "structuredContent": {"rows": _ROWS}, "isError": False},
    {"structuredContent": {"rows": _ROWS}, "content": _TEXT, "_meta": {"content": 1}},
    {"structuredContent": _ROWS},
    {"content": _TEXT},
    {"content": [{"type": "text", "text": "words, " * 9000}], "a": {"content": {"b": [1]}, "content ": 2}},
    {"rows": {str(n): [n] for n in range(2000)}, "resultType": "complete"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_answers, "LARGE", 40)
    monkeypatch.setattr(json_pieces, "LARGE", 40)
    monkeypatch.setattr(json_pieces, "_PIECE", 300)


def _whole(line: bytes) -> Any:
    """What parsing the line in one go gives, or raises."""
    try:
        decoded = decode(line, _MUCH)
        assert isinstance(decoded.value, dict)
        return answer_of(decoded.value, decoded.odd_numbers)
    except (ValueError, Failure, RpcError) as error:
        return type(error), str(error)


async def _apart(line: bytes) -> Any:
    answer = large_answer(line)
    if answer is None:
        return "is parsed whole"
    assert answer.id == 7
    try:
        return await result_of(answer, _MUCH)
    except (ValueError, Failure, RpcError) as error:
        return type(error), str(error)


def _lines(result: bytes) -> list[bytes]:
    """The message as the libraries of servers write it."""
    return [
        b'{"jsonrpc":"2.0","id":7,"result":' + result + b"}",
        b' { "id" : "7", "jsonrpc": "2.0", "result" : ' + result + b" } ",
        b'{"result":' + result + b',"jsonrpc":"2.0","id":7}',
        b'{"jsonrpc": "2.0", "result": ' + result + b', "id": 7}\r',
    ]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("result", _RESULTS)
async def test_it_gives_what_the_message_holds(
    result: dict[str, JsonValue], separators: tuple[str, str]
) -> None:
    for line in _lines(json.dumps(result, separators=separators).encode()):
        answer = large_answer(line)
        assert answer is not None
        assert answer.id in (7, "7")
        found = await result_of(answer, _MUCH)
        assert found == result
        assert list(found) == list(result), "members keep their order"


_ODD = [
    b'{"content":[{"a":NaN},{"a":1}],"structuredContent":{"a":[1e400]}}',
    b'{"content":[{"a":1},{"a":1e400}],"x":"' + b"x" * 60 + b'"}',
    b'{"content":[],"content":[1],"structuredContent":1,"structuredContent":{"a":[[1],[2]]}}',
    b'{"structuredContent":1,"content":[2],"structuredContent":3,"content":"' + b"x" * 60 + b'"}',
    b'{"content":[{"a":"\\ud800"}],"structuredContent":{"a":"\\udc00\\ud83d\\ude00"}}',
    b'{"content":[{"a":"\xff\xfe"}],"structuredContent":{"a":"' + b"x" * 40 + b'"}}',
    b'{"content":[],"structuredContent":{"a":' + b"9" * 5000 + b"}}",
    b'{"content":[],"structuredContent":{"a":[' + b"123456789012345678901234567890," * 9 + b"1]}}",
    b'{"content":[],"structuredContent":{"a":' + b"[" * 2000 + b"]" * 2000 + b"}}",
    b'{,"structuredContent":{"a":[[1],[2]],"b":"' + b"x" * 40 + b'"}}',
    b'{"content":[{"a":1},],"structuredContent":{"a":[[1],[2]],"b":"' + b"x" * 40 + b'"}}',
    b'{"a":{"b":1,"structuredContent":{"a":[[1],[2]]},"content":[2]},"c":"' + b"x" * 40 + b'"}',
    b'{"a":"' + b"x" * 60 + b'"},"more":{"a":1}',
    b'{"a":"' + b"x" * 60 + b'"},"error":{"code":1,"message":"no"}',
    b'{"a":"' + b"x" * 60 + b'"},"result":{"b":2}',
    b'{"a":"' + b"x" * 60 + b'"},"result":[1]',
    b'{"a":"' + b"x" * 60 + b'"} {"b":1}',
    b'{"a":"' + b"x" * 60,
]


@pytest.mark.parametrize("result", _ODD)
async def test_what_is_odd_in_it_means_the_same(result: bytes) -> None:
    for line in (_lines(result)[0], _lines(result)[2]):
        assert await _apart(line) in (_whole(line), "is parsed whole")


async def test_what_bears_an_id_and_is_no_answer_is_not_taken_for_one() -> None:
    rest = b'"params":{"a":"' + b"x" * 60 + b'"}}'
    for line in (
        b'{"jsonrpc":"2.0","id":7,"method":"ping",' + rest,
        b'{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"m"},' + rest,
        b'{"jsonrpc":"2.0","result":{},' + rest,
        b'{"jsonrpc":"2.0","id":7,"result":[1],' + rest,
        b'[{"jsonrpc":"2.0","id":7,"result":{"a":"' + b"x" * 60 + b'"}}]',
    ):
        assert large_answer(line) is None
    line = b'{"jsonrpc":"2.0","id":7,"result":{"a":{}},"method":"ping",' + rest[:-1] + b"}}"
    answer = large_answer(line)
    if answer is not None:
        with pytest.raises((Malformed, ValueError)):
            await result_of(answer, _MUCH)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("content", "structuredContent", "a", '","content":')),
            inner,
            max_size=3,
        )
    ),
    max_leaves=25,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(st.dictionaries(st.sampled_from(("content", "structuredContent", "b")), _VALUES))
async def test_any_result_is_the_same(result: dict[str, JsonValue]) -> None:
    for line in _lines(json.dumps(result).encode()):
        assert await _apart(line.replace(b'"7"', b"7")) in (_whole(line), "is parsed whole")


async def test_what_would_fill_the_memory_is_refused_before_it_is_parsed() -> None:
    answer = large_answer(_lines(b'{"a":[' + b"{}," * 100_000 + b"1]}")[0])
    assert answer is not None
    with pytest.raises(TooMuch):
        await result_of(answer, 1 << 20)


class _Pipe(asyncio.WriteTransport):
    def __init__(self) -> None:
        self.written: list[Any] = []

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written += [orjson.loads(line) for line in data.splitlines()]


async def _asked() -> tuple[Peer, _Pipe, asyncio.Task[dict[str, JsonValue]]]:
    peer, pipe = Peer(lambda _method, _params: None), _Pipe()
    peer.attach(pipe)
    asking = asyncio.create_task(peer.request("tools/call", {"name": "t"}))
    while not pipe.written:  # noqa: ASYNC110  (a pipe of the test tells nobody)
        await asyncio.sleep(0)
    return peer, pipe, asking


def _answer(result: JsonValue, request_id: int = 1) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": request_id, "result": result}) + b"\n"


async def test_others_have_their_turn_while_it_is_taken_apart() -> None:
    peer, pipe, asking = await _asked()
    peer.feed(_answer(_RESULTS[0]))
    other = asyncio.create_task(peer.request("tools/call", {"name": "small"}))
    while len(pipe.written) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    peer.feed(_answer({"n": 2}, 2))
    assert await other == {"n": 2}
    assert not asking.done(), "the small answer, though it came later, is there first"
    assert await asking == _RESULTS[0]


async def test_who_stops_waiting_meanwhile_does_not_stop_what_is_answered() -> None:
    peer, pipe, asking = await _asked()
    peer.feed(_answer(_RESULTS[0]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [message["method"] for message in pipe.written] == ["tools/call"]


async def test_one_that_is_broken_fails_its_request_and_is_kept_to_be_shown() -> None:
    peer, _, asking = await _asked()
    peer.feed(b'{"jsonrpc":"2.0","id":1,"result":{"a":"' + b"x" * 100 + b'",}}\n')
    with pytest.raises(Malformed, match="malformed answer: "):
        await asking
    assert "xxx" in peer.garbage[-1]
