"""TypeScript: its types become blanks, so that every position of the script stays.

Only what can be erased is taken; what would have to become code (enums, namespaces, parameter properties,
decorators) is refused by name. docs/decisions says why with tree-sitter and not with a library.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node, Query, QueryCursor

from workbench.sandbox.child.grammars import ROOM, Grammars, all_nodes
from workbench.sandbox.child.starting.drafting import Draft

_GENERIC_CALL = re.compile(r"[\w$]<[A-Za-z_${\[('\"][\w$\s,.\[\]<>|&{}:;'\"?=()]{0,300}>\(")

# Erased as a whole.
_ERASED = (
    "type_annotation", "type_arguments", "type_parameters", "accessibility_modifier",
    "override_modifier", "implements_clause", "asserts_annotation", "type_predicate_annotation",
)  # fmt: skip
# Erased as a whole; a semicolon stays, so that the statement before it ends.
_ERASED_STATEMENTS = (
    "interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature",
    "abstract_method_signature", "index_signature", "method_signature",
)  # fmt: skip
_PARTLY = (
    "as_expression", "satisfies_expression", "non_null_expression", "type_assertion",
    "abstract_class_declaration", "public_field_definition", "required_parameter",
    "optional_parameter", "variable_declarator", "method_definition", "import_statement",
    "export_statement", "arrow_function",
)  # fmt: skip
_REFUSED = {
    "enum_declaration": "an enum becomes code, and types are only erased here",
    "internal_module": "a namespace becomes code, and types are only erased here: write an object",
    "module": "a module declaration becomes code, and types are only erased here: write an object",
    "decorator": "decorators are not part of JavaScript yet",
    "import_alias": "import = is not part of JavaScript",
}
_ONLY_WITH = {
    "required_parameter": (b"private", b"public", b"protected", b"readonly", b"override", b"this"),
    "variable_declarator": (b"!",),
    "method_definition": (b"?", b"abstract"),
}
"""Of kinds that are in any script: one of these words is in a script where they have something to erase."""
_CHECKED = frozenset({"as_expression", "satisfies_expression"})
"""Their type stands behind a word."""
_INDEXED = frozenset({"lookup_type", "array_type"})
_GOES_ON = re.compile(
    rb"(?:\.[A-Za-z_$][\w$]*)+(?:<(?:[\w$\s.,|\[\]]|<[\w$\s.,|\[\]]*>)*>)?(?:\[\])*"
)
"""The grammar takes two names of ``x as a.b.C<D>`` for the type, and the rest for a member of all of it."""
_MORE_OF_IT = re.compile(rb"[<\[.]|\s*(?:\|(?![|=])|&(?![&=]))")
_MOST_WRITTEN = 300
_MOST_UNREAD = 2_000
_MOST_DIGITS = 15
_KINDS = (*_ERASED, *_ERASED_STATEMENTS, *_PARTLY, *_REFUSED)
_QUERY = f"[{' '.join(f'({kind})' for kind in _KINDS)}] @node"
"""One pattern: compiled in 2 ms; one a kind takes 13."""
# A line that begins so, behind comments, begins a statement behind a type, and goes on with a value.
_CONTINUES = re.compile(ROOM + rb"*+[([`]")


_ANNOTATION = re.compile(r": (?:string|number|boolean|any|unknown|void|Promise<|Array<|Record<)")
_WORDS = ("interfac", "satisfi", "declar", "namespac", "enum", "type", " as ")
"""One of them, or an annotation, is in any script with types: to look for these takes microseconds. (Words are
told without what is the end of many: a search goes by the last letter.)"""
_PRIMITIVE = r"(?:string|number|boolean|any|unknown|void)"
_TYPED = re.compile(
    rf": {_PRIMITIVE}\b(?!\s*[.(:])|: (?:Promise|Array|Record)<|\b(?:interface|enum|namespace|declare) \w"
    rf"|\btype \w+\s*(?:<[^=\n]*>)?\s*=| as (?:const|{_PRIMITIVE}|[A-Z])|\bsatisfies \w|\bimport type\b"
)


def may_be_typed(text: str) -> bool:
    """Cheap: whether to look for types before it is tried as JavaScript, in which most of them do not parse."""
    return _ANNOTATION.search(text) is not None or looks_like_generics(text)


class NotErasable(Exception):
    """TypeScript that cannot be erased; where it stands."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.position = node.start_byte


def looks_like_generics(text: str) -> bool:
    """``f<T>(x)`` is also JavaScript (two comparisons), and never meant so."""
    return "<" in text and ">(" in text and _GENERIC_CALL.search(text) is not None


def looks_typed(text: str) -> bool:
    """Whether to read it as TypeScript at once: the grammar of JavaScript takes six times as long to stumble
    over types."""
    marked = _ANNOTATION.search(text) is not None or any(word in text for word in _WORDS)
    return (marked and _TYPED.search(text) is not None) or looks_like_generics(text)


