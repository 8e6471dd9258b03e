"""What comes from outside, made up by hypothesis: nothing but the error that is meant for it ever comes of it.

Few examples by default, many with ``--hypothesis-profile nightly``. Others of the kind: messages and lines
(tests/mcp), schemas beside jsonschema-rs (tests/catalogue/test_validation.py), damaged history files
(tests/history/test_damaged_files.py).
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.guided import DOORS, places, seeds
from tests.support.node import NodeLines
from tests.support.recordings import sign
from tests.support.tools import DictTools
from workbench.catalogue.tool_types import signature
from workbench.catalogue.tools import ToolInfo
from workbench.config import ConfigError, parse
from workbench.core.engine import Engine
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
)
from workbench.history import Recording, RecordingError, Store, read_recording, write_recording
from workbench.sandbox.host import frame_checks
from workbench.upstream.repair import repair_listing
from workbench.upstream.results import outcome_of

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from([2**63, -(2**64), 1e308, "\ud800", "\x00", "\u2028", "__proto__", "x" * 5000])
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def _known(names: list[str], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have some of these members, with whatever in them."""
    return st.dictionaries(st.sampled_from(names), inner, max_size=len(names))


# -- frames of a worker ----------------------------------------------------------------------------

_FRAME = ["t", "op", "server", "tool", "args", "line", "refused", "clock", "calls", "width", "kind", "query", "limit",
          "ms", "level", "text", "ok", "value", "heap", "cpu_ms", "warnings", "code", "message", "stack", "details"]  # fmt: skip
_KINDS = st.sampled_from(["call", "batch", "query", "sleep", "log", "idle", "done"])


@pytest.mark.slow
@given(_known(_FRAME, JSON), _KINDS)
def test_a_frame_is_read_or_refused(frame: dict[str, Any], kind: str) -> None:
    with suppress(frame_checks.BrokenProtocol):
        message, _ = frame_checks.read(json.dumps({**frame, "t": kind}).encode())
        assert message is not None


@given(st.binary(max_size=200))
def test_bytes_of_a_frame_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(frame_checks.BrokenProtocol):
        frame_checks.read(body)


# -- results and definitions of servers -----------------------------------------------------------

_RESULT = ["content", "structuredContent", "isError", "resultType", "_meta", "task"]
_BLOCK = _known(["type", "text", "data", "mimeType", "resource", "uri", "name"], JSON)


@given(
    _known(_RESULT, JSON | st.lists(_BLOCK, max_size=3)),
    st.none() | _known(["type", "properties", "required", "x-wrap"], JSON),
)
def test_a_result_has_an_outcome(answer: dict[str, Any], output: dict[str, Any] | None) -> None:
    tool = ToolInfo("s", "t", output_schema=output)
    with closing(asyncio.new_event_loop()) as loop:
        outcome = loop.run_until_complete(outcome_of(answer, tool, "s.t"))
    assert isinstance(outcome, Outcome)
    assert outcome.ok is (outcome.error is None)


@given(st.lists(JSON | _known(["name", "title", "description", "inputSchema", "outputSchema", "annotations"], JSON)))  # fmt: skip
def test_a_listing_is_repaired(listing: list[Any]) -> None:
    page = {"tools": listing}
    repair_listing(page, {})
    for tool in page["tools"]:
        info = ToolInfo("s", tool["name"], input_schema=tool["inputSchema"])
        assert signature(info.name, "", info.input_schema, tool.get("outputSchema"))
        info.input_check.verdict({"a": 1})


# -- configuration ---------------------------------------------------------------------------------

_GOOD = """\
enable_code_execution = true
code_execution_timeout_ms = 1000
[history]
max_age_days = 3
[history.redact]
keys = ["token"]
[servers.a]
command = "x"
args = ["-y", "${VAR:-z}"]
env = { A = "b" }
[servers.b]
url = "https://example.com/mcp"
headers = { Authorization = "Bearer ${TOKEN}" }
"""


def _configured(text: str) -> None:
    with suppress(ConfigError):
        assert parse(text, Path("workbench.toml"), environ={}).limits.timeout_ms > 0


@given(st.text(max_size=300))
def test_any_text_is_a_configuration_or_refused(text: str) -> None:
    _configured(text)


@given(st.lists(st.tuples(st.integers(0, len(_GOOD)), st.integers(0, 12), st.text(max_size=6)), max_size=4))  # fmt: skip
def test_a_torn_configuration_is_one_or_refused(cuts: list[tuple[int, int, str]]) -> None:
    text = _GOOD
    for at, length, put in cuts:
        text = text[:at] + put + text[at + length :]
    _configured(text)


