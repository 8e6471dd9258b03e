"""What the demo has beside tools: two resources, a template of resources, and a prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from workbench.core.model import JsonValue
from workbench.demo.world import USERS, Missing, World
from workbench.mcp.messages import INVALID_PARAMS, RpcError
from workbench.text.jsontext import dumps

_GUIDE = """\
# Triage

1. Every open issue gets one of p1, p2 and p3.
2. A p1 has somebody's name on it before the day is over.
3. Security issues are talked about in #incidents only.
"""
_JSON = "application/json"
_ISSUE = "demo://issues/"
_RESOURCES: list[JsonValue] = [
    {
        "uri": "demo://guide",
        "name": "guide",
        "title": "How the team triages",
        "description": "The rules for labels and assignees.",
        "mimeType": "text/markdown",
    },
    {
        "uri": "demo://team",
        "name": "team",
        "title": "The team",
        "description": "Who is who, and in which time zone.",
        "mimeType": _JSON,
    },
]
_TEMPLATES: list[JsonValue] = [
    {
        "uriTemplate": f"{_ISSUE}{{id}}",
        "name": "issue",
        "title": "An issue",
        "description": "One issue with its comments, by its number.",
        "mimeType": _JSON,
    },
]
_PROMPT = "weekly_report"
_PROMPTS: list[JsonValue] = [
    {
        "name": _PROMPT,
        "title": "Weekly report",
        "description": "Asks for a report on the open issues with a label.",
        "arguments": [
            {"name": "label", "description": "A label, as p1 or bug.", "required": True},
            {"name": "tone", "description": "How it should sound.", "required": False},
        ],
    },
]


def beside_tools(
    world: World,
) -> dict[str, Callable[[Mapping[str, JsonValue]], dict[str, JsonValue]]]:
    """How each method is answered."""
    return {
        "resources/list": lambda _: {"resources": _RESOURCES},
        "resources/templates/list": lambda _: {"resourceTemplates": _TEMPLATES},
        "resources/read": partial(_read, world),
        "prompts/list": lambda _: {"prompts": _PROMPTS},
        "prompts/get": partial(_prompt, world),
    }


def _read(world: World, params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    uri = params.get("uri")
    if uri == "demo://guide":
        mime, text = "text/markdown", _GUIDE
    elif uri == "demo://team":
        mime, text = _JSON, dumps(USERS)
    elif isinstance(uri, str) and uri.startswith(_ISSUE):
        mime, text = _JSON, dumps(_issue(world, uri.removeprefix(_ISSUE)))
    else:
        raise RpcError(INVALID_PARAMS, f"no resource {uri!r:.200}")
    return {"contents": [{"uri": uri, "mimeType": mime, "text": text}]}


def _issue(world: World, number: str) -> JsonValue:
    try:
        return world.issue(int(number))
    except (ValueError, Missing) as error:
        words = str(error) if isinstance(error, Missing) else f"no issue {number!r:.100}"
        raise RpcError(INVALID_PARAMS, words) from None


def _prompt(world: World, params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    name, given = params.get("name"), params.get("arguments")
    if name != _PROMPT:
        raise RpcError(INVALID_PARAMS, f"no prompt {name!r:.200}")
    arguments = given if isinstance(given, dict) else {}
    label, tone = arguments.get("label"), arguments.get("tone", "plain")
    if not isinstance(label, str):
        raise RpcError(INVALID_PARAMS, f"{_PROMPT} needs label, a text")
    issues = "\n".join(f"- #{row['id']} {row['title']}" for row in world.select("open", [label]))
    text = f"Write this week's report on our {label} issues, in a {tone} tone:\n{issues}"
    message = {"role": "user", "content": {"type": "text", "text": text}}
    return {"description": f"A report on {label}", "messages": [message]}
