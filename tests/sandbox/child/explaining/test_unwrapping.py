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
    code = f"const r = await tools.files.{tool}({{}});\n{line}"
    site = FailureSite(Script(grammars, code), 2, line.index("r.c" if "r.c" in line else "r?") + 1)
    told = unwrapping.as_blocks(site, "0", ask)
    assert told == f"a result is unwrapped already; write: {written}"


READS = [
    # the line, the member that could not be read, of what, what is to be written
    ("return [e.content[0].text.length, d.value]", "value", "d.", None),
    ("return [e.content[0].text.length, d.value]", "0", "e.", "return [e.length, d.value]"),
    ("return [e.content[0].text, r.content[0].text]", "0", "r.", "return [e.content[0].text, r]"),
    ("return [e.content[0].text, r.content[0].text]", "0", "e.", "return [e, r.content[0].text]"),
    ("return size(d.value).content[0].text", "value", "d.", None),
    ("return [JSON.parse(e.content[0].text), r.content[0].text]", "0", "r.", "return [JSON.parse(e.content[0].text), r]"),
    ("return [JSON.parse(e.content[0].text), JSON.parse(r.content[0].text)]", "0", "r.", "return [JSON.parse(e.content[0].text), r]"),
    ("return (await tools.files.text({})).content[0].text;", "0", "text(", "return (await tools.files.text({}));"),
    ("return `${'ä'} ${d.value} ${e.content[0].text}`", "0", "e.", "return `${'ä'} ${d.value} ${e}`"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "name", "of", "written"), READS)
def test_the_blocks_that_failed(
    grammars: Grammars, line: str, name: str, of: str, written: str | None
) -> None:
    """Of several reads on a line that which failed is mended; of another failure none is."""
    site = FailureSite(Script(grammars, f"const d = input;\n{line}"), 2, line.index(of) + 1)
    told = unwrapping.as_blocks(site, name, None)
    right = None if written is None else f"a result is unwrapped already; write: {written}"
    assert told == right


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