# -- recordings ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A recording as its file has it."""
    folder = tmp_path_factory.mktemp("recording")

    async def record() -> Execution:
        store = Store(folder / "history.sqlite3")
        engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
        code = "console.log(Date.now()); await tools.test.echo({ a: [1] }); tools.test.fail({}).catch(() => 1); 2"
        try:
            execution = await engine.run(ExecutionRequest(code, input={"n": 1}), tools=DictTools())
            write_recording(store.recording(execution.execution_id), folder / "r.json")
        finally:
            await engine.close()
            store.close()
        return execution

    asyncio.run(record())
    found: dict[str, Any] = json.loads((folder / "r.json").read_text())
    return found


@given(st.integers(0, 2**32), st.lists(JSON, min_size=1, max_size=3), st.booleans())
def test_a_changed_recording_is_read_or_refused(
    document: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    values: list[Any],
    signed: bool,
) -> None:
    changed, chance = copy.deepcopy(document), random.Random(seed)
    for value in values:
        holder, key = chance.choice(list(places(changed)))
        holder[key] = value
    if signed:
        try:
            sign(changed)
        except (ValueError, TypeError):  # a value that no recording could have been signed with
            return
    path = tmp_path_factory.getbasetemp() / "changed.json"
    path.write_text(json.dumps(changed))
    with suppress(RecordingError):
        assert isinstance(read_recording(path), Recording)


@pytest.mark.parametrize("door", ["frames", "lines", "configuration"])
def test_the_doors_of_guided_fuzzing_take_what_they_begin_with(door: str) -> None:
    """The recordings' door makes one first: it is run by ``make fuzz`` alone."""
    take = DOORS[door]()
    known = seeds(door)
    assert known
    for seed in known:
        take(seed)
        take(seed[: len(seed) // 2])


# -- values beside Node ----------------------------------------------------------------------------

_NUMBERS = st.floats().map(repr) | st.integers(-(2**60), 2**60).map(str)
_ATOMS = (
    _NUMBERS.map(lambda text: text.replace("inf", "Infinity").replace("nan", "NaN"))
    | st.text(max_size=12).map(json.dumps)
    | st.sampled_from(
        ["null", "undefined", "true", "-0", "new Date(0)", "new Date(NaN)", "new Number(3)", "Object('x')",
         "({ toJSON() { return [1, undefined] } })", "[, 1]", "Object.create({ inherited: 1 })", "1e21", "5e-324",
         "JSON.parse('{\"__proto__\": 1}')", "new (class { a = 1; get b() { return 2 } })"]
    )
)  # fmt: skip
_VALUES = st.recursive(
    _ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]")
        | st.dictionaries(st.text(max_size=6), inner, max_size=4).map(
            lambda members: (
                "({" + ", ".join(f"[{json.dumps(k)}]: {v}" for k, v in members.items()) + "})"
            )
        )
    ),
    max_leaves=8,
)


class Both:
    """An engine and a Node, asked the same."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.node = NodeLines()
        self._engine = self.loop.run_until_complete(self._made())

    async def _made(self) -> Engine:
        return Engine(limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=1))

    def run(self, code: str, given_: Any = None) -> Execution:
        request = ExecutionRequest(code, input=given_)
        return self.loop.run_until_complete(self._engine.run(request, tools=DictTools()))

    def close(self) -> None:
        self.node.close()
        self.loop.run_until_complete(self._engine.close())
        self.loop.close()


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    both = Both()
    yield both
    both.close()


@pytest.mark.slow
@given(st.lists(_VALUES, min_size=10, max_size=30))
def test_values_are_what_node_makes_of_them_or_are_refused(both: Both, values: list[str]) -> None:
    texts = [f"JSON.stringify({value}) ?? 'null'" for value in values]
    expected = both.node.values(texts)
    inside = both.run("input.map(code => (0, eval)(code))", texts)
    # As values: the engine writes some numbers with a digit more than it must (2 ** -24).
    assert isinstance(inside.value, list)
    got = [json.loads(str(text)) for text in inside.value]
    wanted = [json.loads(text) for text in expected]
    assert got == wanted, [
        each for each in zip(values, got, wanted, strict=True) if each[1] != each[2]
    ]
    whole = both.run(f"({values[0]})")
    if whole.error is None:
        assert whole.value == json.loads(expected[0])
    else:  # what JSON would silently change
        assert whole.error.code == ErrorCode.SERIALIZATION_ERROR
        assert "NaN" in values[0] or "Infinity" in values[0]
