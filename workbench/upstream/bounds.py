"""What of a definition is more than a tool is worth, or leads nowhere: left out or named, in its notes.

Whatever looks at a schema (its hash, types, forms, checks) takes a microsecond or two for each of its parts.
Texts are read by scripts that list tools, within the memory that they have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from workbench.catalogue.schemas.parts import Parts

_SCHEMAS = ("inputSchema", "outputSchema")
MOST_PARTS = 10_000
"""Lists and objects of one schema. The largest of published servers have some hundreds."""
_LONG = 10_000
"""Entries of a list that is worth a word."""
_MOST_NAMED = 3
_TEXTS = ("title", "description")
_LONGEST_TEXT = 100_000
"""Characters. The longest of published servers have some ten thousand."""
_MOST_BYTES = 4 << 20
"""Of one schema, or of the annotations."""
_NESTED = frozenset({dict, list})


def bound(tool: dict[str, Any], written: bytes) -> list[str]:
    """Mend a tool in place; what was done, and what is to be known of its schemas.

    written: the tool as JSON.
    """
    large = written.count(b"{") + written.count(b"[") > MOST_PARTS  # those in texts count, too
    long = written.count(b",") > _LONG
    refers = b'"$ref"' in written
    heavy = len(written) > _MOST_BYTES
    said = _cut_texts(tool, heavy) if len(written) > _LONGEST_TEXT else []
    if not (large or long or refers or heavy):
        return said
    for key in _SCHEMAS:
        schema = tool.get(key)
        if not isinstance(schema, dict):
            continue
        if heavy and len(orjson.dumps(schema)) > _MOST_BYTES:
            tool[key] = _left_out(schema)
            said.append(f"its {key} is longer than {_MOST_BYTES} bytes: left out")
            continue
        nodes = [*islice(_parts(schema), MOST_PARTS + 1)]
        if len(nodes) > MOST_PARTS:
            tool[key] = _left_out(schema)
            said.append(f"its {key} has more than {MOST_PARTS} lists and objects: left out")
            continue
        longest = max((len(node) for node in nodes if isinstance(node, list)), default=0)
        if longest > _LONG:
            said.append(f"its {key} has a list of {longest} entries")
        astray = dict.fromkeys(_astray(schema, nodes)) if refers else {}
        said += [f"its {key}: {words}" for words in [*astray][:_MOST_NAMED]]
    return said


def _cut_texts(tool: dict[str, Any], heavy: bool) -> list[str]:
    said: list[str] = []
    for key in _TEXTS:
        text = tool.get(key)
        if isinstance(text, str) and len(text) > _LONGEST_TEXT:
            tool[key] = f"{text[:_LONGEST_TEXT]}…"
            said.append(f"its {key} has {len(text)} characters: cut after {_LONGEST_TEXT}")
    if heavy and len(orjson.dumps(tool.get("annotations"))) > _MOST_BYTES:
        del tool["annotations"]
        said.append(f"its annotations are longer than {_MOST_BYTES} bytes: left out")
    return said


def _left_out(schema: dict[str, Any]) -> dict[str, Any]:
    """In its place; another one for another schema, so that a change of it is still seen."""
    digest = hashlib.sha256(orjson.dumps(schema)).hexdigest()
    return {"type": "object", "$comment": f"a schema that is too large, sha256 {digest}"}


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any] | list[Any]]:
    pending: list[Any] = [schema]
    while pending:
        node = pending.pop()
        yield node
        pending += _inside(node)


def _inside(node: dict[str, Any] | list[Any]) -> list[Any]:
    """The lists and objects in a value."""
    inside = node.values() if isinstance(node, dict) else node
    if _NESTED.isdisjoint(map(type, inside)):
        return []
    return [each for each in inside if isinstance(each, dict | list)]


def _astray(schema: dict[str, Any], nodes: list[dict[str, Any] | list[Any]]) -> Iterator[str]:
    """References that lead nowhere in it, or back to themselves: what they stand for is not checked."""
    parts = Parts(schema)
    followed: set[str] = set()
    for node in nodes:
        way: list[str] = []
        reference = node.get("$ref") if isinstance(node, dict) else None
        while isinstance(reference, str) and reference not in followed:
            followed.add(reference)
            way.append(reference)
            target = parts.target(reference)
            if target is None:
                yield f"the reference {reference!r:.100} leads nowhere in it, and nothing is fetched"
            reference = target.get("$ref") if isinstance(target, dict) else None
        if reference in way:
            for each in way[way.index(reference) :]:
                yield f"the reference {each!r:.100} leads back to itself"
