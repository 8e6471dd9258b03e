"""Which calls of ``call_tool`` and its like are asynchronous: those whose envelope is awaited, or goes unread
into a Promise combinator. Found by syntax; where in doubt a call blocks, as it stands.

``await call_tool(…)``, ``Promise.all(ids.map(id => call_tool(…)))``, ``Promise.all([call_tool(…), …])`` and
``call_tool(…).then(…)``; what an async function returns, which is awaited; also by way of a variable, a
function or a parameter (``retry(() => call_tool(…))``) whose value goes nowhere else. The name is overwritten
by one of the same length (run.js), so every position stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from workbench.sandbox.child.grammars import FUNCTIONS, Path, enclosing_function, text_of, words
from workbench.sandbox.child.starting.drafting import Draft

ASYNCHRONOUS = {
    "call_tool": "$calltool",
    "read_resource": "$readresource",
    "list_resources": "$listresources",
    "get_prompt": "$getprompt",
    "list_prompts": "$listprompts",
}
"""What gives an envelope, and its asynchronous twin (prelude/calls.js): a name of the same length."""
_COMBINATORS = frozenset({"all", "allSettled", "race", "any"})
_FLATTENING = frozenset({"flatMap"})
_MAPPING = _FLATTENING | {"map"}
_THEN = frozenset({"then", "catch", "finally"})
_BINDINGS = frozenset(
    {"variable_declarator", "function_declaration", "class_declaration", "formal_parameters",
     "required_parameter", "optional_parameter", "assignment_pattern", "array_pattern", "pair_pattern",
     "rest_pattern", "import_specifier", "catch_clause"}
)  # fmt: skip
_SAME_VALUE = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)
_GENERATORS = frozenset({"generator_function", "generator_function_declaration"})
_TYPED_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})
_IDENTIFIERS = frozenset(
    {"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}
)
_WAITING = ("await", "Promise", ".then", ".catch", ".finally")
_MOST_USES = 200
_OTHER_PROMISE = re.compile(r"Promise(?<![\w$]Promise)(?<!new Promise)(?![\w$]|\s*\.)")
"""The word where it is neither made nor asked for a member."""
_OTHER_CALL = re.compile(rf"\$(?:{'|'.join(name[1:] for name in ASYNCHRONOUS.values())})")


def waits_for_calls(text: str) -> bool:
    """Cheap: whether something in it may wait for a call that does not block."""
    return any(word in text for word in _WAITING)


def may_be_asynchronous(text: str) -> bool:
    """Cheap: whether it is worth to look."""
    return "_" in text and any(name in text for name in ASYNCHRONOUS) and waits_for_calls(text)


def is_as_it_stands(text: str) -> bool:
    """Whether a call that is awaited is nothing else than that: no name here has a meaning of the script's."""
    return _OTHER_PROMISE.search(text) is None and _OTHER_CALL.search(text) is None


def make_asynchronous(root: Node, draft: Draft) -> None:
    """Overwrite the name in the calls that are asynchronous."""
    source = draft.source
    uses = _Uses(root, source)
    if uses.binds("Promise"):
        return
    for name, asynchronous in ASYNCHRONOUS.items():
        if name.encode() not in source or asynchronous.encode() in source or uses.binds(name):
            continue
        for path in uses.of(name):
            if path[-1].type != "identifier" or len(path) < 3 or not _is_callee(path):
                continue
            if _goes_unread(path[:-1], uses):
                draft.overwrite(path[-1].start_byte, asynchronous)


