"""Imports run one way (docs/architecture.md), and heavy ones come only where they are needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]


def test_import_contracts_are_kept() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [tool, "--no-cache"], capture_output=True, text=True, cwd=_ROOT, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("workbench.core.engine", ["mcp", "textual", "pydantic", "tomlkit", "quickjs"]),
        (
            "workbench.core.runtime",
            ["mcp", "textual", "pydantic", "tomlkit", "zoneinfo", "difflib"],
        ),
        ("workbench.replay", ["mcp", "textual", "pydantic"]),
        ("workbench.serve", ["mcp", "textual", "uvicorn"]),
        ("workbench.tui", ["mcp", "textual", "workbench.core.engine"]),
        (
            "workbench.tui.app",
            [
                "workbench.catalogue.forms.form",
                "workbench.core.elicitation",
                "workbench.core.events",
                "workbench.core.ports",
                "workbench.core.records",
                "workbench.history.follow",
                "workbench.history.store",
                "workbench.tui.forms",
                "workbench.tui.history.screen",
                "workbench.tui.editor.hints",
                "workbench.catalogue.tools",
                "workbench.sandbox",
                "workbench.text.secrets",
            ],
        ),
        ("workbench.upstream", ["mcp", "httpx2", "pydantic"]),
        (
            "workbench.sandbox.host.zygote_process",
            ["asyncio", "dataclasses", "workbench.core", "workbench.sandbox.host.worker"],
        ),
        (
            "workbench.cli.main",
            ["mcp", "textual", "asyncio", "workbench.core.engine", "workbench.config"],
        ),
        (
            "workbench.core.runtime",
            [
                "mcp",
                "workbench.core.savings",
                "workbench.text.tokens",
                "workbench.catalogue.offerings",
            ],
        ),
        (
            "workbench.sandbox.child.zygote",
            [
                "mcp",
                "asyncio",
                "logging",
                "threading",
                "random",
                "dataclasses",
                "workbench.core.engine",
            ],
        ),
    ],
)
def test_light_modules_stay_light(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; print([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=_ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
