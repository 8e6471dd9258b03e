"""The forms in which a text may be a script, and the way to start it in the first that parses.

Only the engine's parser knows whether a text is a script, so forms are tried. Most scripts need nothing:
for them nothing is parsed here. The engine gets each form one line down, below a header: its columns in
the first line of a text are one too small, and what stands in front of the script moves nothing in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from workbench.sandbox.child.grammars import Grammars
from workbench.sandbox.child.starting import entry_points, fences, parallel, wrapping
from workbench.sandbox.child.starting.drafting import Draft
from workbench.sandbox.child.starting.script_outline import outline
from workbench.sandbox.child.starting.script_types import untyped
from workbench.sandbox.child.starting.typescript import (
    Eraser,
    NotErasable,
    looks_like_generics,
    looks_typed,
    may_be_typed,
)
from workbench.sandbox.job import Form

_USE_STRICT = re.compile(r"""(?:\s|\ufeff)*(["'])use strict\1""")
_SHEBANG = re.compile(r"\A(\ufeff?)#!")
_RETURNS = re.compile(r"return(?<![^\n]return)\b")
"""At the beginning of a line it is hardly a function's: the parser need not be asked to say that it is none. By
its word, not by that beginning, which is looked for letter by letter: 1 ms of 200 kB."""
_CHECKED = "throw 0;"
"""Above a script that is only checked: it ends there, before its first statement."""


RunForm = Callable[[Form, str], bool]
"""Runs a form of the user's own text; False: it does not parse."""
OnForm = Callable[[Form], None]
"""Hears the first form that cost something, before it runs: it need not be made again for this text."""
_FREE, _CHEAP, _DEAR = 0, 1, 2
"""What a form cost: nothing; a look at signs, as little as to send it; a tree."""


class _Attempt(NamedTuple):
    """A form to be tried."""

    form: Form
    cost: int
    otherwise: Form | None = None
    """Another one that must parse, too, where the text may close what is put around it."""


class NotAScript(Exception):
    """The text is no script, whatever the engine would say of it."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Starter:
    """Starts scripts. Made once in the zygote."""

    def __init__(self) -> None:
        self.grammars = Grammars()
        self._eraser = Eraser(self.grammars)

    def start(
        self,
        code: str,
        run: RunForm,
        *,
        known: Form | None = None,
        on_form: OnForm | None = None,
        is_form_wanted: bool = False,
    ) -> bool:
        """Start the script, in the form that is known already if that parses. False: it parses in no form,
        nothing has run, and the last failure says where. Raises NotAScript.

        is_form_wanted: ``on_form`` hears of those that took no tree, too.
        """
        told = _CHEAP if is_form_wanted else _DEAR
        if known is not None and run(known, code):
            return True
        text = _unfenced(code)
        for form, cost, otherwise in self._forms(code, text):
            if otherwise is not None and not run(otherwise, code):
                continue
            if cost >= told and on_form is not None:
                on_form(form)
                on_form = None
            if run(form, code):
                return True
        return False

    def check(self, code: str, run: RunForm) -> bool:
        """Whether it parses, as ``start`` would say."""
        text = _unfenced(code)
        above = '"use strict";throw 0;' if _USE_STRICT.match(text) else _CHECKED
        for form, _, otherwise in self._forms(code, text):
            if otherwise is not None and not run(otherwise, code):
                continue
            if run(form._replace(text=f"{above}{form.text}"), code):
                return True
        return False

    def _forms(self, code: str, text: str) -> Iterator[_Attempt]:
        text = _SHEBANG.sub(r"\1//", text)
        if _needs_a_tree(text):
            is_typed = may_be_typed(text)
            for form in _untyped_forms(text) if is_typed else _outlined_forms(text):
                yield _Attempt(form, _CHEAP)
            # It does not parse, or signs alone do not tell.
            if not is_typed:
                for form in _untyped_forms(text):
                    yield _Attempt(form, _CHEAP)
            yield from self._read_forms(code, text, is_typed=looks_typed(text))
            return
        if _looks_like_object(text):
            yield _Attempt(Form(f"(\n{text}\n)", is_lone=True), _FREE)
        yield _Attempt(Form(f"\n{text}"), _FREE)
        # It does not parse as it is.
        for form in _untyped_forms(text):
            yield _Attempt(form, _CHEAP)
        source = text.encode()
        typed = self.grammars.typescript_tree(source)
        draft = Draft(source)
        if self._erase(code, typed, draft):
            yield from _forms_of(typed, draft)
        else:
            root = self.grammars.javascript_tree(source)
            yield from _forms_of(root, draft, is_tried=True)

    def _read_forms(self, code: str, text: str, *, is_typed: bool) -> Iterator[_Attempt]:
        source = text.encode()
        draft = Draft(source)
        if is_typed:
            typed = self.grammars.typescript_tree(source)
            if self._erase(code, typed, draft):
                yield from _forms_of(typed, draft)
                return
        root = self.grammars.javascript_tree(source)
        if root.has_error and not is_typed:
            typed = self.grammars.typescript_tree(source)
            if self._erase(code, typed, draft):
                root = typed
        yield from _forms_of(root, draft)

    def _erase(self, code: str, root: Node, draft: Draft) -> bool:
        try:
            return self._eraser.erase(root, draft)
        except NotErasable as error:
            position = len(draft.source[: error.position].decode())
            raise _placed(code, str(error), position) from error


def _unfenced(code: str) -> str:
    try:
        return fences.unfenced(code)
    except fences.NotAScript as error:
        raise _placed(code, str(error), error.position) from error


def _needs_a_tree(text: str) -> bool:
    # `await (x)` also parses as a call of a function named await, so the word alone decides.
    return (
        "await" in text
        or _RETURNS.search(text) is not None
        or entry_points.may_export(text)
        or entry_points.may_be_lone(text)
        or parallel.may_be_asynchronous(text)
        or looks_like_generics(text)
    )


def _untyped_forms(text: str) -> Iterator[Form]:
    """Those of a script whose types, and then whose outline, are told by signs; none: it takes a tree."""
    found = untyped(text)
    if found is not None:
        yield from _outlined_forms(*found)


def _outlined_forms(text: str, code: str | None = None) -> Iterator[Form]:
    """The forms of a script whose outline is enough; none: it takes a tree."""
    found = None if entry_points.may_export(text) else outline(text, code)
    if found is None or found.lone is None:
        return
    if found.awaited and not parallel.is_as_it_stands(text):
        return
    draft = Draft(text.encode())
    for at, called in found.awaited:
        draft.overwrite(_byte(text, at), parallel.ASYNCHRONOUS[called])

    def enclose(opening: str) -> None:
        if found.value is not None:
            start, end = found.value
            draft.insert(_byte(text, start), opening)
            draft.insert(_byte(text, end), ")")

    if found.lone or not found.waits:
        if found.lone == "function":
            enclose("(")
        yield from _unwrapped_forms(draft, is_lone=found.lone != "")
        return
    name = wrapping.unused_name(text)
    if not found.returns:
        if found.value is None:
            return
        enclose(f"{name}=(")
    rendered, columns = draft.render()
    yield Form(wrapping.wrapped(rendered, name, name), columns)


def _byte(text: str, at: int) -> int:
    """The byte of the character ``at``."""
    return at if text.isascii() else len(text[:at].encode())


def _forms_of(root: Node, draft: Draft, *, is_tried: bool = False) -> Iterator[_Attempt]:
    """The forms of a script whose tree is known; the draft may have changes already.

    is_tried: as it stands it was tried.
    """
    source = draft.source
    text = draft.text.decode()
    exported = entry_points.open_exports(root, draft) if entry_points.may_export(text) else None
    if exported is None and entry_points.may_be_lone(text):
        exported = entry_points.open_lone_function(root, draft)
    is_lone = exported is not None
    if parallel.may_be_asynchronous(text):
        parallel.make_asynchronous(root, draft)
    if wrapping.needs_wrapping(root, source):
        name = wrapping.unused_name(text)
        plainly = draft.without_insertions()
        wrapping.assign_completion(root, name, draft)
        for tried in (draft, plainly):
            rendered, columns = tried.render()
            form = Form(wrapping.wrapped(rendered, name, exported or name), columns, is_lone)
            otherwise = Form(wrapping.wrapped_otherwise(rendered), columns)
            yield _Attempt(form, _DEAR, otherwise if root.has_error else None)
        if wrapping.enclose_object(root, plainly, f"{name}=("):
            rendered, columns = plainly.render()
            yield _Attempt(Form(wrapping.wrapped(rendered, name, name), columns), _DEAR)
        return
    if exported:
        rendered, columns = draft.render()
        yield _Attempt(Form(f"\n{rendered}\n;{exported}", columns, is_lone), _DEAR)
        return
    if not wrapping.enclose_object(root, draft) and is_tried:
        return
    for form in _unwrapped_forms(draft, is_lone=is_lone):
        yield _Attempt(form, _DEAR)


def _unwrapped_forms(draft: Draft, *, is_lone: bool = False) -> Iterator[Form]:
    rendered, columns = draft.render()
    if _looks_like_object(rendered):
        yield Form(f"(\n{rendered}\n)", columns, is_lone=True)
    yield Form(f"\n{rendered}", columns, is_lone)


def _looks_like_object(text: str) -> bool:
    """A console takes a lone {…} for an object, as Node's does (lib/repl.js)."""
    stripped = text.strip().strip(entry_points.BYTE_ORDER_MARK)
    return stripped[:1] == "{" and stripped[-1:] == "}"


def _placed(code: str, message: str, position: int) -> NotAScript:
    """position: in characters."""
    line = code.count("\n", 0, position) + 1
    return NotAScript(message, line, position - (code.rfind("\n", 0, position) + 1) + 1)
