"""Answers held to ``max_answer_tokens``: valid JSON of the same shape, what was cut, and the way to the rest."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import jsonschema_rs
import pytest
import toktok
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.config import Config, demo_server
from workbench.core.model import JsonValue
from workbench.core.runtime import Runtime, open_runtime
from workbench.serve.answers import bounded_execution
from workbench.serve.preview import cut_middle, fits, measure, preview
from workbench.serve.tool_definitions import OUTPUT_SCHEMA
from workbench.serve.tool_provider import Caller
from workbench.serve.toolset import Toolset
from workbench.serve.value_paths import find
from workbench.text.jsontext import depth_over

pytestmark = pytest.mark.anyio
MOST = 8000
SLACK = 1.15
"""The estimate is good to 15 %."""


def tokens(value: JsonValue) -> int:
    text = (
        value
        if isinstance(value, str)
        else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    )
    (count,) = toktok.batch_count([text], "o200k_base")
    return int(count)


@pytest.fixture(scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    config = Config(enable_code_execution=True, servers={"demo": demo_server()})
    async with open_runtime(
        config, data_dir=tmp_path_factory.mktemp("data"), connect=True
    ) as opened:
        yield opened


async def ask(runtime: Runtime, asked: str, /, **arguments: JsonValue) -> Any:
    """The structured answer; its text is the same JSON."""
    result = await Toolset(runtime).call(asked, arguments, Caller(client="test"))
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    assert tokens(result["content"][0]["text"]) <= MOST * SLACK
    return result["structuredContent"]


async def run(runtime: Runtime, code: str, **options: JsonValue) -> Any:
    told = await ask(runtime, "code_execution", code=code, options=options)
    jsonschema_rs.validate(OUTPUT_SCHEMA, told)
    return told


ITEMS = "Array.from({length: 5000}, (_, i) => ({id: i, title: `Issue number ${i}`, labels: ['bug', 'ui']}))"


async def test_what_fits_is_whole(runtime: Runtime) -> None:
    told = await run(runtime, f"{ITEMS}.slice(0, 100)")
    assert len(told["value"]) == 100
    assert "cut" not in told


async def test_a_large_array_becomes_a_preview_with_the_way_to_the_rest(runtime: Runtime) -> None:
    told = await run(runtime, f"({{items: {ITEMS}, total: 5000}})")
    value = told["value"]
    assert (value["truncated"], value["type"], value["length"]) == (True, "object", 2)
    assert value["keys"] == ["items", "total"]
    items = value["head"]["items"]
    assert (items["truncated"], items["type"], items["length"]) == (True, "array", 5000)
    assert items["keys"] == ["id", "title", "labels"]
    assert items["path"] == "$.items"
    assert items["head"][0] == {"id": 0, "title": "Issue number 0", "labels": ["bug", "ui"]}
    assert value["head"]["total"] == 5000
    (cut,) = told["cut"]
    assert f'get_execution(execution_id="{told["execution_id"]}", path="$.items' in cut
    page = await ask(
        runtime, "get_execution", execution_id=told["execution_id"], path="$.items[100:200]"
    )
    assert [item["id"] for item in page["value"]] == list(range(100, 200))
    assert (page["type"], page["length"], page["from"]) == ("array", 5000, 100)
    assert "next" not in page


async def test_pages_lead_from_one_to_the_next(runtime: Runtime) -> None:
    told = await run(runtime, ITEMS)
    path: str | None = f"$[{len(told['value']['head'])}:]"
    seen = told["value"]["head"]
    while path is not None:
        page = await ask(runtime, "get_execution", execution_id=told["execution_id"], path=path)
        seen += page["value"]
        path = page.get("next")
    assert [item["id"] for item in seen] == list(range(5000))


async def test_logs_stay_lines_and_are_paged(runtime: Runtime) -> None:
    told = await run(
        runtime, "for (let i = 0; i < 3000; i++) console.log(`line ${i}: all is well`); 'done'"
    )
    assert told["value"] == "done"
    lines = [line["text"] for line in told["logs"]]
    assert lines[0] == "line 0: all is well"
    assert lines[-1] == "line 2999: all is well"
    (gone,) = [line for line in lines if "lines cut" in line]
    assert int(gone.split()[1]) + len(lines) - 1 == 3000
    assert "logs[" in told["cut"][0]
    page = await ask(
        runtime, "get_execution", execution_id=told["execution_id"], path="logs[1500:1502]"
    )
    assert [line["text"] for line in page["value"]] == [
        "line 1500: all is well",
        "line 1501: all is well",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "console.log('short'); console.log('z'.repeat(60000)); 1",
        "for (let i = 0; i < 4; i++) console.log(`${i}`.repeat(20000 * i)); 'y'.repeat(90000)",
        "for (let i = 0; i < 5000; i++) console.log('z'.repeat(i)); ({'a b': Array(9000).fill('text')})",
        "console.log('z'.repeat(60000)); throw new Error('x y '.repeat(30000))",
        "[['x y '.repeat(30000)], {a: 'x y '.repeat(30000)}]",
    ],
)
async def test_every_path_that_is_named_leads_to_what_was_cut(runtime: Runtime, code: str) -> None:
    told = await run(runtime, code)
    ways = [way for note in told["cut"] for way in re.findall(r'path=("(?:[^"\\]|\\.)*")', note)]
    assert ways
    for way in ways:
        page = await ask(
            runtime, "get_execution", execution_id=told["execution_id"], path=json.loads(way)
        )
        assert page["value"]


ROWS: dict[str, JsonValue] = {
    "rows": [{"id": n, "n": "abc"} for n in range(900)],
    "issues": [{"id": n, "title": f"Issue number {n}", "labels": ["bug", "ui"]} for n in range(400)],
    "lists": [["a", "b"], ["c", 0]] * 1200,
    "words": ["alpha", "beta", "gamma"] * 1200,
    "numbers": [n * 1234.5 for n in range(1500)],
    "mixed": [{"a": [1, 2], "b": {"c": None, "d": "x"}, "e": [], "f": {}, "ok": True} for _ in range(250)],
    "files": [{"path": f"src/app/{n}/index.ts", "size": n * 37, "sha": "a3f5c9d2e1b4"} for n in range(250)],
    "members": {f"key{n}": n for n in range(1500)},
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_measured_as_they_count(name: str) -> None:
    """What tools give most: a list of small objects counted twice what it is, and was cut at half of the limit."""
    true = tokens(ROWS[name])
    assert 0.85 * true <= measure(ROWS[name], 1e9) <= 1.16 * true
    shown = bounded_execution({"execution_id": "x", "value": ROWS[name], "logs": []}, true * 7 // 6)
    assert shown["value"] is ROWS[name]


NESTED = "let d = {leaf: 1}; for (let i = 0; i < 230; i++) d = i % 2 ? [d] : {next: d};"


@pytest.mark.parametrize("most", [MOST, 0])
@pytest.mark.parametrize(
    "code",
    [
        f"{NESTED} d",
        f"{NESTED} [1, 'two', d, d]",
        f"{NESTED} (await tools.demo.echo({{ value: d }}))",
        f"{NESTED} throw Object.assign(new ToolError('x'), {{ details: d }})",
        "input",
    ],
)
async def test_no_answer_has_more_levels_than_clients_read(
    runtime: Runtime, code: str, most: int
) -> None:
    """A client's JSON reader that ends at 128 levels drops the answer, and the client waits for ever."""
    options: dict[str, JsonValue] = {"max_answer_tokens": most}
    told = await ask(runtime, "code_execution", code=code, options=options, input=deep(230))
    answers = [told]
    of: dict[str, JsonValue] = {"execution_id": told["execution_id"]}
    answers.append(await ask(runtime, "get_execution", **of))
    answers.append(await ask(runtime, "get_execution", **of, full=True))
    paths = ("$", "input", "error", "calls", "calls[0].args", "calls[0].result", "input.next")
    answers += [await ask(runtime, "get_execution", **of, path=path) for path in paths]
    assert all(not depth_over(answer, 126) for answer in answers)
    if "value" in told:
        step = follow_down(told["value"])
        page = await ask(runtime, "get_execution", **of, path=step)
        assert page["path"] == step
        assert page["value"]


