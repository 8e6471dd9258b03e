"""Schemas that ask for more than a tool is worth: left out or named, and cheap either way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.catalogue.schemas.parts import Parts
from workbench.catalogue.validation import SchemaCheck
from workbench.upstream.bounds import MOST_PARTS, bound
from workbench.upstream.definitions import read_tools
from workbench.upstream.repair import repair_listing

REMOTE = "https://evil.test/s.json"


def listed(schema: Any, key: str = "inputSchema") -> tuple[dict[str, Any], str]:
    """The tool as it is kept, and its notes."""
    page = {"tools": [{"name": "t", "inputSchema": {"type": "object"}, key: schema}]}
    repaired: dict[str, list[str]] = {}
    repair_listing(page, repaired)
    (tool,) = page["tools"]
    assert read_tools("s", [tool], repaired)["t"].problems == tuple(repaired.get("t", ()))
    return tool, "; ".join(repaired.get("t", ()))


def of(x: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": x}, **more}


@pytest.mark.parametrize("key", ["inputSchema", "outputSchema"])
def test_a_schema_of_too_many_parts_is_left_out_and_a_change_of_it_is_seen(key: str) -> None:
    large = of({"oneOf": [{"const": n} for n in range(MOST_PARTS)]})
    tool, said = listed(large, key)
    assert said == f"its {key} has more than {MOST_PARTS} lists and objects: left out"
    assert tool[key].keys() == {"type", "$comment"}
    changed, _ = listed({**large, "required": ["x"]}, key)
    assert changed[key] != tool[key] == listed(json.loads(json.dumps(large)), key)[0][key]

    just = of({"oneOf": [{"const": n} for n in range(MOST_PARTS - 4)]})
    assert listed(just, key) == ({**listed({"type": "object"})[0], key: just}, "")
    text = of({"description": "{[" * MOST_PARTS})  # in a text they are none
    assert listed(text, key)[1] == ""


def test_texts_and_schemas_of_megabytes_are_cut() -> None:
    """A script that lists tools has them in its memory."""
    page: dict[str, Any] = {
        "tools": [
            {
                "name": "t",
                "title": "x" * 200_000,
                "description": "y" * 5_000_000,
                "inputSchema": of({"description": "z" * 5_000_000}),
                "annotations": {f"{n:0>100}": True for n in range(50_000)},
            },
            {"name": "n" * 1_001},
        ]
    }
    repaired: dict[str, list[str]] = {}
    repair_listing(page, repaired)
    (tool,) = page["tools"]
    assert len(json.dumps(tool)) < 300_000
    assert tool["inputSchema"].keys() == {"type", "$comment"}
    said = "; ".join(repaired["t"])
    for words in (
        "its title has 200000 characters: cut",
        "its description",
        "its annotations",
        "its inputSchema",
    ):
        assert words in said


def test_what_is_deep_in_one_part_hides_nothing_large_in_another() -> None:
    large = of({"oneOf": [{"const": n} for n in range(MOST_PARTS)]})
    page = {"tools": [{"name": "t", "inputSchema": large, "annotations": {"x": deep(300)}}]}
    repaired: dict[str, list[str]] = {}
    repair_listing(page, repaired)
    assert page["tools"][0].keys() == {"name", "inputSchema"}
    assert [words.split(" ")[1] for words in repaired["t"]] == ["annotations", "inputSchema"]


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else []


def test_what_is_long_or_leads_nowhere_is_named() -> None:
    many = [f"v{n}" for n in range(100_000)]
    tool, said = listed(of({"enum": many}))
    assert said == "its inputSchema has a list of 100000 entries"
    check = SchemaCheck(tool["inputSchema"])
    assert check.problems({"x": "v99999"}) == ()
    assert "and 99980 more" in check.problems({"x": "w"})[0]

    nowhere = "leads nowhere in it, and nothing is fetched"
    assert listed(of({"$ref": REMOTE}))[1] == f"its inputSchema: the reference '{REMOTE}' {nowhere}"
    to_itself = {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
    said = listed(of({"$ref": "#/$defs/a"}, **{"$defs": to_itself}))[1]
    assert said.count("leads back to itself") == 2
    tree = {"node": {"type": "array", "items": {"$ref": "#/$defs/node"}}}
    assert listed(of({"$ref": "#/$defs/node"}, **{"$defs": tree}))[1] == ""
    assert listed(of({"$ref": 5}))[1] == ""
    assert listed({"type": "object", "properties": {"$ref": {"type": "string"}}})[1] == ""
    assert len(listed(of({"anyOf": [{"$ref": f"#/{n}"} for n in range(50)]}))[1]) < 400


def test_each_reference_is_followed_once_however_long_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Followed from each of its links, one of 9000 takes ten seconds."""
    looked_up: list[Any] = []
    target = Parts.target

    def counted(parts: Parts, reference: Any) -> Any:
        looked_up.append(reference)
        return target(parts, reference)

    monkeypatch.setattr(Parts, "target", counted)
    links = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(500)}
    loop = {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
    into = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("d0", "a", "d7", "b")]}
    tool = {"inputSchema": of(into, **{"$defs": {**links, **loop}})}
    said = "; ".join(bound(tool, json.dumps(tool).encode()))
    assert (said.count("d500' leads nowhere"), said.count("leads back to itself")) == (1, 2)
    assert sorted(looked_up) == sorted({*looked_up})


def test_a_pattern_gives_up_once_for_all() -> None:
    """It takes ten milliseconds to learn that it burns: so many that there are ten cost a tenth of a second."""
    burning = rf"^(?:(.*)\1)+{'$'}"
    parts = Parts({})
    text = "ab" * 40 + "!"
    assert parts.matches(burning, text) is None
    assert parts.matches(burning, "aa") is None  # which it would match
    assert parts.given_up == 1
    assert parts.matches("^(?!x)", "a") is True
    assert parts.matches("^(?!x)", "x") is False
    fields = {f"p{n}": {"pattern": f"^(?:(.*)\\1)+{n}$"} for n in range(20)}
    verdict = SchemaCheck({"properties": fields}).verdict(dict.fromkeys(fields, text))
    assert verdict.problems == ()
    assert "takes too long" in verdict.notes[0]


def test_options_are_told_apart_as_json_does() -> None:
    plain = SchemaCheck(of({"enum": [1, "a", None, 2.5]}))
    mixed = SchemaCheck(of({"enum": [1, "a", None, 2.5, False, [1]]}))
    both: list[Any] = [1, 1.0, "a", None, 2.5]
    neither: list[Any] = [True, "1", 2, [], {}, [True]]
    one: list[Any] = [False, [1], [1.0]]
    for good in both:
        assert plain.problems({"x": good}) == mixed.problems({"x": good}) == ()
    for bad in neither:
        assert plain.problems({"x": bad})
        assert mixed.problems({"x": bad})
    for good in one:
        assert plain.problems({"x": good})
        assert mixed.problems({"x": good}) == ()
    assert mixed.problems({"x": 0})
