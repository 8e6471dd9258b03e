"""Results that are read as if something were around them: what a tool gives decides which line is right."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.sandbox.child.explaining import unwrapping
from workbench.sandbox.child.explaining.script_tree import FailureSite, Script
from workbench.sandbox.child.grammars import Grammars

GIVES: dict[str, Any] = {
    "files.read": {"members": {"content": "string"}},
    "files.stat": {"members": {"size": "number", "name": "string"}},
    "files.text": {"kind": "string"},
}


def ask(name: str, _about: str) -> dict[str, Any]:
    return {"gives": GIVES.get(name)}


@pytest.fixture(scope="module")
def grammars() -> Grammars:
    return Grammars()


@pytest.mark.parametrize(
    ("tool", "line", "written"),
    [
        ("read", "const t = r.content[0].text.trim();", "const t = r.content.trim();"),
        ("read", "JSON.parse(r.content[0].text).a", "JSON.parse(r.content).a"),
        ("stat", "r?.content?.[0]?.text", "r"),
        ("stat", "return JSON.parse(r.content[0].text).size;", "return r.size;"),
        ("text", "r.content[0].text.split(',')", "r.split(',')"),
        ("other", "const { a } = JSON.parse(r.content[0].text);", "const { a } = r;"),
    ],
)
def test_blocks(grammars: Grammars, tool: str, line: str, written: str) -> None:
    site = FailureSite(Script(grammars, f"const r = await tools.files.{tool}({{}});\n{line}"), 2, 1)
    assert unwrapping.as_blocks(site, ask) == f"a result is unwrapped already; write: {written}"


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("read", "the text is in its content; write: const o = JSON.parse(r.content);"),
        ("stat", "a result that is JSON is parsed already; write: const o = r;"),
    ],
)
def test_what_is_parsed(grammars: Grammars, tool: str, said: str) -> None:
    code = f"const r = await tools.files.{tool}({{}});\nconst o = JSON.parse(r);"
    assert said in unwrapping.parsed_already(FailureSite(Script(grammars, code), 2, 12), ask)
