"""A rehearsal leaves nothing: the script after it is numbered and placed as one of a fresh context."""

from __future__ import annotations

from collections import deque

import pytest

from workbench.core.model import Limits
from workbench.sandbox import job as jobs
from workbench.sandbox.child import quickjs_engine
from workbench.sandbox.child.channel import Rehearsal
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
        "function f() { return f(); }\nf();",
    ],
)
def test_a_script_says_the_same_with_and_without_a_rehearsal_before_it(code: str) -> None:
    job = jobs.run(code, "{}", Limits(), seed=(1, 2, 3, 4))
    said = []
    for rehearsals in ((), (False,), (False, True)):
        runner = Runner(Starter(), quickjs_engine.maker())
        for longer in rehearsals:
            runner.rehearse(longer)
        channel = Told((job, ANSWERED, ANSWERED.replace(b"1", b"2", 1)))
        runner.serve(channel, {})
        system.set_alarm(0)
        said.append([text.partition(',"heap":')[0] for text in channel.texts])
    assert said[0] == said[1] == said[2]
    assert said[0]