async def test_a_hundred_levels_go_whole(runtime: Runtime) -> None:
    told = await ask(runtime, "code_execution", code="input", input=deep(100))
    assert told["value"] == deep(100)


def follow_down(shown: JsonValue) -> str:
    """The path of the innermost part that is cut."""
    inside = shown.get("head", ()) if isinstance(shown, dict) else ()
    for part in inside.values() if isinstance(inside, dict) else inside:
        if isinstance(part, dict) and "path" in part:
            return follow_down(part)
    return str(shown["path"])


async def test_a_large_error_is_cut_in_the_middle(runtime: Runtime) -> None:
    code = "console.log('before'); throw new Error('first ' + 'x y '.repeat(100000) + ' last')"
    told = await run(runtime, code)
    message = told["error"]["message"]
    assert message.startswith("Error: first x y")
    assert message.endswith("last")
    assert "characters cut" in message
    assert told["error"]["line"] == 1
    assert told["logs"] == [{"level": "log", "text": "before"}]
    page = await ask(
        runtime, "get_execution", execution_id=told["execution_id"], path="error.message[0:30]"
    )
    assert page["value"] == "Error: first x y x y x y x y x"


async def test_the_parts_share_the_room(runtime: Runtime) -> None:
    code = f"for (let i = 0; i < 5000; i++) console.log('a line of text ' + i); {ITEMS}"
    told = await run(runtime, code)
    assert len(told["cut"]) == 2
    assert tokens(told["logs"]) > MOST / 4
    assert tokens(told["value"]) > MOST / 4


