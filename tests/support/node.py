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


def _path() -> dict[str, str]:
    import os

    return {"PATH": os.environ["PATH"]}
