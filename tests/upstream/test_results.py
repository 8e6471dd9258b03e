from __future__ import annotations

import asyncio
from typing import Any

import pytest

from workbench.catalogue.tools import ToolInfo
from workbench.core.model import ErrorCode, Outcome, ToolCall
from workbench.mcp.messages import (
    ConnectionLost,
    Failure,
    Malformed,
    NotJson,
    RequestTimeout,
    RpcError,
    answer_of,
)
from workbench.text.jsontext import dumps
from workbench.upstream import resource_requests
from workbench.upstream.results import failure_of, outcome_of

_WRAPPER = {"type": "object", "properties": {"result": {"type": "array"}}, "required": ["result"]}
_OBJECT = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def _outcome(answer: dict[str, Any], output_schema: dict[str, Any] | None = None) -> Outcome:
    tool = ToolInfo("s", "t", output_schema=output_schema)
    return asyncio.run(outcome_of(answer, tool, "s.t", 1.5))


@pytest.mark.parametrize(
    ("content", "result"),
    [
        ([_text("prose")], "prose"),
        ([_text('{"a": 1}')], {"a": 1}),
        ([_text(' [1, "x"]\n')], [1, "x"]),
        ([_text("{not json}")], "{not json}"),
        ([_text("[{'python': 1}]")], "[{'python': 1}]"),
        ([_text('{"a": 1} and more')], '{"a": 1} and more'),
        ([_text("42")], "42"),
        ([_text('"quoted"')], '"quoted"'),
        ([_text("null")], "null"),
        ([_text("")], ""),
        ([_text("{}")], {}),
        ([], []),
        ([_text("a"), _text("b")], [_text("a"), _text("b")]),
        ([{"type": "image", "data": "x"}], [{"type": "image", "data": "x"}]),
        ([{"type": "novelty"}], [{"type": "novelty"}]),
        ([_text("[" * 5_000 + "]" * 5_000)], "[" * 5_000 + "]" * 5_000),
    ],
)
def test_unwrapping_of_content(content: list[Any], result: Any) -> None:
    outcome = _outcome({"content": content})
    assert outcome.ok
    assert outcome.result == result
    assert outcome.content == content
    assert outcome.upstream_ms == 1.5


@pytest.mark.parametrize(
    ("structured", "schema", "result"),
    [
        ({"n": 1}, _OBJECT, {"n": 1}),
        ({"result": [1]}, _WRAPPER, [1]),
        ({"result": None}, {"x-fastmcp-wrap-result": True, "type": "object"}, None),
        ({"result": [1]}, None, {"result": [1]}),
        ({"result": [1]}, _OBJECT, {"result": [1]}),
        ({"result": [1], "more": 2}, _WRAPPER, {"result": [1], "more": 2}),
        ([1, 2], None, [1, 2]),
        (0, None, 0),
        (False, None, False),
    ],
)
def test_unwrapping_of_structured_content(structured: Any, schema: Any, result: Any) -> None:
    outcome = _outcome({"content": [_text("other")], "structuredContent": structured}, schema)
    assert outcome.result == result
    assert outcome.content == [_text("other")]


def test_structured_content_that_breaks_its_schema_is_delivered_with_a_warning() -> None:
    outcome = _outcome({"content": [], "structuredContent": {"n": "x"}}, _OBJECT)
    assert outcome.ok
    assert outcome.result == {"n": "x"}
    assert outcome.warnings == (
        "the result does not match its output schema: field 'n' must be a whole number, "
        'not the string "x"',
    )


def test_missing_structured_content_is_a_warning() -> None:
    outcome = _outcome({"content": [_text("prose")]}, _OBJECT)
    assert outcome.result == "prose"
    assert outcome.warnings == ("the tool has an output schema and gave no structured content",)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"content": [_text("no such file")], "isError": True}, "s.t: no such file"),
        ({"content": [_text("a"), _text("b")], "isError": True}, "s.t: a\nb"),
        ({"content": [], "isError": True}, "s.t: the tool failed and gave no reason"),
        ({"isError": True, "structuredContent": {"why": 1}}, 's.t: {"why":1}'),
        ({"content": "as text", "isError": True}, "s.t: as text"),
    ],
)
def test_is_error_is_a_failed_call(answer: dict[str, Any], message: str) -> None:
    outcome = _outcome(answer)
    assert outcome.error is not None
    assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
    assert outcome.error.message == message
    assert outcome.dispatched


@pytest.mark.parametrize("flag", ["true", 1, None])
def test_only_true_is_an_error(flag: Any) -> None:
    assert _outcome({"content": [_text("fine")], "isError": flag}).ok


@pytest.mark.parametrize(
    ("answer", "result", "warning"),
    [
        ({}, [], "the result has no content"),
        ({"content": "words"}, "words", "the content is not a list of blocks"),
        ({"content": {"a": 1}}, {"a": 1}, "the content is not a list of blocks"),
        ({"content": [_text("x"), "y", None]}, [_text("x"), "y", None], None),
        ({"content": [{"type": "text", "text": 7}]}, [{"type": "text", "text": 7}], None),
    ],
)
def test_wrong_shapes_are_used_as_far_as_possible(
    answer: dict[str, Any], result: Any, warning: str | None
) -> None:
    outcome = _outcome(answer)
    assert outcome.result == result
    assert outcome.warnings == ((warning,) if warning else ())


