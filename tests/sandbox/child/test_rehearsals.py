"""A rehearsal leaves nothing: the script after it is numbered and placed as one of a fresh context.

Nor does what the zygote runs before its first fork, which ends as it is meant to."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

import pytest

from workbench.core.model import Limits
from workbench.sandbox import job as jobs
from workbench.sandbox.child import quickjs_engine
from workbench.sandbox.child.channel import Channel, Rehearsal
from workbench.sandbox.child.rehearsals import warm_up
from workbench.sandbox.child.runner import Runner
from workbench.sandbox.child.starting.starter import Starter
from workbench.util import system

ANSWERED = b'1\n{"ok":true,"result":{"n":1},"content":[]}'


class Told(Rehearsal):
    """Keeps what goes out."""

    def __init__(self, frames: tuple[bytes, ...]) -> None:
        super().__init__(frames)
        self.texts: deque[str] = deque()

    def send(self, text: str, start: int = 0, more: str = "") -> None:
        self.texts.append(text[start:])


@pytest.mark.parametrize(
    "code",
    [
        'const n = 1;\nconst r = await call_tool("x", "y", { n: n, m: 2 });\nreturn r.result;',
        'const r =\n  await call_tool("x", "y", { n: await call_tool("v", "w", {}), m: input.a });',
        'const l = 1;\nconst r = await sleep(1) ?? call_tool("s", "t", { a: l, b: 1 });\nreturn r.ok;',
        "const error = new Error('1');\nthrow error;",
        "console.log(1); console.warn(await call_tool('a', 'b', {}));",
        "function f() { return f(); }\nf();",
    ],
)
def test_a_script_says_the_same_with_and_without_a_rehearsal_before_it(code: str) -> None:
    job = jobs.run(code, "{}", Limits(), seed=(1, 2, 3, 4))
    said = []
    for warmed, rehearsals in ((0, ()), (0, (False,)), (0, (False, True)), (2, (True, False))):
        runner = Runner(Starter(), quickjs_engine.maker())
        warm_up(runner, lambda runner, descriptor: runner.serve(Channel(descriptor), {}), warmed)
        for longer in rehearsals:
            runner.rehearse(longer)
        channel = Told((job, ANSWERED, ANSWERED.replace(b"1", b"2", 1)))
        runner.serve(channel, {})
        system.set_alarm(0)
        said.append([text.partition(',"heap":')[0] for text in channel.texts])
    assert said[0] == said[1] == said[2] == said[3]
    assert said[0]


class Heard(Channel):
    """Keeps what goes out, too."""

    texts: ClassVar[list[str]] = []

    def send(self, text: str, start: int = 0, more: str = "") -> None:
        self.texts.append(text[start:])
        super().send(text, start, more)


def test_what_the_zygote_runs_ends_well_each_time() -> None:
    """Else the forks would find the way of a failure rehearsed."""
    runner = Runner(Starter(), quickjs_engine.maker())
    warm_up(runner, lambda runner, descriptor: runner.serve(Heard(descriptor), {}), 3)
    ends = [text for text in Heard.texts if text.startswith('{"t":"done"')]
    assert len(ends) == 3
    assert all(text.startswith('{"t":"done","ok":true') for text in ends)
