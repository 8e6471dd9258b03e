"""What is offered in the arguments of a tool's call: all that it needs, names, values."""

from __future__ import annotations

from collections.abc import Callable

from workbench.catalogue.tool_types import property_name, type_text
from workbench.catalogue.tools import ToolInfo
from workbench.text.sanitize import clean_line
from workbench.tui.editor.analysis.call_at_cursor import CallHere
from workbench.tui.editor.analysis.cursor_tree import CursorTree
from workbench.tui.editor.analysis.declarations import key_text
from workbench.tui.editor.hints.offers import Completion, Rows, first_line, offers, value_offers
from workbench.tui.editor.hints.tool_calls import arguments_to_fill

_SIGNATURE = 200
_KEYS = frozenset({"shorthand_property_identifier", "property_identifier"})


def offers_in_call(
    here: CallHere, tree: CursorTree, own: Callable[[], Rows]
) -> list[Completion] | None:
    """None: any expression may stand there. own: the names that the script declares."""
    leaf, parent = tree.leaf, tree.path[-2]
    if parent.type == "ERROR":
        return []
    if leaf.type in _KEYS and parent.type in ("object", "pair"):
        return argument_offers(here, tree, tree.typed, named=parent.type == "pair")
    if parent.type in ("pair", "array") and leaf.type == "identifier":
        found = value_offers(here.place, tree.typed, "")
        if not found or not tree.typed:
            return found or None
        if any(name == tree.typed for name, *_ in own()):
            return []  # it is written
        # A variable that is called so is as good.
        named = [each for each in offers(own(), tree.typed) if each.label.startswith(tree.typed)]
        first = [each for each in found if each.label.startswith(tree.typed)]
        return [*first, *named, *(each for each in found if each not in first)]
    return None


def all_arguments(tool: ToolInfo) -> Completion:
    """The required arguments of a call that has none yet, to be filled in."""
    text = arguments_to_fill(tool)
    label, doc = clean_line(text or "{}", _SIGNATURE), first_line(tool.description)
    return Completion(label, text or "{}", "arguments", doc, args=text, of_call=True)


def argument_offers(
    here: CallHere, tree: CursorTree, typed: str, *, quoted: bool = False, named: bool = False
) -> list[Completion]:
    """Names of arguments that are not written yet, those that are needed first.

    quoted: within quotes. named: there is a value already.
    """
    place = here.place
    used = set[str | None]()
    for each in here.holder.named_children if here.holder is not None else ():
        if not each.start_byte <= tree.at <= each.end_byte:
            used.add(key_text(each.child_by_field_name("key") or each))
    needed = place.required()
    rows = []
    for name, schema in sorted(place.properties().items(), key=lambda item: item[0] not in needed):
        if name in used:
            continue
        text = name if quoted else property_name(name)
        detail = type_text(schema, place.root) + ("" if name in needed else "  optional")
        insert = text if quoted or named else f"{text}: "
        rows.append((name, insert, detail, first_line(place.inside([name]).description())))
    return offers(rows, typed, of_call=True)
