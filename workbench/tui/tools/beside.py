"""Resources and prompts on the tools screen: their lines, what is said of them, and reading one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from textual.content import Content

from workbench.catalogue.offerings import (
    GET_PROMPT,
    READ_RESOURCE,
    Offerings,
    PromptInfo,
    ResourceInfo,
)
from workbench.core.model import ExecutionRequest, JsonValue
from workbench.text.jsontext import dumps
from workbench.text.sanitize import clean, clean_line
from workbench.tui.editor.hints.tool_calls import literal
from workbench.tui.widgets.line_view import Part, fit_ends
from workbench.tui.wording import size

Beside: TypeAlias = ResourceInfo | PromptInfo

_NAMED = re.compile(r"\{[^}]*\}")


def matching(offerings: Offerings | None, words: list[str]) -> list[Beside]:
    """What a server has beside tools whose address, name or description holds every word."""
    if offerings is None:
        return []
    everything: list[Beside] = [*offerings.resources, *offerings.prompts]
    return [one for one in everything if all(word in _searched_text(one) for word in words)]


def _searched_text(one: Beside) -> str:
    address = one.uri if isinstance(one, ResourceInfo) else ""
    return f"{one.server}.{one.name} {address} {one.title} {one.description}".lower()


def kind_of(one: Beside) -> str:
    """What it is, in a word."""
    if isinstance(one, PromptInfo):
        return "prompt"
    return "template" if one.is_template else "resource"


def address_of(one: Beside) -> str:
    """What it is asked for by."""
    return one.uri if isinstance(one, ResourceInfo) else one.name


def beside_line(one: Beside, width: int) -> list[Part]:
    """The line of a resource or a prompt in the tree."""
    kind = f" {kind_of(one)} "
    return [
        (fit_ends("    " + clean_line(address_of(one)), max(0, width - len(kind))), ""),
        (kind, "dim"),
    ]


def about_beside(one: Beside) -> Content:
    """What its server says of it, and what Enter does."""
    lines = [Content.styled(clean_line(address_of(one)), "bold")]
    facts = [kind_of(one), clean_line(one.title)]
    if isinstance(one, ResourceInfo):
        facts += [clean_line(one.mime_type or ""), size(one.size) if one.size is not None else ""]
    lines.append(Content.styled(" · ".join(fact for fact in facts if fact), "$foreground 70%"))
    if one.description:
        lines += [Content(""), Content(clean(one.description))]
    if isinstance(one, PromptInfo) and one.arguments:
        lines += [Content(""), Content.styled("Arguments", "bold")]
        for argument in one.arguments:
            need = "" if argument.required else " (may be left out)"
            said = f": {clean_line(argument.description)}" if argument.description else ""
            lines.append(Content(f"{clean_line(argument.name)}{need}{said}"))
    return Content("\n").join(lines)


def request_of(one: Beside) -> str:
    """The call as a script writes it."""
    if isinstance(one, ResourceInfo):
        return f"read_resource({dumps(one.server)}, {dumps(one.uri)})"
    args = {argument.name: "" for argument in one.arguments if argument.required}
    more = f", {literal(args)}" if args else ""
    return f"get_prompt({dumps(one.server)}, {dumps(one.name)}{more})"


def question_of(one: ResourceInfo) -> tuple[str, str] | None:
    """What has to be typed before it can be read: the title of the line, and what stands there."""
    return ("The address, its {…} filled in", one.uri) if one.is_template else None


def problem_of(typed: str) -> str | None:
    """What is wrong with an address that was typed for ``question_of``."""
    left = _NAMED.search(typed)
    return f"{left[0]} is to be filled in" if left else None


def schema_of(prompt: PromptInfo) -> dict[str, JsonValue]:
    """A prompt's arguments, which are texts, as the schema of a form."""
    fields: dict[str, JsonValue] = {
        each.name: {"type": "string", "description": each.description} for each in prompt.arguments
    }
    needed = [each.name for each in prompt.arguments if each.required]
    return {"type": "object", "properties": fields, "required": needed}


def reading(one: ResourceInfo, address: str | None = None) -> ExecutionRequest:
    """The execution that reads it, so that policy, budget and history hold.

    address: of a template, filled in.
    """
    given: dict[str, JsonValue] = {"server": one.server, "uri": address or one.uri}
    return ExecutionRequest(READ_RESOURCE, given, source="tui", script="read")


def getting(one: PromptInfo, args: Mapping[str, JsonValue]) -> ExecutionRequest:
    """The execution that gets a prompt."""
    given: dict[str, JsonValue] = {"server": one.server, "name": one.name, "args": dict(args)}
    return ExecutionRequest(GET_PROMPT, given, source="tui", script="read")
