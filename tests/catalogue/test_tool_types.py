from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.catalogues import catalogue, demo_catalogue, tool
from workbench.catalogue import tool_types
from workbench.catalogue.tool_types import signature, type_text


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"enum": ["a", 1, None]}, '"a" | 1 | null'),
        ({"const": True}, "true"),
        ({"type": "array", "items": {"type": "number"}}, "number[]"),
        ({"type": "array"}, "any[]"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, 'Array<"a" | "b">'),
        ({"type": "array", "prefixItems": [{"type": "string"}, {}]}, "[string, any]"),
        ({"type": "object"}, "Record<string, any>"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "Record<string, number>"),
        ({"type": "object", "additionalProperties": False}, "{}"),
        ({"properties": {"a b": {"type": "string"}}}, '{ "a b"?: string }'),
        (
            {"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
            "{ a: string; b?: any }",
        ),
        ({"anyOf": [{"type": "string"}, {"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"allOf": [{"properties": {"a": {}}}, {"enum": [1, 2]}]}, "{ a?: any } & (1 | 2)"),
        ({"$ref": "#/$defs/X", "$defs": {"X": {"type": "boolean"}}}, "boolean"),
        ({"$ref": "#/definitions/X", "definitions": {"X": {"type": "null"}}}, "null"),
        ({"$ref": "https://example.com/x"}, "unknown"),
        ({"$ref": "#/nowhere"}, "unknown"),
        ({}, "any"),
        (True, "any"),
        (False, "never"),
        ({"type": "weird"}, "any"),
        ({"type": 7}, "any"),
    ],
)
def test_types(schema: Any, text: str) -> None:
    assert type_text(schema) == text


def test_recursion_ends() -> None:
    node = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "v": {"type": "number"}}}
    assert len(type_text(node)) < 6_000


def test_schemas_that_explode_are_cut_short() -> None:
    defs = {
        f"d{n}": {"properties": {f"p{m}": {"$ref": f"#/$defs/d{n + 1}"} for m in range(20)}}
        for n in range(8)
    }
    text = type_text({"$ref": "#/$defs/d0", "$defs": defs})
    assert 0 < len(text) < 6_000


def test_huge_schemas_become_shallow() -> None:
    wide = {"properties": {f"field_{n}": {"type": "string"} for n in range(1_000)}}
    assert type_text({"properties": {"wide": wide}}) == "{ wide?: object }"


def test_descriptions_are_comments_that_cannot_be_left() -> None:
    found = tool("t", {"a": {"type": "string", "description": "x */ evil()\n y", "default": "d"}})
    text = catalogue(s={"t": found}).typescript(found)
    assert '/** x * / evil() y. Default: "d" */' in text
    assert text.count("*/") == 1


def test_result_of_a_wrapping_tool_is_the_value() -> None:
    cat = demo_catalogue()
    channels = cat.find("demo", "list_channels")
    assert "Promise<Array<{" in cat.typescript(channels)  # type: ignore[arg-type]


def test_names_that_are_no_identifiers_are_quoted() -> None:
    odd = tool("do it", server="my-server")
    text = catalogue(**{"my-server": {"do it": odd}}).typescript(odd)
    assert text.startswith('tools["my-server"]["do it"](')


@pytest.mark.slow
@pytest.mark.npm
def test_declarations_are_typescript(tmp_path: Path) -> None:
    """The compiler accepts them, knows the right calls, and refuses the wrong ones."""
    tsc = Path(__file__).parents[1] / "npm" / "node_modules" / ".bin" / "tsc"
    if not tsc.exists() or shutil.which("node") is None:
        pytest.skip("needs: npm install in tests/npm")
    cat = demo_catalogue()
    odd = tool(
        "do it", {"with-dash": {"type": "string"}}, server="my-server", required=["with-dash"]
    )
    odd_cat = type(cat)(
        {**cat.servers, **catalogue(**{"my-server": {}}).servers},
        {**cat.tools, "my-server": {"do it": odd}},
    )
    (tmp_path / "types.d.ts").write_text(odd_cat.types(), encoding="utf-8")
    (tmp_path / "good.ts").write_text(
        "async function main() {\n"
        '  const listed = call_tool("demo", "list_issues", { state: "open" });\n'
        "  if (listed.ok) { const total: number = listed.result.total; void total; }\n"
        "  const found = await tools.demo.search_issues({ query: 'x' });\n"
        "  const titles: string[] = found.items.map((issue) => issue.title); void titles;\n"
        '  await tools["my-server"]["do it"]({ "with-dash": "x" });\n'
        '  const other = call_tool("later", "tool", { any: 1 }); void other;\n'
        "}\n",
        encoding="utf-8",
    )
    (tmp_path / "bad.ts").write_text(
        "async function wrong() {\n"
        '  await tools.demo.list_issues({ state: "opne" });\n'
        "  await tools.demo.get_issue({ idd: 1 });\n"
        "}\n",
        encoding="utf-8",
    )
    command = [str(tsc), "--noEmit", "--strict", "--target", "es2022", "types.d.ts"]
    good = subprocess.run(
        [*command, "good.ts"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert good.returncode == 0, good.stdout
    bad = subprocess.run(
        [*command, "bad.ts"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "bad.ts(2," in bad.stdout
    assert "bad.ts(3," in bad.stdout


def test_a_wall_of_alternatives_is_not_printed_to_be_thrown_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed: list[int] = []
    print_one = tool_types._Printer.print

    def counting(printer: tool_types._Printer, *where: Any) -> str:
        printed.append(1)
        return print_one(printer, *where)

    monkeypatch.setattr(tool_types._Printer, "print", counting)
    schema = {"items": {"anyOf": [{"const": number} for number in range(100_000)]}}
    assert signature("f", "", {"properties": {"a": schema}}, None).startswith("f(")
    assert len(printed) < 20_000
