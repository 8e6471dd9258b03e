from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.support.catalogues import catalogue, demo_catalogue, tool
from workbench.catalogue.missing import Missing
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.catalogue.validation import argument_problems
from workbench.text.sanitize import shortened
from workbench.text.tokens import estimate

_DEMO = demo_catalogue()


def _missing(cat: Catalogue, server: str, name: str) -> Missing:
    found = cat.find(server, name)
    assert isinstance(found, Missing)
    return found


def test_a_tool_is_found() -> None:
    found = _DEMO.find("demo", "now")
    assert isinstance(found, ToolInfo)
    assert found.full_name == "demo.now"


def test_a_misspelt_server_is_suggested() -> None:
    missing = _missing(_DEMO, "dmeo", "now")
    assert missing.near == ("demo",)
    assert missing.message == "no server 'dmeo'; did you mean 'demo'?"


def test_a_tool_on_another_server_is_suggested() -> None:
    missing = _missing(_DEMO, "github", "create_issue")
    assert missing.near == ("demo.create_issue",)


def test_unknown_server_lists_the_servers() -> None:
    assert _missing(_DEMO, "xyz", "").message == "no server 'xyz'; the servers are: demo"
    assert _missing(Catalogue(), "xyz", "t").message == "no server 'xyz'; no server is configured"


def test_a_misspelt_tool_is_suggested() -> None:
    missing = _missing(_DEMO, "demo", "listIssue")
    assert missing.near[0] == "demo.list_issues"
    assert "did you mean 'list_issues'" in missing.message


def test_an_unknown_tool_lists_the_tools() -> None:
    message = _missing(_DEMO, "demo", "zzzzz").message
    assert message.startswith("server 'demo' has no tool 'zzzzz'; its tools are: add_comment, ")
    assert message.endswith("and 5 more")


@pytest.mark.slow
def test_a_script_that_guesses_names_for_ever_is_no_burden() -> None:
    tools = {name: tool(name) for name in (f"list_things_{n}" for n in range(200))}
    cat = catalogue(s=tools)
    began = time.monotonic()
    for n in range(5_000):
        assert isinstance(cat.find("s", f"lst_thing_{n}"), Missing)
        assert _missing(cat, "s", "list_thing_7").near
    assert time.monotonic() - began < 30
    assert len(_missing(cat, "s", "x" * 100_000).message) < 400


def test_a_name_that_is_too_long_is_cut_as_any_text_is() -> None:
    cat = catalogue(s={"a": tool("a")})
    assert f"'{'x' * 128}'" in _missing(cat, "s", "x" * 128).message
    assert f"'{shortened('x' * 129, 128)}'" in _missing(cat, "s", "x" * 129).message


def test_a_denied_tool_says_so() -> None:
    cat = replace(catalogue(s={"a": tool("a")}), denied={"s": frozenset({"drop"})})
    assert "denied by the configuration" in _missing(cat, "s", "drop").message


def test_a_server_that_has_not_answered_says_so() -> None:
    cat = Catalogue({"s": ServerInfo("s", state="connecting")})
    assert "it is connecting" in _missing(cat, "s", "a").message


@pytest.mark.parametrize("name", ["constructor", "__proto__", "", "a.b", "☃", "x" * 10_000])
def test_any_name_can_be_asked_for(name: str) -> None:
    assert isinstance(_DEMO.find("demo", name), Missing)
    assert isinstance(_DEMO.find(name, "now"), Missing)


def test_arguments_are_checked_against_the_tools_schema() -> None:
    found = _DEMO.find("demo", "get_issue")
    assert isinstance(found, ToolInfo)
    assert argument_problems(found.input_check, {"id": 101}) == ()
    wrong = argument_problems(found.input_check, {"ID": 101})
    assert wrong == ("unknown field 'ID'; did you mean 'id'?",)


def test_hash_does_not_depend_on_order() -> None:
    a, b = tool("a"), tool("b")
    assert catalogue(s={"a": a, "b": b}).hash() == catalogue(s={"b": b, "a": a}).hash()
    other = tool("a", {"new": {}})
    assert catalogue(s={"a": other, "b": b}).hash() != catalogue(s={"a": a, "b": b}).hash()


def test_hash_of_key_order_in_schemas() -> None:
    left = ToolInfo("s", "t", input_schema={"type": "object", "title": "x"})
    right = ToolInfo("s", "t", input_schema={"title": "x", "type": "object"})
    assert catalogue(s={"t": left}).hash() == catalogue(s={"t": right}).hash()


def test_hash_without_tools_is_none() -> None:
    assert Catalogue({"s": ServerInfo("s")}).hash() is None


def test_state_and_approval_do_not_change_the_hash() -> None:
    ready = catalogue(s={"t": tool("t")})
    waiting = Catalogue(
        {"s": ServerInfo("s", state="failed")}, {"s": {"t": replace(tool("t"), approved=False)}}
    )
    assert ready.hash() == waiting.hash()


def test_restricted() -> None:
    both = catalogue(a={"x": tool("x", server="a")}, b={"y": tool("y", server="b")})
    assert both.restricted(None) is both
    assert both.restricted(["a", "b", "c"]) is both
    assert list(both.restricted(["b"]).tools) == ["b"]
    assert list(both.restricted(()).servers) == []
    assert "the servers are: b" in _missing(both.restricted(["b"]), "a", "x").message


@pytest.mark.parametrize(
    ("schema", "wraps"),
    [
        (None, False),
        ({"type": "object", "properties": {"result": {}}}, True),
        ({"type": "object", "properties": {"result": {}, "more": {}}}, False),
        ({"type": "object", "x-fastmcp-wrap-result": True}, True),
        ({"type": "object"}, False),
        ({"type": "object", "properties": []}, False),
    ],
)
def test_which_tools_wrap_their_result(schema: dict[str, object] | None, wraps: bool) -> None:
    assert ToolInfo("s", "t", output_schema=schema).wraps_result is wraps


def test_types_declare_every_tool() -> None:
    text = _DEMO.types()
    for found in _DEMO:
        assert f'declare function call_tool(server: "demo", tool: "{found.name}"' in text
    assert "declare function call_tools(" in text


def test_importing_the_catalogue_is_light() -> None:
    code = (
        "import sys, workbench.catalogue.tools\n"
        "print([m for m in ('mcp', 'mcp_types', 'pydantic', 'jsonschema_rs', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_tokens_of_all_definitions_are_estimated_from_some() -> None:
    tools = {
        f"t{n}": tool(f"t{n}", {"id": {"type": "string", "description": "what it is " * (n % 7)}})
        for n in range(200)
    }
    offered = catalogue(s=tools)
    whole = estimate("\n".join(one.definition_text() for one in list(tools.values())[:50])) * 4
    assert 0.8 * whole < offered.definition_tokens < 1.2 * whole
    assert catalogue().definition_tokens == 0


def test_only_what_a_model_would_be_sent_is_counted() -> None:
    plain = tool("t", {"id": {"type": "string", "description": "which one it is"}})
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(50)}}
    more = replace(plain, title="A title", output_schema=schema, annotations={"readOnlyHint": True})
    assert catalogue(s={"t": more}).definition_tokens == catalogue(s={"t": plain}).definition_tokens
    assert more.fingerprint() != plain.fingerprint()
    assert abs(more.characters() - len(more.definition_text())) <= 2