async def test_a_request_may_ask_for_more_or_less(runtime: Runtime) -> None:
    less = await run(runtime, ITEMS, max_answer_tokens=500)
    assert tokens(less) <= 500 * SLACK
    result = await Toolset(runtime).call(
        "code_execution",
        {"code": ITEMS, "options": {"max_answer_tokens": 0}},
        Caller(client="test"),
    )
    assert len(result["structuredContent"]["value"]) == 5000
    whole = await Toolset(runtime).call(
        "get_execution",
        {"execution_id": less["execution_id"], "path": "$", "max_answer_tokens": 0},
        Caller(client="test"),
    )
    assert len(whole["structuredContent"]["value"]) == 5000


@pytest.mark.slow
async def test_a_trace_is_held_too_and_its_calls_are_paged(runtime: Runtime) -> None:
    code = "for (let i = 0; i < 60; i++) call_tool('demo', 'echo', {value: ['v' + i, 'x y '.repeat(3000)]}); 'y'"
    told = await run(runtime, code)
    shown = await ask(runtime, "get_execution", execution_id=told["execution_id"])
    assert shown["calls_total"] == 60
    assert 0 < len(shown["calls"]) <= 60
    assert shown["calls"][0]["result"]["truncated"] is True
    assert any(f"calls_from={len(shown['calls']) + 1})" in note for note in shown["cut"])
    full = await ask(
        runtime, "get_execution", execution_id=told["execution_id"], full=True, calls_from=41
    )
    assert full["calls"][0]["seq"] == 41
    path = "calls[40].args.value[0]"
    part = await ask(runtime, "get_execution", execution_id=told["execution_id"], path=path)
    assert part["value"] == "v40"


UNREADABLE = ("cannot be read", "logs", "begin", "follow", "ends before", "at least 1")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.list[*]", "cannot be read from '[*]'"),
        ("$.itmes", "no 'itmes'; did you mean 'items'?"),
        ("$.items[5000:5100]", "$.items has 5000 items: [5000:]"),
        ("$.items[6000]", "$.items has 5000 items: there is no [6000]"),
        ("$.items.length", "$.items is an array, not an object"),
        ("$.total[0]", "$.total is a number, not an array"),
        ("$.total[0:1]", "$.total is a number: it has no parts"),
        ("logz[0:5]", "did you mean 'logs'?"),
        ("items[0:5]", "begins with $"),
        ("$.items[", "cannot be read from '['"),
        ("$.items[1:2].id", "nothing may follow the slice"),
        ("$.items[20:10]", "ends before it begins"),
        ("[0]", "must begin with $"),
        ("", "at least 1 character, not"),
        ("calls[0]", "calls has 0 items"),
    ],
)
async def test_a_path_that_leads_to_nothing_says_what_would(
    runtime: Runtime, path: str, message: str
) -> None:
    told = await run(runtime, f"({{items: {ITEMS}, total: 5000}})")
    page = await ask(runtime, "get_execution", execution_id=told["execution_id"], path=path)
    assert page["ok"] is False
    assert message in page["error"]["message"]
    is_no_path = any(words in message for words in UNREADABLE)
    assert page["error"]["code"] == ("INVALID_ARGS" if is_no_path else "NOT_FOUND")


VALUE: JsonValue = {
    "a": {"b c": [1, [2, 3], "text"], "": 0, "]": "odd"},
    "logs": 7,
    "l": list(range(10)),
}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("$", VALUE),
        ("value", VALUE),
        ('$.a["b c"][1][0]', 2),
        ("$.a['b c'][-1]", "text"),
        ('$.a["b c"][2][1:3]', "ex"),
        ('$.a[""]', 0),
        ('$.a["]"]', "odd"),
        ("$.l[-3:]", [7, 8, 9]),
        ("$.l[:2]", [0, 1]),
        ("$.l[8:100]", [8, 9]),
        ("$.a[1:2]", {"": 0}),
        ("$.logs", 7),
        ("$.value.logs", 7),
        ("logs[0:1]", ["a line"]),
        ("$.error.code", "X"),
    ],
)
def test_paths(path: str, part: JsonValue) -> None:
    assert (
        find({"value": VALUE, "logs": ["a line", "b"], "error": {"code": "X"}}, path).part() == part
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=20), inner, max_size=30),
    max_leaves=200,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(JSON, st.integers(100, 2000))
