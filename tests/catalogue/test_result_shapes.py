"""What is known of a result's inside, by its schema."""

from __future__ import annotations

from workbench.catalogue.result_shapes import shape_of

TEXT = {"kind": "string"}


def test_objects_lists_and_plain_values() -> None:
    row = {"type": "object", "properties": {"id": {"type": "integer"}, "tags": {"type": "array"}}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
    inside = {"kind": "object", "members": {"id": {"kind": "integer"}, "tags": {"kind": "array", "items": None}}}  # fmt: skip
    assert shape_of(schema) == {
        "kind": "object",
        "members": {"rows": {"kind": "array", "items": inside}},
    }


def test_references_and_null_beside_it() -> None:
    schema = {
        "$defs": {"User": {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}},
        "type": "object",
        "properties": {"user": {"anyOf": [{"$ref": "#/$defs/User"}, {"type": "null"}]}},
    }
    user = {"kind": "object", "members": {"name": TEXT}}
    assert shape_of(schema) == {"kind": "object", "members": {"user": user}}
    assert shape_of({"$ref": "#/$defs/User"}, schema) == user


def test_what_may_be_several_things_or_have_more_is_not_known() -> None:
    either = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    more = {"type": "object", "properties": {"a": {}}, "additionalProperties": True}
    for schema in (None, {}, either, more, {"allOf": [{"type": "string"}]}, {"$ref": "#/nowhere"}):
        assert shape_of(schema) is None


def test_it_ends() -> None:
    endless: dict[str, object] = {
        "$defs": {"N": {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}}}},
        "$ref": "#/$defs/N",
    }
    assert str(shape_of(endless)).count("next") < 10
    assert shape_of({"$ref": "#"}) is None
    wide = {"type": "object", "properties": {f"m{n}": {"type": "string"} for n in range(1000)}}
    assert shape_of(wide) is None
