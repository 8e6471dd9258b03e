"""Textual still has the private members that we use, and only one module of ours uses any."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import tomllib
from pathlib import Path

import pytest
import textual
from textual.app import App
from textual.widgets import RichLog, TextArea

import workbench.tui
from workbench.tui import textual_private
from workbench.tui.textual_private import CLASS_MEMBERS, INSTANCE_MEMBERS, VERSION

_ROOM = Path(workbench.tui.__file__).parent
_ADVICE = (
    f"Textual {textual.__version__} no longer has {{}}: workbench/tui/textual_private/ was written for "
    f"{VERSION}; see how it does that now, change the wrapper there, then the pin in pyproject.toml"
)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, names in CLASS_MEMBERS.items() for name in names],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_class_has_the_member(kind: type, name: str) -> None:
    assert hasattr(kind, name), _ADVICE.format(f"{kind.__name__}.{name}")


@pytest.mark.anyio
async def test_instances_have_the_members() -> None:
    app: App[None] = App()
    async with app.run_test():
        area, log = TextArea("a\nb"), RichLog()
        await app.mount(area, log)
        parts = app.stylesheet, area.styles, area.document, area.wrapped_document, area.history
        for one in (app, area, log, *parts):
            for kind, names in INSTANCE_MEMBERS.items():
                if isinstance(one, kind):
                    for name in names:
                        assert hasattr(one, name), _ADVICE.format(f"{kind.__name__}.{name}")


def test_the_pin_is_the_version_that_the_wrappers_were_written_for() -> None:
    project = tomllib.loads((_ROOM.parents[1] / "pyproject.toml").read_text("utf-8"))
    assert f"textual=={VERSION}" in project["project"]["dependencies"]


def _modules() -> list[str]:
    found = pkgutil.walk_packages([str(_ROOM)], "workbench.tui.")
    return [each.name for each in found if not each.name.startswith(textual_private.__name__)]


@functools.cache
def _own_names() -> set[str]:
    """Every name with an underscore that a module of ours defines or assigns."""
    names: set[str] = set()
    for file in _ROOM.rglob("*.py"):
        if file.parent.name != "textual_private":
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    names.add(node.name)
                elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    names.add(node.attr)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    names.add(node.target.id)
                elif isinstance(node, ast.Assign):
                    names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


@pytest.mark.parametrize("name", _modules())
def test_no_other_module_touches_a_private_member(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    own = _own_names()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
            assert "._" not in (node.module or ""), f"{name} imports from {node.module}"
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            known = node.attr in own or node.attr.startswith("__")
            assert known, f"{name}:{node.lineno} touches {node.attr}, which is not ours"
    for kind in vars(module).values():
        if inspect.isclass(kind) and kind.__module__ == name:
            theirs = {
                member
                for base in kind.__mro__
                if base.__module__.startswith("textual.")
                for member in vars(base)
                if member.startswith("_") and not member.startswith("__")
            }
            # Textual gives these to every class of its own accord.
            both = theirs.intersection(vars(kind)) - _GIVEN
            assert not both, f"{name}.{kind.__name__} overrides Textual's own {sorted(both)}"


_GIVEN = {
    *("_merged_bindings", "_css_bases", "_css_type_name", "_css_type_names", "_decorated_handlers"),
    *("_inherit_css", "_inherit_bindings", "_inherit_component_classes", "_reactives", "_computes"),
    *("_default_layout", "_abc_impl"),
}
