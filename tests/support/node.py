"""The same JavaScript in Node: what a script's world is measured by where a standard says what is right."""

from __future__ import annotations

import json
import subprocess
from typing import Any

_PROGRAM = """
const out = [];
for (const code of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  let value;
  try { value = { value: (0, eval)(code) ?? null } } catch (e) { value = { error: e.name } }
  out.push(JSON.parse(JSON.stringify(value)));
}
console.log(JSON.stringify(out));
"""
EACH = """
const out = [];
for (const code of input) {
  let value;
  try { value = { value: (0, eval)(code) ?? null } } catch (e) { value = { error: e.name } }
  out.push(JSON.parse(JSON.stringify(value)));
}
out
"""
"""The same as a script of Workbench: its input is the list."""


def node_values(expressions: list[str]) -> list[Any]:
    """``{value}`` or ``{error: name}`` of each expression."""
    done = subprocess.run(
        ["node", "-e", _PROGRAM],
        input=json.dumps(expressions),
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "UTC", "LANG": "en_US.UTF-8", **_path()},
    )
    answer: list[Any] = json.loads(done.stdout)
    return answer


_LINES = """
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  console.log(JSON.stringify(JSON.parse(line).map(code => (0, eval)(code))));
});
"""


class NodeLines:
    """One Node that is asked again and again; each expression gives JSON."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", "-e", _LINES],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={"TZ": "UTC", "LANG": "en_US.UTF-8", **_path()},
        )

    def values(self, expressions: list[str]) -> list[Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(expressions) + "\n")
        self._process.stdin.flush()
        answer: list[Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _path() -> dict[str, str]:
    import os

    return {"PATH": os.environ["PATH"]}
