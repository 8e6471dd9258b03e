from __future__ import annotations

import asyncio
import contextlib
import json
from codecs import BOM_UTF8
from typing import Any, cast

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.servers import until
from workbench.mcp.messages import (
    INTERNAL_ERROR,
    ConnectionLost,
    Malformed,
    NotJson,
    RequestTimeout,
    RpcError,
    TooLarge,
    decode,
)
from workbench.mcp.peer import Peer
from workbench.upstream.notes import log_text

pytestmark = pytest.mark.anyio


class _Pipe:
    """The transport's side: what was written, as messages."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self.written += [orjson.loads(line) for line in data.splitlines()]


class _Wired:
    def __init__(self) -> None:
        self.pipe = _Pipe()
        self.notified: list[tuple[str, dict[str, Any]]] = []
        self.peer = Peer(lambda method, params: self.notified.append((method, params)))
        self.peer.attach(cast(asyncio.WriteTransport, self.pipe))

    def say(self, message: object) -> None:
        self.peer.feed(orjson.dumps(message) + b"\n")

    async def ask(self, **more: Any) -> dict[str, Any]:
        return await self.peer.request("tools/call", {"name": "t"}, **more)


@pytest.fixture
async def wired() -> _Wired:
    return _Wired()


async def _until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110  (a pipe of the test tells nobody)
        await asyncio.sleep(0)


async def _asked(wired: _Wired, **more: Any) -> asyncio.Task[dict[str, Any]]:
    """A request that has been written."""
    count = len(wired.pipe.written)
    task = asyncio.create_task(wired.ask(**more))
    await _until(lambda: len(wired.pipe.written) > count)
    return task


async def test_an_answer_reaches_its_request(wired: _Wired) -> None:
    first, second = await _asked(wired), await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 2, "result": {"n": 2}})
    wired.say({"jsonrpc": "2.0", "id": 1, "result": {"n": 1}})
    assert (await first, await second) == ({"n": 1}, {"n": 2})


async def test_an_answer_may_come_in_any_pieces(wired: _Wired) -> None:
    task = await _asked(wired)
    for byte in b'{"jsonrpc":"2.0","id":1,"result":{"text":"\xc3\xa4"}}\n':
        wired.peer.feed(bytes([byte]))
    assert await task == {"text": "ä"}


async def test_the_number_of_a_request_may_come_back_as_text(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": "1", "result": {}})
    assert await task == {}


async def test_a_batch_is_its_messages(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.say([{"method": "a"}, {"jsonrpc": "2.0", "id": 1, "result": {"ok": 1}}])
    assert await task == {"ok": 1}
    assert wired.notified == [("a", {})]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ({"code": -32602, "message": "bad"}, -32602, "bad"),
        ({"message": "no code"}, INTERNAL_ERROR, "no code"),
        ({"code": 1}, 1, "no message"),
        ({"code": "x", "message": 7}, INTERNAL_ERROR, "no message, but 7"),
        ({"code": 3, "message": ""}, 3, "no message"),
        ({"code": 3, "message": {"a": 1}}, 3, "no message, but an object"),
    ],
)
async def test_an_error_answer_raises(wired: _Wired, error: Any, code: int, message: str) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 1, "error": error})
    with pytest.raises(RpcError) as caught:
        await task
    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize("result", [None, 3, "text", []])
async def test_a_result_that_is_no_object_raises(wired: _Wired, result: Any) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 1, "result": result})
    with pytest.raises(Malformed, match="not an object"):
        await task


async def test_a_timeout_tells_the_server_to_stop(wired: _Wired) -> None:
    with pytest.raises(RequestTimeout):
        await wired.ask(timeout=0.01)
    assert wired.pipe.written[-1]["method"] == "notifications/cancelled"
    assert wired.pipe.written[-1]["params"]["requestId"] == 1


async def test_cancelling_tells_the_server_to_stop(wired: _Wired) -> None:
    task = await _asked(wired)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert wired.pipe.written[-1]["method"] == "notifications/cancelled"


async def test_what_the_protocol_forbids_to_cancel_is_not(wired: _Wired) -> None:
    with pytest.raises(RequestTimeout):
        await wired.ask(timeout=0.01, cancel=False)
    assert len(wired.pipe.written) == 1


async def test_a_late_answer_is_dropped(wired: _Wired) -> None:
    with pytest.raises(RequestTimeout):
        await wired.ask(timeout=0.01)
    wired.say({"jsonrpc": "2.0", "id": 1, "result": {"late": True}})
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 2, "result": {"late": False}})
    assert await task == {"late": False}
    assert not wired.peer.garbage


async def test_closing_fails_what_waits_and_what_comes(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.peer.close("exit code 3")
    for waiting in (task, asyncio.create_task(wired.ask())):
        with pytest.raises(ConnectionLost, match="exit code 3"):
            await waiting


async def test_a_full_pipe_holds_requests_back(wired: _Wired) -> None:
    wired.peer.pause()
    task = asyncio.create_task(wired.ask())
    await asyncio.sleep(0.01)
    assert wired.pipe.written == []
    wired.peer.resume()
    await _until(lambda: wired.pipe.written)
    wired.say({"jsonrpc": "2.0", "id": 1, "result": {}})
    await task


async def test_a_pipe_that_stays_full_times_out_unsent(wired: _Wired) -> None:
    wired.peer.pause()
    with pytest.raises(RequestTimeout):
        await wired.ask(timeout=0.01)
    assert wired.pipe.written == []


async def test_progress_reaches_its_request(wired: _Wired) -> None:
    seen: list[Any] = []
    task = await _asked(wired, progress=lambda *news: seen.append(news))
    assert wired.pipe.written[0]["params"]["_meta"]["progressToken"] == 1
    wired.say({"method": "notifications/progress", "params": {"progressToken": 1, "progress": 0.5}})
    wired.say(
        {
            "method": "notifications/progress",
            "params": {"progressToken": 1, "progress": 1, "total": 2, "message": "half"},
        }
    )
    wired.say({"method": "notifications/progress", "params": {"progressToken": 9, "progress": 1}})
    wired.say({"method": "notifications/progress", "params": {"progressToken": 1, "progress": "x"}})
    assert seen == [(0.5, None, None), (1, 2, "half")]
    task.cancel()


async def test_nobody_is_asked_by_a_connection_that_was_closed() -> None:
    asked: list[str] = []

    async def answer(method: str, _params: dict[str, Any]) -> dict[str, Any]:
        asked.append(method)
        return {}

    peer = Peer(lambda _method, _params: None, on_request=answer)
    question = b'{"jsonrpc":"2.0","id":"q","method":"elicitation/create"}\n'
    peer.feed(question)
    await until(lambda: asked)
    peer.close("over")
    peer.feed(question)
    for _ in range(3):
        await asyncio.sleep(0)
    assert asked == ["elicitation/create"]


async def test_a_ping_is_answered_and_nothing_else_is_offered(wired: _Wired) -> None:
    wired.say({"jsonrpc": "2.0", "id": "p", "method": "ping"})
    wired.say({"jsonrpc": "2.0", "id": 4, "method": "sampling/createMessage", "params": {}})
    assert wired.pipe.written[0] == {"jsonrpc": "2.0", "id": "p", "result": {}}
    await until(lambda: len(wired.pipe.written) == 2)
    assert wired.pipe.written[1]["error"]["code"] == -32601


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"{",
        b"[]",
        b"null",
        b"17",
        b'{"jsonrpc": "2.0"}',
        b'{"id": 1}',
        b'{"method": 5}',
        b"\xff\xfe\x00",
        pytest.param(b'{"a":' * 100_000, id="deep"),
        pytest.param(b"x" * 100_000, id="long"),
    ],
)
async def test_garbage_is_kept_and_does_no_harm(wired: _Wired, line: bytes) -> None:
    task = await _asked(wired)
    wired.peer.feed(line + b"\n")
    wired.say({"jsonrpc": "2.0", "id": 1, "result": {}})
    assert await task == {}
    assert len(wired.peer.garbage) == 1
    assert len(wired.peer.garbage[0]) <= 300


async def test_blank_lines_and_carriage_returns_are_no_garbage(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.peer.feed(b'\n\r\n  \n{"jsonrpc":"2.0","id":1,"result":{}}\r\n')
    assert await task == {}
    assert not wired.peer.garbage


async def test_a_byte_order_mark_is_no_garbage(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.peer.feed(BOM_UTF8 + b'{"jsonrpc":"2.0","id":1,"result":{}}\n')
    assert await task == {}
    assert not wired.peer.garbage


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
        (b'"\\ud800"', "\ufffd"),
        (b'"nul\\u0000"', "nul\0"),
    ],
)
async def test_bad_text_in_an_answer_is_mended(wired: _Wired, raw: bytes, text: str) -> None:
    task = await _asked(wired)
    wired.peer.feed(b'{"jsonrpc":"2.0","id":1,"result":{"t":' + raw + b"}}\n")
    assert await task == {"t": text}


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e400", b"9" * 400, b"9" * 5_000])
async def test_numbers_that_are_no_json_fail_their_request(wired: _Wired, number: bytes) -> None:
    task = await _asked(wired)
    wired.peer.feed(b'{"jsonrpc":"2.0","id":1,"result":{"n":' + number + b"}}\n")
    with pytest.raises(NotJson, match="NaN, Infinity or a number out of range"):
        await task


@pytest.mark.parametrize("number", [b"9" * 5_000, b"1e400"])
async def test_an_id_without_bound_is_of_no_request(wired: _Wired, number: bytes) -> None:
    task = await _asked(wired)
    wired.peer.feed(b'{"jsonrpc":"2.0","id":' + number + b',"result":{}}\n')
    with pytest.raises(Malformed, match="its id is no id, of no request"):
        await task


@pytest.mark.parametrize("line", [b'{"id":1,"result":%s}', b'{"result":%s,"id":1}'])
@pytest.mark.parametrize("levels", [1_100, 100_000])
async def test_an_answer_that_is_too_deep_fails_its_request(
    wired: _Wired, line: bytes, levels: int
) -> None:
    """At the same depth on every Python: some read nine thousand levels."""
    task = await _asked(wired)
    deep = b"[" * levels + b"]" * levels
    wired.peer.feed(line % deep + b"\n")
    with pytest.raises(Malformed, match="nested too deeply"):
        await task


async def test_large_integers_and_lone_surrogates_can_be_sent(wired: _Wired) -> None:
    await wired.peer.notify("n", {"big": 2**70, "text": "\ud800"})
    assert wired.pipe.written[0]["params"]["text"] == "\ufffd"


async def test_a_last_line_without_its_end_counts(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.peer.feed(b'{"jsonrpc":"2.0","id":1,"result":{}}')
    wired.peer.finish()
    assert await task == {}


async def test_a_line_without_end_closes_the_connection(wired: _Wired) -> None:
    wired.peer.longest = 1_000
    task = await _asked(wired)
    for _ in range(20):
        wired.peer.feed(b"x" * 500)
    with pytest.raises(ConnectionLost, match="a line without end"):
        await task


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":2,"result":{"items":[{"id":1}],"t":"%s"}}',
        b'{"result":{"t":"%s","items":[{"id":1}]},"jsonrpc":"2.0","id":2}',
    ],
)
async def test_an_answer_over_the_bound_fails_its_own_request_only(
    wired: _Wired, line: bytes
) -> None:
    wired.peer.longest = 1_000
    first, second = await _asked(wired), await _asked(wired)
    whole = line % (b"x" * 1_500) + b"\n"
    for start in range(0, len(whole), 100):
        wired.peer.feed(whole[start : start + 100])
    with pytest.raises(TooLarge, match="max_upstream_bytes"):
        await second
    wired.say({"jsonrpc": "2.0", "id": 1, "result": {"n": 1}})
    assert await first == {"n": 1}


async def test_an_answer_whose_value_would_fill_the_memory_is_refused_unread(
    wired: _Wired,
) -> None:
    wired.peer.longest = 100_000
    task = await _asked(wired)
    wired.peer.feed(b'{"id":1,"result":{"l":[' + b"{}," * 30_000 + b"{}]}}\n")
    with pytest.raises(Malformed, match="more values than are taken"):
        await task
    rows = [{"n": n, "name": f"row {n}", "tags": ["a", "b"]} for n in range(1_500)]
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 2, "result": {"rows": rows}})
    assert (await task)["rows"] == rows
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 3, "result": {"text": "{[,:" * 20_000}})
    assert len((await task)["text"]) == 80_000


@pytest.mark.parametrize(
    "message", [{}, {"method": 5}, {"error": None}, {"result": None, "error": None}, {"error": 5}]
)
async def test_an_answer_that_is_neither_result_nor_error_fails_its_request(
    wired: _Wired, message: Any
) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 1, **message})
    with pytest.raises(Malformed, match="malformed"):
        await task


@pytest.mark.parametrize("request_id", ["9" * 5_000, 17, 2.5, [1], {"id": 1}, True, None])
async def test_an_answer_of_no_request_fails_the_only_one(wired: _Wired, request_id: Any) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": request_id, "result": {}})
    if request_id is None:
        assert await task == {}
    else:
        with pytest.raises(Malformed, match="of no request"):
            await task


async def test_an_error_answer_without_an_id_is_of_the_only_request(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}})
    with pytest.raises(RpcError, match="Parse error"):
        await task


async def test_of_two_requests_none_is_failed_for_an_answer_of_no_request(wired: _Wired) -> None:
    first, second = await _asked(wired), await _asked(wired, timeout=0.05)
    wired.say({"jsonrpc": "2.0", "id": "nobody", "result": {}})
    with pytest.raises(RequestTimeout, match=r"sent what is no message: .*nobody"):
        await second
    wired.say({"jsonrpc": "2.0", "id": 1.0, "result": {"n": 1}})
    assert await first == {"n": 1}


async def test_an_answer_that_is_no_json_fails_the_request_that_it_names(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.peer.feed(b'{"jsonrpc":"2.0","id":1,"result":{"n": -nan}}\n')
    with pytest.raises(Malformed, match="malformed answer"):
        await task


@pytest.mark.parametrize("code", [-32000, -32001])
async def test_a_servers_own_code_is_never_taken_for_ours(wired: _Wired, code: int) -> None:
    task = await _asked(wired)
    wired.say({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "m", "data": [1]}})
    with pytest.raises(RpcError) as caught:
        await task
    assert (caught.value.code, caught.value.message, caught.value.data) == (code, "m", [1])


async def test_a_server_that_asks_and_never_reads_is_left(wired: _Wired) -> None:
    task = await _asked(wired)
    wired.peer.pause()
    for n in range(100_000):
        wired.say({"jsonrpc": "2.0", "id": n, "method": "ping"})
        if wired.peer.closed_by is not None:
            break
    with pytest.raises(ConnectionLost, match="reads no answer"):
        await task


async def test_a_ping_with_an_endless_id_is_not_answered(wired: _Wired) -> None:
    wired.say({"jsonrpc": "2.0", "id": "x" * 100_000, "method": "ping"})
    assert wired.pipe.written == []
    assert len(wired.peer.garbage) == 1


_MESSAGES = st.lists(
    st.one_of(
        st.builds(lambda text: {"method": "n", "params": {"text": text}}, st.text()),
        st.builds(lambda n: {"jsonrpc": "2.0", "id": n, "result": {}}, st.integers(1, 5)),
        st.just({"nothing": True}),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(messages=_MESSAGES, cuts=st.lists(st.integers(0, 400), max_size=12))
def test_the_pieces_that_messages_come_in_do_not_matter(
    messages: list[dict[str, Any]], cuts: list[int]
) -> None:
    async def feed(pieces: list[bytes]) -> tuple[list[Any], list[str]]:
        wired = _Wired()
        for piece in pieces:
            wired.peer.feed(piece)
        wired.peer.finish()
        return wired.notified, list(wired.peer.garbage)

    stream = b"".join(orjson.dumps(message) + b"\n" for message in messages)
    places = sorted({min(cut, len(stream)) for cut in cuts})
    pieces = [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]
    whole = asyncio.run(feed([stream]))
    assert asyncio.run(feed([piece for piece in pieces if piece])) == whole
    assert len(whole[0]) == sum("method" in message for message in messages)


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":1,"error":DEEP}',
        b'{"id":DEEP,"result":{}}',
        b'{"id":"p","method":"ping","params":DEEP}',
        b'{"id":DEEP,"method":"ping"}',
        b'{"method":"notifications/message","params":{"level":DEEP,"logger":DEEP,"data":DEEP}}',
        b'{"method":"notifications/progress","params":{"progressToken":1,"progress":HUGE,"total":HUGE}}',
        b'{"id":HUGE,"method":"ping"}',
        b'{"id":HUGE,"result":{}}',
        b'{"id":1,"error":{"code":HUGE,"message":DEEP}}',
    ],
)
async def test_what_is_deep_or_huge_does_not_raise(wired: _Wired, line: bytes) -> None:
    """An exception here would end the connection, with a traceback on stderr."""
    told: list[str] = []
    wired.peer.conversation.on_notification = lambda _, params: told.append(log_text(params))
    task = await _asked(wired, progress=lambda *news: told.append(f"{float(news[0])}"))
    deep, huge = b"[" * 990 + b"]" * 990, b"9" * 3_990
    wired.peer.feed(line.replace(b"DEEP", deep).replace(b"HUGE", huge) + b"\n")
    wired.say({"jsonrpc": "2.0", "id": 1, "result": {}})
    with contextlib.suppress(RpcError, Malformed):
        await task


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


_ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**3_900),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from([1, 1.0, "1", "２", "9" * 5_000, 2**70]),
    st.sampled_from([240, 800]).map(_nested),
    st.dictionaries(st.sampled_from(["code", "message", "data"]), st.integers() | st.text()),
)
_MEMBERS = ["id", "method", "params", "result", "error", "jsonrpc"]
_PARAMS = ["progressToken", "progress", "total", "message", "level", "logger", "data", "requestId"]
_METHODS = ["ping", "notifications/progress", "notifications/message", "roots/list"]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    message=st.fixed_dictionaries({}, optional=dict.fromkeys(_MEMBERS, _ANY)),
    method=st.none() | st.sampled_from(_METHODS),
    params=st.none() | st.fixed_dictionaries({}, optional=dict.fromkeys(_PARAMS, _ANY)),
)
def test_nothing_that_a_server_may_say_raises(
    message: dict[str, Any], method: str | None, params: dict[str, Any] | None
) -> None:
    """What raises here ends the connection, with a traceback on stderr."""
    if method is not None:
        message["method"] = method
    if params is not None:
        message["params"] = params

    async def say() -> None:
        told: list[str] = []
        wired = _Wired()
        wired.peer.conversation.on_notification = lambda _, params: told.append(log_text(params))
        task = await _asked(wired, progress=lambda *news: told.append(f"{float(news[0])}"))
        wired.peer.feed(json.dumps(message).encode() + b"\n")
        wired.say({"jsonrpc": "2.0", "id": 1, "result": {}})
        with contextlib.suppress(RpcError, Malformed):
            await task

    asyncio.run(say())


def test_lone_surrogates_are_mended_beside_numbers_that_are_no_json() -> None:
    assert decode(b'{"\\ud800":["\\udc00",NaN]}').value == {"\ufffd": ["\ufffd", None]}
