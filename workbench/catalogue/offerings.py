"""What a server has beside tools, as data: resources, templates of resources, prompts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.core.model import JsonValue
from workbench.text.sanitize import encodable
from workbench.util.dataclass import dataclass

# Each as a script, so that a face's request is an execution like any: policy, budget, history.
READ_RESOURCE = """\
const read = read_resource(input.server, input.uri);
if (!read.ok) throw ToolError.of(read);
read.result"""
READ_CONTENT = READ_RESOURCE.removesuffix("result") + "content"
GET_PROMPT = """\
const got = get_prompt(input.server, input.name, input.args);
if (!got.ok) throw ToolError.of(got);
got.result"""


@dataclass(frozen=True, slots=True)
class ResourceInfo:
    """A resource, or a template of resources."""

    server: str
    uri: str
    """Of a template with ``{names}`` to fill in."""
    is_template: bool = False
    name: str = ""
    title: str = ""
    description: str = ""
    mime_type: str | None = None
    size: int | None = None
    """In bytes, as the server says."""

    def to_json(self) -> dict[str, JsonValue]:
        """A row of ``resources list``: one of ``uri`` and ``uri_template`` is null."""
        return {
            "server": self.server,
            "uri": None if self.is_template else self.uri,
            "uri_template": self.uri if self.is_template else None,
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "mime_type": self.mime_type,
            "size": self.size,
        }


@dataclass(frozen=True, slots=True)
class PromptArgument:
    name: str
    description: str = ""
    required: bool = False

    def to_json(self) -> dict[str, JsonValue]:
        return {"name": self.name, "description": self.description, "required": self.required}


@dataclass(frozen=True, slots=True)
class PromptInfo:
    server: str
    name: str
    title: str = ""
    description: str = ""
    arguments: tuple[PromptArgument, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """A row of ``prompts list``."""
        return {
            "server": self.server,
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "arguments": [argument.to_json() for argument in self.arguments],
        }


@dataclass(frozen=True, slots=True)
class Offerings:
    """Everything of one server that is no tool. ``problem``: why it is not known, or not all of it."""

    resources: tuple[ResourceInfo, ...] = ()
    prompts: tuple[PromptInfo, ...] = ()
    problem: str | None = None


def read_resources(server: str, listed: Mapping[str, Any]) -> tuple[ResourceInfo, ...]:
    """From ``{resources, templates}`` as a server sent them; what has no address is left out."""
    plain = (_resource(server, row, "uri") for row in _rows(listed.get("resources")))
    templates = (_resource(server, row, "uriTemplate") for row in _rows(listed.get("templates")))
    return tuple(found for found in (*plain, *templates) if found.uri)


def read_prompts(server: str, listed: Mapping[str, Any]) -> tuple[PromptInfo, ...]:
    """From ``{prompts}`` as a server sent them; what has no name is left out."""
    found = (
        PromptInfo(
            server,
            _text(row, "name"),
            _text(row, "title"),
            _text(row, "description"),
            tuple(
                PromptArgument(
                    _text(argument, "name"),
                    _text(argument, "description"),
                    argument.get("required") is True,
                )
                for argument in _rows(row.get("arguments"))
            ),
        )
        for row in _rows(listed.get("prompts"))
    )
    return tuple(prompt for prompt in found if prompt.name)


def _resource(server: str, row: Mapping[str, Any], address: str) -> ResourceInfo:
    size = row.get("size")
    return ResourceInfo(
        server,
        _text(row, address),
        address == "uriTemplate",
        _text(row, "name"),
        _text(row, "title"),
        _text(row, "description"),
        _text(row, "mimeType") or None,
        size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
    )


def _rows(value: object) -> Iterable[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return encodable(value) if isinstance(value, str) else ""
