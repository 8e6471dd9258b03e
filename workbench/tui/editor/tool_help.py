"""What is said of a tool where its call is written: its description and its types, in colours."""

from __future__ import annotations

from textual.content import Content

from workbench.catalogue.inference import SeenType
from workbench.catalogue.tool_types import member, signature
from workbench.catalogue.tools import ToolInfo
from workbench.text.sanitize import clean, clean_line
from workbench.tui.editor.highlighting import highlight

_MOST_SAID = 4_000
_COLOURS = {
    "keyword": "$secondary",
    "constant": "$accent",
    "number": "$accent",
    "string": "$success",
    "comment": "$foreground 55% italic",
    "function": "$primary",
    "builtin": "$primary",
    "property": "$primary",
    "operator": "$foreground 80%",
}
"""As the editor paints them (widgets/code_colours.py)."""


def declaration(tool: ToolInfo, seen: SeenType | None = None) -> str:
    """The tool's declaration in TypeScript, without its description: arguments and result.

    seen: what its results were like, where it does not declare that.
    """
    name = f"tools{member(tool.server)}{member(tool.name)}"
    return clean(
        signature(
            name,
            "",
            tool.input_schema,
            tool.output_schema if seen is None else seen.schema,
            wrapped=tool.wraps_result,
            note="" if seen is None else seen.note,
        )
    )


def in_colours(code: str) -> Content:
    """TypeScript as the editor would paint it."""
    lines = []
    for line, spans in zip(code.split("\n"), highlight(code, "javascript"), strict=True):
        content = Content(line)
        for start, end, kind in spans:
            if kind in _COLOURS:
                content = content.stylize(_COLOURS[kind], start, end)
        lines.append(content)
    return Content("\n").join(lines)


def said_of(tool: ToolInfo, seen: SeenType | None = None) -> list[Content]:
    """Name, description and types: paragraphs to be joined by empty lines."""
    name = Content.styled(clean_line(tool.full_name), "bold")
    title = clean_line(tool.title or "")
    if title and title != tool.name:
        name += Content.styled(f"  {title}", "$foreground 70%")
    description = clean(tool.description.strip())
    if len(description) > _MOST_SAID:
        left = len(description) - _MOST_SAID
        description = f"{description[:_MOST_SAID]} … and {left:,} more characters"
    paragraphs = [name, Content(description)] if description else [name]
    return [*paragraphs, in_colours(declaration(tool, seen))]
