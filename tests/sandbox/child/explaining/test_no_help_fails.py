"""Help that fails takes itself away in silence (a run's end is kept from it), so here every kind of it looks at every
script of the lists, whole, cut off and put together, for failures at places all over."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.test_corrections import CORRECTED, QUIET, TOLD
from tests.test_snippets import VALUES
from workbench.sandbox.child.explaining import done_frame
from workbench.sandbox.child.explaining.script_tree import Script
from workbench.sandbox.child.grammars import Grammars

SCRIPTS = [*(code for code, _ in (*CORRECTED, *TOLD, *VALUES)), *QUIET]
ITEM = {"kind": "object", "members": {"id": {"kind": "integer"}, "title": {"kind": "string"}}}
SHAPE = {"kind": "object", "members": {"issues": {"kind": "array", "items": ITEM}}}
MESSAGES = (
    "TypeError: not a function", "TypeError: cannot read property 'id' of undefined",
    "TypeError: value is not iterable", "ReferenceError: issues is not defined", "Error: undefined",
)  # fmt: skip
VALUES_GIVEN: tuple[dict[str, Any], ...] = (
    {"value": None, "undefined": True}, {"value": []}, {"value": [None]}, {"value": "[object Promise]"},
    {"value": [1], "blanks": True},
)  # fmt: skip


def ask(name: str, _about: str) -> dict[str, Any]:
    gives = {"kind": "object", "members": {"issues": "array"}, "shape": SHAPE}
    return {"gives": gives, "takes": ["id"], "needs": 1, "found": [], "only_reads": True}


def frames(code: str, chance: random.Random) -> list[str]:
    """Ends of a run of that script."""
    lines = code.split("\n")
    ends: list[dict[str, Any]] = [{"ok": True, **given} for given in VALUES_GIVEN]
    for message in MESSAGES:
        line = chance.randrange(len(lines))
        place = {"line": line + 1, "column": chance.randint(1, len(lines[line]) + 1)}
        ends.append({"ok": False, "code": "RUNTIME_ERROR", "message": message, **place})
    ends.append(
        {"ok": False, "code": "SYNTAX_ERROR", "message": "SyntaxError: x", "line": 1, "column": 1}
    )
    return [json.dumps({"t": "done", **end}, separators=(",", ":")) for end in ends]


@pytest.mark.parametrize("part", range(4))
def test_of_no_script(part: int, capfd: pytest.CaptureFixture[str]) -> None:
    grammars, chance = Grammars(), random.Random(part)
    for code in SCRIPTS[part::4]:
        cut = code[: chance.randrange(len(code))]
        for text in (code, cut, f"{chance.choice(SCRIPTS)}\n{code}"):
            script = Script(grammars, text)
            for frame in frames(text, chance):
                done_frame.explained(script, frame, ask, in_flight=1)
                assert capfd.readouterr().err == "", (text, frame)