class _Uses:
    """Where names stand in a script."""

    def __init__(self, root: Node, source: bytes) -> None:
        self._root = root
        self.source = source
        self._found: dict[str, list[Path]] = {}
        self.known: dict[tuple[int, str], bool] = {}
        """By the place of its name: whether what a variable holds, or a function gives, goes unread. What is
        looked at right now does not: functions which call each other come to an end."""

    def of(self, name: str) -> list[Path]:
        """All places of an identifier; members of that name are others."""
        if name not in self._found:
            found: list[Path] = []
            for path in words(self._root, self.source, name.encode()):
                if path[-1].type in _IDENTIFIERS:
                    found.append(path)
                if len(found) > _MOST_USES and name not in ASYNCHRONOUS:
                    break
            self._found[name] = found
        return self._found[name]

    def binds(self, name: str) -> bool:
        """Whether the script itself gives the name a meaning."""
        return any(_binds(path) for path in self.of(name))

    def is_member_of_promise(self, node: Node | None) -> bool:
        """``Promise.all`` and the like."""
        if node is None or node.type != "member_expression":
            return False
        owner, member = node.child_by_field_name("object"), node.child_by_field_name("property")
        return (
            owner is not None
            and member is not None
            and owner.type == "identifier"
            and text_of(owner, self.source) == "Promise"
            and text_of(member, self.source) in _COMBINATORS
        )


def _parts_of(listed: Node) -> list[Node]:
    """Arguments or parameters, without comments."""
    return [child for child in listed.named_children if child.type != "comment"]


def _is_callee(path: Path) -> bool:
    call = path[-2]
    return call.type == "call_expression" and call.child_by_field_name("function") == path[-1]


def _binds(path: Path) -> bool:
    node, parent = path[-1], path[-2]
    if node.type == "shorthand_property_identifier_pattern":
        return True
    if parent.type in {"assignment_expression", "augmented_assignment_expression"}:
        return parent.child_by_field_name("left") == node
    if parent.type in {"variable_declarator", "function_declaration", "class_declaration"}:
        return parent.child_by_field_name("name") == node
    if parent.type == "arrow_function":
        return parent.child_by_field_name("parameter") == node
    if parent.type in {"assignment_pattern", "for_in_statement"}:
        return parent.child_by_field_name("left") == node
    return parent.type in _BINDINGS


def _goes_unread(path: Path, uses: _Uses) -> bool:
    """Whether the value of the expression at the end of ``path`` is awaited or combined, and not read."""
    path = _outermost(path, uses.source)
    node, parent = path[-1], path[-2]
    kind = parent.type
    if kind == "await_expression":
        return True
    if kind == "member_expression":  # call_tool(…).then(…): an envelope has no such member
        member = parent.child_by_field_name("property")
        return (
            parent.child_by_field_name("object") == node
            and member is not None
            and text_of(member, uses.source) in _THEN
            and path[-3].type == "call_expression"
            and path[-3].child_by_field_name("function") == parent
        )
    if kind == "array":
        return _is_combined(path[:-1], uses)
    if kind == "arrow_function" and parent.child_by_field_name("body") == node:
        return _is_given_on(path[:-1], uses)
    if kind == "return_statement":
        function = enclosing_function(path)
        return function is not None and _is_given_on(path[: function + 1], uses)
    if kind == "variable_declarator" and parent.child_by_field_name("value") == node:
        return _is_held_unread(uses, parent.child_by_field_name("name"))
    if kind == "arguments":
        return _is_pushed(path, uses) or _is_held_unread(uses, *_parameter_of(path, uses))
    return False


def _is_held_unread(uses: _Uses, name: Node | None, within: Node | None = None) -> bool:
    """Whether the variable, or the parameter of ``within``, never gets another value, and this goes unread."""
    return _all_uses(uses, name, within, "value", lambda found: _goes_unread(found, uses))


def _is_called_unread(uses: _Uses, name: Node | None, within: Node | None = None) -> bool:
    """Whether a function is called, or given to ``map``, only where its value goes unread."""

    def goes_unread(found: Path) -> bool:
        if _is_callee(found):
            return _goes_unread(found[:-1], uses)
        return _is_mapped(found, uses) or _is_called_unread(uses, *_parameter_of(found, uses))

    return _all_uses(uses, name, within, "function", goes_unread)


