"""The protocol over lines, without a process: listens, congestion, ids, the last answers."""

from __future__ import annotations

import asyncio
import gc
import warnings
from typing import Any

import pytest

from tests.support.serving import ENVELOPE, HANDSHAKE
from tests.support.talk import Talk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def talk() -> Talk:
    return Talk()


async def test_answers_may_overtake_each_other(talk: Talk) -> None:
    talk.ask("slow", "tools/call", {"name": "door"})
    talk.ask("quick", "ping")
    await talk.bag.answer("quick")
    talk.provider.open.set()
    assert (await talk.bag.answer("slow"))["result"]["isError"] is False


async def test_an_id_in_use_is_refused_and_the_first_goes_on(talk: Talk) -> None:
    talk.ask(1, "tools/call", {"name": "door"})
    talk.ask(1, "tools/call", {"name": "door"})
    assert talk.bag.sent[0]["error"]["code"] == -32600
    talk.bag.sent.clear()
    talk.provider.open.set()
    assert "result" in await talk.bag.answer(1)


async def test_a_failure_of_ours_keeps_its_words(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.ask(1, "tools/call", {"name": "broken"})
    assert (await talk.bag.answer(1))["error"] == {
        "code": -32603,
        "message": "Internal server error",
    }
    assert "a secret of ours" in caplog.text


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("line", "request_id", "code", "words"),
    [
        ('{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":DEEP}}', 7, -32600, "deep"),
        ('{"method":"ping","params":{"id":3,"a":DEEP},"jsonrpc":"2.0","id":"x y"}', "x y", -32600, "deep"),
        ('{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":NaN}}', 7, -32602, "NaN"),
        ('{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":1e999}}', 7, -32602, "out of range"),
        ('{"jsonrpc":"2.0","id":7,"method":"ping","params":{a}}', 7, -32700, "not JSON"),
        ('{"jsonrpc":"2.0","method":"ping","params":{"id":7,}}', None, -32700, "not JSON"),
        ("nothing of the kind", None, -32700, "not JSON"),
        ('{"id":7,"method":"ping"}', 7, -32600, "not a JSON-RPC 2.0 message"),
        ('{"jsonrpc":"1.0","id":"a","method":"ping"}', "a", -32600, "not a JSON-RPC 2.0 message"),
        ('{"jsonrpc":"1.0","id":7,"result":{}}', None, -32600, "not a JSON-RPC 2.0 message"),
        ('{"jsonrpc":"2.0","id":[7]}', None, -32600, "no method"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_answered_with_its_id(
    talk: Talk, line: str, request_id: object, code: int, words: str
) -> None:
    talk.session.feed(line.replace("DEEP", DEEP).encode())
    (message,) = talk.bag.sent
    assert (message["id"], message["error"]["code"]) == (request_id, code)
    assert words in message["error"]["message"]


async def test_a_byte_order_mark_is_no_part_of_the_first_message(talk: Talk) -> None:
    talk.session.feed(b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}')
    assert talk.bag.sent == [{"jsonrpc": "2.0", "id": 1, "result": {}}]


async def test_true_is_no_id_though_it_equals_1(talk: Talk) -> None:
    talk.ask(1, "tools/call", {"name": "door", "_meta": {"progressToken": True}})
    await asyncio.sleep(0)
    talk.tell("notifications/cancelled", {"requestId": True})
    talk.tell("notifications/cancelled", {"requestId": 1.0})
    talk.provider.open.set()
    assert "result" in await talk.bag.answer(1)
    assert talk.provider.cancelled == 0
    assert talk.provider.callers[0].progress is None


@pytest.mark.parametrize(
    "params",
    [None, [], {"arguments": {}}, {"name": 3}, {"name": "door", "arguments": [1]}],
)
async def test_bad_params_are_refused(talk: Talk, params: Any) -> None:
    talk.ask(1, "tools/call", params)
    assert (await talk.bag.answer(1))["error"]["code"] == -32602


async def test_a_cursor_that_nobody_gave_is_refused(talk: Talk) -> None:
    talk.ask(1, "tools/list", {"cursor": "2"})
    error = (await talk.bag.answer(1))["error"]
    assert (error["code"], "cursor" in error["message"]) == (-32602, True)


async def test_an_envelope_must_be_whole(talk: Talk) -> None:
    version = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    talk.ask(1, "tools/list", {"_meta": version})
    error = (await talk.bag.answer(1))["error"]
    assert error["code"] == -32602
    assert "clientCapabilities" in error["message"]


async def test_progress_is_left_out_for_a_client_that_does_not_read(talk: Talk) -> None:
    talk.bag.congested = True
    talk.ask(1, "tools/call", {"name": "door", "_meta": {"progressToken": 1}})
    talk.provider.open.set()
    await talk.bag.answer(1)
    assert len(talk.bag.sent) == 1


async def test_without_a_token_no_progress_is_made(talk: Talk) -> None:
    talk.provider.open.set()
    talk.ask(1, "tools/call", {"name": "door"})
    await talk.bag.answer(1)
    assert talk.provider.callers[0].progress is None


async def test_changes_are_told_to_those_who_asked(talk: Talk) -> None:
    talk.session.list_changed()
    assert talk.bag.sent == []
    talk.ask(1, "initialize", HANDSHAKE)
    listen = {"notifications": {"toolsListChanged": True}, "_meta": ENVELOPE}
    talk.ask(2, "subscriptions/listen", listen)
    talk.ask(3, "subscriptions/listen", {"notifications": {}, "_meta": ENVELOPE})
    await asyncio.sleep(0)
    talk.bag.sent.clear()
    talk.session.list_changed()
    await asyncio.sleep(0)
    told = [message for message in talk.bag.sent if "list_changed" in message["method"]]
    marks = [message.get("params", {}).get("_meta") for message in told]
    assert marks == [None, {"io.modelcontextprotocol/subscriptionId": 2}]
    talk.tell("notifications/cancelled", {"requestId": 2})
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    talk.bag.sent.clear()
    talk.session.list_changed()
    await asyncio.sleep(0)
    assert len(talk.bag.sent) == 1


async def test_the_last_answers_get_out(talk: Talk) -> None:
    talk.ask(1, "tools/call", {"name": "door"})
    asyncio.get_running_loop().call_later(0.05, talk.provider.open.set)
    await talk.session.finish(10)
    assert "result" in talk.bag.sent[0]


async def test_a_request_that_is_cancelled_before_it_began_leaves_nothing(talk: Talk) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        talk.ask(1, "tools/call", {"name": "door"})
        talk.tell("notifications/cancelled", {"requestId": 1})
        for _ in range(3):  # its task ends, and is forgotten
            await asyncio.sleep(0)
        gc.collect()
    # What other tests left is collected here, too.
    assert [each for each in told if "never awaited" in str(each.message)] == []
    talk.ask(1, "tools/call", {"name": "door"})  # the id is free again
    talk.provider.open.set()
    assert "result" in await talk.bag.answer(1)


async def test_what_takes_longer_is_cancelled(talk: Talk) -> None:
    talk.ask(1, "tools/call", {"name": "door"})
    talk.ask(2, "subscriptions/listen", {"notifications": {}, "_meta": ENVELOPE})
    await asyncio.sleep(0)
    await talk.session.finish(0)
    assert talk.provider.cancelled == 1
    assert not any("result" in message for message in talk.bag.sent)
