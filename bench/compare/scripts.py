"""The scripts of each scenario, in the language of each peer, and the value that proves that they ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping

RUNAWAY, BOMB = "runaway, limit 500 ms", "memory bomb, limit 64 MB"
PARALLEL = "50 in parallel, 20 ms each"
AT_ONCE = "three calls of 10 ms"
"""Run many times at once."""
EXPECTED = {"1 + 1": 2, "1 call": 1, "10 calls": 10, "100 calls": 100, PARALLEL: 50, AT_ONCE: 3}
_CALLS = {"1 call": 1, "10 calls": 10, "100 calls": 100}


def javascript(
    call: Callable[[str, Mapping[str, str]], str], *, wait: str = "await ", parallel: bool = True
) -> dict[str, str]:
    """``call``: an expression for a call; ``wait``: what stands before it."""
    add = call("add", {"left": "i", "right": "1"})
    made = {"1 + 1": "return 1 + 1"}
    for name, count in _CALLS.items():
        made[name] = f"let n = 0; for (let i = 0; i < {count}; i++) {{ {wait}{add}; n++ }} return n"
    sleep = call("sleep", {"ms": "20"})
    if parallel:
        made[PARALLEL] = (
            f"return (await Promise.all(Array.from({{ length: 50 }}, () => {sleep}))).length"
        )
    made[AT_ONCE] = (
        f"for (let i = 0; i < 3; i++) {{ {wait}{call('sleep', {'ms': '10'})} }} return 3"
    )
    made[RUNAWAY] = "let x = 0; while (true) { x = (x + 1) % 1000 }"
    made[BOMB] = "const a = []; while (true) { a.push(new Array(1000).fill(a.length + 0.5)) }"
    return made


def python(prefix: str, *, end: str = "return ") -> dict[str, str]:
    """``prefix``: of a tool's name, inside its quotes where it ends with a slash; ``end``: before the value."""

    def call(tool: str, arguments: str) -> str:
        name = f"{prefix}'{tool}'" if not prefix.endswith("/") else f"'{prefix}{tool}'"
        return f"call_tool({name}, {{{arguments}}})"

    add, sleep = call("add", "'left': i, 'right': 1"), call("sleep", "'ms': 20")
    made = {"1 + 1": f"{end}1 + 1"}
    for name, count in _CALLS.items():
        made[name] = f"for i in range({count}):\n    await {add}\n{end}{count}"
    made[PARALLEL] = (
        f"import asyncio\nrows = await asyncio.gather(*[{sleep} for i in range(50)])\n{end}len(rows)"
    )
    short = call("sleep", "'ms': 10")
    made[AT_ONCE] = f"for i in range(3):\n    await {short}\n{end}3"
    made[RUNAWAY] = "x = 0\nwhile True:\n    x = (x + 1) % 1000\n"
    made[BOMB] = "a = []\nwhile True:\n    a.append([len(a) + 0.5] * 1000)\n"
    return made


def lua() -> dict[str, str]:
    add, sleep = "raw.add({ left = i, right = 1 })", "raw.sleep({ ms = 20 })"
    made = {"1 + 1": "result(1 + 1)"}
    for name, count in _CALLS.items():
        made[name] = f"for i = 1, {count} do {add}:await() end\nresult({count})"
    made[PARALLEL] = (
        f"local ps = {{}}\nfor i = 1, 50 do ps[i] = {sleep} end\nlocal n = 0\n"
        "for i = 1, 50 do ps[i]:await() n = n + 1 end\nresult(n)"
    )
    made[AT_ONCE] = "for i = 1, 3 do raw.sleep({ ms = 10 }):await() end\nresult(3)"
    made[RUNAWAY] = "local x = 0\nwhile true do x = (x + 1) % 1000 end\nresult(x)"
    made[BOMB] = (
        "local t = {}\nwhile true do t[#t + 1] = string.rep('x', 8000) .. #t end\nresult(1)"
    )
    return made


def starlark() -> dict[str, str]:
    """Its calls are synchronous: nothing is in parallel."""

    def looped(count: int, body: str, value: str) -> str:
        return f"def main():\n    a = []\n    x = 0\n    for i in range({count}):\n        {body}\n    return {value}\nresult = main()"

    made = {"1 + 1": "result = 1 + 1"}
    for name, count in _CALLS.items():
        made[name] = looped(count, "Raw.add(left=i, right=1)", str(count))
    made[AT_ONCE] = looped(3, "Raw.sleep(ms=10)", "3")
    made[RUNAWAY] = looped(2_000_000_000, "x = (x + 1) % 1000", "x")
    made[BOMB] = looped(2_000_000_000, "a.append([i] * 1000)", "len(a)")
    return made