class Eraser:
    """Erases types. Made once in the zygote."""

    def __init__(self, grammars: Grammars) -> None:
        self._query = Query(grammars.typescript, _QUERY)

    def erase(self, root: Node, draft: Draft) -> bool:
        """Blank the types of a tree of the TypeScript grammar; False: there are none.

        Raises NotErasable.
        """
        source = draft.source
        erasers = {
            kind: eraser
            for kind, eraser in _ERASERS.items()
            if kind not in _ONLY_WITH or any(word in source for word in _ONLY_WITH[kind])
        }
        changed, is_broken = False, root.has_error
        if is_broken and _is_hopeless(root):
            return False
        # In the order of the text, the outer ones first; captures() would give them in none.
        for _, found in QueryCursor(self._query).matches(root):
            node = found["node"][0]
            eraser = erasers.get(node.type)
            # What is inside of something erased is gone with it: types nest as deep as a text is long.
            if eraser is not None and not draft.is_changed(node.start_byte):
                if is_broken and node.has_error:
                    _look_whole(node)
                changed = eraser(node, draft) or changed
        return changed


def _is_hopeless(root: Node) -> bool:
    """Whether something that is no language holds so many pieces that a search takes their number squared
    (200 000 signs took 90 s). It is no script, whatever is erased."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error and node.child_count > _MOST_UNREAD:
            return True
        waiting += [child for child in node.children if child.has_error]
    return False


def _look_whole(node: Node) -> None:
    """A type that goes on past its end would take code away with it. Raises NotErasable."""
    kind = node.type
    if kind in _CHECKED:
        node = node.children[-1]
    elif kind not in _ERASED and kind not in _ERASED_STATEMENTS:
        return
    for inner in all_nodes(node):
        if inner.is_missing:
            told = f"the type that begins here is not complete: expecting '{inner.type}'"
            raise NotErasable(told, node)
        # Words alone are modifiers newer than the grammar: interface I<in out T>.
        if inner.is_error and not _text(inner).replace(" ", "").isidentifier():
            raise NotErasable("the type that begins here is not one", node)


def _refuse(node: Node, _draft: Draft) -> bool:
    told = _REFUSED[node.type]
    written = _as_object(node) if node.type == "enum_declaration" else None
    raise NotErasable(told if written is None else f"{told}; write: {written}", node)


def _as_object(enum: Node) -> str | None:
    """What an enum is as an object; None: it is too long to be told, or counts on from something."""
    name, body = enum.child_by_field_name("name"), enum.child_by_field_name("body")
    members: list[str] = []
    following: int | None = 0
    for member in [] if body is None else body.named_children:
        key, value = member.child_by_field_name("name"), member.child_by_field_name("value")
        if member.type in {"property_identifier", "string"}:
            if following is None:
                return None
            members.append(f"{_text(member)}: {following}")
            following += 1
        elif key is not None and value is not None:
            members.append(f"{_text(key)}: {_text(value)}")
            told = _text(value)
            is_short = told.isdecimal() and len(told) <= _MOST_DIGITS
            following = int(told) + 1 if is_short else None
    written = f"const {_text(name)} = {{ {', '.join(members)} }};"
    return written if members and len(written) <= _MOST_WRITTEN and "\n" not in written else None


def _text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def _erase_statement(node: Node, draft: Draft) -> bool:
    draft.blank(node.start_byte, node.end_byte, ";")
    return True


def _erase_annotation(node: Node, draft: Draft) -> bool:
    draft.blank(*node.byte_range)
    return True


def _token(node: Node, *texts: str) -> Node | None:
    """A direct child that is one of these words."""
    return next((child for child in node.children if child.type in texts), None)


def _erase_tokens(node: Node, draft: Draft, *texts: str) -> bool:
    found = [child for child in node.children if child.type in texts]
    for child in found:
        draft.blank(child.start_byte, child.end_byte)
    return bool(found)


def _erase_after_expression(node: Node, draft: Draft) -> bool:
    """``x as T``, ``x satisfies T``, ``x!``."""
    source, start, end = draft.source, node.children[0].end_byte, node.end_byte
    is_cast = node.type != "non_null_expression"
    if source[node.start_byte : start] == b"let":  # ``let as = 1``: the grammar knows no such name
        return False
    if is_cast:
        end = _end_of_type(node.children[-1], source)
    if is_cast and (rest_of_type := _GOES_ON.match(source, end)) is not None:
        end = rest_of_type.end()
        if _MORE_OF_IT.match(source, end) is not None:
            raise NotErasable("give this type a name of one part: type T = …", node)
    rest = _CONTINUES.match(source, end)
    # Without the type, what was a new statement would go on with this one.
    is_ended = is_cast and rest is not None and b"\n" in rest[0]
    draft.blank(start, end, ";" if is_ended else " ")
    return True


def _end_of_type(kind: Node, source: bytes) -> int:
    """Where the type behind ``as`` ends: the grammar takes the brackets that begin the next line along."""
    node, end = kind, kind.end_byte
    while node.child_count:
        is_indexed = node.type in _INDEXED
        if is_indexed and b"\n" in source[node.children[0].end_byte : node.children[1].start_byte]:
            end = node.children[0].end_byte
        node = node.children[0 if is_indexed else -1]
    return end


def _erase_assertion(node: Node, draft: Draft) -> bool:
    """``<T>x``"""
    expression = node.children[-1]
    if b"\n" in draft.source[node.start_byte : expression.start_byte]:
        raise NotErasable("write x as T instead of <T>x over several lines", node)
    draft.blank(node.start_byte, expression.start_byte)
    return True


def _erase_abstract(node: Node, draft: Draft) -> bool:
    return _erase_tokens(node, draft, "abstract")


def _erase_field(node: Node, draft: Draft) -> bool:
    if _token(node, "declare", "abstract") is not None:
        draft.blank(node.start_byte, node.end_byte, ";")
        return True
    if (accessor := _token(node, "accessor")) is not None:
        raise NotErasable(
            "accessor is not part of JavaScript yet: leave it out, or write get and set", accessor
        )
    return _erase_tokens(node, draft, "readonly", "?", "!")


def _erase_parameter(node: Node, draft: Draft) -> bool:
    pattern = node.child_by_field_name("pattern")
    modifier = _token(node, "accessibility_modifier", "readonly", "override_modifier")
    if modifier is not None:
        name = _text(pattern) if pattern is not None and pattern.type == "identifier" else "x"
        raise NotErasable(
            f"a parameter property becomes code, and types are only erased here: declare {name} in the "
            f"class and write this.{name} = {name} in the constructor",
            modifier,
        )
    if pattern is not None and pattern.type == "this":
        end = node.end_byte
        comma = node.next_sibling
        draft.blank(node.start_byte, comma.end_byte if comma and comma.type == "," else end)
        return True
    return _erase_tokens(node, draft, "?")


def _erase_mark(node: Node, draft: Draft) -> bool:
    """The ``!`` of ``let x!: T``, the ``?`` of an optional method."""
    return _erase_tokens(node, draft, "!", "?", "abstract")


def _erase_import(node: Node, draft: Draft) -> bool:
    if _token(node, "type") is None and not _is_of_types(node):
        return False
    draft.blank(node.start_byte, node.end_byte, ";")
    return True


def _is_of_types(statement: Node) -> bool:
    """Whether all that is imported is a type: ``import { type A, type B } from …``."""
    clause = next((one for one in statement.named_children if one.type == "import_clause"), None)
    names = [] if clause is None else clause.named_children
    listed = names[0].named_children if len(names) == 1 and names[0].type == "named_imports" else []
    return bool(listed) and all(_token(one, "type") is not None for one in listed)


def _erase_export(node: Node, draft: Draft) -> bool:
    declaration = node.child_by_field_name("declaration")
    is_type = declaration is not None and declaration.type in _ERASED_STATEMENTS
    if not is_type and _token(node, "type") is None:
        return False
    draft.blank(node.start_byte, node.end_byte, ";")
    return True


def _erase_lines_of_arrow(node: Node, draft: Draft) -> bool:
    """Before the parenthesis of an arrow function no line may end (``return <T,⏎>(x) => x``), nor may one
    behind it, before its ``=>``: where types are over several lines the parenthesis takes their place."""
    given, opened, listed = map(
        node.child_by_field_name, ("return_type", "parameters", "type_parameters")
    )
    if opened is None:
        return False
    before = opened.start_byte if listed is None else listed.start_byte
    behind = opened.end_byte if given is None else given.end_byte
    if is_first := b"\n" in draft.source[before : opened.start_byte]:
        draft.blank(before, opened.start_byte + 1, "(")
    if is_last := b"\n" in draft.source[opened.end_byte : behind]:
        draft.blank(opened.end_byte - 1, behind)
        draft.overwrite(behind - 1, ")")
    return is_first or is_last


_Eraser = Callable[[Node, Draft], bool]
_ERASERS: dict[str, _Eraser] = {
    **dict.fromkeys(_REFUSED, _refuse),
    **dict.fromkeys(_ERASED, _erase_annotation),
    **dict.fromkeys(_ERASED_STATEMENTS, _erase_statement),
    "as_expression": _erase_after_expression,
    "satisfies_expression": _erase_after_expression,
    "non_null_expression": _erase_after_expression,
    "type_assertion": _erase_assertion,
    "abstract_class_declaration": _erase_abstract,
    "public_field_definition": _erase_field,
    "required_parameter": _erase_parameter,
    "optional_parameter": _erase_parameter,
    "variable_declarator": _erase_mark,
    "method_definition": _erase_mark,
    "import_statement": _erase_import,
    "export_statement": _erase_export,
    "arrow_function": _erase_lines_of_arrow,
}
