"""The content of a large result, which stays with the host until the script looks at it: what a script can see
is what it saw when content came with the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import RunScript
from tests.support.tools import DictTools
from workbench.core import contents
from workbench.core.engine import Engine
from workbench.core.events import Event, ToolCallFinished
from workbench.core.model import (
    ExecutionRequest,
    JsonValue,
    Limits,
    Outcome,
    PoolSettings,
    ToolCall,
)
from workbench.sandbox.host import frame_checks

pytestmark = pytest.mark.anyio

_LOOKS = [
    "r.content",
    "JSON.stringify(r)",
    "r",
    "[r, r]",
    "Object.keys(r)",
    "Reflect.ownKeys(r)",
    "Object.entries(r)",
    "({ ...r })",
    "Object.assign({}, r)",
    "(({ ok, ...rest }) => rest)(r)",
    "(({ content: [{ text }] }) => text)(r)",
    "structuredClone(r)",
    "Object.getOwnPropertyDescriptor(r, 'content')",
    "Object.getOwnPropertyDescriptors(r)",
    "[Object.getOwnPropertyDescriptor(r, 'ok'), Object.getOwnPropertyDescriptor(r, 'none') === undefined]",
    "r.content === r.content",
    "r.content === r.result",
    "['content' in r, Object.hasOwn(r, 'content'), r.propertyIsEnumerable('content')]",
    "{ const seen = []; for (const key in r) seen.push(key, r[key]); seen }",
    "Object.create(r).content",
    "[r instanceof Object, Object.getPrototypeOf(r) === Object.prototype, String(r), Array.isArray(r)]",
    "Object.freeze(r); r.content = 1; [Object.isFrozen(r), r.content]",
    "Object.seal(r); [Object.isSealed(r), delete r.content, r.content]",
    "Object.preventExtensions(r); r.more = 1; [Object.isExtensible(r), r.more === undefined, r.content]",
    "r.content = 5; [r, Object.getOwnPropertyDescriptor(r, 'content')]",
    "r.more = 5; r",
    "[delete r.content, r, 'content' in r, r.content === undefined]",
    "delete r.content; r.content = 1; r",
    "delete r.content; Object.defineProperty(r, 'content', { value: 2, configurable: true }); [r, r.content]",
    "Object.defineProperty(r, 'content', { enumerable: false }); [r, r.content]",
    "Object.defineProperty(r, 'content', { writable: false }); r.content = 1; r.content",
    "Object.defineProperty(r, 'content', { get: () => 3 }); r.content",
    "r.content.push(1); r.content.length",
    "Object.setPrototypeOf(r, { more: 1 }); [r.more, r.content]",
    "Reflect.set(Object.create(r), 'content', 1); r.content",
    "console.log(r); console.log('%o', r); console.table(r)",
    "image(r)",
    "const known = new Map([[r, 1]]); [known.get(r), r.content, known.get(r)]",
    "for (const n of ['get', 'set', 'value', 'writable', 'content', 'configurable', 'defineProperty']) Object.defineProperty(Object.prototype, n,"
    " { __proto__: null, get() { throw new Error(n) }, set() { throw new Error(n) }, configurable: true });"
    " [r.content.length, Reflect.getOwnPropertyDescriptor(r, 'content') === undefined, Object.keys(r)]",
    "Object.prototype.content = 1; const s = call_tool('test', 'none', {}); [Object.keys(s), s.content]",
]
_WAYS = {
    "call_tool": "const r = call_tool('test', 'blocks', {});",
    "call_tools": "const [, r] = call_tools([1, 2].map(() => ({ server: 'test', tool: 'blocks' })));",
    "awaited": "const [r] = await Promise.all([call_tool('test', 'blocks', {})]);",
}
_BLOCKS = [
    {"type": "text", "text": 'the "text" of it'},
    {"type": "image", "data": "QUJD", "mimeType": "image/png"},
]


async def _blocks(call: ToolCall) -> Outcome:
    return Outcome(ok=True, result={"items": [1, 2]}, content=_BLOCKS)


async def _none(call: ToolCall) -> Outcome:
    return Outcome(ok=True, result=1)


async def _said(call: ToolCall) -> Outcome:
    return Outcome(ok=True, result="its text", content=[{"type": "text", "text": "its text"}])


async def _sorted(call: ToolCall) -> Outcome:
    """As of a server that writes names in their order."""
    return Outcome(ok=True, result="its text", content=[{"text": "its text", "type": "text"}])


def _tools() -> DictTools:
    return DictTools(blocks=_blocks, said=_said, sorted=_sorted, none=_none)


@pytest.fixture
def keep_all(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on contents are kept back, whatever their size."""
    return lambda: monkeypatch.setattr(contents, "_LARGE", 1)


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("tool", ["blocks", "said", "sorted"])
@pytest.mark.parametrize("look", [*_LOOKS, "r.result = 1; r.content"])
async def test_what_is_kept_back_looks_like_what_is_given(
    run: RunScript, keep_all: Callable[[], None], way: str, tool: str, look: str
) -> None:
    code = f"{_WAYS[way].replace('blocks', tool)} {look}"
    given = await run(code, tools=_tools())
    keep_all()
    kept = await run(code, tools=_tools())
    assert kept.error == given.error
    assert json.dumps(kept.value) == json.dumps(given.value)
    assert [line.text for line in kept.logs] == [line.text for line in given.logs]


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The calls whose content was asked for."""
    asked: list[int] = []

    def read(frame: dict[str, Any], size: int) -> frame_checks.Content:
        asked.append(frame["seq"])
        return frame_checks.Content(frame["seq"])

    monkeypatch.setitem(frame_checks._READERS, "content", read)
    return asked


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        ("call_tool('test', 'large', {}).result.length", []),
        ("const { ok, result } = call_tool('test', 'large', {}); [ok, result.length]", []),
        ("Reflect.ownKeys(call_tool('test', 'large', {}))", []),
        ("(await tools.test.large({})).length", []),
        ("const r = call_tool('test', 'large', {}); r.content[0].text + r.content.length; 1", []),
        ("const r = call_tool('test', 'two', {}); r.content[0].text + r.content.length; 1", [1]),
        ("call_tool('test', 'echo', {}).content", []),
    ],
)
async def test_it_is_asked_for_once_and_only_by_who_looks(
    run: RunScript, asked_for: list[int], script: str, asked: list[int]
) -> None:
    async def large(call: ToolCall) -> Outcome:
        text = "x" * 100_000
        return Outcome(ok=True, result=text, content=[{"type": "text", "text": text}])

    async def two(call: ToolCall) -> Outcome:
        text = "x" * 50_000
        return Outcome(ok=True, result=text * 2, content=[{"type": "text", "text": text}] * 2)

    execution = await run(script, tools=DictTools(large=large, two=two))
    assert execution.ok, execution.error
    assert asked_for == asked


async def test_no_more_is_kept_back_than_a_bound(
    own_engine: Engine, asked_for: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_MOST", 250_000)

    async def large(call: ToolCall) -> Outcome:
        content = [{"type": "text", "text": "x" * 100_000}]
        return Outcome(ok=True, result=call.args["n"], content=content)

    code = (
        "const all = [1, 2, 3, 4].map(n => call_tool('test', 'large', { n }));"
        "all.map(r => [r.result, r.content[0].text.length])"
    )
    execution = await own_engine.run(ExecutionRequest(code), tools=DictTools(large=large))
    assert execution.value == [[n, 100_000] for n in (1, 2, 3, 4)]
    assert asked_for == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "x" * 100_000}],
        [{"type": "text", "text": "\U0001f600" * 25_000}],
        [{"type": "text", "text": "", "annotations": {"a": [{"b": ["x" * 100_000]}]}}],
        [{"type": "text", "text": "", "_meta": {"x" * 100_000: 1}}],
        [["x" * 100_000]],
        [{"type": "text", "text": "", "_meta": {"a": [[] for _ in range(2_000)]}}],
    ],
)
def test_all_that_is_in_a_block_counts(content: list[JsonValue]) -> None:
    """A server that hid megabytes in a block had them kept in the host by every call of a script."""
    kept = contents.Contents()
    times, outcome = 0, Outcome(ok=True, content=content)
    while kept.keep(times, outcome, contents.size_of(content)) is not None:
        times += 1
    assert 100 <= times <= 170


async def test_a_script_has_room_for_a_result_whose_content_it_does_not_read(
    own_engine: Engine,
) -> None:
    text = "x" * 6_000_000

    async def large(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=text, content=[{"type": "text", "text": text}])

    own_engine.configure(limits=Limits(memory_mb=16), pool=PoolSettings(size=1))
    tools = DictTools(large=large)
    for script in ("call_tool('test', 'large', {}).result", "(await tools.test.large({}))"):
        execution = await own_engine.run(ExecutionRequest(f"{script}.length"), tools=tools)
        assert execution.value == 6_000_000, execution.error


async def test_the_record_has_the_content_and_its_weight(own_engine: Engine) -> None:
    content = [{"type": "resource", "resource": {"uri": "a://b", "text": "x" * 100_000}}]

    async def large(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=1, content=content)

    for script in ("call_tool('test', 'large', {}).result", "await tools.test.large({})"):
        events: list[Event] = []
        await own_engine.run(
            ExecutionRequest(script), tools=DictTools(large=large), listener=events.append
        )
        (finished,) = (event for event in events if isinstance(event, ToolCallFinished))
        assert finished.outcome.content == content
        assert finished.size is not None
        assert finished.size > 100_000