def _all_uses(
    uses: _Uses, name: Node | None, within: Node | None, kind: str, test: Callable[[Path], bool]
) -> bool:
    """Whether the name is bound once, and each place where it stands passes the test."""
    if name is None or name.type != "identifier":
        return False
    key = name.start_byte, kind
    if key not in uses.known:
        uses.known[key] = False
        everywhere = uses.of(text_of(name, uses.source))
        first, end = (0, len(uses.source)) if within is None else within.byte_range
        places = [
            found
            for found in everywhere
            if found[-1] != name and first <= found[-1].start_byte < end
        ]
        if places and len(everywhere) <= _MOST_USES:
            uses.known[key] = all(not _binds(found) and test(found) for found in places)
    return uses.known[key]


def _parameter_of(path: Path, uses: _Uses) -> tuple[Node | None, Node | None]:
    """The parameter that takes the argument at the end of ``path``, and the script's function that has it."""
    if path[-2].type != "arguments" or path[-3].type != "call_expression":
        return None, None
    given = _parts_of(path[-2])
    at = given.index(path[-1])
    function = _function_called(path[-3].child_by_field_name("function"), uses)
    if function is None or any(child.type == "spread_element" for child in given[:at]):
        return None, None
    return _parameter_at(function, at), function


def _function_called(callee: Node | None, uses: _Uses) -> Node | None:
    """The function of the script that a name means; None: it may be another, or look at all its arguments."""
    if callee is None or callee.type != "identifier":
        return None
    bound = [found for found in uses.of(text_of(callee, uses.source)) if _binds(found)]
    if len(bound) != 1:
        return None
    function: Node | None = bound[0][-2]
    if function is not None and function.type == "variable_declarator":
        function = function.child_by_field_name("value")
    elif function is not None and function.type != "function_declaration":
        return None  # a parameter: whatever it is given
    if function is None or function.type not in FUNCTIONS or b"arguments" in (function.text or b""):
        return None
    return function


def _parameter_at(function: Node, at: int) -> Node | None:
    """Its name; None: it has no such parameter, or one with a value of its own."""
    listed = function.child_by_field_name("parameters")
    parameters = (
        [function.child_by_field_name("parameter")] if listed is None else _parts_of(listed)
    )
    parameter = parameters[at] if at < len(parameters) else None
    if parameter is None or parameter.type not in _TYPED_PARAMETERS:
        return parameter
    has_value = parameter.child_by_field_name("value") is not None
    return None if has_value else parameter.child_by_field_name("pattern")


def _outermost(path: Path, source: bytes) -> Path:
    """The path to the largest expression that has the same value without a look at it."""
    end = len(path)
    while end > 2 and _passes_on(path[end - 1], path[end - 2], source):
        end -= 1
    return path[:end]


def _passes_on(node: Node, parent: Node, source: bytes) -> bool:
    kind = parent.type
    if kind in _SAME_VALUE:
        return True
    if kind == "ternary_expression":
        return node != parent.child_by_field_name("condition")
    if kind == "binary_expression":
        operator = parent.child_by_field_name("operator")
        return (
            operator is not None
            and text_of(operator, source) in {"&&", "||", "??"}
            and parent.child_by_field_name("right") == node
        )
    return False


def _is_combined(path: Path, uses: _Uses) -> bool:
    """Whether the list at the end of ``path`` goes into a Promise combinator and nowhere else."""
    path = _outermost(path, uses.source)
    while path[-2].type == "spread_element" and path[-3].type == "array":
        path = _outermost(path[:-2], uses.source)
    node, parent = path[-1], path[-2]
    if parent.type == "arguments":
        return _is_argument_of_combinator(path, uses)
    if parent.type == "arrow_function" and parent.child_by_field_name("body") == node:
        return _is_mapped(path[:-1], uses, _FLATTENING)
    if parent.type == "variable_declarator" and parent.child_by_field_name("value") == node:
        return _variable_is_combined(parent, uses)
    return False