def test_a_server_that_asks_its_user_is_a_failed_call() -> None:
    outcome = _outcome({"resultType": "input_required", "inputRequests": {}})
    assert outcome.error is not None
    assert "asks its user" in outcome.error.message


def test_an_unknown_tool_is_unwrapped_without_schema() -> None:
    answer = {"content": [], "structuredContent": {"result": 1}}
    outcome = asyncio.run(outcome_of(answer, None, "s.t"))
    assert outcome.result == {"result": 1}


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(("levels", "fits"), [(200, True), (245, True), (260, False), (900, False)])
def test_results_are_as_deep_as_everything_can_hold(levels: int, fits: bool) -> None:
    outcome = _outcome({"content": [], "structuredContent": _nested(levels)})
    dumps(outcome.envelope())
    assert outcome.ok is fits
    if outcome.error is not None:
        assert outcome.error.code == ErrorCode.SERIALIZATION_ERROR
        assert outcome.error.message == "s.t: the result is nested more than 250 levels deep"


@pytest.mark.parametrize(("levels", "fits"), [(40, True), (245, True), (260, False), (900, False)])
def test_so_are_those_beside_a_long_text(levels: int, fits: bool) -> None:
    long = [{"type": "text", "text": "x" * 100_000}]
    assert _outcome({"content": long, "structuredContent": _nested(levels)}).ok is fits


def test_text_of_deep_json_stays_text() -> None:
    text = "[" * 300 + "]" * 300
    assert _outcome({"content": [_text(text)]}).result == text


def test_what_a_failing_tool_gave_is_in_the_details() -> None:
    failed = _outcome(
        {"isError": True, "content": [_text("no")], "structuredContent": {"why": [1]}}
    )
    assert failed.envelope() == {
        "ok": False,
        "error": {
            "code": "UPSTREAM_ERROR",
            "message": "s.t: no",
            "details": {"structuredContent": {"why": [1]}},
        },
    }
    assert "details" not in _outcome({"isError": True}).envelope()["error"]


def _told(error: Any) -> RpcError:
    with pytest.raises(RpcError) as caught:
        answer_of({"id": 1, "error": error})
    return caught.value


_DEEP: Any = []
for _ in range(300):
    _DEEP = [_DEEP]


@pytest.mark.parametrize(
    ("error", "code", "message", "details"),
    [
        (
            RpcError(-32001, "locked", {"t": 1}),
            "UPSTREAM_ERROR",
            "s.t: locked",
            {"code": -32001, "data": {"t": 1}},
        ),
        (RpcError(-32000, "m"), "UPSTREAM_ERROR", "s.t: m", {"code": -32000}),
        (
            _told({"code": "E_LIMIT", "message": "m"}),
            "UPSTREAM_ERROR",
            "s.t: m",
            {"code": "E_LIMIT"},
        ),
        (_told({"message": "m"}), "UPSTREAM_ERROR", "s.t: m", None),
        (_told({"code": True, "data": 1}), "UPSTREAM_ERROR", "s.t: no message", {"data": 1}),
        (_told({"code": 1.5, "message": ""}), "UPSTREAM_ERROR", "s.t: no message", {"code": 1.5}),
        (
            RpcError(7, "m", _DEEP),
            "UPSTREAM_ERROR",
            "s.t: m",
            {"code": 7, "data": "(nested more than 250 levels deep)"},
        ),
        (ConnectionLost("exit code 3"), "UPSTREAM_ERROR", "s.t: exit code 3", None),
        (Malformed("malformed answer"), "UPSTREAM_ERROR", "s.t: malformed answer", None),
        (NotJson("it holds NaN"), "SERIALIZATION_ERROR", "s.t: it holds NaN", None),
        (
            RequestTimeout("tools/call was not answered within 1 s; garbage: x"),
            "TIMEOUT",
            "s.t: not answered within the call timeout of 1000 ms; garbage: x",
            None,
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_how_a_call_without_a_result_failed(
    error: RpcError | Failure, code: str, message: str, details: Any
) -> None:
    outcome = failure_of(error, "s.t", 1_000)
    assert outcome.error is not None
    assert outcome.dispatched
    assert outcome.error.code == code
    assert (outcome.error.message, outcome.error.details) == (message, details)


def test_words_without_end_are_cut() -> None:
    for failed in (
        failure_of(RpcError(1, "w" * 1_000_000), "s.t", 1),
        _outcome({"isError": True, "content": [_text("w" * 1_000_000)]}),
    ):
        assert failed.error is not None
        assert len(failed.error.message) < 70_000
        assert failed.error.message.endswith("… (1000000 characters in all)")


@pytest.mark.anyio
async def test_large_json_of_a_resource_leaves_others_their_turn_like_that_of_a_tool() -> None:
    rows = dumps([{"id": number, "name": "a name"} for number in range(60_000)])
    read = ToolCall("x", 1, "s", "resources/read", {"uri": "a://b"}, kind="resource")
    content = {"uri": "a://b", "mimeType": "application/json", "text": rows}
    turns: list[int] = []

    async def others() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    tool = {"content": [{"type": "text", "text": rows}]}
    for answer in (
        resource_requests.outcome_of({"contents": [content]}, read, 1.0),
        outcome_of(tool, None, "s.t", 1.0),
    ):
        turns.clear()
        running = asyncio.create_task(others())
        told = await answer
        running.cancel()
        assert isinstance(told.result, list)
        assert len(told.result) == 60_000
        assert len(turns) > 3
