"""Examples in docstrings run: what is indented behind ``::`` in a public module, class or function."""

from __future__ import annotations

import ast
import asyncio
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

_PACKAGE = Path(__file__).parents[2] / "workbench"


def _examples() -> Iterator[tuple[str, str]]:
    """Where, and the code."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node) or ""
                name = getattr(node, "name", "")
                assert ">>>" not in text, f"{path}: write examples as a block behind '::'"
                for n, code in enumerate(_blocks(text)):
                    yield f"{path.relative_to(_PACKAGE)} {name} {n}", code


def _blocks(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for n, line in enumerate(lines):
        if line.rstrip().endswith("::"):
            block = []
            for further in lines[n + 1 :]:
                if further.strip() and not further.startswith("    "):
                    break
                block.append(further)
            yield textwrap.dedent("\n".join(block)).strip()


_ALL = list(_examples())


def test_there_are_some() -> None:
    assert _ALL


@pytest.mark.parametrize("code", [code for _, code in _ALL], ids=[where for where, _ in _ALL])
def test_an_example_runs(code: str) -> None:
    inside = f"async def example():\n{textwrap.indent(code, '    ')}\n"
    names: dict[str, object] = {}
    exec(compile(inside, "<docstring>", "exec"), names)
    example = names["example"]
    assert callable(example)
    asyncio.run(example())
