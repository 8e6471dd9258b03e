"""What every adapter of ``ScriptEngine`` must do. A second one is added to ``ADAPTERS``, and must pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from workbench.sandbox.child import quickjs_engine
from workbench.sandbox.child.script_engine import EngineMaker, ScriptEngine
from workbench.sandbox.child.starting.starter import Starter

ADAPTERS: list[Callable[[], EngineMaker]] = [quickjs_engine.maker]
SEED = (1, 2, 3, 4)
STARTER = Starter()


class Host:
    """The worker's side: keeps what the prelude says, and answers its blocking requests."""

    def __init__(self, answer: object = None) -> None:
        self.heard: list[str] = []
        self._answer = json.dumps(answer)

    def __call__(self, message: str | None) -> str | None:
        assert message is not None
        self.heard.append(message)
        if message[0] == "N":
            return "1000"
        return self._answer if message[0] == "B" else None

    def frames(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(message[1:]) for message in self.heard if message[0] == kind]


@pytest.fixture(scope="module", params=ADAPTERS)
def make(request: pytest.FixtureRequest) -> EngineMaker:
    maker: EngineMaker = request.param()
    return maker


def start(engine: ScriptEngine, code: str) -> bool:
    return STARTER.start(
        code, lambda form, own: bool(engine.run(form.text, own, form.columns, form.is_lone))
    )


def end_of(engine: ScriptEngine) -> dict[str, Any] | None:
    """Step until the script is over, or nothing is left to be done."""
    while not engine.ended() and engine.step():
        pass
    return json.loads(engine.close()) if engine.ended() else None


def run(
    make: EngineMaker,
    code: str,
    *,
    given: str = "null",
    host: Host | None = None,
    plain: bool = False,
) -> dict[str, Any]:
    engine = make(host or Host(), plain=plain)
    engine.limit_memory(32 << 20)
    engine.init(*SEED, given)
    start(engine, code)
    done = end_of(engine)
    assert done is not None
    return done


def test_a_script_gets_its_input_and_gives_a_value(make: EngineMaker) -> None:
    done = run(make, "return {twice: input.n * 2, 'ü\\ud800': null}", given='{"n": 21}')
    assert done["ok"]
    assert done["value"]["twice"] == 42


def test_a_script_that_fails_says_where(make: EngineMaker) -> None:
    done = run(make, "const a = 1;\nawait null;\nthrow new TypeError('no ' + a);")
    assert (done["ok"], done["message"], done["line"]) == (False, "TypeError: no 1", 3)
    deep = run(make, "const f = () => f() + 1; return f()")
    assert not deep["ok"], "a stack without end is a failure, not the end of the process"


def test_a_text_that_does_not_parse_runs_nothing(make: EngineMaker) -> None:
    host = Host()
    engine = make(host, plain=False)
    engine.init(*SEED, "null")
    assert not start(engine, "console.log(1); const = 2")
    assert host.frames("L") == []
    done = json.loads(engine.close())
    assert (done["ok"], done["code"]) == (False, "SYNTAX_ERROR")


def test_chance_is_the_seeds_and_each_engine_is_its_own(make: EngineMaker) -> None:
    code = "globalThis.seen = (globalThis.seen ?? 0) + 1; return [Math.random(), seen]"
    first, second = (run(make, code)["value"] for _ in range(2))
    assert first == second
    assert first[1] == 1


def test_nothing_of_the_host_is_left_to_the_script(make: EngineMaker) -> None:
    assert run(make, "return [typeof $host, typeof $]")["value"] == ["undefined"] * 2


def test_requests_block_or_are_settled(make: EngineMaker) -> None:
    host = Host({"ok": True, "result": [7]})
    blocking = run(make, "return call_tool('a', 'b', {c: 'ü'}).result", host=host)
    assert blocking["value"] == [7]
    assert [(each["t"], each["args"]) for each in host.frames("B")] == [("call", {"c": "ü"})]

    host = Host()
    engine = make(host, plain=False)
    engine.init(*SEED, "null")
    assert start(engine, "return Promise.all([tools.a.x({}), tools.a.y({})])")
    assert end_of(engine) is None, "it waits"
    assert [each["tool"] for each in host.frames("F")] == ["x", "y"]
    engine.settle(2, '{"ok":true,"result":"second"}')
    assert end_of(engine) is None
    engine.settle(1, '{"ok":true,"result":"first"}')
    done = end_of(engine)
    assert done is not None
    assert done["value"] == ["first", "second"]


def test_a_step_is_one_job(make: EngineMaker) -> None:
    """A script that never lets go of its promises leaves the worker its turn between two of them."""
    engine = make(Host(), plain=False)
    engine.init(*SEED, "null")
    assert start(engine, "for (;;) await null")
    assert all(engine.step() for _ in range(1_000))
    assert not engine.ended()


def test_memory_is_counted_and_bounded(make: EngineMaker) -> None:
    host = Host()
    engine = make(host, plain=False)
    before = engine.used_memory()
    engine.init(*SEED, "null")
    engine.limit_memory(before + (8 << 20))
    try:
        start(engine, "const all = []; for (;;) all.push(new Array(1000).fill(all.length))")
        end_of(engine)
    except engine.failures as failure:
        told = engine.ran_out_of_memory(failure)
    else:
        told = any(message[0] in "Mm" for message in host.heard)
    assert told
    assert not engine.ran_out_of_memory(engine.failures[0]("TypeError: no"))


def test_a_plain_engine_keeps_its_own_stack_text(make: EngineMaker) -> None:
    code = "function inner() { throw new Error('x') }\ninner()"
    assert "inner" in run(make, code, plain=True)["stack"]