def test_every_value_has_a_preview_that_fits_and_leads_to_its_parts(
    value: JsonValue, most: int
) -> None:
    shown = bounded_execution(
        {
            "ok": True,
            "value": value,
            "execution_id": "0" * 36,
            "duration_ms": 1.0,
            "tool_calls": 0,
            "logs": [],
        },
        most,
    )
    jsonschema_rs.validate(OUTPUT_SCHEMA, shown)
    assert tokens(shown) <= max(most, 250) * 1.3
    follow(value, shown["value"])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    JSON | st.integers().map(lambda number: 7**number if 0 < number < 5_000 else number),
    st.integers(1, 20_000),
)
@example("\x01" * 100, 400)
@example([[]] * 100, 3_000)
@example(10**4_000, 1_000)
def test_nothing_passes_uncounted_that_counting_would_cut(value: JsonValue, most: int) -> None:
    assert fits(value, most) == (measure(value, most) <= most)


def follow(value: JsonValue, shown: JsonValue) -> None:
    """Every preview within says where its whole is."""
    if isinstance(shown, dict) and shown.get("truncated") is True and "path" in shown:
        whole = find({"value": value}, shown["path"]).part()
        assert len(whole) == shown["length"]
        for inside in (
            shown["head"].values() if isinstance(shown.get("head"), dict) else shown.get("head", ())
        ):
            follow(value, inside)


def deep(levels: int) -> JsonValue:
    value: JsonValue = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"next": value}
    return value


HOSTILE: dict[str, JsonValue] = {
    "a million keys": {f"key number {n}": n for n in range(1_000_000)},
    "a text of 10 MB": "x y\n" * 2_500_000,
    "one sign of 10 MB": "x" * 10_000_000,
    "400 levels": deep(400),
    "400 levels, wide": [deep(400)] * 1000,
    "a million numbers": list(range(1_000_000)),
    "long keys": {"k" * 100_000 + str(n): n for n in range(50)},
    "lists of lists": [[[[]] * 100] * 100] * 100,
    "escapes": '\x00\n"\\' * 500_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("most", [200, 8000, 200_000])
def test_a_hostile_value_is_previewed_without_being_walked(name: str, most: int) -> None:
    value = HOSTILE[name]
    began = time.process_time()
    shown = preview(value, most)
    took = time.process_time() - began
    assert tokens(shown) <= most * 1.3
    size = len(json.dumps(value)) / 1e6
    # A collection of garbage that comes just then takes 0.2 s.
    assert took <= 0.05 * max(10.0, size) + most / 50_000, (
        "0.05 s for a MB, and what the preview itself takes"
    )


def test_what_is_whole_is_not_called_cut() -> None:
    shown: dict[str, JsonValue] = {"execution_id": "x", "value": "y" * 100_000, "logs": []}
    (note,) = bounded_execution(shown, 20)["cut"]
    assert note.startswith("value: ")
    values: list[JsonValue] = [1, "short", {}, ["head"]]
    for small in values:
        whole: dict[str, JsonValue] = {"execution_id": "x", "value": small, "logs": []}
        assert bounded_execution(whole, 1) == whole


def test_nothing_is_cut_that_would_grow() -> None:
    assert preview({}, 0) == {}
    assert preview("short", -5) == "short"
    text = "Array.from({length: 500}, (_, i) => ({i, name: 'item ' + i}))"
    assert all(len(cut_middle(text, tokens)) <= len(text) for tokens in range(30))
    assert len(cut_middle(text * 10, 24)) < len(text * 10) / 2


def test_measuring_ends_early() -> None:
    assert measure(HOSTILE["a million keys"], 100) > 100
    assert measure([1, 2, 3], 100) < 10


async def test_a_path_into_a_run_that_failed_says_that_it_did(runtime: Runtime) -> None:
    told = await run(runtime, "throw new RangeError('no')")
    page = await ask(runtime, "get_execution", execution_id=told["execution_id"], path="$.items")
    assert "failed (RUNTIME_ERROR): $ is null" in page["error"]["message"]
