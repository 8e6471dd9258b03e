"""A package's names come with the module that each is in."""

from __future__ import annotations

import subprocess
import sys

import pytest

import workbench
from workbench import history

_ASK = """
import sys
import workbench.history as history
assert "workbench.history.store" not in sys.modules
store = history.Store
assert store is sys.modules["workbench.history.store"].Store
assert vars(history)["Store"] is store
"""


def test_a_name_is_imported_when_it_is_asked_for_and_kept() -> None:
    subprocess.run([sys.executable, "-c", _ASK], check=True)


@pytest.mark.parametrize("package", [workbench, history])
def test_another_name_is_told_as_by_any_module(package: object) -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'workbench(\.history)?' has no attribute 'nothing'$"
    ):
        getattr(package, "nothing")  # noqa: B009 - what a program writes as package.nothing