def _is_given_on(path: Path, uses: _Uses) -> bool:
    """Whether what the function at the end of ``path`` returns is awaited or combined, and not read."""
    function, parent = path[-1], path[-2]
    marks = {child.type for child in function.children}
    if function.type in _GENERATORS or "*" in marks:
        return False
    if (
        "async" in marks
        or _is_mapped(path, uses)
        or _is_called_unread(uses, *_parameter_of(path, uses))
    ):
        return True
    if function.type == "function_declaration":
        name = function.child_by_field_name("name")
    elif parent.type == "variable_declarator" and parent.child_by_field_name("value") == function:
        name = parent.child_by_field_name("name")
    else:
        return False
    return _is_called_unread(uses, name)


def _is_mapped(path: Path, uses: _Uses, methods: frozenset[str] = _MAPPING) -> bool:
    """Whether the function at the end of ``path`` makes the items, or the lists, of a list that is combined."""
    function, parent = path[-1], path[-2]
    if function.type in _GENERATORS or parent.type != "arguments":
        return False
    call = path[-3]
    callee = call.child_by_field_name("function") if call.type == "call_expression" else None
    if callee is None or callee.type != "member_expression":
        return False
    member = callee.child_by_field_name("property")
    name = "" if member is None else text_of(member, uses.source)
    given = _parts_of(parent)
    if name in methods:
        return given[0] == function and _is_combined(path[:-2], uses)
    owner = callee.child_by_field_name("object")
    is_from = (
        name == "from"
        and methods is _MAPPING
        and owner is not None
        and text_of(owner, uses.source) == "Array"
    )
    return is_from and len(given) > 1 and given[1] == function and _is_combined(path[:-2], uses)


def _is_pushed(path: Path, uses: _Uses) -> bool:
    """``list.push(call_tool(…))`` as a statement, where the list is combined and nothing else."""
    call = path[-3]
    if call.type != "call_expression" or path[-4].type != "expression_statement":
        return False
    callee = call.child_by_field_name("function")
    if callee is None or callee.type != "member_expression":
        return False
    owner, member = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    if owner is None or member is None or owner.type != "identifier":
        return False
    if text_of(member, uses.source) != "push":
        return False
    declared = [
        found[-2]
        for found in uses.of(text_of(owner, uses.source))
        if found[-2].type == "variable_declarator" and _binds(found)
    ]
    return len(declared) == 1 and _variable_is_combined(declared[0], uses)


def _variable_is_combined(declarator: Node, uses: _Uses) -> bool:
    """Whether a variable with a list of calls is declared once and used for nothing but a combinator."""
    name = declarator.child_by_field_name("name")
    if name is None or name.type != "identifier":
        return False
    places = uses.of(text_of(name, uses.source))
    if len(places) > _MOST_USES:
        return False
    combined = False
    for path in places:
        if path[-1] == name:
            continue
        if _binds(path):
            return False
        if _is_argument_of_combinator(path, uses):
            combined = True
        elif not _is_push_target(path, uses.source):
            return False
    return combined


def _is_argument_of_combinator(path: Path, uses: _Uses) -> bool:
    arguments, call = path[-2], path[-3]
    return (
        arguments.type == "arguments"
        and call.type == "call_expression"
        and _parts_of(arguments)[0] == path[-1]
        and uses.is_member_of_promise(call.child_by_field_name("function"))
    )


def _is_push_target(path: Path, source: bytes) -> bool:
    """``list.push(…)`` as a statement."""
    member = path[-2]
    if member.type != "member_expression" or member.child_by_field_name("object") != path[-1]:
        return False
    name = member.child_by_field_name("property")
    return (
        name is not None
        and text_of(name, source) == "push"
        and path[-3].type == "call_expression"
        and path[-4].type == "expression_statement"
    )
